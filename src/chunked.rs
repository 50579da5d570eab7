//! aws-chunked payloads: uploads that are signed chunk by chunk while they stream.
//!
//! S3 accepts a payload in chunks. The signature of each chunk covers the chunk and the signature
//! before it, and the first one covers the signature of the request. So the payload is read only
//! once, and no chunk can be replaced, removed or appended. Trailers follow the last chunk, for
//! example a checksum that is known only at the end. [`ChunkedEncoding`] chooses signed chunks,
//! signed chunks with signed trailers, or an unsigned payload with trailers.
//!
//! A client signs the request with [`Signer::sign_chunked`], which sets all headers that the
//! encoding needs. Before each chunk it sends the header that [`ChunkSigner`] returns. A server
//! reads the body with a [`ChunkVerifier`], which returns data only after it has verified it.
//!
//! Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring
//! payload in multiple chunks" and "… including trailing headers".
//!
//! ```
//! use countersign::chunked::ChunkedEncoding;
//! use countersign::{Credentials, Signer, Timestamp};
//!
//! let data = vec![b'a'; 65 * 1024];
//! let secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key);
//! let signer = Signer::new(credentials, "us-east-1", "s3")?;
//! let uri = "https://s3.amazonaws.com/examplebucket/chunkObject.txt";
//! let mut request = http::Request::put(uri)
//!     .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
//!     .body(())?;
//! let encoding = ChunkedEncoding::signed(data.len() as u64);
//! let now: Timestamp = "2013-05-24T00:00:00Z".parse()?;
//! let mut chunks = signer.sign_chunked(&mut request, encoding, now)?;
//! assert_eq!(request.headers()["content-length"], "66824");
//!
//! let mut wire = Vec::new(); // or a socket
//! for chunk in data.chunks(chunks.chunk_size()) {
//!     wire.extend_from_slice(chunks.header(chunk)?.as_ref());
//!     wire.extend_from_slice(chunk);
//! }
//! wire.extend_from_slice(&chunks.finish()?);
//! assert_eq!(wire.len(), 66824);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "http-body")]
mod body;
mod checksum;
mod encoding;
mod error;
#[cfg(feature = "http-body")]
mod frame_loop;
mod framing;
mod key;
mod link;
#[cfg(not(feature = "checksums"))]
mod no_checksums;
#[cfg(feature = "http-body")]
mod pieces;
#[cfg(feature = "checksums")]
mod running;
mod signer;
mod trailer;
#[cfg(feature = "http-body")]
mod verified_body;
mod verifier;

#[cfg(feature = "http-body")]
pub use body::{ChunkedBody, ChunkedBodyError};
pub use checksum::ChecksumAlgorithm;
pub use encoding::ChunkedEncoding;
pub use error::{AnnouncementProblem, ChunkError, ChunkSyntaxError};
#[cfg(not(feature = "checksums"))]
use no_checksums as running;
#[cfg(feature = "tower")]
pub(crate) use pieces::Pieces;
#[cfg(feature = "checksums")]
pub use running::Checksum;
pub use signer::{ChunkHeader, ChunkSigner};
pub use trailer::Trailer;
#[cfg(feature = "http-body")]
pub use verified_body::{VerifiedBody, VerifiedBodyError};
pub use verifier::{ChunkVerifier, Decoded};

pub use crate::error::chunk::ChunkSigningError;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue};

use checksum::check_trailers;
use key::ChunkKey;

use crate::error::Error;
use crate::request::{HeaderChange, HttpRequest};
use crate::sign::pipeline::SigningContext;
use crate::sign::signer::Signer;
use crate::sigv4::date::AmzDate;
use crate::sigv4::signature::Algorithm;
use crate::sigv4::signing_key::Key;
use crate::timestamp::Timestamp;

/// The minimum size of a chunk in S3, except for the last one: 8 KiB.
pub const MIN_CHUNK_SIZE: usize = 8 * 1024;

/// The default size of chunks: 64 KiB, as S3 recommends.
pub const DEFAULT_CHUNK_SIZE: usize = 64 * 1024;

/// The default limit for the size of a signed chunk: 16 MiB.
pub const DEFAULT_MAX_CHUNK_SIZE: usize = 16 * 1024 * 1024;

