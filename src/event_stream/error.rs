//! What can be wrong with messages that arrive.

use crate::timestamp::Timestamp;

/// Why bytes are not the frame of a message. Where the next one begins is then unknown, and the
/// stream has to be closed.
///
/// ```
/// use countersign::event_stream::{FrameError, Message, encode};
///
/// let mut frame = Vec::new();
/// encode(&[], b"data", &mut frame)?;
/// frame[12] ^= 1; // the first byte of the payload
/// assert_eq!(Message::decode(&frame).err(), Some(FrameError::MessageChecksum));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The bytes end in the middle of a message.
    #[error("the stream ended in the middle of a message")]
    Truncated,
    /// There are bytes behind the message, where it should have been all.
    #[error("there are bytes behind the message")]
    TrailingBytes,
    /// The checksum of the lengths does not match.
    #[error("the checksum of a message's lengths does not match")]
    PreludeChecksum,
    /// The checksum of the message does not match.
    #[error("the checksum of a message does not match")]
    MessageChecksum,
    /// A message is shorter than its headers, or longer than is taken.
    #[error("a message of {length} bytes, where 16 and its headers to {longest} are taken")]
    LengthOutOfRange {
        /// The whole length that the message says it has, in bytes.
        length: u32,
        /// The most that is taken, in bytes.
        longest: usize,
    },
    /// The headers are longer than [`MAX_HEADERS_LENGTH`](super::MAX_HEADERS_LENGTH).
    #[error(
        "headers of {length} bytes, where {} are taken",
        super::MAX_HEADERS_LENGTH
    )]
    HeadersTooLong {
        /// The length that the message says they have, in bytes.
        length: u32,
    },
    /// There is not enough memory left to buffer a message.
    #[error("not enough memory to buffer a message")]
    OutOfMemory,
    /// The headers cannot be read.
    #[error("a header of a message {0}")]
    MalformedHeader(&'static str),
}

/// Why a signed message is refused. It proves nothing then, nor does what follows it.
///
/// No variant holds a signature.
///
/// ```
/// # use countersign::{sigv4::Authorization, Credentials, Signer};
/// use countersign::event_stream::{EventError, EventVerifier, Message};
/// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
/// # let signer = Signer::new(credentials.clone(), "us-east-1", "transcribe")?;
/// # let mut request = http::Request::post("https://localhost/").body(())?;
/// # let mut events = signer.sign_events(&mut request, now)?;
/// # let (first, second) = (events.sign(b"first", now)?, events.sign(b"second", now)?);
/// # let opened = Authorization::parse(request.headers()["authorization"].to_str()?)?;
///
/// // Somebody kept the first message back.
/// let mut verifier = EventVerifier::new(&credentials, &opened.scope, &opened.signature);
/// let refused = verifier.verify(&Message::decode(&second)?, now);
/// assert_eq!(refused, Err(EventError::SignatureMismatch));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// A message without the two headers of a signed one, or with others beside them.
    #[error("not a signed message: {0}")]
    NotSigned(&'static str),
    /// `:date` is no time within the years 0 to 9999.
    #[error("the date of a message is out of range")]
    InvalidDate,
    /// The message was signed too long before or after the server's time.
    #[error("a message was signed at {}, and it is {}", signed_at, now)]
    OutsideClockWindow {
        /// The message's own time.
        signed_at: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// The credentials that opened the stream have ended.
    #[error("the credentials expired at {}, and it is {}", expiration, now)]
    CredentialsExpired {
        /// When they ended.
        expiration: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// The message is not the one that was signed next: changed, swapped, or one before it is
    /// missing.
    #[error("the signature of a message does not match")]
    SignatureMismatch,
    /// Something follows the message that ends the stream.
    #[error("a message follows the end of the stream")]
    AfterEnd,
    /// The stream stopped without the message that ends it.
    #[error("the stream stopped before its end")]
    Incomplete,
}

impl EventError {
    /// The error's name as AWS's JSON services have it: what `:exception-type` says in the message
    /// that ends the answer.
    ///
    /// ```
    /// use countersign::event_stream::EventError;
    ///
    /// assert_eq!(EventError::SignatureMismatch.code(), "InvalidSignatureException");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSigned(_) | Self::InvalidDate => "IncompleteSignatureException",
            Self::OutsideClockWindow { .. } | Self::SignatureMismatch => {
                "InvalidSignatureException"
            }
            Self::CredentialsExpired { .. } => "ExpiredTokenException",
            Self::AfterEnd | Self::Incomplete => "BadRequestException",
        }
    }
}
