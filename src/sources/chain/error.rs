//! The error of a chain.

use std::fmt;

use super::{CredentialSource, Skipped};
use crate::sources::Error;

/// Why a chain ended without credentials: the error, its source, and the sources that were skipped.
///
/// ```
/// use countersign::sources::{
///     Chain, CredentialSource, Environment, Error, Input,
/// };
/// # let now = countersign::Timestamp::from_unix_seconds(1_893_553_445);
///
/// let environment =
///     Environment::from_pairs([("AWS_EC2_METADATA_DISABLED", "true")]);
/// let error = Chain::new(environment, "my-program")
///     .next(Input::Start, now)
///     .unwrap_err();
/// assert!(error.is_not_configured());
/// assert_eq!(error.skipped().len(), 5); // each with its reason
/// assert!(
///     error
///         .to_string()
///         .contains("environment: `AWS_ACCESS_KEY_ID` is not set")
/// );
/// ```
pub struct ChainError(Box<Failure>);

struct Failure {
    error: Error,
    source: CredentialSource,
    skipped: Vec<Skipped>,
}

impl ChainError {
    pub(super) fn new(error: Error, source: CredentialSource, skipped: Vec<Skipped>) -> Self {
        Self(Box::new(Failure {
            error,
            source,
            skipped,
        }))
    }

    /// Returns the error that stopped the chain.
    pub fn error(&self) -> &Error {
        &self.0.error
    }

    /// Returns the source that failed; `None` if no source is configured.
    pub fn failed_source(&self) -> Option<CredentialSource> {
        (!self.is_not_configured()).then_some(self.0.source)
    }

    /// Returns the sources that are not configured, with the reason of each.
    pub fn skipped(&self) -> &[Skipped] {
        &self.0.skipped
    }

    /// Whether no source is configured, so that the program may go on without credentials.
    pub fn is_not_configured(&self) -> bool {
        matches!(self.0.error, Error::NotConfigured)
    }
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failed_source() {
            Some(source) => write!(f, "{source}: {}", self.0.error)?,
            None => write!(f, "{}", self.0.error)?,
        }
        for (index, skipped) in self.0.skipped.iter().enumerate() {
            let before = if index == 0 {
                " (not configured: "
            } else {
                "; "
            };
            write!(f, "{before}{}: {}", skipped.source, skipped.reason)?;
        }
        if self.0.skipped.is_empty() {
            return Ok(());
        }
        f.write_str(")")
    }
}

/// Contains the same text as `Display`, which `main` prints for an error that it returns.
impl fmt::Debug for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChainError")
            .field(&format_args!("{self}"))
            .finish()
    }
}

impl std::error::Error for ChainError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0.error)
    }
}
