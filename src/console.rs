//! AWS Management Console: URLs that sign a user in with temporary credentials.
//!
//! Two steps create a URL that opens the console as a role, without a password:
//!
//! 1. [`GetSigninToken`] exchanges temporary credentials for a sign-in token. The request is not
//!    signed. It contains the credentials, so it is a `POST` over TLS.
//! 2. [`SigninToken::login_url`] returns the URL, which is valid for 15 minutes. Everyone who has it
//!    can sign in: redirect the user to it, and keep it out of logs.
//!
//! ```
//! use countersign::console::{ConsoleEndpoint, GetSigninToken};
//! use countersign::{Credentials, Timestamp};
//!
//! # let credentials = Credentials::new("ASIAEXAMPLE", "secret").with_session_token("token");
//! // `credentials` are those of `AssumeRole` or `GetFederationToken`.
//! let endpoint = ConsoleEndpoint::global();
//! let request = GetSigninToken::new(&credentials).request(&endpoint)?;
//! assert_eq!(request.uri(), "https://signin.aws.amazon.com/federation");
//! let start = "Action=getSigninToken&Session=%7B%22sessionId%22";
//! assert!(request.body().expose().starts_with(start));
//!
//! // Send `request.map(|body| body.expose().to_owned())`; then:
//! # let response = http::Response::new(r#"{"SigninToken":"TOKEN"}"#);
//! let now: Timestamp = "2026-11-29T12:00:00Z".parse()?;
//! let token = GetSigninToken::parse(&response, now)?;
//! let page = "https://console.aws.amazon.com/s3/home";
//! let url = token.login_url(&endpoint, page, None)?;
//! let start = "https://signin.aws.amazon.com/federation?Action=login&";
//! assert!(url.expose().starts_with(start));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! IAM User Guide, "Enable custom identity broker access to the AWS console".

use std::fmt;
use std::time::Duration;

use http::{Request, Response};
use zeroize::Zeroizing;

use crate::aws_call::json;
use crate::aws_call::limits;
use crate::aws_call::post::post_as;
use crate::aws_call::secret_text::SecretText;
use crate::aws_call::service_error::ServiceError;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::json::write_string;
use crate::primitives::percent::encode;
use crate::service::hosts::Api;
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

const FIFTEEN_MINUTES: Duration = Duration::from_secs(900);

/// The host where the console signs users in.
///
/// ```
/// use countersign::console::ConsoleEndpoint;
///
/// assert_eq!(ConsoleEndpoint::global().host(), "signin.aws.amazon.com");
/// assert_eq!(
///     ConsoleEndpoint::regional("eu-west-1")?.host(),
///     "eu-west-1.signin.aws.amazon.com"
/// );
/// assert_eq!(
///     ConsoleEndpoint::regional("cn-north-1")?.host(),
///     "signin.amazonaws.cn"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleEndpoint(String);

impl ConsoleEndpoint {
    /// Returns `signin.aws.amazon.com`, the host of the partition `aws`.
    pub fn global() -> Self {
        Self("signin.aws.amazon.com".to_owned())
    }

    /// Returns the host of a region. China and GovCloud have one host for all their regions.
    ///
    /// # Errors
    /// - [`Error::InvalidRegion`] if the region is not one label of a host name
    /// - [`Error::NoEndpoint`] if AWS documents no such host, as in the isolated partitions
    pub fn regional(region: &str) -> Result<Self, Error> {
        check_host_label(region)?;
        Ok(Self(Api::Console.host(region, false, false)?))
    }

    /// Returns the host name.
    pub fn host(&self) -> &str {
        &self.0
    }

    fn url(&self) -> String {
        format!("https://{}/federation", self.0)
    }
}

/// Where the credentials of a console session come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialsFrom {
    /// `AssumeRole`, `AssumeRoleWithSAML` or `AssumeRoleWithWebIdentity`. A session duration is
    /// allowed.
    AssumeRole,
    /// `AssumeRole` that was called with the credentials of another role.
    RoleChaining,
    /// `GetFederationToken`. The session lasts as long as the credentials.
    GetFederationToken,
}

