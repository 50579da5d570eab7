//! Inspecting and revoking tokens.

use std::fmt;

use http::Response;

use super::signable_post;
use crate::aws_call::endpoint::Endpoint;
use crate::aws_call::json;
use crate::aws_call::json::object::JsonObject;
use crate::aws_call::service_error::ServiceError;
use crate::aws_call::signable_request::SignableRequest;
use crate::error::Error;
use crate::timestamp::Timestamp;

/// `ASOA…` is an access token and `ASOR…` a refresh token of Sign-In.
fn check_token(token: &str, kinds: &[u8], problem: &'static str) -> Result<(), Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    let sound = match token.as_bytes() {
        [b'A', b'S', b'O', kind, rest @ ..] => {
            kinds.contains(kind) && !rest.is_empty() && rest.iter().copied().all(allowed)
        }
        _ => false,
    };
    if sound && token.len() <= 12_288 {
        Ok(())
    } else {
        Err(Error::invalid_parameter("token", problem))
    }
}

/// `IntrospectOAuth2TokenWithIAM`: whether a token of Sign-In is active, and whose it is (RFC 7662).
///
/// - Permission: `signin:IntrospectOAuth2TokenWithIAM`.
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::signin::IntrospectOAuth2TokenWithIam;
///
/// let ask = IntrospectOAuth2TokenWithIam::new("ASOAexample");
/// let request = ask
///     .request(&Endpoint::regional("us-east-1")?)?
///     .into_unsigned();
/// assert_eq!(request.uri().path(), "/v1/introspect");
///
/// let state = IntrospectOAuth2TokenWithIam::parse(&http::Response::new(
///     r#"{"active":false}"#,
/// ))?;
/// assert!(!state.active);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct IntrospectOAuth2TokenWithIam<'a> {
    /// The token, `ASOA…` or `ASOR…`: up to 12288 characters.
    pub token: &'a str,
    /// The kind of token, such as `access_token`. It only speeds up the lookup.
    pub token_type_hint: Option<&'a str>,
}

/// The state of a token. All fields but [`active`](Self::active) can be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IntrospectOAuth2TokenWithIamResponse {
    /// Whether the token is valid now.
    pub active: bool,
    /// `token_type`: `access_token` or `refresh_token`.
    pub kind: Option<String>,
    /// `exp`: when it expires.
    pub expires_at: Option<Timestamp>,
    /// `iat`: when it was issued.
    pub issued_at: Option<Timestamp>,
    /// `nbf`: when it becomes valid.
    pub not_before: Option<Timestamp>,
    /// `sub`: its owner.
    pub subject: Option<String>,
    /// `aud`: its audience.
    pub audience: Option<String>,
    /// `iss`: its issuer.
    pub issuer: Option<String>,
    /// `jti`: its ID.
    pub id: Option<String>,
    /// `account_id`: the subject's account.
    pub account_id: Option<String>,
    /// `client_id`: the client that requested it.
    pub client_id: Option<String>,
    /// `user_id`: the subject's unique ID.
    pub user_id: Option<String>,
    /// `signin_session`: the session that it belongs to.
    pub signin_session: Option<String>,
    /// `resource`: the resource that it is for.
    pub resource: Option<String>,
}

impl<'a> IntrospectOAuth2TokenWithIam<'a> {
    /// Creates the call for a token.
    pub fn new(token: &'a str) -> Self {
        Self {
            token,
            token_type_hint: None,
        }
    }

    /// Creates the request, which contains the token. It has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the token does not begin with `ASOA` or `ASOR`, or is too
    ///   long
    /// - [`Error::NoEndpoint`] if Sign-In has no such endpoint: it has none for FIPS
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let problem = "must be up to 12288 characters that begin with ASOA or ASOR";
        check_token(self.token, b"AR", problem)?;
        let body = JsonObject::new()
            .text("token", self.token)
            .optional("token_type_hint", self.token_type_hint);
        let path = "/v1/introspect?x-amz-client-auth-method=iam";
        signable_post(endpoint, path, body)
    }

    /// Parses the response.
    ///
    /// # Errors
    /// - [`ServiceError`] if Sign-In responded with an error, or the response cannot be parsed
    pub fn parse(
        response: &Response<impl AsRef<[u8]>>,
    ) -> Result<IntrospectOAuth2TokenWithIamResponse, ServiceError> {
        json::read(response, |fields| {
            Ok(IntrospectOAuth2TokenWithIamResponse {
                active: fields.flag("active")?,
                kind: fields.text("token_type")?,
                expires_at: fields.optional_date("exp")?,
                issued_at: fields.optional_date("iat")?,
                not_before: fields.optional_date("nbf")?,
                subject: fields.text("sub")?,
                audience: fields.text("aud")?,
                issuer: fields.text("iss")?,
                id: fields.text("jti")?,
                account_id: fields.text("account_id")?,
                client_id: fields.text("client_id")?,
                user_id: fields.text("user_id")?,
                signin_session: fields.text("signin_session")?,
                resource: fields.text("resource")?,
            })
        })
    }
}

impl fmt::Debug for IntrospectOAuth2TokenWithIam<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectOAuth2TokenWithIam")
            .field("token_type_hint", &self.token_type_hint)
            .finish_non_exhaustive()
    }
}

/// `RevokeOAuth2TokenWithIAM`: revokes a refresh token (RFC 7009).
///
/// - Permission: `signin:RevokeOAuth2TokenWithIAM`.
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::signin::RevokeOAuth2TokenWithIam;
///
/// let endpoint = Endpoint::regional("us-east-1")?;
/// let request =
///     RevokeOAuth2TokenWithIam::new("ASORexample").request(&endpoint)?;
/// assert_eq!(request.into_unsigned().uri().path(), "/v1/revoke");
/// // An access token cannot be revoked.
/// assert!(
///     RevokeOAuth2TokenWithIam::new("ASOAexample")
///         .request(&endpoint)
///         .is_err()
/// );
/// assert!(RevokeOAuth2TokenWithIam::parse(&http::Response::new("")).is_ok());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct RevokeOAuth2TokenWithIam<'a> {
    /// The refresh token, `ASOR…`: up to 12288 characters.
    pub token: &'a str,
}

impl<'a> RevokeOAuth2TokenWithIam<'a> {
    /// Creates the call for a refresh token.
    pub fn new(token: &'a str) -> Self {
        Self { token }
    }

    /// Creates the request, which contains the token. It has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the token is not a refresh token of Sign-In
    /// - [`Error::NoEndpoint`] if Sign-In has no such endpoint: it has none for FIPS
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let problem = "must be a refresh token: up to 12288 characters that begin with ASOR";
        check_token(self.token, b"R", problem)?;
        let body = JsonObject::new().text("token", self.token);
        let path = "/v1/revoke?x-amz-client-auth-method=iam";
        signable_post(endpoint, path, body)
    }

    /// Parses the response, which has no content.
    ///
    /// # Errors
    /// - [`ServiceError`] if Sign-In responded with an error
    pub fn parse(response: &Response<impl AsRef<[u8]>>) -> Result<(), ServiceError> {
        if response.status().is_success() {
            return Ok(());
        }
        json::read(response, |_| Ok(()))
    }
}

impl fmt::Debug for RevokeOAuth2TokenWithIam<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevokeOAuth2TokenWithIam")
            .finish_non_exhaustive()
    }
}
