//! Access keys: an access key ID, a secret access key and, if they are temporary, a session token.
//!
//! ```
//! use countersign::Credentials;
//! use countersign::credentials::IdPrefix;
//!
//! let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "secret")
//!     .with_session_token("AQoDYXdzEJr...");
//! let prefix = IdPrefix::of(credentials.access_key_id());
//! assert_eq!(prefix, Some(IdPrefix::TemporaryAccessKey));
//! ```

pub(crate) mod key_id;

pub use key_id::{IdPrefix, account_id};

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::error::credential::CredentialProblem;
use crate::primitives::scan::holds;
use crate::timestamp::Timestamp;

/// Long-term or temporary security credentials.
///
/// IAM User Guide, "Temporary security credentials in IAM". The constructor accepts any text. The
/// first type that uses the credentials, such as [`Signer`](crate::Signer), checks them.
///
/// ```
/// use countersign::{Credentials, Timestamp};
///
/// let expiration: Timestamp = "2026-01-01T12:00:00Z".parse()?;
/// let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI")
///     .with_session_token("AQoDYXdzEJr...")
///     .with_expiration(expiration);
/// assert_eq!(credentials.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
/// assert!(!format!("{credentials:?}").contains("wJalr"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Credentials {
    access_key_id: String,
    secret_key: SecretKey,
    session_token: Option<SessionToken>,
    expiration: Option<Timestamp>,
}

impl Credentials {
    /// Creates long-term credentials. Whether they are valid is checked when they are used.
    pub fn new(access_key_id: impl Into<String>, secret_key: impl Into<SecretKey>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_key: secret_key.into(),
            session_token: None,
            expiration: None,
        }
    }

    /// Adds the session token of temporary credentials.
    #[must_use]
    pub fn with_session_token(mut self, session_token: impl Into<SessionToken>) -> Self {
        self.session_token = Some(session_token.into());
        self
    }

    /// Sets the expiration. Signing at that time or later is an error.
    #[must_use]
    pub fn with_expiration(mut self, expiration: impl Into<Timestamp>) -> Self {
        let expiration = expiration.into();
        self.expiration = Some(expiration);
        self
    }

    /// Returns the access key ID. It is public: every signed request contains it.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the secret access key.
    pub fn secret_key(&self) -> &SecretKey {
        &self.secret_key
    }

    /// Returns the session token of temporary credentials.
    pub fn session_token(&self) -> Option<&SessionToken> {
        self.session_token.as_ref()
    }

    /// Returns the expiration, if it is set.
    pub fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }

    /// Whether the credentials expire within `duration` from `now`, or have expired.
    ///
    /// Always `false` if no expiration is set.
    pub fn expires_within(&self, duration: Duration, now: impl Into<Timestamp>) -> bool {
        let now = now.into();
        ends_within(self.expiration, duration, now)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let id = self.access_key_id.as_bytes();
        let problem = unsendable(id).or_else(|| {
            (!id.is_ascii() || id.contains(&b',')).then_some(CredentialProblem::CommaOrNotAscii)
        });
        if let Some(problem) = problem {
            return Err(Error::InvalidAccessKeyId(problem));
        }
        // Where the two are swapped, the secret would be sent as the access key ID.
        let secret = self.secret_key.expose();
        let problem = unsendable(secret.as_bytes()).or_else(|| {
            looks_like_an_id(secret).then_some(CredentialProblem::LooksLikeAccessKeyId)
        });
        if let Some(problem) = problem {
            return Err(Error::InvalidSecretKey(problem));
        }
        self.session_token
            .as_ref()
            .map_or(Ok(()), SessionToken::check)
    }
}

/// The expiration, if it has come.
pub(crate) fn expired(expiration: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    expiration.filter(|expiration| *expiration <= now)
}

/// Whether an expiration is within `duration` from `now`, or in the past.
pub(crate) fn ends_within(
    expiration: Option<Timestamp>,
    duration: Duration,
    now: Timestamp,
) -> bool {
    expiration.is_some_and(|expiration| expiration <= now + duration)
}

/// Whether a secret is of the form of AWS's access key IDs, of long-term or temporary credentials.
fn looks_like_an_id(secret: &str) -> bool {
    let prefixed = secret.starts_with("AKIA") || secret.starts_with("ASIA");
    // A secret that AWS generates has lowercase letters.
    let capitals = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    prefixed && secret.bytes().all(capitals)
}

/// Why a key or token cannot be sent. The usual cause is a line break at the end of a file.
fn unsendable(text: &[u8]) -> Option<CredentialProblem> {
    if text.is_empty() {
        Some(CredentialProblem::Empty)
    } else if holds(text, |b| (b <= b' ') | (b == 0x7f)) {
        Some(CredentialProblem::Whitespace)
    } else {
        None
    }
}

/// A secret access key: zeroised when dropped, never printed.
///
/// ```
/// use countersign::{Credentials, SecretKey};
///
/// let secret_key =
///     SecretKey::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// assert_eq!(format!("{secret_key:?}"), "[elided]");
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key);
/// assert!(credentials.secret_key().expose().starts_with("wJalr"));
/// ```
#[derive(Clone)]
pub struct SecretKey(
    /// With the prefix `AWS4` of every key derivation, so that deriving a key copies no secret.
    Arc<Zeroizing<String>>,
);

