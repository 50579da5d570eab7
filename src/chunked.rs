//! aws-chunked payloads: uploads that are signed chunk by chunk while they stream.
//!
//! S3 takes a payload in chunks, each of which carries a signature that covers the chunk and the
//! signature before it, down to the request's own; so nobody reads a payload twice, and nobody can
//! swap, drop or append a chunk. Trailers, such as a checksum that is known only at the end, follow
//! the last chunk. There are three forms of it ([`ChunkedEncoding`]): signed chunks, signed chunks
//! with signed trailers, and an unsigned payload with trailers.
//!
//! A client signs the request with [`Signer::sign_chunked`], which sets every header that the form
//! needs, and writes what the [`ChunkSigner`] gives it in front of each chunk. A server reads the
//! body with a [`ChunkVerifier`], which lets bytes out only once their signature holds.
//!
//! Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring
//! payload in multiple chunks" and "… including trailing headers".
//!
//! ```
//! use countersign::chunked::ChunkedEncoding;
//! use countersign::{Credentials, Signer};
//! use time::macros::datetime;
//!
//! let data = vec![b'a'; 65 * 1024];
//! let signer = Signer::new(
//!     Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
//!     "us-east-1",
//!     "s3",
//! )?;
//! let mut request = http::Request::put("https://s3.amazonaws.com/examplebucket/chunkObject.txt")
//!     .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
//!     .body(())?;
//! let payload = ChunkedEncoding::signed(data.len() as u64);
//! let mut chunks = signer.sign_chunked(&mut request, payload, datetime!(2013-05-24 0:00 UTC))?;
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
mod error;
mod framing;
mod link;
#[cfg(not(feature = "checksums"))]
mod no_checksums;
mod payload;
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
pub use error::ChunkError;
#[cfg(not(feature = "checksums"))]
use no_checksums as running;
pub use payload::ChunkedEncoding;
#[cfg(feature = "checksums")]
pub use running::Checksum;
pub use signer::{ChunkHeader, ChunkSigner};
pub use trailer::Trailer;
#[cfg(feature = "http-body")]
pub use verified_body::{VerifiedBody, VerifiedBodyError};
pub use verifier::{ChunkVerifier, DEFAULT_MAX_CHUNK_SIZE, Decoded, MAX_TRAILERS_LENGTH};

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::Error;
use crate::request::HttpRequest;
use crate::sign::pipeline::SigningContext;
use crate::sign::signer::Signer;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::signature::Algorithm;
use crate::sigv4::signing_key::Key;
use crate::timestamp::Timestamp;

/// What S3 asks of every chunk but the last: 8 KiB at least.
///
/// ```
/// use countersign::chunked::{ChunkedEncoding, MIN_CHUNK_SIZE};
/// use countersign::{Credentials, Error, Signer};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
///
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// let payload = ChunkedEncoding::signed(1 << 20).with_chunk_size(MIN_CHUNK_SIZE - 1);
/// let refused = signer.sign_chunked(&mut request, payload, now);
/// assert!(matches!(refused, Err(Error::ChunkTooSmall { minimum: 8192, .. })));
/// # Ok::<(), http::Error>(())
/// ```
pub const MIN_CHUNK_SIZE: usize = 8 * 1024;

/// The size of chunks unless another is chosen: 64 KiB, as S3 advises.
///
/// ```
/// use countersign::sigv4::Algorithm::HmacSha256;
/// use countersign::chunked::{ChunkedEncoding, DEFAULT_CHUNK_SIZE};
///
/// let payload = ChunkedEncoding::signed(1 << 20);
/// let chosen = payload.clone().with_chunk_size(DEFAULT_CHUNK_SIZE);
/// assert_eq!(payload.encoded_length(HmacSha256), chosen.encoded_length(HmacSha256));
/// ```
pub const DEFAULT_CHUNK_SIZE: usize = 64 * 1024;

const DECODED_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");
const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");
const AWS_CHUNKED: &str = "aws-chunked";

