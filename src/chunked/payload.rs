//! A payload that goes in chunks: its form, and how long it will be.

use http::HeaderValue;

use crate::chunked::trailer::{TRAILER_SIGNATURE, Trailer};
use crate::chunked::{DEFAULT_CHUNK_SIZE, MIN_CHUNK_SIZE};
use crate::error::Error;
use crate::sigv4::payload_hash::Streaming;
use crate::sigv4::signature::Algorithm;

/// What the chunks carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Signed,
    SignedWithTrailers,
    UnsignedWithTrailers,
}

/// How a payload goes as aws-chunked: its form, its length, the size of its chunks, its trailers.
///
/// All chunks have [one size](Self::with_chunk_size), of which only the last may fall short, and
/// `content-length` is set; or they have [any size](Self::with_any_chunk_size), and it is not.
///
/// ```
/// use countersign::sigv4::Algorithm;
/// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
///
/// let payload = ChunkedEncoding::signed(66560);
/// assert_eq!(payload.encoded_length(Algorithm::HmacSha256), Some(66824));
/// let payload = ChunkedEncoding::signed_with_trailers(66560, [ChecksumAlgorithm::Crc32c.into()]);
/// assert_eq!(payload.encoded_length(Algorithm::HmacSha256), Some(66946));
/// ```
#[derive(Clone, Debug)]
pub struct ChunkedEncoding {
    form: Encoding,
    decoded_length: u64,
    sizes: Sizes,
    min_chunk_size: usize,
    trailers: Vec<Trailer>,
}

#[derive(Clone, Copy, Debug)]
enum Sizes {
    One(usize),
    Any,
}

impl ChunkedEncoding {
    /// Every chunk is signed (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`). `decoded_length` is the
    /// payload's own, in bytes.
    ///
    /// ```
    /// use countersign::chunked::ChunkedEncoding;
    ///
    /// let file = vec![b'a'; 65 * 1024];
    /// let payload = ChunkedEncoding::signed(file.len() as u64);
    /// assert_eq!(payload.decoded_length(), 66560);
    /// ```
    pub fn signed(decoded_length: u64) -> Self {
        Self::new(Encoding::Signed, decoded_length, Vec::new())
    }

    /// Every chunk is signed, and so are the trailers (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`).
    ///
    /// ```
    /// use countersign::sigv4::Algorithm;
    /// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
    ///
    /// // S3's example of trailing headers.
    /// let payload = ChunkedEncoding::signed_with_trailers(66560, [ChecksumAlgorithm::Crc32c.into()]);
    /// assert_eq!(payload.encoded_length(Algorithm::HmacSha256), Some(66946));
    /// ```
    pub fn signed_with_trailers(
        decoded_length: u64,
        trailers: impl IntoIterator<Item = Trailer>,
    ) -> Self {
        let trailers = trailers.into_iter().collect();
        Self::new(Encoding::SignedWithTrailers, decoded_length, trailers)
    }

    /// Neither chunks nor trailers are signed (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`): what the AWS
    /// SDKs do over TLS, with a checksum for a trailer. Never without TLS.
    ///
    /// ```
    /// use countersign::sigv4::Algorithm;
    /// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
    ///
    /// let payload = ChunkedEncoding::unsigned_with_trailers(5, [ChecksumAlgorithm::Crc32.into()]);
    /// let wire = "5\r\naaaaa\r\n0\r\nx-amz-checksum-crc32:7qyTuQ==\r\n\r\n";
    /// assert_eq!(payload.encoded_length(Algorithm::HmacSha256), Some(wire.len() as u64));
    /// ```
    pub fn unsigned_with_trailers(
        decoded_length: u64,
        trailers: impl IntoIterator<Item = Trailer>,
    ) -> Self {
        let trailers = trailers.into_iter().collect();
        Self::new(Encoding::UnsignedWithTrailers, decoded_length, trailers)
    }

    fn new(form: Encoding, decoded_length: u64, trailers: Vec<Trailer>) -> Self {
        Self {
            form,
            decoded_length,
            sizes: Sizes::One(DEFAULT_CHUNK_SIZE),
            min_chunk_size: MIN_CHUNK_SIZE,
            trailers,
        }
    }

