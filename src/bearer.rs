//! Bearer tokens: `Authorization: Bearer TOKEN` (RFC 6750), instead of a signature.
//!
//! A program fetches a token with a signed request. The token is valid until it expires, for the
//! service and the region that issued it (IAM User Guide, "Service bearer tokens"). Every program
//! that reads the token can use it. [`authorize`] therefore checks the request's URI before it
//! attaches the token:
//!
//! | token | allowed hosts, by `https` |
//! |---|---|
//! | from [`codeartifact`](crate::codeartifact), [`ecr`](crate::ecr), [`signin`](crate::signin) or for Bedrock from [`tokens`](crate::tokens) | those of the service |
//! | with [`with_host`](BearerToken::with_host) | also that host |
//! | with [`allow_any_host`](BearerToken::allow_any_host) | every host |
//! | with none of these | none: [`Error::BearerTokenWithoutHost`] |
//!
//! `http` is allowed for loopback hosts: `127.0.0.0/8`, `[::1]`, `localhost` and `*.localhost`.
//! [`allow_http`](BearerToken::allow_http) allows it for all hosts of the token.
//!
//! A URI that is only a path has no host to check. Use
//! [`header_value_for`](BearerToken::header_value_for) for such a request.
//!
//! An HTTP client that follows redirects must drop the header when the host changes.
//!
//! ```
//! use countersign::Timestamp;
//! use countersign::bearer::{self, BearerToken};
//!
//! let host = "my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com";
//! let token = BearerToken::new("eyJ2ZXIiOjF9.abc")
//!     .with_scope("codeartifact", "us-west-2")
//!     .with_host(host)
//!     .with_expiration("2026-01-01T12:00:00Z".parse::<Timestamp>()?);
//! let now: Timestamp = "2026-01-01T11:00:00Z".parse()?;
//!
//! let url = format!("https://{host}/npm/r/left-pad");
//! let mut request = http::Request::get(url).body(())?;
//! bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", now)?;
//! assert_eq!(
//!     request.headers()["authorization"],
//!     "Bearer eyJ2ZXIiOjF9.abc"
//! );
//!
//! // An error for another host, another region, or after the expiration.
//! let mut other = http::Request::get("https://evil.example/").body(())?;
//! let (service, region) = ("codeartifact", "us-west-2");
//! let result = bearer::authorize(&mut other, &token, service, region, now);
//! assert!(result.is_err());
//! assert!(token.check(service, "eu-west-1", now).is_err());
//! let late: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! assert!(token.check(service, region, late).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::credentials::{ends_within, expired};
use crate::error::Error;
use crate::error::credential::CredentialProblem;
use crate::primitives::base64::encode_secret;
use crate::primitives::constant_time::same;
use crate::request::HttpRequest;
use crate::timestamp::Timestamp;

mod hosts;
mod refusal;

use hosts::{Hosts, Target};

pub use crate::error::host::HostProblem;
pub use refusal::Refusal;

/// A bearer token with the hosts, service and region that it is for.
///
/// It is zeroised when dropped, and `Debug` does not print it. Any text can be stored: an invalid
/// token is an error when it is used.
///
/// - Without a host ([`with_host`](Self::with_host)) it cannot be attached to a request.
/// - Without a scope ([`with_scope`](Self::with_scope)) it is valid for every service and region.
/// - Without an expiration it is valid at any time.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::bearer::{BearerToken, Scheme};
/// use std::time::Duration;
///
/// let token = BearerToken::new("eyJ2...")
///     .with_scope("codeartifact", "us-west-2")
///     .with_expiration("2026-01-01T12:00:00Z".parse::<Timestamp>()?)
///     .sent_as(Scheme::Bare);
/// assert_eq!(token.service(), Some("codeartifact"));
/// assert_eq!(token.region(), Some("us-west-2"));
/// assert_eq!(token.form(), &Scheme::Bare);
/// let now: Timestamp = "2026-01-01T11:56:00Z".parse()?;
/// assert!(token.expires_within(Duration::from_secs(300), now));
/// assert!(!format!("{token:?}").contains("eyJ2"));
/// # Ok::<(), countersign::ParseTimestampError>(())
/// ```
#[derive(Clone, Debug)]
pub struct BearerToken {
    text: Text,
    scope: Option<Scope>,
    hosts: Hosts,
    expiration: Option<Timestamp>,
    form: Scheme,
}

