//! ECDSA over P-256 with SHA-256, in portable Rust.

use ecdsa::hazmat::{sign_prehashed_rfc6979, verify_prehashed};
use p256::{NistP256, NonZeroScalar, ProjectivePoint, Sec1Point};
use zeroize::Zeroizing;

use crate::primitives::sha256::Sha256;
use crate::sigv4::signature::Signature;

/// The scalar, and not `p256`'s own signing key: that would compute the public key at once, which
/// takes as long as a signature, and which no signer asks for.
pub(super) struct PrivateKey(Zeroizing<NonZeroScalar>);

impl PrivateKey {
    pub(super) fn new(scalar: &[u8; 32]) -> Option<Self> {
        let scalar = NonZeroScalar::from_repr((*scalar).into()).into_option()?;
        Some(Self(Zeroizing::new(scalar)))
    }

    /// Signs, with the nonce of RFC 6979: the same message has the same signature.
    pub(super) fn sign(&self, message: &[u8]) -> Signature {
        let hash = Sha256::digest(message);
        // The nonce of RFC 6979 is an HMAC, and `ecdsa` makes it from the hash that it is given.
        let (signature, _) = sign_prehashed_rfc6979::<NistP256, sha2::Sha256>(&self.0, &hash, &[]);
        Signature::of_der(signature.to_der().as_bytes())
    }

    pub(super) fn public_key(&self) -> PublicKey {
        PublicKey(p256::PublicKey::from_secret_scalar(&self.0))
    }
}

#[derive(Clone)]
pub(super) struct PublicKey(p256::PublicKey);

impl PublicKey {
    /// Reads a point on the curve, in either form of SEC 1.
    pub(super) fn from_sec1(point: &[u8]) -> Option<Self> {
        p256::PublicKey::from_sec1_bytes(point).ok().map(Self)
    }

    /// The uncompressed form.
    pub(super) fn to_sec1(&self) -> [u8; 65] {
        let point = Sec1Point::from(self.0);
        let mut bytes = [4; 65];
        let coordinates = point.x().into_iter().chain(point.y()).flatten();
        let slots = bytes.iter_mut().skip(1);
        slots
            .zip(coordinates)
            .for_each(|(slot, byte)| *slot = *byte);
        bytes
    }

    pub(super) fn verifies(&self, message: &[u8], der: &[u8]) -> bool {
        let Some(signature) = parse(der) else {
            return false;
        };
        let key = ProjectivePoint::from(*self.0.as_affine());
        verify_prehashed(&key, &Sha256::digest(message), &signature).is_ok()
    }
}

/// One encoding of each pair of integers, both from 1 to N-1.
fn parse(der: &[u8]) -> Option<p256::ecdsa::Signature> {
    p256::ecdsa::Signature::from_der(der).ok()
}

/// Whether a signature would be read at all.
#[cfg(all(feature = "sigv4a-aws-lc", not(target_family = "wasm")))]
pub(super) fn is_strict(der: &[u8]) -> bool {
    parse(der).is_some()
}
