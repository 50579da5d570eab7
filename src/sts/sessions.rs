//! The actions that return credentials without a role.

use super::alphabets::{DESCRIPTION, NAME, POLICY, TOKEN};
use super::form::QueryForm;
use super::parameters::{Mfa, Secret, Tag};
use super::principals::{FederatedUser, ScopedSession};
use super::response::response;
use crate::aws_call::SignableRequest;
use crate::aws_call::endpoint::Endpoint;
use crate::credentials::Credentials;
use crate::error::Error;

/// `GetScopedCredentials`: credentials of the caller, with fewer permissions or less time.
///
/// Signed with temporary credentials: [`SignableRequest::sign`] refuses others. The identity stays
/// the same. Up to three layers are possible, each within the one before. The global endpoint does
/// not serve it. STS API Reference, "`GetScopedCredentials`".
///
/// ```
/// use countersign::sts::{Endpoint, GetScopedCredentials};
/// use countersign::{Credentials, Timestamp};
///
/// let mut action = GetScopedCredentials::new();
/// action.duration_seconds = Some(300);
/// action.scoped_session_description = Some("agent 7: five minutes");
/// let session = Credentials::new("ASIAEXAMPLE", "secret")
///     .with_session_token("token");
/// let now: Timestamp = "2026-01-01T12:55:00Z".parse()?;
/// let endpoint = Endpoint::regional("eu-west-1")?;
/// let request = action.request(&endpoint)?.sign(&session, now)?;
///
/// // Send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<GetScopedCredentialsResponse><GetScopedCredentialsResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></GetScopedCredentialsResult></GetScopedCredentialsResponse>");
/// let response = GetScopedCredentials::parse(status, body)?;
/// assert_eq!(response.credentials.access_key_id(), "ASIAEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetScopedCredentials<'a> {
    /// A session policy in JSON, which can only remove permissions: 1 to 2048 characters.
    pub policy: Option<&'a str>,
    /// The lifetime of the credentials: 1 to 129600 seconds. Default: that of the caller's
    /// credentials.
    pub duration_seconds: Option<u32>,
    /// A description of the session: 2 to 256 characters of Latin-1.
    pub scoped_session_description: Option<&'a str>,
    /// The size in bytes to which STS pads a shorter session token: 0 to 4096.
    pub minimum_session_token_size: Option<u32>,
}

impl GetScopedCredentials<'_> {
    /// Creates the action. Set [`policy`](Self::policy) or
    /// [`duration_seconds`](Self::duration_seconds), or both.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates the request, which has to be signed with temporary credentials.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if neither policy nor duration is set
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::NoEndpoint`] if the endpoint is the global one, or STS has no such endpoint in the
    ///   region
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::regional("GetScopedCredentials", endpoint)?;
        if self.policy.is_none() && self.duration_seconds.is_none() {
            let problem = "is missing: set it, or `DurationSeconds`, or both";
            return Err(Error::invalid_parameter("Policy", problem));
        }
        form.optional("Policy", self.policy, 1..=2048, &POLICY)?;
        form.duration(self.duration_seconds, 1..=129_600)?;
        form.minimum_session_token_size(self.minimum_session_token_size)?;
        let description = self.scoped_session_description;
        form.optional(
            "ScopedSessionDescription",
            description,
            2..=256,
            &DESCRIPTION,
        )?;
        Ok(form.into_signable(endpoint)?.for_temporary_credentials())
    }
}

response! {
    GetScopedCredentials<'_>, "GetScopedCredentials";
    /// The response to [`GetScopedCredentials`].
    #[derive(Clone, Debug)]
    pub struct GetScopedCredentialsResponse |result| {
        /// Temporary credentials with their expiration.
        pub credentials: Credentials = result.credentials()?,
        /// The role session that the credentials belong to.
        pub session_info: Option<ScopedSession> = ScopedSession::read(result)?,
        /// The size of the session token in bytes.
        pub session_token_size: Option<u32> = result.lenient_number("SessionTokenSize"),
        /// The size of the session token in percent of the maximum.
        pub session_token_utilization: Option<u32> = result.lenient_number("SessionTokenUtilization"),
        /// The number of layers of scoped credentials. STS denies a fourth.
        pub scoped_policies_count: Option<u32> = result.lenient_number("ScopedPoliciesCount"),
        /// The source identity that the caller set, or that the session inherited.
        pub source_identity: Option<String> = result.lenient_text("SourceIdentity"),
    }
}

/// `GetSessionToken`: temporary credentials of the caller, with or without MFA.
///
/// Signed with long-term credentials. STS API Reference, "`GetSessionToken`".
///
/// ```
/// use countersign::sts::{Endpoint, GetSessionToken, Mfa};
///
/// let device = "arn:aws:iam::123456789012:mfa/alice";
/// let mut action = GetSessionToken::new();
/// action.mfa = Some(Mfa::new(device, "123456"));
/// let request = action.request(&Endpoint::global())?;
///
/// // Sign and send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<GetSessionTokenResponse><GetSessionTokenResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></GetSessionTokenResult></GetSessionTokenResponse>");
/// let response = GetSessionToken::parse(status, body)?;
/// let expiration = response.credentials.expiration();
/// assert_eq!(expiration, Some("2026-01-01T13:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetSessionToken<'a> {
    /// The lifetime of the credentials: 900 to 129600 seconds. Default: twelve hours.
    ///
    /// The root user gets 3600 seconds at most.
    pub duration_seconds: Option<u32>,
    /// A code of an MFA device.
    pub mfa: Option<Mfa<'a>>,
    /// The size in bytes to which STS pads a shorter session token: 0 to 4096.
    pub minimum_session_token_size: Option<u32>,
}

