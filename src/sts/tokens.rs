//! The actions that hand out sessions and tokens of the caller's own.

use http::StatusCode;

use super::answer::{federated_user, read};
use super::endpoint::Endpoint;
use super::form::{Limit, QueryForm, Seconds};
use super::parameters::{FederatedUser, Mfa, Secret, SigningAlgorithm, Tag};
use super::{Error, SignableRequest};
use crate::bearer::BearerToken;
use crate::credentials::Credentials;

/// `GetSessionToken`: temporary credentials of the caller itself, with or without MFA.
///
/// Signed, with long-term credentials. STS API Reference, "`GetSessionToken`".
///
/// ```
/// use countersign::sts::{Endpoint, GetSessionToken, Mfa};
///
/// let mut ask = GetSessionToken::new();
/// ask.mfa = Some(Mfa::new("arn:aws:iam::123456789012:mfa/alice", "123456"));
/// let request = ask.request(&Endpoint::global())?;
/// assert_eq!(request.region(), "us-east-1");
///
/// ask.mfa = Some(Mfa::new("arn:aws:iam::123456789012:mfa/alice", "12345"));
/// let error = ask.request(&Endpoint::global()).unwrap_err();
/// assert_eq!(error.to_string(), "parameter `TokenCode` takes six digits");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetSessionToken<'a> {
    /// How long the credentials live: 900 to 129600 seconds (the root user 3600 at most); without,
    /// twelve hours.
    pub duration_seconds: Option<u32>,
    /// A code of an MFA device.
    pub mfa: Option<Mfa<'a>>,
}

impl GetSessionToken<'_> {
    /// Everything is left to STS.
    pub fn new() -> Self {
        Self::default()
    }

    /// The request.
    ///
    /// # Errors
    /// A parameter that is outside its limits: which, and what the limit is.
    ///
    /// ```
    /// use countersign::sts::{Endpoint, GetSessionToken};
    ///
    /// let request = GetSessionToken::new().request(&Endpoint::regional("cn-north-1")?)?.into_unsigned();
    /// assert_eq!(request.uri(), "https://sts.cn-north-1.amazonaws.com.cn/");
    /// assert_eq!(request.body(), "Action=GetSessionToken&Version=2011-06-15");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, crate::Error> {
        let mut form = QueryForm::new("GetSessionToken");
        form.seconds(self.duration_seconds, &Seconds::SESSION)?;
        form.mfa(self.mfa.as_ref())?;
        Ok(form.into_to_sign(endpoint))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::Timestamp;
    /// use countersign::sts::GetSessionToken;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::OK, r#"<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey><SessionToken>AQoEXAMPLEH4aoAH0gNCAPy</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></GetSessionTokenResult></GetSessionTokenResponse>"#);
    /// let credentials = GetSessionToken::parse(status, body)?.credentials;
    /// assert_eq!(credentials.expiration(), Some("2026-01-01T13:00:00Z".parse::<Timestamp>()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<GetSessionTokenResponse, Error> {
        let action = "GetSessionToken";
        read(action, status, body.as_ref(), |result, request_id| {
            Ok(GetSessionTokenResponse {
                credentials: result.credentials()?,
                request_id,
            })
        })
    }
}

/// The answer to [`GetSessionToken`].
///
/// ```
/// use countersign::sts::GetSessionToken;
/// use http::StatusCode;
///
/// let body = "<GetSessionTokenResponse><GetSessionTokenResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
///         <SessionToken>token</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></GetSessionTokenResult></GetSessionTokenResponse>";
/// let answer = GetSessionToken::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.credentials.access_key_id(), "ASIAEXAMPLE");
/// assert!(answer.credentials.expiration().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetSessionTokenResponse {
    /// Temporary credentials, with their end.
    pub credentials: Credentials,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}

