//! AWS CodeArtifact's authorization tokens, and what package managers want of them.
//!
//! A signed call gives a [`BearerToken`] that works at the domain's repositories, in the region that
//! made it, for twelve hours at most. CodeArtifact API Reference, "`GetAuthorizationToken`";
//! CodeArtifact User Guide, "AWS CodeArtifact authentication and tokens".
//!
//! ```
//! use countersign::{Credentials, bearer, codeartifact};
//! use time::macros::datetime;
//!
//! let ask = codeartifact::GetAuthorizationToken::new("my-domain", "us-west-2");
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let now = datetime!(2026-01-01 11:00 UTC);
//! let request = ask.request()?.sign(&credentials, now)?;
//! assert_eq!(
//!     request.uri(),
//!     "https://codeartifact.us-west-2.amazonaws.com/v1/authorization-token?domain=my-domain"
//! );
//!
//! // Send it; then:
//! # let response = http::Response::new(r#"{"authorizationToken":"eyJ2.abc","expiration":1767312000}"#);
//! let token = ask.parse(&response)?;
//! let repository = codeartifact::Repository::new("my-domain", "111122223333", "us-west-2", "repo")?;
//! assert_eq!(
//!     repository.pip_index_url(&token, now)?.expose(),
//!     "https://aws:eyJ2.abc@my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com/pypi/repo/simple/"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use serde_json::Value;

use crate::amz_date::from_epoch;
use crate::bearer::BearerToken;
use crate::scope::check_host_label;

mod repository;

pub use crate::service_error::ServiceError as Error;
pub use crate::to_sign::ToSign;
pub use repository::{Repository, SecretText};

/// The largest answer that is read, 64 KiB: a token has a few.
///
/// ```
/// use countersign::codeartifact::{GetAuthorizationToken, LARGEST_ANSWER};
///
/// // A client need read no more of a response than this.
/// let response = http::Response::new(vec![b' '; LARGEST_ANSWER + 1]);
/// let error = GetAuthorizationToken::new("my-domain", "us-west-2").parse(&response).unwrap_err();
/// assert_eq!(error.to_string(), "the answer of status 200 is larger than 64 KiB");
/// ```
pub const LARGEST_ANSWER: usize = 1 << 16;

const SERVICE: &str = "codeartifact";

/// `GetAuthorizationToken`: a bearer token for the repositories of a domain.
///
/// Signed; the root user may not call it.
///
/// ```
/// use countersign::codeartifact::GetAuthorizationToken;
///
/// let mut ask = GetAuthorizationToken::new("my-domain", "eu-west-1");
/// ask.domain_owner = Some("111122223333");
/// ask.duration_seconds = Some(600);
/// let error = ask.request().unwrap_err();
/// assert_eq!(error.to_string(), "the parameter `duration` takes 0, or 900 to 43200 seconds");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GetAuthorizationToken<'a> {
    /// The domain's name: 2 to 50 lower-case letters, digits and `-`.
    pub domain: &'a str,
    /// Where the domain is, and the token will work.
    pub region: &'a str,
    /// The account that owns the domain, in twelve digits; without, the caller's own.
    pub domain_owner: Option<&'a str>,
    /// How long the token lives: 900 to 43200 seconds, or 0 for as long as the credentials that
    /// signed the request; without, twelve hours.
    pub duration_seconds: Option<u32>,
}

impl<'a> GetAuthorizationToken<'a> {
    /// With what is required.
    ///
    /// ```
    /// use countersign::codeartifact::GetAuthorizationToken;
    ///
    /// let mut ask = GetAuthorizationToken::new("my-domain", "us-west-2");
    /// assert_eq!((ask.domain_owner, ask.duration_seconds), (None, None));
    /// ask.domain_owner = Some("111122223333"); // somebody else's domain
    /// ```
    pub fn new(domain: &'a str, region: &'a str) -> Self {
        Self {
            domain,
            region,
            domain_owner: None,
            duration_seconds: None,
        }
    }

