//! The actions that assume a role with a token of an identity provider. They are not signed.

use http::Request;

use super::alphabets::{ANY, NAME, POLICY, TOKEN};
use super::form::QueryForm;
use super::parameters::Secret;
use super::principals::{AssumedRoleUser, TrustedIdentityPropagationContext};
use super::response::response;
use crate::aws_call::endpoint::Endpoint;
use crate::credentials::Credentials;
use crate::error::Error;

/// `AssumeRoleWithSAML`: credentials of a role for a user of a SAML provider.
///
/// **Not signed**: the assertion is the proof. STS API Reference, "`AssumeRoleWithSAML`".
///
/// ```
/// use countersign::sts::{AssumeRoleWithSaml, Endpoint};
///
/// let action = AssumeRoleWithSaml::new(
///     "arn:aws:iam::123456789012:role/demo",
///     "arn:aws:iam::123456789012:saml-provider/idp",
///     "PHNhbWw+/w==",
/// );
/// let request = action.request(&Endpoint::regional("us-east-1")?)?;
/// assert!(
///     request
///         .body()
///         .ends_with("&SAMLAssertion=PHNhbWw%2B%2Fw%3D%3D")
/// );
///
/// // Send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<AssumeRoleWithSAMLResponse><AssumeRoleWithSAMLResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></AssumeRoleWithSAMLResult></AssumeRoleWithSAMLResponse>");
/// let response = AssumeRoleWithSaml::parse(status, body)?;
/// assert_eq!(response.credentials.access_key_id(), "ASIAEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRoleWithSaml<'a> {
    /// The role's ARN, 20 to 2048 characters.
    pub role_arn: &'a str,
    /// The ARN of the SAML provider in IAM, 20 to 2048 characters.
    pub principal_arn: &'a str,
    saml_assertion: Secret<'a>,
    /// The lifetime of the credentials: 900 to 43200 seconds. Default: one hour.
    pub duration_seconds: Option<u32>,
    /// A session policy in JSON, which can only remove permissions: 1 to 2048 characters.
    pub policy: Option<&'a str>,
    /// Up to 10 managed policies as session policies, by ARN.
    pub policy_arns: &'a [&'a str],
    /// The size in bytes to which STS pads a shorter session token: 0 to 4096.
    pub minimum_session_token_size: Option<u32>,
}

impl<'a> AssumeRoleWithSaml<'a> {
    /// Creates the action with its required parameters.
    ///
    /// The assertion is the base64 that the provider sent, 4 to 100000 characters.
    pub fn new(role_arn: &'a str, principal_arn: &'a str, saml_assertion: &'a str) -> Self {
        Self {
            role_arn,
            principal_arn,
            saml_assertion: Secret(saml_assertion),
            duration_seconds: None,
            policy: None,
            policy_arns: &[],
            minimum_session_token_size: None,
        }
    }

    /// Creates the request, ready to be sent.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::InvalidParameter`] if the assertion begins or ends with white space
    /// - [`Error::NoEndpoint`] if STS has no such endpoint in the region
    pub fn request(&self, endpoint: &Endpoint) -> Result<Request<String>, Error> {
        let mut form = QueryForm::new("AssumeRoleWithSAML");
        form.text("RoleArn", self.role_arn, 20..=2048, &ANY)?;
        form.text("PrincipalArn", self.principal_arn, 20..=2048, &ANY)?;
        // Base64 may be broken into lines.
        form.token("SAMLAssertion", self.saml_assertion, 4..=100_000, &ANY)?;
        form.duration(self.duration_seconds, 900..=43_200)?;
        form.optional("Policy", self.policy, 1..=2048, &POLICY)?;
        form.policy_arns(self.policy_arns)?;
        form.minimum_session_token_size(self.minimum_session_token_size)?;
        form.into_request(endpoint)
    }
}