/// The maximum length of all trailers of an upload together: 8 KiB.
pub const MAX_TRAILERS_LENGTH: usize = 8 * 1024;

const DECODED_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");
const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");
const AWS_CHUNKED: &str = "aws-chunked";

impl Signer {
    /// Signs a request whose body is sent as aws-chunked, and returns the signer of its chunks.
    ///
    /// It sets and signs these headers:
    ///
    /// - `x-amz-content-sha256` and `x-amz-decoded-content-length`
    /// - `x-amz-trailer` if there are trailers
    /// - `content-length`, and removes `transfer-encoding`. With
    ///   [any chunk size](ChunkedEncoding::with_any_chunk_size) it removes `content-length` instead
    /// - `content-encoding`: `aws-chunked` comes first, and the caller's own codings stay. Nothing
    ///   changes if `aws-chunked` is there already, as in a retry, or with
    ///   [`without_content_encoding`](ChunkedEncoding::without_content_encoding)
    ///
    /// With [`HeaderSelection::Required`](crate::HeaderSelection::Required) only the `x-amz-` ones are signed.
    ///
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns
    /// - [`Error::Chunk`] if a trailer is reserved or appears more than once, if chunks are under
    ///   [8 KiB](MIN_CHUNK_SIZE), or if the payload is too large for `content-length`
    ///
    /// - [`Error::NotApproved`] if a trailer is a SHA-1 or MD5 checksum, and
    ///   [only approved algorithms](crate::crypto::allow_only_approved) are allowed
    ///
    /// After an error the request is unchanged.
    ///
    /// ```
    /// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
    /// use countersign::{Credentials, Signer, Timestamp};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let uri = "https://bucket.s3.amazonaws.com/log.gz";
    /// let mut request = http::Request::put(uri)
    ///     .header("content-encoding", "gzip")
    ///     .body(())?;
    /// let trailers = [ChecksumAlgorithm::Crc32.into()];
    /// let encoding = ChunkedEncoding::unsigned_with_trailers(5, trailers);
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// let mut chunks = signer.sign_chunked(&mut request, encoding, now)?;
    /// assert_eq!(request.headers()["content-encoding"], "aws-chunked,gzip");
    /// assert_eq!(request.headers()["x-amz-trailer"], "x-amz-checksum-crc32");
    ///
    /// assert_eq!(chunks.header(b"aaaaa")?.as_ref(), b"5\r\n");
    /// let end = chunks.finish_with([("x-amz-checksum-crc32", "7qyTuQ==")])?;
    /// assert_eq!(end, b"\r\n0\r\nx-amz-checksum-crc32:7qyTuQ==\r\n\r\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_chunked<R: HttpRequest>(
        &self,
        request: &mut R,
        encoding: ChunkedEncoding,
        now: impl Into<Timestamp>,
    ) -> Result<ChunkSigner, Error> {
        let now = now.into();
        let (context, date) = self.context(now)?;
        self.with_key(&date, context, |key| {
            sign_chunked(context, request, encoding, &date, key, ChunkKey::SigV4)
        })
    }
}

#[cfg(feature = "sigv4a")]
impl crate::sigv4a::Signer {
    /// Signs a request whose body is sent as aws-chunked, and returns the signer of its chunks.
    ///
    /// It does what [`Signer::sign_chunked`](crate::Signer::sign_chunked) does. Signatures of chunks
    /// and trailers are padded with `*`, so that all lengths are known beforehand.
    ///
    /// # Errors
    /// - everything that [`Signer::sign_chunked`](crate::Signer::sign_chunked) returns
    ///
    /// ```
    /// use countersign::chunked::ChunkedEncoding;
    /// use countersign::{Credentials, Timestamp, sigv4a};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = sigv4a::Signer::new(credentials, "*", "s3")?;
    /// let host = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com";
    /// let uri = format!("https://{host}/key");
    /// let mut request = http::Request::put(uri).body(())?;
    /// let encoding = ChunkedEncoding::signed(5);
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// let mut chunks = signer.sign_chunked(&mut request, encoding, now)?;
    /// let header = chunks.header(b"aaaaa")?;
    /// assert!(header.as_ref().starts_with(b"5;chunk-signature=30"));
    /// assert_eq!(header.as_ref().len(), 18 + 144 + 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_chunked<R: HttpRequest>(
        &self,
        request: &mut R,
        encoding: ChunkedEncoding,
        now: impl Into<Timestamp>,
    ) -> Result<ChunkSigner, Error> {
        let now = now.into();
        let (context, date, key) = self.context(now)?;
        sign_chunked(context, request, encoding, &date, &key, ChunkKey::SigV4A)
    }
}