impl GetSessionToken<'_> {
    /// Creates the action, which has no required parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates the request, which has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::NoEndpoint`] if STS has no such endpoint in the region
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::new("GetSessionToken");
        form.duration(self.duration_seconds, 900..=129_600)?;
        form.mfa(self.mfa)?;
        form.minimum_session_token_size(self.minimum_session_token_size)?;
        form.into_signable(endpoint)
    }
}

response! {
    GetSessionToken<'_>, "GetSessionToken";
    /// The response to [`GetSessionToken`].
    #[derive(Clone, Debug)]
    pub struct GetSessionTokenResponse |result| {
        /// Temporary credentials with their expiration.
        pub credentials: Credentials = result.credentials()?,
        /// The size of the session token in bytes.
        pub session_token_size: Option<u32> = result.lenient_number("SessionTokenSize"),
        /// The size of the session token in percent of the maximum.
        pub session_token_utilization: Option<u32> = result.lenient_number("SessionTokenUtilization"),
    }
}

/// `GetFederationToken`: temporary credentials for a user that is not in IAM.
///
/// Signed with long-term credentials of an IAM user. STS API Reference, "`GetFederationToken`".
///
/// ```
/// use countersign::sts::{Endpoint, GetFederationToken};
///
/// let mut action = GetFederationToken::new("Bob");
/// action.policy_arns = &["arn:aws:iam::aws:policy/ReadOnlyAccess"];
/// let request = action.request(&Endpoint::regional("ap-south-1")?)?;
///
/// // Sign and send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<GetFederationTokenResponse><GetFederationTokenResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></GetFederationTokenResult></GetFederationTokenResponse>");
/// let response = GetFederationToken::parse(status, body)?;
/// assert_eq!(response.credentials.access_key_id(), "ASIAEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetFederationToken<'a> {
    /// The user's name: 2 to 32 letters, digits and `_+=,.@-`.
    pub name: &'a str,
    /// A session policy in JSON: 1 to 2048 characters. Without any session policy the credentials
    /// have almost no permissions.
    pub policy: Option<&'a str>,
    /// The lifetime of the credentials: 900 to 129600 seconds. Default: twelve hours.
    ///
    /// The root user gets 3600 seconds at most.
    pub duration_seconds: Option<u32>,
    /// Up to 50 session tags.
    pub tags: &'a [Tag<'a>],
    /// Up to 10 managed policies as session policies, by ARN.
    pub policy_arns: &'a [&'a str],
    /// The size in bytes to which STS pads a shorter session token: 0 to 4096.
    pub minimum_session_token_size: Option<u32>,
}

