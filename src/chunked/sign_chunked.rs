//! Signing a request whose body is sent as aws-chunked.

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName};

use crate::chunked::checksum_algorithm::check_trailers;
use crate::chunked::content_encoding::with_aws_chunked;
use crate::chunked::key::ChunkKey;
use crate::chunked::{ChunkSigner, ChunkSigningError, ChunkedEncoding, Trailer};
use crate::error::Error;
use crate::request::{HeaderChange, HttpRequest};
use crate::sign::pipeline::SigningContext;
use crate::sign::signer::Signer;
use crate::sigv4::date::AmzDate;
use crate::sigv4::signature::Algorithm;
use crate::sigv4::signing_key::Key;
use crate::timestamp::Timestamp;

const DECODED_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");
const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");

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
    /// With [`HeaderSelection::Required`](crate::HeaderSelection::Required), only `x-amz-*` headers are
    /// signed.
    ///
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns
    /// - [`Error::Chunk`] if a trailer is reserved or appears more than once, if chunks are under
    ///   [8 KiB](super::MIN_CHUNK_SIZE), or if the payload is too large for `content-length`
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
    /// [`Signer::sign_chunked`](crate::Signer::sign_chunked) has an example.
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
    Ok(ChunkSigner::new(
        encoding,
        seed,
        *date,
        chunk_key(key.clone()),
    ))
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
        && let Some(codings) = with_aws_chunked(headers)?
    {
        changes.push((CONTENT_ENCODING, Some(codings)));
    }
    Ok(changes)
}
