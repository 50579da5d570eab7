//! The errors of signing chunks.

/// Why an upload in chunks cannot be signed.
///
/// [`Signer::sign_chunked`](crate::Signer::sign_chunked) returns it inside
/// [`Error::Chunk`](crate::Error::Chunk).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkSigningError {
    /// A chunk is smaller than the store's minimum and is not the last one.
    #[error(
        "chunk is {length} bytes, below the minimum of {minimum} bytes: only the last chunk may be smaller"
    )]
    ChunkTooSmall {
        /// The chunk's length, in bytes.
        length: u64,
        /// The minimum, in bytes.
        minimum: u64,
    },
    /// A chunk is empty. An empty chunk ends the payload.
    #[error("chunk is empty, which would end the payload: call `finish` instead")]
    EmptyChunk,
    /// The size of a chunk differs from the size that `content-length` was calculated from.
    #[error("chunk is {length} bytes, expected {expected}")]
    WrongChunkSize {
        /// The chunk's length, in bytes.
        length: u64,
        /// The expected length, in bytes.
        expected: u64,
    },
    /// The payload is longer than `x-amz-decoded-content-length` says.
    #[error("payload is at least {length} bytes, expected {announced}")]
    PayloadTooLong {
        /// The length with the refused chunk, in bytes.
        length: u64,
        /// The value of `x-amz-decoded-content-length`.
        announced: u64,
    },
    /// The payload is shorter than `x-amz-decoded-content-length` says.
    #[error("payload ended early: {length} of {announced} bytes were signed")]
    PayloadTooShort {
        /// The length that was signed, in bytes.
        length: u64,
        /// The value of `x-amz-decoded-content-length`.
        announced: u64,
    },
    /// The encoded payload is too long for `content-length`.
    #[error("encoded payload must be shorter than 2^64 bytes")]
    PayloadTooLarge,
    /// The caller announced the trailer that the signer writes itself.
    #[error("trailer `{name}` is reserved for the signer")]
    ReservedTrailer {
        /// The trailer's name.
        name: String,
    },
    /// A trailer was announced or given more than once.
    #[error("trailer `{name}` appears more than once")]
    DuplicateTrailer {
        /// The trailer's name.
        name: String,
    },
    /// A trailer was given that was not announced.
    #[error("trailer `{}` was not announced", name.escape_debug())]
    UnannouncedTrailer {
        /// The trailer's name, as it was given.
        name: String,
    },
    /// A trailer was announced but not given.
    #[error("trailer `{name}` was announced but is missing")]
    MissingTrailer {
        /// The trailer's name.
        name: String,
    },
    /// The value of a trailer has another length than announced.
    #[error("value of trailer `{name}` is {length} bytes, expected {announced}")]
    WrongTrailerLength {
        /// The trailer's name.
        name: String,
        /// The value's length, in bytes.
        length: usize,
        /// The announced length, in bytes.
        announced: usize,
    },
    /// The value of a trailer contains a control or non-ASCII character, or an outer space.
    #[error("value of trailer `{name}` must be printable ASCII without a space at either end")]
    InvalidTrailerValue {
        /// The trailer's name.
        name: String,
    },
}
