//! The signer of chunks.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::chunked::ChunkedEncoding;
use crate::chunked::link::Link;
use crate::chunked::payload::EXTENSION;
use crate::chunked::trailer::{TRAILER_SIGNATURE, Trailer, canonical_hash, with_values};
use crate::error::Error;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::{PayloadHash, Streaming};
use crate::sigv4::signature::{LONGEST, Signature};
use crate::sigv4::signing_key::{Key, SigningKey};

/// Makes what stands around the chunks of one upload.
///
/// It copies no data: for each chunk it gives the [header](Self::header) to send in front of it, and
/// at the end what [ends](Self::finish) the stream. It belongs to the one request that it was signed
/// with, and knows that request's time; there is none without it.
///
/// Made by [`Signer::sign_chunked`](crate::Signer::sign_chunked).
///
/// ```
/// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
/// use countersign::{Credentials, PayloadHash, Signer};
/// use time::macros::datetime;
///
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// let payload = ChunkedEncoding::signed_with_trailers(5, [ChecksumAlgorithm::Crc32c.into()]);
/// let mut chunks = signer.sign_chunked(&mut request, payload, datetime!(2015-08-30 12:36 UTC))?;
/// assert_eq!(chunks.payload_hash().to_hashed_payload().as_str(), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
/// assert_eq!(chunks.trailers().len(), 1);
///
/// let header = chunks.header("hello")?; // sent before the chunk; its signature covers the chunk
/// assert!(header.as_ref().starts_with(b"5;chunk-signature=") && header.signature().is_some());
/// assert_eq!(chunks.remaining(), 0);
/// let left = chunks.encoded_remaining();
/// let end = chunks.finish_with([("x-amz-checksum-crc32c", "mnG7TA==")])?; // CRC-32C of `hello`
/// assert_eq!(Some(end.len() as u64), left);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ChunkSigner<K = SigningKey> {
    payload: ChunkedEncoding,
    streaming: Streaming,
    remaining: u64,
    /// Whether the line of a chunk is still to be ended.
    in_chunk: bool,
    link: Link,
    key: K,
}

impl<K: Key + Clone> ChunkSigner<K> {
    pub(super) fn new(
        payload: ChunkedEncoding,
        streaming: Streaming,
        seed: Signature,
        date: AmzDate,
        key: &K,
    ) -> Self {
        Self {
            remaining: payload.decoded_length(),
            payload,
            streaming,
            in_chunk: false,
            link: Link::new(date, seed),
            key: key.clone(),
        }
    }
}

