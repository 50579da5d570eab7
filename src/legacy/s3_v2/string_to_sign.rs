//! The string to sign.

use std::borrow::Cow;
use std::collections::BTreeSet;

use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::resource::Bucket;
use crate::error::Error;
use crate::error::target::TargetProblem;
use crate::legacy::parameters::{Parameter, Parameters};
use crate::primitives::scan::holds;
use crate::request::HttpRequest;

pub(super) const X_AMZ_DATE: &str = "x-amz-date";
pub(super) const TOKEN: &str = "x-amz-security-token";
const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// Creates the string to sign of a signed request.
///
/// It is that of the query form if the query has a `Signature`, and otherwise that of the header
/// form. It contains the session token.
///
/// # Errors
/// The string has lines and no escapes, so input that could be read as two requests is refused:
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
/// let url = "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg";
/// let request = http::Request::get(url)
///     .header("date", "Tue, 27 Mar 2007 19:36:42 GMT")
///     .body(())?;
/// assert_eq!(
///     string_to_sign(&request, Bucket::InHost("johnsmith"))?,
///     b"GET\n\n\nTue, 27 Mar 2007 19:36:42 GMT\n/johnsmith/photos/puppy.jpg",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn string_to_sign<R: HttpRequest>(request: &R, bucket: Bucket<'_>) -> Result<Vec<u8>, Error> {
    let parameters = Parameters::of_request(request)?;
    let headers = request.headers();
    let mut amz = amz_headers(headers);
    let date = if parameters.find("Signature").is_none() {
        refuse_amz_parameters(&parameters)?;
        headers
            .get(DATE)
            .filter(|_| !headers.contains_key(X_AMZ_DATE))
            .map_or(&b""[..], HeaderValue::as_bytes)
    } else {
        amz.extend(amz_parameters(&parameters, headers)?);
        match parameters.find("Expires") {
            Some(expires) if !expires.value().iter().all(u8::is_ascii_digit) => {
                return Err(expires.invalid(TargetProblem::InvalidExpires));
            }
            expires => expires.map_or(&b""[..], Parameter::value),
        }
    };
    let covered = Covered {
        method: request.method(),
        headers,
        date,
        amz,
        bucket,
        uri: request.uri(),
        parameters: &parameters,
    };
    covered.string_to_sign()
}

/// What the signature of a request covers.
pub(super) struct Covered<'r> {
    pub(super) method: &'r Method,
    /// Of which `content-md5` and `content-type` are covered.
    pub(super) headers: &'r HeaderMap,
    /// The date or the expiration.
    pub(super) date: &'r [u8],
    /// The `x-amz-*` headers, and the parameters that are signed as such.
    pub(super) amz: Vec<Amz<'r>>,
    pub(super) bucket: Bucket<'r>,
    pub(super) uri: &'r Uri,
    pub(super) parameters: &'r Parameters,
}

/// An `x-amz-*` header: its name in lowercase and its value.
type Amz<'r> = (Cow<'r, str>, &'r [u8]);

impl Covered<'_> {
    pub(super) fn string_to_sign(mut self) -> Result<Vec<u8>, Error> {
        let header = |name: HeaderName| {
            let value = self.headers.get(name);
            value.map_or(&b""[..], HeaderValue::as_bytes)
        };
        let lines = [
            self.method.as_str().as_bytes(),
            header(CONTENT_MD5),
            header(CONTENT_TYPE),
            self.date,
        ];
        let mut text = Vec::new();
        for line in lines {
            text.extend_from_slice(line.trim_ascii());
            text.push(b'\n');
        }
        // Stable: headers of one name stay in the order of sending.
        self.amz.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut last = "";
        for (name, value) in &self.amz {
            if name == last {
                // Replaces the end of the line.
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
        self.bucket
            .write_resource(self.uri, self.parameters, &mut text)?;
        Ok(text)
    }
}

pub(super) fn amz_headers(headers: &HeaderMap) -> Vec<Amz<'_>> {
    headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("x-amz-"))
        .map(|(name, value)| (name.as_str().into(), value.as_bytes()))
        .collect()
}

fn is_amz(parameter: &Parameter) -> bool {
    let start = parameter.name.get(.."x-amz-".len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(b"x-amz-"))
}

/// Refuses `x-amz-*` parameters in header form. A server that reads them as headers, as S3 does,
/// would act on unsigned input.
pub(super) fn refuse_amz_parameters(parameters: &Parameters) -> Result<(), Error> {
    match parameters.iter().find(|parameter| is_amz(parameter)) {
        None => Ok(()),
        Some(parameter) => Err(parameter.invalid(TargetProblem::AmzParameter)),
    }
}

/// The headers that a presigned URL has in its query, such as the session token.
///
/// Each is one line of the string to sign, with a name in lowercase and the decoded value.
pub(super) fn amz_parameters<'p>(
    parameters: &'p Parameters,
    headers: &HeaderMap,
) -> Result<Vec<Amz<'p>>, Error> {
    let mut sent = Vec::new();
    let mut names = BTreeSet::new();
    for parameter in parameters.iter().filter(|parameter| is_amz(parameter)) {
        let value = parameter.value();
        // `HeaderName` is a token in lowercase.
        let problem = match HeaderName::from_bytes(&parameter.name) {
            Err(_) => TargetProblem::AmzParameterName,
            Ok(_) if holds(value, |byte| byte.is_ascii_control()) => {
                TargetProblem::AmzParameterCharacter
            }
            Ok(_) if value.trim_ascii() != value => TargetProblem::PaddedAmzParameter,
            Ok(name) if headers.contains_key(&name) => TargetProblem::AmzParameterBesideHeader,
            Ok(name) if !names.insert(name.as_str().to_owned()) => {
                TargetProblem::DuplicateAmzParameter
            }
            Ok(name) => {
                sent.push((name.as_str().to_owned().into(), value));
                continue;
            }
        };
        return Err(parameter.invalid(problem));
    }
    Ok(sent)
}