/// `GetFederationToken`: temporary credentials for a user that IAM does not know, from those of an
/// IAM user.
///
/// Signed, with long-term credentials. STS API Reference, "`GetFederationToken`".
///
/// ```
/// use countersign::sts::{Endpoint, GetFederationToken};
///
/// let mut ask = GetFederationToken::new("Bob");
/// ask.policy_arns = &["arn:aws:iam::aws:policy/ReadOnlyAccess"];
/// let request = ask.request(&Endpoint::regional("ap-south-1")?)?;
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetFederationToken<'a> {
    /// The user's name: 2 to 32 letters, digits and `_+=,.@-`.
    pub name: &'a str,
    /// A session policy, in JSON: 1 to 2048 characters. Without any the session may do nothing.
    pub policy: Option<&'a str>,
    /// How long the credentials live: 900 to 129600 seconds (the root user 3600 at most); without,
    /// twelve hours.
    pub duration_seconds: Option<u32>,
    /// Session tags, up to 50.
    pub tags: &'a [Tag<'a>],
    /// Managed policies as session policies, by ARN: up to 10.
    pub policy_arns: &'a [&'a str],
}

impl<'a> GetFederationToken<'a> {
    /// With what is required.
    pub fn new(name: &'a str) -> Self {
        Self {
            name,
            policy: None,
            duration_seconds: None,
            tags: &[],
            policy_arns: &[],
        }
    }

    /// The request.
    ///
    /// # Errors
    /// A parameter that is outside its limits: which, and what the limit is.
    ///
    /// ```
    /// use countersign::sts::{Endpoint, GetFederationToken, Tag};
    ///
    /// let mut ask = GetFederationToken::new("Bob");
    /// ask.tags = &[Tag { key: "a", value: "b" }];
    /// let request = ask.request(&Endpoint::regional("ap-south-1")?)?.into_unsigned();
    /// assert!(request.body().ends_with("&Name=Bob&Tags.member.1.Key=a&Tags.member.1.Value=b"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, crate::Error> {
        let mut form = QueryForm::new("GetFederationToken");
        form.text("Name", self.name, &Limit::FEDERATED_NAME)?;
        form.optional("Policy", self.policy, &Limit::POLICY)?;
        form.seconds(self.duration_seconds, &Seconds::SESSION)?;
        form.tags(self.tags)?;
        form.policy_arns(self.policy_arns)?;
        Ok(form.into_to_sign(endpoint))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::sts::GetFederationToken;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::OK, r#"<GetFederationTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetFederationTokenResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey><SessionToken>AQoEXAMPLEH4aoAH0gNCAPy</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials><FederatedUser><Arn>arn:aws:sts::123456789012:federated-user/Jean</Arn><FederatedUserId>123456789012:Jean</FederatedUserId></FederatedUser><PackedPolicySize>4</PackedPolicySize></GetFederationTokenResult></GetFederationTokenResponse>"#);
    /// let answer = GetFederationToken::parse(status, body)?;
    /// assert_eq!(answer.packed_policy_size, Some(4));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<GetFederationTokenResponse, Error> {
        let action = "GetFederationToken";
        read(action, status, body.as_ref(), |result, request_id| {
            Ok(GetFederationTokenResponse {
                credentials: result.credentials()?,
                federated_user: federated_user(result),
                packed_policy_size: result.side_number("PackedPolicySize"),
                request_id,
            })
        })
    }
}

/// The answer to [`GetFederationToken`].
///
/// ```
/// use countersign::sts::GetFederationToken;
/// use http::StatusCode;
///
/// let body = "<GetFederationTokenResponse><GetFederationTokenResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
///         <SessionToken>token</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials><FederatedUser>
///         <FederatedUserId>123456789012:Bob</FederatedUserId><Arn>arn:aws:sts::123456789012:federated-user/Bob</Arn></FederatedUser></GetFederationTokenResult></GetFederationTokenResponse>";
/// let answer = GetFederationToken::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.credentials.access_key_id(), "ASIAEXAMPLE");
/// assert!(answer.credentials.expiration().is_some());
/// assert!(answer.federated_user.is_some_and(|user| user.federated_user_id.is_some()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetFederationTokenResponse {
    /// Temporary credentials, with their end.
    pub credentials: Credentials,
    /// Whom they make.
    pub federated_user: Option<FederatedUser>,
    /// How much of the room for session policies and tags is taken, in percent.
    pub packed_policy_size: Option<u32>,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}

