//! The `Credential` of a signature: access key ID and scope, `ID/SCOPE`.

use std::borrow::Cow;

use super::value_of;
use crate::error::Error;
use crate::error::authorization::AuthorizationProblem;
use crate::primitives::scan::holds;
use crate::sigv4::canonical::query::Parameter;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Algorithm;

/// The longest access key ID that is read: the maximum of the IAM API's `accessKeyIdType`.
const LONGEST_ID: usize = 128;

/// Splits `ID/SCOPE` into the access key ID and the scope.
pub(crate) fn parse_credential(
    algorithm: Algorithm,
    credential: &str,
) -> Result<(&str, CredentialScope), Error> {
    // Parsed from the right, since MinIO and other stores allow `/` in an access key ID.
    let parts = match algorithm {
        Algorithm::HmacSha256 => 4,
        Algorithm::EcdsaP256Sha256 => 3,
    };
    // Only printable ASCII, because servers log access key IDs.
    if holds(credential.as_bytes(), |b| {
        !(b'!'..0x7f).contains(&b) | (b == b',')
    }) {
        return Err(Error::MalformedAuthorization(
            AuthorizationProblem::CredentialCharacter,
        ));
    }
    let slashes = credential.bytes().enumerate().rev();
    let id_and_scope = slashes
        .filter(|&(_, byte)| byte == b'/')
        .nth(parts - 1)
        .and_then(|(slash, _)| Some((credential.get(..slash)?, credential.get(slash + 1..)?)))
        .filter(|(id, _)| !id.is_empty());
    let Some((id, scope)) = id_and_scope else {
        return Err(Error::MalformedAuthorization(
            AuthorizationProblem::InvalidCredential,
        ));
    };
    if id.len() > LONGEST_ID {
        return Err(Error::MalformedAuthorization(
            AuthorizationProblem::AccessKeyIdTooLong,
        ));
    }
    Ok((id, scope.parse()?))
}

/// Splits a percent-encoded parameter in the same way. The access key ID is copied only if it is
/// escaped.
pub(crate) fn query_credential<'a>(
    algorithm: Algorithm,
    credential: &Parameter<'a>,
) -> Result<(Cow<'a, str>, CredentialScope), Error> {
    let mut decoded = [0; 256];
    let decoded = credential.decode_into(&mut decoded);
    let text = match decoded.and_then(|bytes| std::str::from_utf8(bytes).ok()) {
        Some(text) => Cow::Borrowed(text),
        None => value_of(credential)?,
    };
    let (id, scope) = parse_credential(algorithm, &text)?;
    let id = match credential.raw_value().get(..id.len()) {
        Some(raw) if raw == id => Cow::Borrowed(raw),
        _ => Cow::Owned(id.to_owned()),
    };
    Ok((id, scope))
}
