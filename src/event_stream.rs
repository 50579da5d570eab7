//! Event streams: messages in frames, each with its own signature, in both directions at once.
//!
//! Amazon Transcribe, Lex, Bedrock and others take audio, text and events as messages of the type
//! `application/vnd.amazon.eventstream`. A [`Message`] has [headers](Value) and a payload, between
//! lengths and checksums; [`encode`] writes one, and a [`Decoder`] finds them in whatever pieces the
//! network delivers.
//!
//! What a client sends is signed, message by message: each message becomes the payload of another
//! one, with the headers `:date` and `:chunk-signature`. The signature covers the signature before
//! it, down to that of the request, so nobody can swap, drop or append messages; the last one is
//! empty. [`Signer::sign_events`] signs the request and hands back the [`EventSigner`]; a server
//! checks what arrives with an [`EventVerifier`].
//!
//! Amazon Transcribe Developer Guide, "Event stream encoding" and "Setting up a streaming
//! transcription".
//!
//! ```
//! use countersign::event_stream::{Value, encode};
//! use countersign::{Credentials, Signer};
//! use time::macros::datetime;
//!
//! let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
//! let uri = "https://transcribestreaming.us-east-1.amazonaws.com/stream-transcription";
//! let mut request = http::Request::post(uri).body(())?;
//! let mut events = signer.sign_events(&mut request, datetime!(2026-01-01 23:59:59 UTC))?;
//! assert_eq!(request.headers()["x-amz-content-sha256"], "STREAMING-AWS4-HMAC-SHA256-EVENTS");
//!
//! let mut message = Vec::new();
//! let headers = [
//!     (":message-type", Value::String("event")),
//!     (":event-type", Value::String("AudioEvent")),
//!     (":content-type", Value::String("application/octet-stream")),
//! ];
//! encode(&headers, b"audio", &mut message)?;
//! // Each message has its own time; here it is the next day already.
//! let frame = events.sign(&message, datetime!(2026-01-02 0:00 UTC))?;
//! let end = events.finish(datetime!(2026-01-02 0:00:01 UTC))?;
//! // write `frame` and `end` to the body of the request
//! # let _ = (frame, end);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decoder;
mod error;
mod header;
mod message;
mod signer;
mod verifier;

pub use decoder::Decoder;
pub use error::{EventError, FrameError};
pub use header::{Headers, Value};
pub use message::{Message, encode, encode_with_limit};
pub use signer::{EventSigner, SignedMessage};
pub use verifier::{Event, EventVerifier};

/// The most that the headers of a message take, in bytes: 128 KiB.
///
/// ```
/// use countersign::event_stream::{MAX_HEADERS_LENGTH, Value, encode};
///
/// let value = [b'a'; 32_767]; // each of these is as long as it can be
/// let headers = [("n", Value::Bytes(&value)); 4];
/// assert!(4 * (1 + 1 + 1 + 2 + value.len()) > MAX_HEADERS_LENGTH);
/// assert!(encode(&headers, b"", &mut Vec::new()).is_err());
/// ```
pub const MAX_HEADERS_LENGTH: usize = 128 * 1024;

/// The default limit for the length of a message, frame included: 24 MiB.
///
/// AWS documents 16 MiB, and AWS's C library accepts 24 MiB. [`Decoder::with_longest`],
/// [`encode_with_limit`] and [`EventSigner::with_longest`] set another limit.
///
/// ```
/// use countersign::Error;
/// use countersign::event_stream::{DEFAULT_MAX_MESSAGE_LENGTH, encode};
///
/// let payload = vec![0; DEFAULT_MAX_MESSAGE_LENGTH]; // and 16 bytes of frame
/// let too_long = encode(&[], &payload, &mut Vec::new());
/// assert!(matches!(too_long, Err(Error::EventTooLong { .. })));
/// ```
pub const DEFAULT_MAX_MESSAGE_LENGTH: usize = 24 * 1024 * 1024;

#[cfg(doc)]
use crate::Signer;
