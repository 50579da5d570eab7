//! The limit that a parameter breaks.

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
///     "parameter `host` has an invalid port: it must be between 1 and 65535"
/// );
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{0}")]
pub struct ParameterProblem(pub(crate) &'static str);

impl std::fmt::Debug for ParameterProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self.0, f)
    }
}
