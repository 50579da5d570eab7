//! Exchanging tokens of other issuers.

use std::fmt;

use http::{Request, Response};

use super::{IssuedToken, check_resource, post};
use crate::aws_call::endpoint::Endpoint;
use crate::aws_call::json::object::JsonObject;
use crate::aws_call::limits;
use crate::aws_call::service_error::ServiceError;
use crate::error::Error;
use crate::timestamp::Timestamp;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:";

/// `CreateOAuth2TokenWithTokenExchange`: exchanges a token of another issuer for an access token.
///
/// The request is not signed, because the token proves who the caller is.
///
/// RFC 8693 (token exchange), RFC 7523 (JWT bearer).
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::signin::{CreateOAuth2TokenWithTokenExchange, TokenGrant};
///
/// let grant =
///     TokenGrant::token_exchange("eyJh.bGci.sig", "glue.amazonaws.com");
/// let ask = CreateOAuth2TokenWithTokenExchange::new(grant);
/// let request = ask.request(&Endpoint::regional("us-east-1")?)?;
/// assert!(!request.headers().contains_key("authorization"));
/// assert!(
///     request
///         .body()
///         .contains(r#""resource":"glue.amazonaws.com""#)
/// );
/// assert!(!format!("{ask:?}").contains("eyJh"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CreateOAuth2TokenWithTokenExchange<'a> {
    /// The token of the other issuer, and the grant type.
    pub grant: TokenGrant<'a>,
}

/// The token of another issuer, with the OAuth 2.0 grant type.
///
/// ```
/// use countersign::signin::TokenGrant;
///
/// let exchange =
///     TokenGrant::token_exchange("eyJh.bGci.sig", "glue.amazonaws.com");
/// let bearer = TokenGrant::jwt_bearer("eyJh.bGci.sig");
/// assert!(!format!("{exchange:?} {bearer:?}").contains("bGci"));
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum TokenGrant<'a> {
    /// Token exchange (RFC 8693).
    #[non_exhaustive]
    TokenExchange {
        /// The JWT: 4 to 20000 characters.
        subject_token: &'a str,
        /// The resource that the new token is for: 1 to 2048 characters.
        resource: &'a str,
    },
    /// JWT bearer assertion (RFC 7523).
    #[non_exhaustive]
    JwtBearer {
        /// The JWT: 4 to 20000 characters.
        assertion: &'a str,
        /// The client ID, up to 212 characters.
        client_id: Option<&'a str>,
        /// The resource that the new token is for: 1 to 2048 characters.
        resource: Option<&'a str>,
        /// Scopes, separated by spaces.
        scope: Option<&'a str>,
    },
}

impl<'a> TokenGrant<'a> {
    /// Creates a token exchange for a resource.
    pub fn token_exchange(subject_token: &'a str, resource: &'a str) -> Self {
        Self::TokenExchange {
            subject_token,
            resource,
        }
    }

    /// Creates a JWT bearer grant with only the assertion.
    pub fn jwt_bearer(assertion: &'a str) -> Self {
        Self::JwtBearer {
            assertion,
            client_id: None,
            resource: None,
            scope: None,
        }
    }

    fn resource(&self) -> Option<&'a str> {
        match self {
            Self::TokenExchange { resource, .. } => Some(resource),
            Self::JwtBearer { resource, .. } => *resource,
        }
    }
}

impl fmt::Debug for TokenGrant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::TokenExchange { .. } => "TokenExchange",
            Self::JwtBearer { .. } => "JwtBearer",
        };
        f.debug_struct(name)
            .field("resource", &self.resource())
            .finish_non_exhaustive()
    }
}

impl<'a> CreateOAuth2TokenWithTokenExchange<'a> {
    /// Creates the call with its grant.
    pub fn new(grant: TokenGrant<'a>) -> Self {
        Self { grant }
    }

    /// Creates the request, ready to be sent. It contains the token of the other issuer.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::NoEndpoint`] if Sign-In has no such endpoint: it has none for FIPS
    pub fn request(&self, endpoint: &Endpoint) -> Result<Request<String>, Error> {
        let token = |name, token| limits::length(name, token, 4..=20_000);
        let body = match self.grant {
            TokenGrant::TokenExchange {
                subject_token,
                resource,
            } => {
                token("subjectToken", subject_token)?;
                check_resource(resource)?;
                JsonObject::new()
                    .text("grant_type", &format!("{GRANT}token-exchange"))
                    .text("subject_token", subject_token)
                    .text("subject_token_type", "urn:ietf:params:oauth:token-type:jwt")
                    .text("resource", resource)
            }
            TokenGrant::JwtBearer {
                assertion,
                client_id,
                resource,
                scope,
            } => {
                token("assertion", assertion)?;
                let client = client_id.unwrap_or_default();
                limits::length("clientId", client, 0..=212)?;
                resource.map_or(Ok(()), check_resource)?;
                JsonObject::new()
                    .text("grant_type", &format!("{GRANT}jwt-bearer"))
                    .text("assertion", assertion)
                    .optional("client_id", client_id)
                    .optional("resource", resource)
                    .optional("scope", scope)
            }
        };
        let path = "/v1/token?x-amz-oauth-token-method=token-exchange";
        post(endpoint, path, body)
    }

    /// Parses the response. `now` is the time at which the request was sent.
    ///
    /// If the grant names no resource, the returned token is limited to the service `signin`.
    ///
    /// # Errors
    /// - [`ServiceError`] if Sign-In responded with an error, or the response cannot be parsed
    pub fn parse(
        &self,
        endpoint: &Endpoint,
        response: &Response<impl AsRef<[u8]>>,
        now: impl Into<Timestamp>,
    ) -> Result<IssuedToken, ServiceError> {
        let resource = self.grant.resource().unwrap_or("signin");
        IssuedToken::read(endpoint, resource, response, now.into())
    }
}
