//! The head of the request for the upstream server.

use http::header::{
    AUTHORIZATION, AsHeaderName, CONNECTION, CONTENT_LENGTH, GetAll, HOST, TRANSFER_ENCODING,
};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::request::is_amz_in_cgi;
use crate::service::Rules;
use crate::sigv4::authorization::{CONTENT_SHA256_PARAMETER, is_of_signature};
use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::canonical::query::parameters;
use crate::verify::{OwnedVerified, SignatureLocation, canonical_value};

use super::error::ResignError;

/// The headers of a signature. The upstream signer writes its own.
const OF_SIGNATURE: [&str; 5] = [
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-region-set",
    "x-amz-s3session-token",
    "x-amz-security-token",
];

/// Headers for one hop (RFC 9110, 7.6.1), besides those that begin with `proxy-`.
const OF_ONE_HOP: [&str; 7] = [
    "connection",
    "expect",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The headers that go on to the upstream server and are signed for it.
pub(super) fn headers(
    received: &HeaderMap,
    verified: &OwnedVerified,
) -> Result<HeaderMap, ResignError> {
    let is_signed = |name: &str| verified.signed_headers().any(|signed| signed == name);
    let listed = listed(received, CONNECTION);
    if let Some(name) = listed.iter().find(|name| is_signed(name)) {
        let name = name.clone();
        return Err(ResignError::SignedHeaderOfOneHop { name });
    }
    let mut headers = HeaderMap::with_capacity(received.keys_len() + 4);
    let mut unsigned = Vec::new();
    for name in received.keys() {
        if is_replaced(name) || listed.iter().any(|listed| listed == name.as_str()) {
            continue;
        }
        // It does not tell the length then (RFC 9112, 6.3).
        if name == CONTENT_LENGTH && received.contains_key(TRANSFER_ENCODING) {
            continue;
        }
        let values = received.get_all(name);
        if is_signed(name.as_str()) {
            // Anyone on the way can split a value at its commas.
            headers.extend(joined(name, values).map(|value| (name.clone(), value)));
            continue;
        }
        if is_amz_in_cgi(name.as_str()) {
            unsigned.push(name.as_str().to_owned());
        }
        for value in values {
            headers.append(name, value.clone());
        }
    }
    match unsigned.is_empty() {
        true => Ok(headers),
        false => Err(ResignError::HeadersNotSigned { names: unsigned }),
    }
}

/// The one value that is signed for these.
fn joined(name: &HeaderName, values: GetAll<'_, HeaderValue>) -> Option<HeaderValue> {
    let bytes = values.iter().map(HeaderValue::as_bytes);
    let mut value = HeaderValue::try_from(canonical_value(name.as_str(), bytes)?).ok()?;
    value.set_sensitive(values.iter().any(HeaderValue::is_sensitive));
    Some(value)
}

fn is_replaced(name: &HeaderName) -> bool {
    let text = name.as_str();
    name == AUTHORIZATION
        || name == HOST
        || OF_SIGNATURE.contains(&text)
        || OF_ONE_HOP.contains(&text)
        || text.starts_with("proxy-")
}

/// The names that all headers of this name list, in lowercase.
pub(super) fn listed(headers: &HeaderMap, name: impl AsHeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter();
    let names = values.flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
    let names = names.map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

/// The same target at the upstream host, without the parameters of the old signature.
pub(super) fn uri(
    received: &Uri,
    verified: &OwnedVerified,
    rules: &Rules,
    (scheme, authority): (&Scheme, &Authority),
) -> Result<Uri, ResignError> {
    let path = CanonicalPath::received(received.path(), rules)?;
    let mut target = String::with_capacity(received.path().len());
    if rules.normalize_path {
        target.push_str(&path.to_route());
    } else {
        // Makes no `.` and `..` segments, which a server in between may resolve.
        path.write_url(&mut target);
    }
    let pieces = received.query().unwrap_or_default().split('&');
    let mut separator = '?';
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let is_old = verified.form() == SignatureLocation::Query
            && parameters(piece).next().is_some_and(|parameter| {
                parameter.is_ok_and(|parameter| {
                    is_of_signature(&parameter) || parameter.is_named(CONTENT_SHA256_PARAMETER)
                })
            });
        if !is_old {
            target.push(separator);
            target.push_str(piece);
            separator = '&';
        }
    }
    let target = PathAndQuery::try_from(target).map_err(|_| ResignError::InvalidUri)?;
    let uri = Uri::builder()
        .scheme(scheme.clone())
        .authority(authority.clone())
        .path_and_query(target);
    uri.build().map_err(|_| ResignError::InvalidUri)
}