/// `GetWebIdentityToken`: a signed JSON Web Token that tells a service outside AWS who the caller is.
///
/// Signed. STS API Reference, "`GetWebIdentityToken`".
///
/// ```
/// use countersign::sts::{Endpoint, GetWebIdentityToken, SigningAlgorithm};
///
/// let ask = GetWebIdentityToken::new(&["https://api.example.com"], SigningAlgorithm::Es384);
/// let request = ask.request(&Endpoint::regional("eu-west-1")?)?;
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetWebIdentityToken<'a> {
    /// For whom the token is: 1 to 10 names of 1 to 1000 characters.
    pub audience: &'a [&'a str],
    /// How it is to be signed.
    pub signing_algorithm: SigningAlgorithm,
    /// How long it lives: 60 to 3600 seconds; without, 300.
    pub duration_seconds: Option<u32>,
    /// Tags to put into it, up to 50.
    pub tags: &'a [Tag<'a>],
}

impl<'a> GetWebIdentityToken<'a> {
    /// With what is required.
    pub fn new(audience: &'a [&'a str], signing_algorithm: SigningAlgorithm) -> Self {
        Self {
            audience,
            signing_algorithm,
            duration_seconds: None,
            tags: &[],
        }
    }

    /// The request.
    ///
    /// # Errors
    /// A parameter that is outside its limits: which, and what the limit is.
    ///
    /// ```
    /// use countersign::sts::{Endpoint, GetWebIdentityToken, SigningAlgorithm};
    ///
    /// let ask = GetWebIdentityToken::new(&["https://api.example.com", "b"], SigningAlgorithm::Es384);
    /// let request = ask.request(&Endpoint::regional("eu-west-1")?)?.into_unsigned();
    /// let audience = "&Audience.member.1=https%3A%2F%2Fapi.example.com&Audience.member.2=b";
    /// assert!(request.body().contains(audience));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, crate::Error> {
        let (name, limit) = ("Audience", "takes 1 to 10");
        if self.audience.is_empty() {
            return Err(crate::Error::invalid_parameter(name, limit));
        }
        let mut form = QueryForm::new("GetWebIdentityToken");
        form.list(name, self.audience, 10, limit, |form, member, audience| {
            form.text(member, audience, &Limit::AUDIENCE)
        })?;
        let algorithm = self.signing_algorithm.as_str();
        form.text("SigningAlgorithm", algorithm, &Limit::AUDIENCE)?;
        form.seconds(self.duration_seconds, &Seconds::WEB_IDENTITY)?;
        form.tags(self.tags)?;
        Ok(form.into_to_sign(endpoint))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::Timestamp;
    /// use countersign::sts::GetWebIdentityToken;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::OK, r#"<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult><WebIdentityToken>a.b.c</WebIdentityToken><Expiration>2025-01-01T00:05:00Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"#);
    /// let token = GetWebIdentityToken::parse(status, body)?.web_identity_token;
    /// assert_eq!(token.expiration(), Some("2025-01-01T00:05:00Z".parse::<Timestamp>()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<GetWebIdentityTokenResponse, Error> {
        let action = "GetWebIdentityToken";
        read(action, status, body.as_ref(), |result, request_id| {
            let token = BearerToken::new(result.required("WebIdentityToken")?);
            Ok(GetWebIdentityTokenResponse {
                web_identity_token: token.with_expiration(result.date("Expiration")?),
                request_id,
            })
        })
    }
}

/// The answer to [`GetWebIdentityToken`].
///
/// ```
/// use countersign::sts::GetWebIdentityToken;
/// use http::StatusCode;
///
/// let body = "<GetWebIdentityTokenResponse><GetWebIdentityTokenResult><WebIdentityToken>eyJh.bGci</WebIdentityToken>
///     <Expiration>2026-01-01T13:00:00Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>";
/// let answer = GetWebIdentityToken::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.web_identity_token.expose(), "eyJh.bGci");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetWebIdentityTokenResponse {
    /// The JSON Web Token, with its end.
    pub web_identity_token: BearerToken,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}

