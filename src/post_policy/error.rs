//! What can be wrong with a form that arrives.

use http::StatusCode;

use crate::timestamp::Timestamp;
use crate::verify::{Protocol, VerifyError};

/// Why a browser's upload is refused.
///
/// No variant holds a signature, a token, or the value of a field. A field's name is the client's:
/// `Display` and `Debug` escape its control characters, so that it cannot forge a line of a log.
///
/// ```
/// use countersign::post_policy::PolicyError;
///
/// // What a server answers, in S3's words.
/// let answer = |error: &PolicyError| {
///     let body = format!("<Error><Code>{}</Code><Message>{error}</Message></Error>", error.code());
///     http::Response::builder().status(error.status()).body(body)
/// };
/// let response = answer(&PolicyError::FieldNotCovered { field: "acl".to_owned() })?;
/// assert_eq!(response.status(), http::StatusCode::FORBIDDEN);
/// assert!(response.body().contains("<Code>AccessDenied</Code>"));
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Who signed, for what, and whether they did: as for any other request.
    #[error(transparent)]
    Signature(#[from] VerifyError),
    /// A field came twice. Whoever reads one of them is told something else than who reads the
    /// other.
    #[error("the field `{}` is there twice", field.escape_debug())]
    RepeatedField {
        /// Its name.
        field: String,
    },
    /// The policy is not what a policy looks like.
    #[error("the policy {0}")]
    MalformedPolicy(&'static str),
    /// The policy has ended.
    #[error("the policy expired at {}, and it is {}", expiration, now)]
    Expired {
        /// When it ended.
        expiration: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// A field that no condition is about.
    #[error("no condition of the policy covers the field `{}`", field.escape_debug())]
    FieldNotCovered {
        /// Its name.
        field: String,
    },
    /// A condition is about a field that did not come.
    #[error("the policy asks for the field `{}`", field.escape_debug())]
    FieldMissing {
        /// Its name.
        field: String,
    },
    /// A field is not what the policy asks for.
    #[error("the field `{}` does not meet the policy", field.escape_debug())]
    FieldNotMet {
        /// Its name.
        field: String,
    },
    /// The fields are too long, with the file's name for each `${filename}`.
    #[error(
        "form fields are {length} bytes with the file name filled in, above the maximum of {longest}"
    )]
    FieldsTooLong {
        /// Their names and values, in bytes, without `policy` and `file`.
        length: usize,
        /// The most, in bytes.
        longest: usize,
    },
    /// The key is empty, with the file's name for each `${filename}`.
    #[error("object key is empty")]
    EmptyKey,
    /// The key is longer than 1,024 bytes, with the file's name for each `${filename}`.
    #[error("object key is {length} bytes, above the maximum of 1024")]
    KeyTooLong {
        /// The key's length, in bytes.
        length: usize,
    },
    /// The file is shorter than the policy asks for.
    #[error("the file has {length} bytes, and the policy asks for {min} or more")]
    FileTooSmall {
        /// The file's length, in bytes.
        length: u64,
        /// The least, in bytes.
        min: u64,
    },
    /// The file is longer than the policy takes.
    #[error("the file has {length} bytes, and the policy takes {max} or less")]
    FileTooLarge {
        /// The file's length, in bytes.
        length: u64,
        /// The most, in bytes.
        max: u64,
    },
}

impl PolicyError {
    /// The error code that S3 answers.
    ///
    /// ```
    /// use countersign::post_policy::PolicyError;
    ///
    /// let error = PolicyError::FileTooLarge { length: 11, max: 10 };
    /// assert_eq!((error.code(), error.status().as_u16()), ("EntityTooLarge", 400));
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            Self::Signature(error) => error.code(Protocol::S3),
            Self::RepeatedField { .. } | Self::EmptyKey => "InvalidArgument",
            Self::FieldsTooLong { .. } => "MaxPostPreDataLengthExceeded",
            Self::KeyTooLong { .. } => "KeyTooLongError",
            Self::MalformedPolicy(_) => "InvalidPolicyDocument",
            Self::Expired { .. }
            | Self::FieldNotCovered { .. }
            | Self::FieldMissing { .. }
            | Self::FieldNotMet { .. } => "AccessDenied",
            Self::FileTooSmall { .. } => "EntityTooSmall",
            Self::FileTooLarge { .. } => "EntityTooLarge",
        }
    }

    /// The status that goes with it.
    ///
    /// ```
    /// use countersign::post_policy::PolicyError;
    ///
    /// assert_eq!(PolicyError::MalformedPolicy("is not base64").status().as_u16(), 400);
    /// assert_eq!(PolicyError::FieldMissing { field: "key".to_owned() }.status().as_u16(), 403);
    /// ```
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Signature(error) => error.status(Protocol::S3),
            _ if self.code() == "AccessDenied" => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}
