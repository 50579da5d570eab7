//! How a payload is sent in chunks, and how long it will be.

use http::HeaderValue;

use crate::chunked::trailer::{TRAILER_SIGNATURE, Trailer};
use crate::chunked::{DEFAULT_CHUNK_SIZE, MIN_CHUNK_SIZE};
use crate::error::chunk::ChunkSigningError;
use crate::sigv4::payload_hash::{PayloadHash, StreamingMode};
use crate::sigv4::signature::{Algorithm, LONGEST};

pub(super) const EXTENSION: &str = ";chunk-signature=";

/// The maximum length of a chunk's header: 16 digits, the extension, a signature, CRLF.
pub(super) const MAX_HEADER_LENGTH: usize = 16 + EXTENSION.len() + LONGEST + 2;

/// How a payload is sent as aws-chunked: signatures, length, chunk sizes and trailers.
///
/// By default all chunks have [one size](Self::with_chunk_size), only the last one may be smaller,
/// and `content-length` is set. With [any chunk size](Self::with_any_chunk_size) it is not set.
///
/// ```
/// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
/// use countersign::sigv4::Algorithm;
///
/// // The lengths in the examples of the Amazon S3 API Reference.
/// let encoding = ChunkedEncoding::signed(66560);
/// assert_eq!(encoding.encoded_length(Algorithm::HmacSha256), Some(66824));
/// let trailers = [ChecksumAlgorithm::Crc32c.into()];
/// let encoding = ChunkedEncoding::signed_with_trailers(66560, trailers);
/// assert_eq!(encoding.encoded_length(Algorithm::HmacSha256), Some(66946));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ChunkedEncoding {
    mode: StreamingMode,
    decoded_length: u64,
    sizes: Sizes,
    min_chunk_size: usize,
    trailers: Vec<Trailer>,
    content_encoding: bool,
}

#[derive(Clone, Copy, Debug)]
enum Sizes {
    One(usize),
    Any,
}

impl ChunkedEncoding {
    /// Signs every chunk (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`).
    ///
    /// `decoded_length` is the length of the payload itself, in bytes.
    pub fn signed(decoded_length: u64) -> Self {
        Self::new(StreamingMode::Chunks, decoded_length, Vec::new())
    }

    /// Signs every chunk and the trailers (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`).
    ///
    /// `decoded_length` is the length of the payload itself, in bytes.
    pub fn signed_with_trailers(
        decoded_length: u64,
        trailers: impl IntoIterator<Item = Trailer>,
    ) -> Self {
        let trailers = trailers.into_iter().collect();
        Self::new(StreamingMode::ChunksAndTrailer, decoded_length, trailers)
    }

    /// Signs neither chunks nor trailers (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`).
    ///
    /// The AWS SDKs send this over TLS, with a checksum as the trailer. Never send it without TLS.
    /// `decoded_length` is the length of the payload itself, in bytes.
    pub fn unsigned_with_trailers(
        decoded_length: u64,
        trailers: impl IntoIterator<Item = Trailer>,
    ) -> Self {
        let trailers = trailers.into_iter().collect();
        Self::new(StreamingMode::UnsignedAndTrailer, decoded_length, trailers)
    }

    fn new(mode: StreamingMode, decoded_length: u64, trailers: Vec<Trailer>) -> Self {
        Self {
            mode,
            decoded_length,
            sizes: Sizes::One(DEFAULT_CHUNK_SIZE),
            min_chunk_size: MIN_CHUNK_SIZE,
            trailers,
            content_encoding: true,
        }
    }

    /// Sets the size of all chunks but the last one, in bytes.
    ///
    /// The default is [64 KiB](DEFAULT_CHUNK_SIZE).
    pub fn with_chunk_size(self, chunk_size: usize) -> Self {
        Self {
            sizes: Sizes::One(chunk_size),
            ..self
        }
    }

    /// Allows chunks of any size from [8 KiB](MIN_CHUNK_SIZE) up, and a last one of any size.
    ///
    /// The encoded length is then unknown beforehand, so `content-length` is not set. HTTP/1.1 sends
    /// the body with `transfer-encoding: chunked`.
    pub fn with_any_chunk_size(self) -> Self {
        Self {
            sizes: Sizes::Any,
            ..self
        }
    }

    /// Allows chunks under [8 KiB](MIN_CHUNK_SIZE).
    ///
    /// S3 refuses them with `InvalidChunkSizeError`. Some other stores accept them.
    pub fn without_min_chunk_size(self) -> Self {
        Self {
            min_chunk_size: 1,
            ..self
        }
    }

    /// Leaves the header `content-encoding` as it is, without adding `aws-chunked`.
    ///
    /// S3 documents that header as required and removes `aws-chunked` from it before it stores the
    /// object. Some stores, such as Ceph, keep it in the object's metadata. Use this for them.
    pub fn without_content_encoding(self) -> Self {
        Self {
            content_encoding: false,
            ..self
        }
    }

    /// The length of the payload itself, in bytes.
    pub fn decoded_length(&self) -> u64 {
        self.decoded_length
    }

    /// The length of the encoded body, in bytes.
    ///
    /// With [any chunk size](Self::with_any_chunk_size), it assumes chunks of 64 KiB. It is `None` if
    /// it exceeds 64 bits, or if the chunk size is 0.
    pub fn encoded_length(&self, algorithm: Algorithm) -> Option<u64> {
        let length = self.length_of(self.decoded_length, algorithm)?;
        u64::try_from(length).ok()
    }

