//! What a signature is checked with, and what belongs to it.

use std::fmt;
use std::sync::Arc;

use crate::credentials::{Credentials, SessionToken};
use crate::error::Error;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::signing_key::{Key, SigningKey};
use crate::timestamp::Timestamp;

/// What can verify a request: an [`VerificationKey`], of Signature Version 4 or 4A.
///
/// Sealed. A bare signing key cannot verify a request, because it does not know whose key it is.
///
/// ```
/// use countersign::verify::{SignedRequest, Verifier, VerifyError, VerifyingKey};
///
/// /// For either kind of key that a lookup returns.
/// fn admit<K: VerifyingKey>(
///     claim: &SignedRequest<'_>, key: &K, body: &[u8], now: time::OffsetDateTime,
/// ) -> Result<String, VerifyError> {
///     let payload = countersign::PayloadHash::new(body);
///     let verifier = Verifier::new("us-east-1", "sqs")?;
///     let verified = verifier.verify(claim, key, payload, now)?;
///     Ok(verified.access_key_id().to_owned())
/// }
/// ```
pub trait VerifyingKey: sealed::Sealed {
    /// Whose key it is.
    #[doc(hidden)]
    fn access_key_id(&self) -> &str;
    #[doc(hidden)]
    fn algorithm(&self) -> Algorithm;
    /// Whether it is good for signatures of this scope.
    #[doc(hidden)]
    fn fits(&self, scope: &CredentialScope) -> bool;
    #[doc(hidden)]
    fn verifies(&self, string_to_sign: &[u8], signature: &Signature) -> bool;
    #[doc(hidden)]
    fn session_token(&self) -> Option<&SessionToken>;
    #[doc(hidden)]
    fn expiration(&self) -> Option<Timestamp>;
}

pub(crate) mod sealed {
    use super::{Algorithm, CredentialScope, Signature};

    pub trait Sealed {}

    /// What checks a signature, and does not know whose it is: a verification key adds that.
    pub trait KeyMaterial {
        fn algorithm(&self) -> Algorithm;
        fn fits(&self, scope: &CredentialScope) -> bool;
        fn verifies(&self, string_to_sign: &[u8], signature: &Signature) -> bool;
    }
}

impl sealed::KeyMaterial for SigningKey {
    fn algorithm(&self) -> Algorithm {
        Self::ALGORITHM
    }

    fn fits(&self, scope: &CredentialScope) -> bool {
        self.scope() == scope
    }

    fn verifies(&self, string_to_sign: &[u8], signature: &Signature) -> bool {
        self.verifies(string_to_sign, signature)
    }
}

/// A verification key: a key as its issuer knows it, with the access key ID that it belongs to, its
/// session token and its expiration.
///
/// A lookup by access key ID returns it. A request must name exactly this access key ID, and carry
/// exactly this session token, or none if the key has none.
///
/// ```
/// use countersign::verify::VerificationKey;
/// use countersign::{sigv4::CredentialScope, Credentials};
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
///     .with_session_token("AQoDYXdzEJr...")
///     .with_expiration(datetime!(2026-01-01 12:00 UTC));
/// let scope = CredentialScope::parse("20260101/us-east-1/s3/aws4_request")?;
/// // The key is good for a day: worth a cache by access key ID and scope.
/// let key = VerificationKey::derive(&credentials, &scope)?;
/// assert_eq!(key.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct VerificationKey<K = SigningKey> {
    access_key_id: Arc<str>,
    key: K,
    session_token: Option<SessionToken>,
    expiration: Option<Timestamp>,
}

impl<K> VerificationKey<K> {
    pub(crate) fn of(access_key_id: Arc<str>, key: K) -> Self {
        Self {
            access_key_id,
            key,
            session_token: None,
            expiration: None,
        }
    }

    /// The access key ID that the key belongs to. A request that claims another one is refused.
    ///
    /// ```
    /// use countersign::verify::VerificationKey;
    /// use countersign::{sigv4::CredentialScope, Credentials};
    ///
    /// let scope = CredentialScope::parse("20260101/us-east-1/s3/aws4_request")?;
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    /// assert_eq!(VerificationKey::derive(&credentials, &scope)?.access_key_id(), "AKIDEXAMPLE");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Says which session token was handed out with it.
    ///
    /// ```
    /// use countersign::verify::{VerificationKey, Verifier, VerifyError};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    ///
    /// // The credentials are those of a session, and its token did not come with the request.
    /// let key = VerificationKey::derive(&credentials, claim.scope())?.with_session_token("AQoDYXdzEJr...");
    /// let refused = Verifier::new("us-east-1", "sqs")?.verify(&claim, &key, PayloadHash::EMPTY, now);
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
    /// use countersign::verify::{VerificationKey, Verifier, VerifyError};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    ///
    /// let key = VerificationKey::derive(&credentials, claim.scope())?.with_expiration(now);
    /// let refused = Verifier::new("us-east-1", "sqs")?.verify(&claim, &key, PayloadHash::EMPTY, now);
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

impl VerificationKey {
    /// Derives the key of credentials for a scope.
    ///
    /// It keeps their access key ID, session token and expiration. The access key ID must come from
    /// your store: one that is copied from the request would match every request.
    ///
    /// # Errors
    /// - [`Error::InvalidSecretKey`] if the secret access key is empty: anybody could sign with it
    ///
    /// ```
    /// use countersign::verify::{VerificationKey, Verifier};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    ///
    /// let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// Verifier::new("us-east-1", "sqs")?.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn derive(credentials: &Credentials, scope: &CredentialScope) -> Result<Self, Error> {
        let secret_key = credentials.secret_key();
        if secret_key.is_empty() {
            return Err(Error::InvalidSecretKey("is empty"));
        }
        Ok(Self {
            access_key_id: credentials.access_key_id().into(),
            key: SigningKey::derive(secret_key, scope),
            session_token: credentials.session_token().cloned(),
            expiration: credentials.expiration(),
        })
    }

    /// Creates the verification key of long-term credentials from their signing key.
    ///
    /// The access key ID must come from your store, as for [`derive`](Self::derive). The key has no
    /// session token and no expiration, so use `derive` for temporary credentials. A signing key of
    /// an empty secret verifies nothing.
    ///
    /// ```
    /// use countersign::verify::VerificationKey;
    /// use countersign::{sigv4::{CredentialScope, SigningKey}, SecretKey};
    ///
    /// let scope = CredentialScope::parse("20260101/us-east-1/s3/aws4_request")?;
    /// let secret_key = SecretKey::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let signing_key = SigningKey::derive(&secret_key, &scope);
    /// let key = VerificationKey::from_signing_key("AKIAIOSFODNN7EXAMPLE", signing_key);
    /// assert_eq!(key.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn from_signing_key(access_key_id: impl Into<Arc<str>>, key: SigningKey) -> Self {
        Self::of(access_key_id.into(), key)
    }
}

impl<K: sealed::KeyMaterial> sealed::Sealed for VerificationKey<K> {}

impl<K: sealed::KeyMaterial> VerifyingKey for VerificationKey<K> {
    fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

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
        self.session_token.as_ref()
    }

    fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }
}

impl<K> fmt::Debug for VerificationKey<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("access_key_id", &self.access_key_id)
            .field("session_token", &self.session_token)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}
