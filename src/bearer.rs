//! Bearer tokens: what some services want instead of a signature.
//!
//! A service bearer token is fetched with a signed request. It works only at the service that made
//! it, in the region that made it, until it expires (IAM User Guide, "Service bearer tokens").
//! Every program that reads the token can use it. So [`authorize`] compares the request's own URI
//! with the token before it attaches it:
//!
//! | token | where it may go |
//! |---|---|
//! | from [`codeartifact`](crate::codeartifact) | the domain's repositories, by `https` |
//! | with [`with_host`](BearerToken::with_host) | also that host, by `https` |
//! | with [`allow_any_host`](BearerToken::allow_any_host) | every host, by `https` |
//! | with none of these | nowhere: [`Error::BearerTokenWithoutHost`] |
//!
//! `http` is taken for loopback hosts (`127.0.0.0/8`, `[::1]`, `localhost` and `*.localhost`), and
//! for all hosts of the token after [`allow_http`](BearerToken::allow_http).
//!
//! A request whose URI has only a path does not say where it goes. For it
//! [`header_value_for`](BearerToken::header_value_for) makes the header's value.
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
//! let mut request = http::Request::get(format!("https://{host}/npm/r/left-pad")).body(())?;
//! bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", now)?;
//! assert_eq!(request.headers()["authorization"], "Bearer eyJ2ZXIiOjF9.abc");
//!
//! // Not to another host, and not without TLS.
//! for uri in ["https://evil.example/".to_owned(), format!("http://{host}/")] {
//!     let mut request = http::Request::get(uri).body(())?;
//!     assert!(bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", now).is_err());
//! }
//! // Not for another service or region, and not later.
//! assert!(bearer::authorize(&mut request, &token, "codeartifact", "eu-west-1", now).is_err());
//! assert!(bearer::authorize(&mut request, &token, "bedrock", "us-west-2", now).is_err());
//! let later: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! assert!(bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", later).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::credentials::ends_within;
use crate::error::Error;
use crate::primitives::base64::encode_secret;
use crate::primitives::constant_time::same;
use crate::request::HttpRequest;
use crate::timestamp::Timestamp;

mod home;
mod refusal;

use home::{Home, Target};

pub use refusal::Refusal;

/// A bearer token: zeroised when dropped, never printed.
///
/// Anything can be stored. An invalid token is refused when it is used.
///
/// - Without a host ([`with_host`](Self::with_host)) it can be attached to no request.
/// - Without a scope ([`with_scope`](Self::with_scope)) it is taken for every service and region.
/// - Without an expiration it is taken at any time.
///
/// ```
/// use countersign::Timestamp;
/// use std::time::Duration;
/// use countersign::bearer::{BearerToken, Scheme};
///
/// let token = BearerToken::new("eyJ2...").with_scope("codeartifact", "us-west-2")
///     .with_expiration("2026-01-01T12:00:00Z".parse::<Timestamp>()?).sent_as(Scheme::Bare);
/// assert_eq!((token.service(), token.region()), (Some("codeartifact"), Some("us-west-2")));
/// assert_eq!(token.form(), &Scheme::Bare);
/// assert!(token.expires_within(Duration::from_secs(300), "2026-01-01T11:56:00Z".parse::<Timestamp>()?));
/// assert!(!format!("{token:?}").contains("eyJ2"));
/// # Ok::<(), countersign::ParseTimestampError>(())
/// ```
#[derive(Clone, Debug)]
pub struct BearerToken {
    text: Text,
    scope: Option<Scope>,
    home: Home,
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

/// How a token is sent.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::bearer::{self, BearerToken, Scheme};
/// # let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
///
/// // Cargo's own way.
/// let host = "d-111122223333.d.codeartifact.us-west-2.amazonaws.com";
/// let token = BearerToken::new("TOKEN").with_host(host).sent_as(Scheme::Bare);
/// let mut request = http::Request::get("https://d-111122223333.d.codeartifact.us-west-2.amazonaws.com/cargo/r/").body(())?;
/// bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", now)?;
/// assert_eq!(request.headers()["authorization"], "TOKEN");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Scheme {
    /// `Authorization: Bearer TOKEN` (RFC 6750): most services, npm and Swift registries.
    Bearer,
    /// `Authorization: Basic`, with the token for password (RFC 7617): pip, twine, Maven, Gradle
    /// and NuGet send CodeArtifact's tokens with the user `aws`.
    Basic {
        /// The user name; it holds no colon.
        user: String,
    },
    /// `Authorization: Basic TOKEN`, for a token that is user and password already: Amazon ECR's.
    BasicEncoded,
    /// `Authorization: TOKEN`: Cargo sends a registry's token without any scheme.
    Bare,
    /// `x-amz-sso_bearer_token: TOKEN`: the portal of IAM Identity Center.
    SsoHeader,
}