response! {
    AssumeRoleWithSaml<'_>, "AssumeRoleWithSAML";
    /// The response to [`AssumeRoleWithSaml`].
    #[derive(Clone, Debug)]
    pub struct AssumeRoleWithSamlResponse |result| {
        /// Temporary credentials with their expiration.
        pub credentials: Credentials = result.credentials()?,
        /// The role session that the credentials belong to.
        pub assumed_role_user: Option<AssumedRoleUser> = AssumedRoleUser::read(result),
        /// The packed size of policies and tags, in percent of an older limit. Deprecated by AWS.
        pub packed_policy_size: Option<u32> = result.lenient_number("PackedPolicySize"),
        /// The size of the session token in bytes.
        pub session_token_size: Option<u32> = result.lenient_number("SessionTokenSize"),
        /// The size of the session token in percent of the maximum.
        pub session_token_utilization: Option<u32> = result.lenient_number("SessionTokenUtilization"),
        /// The source identity that the caller set, or that the session inherited.
        pub source_identity: Option<String> = result.lenient_text("SourceIdentity"),
        /// The `NameID` of the assertion's subject.
        pub subject: Option<String> = result.lenient_text("Subject"),
        /// The format of the subject: `transient`, `persistent` or a URI.
        pub subject_type: Option<String> = result.lenient_text("SubjectType"),
        /// The issuer of the assertion.
        pub issuer: Option<String> = result.lenient_text("Issuer"),
        /// The recipient of the assertion.
        pub audience: Option<String> = result.lenient_text("Audience"),
        /// A hash of issuer, account and provider. Together with the subject it identifies a user.
        pub name_qualifier: Option<String> = result.lenient_text("NameQualifier"),
        /// The identity that the session propagates.
        pub trusted_identity_propagation_context: Option<TrustedIdentityPropagationContext> =
            TrustedIdentityPropagationContext::read(result),
    }
}

/// `AssumeRoleWithWebIdentity`: credentials of a role for a user with an OIDC or OAuth 2.0 token.
///
/// **Not signed**: the token is the proof. STS API Reference, "`AssumeRoleWithWebIdentity`".
///
/// ```
/// use countersign::sts::{AssumeRoleWithWebIdentity, Endpoint};
///
/// let role = "arn:aws:iam::123456789012:role/demo";
/// let token = "eyJh.bGci-Oi_J.SUz~";
/// let action = AssumeRoleWithWebIdentity::new(role, "web", token);
/// let request = action.request(&Endpoint::regional("us-east-1")?)?;
/// assert!(!request.headers().contains_key("authorization"));
///
/// // Send it; STS may refuse it:
/// # let (status, body) = (http::StatusCode::BAD_REQUEST, "<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>");
/// let error = AssumeRoleWithWebIdentity::parse(status, body).unwrap_err();
/// assert_eq!(error.code(), Some("InvalidIdentityToken"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRoleWithWebIdentity<'a> {
    /// The role's ARN, 20 to 2048 characters. AWS requires it.
    pub role_arn: Option<&'a str>,
    /// The session's name, for logs and policies: 2 to 64 letters, digits and `_+=,.@-`. AWS
    /// requires it.
    pub role_session_name: Option<&'a str>,
    web_identity_token: Secret<'a>,
    /// The host of an OAuth 2.0 provider, 4 to 2048 characters. Leave it out for OIDC.
    pub provider_id: Option<&'a str>,
    /// The lifetime of the credentials: 900 to 43200 seconds. Default: one hour.
    pub duration_seconds: Option<u32>,
    /// A session policy in JSON, which can only remove permissions: 1 to 2048 characters.
    pub policy: Option<&'a str>,
    /// Up to 10 managed policies as session policies, by ARN.
    pub policy_arns: &'a [&'a str],
    /// The size in bytes to which STS pads a shorter session token: 0 to 4096.
    pub minimum_session_token_size: Option<u32>,
}

