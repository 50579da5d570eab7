//! The claim of a query service's request.

use http::header::AUTHORIZATION;

use super::string_to_sign::{TIMES, WRITTEN, string_to_sign};
use crate::error::authorization::AuthorizationProblem;
use crate::legacy::claim::{
    Claim, Time, VERSION_4, malformed, own_id, refuse_two_hosts, unreadable,
};
use crate::legacy::date::read_timestamp;
use crate::legacy::parameters::Parameters;
use crate::legacy::signing::SignatureMethod;
use crate::request::HttpRequest;
use crate::verify::{SignatureLocation, VerifyError};

pub(in crate::legacy) fn read_claim<R: HttpRequest>(
    request: &R,
    form: Option<&str>,
) -> Result<Claim, VerifyError> {
    let (parameters, location) = match form {
        Some(form) => (Parameters::of_form(form), SignatureLocation::Fields),
        None => (Parameters::of_request(request), SignatureLocation::Query),
    };
    let parameters = parameters.map_err(unreadable)?;
    if parameters.any_of(&["Signature"]).is_none() {
        return Err(VerifyError::MissingAuthentication);
    }
    let in_header = request.headers().contains_key(AUTHORIZATION);
    if in_header || parameters.any_of(&VERSION_4).is_some() {
        return Err(VerifyError::SeveralAuthentications);
    }
    refuse_two_hosts(request)?;
    for names in [&WRITTEN[..], &TIMES] {
        if let Some(name) = parameters.repeated(names) {
            return Err(VerifyError::Repeated { name });
        }
    }
    let malformed = |problem| malformed(location, problem);
    let text = |name, problem| parameters.text(name).ok_or(malformed(problem));
    let required = |name| text(name, AuthorizationProblem::Missing { name });
    if required("SignatureVersion")? != "2" {
        return Err(malformed(AuthorizationProblem::WrongVersion));
    }
    let method = SignatureMethod::named(required("SignatureMethod")?)
        .ok_or(malformed(AuthorizationProblem::UnknownMethod))?;
    let read_time = |name| match parameters.find(name) {
        None => Ok(None),
        Some(_) => match parameters.text(name).and_then(read_timestamp) {
            Some(time) => Ok(Some(time)),
            None => Err(VerifyError::InvalidDate { form: location }),
        },
    };
    let time = match (read_time("Timestamp")?, read_time("Expires")?) {
        (Some(signed_at), None) => Time::SignedAt(signed_at),
        (None, Some(expires_at)) => Time::ExpiresAt(expires_at),
        (None, None) => return Err(VerifyError::MissingDate { form: location }),
        _ => return Err(malformed(AuthorizationProblem::TwoTimes)),
    };
    let access_key_id = required("AWSAccessKeyId")?;
    let session_token = match parameters.find("SecurityToken") {
        None => None,
        Some(_) => Some(text("SecurityToken", AuthorizationProblem::NotUtf8)?.into()),
    };
    Ok(Claim {
        location,
        access_key_id: own_id(access_key_id, location)?,
        session_token,
        time: Some(time),
        method,
        signature: text("Signature", AuthorizationProblem::NotUtf8)?.to_owned(),
        string_to_sign: string_to_sign(request, form)
            .map_err(unreadable)?
            .into_bytes(),
    })
}
