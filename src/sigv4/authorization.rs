//! The `Authorization` header of Signature Version 4, and its counterpart in the query of a presigned URL.

mod credential;
mod query;

use std::borrow::Cow;

use crate::error::Error;
use crate::error::authorization::AuthorizationProblem;
use crate::primitives::scan::{cut, holds};
use crate::primitives::sink::Sink;
use crate::sigv4::canonical::query::Parameter;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};

pub(crate) use credential::{parse_credential, query_credential};
pub use query::QueryAuthorization;
pub(crate) use query::{
    AuthorizationParameters, CONTENT_SHA256_PARAMETER, already_declared, declares, expires_in_of,
    find_parameters_and, is_of_signature, refuse_signed, write_parameter,
};

/// A parsed `Authorization` header, unverified.
///
/// It has the access key ID, the credential scope, the names of the signed headers, and the
/// signature.
///
/// AWS: "Create a signed AWS API request", step 5.
///
/// ```
/// use countersign::sigv4::Authorization;
///
/// let header = "AWS4-HMAC-SHA256 \
///     Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
///     SignedHeaders=host;x-amz-date, \
///     Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
/// let authorization = Authorization::parse(header)?;
/// assert_eq!(authorization.access_key_id, "AKIDEXAMPLE");
/// assert_eq!(authorization.scope.region(), Some("us-east-1"));
/// assert_eq!(authorization.signed_headers, "host;x-amz-date");
/// assert_eq!(authorization.to_header(), header);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// The algorithm: SigV4 or SigV4A.
    pub algorithm: Algorithm,
    /// The access key ID.
    pub access_key_id: Cow<'a, str>,
    /// The credential scope.
    pub scope: CredentialScope,
    /// The names of the signed headers, joined with `;`.
    pub signed_headers: Cow<'a, str>,
    /// The signature.
    pub signature: Signature,
}

impl<'a> Authorization<'a> {
    /// Parses the header.
    ///
    /// The three parts may be in any order, with or without white space after the commas.
    ///
    /// # Errors
    /// - [`Error::MalformedAuthorization`] if the scheme is another one, or if a part is missing,
    ///   unknown, malformed or duplicate
    /// - [`Error::InvalidScope`] if the credential scope is malformed
    pub fn parse(header: &'a str) -> Result<Self, Error> {
        let malformed = |problem| Err(Error::MalformedAuthorization(problem));
        let Some((algorithm, parts)) = cut(header, b' ') else {
            return malformed(AuthorizationProblem::AlgorithmOnly);
        };
        let algorithm: Algorithm = algorithm.parse()?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        let mut rest = Some(parts);
        while let Some(parts) = rest {
            let (part, others) = cut(parts, b',').map_or((parts, None), |(a, b)| (a, Some(b)));
            rest = others;
            let part = part.trim_ascii();
            let (slot, value) = if let Some(value) = part.strip_prefix("Credential=") {
                (&mut credential, value)
            } else if let Some(value) = part.strip_prefix("SignedHeaders=") {
                (&mut signed_headers, value)
            } else if let Some(value) = part.strip_prefix("Signature=") {
                (&mut signature, value)
            } else if part.contains('=') {
                return malformed(AuthorizationProblem::UnknownPart);
            } else {
                return malformed(AuthorizationProblem::PartWithoutValue);
            };
            if slot.replace(value).is_some() {
                return malformed(AuthorizationProblem::DuplicatePart);
            }
        }
        let Some(credential) = credential else {
            return malformed(AuthorizationProblem::Missing { name: "Credential" });
        };
        let Some(signed_headers) = signed_headers else {
            return malformed(AuthorizationProblem::Missing {
                name: "SignedHeaders",
            });
        };
        let Some(signature) = signature else {
            return malformed(AuthorizationProblem::Missing { name: "Signature" });
        };
        let (access_key_id, scope) = parse_credential(algorithm, credential)?;
        Self::of_parts(
            algorithm,
            (access_key_id.into(), scope),
            signed_headers.into(),
            signature,
        )
    }

