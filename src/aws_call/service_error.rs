//! Errors that services return, and advice for the next attempt.

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;

/// An error response from an AWS service, or a response that could not be parsed.
///
/// `Display` and `Debug` show the status, the code and the first line of the message, without what it
/// quotes of the request. Only [`message`](Self::message) returns the whole text, which can contain a
/// session token.
///
/// STS API Reference, "Common errors", and the errors of each action.
///
/// ```
/// # #[cfg(feature = "sts")] {
/// # let (status, body) = (http::StatusCode::BAD_REQUEST, "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>c6104cbe</RequestId></ErrorResponse>");
/// use countersign::aws_call::RetryAdvice;
///
/// let error = countersign::sts::AssumeRole::parse(status, body).unwrap_err();
/// assert_eq!(error.code(), Some("Throttling"));
/// assert_eq!(error.retry_advice(), RetryAdvice::BackOff);
/// assert_eq!(error.request_id(), Some("c6104cbe"));
/// assert_eq!(error.to_string(), "Throttling (400): Rate exceeded");
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceError {
    status: StatusCode,
    kind: Kind,
    request_id: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Refused {
        fault: Option<String>,
        code: String,
        message: String,
    },
    Malformed(Cow<'static, str>),
}

/// The number of characters of a message that are shown.
const SHOWN: usize = 300;

impl ServiceError {
    pub(crate) fn refused(
        status: StatusCode,
        fault: Option<String>,
        code: String,
        message: String,
        request_id: Option<String>,
    ) -> Self {
        let kind = Kind::Refused {
            fault,
            code,
            message,
        };
        Self {
            status,
            kind,
            request_id,
        }
    }

    pub(crate) fn malformed(status: StatusCode, problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            kind: Kind::Malformed(problem.into()),
            request_id: None,
        }
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns AWS's error code, or `None` if the response could not be parsed.
    pub fn code(&self) -> Option<&str> {
        match &self.kind {
            Kind::Refused { code, .. } => Some(code),
            Kind::Malformed(_) => None,
        }
    }

    /// Returns the whole message of the service. **It can contain a session token or credentials.**
    ///
    /// A message about a wrong signature can quote the canonical request, and one about a malformed
    /// `Authorization` header that header.
    /// If the response could not be parsed, this says why, and quotes nothing.
    pub fn message(&self) -> &str {
        match &self.kind {
            Kind::Refused { message, .. } => message,
            Kind::Malformed(problem) => problem,
        }
    }

    /// Returns whose fault it is, `Sender` or `Receiver`, if the service says so.
    pub fn fault(&self) -> Option<&str> {
        match &self.kind {
            Kind::Refused { fault, .. } => fault.as_deref(),
            Kind::Malformed(_) => None,
        }
    }

    /// Returns the ID that AWS gave the request. `None` if the response has none, or could not be
    /// parsed.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Whether time alone may help: the advice is [`RetryAdvice::BackOff`].
    pub fn is_retryable(&self) -> bool {
        self.retry_advice() == RetryAdvice::BackOff
    }

    /// Returns what has to change before the call can succeed.
    pub fn retry_advice(&self) -> RetryAdvice {
        match self.code() {
            Some(
                "IDPCommunicationError"
                | "InternalError"
                | "InternalFailure"
                | "InternalServerException"
                | "RequestLimitExceeded"
                | "RequestThrottled"
                | "ServiceUnavailable"
                | "Throttling"
                | "ThrottlingException"
                | "TooManyRequestsException",
            ) => RetryAdvice::BackOff,
            _ if self.status.is_server_error() || self.status == StatusCode::TOO_MANY_REQUESTS => {
                RetryAdvice::BackOff
            }
            Some(
                "ExpiredToken"
                | "ExpiredTokenException"
                | "ExpiredTradeInTokenException"
                | "InsufficientSessionLifetime"
                | "InvalidIdentityToken",
            ) => RetryAdvice::RenewToken,
            Some("RequestExpired" | "RequestInTheFuture" | "RequestTimeTooSkewed") => {
                RetryAdvice::CorrectClock
            }
            Some("RegionDisabledException") => RetryAdvice::UseAnotherRegion,
            _ => RetryAdvice::DoNotRetry,
        }
    }
}

/// What has to change before a call that failed can succeed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// Only time: sign and send the same request again later, and wait longer each time.
    BackOff,
    /// The credentials or the token in the request: fetch new ones, then call again.
    RenewToken,
    /// The time of the signature: see [`clock_skew`](crate::clock_skew), then call again.
    CorrectClock,
    /// The endpoint: the account has not enabled this region.
    UseAnotherRegion,
    /// The request or the permissions: neither time nor new credentials are known to help.
    ///
    /// Errors of signatures and permissions can also come from a wrong clock: ask
    /// [`is_worth_a_retry`](crate::clock_skew::Measurement::is_worth_a_retry). After a response with
    /// status 200 that could not be parsed, the call may have taken effect.
    DoNotRetry,
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.as_u16();
        match &self.kind {
            Kind::Malformed(problem) => write!(f, "response with status {status} {problem}"),
            Kind::Refused { code, message, .. } => {
                // One short line, for logs.
                let line = without_quotations(message);
                let line = line.split(['\n', '\r']).next().unwrap_or_default();
                let line = line.trim_end();
                let shown = |c: char| if c.is_control() { ' ' } else { c };
                let line: String = line.chars().take(SHOWN).map(shown).collect();
                let code: String = code.chars().take(SHOWN).map(shown).collect();
                write!(f, "{code} ({status}): {line}")
            }
        }
    }
}

