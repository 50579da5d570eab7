//! AWS Security Token Service: requests for temporary credentials and tokens, and its responses.
//!
//! Each of the twelve actions is a struct of parameters with two methods:
//!
//! - `request` checks the parameters against the limits of AWS's service model. It returns a
//!   [`SignableRequest`], or an [`http::Request`] for the two actions that are not signed.
//! - `parse` reads status and body of the response, in XML or in JSON. An error response is a
//!   [`ServiceError`]. Its [advice] says what has to change before the next attempt.
//!
//! | action | returns | signed with |
//! |---|---|---|
//! | [`AssumeRole`] | credentials of a role | any credentials |
//! | [`AssumeRoleWithSaml`] | credentials of a role | nothing: the SAML assertion is the proof |
//! | [`AssumeRoleWithWebIdentity`] | credentials of a role | nothing: the token is the proof |
//! | [`AssumeRoot`] | credentials of a member account's root user | credentials of the organization |
//! | [`GetScopedCredentials`] | credentials of the caller with fewer permissions | temporary credentials |
//! | [`GetSessionToken`] | temporary credentials of the caller | long-term credentials |
//! | [`GetFederationToken`] | credentials of a federated user | long-term credentials |
//! | [`GetDelegatedAccessToken`] | credentials for delegated access | any credentials |
//! | [`GetWebIdentityToken`] | a JSON Web Token for services outside AWS | any credentials |
//! | [`GetCallerIdentity`] | account, ARN and ID of the caller | any credentials |
//! | [`GetAccessKeyInfo`] | the account of an access key ID | any credentials |
//! | [`DecodeAuthorizationMessage`] | why access was denied | any credentials |
//!
//! Stores that imitate STS, such as MinIO, Ceph and Dell ECS, are reached at their own
//! [`Endpoint`]. Their responses are read too.
//!
//! STS API Reference (API version 2011-06-15).
//!
//! ```
//! use countersign::{Credentials, Timestamp, sts};
//!
//! let role = "arn:aws:iam::123456789012:role/demo";
//! let mut action = sts::AssumeRole::new(role, "session");
//! action.duration_seconds = Some(900);
//! let endpoint = sts::Endpoint::regional("eu-west-1")?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let now: Timestamp = "2026-01-01T11:00:00Z".parse()?;
//! let request = action.request(&endpoint)?.sign(&credentials, now)?;
//! assert_eq!(request.uri(), "https://sts.eu-west-1.amazonaws.com/");
//!
//! // Send the request, then read the response:
//! # let (status, body) = (http::StatusCode::OK, r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T12:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"#);
//! let response = sts::AssumeRole::parse(status, body)?;
//! let expiration = response.credentials.expiration();
//! assert_eq!(expiration, Some("2026-01-01T12:00:00Z".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [advice]: crate::aws_call::ServiceError::retry_advice
//! [`ServiceError`]: crate::aws_call::ServiceError
//! [`SignableRequest`]: crate::aws_call::SignableRequest

mod alphabets;
mod federation;
mod form;
mod identity;
mod parameters;
mod principals;
mod response;
mod roles;
mod sessions;
mod web_identity_token;

pub use crate::aws_call::Endpoint;
pub use federation::{
    AssumeRoleWithSaml, AssumeRoleWithSamlResponse, AssumeRoleWithWebIdentity,
    AssumeRoleWithWebIdentityResponse,
};
pub use identity::{
    DecodeAuthorizationMessage, DecodeAuthorizationMessageResponse, GetAccessKeyInfo,
    GetAccessKeyInfoResponse, GetCallerIdentity, GetCallerIdentityResponse,
};
pub use parameters::{Mfa, ProvidedContext, Tag};
pub use principals::{
    AssumedRoleUser, FederatedUser, OriginIdentity, ScopedSession, TransactionContext,
    TrustedIdentityPropagationContext,
};
pub use roles::{AssumeRole, AssumeRoleResponse, AssumeRoot, AssumeRootResponse};
pub use sessions::{
    GetDelegatedAccessToken, GetDelegatedAccessTokenResponse, GetFederationToken,
    GetFederationTokenResponse, GetScopedCredentials, GetScopedCredentialsResponse,
    GetSessionToken, GetSessionTokenResponse,
};
pub use web_identity_token::{
    GetWebIdentityToken, GetWebIdentityTokenResponse, SigningAlgorithm, SubjectMode,
};