impl SecretKey {
    const PREFIX: &str = "AWS4";

    /// Returns the secret text itself.
    pub fn expose(&self) -> &str {
        self.0.split_at(Self::PREFIX.len()).1
    }

    /// Whether the secret is empty. Anyone could sign with it.
    pub(crate) fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// `AWS4` and the secret, the first key of the derivation.
    pub(crate) fn prefixed(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl From<&str> for SecretKey {
    fn from(secret: &str) -> Self {
        let mut prefixed = Zeroizing::new(String::with_capacity(Self::PREFIX.len() + secret.len()));
        prefixed.push_str(Self::PREFIX);
        prefixed.push_str(secret);
        Self(Arc::new(prefixed))
    }
}

impl From<&String> for SecretKey {
    fn from(secret: &String) -> Self {
        Self::from(secret.as_str())
    }
}

impl From<String> for SecretKey {
    fn from(secret: String) -> Self {
        Self::from(Zeroizing::new(secret).as_str())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}

/// A session token, sent as `X-Amz-Security-Token`: zeroised when dropped, never printed.
///
/// The token of an S3 Express session ([`SessionToken::s3_express`]) is sent as
/// `x-amz-s3session-token` instead. The name belongs to the token, so that one signer cannot send it
/// under the other name.
///
/// ```
/// use countersign::{Credentials, SessionToken};
///
/// let token = SessionToken::s3_express("AQoDYXdzEJr...");
/// assert_eq!(token.header_name(), "x-amz-s3session-token");
/// assert_eq!(
///     SessionToken::from("AQoDYXdzEJr...").parameter_name(),
///     "X-Amz-Security-Token"
/// );
/// let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "secret")
///     .with_session_token(token);
/// assert!(
///     credentials
///         .session_token()
///         .is_some_and(|token| token.expose() == "AQoDYXdzEJr...")
/// );
/// ```
#[derive(Clone)]
pub struct SessionToken {
    token: Arc<Zeroizing<String>>,
    s3_express: bool,
}

impl SessionToken {
    /// Creates the token of an S3 Express session, for directory buckets.
    ///
    /// S3's `CreateSession` returns it. Amazon S3 API Reference, "`CreateSession`".
    pub fn s3_express(token: impl Into<String>) -> Self {
        Self {
            token: Arc::new(Zeroizing::new(token.into())),
            s3_express: true,
        }
    }

    /// Returns the token text itself.
    pub fn expose(&self) -> &str {
        &self.token
    }

    /// Returns the lowercase name of the header that contains the token.
    pub fn header_name(&self) -> &'static str {
        if self.s3_express {
            "x-amz-s3session-token"
        } else {
            "x-amz-security-token"
        }
    }

    /// Returns the name of the query parameter that contains the token in a presigned URL.
    pub fn parameter_name(&self) -> &'static str {
        if self.s3_express {
            "X-Amz-S3session-Token"
        } else {
            "X-Amz-Security-Token"
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        match unsendable(self.token.as_bytes()) {
            Some(problem) => Err(Error::InvalidSessionToken(problem)),
            None if self.token.is_ascii() => Ok(()),
            None => Err(Error::InvalidSessionToken(CredentialProblem::NotAscii)),
        }
    }
}

impl From<&str> for SessionToken {
    fn from(token: &str) -> Self {
        Self {
            token: Arc::new(Zeroizing::new(token.to_owned())),
            s3_express: false,
        }
    }
}

impl From<&String> for SessionToken {
    fn from(token: &String) -> Self {
        Self::from(token.as_str())
    }
}

impl From<String> for SessionToken {
    fn from(token: String) -> Self {
        Self {
            token: Arc::new(Zeroizing::new(token)),
            s3_express: false,
        }
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn credentials_expire_within_a_time_that_reaches_their_expiration() {
        let now = datetime!(2026-01-01 12:00 UTC);
        let ending = |at| Credentials::new("ASIA", "secret").with_expiration(at);
        assert!(ending(now).expires_within(Duration::ZERO, now));
        assert!(ending(datetime!(2026-01-01 11:59 UTC)).expires_within(Duration::ZERO, now));
        assert!(
            !ending(datetime!(2026-01-01 12:00:00.001 UTC)).expires_within(Duration::ZERO, now)
        );
        assert!(ending(datetime!(2026-01-01 14:00 +2)).expires_within(Duration::ZERO, now));
        let (first, last) = (
            datetime!(-9999-01-01 0:00 UTC),
            datetime!(9999-12-31 23:59 UTC),
        );
        assert!(ending(last).expires_within(Duration::MAX, first));
        assert!(!ending(last).expires_within(Duration::from_secs(1), first));
        assert!(ending(first).expires_within(Duration::ZERO, last));
        assert!(!Credentials::new("AKIA", "secret").expires_within(Duration::MAX, now));
    }
}
