//! What a signature is checked with, and what belongs to it.

use std::fmt;

use crate::credentials::{Credentials, SessionToken};
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::signing_key::{Key, SigningKey};
use crate::timestamp::Timestamp;

/// What can check a signature: a [`SigningKey`], of long-term credentials, or an [`AccessKey`],
/// which knows about its session.
///
/// Sealed: a check that a caller makes up is none.
///
/// ```
/// use countersign::verify::{SignedRequest, Verifier, VerifyError, VerifyingKey};
///
/// /// For whatever key a look-up finds: of long-term credentials, of a session, or a public one.
/// fn admit<K: VerifyingKey>(
///     claim: &SignedRequest<'_>, key: &K, body: &[u8], now: time::OffsetDateTime,
/// ) -> Result<String, VerifyError> {
///     let payload = countersign::PayloadHash::of(body);
///     let verifier = Verifier::new("us-east-1", "sqs");
///     let verified = verifier.verify(claim, key, payload, now)?;
///     Ok(verified.access_key_id().to_owned())
/// }
/// ```
pub trait VerifyingKey: sealed::Sealed {
    #[doc(hidden)]
    fn algorithm(&self) -> Algorithm;
    /// Whether it is good for signatures of this scope.
    #[doc(hidden)]
    fn fits(&self, scope: &CredentialScope) -> bool;
    #[doc(hidden)]
    fn verifies(&self, string_to_sign: &[u8], signature: &Signature) -> bool;
    #[doc(hidden)]
    fn session_token(&self) -> Option<&SessionToken> {
        None
    }
    #[doc(hidden)]
    fn expiration(&self) -> Option<Timestamp> {
        None
    }
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for SigningKey {}

impl VerifyingKey for SigningKey {
    fn algorithm(&self) -> Algorithm {
        Self::ALGORITHM
    }

    fn fits(&self, scope: &CredentialScope) -> bool {
        self.scope() == scope
    }

    fn verifies(&self, string_to_sign: &[u8], signature: &Signature) -> bool {
        // Comparing signatures takes the same time wherever they differ.
        self.sign(string_to_sign) == *signature
    }
}

/// A key as its issuer knows it: with the session token that belongs to it, and when it ends.
///
/// What a look-up by access key id returns. A request must carry exactly this token, or none where
/// there is none here.
///
/// ```
/// use countersign::verify::AccessKey;
/// use countersign::{sigv4::{CredentialScope, SigningKey}, SecretKey};
/// use time::macros::datetime;
///
/// let scope = CredentialScope::parse("20260101/us-east-1/s3/aws4_request")?;
/// let key = SigningKey::derive(&SecretKey::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), &scope);
/// // Signing keys are good for a day: worth a cache by access key id and scope.
/// let key = AccessKey::new(key)
///     .with_session_token("AQoDYXdzEJr...")
///     .with_expiration(datetime!(2026-01-01 12:00 UTC));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct AccessKey<K = SigningKey> {
    key: K,
    session_token: Option<SessionToken>,
    expiration: Option<Timestamp>,
}

impl<K> AccessKey<K> {
    /// A long-term key.
    ///
    /// ```
    /// use countersign::verify::AccessKey;
    /// use countersign::{sigv4::{CredentialScope, SigningKey}, SecretKey};
    ///
    /// let scope = CredentialScope::parse("20260101/us-east-1/s3/aws4_request")?;
    /// let secret_key = SecretKey::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let key = AccessKey::new(SigningKey::derive(&secret_key, &scope));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn new(key: K) -> Self {
        Self {
            key,
            session_token: None,
            expiration: None,
        }
    }

    /// Says which session token was handed out with it.
    ///
    /// ```
    /// use countersign::verify::{AccessKey, Verifier, VerifyError};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs").sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    ///
    /// // The credentials are those of a session, and its token did not come with the request.
    /// let key = AccessKey::derive(&credentials, claim.scope()).with_session_token("AQoDYXdzEJr...");
    /// let refused = Verifier::new("us-east-1", "sqs").verify(&claim, &key, PayloadHash::EMPTY, now);
    /// assert!(matches!(refused, Err(VerifyError::InvalidSessionToken)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_session_token(mut self, session_token: impl Into<SessionToken>) -> Self {
        self.session_token = Some(session_token.into());
        self
    }

    /// Says when it ends. At that time or later nothing that it signed is good.
    ///
    /// ```
    /// use countersign::verify::{AccessKey, Verifier, VerifyError};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs").sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    ///
    /// let key = AccessKey::derive(&credentials, claim.scope()).with_expiration(now);
    /// let refused = Verifier::new("us-east-1", "sqs").verify(&claim, &key, PayloadHash::EMPTY, now);
    /// assert!(matches!(refused, Err(VerifyError::CredentialsExpired { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_expiration(mut self, expiration: impl Into<Timestamp>) -> Self {
        let expiration = expiration.into();
        self.expiration = Some(expiration);
        self
    }
}

impl AccessKey {
    /// The key of these credentials for a scope, with their token and their end.
    ///
    /// ```
    /// use countersign::verify::{AccessKey, Verifier};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs").sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    ///
    /// let key = AccessKey::derive(&credentials, claim.scope());
    /// Verifier::new("us-east-1", "sqs").verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn derive(credentials: &Credentials, scope: &CredentialScope) -> Self {
        Self {
            key: SigningKey::derive(credentials.secret_key(), scope),
            session_token: credentials.session_token().cloned(),
            expiration: credentials.expiration(),
        }
    }
}

impl<K: VerifyingKey> sealed::Sealed for AccessKey<K> {}

impl<K: VerifyingKey> VerifyingKey for AccessKey<K> {
    fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    fn fits(&self, scope: &CredentialScope) -> bool {
        self.key.fits(scope)
    }

    fn verifies(&self, string_to_sign: &[u8], signature: &Signature) -> bool {
        self.key.verifies(string_to_sign, signature)
    }

    fn session_token(&self) -> Option<&SessionToken> {
        let inner = || self.key.session_token();
        self.session_token.as_ref().or_else(inner)
    }

    fn expiration(&self) -> Option<Timestamp> {
        self.expiration.or_else(|| self.key.expiration())
    }
}

impl<K> fmt::Debug for AccessKey<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("session_token", &self.session_token)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}
