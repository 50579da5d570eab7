//! AWS Sign-In: bearer tokens for services that accept tokens instead of signatures.
//!
//! A call that is signed with your credentials returns an OAuth 2.0 access token. Each token is for
//! one resource, such as `ecr.amazonaws.com`.
//!
//! | call | signed | returns |
//! |---|---|---|
//! | [`CreateBearerToken`] | yes | a token that is valid for 5 minutes to 12 hours |
//! | [`CreateOAuth2TokenWithIam`] | yes | a token that is valid for up to one hour |
//! | [`CreateOAuth2TokenWithTokenExchange`] | no | a token in exchange for a token of another issuer |
//! | [`IntrospectOAuth2TokenWithIam`] | yes | whether a token is active, and its owner |
//! | [`RevokeOAuth2TokenWithIam`] | yes | nothing: revokes a refresh token |
//!
//! ```
//! use std::time::Duration;
//! use countersign::aws_call::Endpoint;
//! use countersign::{Credentials, Timestamp, signin};
//!
//! let mut ask = signin::CreateBearerToken::new("ecr.amazonaws.com");
//! ask.duration = Some(Duration::from_secs(3600));
//! let endpoint = Endpoint::regional("us-east-1")?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let now: Timestamp = "2026-11-29T12:00:00Z".parse()?;
//! let request = ask.request(&endpoint)?.sign(&credentials, now)?;
//! assert_eq!(request.uri().host(), Some("us-east-1.oauth.signin.aws"));
//!
//! // Send it; then, with the time at which you sent it:
//! # let response = http::Response::new(r#"{"access_token":"QVdTOmV4YW1wbGU=","token_type":"Bearer","expires_in":3600}"#);
//! let token = ask.parse(&endpoint, &response, now)?.token;
//! assert_eq!((token.service(), token.region()), (Some("ecr"), Some("us-east-1")));
//! let expiration: Timestamp = "2026-11-29T13:00:00Z".parse()?;
//! assert_eq!(token.expiration(), Some(expiration));
//! // For another service it is an error, before anything is sent.
//! assert!(token.check("glue", "us-east-1", now).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! AWS Sign-In API Reference.

mod exchange;
mod inspect;
mod issue;
mod issued;

pub use exchange::{CreateOAuth2TokenWithTokenExchange, TokenGrant};
pub use inspect::{
    IntrospectOAuth2TokenWithIam, IntrospectOAuth2TokenWithIamResponse, RevokeOAuth2TokenWithIam,
};
pub use issue::{CreateBearerToken, CreateOAuth2TokenWithIam};
pub use issued::IssuedToken;

use http::Request;

use crate::aws_call::endpoint::Endpoint;
use crate::aws_call::json::object::JsonObject;
use crate::aws_call::limits;
use crate::aws_call::signable_request::SignableRequest;
use crate::error::Error;
use crate::service::hosts::Api;

/// Creates the `POST` of an operation. Path and query name the operation.
fn post(
    endpoint: &Endpoint,
    path_and_query: &str,
    body: JsonObject,
) -> Result<Request<String>, Error> {
    let origin = endpoint.origin(Api::Signin)?;
    body.into_rest_json(&format!("{origin}{path_and_query}"))
}

/// Creates the `POST` of an operation that is signed.
fn signable_post(
    endpoint: &Endpoint,
    path_and_query: &str,
    body: JsonObject,
) -> Result<SignableRequest, Error> {
    let request = post(endpoint, path_and_query, body)?;
    Ok(SignableRequest::new(request, "signin", endpoint))
}

fn check_resource(resource: &str) -> Result<(), Error> {
    limits::length("resource", resource, 1..=2048)
}
