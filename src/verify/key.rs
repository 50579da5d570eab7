//! The keys that signatures are verified with.

use std::fmt;
use std::sync::Arc;

use crate::credentials::{Credentials, SessionToken};
use crate::error::Error;
use crate::error::credential::CredentialProblem;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::signing_key::SigningKey;
#[cfg(feature = "sigv4a")]
use crate::sigv4::string_to_sign::StringToSign;
use crate::timestamp::Timestamp;

#[cfg(feature = "sigv4a")]
use crate::sigv4::asymmetric::key::{self as key_pair, PublicKey};

/// A verification key: a key with its access key ID, session token and expiration.
///
/// Return it from your lookup by access key ID. A request must have exactly this access key ID and
/// this session token, or no session token if the key has none.
///
/// A key for SigV4 is valid for one credential scope, so for one day. A public key for SigV4A is
/// valid for every scope.
///
/// ```
/// use countersign::verify::VerificationKey;
/// use countersign::{Credentials, Timestamp, sigv4::CredentialScope};
///
/// let credentials = Credentials::new(
///     "ASIAIOSFODNN7EXAMPLE",
///     "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
/// )
/// .with_session_token("AQoDYXdzEJr...")
/// .with_expiration("2026-01-01T12:00:00Z".parse::<Timestamp>()?);
/// let scope =
///     "20260101/us-east-1/s3/aws4_request".parse::<CredentialScope>()?;
/// let key = VerificationKey::derive(&credentials, &scope)?;
/// assert_eq!(key.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct VerificationKey {
    access_key_id: Arc<str>,
    material: Material,
    session_token: Option<SessionToken>,
    expiration: Option<Timestamp>,
    previous: Option<Arc<Self>>,
}

/// The key material, without an identity.
#[derive(Clone)]
#[cfg_attr(
    feature = "sigv4a",
    allow(
        clippy::large_enum_variant,
        reason = "the common variant is the large one, and stays off the heap"
    )
)]
enum Material {
    SigV4(SigningKey),
    #[cfg(feature = "sigv4a")]
    SigV4A(PublicKey),
}

impl VerificationKey {
    /// Derives the key that verifies a claim's signature: pass the claim's own scope.
    ///
    /// A scope with a region is of SigV4. A scope without one is of SigV4A, and its key is derived
    /// with the feature `sigv4a`. A SigV4A key takes longer to derive, so keep it: it is valid for
    /// every scope.
    ///
    /// The key has the access key ID, the session token and the expiration of the credentials. Take
    /// the access key ID from your store. If you copy it from the request, every request matches.
    ///
    /// # Errors
    /// - [`Error::InvalidSecretKey`] if the secret access key is empty: anyone could sign with it
    /// - [`Error::InvalidScope`] if the scope is of SigV4A, and the feature `sigv4a` is disabled
    pub fn derive(credentials: &Credentials, scope: &CredentialScope) -> Result<Self, Error> {
        let (id, secret_key) = (credentials.access_key_id(), credentials.secret_key());
        if secret_key.is_empty() {
            return Err(Error::InvalidSecretKey(CredentialProblem::Empty));
        }
        let material = match scope.region() {
            Some(_) => Material::SigV4(SigningKey::derive(secret_key, scope)),
            #[cfg(feature = "sigv4a")]
            None => Material::SigV4A(key_pair::SigningKey::derive(id, secret_key)?.public_key()),
            #[cfg(not(feature = "sigv4a"))]
            None => return Err(Error::InvalidScope),
        };
        Ok(Self {
            access_key_id: id.into(),
            material,
            session_token: credentials.session_token().cloned(),
            expiration: credentials.expiration(),
            previous: None,
        })
    }

    /// Creates the verification key of long-term credentials from their signing key.
    ///
    /// The access key ID must come from your store, as for [`derive`](Self::derive). The key has no
    /// session token and no expiration, so use `derive` for temporary credentials. A signing key of
    /// an empty secret verifies nothing.
    pub fn from_signing_key(access_key_id: impl Into<Arc<str>>, key: SigningKey) -> Self {
        Self::new(access_key_id.into(), Material::SigV4(key))
    }

    /// Creates the verification key of long-term credentials from their SigV4A public key.
    ///
    /// For servers that do not have the secret access key. With it, call [`derive`](Self::derive).
    ///
    /// The access key ID must come from your store, not from the request. Add
    /// [`with_session_token`](Self::with_session_token) and
    /// [`with_expiration`](Self::with_expiration) for temporary credentials.
    ///
    /// ```
    /// use countersign::sigv4a::Signer;
    /// use countersign::verify::{SignedRequest, VerificationKey, Verifier};
    /// use countersign::{Credentials, PayloadHash, Timestamp};
    ///
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// let signer = Signer::new(
    ///     Credentials::new("AKIDEXAMPLE", "secret"),
    ///     "us-*",
    ///     "events",
    /// )?;
    /// let mut request =
    ///     http::Request::post("https://abc.endpoint.events.amazonaws.com/")
    ///         .body(())?;
    /// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// let claim = SignedRequest::parse(&request)?;
    /// // What your store returns for `claim.access_key_id()`.
    /// let key =
    ///     VerificationKey::from_public_key("AKIDEXAMPLE", signer.public_key());
    /// let verifier = Verifier::new("us-east-1", "events")?;
    /// let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "sigv4a")]
    pub fn from_public_key(access_key_id: impl Into<Arc<str>>, key: PublicKey) -> Self {
        Self::new(access_key_id.into(), Material::SigV4A(key))
    }

