//! Changes of a signed request. Each panics if it changes nothing.

use bytes::Bytes;
use countersign::encode_segment;
use http::{HeaderName, HeaderValue, Method, Request};
use percent_encoding::percent_decode_str;
use time::format_description::parse_borrowed;
use time::{Duration, PrimitiveDateTime};

/// The indices of the parts of a credential: the access key ID, and the four parts of its scope.
pub(crate) const ACCESS_KEY_ID: usize = 0;
pub(crate) const DATE: usize = 1;
pub(crate) const REGION: usize = 2;
pub(crate) const SERVICE: usize = 3;
pub(crate) const TERMINATOR: usize = 4;

pub(crate) fn set_method(request: &mut Request<Bytes>, method: &str) {
    *request.method_mut() = Method::from_bytes(method.as_bytes()).expect("a method");
}

pub(crate) fn set_body(request: &mut Request<Bytes>, body: &'static str) {
    *request.body_mut() = Bytes::from_static(body.as_bytes());
}

pub(crate) fn set(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).expect("a header value");
    request
        .headers_mut()
        .insert(HeaderName::from_static(name), value);
}

pub(crate) fn append(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).expect("a header value");
    request
        .headers_mut()
        .append(HeaderName::from_static(name), value);
}

pub(crate) fn remove(request: &mut Request<Bytes>, name: &str) {
    assert!(
        request.headers_mut().remove(name).is_some(),
        "{name} is there to be removed"
    );
}

/// Changes the value of an existing header.
pub(crate) fn in_header(
    request: &mut Request<Bytes>,
    name: &'static str,
    change: impl FnOnce(&str) -> String,
) {
    let value = request.headers()[name].to_str().expect("ASCII").to_owned();
    let changed = change(&value);
    assert_ne!(changed, value, "{name} is changed");
    set(request, name, &changed);
}

/// Changes a field of the `Authorization` header.
pub(crate) fn in_field(request: &mut Request<Bytes>, field: &str, change: fn(&str) -> String) {
    in_header(request, "authorization", |authorization| {
        let (before, rest) = authorization.split_once(field).expect("the field is there");
        let value = rest.split(',').next().unwrap_or_default();
        format!("{before}{field}{}{}", change(value), &rest[value.len()..])
    });
}

/// Changes a part of the credential in the `Authorization` header.
pub(crate) fn in_credential(request: &mut Request<Bytes>, piece: usize, new: &str) {
    in_header(request, "authorization", |authorization| {
        let (before, rest) = authorization
            .split_once("Credential=")
            .expect("a credential");
        let credential = rest.split(',').next().unwrap_or_default();
        let after = &rest[credential.len()..];
        format!(
            "{before}Credential={}{after}",
            replaced(credential, piece, new)
        )
    });
}

/// Changes the first occurrence of a text in the URL.
pub(crate) fn in_url(request: &mut Request<Bytes>, old: &str, new: &str) {
    let url = request.uri().to_string();
    assert!(
        url.contains(old) && old != new,
        "{old} is there to be changed"
    );
    *request.uri_mut() = url.replacen(old, new, 1).parse().expect("a URL");
}

/// Changes the decoded value of a query parameter.
pub(crate) fn in_query(
    request: &mut Request<Bytes>,
    name: &str,
    change: impl FnOnce(&str) -> String,
) {
    let old = parameter(request, name);
    let value = percent_decode_str(&old[name.len() + 1..])
        .decode_utf8()
        .expect("UTF-8");
    in_url(
        request,
        &old,
        &format!("{name}={}", encode_segment(change(&value))),
    );
}

/// Changes a part of the credential in the query.
pub(crate) fn in_credential_parameter(request: &mut Request<Bytes>, piece: usize, new: &str) {
    in_query(request, "X-Amz-Credential", |credential| {
        replaced(credential, piece, new)
    });
}

pub(crate) fn without_parameter(request: &mut Request<Bytes>, name: &str) {
    in_url(request, &parameter(request, name), "");
}

/// A query parameter with its name, as it is in the URL.
fn parameter(request: &Request<Bytes>, name: &str) -> String {
    let query = request.uri().query().unwrap_or_default();
    let named = |pair: &&str| pair.split_once('=').is_some_and(|(n, _)| n == name);
    query
        .split('&')
        .find(named)
        .expect("the parameter is there")
        .to_owned()
}

fn replaced(credential: &str, piece: usize, new: &str) -> String {
    let mut pieces: Vec<&str> = credential.split('/').collect();
    pieces[piece] = new;
    pieces.join("/")
}

/// The timestamp of a request, some seconds later.
pub(crate) fn later(date: &str, seconds: i64) -> String {
    let format = parse_borrowed::<2>("[year][month][day]T[hour][minute][second]Z");
    let format = format.expect("a format");
    let date = PrimitiveDateTime::parse(date, &format).expect("a date");
    (date + Duration::seconds(seconds))
        .format(&format)
        .expect("a date")
}

pub(crate) fn with_another_digit(signature: &str) -> String {
    let digit = if signature.starts_with('0') { '1' } else { '0' };
    format!("{digit}{}", &signature[1..])
}

pub(crate) fn without_content_type(names: &str) -> String {
    names.replace("content-type;", "")
}
