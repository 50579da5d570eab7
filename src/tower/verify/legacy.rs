//! The schemes before Signature Version 4, for servers that accept them.

use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body::Body;

use crate::legacy::s3_v2::{Bucket, unsigned_operation};
use crate::legacy::{SignedRequest, Verified};
use crate::primitives::body::BoxError;
use crate::request::host_of;
use crate::timestamp::Timestamp;
use crate::verify::{SignatureLocation, VerifyError};

use super::incoming::Incoming;
use super::lookup::{self, KeyLookup};
use super::refused::Refused;
use super::settings::Settings;

/// The sender of a request that is signed with a scheme before Signature Version 4.
///
/// The layer puts it into the extensions of the request, in place of
/// [`OwnedVerified`](crate::verify::OwnedVerified). It proves only what the scheme signs: few headers,
/// and no body.
///
/// ```
/// use countersign::tower::verify::LegacyIdentity;
/// use http::Request;
///
/// fn caller<B>(request: &Request<B>) -> Option<&str> {
///     let identity = request.extensions().get::<LegacyIdentity>()?;
///     Some(identity.access_key_id())
/// }
/// assert_eq!(caller(&Request::new(())), None);
/// ```
#[derive(Clone, Debug)]
pub struct LegacyIdentity {
    access_key_id: String,
    form: SignatureLocation,
}

impl LegacyIdentity {
    /// Returns the access key ID of the sender.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the location of the signature.
    pub fn form(&self) -> SignatureLocation {
        self.form
    }

    fn of(claim: &SignedRequest, verified: Verified<'_>) -> Self {
        Self {
            access_key_id: verified.access_key_id().to_owned(),
            form: claim.form(),
        }
    }
}

/// Whether a request without a signature of this kind may have one of another kind.
pub(super) fn is_of_no_scheme(refusal: &VerifyError) -> bool {
    matches!(
        refusal,
        VerifyError::MissingAuthentication | VerifyError::UnknownAlgorithm { .. }
    )
}

/// Verifies a request by the older schemes that the server accepts. `None` if it uses none of them.
pub(super) async fn identify<K, B>(
    settings: &Settings,
    keys: &K,
    parts: &Parts,
    original_host: Option<&str>,
    body: &mut Incoming<B>,
    now: Timestamp,
) -> Result<Option<LegacyIdentity>, Refused>
where
    K: KeyLookup,
    B: Body<Error: Into<BoxError>> + Send + Unpin,
{
    let mut request = Request::new(());
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = parts.headers.clone();
    if let Some(host) = original_host {
        let host = HeaderValue::from_str(host).map_err(|_| VerifyError::InvalidHeader)?;
        request.headers_mut().insert(HOST, host);
        // Without an authority, which is that of a hop.
        let target = parts.uri.path_and_query().cloned();
        let target = target.unwrap_or_else(|| PathAndQuery::from_static("/"));
        *request.uri_mut() = Uri::from(target);
    }
    let header = request.headers().get(HOST);
    let header = header.and_then(|host| host.to_str().ok());
    let host = header
        .or_else(|| host_of(request.uri()))
        .unwrap_or_default();
    if let Some(bucket_of) = &settings.legacy_s3 {
        let bucket = bucket_of(host);
        let bucket = bucket.as_deref().map_or(Bucket::InPath, Bucket::InHost);
        if let Some(claim) = of_scheme(SignedRequest::parse_s3_v2(&request, bucket))? {
            if let Some(parameter) = unsigned_operation(&request) {
                return Err(Refused::UnsignedOperation { parameter });
            }
            if !settings.accepts_unsigned(&parts.method, body.is_empty()) {
                return Err(Refused::UnsignedPayload);
            }
            settings.verifier.check_host(host.as_bytes())?;
            return verify(settings, keys, &claim, now).await.map(Some);
        }
    }
    if settings.legacy_query {
        let content_type = request
            .headers()
            .get(CONTENT_TYPE)
            .map(HeaderValue::as_bytes);
        let form = b"application/x-www-form-urlencoded";
        let is_form = request.method() == Method::POST
            && content_type.is_some_and(|found| {
                let found = found.split(|&byte| byte == b';').next().unwrap_or_default();
                found.trim_ascii().eq_ignore_ascii_case(form)
            });
        let form = if is_form {
            body.read(settings.buffer_limit).await?;
            body.text()
        } else {
            None
        };
        if let Some(claim) = of_scheme(SignedRequest::parse_sigv2(&request, form.as_deref()))? {
            // The form is signed. Any other body is not.
            if form.is_none() && !settings.accepts_unsigned(&parts.method, body.is_empty()) {
                return Err(Refused::UnsignedPayload);
            }
            settings.verifier.check_host(host.as_bytes())?;
            return verify(settings, keys, &claim, now).await.map(Some);
        }
    }
    Ok(None)
}

/// Gives each `x-amz-*` header one value: the old scheme signs the values joined with commas.
pub(super) fn join_amz_headers(headers: &mut HeaderMap) {
    let is_split = |name: &&HeaderName| {
        name.as_str().starts_with("x-amz-") && headers.get_all(*name).iter().nth(1).is_some()
    };
    let split: Vec<HeaderName> = headers.keys().filter(is_split).cloned().collect();
    for name in split {
        let values = headers.get_all(&name).iter();
        let values: Vec<&[u8]> = values.map(|value| value.as_bytes().trim_ascii()).collect();
        if let Ok(joined) = HeaderValue::from_bytes(&values.join(&b","[..])) {
            headers.insert(name, joined);
        }
    }
}

fn of_scheme(
    claim: Result<SignedRequest, VerifyError>,
) -> Result<Option<SignedRequest>, VerifyError> {
    match claim {
        Ok(claim) => Ok(Some(claim)),
        Err(refusal) if is_of_no_scheme(&refusal) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

async fn verify<K: KeyLookup>(
    settings: &Settings,
    keys: &K,
    claim: &SignedRequest,
    now: Timestamp,
) -> Result<LegacyIdentity, Refused> {
    let credentials = lookup::credentials_of(keys, claim).await?;
    let window = settings.verifier.clock_window();
    let verified = claim.verify_within(&credentials, window, now)?;
    Ok(LegacyIdentity::of(claim, verified))
}
