//! How the body of a request is signed.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Buf as _;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderValue, Method};
use http_body::Body;

#[cfg(feature = "checksums")]
use crate::chunked::ChecksumAlgorithm;
use crate::chunked::ChunkedEncoding;
use crate::primitives::body::BoxError;
use crate::primitives::sha256::Sha256;
use crate::sigv4::payload_hash::PayloadHash;
use crate::tower::sign::body::WholeBody;
use crate::tower::sign::error::SignError;

/// How [`Sign`](super::Sign) signs the body of a request.
///
/// [`SignLayer::with_payload`](super::SignLayer::with_payload) sets it for all requests. A `Payload`
/// among the [extensions](http::Extensions) of a request replaces it for this request.
///
/// | the body | choose |
/// |---|---|
/// | is in memory | [`Hashed`](Self::Hashed), the default |
/// | streams to S3, and its length is known | [`SignedChunks`](Self::SignedChunks), or with a checksum |
/// | streams to S3 over TLS, and its length is unknown | [`Unsigned`](Self::Unsigned) |
/// | was hashed before, as a file that is read twice | [`Hash`](Self::Hash) |
///
/// ```
/// use countersign::tower::sign::Payload;
///
/// let upload =
///     http::Request::put("https://bucket.s3.eu-west-1.amazonaws.com/key")
///         .extension(Payload::SignedChunks)
///         .body("as if it were large")?;
/// assert_eq!(upload.extensions().get(), Some(&Payload::SignedChunks));
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Payload {
    /// Hashes the body before it is sent.
    ///
    /// The body must be in memory, as `Full`, `Empty` and `String` are, also in a box. Trailers are not
    /// sent, because they would not be signed.
    #[default]
    Hashed,
    /// Signs this hash, which the caller calculated. The body is sent as it is.
    Hash(PayloadHash),
    /// Signs `UNSIGNED-PAYLOAD`: TLS alone protects the body, which is sent as it is.
    ///
    /// Without TLS it is an error. S3 and a few other services accept it.
    Unsigned,
    /// Sends the body in signed chunks (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`). An empty body is
    /// hashed instead.
    ///
    /// S3 accepts it. The length is the body's [size hint](Body::size_hint) if that is exact, or
    /// `content-length`.
    SignedChunks,
    /// The same with a checksum in a signed trailer (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`).
    #[cfg(feature = "checksums")]
    SignedChunksWithChecksum(ChecksumAlgorithm),
    /// Sends the body in unsigned chunks with a checksum (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`), as
    /// AWS's SDKs do.
    ///
    /// Without TLS it is an error.
    #[cfg(feature = "checksums")]
    UnsignedChunksWithChecksum(ChecksumAlgorithm),
}

/// How chunks are sent, for all requests of a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChunkOptions {
    pub(super) size: usize,
    pub(super) content_encoding: bool,
}

impl Payload {
    /// Whether nothing but TLS protects the body.
    pub(super) fn needs_tls(self) -> bool {
        match self {
            Self::Unsigned => true,
            Self::Hash(hash) => hash == PayloadHash::Unsigned,
            #[cfg(feature = "checksums")]
            Self::UnsignedChunksWithChecksum(_) => true,
            _ => false,
        }
    }

    /// The encoding of the chunks, or `None` if the body is not sent in chunks.
    pub(super) fn encoding(
        self,
        length: Option<u64>,
        options: ChunkOptions,
    ) -> Result<Option<ChunkedEncoding>, SignError> {
        let length = || length.ok_or(SignError::BodyLengthUnknown);
        let encoding = match self {
            Self::Hashed | Self::Hash(_) | Self::Unsigned => return Ok(None),
            Self::SignedChunks => ChunkedEncoding::signed(length()?),
            #[cfg(feature = "checksums")]
            Self::SignedChunksWithChecksum(checksum) => {
                ChunkedEncoding::signed_with_trailers(length()?, [checksum.into()])
            }
            #[cfg(feature = "checksums")]
            Self::UnsignedChunksWithChecksum(checksum) => {
                ChunkedEncoding::unsigned_with_trailers(length()?, [checksum.into()])
            }
        };
        let encoding = encoding.with_chunk_size(options.size);
        Ok(Some(if options.content_encoding {
            encoding
        } else {
            encoding.without_content_encoding()
        }))
    }
}

/// The length of the payload: the body's own, or what the caller says about a stream.
pub(super) fn length<B: Body>(parts: &Parts, body: &B) -> Option<u64> {
    body.size_hint().exact().or_else(|| {
        let length = parts.headers.get(CONTENT_LENGTH)?.to_str().ok()?;
        length.parse().ok()
    })
}

/// Sets `content-length: 0` where S3 wants it: HTTP clients leave it out if a body is empty.
pub(super) fn announce_empty(parts: &mut Parts) {
    if matches!(parts.method, Method::PUT | Method::POST) {
        let headers = &mut parts.headers;
        headers
            .entry(CONTENT_LENGTH)
            .or_insert(HeaderValue::from_static("0"));
    }
}

/// Takes a body that is in memory and hashes it, without a copy of data that is `Bytes`.
///
/// It never waits: a body that is not there is a stream.
pub(super) fn buffered<B>(mut body: B) -> Result<(PayloadHash, WholeBody), SignError>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    let length = body.size_hint().exact().ok_or(SignError::BodyNotBuffered)?;
    let mut whole = WholeBody::default();
    if length == 0 {
        return Ok((PayloadHash::EMPTY, whole));
    }
    let mut hash = Sha256::new();
    let mut context = Context::from_waker(Waker::noop());
    while whole.length < length {
        let frame = match Pin::new(&mut body).poll_frame(&mut context) {
            Poll::Ready(Some(frame)) => frame.map_err(|error| SignError::Body(error.into()))?,
            Poll::Ready(None) | Poll::Pending => return Err(SignError::BodyNotBuffered),
        };
        let mut data = frame.into_data().map_err(|_| SignError::BodyNotBuffered)?;
        let piece = data.copy_to_bytes(data.remaining());
        hash.update(&piece);
        whole.push(piece);
    }
    if whole.length == length {
        Ok((PayloadHash::Sha256(hash.finish()), whole))
    } else {
        Err(SignError::BodyNotBuffered)
    }
}