impl<'a> AssumeRoleWithWebIdentity<'a> {
    /// Creates the action with the parameters that AWS requires.
    ///
    /// The token has 4 to 20000 characters.
    pub fn new(role_arn: &'a str, role_session_name: &'a str, web_identity_token: &'a str) -> Self {
        Self {
            role_arn: Some(role_arn),
            role_session_name: Some(role_session_name),
            ..Self::without_role(web_identity_token)
        }
    }

    /// Creates the action for a store that finds the permissions by the token alone.
    ///
    /// MinIO does so, by a claim in the token. AWS always requires a role.
    pub fn without_role(web_identity_token: &'a str) -> Self {
        Self {
            role_arn: None,
            role_session_name: None,
            web_identity_token: Secret(web_identity_token),
            provider_id: None,
            duration_seconds: None,
            policy: None,
            policy_arns: &[],
            minimum_session_token_size: None,
        }
    }

    /// Creates the request, ready to be sent.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::InvalidParameter`] if the token begins or ends with white space
    /// - [`Error::InvalidParameter`] if the endpoint is one of AWS's, and role or session name is
    ///   missing
    /// - [`Error::NoEndpoint`] if STS has no such endpoint in the region
    pub fn request(&self, endpoint: &Endpoint) -> Result<Request<String>, Error> {
        let mut form = QueryForm::new("AssumeRoleWithWebIdentity");
        if !endpoint.is_custom() {
            for (name, value) in [
                ("RoleArn", self.role_arn),
                ("RoleSessionName", self.role_session_name),
            ] {
                if value.is_none() {
                    let problem = "is missing: only a custom endpoint can do without it";
                    return Err(Error::invalid_parameter(name, problem));
                }
            }
        }
        form.optional("RoleArn", self.role_arn, 20..=2048, &ANY)?;
        form.optional("RoleSessionName", self.role_session_name, 2..=64, &NAME)?;
        form.token(
            "WebIdentityToken",
            self.web_identity_token,
            4..=20_000,
            &TOKEN,
        )?;
        form.optional("ProviderId", self.provider_id, 4..=2048, &ANY)?;
        form.duration(self.duration_seconds, 900..=43_200)?;
        form.optional("Policy", self.policy, 1..=2048, &POLICY)?;
        form.policy_arns(self.policy_arns)?;
        form.minimum_session_token_size(self.minimum_session_token_size)?;
        form.into_request(endpoint)
    }
}

response! {
    AssumeRoleWithWebIdentity<'_>, "AssumeRoleWithWebIdentity";
    /// The response to [`AssumeRoleWithWebIdentity`].
    #[derive(Clone, Debug)]
    pub struct AssumeRoleWithWebIdentityResponse |result| {
        /// Temporary credentials with their expiration.
        pub credentials: Credentials = result.credentials()?,
        /// The role session that the credentials belong to.
        pub assumed_role_user: Option<AssumedRoleUser> = AssumedRoleUser::read(result),
        /// The packed size of policies and tags, in percent of an older limit. Deprecated by AWS.
        pub packed_policy_size: Option<u32> = result.lenient_number("PackedPolicySize"),
        /// The size of the session token in bytes.
        pub session_token_size: Option<u32> = result.lenient_number("SessionTokenSize"),
        /// The size of the session token in percent of the maximum.
        pub session_token_utilization: Option<u32> = result.lenient_number("SessionTokenUtilization"),
        /// The source identity that the caller set, or that the session inherited.
        pub source_identity: Option<String> = result.lenient_text("SourceIdentity"),
        /// The user's name at the provider: `sub` of an OIDC token.
        pub subject_from_web_identity_token: Option<String> =
            result.lenient_text("SubjectFromWebIdentityToken"),
        /// The provider: `iss` of an OIDC token, or the `ProviderId` of the request.
        pub provider: Option<String> = result.lenient_text("Provider"),
        /// The application that the token was made for: `aud` of an OIDC token.
        pub audience: Option<String> = result.lenient_text("Audience"),
        /// The identity that the session propagates.
        pub trusted_identity_propagation_context: Option<TrustedIdentityPropagationContext> =
            TrustedIdentityPropagationContext::read(result),
    }
}