impl<'a> GetFederationToken<'a> {
    /// Creates the action with its required parameter.
    pub fn new(name: &'a str) -> Self {
        Self {
            name,
            policy: None,
            duration_seconds: None,
            tags: &[],
            policy_arns: &[],
            minimum_session_token_size: None,
        }
    }

    /// Creates the request, which has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::NoEndpoint`] if STS has no such endpoint in the region
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::new("GetFederationToken");
        form.text("Name", self.name, 2..=32, &NAME)?;
        form.optional("Policy", self.policy, 1..=2048, &POLICY)?;
        form.duration(self.duration_seconds, 900..=129_600)?;
        form.tags(self.tags)?;
        form.policy_arns(self.policy_arns)?;
        form.minimum_session_token_size(self.minimum_session_token_size)?;
        form.into_signable(endpoint)
    }
}

response! {
    GetFederationToken<'_>, "GetFederationToken";
    /// The response to [`GetFederationToken`].
    #[derive(Clone, Debug)]
    pub struct GetFederationTokenResponse |result| {
        /// Temporary credentials with their expiration.
        pub credentials: Credentials = result.credentials()?,
        /// The user that they belong to.
        pub federated_user: Option<FederatedUser> = FederatedUser::read(result),
        /// The packed size of policies and tags, in percent of an older limit. Deprecated by AWS.
        pub packed_policy_size: Option<u32> = result.lenient_number("PackedPolicySize"),
        /// The size of the session token in bytes.
        pub session_token_size: Option<u32> = result.lenient_number("SessionTokenSize"),
        /// The size of the session token in percent of the maximum.
        pub session_token_utilization: Option<u32> = result.lenient_number("SessionTokenUtilization"),
    }
}

/// `GetDelegatedAccessToken`: credentials for delegated access, in exchange for a trade-in token.
///
/// Signed. STS API Reference, "`GetDelegatedAccessToken`".
///
/// ```
/// use countersign::sts::{Endpoint, GetDelegatedAccessToken};
///
/// let action = GetDelegatedAccessToken::new("tok+en/=");
/// let request = action.request(&Endpoint::regional("us-west-2")?)?;
/// assert!(!format!("{action:?} {request:?}").contains("tok+en"));
///
/// // Sign and send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<GetDelegatedAccessTokenResponse><GetDelegatedAccessTokenResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></GetDelegatedAccessTokenResult></GetDelegatedAccessTokenResponse>");
/// let response = GetDelegatedAccessToken::parse(status, body)?;
/// assert_eq!(response.credentials.access_key_id(), "ASIAEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetDelegatedAccessToken<'a> {
    trade_in_token: Secret<'a>,
}

impl<'a> GetDelegatedAccessToken<'a> {
    /// Creates the action with its required parameter.
    pub fn new(trade_in_token: &'a str) -> Self {
        Self {
            trade_in_token: Secret(trade_in_token),
        }
    }

    /// Creates the request, which has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the token is empty or contains a control character
    /// - [`Error::InvalidParameter`] if the token begins or ends with white space
    /// - [`Error::NoEndpoint`] if STS has no such endpoint in the region
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::new("GetDelegatedAccessToken");
        // AWS's model has no limits.
        form.token("TradeInToken", self.trade_in_token, 1..=u64::MAX, &TOKEN)?;
        form.into_signable(endpoint)
    }
}

response! {
    GetDelegatedAccessToken<'_>, "GetDelegatedAccessToken";
    /// The response to [`GetDelegatedAccessToken`].
    #[derive(Clone, Debug)]
    pub struct GetDelegatedAccessTokenResponse |result| {
        /// Temporary credentials with their expiration.
        pub credentials: Credentials = result.credentials()?,
        /// The packed size of policies and tags, in percent of an older limit. Deprecated by AWS.
        pub packed_policy_size: Option<u32> = result.lenient_number("PackedPolicySize"),
        /// The ARN of the principal that they belong to.
        pub assumed_principal: Option<String> = result.lenient_text("AssumedPrincipal"),
    }
}
