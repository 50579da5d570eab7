//! The rules for a region, a region set and a signing name.

/// The rule that a region, a region set or the signing name of a service breaks.
///
/// ```
/// use countersign::sigv4::ScopeProblem;
/// use countersign::{Credentials, Error, Signer};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let error = Signer::new(credentials, "us/east", "sqs").unwrap_err();
/// let (region, problem) = ("us/east".to_owned(), ScopeProblem::NotPrintable);
/// assert_eq!(error, Error::InvalidRegion { region, problem });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeProblem {
    /// There is no text.
    #[error("is empty")]
    Empty,
    /// The text is too long.
    #[error("is longer than 64 bytes")]
    TooLong,
    /// A character would make the credential scope ambiguous.
    #[error("must be printable ASCII without `/` or `,`")]
    NotPrintable,
    /// The signing name must be in lowercase, because its service has rules of its own.
    #[error("must be in lowercase, as in `s3`")]
    NotLowercase,
    /// The region cannot be part of a host name.
    #[error("must be one label of a host name, in lowercase")]
    NotHostLabel,
    /// The region is a pseudo-region, such as `aws-global`.
    #[error("is a pseudo-region of the SDKs: use the name of the region")]
    PseudoRegion,
    /// The region set is empty.
    #[error("is empty: `*` stands for all regions")]
    EmptySet,
    /// The region set has nothing between two commas.
    #[error("has an empty region between its commas")]
    EmptyRegion,
    /// The region set contains white space.
    #[error("contains white space: its regions are joined with `,` alone")]
    Whitespace,
}
