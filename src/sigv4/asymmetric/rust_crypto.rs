//! ECDSA over P-256 with SHA-256, by RustCrypto.

use ecdsa::hazmat::{sign_prehashed_rfc6979, verify_prehashed};
use p256::{NistP256, NonZeroScalar, ProjectivePoint};
use zeroize::Zeroizing;

use super::encoding::{read_point, read_signature, uncompressed};
use crate::primitives::sha256::{NonceHash, Sha256};
use crate::sigv4::signature::Signature;

/// Only the scalar. The signing key of `p256` would also compute the public key, which takes as
/// long as a signature, and which signing does not need.
pub(super) struct PrivateKey(Zeroizing<NonZeroScalar>);

impl PrivateKey {
    pub(super) fn new(scalar: &[u8; 32]) -> Option<Self> {
        let scalar = NonZeroScalar::from_repr((*scalar).into()).into_option()?;
        Some(Self(Zeroizing::new(scalar)))
    }

    /// Signs with the nonce of RFC 6979, so that the same message has the same signature.
    pub(super) fn sign(&self, message: &[u8]) -> Signature {
        self.sign_hash(&Sha256::digest(message))
    }

    pub(super) fn sign_hash(&self, hash: &[u8; 32]) -> Signature {
        let (signature, _) = sign_prehashed_rfc6979::<NistP256, NonceHash>(&self.0, hash, &[]);
        Signature::of_der(signature.to_der().as_bytes())
    }

    pub(super) fn public_key(&self) -> PublicKey {
        PublicKey(p256::PublicKey::from_secret_scalar(&self.0))
    }
}

#[derive(Clone)]
pub(super) struct PublicKey(p256::PublicKey);

impl PublicKey {
    pub(super) fn from_sec1(point: &[u8]) -> Option<Self> {
        read_point(point).map(Self)
    }

    pub(super) fn to_sec1(&self) -> [u8; 65] {
        uncompressed(&self.0)
    }

    pub(super) fn verifies(&self, message: &[u8], der: &[u8]) -> bool {
        let Some(signature) = read_signature(der) else {
            return false;
        };
        let key = ProjectivePoint::from(*self.0.as_affine());
        verify_prehashed(&key, &Sha256::digest(message), &signature).is_ok()
    }
}
