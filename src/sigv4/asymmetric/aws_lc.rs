//! ECDSA over P-256 with SHA-256, by AWS-LC.

#[cfg(feature = "cloudfront")]
use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey,
};
use zeroize::Zeroizing;

use super::encoding::{read_point, read_signature, uncompressed};
use crate::sigv4::signature::Signature;

pub(super) struct PrivateKey {
    key_pair: EcdsaKeyPair,
    public_key: PublicKey,
}

/// `ECPrivateKey` of RFC 5915: what comes before the scalar, and the name of the curve after it. AWS-LC
/// calculates the public key.
const BEFORE: [u8; 7] = [0x30, 49, 0x02, 1, 1, 0x04, 32];
const AFTER: [u8; 12] = [
    0xa0, 10, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
];

impl PrivateKey {
    pub(super) fn new(scalar: &[u8; 32]) -> Option<Self> {
        let mut der = Zeroizing::new([0; 51]);
        let bytes = BEFORE.iter().chain(scalar).chain(&AFTER);
        der.iter_mut()
            .zip(bytes)
            .for_each(|(slot, byte)| *slot = *byte);
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let key_pair = EcdsaKeyPair::from_private_key_der(algorithm, &*der).ok()?;
        let public_key = PublicKey::from_sec1(key_pair.public_key().as_ref())?;
        Some(Self {
            key_pair,
            public_key,
        })
    }

    /// Signs with a random nonce, so that each signature of a message differs.
    #[expect(clippy::expect_used, reason = "only without memory")]
    pub(super) fn sign(&self, message: &[u8]) -> Signature {
        let signature = self.key_pair.sign(&SystemRandom::new(), message);
        Signature::of_der(signature.expect("memory for a signature").as_ref())
    }

    #[cfg(feature = "cloudfront")]
    #[expect(clippy::expect_used, reason = "only without memory")]
    pub(super) fn sign_hash(&self, hash: &[u8; 32]) -> Signature {
        let hash = Digest::import_less_safe(hash, &SHA256);
        let signature = hash.and_then(|hash| self.key_pair.sign_digest(&hash));
        Signature::of_der(signature.expect("memory for a signature").as_ref())
    }

    pub(super) fn public_key(&self) -> PublicKey {
        self.public_key.clone()
    }
}

#[derive(Clone)]
pub(super) struct PublicKey {
    point: [u8; 65],
    parsed: ParsedPublicKey,
}

impl PublicKey {
    pub(super) fn from_sec1(point: &[u8]) -> Option<Self> {
        let point = uncompressed(&read_point(point)?);
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).ok()?;
        Some(Self { point, parsed })
    }

    pub(super) fn to_sec1(&self) -> [u8; 65] {
        self.point
    }

    pub(super) fn verifies(&self, message: &[u8], der: &[u8]) -> bool {
        read_signature(der).is_some() && self.parsed.verify_sig(message, der).is_ok()
    }
}
