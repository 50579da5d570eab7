//! The parameters of a signature, in a header or in a query.

use std::borrow::Cow;

use super::headers::Found;
use super::of_error;
use super::signed_headers::SignedHeaders;
use super::token::Token;
use crate::error::authorization::AuthorizationProblem;
use crate::primitives::scan::holds;
use crate::sigv4::authorization::{Authorization, expires_in_of, query_credential};
use crate::sigv4::canonical::query::Parameter;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::verify::{SignatureLocation, VerifyError};

/// The parameters of a signature.
#[derive(Clone)]
pub(in crate::verify) struct Signed<'a> {
    pub(in crate::verify) form: SignatureLocation,
    pub(in crate::verify) algorithm: Algorithm,
    pub(in crate::verify) access_key_id: Cow<'a, str>,
    pub(in crate::verify) scope: CredentialScope,
    pub(in crate::verify) signed_headers: SignedHeaders<'a>,
    pub(in crate::verify) signature: Signature,
    pub(in crate::verify) date: AmzDate,
    /// Whether the date comes from a `date` header.
    pub(in crate::verify) plain_date: bool,
    pub(in crate::verify) expires_in: Option<u64>,
    pub(in crate::verify) region_set: Option<Cow<'a, str>>,
    pub(in crate::verify) token: Option<Token<'a>>,
    /// `X-Amz-Content-Sha256`, not checked yet.
    pub(in crate::verify) content_sha256_parameter: Option<Parameter<'a>>,
}

impl<'a> Signed<'a> {
    // What it makes is large to move.
    #[inline]
    pub(super) fn in_header(header: &'a [u8], found: &Found<'a>) -> Result<Self, VerifyError> {
        let form = SignatureLocation::Header;
        let Some(header) = text(header) else {
            return Err(VerifyError::Malformed {
                form,
                problem: AuthorizationProblem::NotPrintable,
            });
        };
        let Authorization {
            algorithm,
            access_key_id,
            scope,
            signed_headers,
            signature,
        } = Authorization::parse(header).map_err(|error| {
            let scheme = header.split([' ', '\t']).next().unwrap_or_default();
            match scheme.parse::<Algorithm>() {
                Ok(_) => of_error(error, form),
                Err(_) => VerifyError::UnknownAlgorithm { form },
            }
        })?;
        let (date, plain_date) = match (found.amz_date, found.date) {
            (Some(value), _) => (AmzDate::of_bytes(value), false),
            (None, Some(_)) if found.dates > 1 => {
                return Err(VerifyError::Repeated { name: "date" });
            }
            (None, Some(value)) => {
                let text = text(value);
                let date = text.and_then(|text| {
                    AmzDate::of_bytes(text.as_bytes()).or_else(|| AmzDate::from_http(text))
                });
                (date, true)
            }
            (None, None) => return Err(VerifyError::MissingDate { form }),
        };
        let Some(date) = date else {
            return Err(VerifyError::InvalidDate { form });
        };
        let region_set = found.region_set.map(|value| String::from_utf8_lossy(value));
        Ok(Self {
            form,
            algorithm,
            access_key_id,
            scope,
            signed_headers: SignedHeaders {
                text: signed_headers,
                escaped: false,
            },
            signature,
            date,
            plain_date,
            expires_in: None,
            region_set,
            token: found.token()?,
            content_sha256_parameter: None,
        })
    }

    pub(super) fn in_query(
        found: [Option<Parameter<'a>>; 9],
        (content_sha256, count): (Option<Parameter<'a>>, usize),
        headers: &Found<'a>,
    ) -> Result<Self, VerifyError> {
        let form = SignatureLocation::Query;
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
        ] = found;
        let malformed = |problem| VerifyError::Malformed { form, problem };
        let value = |parameter: &Parameter<'a>| {
            let value = parameter.value();
            value.ok_or(malformed(AuthorizationProblem::NotUtf8))
        };
        let algorithm = algorithm.ok_or(malformed(AuthorizationProblem::Missing {
            name: "X-Amz-Algorithm",
        }))?;
        let algorithm = value(&algorithm)?
            .parse::<Algorithm>()
            .map_err(|_| VerifyError::UnknownAlgorithm { form })?;
        let credential = credential.ok_or(malformed(AuthorizationProblem::Missing {
            name: "X-Amz-Credential",
        }))?;
        let signed_headers = signed_headers.ok_or(malformed(AuthorizationProblem::Missing {
            name: "X-Amz-SignedHeaders",
        }))?;
        let signature = signature.ok_or(malformed(AuthorizationProblem::Missing {
            name: "X-Amz-Signature",
        }))?;
        let date = date.ok_or(VerifyError::MissingDate { form })?;
        let date =
            AmzDate::of_bytes(value(&date)?.as_bytes()).ok_or(VerifyError::InvalidDate { form })?;
        let of_error = |error| of_error(error, form);

        let token = match (token, s3_token, headers.token()?) {
            (None, None, token) => token,
            (Some(token), None, None) => Some(Token::parameter(token, false)),
            (None, Some(token), None) => Some(Token::parameter(token, true)),
            _ => {
                return Err(VerifyError::Repeated {
                    name: "x-amz-security-token",
                });
            }
        };
        let region_set = match (region_set, headers.region_set) {
            (Some(set), None) => Some(value(&set)?),
            (None, set) => set.map(|set| String::from_utf8_lossy(set)),
            (Some(_), Some(_)) => {
                return Err(VerifyError::Repeated {
                    name: "x-amz-region-set",
                });
            }
        };
        // Declared more than once, as a parameter or a header.
        if count > 1 || (count > 0 && headers.content_sha256.is_some()) {
            return Err(VerifyError::Repeated {
                name: "x-amz-content-sha256",
            });
        }
        let (access_key_id, scope) = query_credential(algorithm, &credential).map_err(of_error)?;
        Ok(Self {
            form,
            algorithm,
            access_key_id,
            scope,
            signed_headers: SignedHeaders::of_parameter(&signed_headers)
                .ok_or(malformed(AuthorizationProblem::EmptySignedHeaders))?,
            signature: Signature::parse(algorithm, &value(&signature)?).map_err(of_error)?,
            date,
            plain_date: false,
            expires_in: expires_in
                .map(|seconds| expires_in_of(&seconds))
                .transpose()
                .map_err(of_error)?,
            region_set,
            token,
            content_sha256_parameter: content_sha256,
        })
    }
}

fn text(value: &[u8]) -> Option<&str> {
    let visible = |b: u8| (b' '..=b'~').contains(&b) | (b == b'\t');
    if holds(value, |b| !visible(b)) {
        return None;
    }
    std::str::from_utf8(value).ok()
}
