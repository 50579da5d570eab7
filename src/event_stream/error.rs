//! The errors of reading and verifying messages.

use crate::timestamp::Timestamp;

/// Why bytes are not the frame of a message.
///
/// The next message then begins at an unknown place: close the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The bytes end within a message.
    #[error("stream ended within a message")]
    Truncated,
    /// Bytes follow a message that should be the only one.
    #[error("unexpected bytes after the message")]
    TrailingBytes,
    /// The checksum of the lengths does not match.
    #[error("checksum of the message lengths does not match")]
    PreludeChecksum,
    /// The checksum of the message does not match.
    #[error("checksum of the message does not match")]
    MessageChecksum,
    /// A message is shorter than its frame and headers, or longer than the maximum.
    #[error(
        "message is {length} bytes, must be at least 16 bytes plus its headers, and at most {maximum} bytes"
    )]
    LengthOutOfRange {
        /// The length that the message announces, in bytes.
        length: u32,
        /// The maximum, in bytes.
        maximum: usize,
    },
    /// The headers are longer than [`MAX_HEADERS_LENGTH`](super::MAX_HEADERS_LENGTH).
    #[error(
        "event headers are {length} bytes, above the maximum of {} bytes",
        super::MAX_HEADERS_LENGTH
    )]
    HeadersTooLong {
        /// The length that the message announces for them, in bytes.
        length: u32,
    },
    /// There is not enough memory to buffer a message.
    #[error("not enough memory to buffer a message")]
    OutOfMemory,
    /// A header cannot be read.
    #[error("malformed event header: {0}")]
    MalformedHeader(HeaderError),
}

/// Why a header of a message cannot be read.
///
/// [`FrameError::MalformedHeader`] contains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The name is empty.
    #[error("empty name")]
    EmptyName,
    /// The type of the value is unknown.
    #[error("unknown value type")]
    UnknownType,
    /// The value is longer than 32,767 bytes.
    #[error("value is longer than 32767 bytes")]
    ValueTooLong,
    /// The name or the value extends beyond the headers.
    #[error("header extends past the end of the headers")]
    Truncated,
    /// The name or a text value is not UTF-8.
    #[error("text is not UTF-8")]
    InvalidUtf8,
}

/// Why a signed message is refused. Neither it nor a message after it is verified.
///
/// No variant contains a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The request does not announce an event stream that is signed with SigV4.
    #[error("request does not announce an event stream signed with SigV4")]
    NotAnnounced,
    /// The credentials are not those of the key that verified the request, which is an error of the
    /// server.
    #[error("credentials differ from those that opened the event stream")]
    WrongCredentials,
    /// The message does not have exactly the two headers of a signed message.
    #[error("malformed signed message: {0}")]
    NotSigned(SignedMessageProblem),
    /// `:date` is outside the years 0 to 9999.
    #[error("message date is outside the years 0 to 9999")]
    InvalidDate,
    /// The message was signed too long before or after the server's time.
    #[error(
        "message was signed at {}, too far from the server time {}",
        signed_at,
        now
    )]
    OutsideClockWindow {
        /// The message's own time.
        signed_at: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// The credentials that opened the stream have expired.
    #[error("credentials expired at {} (server time {})", expiration, now)]
    CredentialsExpired {
        /// When they expired.
        expiration: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// The message is not the one that was signed next.
    ///
    /// It was changed or reordered, or a message before it is missing.
    #[error("message signature does not match")]
    SignatureMismatch,
    /// A message follows the end of the stream.
    #[error("message after the end of the stream")]
    AfterEnd,
    /// The stream ended before its final message.
    #[error("stream ended before its final message")]
    Incomplete,
}

/// Why a message is not a signed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignedMessageProblem {
    /// There is no `:date`.
    #[error("`:date` is missing")]
    MissingDate,
    /// There is no `:chunk-signature`.
    #[error("`:chunk-signature` is missing")]
    MissingSignature,
    /// `:chunk-signature` has another length.
    #[error("`:chunk-signature` must be 32 bytes")]
    WrongSignatureLength,
    /// `:date` is not a timestamp, or `:chunk-signature` is not bytes.
    #[error("a header has the wrong type")]
    WrongType,
    /// The message has a header that the signature does not cover.
    #[error("the signature does not cover a header")]
    UncoveredHeader,
    /// A header appears more than once.
    #[error("a header appears more than once")]
    DuplicateHeader,
}

impl EventError {
    /// The error code in AWS's JSON services: the value of `:exception-type` in the response.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSigned(_) | Self::InvalidDate => "IncompleteSignatureException",
            Self::OutsideClockWindow { .. } | Self::SignatureMismatch => {
                "InvalidSignatureException"
            }
            Self::CredentialsExpired { .. } => "ExpiredTokenException",
            Self::NotAnnounced | Self::AfterEnd | Self::Incomplete => "BadRequestException",
            Self::WrongCredentials => "InternalFailure",
        }
    }
}
