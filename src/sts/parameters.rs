//! What several actions take, or answer.

use std::fmt;

/// A session tag.
///
/// IAM User Guide, "Pass session tags in AWS STS".
///
/// ```
/// use countersign::sts::{AssumeRole, Tag};
///
/// let mut ask = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "session");
/// ask.tags = &[Tag { key: "Project", value: "Alpha" }];
/// ask.transitive_tag_keys = &["Project"];
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tag<'a> {
    /// 1 to 128 letters, digits, spaces and `_.:/=+-@`.
    pub key: &'a str,
    /// Up to 256 of them.
    pub value: &'a str,
}

/// A code of a device for multi-factor authentication. It is good for one call.
///
/// ```
/// let mfa = countersign::sts::Mfa::new("arn:aws:iam::123456789012:mfa/alice", "123456");
/// assert!(!format!("{mfa:?}").contains("123456\""));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Mfa<'a> {
    pub(super) serial_number: &'a str,
    pub(super) token_code: Secret<'a>,
}

impl<'a> Mfa<'a> {
    /// The device, by serial number (hardware) or ARN (virtual), and the six digits that it shows.
    pub fn new(serial_number: &'a str, token_code: &'a str) -> Self {
        Self {
            serial_number,
            token_code: Secret(token_code),
        }
    }
}

/// A context assertion of a trusted provider, for IAM Identity Center's trusted identity
/// propagation.
///
/// ```
/// use countersign::sts::{AssumeRole, ProvidedContext};
///
/// let provider = "arn:aws:iam::aws:contextProvider/IdentityCenter";
/// let contexts = [ProvidedContext::new(provider, "eyJh.bGci")];
/// let mut ask = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "session");
/// ask.provided_contexts = &contexts;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ProvidedContext<'a> {
    pub(super) provider_arn: &'a str,
    pub(super) context_assertion: Secret<'a>,
}

impl<'a> ProvidedContext<'a> {
    /// The provider's ARN, and the signed assertion that it made (4 to 3072 characters).
    pub fn new(provider_arn: &'a str, context_assertion: &'a str) -> Self {
        Self {
            provider_arn,
            context_assertion: Secret(context_assertion),
        }
    }
}

/// How a web identity token is to be signed.
///
/// ```
/// use countersign::sts::{Endpoint, GetWebIdentityToken, SigningAlgorithm};
///
/// let ask = GetWebIdentityToken::new(&["https://api.example.com"], SigningAlgorithm::Rs256);
/// let request = ask.request(&Endpoint::regional("eu-west-1")?)?.into_unsigned();
/// assert!(request.body().ends_with("&SigningAlgorithm=RS256"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SigningAlgorithm {
    /// `RS256`: RSA with SHA-256.
    Rs256,
    /// `ES384`: ECDSA on P-384 with SHA-384.
    Es384,
}

impl SigningAlgorithm {
    /// The name that is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es384 => "ES384",
        }
    }
}

/// Whom the credentials of a role make.
///
/// ```
/// use countersign::sts::{AssumeRole, AssumedRoleUser};
///
/// // Send the request; then, with the status and the body of the answer:
/// # let (status, body) = (http::StatusCode::OK, r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>ARO123EXAMPLE123:TestAR</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/demo/TestAR</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey><SessionToken>AQoEXAMPLEH4aoAH0gNCAPy</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"#);
/// let user: Option<AssumedRoleUser> = AssumeRole::parse(status, body)?.assumed_role_user;
/// assert!(user.and_then(|user| user.arn).is_some_and(|arn| arn.ends_with(":assumed-role/demo/TestAR")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct AssumedRoleUser {
    /// The role's unique id, a colon, and the session's name. AWS always sends it; some stores that
    /// imitate STS do not.
    pub assumed_role_id: Option<String>,
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. AWS always sends it; some stores that
    /// imitate STS do not.
    pub arn: Option<String>,
}

/// Whom the credentials of a federated user make.
///
/// ```
/// use countersign::sts::{FederatedUser, GetFederationToken};
///
/// // Send the request; then, with the status and the body of the answer:
/// # let (status, body) = (http::StatusCode::OK, r#"<GetFederationTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetFederationTokenResult><FederatedUser><FederatedUserId>123456789012:Bob</FederatedUserId><Arn>arn:aws:sts::123456789012:federated-user/Bob</Arn></FederatedUser><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey><SessionToken>AQoEXAMPLEH4aoAH0gNCAPy</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></GetFederationTokenResult></GetFederationTokenResponse>"#);
/// let user: Option<FederatedUser> = GetFederationToken::parse(status, body)?.federated_user;
/// assert!(user.and_then(|user| user.federated_user_id).as_deref() == Some("123456789012:Bob"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FederatedUser {
    /// The account, a colon, and the user's name. AWS always sends it.
    pub federated_user_id: Option<String>,
    /// `arn:aws:sts::ACCOUNT:federated-user/NAME`. AWS always sends it.
    pub arn: Option<String>,
}

/// A parameter that is not printed.
#[derive(Clone, Copy)]
pub(super) struct Secret<'a>(pub(super) &'a str);

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_says_that_it_is_one() {
        assert_eq!(format!("{:?}", Secret("secret")), "[elided]");
    }
}
