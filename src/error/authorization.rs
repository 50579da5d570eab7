//! The rules for an `Authorization` header and its form in a query or in form fields.

/// What is wrong with an authorization: a header, the query of a presigned URL, or form fields.
///
/// ```
/// use countersign::Error;
/// use countersign::sigv4::{AuthorizationProblem, QueryAuthorization};
///
/// // A link that was truncated.
/// let error = QueryAuthorization::parse("X-Amz-Algorithm=AWS4-HMAC-SHA256")
///     .unwrap_err();
/// let problem = AuthorizationProblem::Missing {
///     name: "X-Amz-Credential",
/// };
/// assert_eq!(error, Error::MalformedAuthorization(problem));
/// assert_eq!(problem.to_string(), "`X-Amz-Credential` is missing");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorizationProblem {
    /// A part or parameter is missing.
    #[error("`{name}` is missing")]
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// The header has a character outside printable ASCII.
    #[error("must be printable ASCII")]
    NotPrintable,
    /// The header has an algorithm only.
    #[error("parameters are missing after the algorithm")]
    AlgorithmOnly,
    /// The algorithm is unknown.
    #[error("unknown algorithm, expected AWS4-HMAC-SHA256 or AWS4-ECDSA-P256-SHA256")]
    UnknownAlgorithm,
    /// A part of the header has no `=`.
    #[error("a part is not of the form `name=value`")]
    PartWithoutValue,
    /// A part of the header has an unknown name.
    #[error("a part has an unknown name")]
    UnknownPart,
    /// A part of the header appears more than once.
    #[error("a part appears more than once")]
    DuplicatePart,
    /// A parameter appears more than once.
    #[error("a parameter appears more than once")]
    DuplicateParameter,
    /// A parameter's name differs from the specification's in letter case.
    #[error("a parameter's name is in the wrong case")]
    WrongCase,
    /// A decoded parameter is not UTF-8.
    #[error("a parameter is not UTF-8")]
    NotUtf8,
    /// The credential has a character outside printable ASCII, or a comma.
    #[error("`Credential` must be visible ASCII without `,`")]
    CredentialCharacter,
    /// The credential is not an access key ID and a scope.
    #[error("`Credential` is not of the form ID/SCOPE")]
    InvalidCredential,
    /// The access key ID is too long.
    #[error("access key ID is longer than 128 bytes")]
    AccessKeyIdTooLong,
    /// The access key ID does not fit Signature Version 2.
    #[error("access key ID must be 1 to 128 printable ASCII characters without spaces")]
    InvalidAccessKeyId,
    /// The form field is not an access key ID and a scope.
    #[error(
        "`x-amz-credential` must be an access key ID of 1 to 128 printable ASCII \
         characters without `,`, and a credential scope"
    )]
    InvalidCredentialField,
    /// The list of signed headers cannot be read.
    #[error("`SignedHeaders` is empty or not UTF-8")]
    EmptySignedHeaders,
    /// The list of signed headers is in another order, repeats a name, or has an uppercase letter.
    #[error("`SignedHeaders` must be a sorted list of lowercase names")]
    UnsortedSignedHeaders,
    /// The signature is not hexadecimal.
    #[error("the signature is not hexadecimal or has the wrong length")]
    InvalidSignature,
    /// The date is malformed.
    #[error("`X-Amz-Date` is not of the form YYYYMMDDTHHMMSSZ")]
    InvalidDate,
    /// The lifetime is not a number.
    #[error("`X-Amz-Expires` is not a number of seconds")]
    InvalidExpires,
    /// The query has both kinds of session token.
    #[error("session token appears more than once")]
    DuplicateSessionToken,
    /// The session token is empty or not UTF-8.
    #[error("the session token is malformed")]
    InvalidSessionToken,
    /// Signature Version 2: the version is another one.
    #[error("`SignatureVersion` must be 2")]
    WrongVersion,
    /// Signature Version 2: the hash is another one.
    #[error("`SignatureMethod` must be HmacSHA256 or HmacSHA1")]
    UnknownMethod,
    /// Signature Version 2: the request has two times.
    #[error("`Timestamp` and `Expires` must not both be present")]
    TwoTimes,
}
