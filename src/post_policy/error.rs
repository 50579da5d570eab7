//! The errors of verifying a browser upload.

use http::StatusCode;

use crate::error::post_policy::MalformedPolicy;
use crate::timestamp::Timestamp;
use crate::verify::{Answer, Protocol, VerifyError, refusal};

/// Why a browser upload is refused.
///
/// No variant contains a signature, a token, or the value of a field. The client chooses the names of
/// fields, so `Display` and `Debug` escape control characters: a name cannot forge a line of a log.
/// [`error_response`](crate::verify::error_response) makes a response of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The signature, its credentials or its scope is refused, as for any other request.
    #[error(transparent)]
    Signature(#[from] VerifyError),
    /// A field appears more than once. Two readers could use different values.
    #[error("form field `{}` appears more than once", field.escape_debug())]
    RepeatedField {
        /// The field's name.
        field: String,
    },
    /// The policy cannot be read.
    #[error(transparent)]
    MalformedPolicy(#[from] MalformedPolicy),
    /// The policy has expired.
    #[error("policy expired at {expiration} (server time {now})")]
    Expired {
        /// The policy's expiration.
        expiration: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// No condition covers a field.
    #[error("no condition of the policy covers the form field `{}`", field.escape_debug())]
    FieldNotCovered {
        /// The field's name.
        field: String,
    },
    /// A field that the policy or the scheme requires is missing.
    #[error("form field `{}` is missing", field.escape_debug())]
    FieldMissing {
        /// The field's name.
        field: String,
    },
    /// A field does not meet the policy.
    #[error("value of form field `{}` does not match its condition in the policy", field.escape_debug())]
    FieldNotMet {
        /// The field's name.
        field: String,
    },
    /// The fields are too long, with each `${filename}` replaced.
    #[error(
        "form fields, with the file name filled in, are {length} bytes, above the maximum of {longest}"
    )]
    FieldsTooLong {
        /// The length of names and values in bytes, without `policy` and `file`.
        length: usize,
        /// The maximum, in bytes.
        longest: usize,
    },
    /// The object key is empty, with each `${filename}` replaced.
    #[error("object key is empty")]
    EmptyKey,
    /// The object key is longer than 1,024 bytes, with each `${filename}` replaced.
    #[error("object key is {length} bytes, above the maximum of 1024")]
    KeyTooLong {
        /// The key's length, in bytes.
        length: usize,
    },
    /// The file is shorter than the policy requires.
    #[error("file is {length} bytes, below the minimum of {min}")]
    FileTooSmall {
        /// The file's length, in bytes.
        length: u64,
        /// The minimum, in bytes.
        min: u64,
    },
    /// The file is longer than the policy allows.
    #[error("file is {length} bytes, above the maximum of {max}")]
    FileTooLarge {
        /// The file's length, in bytes.
        length: u64,
        /// The maximum, in bytes.
        max: u64,
    },
}

impl PolicyError {
    /// The error code of S3's response.
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

    /// The HTTP status of S3's response.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Signature(error) => error.status(Protocol::S3),
            _ if self.code() == "AccessDenied" => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl refusal::Sealed for PolicyError {
    /// Only S3 takes forms, so every protocol has its codes.
    fn answer(&self, _: Protocol) -> Answer {
        match self {
            Self::Signature(error) => error.answer(Protocol::S3),
            _ => Answer {
                code: self.code(),
                status: self.status(),
                message: self.to_string().into(),
                elements: Vec::new(),
            },
        }
    }
}
