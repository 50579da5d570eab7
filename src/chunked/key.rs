//! The key that signs chunks.

#[cfg(feature = "sigv4a")]
use crate::sigv4::asymmetric::key::ScopedKey;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::signing_key::SigningKey;

/// The key of the request, of either algorithm.
#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "an upload has one, and only AWS-LC's HMAC is large"
)]
pub(crate) enum ChunkKey {
    SigV4(SigningKey),
    #[cfg(feature = "sigv4a")]
    SigV4A(ScopedKey),
}

impl ChunkKey {
    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::SigV4(_) => Algorithm::HmacSha256,
            #[cfg(feature = "sigv4a")]
            Self::SigV4A(_) => Algorithm::EcdsaP256Sha256,
        }
    }

    pub(super) fn scope(&self) -> &CredentialScope {
        match self {
            Self::SigV4(key) => key.scope(),
            #[cfg(feature = "sigv4a")]
            Self::SigV4A(key) => &key.scope,
        }
    }

    pub(super) fn sign(&self, string_to_sign: impl AsRef<[u8]>) -> Signature {
        match self {
            Self::SigV4(key) => key.sign(string_to_sign),
            #[cfg(feature = "sigv4a")]
            Self::SigV4A(key) => key.key.sign(string_to_sign),
        }
    }
}
