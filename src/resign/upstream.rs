//! The server that requests are signed for again.

use http::request::Parts;
use http::uri::{Authority, Scheme};
use http::{HeaderMap, Method, Request, Uri, Version};

use crate::chunked::{ChecksumAlgorithm, ChunkedEncoding, Trailer, remove_aws_chunked};
use crate::sign::signer::Signer;
use crate::sigv4::payload_hash::{PayloadHash, StreamingMode};
use crate::sigv4::signature::Algorithm;
use crate::timestamp::Timestamp;
use crate::verify::{OwnedVerified, VerifiedPayload};

use super::body::{ResignedBody, ResignedPayload};
use super::error::ResignError;
use super::head;

const DECODED_LENGTH: &str = "x-amz-decoded-content-length";
const TRAILER: &str = "x-amz-trailer";
const SDK_CHECKSUM_ALGORITHM: &str = "x-amz-sdk-checksum-algorithm";

/// An upstream server: its host, and the signer of requests for it.
///
/// A clone is cheap. When the credentials change, make another one.
///
/// ```
/// use countersign::resign::Upstream;
/// use countersign::{Credentials, Signer};
///
/// let own = Credentials::new("AKIDPROXY", "secret");
/// let signer = Signer::new(own, "eu-west-1", "s3")?;
/// let uri = "https://s3.eu-west-1.amazonaws.com".parse()?;
/// let store = Upstream::new(signer.clone(), uri)?;
/// // A URI without a host is of no use.
/// assert!(Upstream::new(signer, "/path".parse()?).is_err());
/// # let _ = store;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Upstream {
    signer: Signer,
    scheme: Scheme,
    authority: Authority,
    decode_chunks: bool,
}

/// How the payload is signed again.
enum Mapped {
    Whole(PayloadHash),
    Chunks(ChunkedEncoding, Vec<String>),
}