    /// The request, for the region's endpoint.
    ///
    /// # Errors
    /// A parameter that is outside its limits: which, and what the limit is.
    ///
    /// ```
    /// use countersign::codeartifact::GetAuthorizationToken;
    ///
    /// let mut ask = GetAuthorizationToken::new("my-domain", "us-west-2");
    /// ask.duration_seconds = Some(900);
    /// let request = ask.request()?.into_unsigned();
    /// assert_eq!(
    ///     request.uri(),
    ///     "https://codeartifact.us-west-2.amazonaws.com/v1/authorization-token?domain=my-domain&duration=900"
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self) -> Result<ToSign, crate::Error> {
        check_host_label(self.region)?;
        self.request_to(&format!(
            "https://codeartifact.{}.amazonaws.com",
            self.region
        ))
    }

    /// The request, for another endpoint: a VPC's, or a server of one's own. `url` has no path.
    ///
    /// # Errors
    /// As [`request`](Self::request); and what is not an absolute URL.
    ///
    /// ```
    /// use countersign::codeartifact::GetAuthorizationToken;
    ///
    /// let ask = GetAuthorizationToken::new("my-domain", "us-west-2");
    /// let to_sign = ask.request_to("https://vpce-1234.api.codeartifact.us-west-2.vpce.amazonaws.com")?;
    /// assert_eq!((to_sign.service(), to_sign.region()), ("codeartifact", "us-west-2"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request_to(&self, url: &str) -> Result<ToSign, crate::Error> {
        check_domain(self.domain)?;
        let mut query = format!("domain={}", self.domain);
        if let Some(owner) = self.domain_owner {
            check_owner(owner)?;
            query = format!("{query}&domain-owner={owner}");
        }
        if let Some(seconds) = self.duration_seconds {
            if seconds != 0 && !(900..=43_200).contains(&seconds) {
                return Err(crate::Error::invalid_parameter(
                    "duration",
                    "takes 0, or 900 to 43200 seconds",
                ));
            }
            query = format!("{query}&duration={seconds}");
        }
        let url = url.trim_end_matches('/');
        let uri = format!("{url}/v1/authorization-token?{query}").parse::<Uri>();
        let absolute = uri.ok().filter(|uri| {
            uri.scheme().is_some()
                && uri.path() == "/v1/authorization-token"
                && uri.query() == Some(&query)
        });
        let Some(uri) = absolute else {
            return Err(crate::Error::NoEndpoint {
                region: self.region.to_owned(),
                problem: "not an absolute URL without path and query",
            });
        };
        let mut request = Request::new(String::new());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        Ok(ToSign {
            request,
            service: SERVICE,
            region: self.region.to_owned(),
        })
    }

    /// Reads the answer: a token for `codeartifact`, in the region of the request, until it ends.
    ///
    /// # Errors
    /// What CodeArtifact refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::codeartifact::GetAuthorizationToken;
    /// use http::Response;
    ///
    /// let ask = GetAuthorizationToken::new("my-domain", "us-west-2");
    /// let answer = Response::new(r#"{"authorizationToken":"eyJ2ZXIiOjF9.abc","expiration":1.7672688E9}"#);
    /// let token = ask.parse(&answer)?;
    /// assert_eq!((token.service(), token.region()), (Some("codeartifact"), Some("us-west-2")));
    ///
    /// let refusal = Response::builder().status(403).body(r#"{"code":"AccessDeniedException","message":"no"}"#)?;
    /// let error = ask.parse(&refusal).unwrap_err();
    /// assert_eq!((error.status().as_u16(), error.message()), (403, "no"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(&self, response: &Response<impl AsRef<[u8]>>) -> Result<BearerToken, Error> {
        let (status, body) = (response.status(), response.body().as_ref());
        if body.len() > LARGEST_ANSWER {
            return Err(Error::malformed(status, "is larger than 64 KiB"));
        }
        let answer = serde_json::from_slice::<Value>(body).ok();
        if !status.is_success() {
            return Err(error(status, response.headers(), answer));
        }
        let Some(answer) = answer else {
            return Err(Error::malformed(status, "is not JSON"));
        };
        let token = answer.get("authorizationToken").and_then(Value::as_str);
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Err(Error::malformed(status, "has no `authorizationToken`"));
        };
        let Some(expiration) = answer
            .get("expiration")
            .and_then(Value::as_f64)
            .and_then(from_epoch)
        else {
            return Err(Error::malformed(status, "has no `expiration`"));
        };
        Ok(BearerToken::new(token)
            .with_scope(SERVICE, self.region)
            .with_expiration(expiration))
    }
}

/// The code stands in a header, or in the body; a namespace may stand before it and a URL behind.
fn error(status: StatusCode, headers: &HeaderMap, answer: Option<Value>) -> Error {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let field = |name| answer.as_ref()?.get(name)?.as_str();
    let code = header("x-amzn-errortype")
        .or_else(|| field("__type"))
        .or_else(|| field("code"))
        .and_then(|code| code.split(':').next())
        .and_then(|code| code.rsplit('#').next())
        .map(str::trim);
    let Some(code) = code.filter(|code| !code.is_empty()) else {
        return Error::malformed(status, "names no error");
    };
    let message = field("message")
        .or_else(|| field("Message"))
        .unwrap_or_default();
    let request_id = header("x-amzn-requestid").map(str::to_owned);
    Error::refused(
        status,
        None,
        code.to_owned(),
        message.to_owned(),
        request_id,
    )
}

fn check_domain(domain: &str) -> Result<(), crate::Error> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let sound = (2..=50).contains(&domain.len())
        && domain.bytes().all(allowed)
        && domain.starts_with(|c: char| c.is_ascii_lowercase())
        && !domain.ends_with('-');
    if sound {
        Ok(())
    } else {
        let limit =
            "takes 2 to 50 lower-case letters, digits and `-`, a letter first and no `-` last";
        Err(crate::Error::invalid_parameter("domain", limit))
    }
}

fn check_owner(owner: &str) -> Result<(), crate::Error> {
    if owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(crate::Error::invalid_parameter(
            "domain-owner",
            "takes twelve digits",
        ))
    }
}
