//! What comes out: a secret that knows when it ends.

use std::fmt;

use zeroize::Zeroizing;

use crate::sign::presigned::Presigned;
use crate::timestamp::Timestamp;

/// A token: a secret text, and when it ends.
///
/// Zeroised when dropped, and never printed; [`expose`](Self::expose) is the one way out.
///
/// ```
/// use countersign::{tokens, Credentials};
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_expiration(datetime!(2026-01-01 12:10 UTC));
/// let now = datetime!(2026-01-01 12:00 UTC);
/// let token = tokens::msk(&credentials, "us-east-1", "my-app/1.0", now)?;
/// assert_eq!(token.expires_at(), datetime!(2026-01-01 12:10 UTC)); // with the credentials
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

    /// Of a presigned URL, by what becomes of it.
    pub(super) fn of(presigned: Presigned, make: impl FnOnce(&str) -> String) -> Self {
        let expires_at = presigned.expires_at();
        let url = Zeroizing::new(presigned.into_url());
        Self::new(Zeroizing::new(make(&url)), expires_at)
    }

    /// The URL without its scheme, which is what databases and caches take.
    pub(super) fn without_scheme(presigned: Presigned) -> Self {
        Self::of(presigned, |url| without_scheme(url).to_owned())
    }

    /// The token itself: the one way out.
    ///
    /// ```
    /// # use countersign::{tokens, Credentials};
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let now = time::macros::datetime!(2024-01-01 0:00 UTC);
    /// let endpoint = "mydb.123456789012.us-east-1.rds.amazonaws.com:5432";
    /// let password = tokens::rds(&credentials, "us-east-1", endpoint, "jane_doe", now)?;
    /// let mut psql = std::process::Command::new("psql");
    /// psql.env("PGSSLMODE", "require").env("PGPASSWORD", password.expose());
    /// # assert!(password.expose().starts_with("mydb.123456789012.us-east-1.rds.amazonaws.com:5432/?"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// When it ends: by itself, or with the credentials if they end before.
    ///
    /// ```
    /// # use countersign::{tokens, Credentials};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let endpoint = "mydb.123456789012.us-east-1.rds.amazonaws.com:5432";
    /// let now = datetime!(2024-01-01 0:00 UTC);
    /// let password = tokens::rds(&credentials, "us-east-1", endpoint, "jane_doe", now)?;
    /// assert_eq!(password.expires_at(), now + time::Duration::minutes(15));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// [`expires_at`](Self::expires_at) in milliseconds since 1970, as Kafka's clients want the
    /// lifetime of an OAUTHBEARER token.
    ///
    /// ```
    /// # use countersign::{tokens, Credentials};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let now = datetime!(1970-01-02 0:00 UTC); // 86,400 seconds after the epoch
    /// let token = tokens::msk(&credentials, "us-east-1", "my-app/1.0", now)?;
    /// assert_eq!(token.expires_at_milliseconds(), (86_400 + 900) * 1000);
    /// # Ok::<(), countersign::Error>(())
    /// ```
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
