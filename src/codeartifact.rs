//! AWS CodeArtifact: authorization tokens, and settings for package managers.
//!
//! A signed `GetAuthorizationToken` call returns a [`BearerToken`] for the repositories of a domain.
//! The token is valid in its region, for at most twelve hours. It can be attached only to requests
//! to the repositories' hosts: the IPv4 and dual-stack hosts, and those of VPC endpoints.
//!
//! [`bearer::authorize`](crate::bearer::authorize) attaches the token to a request. [`Repository`]
//! returns the settings of npm, pip and Cargo.
//!
//! CodeArtifact API Reference, "`GetAuthorizationToken`"; CodeArtifact User Guide, "AWS CodeArtifact
//! authentication and tokens".
//!
//! ```
//! use countersign::codeartifact::{GetAuthorizationToken, Repository};
//! use countersign::{Credentials, Timestamp};
//!
//! let operation = GetAuthorizationToken::new("my-domain", "us-west-2");
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let now: Timestamp = "2026-01-01T11:00:00Z".parse()?;
//! let request = operation.request()?.sign(&credentials, now)?;
//! assert!(request.headers().contains_key("authorization"));
//!
//! // Send it, and parse the response:
//! let body = r#"{"authorizationToken":"eyJ2.abc","expiration":1767312000}"#;
//! let response = http::Response::new(body);
//! let token = operation.parse(&response)?;
//! let repository =
//!     Repository::new("my-domain", "111122223333", "us-west-2", "repo")?;
//! let url = repository.pip_index_url(&token, now)?;
//! let host = "my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com";
//! let expected = format!("https://aws:eyJ2.abc@{host}/pypi/repo/simple/");
//! assert_eq!(url.expose(), expected);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use http::Response;

use crate::aws_call::json;
use crate::aws_call::post::post;
use crate::aws_call::{Endpoint, ServiceError, SignableRequest};
use crate::bearer::BearerToken;
use crate::error::Error;
use crate::service::hosts::Api;
use crate::service::partition::Partition;
use crate::sigv4::scope::check_host_label;

mod repository;

pub use crate::aws_call::secret_text::SecretText;
pub use repository::Repository;

const SERVICE: &str = "codeartifact";

/// `GetAuthorizationToken`: a bearer token for the repositories of a domain.
///
/// - Permissions: `codeartifact:GetAuthorizationToken` and `sts:GetServiceBearerToken`. The root user
///   cannot call it.
/// - Lifetime: 12 hours, or [`duration_seconds`](Self::duration_seconds).
///
/// The request must be signed.
///
/// ```
/// use countersign::codeartifact::GetAuthorizationToken;
///
/// let mut operation = GetAuthorizationToken::new("my-domain", "us-west-2");
/// operation.duration_seconds = Some(900);
/// let request = operation.request()?.into_unsigned();
/// assert_eq!(request.uri().query(), Some("domain=my-domain&duration=900"));
///
/// // Sign and send it; then:
/// let body = r#"{"authorizationToken":"eyJ2.abc","expiration":1767312000}"#;
/// let token = operation.parse(&http::Response::new(body))?;
/// assert_eq!(token.service(), Some("codeartifact"));
/// assert_eq!(token.region(), Some("us-west-2"));
/// assert!(token.hosts().eq([
///     "my-domain-############.d.codeartifact.us-west-2.amazonaws.com",
///     "my-domain-############.codeartifact.us-west-2.on.aws",
///     "*.d.codeartifact.us-west-2.vpce.amazonaws.com",
/// ]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GetAuthorizationToken<'a> {
    /// The domain's name: 2 to 50 lowercase letters, digits and `-`.
    pub domain: &'a str,
    /// The region of the domain, in which the token is valid.
    pub region: &'a str,
    /// The ID of the account that owns the domain, 12 digits. Default: the caller's account.
    pub domain_owner: Option<&'a str>,
    /// The token's lifetime in seconds: 900 to 43200, or 0. Default: twelve hours.
    ///
    /// With 0 the token expires with the credentials that signed the request.
    pub duration_seconds: Option<u32>,
    /// Whether [`request`](Self::request) uses the dual-stack endpoint.
    ///
    /// It is `codeartifact.REGION.api.aws`, for IPv4 and IPv6.
    pub dual_stack: bool,
    /// Whether [`request`](Self::request) uses the FIPS endpoint.
    pub fips: bool,
}

