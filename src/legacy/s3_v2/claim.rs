//! The claim of a request to an S3-compatible store.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};

use super::resource::Bucket;
use super::signer::WRITTEN;
use super::string_to_sign::{TOKEN, string_to_sign};
use crate::error::authorization::AuthorizationProblem;
use crate::legacy::claim::{
    Claim, Time, VERSION_4, malformed, own_id, refuse_two_hosts, unreadable,
};
use crate::legacy::date::read_http_date;
use crate::legacy::parameters::Parameters;
use crate::legacy::signing::SignatureMethod;
use crate::request::{HttpRequest, is_amz_in_cgi};
use crate::timestamp::Timestamp;
use crate::verify::{SignatureLocation, VerifyError};

pub(in crate::legacy) fn read_claim<R: HttpRequest>(
    request: &R,
    bucket: Bucket<'_>,
) -> Result<Claim, VerifyError> {
    let parameters = Parameters::of_request(request).map_err(unreadable)?;
    refuse_two_hosts(request)?;
    let headers = request.headers();
    let in_header = headers.contains_key(AUTHORIZATION);
    let in_query = parameters.any_of(&["Signature"]).is_some();
    let both = in_header
        && parameters
            .any_of(&["Signature", "AWSAccessKeyId"])
            .is_some();
    if both || ((in_header || in_query) && parameters.any_of(&VERSION_4).is_some()) {
        return Err(VerifyError::SeveralAuthentications);
    }
    let mut claim = if in_header {
        of_headers(headers)?
    } else if in_query {
        of_query(headers, &parameters)?
    } else {
        return Err(VerifyError::MissingAuthentication);
    };
    refuse_cgi_names(headers)?;
    // Each is one line of the string to sign.
    for name in ["content-md5", "content-type"] {
        one(headers, name)?;
    }
    claim.string_to_sign = string_to_sign(request, bucket).map_err(unreadable)?;
    Ok(claim)
}

/// Refuses an unsigned header that an application behind CGI reads as an `x-amz-*` header.
///
/// CGI, and servers that name headers as CGI does, show `x_amz_acl` and `x.amz.acl` as `x-amz-acl`.
fn refuse_cgi_names(headers: &HeaderMap) -> Result<(), VerifyError> {
    let names = headers.keys().map(HeaderName::as_str);
    // A header that begins with `x-amz-` is signed itself.
    let is_unsigned_amz = |name: &&str| !name.starts_with("x-amz-") && is_amz_in_cgi(name);
    let names: Vec<String> = names.filter(is_unsigned_amz).map(str::to_owned).collect();
    match names.is_empty() {
        true => Ok(()),
        false => Err(VerifyError::HeadersNotSigned { names }),
    }
}

fn of_headers(headers: &HeaderMap) -> Result<Claim, VerifyError> {
    let location = SignatureLocation::Header;
    if headers.get_all(AUTHORIZATION).iter().count() > 1 {
        return Err(VerifyError::SeveralAuthentications);
    }
    let authorization = one(headers, "authorization")?;
    // An access key ID of a store may contain colons, but base64 does not.
    let (access_key_id, signature) = authorization
        .and_then(|authorization| authorization.strip_prefix("AWS ")?.rsplit_once(':'))
        .filter(|(id, _)| !id.is_empty())
        .ok_or(VerifyError::UnknownAlgorithm { form: location })?;
    let date = match one(headers, "x-amz-date")? {
        Some(date) => Some(date),
        None => one(headers, "date")?,
    };
    let date = date.ok_or(VerifyError::MissingDate { form: location })?;
    let signed_at = read_http_date(date).ok_or(VerifyError::InvalidDate { form: location })?;
    Ok(Claim {
        location,
        access_key_id: own_id(access_key_id, location)?,
        session_token: one(headers, TOKEN)?.map(Into::into),
        time: Some(Time::SignedAt(signed_at)),
        method: SignatureMethod::HmacSha1,
        signature: signature.to_owned(),
        string_to_sign: Vec::new(),
    })
}

fn of_query(headers: &HeaderMap, parameters: &Parameters) -> Result<Claim, VerifyError> {
    let location = SignatureLocation::Query;
    if let Some(name) = parameters.repeated(&WRITTEN) {
        return Err(VerifyError::Repeated { name });
    }
    let text = |name, problem| {
        let text = parameters.text(name).filter(|text| !text.is_empty());
        text.ok_or(malformed(location, problem))
    };
    let required = |name| text(name, AuthorizationProblem::Missing { name });
    let digits = required("Expires")?;
    let sound = digits.bytes().all(|b| b.is_ascii_digit());
    let seconds = if sound { digits.parse().ok() } else { None };
    let expires_at = seconds
        .map(Timestamp::from_unix_seconds)
        .ok_or(VerifyError::InvalidDate { form: location })?;
    let session_token = match (one(headers, TOKEN)?, parameters.any_of(&[TOKEN])) {
        (Some(_), Some(_)) => return Err(VerifyError::Repeated { name: TOKEN }),
        (token, None) => token,
        (None, Some(_)) => Some(text(TOKEN, AuthorizationProblem::InvalidSessionToken)?),
    };
    let access_key_id = required("AWSAccessKeyId")?;
    Ok(Claim {
        location,
        access_key_id: own_id(access_key_id, location)?,
        session_token: session_token.map(Into::into),
        time: Some(Time::ExpiresAt(expires_at)),
        method: SignatureMethod::HmacSha1,
        signature: required("Signature")?.to_owned(),
        string_to_sign: Vec::new(),
    })
}

/// The text of a header that may appear once.
fn one<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, VerifyError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| VerifyError::InvalidHeader)?;
            Ok(Some(text.trim()))
        }
        _ => Err(VerifyError::Repeated { name }),
    }
}