#[derive(Clone)]
struct Text(Arc<Zeroizing<String>>);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}

#[derive(Clone, Debug)]
struct Scope {
    service: String,
    region: String,
}

/// The header that a token is sent in, and its form there.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::bearer::{self, BearerToken, Scheme};
/// # let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
///
/// // Cargo sends a registry's token without a scheme.
/// let host = "d-111122223333.d.codeartifact.us-west-2.amazonaws.com";
/// let token = BearerToken::new("TOKEN")
///     .with_host(host)
///     .sent_as(Scheme::Bare);
/// let url = format!("https://{host}/cargo/r/");
/// let mut request = http::Request::get(url).body(())?;
/// bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", now)?;
/// assert_eq!(request.headers()["authorization"], "TOKEN");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Scheme {
    /// `Authorization: Bearer TOKEN` (RFC 6750), for most services and for npm and Swift registries.
    Bearer,
    /// `Authorization: Basic`, with the token as the password (RFC 7617).
    ///
    /// pip, twine, Maven, Gradle and NuGet use it for CodeArtifact, with the user `aws`.
    Basic {
        /// The user name, without a colon.
        user: String,
    },
    /// `Authorization: Basic TOKEN`, for a token that is the base64 of user and password, as Amazon
    /// ECR's.
    BasicEncoded,
    /// `Authorization: TOKEN`, as Cargo sends a registry's token.
    Bare,
    /// `x-amz-sso_bearer_token: TOKEN`, for the portal of IAM Identity Center.
    SsoHeader,
}

impl Scheme {
    /// Returns the name of the header that carries the token.
    pub fn header_name(&self) -> HeaderName {
        match self {
            Self::SsoHeader => HeaderName::from_static("x-amz-sso_bearer_token"),
            Self::Bearer | Self::Basic { .. } | Self::BasicEncoded | Self::Bare => AUTHORIZATION,
        }
    }
}