fn sign_chunked<R: HttpRequest, K: Key + Clone>(
    context: &SigningContext,
    request: &mut R,
    encoding: ChunkedEncoding,
    date: &AmzDate,
    key: &K,
    chunk_key: fn(K) -> ChunkKey,
) -> Result<ChunkSigner, Error> {
    check_trailers(encoding.trailers().iter().map(Trailer::name))?;
    encoding.check()?;
    let payload_hash = encoding.payload_hash(K::ALGORITHM);
    let changes = changes(request.headers(), &encoding, K::ALGORITHM)?;
    let seed = context.sign(request, &changes, payload_hash, date, key)?;
    let key = chunk_key(key.clone());
    Ok(ChunkSigner::new(encoding, payload_hash, seed, *date, key))
}

/// The headers that the encoding sets, or removes.
fn changes(
    headers: &HeaderMap,
    encoding: &ChunkedEncoding,
    algorithm: Algorithm,
) -> Result<Vec<HeaderChange>, Error> {
    let encoded_length = if encoding.has_one_chunk_size() {
        let length = encoding.encoded_length(algorithm);
        Some(length.ok_or(ChunkSigningError::PayloadTooLarge)?.into())
    } else {
        None
    };
    let mut changes = Vec::with_capacity(5);
    if encoded_length.is_some() {
        // HTTP allows only one of the two.
        changes.push((TRANSFER_ENCODING, None));
    }
    changes.push((CONTENT_LENGTH, encoded_length));
    changes.push((TRAILER, encoding.trailer_names()));
    changes.push((DECODED_LENGTH, Some(encoding.decoded_length().into())));
    if encoding.sets_content_encoding()
        && let Some(codings) = content_encoding(headers)?
    {
        changes.push((CONTENT_ENCODING, Some(codings)));
    }
    Ok(changes)
}

/// `aws-chunked` before the caller's codings, or `None` if it is among them.
fn content_encoding(headers: &HeaderMap) -> Result<Option<HeaderValue>, Error> {
    let mut codings = AWS_CHUNKED.as_bytes().to_vec();
    for value in headers.get_all(CONTENT_ENCODING) {
        let mut each = value.as_bytes().split(|&byte| byte == b',');
        if each.any(|coding| {
            coding
                .trim_ascii()
                .eq_ignore_ascii_case(AWS_CHUNKED.as_bytes())
        }) {
            return Ok(None);
        }
        if !value.as_bytes().trim_ascii().is_empty() {
            codings.push(b',');
            codings.extend_from_slice(value.as_bytes());
        }
    }
    HeaderValue::try_from(codings)
        .map(Some)
        .map_err(|_| Error::InvalidHeaderValue {
            name: CONTENT_ENCODING.as_str().to_owned(),
        })
}

/// Removes `aws-chunked` from `content-encoding`, because the body is decoded.
#[cfg(feature = "http-body")]
pub(crate) fn remove_aws_chunked(headers: &mut HeaderMap) {
    let mut codings: Vec<&[u8]> = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let each = value.as_bytes().split(|&byte| byte == b',');
        let is_other = |coding: &&[u8]| {
            !coding.is_empty() && !coding.eq_ignore_ascii_case(AWS_CHUNKED.as_bytes())
        };
        codings.extend(each.map(<[u8]>::trim_ascii).filter(is_other));
    }
    match HeaderValue::try_from(codings.join(&b","[..])) {
        Ok(codings) if !codings.is_empty() => {
            headers.insert(CONTENT_ENCODING, codings);
        }
        _ => {
            headers.remove(CONTENT_ENCODING);
        }
    }
}
