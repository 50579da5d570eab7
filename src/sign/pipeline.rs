//! The signing pipeline: canonicalize the request with the headers to add, sign, then add them.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::credentials::{Credentials, expired};
use crate::error::Error;
use crate::primitives::ascii::header_value;
use crate::primitives::scan::holds;
use crate::primitives::sink::Sink;
use crate::request::{HeaderChange, HttpRequest, RawRequest, RequestView};
use crate::service::{ContentSha256, Service};
use crate::sign::added_headers::{AddedHeaders, CONTENT_SHA256, DATE, REGION_SET, Written};
use crate::sigv4::authorization::{
    header_len, refuse_signed, write_header_end, write_header_start,
};
use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::canonical::headers::CanonicalHeaders;
use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::canonical::query::UnsignedParameters;
use crate::sigv4::date::AmzDate;
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::payload_hash::{HashedPayload, PayloadHash};
use crate::sigv4::scope::check_service;
use crate::sigv4::session_token::ReadyToken;
use crate::sigv4::signature::Signature;
use crate::sigv4::signing_key::Key;
use crate::timestamp::Timestamp;

/// Where a catalog's own login goes.
const ORIGINAL_AUTHORIZATION: &str = "original-authorization";

/// Everything that is the same for all requests of a signer, except the key. SigV4 and SigV4A share
/// this pipeline, and differ in the key.
pub(crate) struct SigningContext {
    pub(crate) access_key_id: String,
    /// The access key ID, percent-encoded.
    pub(crate) encoded_id: String,
    pub(crate) session_token: Option<ReadyToken>,
    pub(crate) expiration: Option<Timestamp>,
    pub(crate) service: Service,
    /// The region set of SigV4A, which is sent and signed.
    pub(crate) region_set: Option<String>,
}

impl SigningContext {
    pub(crate) fn new(
        credentials: &Credentials,
        service: Service,
        region_set: Option<String>,
    ) -> Result<Self, Error> {
        check_service(service.name())?;
        credentials.check()?;
        Ok(Self {
            access_key_id: credentials.access_key_id().to_owned(),
            encoded_id: encode_segment(credentials.access_key_id()),
            session_token: credentials
                .session_token()
                .map(ReadyToken::new)
                .transpose()?,
            expiration: credentials.expiration(),
            service,
            region_set,
        })
    }

    /// The date of a request at `now`, if the credentials have not expired.
    pub(crate) fn date(&self, now: Timestamp) -> Result<AmzDate, Error> {
        if let Some(expiration) = expired(self.expiration, now) {
            return Err(Error::CredentialsExpired { expiration, now });
        }
        AmzDate::new(now)
    }

    /// Signs a request together with the headers that an operation sets or removes.
    ///
    /// It changes the request only when no error is possible any more.
    pub(crate) fn sign<R: HttpRequest>(
        &self,
        request: &mut R,
        changes: &[HeaderChange],
        payload: PayloadHash,
        date: &AmzDate,
        key: &impl Key,
    ) -> Result<Signature, Error> {
        let kept = self.kept_authorization(request.headers(), changes);
        let changes = kept.as_deref().unwrap_or(changes);
        AddedHeaders::reserve(request.headers_mut(), changes.len())?;
        let view = RequestView::new(request).with(changes);
        let host = lowercase_host(request, view.host);
        let added = self.seal(&view, payload, date, key)?;

        let headers = request.headers_mut();
        for (name, value) in changes {
            match value {
                Some(value) => headers.insert(name.clone(), value.clone()),
                None => headers.remove(name),
            };
        }
        if let Some(host) = host {
            headers.insert(http::header::HOST, host);
        }
        Ok(added.insert_into(headers))
    }

    /// The changes, and one more: the request's own `authorization` moves to a header that signing
    /// does not write.
    #[cold]
    fn renamed_authorization(
        headers: &HeaderMap,
        changes: &[HeaderChange],
    ) -> Option<Vec<HeaderChange>> {
        let own = headers.get(http::header::AUTHORIZATION)?;
        // An earlier signature is replaced, not moved.
        if own.as_bytes().starts_with(b"AWS4-") {
            return None;
        }
        let mut own = own.clone();
        own.set_sensitive(true);
        let name = const { HeaderName::from_static(ORIGINAL_AUTHORIZATION) };
        let mut changes = changes.to_vec();
        changes.push((name, Some(own)));
        Some(changes)
    }

    fn kept_authorization(
        &self,
        headers: &HeaderMap,
        changes: &[HeaderChange],
    ) -> Option<Vec<HeaderChange>> {
        if !self.service.rules().keep_authorization {
            return None;
        }
        Self::renamed_authorization(headers, changes)
    }

