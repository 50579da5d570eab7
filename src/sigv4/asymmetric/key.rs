//! The keys of Signature Version 4A.

use std::fmt;
use std::sync::Arc;

use super::back_end::{self, PrivateKey};
use super::derive::derive;
#[cfg(feature = "sources")]
use super::encoding;
use crate::credentials::SecretKey;
use crate::error::Error;
use crate::error::credential::CredentialProblem;
use crate::primitives::ascii::own_ascii;
use crate::primitives::hex::hex32;
use crate::primitives::inline_text::first;
#[cfg(feature = "cloudfront")]
use crate::primitives::sha1::Sha1;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::signing_key::Key;

/// The signing key of Signature Version 4A: a P-256 private key.
///
/// It is valid for all days, regions and services, until its credentials expire.
///
/// It is zeroised when dropped, and never printed. Cloning only increments a reference count.
///
/// IAM User Guide, "AWS Signature Version 4 for API requests", *How AWS Signature Version 4A works*;
/// NIST SP 800-108 and FIPS 186-4 for the derivation.
///
/// ```
/// use countersign::SecretKey;
/// use countersign::sigv4a::SigningKey;
///
/// let secret_key =
///     SecretKey::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let key = SigningKey::derive("AKIDEXAMPLE", &secret_key)?;
/// let string_to_sign = "AWS4-ECDSA-P256-SHA256\n\
///     20150830T123600Z\n\
///     20150830/service/aws4_request\n\
///     cf59db423e841c8b7e3444158185aa261b724a5c27cbe762676f3eed19f4dc02";
/// let signature = key.sign(string_to_sign);
///
/// let public_key = key.public_key(); // all that a verifier needs
/// assert!(public_key.verifies(string_to_sign, &signature));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct SigningKey(Arc<PrivateKey>);

impl SigningKey {
    /// Derives the key from an access key ID and its secret access key.
    ///
    /// # Errors
    /// - [`Error::InvalidSecretKey`] if the secret key is empty, or if no key can be derived from it
    ///   (a chance of 2⁻⁸¹²⁸)
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::sigv4a::SigningKey;
    ///
    /// let credentials = Credentials::new(
    ///     "AKIDEXAMPLE",
    ///     "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    /// );
    /// let key = SigningKey::derive(
    ///     credentials.access_key_id(),
    ///     credentials.secret_key(),
    /// )?;
    /// // It is another for another id, although the secret is the same.
    /// let other = SigningKey::derive("AKIDOTHER", credentials.secret_key())?;
    /// assert!(key.public_key() != other.public_key());
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn derive(access_key_id: &str, secret_key: &SecretKey) -> Result<Self, Error> {
        if secret_key.is_empty() {
            // Anyone can derive the key of an empty secret.
            return Err(Error::InvalidSecretKey(CredentialProblem::Empty));
        }
        derive(access_key_id, secret_key.expose())
            .and_then(|scalar| PrivateKey::new(&scalar))
            .map(|key| Self(Arc::new(key)))
            .ok_or(Error::InvalidSecretKey(CredentialProblem::YieldsNoKey))
    }

    /// Creates the key of a private scalar; `None` if it is zero or not below the group's order.
    #[cfg(any(feature = "cloudfront", feature = "sources"))]
    pub(super) fn from_scalar(scalar: &[u8; 32]) -> Option<Self> {
        PrivateKey::new(scalar).map(|key| Self(Arc::new(key)))
    }

    /// Signs a string to sign.
    ///
    /// The signature is ECDSA in DER, as hex: mostly 140 to 144 digits.
    ///
    /// By default, the same string has the same signature (RFC 6979). With the feature `aws-lc`, as
    /// with most implementations, every signature differs. Verify signatures, do not compare them.
    ///
    /// ```
    /// use countersign::sigv4a::SigningKey;
    ///
    /// let key = SigningKey::derive(
    ///     "AKIDEXAMPLE",
    ///     &"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
    /// )?;
    /// let signature = key.sign("a string to sign");
    /// assert!(signature.as_str().starts_with("30")); // a sequence, in DER
    /// assert!(key.public_key().verifies("a string to sign", &signature));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn sign(&self, string_to_sign: impl AsRef<[u8]>) -> Signature {
        self.0.sign(string_to_sign.as_ref())
    }

    /// Signs a message. Returns the two integers of the signature, big-endian, as JOSE encodes
    /// them.
    #[cfg(feature = "sources")]
    pub(crate) fn sign_fixed(&self, message: &str) -> Option<[u8; 64]> {
        let signature = self.0.sign(message.as_bytes());
        signature.with_der(encoding::fixed).flatten()
    }

    /// Signs the SHA-1 of a message, which CloudFront accepts.
    #[cfg(feature = "cloudfront")]
    pub(crate) fn sign_sha1(&self, message: &[u8]) -> Signature {
        // FIPS 186-4: a hash shorter than the order is padded with zeros on the left.
        let mut number = [0; 32];
        let hash = Sha1::digest(message);
        let slots = number.iter_mut().rev().zip(hash.iter().rev());
        slots.for_each(|(slot, byte)| *slot = *byte);
        self.0.sign_hash(&number)
    }

    /// Returns the public key.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.public_key())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([elided])")
    }
}

