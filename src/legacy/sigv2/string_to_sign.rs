//! The string to sign of a query service's request.

use crate::error::Error;
use crate::error::legacy::LegacyError;
use crate::legacy::parameters::Parameters;
use crate::legacy::signing::path;
use crate::primitives::percent::encode;
use crate::request::{HttpRequest, host_of};

/// The parameters that signing adds, besides the time.
pub(super) const WRITTEN: [&str; 5] = [
    "AWSAccessKeyId",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
];
/// The parameters of the time, which may be the caller's own.
pub(super) const TIMES: [&str; 2] = ["Timestamp", "Expires"];

/// Creates the string to sign of a request, from its query or from the form in its body.
///
/// The request may be signed or not. The string contains the session token.
///
/// # Errors
/// - [`Error::InvalidQuery`] if the query or the form is malformed
/// - [`LegacyError::DuplicateParameter`] if a parameter appears more than once
/// - [`LegacyError::QueryBesideForm`] if there is a query as well as a form
/// - [`Error::MissingHost`] or [`Error::DuplicateHost`] if the request does not name one host
///
/// ```
/// use countersign::legacy::sigv2::string_to_sign;
///
/// let url =
///     "https://SDB.amazonaws.com/?Version=2009-04-15&Action=ListDomains";
/// let request = http::Request::get(url).body(())?;
/// assert_eq!(
///     string_to_sign(&request, None)?,
///     "GET\nsdb.amazonaws.com\n/\nAction=ListDomains&Version=2009-04-15",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn string_to_sign<R: HttpRequest>(request: &R, form: Option<&str>) -> Result<String, Error> {
    let parameters = match form {
        Some(form) => {
            refuse_query(request)?;
            Parameters::of_form(form)
        }
        None => Parameters::of_request(request),
    };
    write(request, &parameters?)
}

pub(super) fn write<R: HttpRequest>(request: &R, parameters: &Parameters) -> Result<String, Error> {
    let parameters = parameters.sorted();
    let mut pairs = parameters.iter().zip(parameters.iter().skip(1));
    if let Some((duplicate, _)) = pairs.find(|(a, b)| a.name == b.name) {
        let name = String::from_utf8_lossy(&duplicate.name).into_owned();
        return Err(LegacyError::DuplicateParameter { name }.into());
    }
    let host = host(request)?.to_ascii_lowercase();
    let (method, path) = (request.method(), path(request.uri()));
    let mut text = format!("{method}\n{host}\n{path}\n");
    let signed = parameters
        .iter()
        .filter(|parameter| parameter.name != b"Signature");
    for (i, parameter) in signed.enumerate() {
        if i > 0 {
            text.push('&');
        }
        encode(&parameter.name, &mut text);
        text.push('=');
        encode(parameter.value(), &mut text);
    }
    Ok(text)
}

/// The one `host` header, or the host that an HTTP client sends for the URI.
fn host<R: HttpRequest>(request: &R) -> Result<&str, Error> {
    let mut headers = request.headers().get_all(http::header::HOST).iter();
    let host = match (headers.next(), headers.next()) {
        (None, _) => host_of(request.uri()),
        (Some(host), None) => host
            .to_str()
            .ok()
            .map(str::trim)
            .filter(|host| !host.is_empty()),
        _ => return Err(Error::DuplicateHost),
    };
    host.ok_or(Error::MissingHost)
}

pub(super) fn refuse_query<R: HttpRequest>(request: &R) -> Result<(), LegacyError> {
    match request.uri().query() {
        None | Some("") => Ok(()),
        Some(_) => Err(LegacyError::QueryBesideForm),
    }
}
