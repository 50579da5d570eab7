//! P-256 keys of CloudFront key groups.

use std::fmt;

use crate::cloudfront::{Hash, UrlError};
use crate::sigv4::asymmetric::key::SigningKey;

/// A P-256 private key, which signs policies.
///
/// By default, signatures are deterministic (RFC 6979). With the feature `aws-lc`, they are randomized.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::cloudfront::{Hash, P256Key, SignedUrl};
///
/// // openssl ecparam -name prime256v1 -genkey -noout
/// let key = P256Key::from_pem(
///     "-----BEGIN EC PRIVATE KEY-----
/// MHcCAQEEIIrttclW3uFHfZc2QfXu7YS5/lMq/lNJGzvlNGPMx7kwoAoGCCqGSM49
/// AwEHoUQDQgAE4LB2RwsG4+qZ61qGB2G7LFxHXy5JCZcUMWrDmBVw1pJpg4YiH+dG
/// vbhb8xU8bH7UOAgCUBAnUTN4PLb+7Qx8bw==
/// -----END EC PRIVATE KEY-----",
/// )?;
/// let url = SignedUrl::new(
///     "https://example.com/a",
///     Timestamp::from_unix_seconds(1_798_761_600),
/// );
/// let signed = url
///     .with_hash(Hash::Sha256)
///     .sign("K2JCJMDEHXQW5F", |policy| key.sign(policy, Hash::Sha256))?;
/// assert!(signed.contains("&Signature=ME"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct P256Key(SigningKey);

/// The text is not a P-256 private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("private key must be P-256 in PEM (PKCS #8 or SEC 1) without a password")]
pub struct P256KeyError(());

impl P256Key {
    /// Reads a key in PEM: PKCS #8 (`PRIVATE KEY`) or SEC 1 (`EC PRIVATE KEY`), without a password.
    ///
    /// # Errors
    /// - [`P256KeyError`] if the text is not such a key
    pub fn from_pem(pem: &str) -> Result<Self, P256KeyError> {
        SigningKey::from_pem(pem).map(Self).ok_or(P256KeyError(()))
    }

    /// Signs a policy, and returns the signature in DER.
    ///
    /// # Errors
    /// - [`UrlError::NotApproved`] if the hash is SHA-1, and
    ///   [only approved algorithms](crate::crypto::allow_only_approved) are allowed
    #[expect(clippy::expect_used, reason = "the key makes its signatures from DER")]
    pub fn sign(&self, policy: &[u8], hash: Hash) -> Result<Vec<u8>, UrlError> {
        hash.check_approved()?;
        let signature = match hash {
            Hash::Sha1 => self.0.sign_sha1(policy),
            Hash::Sha256 => self.0.sign(policy),
        };
        Ok(signature.with_der(<[u8]>::to_vec).expect("a DER signature"))
    }
}

impl fmt::Debug for P256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P256Key([elided])")
    }
}
