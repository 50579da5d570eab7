//! AWS Security Token Service: requests for temporary credentials, and its answers.
//!
//! Each action is a type: fill it in, make a request for an [`Endpoint`], sign it, send it with your
//! client, and parse status and body. Limits are checked when the request is made. The actions that
//! are signed give a [`SignableRequest`]; the two that are not, for SAML and web identities, give an
//! [`http::Request`] that is ready.
//!
//! STS API Reference (API version 2011-06-15).
//!
//! ```
//! use countersign::{sts, Credentials, Timestamp};
//!
//! let mut ask = sts::AssumeRole::new("arn:aws:iam::123456789012:role/demo", "session");
//! ask.duration_seconds = Some(900);
//! let endpoint = sts::Endpoint::regional("eu-west-1")?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let request = ask.request(&endpoint)?.sign(&credentials, "2026-01-01T11:00:00Z".parse::<Timestamp>()?)?;
//! assert_eq!(request.uri(), "https://sts.eu-west-1.amazonaws.com/");
//!
//! // Send it; then:
//! # let (status, body) = (http::StatusCode::OK, r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T12:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"#);
//! let assumed = sts::AssumeRole::parse(status, body)?;
//! assert_eq!(assumed.credentials.expiration(), Some("2026-01-01T12:00:00Z".parse::<Timestamp>()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod endpoint;
mod federation;
mod fields;
mod form;
mod identity;
mod parameters;
mod roles;
mod tokens;

pub use crate::aws_call::service_error::ServiceError as Error;
pub use crate::aws_call::signable_request::SignableRequest;
pub use answer::LARGEST_ANSWER;
pub use endpoint::Endpoint;
pub use federation::{
    AssumeRoleWithSaml, AssumeRoleWithSamlResponse, AssumeRoleWithWebIdentity,
    AssumeRoleWithWebIdentityResponse,
};
pub use identity::{
    DecodeAuthorizationMessage, DecodeAuthorizationMessageResponse, GetAccessKeyInfo,
    GetAccessKeyInfoResponse, GetCallerIdentity, GetCallerIdentityResponse,
};
pub use parameters::{AssumedRoleUser, FederatedUser, Mfa, ProvidedContext, SigningAlgorithm, Tag};
pub use roles::{AssumeRole, AssumeRoleResponse, AssumeRoot, AssumeRootResponse};
pub use tokens::{
    GetDelegatedAccessToken, GetDelegatedAccessTokenResponse, GetFederationToken,
    GetFederationTokenResponse, GetSessionToken, GetSessionTokenResponse, GetWebIdentityToken,
    GetWebIdentityTokenResponse,
};
