//! A server's response to a request without a valid bearer token.

use http::{HeaderValue, StatusCode};

use crate::error::Error;

/// A server's reason to reject a request's bearer token (RFC 6750, section 3).
///
/// ```
/// use countersign::bearer::{BearerToken, Refusal};
///
/// let request = http::Request::get("/")
///     .header("authorization", "Basic dXNlcjpwYXNz")
///     .body(())?;
/// let refusal = BearerToken::from_headers(request.headers()).unwrap_err();
/// let response = http::Response::builder()
///     .status(refusal.status())
///     .header("www-authenticate", refusal.challenge("registry")?)
///     .body(())?;
/// assert_eq!(response.status(), 401);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request contains no bearer token.
    #[error("request contains no bearer token")]
    MissingToken,
    /// The `authorization` header is malformed or appears more than once.
    #[error("`authorization` header is malformed or appears more than once")]
    InvalidRequest,
    /// The token is unknown, revoked or expired.
    #[error("bearer token is unknown, revoked or expired")]
    InvalidToken,
    /// The token does not permit this request.
    #[error("bearer token does not permit this request")]
    InsufficientScope,
}

impl Refusal {
    /// Returns the status of the response.
    pub fn status(self) -> StatusCode {
        match self {
            Self::MissingToken | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
        }
    }

    /// Returns the error code of RFC 6750.
    ///
    /// `None` for [`MissingToken`](Self::MissingToken), because the response to a request without a
    /// token contains no code.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::MissingToken => None,
            Self::InvalidRequest => Some("invalid_request"),
            Self::InvalidToken => Some("invalid_token"),
            Self::InsufficientScope => Some("insufficient_scope"),
        }
    }

    /// Returns the value of the response's `WWW-Authenticate` header.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if `realm` contains anything but printable ASCII
    pub fn challenge(self, realm: &str) -> Result<HeaderValue, Error> {
        let problem = "must be printable ASCII";
        let unquotable = || Error::invalid_parameter("realm", problem);
        if !realm.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(unquotable());
        }
        let realm = realm.replace('\\', "\\\\").replace('"', "\\\"");
        let mut text = format!("Bearer realm=\"{realm}\"");
        if let Some(code) = self.code() {
            text = format!("{text}, error=\"{code}\"");
        }
        HeaderValue::try_from(text).map_err(|_| unquotable())
    }
}