impl<K: Key> ChunkSigner<K> {
    /// What to send in front of a chunk: the end of the chunk before it, and this one's size and
    /// signature. It costs the hash of the chunk and one signature, and no allocation.
    ///
    /// # Errors
    /// An empty chunk, or one that is smaller, larger or more than what was announced. Nothing was
    /// signed then, and another chunk can follow.
    ///
    /// ```
    /// use countersign::chunked::ChunkedEncoding;
    /// use countersign::{Credentials, Signer};
    /// use time::macros::datetime;
    ///
    /// // The first chunk of S3's example.
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let mut request = http::Request::put("https://s3.amazonaws.com/examplebucket/chunkObject.txt")
    ///     .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
    ///     .body(())?;
    /// let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), datetime!(2013-05-24 0:00 UTC))?;
    /// assert_eq!(
    ///     chunks.header(vec![b'a'; 65536])?.as_ref(),
    ///     b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn header(&mut self, chunk: impl AsRef<[u8]>) -> Result<ChunkHeader, Error> {
        let chunk = chunk.as_ref();
        self.payload.takes(chunk.len() as u64, self.remaining)?;
        let hash = if self.payload.is_signed() {
            Sha256::digest(chunk).into()
        } else {
            [0; 32]
        };
        self.header_of_hash(chunk.len() as u64, &hash)
    }

    /// As [`header`](Self::header), for a chunk in pieces that was hashed as they came: its length
    /// in bytes and its SHA-256 (which does not count where the payload is unsigned).
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use countersign::chunked::ChunkedEncoding;
    /// use countersign::{Credentials, Signer};
    /// use time::macros::datetime;
    ///
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let now = datetime!(2015-08-30 12:36 UTC);
    ///
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
    /// # let mut same = chunks.clone();
    /// # let hash = countersign::PayloadHash::new("hello");
    /// // The SHA-256 of `hel` and `lo`, which came one after the other.
    /// # let countersign::PayloadHash::Sha256(hash) = hash else { unreachable!() };
    /// let header = chunks.header_of_hash(5, &hash)?;
    /// assert_eq!(header.as_ref(), same.header("hello")?.as_ref());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn header_of_hash(&mut self, length: u64, hash: &[u8; 32]) -> Result<ChunkHeader, Error> {
        self.payload.takes(length, self.remaining)?;
        if length == 0 {
            // Empty chunks end the stream.
            return Err(Error::WrongChunkSize {
                length,
                expected: self.remaining.min(self.chunk_size() as u64),
            });
        }
        let header = self.next(length, hash);
        self.remaining -= length;
        Ok(header)
    }

    fn next(&mut self, length: u64, hash: &[u8; 32]) -> ChunkHeader {
        let mut header = ChunkHeader::new();
        if std::mem::replace(&mut self.in_chunk, true) {
            header.put(b"\r\n");
        }
        header.put_hex(length);
        if self.payload.is_signed() {
            let signature = self.link.sign_chunk(&self.key, hash);
            header.put(EXTENSION.as_bytes());
            header.put(signature.as_bytes());
            header.put(padding(K::ALGORITHM.padded_len(), &signature));
            header.signature = Some(signature);
        }
        header.put(b"\r\n");
        header
    }

    /// How many bytes each chunk has but the last, which has what remains; where chunks may have any
    /// size, a good one.
    ///
    /// ```
    /// # use countersign::chunked::{ChunkedEncoding, DEFAULT_CHUNK_SIZE};
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(1 << 20), now)?;
    /// assert_eq!(chunks.chunk_size(), DEFAULT_CHUNK_SIZE);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn chunk_size(&self) -> usize {
        self.payload.chunk_size()
    }

    /// How many bytes of the payload are still to come.
    ///
    /// ```
    /// # use countersign::chunked::ChunkedEncoding;
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// chunks.header(vec![b'a'; 65536])?;
    /// assert_eq!(chunks.remaining(), 1024);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn remaining(&self) -> u64 {
        self.remaining
    }

    /// How many bytes are still to go on the wire, in chunks of [this size](Self::chunk_size).
    /// `None` where it does not fit into 64 bits.
    ///
    /// ```
    /// # use countersign::chunked::ChunkedEncoding;
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// // At the beginning it is all of it.
    /// assert_eq!(request.headers()["content-length"], "66824");
    /// assert_eq!(chunks.encoded_remaining(), Some(66824));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn encoded_remaining(&self) -> Option<u64> {
        let length = self.payload.length_of(self.remaining, K::ALGORITHM)?;
        u64::try_from(length + if self.in_chunk { 2 } else { 0 }).ok()
    }

    /// The trailers that were announced.
    ///
    /// ```
    /// # use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let payload = ChunkedEncoding::signed_with_trailers(5, [ChecksumAlgorithm::Sha256.into()]);
    /// let chunks = signer.sign_chunked(&mut request, payload, now)?;
    /// assert_eq!(chunks.trailers()[0].name(), "x-amz-checksum-sha256");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn trailers(&self) -> &[Trailer] {
        self.payload.trailers()
    }

    /// What ends a payload without trailers.
    ///
    /// # Errors
    /// Less data than was announced; trailers that were announced.
    ///
    /// ```
    /// # use countersign::chunked::ChunkedEncoding;
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
    /// chunks.header("hello")?; // sent, and `hello` behind it
    /// let end = chunks.finish()?;
    /// assert!(end.starts_with(b"\r\n0;chunk-signature=") && end.ends_with(b"\r\n\r\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        self.finish_with([])
    }

    /// What ends a payload with trailers, by their names and values; they are sent in the order of
    /// their names.
    ///
    /// # Errors
    /// Less data than was announced; a trailer that was not announced, or is missing; a value that
    /// has another length than was announced, or holds line breaks or anything but visible ASCII and
    /// inner spaces.
    ///
    /// ```
    /// # use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let payload = ChunkedEncoding::unsigned_with_trailers(9, [ChecksumAlgorithm::Crc32.into()]);
    /// let mut chunks = signer.sign_chunked(&mut request, payload, now)?;
    /// chunks.header("123456789")?; // sent, and the chunk behind it
    /// let end = chunks.finish_with([("x-amz-checksum-crc32", "y/Q5Jg==")])?;
    /// assert_eq!(end, b"\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish_with<'t>(
        mut self,
        trailers: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Result<Vec<u8>, Error> {
        let announced = self.payload.decoded_length();
        if self.remaining > 0 {
            return Err(Error::PayloadTooShort {
                length: announced - self.remaining,
                announced,
            });
        }
        let length = self
            .encoded_remaining()
            .and_then(|n| usize::try_from(n).ok());
        let header = self.next(0, &Sha256::digest(b"").into());
        let values = with_values(self.payload.trailers(), trailers)?;
        // The values have the announced lengths, so this is exact.
        let mut end = Vec::with_capacity(length.unwrap_or(0));
        end.extend_from_slice(header.as_ref());
        for (name, value) in &values {
            put_line(&mut end, name, value.as_bytes(), b"");
        }
        if self.payload.signs_trailers() {
            let hash = canonical_hash(values.iter().map(|&(name, value)| (name, value)));
            let signature = self.link.sign_trailers(&self.key, &hash);
            let padding = padding(K::ALGORITHM.padded_len(), &signature);
            put_line(&mut end, TRAILER_SIGNATURE, signature.as_bytes(), padding);
        }
        end.extend_from_slice(b"\r\n");
        Ok(end)
    }

    /// What the request was signed with for its payload: the `STREAMING-…` literal.
    ///
    /// ```
    /// # use countersign::chunked::ChunkedEncoding;
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
    /// let text = chunks.payload_hash().to_hashed_payload();
    /// assert_eq!(text.as_str(), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    /// assert_eq!(request.headers()["x-amz-content-sha256"], text.as_str());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn payload_hash(&self) -> PayloadHash {
        PayloadHash::Streaming(self.streaming)
    }
}

