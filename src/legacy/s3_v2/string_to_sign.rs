//! The string to sign.

use std::collections::BTreeSet;

use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::{Bucket, X_AMZ_DATE};
use crate::error::Error;
use crate::legacy::parameters::{Parameter, Parameters};
use crate::primitives::encode::holds;
use crate::request::HttpRequest;

const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// The string to sign of a signed request: in query form, where its query has a `Signature`, else in
/// header form.
///
/// It contains the session token.
///
/// # Errors
/// The string has lines and no escapes, so it refuses what could be read as two requests:
///
/// - [`Error::InvalidQuery`] if the query is malformed; if a signed value has a control character
///   after decoding; if the value of a sub-resource contains `&` before the name of a sub-resource;
///   if an `x-amz-*` parameter has a name that is not a header name, has white space at an end, is
///   duplicate, repeats a header, or is part of a request in header form, which does not sign it
/// - [`Error::InvalidPath`] if the bucket in the host is empty, or has a character that no host has
///
/// ```
/// use countersign::legacy::s3_v2::{Bucket, string_to_sign};
///
/// let request = http::Request::get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg")
///     .header("date", "Tue, 27 Mar 2007 19:36:42 GMT").body(())?;
/// let text = string_to_sign(&request, Bucket::InHost("johnsmith"))?;
/// assert_eq!(text, b"GET\n\n\nTue, 27 Mar 2007 19:36:42 GMT\n/johnsmith/photos/puppy.jpg");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn string_to_sign<R: HttpRequest>(request: &R, bucket: Bucket<'_>) -> Result<Vec<u8>, Error> {
    let parameters = Parameters::of_query(request.uri().query().unwrap_or_default())?;
    if parameters.find("Signature").is_none() {
        return header_string_to_sign(request, bucket);
    }
    let (method, headers) = (request.method().as_str(), request.headers());
    let date = match parameters.find("Expires") {
        Some(expires) if !expires.value().iter().all(u8::is_ascii_digit) => {
            return Err(expires.invalid("`Expires` is not a number"));
        }
        expires => expires.map(Parameter::value).unwrap_or_default(),
    };
    let sent = amz_parameters(&parameters, headers)?;
    let mut amz = amz_headers(headers);
    amz.extend(sent.iter().map(|(name, value)| (name.as_str(), *value)));
    write_string_to_sign(method, headers, date, amz, bucket, request.uri())
}

pub(super) fn header_string_to_sign<R: HttpRequest>(
    request: &R,
    bucket: Bucket<'_>,
) -> Result<Vec<u8>, Error> {
    let (method, headers) = (request.method().as_str(), request.headers());
    let parameters = Parameters::of_query(request.uri().query().unwrap_or_default())?;
    // A server that takes them for headers, as S3 does, would act on what nobody signed.
    if let Some(parameter) = parameters.iter().find(|parameter| is_amz(parameter)) {
        return Err(parameter.invalid("`x-amz-*` parameters are signed in presigned URLs only"));
    }
    let date = match headers.get(DATE) {
        Some(date) if !headers.contains_key(X_AMZ_DATE) => date.as_bytes(),
        _ => b"",
    };
    let amz = amz_headers(headers);
    write_string_to_sign(method, headers, date, amz, bucket, request.uri())
}

pub(super) fn write_string_to_sign(
    method: &str,
    headers: &HeaderMap,
    date: &[u8],
    mut amz: Vec<(&str, &[u8])>,
    bucket: Bucket<'_>,
    uri: &Uri,
) -> Result<Vec<u8>, Error> {
    let header = |name: HeaderName| headers.get(name).map_or(&b""[..], HeaderValue::as_bytes);
    let lines = [
        method.as_bytes(),
        header(CONTENT_MD5),
        header(CONTENT_TYPE),
        date,
    ];
    let mut text = Vec::new();
    for line in lines {
        text.extend_from_slice(line.trim_ascii());
        text.push(b'\n');
    }
    // Stable: repeated names stay in the order in which they are sent.
    amz.sort_by_key(|(name, _)| *name);
    let mut last = "";
    for (name, value) in amz {
        if name == last {
            // Instead of the line's end.
            text.pop();
            text.push(b',');
        } else {
            text.extend_from_slice(name.as_bytes());
            text.push(b':');
        }
        text.extend_from_slice(value.trim_ascii());
        text.push(b'\n');
        last = name;
    }
    bucket.write_resource(uri, &mut text)?;
    Ok(text)
}

pub(super) fn amz_headers(headers: &HeaderMap) -> Vec<(&str, &[u8])> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .filter(|(name, _)| name.starts_with("x-amz-"))
        .collect()
}

fn is_amz(parameter: &Parameter) -> bool {
    let start = parameter.name.get(.."x-amz-".len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(b"x-amz-"))
}

/// The headers that a presigned URL carries in its query, as it does the session token: names in
/// lowercase, and decoded values. Each is one line of the string to sign, as a header would be.
pub(super) fn amz_parameters<'p>(
    parameters: &'p Parameters,
    headers: &HeaderMap,
) -> Result<Vec<(String, &'p [u8])>, Error> {
    let mut sent = Vec::new();
    let mut names = BTreeSet::new();
    for parameter in parameters.iter().filter(|parameter| is_amz(parameter)) {
        let value = parameter.value();
        // The names of `http` are tokens in lowercase.
        let problem = match HeaderName::from_bytes(&parameter.name) {
            Err(_) => "the name of an `x-amz-*` parameter is not a header name",
            Ok(_) if holds(value, |byte| byte.is_ascii_control()) => {
                "the value of an `x-amz-*` parameter has a control character"
            }
            Ok(_) if value.trim_ascii() != value => {
                "the value of an `x-amz-*` parameter begins or ends with a space"
            }
            Ok(name) if headers.contains_key(&name) => {
                "an `x-amz-*` parameter repeats a header of the request"
            }
            Ok(name) if !names.insert(name.as_str().to_owned()) => {
                "an `x-amz-*` parameter appears more than once"
            }
            Ok(name) => {
                sent.push((name.as_str().to_owned(), value));
                continue;
            }
        };
        return Err(parameter.invalid(problem));
    }
    Ok(sent)
}
