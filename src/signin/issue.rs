//! Tokens for a caller with AWS credentials.

use std::time::Duration;

use http::Response;

use super::{IssuedToken, check_resource, signable_post};
use crate::aws_call::endpoint::Endpoint;
use crate::aws_call::json::object::JsonObject;
use crate::aws_call::limits;
use crate::aws_call::service_error::ServiceError;
use crate::aws_call::signable_request::SignableRequest;
use crate::error::Error;
use crate::timestamp::Timestamp;

/// `CreateBearerToken`: a bearer token for a service.
///
/// - Permission: `signin:CreateBearerToken`.
/// - Lifetime: 12 hours, or [`duration`](Self::duration).
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::signin::CreateBearerToken;
///
/// let ask = CreateBearerToken::new("ecr.amazonaws.com");
/// let endpoint = Endpoint::regional("us-gov-west-1")?;
/// let request = ask.request(&endpoint)?.into_unsigned();
/// assert_eq!(
///     request.uri(),
///     "https://us-gov-west-1.signin.amazonaws-us-gov.com/v1/token\
///      ?x-amz-token-request-type=bearer"
/// );
/// let resource = r#""resource":"ecr.amazonaws.com""#;
/// assert!(request.body().contains(resource));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CreateBearerToken<'a> {
    /// The resource that the token is for, such as `ecr.amazonaws.com`: 1 to 2048 characters.
    pub resource: &'a str,
    /// The lifetime of the token, at least 300 seconds. Default: 43200 seconds, AWS's maximum.
    ///
    /// A fraction of a second is dropped.
    pub duration: Option<Duration>,
}

impl<'a> CreateBearerToken<'a> {
    /// Creates the call for a token with the default lifetime.
    pub fn new(resource: &'a str) -> Self {
        Self {
            resource,
            duration: None,
        }
    }

    /// Creates the request for an endpoint. It has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the resource or the duration is outside its limits
    /// - [`Error::NoEndpoint`] if Sign-In has no such endpoint: it has none for FIPS
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        check_resource(self.resource)?;
        // AWS may raise its maximum, so only the minimum is checked.
        let seconds = limits::seconds("durationSeconds", self.duration, 300..=u64::MAX)?;
        let body = JsonObject::new()
            .text("grant_type", "client_credentials")
            .text("resource", self.resource)
            .number("duration", seconds);
        let path = "/v1/token?x-amz-token-request-type=bearer";
        signable_post(endpoint, path, body)
    }

    /// Parses the response. `now` is the time at which the request was sent.
    ///
    /// # Errors
    /// - [`ServiceError`] if Sign-In responded with an error, or the response cannot be parsed
    pub fn parse(
        &self,
        endpoint: &Endpoint,
        response: &Response<impl AsRef<[u8]>>,
        now: impl Into<Timestamp>,
    ) -> Result<IssuedToken, ServiceError> {
        IssuedToken::read(endpoint, self.resource, response, now.into())
    }
}

/// `CreateOAuth2TokenWithIAM`: an access token for a resource.
///
/// - Permission: `signin:CreateOAuth2TokenWithIAM`.
/// - Lifetime: up to one hour.
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::signin::CreateOAuth2TokenWithIam;
///
/// let ask = CreateOAuth2TokenWithIam::new("https://example.com/mcp");
/// let endpoint = Endpoint::regional("eu-central-1")?;
/// let request = ask.request(&endpoint)?.into_unsigned();
/// assert_eq!(
///     request.uri(),
///     "https://eu-central-1.oauth.signin.aws/v1/token\
///      ?x-amz-client-auth-method=iam"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CreateOAuth2TokenWithIam<'a> {
    /// The resource that the token is for: 1 to 2048 characters.
    pub resource: &'a str,
}

impl<'a> CreateOAuth2TokenWithIam<'a> {
    /// Creates the call for a token.
    pub fn new(resource: &'a str) -> Self {
        Self { resource }
    }

    /// Creates the request for an endpoint. It has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the resource is outside its limits
    /// - [`Error::NoEndpoint`] if Sign-In has no such endpoint: it has none for FIPS
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        check_resource(self.resource)?;
        let body = JsonObject::new()
            .text("grant_type", "client_credentials")
            .text("resource", self.resource);
        let path = "/v1/token?x-amz-client-auth-method=iam";
        signable_post(endpoint, path, body)
    }

    /// Parses the response. `now` is the time at which the request was sent.
    ///
    /// # Errors
    /// - [`ServiceError`] if Sign-In responded with an error, or the response cannot be parsed
    pub fn parse(
        &self,
        endpoint: &Endpoint,
        response: &Response<impl AsRef<[u8]>>,
        now: impl Into<Timestamp>,
    ) -> Result<IssuedToken, ServiceError> {
        IssuedToken::read(endpoint, self.resource, response, now.into())
    }
}
