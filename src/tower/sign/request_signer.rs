//! A signer of any kind.

use http::request::Parts;
use http::{Request, Uri};
use http_body::Body;

use crate::chunked::{ChunkSigner, ChunkedBody, ChunkedEncoding};
use crate::primitives::body::BoxError;
use crate::sign::signer::Signer;
use crate::sigv4::payload_hash::PayloadHash;
use crate::timestamp::Timestamp;
use crate::tower::sign::body::SignedBody;
use crate::tower::sign::by_host::HostSigners;
use crate::tower::sign::error::SignError;
use crate::tower::sign::payload::{self, ChunkOptions, Payload};
use crate::tower::sign::single_signer::SingleSigner;

/// A signer of any kind: a [`Signer`], a [`sigv4a::Signer`](crate::sigv4a::Signer) or [`HostSigners`].
///
/// Each converts into it, so a [`Refreshing`](super::Refreshing) signer can be any of them.
#[derive(Clone, Debug)]
pub struct RequestSigner(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Single(SingleSigner),
    ByHost(HostSigners),
}

impl From<Signer> for RequestSigner {
    fn from(signer: Signer) -> Self {
        Self(Kind::Single(SingleSigner::SigV4(signer)))
    }
}

#[cfg(feature = "sigv4a")]
impl From<crate::sigv4a::Signer> for RequestSigner {
    fn from(signer: crate::sigv4a::Signer) -> Self {
        Self(Kind::Single(SingleSigner::SigV4a(signer)))
    }
}

impl From<HostSigners> for RequestSigner {
    fn from(signers: HostSigners) -> Self {
        Self(Kind::ByHost(signers))
    }
}

/// The options of a layer, for all its requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) payload: Payload,
    pub(super) chunks: ChunkOptions,
    pub(super) unsigned_without_tls: bool,
}

impl RequestSigner {
    /// Signs a request, and returns it with the body to send.
    pub(super) fn sign<B>(
        &self,
        request: Request<B>,
        options: Options,
        now: Timestamp,
    ) -> Result<Request<SignedBody<B>>, SignError>
    where
        B: Body<Error: Into<BoxError>> + Unpin,
    {
        let (mut parts, body) = request.into_parts();
        let own = parts.extensions.get::<Payload>();
        let mut payload = own.copied().unwrap_or(options.payload);
        if payload.needs_tls() && !options.unsigned_without_tls {
            check_tls(&parts.uri)?;
        }
        if body.size_hint().exact() == Some(0) {
            payload::announce_empty(&mut parts);
            if !matches!(payload, Payload::Hash(_) | Payload::Unsigned) {
                payload = Payload::Hashed;
            }
        }
        let length = payload::length(&parts, &body);
        let body = if let Some(encoding) = payload.encoding(length, options.chunks)? {
            let chunks = self.sign_chunked(&mut parts, encoding, now)?;
            SignedBody::chunked(ChunkedBody::new(body, chunks))
        } else {
            let (hash, body) = match payload {
                Payload::Hash(hash) => (hash, SignedBody::as_it_is(body)),
                Payload::Unsigned => (PayloadHash::Unsigned, SignedBody::as_it_is(body)),
                _ => {
                    let (hash, body) = payload::buffered(body)?;
                    (hash, SignedBody::whole(body))
                }
            };
            self.sign_headers(&mut parts, hash, now)?;
            body
        };
        Ok(Request::from_parts(parts, body))
    }

    fn sign_headers(
        &self,
        parts: &mut Parts,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<(), SignError> {
        match &self.0 {
            Kind::Single(signer) => signer.sign(parts, payload, now)?,
            Kind::ByHost(signers) => signers.signer(parts)?.sign(parts, payload, now)?,
        }
        Ok(())
    }

    fn sign_chunked(
        &self,
        parts: &mut Parts,
        encoding: ChunkedEncoding,
        now: Timestamp,
    ) -> Result<ChunkSigner, SignError> {
        Ok(match &self.0 {
            Kind::Single(signer) => signer.sign_chunked(parts, encoding, now)?,
            Kind::ByHost(signers) => signers.signer(parts)?.sign_chunked(parts, encoding, now)?,
        })
    }
}

fn check_tls(uri: &Uri) -> Result<(), SignError> {
    if is_over_tls(uri) {
        return Ok(());
    }
    let scheme = uri.scheme_str().map(str::to_owned);
    Err(SignError::UnsignedWithoutTls { scheme })
}

pub(super) fn is_over_tls(uri: &Uri) -> bool {
    matches!(uri.scheme_str(), Some("https" | "wss"))
}
