//! What can be wrong with a proof that arrives.

use crate::verify::VerifyError;

/// Why a proof is refused. No variant holds a token or a signature.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::tokens::caller_identity::{ProofCheck, ProofError};
/// use http::{HeaderName, HeaderValue};
/// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
///
/// let audience = (HeaderName::from_static("x-audience"), HeaderValue::from_static("login.example.com"));
/// let check = ProofCheck::new(["sts.us-east-1.amazonaws.com"], audience);
/// let url = "https://sts.attacker.example/?Action=GetCallerIdentity&Version=2011-06-15";
/// assert_eq!(check.presigned(url, now).unwrap_err(), ProofError::HostNotAllowed);
/// # Ok::<(), countersign::ParseTimestampError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The URL is not `https://HOST/`, with a query where one belongs, percent-encoded as AWS does
    /// it.
    #[error("the URL is not of the form that a proof has")]
    WrongUrl,
    /// The host is none of STS's that are allowed here, to the letter.
    #[error("the host is none that proofs may be for")]
    HostNotAllowed,
    /// The method is neither `POST` nor, without a body, `GET`.
    #[error("the method must be `POST`, or `GET` without a body")]
    WrongMethod,
    /// It asks for something else than `GetCallerIdentity` of the version 2011-06-15, or for more.
    #[error("it asks for something else than GetCallerIdentity")]
    NotGetCallerIdentity,
    /// The query has a parameter that does not belong there, or one that is spelled in another way.
    #[error("there is a parameter that does not belong in a proof")]
    UnexpectedParameter,
    /// The query has a parameter twice.
    #[error("there is a parameter twice")]
    RepeatedParameter,
    /// A header is signed that does not belong there, or with a value that is wrong.
    #[error("the signed header `{name}` does not belong in a proof, or has another value")]
    UnexpectedHeader {
        /// Its name.
        name: String,
    },
    /// A signed header is there twice.
    #[error("the signed header `{name}` is not there exactly once")]
    RepeatedHeader {
        /// Its name.
        name: String,
    },
    /// What the signature says of itself is wrong: its form, its date, its scope, its signed
    /// headers, its audience.
    #[error(transparent)]
    Claim(#[from] VerifyError),
}