fn put_line(end: &mut Vec<u8>, name: &str, value: &[u8], padding: &[u8]) {
    for part in [name.as_bytes(), b":", value, padding, b"\r\n"] {
        end.extend_from_slice(part);
    }
}

/// What fills a signature of varying length up, so that lengths are known beforehand.
fn padding(padded_len: usize, signature: &Signature) -> &'static [u8] {
    const STARS: [u8; LONGEST] = [b'*'; LONGEST];
    STARS
        .get(..padded_len.saturating_sub(signature.as_bytes().len()))
        .unwrap_or_default()
}

impl<K> fmt::Debug for ChunkSigner<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkSigner")
            .field("payload", &self.payload)
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}

/// CRLF, 16 digits, the extension's name, a signature, CRLF.
const LONGEST_HEADER: usize = 2 + 16 + EXTENSION.len() + LONGEST + 2;

/// What goes in front of a chunk, as bytes on the stack.
///
/// ```
/// use countersign::chunked::ChunkedEncoding;
/// use countersign::{Credentials, Signer};
/// use time::macros::datetime;
///
/// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// # let now = datetime!(2015-08-30 12:36 UTC);
///
/// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
/// let mut wire = Vec::new();
/// wire.extend_from_slice(chunks.header("hello")?.as_ref());
/// wire.extend_from_slice(b"hello");
/// wire.extend_from_slice(&chunks.finish()?);
/// assert_eq!(request.headers()["content-length"], wire.len().to_string());
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

    /// The chunk's signature, without padding; none where the payload is unsigned.
    ///
    /// ```
    /// # use countersign::chunked::ChunkedEncoding;
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
    /// let header = chunks.header("hello")?;
    /// let signature = header.signature().map_or("", |signature| signature.as_str());
    /// assert_eq!(header.as_ref(), format!("5;chunk-signature={signature}\r\n").as_bytes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    fn put(&mut self, part: &[u8]) {
        // Everything fits: see the constant.
        if let Some(space) = self.bytes.get_mut(self.len..self.len + part.len()) {
            space.copy_from_slice(part);
            self.len += part.len();
        }
    }

    fn put_hex(&mut self, number: u64) {
        let digits = (16 - number.leading_zeros() / 4).max(1);
        for place in (0..digits).rev() {
            let digit = (number >> (4 * place)) & 0xf;
            self.put(&[char::from_digit(digit as u32, 16).unwrap_or('0') as u8]);
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