/// `getSigninToken`: exchanges temporary credentials for a sign-in token.
///
/// ```
/// use countersign::Credentials;
/// use countersign::console::{ConsoleEndpoint, GetSigninToken};
///
/// let credentials =
///     Credentials::new("ASIAEXAMPLE", "s3cr3t").with_session_token("t0k3n");
/// let ask = GetSigninToken::new(&credentials);
/// let request = ask.request(&ConsoleEndpoint::global())?;
/// assert_eq!(request.method(), "POST");
/// assert!(!format!("{ask:?} {request:?}").contains("s3cr3t"));
///
/// // The console refuses long-term keys.
/// let long_term = Credentials::new("AKIDEXAMPLE", "s3cr3t");
/// assert!(
///     GetSigninToken::new(&long_term)
///         .request(&ConsoleEndpoint::global())
///         .is_err()
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct GetSigninToken<'a> {
    /// Temporary credentials.
    pub credentials: &'a Credentials,
    /// Where the credentials come from.
    pub credentials_from: CredentialsFrom,
    /// The length of the console session: 900 to 43200 seconds.
    ///
    /// Only allowed with [`CredentialsFrom::AssumeRole`]. A fraction of a second is dropped.
    pub session_duration: Option<Duration>,
}

impl<'a> GetSigninToken<'a> {
    /// Creates the call with credentials of `AssumeRole`, for a session of the default length.
    pub fn new(credentials: &'a Credentials) -> Self {
        Self {
            credentials,
            credentials_from: CredentialsFrom::AssumeRole,
            session_duration: None,
        }
    }

    /// Creates the request: a `POST` whose body contains the credentials. It is not signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the credentials have no session token, or if the session
    ///   duration is outside its limits or not allowed
    /// - everything [`Signer::sign`](crate::Signer::sign) returns for invalid credentials
    pub fn request(&self, endpoint: &ConsoleEndpoint) -> Result<Request<SecretText>, Error> {
        let body = SecretText::new(self.query()?);
        post_as("application/x-www-form-urlencoded", &endpoint.url(), body)
    }

    /// Returns the request as a URL for a `GET`, the form in most of AWS's examples.
    ///
    /// The URL contains the credentials, and clients and proxies log URLs. Prefer
    /// [`request`](Self::request).
    ///
    /// # Errors
    /// - everything [`request`](Self::request) returns
    pub fn get_url(&self, endpoint: &ConsoleEndpoint) -> Result<SecretText, Error> {
        let query = self.query()?;
        let url = [endpoint.url().as_str(), "?", query.as_str()].concat();
        Ok(SecretText::new(url))
    }

    fn query(&self) -> Result<Zeroizing<String>, Error> {
        self.credentials.check()?;
        let Some(token) = self.credentials.session_token() else {
            let problem = "must be temporary: the console takes no long-term keys";
            return Err(Error::invalid_parameter("credentials", problem));
        };
        if self.session_duration.is_some() && self.credentials_from != CredentialsFrom::AssumeRole {
            let problem = "is not allowed with GetFederationToken or with chained roles";
            return Err(Error::invalid_parameter("SessionDuration", problem));
        }
        let seconds = limits::seconds("SessionDuration", self.session_duration, 900..=43_200)?;

        let id = self.credentials.access_key_id();
        let secret = self.credentials.secret_key().expose();
        // A string that grows leaves a copy of the secret in freed memory, so the capacity is
        // sufficient from the start. JSON escapes take up to six bytes for one.
        let length = 6 * (id.len() + secret.len() + token.expose().len()) + 64;
        let mut session = Zeroizing::new(String::with_capacity(length));
        for (name, value) in [
            ("{\"sessionId\":", id),
            (",\"sessionKey\":", secret),
            (",\"sessionToken\":", token.expose()),
        ] {
            session.push_str(name);
            write_string(&mut session, value);
        }
        session.push('}');
        let mut query = Zeroizing::new(String::with_capacity(3 * session.len() + 64));
        query.push_str("Action=getSigninToken");
        if let Some(seconds) = seconds {
            query.push_str(&format!("&SessionDuration={seconds}"));
        }
        query.push_str("&Session=");
        encode(session.as_bytes(), &mut *query);
        Ok(query)
    }

