//! Amazon ECR and ECR Public: logins for Docker.
//!
//! One signed call returns a user name and a password for the registry. They expire after 12 hours.
//!
//! 1. Create a request: [`GetAuthorizationToken`] for private registries, or
//!    [`GetPublicAuthorizationToken`] for `public.ecr.aws`.
//! 2. Sign it and send it with your HTTP client.
//! 3. Parse the response. Each [`RegistryLogin`] contains the arguments of `docker login`.
//!
//! ```
//! use countersign::aws_call::Endpoint;
//! use countersign::{Credentials, Timestamp, bearer, ecr};
//!
//! let ask = ecr::GetAuthorizationToken::new();
//! let endpoint = Endpoint::regional("eu-west-1")?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let now: Timestamp = "2026-11-29T01:00:00Z".parse()?;
//! let request = ask.request(&endpoint)?.sign(&credentials, now)?;
//! assert_eq!(request.uri(), "https://api.ecr.eu-west-1.amazonaws.com/");
//!
//! // Send it; then:
//! # let response = http::Response::new(r#"{"authorizationData":[{"authorizationToken":"QVdTOnNlY3JldA==","expiresAt":1795957200,"proxyEndpoint":"https://111122223333.dkr.ecr.eu-west-1.amazonaws.com"}]}"#);
//! let login = ask.parse(&endpoint, &response)?.swap_remove(0);
//! // docker login --username AWS --password-stdin https://111122223333.dkr.ecr.…
//! assert_eq!((login.username(), login.password().expose()), ("AWS", "secret"));
//! let server = "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com";
//! assert_eq!(login.server(), Some(server));
//!
//! // Or call the registry's own API:
//! let mut request = http::Request::get(format!("{server}/v2/")).body(())?;
//! bearer::authorize(&mut request, login.token(), "ecr", "eu-west-1", now)?;
//! assert_eq!(request.headers()["authorization"], "Basic QVdTOnNlY3JldA==");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Amazon ECR API Reference, Amazon ECR Public API Reference, "`GetAuthorizationToken`".

mod login;

use http::Response;

use crate::aws_call::endpoint::Endpoint;
use crate::aws_call::json;
use crate::aws_call::json::object::JsonObject;
use crate::aws_call::service_error::ServiceError;
use crate::aws_call::signable_request::SignableRequest;
use crate::error::Error;
use crate::service::hosts::Api;
use crate::service::partition::Partition;

pub use login::RegistryLogin;

const SERVICE: &str = "ecr";
const PUBLIC: &str = "ecr-public";

/// `GetAuthorizationToken`: a login for the private registries of a region.
///
/// - Permission: `ecr:GetAuthorizationToken`. The login has the permissions of the caller.
/// - Lifetime: 12 hours.
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::ecr::GetAuthorizationToken;
///
/// let endpoint = Endpoint::regional("us-gov-east-1")?.with_fips();
/// let request = GetAuthorizationToken::new()
///     .request(&endpoint)?
///     .into_unsigned();
/// assert_eq!(
///     request.uri(),
///     "https://api.ecr-fips.us-gov-east-1.amazonaws.com/"
/// );
/// assert_eq!(
///     request.headers()["x-amz-target"],
///     "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct GetAuthorizationToken<'a> {
    /// The accounts whose registries the response lists, up to ten.
    ///
    /// AWS has deprecated this parameter: a login works at every registry that the caller may access.
    pub registry_ids: &'a [&'a str],
}

