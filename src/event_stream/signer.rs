//! The signer of messages.

use std::fmt;

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use sha2::{Digest, Sha256};

use super::DEFAULT_MAX_MESSAGE_LENGTH;
use super::message::{CHECKSUM, PRELUDE, prelude};
use crate::error::Error;
use crate::request::HttpRequest;
use crate::sign::signer::Signer;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::{PayloadHash, Streaming};
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::string_to_sign::StringToSign;
use crate::timestamp::Timestamp;

pub(super) const DATE: &str = ":date";
pub(super) const SIGNATURE: &str = ":chunk-signature";
/// Name length, name, type 8, milliseconds.
const DATE_LEN: usize = 15;
/// Name length, name, type 6, length, the signature's bytes.
const SIGNATURE_LEN: usize = 52;
const HEADERS_LEN: usize = DATE_LEN + SIGNATURE_LEN;
const HEAD_LEN: usize = PRELUDE + HEADERS_LEN;

impl Signer {
    /// Signs the request that opens an event stream, and hands back what signs its messages.
    ///
    /// Sets and signs `x-amz-content-sha256`, and `content-type` where the request has none.
    /// Otherwise as [`sign`](Self::sign).
    ///
    /// A WebSocket is opened by a presigned URL instead: [`presign`](Self::presign) it with
    /// [`PayloadHash::EMPTY`], and begin the messages with its signature ([`EventSigner::new`]).
    ///
    /// # Errors
    /// As [`sign`](Self::sign). The request is then as it was.
    ///
    /// ```
    /// use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
    /// let uri = "https://transcribestreaming.us-east-1.amazonaws.com/stream-transcription";
    /// let mut request = http::Request::post(uri).body(())?;
    /// let events = signer.sign_events(&mut request, now)?;
    /// assert_eq!(request.headers()["content-type"], "application/vnd.amazon.eventstream");
    /// assert_eq!(request.headers()["x-amz-content-sha256"], "STREAMING-AWS4-HMAC-SHA256-EVENTS");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_events<R: HttpRequest>(
        &self,
        request: &mut R,
        now: impl Into<Timestamp>,
    ) -> Result<EventSigner, Error> {
        let now = now.into();
        let typed = request.headers().contains_key(CONTENT_TYPE);
        if !typed {
            let value = HeaderValue::from_static("application/vnd.amazon.eventstream");
            request
                .headers_mut()
                .try_insert(CONTENT_TYPE, value)
                .map_err(|_| Error::TooManyHeaders)?;
        }
        match self.sign(request, PayloadHash::Streaming(Streaming::EVENTS), now) {
            Ok(seed) => Ok(EventSigner::new(self, &seed)),
            Err(error) => {
                if !typed {
                    request.headers_mut().remove(CONTENT_TYPE);
                }
                Err(error)
            }
        }
    }
}

/// Signs the messages of one stream, in the order in which they are sent, the very first included.
///
/// Each message is signed with its own time, to the second, and with the key of its own day: a
/// stream may go on past midnight.
///
/// Made by [`Signer::sign_events`], or with the signature of a presigned URL.
///
/// ```
/// use std::time::Duration;
/// use countersign::event_stream::EventSigner;
/// use countersign::{Credentials, PayloadHash, Signer};
/// use time::macros::datetime;
///
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
/// let uri = "wss://transcribestreaming.us-east-1.amazonaws.com:8443/stream-transcription-websocket";
/// let request = http::Request::get(uri).body(())?;
/// let now = datetime!(2026-01-01 12:00 UTC);
/// let url = signer.presign(&request, Duration::from_secs(300), now)?;
/// let mut events = EventSigner::new(&signer, url.signature());
/// let frame = events.sign(b"a message in its frame", now)?;
/// assert_eq!(frame.len(), 83 + 22);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct EventSigner {
    signer: Signer,
    prior: Signature,
    longest: usize,
}