    fn of_parts(
        algorithm: Algorithm,
        (access_key_id, scope): (Cow<'a, str>, CredentialScope),
        signed_headers: Cow<'a, str>,
        signature: &str,
    ) -> Result<Self, Error> {
        if signed_headers.is_empty() {
            return Err(Error::MalformedAuthorization(
                AuthorizationProblem::EmptySignedHeaders,
            ));
        }
        let signature = Signature::parse(algorithm, signature)?;
        Ok(Self {
            algorithm,
            access_key_id,
            scope,
            signed_headers,
            signature,
        })
    }

    /// Returns the value of the header. It contains the signature: mark the header sensitive.
    pub fn to_header(&self) -> String {
        let mut header = String::new();
        write_header_start(
            &mut header,
            self.algorithm,
            &self.access_key_id,
            &self.scope,
        );
        header.push_str(&self.signed_headers);
        write_header_end(&mut header, &self.signature);
        header
    }
}

const CREDENTIAL: &str = " Credential=";
const SIGNED_HEADERS: &str = ", SignedHeaders=";
const SIGNATURE: &str = ", Signature=";

/// The length of the header without the list of signed headers.
pub(crate) fn header_len(
    algorithm: Algorithm,
    access_key_id: &str,
    scope: &CredentialScope,
) -> usize {
    let signature = match algorithm {
        Algorithm::HmacSha256 => 64,
        Algorithm::EcdsaP256Sha256 => 144,
    };
    algorithm.as_str().len()
        + CREDENTIAL.len()
        + access_key_id.len()
        + 1
        + scope.as_bytes().len()
        + SIGNED_HEADERS.len()
        + SIGNATURE.len()
        + signature
}

/// Writes the part of the header before the list of signed headers.
pub(crate) fn write_header_start(
    header: &mut impl Sink,
    algorithm: Algorithm,
    access_key_id: &str,
    scope: &CredentialScope,
) {
    for part in [algorithm.as_str(), CREDENTIAL, access_key_id, "/"] {
        header.put_str(part);
    }
    header.put(scope.as_bytes());
    header.put_str(SIGNED_HEADERS);
}

/// Writes the part of the header after the list of signed headers.
pub(crate) fn write_header_end(header: &mut impl Sink, signature: &Signature) {
    header.put_str(SIGNATURE);
    header.put(signature.as_bytes());
}

impl Signature {
    /// Reads the hex of a signature; uppercase digits are valid too.
    pub(crate) fn parse(algorithm: Algorithm, hex: &str) -> Result<Self, Error> {
        let sound = match algorithm {
            Algorithm::HmacSha256 => hex.len() == 64,
            // DER: two integers of 1 to 33 bytes, each after 2 bytes, all after 2 more.
            Algorithm::EcdsaP256Sha256 => {
                (16..=144).contains(&hex.len()) && hex.len().is_multiple_of(2)
            }
        };
        if !sound || holds(hex.as_bytes(), |b| !b.is_ascii_hexdigit()) {
            return Err(Error::MalformedAuthorization(
                AuthorizationProblem::InvalidSignature,
            ));
        }
        let mut signature = Self::of_hex(hex.as_bytes());
        signature.make_lower_case();
        Ok(signature)
    }
}

/// The decoded value of a query parameter.
fn value_of<'a>(parameter: &Parameter<'a>) -> Result<Cow<'a, str>, Error> {
    let not_utf8 = Error::MalformedAuthorization(AuthorizationProblem::NotUtf8);
    parameter.value().ok_or(not_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "5FA00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

    #[test]
    fn an_invalid_scope_is_refused() {
        for (algorithm, credential) in [
            ("AWS4-HMAC-SHA256", "A/20150830/r/s/aws5_request"),
            ("AWS4-HMAC-SHA256", "A/2015-08-30/r/s/aws4_request"),
            ("AWS4-HMAC-SHA256", "A/20150830//s/aws4_request"),
            ("AWS4-ECDSA-P256-SHA256", "A/r/s/aws4_request"),
        ] {
            let header = format!(
                "{algorithm} Credential={credential}, SignedHeaders=host, Signature={SIGNATURE}"
            );
            assert_eq!(
                Authorization::parse(&header).unwrap_err(),
                Error::InvalidScope,
                "{credential}"
            );
        }
    }

    #[test]
    fn parts_may_come_in_any_order_and_spacing() {
        for parts in [
            "Credential=A/20150830/r/s/aws4_request,SignedHeaders=host,Signature=",
            "SignedHeaders=host,  Credential=A/20150830/r/s/aws4_request ,\tSignature=",
        ] {
            let header = format!("AWS4-HMAC-SHA256 {parts}{SIGNATURE}");
            let authorization = Authorization::parse(&header).unwrap();
            assert_eq!(authorization.signature.as_str(), SIGNATURE.to_lowercase());
            assert_eq!(authorization.access_key_id, "A");
        }
    }

    #[test]
    fn an_access_key_id_may_hold_slashes() {
        let header = format!(
            "AWS4-HMAC-SHA256 Credential=a/b/20150830/r/s/aws4_request,SignedHeaders=host,Signature={SIGNATURE}"
        );
        assert_eq!(Authorization::parse(&header).unwrap().access_key_id, "a/b");
    }

    #[test]
    fn a_malformed_authorization_is_refused() {
        let good = format!(
            "Credential=A/20150830/r/s/aws4_request, SignedHeaders=host, Signature={SIGNATURE}"
        );
        assert!(Authorization::parse(&format!("AWS4-HMAC-SHA256 {good}")).is_ok());
        for header in [
            String::new(),
            "AWS4-HMAC-SHA256".to_owned(),
            format!("AWS4-HMAC-SHA1 {good}"),
            format!("aws4-hmac-sha256 {good}"),
            format!("AWS4-HMAC-SHA256 {good}, Signature={SIGNATURE}"),
            format!("AWS4-HMAC-SHA256 {good}, Extra=1"),
            format!("AWS4-HMAC-SHA256 {good},"),
            format!("AWS4-HMAC-SHA256 {good}0"),
            format!("AWS4-HMAC-SHA256 {}", good.replace("host", "")),
            format!("AWS4-HMAC-SHA256 {}", good.replace("A/", "/")),
            format!("AWS4-HMAC-SHA256 {}", good.replace("/r", "")),
            format!("AWS4-HMAC-SHA256 {}", good.replace("5F", "5G")),
        ] {
            assert!(
                matches!(
                    Authorization::parse(&header),
                    Err(Error::MalformedAuthorization(_))
                ),
                "{header}"
            );
        }
    }
}
