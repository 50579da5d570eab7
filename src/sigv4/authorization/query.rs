//! The parameters of a presigned URL.

use std::borrow::Cow;
use std::fmt;

use super::credential::query_credential;
use super::{Authorization, value_of};
use crate::error::Error;
use crate::error::authorization::AuthorizationProblem;
use crate::primitives::percent::encode;
use crate::sigv4::canonical::headers::CanonicalHeaders;
use crate::sigv4::canonical::query::{Parameter, parameters};
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::HashedPayload;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::session_token::ReadyToken;
use crate::sigv4::signature::Algorithm;

/// The first of the parameters that presigning writes.
const FIRST: &str = "X-Amz-Algorithm";

/// The parameters that presigning writes.
const PARAMETERS: [&str; 9] = [
    FIRST,
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Expires",
    "X-Amz-Region-Set",
    "X-Amz-Security-Token",
    "X-Amz-S3session-Token",
];

/// Whether a parameter may have one of these names, in any case of letters. Most parameters begin
/// differently.
fn may_be_named(parameter: &Parameter<'_>) -> bool {
    matches!(parameter.name().as_bytes(), [b'X' | b'x' | b'%', ..])
}

/// Refuses a parameter of the caller that the signer also writes, in any case of letters. Otherwise
/// a URL that is signed again would contain two signatures.
pub(crate) fn refuse_signed(parameter: &Parameter<'_>) -> Result<(), Error> {
    if may_be_named(parameter)
        && let Some(name) = PARAMETERS.iter().find(|name| parameter.is_named(name))
    {
        return Err(Error::AlreadySigned {
            parameter: (*name).to_owned(),
        });
    }
    Ok(())
}

/// The parameter with which some SDKs declare the payload of a URL.
pub(crate) const CONTENT_SHA256_PARAMETER: &str = "X-Amz-Content-Sha256";

/// Whether this parameter of the caller, or one `before` it, declares the payload of a URL. Refuses
/// what a server would refuse: a payload other than the signed one, another case of letters, or a
/// duplicate.
pub(crate) fn declares(
    parameter: &Parameter<'_>,
    payload: &HashedPayload,
    before: bool,
) -> Result<bool, Error> {
    if !may_be_named(parameter) || !parameter.is_named(CONTENT_SHA256_PARAMETER) {
        return Ok(before);
    }
    let same = parameter.value().as_deref() == Some(payload.as_str());
    if before || !same || !parameter.is_exactly(CONTENT_SHA256_PARAMETER) {
        return Err(already_declared());
    }
    Ok(true)
}

pub(crate) fn already_declared() -> Error {
    Error::AlreadySigned {
        parameter: CONTENT_SHA256_PARAMETER.to_owned(),
    }
}

/// The parameters of a presigned URL: an [`Authorization`] with date and lifetime.
///
/// Amazon S3 API Reference, "Authenticating requests: using query parameters".
///
/// ```
/// use countersign::sigv4::QueryAuthorization;
///
/// let query = "key=1&X-Amz-Algorithm=AWS4-HMAC-SHA256\
///     &X-Amz-Credential=AKIDEXAMPLE\
///     %2F20150830%2Fus-east-1%2Fservice%2Faws4_request\
///     &X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host\
///     &X-Amz-Signature=\
///     e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d";
/// let presigned = QueryAuthorization::parse(query)?;
/// assert_eq!(presigned.authorization.access_key_id, "AKIDEXAMPLE");
/// assert_eq!(presigned.expires_in, Some(3600));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct QueryAuthorization<'a> {
    /// The parts that an `Authorization` header also has.
    pub authorization: Authorization<'a>,
    /// `X-Amz-Date`, the date of the request.
    pub date: AmzDate,
    /// `X-Amz-Expires` in seconds. The value is not checked against a maximum.
    pub expires_in: Option<u64>,
    /// `X-Amz-Region-Set`, only of SigV4A.
    pub region_set: Option<Cow<'a, str>>,
    /// `X-Amz-Security-Token`, or `X-Amz-S3session-Token`.
    pub session_token: Option<Cow<'a, str>>,
}

impl<'a> QueryAuthorization<'a> {
    /// Parses the parameters of a query.
    ///
    /// # Errors
    /// - [`Error::MalformedAuthorization`] if a parameter is missing, malformed, not UTF-8, or
    ///   duplicate (in any case of letters)
    /// - [`Error::InvalidScope`] if the credential scope is malformed
    pub fn parse(query: &'a str) -> Result<Self, Error> {
        let [
            algorithm,
            credential,
            date,
            signed_headers,
            signature,
            expires_in,
            region_set,
            token,
            s3_token,
        ] = find_parameters(query)?;
        let missing = |name| Error::MalformedAuthorization(AuthorizationProblem::Missing { name });
        let algorithm = algorithm.ok_or(missing("X-Amz-Algorithm"))?;
        let credential = credential.ok_or(missing("X-Amz-Credential"))?;
        let signed_headers = signed_headers.ok_or(missing("X-Amz-SignedHeaders"))?;
        let signature = signature.ok_or(missing("X-Amz-Signature"))?;
        let date = date.ok_or(missing("X-Amz-Date"))?;
        let date = AmzDate::of_bytes(value_of(&date)?.as_bytes()).ok_or(
            Error::MalformedAuthorization(AuthorizationProblem::InvalidDate),
        )?;
        if token.is_some() && s3_token.is_some() {
            return Err(Error::MalformedAuthorization(
                AuthorizationProblem::DuplicateSessionToken,
            ));
        }
        let algorithm: Algorithm = value_of(&algorithm)?.parse()?;
        Ok(Self {
            authorization: Authorization::of_parts(
                algorithm,
                query_credential(algorithm, &credential)?,
                value_of(&signed_headers)?,
                &value_of(&signature)?,
            )?,
            date,
            expires_in: expires_in
                .map(|seconds| expires_in_of(&seconds))
                .transpose()?,
            region_set: region_set.map(|set| value_of(&set)).transpose()?,
            session_token: token
                .or(s3_token)
                .map(|token| value_of(&token))
                .transpose()?,
        })
    }
}

