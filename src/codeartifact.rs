//! AWS CodeArtifact's authorization tokens, and what package managers want of them.
//!
//! A signed call gives a [`BearerToken`] for the domain's repositories, in the region that made it,
//! for twelve hours at most. It can be attached to requests for the repositories' hosts only: those
//! for IPv4, those for IPv4 and IPv6, and those of VPC endpoints. CodeArtifact API Reference, "`GetAuthorizationToken`";
//! CodeArtifact User Guide, "AWS CodeArtifact authentication and tokens".
//!
//! ```
//! use countersign::{bearer, codeartifact, Credentials, Timestamp};
//!
//! let ask = codeartifact::GetAuthorizationToken::new("my-domain", "us-west-2");
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let now: Timestamp = "2026-01-01T11:00:00Z".parse()?;
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

use crate::bearer::BearerToken;
use crate::service::partition::Partition;
use crate::sigv4::date::from_epoch;
use crate::sigv4::scope::check_host_label;

mod repository;

pub use crate::aws_call::service_error::ServiceError as Error;
pub use crate::aws_call::signable_request::SignableRequest;
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
    /// Whether [`request`](Self::request) goes to the endpoint for IPv4 and IPv6,
    /// `codeartifact.REGION.api.aws`.
    pub dual_stack: bool,
    /// Whether [`request`](Self::request) goes to the endpoint that is validated under FIPS 140.
    pub fips: bool,
}

impl<'a> GetAuthorizationToken<'a> {
    /// With what is required.
    pub fn new(domain: &'a str, region: &'a str) -> Self {
        Self {
            domain,
            region,
            domain_owner: None,
            duration_seconds: None,
            dual_stack: false,
            fips: false,
        }
    }

    /// Creates the request for the region's endpoint, in the domain of the region's partition.
    ///
    /// # Errors
    /// - [`crate::Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`crate::Error::InvalidRegion`] if the region is not one label of a host name
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
    pub fn request(&self) -> Result<SignableRequest, crate::Error> {
        check_host_label(self.region)?;
        let (region, partition) = (self.region, Partition::of(self.region));
        let fips = if self.fips { "-fips" } else { "" };
        let domain = if self.dual_stack {
            format!("api.{}", partition.dual_stack_root())
        } else {
            partition.domain().to_owned()
        };
        self.request_to(&format!("https://{SERVICE}{fips}.{region}.{domain}"))
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
    pub fn request_to(&self, url: &str) -> Result<SignableRequest, crate::Error> {
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
        Ok(SignableRequest {
            request,
            service: SERVICE,
            region: self.region.to_owned(),
        })
    }

    /// Parses the response: a token for `codeartifact`, in the region of the request, until it
    /// expires.
    ///
    /// The token names the hosts of the domain's repositories. If the request named no
    /// [`domain_owner`](Self::domain_owner), any account's domain of that name is among them. For an
    /// emulator, or a name of your own, add a host with [`BearerToken::with_host`].
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
    /// assert!(token.hosts().eq([
    ///     "my-domain-############.d.codeartifact.us-west-2.amazonaws.com",
    ///     "my-domain-############.codeartifact.us-west-2.on.aws",
    ///     "*.d.codeartifact.us-west-2.vpce.amazonaws.com",
    /// ]));
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
        let patterns = host_patterns(self.domain, self.domain_owner, self.region);
        Ok(BearerToken::new(token)
            .with_scope(SERVICE, self.region)
            // A request with an invalid part was never sent: its token may go nowhere.
            .with_host_patterns(patterns.into_iter().flatten())
            .with_expiration(expiration))
    }
}

/// The hosts of a domain's repositories. The API's host is not among them: it takes signatures.
fn host_patterns(
    domain: &str,
    owner: Option<&str>,
    region: &str,
) -> Result<[String; 3], crate::Error> {
    check_domain(domain)?;
    check_host_label(region)?;
    owner.map_or(Ok(()), check_owner)?;
    // Without an owner it is the caller's account, which only AWS knows.
    let owner = owner.unwrap_or("############");
    Ok([
        repository_host(domain, owner, region, false),
        repository_host(domain, owner, region, true),
        format!(
            "*.d.{SERVICE}.{region}.vpce.{}",
            Partition::of(region).domain()
        ),
    ])
}

fn repository_host(domain: &str, owner: &str, region: &str, dual_stack: bool) -> String {
    let partition = Partition::of(region);
    if dual_stack {
        let root = partition.dual_stack_root();
        format!("{domain}-{owner}.{SERVICE}.{region}.on.{root}")
    } else {
        let suffix = partition.domain();
        format!("{domain}-{owner}.d.{SERVICE}.{region}.{suffix}")
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
