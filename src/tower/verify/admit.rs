//! Admits a request to the handler, or refuses it.

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body::Body;

use crate::chunked::{ChunkVerifier, VerifiedBody, remove_aws_chunked};
use crate::primitives::body::BoxError;
use crate::sigv4::payload_hash::{PayloadHash, StreamingMode};
use crate::timestamp::Timestamp;
use crate::verify::{
    OwnedVerified, PendingVerification, SignedRequest, StreamContext, VerificationKey, VerifyError,
};

use super::body::RequestBody;
use super::cache::CacheKey;
use super::incoming::Incoming;
#[cfg(feature = "legacy")]
use super::legacy::{self, LegacyIdentity};
use super::lookup::{self, KeyLookup};
use super::refused::Refused;
use super::settings::Settings;

/// A request that the handler may see.
enum Admitted {
    Verified(Box<OwnedVerified>, Payload),
    #[cfg(feature = "legacy")]
    Legacy(LegacyIdentity),
    WithoutSignature,
}

/// How the rest of a body is read.
enum Payload {
    AsItIs,
    Hashed([u8; 32]),
    Chunks(Box<ChunkVerifier>),
    #[cfg(feature = "event-stream")]
    Events(Box<StreamContext>),
}

/// Verifies a request. If it is refused, its head is returned for the response.
pub(super) async fn admit<K, B>(
    settings: &Settings,
    keys: &K,
    request: Request<B>,
) -> Result<Request<RequestBody<B>>, Box<(Parts, Refused)>>
where
    K: KeyLookup,
    B: Body<Error: Into<BoxError>> + Send + Unpin,
{
    let (mut parts, body) = request.into_parts();
    // Only this layer says who sent the request.
    parts.extensions.remove::<OwnedVerified>();
    parts.extensions.remove::<StreamContext>();
    #[cfg(feature = "legacy")]
    parts.extensions.remove::<LegacyIdentity>();

    let original = settings.original_uri.as_ref().and_then(|uri| uri(&parts));
    let as_routed = original.map(|uri| std::mem::replace(&mut parts.uri, uri));
    let mut body = Incoming::Unread(body);
    let admitted = match identify(settings, keys, &parts, &mut body).await {
        Ok(admitted) => admitted,
        Err(refused) => return Err(Box::new((parts, refused))),
    };
    if let Some(uri) = as_routed {
        parts.uri = uri;
    }
    let body = match admitted {
        Admitted::WithoutSignature => body.into_body(RequestBody::unsigned),
        #[cfg(feature = "legacy")]
        Admitted::Legacy(identity) => {
            legacy::join_amz_headers(&mut parts.headers);
            parts.extensions.insert(identity);
            body.into_body(RequestBody::unsigned)
        }
        Admitted::Verified(verified, payload) => {
            write_as_signed(&mut parts.headers, &verified);
            parts.extensions.insert(*verified);
            match payload {
                Payload::AsItIs => body.into_body(RequestBody::unsigned),
                Payload::Hashed(hash) => body.into_body(|body| RequestBody::hashed(body, hash)),
                Payload::Chunks(verifier) => {
                    describe_decoded(&mut parts.headers, verifier.remaining());
                    body.into_body(|body| RequestBody::chunks(VerifiedBody::new(body, *verifier)))
                }
                #[cfg(feature = "event-stream")]
                Payload::Events(context) => {
                    parts.extensions.insert(*context);
                    body.into_body(RequestBody::unsigned)
                }
            }
        }
    };
    Ok(Request::from_parts(parts, body))
}

