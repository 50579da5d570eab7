//! The actions that assume a role with what an identity provider says. They are not signed.

use http::{Request, StatusCode};

use super::Error;
use super::answer::{assumed_role_user, read};
use super::endpoint::Endpoint;
use super::form::{Limit, QueryForm, Seconds};
use super::parameters::{AssumedRoleUser, Secret};
use crate::credentials::Credentials;

/// `AssumeRoleWithSAML`: credentials of a role, for those whom an identity provider knows.
///
/// **Not signed**: the assertion is the proof. STS API Reference, "`AssumeRoleWithSAML`".
///
/// ```
/// use countersign::sts::{AssumeRoleWithSaml, Endpoint};
///
/// let ask = AssumeRoleWithSaml::new(
///     "arn:aws:iam::123456789012:role/demo",
///     "arn:aws:iam::123456789012:saml-provider/idp",
///     "PHNhbWw+/w==",
/// );
/// let request = ask.request(&Endpoint::regional("us-east-1")?)?;
/// assert!(request.body().ends_with("&SAMLAssertion=PHNhbWw%2B%2Fw%3D%3D"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRoleWithSaml<'a> {
    /// The role's ARN, 20 to 2048 characters.
    pub role_arn: &'a str,
    /// The ARN of the SAML provider in IAM, 20 to 2048 characters.
    pub principal_arn: &'a str,
    saml_assertion: Secret<'a>,
    /// How long the credentials live: 900 to 43200 seconds; without, an hour.
    pub duration_seconds: Option<u32>,
    /// A session policy, in JSON: 1 to 2048 characters. It only takes away.
    pub policy: Option<&'a str>,
    /// Managed policies as session policies, by ARN: up to 10.
    pub policy_arns: &'a [&'a str],
}

impl<'a> AssumeRoleWithSaml<'a> {
    /// With what is required. The assertion is in base64, as the provider sent it: 4 to 100000
    /// characters.
    pub fn new(role_arn: &'a str, principal_arn: &'a str, saml_assertion: &'a str) -> Self {
        Self {
            role_arn,
            principal_arn,
            saml_assertion: Secret(saml_assertion),
            duration_seconds: None,
            policy: None,
            policy_arns: &[],
        }
    }

    /// The request, ready to be sent.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`](crate::Error::InvalidParameter) if a parameter is outside its
    ///   limits, or if the assertion begins or ends with white space
    ///
    /// ```
    /// # use countersign::sts::{AssumeRoleWithSaml, Endpoint};
    /// # let role = "arn:aws:iam::123456789012:role/demo";
    /// # let provider = "arn:aws:iam::123456789012:saml-provider/idp";
    /// # let assertion = "PHNhbWw+/w==";
    /// let ask = AssumeRoleWithSaml::new(role, provider, assertion);
    /// let request = ask.request(&Endpoint::regional("us-east-1")?)?; // to be sent as it is
    /// assert!(request.body().starts_with("Action=AssumeRoleWithSAML&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> Result<Request<String>, crate::Error> {
        let mut form = QueryForm::new("AssumeRoleWithSAML");
        form.text("RoleArn", self.role_arn, &Limit::ARN)?;
        form.text("PrincipalArn", self.principal_arn, &Limit::ARN)?;
        form.token(
            "SAMLAssertion",
            self.saml_assertion.0,
            &Limit::SAML_ASSERTION,
        )?;
        form.seconds(self.duration_seconds, &Seconds::ROLE)?;
        form.optional("Policy", self.policy, &Limit::POLICY)?;
        form.policy_arns(self.policy_arns)?;
        Ok(form.ready(endpoint))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::sts::AssumeRoleWithSaml;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::OK, r#"<AssumeRoleWithSAMLResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithSAMLResult><Issuer>https://integ.example.com/idp</Issuer><Subject>SamlExample</Subject><SubjectType>transient</SubjectType><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey><SessionToken>AQoEXAMPLEH4aoAH0gNCAPy</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></AssumeRoleWithSAMLResult></AssumeRoleWithSAMLResponse>"#);
    /// let answer = AssumeRoleWithSaml::parse(status, body)?;
    /// assert_eq!(answer.credentials.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
    /// assert_eq!(answer.subject.as_deref(), Some("SamlExample"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<AssumeRoleWithSamlResponse, Error> {
        let action = "AssumeRoleWithSAML";
        read(action, status, body.as_ref(), |result, request_id| {
            Ok(AssumeRoleWithSamlResponse {
                credentials: result.credentials()?,
                assumed_role_user: assumed_role_user(result),
                packed_policy_size: result.side_number("PackedPolicySize"),
                source_identity: result.side_text("SourceIdentity"),
                subject: result.side_text("Subject"),
                subject_type: result.side_text("SubjectType"),
                issuer: result.side_text("Issuer"),
                audience: result.side_text("Audience"),
                name_qualifier: result.side_text("NameQualifier"),
                request_id,
            })
        })
    }
}