    /// All chunks have this size, in bytes, but for the last one, which may be smaller. Unless it is
    /// chosen, [64 KiB](DEFAULT_CHUNK_SIZE).
    ///
    /// ```
    /// use countersign::sigv4::Algorithm;
    /// use countersign::chunked::{ChunkedEncoding, DEFAULT_CHUNK_SIZE, MIN_CHUNK_SIZE};
    ///
    /// let payload = ChunkedEncoding::signed(1 << 20).with_chunk_size(1 << 18);
    /// assert!(DEFAULT_CHUNK_SIZE < 1 << 18 && MIN_CHUNK_SIZE < 1 << 18);
    /// let small = ChunkedEncoding::signed(1 << 20);
    /// assert!(payload.encoded_length(Algorithm::HmacSha256) < small.encoded_length(Algorithm::HmacSha256));
    /// ```
    pub fn with_chunk_size(self, chunk_size: usize) -> Self {
        Self {
            sizes: Sizes::One(chunk_size),
            ..self
        }
    }

    /// Chunks have any size from [8 KiB](MIN_CHUNK_SIZE) up, and the last one any at all. The
    /// encoded length is not known beforehand, so there is no `content-length`: HTTP/1.1 sends the
    /// body with `transfer-encoding: chunked`.
    ///
    /// ```
    /// use countersign::chunked::ChunkedEncoding;
    /// use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let payload = ChunkedEncoding::signed(30_000).with_any_chunk_size();
    /// let mut chunks = signer.sign_chunked(&mut request, payload, now)?;
    /// assert!(!request.headers().contains_key("content-length"));
    /// for length in [9_000, 20_000, 1_000] {
    ///     chunks.header(vec![0; length])?; // then the chunk itself
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_any_chunk_size(self) -> Self {
        Self {
            sizes: Sizes::Any,
            ..self
        }
    }

    /// For servers that take smaller chunks than S3 does, which refuses those under 8 KiB with
    /// `InvalidChunkSizeError`.
    ///
    /// ```
    /// use countersign::chunked::ChunkedEncoding;
    ///
    /// let payload = ChunkedEncoding::signed(100).with_chunk_size(10).without_min_chunk_size();
    /// assert_eq!(payload.decoded_length(), 100);
    /// ```
    pub fn without_min_chunk_size(self) -> Self {
        Self {
            min_chunk_size: 1,
            ..self
        }
    }

    /// The payload's own length, in bytes.
    ///
    /// ```
    /// use countersign::chunked::ChunkedEncoding;
    ///
    /// assert_eq!(ChunkedEncoding::signed(66560).decoded_length(), 66560);
    /// ```
    pub fn decoded_length(&self) -> u64 {
        self.decoded_length
    }

    /// The length of what goes on the wire, in bytes: exact where all chunks have one size, and in
    /// chunks of 64 KiB otherwise. `None` where it does not fit into 64 bits, or for a chunk size
    /// of 0.
    ///
    /// ```
    /// use countersign::sigv4::Algorithm;
    /// use countersign::chunked::ChunkedEncoding;
    ///
    /// // S3's example: chunks of 65,536 and 1,024 bytes, and the end.
    /// let length = ChunkedEncoding::signed(66560).encoded_length(Algorithm::HmacSha256);
    /// assert_eq!(length, Some(66824));
    /// ```
    pub fn encoded_length(&self, algorithm: Algorithm) -> Option<u64> {
        let length = self.length_of(self.decoded_length, algorithm)?;
        u64::try_from(length).ok()
    }

    /// What goes on the wire for the last `remaining` bytes, and for the end.
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

    /// The length of what goes on the wire in chunks of these sizes, in bytes. `None` where it does
    /// not fit into 64 bits.
    ///
    /// ```
    /// use countersign::sigv4::Algorithm;
    /// use countersign::chunked::ChunkedEncoding;
    ///
    /// let payload = ChunkedEncoding::signed(66560).with_any_chunk_size();
    /// assert_eq!(payload.encoded_length_in([65536, 1024], Algorithm::HmacSha256), Some(66824));
    /// ```
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

