//! What a service answered instead of what was asked for.

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;

/// A service's refusal, or an answer that is none.
///
/// `Display` and `Debug` show the status, the code and the first line of the message, without what
/// that quotes of an `Authorization` header. The rest of a message can hold the canonical request,
/// and with it a session token: [`message`](Self::message) is for those who know.
///
/// STS API Reference, "Common errors"; the errors of each action.
///
/// ```
/// # #[cfg(feature = "sts")] {
/// use countersign::sts::GetCallerIdentity;
/// use http::StatusCode;
///
/// let body = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
/// let error = GetCallerIdentity::parse(StatusCode::BAD_REQUEST, body).unwrap_err();
/// assert_eq!(error.code(), Some("Throttling"));
/// assert!(error.is_retryable());
/// assert_eq!(error.to_string(), "Throttling (400): Rate exceeded");
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceError {
    status: StatusCode,
    what: What,
    request_id: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
enum What {
    Refused {
        fault: Option<String>,
        code: String,
        message: String,
    },
    Malformed(Cow<'static, str>),
}

/// How much of a message is shown.
const SHOWN: usize = 300;

impl ServiceError {
    pub(crate) fn refused(
        status: StatusCode,
        fault: Option<String>,
        code: String,
        message: String,
        request_id: Option<String>,
    ) -> Self {
        let what = What::Refused {
            fault,
            code,
            message,
        };
        Self {
            status,
            what,
            request_id,
        }
    }

    pub(crate) fn malformed(status: StatusCode, problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            what: What::Malformed(problem.into()),
            request_id: None,
        }
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// AWS's error code; `None` when the answer is not of the service's form.
    pub fn code(&self) -> Option<&str> {
        match &self.what {
            What::Refused { code, .. } => Some(code),
            What::Malformed(_) => None,
        }
    }

    /// What the service says about it, the whole of it. **It can hold a session token or a
    /// credential**: messages about a signature quote the canonical request, and others the
    /// `Authorization` header.
    pub fn message(&self) -> &str {
        match &self.what {
            What::Refused { message, .. } => message,
            What::Malformed(problem) => problem,
        }
    }

    /// Whose fault the service says it is, `Sender` or `Receiver`, where it says so.
    pub fn fault(&self) -> Option<&str> {
        match &self.what {
            What::Refused { fault, .. } => fault.as_deref(),
            What::Malformed(_) => None,
        }
    }

    /// The id by which AWS finds the request, where the answer has one.
    ///
    /// ```
    /// # #[cfg(feature = "sts")] {
    /// # use countersign::sts::AssumeRole;
    /// # use http::StatusCode;
    /// let body = "<ErrorResponse><Error><Code>AccessDenied</Code></Error>\
    ///     <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ErrorResponse>";
    /// let error = AssumeRole::parse(StatusCode::FORBIDDEN, body).unwrap_err();
    /// assert_eq!(error.request_id(), Some("c6104cbe-af31-11e0-8154-cbc7ccf896c7"));
    /// # }
    /// ```
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Whether the same request, signed anew, may succeed later.
    pub fn is_retryable(&self) -> bool {
        let passing = matches!(
            self.code(),
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
                    | "TooManyRequestsException"
            )
        );
        passing || self.status.is_server_error() || self.status == StatusCode::TOO_MANY_REQUESTS
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.as_u16();
        match &self.what {
            What::Malformed(problem) => write!(f, "the answer of status {status} {problem}"),
            What::Refused { code, message, .. } => {
                // On one line and of some length: a log is read by people.
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

/// A message up to where it quotes the canonical request or the `Authorization` header, and without
/// the piece of that header that it says is no pair.
fn without_quotations(message: &str) -> String {
    // A piece may hold quotes itself.
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
        f.debug_struct("Error")
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
    fn what_may_pass() {
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
            // A piece that says so itself.
            (
                format!(
                    "'a' not a valid key=value pair{TOKEN}' not a valid key=value pair (missing \
                     equal-sign)."
                ),
                "'[elided]' not a valid key=value pair (missing equal-sign).",
            ),
            // A digest, which tells nothing.
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