/// Returns a message up to the point where it quotes the canonical request or the `Authorization`
/// header, without the piece of that header that it calls invalid.
fn without_quotations(message: &str) -> String {
    // The piece can contain quotes itself.
    let piece = message.rsplit_once("' not a valid key=value pair");
    let around = piece.and_then(|(piece, rest)| Some((piece.split_once('\'')?.0, rest)));
    let mut message = match around {
        Some((start, rest)) => format!("{start}'[elided]' not a valid key=value pair{rest}"),
        None => message.to_owned(),
    };
    for quoted in [
        "The Canonical String",
        "Authorization=",
        "Authorization header: '",
    ] {
        message.truncate(message.find(quoted).unwrap_or(message.len()));
    }
    message
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceError")
            .field("error", &format_args!("{self}"))
            .field("fault", &self.fault())
            .field("request_id", &self.request_id)
            .finish()
    }
}

impl std::error::Error for ServiceError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, code: &str, message: &str) -> ServiceError {
        let status = StatusCode::from_u16(status).unwrap();
        ServiceError::refused(status, None, code.to_owned(), message.to_owned(), None)
    }

    #[test]
    fn throttling_and_server_errors_are_retryable() {
        for (status, code) in [
            (400, "Throttling"),
            (400, "IDPCommunicationError"),
            (400, "InternalError"),
            (400, "InternalFailure"),
            (400, "InternalServerException"),
            (400, "RequestLimitExceeded"),
            (400, "RequestThrottled"),
            (400, "ServiceUnavailable"),
            (400, "ThrottlingException"),
            (400, "TooManyRequestsException"),
            (503, "ServiceUnavailable"),
            (500, "anything"),
            (429, "anything"),
        ] {
            assert!(error(status, code, "").is_retryable(), "{code}");
        }
        for (status, code) in [(403, "AccessDenied"), (400, "ExpiredToken")] {
            assert!(!error(status, code, "").is_retryable(), "{code}");
        }
        let gateway = ServiceError::malformed(StatusCode::BAD_GATEWAY, "is not XML");
        assert!(gateway.is_retryable());
        assert!(!ServiceError::malformed(StatusCode::OK, "is not XML").is_retryable());
    }

    #[test]
    fn each_error_has_its_advice() {
        for (status, code, advice) in [
            (400, "ExpiredTokenException", RetryAdvice::RenewToken),
            (403, "ExpiredToken", RetryAdvice::RenewToken),
            (400, "ExpiredTradeInTokenException", RetryAdvice::RenewToken),
            (400, "InvalidIdentityToken", RetryAdvice::RenewToken),
            (400, "InsufficientSessionLifetime", RetryAdvice::RenewToken),
            (400, "RequestExpired", RetryAdvice::CorrectClock),
            (403, "RequestTimeTooSkewed", RetryAdvice::CorrectClock),
            (
                403,
                "RegionDisabledException",
                RetryAdvice::UseAnotherRegion,
            ),
            (400, "IDPCommunicationError", RetryAdvice::BackOff),
            (503, "ExpiredToken", RetryAdvice::BackOff),
            (400, "MalformedPolicyDocument", RetryAdvice::DoNotRetry),
            (400, "PackedPolicyTooLarge", RetryAdvice::DoNotRetry),
            (400, "InvalidContextAssertion", RetryAdvice::DoNotRetry),
            (403, "IDPRejectedClaim", RetryAdvice::DoNotRetry),
            (400, "InvalidSubjectCredentials", RetryAdvice::DoNotRetry),
            (
                403,
                "SessionDurationEscalationException",
                RetryAdvice::DoNotRetry,
            ),
            (
                403,
                "OutboundWebIdentityFederationDisabledException",
                RetryAdvice::DoNotRetry,
            ),
            (
                400,
                "JWTPayloadSizeExceededException",
                RetryAdvice::DoNotRetry,
            ),
            (
                400,
                "InvalidAuthorizationMessageException",
                RetryAdvice::DoNotRetry,
            ),
            (403, "SignatureDoesNotMatch", RetryAdvice::DoNotRetry),
            (403, "InvalidClientTokenId", RetryAdvice::DoNotRetry),
        ] {
            let error = error(status, code, "");
            assert_eq!(error.retry_advice(), advice, "{code}");
            assert_eq!(
                error.is_retryable(),
                advice == RetryAdvice::BackOff,
                "{code}"
            );
        }
    }

    #[test]
    fn a_message_is_shown_to_its_first_line() {
        let first =
            "The request signature we calculated does not match the signature you provided.";
        for message in [
            format!(
                "{first}\n\nThe Canonical String for this request should have been\n'x-amz-security-token:TOKEN'"
            ),
            format!(
                "{first}  The Canonical String for this request should have been 'x-amz-security-token:TOKEN'"
            ),
            format!("{first}\r\nTOKEN"),
            format!("{first}\rTOKEN"),
            format!("{first}\nTOKEN"),
        ] {
            let error = error(403, "SignatureDoesNotMatch", &message);
            assert_eq!(
                error.to_string(),
                format!("SignatureDoesNotMatch (403): {first}")
            );
            assert!(!format!("{error:?}").contains("TOKEN"));
            assert_eq!(error.message(), message);
        }
        let terminal = error(400, "Co\u{1b}de", "a\u{7}b\tc\u{85}d").to_string();
        assert_eq!(terminal, "Co de (400): a b c d");
        let long = error(400, &"C".repeat(9999), &"m".repeat(9999)).to_string();
        assert_eq!(long.len(), 2 * SHOWN + ": (400)".len() + 1);
    }

    /// Services quote an `Authorization` header that they cannot read, or a piece of it.
    #[test]
    fn an_authorization_is_not_shown() {
        const TOKEN: &str = "eyJhbGciOi.TOKEN";
        for (message, shown) in [
            (
                format!(
                    "Authorization header requires 'Signature' parameter. Authorization={TOKEN}"
                ),
                "Authorization header requires 'Signature' parameter.",
            ),
            (
                format!(
                    "Authorization header requires 'Credential' parameter. \
                     (Hashed with SHA-256 and encoded with Base64) Authorization={TOKEN}"
                ),
                "Authorization header requires 'Credential' parameter. \
                 (Hashed with SHA-256 and encoded with Base64)",
            ),
            (
                format!(
                    "'{TOKEN}' not a valid key=value pair (missing equal-sign) in Authorization \
                     header: 'Bearer {TOKEN}'."
                ),
                "'[elided]' not a valid key=value pair (missing equal-sign) in",
            ),
            (
                format!(
                    "'{TOKEN}'s Authorization=' not a valid key=value pair (missing equal-sign) in \
                     Authorization header: 'Bearer {TOKEN}'s Authorization='."
                ),
                "'[elided]' not a valid key=value pair (missing equal-sign) in",
            ),
            // The piece contains the same sentence.
            (
                format!(
                    "'a' not a valid key=value pair{TOKEN}' not a valid key=value pair (missing \
                     equal-sign)."
                ),
                "'[elided]' not a valid key=value pair (missing equal-sign).",
            ),
            // A digest reveals nothing.
            (
                "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with \
                 SHA-256 and encoded with Base64): 'DIGEST'."
                    .to_owned(),
                "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with \
                 SHA-256 and encoded with Base64): 'DIGEST'.",
            ),
        ] {
            let error = error(403, "IncompleteSignature", &message);
            assert_eq!(
                error.to_string(),
                format!("IncompleteSignature (403): {shown}")
            );
            assert!(!format!("{error:?}").contains("TOKEN"), "{error:?}");
            assert_eq!(error.message(), message);
        }
    }
}
