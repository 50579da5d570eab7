//! The signing pipeline: canonicalize the request with the headers to add, sign, then add them.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use zeroize::Zeroizing;

use crate::credentials::{Credentials, expired};
use crate::error::Error;
use crate::primitives::ascii::header_value;
use crate::primitives::scan::{cut, holds};
use crate::primitives::sink::Sink;
use crate::request::{HeaderChange, HttpRequest, RawRequest, RequestView, authority_of, host_of};
use crate::service::{ContentSha256, Service};
use crate::sign::added_headers::{
    AddedHeaders, CONTENT_SHA256, DATE, REGION_SET, Written, is_written,
};
use crate::sign::presigned::{Lifetime, Presigned, PresignedTarget};
use crate::sigv4::authorization::{
    AuthorizationParameters, already_declared, declares, header_len, refuse_signed,
    write_header_end, write_header_start, write_parameter,
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
    encoded_id: String,
    pub(crate) session_token: Option<ReadyToken>,
    pub(crate) expiration: Option<Timestamp>,
    pub(crate) service: Service,
    /// The region set of SigV4A, which is sent and signed.
    region_set: Option<String>,
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

    pub(crate) fn presign<R: HttpRequest>(
        &self,
        request: &R,
        terms: &Terms<'_, impl Key>,
    ) -> Result<Presigned, Error> {
        let uri = request.uri();
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), authority_of(uri)) else {
            return Err(Error::RelativeUri);
        };
        let origin = Origin { scheme, authority };
        let method = request.method().clone();
        let mut presigned =
            self.seal_url(&RequestView::new(request), method, Some(origin), terms)?;
        let length = presigned.url.len();
        if length > LONGEST_URI {
            return Err(Error::UrlTooLong { length });
        }

        let own_host = |value: &HeaderValue| {
            let lowercase = |host: &str| {
                let bytes = host.bytes().map(|b| b.to_ascii_lowercase());
                bytes.eq(value.as_bytes().iter().copied())
            };
            host_of(uri).is_some_and(lowercase)
        };
        for (name, value) in request.headers() {
            if self.signs(name.as_str()) && !(name == http::header::HOST && own_host(value)) {
                let headers = &mut presigned.headers;
                headers
                    .try_append(name.clone(), value.clone())
                    .map_err(|_| Error::TooManyHeaders)?;
            }
        }
        Ok(presigned)
    }

    pub(crate) fn presign_raw(
        &self,
        request: &RawRequest<'_>,
        terms: &Terms<'_, impl Key>,
    ) -> Result<PresignedTarget, Error> {
        let view = RequestView::from_raw(request)?;
        let method =
            Method::from_bytes(request.method.as_bytes()).map_err(|_| Error::InvalidMethod {
                method: request.method.to_owned(),
            })?;
        let mut presigned = self.seal_url(&view, method, None, terms)?;

        for (name, value) in request.headers {
            if self.signs(name) && *name != "host" {
                let value = HeaderValue::from_bytes(value);
                let value = value.map_err(|_| Error::InvalidHeaderValue {
                    name: (*name).to_owned(),
                })?;
                let header = HeaderName::from_bytes(name.as_bytes());
                let header = header.map_err(|_| Error::InvalidHeaderName {
                    name: (*name).to_owned(),
                })?;
                let headers = &mut presigned.headers;
                headers
                    .try_append(header, value)
                    .map_err(|_| Error::TooManyHeaders)?;
            }
        }
        Ok(PresignedTarget(presigned))
    }

    /// Whether a header of the request is signed. Headers that signing writes are replaced instead.
    fn signs(&self, name: &str) -> bool {
        !is_written(name) && self.service.rules().signs(name)
    }

    /// Signs in the query form. Without an origin the URL begins with the path. Of the headers, the
    /// result has only the one that signing adds.
    fn seal_url<K: Key>(
        &self,
        request: &RequestView<'_>,
        method: Method,
        origin: Option<Origin<'_>>,
        terms: &Terms<'_, K>,
    ) -> Result<Presigned, Error> {
        let rules = self.service.rules();
        let payload = match terms.payload {
            Some(payload) => payload,
            None => self.usual_payload(request.method)?,
        };
        // Declared before the canonical request, which borrows from it later.
        let mut url;
        let mut canonical = CanonicalRequest::empty(payload);
        let hashed = canonical.payload;
        let path = CanonicalPath::new(request.path, rules)?;
        canonical.read(request, path, UnsignedParameters::None, |name| {
            self.signs(name)
        })?;
        // Whether parameters of the caller may sort between those of the signer.
        let mut between = false;
        // Whether a parameter of the caller declares the payload.
        let mut declared = false;
        for parameter in canonical.query.as_slice() {
            between |= parameter.begins_with("X-Amz-");
            declared = declares(parameter, &hashed, declared)?;
            refuse_signed(parameter)?;
        }
        let unhashed = hashed.literal().is_some();
        // S3 treats the payload of a URL as unsigned if the URL declares nothing.
        let understood = payload == PayloadHash::Unsigned && rules.is_s3_family();
        let mut content_sha256 =
            !understood && self.sends_content_sha256(&canonical.headers, payload, unhashed)?;
        if content_sha256 && declared {
            // S3 reads the header or the parameter. Other services are known to read only the
            // header.
            if rules.content_sha256 != ContentSha256::InHeaderForm {
                return Err(already_declared());
            }
            content_sha256 = false;
        }
        self.check_payload_of_url(request.method, payload, content_sha256)?;
        if content_sha256 {
            let value = hashed.as_bytes();
            canonical.headers.push_canonical(CONTENT_SHA256, value);
        }
        canonical.headers.sort();

        let query = request.query;
        let unsigned_token = match self.signed_token(true) {
            Some(_) => None,
            None => self.session_token.as_ref(),
        };
        let added = self.parameters(terms, &canonical.headers);
        let ready = terms
            .ready
            .filter(|_| canonical.headers.names().eq(["host"]));
        let signature_len = "&X-Amz-Signature=".len() + K::ALGORITHM.padded_len();
        url = String::with_capacity(
            origin.map_or(0, Origin::len)
                + canonical.path.url_len()
                + query_len(query)
                + ready.map_or_else(|| added.len(), str::len)
                + signature_len
                + unsigned_token.map_or(0, ReadyToken::parameter_len),
        );
        if let Some(origin) = origin {
            origin.write(&mut url);
        }
        canonical.path.write_url(&mut url);
        write_query(query, &mut url);
        let start = url.len();
        match ready {
            Some(ready) => url.push_str(ready),
            None => added.write(&mut url),
        }

        let (_, written) = url.split_at(start);
        match written.strip_prefix("X-Amz-Algorithm=") {
            // No parameter of the caller sorts between them, so they are one piece.
            Some(rest) if !between => canonical.query.push_canonical("X-Amz-Algorithm", rest),
            _ => {
                for (name, value) in written.split('&').filter_map(|piece| cut(piece, b'=')) {
                    canonical.query.push_canonical(name, value);
                }
            }
        }
        canonical.query.sort();
        let hash = canonical.hash();
        let signature = terms.key.sign_request(terms.date, &hash);

        write_parameter(&mut url, "&X-Amz-Signature=", signature.as_str());
        if let Some(token) = unsigned_token {
            token.write_parameter(&mut url);
        }
        let mut headers = HeaderMap::new();
        if content_sha256 {
            let name = HeaderName::from_static(CONTENT_SHA256);
            headers.insert(name, header_value(hashed.as_bytes()));
        }
        Ok(Presigned {
            method,
            url,
            headers,
            expires_at: terms.expires_at,
            signature,
        })
    }

    /// The payload that presigning signs if the caller does not give one.
    fn usual_payload(&self, method: &str) -> Result<PayloadHash, Error> {
        let rules = self.service.rules();
        if rules.is_s3_family() || rules.content_sha256 == ContentSha256::UnsignedOnly {
            return Ok(PayloadHash::Unsigned);
        }
        if has_no_body(method) {
            return Ok(PayloadHash::EMPTY);
        }
        Err(Error::PayloadRequired {
            service: self.service.name().to_owned(),
            method: method.to_owned(),
        })
    }

    /// Refuses a URL that would fail for its users. Some URLs need a header that browsers cannot
    /// send. For others, the service hashes the payload although the URL leaves it unsigned.
    /// `content_sha256` tells whether users of the URL must send that header.
    fn check_payload_of_url(
        &self,
        method: &str,
        payload: PayloadHash,
        content_sha256: bool,
    ) -> Result<(), Error> {
        let rules = self.service.rules();
        let service = || self.service.name().to_owned();
        match payload {
            PayloadHash::Sha256(_)
                if content_sha256 && rules.is_s3_family() && has_no_body(method) =>
            {
                Err(Error::PayloadHashInUrl {
                    service: service(),
                    method: method.to_owned(),
                })
            }
            PayloadHash::Unsigned
                if matches!(
                    rules.content_sha256,
                    ContentSha256::IfNotHashed | ContentSha256::TreeHash
                ) =>
            {
                Err(Error::UnsignedPayloadInUrl { service: service() })
            }
            _ => Ok(()),
        }
    }

    fn parameters<'a, K: Key>(
        &'a self,
        terms: &Terms<'a, K>,
        headers: &'a CanonicalHeaders<'a>,
    ) -> AuthorizationParameters<'a> {
        AuthorizationParameters {
            algorithm: K::ALGORITHM,
            encoded_id: &self.encoded_id,
            scope: terms.key.scope(),
            date: terms.date,
            expires_in: terms.expires_in,
            region_set: self.region_set.as_deref(),
            session_token: self.signed_token(true),
            headers,
        }
    }

    /// The presigning terms for one request.
    pub(crate) fn terms<'a, K>(
        &self,
        payload: Option<PayloadHash>,
        lifetime: Lifetime,
        date: &'a AmzDate,
        key: &'a K,
    ) -> Result<Terms<'a, K>, Error> {
        Ok(Terms {
            payload,
            expires_in: lifetime.seconds,
            expires_at: lifetime.end(date, self.expiration)?,
            date,
            key,
            ready: None,
        })
    }

    /// The parameters that presigning adds to a request whose only signed header is `host`.
    pub(crate) fn ready_parameters(&self, terms: &Terms<'_, impl Key>) -> Zeroizing<String> {
        let mut headers = CanonicalHeaders::unsorted();
        headers.push_canonical("host", b"");
        let parameters = self.parameters(terms, &headers);
        // Allocated in full, because growing would leave copies of the token in memory.
        let mut ready = Zeroizing::new(String::with_capacity(parameters.len()));
        parameters.write(&mut ready);
        ready
    }

    /// The session token, if it is signed.
    fn signed_token(&self, in_url: bool) -> Option<&ReadyToken> {
        let unsigned = self.service.rules().session_token.is_unsigned(in_url);
        self.session_token.as_ref().filter(|_| !unsigned)
    }

    /// Whether a request needs `x-amz-content-sha256`. `unhashed` is true if a receiver needs the
    /// header to know how the payload is signed.
    fn sends_content_sha256(
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

/// The scheme and the authority of a URL.
#[derive(Clone, Copy)]
struct Origin<'a> {
    scheme: &'a str,
    authority: &'a str,
}