impl BearerToken {
    /// Creates a token from the text that the service issued, sent as [`Scheme::Bearer`].
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            text: Text(Arc::new(Zeroizing::new(token.into()))),
            scope: None,
            hosts: Hosts::default(),
            expiration: None,
            form: Scheme::Bearer,
        }
    }

    /// Sets the service (by its signing name) and the region that issued the token.
    #[must_use]
    pub fn with_scope(mut self, service: impl Into<String>, region: impl Into<String>) -> Self {
        self.scope = Some(Scope {
            service: service.into(),
            region: region.into(),
        });
        self
    }

    /// Adds a host that the token may be sent to.
    ///
    /// `host` is a name or an IP address, with its port unless that is 443. Letter case does not
    /// matter. A subdomain or another port is another host. An invalid host, such as a URL, is an
    /// error when the token is used.
    #[must_use]
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.add(host.into());
        self
    }

    /// Adds patterns of hosts: `*` is one label, `#` is one digit.
    #[allow(dead_code, reason = "only some features make tokens")]
    pub(crate) fn with_host_patterns(mut self, patterns: impl IntoIterator<Item = String>) -> Self {
        for pattern in patterns {
            self.hosts.add_pattern(pattern);
        }
        self
    }

    /// Allows every host, so that the caller must check where the token is sent.
    ///
    /// Use it for a token whose hosts the program cannot know. The other rules still apply: `https`
    /// only, and an unambiguous host.
    #[must_use]
    pub fn allow_any_host(mut self) -> Self {
        self.hosts.allow_any_host();
        self
    }

    /// Allows `http` for all hosts of the token, although the network can then read it.
    ///
    /// `http` to a loopback host is always allowed.
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.hosts.allow_http();
        self
    }

    /// Sets when the token expires. Using it at that time or later is an error.
    #[must_use]
    pub fn with_expiration(mut self, expiration: impl Into<Timestamp>) -> Self {
        let expiration = expiration.into();
        self.expiration = Some(expiration);
        self
    }

    /// Sets the form in which the token is sent.
    #[must_use]
    pub fn sent_as(mut self, form: Scheme) -> Self {
        self.form = form;
        self
    }

    /// Returns the token itself. It is a secret.
    pub fn expose(&self) -> &str {
        &self.text.0
    }

    /// Returns the signing name of the service, if [`with_scope`](Self::with_scope) set one.
    pub fn service(&self) -> Option<&str> {
        self.scope.as_ref().map(|scope| scope.service.as_str())
    }

    /// Returns the region, if [`with_scope`](Self::with_scope) set one.
    pub fn region(&self) -> Option<&str> {
        self.scope.as_ref().map(|scope| scope.region.as_str())
    }

    /// Returns the hosts that the token may be sent to.
    ///
    /// In the hosts of tokens that a call returned, `*` is one label and `#` is one digit.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.hosts()
    }

    /// Returns when the token expires, if that is set.
    pub fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }

    /// Returns the form in which the token is sent.
    pub fn form(&self) -> &Scheme {
        &self.form
    }

    /// Whether the token has expired at `now`, or expires within `duration` after it.
    ///
    /// Always `false` if no expiration is set.
    pub fn expires_within(&self, duration: Duration, now: impl Into<Timestamp>) -> bool {
        let now = now.into();
        ends_within(self.expiration, duration, now)
    }

    /// Whether two tokens are the same text, compared in constant time.
    ///
    /// The time depends on the two lengths only.
    pub fn matches(&self, other: &Self) -> bool {
        same(self.expose().as_bytes(), other.expose().as_bytes())
    }

    /// Checks the token's scope, expiration and syntax.
    ///
    /// It does not check the host, because it gets no request. [`authorize`] does.
    ///
    /// # Errors
    /// - [`Error::BearerTokenForAnotherService`] if the token's scope names another service
    /// - [`Error::BearerTokenForAnotherRegion`] if the token's scope names another region
    /// - [`Error::BearerTokenExpired`] if the token has expired at `now`
    /// - [`Error::InvalidBearerToken`] if the token does not have the syntax of RFC 6750
    ///
    /// ```
    /// use countersign::Error;
    /// use countersign::Timestamp;
    /// use countersign::bearer::BearerToken;
    /// # let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    ///
    /// let token =
    ///     BearerToken::new("TOKEN").with_scope("codeartifact", "us-west-2");
    /// token.check("codeartifact", "us-west-2", now)?;
    /// // A token from a file, with the line break at its end.
    /// let token = BearerToken::new("TOKEN\n");
    /// let refused = token.check("codeartifact", "us-west-2", now);
    /// assert!(matches!(refused, Err(Error::InvalidBearerToken(_))));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn check(
        &self,
        service: &str,
        region: &str,
        now: impl Into<Timestamp>,
    ) -> Result<(), Error> {
        let now = now.into();
        if let Some(scope) = &self.scope {
            if scope.service != service {
                return Err(Error::BearerTokenForAnotherService {
                    scope: scope.service.clone(),
                    service: service.to_owned(),
                });
            }
            if scope.region != region {
                return Err(Error::BearerTokenForAnotherRegion {
                    scope: scope.region.clone(),
                    region: region.to_owned(),
                });
            }
        }
        self.check_text(now)
    }

    fn check_text(&self, now: Timestamp) -> Result<(), Error> {
        if let Some(expiration) = expired(self.expiration, now) {
            return Err(Error::BearerTokenExpired { expiration, now });
        }
        problem(self.expose()).map_or(Ok(()), |problem| Err(Error::InvalidBearerToken(problem)))
    }

    /// Checks the token for a setting of a package manager, which contains the host.
    ///
    /// A token without hosts passes.
    #[cfg(feature = "codeartifact")]
    pub(crate) fn check_at(
        &self,
        (service, region): (&str, &str),
        host: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.check(service, region, now)?;
        if self.names_no_host() {
            return Ok(());
        }
        self.hosts.check(&Target::https(host)?)
    }

    #[cfg(feature = "codeartifact")]
    pub(crate) fn names_no_host(&self) -> bool {
        self.hosts.is_open()
    }

    /// Returns the header value for a request whose URI has no host.
    ///
    /// `host` is the host that the caller is connected to, with its port unless that is 443. The
    /// caller makes sure that this is so, and that the connection uses TLS. The header's name is
    /// [`Scheme::header_name`]. The value is marked sensitive.
    ///
    /// # Errors
    /// - [`Error::BearerTokenExpired`] if the token has expired at `now`
    /// - [`Error::InvalidBearerToken`] if the token does not have the syntax of RFC 6750
    /// - [`Error::BearerTokenHost`] if `host` is malformed
    /// - [`Error::BearerTokenForAnotherHost`] if the token names other hosts only
    /// - [`Error::BearerTokenWithoutHost`] if the token names no host
    /// - [`Error::InvalidParameter`] if a host from [`with_host`](Self::with_host) or the user name
    ///   of [`Scheme::Basic`] is malformed
    ///
    /// ```
    /// use countersign::Error;
    /// use countersign::Timestamp;
    /// use countersign::bearer::{self, BearerToken};
    /// # let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    ///
    /// let token = BearerToken::new("TOKEN").with_host("registry.example.com");
    /// let mut request = http::Request::get("/npm/left-pad").body(())?;
    /// let refused = bearer::authorize(
    ///     &mut request,
    ///     &token,
    ///     "codeartifact",
    ///     "us-west-2",
    ///     now,
    /// );
    /// assert_eq!(refused, Err(Error::BearerTokenNeedsUri));
    ///
    /// let value = token.header_value_for("registry.example.com", now)?;
    /// request
    ///     .headers_mut()
    ///     .insert(token.form().header_name(), value);
    /// assert!(token.header_value_for("evil.example", now).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn header_value_for(
        &self,
        host: &str,
        now: impl Into<Timestamp>,
    ) -> Result<HeaderValue, Error> {
        let now = now.into();
        self.check_text(now)?;
        self.hosts.check(&Target::https(host)?)?;
        self.header_value()
    }

    fn header_value(&self) -> Result<HeaderValue, Error> {
        let scheme = match &self.form {
            Scheme::Bearer => "Bearer ",
            Scheme::Basic { .. } | Scheme::BasicEncoded => "Basic ",
            Scheme::Bare | Scheme::SsoHeader => "",
        };
        let mut line = Zeroizing::new(String::with_capacity(scheme.len() + self.expose().len()));
        line.push_str(scheme);
        if let Scheme::Basic { user } = &self.form {
            if user.contains(':') || user.chars().any(char::is_control) {
                let problem = "contains a colon or a control character";
                return Err(Error::invalid_parameter("user", problem));
            }
            let pair = Zeroizing::new(format!("{user}:{}", self.expose()));
            line.push_str(&encode_secret(pair.as_bytes()));
        } else {
            line.push_str(self.expose());
        }
        let mut value = HeaderValue::from_str(&line)
            .map_err(|_| Error::InvalidBearerToken(CredentialProblem::NotHeaderValue))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Parses the token of an incoming request, for a server.
    ///
    /// It is the token after `Authorization: Bearer`, in any letter case. It is unverified: compare
    /// it with [`matches`](Self::matches). [`Refusal`] has an example.
    ///
    /// # Errors
    /// - [`Refusal::MissingToken`] if there is no `authorization` header, or one with another scheme
    /// - [`Refusal::InvalidRequest`] if there are two `authorization` headers, or the token is
    ///   malformed
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = match (values.next(), values.next()) {
            (None, _) => return Err(Refusal::MissingToken),
            (Some(value), None) => value,
            (Some(_), Some(_)) => return Err(Refusal::InvalidRequest),
        };
        let value = value.to_str().map_err(|_| Refusal::InvalidRequest)?;
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(Refusal::MissingToken);
        }
        let token = token.trim_matches(' ');
        if problem(token).is_some() {
            return Err(Refusal::InvalidRequest);
        }
        Ok(Self::new(token))
    }
}