impl Signer {
    /// Signs a request whose body goes as aws-chunked, and hands back what makes the chunks.
    ///
    /// Sets and signs `x-amz-content-sha256`, `x-amz-decoded-content-length`, `content-length` (and
    /// removes `transfer-encoding`; with chunks of any size `content-length` is what is removed),
    /// `x-amz-trailer`, and `content-encoding`: `aws-chunked` comes first, and the caller's own codings
    /// stay. Where `aws-chunked` is there already, as on a retry, it stays as it is. Under
    /// [`Headers::Required`](crate::Headers::Required) the `x-amz-` ones alone are signed. Otherwise
    /// as [`sign`](Self::sign).
    ///
    /// # Errors
    /// As [`sign`](Self::sign); trailers that cannot be sent; chunks under
    /// [8 KiB](MIN_CHUNK_SIZE); a payload too large for `content-length`. The request is then as it
    /// was.
    ///
    /// ```
    /// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
    /// use countersign::{Credentials, Signer};
    /// use time::macros::datetime;
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// let mut request = http::Request::put("https://bucket.s3.amazonaws.com/log.gz")
    ///     .header("content-encoding", "gzip")
    ///     .body(())?;
    /// let payload = ChunkedEncoding::unsigned_with_trailers(5, [ChecksumAlgorithm::Crc32.into()]);
    /// let mut chunks = signer.sign_chunked(&mut request, payload, datetime!(2015-08-30 12:36 UTC))?;
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
        payload: ChunkedEncoding,
        now: impl Into<Timestamp>,
    ) -> Result<ChunkSigner, Error> {
        let now = now.into();
        let (context, date) = self.context(now)?;
        self.with_key(&date, context, |key| {
            sign_chunked(context, request, payload, &date, key)
        })
    }
}

#[cfg(feature = "sigv4a")]
impl crate::sigv4a::Signer {
    /// Signs a request whose body goes as aws-chunked, as
    /// [`Signer::sign_chunked`](crate::Signer::sign_chunked) does. Signatures of chunks and trailers
    /// are filled up with `*`, so that the lengths are known beforehand.
    ///
    /// # Errors
    /// As there; and a region set that is none.
    ///
    /// ```
    /// use countersign::chunked::ChunkedEncoding;
    /// use countersign::{sigv4a, Credentials};
    /// use time::macros::datetime;
    ///
    /// let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "*", "s3")?;
    /// let mut request = http::Request::put("https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/key")
    ///     .body(())?;
    /// let payload = ChunkedEncoding::signed(5);
    /// let mut chunks = signer.sign_chunked(&mut request, payload, datetime!(2015-08-30 12:36 UTC))?;
    /// let header = chunks.header(b"aaaaa")?;
    /// assert!(header.as_ref().starts_with(b"5;chunk-signature=30"));
    /// assert_eq!(header.as_ref().len(), "5;chunk-signature=".len() + 144 + "\r\n".len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_chunked<R: HttpRequest>(
        &self,
        request: &mut R,
        payload: ChunkedEncoding,
        now: impl Into<Timestamp>,
    ) -> Result<ChunkSigner<crate::sigv4a::ScopedKey>, Error> {
        let now = now.into();
        let (context, date, key) = self.context(now)?;
        sign_chunked(context, request, payload, &date, &key)
    }
}

/// The same for every kind of key.
pub(crate) fn sign_chunked<R: HttpRequest, K: Key + Clone>(
    context: &SigningContext,
    request: &mut R,
    payload: ChunkedEncoding,
    date: &AmzDate,
    key: &K,
) -> Result<ChunkSigner<K>, Error> {
    payload.check()?;
    let streaming = payload.streaming(K::ALGORITHM);
    let before = request.headers().clone();
    let signed = attach(request.headers_mut(), &payload, K::ALGORITHM)
        .and_then(|()| context.sign(request, PayloadHash::Streaming(streaming), date, key));
    match signed {
        Ok(seed) => Ok(ChunkSigner::new(payload, streaming, seed, *date, key)),
        Err(error) => {
            *request.headers_mut() = before;
            Err(error)
        }
    }
}

fn attach(
    headers: &mut HeaderMap,
    payload: &ChunkedEncoding,
    algorithm: Algorithm,
) -> Result<(), Error> {
    let encoded_length = if payload.has_one_chunk_size() {
        let length = payload.encoded_length(algorithm);
        Some(length.ok_or(Error::PayloadTooLarge)?.into())
    } else {
        None
    };
    if encoded_length.is_some() {
        // HTTP has the one or the other.
        headers.remove(TRANSFER_ENCODING);
    }
    set(headers, CONTENT_LENGTH, encoded_length)?;
    set(headers, TRAILER, payload.trailer_names())?;
    let decoded_length = payload.decoded_length().into();
    set(headers, DECODED_LENGTH, Some(decoded_length))?;
    match content_encoding(headers)? {
        Some(codings) => set(headers, CONTENT_ENCODING, Some(codings)),
        None => Ok(()),
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) -> Result<(), Error> {
    let result = match value {
        Some(value) => headers.try_insert(name, value),
        None => Ok(headers.remove(name)),
    };
    result.map(drop).map_err(|_| Error::TooManyHeaders)
}

/// The caller's codings behind `aws-chunked`; `None` where that is among them.
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