impl Scheme {
    /// The name of the header that carries the token.
    pub fn header_name(&self) -> HeaderName {
        match self {
            Self::SsoHeader => HeaderName::from_static("x-amz-sso_bearer_token"),
            Self::Bearer | Self::Basic { .. } | Self::BasicEncoded | Self::Bare => AUTHORIZATION,
        }
    }
}

impl BearerToken {
    /// A token as it was handed out, for [`Scheme::Bearer`].
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            text: Text(Arc::new(Zeroizing::new(token.into()))),
            scope: None,
            home: Home::default(),
            expiration: None,
            form: Scheme::Bearer,
        }
    }

    /// Says where it works: at the service (by its signing name) and in the region that made it.
    #[must_use]
    pub fn with_scope(mut self, service: impl Into<String>, region: impl Into<String>) -> Self {
        self.scope = Some(Scope {
            service: service.into(),
            region: region.into(),
        });
        self
    }

    /// Adds a host that the token may be sent to: a name or an address, with its port if that is not
    /// 443.
    ///
    /// Letter case does not matter. Subdomains are other hosts, and so are other ports. An invalid
    /// host, such as a URL, is an error when the token is used.
    #[must_use]
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.home.add(host.into());
        self
    }

    /// Adds hosts that a service's module knows: `*` is one label, `#` is one digit.
    #[cfg(any(feature = "codeartifact", feature = "ecr", feature = "signin"))]
    pub(crate) fn with_host_patterns(mut self, patterns: impl IntoIterator<Item = String>) -> Self {
        for pattern in patterns {
            self.home.add_pattern(pattern);
        }
        self
    }

    /// Allows every host. The caller then answers for where the token goes.
    ///
    /// It is for a token whose hosts the program cannot know. All other rules hold: `https` only,
    /// and no request that is ambiguous about its host.
    #[must_use]
    pub fn allow_any_host(mut self) -> Self {
        self.home.allow_any_host();
        self
    }

    /// Allows `http` for all hosts of the token, where everyone on the way can read it.
    ///
    /// Loopback hosts need no permission.
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.home.allow_http();
        self
    }

    /// Says when it ends. Using it at that time or later is an error.
    #[must_use]
    pub fn with_expiration(mut self, expiration: impl Into<Timestamp>) -> Self {
        let expiration = expiration.into();
        self.expiration = Some(expiration);
        self
    }

    /// Says how it is sent.
    #[must_use]
    pub fn sent_as(mut self, form: Scheme) -> Self {
        self.form = form;
        self
    }

    /// The token itself: the one way out.
    pub fn expose(&self) -> &str {
        &self.text.0
    }

    /// The service at which it works, where that was said.
    pub fn service(&self) -> Option<&str> {
        self.scope.as_ref().map(|scope| scope.service.as_str())
    }

    /// The region in which it works, where that was said.
    pub fn region(&self) -> Option<&str> {
        self.scope.as_ref().map(|scope| scope.region.as_str())
    }

    /// The hosts that the token names. In those of a service's module `*` is one label and `#` is
    /// one digit.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.home.hosts()
    }

    /// When it ends, where that was said.
    pub fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }

    /// How it is sent.
    pub fn form(&self) -> &Scheme {
        &self.form
    }

    /// Whether it ends within that time from `now`, or has ended: time to fetch a new one.
    pub fn expires_within(&self, duration: Duration, now: impl Into<Timestamp>) -> bool {
        let now = now.into();
        ends_within(self.expiration, duration, now)
    }

    /// Whether two tokens are the same text, in a time that depends on their lengths alone.
    pub fn matches(&self, other: &Self) -> bool {
        same(self.expose().as_bytes(), other.expose().as_bytes())
    }

    /// Checks that the token may be used at a service, in a region, at a time.
    ///
    /// It knows no request, so it does not check the host. [`authorize`] does.
    ///
    /// # Errors
    /// - [`Error::BearerTokenForAnotherService`] or [`Error::BearerTokenForAnotherRegion`] if the
    ///   token's scope says so
    /// - [`Error::BearerTokenExpired`] if it has expired at `now`
    /// - [`Error::InvalidBearerToken`] if it has not the syntax of RFC 6750
    ///
    /// ```
    /// use countersign::Timestamp;
    /// use countersign::Error;
    /// use countersign::bearer::BearerToken;
    /// # let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    ///
    /// let token = BearerToken::new("TOKEN").with_scope("codeartifact", "us-west-2");
    /// token.check("codeartifact", "us-west-2", now)?;
    /// // Read from a file, with its line break.
    /// let refused = BearerToken::new("TOKEN\n").check("codeartifact", "us-west-2", now);
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
        if let Some(expiration) = self.expiration.filter(|expiration| *expiration <= now) {
            return Err(Error::BearerTokenExpired { expiration, now });
        }
        problem(self.expose()).map_or(Ok(()), |problem| Err(Error::InvalidBearerToken(problem)))
    }

    /// The same for a text that names its host itself, as a package manager's setting does: a token
    /// that says where it may go must name this host too.
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
        self.home.check(&Target::https(host)?)
    }

    #[cfg(feature = "codeartifact")]
    pub(crate) fn names_no_host(&self) -> bool {
        self.home.is_open()
    }

    /// Returns the header's value for a request whose URI has no host, in the token's [`Scheme`].
    ///
    /// `host` is where the caller sends the request, with its port if that is not 443. The caller
    /// vouches for it, and for TLS on the connection. The header's name is
    /// [`Scheme::header_name`]. The value is marked sensitive.
    ///
    /// # Errors
    /// - [`Error::BearerTokenExpired`] or [`Error::InvalidBearerToken`] as in [`check`](Self::check)
    /// - [`Error::BearerTokenHost`] if `host` is malformed
    /// - [`Error::BearerTokenForAnotherHost`] or [`Error::BearerTokenWithoutHost`] if the token does
    ///   not name the host
    /// - [`Error::InvalidParameter`] if a host of [`with_host`](Self::with_host) is malformed, or a
    ///   user name that HTTP Basic cannot carry
    ///
    /// ```
    /// use countersign::Timestamp;
    /// use countersign::Error;
    /// use countersign::bearer::{self, BearerToken};
    /// # let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    ///
    /// let token = BearerToken::new("TOKEN").with_host("registry.example.com");
    /// let mut request = http::Request::get("/npm/left-pad").body(())?;
    /// let refused = bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", now);
    /// assert_eq!(refused, Err(Error::BearerTokenNeedsUri));
    ///
    /// let value = token.header_value_for("registry.example.com", now)?;
    /// request.headers_mut().insert(token.form().header_name(), value);
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
        self.home.check(&Target::https(host)?)?;
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
                let problem = "holds a colon or a control character";
                return Err(Error::invalid_parameter("user", problem));
            }
            let pair = Zeroizing::new(format!("{user}:{}", self.expose()));
            line.push_str(&encode_secret(pair.as_bytes()));
        } else {
            line.push_str(self.expose());
        }
        // Only ASCII that can be seen, and single spaces, come this far.
        let mut value = HeaderValue::from_str(&line)
            .map_err(|_| Error::InvalidBearerToken("cannot be sent in a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The token of an incoming request, for servers: what stands behind `Bearer`, in whatever case
    /// that is written. It is a claim: compare it ([`matches`](Self::matches)) before you believe it.
    ///
    /// # Errors
    /// What to answer when there is none, two, or one that is malformed.
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

/// Attaches a token to a request, in the token's [`Scheme`].
///
/// The request's URI says where the token goes, and must be a host that the token names. `service`
/// and `region` are what the caller means to call; they are compared with the token's scope.
///
/// The header is replaced, and its value marked sensitive. After an error the request is unchanged.
///
/// # Errors
/// - everything [`BearerToken::check`] returns
/// - [`Error::BearerTokenNeedsUri`] if the URI has no scheme or no host
/// - [`Error::BearerTokenNeedsHttps`] if the scheme is not `https`, other than `http` to a loopback
///   host or after [`allow_http`](BearerToken::allow_http)
/// - [`Error::BearerTokenHost`] if the URI has user information, a dot after its host, an invalid
///   host or port, or if a `host` header differs from it
/// - [`Error::BearerTokenForAnotherHost`] or [`Error::BearerTokenWithoutHost`] if the token does not
///   name the host
/// - [`Error::InvalidParameter`] if a host of [`with_host`](BearerToken::with_host) is malformed, or
///   a user name that HTTP Basic cannot carry
/// - [`Error::TooManyHeaders`] if the request cannot take another header
///
/// ```
/// use countersign::Timestamp;
/// use countersign::bearer::{self, BearerToken};
/// # let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
///
/// let token = BearerToken::new("bedrock-api-key-EXAMPLE")
///     .with_host("bedrock-runtime.us-east-1.amazonaws.com");
/// let mut request = http::Request::post("https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke").body(())?;
/// bearer::authorize(&mut request, &token, "bedrock", "us-east-1", now)?;
/// assert_eq!(request.headers()["authorization"], "Bearer bedrock-api-key-EXAMPLE");
/// assert!(request.headers()["authorization"].is_sensitive());
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
    token.home.check(&target)?;
    let value = token.header_value()?;
    let headers = request.headers_mut();
    headers.try_reserve(1).map_err(|_| Error::TooManyHeaders)?;
    headers.insert(token.form.header_name(), value);
    Ok(())
}

/// The name of the environment variable in which AWS's tools look for a service's bearer token. This
/// crate reads none.
///
/// AWS SDKs and Tools Reference Guide; Amazon Bedrock User Guide, "API keys".
///
/// ```
/// use countersign::bearer::environment_variable;
///
/// assert_eq!(environment_variable("bedrock"), "AWS_BEARER_TOKEN_BEDROCK");
/// assert_eq!(environment_variable("bedrock-agentcore"), "AWS_BEARER_TOKEN_BEDROCK_AGENTCORE");
/// ```
pub fn environment_variable(service: &str) -> String {
    let name = service.to_ascii_uppercase().replace(['-', ' '], "_");
    format!("AWS_BEARER_TOKEN_{name}")
}

/// What keeps a text from being `b64token`, the syntax of RFC 6750, section 2.1.
fn problem(token: &str) -> Option<&'static str> {
    let body = token.trim_end_matches('=');
    let part_of_it = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
    };
    if token.is_empty() {
        Some("is empty")
    } else if token
        .bytes()
        .any(|byte| byte == b' ' || byte.is_ascii_control())
    {
        Some("holds white space or a control character")
    } else if body.is_empty() || !body.bytes().all(part_of_it) {
        Some("holds a character that no bearer token has")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntax_of_rfc_6750() {
        for token in ["a", "mF_9.B5f-4.1JqM", "a=", "a==", "a+/~b===", "0"] {
            assert_eq!(problem(token), None, "{token}");
        }
        for token in ["=", "==", "a=b", "a:b", "a,b", "a\"", "é", "a%20", "a|b"] {
            assert_eq!(
                problem(token),
                Some("holds a character that no bearer token has"),
                "{token}"
            );
        }
    }
}
