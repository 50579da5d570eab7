//! The signer of chunks.

use std::fmt;

use crate::chunked::checksums::Checksums;
use crate::chunked::key::ChunkKey;
use crate::chunked::signature_chain::SignatureChain;
use crate::chunked::trailer::{TRAILER_SIGNATURE, Trailer, canonical_hash, with_values};
use crate::chunked::{ChunkHeader, ChunkedEncoding};
use crate::error::chunk::ChunkSigningError;
use crate::primitives::sha256::Sha256;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::signature::Signature;

/// Creates what surrounds the chunks of one upload.
///
/// It copies no data. Send each chunk after its [header](Self::header), and after the last chunk
/// what [`finish`](Self::finish) returns. All signatures have the timestamp of the request.
///
/// [`Signer::sign_chunked`](crate::Signer::sign_chunked) returns it.
///
/// ```
/// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
/// use countersign::{Credentials, Signer, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// let uri = "https://bucket.s3.amazonaws.com/key";
/// let mut request = http::Request::put(uri).body(())?;
/// let trailers = [ChecksumAlgorithm::Crc32c.into()];
/// let encoding = ChunkedEncoding::signed_with_trailers(5, trailers);
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let mut chunks = signer.sign_chunked(&mut request, encoding, now)?;
///
/// let mut body = chunks.header("hello")?.as_ref().to_vec();
/// body.extend_from_slice(b"hello");
/// // The CRC-32C of `hello`. `finish` calculates it with the feature `checksums`.
/// let end = chunks.finish_with([("x-amz-checksum-crc32c", "mnG7TA==")])?;
/// body.extend_from_slice(&end);
/// assert_eq!(request.headers()["content-length"], body.len().to_string());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ChunkSigner {
    encoding: ChunkedEncoding,
    remaining: u64,
    /// Whether the line break after a chunk is still to be sent.
    in_chunk: bool,
    chain: SignatureChain,
    key: ChunkKey,
    pub(super) checksums: Checksums,
}

impl ChunkSigner {
    pub(super) fn new(
        encoding: ChunkedEncoding,
        seed: Signature,
        date: AmzDate,
        key: ChunkKey,
    ) -> Self {
        let names = encoding.trailers().iter().map(|one| one.name().as_str());
        Self {
            remaining: encoding.decoded_length(),
            checksums: Checksums::new(names),
            encoding,
            in_chunk: false,
            chain: SignatureChain::new(key.algorithm(), date, *key.scope(), seed),
            key,
        }
    }

    /// Signs a chunk and returns what to send before it.
    ///
    /// The header contains the line break after the previous chunk, the size and the signature. It
    /// costs the hash of the chunk, one signature and no allocation. With the feature `checksums`, it
    /// also updates the announced checksums.
    ///
    /// # Errors
    /// - [`ChunkSigningError::EmptyChunk`] if the chunk is empty
    /// - [`ChunkSigningError::WrongChunkSize`] if it differs from the [chunk size](Self::chunk_size)
    /// - [`ChunkSigningError::ChunkTooSmall`] if any size is allowed, and it is below the minimum
    /// - [`ChunkSigningError::PayloadTooLong`] if it exceeds the decoded length
    ///
    /// After an error nothing has changed, and another chunk can follow.
    pub fn header(&mut self, chunk: impl AsRef<[u8]>) -> Result<ChunkHeader, ChunkSigningError> {
        let chunk = chunk.as_ref();
        let length = chunk.len() as u64;
        self.encoding.takes(length, self.remaining)?;
        self.checksums.update(chunk);
        let hash = if self.encoding.signs_chunks() {
            Sha256::digest(chunk)
        } else {
            [0; 32]
        };
        Ok(self.next(length, &hash))
    }

    /// Signs a chunk by its length and its SHA-256, as [`header`](Self::header) does.
    ///
    /// Use it for a chunk in pieces that was hashed piece by piece. The hash is ignored if the
    /// chunks are unsigned. Checksums are not calculated from then on: pass them to
    /// [`finish_with`](Self::finish_with).
    ///
    /// # Errors
    /// - everything that [`header`](Self::header) returns
    pub fn header_of_hash(
        &mut self,
        length: u64,
        hash: &[u8; 32],
    ) -> Result<ChunkHeader, ChunkSigningError> {
        let header = self.header_of_counted(length, hash)?;
        self.checksums.clear();
        Ok(header)
    }

    /// Signs a chunk whose checksums are already updated.
    pub(super) fn header_of_counted(
        &mut self,
        length: u64,
        hash: &[u8; 32],
    ) -> Result<ChunkHeader, ChunkSigningError> {
        self.encoding.takes(length, self.remaining)?;
        Ok(self.next(length, hash))
    }

