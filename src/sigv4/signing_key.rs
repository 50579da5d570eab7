//! Signing keys.

use std::fmt;

use crate::credentials::SecretKey;
use crate::primitives::hex::hex32;
use crate::primitives::sha256::HmacSha256;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::string_to_sign::{StringToSign, write_before_hash};

/// A signing key: good for one day, one region and one service, and for nothing else.
///
/// It is a keyed HMAC state, so that signing with it costs no key schedule. Zeroised when dropped,
/// never printed.
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
    /// Anybody can derive such a key, so it verifies nothing.
    of_empty_secret: bool,
}

impl SigningKey {
    /// Derives the key for a scope.
    ///
    /// A key of an empty secret verifies nothing in this crate, since anybody can derive it.
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

    /// Signs a string to sign.
    pub fn sign(&self, string_to_sign: impl AsRef<[u8]>) -> Signature {
        let mut mac = self.mac.clone();
        mac.update(string_to_sign.as_ref());
        Signature::of_mac(&mac.finish())
    }

    /// Whether a signature is one of this key, compared in constant time.
    pub(crate) fn verifies(&self, string_to_sign: impl AsRef<[u8]>, signature: &Signature) -> bool {
        // Comparing signatures takes the same time wherever they differ.
        self.sign(string_to_sign) == *signature && !self.of_empty_secret
    }

    /// What the key is good for.
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

/// What ends the pipeline: SigV4 and SigV4A differ in this and in nothing else.
pub(crate) trait Key {
    const ALGORITHM: Algorithm;
    fn scope(&self) -> &CredentialScope;
    fn sign(&self, string_to_sign: &[u8]) -> Signature;

    /// Signs a request, by the hash of its canonical form. The date's day is the scope's.
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

/// A signing key that has begun on what the strings to sign of one instant have in common.
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