/// Attaches a bearer token to a request, in the token's [`Scheme`].
///
/// The host of the request's URI must be one that the token names. `service` and `region` are those
/// that the caller calls, and are compared with the token's scope.
///
/// An existing header is replaced. The value is marked sensitive. After an error the request is
/// unchanged.
///
/// # Errors
/// - everything [`BearerToken::check`] returns
/// - [`Error::BearerTokenNeedsUri`] if the URI has no scheme or no host
/// - [`Error::BearerTokenNeedsHttps`] if the scheme is `http` to a host other than loopback without
///   [`allow_http`](BearerToken::allow_http), or neither `http` nor `https`
/// - [`Error::BearerTokenHost`] if the URI has user information, an invalid host or port, or a host
///   that ends in a dot, or if a `host` header differs from it
/// - [`Error::BearerTokenForAnotherHost`] if the token names other hosts only
/// - [`Error::BearerTokenWithoutHost`] if the token names no host
/// - [`Error::InvalidParameter`] if a host from [`with_host`](BearerToken::with_host) or the user
///   name of [`Scheme::Basic`] is malformed
/// - [`Error::TooManyHeaders`] if the request has no room for another header
///
/// ```
/// use countersign::Timestamp;
/// use countersign::bearer::{self, BearerToken};
/// # let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
///
/// let host = "bedrock-runtime.us-east-1.amazonaws.com";
/// let token = BearerToken::new("bedrock-api-key-EXAMPLE").with_host(host);
/// let url = format!("https://{host}/model/m/invoke");
/// let mut request = http::Request::post(url).body(())?;
/// bearer::authorize(&mut request, &token, "bedrock", "us-east-1", now)?;
/// let value = &request.headers()["authorization"];
/// assert_eq!(value, "Bearer bedrock-api-key-EXAMPLE");
/// assert!(value.is_sensitive());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn authorize<R: HttpRequest>(
    request: &mut R,
    token: &BearerToken,
    service: &str,
    region: &str,
    now: impl Into<Timestamp>,
) -> Result<(), Error> {
    let now = now.into();
    token.check(service, region, now)?;
    let target = Target::of(request.uri(), request.headers())?;
    token.hosts.check(&target)?;
    let value = token.header_value()?;
    let headers = request.headers_mut();
    headers.try_reserve(1).map_err(|_| Error::TooManyHeaders)?;
    headers.insert(token.form.header_name(), value);
    Ok(())
}

