//! A secret text with its expiration.

use std::fmt;

use zeroize::Zeroizing;

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
#[derive(Clone)]
pub struct Token {
    text: Zeroizing<String>,
    expires_at: Timestamp,
}

impl Token {
    pub(super) fn new(text: Zeroizing<String>, expires_at: Timestamp) -> Self {
        Self { text, expires_at }
    }

    /// Makes a token from a presigned URL.
    pub(super) fn of(presigned: Presigned, make: impl FnOnce(&str) -> String) -> Self {
        let expires_at = presigned.expires_at();
        let url = Zeroizing::new(presigned.into_url());
        Self::new(Zeroizing::new(make(&url)), expires_at)
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
    /// Kafka's clients expect this as the lifetime of an OAUTHBEARER token.
    pub fn expires_at_milliseconds(&self) -> i64 {
        self.expires_at.unix_millis()
    }
}

pub(super) fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("text", &format_args!("[elided]"))
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