/// The answer to [`AssumeRoleWithSaml`].
///
/// ```
/// use countersign::sts::AssumeRoleWithSaml;
/// use http::StatusCode;
///
/// let body = "<AssumeRoleWithSAMLResponse><AssumeRoleWithSAMLResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
///         <SessionToken>token</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials><Issuer>https://idp.example.com</Issuer></AssumeRoleWithSAMLResult></AssumeRoleWithSAMLResponse>";
/// let answer = AssumeRoleWithSaml::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.credentials.access_key_id(), "ASIAEXAMPLE");
/// assert!(answer.credentials.expiration().is_some());
/// assert_eq!(answer.issuer.as_deref(), Some("https://idp.example.com"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRoleWithSamlResponse {
    /// Temporary credentials, with their end.
    pub credentials: Credentials,
    /// Whom they make.
    pub assumed_role_user: Option<AssumedRoleUser>,
    /// How much of the room for session policies and tags is taken, in percent.
    pub packed_policy_size: Option<u32>,
    /// Who stands behind the session.
    pub source_identity: Option<String>,
    /// The `NameID` of the assertion's subject.
    pub subject: Option<String>,
    /// The format of that name, `transient`, `persistent` or a URI.
    pub subject_type: Option<String>,
    /// Who issued the assertion.
    pub issuer: Option<String>,
    /// For whom: the recipient of the assertion.
    pub audience: Option<String>,
    /// A hash of issuer, account and provider, which with the subject names a user for good.
    pub name_qualifier: Option<String>,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}

/// `AssumeRoleWithWebIdentity`: credentials of a role, for those who have an `OpenID` Connect token
/// or a token of an OAuth 2.0 provider.
///
/// **Not signed**: the token is the proof. STS API Reference, "`AssumeRoleWithWebIdentity`".
///
/// ```
/// use countersign::sts::{AssumeRoleWithWebIdentity, Endpoint};
///
/// let token = "eyJh.bGci-Oi_J.SUz~";
/// let ask = AssumeRoleWithWebIdentity::new("arn:aws:iam::123456789012:role/demo", "web", token);
/// let request = ask.request(&Endpoint::regional("us-east-1")?)?;
/// assert!(!request.headers().contains_key("authorization"));
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
    /// The host of an OAuth 2.0 provider, 4 to 2048 characters; not for `OpenID` Connect.
    pub provider_id: Option<&'a str>,
    /// How long the credentials live: 900 to 43200 seconds; without, an hour.
    pub duration_seconds: Option<u32>,
    /// A session policy, in JSON: 1 to 2048 characters. It only takes away.
    pub policy: Option<&'a str>,
    /// Managed policies as session policies, by ARN: up to 10.
    pub policy_arns: &'a [&'a str],
}

impl<'a> AssumeRoleWithWebIdentity<'a> {
    /// With what AWS requires. The token has 4 to 20000 characters.
    pub fn new(role_arn: &'a str, role_session_name: &'a str, web_identity_token: &'a str) -> Self {
        Self {
            role_arn: Some(role_arn),
            role_session_name: Some(role_session_name),
            ..Self::without_role(web_identity_token)
        }
    }

    /// For a server that finds the permissions by the token alone, as MinIO does by a claim in it.
    /// AWS always requires a role.
    pub fn without_role(web_identity_token: &'a str) -> Self {
        Self {
            role_arn: None,
            role_session_name: None,
            web_identity_token: Secret(web_identity_token),
            provider_id: None,
            duration_seconds: None,
            policy: None,
            policy_arns: &[],
        }
    }

