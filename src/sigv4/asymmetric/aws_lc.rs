//! ECDSA over P-256 with SHA-256, by AWS-LC. Keys are read, and signatures parsed, by the portable
//! code, so that what is accepted does not depend on a feature.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, ParsedPublicKey,
};

use super::portable;
use crate::sigv4::signature::Signature;

pub(super) struct PrivateKey {
    portable: portable::PrivateKey,
    key_pair: EcdsaKeyPair,
}

impl PrivateKey {
    pub(super) fn new(scalar: &[u8; 32]) -> Option<Self> {
        let portable = portable::PrivateKey::new(scalar)?;
        let point = portable.public_key().to_sec1();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let key_pair =
            EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, &point).ok()?;
        Some(Self { portable, key_pair })
    }

    /// Signs, with a random nonce: the same message has another signature every time.
    pub(super) fn sign(&self, message: &[u8]) -> Signature {
        match self.key_pair.sign(&SystemRandom::new(), message) {
            Ok(signature) => Signature::of_der(signature.as_ref()),
            // No memory, or no randomness: the portable code needs neither.
            Err(_) => self.portable.sign(message),
        }
    }

    pub(super) fn public_key(&self) -> PublicKey {
        PublicKey::of(self.portable.public_key())
    }
}

#[derive(Clone)]
pub(super) struct PublicKey {
    portable: portable::PublicKey,
    parsed: Option<ParsedPublicKey>,
}

impl PublicKey {
    fn of(portable: portable::PublicKey) -> Self {
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, portable.to_sec1()).ok();
        Self { portable, parsed }
    }

    pub(super) fn from_sec1(point: &[u8]) -> Option<Self> {
        portable::PublicKey::from_sec1(point).map(Self::of)
    }

    pub(super) fn to_sec1(&self) -> [u8; 65] {
        self.portable.to_sec1()
    }

    pub(super) fn verifies(&self, message: &[u8], der: &[u8]) -> bool {
        match &self.parsed {
            Some(key) => portable::is_strict(der) && key.verify_sig(message, der).is_ok(),
            None => self.portable.verifies(message, der),
        }
    }
}
