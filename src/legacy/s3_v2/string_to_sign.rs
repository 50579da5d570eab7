//! The string to sign.

use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::{Bucket, X_AMZ_DATE};
use crate::error::Error;
use crate::legacy::parameters::{Parameter, Parameters};
use crate::request::HttpRequest;

const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// The string to sign of a signed request: in query form, where its query has a `Signature`, else in
/// header form.
///
/// It holds the session token.
///
/// # Errors
/// A query that cannot be sent.
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
    let date = parameters.find("Expires").map(Parameter::value);
    // In this form a header may stand in the query, as the token does.
    let sent: Vec<(String, &[u8])> = parameters
        .iter()
        .filter_map(|parameter| {
            let name = std::str::from_utf8(&parameter.name)
                .ok()?
                .to_ascii_lowercase();
            name.starts_with("x-amz-")
                .then_some((name, parameter.value()))
        })
        .collect();
    let mut amz = amz_headers(headers);
    amz.extend(sent.iter().map(|(name, value)| (name.as_str(), *value)));
    let date = date.unwrap_or_default();
    write_string_to_sign(method, headers, date, amz, bucket, request.uri())
}

pub(super) fn header_string_to_sign<R: HttpRequest>(
    request: &R,
    bucket: Bucket<'_>,
) -> Result<Vec<u8>, Error> {
    let (method, headers) = (request.method().as_str(), request.headers());
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