    /// The encoded length of the last `remaining` bytes and of what ends the body.
    pub(super) fn length_of(&self, remaining: u64, algorithm: Algorithm) -> Option<u128> {
        let size = u64::try_from(self.chunk_size()).ok()?;
        let (full, last) = (remaining.checked_div(size)?, remaining.checked_rem(size)?);
        let last = if last == 0 {
            0
        } else {
            self.chunk_length(last, algorithm)
        };
        self.chunk_length(size, algorithm)
            .checked_mul(full.into())?
            .checked_add(last)?
            .checked_add(self.end_length(algorithm))
    }

    /// The length of the encoded body in chunks of the given sizes, in bytes.
    ///
    /// It is `None` if it exceeds 64 bits.
    pub fn encoded_length_in(
        &self,
        sizes: impl IntoIterator<Item = u64>,
        algorithm: Algorithm,
    ) -> Option<u64> {
        let length = sizes
            .into_iter()
            .try_fold(self.end_length(algorithm), |sum, size| {
                sum.checked_add(self.chunk_length(size, algorithm))
            })?;
        u64::try_from(length).ok()
    }

    /// The length of a chunk of `size` bytes with its header and its line break.
    fn chunk_length(&self, size: u64, algorithm: Algorithm) -> u128 {
        u128::from(hex_digits(size)) + self.extension_length(algorithm) + 2 + u128::from(size) + 2
    }

    /// The length of the final, empty chunk and of the trailers.
    fn end_length(&self, algorithm: Algorithm) -> u128 {
        let line = |name: usize, value: usize| (name as u128) + 1 + (value as u128) + 2;
        let trailers: u128 = self
            .trailers
            .iter()
            .map(|trailer| line(trailer.name().as_str().len(), trailer.value_length()))
            .sum();
        let signature = if self.signs_trailers() {
            line(TRAILER_SIGNATURE.len(), algorithm.padded_len())
        } else {
            0
        };
        1 + self.extension_length(algorithm) + 2 + trailers + signature + 2
    }

    fn extension_length(&self, algorithm: Algorithm) -> u128 {
        if self.signs_chunks() {
            (EXTENSION.len() + algorithm.padded_len()) as u128
        } else {
            0
        }
    }

    pub(super) fn check(&self) -> Result<(), ChunkSigningError> {
        if let Sizes::One(size) = self.sizes
            && size < self.min_chunk_size
            // The only chunk of a payload is also its last one.
            && (size == 0 || self.decoded_length > size as u64)
        {
            return Err(ChunkSigningError::ChunkTooSmall {
                length: size as u64,
                minimum: self.min_chunk_size as u64,
            });
        }
        for (i, trailer) in self.trailers.iter().enumerate() {
            let name = || trailer.name().as_str().to_owned();
            if trailer.name() == TRAILER_SIGNATURE {
                return Err(ChunkSigningError::ReservedTrailer { name: name() });
            }
            let mut earlier = self.trailers.iter().take(i);
            if earlier.any(|one| one.name() == trailer.name()) {
                return Err(ChunkSigningError::DuplicateTrailer { name: name() });
            }
        }
        Ok(())
    }

    pub(super) fn payload_hash(&self, algorithm: Algorithm) -> PayloadHash {
        let mode = self.mode;
        PayloadHash::Streaming { mode, algorithm }
    }

    /// The value of `x-amz-trailer`.
    #[expect(
        clippy::expect_used,
        reason = "every header name is also a valid header value"
    )]
    pub(super) fn trailer_names(&self) -> Option<HeaderValue> {
        let names: Vec<&str> = self
            .trailers
            .iter()
            .map(|trailer| trailer.name().as_str())
            .collect();
        if names.is_empty() {
            return None;
        }
        let names = HeaderValue::try_from(names.join(","));
        Some(names.expect("header names and commas"))
    }

    pub(super) fn trailers(&self) -> &[Trailer] {
        &self.trailers
    }

    pub(super) fn mode(&self) -> StreamingMode {
        self.mode
    }

    pub(super) fn signs_chunks(&self) -> bool {
        self.mode != StreamingMode::UnsignedAndTrailer
    }

    pub(super) fn signs_trailers(&self) -> bool {
        self.mode == StreamingMode::ChunksAndTrailer
    }

    pub(super) fn sets_content_encoding(&self) -> bool {
        self.content_encoding
    }

    pub(super) fn has_one_chunk_size(&self) -> bool {
        matches!(self.sizes, Sizes::One(_))
    }

    pub(super) fn chunk_size(&self) -> usize {
        match self.sizes {
            Sizes::One(size) => size,
            Sizes::Any => DEFAULT_CHUNK_SIZE,
        }
    }

    /// Whether a chunk of `length` bytes may follow while `remaining` bytes are missing.
    pub(super) fn takes(&self, length: u64, remaining: u64) -> Result<(), ChunkSigningError> {
        if length > remaining {
            return Err(ChunkSigningError::PayloadTooLong {
                length: (self.decoded_length - remaining).saturating_add(length),
                announced: self.decoded_length,
            });
        }
        let expected = remaining.min(self.chunk_size() as u64);
        match self.sizes {
            _ if length == 0 => Err(ChunkSigningError::EmptyChunk),
            Sizes::One(_) if length != expected => {
                Err(ChunkSigningError::WrongChunkSize { length, expected })
            }
            Sizes::Any if length < remaining.min(self.min_chunk_size as u64) => {
                Err(ChunkSigningError::ChunkTooSmall {
                    length,
                    minimum: self.min_chunk_size as u64,
                })
            }
            _ => Ok(()),
        }
    }
}

/// The number of hexadecimal digits of a chunk's size.
pub(super) fn hex_digits(size: u64) -> u32 {
    (16 - size.leading_zeros() / 4).max(1)
}
