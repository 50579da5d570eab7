//! What several actions take or return.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// A session tag.
///
/// IAM User Guide, "Pass session tags in AWS STS".
///
/// ```
/// use countersign::sts::{AssumeRole, Endpoint, Tag};
///
/// let role = "arn:aws:iam::123456789012:role/demo";
/// let mut action = AssumeRole::new(role, "session");
/// action.tags = &[Tag {
///     key: "Project",
///     value: "Alpha",
/// }];
/// action.transitive_tag_keys = &["Project"];
/// assert!(action.request(&Endpoint::global()).is_ok());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tag<'a> {
    /// 1 to 128 letters, digits, spaces and `_.:/=+-@`.
    pub key: &'a str,
    /// Up to 256 of the same characters.
    pub value: &'a str,
}

/// A code of a device for multi-factor authentication, valid for one call.
///
/// ```
/// let device = "arn:aws:iam::123456789012:mfa/alice";
/// let mfa = countersign::sts::Mfa::new(device, "654321");
/// assert!(!format!("{mfa:?}").contains("654321"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Mfa<'a> {
    pub(super) serial_number: &'a str,
    pub(super) token_code: Secret<'a>,
}

impl<'a> Mfa<'a> {
    /// Creates a code from the device and the six digits that it shows.
    ///
    /// A hardware device has a serial number, a virtual one has an ARN.
    pub fn new(serial_number: &'a str, token_code: &'a str) -> Self {
        Self {
            serial_number,
            token_code: Secret(token_code),
        }
    }
}

/// A context assertion of a trusted provider, for trusted identity propagation.
///
/// IAM Identity Center User Guide, "Trusted identity propagation".
///
/// ```
/// use countersign::sts::{AssumeRole, Endpoint, ProvidedContext};
///
/// let provider = "arn:aws:iam::aws:contextProvider/IdentityCenter";
/// let contexts = [ProvidedContext::new(provider, "eyJh.bGci")];
/// let role = "arn:aws:iam::123456789012:role/demo";
/// let mut action = AssumeRole::new(role, "session");
/// action.provided_contexts = &contexts;
/// assert!(action.request(&Endpoint::global()).is_ok());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ProvidedContext<'a> {
    pub(super) provider_arn: &'a str,
    pub(super) context_assertion: Secret<'a>,
}

impl<'a> ProvidedContext<'a> {
    /// Creates a context from the provider's ARN and its signed assertion, 4 to 3072 characters.
    pub fn new(provider_arn: &'a str, context_assertion: &'a str) -> Self {
        Self {
            provider_arn,
            context_assertion: Secret(context_assertion),
        }
    }
}

/// How AWS signs a web identity token.
///
/// ```
/// use countersign::sts::SigningAlgorithm;
///
/// let algorithm: SigningAlgorithm = "ES384".parse()?;
/// assert_eq!(algorithm, SigningAlgorithm::Es384);
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
    /// Returns the name in the request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es384 => "ES384",
        }
    }
}

impl FromStr for SigningAlgorithm {
    type Err = Error;

    /// # Errors
    /// - [`Error::InvalidParameter`] if the name is not `RS256` or `ES384`
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "RS256" => Ok(Self::Rs256),
            "ES384" => Ok(Self::Es384),
            _ => Err(Error::invalid_parameter(
                "SigningAlgorithm",
                "must be `RS256` or `ES384`",
            )),
        }
    }
}

/// Which identity a web identity token is about.
///
/// ```
/// use countersign::sts::SubjectMode;
///
/// let mode: SubjectMode = "OriginIdentity".parse()?;
/// assert_eq!(mode, SubjectMode::OriginIdentity);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SubjectMode {
    /// `AWSIdentity`: the caller in AWS. This is what STS takes if no mode is set.
    AwsIdentity,
    /// `OriginIdentity`: the user of an identity provider whose identity the session propagates.
    OriginIdentity,
}

impl SubjectMode {
    /// Returns the name in the request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwsIdentity => "AWSIdentity",
            Self::OriginIdentity => "OriginIdentity",
        }
    }
}

impl FromStr for SubjectMode {
    type Err = Error;

    /// # Errors
    /// - [`Error::InvalidParameter`] if the name is not `AWSIdentity` or `OriginIdentity`
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "AWSIdentity" => Ok(Self::AwsIdentity),
            "OriginIdentity" => Ok(Self::OriginIdentity),
            _ => Err(Error::invalid_parameter(
                "SubjectMode",
                "must be `AWSIdentity` or `OriginIdentity`",
            )),
        }
    }
}