async fn identify<K, B>(
    settings: &Settings,
    keys: &K,
    parts: &Parts,
    body: &mut Incoming<B>,
) -> Result<Admitted, Refused>
where
    K: KeyLookup,
    B: Body<Error: Into<BoxError>> + Send + Unpin,
{
    let now = settings.clock.now();
    let host = settings.original_host.as_ref().and_then(|host| host(parts));
    let claim = match SignedRequest::parse_with_limits(parts, &settings.limits) {
        Ok(claim) => claim,
        Err(refusal) => {
            #[cfg(feature = "legacy")]
            if legacy::is_of_no_scheme(&refusal)
                && let Some(identity) =
                    legacy::identify(settings, keys, parts, host.as_deref(), body, now).await?
            {
                return Ok(Admitted::Legacy(identity));
            }
            let passes = || {
                settings
                    .without_signature
                    .as_ref()
                    .is_some_and(|f| f(parts))
            };
            if refusal == VerifyError::MissingAuthentication && passes() {
                return Ok(Admitted::WithoutSignature);
            }
            return Err(refusal.into());
        }
    };
    let claim = match &host {
        Some(host) => claim.with_original_host(host),
        None => claim,
    };
    let cache_key = CacheKey::of(&claim);
    let (cached, ticket) = settings.cache.find(&cache_key, now);
    let mut result = None;
    if let Some(key) = cached {
        result = match verify(settings, &claim, &key, now, parts, body).await {
            // The secret may have changed since.
            Err(refused) if refused.depends_on_key() => None,
            result => Some(result?),
        };
    }
    let (verified, payload) = match result {
        Some(verified) => verified,
        None => {
            // An invalid request costs no lookup.
            settings.verifier.check(&claim, now)?;
            let key = lookup::key_of(keys, &claim).await?;
            let verified = verify(settings, &claim, &key, now, parts, body).await?;
            settings.cache.insert(cache_key, key, now, ticket);
            verified
        }
    };
    if let Some(is_first) = &settings.replay_check {
        let is_first = is_first(&verified).await;
        if !is_first.map_err(|error| Refused::ReplayCheck(error.into()))? {
            return Err(Refused::Replayed);
        }
    }
    Ok(Admitted::Verified(Box::new(verified), payload))
}

async fn verify<B>(
    settings: &Settings,
    claim: &SignedRequest<'_>,
    key: &VerificationKey,
    now: Timestamp,
    parts: &Parts,
    body: &mut Incoming<B>,
) -> Result<(OwnedVerified, Payload), Refused>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    use PendingVerification::{Hashed, SignedStream, Unsigned, UnsignedStream};
    let chunks = |context: &StreamContext| {
        let mut chunks = ChunkVerifier::new(context)?;
        if let Some(maximum) = settings.max_chunk_size {
            chunks = chunks.with_max_chunk_size(maximum);
        }
        if settings.small_chunks {
            chunks = chunks.without_min_chunk_size();
        }
        Ok::<_, Refused>(Payload::Chunks(Box::new(chunks)))
    };
    match settings.verifier.verify_signature(claim, key, now)? {
        Hashed(pending) => match pending.stated() {
            // A handler may not look at a body that is empty, so its hash is compared here.
            Some(hash) if settings.stream_hashed && !body.is_empty() => {
                let verified = pending.verify(PayloadHash::Sha256(hash))?;
                Ok((verified.into_owned(), Payload::Hashed(hash)))
            }
            _ => {
                let hash = body.read(settings.buffer_limit).await?;
                Ok((pending.verify(hash)?.into_owned(), Payload::AsItIs))
            }
        },
        Unsigned(pending) if settings.accepts_unsigned(&parts.method, body.is_empty()) => {
            Ok((pending.accept().into_owned(), Payload::AsItIs))
        }
        UnsignedStream(pending) if settings.accept_unsigned => {
            let (verified, context) = pending.accept();
            Ok((verified.into_owned(), chunks(&context)?))
        }
        Unsigned(_) | UnsignedStream(_) => Err(Refused::UnsignedPayload),
        SignedStream(pending) if pending.payload() == StreamingMode::Events => {
            #[cfg(feature = "event-stream")]
            if settings.accept_events {
                let (verified, context) = pending.into_parts();
                return Ok((verified.into_owned(), Payload::Events(Box::new(context))));
            }
            Err(VerifyError::not_a_stream().into())
        }
        SignedStream(pending) => {
            let (verified, context) = pending.into_parts();
            Ok((verified.into_owned(), chunks(&context)?))
        }
    }
}

/// Gives each signed header the one value that was signed.
///
/// Anyone on the way can split a value at its commas and change the length of its white space.
fn write_as_signed(headers: &mut HeaderMap, verified: &OwnedVerified) {
    // The host may be that of a proxy.
    for name in verified.signed_headers().filter(|name| *name != "host") {
        let Some(signed) = verified.header(name) else {
            continue;
        };
        let mut received = headers.get_all(name).iter();
        let is_same = received.next().is_some_and(|value| value == signed);
        if is_same && received.next().is_none() {
            continue;
        }
        if let (Ok(name), Ok(signed)) =
            (HeaderName::try_from(name), HeaderValue::from_bytes(signed))
        {
            headers.insert(name, signed);
        }
    }
}

/// Makes the headers describe the decoded body.
fn describe_decoded(headers: &mut HeaderMap, length: u64) {
    headers.remove(TRANSFER_ENCODING);
    headers.insert(CONTENT_LENGTH, length.into());
    remove_aws_chunked(headers);
}
