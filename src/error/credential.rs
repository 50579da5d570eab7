//! The rules for the text of credentials and bearer tokens.

/// The rule that an access key ID, a secret key, a session token or a bearer token breaks.
///
/// ```
/// use countersign::{CredentialProblem, Credentials, Error, Signer};
///
/// // A secret that was read from a file, with the line break at its end.
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret\n");
/// let error = Signer::new(credentials, "us-east-1", "sqs").unwrap_err();
/// assert_eq!(
///     error,
///     Error::InvalidSecretKey(CredentialProblem::Whitespace)
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialProblem {
    /// There is no text.
    #[error("is empty")]
    Empty,
    /// White space or a control character, often the line break at the end of a file.
    #[error("contains white space or a control character")]
    Whitespace,
    /// A character outside ASCII.
    #[error("contains a character outside ASCII")]
    NotAscii,
    /// A comma, which separates the parts of an authorization, or a character outside ASCII.
    #[error("contains a comma or a character outside ASCII")]
    CommaOrNotAscii,
    /// The secret key looks like an access key ID.
    #[error("looks like an access key ID: are the two swapped?")]
    LooksLikeAccessKeyId,
    /// No P-256 key follows from the secret key, for Signature Version 4A.
    #[error("derives no P-256 key: use another access key")]
    YieldsNoKey,
    /// No signature follows from the secret key.
    #[error("derives no SMTP password: use another access key")]
    YieldsNoSignature,
    /// The access key ID does not fit Signature Version 2.
    #[error("must be printable ASCII without spaces")]
    NotPrintable,
    /// The access key ID is too short or too long for Signature Version 2.
    #[error("must be 1 to 128 bytes long")]
    WrongLength,
    /// The session token does not fit an EKS token.
    #[error(
        "makes the EKS token longer than its maximum, which is 4096 bytes unless \
         `EksTokenGenerator::with_longest_token` raises it"
    )]
    TooLongForEks,
    /// The text does not have the syntax of RFC 6750, section 2.1.
    #[error("must be ASCII letters, digits and `-._~+/`, with `=` only at the end")]
    NotBearerSyntax,
    /// The text cannot be the value of a header.
    #[error("cannot be sent in a header")]
    NotHeaderValue,
}
