//! The errors of signing a browser upload.

use crate::timestamp::Timestamp;

/// Why a policy or its form cannot be signed.
///
/// [`Error::PostPolicy`](crate::Error::PostPolicy) contains it. No variant contains the value of a
/// field. `Display` escapes the control characters of a field's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostPolicyError {
    /// The text is not a policy that S3 can read.
    #[error(transparent)]
    Malformed(#[from] MalformedPolicy),
    /// The policy's expiration cannot be written.
    #[error("policy expires at {expiration}, outside the years 0 to 9999")]
    ExpirationOutOfRange {
        /// The policy's expiration.
        expiration: Timestamp,
    },
    /// The policy expired before it was signed.
    #[error("policy expired at {expiration} (request time {now})")]
    Expired {
        /// The policy's expiration.
        expiration: Timestamp,
        /// The time of signing.
        now: Timestamp,
    },
    /// No file has a length that the conditions allow.
    #[error(
        "policy allows no file: the minimum of {min} bytes is above the maximum of {max} bytes"
    )]
    EmptyLengthRange {
        /// The largest minimum of the conditions, in bytes.
        min: u64,
        /// The smallest maximum of the conditions, in bytes.
        max: u64,
    },
    /// No condition covers a field, so S3 would refuse the form.
    #[error("no condition of the policy covers the form field `{}`", field.escape_debug())]
    FieldNotCovered {
        /// The field's name.
        field: String,
    },
    /// The value of a field does not meet a condition.
    #[error("value of form field `{}` does not match its condition in the policy", field.escape_debug())]
    FieldNotMet {
        /// The field's name.
        field: String,
    },
    /// An exact condition contains `${filename}`, so no upload can meet it.
    #[error(
        "exact condition on the form field `{}` contains `${{filename}}`, which S3 replaces \
         before it compares: use a prefix",
        field.escape_debug()
    )]
    FileNameInExactCondition {
        /// The field's name.
        field: String,
    },
    /// The object key is empty or too long, whatever the file's name is.
    #[error("object key must be 1 to 1024 bytes, got {length}")]
    InvalidKeyLength {
        /// The key's length in bytes, without `${filename}`.
        length: usize,
    },
    /// A field's name is empty, or contains a quotation mark or a control character.
    #[error(
        "form field name `{}` must not be empty or contain a quotation mark or control character",
        field.escape_debug()
    )]
    InvalidFieldName {
        /// The field's name.
        field: String,
    },
    /// Signing sets the field, or it is the file.
    #[error("form field `{}` is reserved: signing adds it, or it is the file", field.escape_debug())]
    ReservedField {
        /// The field's name.
        field: String,
    },
    /// A field has two different values.
    #[error("form field `{}` has two different values", field.escape_debug())]
    DuplicateField {
        /// The field's name.
        field: String,
    },
}

/// Why a text is not the policy of a browser upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedPolicy {
    /// The policy is longer than S3 accepts.
    #[error("policy is {length} bytes in base64, above the maximum of {longest}")]
    TooLong {
        /// The policy's length in base64, in bytes.
        length: usize,
        /// The maximum, in bytes.
        longest: usize,
    },
    /// The policy is not base64.
    #[error("policy is not base64")]
    NotBase64,
    /// The policy is not UTF-8.
    #[error("policy is not UTF-8")]
    NotUtf8,
    /// The policy is not a JSON object.
    #[error("policy is not a JSON object")]
    NotAnObject,
    /// The members of the policy are not exactly `expiration` and `conditions`.
    #[error("policy must have exactly the members `expiration` and `conditions`")]
    UnexpectedMembers,
    /// The expiration is not a time in UTC.
    #[error("policy `expiration` must have the form YYYY-MM-DDTHH:MM:SS.sssZ")]
    InvalidExpiration,
    /// The conditions are not an array.
    #[error("policy `conditions` must be an array")]
    InvalidConditions,
    /// A condition is malformed, or of a kind that this crate does not know.
    #[error("condition {position} of the policy is malformed or of an unknown kind")]
    InvalidCondition {
        /// The position of the condition, counted from 0.
        position: usize,
    },
}