    /// A chunk of `size` bytes with its header and its line break.
    fn chunk_length(&self, size: u64, algorithm: Algorithm) -> u128 {
        let digits = u128::from((16 - size.leading_zeros() / 4).max(1));
        digits + self.extension_length(algorithm) + 2 + u128::from(size) + 2
    }

    /// The final, empty chunk and the trailers.
    fn end_length(&self, algorithm: Algorithm) -> u128 {
        let line = |name: usize, value: usize| (name as u128) + 1 + (value as u128) + 2;
        let trailers: u128 = self
            .trailers
            .iter()
            .map(|trailer| line(trailer.name().as_str().len(), trailer.value_length()))
            .sum();
        let signature = match self.form {
            Encoding::SignedWithTrailers => line(TRAILER_SIGNATURE.len(), algorithm.padded_len()),
            Encoding::Signed | Encoding::UnsignedWithTrailers => 0,
        };
        1 + self.extension_length(algorithm) + 2 + trailers + signature + 2
    }

    fn extension_length(&self, algorithm: Algorithm) -> u128 {
        if self.is_signed() {
            (EXTENSION.len() + algorithm.padded_len()) as u128
        } else {
            0
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if let Sizes::One(size) = self.sizes
            && size < self.min_chunk_size
            // A payload of one chunk may be smaller, and so may its chunk.
            && (size == 0 || self.decoded_length > size as u64)
        {
            return Err(Error::ChunkTooSmall {
                length: size as u64,
                minimum: self.min_chunk_size as u64,
            });
        }
        for (i, trailer) in self.trailers.iter().enumerate() {
            if trailer.name() == TRAILER_SIGNATURE {
                return Err(trailer.error("is written by the signer"));
            }
            let earlier = self.trailers.get(..i).unwrap_or_default();
            if earlier.iter().any(|one| one.name() == trailer.name()) {
                return Err(trailer.error("is announced twice"));
            }
        }
        Ok(())
    }

    pub(super) fn streaming(&self, algorithm: Algorithm) -> Streaming {
        match (self.form, algorithm) {
            (Encoding::Signed, Algorithm::HmacSha256) => Streaming::CHUNKS,
            (Encoding::Signed, Algorithm::EcdsaP256Sha256) => Streaming::CHUNKS_V4A,
            (Encoding::SignedWithTrailers, Algorithm::HmacSha256) => Streaming::CHUNKS_TRAILER,
            (Encoding::SignedWithTrailers, Algorithm::EcdsaP256Sha256) => {
                Streaming::CHUNKS_TRAILER_V4A
            }
            (Encoding::UnsignedWithTrailers, _) => Streaming::UNSIGNED_TRAILER,
        }
    }

    /// The value of `x-amz-trailer`.
    pub(super) fn trailer_names(&self) -> Option<HeaderValue> {
        let names: Vec<&str> = self
            .trailers
            .iter()
            .map(|trailer| trailer.name().as_str())
            .collect();
        if names.is_empty() {
            return None;
        }
        HeaderValue::try_from(names.join(",")).ok()
    }

    pub(super) fn trailers(&self) -> &[Trailer] {
        &self.trailers
    }

    pub(super) fn form(&self) -> Encoding {
        self.form
    }

    pub(super) fn is_signed(&self) -> bool {
        self.form != Encoding::UnsignedWithTrailers
    }

    pub(super) fn signs_trailers(&self) -> bool {
        self.form == Encoding::SignedWithTrailers
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

    /// Whether a chunk of `length` bytes can come while `remaining` bytes are to come.
    pub(super) fn takes(&self, length: u64, remaining: u64) -> Result<(), Error> {
        if length > remaining {
            return Err(Error::PayloadTooLong {
                length: (self.decoded_length - remaining).saturating_add(length),
                announced: self.decoded_length,
            });
        }
        match self.sizes {
            Sizes::One(size) if length != remaining.min(size as u64) => {
                Err(Error::WrongChunkSize {
                    length,
                    expected: remaining.min(size as u64),
                })
            }
            Sizes::Any if length < remaining.min(self.min_chunk_size as u64).max(1) => {
                Err(Error::ChunkTooSmall {
                    length,
                    minimum: self.min_chunk_size as u64,
                })
            }
            _ => Ok(()),
        }
    }
}

pub(super) const EXTENSION: &str = ";chunk-signature=";
