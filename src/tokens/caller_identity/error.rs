//! The error of checking a proof.

use crate::verify::VerifyError;

/// The reason why [`ProofCheck`](super::ProofCheck) rejects a proof.
///
/// No variant contains a token or a signature.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::tokens::caller_identity::{ProofCheck, ProofError};
/// use http::{HeaderName, HeaderValue};
/// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
///
/// let name = HeaderName::from_static("x-audience");
/// let audience = (name, HeaderValue::from_static("login.example.com"));
/// let check = ProofCheck::new(["sts.us-east-1.amazonaws.com"], audience);
/// let query = "Action=GetCallerIdentity&Version=2011-06-15";
/// let url = format!("https://sts.attacker.example/?{query}");
/// let error = check.presigned(&url, now).unwrap_err();
/// assert_eq!(error, ProofError::HostNotAllowed);
/// # Ok::<(), countersign::ParseTimestampError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The URL is not `https://HOST/` or `https://HOST/?QUERY`, in AWS's percent-encoding.
    #[error("malformed URL, expected https://HOST/ or https://HOST/?QUERY, encoded as AWS does")]
    WrongUrl,
    /// The host is not exactly one of the hosts of [`ProofCheck::new`](super::ProofCheck::new).
    #[error("host is not in the allowed list")]
    HostNotAllowed,
    /// The method is neither `POST` nor, without a body, `GET`.
    #[error("method must be `POST`, or `GET` without a body")]
    WrongMethod,
    /// The operation is other than `GetCallerIdentity` of version 2011-06-15, or has parameters.
    #[error("operation must be GetCallerIdentity of version 2011-06-15, without parameters")]
    NotGetCallerIdentity,
    /// The query contains a parameter that is not part of a proof.
    ///
    /// A parameter that AWS spells in another way is also this error.
    #[error("query contains a parameter that is not part of a proof")]
    UnexpectedParameter,
    /// The query contains a parameter more than once.
    #[error("query contains a parameter more than once")]
    RepeatedParameter,
    /// A signed header is not allowed in a proof, or has a wrong value.
    #[error("signed header `{name}` is not allowed in a proof, or has a wrong value")]
    UnexpectedHeader {
        /// The header's name.
        name: String,
    },
    /// A signed header is missing or appears more than once.
    #[error("signed header `{name}` must appear exactly once")]
    RepeatedHeader {
        /// The header's name.
        name: String,
    },
    /// The form, date, scope, signed headers or audience of the signature is wrong.
    #[error(transparent)]
    Claim(#[from] VerifyError),
}
