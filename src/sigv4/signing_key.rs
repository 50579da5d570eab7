//! Signing keys.

use std::fmt;

use crate::credentials::SecretKey;
use crate::primitives::hex::hex32;
use crate::primitives::sha256::HmacSha256;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::string_to_sign::{StringToSign, write_before_hash};

/// The signing key of Signature Version 4, valid for one day, region and service.
///
/// It is a prepared HMAC state, so signing is fast. It is zeroised when dropped, and never printed.
///
/// AWS: "Create a signed AWS API request", step 3, *kSigning*.
///
/// ```
/// use countersign::{
///     SecretKey,
///     sigv4::{CredentialScope, SigningKey},
/// };
///
/// let secret_key =
///     SecretKey::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let scope =
///     "20150830/us-east-1/service/aws4_request".parse::<CredentialScope>()?;
/// let key = SigningKey::derive(&secret_key, &scope);
/// let string_to_sign = "AWS4-HMAC-SHA256\n\
///     20150830T123600Z\n\
///     20150830/us-east-1/service/aws4_request\n\
///     bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63";
/// assert_eq!(
///     key.sign(string_to_sign).as_str(),
///     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    mac: HmacSha256,
    scope: CredentialScope,
    /// Anyone can derive the key of an empty secret, so it verifies nothing.
    of_empty_secret: bool,
}

impl SigningKey {
    /// Derives the key of a secret access key for a credential scope.
    ///
    /// If the secret is empty, the key verifies nothing in this crate, because anyone can derive
    /// it.
    pub fn derive(secret_key: &SecretKey, scope: &CredentialScope) -> Self {
        let mut mac = HmacSha256::new(secret_key.prefixed());
        for part in scope.as_str().split('/') {
            mac.update(part.as_bytes());
            mac = mac.into_next();
        }
        Self {
            mac,
            scope: *scope,
            of_empty_secret: secret_key.is_empty(),
        }
    }

    /// Signs a string to sign with HMAC-SHA-256.
    pub fn sign(&self, string_to_sign: impl AsRef<[u8]>) -> Signature {
        let mut mac = self.mac.clone();
        mac.update(string_to_sign.as_ref());
        Signature::of_mac(&mac.finish())
    }

    /// Whether this key made a signature, compared in constant time.
    pub(crate) fn verifies(&self, string_to_sign: impl AsRef<[u8]>, signature: &Signature) -> bool {
        self.made(&self.sign(string_to_sign), signature)
    }

    /// As [`verifies`](Self::verifies), for the hash of a canonical request.
    pub(crate) fn verifies_request(
        &self,
        date: &AmzDate,
        hash: &[u8; 32],
        signature: &Signature,
    ) -> bool {
        self.made(&self.sign_request(date, hash), signature)
    }

    /// Comparing signatures takes the same time wherever they differ.
    fn made(&self, expected: &Signature, signature: &Signature) -> bool {
        expected == signature && !self.of_empty_secret
    }

    /// Returns the credential scope that the key is valid for.
    pub fn scope(&self) -> &CredentialScope {
        &self.scope
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// The last step of signing. SigV4 and SigV4A differ only in this step.
pub(crate) trait Key {
    const ALGORITHM: Algorithm;
    fn scope(&self) -> &CredentialScope;
    fn sign(&self, string_to_sign: &[u8]) -> Signature;

    /// Signs the hash of a canonical request. The date must be on the day of the scope.
    fn sign_request(&self, date: &AmzDate, hash: &[u8; 32]) -> Signature {
        let string_to_sign = StringToSign::new(Self::ALGORITHM, date, self.scope(), hash);
        self.sign(string_to_sign.as_ref())
    }
}

impl Key for SigningKey {
    const ALGORITHM: Algorithm = Algorithm::HmacSha256;

    fn scope(&self) -> &CredentialScope {
        &self.scope
    }

    fn sign(&self, string_to_sign: &[u8]) -> Signature {
        self.sign(string_to_sign)
    }

    fn sign_request(&self, date: &AmzDate, hash: &[u8; 32]) -> Signature {
        let mut mac = self.mac.clone();
        write_before_hash(&mut mac, Self::ALGORITHM, date, &self.scope);
        mac.update(&hex32(hash));
        Signature::of_mac(&mac.finish())
    }
}

/// A signing key that has already hashed the common start of all strings to sign of one instant.
#[derive(Clone)]
pub(crate) struct BegunKey {
    key: SigningKey,
    mac: HmacSha256,
}

impl BegunKey {
    pub(crate) fn new(key: SigningKey, date: &AmzDate) -> Self {
        let mut mac = key.mac.clone();
        write_before_hash(&mut mac, Self::ALGORITHM, date, &key.scope);
        Self { key, mac }
    }
}

impl Key for BegunKey {
    const ALGORITHM: Algorithm = SigningKey::ALGORITHM;

    fn scope(&self) -> &CredentialScope {
        &self.key.scope
    }

    fn sign(&self, string_to_sign: &[u8]) -> Signature {
        self.key.sign(string_to_sign)
    }

    fn sign_request(&self, _: &AmzDate, hash: &[u8; 32]) -> Signature {
        let mut mac = self.mac.clone();
        mac.update(&hex32(hash));
        Signature::of_mac(&mac.finish())
    }
}
