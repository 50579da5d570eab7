//! A secret text with its expiration.

use zeroize::Zeroizing;

use super::secret::Secret;
use crate::sign::presigned::Presigned;
use crate::timestamp::Timestamp;

/// A secret text with its expiration: a password, token or login.
///
/// It is zeroised when dropped, and `Debug` does not print it.
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens};
///
/// let expiration: Timestamp = "2026-01-01T12:10:00Z".parse()?;
/// let credentials =
///     Credentials::new("AKIDEXAMPLE", "secret").with_expiration(expiration);
/// let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
/// let token = tokens::msk(&credentials, "us-east-1", "my-app/1.0", now)?;
/// assert_eq!(token.expires_at(), expiration); // that of the credentials
/// assert_eq!(token.expires_at_milliseconds(), 1_767_269_400_000);
/// assert!(!format!("{token:?}").contains(token.expose()));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Token {
    text: Secret,
    expires_at: Timestamp,
}

impl Token {
    pub(super) fn new(text: impl Into<Secret>, expires_at: Timestamp) -> Self {
        let text = text.into();
        Self { text, expires_at }
    }

    /// Makes a token from a presigned URL.
    pub(super) fn of(presigned: Presigned, make: impl FnOnce(&str) -> String) -> Self {
        let expires_at = presigned.expires_at();
        let url = Zeroizing::new(presigned.into_url());
        Self::new(make(&url), expires_at)
    }

    /// Makes a token from a presigned URL, without the URL's scheme.
    pub(super) fn without_scheme(presigned: Presigned) -> Self {
        Self::of(presigned, |url| without_scheme(url).to_owned())
    }

    /// Returns the token itself. It is a secret.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Returns when the token or its credentials expire, whichever comes first.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Returns [`expires_at`](Self::expires_at) in milliseconds since the Unix epoch.
    ///
    /// Kafka's clients take this instant as `lifetimeMs` of an OAUTHBEARER token.
    pub fn expires_at_milliseconds(&self) -> i64 {
        self.expires_at.unix_millis()
    }
}

pub(super) fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}
