//! Credentials from a source, with their account and expiration.

use std::time::Duration;

use crate::credentials::Credentials;
use crate::timestamp::Timestamp;

/// Credentials from a source, with their account and the time to fetch new ones.
///
/// ```
/// use countersign::sources::{Environment, environment_credentials};
///
/// let environment = Environment::from_pairs([
///     ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
///     (
///         "AWS_SECRET_ACCESS_KEY",
///         "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
///     ),
///     ("AWS_ACCOUNT_ID", "123456789012"),
/// ]);
/// let resolved =
///     environment_credentials(&environment)?.expect("both keys are set");
/// assert_eq!(resolved.account_id(), Some("123456789012"));
/// assert_eq!(resolved.access_key_id(), "AKIDEXAMPLE");
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ResolvedCredentials {
    credentials: Credentials,
    account_id: Option<String>,
    expiration: Option<Timestamp>,
    next_try: Option<Timestamp>,
}

impl ResolvedCredentials {
    pub(super) fn new(id: &str, secret: &str, expiration: Option<Timestamp>) -> Self {
        let credentials = Credentials::new(id, secret);
        Self::from(match expiration {
            Some(expiration) => credentials.with_expiration(expiration),
            None => credentials,
        })
    }

    /// Temporary credentials: access key ID, secret access key and session token.
    pub(super) fn temporary([id, secret, token]: [&str; 3], expiration: Timestamp) -> Self {
        Self::new(id, secret, Some(expiration)).with_session_token(Some(token))
    }

    pub(super) fn with_session_token(mut self, token: Option<&str>) -> Self {
        if let Some(token) = token {
            self.credentials = self.credentials.with_session_token(token);
        }
        self
    }

    /// Sets the account that the credentials belong to.
    #[must_use]
    pub fn with_account_id(self, account_id: &str) -> Self {
        self.of_account(Some(account_id))
    }

    pub(super) fn of_account(mut self, account_id: Option<&str>) -> Self {
        self.account_id = account_id.map(str::to_owned);
        self
    }

    /// For credentials that were served expired: removes their expiration, because AWS accepts them and
    /// a [`Signer`](crate::Signer) would refuse them.
    pub(super) fn with_next_try(mut self, next_try: Timestamp) -> Self {
        self.next_try = Some(next_try);
        let (id, secret) = (
            self.credentials.access_key_id(),
            self.credentials.secret_key(),
        );
        let credentials = Credentials::new(id, secret.clone());
        self.credentials = match self.credentials.session_token() {
            Some(token) => credentials.with_session_token(token.clone()),
            None => credentials,
        };
        self
    }

    /// Returns the credentials, with their session token and expiration, for a [`Signer`](crate::Signer).
    ///
    /// Instance metadata may serve expired credentials during an outage, and AWS services accept them
    /// then. Such credentials are without an expiration here, because a [`Signer`](crate::Signer)
    /// refuses expired ones. See [`expiration`](Self::expiration) and [`next_try`](Self::next_try).
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Returns the access key ID of the credentials.
    pub fn access_key_id(&self) -> &str {
        self.credentials.access_key_id()
    }

    /// Returns the credentials alone, as [`credentials`](Self::credentials) does.
    pub fn into_credentials(self) -> Credentials {
        self.credentials
    }

    /// Returns the ID of the account, if the source names it.
    pub fn account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    /// Returns when the credentials expire, if the source says so.
    pub fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }

    /// Whether the credentials expired. Credentials without an expiration never do.
    pub fn is_expired(&self, now: impl Into<Timestamp>) -> bool {
        let now = now.into();
        self.expiration.is_some_and(|expiration| expiration <= now)
    }

    /// Returns when to ask the source again, if it served expired credentials.
    pub fn next_try(&self) -> Option<Timestamp> {
        self.next_try
    }
}

impl From<Credentials> for ResolvedCredentials {
    fn from(credentials: Credentials) -> Self {
        Self {
            expiration: credentials.expiration(),
            credentials,
            account_id: None,
            next_try: None,
        }
    }
}

/// When to ask again a source that serves expired credentials: after 5 to 15 minutes.
pub(super) fn next_try(now: Timestamp, jitter: Duration) -> Timestamp {
    now + Duration::from_secs(5 * 60) + jitter.min(Duration::from_secs(10 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_that_expire_now_are_expired() {
        let at = Timestamp::from_unix_seconds(100);
        let resolved = ResolvedCredentials::new("A", "s", Some(at));
        assert!(resolved.is_expired(at) && !resolved.is_expired(at - Duration::from_nanos(1)));
        let lasting = ResolvedCredentials::new("A", "s", None);
        assert!(!lasting.is_expired(Timestamp::from_unix_seconds(i64::MAX)));
    }

    #[test]
    fn the_next_try_is_five_to_fifteen_minutes_away() {
        let now = Timestamp::from_unix_seconds(100);
        let seconds = |jitter| next_try(now, jitter).unix_seconds() - now.unix_seconds();
        assert_eq!(seconds(Duration::ZERO), 300);
        assert_eq!(seconds(Duration::from_secs(600)), 900);
        assert_eq!(seconds(Duration::MAX), 900);
    }

    #[test]
    fn credentials_that_were_served_expired_can_sign_and_tell_their_true_expiration() {
        let at = Timestamp::from_unix_seconds(100);
        let resolved = ResolvedCredentials::new("A", "s", Some(at)).with_session_token(Some("t"));
        let resolved = resolved.with_next_try(Timestamp::from_unix_seconds(500));
        assert_eq!(resolved.expiration(), Some(at));
        assert!(resolved.is_expired(at));
        let credentials = resolved.into_credentials();
        assert_eq!(credentials.session_token().unwrap().expose(), "t");
        assert_eq!(credentials.secret_key().expose(), "s");
        assert!(credentials.expiration().is_none());
    }
}