    fn next(&mut self, length: u64, hash: &[u8; 32]) -> ChunkHeader {
        self.remaining -= length;
        let follows_chunk = std::mem::replace(&mut self.in_chunk, true);
        let signature = self.encoding.signs_chunks().then(|| {
            let signature = self.key.sign(self.chain.chunk(hash));
            self.chain.advance(signature);
            (signature, self.padding(&signature))
        });
        ChunkHeader::new(follows_chunk, length, signature)
    }

    /// How many `*` a signature of varying length takes, so that lengths are known beforehand.
    fn padding(&self, signature: &Signature) -> usize {
        let padded_len = self.key.algorithm().padded_len();
        padded_len.saturating_sub(signature.as_bytes().len())
    }

    /// The size of each chunk but the last one, in bytes.
    ///
    /// The last chunk has what [remains](Self::remaining). With
    /// [any chunk size](ChunkedEncoding::with_any_chunk_size), this is a suggestion.
    pub fn chunk_size(&self) -> usize {
        self.encoding.chunk_size()
    }

    /// The number of bytes of the payload that are not signed yet.
    pub fn remaining(&self) -> u64 {
        self.remaining
    }

    /// The number of bytes that are still to be sent, in chunks of [this size](Self::chunk_size).
    ///
    /// It is `None` if it exceeds 64 bits.
    pub fn encoded_remaining(&self) -> Option<u64> {
        let length = self
            .encoding
            .length_of(self.remaining, self.key.algorithm())?;
        u64::try_from(length + if self.in_chunk { 2 } else { 0 }).ok()
    }

    /// The announced trailers.
    pub fn trailers(&self) -> &[Trailer] {
        self.encoding.trailers()
    }

    /// Returns what to send after the last chunk.
    ///
    /// With the feature `checksums`, the trailers of
    /// [`ChecksumAlgorithm`](super::ChecksumAlgorithm) are calculated from the chunks that
    /// [`header`](Self::header) has read. Pass any others to [`finish_with`](Self::finish_with).
    ///
    /// # Errors
    /// - [`ChunkSigningError::PayloadTooShort`] if data is missing
    /// - [`ChunkSigningError::MissingTrailer`] if an announced trailer is not calculated
    pub fn finish(self) -> Result<Vec<u8>, ChunkSigningError> {
        self.finish_with::<&str, &str>([])
    }

    /// Returns what to send after the last chunk, with trailers by name and value.
    ///
    /// A given value replaces the one that [`finish`](Self::finish) would calculate. Trailers are
    /// sent in the order of their names.
    ///
    /// # Errors
    /// - everything that [`finish`](Self::finish) returns
    /// - [`ChunkSigningError::UnannouncedTrailer`] if a trailer was not announced
    /// - [`ChunkSigningError::DuplicateTrailer`] if a trailer is given more than once
    /// - [`ChunkSigningError::InvalidTrailerValue`] if a value is not printable ASCII, or begins or
    ///   ends with a space
    /// - [`ChunkSigningError::WrongTrailerLength`] if a value has another length than announced
    pub fn finish_with<N: AsRef<str>, V: AsRef<str>>(
        mut self,
        trailers: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Vec<u8>, ChunkSigningError> {
        let announced = self.encoding.decoded_length();
        if self.remaining > 0 {
            return Err(ChunkSigningError::PayloadTooShort {
                length: announced - self.remaining,
                announced,
            });
        }
        let length = self
            .encoded_remaining()
            .and_then(|n| usize::try_from(n).ok());
        let header = self.next(0, &Sha256::digest(b""));
        let given: Vec<(N, V)> = trailers.into_iter().collect();
        let calculated: Vec<(&str, String)> = self
            .trailers()
            .iter()
            .map(|trailer| trailer.name().as_str())
            .filter_map(|name| Some((name, self.checksums.value(name)?)))
            .collect();
        let values = with_values(self.encoding.trailers(), &given, &calculated)?;
        // The values have the announced lengths, so this is exact.
        let mut end = Vec::with_capacity(length.unwrap_or(0));
        end.extend_from_slice(header.as_ref());
        for (name, value) in &values {
            put_line(&mut end, name, value.as_bytes(), 0);
        }
        if self.encoding.signs_trailers() {
            let hash = canonical_hash(values.iter().copied());
            let signature = self.key.sign(self.chain.trailers(&hash));
            let padding = self.padding(&signature);
            put_line(&mut end, TRAILER_SIGNATURE, signature.as_bytes(), padding);
        }
        end.extend_from_slice(b"\r\n");
        Ok(end)
    }

    /// The payload hash that the request was signed with: a `STREAMING-…` literal.
    pub fn payload_hash(&self) -> PayloadHash {
        self.encoding.payload_hash(self.key.algorithm())
    }
}

fn put_line(end: &mut Vec<u8>, name: &str, value: &[u8], padding: usize) {
    for part in [name.as_bytes(), b":", value] {
        end.extend_from_slice(part);
    }
    end.resize(end.len() + padding, b'*');
    end.extend_from_slice(b"\r\n");
}

impl fmt::Debug for ChunkSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkSigner")
            .field("encoding", &self.encoding)
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}
