//! Event streams: messages in frames, each with its own signature, in both directions at once.
//!
//! Amazon Transcribe, Lex, Bedrock and others exchange audio, text and events as messages of the
//! type `application/vnd.amazon.eventstream`. A [`Message`] has [headers](Value) and a payload,
//! between lengths and checksums. [`encode`] writes a message, and a [`Decoder`] finds messages in a
//! stream of bytes.
//!
//! A client signs each message that it sends. The message becomes the payload of another message,
//! with the headers `:date` and `:chunk-signature`. The signature covers the message and the
//! signature before it, and the first one covers the signature of the request. So no message can be
//! replaced, removed or appended. The last message is empty. [`Signer::sign_events`] signs the
//! request and returns the [`EventSigner`]. A server verifies the messages with an
//! [`EventVerifier`].
//!
//! Amazon Transcribe Developer Guide, "Event stream encoding" and "Setting up a streaming
//! transcription".
//!
//! ```
//! use countersign::event_stream::{Value, encode};
//! use countersign::{Credentials, Signer, Timestamp};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let signer = Signer::new(credentials, "us-east-1", "transcribe")?;
//! let host = "transcribestreaming.us-east-1.amazonaws.com";
//! let uri = format!("https://{host}/stream-transcription");
//! let mut request = http::Request::post(uri).body(())?;
//! let now: Timestamp = "2026-01-01T23:59:59Z".parse()?;
//! let mut events = signer.sign_events(&mut request, now)?;
//! let hash = &request.headers()["x-amz-content-sha256"];
//! assert_eq!(hash, "STREAMING-AWS4-HMAC-SHA256-EVENTS");
//!
//! let mut message = Vec::new();
//! let headers = [
//!     (":message-type", Value::String("event")),
//!     (":event-type", Value::String("AudioEvent")),
//!     (":content-type", Value::String("application/octet-stream")),
//! ];
//! encode(&headers, b"audio", &mut message)?;
//! // Each message has its own time, here on the next day.
//! let later: Timestamp = "2026-01-02T00:00:01Z".parse()?;
//! let mut body = events.sign(&message, later)?;
//! body.extend(events.finish(later)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decoder;
mod error;
mod header;
mod message;
mod signed_message;
mod signer;
mod verifier;

pub use decoder::Decoder;
pub use error::{EventError, FrameError, HeaderError, SignedMessageProblem};
pub use header::{Headers, Value};
pub use message::{Message, encode, encode_with_max_length};
pub use signed_message::SignedMessage;
pub use signer::EventSigner;
pub use verifier::{Event, EventVerifier};

pub use crate::error::event_stream::EncodeError;

/// The maximum length of the headers of a message: 128 KiB.
pub const MAX_HEADERS_LENGTH: usize = 128 * 1024;

/// The default maximum length of a message, frame included: 24 MiB.
///
/// AWS documents 16 MiB, and AWS's C library accepts 24 MiB.
/// [`Decoder::with_max_message_length`], [`encode_with_max_length`] and
/// [`EventSigner::with_max_message_length`] set another maximum.
pub const DEFAULT_MAX_MESSAGE_LENGTH: usize = 24 * 1024 * 1024;

#[cfg(doc)]
use crate::Signer;