impl GetAuthorizationToken<'_> {
    /// Creates the call for the caller's own registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates the request for an endpoint. It has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if there are more than ten registry IDs, or if one is not
    ///   twelve digits
    /// - [`Error::NoEndpoint`] if the region has no such host
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let is_account = |id: &&str| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
        if self.registry_ids.len() > 10 || !self.registry_ids.iter().all(is_account) {
            let problem = "must be at most 10 account IDs of 12 digits";
            return Err(Error::invalid_parameter("registryIds", problem));
        }
        let operation = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
        let body = JsonObject::new().texts("registryIds", self.registry_ids);
        let request = body.into_aws_json(&endpoint.url(Api::Ecr)?, operation)?;
        Ok(SignableRequest::new(request, SERVICE, endpoint))
    }

    /// Parses the response: one login, or one for each registry ID.
    ///
    /// # Errors
    /// - [`ServiceError`] if ECR responded with an error, or the response cannot be parsed
    pub fn parse(
        &self,
        endpoint: &Endpoint,
        response: &Response<impl AsRef<[u8]>>,
    ) -> Result<Vec<RegistryLogin>, ServiceError> {
        json::read(response, |fields| {
            let data = fields.required_list("authorizationData")?;
            data.into_iter()
                .map(|data| {
                    let server = data.text("proxyEndpoint")?;
                    let region = endpoint.region();
                    RegistryLogin::read(&data, SERVICE, region, server, registry_hosts(region))
                })
                .collect()
        })
    }
}

/// The hosts of a region's registries. `#` is one digit of the account ID.
fn registry_hosts(region: &str) -> Vec<String> {
    const ACCOUNT: &str = "############";
    let partition = Partition::of(region);
    let domain = partition.domain();
    let mut hosts = vec![
        format!("{ACCOUNT}.dkr.ecr.{region}.{domain}"),
        format!("{ACCOUNT}.dkr.ecr-fips.{region}.{domain}"),
    ];
    if matches!(partition, Partition::Aws | Partition::GovCloud) {
        hosts.push(format!("{ACCOUNT}.dkr-ecr.{region}.on.aws"));
        hosts.push(format!("{ACCOUNT}.dkr-ecr-fips.{region}.on.aws"));
    }
    hosts
}

/// `GetAuthorizationToken` of ECR Public: a login for `public.ecr.aws`.
///
/// - Permissions: `ecr-public:GetAuthorizationToken` and `sts:GetServiceBearerToken`. ECR Public
///   needs the second one to request a token from STS on behalf of the caller.
/// - Lifetime: 12 hours.
/// - Region: always `us-east-1`. The login works from everywhere.
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::ecr::GetPublicAuthorizationToken;
///
/// let ask = GetPublicAuthorizationToken::new();
/// let endpoint = Endpoint::regional("us-east-1")?;
/// let request = ask.request(&endpoint)?.into_unsigned();
/// assert_eq!(request.uri(), "https://api.ecr-public.us-east-1.amazonaws.com/");
/// assert!(ask.request(&Endpoint::regional("eu-west-1")?).is_err());
///
/// // Send it; then:
/// # let response = http::Response::new(r#"{"authorizationData":{"authorizationToken":"QVdTOnNlY3JldA==","expiresAt":1795957200}}"#);
/// let login = ask.parse(&endpoint, &response)?;
/// assert_eq!(login.server(), Some("public.ecr.aws"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct GetPublicAuthorizationToken {}

impl GetPublicAuthorizationToken {
    /// Creates the call, which has no parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates the request for an endpoint in `us-east-1`. It has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the region is not `us-east-1`
    /// - [`Error::NoEndpoint`] if there is no such host: ECR Public has none for FIPS
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        if endpoint.region() != "us-east-1" && !endpoint.is_custom() {
            let problem = "must be us-east-1, the only region of ECR Public";
            return Err(Error::invalid_parameter("region", problem));
        }
        let operation = "SpencerFrontendService.GetAuthorizationToken";
        let url = endpoint.url(Api::EcrPublic)?;
        let request = JsonObject::new().into_aws_json(&url, operation)?;
        Ok(SignableRequest::new(request, PUBLIC, endpoint))
    }

    /// Parses the response.
    ///
    /// # Errors
    /// - [`ServiceError`] if ECR responded with an error, or the response cannot be parsed
    pub fn parse(
        &self,
        endpoint: &Endpoint,
        response: &Response<impl AsRef<[u8]>>,
    ) -> Result<RegistryLogin, ServiceError> {
        const SERVER: &str = "public.ecr.aws";
        json::read(response, |fields| {
            let data = fields.required_child("authorizationData")?;
            let (server, hosts) = (Some(SERVER.to_owned()), vec![SERVER.to_owned()]);
            RegistryLogin::read(&data, PUBLIC, endpoint.region(), server, hosts)
        })
    }
}
