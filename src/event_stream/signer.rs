//! The signer of messages.

use std::fmt;

use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::DEFAULT_MAX_MESSAGE_LENGTH;
use super::message::prelude;
use super::signed_message::{HEADERS_LEN, SignedMessage, string_to_sign};
use crate::error::Error;
use crate::error::event_stream::EncodeError;
use crate::request::HttpRequest;
use crate::sign::signer::Signer;
use crate::sign::verbs::Verbs;
use crate::sigv4::payload_hash::{PayloadHash, StreamingMode};
use crate::sigv4::signature::{Algorithm, Signature};
use crate::timestamp::Timestamp;

impl Signer {
    /// Signs the request that opens an event stream, and returns the signer of its messages.
    ///
    /// It sets and signs what [`sign`](Self::sign) does, with a `STREAMING-…` literal in
    /// `x-amz-content-sha256`, and `content-type` if the request has none.
    ///
    /// To open a WebSocket, presign its URL instead, and call [`EventSigner::new`].
    ///
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns
    ///
    /// After an error the request is unchanged.
    ///
    /// ```
    /// use countersign::{Credentials, Signer, Timestamp};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "transcribe")?;
    /// let host = "transcribestreaming.us-east-1.amazonaws.com";
    /// let uri = format!("https://{host}/stream-transcription");
    /// let mut request = http::Request::post(uri).body(())?;
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// let _events = signer.sign_events(&mut request, now)?;
    /// let content_type = &request.headers()["content-type"];
    /// assert_eq!(content_type, "application/vnd.amazon.eventstream");
    /// let hash = &request.headers()["x-amz-content-sha256"];
    /// assert_eq!(hash, "STREAMING-AWS4-HMAC-SHA256-EVENTS");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_events<R: HttpRequest>(
        &self,
        request: &mut R,
        now: impl Into<Timestamp>,
    ) -> Result<EventSigner, Error> {
        let now = now.into();
        let mut changes = Vec::new();
        if !request.headers().contains_key(CONTENT_TYPE) {
            let value = HeaderValue::from_static("application/vnd.amazon.eventstream");
            changes.push((CONTENT_TYPE, Some(value)));
        }
        let payload = PayloadHash::Streaming {
            mode: StreamingMode::Events,
            algorithm: Algorithm::HmacSha256,
        };
        let seed = self.sign_with(request, &changes, payload, now)?;
        Ok(EventSigner::new(self, &seed))
    }
}

/// Signs the messages of one stream, in the order in which they are sent.
///
/// Each message has its own time, to the second, and is signed with the key of its own day: a stream
/// may continue after midnight. [`Signer::sign_events`] returns it.
///
/// ```
/// use countersign::event_stream::{Message, Value, encode};
/// use countersign::{Credentials, Signer, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "transcribe")?;
/// let host = "transcribestreaming.us-east-1.amazonaws.com";
/// let uri = format!("https://{host}/stream-transcription");
/// let mut request = http::Request::post(uri).body(())?;
/// let now: Timestamp = "2026-01-02T23:59:59Z".parse()?;
/// let mut events = signer.sign_events(&mut request, now)?;
///
/// let headers = [(":event-type", Value::String("AudioEvent"))];
/// let mut message = Vec::new();
/// encode(&headers, b"audio", &mut message)?;
/// let later: Timestamp = "2026-01-03T00:00:09Z".parse()?;
/// let frame = events.sign(&message, later)?;
/// assert_eq!(Message::decode(&frame)?.payload(), message);
/// let end = events.finish(later)?;
/// assert!(Message::decode(&end)?.payload().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct EventSigner {
    signer: Signer,
    prior: Signature,
    max_message_length: usize,
}

impl EventSigner {
    /// Creates the signer of a stream from the signature of the request that opens it.
    ///
    /// Use it for a WebSocket: `seed` is the signature of the presigned URL.
    pub fn new(signer: &Signer, seed: &Signature) -> Self {
        Self {
            signer: signer.clone(),
            prior: *seed,
            max_message_length: DEFAULT_MAX_MESSAGE_LENGTH,
        }
    }

    /// Sets the maximum length of a signed message, in bytes, frame included.
    ///
    /// The default is [24 MiB](DEFAULT_MAX_MESSAGE_LENGTH).
    #[must_use]
    pub fn with_max_message_length(mut self, max_message_length: usize) -> Self {
        self.max_message_length = max_message_length;
        self
    }

    /// Signs a message, and returns the frame to send, which contains it.
    ///
    /// The message is a whole frame from [`encode`](super::encode).
    ///
    /// # Errors
    /// - [`Error::Event`] if the message is empty, which would end the stream, or if the frame would
    ///   be longer than the [maximum](Self::with_max_message_length)
    /// - [`Error::CredentialsExpired`] if the credentials have expired at `now`
    /// - [`Error::TimeOutOfRange`] if `now` is outside the years 0 to 9999
    ///
    /// After an error nothing has changed, and another message can follow.
    pub fn sign(&mut self, message: &[u8], now: impl Into<Timestamp>) -> Result<Vec<u8>, Error> {
        let now = now.into();
        let signed = self.sign_parts(message, now)?;
        Ok([signed.head(), message, signed.tail()].concat())
    }

    /// Signs a message as [`sign`](Self::sign) does, without copying it.
    ///
    /// It returns what to send before and after the message.
    ///
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns
    pub fn sign_parts(
        &mut self,
        message: &[u8],
        now: impl Into<Timestamp>,
    ) -> Result<SignedMessage, Error> {
        let now = now.into();
        if message.is_empty() {
            return Err(EncodeError::EmptyMessage.into());
        }
        self.next(message, now)
    }

    /// Returns the empty signed message that ends the stream.
    ///
    /// # Errors
    /// - [`Error::CredentialsExpired`] if the credentials have expired at `now`
    /// - [`Error::TimeOutOfRange`] if `now` is outside the years 0 to 9999
    ///
    /// After an error the stream cannot be ended any more.
    pub fn finish(mut self, now: impl Into<Timestamp>) -> Result<Vec<u8>, Error> {
        let now = now.into();
        let signed = self.next(b"", now)?;
        Ok([signed.head(), signed.tail()].concat())
    }

    fn next(&mut self, message: &[u8], now: Timestamp) -> Result<SignedMessage, Error> {
        let prelude = prelude(HEADERS_LEN, message.len(), self.max_message_length)?;
        let (context, date) = self.signer.context(now)?;
        let milliseconds = date.timestamp().unix_seconds() * 1000;
        let signature = self.signer.with_key(&date, context, |key| {
            key.sign(string_to_sign(
                &date,
                key.scope(),
                &self.prior,
                milliseconds,
                message,
            ))
        });
        self.prior = signature;
        Ok(SignedMessage::new(
            &prelude,
            milliseconds,
            &signature,
            message,
        ))
    }
}

impl fmt::Debug for EventSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSigner")
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}