    /// The request, ready to be sent.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`](crate::Error::InvalidParameter) if a parameter is outside its
    ///   limits, or if the token begins or ends with white space, or if AWS is asked without a
    ///   role or a session name
    ///
    /// ```
    /// # use countersign::sts::{AssumeRoleWithWebIdentity, Endpoint};
    /// # let token = "eyJh.bGci-Oi_J.SUz~";
    /// let ask = AssumeRoleWithWebIdentity::new("arn:aws:iam::123456789012:role/demo", "web", token);
    /// let request = ask.request(&Endpoint::regional("eu-west-1")?)?; // to be sent as it is
    /// assert_eq!(
    ///     request.body(),
    ///     "Action=AssumeRoleWithWebIdentity&Version=2011-06-15\
    ///      &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo\
    ///      &RoleSessionName=web&WebIdentityToken=eyJh.bGci-Oi_J.SUz~"
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> Result<Request<String>, crate::Error> {
        let mut form = QueryForm::new("AssumeRoleWithWebIdentity");
        if !endpoint.is_custom() && (self.role_arn.is_none() || self.role_session_name.is_none()) {
            let problem = "is required by AWS: only another server may be asked without a role";
            let name = match self.role_arn {
                None => "RoleArn",
                Some(_) => "RoleSessionName",
            };
            return Err(crate::Error::invalid_parameter(name, problem));
        }
        form.optional("RoleArn", self.role_arn, &Limit::ARN)?;
        form.optional(
            "RoleSessionName",
            self.role_session_name,
            &Limit::SESSION_NAME,
        )?;
        form.token(
            "WebIdentityToken",
            self.web_identity_token.0,
            &Limit::WEB_IDENTITY_TOKEN,
        )?;
        form.optional("ProviderId", self.provider_id, &Limit::PROVIDER_ID)?;
        form.seconds(self.duration_seconds, &Seconds::ROLE)?;
        form.optional("Policy", self.policy, &Limit::POLICY)?;
        form.policy_arns(self.policy_arns)?;
        Ok(form.ready(endpoint))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::sts::AssumeRoleWithWebIdentity;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::BAD_REQUEST, r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>InvalidIdentityToken</Code><Message>Couldn&apos;t retrieve verification key</Message></Error></ErrorResponse>"#);
    /// let error = AssumeRoleWithWebIdentity::parse(status, body).unwrap_err(); // of a stranger's token
    /// assert_eq!(error.code(), Some("InvalidIdentityToken"));
    /// ```
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<AssumeRoleWithWebIdentityResponse, Error> {
        let action = "AssumeRoleWithWebIdentity";
        read(action, status, body.as_ref(), |result, request_id| {
            Ok(AssumeRoleWithWebIdentityResponse {
                credentials: result.credentials()?,
                assumed_role_user: assumed_role_user(result),
                packed_policy_size: result.side_number("PackedPolicySize"),
                source_identity: result.side_text("SourceIdentity"),
                subject_from_web_identity_token: result.side_text("SubjectFromWebIdentityToken"),
                provider: result.side_text("Provider"),
                audience: result.side_text("Audience"),
                request_id,
            })
        })
    }
}

/// The answer to [`AssumeRoleWithWebIdentity`].
///
/// ```
/// use countersign::sts::AssumeRoleWithWebIdentity;
/// use http::StatusCode;
///
/// let body = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
///         <SessionToken>token</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials><Provider>accounts.example.com</Provider></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
/// let answer = AssumeRoleWithWebIdentity::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.credentials.access_key_id(), "ASIAEXAMPLE");
/// assert!(answer.credentials.expiration().is_some());
/// assert_eq!(answer.provider.as_deref(), Some("accounts.example.com"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRoleWithWebIdentityResponse {
    /// Temporary credentials, with their end.
    pub credentials: Credentials,
    /// Whom they make.
    pub assumed_role_user: Option<AssumedRoleUser>,
    /// How much of the room for session policies and tags is taken, in percent.
    pub packed_policy_size: Option<u32>,
    /// Who stands behind the session.
    pub source_identity: Option<String>,
    /// The user, as the provider names them: `sub` of an `OpenID` Connect token.
    pub subject_from_web_identity_token: Option<String>,
    /// The provider: `iss` of an `OpenID` Connect token, or the `ProviderId` of the request.
    pub provider: Option<String>,
    /// The application that the token was made for: `aud`.
    pub audience: Option<String>,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}
