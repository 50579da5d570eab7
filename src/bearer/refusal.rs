//! What a server answers to those whose token it does not take.

use http::{HeaderValue, StatusCode};

use crate::error::Error;

/// What a server answers to a request whose token it does not take (RFC 6750, section 3).
///
/// ```
/// use countersign::bearer::{BearerToken, Refusal};
///
/// let request = http::Request::get("/").header("authorization", "Basic dXNlcjpwYXNz").body(())?;
/// let refusal = BearerToken::from_headers(request.headers()).unwrap_err();
/// let answer = http::Response::builder()
///     .status(refusal.status())
///     .header("www-authenticate", refusal.challenge("registry")?)
///     .body(())?;
/// assert_eq!(answer.status(), 401);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no bearer token at all.
    #[error("the request carries no bearer token")]
    MissingToken,
    /// The header is malformed, or there are two.
    #[error("the request does not carry one well-formed bearer token")]
    InvalidRequest,
    /// The token is unknown, revoked or expired.
    #[error("the bearer token is not valid")]
    InvalidToken,
    /// The token does not reach that far.
    #[error("the bearer token does not permit this request")]
    InsufficientScope,
}

impl Refusal {
    /// The status to answer with.
    pub fn status(self) -> StatusCode {
        match self {
            Self::MissingToken | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
        }
    }

    /// The error code of RFC 6750. A request without credentials is told none.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::MissingToken => None,
            Self::InvalidRequest => Some("invalid_request"),
            Self::InvalidToken => Some("invalid_token"),
            Self::InsufficientScope => Some("insufficient_scope"),
        }
    }

    /// The value of the `WWW-Authenticate` header to answer with.
    ///
    /// # Errors
    /// A realm that holds anything but visible ASCII and spaces.
    pub fn challenge(self, realm: &str) -> Result<HeaderValue, Error> {
        let problem = "holds something else than visible ASCII and spaces";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges() {
        let challenge = |refusal: Refusal, realm| refusal.challenge(realm).unwrap();
        assert_eq!(
            challenge(Refusal::InvalidRequest, "a \"b\" \\c"),
            r#"Bearer realm="a \"b\" \\c", error="invalid_request""#
        );
        assert_eq!(
            challenge(Refusal::InsufficientScope, ""),
            r#"Bearer realm="", error="insufficient_scope""#
        );
        for realm in ["a\r\nSet-Cookie: b", "\0", "é", "\t", "\x7f"] {
            assert!(Refusal::MissingToken.challenge(realm).is_err(), "{realm:?}");
        }
    }
}