/// The public key of a [`SigningKey`]: it verifies, but cannot sign.
///
/// ```
/// use countersign::sigv4a::{PublicKey, SigningKey};
///
/// let signing_key = SigningKey::derive(
///     "AKIDEXAMPLE",
///     &"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
/// )?;
/// let point: [u8; 65] = signing_key.public_key().to_sec1();
/// // Give the public key to the verifiers.
/// let key = PublicKey::from_sec1(&point)?;
/// assert!(
///     key.verifies("a string to sign", &signing_key.sign("a string to sign"))
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// To verify a request:
///
/// ```
/// use countersign::sigv4a::{Signer, PublicKey};
/// use countersign::verify::{
///     SignedRequest, VerificationKey, Verifier, VerifyError,
/// };
/// use countersign::{Credentials, PayloadHash, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-*,eu-west-1", "events")?;
/// let now: Timestamp = "2015-08-30T12:36:00Z".parse()?;
/// let url = "https://abc.endpoint.events.amazonaws.com/";
/// let mut request = http::Request::post(url).body(())?;
/// let payload = PayloadHash::new("{}");
/// signer.sign(&mut request, payload.clone(), now)?;
///
/// let claim = SignedRequest::parse(&request)?;
/// // From your store, by `claim.access_key_id()`: whose key it is, and the key.
/// let key = VerificationKey::from_public_key("AKIDEXAMPLE", signer.public_key());
/// let verifier = Verifier::new("eu-west-1", "events")?;
/// verifier.verify(&claim, &key, payload.clone(), now)?;
///
/// let elsewhere = Verifier::new("eu-west-2", "events")?;
/// let refused = elsewhere.verify(&claim, &key, payload, now);
/// assert!(matches!(refused, Err(VerifyError::WrongRegion { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PublicKey(back_end::PublicKey);

impl PublicKey {
    /// Reads a point on P-256 in the encoding of SEC 1 (section 2.3.4), uncompressed or compressed.
    ///
    /// # Errors
    /// - [`Error::InvalidPublicKey`] if the bytes are not such a point
    ///
    /// ```
    /// use countersign::Error;
    /// use countersign::sigv4a::{PublicKey, SigningKey};
    ///
    /// let key = SigningKey::derive(
    ///     "AKIDEXAMPLE",
    ///     &"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
    /// )?;
    /// let point = key.public_key().to_sec1();
    /// assert_eq!(PublicKey::from_sec1(&point)?, key.public_key());
    /// assert_eq!(
    ///     PublicKey::from_sec1(&point[1..]),
    ///     Err(Error::InvalidPublicKey)
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn from_sec1(point: &[u8]) -> Result<Self, Error> {
        back_end::PublicKey::from_sec1(point)
            .map(Self)
            .ok_or(Error::InvalidPublicKey)
    }

    /// Returns the uncompressed point of SEC 1, 65 bytes: `04`, X and Y.
    pub fn to_sec1(&self) -> [u8; 65] {
        self.0.to_sec1()
    }

    /// Whether the private key of this public key made a signature of a string to sign.
    ///
    /// The signature must be strict DER, with both integers between 1 and N-1.
    ///
    /// ```
    /// use countersign::sigv4a::SigningKey;
    ///
    /// let key = SigningKey::derive(
    ///     "AKIDEXAMPLE",
    ///     &"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
    /// )?;
    /// let (public_key, signature) =
    ///     (key.public_key(), key.sign("a string to sign"));
    /// assert!(public_key.verifies("a string to sign", &signature));
    /// assert!(!public_key.verifies("another", &signature));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    #[must_use]
    pub fn verifies(&self, string_to_sign: impl AsRef<[u8]>, signature: &Signature) -> bool {
        signature
            .with_der(|der| self.0.verifies(string_to_sign.as_ref(), der))
            .unwrap_or(false)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.to_sec1() == other.to_sec1()
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, coordinates @ ..] = self.to_sec1();
        let x = hex32(first(&coordinates));
        write!(f, "PublicKey({}...)", own_ascii(&x))
    }
}

/// A [`SigningKey`] with the scope that a request is signed for.
#[derive(Clone, Debug)]
pub(crate) struct ScopedKey {
    pub(crate) key: SigningKey,
    pub(crate) scope: CredentialScope,
}

impl Key for ScopedKey {
    const ALGORITHM: Algorithm = Algorithm::EcdsaP256Sha256;

    fn scope(&self) -> &CredentialScope {
        &self.scope
    }

    fn sign(&self, string_to_sign: &[u8]) -> Signature {
        self.key.sign(string_to_sign)
    }
}