/// The parameters of a presigned URL, each at most once, in the order of [`PARAMETERS`].
fn find_parameters(query: &str) -> Result<[Option<Parameter<'_>>; PARAMETERS.len()], Error> {
    find_parameters_and(query, |_| {})
}

/// As [`find_parameters`]. Calls `other` for each other parameter that begins with the same letter.
pub(crate) fn find_parameters_and<'a>(
    query: &'a str,
    mut other: impl FnMut(Parameter<'a>),
) -> Result<[Option<Parameter<'a>>; PARAMETERS.len()], Error> {
    let mut found = [None; PARAMETERS.len()];
    for parameter in parameters(query) {
        let parameter = parameter?;
        if !may_be_named(&parameter) {
            continue;
        }
        let Some((name, slot)) = PARAMETERS
            .iter()
            .zip(&mut found)
            .find(|(name, _)| parameter.is_named(name))
        else {
            other(parameter);
            continue;
        };
        if !parameter.is_exactly(name) {
            return Err(Error::MalformedAuthorization(
                AuthorizationProblem::WrongCase,
            ));
        }
        if slot.replace(parameter).is_some() {
            return Err(Error::MalformedAuthorization(
                AuthorizationProblem::DuplicateParameter,
            ));
        }
    }
    Ok(found)
}

/// Whether a parameter belongs to the signature of a presigned URL.
pub(crate) fn is_of_signature(parameter: &Parameter<'_>) -> bool {
    may_be_named(parameter) && PARAMETERS.iter().any(|name| parameter.is_exactly(name))
}

/// `X-Amz-Expires`: any number of seconds.
pub(crate) fn expires_in_of(parameter: &Parameter<'_>) -> Result<u64, Error> {
    let text = value_of(parameter)?;
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { None };
    number.ok_or(Error::MalformedAuthorization(
        AuthorizationProblem::InvalidExpires,
    ))
}

impl fmt::Debug for QueryAuthorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryAuthorization")
            .field("authorization", &self.authorization)
            .field("date", &self.date)
            .field("expires_in", &self.expires_in)
            .field("region_set", &self.region_set)
            .finish_non_exhaustive()
    }
}

/// The parameters that presigning adds, except the signature.
pub(crate) struct AuthorizationParameters<'a> {
    pub(crate) algorithm: Algorithm,
    /// The access key ID, percent-encoded.
    pub(crate) encoded_id: &'a str,
    pub(crate) scope: &'a CredentialScope,
    pub(crate) date: &'a AmzDate,
    pub(crate) expires_in: Option<u64>,
    pub(crate) region_set: Option<&'a str>,
    pub(crate) session_token: Option<&'a ReadyToken>,
    pub(crate) headers: &'a CanonicalHeaders<'a>,
}

impl AuthorizationParameters<'_> {
    /// An upper bound of their length.
    pub(crate) fn len(&self) -> usize {
        let token = self.session_token.map_or(0, ReadyToken::parameter_len);
        let encoded = self.region_set.map_or(0, str::len) + self.headers.names_len();
        360 + self.encoded_id.len() + token + 3 * encoded
    }

    /// Writes them in canonical order and encoding, so that they can be one piece of the canonical
    /// query.
    pub(crate) fn write(&self, query: &mut String) {
        query.push_str("X-Amz-Algorithm=");
        query.push_str(self.algorithm.as_str());
        write_parameter(query, "&X-Amz-Credential=", self.encoded_id);
        query.push_str("%2F");
        self.scope.write_encoded(query);
        write_parameter(query, "&X-Amz-Date=", self.date.as_str());
        if let Some(seconds) = self.expires_in {
            query.push_str("&X-Amz-Expires=");
            write_decimal(query, seconds);
        }
        if let Some(regions) = self.region_set {
            query.push_str("&X-Amz-Region-Set=");
            encode(regions.as_bytes(), query);
        }
        if let Some(token) = self.session_token {
            token.write_parameter(query);
        }
        query.push_str("&X-Amz-SignedHeaders=");
        for (i, name) in self.headers.names().enumerate() {
            if i > 0 {
                query.push_str("%3B");
            }
            encode(name.as_bytes(), query);
        }
    }
}

/// Writes a parameter that is already percent-encoded. `start` is its separator, name and `=`.
pub(crate) fn write_parameter(query: &mut String, start: &str, value: &str) {
    query.push_str(start);
    query.push_str(value);
}

fn write_decimal(text: &mut String, number: u64) {
    if number >= 10 {
        write_decimal(text, number / 10);
    }
    let digit = u8::try_from(number % 10).unwrap_or_default();
    text.push(char::from(b'0' + digit));
}
