//! P-256 keys of CloudFront key groups.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ecdsa::hazmat::sign_prehashed_rfc6979;
use p256::{NistP256, NonZeroScalar};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::cloudfront::Hash;

/// A P-256 private key, which signs policies.
///
/// It signs in portable Rust, with the nonces of RFC 6979: the same policy has the same signature.
///
/// ```
/// use countersign::cloudfront::{Hash, P256Key, SignedUrl, UrlError};
/// use countersign::Timestamp;
///
/// // openssl ecparam -name prime256v1 -genkey -noout
/// let key = P256Key::from_pem("-----BEGIN EC PRIVATE KEY-----
/// MHcCAQEEIIrttclW3uFHfZc2QfXu7YS5/lMq/lNJGzvlNGPMx7kwoAoGCCqGSM49
/// AwEHoUQDQgAE4LB2RwsG4+qZ61qGB2G7LFxHXy5JCZcUMWrDmBVw1pJpg4YiH+dG
/// vbhb8xU8bH7UOAgCUBAnUTN4PLb+7Qx8bw==
/// -----END EC PRIVATE KEY-----")?;
/// let url = SignedUrl::new("https://example.com/a", Timestamp::from_unix_seconds(1_798_761_600));
/// let signed = url
///     .with_hash(Hash::Sha256)
///     .sign("K2JCJMDEHXQW5F", |policy| Ok::<_, UrlError>(key.sign(policy, Hash::Sha256)))?;
/// assert!(signed.contains("&Signature=ME"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct P256Key(Zeroizing<NonZeroScalar>);

/// The text is not a P-256 private key.
///
/// ```
/// assert!(countersign::cloudfront::P256Key::from_pem("no key").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a P-256 private key in PEM, of PKCS #8 or SEC 1, without a password")]
pub struct P256KeyError(());

impl P256Key {
    /// Reads a key in PEM: PKCS #8 (`PRIVATE KEY`) or SEC 1 (`EC PRIVATE KEY`), without a password.
    ///
    /// # Errors
    /// - [`P256KeyError`] if the text is something else
    ///
    /// ```
    /// use countersign::cloudfront::P256Key;
    ///
    /// // A public key, not the private one.
    /// assert!(P256Key::from_pem("-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n").is_err());
    /// ```
    pub fn from_pem(pem: &str) -> Result<Self, P256KeyError> {
        Self::read(pem).ok_or(P256KeyError(()))
    }

    fn read(pem: &str) -> Option<Self> {
        let pkcs8 = block(pem, "PRIVATE KEY").map(|der| (der, true));
        let (der, is_pkcs8) =
            pkcs8.or_else(|| block(pem, "EC PRIVATE KEY").map(|der| (der, false)))?;
        let mut outer = Der(&der);
        let mut content = outer.read(SEQUENCE)?;
        if is_pkcs8 {
            content.read(INTEGER)?;
            let mut algorithm = content.read(SEQUENCE)?;
            let known = algorithm.read(OBJECT_ID)?.0 == EC_PUBLIC_KEY
                && algorithm.read(OBJECT_ID)?.0 == PRIME256V1;
            known.then_some(())?;
            content = content.read(OCTET_STRING)?.read(SEQUENCE)?;
        }
        content.read(INTEGER)?;
        let scalar = <[u8; 32]>::try_from(content.read(OCTET_STRING)?.0).map(Zeroizing::new);
        if !is_pkcs8 {
            let curve = content.read(PARAMETERS)?.read(OBJECT_ID)?.0;
            (curve == PRIME256V1).then_some(())?;
        }
        let scalar = NonZeroScalar::from_repr((*scalar.ok()?).into()).into_option()?;
        Some(Self(Zeroizing::new(scalar)))
    }

    /// Signs a policy, and returns the signature in DER.
    ///
    /// ```
    /// # use countersign::cloudfront::{Hash, P256Key};
    /// # let key = P256Key::from_pem("-----BEGIN EC PRIVATE KEY-----
    /// # MHcCAQEEIIrttclW3uFHfZc2QfXu7YS5/lMq/lNJGzvlNGPMx7kwoAoGCCqGSM49
    /// # AwEHoUQDQgAE4LB2RwsG4+qZ61qGB2G7LFxHXy5JCZcUMWrDmBVw1pJpg4YiH+dG
    /// # vbhb8xU8bH7UOAgCUBAnUTN4PLb+7Qx8bw==
    /// # -----END EC PRIVATE KEY-----")?;
    /// let signature = key.sign(b"{\"Statement\":[]}", Hash::Sha1);
    /// assert_eq!(signature[0], 0x30); // a sequence, in DER
    /// # Ok::<(), countersign::cloudfront::P256KeyError>(())
    /// ```
    pub fn sign(&self, policy: &[u8], hash: Hash) -> Vec<u8> {
        let mut digest = [0; 32];
        match hash {
            // A shorter hash is a smaller number.
            Hash::Sha1 => {
                let sha1 = Sha1::digest(policy);
                let slots = digest.iter_mut().rev().zip(sha1.iter().rev());
                slots.for_each(|(slot, byte)| *slot = *byte);
            }
            Hash::Sha256 => digest = Sha256::digest(policy).into(),
        }
        let (signature, _) = sign_prehashed_rfc6979::<NistP256, Sha256>(&self.0, &digest, &[]);
        signature.to_der().as_bytes().to_vec()
    }
}

impl fmt::Debug for P256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P256Key([elided])")
    }
}

/// The bytes of the block with this label.
fn block(pem: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (text, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let mut joined = Zeroizing::new(String::with_capacity(text.len()));
    joined.extend(text.split_ascii_whitespace());
    STANDARD.decode(joined.as_bytes()).ok().map(Zeroizing::new)
}

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// The member `parameters` of SEC 1's `ECPrivateKey`.
const PARAMETERS: u8 = 0xa0;
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7
const PRIME256V1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// DER, of lengths under 256: no private key of P-256 is longer.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next element, which must have this tag.
    fn read(&mut self, tag: u8) -> Option<Der<'a>> {
        let (length, rest) = match *self.0 {
            [found, 0x81, length, ref rest @ ..] if found == tag && length >= 0x80 => {
                (length, rest)
            }
            [found, length, ref rest @ ..] if found == tag && length < 0x80 => (length, rest),
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length.into())?;
        self.0 = rest;
        Some(Der(content))
    }
}