impl EventSigner {
    /// Begins with the signature of the request that opened the stream.
    ///
    /// ```
    /// use countersign::event_stream::EventSigner;
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let (minute, now) = (std::time::Duration::from_secs(60), time::macros::datetime!(2026-01-01 12:00 UTC));
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
    /// # let request = http::Request::get("wss://transcribestreaming.us-east-1.amazonaws.com:8443/").body(())?;
    ///
    /// let url = signer.presign(&request, minute, now)?;
    /// // Behind a WebSocket that was opened with this URL:
    /// let events = EventSigner::new(&signer, url.signature());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(signer: &Signer, seed: &Signature) -> Self {
        Self {
            signer: signer.clone(),
            prior: *seed,
            longest: DEFAULT_MAX_MESSAGE_LENGTH,
        }
    }

    /// Sets the limit for the length of a signed message, in bytes, frame included.
    ///
    /// The default is [24 MiB](DEFAULT_MAX_MESSAGE_LENGTH).
    ///
    /// ```
    /// use countersign::Error;
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
    /// # let mut request = http::Request::post("https://localhost/").body(())?;
    ///
    /// // For a server that takes messages of up to 1 MiB.
    /// let mut events = signer.sign_events(&mut request, now)?.with_longest(1024 * 1024);
    /// let refused = events.sign(&[0; 1024 * 1024], now);
    /// assert!(matches!(refused, Err(Error::EventTooLong { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_longest(mut self, longest: usize) -> Self {
        self.longest = longest;
        self
    }

    /// Signs a message (its whole frame, from [`encode`](super::encode)) and puts it into the frame
    /// that is sent.
    ///
    /// # Errors
    /// An empty message, which would end the stream; one of which the frame would be longer than 24
    /// MiB (see [`with_longest`](Self::with_longest)); credentials that have expired at `now`; a time
    /// outside the years 0 to 9999. Nothing was signed then, and another message can follow.
    ///
    /// ```
    /// use countersign::event_stream::{Message, Value, encode};
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
    /// # let mut request = http::Request::post("https://localhost/").body(())?;
    /// # let mut events = signer.sign_events(&mut request, now)?;
    ///
    /// let mut message = Vec::new();
    /// encode(&[(":event-type", Value::String("AudioEvent"))], b"audio", &mut message)?;
    /// let frame = events.sign(&message, now)?;
    /// // The message is the payload of the one that is sent, with two headers.
    /// let sent = Message::decode(&frame)?;
    /// assert_eq!(sent.payload(), message);
    /// assert!(sent.headers().map(|(name, _)| name).eq([":date", ":chunk-signature"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign(&mut self, message: &[u8], now: impl Into<Timestamp>) -> Result<Vec<u8>, Error> {
        let now = now.into();
        let around = self.sign_parts(message, now)?;
        Ok([around.head(), message, around.tail()].concat())
    }

    /// As [`sign`](Self::sign), without copying the message: what to send before and after it.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use countersign::{event_stream::EventSigner, Credentials, Signer};
    /// use time::macros::datetime;
    ///
    /// # let now = datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
    /// # let mut request = http::Request::post("https://localhost/").body(())?;
    /// # let mut events = signer.sign_events(&mut request, now)?;
    /// # let mut same = events.clone();
    /// let around = events.sign_parts(b"message", now)?;
    /// let mut wire = Vec::new();
    /// for part in [around.head(), b"message", around.tail()] {
    ///     wire.extend_from_slice(part); // or write it to a socket
    /// }
    /// assert_eq!(wire, same.sign(b"message", now)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_parts(
        &mut self,
        message: &[u8],
        now: impl Into<Timestamp>,
    ) -> Result<SignedMessage, Error> {
        let now = now.into();
        if message.is_empty() {
            return Err(Error::EmptyEvent);
        }
        self.next(message, now)
    }

    /// The empty message that ends the stream.
    ///
    /// # Errors
    /// As [`sign`](Self::sign), of the time. It is then too late to end the stream.
    ///
    /// ```
    /// use countersign::event_stream::Message;
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
    /// # let mut request = http::Request::post("https://localhost/").body(())?;
    /// # let events = signer.sign_events(&mut request, now)?;
    ///
    /// let end = events.finish(now)?;
    /// assert!(Message::decode(&end)?.payload().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(mut self, now: impl Into<Timestamp>) -> Result<Vec<u8>, Error> {
        let now = now.into();
        let around = self.next(b"", now)?;
        Ok([around.head(), around.tail()].concat())
    }

    fn next(&mut self, message: &[u8], now: Timestamp) -> Result<SignedMessage, Error> {
        let prelude = prelude(HEADERS_LEN, message.len(), self.longest)?;
        let (context, date) = self.signer.context(now)?;
        let date_header = encode_date(date.timestamp().unix_seconds() * 1000);
        let signature = self.signer.with_key(&date, context, |key| {
            key.sign(string_to_sign(
                &date,
                key.scope(),
                &self.prior,
                &date_header,
                message,
            ))
        });
        self.prior = signature;
        Ok(SignedMessage::new(
            &prelude,
            &date_header,
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

/// What a message's signature covers. `date_header` is the encoded `:date`, as it is sent.
pub(super) fn string_to_sign(
    date: &AmzDate,
    scope: &CredentialScope,
    prior: &Signature,
    date_header: &[u8],
    message: &[u8],
) -> StringToSign {
    let date_header_hash = Sha256::digest(date_header).into();
    let message_hash = Sha256::digest(message).into();
    StringToSign::for_event(
        Algorithm::HmacSha256,
        date,
        scope,
        prior,
        &date_header_hash,
        &message_hash,
    )
}

/// The encoded header `:date`.
pub(super) fn encode_date(milliseconds: i64) -> [u8; DATE_LEN] {
    let mut header = *b"\x05:date\x0801234567";
    if let Some(number) = header.last_chunk_mut() {
        *number = milliseconds.to_be_bytes();
    }
    header
}

/// What stands around a message that is signed. Send [`head`](Self::head), the message, and
/// [`tail`](Self::tail).
///
/// ```
/// # use countersign::{Credentials, Signer};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
/// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
/// # let mut request = http::Request::post("https://localhost/").body(())?;
/// # let mut events = signer.sign_events(&mut request, now)?;
/// let message = b"a message, which may be large";
/// let around = events.sign_parts(message, now)?;
/// // For a socket that takes several slices at once.
/// let slices = [around.head(), message, around.tail()].map(std::io::IoSlice::new);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct SignedMessage {
    head: [u8; HEAD_LEN],
    tail: [u8; CHECKSUM],
}

impl SignedMessage {
    fn new(
        prelude: &[u8; PRELUDE],
        date_header: &[u8; DATE_LEN],
        signature: &Signature,
        message: &[u8],
    ) -> Self {
        let mut bytes = [0; 32];
        // 64 hex digits: it was made here.
        hex::decode_to_slice(signature.as_bytes(), &mut bytes).unwrap_or_default();
        let parts = [
            prelude,
            &date_header[..],
            b"\x10:chunk-signature\x06\x00\x20",
            &bytes,
        ];
        let mut head = [0; HEAD_LEN];
        for (slot, byte) in head.iter_mut().zip(parts.into_iter().flatten()) {
            *slot = *byte;
        }
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(&head);
        checksum.update(message);
        Self {
            head,
            tail: checksum.finalize().to_be_bytes(),
        }
    }

    /// What stands before the message: lengths, `:date` and `:chunk-signature`.
    ///
    /// ```
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
    /// # let mut request = http::Request::post("https://localhost/").body(())?;
    /// # let mut events = signer.sign_events(&mut request, now)?;
    /// let around = events.sign_parts(b"message", now)?;
    /// // The first four bytes are the length of everything.
    /// let length = u32::from_be_bytes([0, 1, 2, 3].map(|i| around.head()[i])) as usize;
    /// assert_eq!(length, around.head().len() + b"message".len() + around.tail().len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// What stands behind the message: the checksum.
    ///
    /// ```
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "transcribe")?;
    /// # let mut request = http::Request::post("https://localhost/").body(())?;
    /// # let mut events = signer.sign_events(&mut request, now)?;
    /// let around = events.sign_parts(b"message", now)?;
    /// assert_eq!(around.tail().len(), 4); // a CRC-32
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }
}

impl fmt::Debug for SignedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedMessage").finish_non_exhaustive()
    }
}