/// `GetDelegatedAccessToken`: credentials for what somebody has delegated, against a trade-in token.
///
/// Signed. STS API Reference, "`GetDelegatedAccessToken`".
///
/// ```
/// use countersign::sts::{Endpoint, GetDelegatedAccessToken};
///
/// let request = GetDelegatedAccessToken::new("tok+en/=").request(&Endpoint::regional("us-west-2")?)?;
/// assert!(!format!("{request:?}").contains("tok"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetDelegatedAccessToken<'a> {
    trade_in_token: Secret<'a>,
}

impl<'a> GetDelegatedAccessToken<'a> {
    /// With what is required.
    pub fn new(trade_in_token: &'a str) -> Self {
        Self {
            trade_in_token: Secret(trade_in_token),
        }
    }

    /// The request.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`](crate::Error::InvalidParameter) if the token is empty, contains a
    ///   control character, or begins or ends with white space
    ///
    /// ```
    /// use countersign::sts::{Endpoint, GetDelegatedAccessToken};
    ///
    /// let request = GetDelegatedAccessToken::new("tok+en/=").request(&Endpoint::fips("us-west-2")?)?;
    /// assert_eq!(
    ///     request.into_unsigned().body(),
    ///     "Action=GetDelegatedAccessToken&Version=2011-06-15&TradeInToken=tok%2Ben%2F%3D"
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, crate::Error> {
        let mut form = QueryForm::new("GetDelegatedAccessToken");
        form.token(
            "TradeInToken",
            self.trade_in_token.0,
            &Limit::TRADE_IN_TOKEN,
        )?;
        Ok(form.into_to_sign(endpoint))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::sts::GetDelegatedAccessToken;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::OK, r#"<GetDelegatedAccessTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetDelegatedAccessTokenResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey><SessionToken>AQoEXAMPLEH4aoAH0gNCAPy</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials><AssumedPrincipal>arn:aws:iam::123456789012:role/demo</AssumedPrincipal></GetDelegatedAccessTokenResult></GetDelegatedAccessTokenResponse>"#);
    /// let answer = GetDelegatedAccessToken::parse(status, body)?;
    /// assert_eq!(answer.assumed_principal.as_deref(), Some("arn:aws:iam::123456789012:role/demo"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<GetDelegatedAccessTokenResponse, Error> {
        let action = "GetDelegatedAccessToken";
        read(action, status, body.as_ref(), |result, request_id| {
            Ok(GetDelegatedAccessTokenResponse {
                credentials: result.credentials()?,
                packed_policy_size: result.side_number("PackedPolicySize"),
                assumed_principal: result.side_text("AssumedPrincipal"),
                request_id,
            })
        })
    }
}

/// The answer to [`GetDelegatedAccessToken`].
///
/// ```
/// use countersign::sts::GetDelegatedAccessToken;
/// use http::StatusCode;
///
/// let body = "<GetDelegatedAccessTokenResponse><GetDelegatedAccessTokenResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
///         <SessionToken>token</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials><AssumedPrincipal>arn:aws:iam::123456789012:role/demo</AssumedPrincipal></GetDelegatedAccessTokenResult></GetDelegatedAccessTokenResponse>";
/// let answer = GetDelegatedAccessToken::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.credentials.access_key_id(), "ASIAEXAMPLE");
/// assert!(answer.credentials.expiration().is_some());
/// assert!(answer.assumed_principal.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetDelegatedAccessTokenResponse {
    /// Temporary credentials, with their end.
    pub credentials: Credentials,
    /// How much of the room for session policies and tags is taken, in percent.
    pub packed_policy_size: Option<u32>,
    /// Whom they make, by ARN.
    pub assumed_principal: Option<String>,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}
