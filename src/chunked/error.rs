//! The errors of verifying chunks.

use http::StatusCode;

use crate::crypto::NotApproved;
use crate::verify::{Answer, INTERNAL, Protocol, refusal};

/// Why the body of an aws-chunked upload is refused.
///
/// The verifier has returned nothing of the refused chunk, and returns no more data. No variant
/// contains a signature. [`error_response`](crate::verify::error_response) makes a response of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkError {
    /// The body ended before the final chunk, or before the end of the trailers.
    #[error("body ended before its final chunk and trailers")]
    Incomplete,
    /// The length of the data differs from `x-amz-decoded-content-length`.
    #[error("chunks contain at least {length} bytes, expected {announced}")]
    WrongDecodedLength {
        /// The length of the chunks, with the one that was refused, in bytes.
        length: u64,
        /// The value of `x-amz-decoded-content-length`.
        announced: u64,
    },
    /// The framing is not that of aws-chunked.
    #[error("malformed aws-chunked body: {0}")]
    Malformed(ChunkSyntaxError),
    /// A chunk is smaller than 8 KiB and is not the last one.
    #[error(
        "chunk {chunk} is {size} bytes, below the minimum of {} bytes: only the last chunk may be smaller",
        super::MIN_CHUNK_SIZE
    )]
    ChunkTooSmall {
        /// The chunk's number, from 1.
        chunk: u64,
        /// Its size, in bytes.
        size: u64,
    },
    /// A signed chunk is larger than the verifier's maximum.
    #[error("chunk is {size} bytes, above the maximum of {maximum} bytes")]
    ChunkTooLarge {
        /// The chunk's size, in bytes.
        size: u64,
        /// The verifier's maximum, in bytes.
        maximum: u64,
    },
    /// The server does not have enough memory to buffer a signed chunk.
    #[error("not enough memory to buffer a chunk")]
    OutOfMemory,
    /// The trailers are longer than [`MAX_TRAILERS_LENGTH`](super::MAX_TRAILERS_LENGTH).
    #[error(
        "trailers are longer than the maximum of {} bytes",
        super::MAX_TRAILERS_LENGTH
    )]
    TrailersTooLong,
    /// The signature of a chunk or of the trailers does not match.
    #[error("signature of a chunk or of the trailers does not match")]
    SignatureMismatch,
    /// A trailer was not announced in `x-amz-trailer`, or appears more than once.
    #[error("trailer was not announced or appears more than once")]
    UnannouncedTrailer,
    /// A trailer that `x-amz-trailer` announces is missing.
    #[error("trailer `{name}` was announced but is missing")]
    MissingTrailer {
        /// The trailer's name.
        name: String,
    },
    /// The checksum in a trailer does not match the payload.
    #[error("checksum in trailer `{name}` does not match the payload")]
    ChecksumMismatch {
        /// The trailer's name.
        name: String,
    },
    /// An unsigned trailer was not checked, so it proves nothing.
    #[error("unsigned trailer `{name}` was not compared with the payload")]
    UncheckedTrailer {
        /// The trailer's name.
        name: String,
    },
    /// The request does not announce chunks, or does not announce them correctly.
    #[error("request does not announce aws-chunked: {0}")]
    NotAnnounced(AnnouncementProblem),
    /// A trailer is a SHA-1 or MD5 checksum, and only
    /// [approved algorithms](crate::crypto::allow_only_approved) are allowed.
    #[error(transparent)]
    NotApproved(#[from] NotApproved),
}

/// Why the chunks of a body cannot be read by what the headers announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AnnouncementProblem {
    /// The payload is announced as event messages.
    #[error("the body is an event stream")]
    EventStream,
    /// `x-amz-trailer` contains an invalid header name.
    #[error("`x-amz-trailer` contains an invalid header name")]
    InvalidTrailerName,
    /// A trailer is announced more than once. That is refused, because each name
    /// costs the verifier a checksum of the payload.
    #[error("`x-amz-trailer` contains a duplicate name")]
    DuplicateTrailer,
}

impl ChunkError {
    /// The error code of S3's response.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Incomplete | Self::WrongDecodedLength { .. } | Self::Malformed(_) => {
                "IncompleteBody"
            }
            Self::ChunkTooSmall { .. } => "InvalidChunkSizeError",
            Self::SignatureMismatch => "SignatureDoesNotMatch",
            Self::TrailersTooLong
            | Self::UnannouncedTrailer
            | Self::MissingTrailer { .. }
            | Self::UncheckedTrailer { .. } => "MalformedTrailerError",
            Self::ChecksumMismatch { .. } => "BadDigest",
            Self::ChunkTooLarge { .. } | Self::NotAnnounced(_) | Self::NotApproved(_) => {
                "InvalidRequest"
            }
            Self::OutOfMemory => "InternalError",
        }
    }

    /// The HTTP status of S3's response.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::ChunkTooSmall { .. } | Self::SignatureMismatch => StatusCode::FORBIDDEN,
            Self::OutOfMemory => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl refusal::Sealed for ChunkError {
    /// Only S3 takes chunks, so every protocol has its codes.
    fn answer(&self, _: Protocol) -> Answer {
        let message = match self {
            Self::OutOfMemory => INTERNAL.into(),
            Self::ChunkTooSmall { .. } => {
                "Only the last chunk is allowed to have a size less than 8192 bytes".into()
            }
            Self::SignatureMismatch => {
                "The request signature we calculated does not match the signature you provided. \
                 Check your key and signing method."
                    .into()
            }
            _ => self.to_string().into(),
        };
        let elements = match self {
            Self::ChunkTooSmall { chunk, size } => vec![
                ("Chunk", chunk.to_string()),
                ("BadChunkSize", size.to_string()),
            ],
            _ => Vec::new(),
        };
        Answer {
            code: self.code(),
            status: self.status(),
            message,
            elements,
        }
    }
}

/// How the framing of a body differs from that of aws-chunked.
///
/// [`ChunkError::Malformed`] contains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkSyntaxError {
    /// The header of a chunk is longer than any valid one.
    #[error("chunk header is too long")]
    HeaderTooLong,
    /// The header of a chunk does not end in CRLF.
    #[error("chunk header does not end in CRLF")]
    HeaderWithoutCrlf,
    /// The header of a chunk does not begin with a size.
    #[error("chunk header does not begin with a hexadecimal size")]
    InvalidSize,
    /// A signed chunk has no signature.
    #[error("chunk header does not contain a signature")]
    MissingSignature,
    /// A signature has the wrong length or is not lowercase hexadecimal.
    #[error("signature is not hexadecimal or has the wrong length")]
    InvalidSignature,
    /// An unsigned chunk has an extension, such as a signature.
    #[error("unsigned chunk has an extension")]
    UnexpectedExtension,
    /// CRLF is missing after the data of a chunk or after the final chunk.
    #[error("chunk is not followed by CRLF")]
    MissingLineBreak,
    /// Data follows the end of the body.
    #[error("data follows the end of the body")]
    DataAfterEnd,
    /// A trailer has no colon.
    #[error("trailer does not contain a colon")]
    TrailerWithoutColon,
    /// The value of a trailer contains a character outside printable ASCII.
    #[error("trailer value is not printable ASCII")]
    InvalidTrailerValue,
    /// A trailer follows the signature of the trailers.
    #[error("trailer follows the trailer signature")]
    TrailerAfterSignature,
}
