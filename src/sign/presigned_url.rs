//! The presigned URL: canonicalize the request with the parameters to add, sign, then write them.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::primitives::ascii::header_value;
use crate::primitives::scan::cut;
use crate::request::{HttpRequest, RawRequest, RequestView, authority_of, host_of};
use crate::service::ContentSha256;
use crate::sign::added_headers::{CONTENT_SHA256, is_written};
use crate::sign::pipeline::SigningContext;
use crate::sign::presigned::{Lifetime, Presigned, PresignedTarget};
use crate::sigv4::authorization::{
    AuthorizationParameters, already_declared, declares, refuse_signed, write_parameter,
};
use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::canonical::headers::CanonicalHeaders;
use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::canonical::query::UnsignedParameters;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::session_token::ReadyToken;
use crate::sigv4::signing_key::Key;
use crate::timestamp::Timestamp;

/// The maximum length of a URI of `http`.
const LONGEST_URI: usize = 65_534;

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

impl SigningContext {
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
