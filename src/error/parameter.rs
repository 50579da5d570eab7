//! The limit that a parameter breaks.

use std::fmt;

/// The limit or rule that a parameter breaks, as text.
///
/// AWS documents hundreds of them, so they have no names. `Display` writes the rule.
///
/// ```
/// # #[cfg(feature = "tokens")] {
/// use countersign::{Credentials, Timestamp, tokens};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now = Timestamp::from_unix_seconds(1_798_761_600);
/// let refused = tokens::rds(
///     &credentials,
///     "us-east-1",
///     "db.example.com:0",
///     "admin",
///     now,
/// );
/// assert_eq!(
///     refused.unwrap_err().to_string(),
///     "parameter `endpoint` has an invalid port: it must be between 1 and 65535"
/// );
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{0}")]
pub struct ParameterProblem(pub(crate) Rule);

impl fmt::Debug for ParameterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    Text(&'static str),
    /// A length, a count or a number outside its range.
    #[allow(dead_code, reason = "only calls have ranges")]
    Range {
        min: u64,
        /// `u64::MAX` if there is no maximum.
        max: u64,
        unit: &'static str,
        got: u64,
    },
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Text(text) => f.write_str(text),
            Self::Range {
                min,
                max,
                unit,
                got,
            } => match max {
                u64::MAX => write!(f, "must be {min} or more {unit}, got {got}"),
                max if max == min => write!(f, "must be {min} {unit}, got {got}"),
                max => write!(f, "must be {min} to {max} {unit}, got {got}"),
            },
        }
    }
}