    fn new(access_key_id: Arc<str>, material: Material) -> Self {
        Self {
            access_key_id,
            material,
            session_token: None,
            expiration: None,
            previous: None,
        }
    }

    /// Sets the session token that was issued with the key.
    #[must_use]
    pub fn with_session_token(mut self, session_token: impl Into<SessionToken>) -> Self {
        self.session_token = Some(session_token.into());
        self
    }

    /// Sets the time at which the key expires. It verifies nothing from then on.
    #[must_use]
    pub fn with_expiration(mut self, expiration: impl Into<Timestamp>) -> Self {
        self.expiration = Some(expiration.into());
        self
    }

    /// Accepts a second key of the same access key ID, while its secret is rotated.
    ///
    /// A request may be signed with either key. The previous key keeps its own session token and
    /// expiration. Give it [an expiration](Self::with_expiration), so that the rotation ends.
    ///
    /// ```
    /// use countersign::verify::{SignedRequest, VerificationKey, Verifier};
    /// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
    ///
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// let (old, new) = (
    ///     Credentials::new("AKIDEXAMPLE", "old"),
    ///     Credentials::new("AKIDEXAMPLE", "new"),
    /// );
    /// // A client that has not switched to the new secret yet.
    /// let mut request =
    ///     http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// Signer::new(old.clone(), "us-east-1", "sqs")?.sign(
    ///     &mut request,
    ///     PayloadHash::EMPTY,
    ///     now,
    /// )?;
    ///
    /// let claim = SignedRequest::parse(&request)?;
    /// let previous = VerificationKey::derive(&old, claim.scope())?
    ///     .with_expiration("2026-01-03T00:00:00Z".parse::<Timestamp>()?);
    /// let key = VerificationKey::derive(&new, claim.scope())?
    ///     .with_previous_key(previous);
    /// let verifier = Verifier::new("us-east-1", "sqs")?;
    /// assert!(
    ///     verifier
    ///         .verify(&claim, &key, PayloadHash::EMPTY, now)
    ///         .is_ok()
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_previous_key(mut self, previous: Self) -> Self {
        self.previous = Some(Arc::new(previous));
        self
    }

    /// Returns the access key ID of the key. Verification refuses a request with another one.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// This key and the ones before it, the newest first.
    pub(crate) fn and_previous(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |key| key.previous.as_deref())
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match &self.material {
            Material::SigV4(_) => Algorithm::HmacSha256,
            #[cfg(feature = "sigv4a")]
            Material::SigV4A(_) => Algorithm::EcdsaP256Sha256,
        }
    }

    /// Whether the key is valid for signatures of this algorithm and scope.
    pub(crate) fn fits(&self, algorithm: Algorithm, scope: &CredentialScope) -> bool {
        algorithm == self.algorithm()
            && match &self.material {
                Material::SigV4(key) => key.scope() == scope,
                // A public key is valid for all days and services. Only SigV4 scopes have a region.
                #[cfg(feature = "sigv4a")]
                Material::SigV4A(_) => scope.region().is_none(),
            }
    }

    pub(crate) fn verifies(&self, string_to_sign: &[u8], signature: &Signature) -> bool {
        match &self.material {
            Material::SigV4(key) => key.verifies(string_to_sign, signature),
            #[cfg(feature = "sigv4a")]
            Material::SigV4A(key) => key.verifies(string_to_sign, signature),
        }
    }

    /// Whether this key signed a canonical request with this hash. The key must fit the scope.
    #[cfg_attr(
        not(feature = "sigv4a"),
        allow(unused_variables, reason = "a SigV4 key has its scope")
    )]
    pub(crate) fn verifies_request(
        &self,
        date: &AmzDate,
        scope: &CredentialScope,
        hash: &[u8; 32],
        signature: &Signature,
    ) -> bool {
        match &self.material {
            Material::SigV4(key) => key.verifies_request(date, hash, signature),
            #[cfg(feature = "sigv4a")]
            Material::SigV4A(key) => {
                let algorithm = Algorithm::EcdsaP256Sha256;
                key.verifies(StringToSign::new(algorithm, date, scope, hash), signature)
            }
        }
    }

    /// The signing key. `None` for SigV4A.
    #[cfg(feature = "event-stream")]
    pub(crate) fn signing_key(&self) -> Option<&SigningKey> {
        match &self.material {
            Material::SigV4(key) => Some(key),
            #[cfg(feature = "sigv4a")]
            Material::SigV4A(_) => None,
        }
    }

    pub(crate) fn session_token(&self) -> Option<&SessionToken> {
        self.session_token.as_ref()
    }

    pub(crate) fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("access_key_id", &self.access_key_id)
            .field("session_token", &self.session_token)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}