    pub(crate) fn sign_raw(
        &self,
        request: &RawRequest<'_>,
        payload: PayloadHash,
        date: &AmzDate,
        key: &impl Key,
    ) -> Result<AddedHeaders<'_>, Error> {
        self.seal(&RequestView::from_raw(request)?, payload, date, key)
    }

    /// Signs in the header form.
    fn seal<K: Key>(
        &self,
        request: &RequestView<'_>,
        payload: PayloadHash,
        date: &AmzDate,
        key: &K,
    ) -> Result<AddedHeaders<'_>, Error> {
        let rules = self.service.rules();
        let mut canonical = CanonicalRequest::empty(payload);
        let hashed = canonical.payload;
        let path = CanonicalPath::new(request.path, rules)?;
        let mut stale = Written::default();
        canonical.read(request, path, UnsignedParameters::None, |name| {
            !stale.notes(name) && rules.signs(name)
        })?;
        for parameter in canonical.query.as_slice() {
            refuse_signed(parameter)?;
        }
        let unhashed = hashed.literal().is_some() || stale.has(CONTENT_SHA256);
        let content_sha256 = self.sends_content_sha256(&canonical.headers, payload, unhashed)?;
        // The last line of the canonical request is hex in any case.
        let sent = match (rules.content_sha256, payload) {
            (ContentSha256::Base64, PayloadHash::Sha256(hash)) if payload != PayloadHash::EMPTY => {
                HashedPayload::base64(&hash)
            }
            _ => hashed,
        };
        let headers = &mut canonical.headers;
        // Pushed in order, so that sorting is fast.
        if content_sha256 {
            headers.push_canonical(CONTENT_SHA256, sent.as_bytes());
        }
        headers.push_canonical(DATE, date.as_bytes());
        if let Some(regions) = &self.region_set {
            headers.push_canonical(REGION_SET, regions.as_bytes());
        }
        if let Some(token) = self.signed_token(false) {
            headers.push_canonical(token.header_name, token.header.as_bytes());
        }
        canonical.sort();

        let (scope, id) = (key.scope(), &self.access_key_id);
        let len = header_len(K::ALGORITHM, id, scope) + canonical.headers.names_len();
        let mut authorization = Vec::with_capacity(len);
        write_header_start(&mut authorization, K::ALGORITHM, id, scope);
        let start = authorization.len();
        canonical.headers.write_names(&mut authorization);
        let (_, signed_headers) = authorization.split_at(start);
        let hash = canonical
            .begin_hash_with(|hash| hash.put(signed_headers))
            .finish();
        let signature = key.sign_request(date, &hash);
        write_header_end(&mut authorization, &signature);
        Ok(AddedHeaders {
            date: *date,
            content_sha256: content_sha256.then_some(sent),
            session_token: self.session_token.as_ref(),
            region_set: self.region_set.as_deref(),
            authorization,
            signature,
            stale,
        })
    }

    /// The session token, if it is signed.
    pub(crate) fn signed_token(&self, in_url: bool) -> Option<&ReadyToken> {
        let unsigned = self.service.rules().session_token.is_unsigned(in_url);
        self.session_token.as_ref().filter(|_| !unsigned)
    }

    /// Whether a request needs `x-amz-content-sha256`. `unhashed` is true if a receiver needs the
    /// header to know how the payload is signed.
    pub(crate) fn sends_content_sha256(
        &self,
        headers: &CanonicalHeaders<'_>,
        payload: PayloadHash,
        unhashed: bool,
    ) -> Result<bool, Error> {
        Ok(match self.service.rules().content_sha256 {
            // Without the header, a receiver could not recognize chunks or messages.
            ContentSha256::Never if matches!(payload, PayloadHash::Streaming { .. }) => {
                return Err(Error::StreamNotAnnounced {
                    service: self.service.name().to_owned(),
                });
            }
            ContentSha256::Never => false,
            ContentSha256::Always | ContentSha256::InHeaderForm | ContentSha256::Base64 => true,
            ContentSha256::UnsignedOnly if payload == PayloadHash::Unsigned => true,
            ContentSha256::UnsignedOnly => {
                return Err(Error::PayloadMustBeUnsigned {
                    service: self.service.name().to_owned(),
                });
            }
            ContentSha256::IfNotHashed => unhashed,
            ContentSha256::TreeHash => {
                let mut names = headers.names();
                unhashed || names.any(|name| name == "x-amz-sha256-tree-hash")
            }
        })
    }
}

/// The `host` header to add if the request has none and the URI's host has an uppercase letter.
/// Some clients send such a host as it is, others in lowercase.
fn lowercase_host<R: HttpRequest>(request: &R, host: Option<&str>) -> Option<HeaderValue> {
    let host = host?;
    let upper = |b: u8| b.is_ascii_uppercase();
    if !holds(host.as_bytes(), upper) || request.headers().contains_key(http::header::HOST) {
        return None;
    }
    Some(header_value(host.to_ascii_lowercase()))
}
