//! The actions that make a web identity token, or take a trade-in token.

use super::form::QueryForm;
use super::limits;
use super::parameters::{Secret, SigningAlgorithm, SubjectMode, Tag};
use super::response::response;
use crate::aws_call::SignableRequest;
use crate::aws_call::endpoint::Endpoint;
use crate::bearer::BearerToken;
use crate::credentials::Credentials;
use crate::error::Error;

/// `GetWebIdentityToken`: a signed JSON Web Token that proves the caller to services outside AWS.
///
/// Signed. The global endpoint does not serve it. STS API Reference, "`GetWebIdentityToken`".
///
/// ```
/// use countersign::sts::{Endpoint, GetWebIdentityToken};
/// use countersign::sts::{SigningAlgorithm, SubjectMode};
///
/// let audience = ["https://api.example.com"];
/// let algorithm = SigningAlgorithm::Es384;
/// let mut action = GetWebIdentityToken::new(&audience, algorithm);
/// action.subject_mode = Some(SubjectMode::OriginIdentity);
/// action.scope = Some("read write");
/// assert!(action.request(&Endpoint::regional("eu-west-1")?).is_ok());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetWebIdentityToken<'a> {
    /// The services that the token is for: 1 to 10 names of 1 to 1000 characters.
    pub audience: &'a [&'a str],
    /// How AWS signs the token.
    pub signing_algorithm: SigningAlgorithm,
    /// How long the token is valid: 60 to 3600 seconds, 300 if it is not set.
    pub duration_seconds: Option<u32>,
    /// OAuth 2.0 scopes with one space between them: 1 to 256 characters, no scope twice.
    ///
    /// Only with [`SubjectMode::OriginIdentity`] and one audience.
    pub scope: Option<&'a str>,
    /// Whose identity the token states, the caller's if it is not set.
    pub subject_mode: Option<SubjectMode>,
    /// Up to 50 tags, which become claims of the token.
    pub tags: &'a [Tag<'a>],
}

impl<'a> GetWebIdentityToken<'a> {
    /// Creates the action with its required parameters.
    pub fn new(audience: &'a [&'a str], signing_algorithm: SigningAlgorithm) -> Self {
        Self {
            audience,
            signing_algorithm,
            duration_seconds: None,
            scope: None,
            subject_mode: None,
            tags: &[],
        }
    }

    /// Creates the request, which has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::InvalidParameter`] if there is a scope without [`SubjectMode::OriginIdentity`], or
    ///   with several audiences
    /// - [`Error::NoEndpoint`] if the endpoint is the global one
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::regional("GetWebIdentityToken", endpoint)?;
        form.texts(&limits::AUDIENCE, &limits::AUDIENCE_ITEM, self.audience)?;
        form.choice("SigningAlgorithm", self.signing_algorithm.as_str());
        form.number(&limits::WEB_IDENTITY_TOKEN_DURATION, self.duration_seconds)?;
        if let Some(scope) = self.scope {
            self.check_scope(scope)?;
            form.text(&limits::SCOPE, scope)?;
        }
        if let Some(mode) = self.subject_mode {
            form.choice("SubjectMode", mode.as_str());
        }
        form.tags(self.tags)?;
        form.into_signable(endpoint)
    }

    /// What the model says of scopes besides their length and characters.
    fn check_scope(&self, scope: &str) -> Result<(), Error> {
        let origin = self.subject_mode == Some(SubjectMode::OriginIdentity);
        let problem = if !origin || self.audience.len() != 1 {
            "must not be set without `SubjectMode` `OriginIdentity` and exactly one audience"
        } else if !limits::SCOPE.admits(scope) {
            limits::SCOPE.problem
        } else if scope.split(' ').any(str::is_empty) {
            "must have exactly one space between two scopes, and none at its ends"
        } else if has_duplicates(scope.split(' ').collect()) {
            "must not contain a duplicate scope"
        } else {
            return Ok(());
        };
        Err(Error::invalid_parameter(limits::SCOPE.name, problem))
    }
}

fn has_duplicates(mut texts: Vec<&str>) -> bool {
    texts.sort_unstable();
    texts.windows(2).any(|pair| pair.first() == pair.last())
}

response! {
    GetWebIdentityToken<'_>, "GetWebIdentityToken";
    /// ```
    /// # let (status, body) = (http::StatusCode::OK, r#"<GetWebIdentityTokenResponse><GetWebIdentityTokenResult><WebIdentityToken>a.b.c</WebIdentityToken><Expiration>2026-01-01T00:05:00Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"#);
    /// let response = countersign::sts::GetWebIdentityToken::parse(status, body)?;
    /// let expiration = response.web_identity_token.expiration();
    /// assert_eq!(expiration, Some("2026-01-01T00:05:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse;

    /// The response to [`GetWebIdentityToken`].
    #[derive(Clone, Debug)]
    pub struct GetWebIdentityTokenResponse |result| {
        /// The JSON Web Token with its expiration.
        pub web_identity_token: BearerToken = result.web_identity_token()?,
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
/// # Ok::<(), countersign::Error>(())
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
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::new("GetDelegatedAccessToken");
        form.text(&limits::TRADE_IN_TOKEN, self.trade_in_token.0)?;
        form.into_signable(endpoint)
    }
}

response! {
    GetDelegatedAccessToken<'_>, "GetDelegatedAccessToken";
    /// ```
    /// # let (status, body) = (http::StatusCode::OK, r#"<GetDelegatedAccessTokenResponse><GetDelegatedAccessTokenResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></GetDelegatedAccessTokenResult></GetDelegatedAccessTokenResponse>"#);
    /// use countersign::sts::GetDelegatedAccessToken;
    ///
    /// let response = GetDelegatedAccessToken::parse(status, body)?;
    /// assert_eq!(response.credentials.access_key_id(), "ASIAEXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse;

    /// The response to [`GetDelegatedAccessToken`].
    #[derive(Clone, Debug)]
    pub struct GetDelegatedAccessTokenResponse |result| {
        /// Temporary credentials with their expiration.
        pub credentials: Credentials = result.credentials()?,
        /// The share of an older limit for policies and tags, in percent. Deprecated by AWS.
        pub packed_policy_size: Option<u32> = result.side_number("PackedPolicySize"),
        /// The ARN of the principal that they belong to.
        pub assumed_principal: Option<String> = result.side_text("AssumedPrincipal"),
    }
}