    /// Parses the response. `now` is the time at which the request was sent.
    ///
    /// # Errors
    /// - [`ServiceError`] if AWS refused the request, usually with an HTML page, or the response
    ///   cannot be parsed
    pub fn parse(
        response: &Response<impl AsRef<[u8]>>,
        now: impl Into<Timestamp>,
    ) -> Result<SigninToken, ServiceError> {
        json::read(response, |fields| {
            Ok(SigninToken {
                text: SecretText::new(fields.required("SigninToken")?),
                expires_at: now.into() + FIFTEEN_MINUTES,
            })
        })
    }
}

impl fmt::Debug for GetSigninToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetSigninToken")
            .field("credentials_from", &self.credentials_from)
            .field("session_duration", &self.session_duration)
            .finish_non_exhaustive()
    }
}

/// A sign-in token, for one URL within 15 minutes.
///
/// ```
/// use countersign::console::{ConsoleEndpoint, GetSigninToken};
/// use countersign::Timestamp;
///
/// let response = http::Response::new(r#"{"SigninToken":"TOKEN"}"#);
/// let now: Timestamp = "2026-11-29T12:00:00Z".parse()?;
/// let token = GetSigninToken::parse(&response, now)?;
/// assert_eq!(token.expires_at().to_string(), "2026-11-29T12:15:00Z");
/// let page = "https://console.aws.amazon.com/";
/// // After the session, the console sends the user there for a new sign-in URL.
/// let issuer = Some("https://broker.example.com/login");
/// let url = token.login_url(&ConsoleEndpoint::global(), page, issuer)?;
/// assert!(url.expose().ends_with("&SigninToken=TOKEN"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SigninToken {
    text: SecretText,
    expires_at: Timestamp,
}

impl SigninToken {
    /// Creates a token that another program fetched.
    pub fn new(token: impl Into<String>, expires_at: impl Into<Timestamp>) -> Self {
        Self {
            text: SecretText::new(token.into()),
            expires_at: expires_at.into(),
        }
    }

    /// Returns the URL that signs a user in and opens a page of the console.
    ///
    /// `destination` is the URL of that page. `issuer` is the URL to which the console sends the user
    /// after the session, to sign in again.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the destination is not an absolute `https` URL, or if the
    ///   token is empty
    pub fn login_url(
        &self,
        endpoint: &ConsoleEndpoint,
        destination: &str,
        issuer: Option<&str>,
    ) -> Result<SecretText, Error> {
        let host = destination.strip_prefix("https://").unwrap_or_default();
        let host = host.split(['/', '?', '#']).next().unwrap_or_default();
        let in_host = |b: u8| b.is_ascii_alphanumeric() || b"-.:".contains(&b);
        if host.is_empty() || !host.bytes().all(in_host) || destination.contains(char::is_control) {
            let problem = "must be an absolute URL of `https`";
            return Err(Error::invalid_parameter("Destination", problem));
        }
        let token = self.text.expose();
        if token.is_empty() {
            return Err(Error::invalid_parameter("SigninToken", "is empty"));
        }
        let mut start = format!("{}?Action=login", endpoint.url());
        if let Some(issuer) = issuer {
            start.push_str("&Issuer=");
            start.push_str(&encode_segment(issuer));
        }
        start.push_str("&Destination=");
        start.push_str(&encode_segment(destination));
        start.push_str("&SigninToken=");
        let mut url = Zeroizing::new(String::with_capacity(start.len() + 3 * token.len()));
        url.push_str(&start);
        encode(token.as_bytes(), &mut *url);
        Ok(SecretText::new(url))
    }

    /// Returns the time when the token expires: 15 minutes after its request.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}