/// The session of a role that credentials belong to.
///
/// AWS always sends both fields. Some stores that imitate STS do not.
///
/// ```
/// # let (status, body) = (http::StatusCode::OK, r#"<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>ARO123EXAMPLE123:me</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/demo/me</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"#);
/// let response = countersign::sts::AssumeRole::parse(status, body)?;
/// let user = response.assumed_role_user.expect("AWS sends it");
/// assert_eq!(user.assumed_role_id.as_deref(), Some("ARO123EXAMPLE123:me"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct AssumedRoleUser {
    /// The role's unique ID, a colon, and the session's name.
    pub assumed_role_id: Option<String>,
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
    pub arn: Option<String>,
}

/// The federated user that credentials belong to.
///
/// ```
/// # let (status, body) = (http::StatusCode::OK, r#"<GetFederationTokenResponse><GetFederationTokenResult><FederatedUser><FederatedUserId>123456789012:Bob</FederatedUserId><Arn>arn:aws:sts::123456789012:federated-user/Bob</Arn></FederatedUser><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></GetFederationTokenResult></GetFederationTokenResponse>"#);
/// let response = countersign::sts::GetFederationToken::parse(status, body)?;
/// let user = response.federated_user.expect("AWS sends it");
/// assert_eq!(user.federated_user_id.as_deref(), Some("123456789012:Bob"));
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

/// The session that scoped credentials belong to: that of the caller.
///
/// ```
/// # let (status, body) = (http::StatusCode::OK, r#"<GetScopedCredentialsResponse><GetScopedCredentialsResult><SessionInfo><ScopedSessionId>ARO123EXAMPLE123:me</ScopedSessionId><Arn>arn:aws:sts::123456789012:assumed-role/demo/me</Arn></SessionInfo><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></GetScopedCredentialsResult></GetScopedCredentialsResponse>"#);
/// let response = countersign::sts::GetScopedCredentials::parse(status, body)?;
/// let session = response.session_info.expect("AWS sends it");
/// assert_eq!(session.scoped_session_id, "ARO123EXAMPLE123:me");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ScopedSession {
    /// The unique ID of the session.
    pub scoped_session_id: String,
    /// The ARN of the session.
    pub arn: String,
}

/// The identity that a session propagates to AWS services. It is personal data.
///
/// `Debug` prints none of it. A field that STS did not send, or that is malformed, is `None`.
///
/// ```
/// # let (status, body) = (http::StatusCode::OK, r#"{"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Credentials":{"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"s","SessionToken":"t","Expiration":1767272400},"TrustedIdentityPropagationContext":{"OriginIdentity":{"Subject":"user-42"},"TransactionContext":{"IdentityProvider":{"acr":"mfa"}}}}}}"#);
/// use countersign::sts::AssumeRoleWithWebIdentity;
///
/// let response = AssumeRoleWithWebIdentity::parse(status, body)?;
/// let context = response.trusted_identity_propagation_context;
/// let context = context.expect("the session propagates an identity");
/// let origin = context.origin_identity.expect("the user");
/// assert_eq!(origin.subject.as_deref(), Some("user-42"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TrustedIdentityPropagationContext {
    /// The user at the identity provider.
    pub origin_identity: Option<OriginIdentity>,
    /// What the identity provider says about the sign-in.
    pub transaction_context: Option<TransactionContext>,
}

/// The user of an identity provider. It is personal data, which `Debug` does not print.
///
/// ```
/// let origin = countersign::sts::OriginIdentity::default();
/// assert_eq!(format!("{origin:?}"), "OriginIdentity { .. }");
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OriginIdentity {
    /// The user's name at the provider.
    pub subject: Option<String>,
    /// The kind of subject.
    pub subject_type: Option<String>,
    /// The identity provider.
    pub issuer: Option<String>,
    /// The ARN of the identity provider in IAM.
    pub federated_provider_arn: Option<String>,
}

/// What an identity provider says about a sign-in, which `Debug` does not print.
///
/// ```
/// let context = countersign::sts::TransactionContext::default();
/// assert_eq!(format!("{context:?}"), "TransactionContext { .. }");
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TransactionContext {
    /// Claims of the identity provider, by name.
    pub identity_provider: BTreeMap<String, String>,
}

macro_rules! elided {
    ($($name:ident)*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })*
    };
}

elided!(TrustedIdentityPropagationContext OriginIdentity TransactionContext);

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
    fn debug_of_a_secret_elides_it() {
        assert_eq!(format!("{:?}", Secret("secret")), "[elided]");
    }

    #[test]
    fn names_are_read_in_their_exact_case() {
        for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Es384] {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        for mode in [SubjectMode::AwsIdentity, SubjectMode::OriginIdentity] {
            assert_eq!(mode.as_str().parse(), Ok(mode));
        }
        for name in ["", "rs256", "HS256", "originidentity", "AwsIdentity"] {
            assert!(name.parse::<SigningAlgorithm>().is_err(), "{name}");
            assert!(name.parse::<SubjectMode>().is_err(), "{name}");
        }
    }
}
