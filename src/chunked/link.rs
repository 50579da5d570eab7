//! What links a chunk to the one before it.

use crate::chunked::key::ChunkKey;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::string_to_sign::StringToSign;

/// One timestamp and one chain of signatures for the whole stream.
#[derive(Clone, Copy)]
pub(super) struct Link {
    date: AmzDate,
    /// The request's signature at first, then the signature of the last chunk.
    prior: Signature,
}

impl Link {
    pub(super) fn new(date: AmzDate, seed: Signature) -> Self {
        Self { date, prior: seed }
    }

    pub(super) fn chunk(
        &self,
        algorithm: Algorithm,
        scope: &CredentialScope,
        hash: &[u8; 32],
    ) -> StringToSign {
        StringToSign::for_chunk(algorithm, &self.date, scope, &self.prior, hash)
    }

    pub(super) fn trailers(
        &self,
        algorithm: Algorithm,
        scope: &CredentialScope,
        hash: &[u8; 32],
    ) -> StringToSign {
        StringToSign::for_trailers(algorithm, &self.date, scope, &self.prior, hash)
    }

    pub(super) fn follow(&mut self, signature: Signature) {
        self.prior = signature;
    }

    pub(super) fn sign_chunk(&mut self, key: &ChunkKey, hash: &[u8; 32]) -> Signature {
        let signature = key.sign(self.chunk(key.algorithm(), key.scope(), hash));
        self.follow(signature);
        signature
    }

    pub(super) fn sign_trailers(&self, key: &ChunkKey, hash: &[u8; 32]) -> Signature {
        key.sign(self.trailers(key.algorithm(), key.scope(), hash))
    }
}
