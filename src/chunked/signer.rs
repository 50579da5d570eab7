//! The signer of chunks.

use std::fmt;

use crate::chunked::ChunkedEncoding;
use crate::chunked::encoding::EXTENSION;
use crate::chunked::key::ChunkKey;
use crate::chunked::link::Link;
use crate::chunked::running::Checksums;
use crate::chunked::trailer::{TRAILER_SIGNATURE, Trailer, canonical_hash, with_values};
use crate::error::chunk::ChunkSigningError;
use crate::primitives::sha256::Sha256;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::signature::{LONGEST, Signature};

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
    payload_hash: PayloadHash,
    remaining: u64,
    /// Whether the line break after a chunk is still to be sent.
    in_chunk: bool,
    link: Link,
    key: ChunkKey,
    pub(super) checksums: Checksums,
}

impl ChunkSigner {
    pub(super) fn new(
        encoding: ChunkedEncoding,
        payload_hash: PayloadHash,
        seed: Signature,
        date: AmzDate,
        key: ChunkKey,
    ) -> Self {
        let names = encoding.trailers().iter().map(|one| one.name().as_str());
        Self {
            remaining: encoding.decoded_length(),
            checksums: Checksums::of(names),
            encoding,
            payload_hash,
            in_chunk: false,
            link: Link::new(date, seed),
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
    ///
    /// ```
    /// use countersign::chunked::ChunkedEncoding;
    /// use countersign::{Credentials, Signer, Timestamp};
    ///
    /// // The first chunk in the example of the Amazon S3 API Reference.
    /// let secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key);
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let uri = "https://s3.amazonaws.com/examplebucket/chunkObject.txt";
    /// let mut request = http::Request::put(uri)
    ///     .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
    ///     .body(())?;
    /// let encoding = ChunkedEncoding::signed(66560);
    /// let now: Timestamp = "2013-05-24T00:00:00Z".parse()?;
    /// let mut chunks = signer.sign_chunked(&mut request, encoding, now)?;
    /// assert_eq!(
    ///     chunks.header(vec![b'a'; 65536])?.as_ref(),
    ///     b"10000;chunk-signature=\
    ///     ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn header(&mut self, chunk: impl AsRef<[u8]>) -> Result<ChunkHeader, ChunkSigningError> {
        let chunk = chunk.as_ref();
        let length = chunk.len() as u64;
        self.encoding.takes(length, self.remaining)?;
        self.checksums.update(chunk);
        let hash = if self.encoding.mode().signs_chunks() {
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

    /// Signs a chunk of which the checksums have been updated.
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
        let mut header = ChunkHeader::new();
        if std::mem::replace(&mut self.in_chunk, true) {
            header.put(b"\r\n");
        }
        header.put_hex(length);
        if self.encoding.mode().signs_chunks() {
            let signature = self.link.sign_chunk(&self.key, hash);
            header.put(EXTENSION.as_bytes());
            header.put(signature.as_bytes());
            for _ in 0..self.padding(&signature) {
                header.put(b"*");
            }
            header.signature = Some(signature);
        }
        header.put(b"\r\n");
        header
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
    ///
    /// ```
    /// use countersign::chunked::ChunkedEncoding;
    /// # use countersign::{Credentials, Signer, Timestamp};
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let now = Timestamp::from_unix_seconds(1_767_225_600);
    ///
    /// let uri = "https://bucket.s3.amazonaws.com/key";
    /// let mut request = http::Request::put(uri).body(())?;
    /// let encoding = ChunkedEncoding::signed(9);
    /// let mut chunks = signer.sign_chunked(&mut request, encoding, now)?;
    /// chunks.header("123456789")?; // send it, and then the chunk
    /// let end = chunks.finish()?;
    /// assert!(end.starts_with(b"\r\n0;chunk-signature="));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        if self.encoding.mode().signs_trailers() {
            let hash = canonical_hash(values.iter().copied());
            let signature = self.link.sign_trailers(&self.key, &hash);
            let padding = self.padding(&signature);
            put_line(&mut end, TRAILER_SIGNATURE, signature.as_bytes(), padding);
        }
        end.extend_from_slice(b"\r\n");
        Ok(end)
    }

    /// The payload hash that the request was signed with: a `STREAMING-…` literal.
    pub fn payload_hash(&self) -> PayloadHash {
        self.payload_hash
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

/// CRLF, 16 digits, the extension's name, a signature, CRLF.
const LONGEST_HEADER: usize = 2 + 16 + EXTENSION.len() + LONGEST + 2;

/// What to send before a chunk, as bytes on the stack.
///
/// [`ChunkSigner::header`] returns it.
///
/// ```
/// use countersign::chunked::ChunkedEncoding;
/// # use countersign::{Credentials, Signer, Timestamp};
/// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// # let now = Timestamp::from_unix_seconds(1_767_225_600);
///
/// let uri = "https://bucket.s3.amazonaws.com/key";
/// let mut request = http::Request::put(uri).body(())?;
/// let encoding = ChunkedEncoding::signed(5);
/// let mut chunks = signer.sign_chunked(&mut request, encoding, now)?;
/// let header = chunks.header("hello")?;
/// let signature = header.signature().expect("a signed chunk").as_str();
/// let text = format!("5;chunk-signature={signature}\r\n");
/// assert_eq!(header.as_ref(), text.as_bytes());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct ChunkHeader {
    bytes: [u8; LONGEST_HEADER],
    len: usize,
    signature: Option<Signature>,
}

impl ChunkHeader {
    fn new() -> Self {
        Self {
            bytes: [0; LONGEST_HEADER],
            len: 0,
            signature: None,
        }
    }

    /// The chunk's signature without padding, or `None` if the chunks are unsigned.
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    #[expect(
        clippy::expect_used,
        reason = "`LONGEST_HEADER` is the sum of the longest parts"
    )]
    fn put(&mut self, part: &[u8]) {
        let end = self.len + part.len();
        let space = self.bytes.get_mut(self.len..end);
        space.expect("room for every part").copy_from_slice(part);
        self.len = end;
    }

    fn put_hex(&mut self, number: u64) {
        let digits = (16 - number.leading_zeros() / 4).max(1);
        for place in (0..digits).rev() {
            let digit = (number >> (4 * place)) as u8 & 0xf;
            let base = if digit < 10 { b'0' } else { b'a' - 10 };
            self.put(&[base + digit]);
        }
    }
}

impl AsRef<[u8]> for ChunkHeader {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl fmt::Debug for ChunkHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}
