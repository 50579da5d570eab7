//! The key that signs chunks.

#[cfg(feature = "sigv4a")]
use crate::sigv4::asymmetric::key::ScopedKey;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::signing_key::SigningKey;

/// The key of the request, of either algorithm.
#[derive(Clone)]
pub(crate) enum ChunkKey {
    V4(SigningKey),
    #[cfg(feature = "sigv4a")]
    V4a(ScopedKey),
}

impl ChunkKey {
    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::V4(_) => Algorithm::HmacSha256,
            #[cfg(feature = "sigv4a")]
            Self::V4a(_) => Algorithm::EcdsaP256Sha256,
        }
    }

    pub(super) fn scope(&self) -> &CredentialScope {
        match self {
            Self::V4(key) => key.scope(),
            #[cfg(feature = "sigv4a")]
            Self::V4a(key) => &key.scope,
        }
    }

    pub(super) fn sign(&self, string_to_sign: impl AsRef<[u8]>) -> Signature {
        match self {
            Self::V4(key) => key.sign(string_to_sign),
            #[cfg(feature = "sigv4a")]
            Self::V4a(key) => key.key.sign(string_to_sign),
        }
    }
}

impl From<&SigningKey> for ChunkKey {
    fn from(key: &SigningKey) -> Self {
        Self::V4(key.clone())
    }
}

#[cfg(feature = "sigv4a")]
impl From<&ScopedKey> for ChunkKey {
    fn from(key: &ScopedKey) -> Self {
        Self::V4a(key.clone())
    }
}