impl Upstream {
    /// Creates an upstream server from its signer and its URI. Only scheme and host are used.
    ///
    /// # Errors
    /// - [`ResignError::InvalidUri`] if the URI has no scheme or no host, or has user information
    pub fn new(signer: Signer, uri: Uri) -> Result<Self, ResignError> {
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(ResignError::InvalidUri);
        };
        if authority.as_str().contains('@') {
            return Err(ResignError::InvalidUri);
        }
        Ok(Self {
            signer,
            scheme,
            authority,
            decode_chunks: false,
        })
    }

    /// Sends payloads in chunks as `UNSIGNED-PAYLOAD`, decoded and without their trailers.
    ///
    /// For stores that do not accept chunks. The proxy has verified the payload. On the way to the
    /// store, only TLS protects it.
    ///
    /// ```
    /// use countersign::resign::Upstream;
    /// use countersign::{Credentials, Signer};
    ///
    /// let own = Credentials::new("AKIDPROXY", "secret");
    /// let signer = Signer::new(own, "auto", "s3")?;
    /// let uri = "https://account.r2.cloudflarestorage.com".parse()?;
    /// let store = Upstream::new(signer, uri)?.decode_chunks();
    /// # let _ = store;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn decode_chunks(mut self) -> Self {
        self.decode_chunks = true;
        self
    }

    /// Signs a verified request for this server.
    ///
    /// The path and the query are those of the request's own URI. To map paths, change the URI first.
    /// The body must be the decoded one.
    ///
    /// # Errors
    /// - everything that [`resign_parts`](Self::resign_parts) returns
    pub fn resign<B>(
        &self,
        request: Request<B>,
        verified: &OwnedVerified,
        now: impl Into<Timestamp>,
    ) -> Result<Request<ResignedBody<B>>, ResignError> {
        let (mut parts, body) = request.into_parts();
        let payload = self.resign_parts(&mut parts, verified, now)?;
        Ok(Request::from_parts(parts, payload.body(body)))
    }

    /// Signs the head of a verified request for this server, and returns how its body is sent.
    ///
    /// # Errors
    /// - [`ResignError::HeadersNotSigned`] if the client did not sign an `x-amz-*` header
    /// - [`ResignError::SignedHeaderOfOneHop`] if `connection` lists a signed header
    /// - [`ResignError::EventStream`] if the payload is an event stream
    /// - [`ResignError::InvalidDecodedLength`] or [`ResignError::UnknownTrailer`] if the chunks of the
    ///   payload cannot be announced
    /// - [`ResignError::InvalidUri`] if the path and the upstream host make no URI, or the method is
    ///   `CONNECT`
    /// - [`ResignError::Signing`] if the signer refuses the request
    ///
    /// After an error the request is unchanged.
    pub fn resign_parts(
        &self,
        parts: &mut Parts,
        verified: &OwnedVerified,
        now: impl Into<Timestamp>,
    ) -> Result<ResignedPayload, ResignError> {
        // It has no path, and asks for a connection that nothing is signed on.
        if parts.method == Method::CONNECT {
            return Err(ResignError::InvalidUri);
        }
        let mut headers = head::headers(&parts.headers, verified)?;
        let rules = self.signer.service().rules();
        let server = (&self.scheme, &self.authority);
        let uri = head::uri(&parts.uri, verified, rules, server)?;
        let mapped = self.map(&mut headers, verified.payload())?;

        let mut request = Request::new(());
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let now = now.into();
        let payload = match mapped {
            Mapped::Whole(payload) => {
                self.signer.sign(&mut request, payload, now)?;
                ResignedPayload::as_it_is()
            }
            Mapped::Chunks(encoding, trailers) => {
                let chunks = self.signer.sign_chunked(&mut request, encoding, now)?;
                ResignedPayload::chunks(chunks, trailers)
            }
        };
        let (signed, ()) = request.into_parts();
        parts.uri = signed.uri;
        parts.headers = signed.headers;
        // The connection to the upstream server decides.
        parts.version = Version::HTTP_11;
        Ok(payload)
    }

    fn map(
        &self,
        headers: &mut HeaderMap,
        payload: VerifiedPayload,
    ) -> Result<Mapped, ResignError> {
        let mode = match payload {
            VerifiedPayload::Sha256(hash) => return Ok(Mapped::Whole(PayloadHash::Sha256(hash))),
            VerifiedPayload::Unsigned => return Ok(Mapped::Whole(PayloadHash::Unsigned)),
            VerifiedPayload::Streaming(StreamingMode::Events) => {
                return Err(ResignError::EventStream);
            }
            VerifiedPayload::Streaming(mode) => mode,
        };
        let length = headers.get(DECODED_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        let length = length.filter(|length| {
            // The length in chunks fits into `content-length` too.
            let encoding = ChunkedEncoding::signed(*length);
            encoding.encoded_length(Algorithm::HmacSha256).is_some()
        });
        let length = length.ok_or(ResignError::InvalidDecodedLength)?;
        let names = head::listed(headers, TRAILER);
        // `sign_chunked` sets them anew.
        for name in [DECODED_LENGTH, TRAILER, "content-length"] {
            headers.remove(name);
        }
        remove_aws_chunked(headers);
        if self.decode_chunks {
            // It announces a checksum, which was a trailer. S3 refuses it without one.
            headers.remove(SDK_CHECKSUM_ALGORITHM);
            headers.insert("content-length", length.into());
            return Ok(Mapped::Whole(PayloadHash::Unsigned));
        }
        let trailers: Result<Vec<Trailer>, _> = names.iter().map(|name| trailer(name)).collect();
        let encoding = match mode {
            StreamingMode::UnsignedAndTrailer => {
                ChunkedEncoding::unsigned_with_trailers(length, trailers?)
            }
            StreamingMode::ChunksAndTrailer => {
                ChunkedEncoding::signed_with_trailers(length, trailers?)
            }
            // A trailer that is not part of the mode is no trailer.
            StreamingMode::Chunks | StreamingMode::Events => {
                return Ok(Mapped::Chunks(ChunkedEncoding::signed(length), Vec::new()));
            }
        };
        Ok(Mapped::Chunks(encoding, names))
    }
}

fn trailer(name: &str) -> Result<Trailer, ResignError> {
    let unknown = || ResignError::UnknownTrailer {
        name: name.to_owned(),
    };
    let algorithm = ChecksumAlgorithm::of_trailer(name).ok_or_else(unknown)?;
    Ok(algorithm.into())
}