impl<'a> GetAuthorizationToken<'a> {
    /// Creates the operation with its required parameters.
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
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::InvalidRegion`] if the region is not one label of a host name
    /// - [`Error::NoEndpoint`] if CodeArtifact has no such endpoint in the region
    pub fn request(&self) -> Result<SignableRequest, Error> {
        check_host_label(self.region)?;
        let mut endpoint = Endpoint::regional(self.region)?;
        if self.fips {
            endpoint = endpoint.with_fips();
        }
        if self.dual_stack {
            endpoint = endpoint.with_dual_stack();
        }
        self.request_at(&endpoint)
    }

    /// Creates the [`request`](Self::request) for another endpoint: a VPC endpoint or an emulator.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::NoEndpoint`] if `url` is not an absolute URL of `http` or `https` without user
    ///   and query
    pub fn request_to(&self, url: &str) -> Result<SignableRequest, Error> {
        self.request_at(&Endpoint::custom(url, self.region)?)
    }

    fn request_at(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        check_domain(self.domain)?;
        let mut query = format!("domain={}", self.domain);
        if let Some(owner) = self.domain_owner {
            check_owner(owner)?;
            query = format!("{query}&domain-owner={owner}");
        }
        if let Some(seconds) = self.duration_seconds {
            if seconds != 0 && !(900..=43_200).contains(&seconds) {
                return Err(Error::invalid_parameter(
                    "duration",
                    "must be 0, or between 900 and 43200 s",
                ));
            }
            query = format!("{query}&duration={seconds}");
        }
        let origin = endpoint.origin(Api::CodeArtifact)?;
        let url = format!("{origin}/v1/authorization-token?{query}");
        let request = post(&url, String::new())?;
        Ok(SignableRequest::new(request, SERVICE, endpoint))
    }

    /// Parses the response into a token, with its scope, hosts and expiration.
    ///
    /// The hosts are those of the domain's repositories. Without
    /// [`domain_owner`](Self::domain_owner), they include the domains of that name in all accounts.
    /// For an emulator or a custom host name, add a host with [`BearerToken::with_host`].
    ///
    /// # Errors
    /// - [`ServiceError`] if CodeArtifact responded with an error, or the response cannot be parsed
    pub fn parse(
        &self,
        response: &Response<impl AsRef<[u8]>>,
    ) -> Result<BearerToken, ServiceError> {
        let patterns = host_patterns(self.domain, self.domain_owner, self.region);
        json::read(response, |fields| {
            // Invalid parameters fail in `request`. If they are changed after it, the token gets no
            // host, and so cannot be sent.
            Ok(BearerToken::new(fields.required("authorizationToken")?)
                .with_scope(SERVICE, self.region)
                .with_host_patterns(patterns.into_iter().flatten())
                .with_expiration(fields.date("expiration")?))
        })
    }
}

/// The hosts of a domain's repositories, without that of the API, which needs signatures.
fn host_patterns(domain: &str, owner: Option<&str>, region: &str) -> Result<[String; 3], Error> {
    check_domain(domain)?;
    check_host_label(region)?;
    owner.map_or(Ok(()), check_owner)?;
    // Without an owner it is the caller's account, which is unknown here.
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

fn check_domain(domain: &str) -> Result<(), Error> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let sound = (2..=50).contains(&domain.len())
        && domain.bytes().all(allowed)
        && domain.starts_with(|c: char| c.is_ascii_lowercase())
        && !domain.ends_with('-');
    if sound {
        Ok(())
    } else {
        let limit = "must be 2 to 50 lowercase letters, digits and `-`, with a letter first and no `-` last";
        Err(Error::invalid_parameter("domain", limit))
    }
}

fn check_owner(owner: &str) -> Result<(), Error> {
    if owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(Error::invalid_parameter(
            "domain-owner",
            "must be 12 digits",
        ))
    }
}