impl Origin<'_> {
    fn len(self) -> usize {
        self.scheme.len() + "://".len() + self.authority.len()
    }

    /// Writes it to an empty URL. The host is signed in lowercase, and HTTP clients and browsers
    /// send it in lowercase.
    fn write(self, url: &mut String) {
        for part in [self.scheme, "://", self.authority] {
            url.push_str(part);
        }
        url.make_ascii_lowercase();
    }
}

/// Writes the caller's query into a presigned URL. A bare `+` becomes `%20`, as it is signed,
/// because servers disagree about the meaning of `+`.
fn write_query(query: &str, url: &mut String) {
    url.push('?');
    if query.is_empty() {
        return;
    }
    for (i, piece) in query.split('+').enumerate() {
        if i > 0 {
            url.push_str("%20");
        }
        url.push_str(piece);
    }
    url.push('&');
}

/// The length of what [`write_query`] writes.
fn query_len(query: &str) -> usize {
    query.len() + 2 + 2 * query.bytes().filter(|&b| b == b'+').count()
}

/// Whether requests of a method usually have no body.
fn has_no_body(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "DELETE" | "OPTIONS")
}

/// The terms of presigning a request.
pub(crate) struct Terms<'a, K> {
    /// `None` selects the usual payload of the service and the method.
    pub(crate) payload: Option<PayloadHash>,
    pub(crate) expires_in: Option<u64>,
    pub(crate) expires_at: Timestamp,
    pub(crate) date: &'a AmzDate,
    pub(crate) key: &'a K,
    /// The result of [`SigningContext::ready_parameters`] for these terms, for many requests.
    pub(crate) ready: Option<&'a str>,
}

/// The maximum length of a URI of `http`.
const LONGEST_URI: usize = 65_534;
