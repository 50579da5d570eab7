//! What can be wrong with chunks that arrive.

use http::StatusCode;

/// Why the body of an aws-chunked upload is refused. Nothing of the chunk that it is about was let
/// out, and nothing will be from then on.
///
/// No variant holds a signature.
///
/// ```
/// # use countersign::chunked::ChunkedEncoding;
/// use countersign::chunked::{ChunkError, ChunkVerifier};
/// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
/// # use countersign::{Credentials, Service, Signer};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
/// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// # let mut request = http::Request::put("/key").header("host", "localhost").body(())?;
/// # let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
/// # let header = chunks.header("hello")?;
/// # let body = [header.as_ref(), b"hello", &chunks.finish()?].concat();
/// # let claim = SignedRequest::parse(&request)?;
/// # let key = VerificationKey::derive(&Credentials::new("AKIDEXAMPLE", "secret"), claim.scope())?;
/// # let PendingVerification::Streaming(head) = Verifier::new("us-east-1", Service::S3)?.verify_signature(&claim, &key, now)? else { unreachable!() };
/// # let (_, seed) = head.into_parts();
///
/// // An upload of which the connection broke in the middle.
/// let mut chunks = ChunkVerifier::new(&seed)?;
/// chunks.decode(&body[..50])?;
/// assert_eq!(chunks.finish(), Err(ChunkError::Incomplete));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkError {
    /// The body ended before the final chunk, or before the end of the trailers.
    #[error("the body ended before the end of the chunks")]
    Incomplete,
    /// The chunks hold more or less than `x-amz-decoded-content-length` says.
    #[error("the chunks hold {length} bytes (or more), but {announced} were announced")]
    WrongDecodedLength {
        /// What the chunks hold, or would have held with the last one, in bytes.
        length: u64,
        /// What `x-amz-decoded-content-length` says.
        announced: u64,
    },
    /// What stands between the chunks is not what aws-chunked puts there.
    #[error("not aws-chunked: {0}")]
    Malformed(&'static str),
    /// A chunk other than the last is smaller than 8 KiB.
    #[error("chunk {chunk} has {size} bytes only, and is not the last")]
    ChunkTooSmall {
        /// The chunk's number, from 1.
        chunk: u64,
        /// Its size, in bytes.
        size: u64,
    },
    /// A signed chunk is larger than the verifier's limit.
    #[error("chunk is {size} bytes, above the maximum of {maximum} bytes")]
    ChunkTooLarge {
        /// The chunk's size, in bytes.
        size: u64,
        /// The verifier's limit, in bytes.
        maximum: u64,
    },
    /// The server has not enough memory left to buffer a signed chunk.
    #[error("not enough memory to buffer a chunk")]
    OutOfMemory,
    /// The trailers are longer than [`MAX_TRAILERS_LENGTH`](super::MAX_TRAILERS_LENGTH).
    #[error("the trailers are longer than {} bytes", super::MAX_TRAILERS_LENGTH)]
    TrailersTooLong,
    /// A chunk or the trailers are not signed as the key and the signature before them ask.
    #[error("the signature of a chunk or of the trailers does not match")]
    SignatureMismatch,
    /// A trailer that `x-amz-trailer` does not announce, or that came twice.
    #[error("a trailer was not announced, or came twice")]
    UnannouncedTrailer,
    /// A trailer that `x-amz-trailer` announces is missing.
    #[error("the trailer `{name}` was announced, but is missing")]
    MissingTrailer {
        /// The trailer's name.
        name: String,
    },
    /// A checksum among the trailers is not that of the payload.
    #[error("the payload has not the checksum of the trailer `{name}`")]
    ChecksumMismatch {
        /// The trailer's name.
        name: String,
    },
    /// An unsigned trailer that nobody has checked: it proves nothing as it stands.
    #[error("nobody has checked the unsigned trailer `{name}`")]
    UncheckedTrailer {
        /// The trailer's name.
        name: String,
    },
    /// The request does not announce chunks, or does not announce them as they must be.
    #[error("the request does not announce aws-chunked: {0}")]
    NotAnnounced(&'static str),
}

impl ChunkError {
    /// The error code that S3 answers.
    ///
    /// ```
    /// use countersign::chunked::ChunkError;
    ///
    /// assert_eq!(ChunkError::SignatureMismatch.code(), "SignatureDoesNotMatch");
    /// assert_eq!(ChunkError::SignatureMismatch.status(), 403);
    /// ```
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
            Self::ChunkTooLarge { .. } | Self::NotAnnounced(_) => "InvalidRequest",
            Self::OutOfMemory => "InternalError",
        }
    }

    /// The status that goes with it.
    ///
    /// ```
    /// use countersign::chunked::ChunkError;
    ///
    /// assert_eq!(ChunkError::Incomplete.status(), 400);
    /// assert_eq!(ChunkError::SignatureMismatch.status(), 403);
    /// ```
    pub fn status(&self) -> StatusCode {
        match self {
            Self::ChunkTooSmall { .. } | Self::SignatureMismatch => StatusCode::FORBIDDEN,
            Self::OutOfMemory => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}