/// Returns the environment variable in which AWS's tools look for a service's bearer token.
///
/// This crate does not read it.
///
/// AWS SDKs and Tools Reference Guide; Amazon Bedrock User Guide, "API keys".
///
/// ```
/// use countersign::bearer::environment_variable;
///
/// assert_eq!(environment_variable("bedrock"), "AWS_BEARER_TOKEN_BEDROCK");
/// let name = environment_variable("bedrock-agentcore");
/// assert_eq!(name, "AWS_BEARER_TOKEN_BEDROCK_AGENTCORE");
/// ```
pub fn environment_variable(service: &str) -> String {
    let name = service.to_ascii_uppercase().replace(['-', ' '], "_");
    format!("AWS_BEARER_TOKEN_{name}")
}

/// The rule of `b64token` (RFC 6750, section 2.1) that a text breaks.
fn problem(token: &str) -> Option<CredentialProblem> {
    let body = token.trim_end_matches('=');
    let allowed = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
    };
    if token.is_empty() {
        Some(CredentialProblem::Empty)
    } else if token
        .bytes()
        .any(|byte| byte == b' ' || byte.is_ascii_control())
    {
        Some(CredentialProblem::Whitespace)
    } else if body.is_empty() || !body.bytes().all(allowed) {
        Some(CredentialProblem::NotBearerSyntax)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_the_syntax_of_rfc_6750() {
        for token in ["a", "mF_9.B5f-4.1JqM", "a=", "a==", "a+/~b===", "0"] {
            assert_eq!(problem(token), None, "{token}");
        }
        for token in ["=", "==", "a=b", "a:b", "a,b", "a\"", "é", "a%20", "a|b"] {
            assert_eq!(
                problem(token),
                Some(CredentialProblem::NotBearerSyntax),
                "{token}"
            );
        }
    }
}
