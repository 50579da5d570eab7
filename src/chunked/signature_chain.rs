//! The chain of signatures over the chunks and the trailers of one upload.

use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::string_to_sign::StringToSign;

/// One date and one scope for the whole upload, and the signature that the next one covers.
#[derive(Clone, Copy)]
pub(super) struct SignatureChain {
    algorithm: Algorithm,
    date: AmzDate,
    scope: CredentialScope,
    /// The request's signature at first, then the signature of the last chunk.
    prior: Signature,
}

impl SignatureChain {
    pub(super) fn new(
        algorithm: Algorithm,
        date: AmzDate,
        scope: CredentialScope,
        seed: Signature,
    ) -> Self {
        Self {
            algorithm,
            date,
            scope,
            prior: seed,
        }
    }

    /// The string to sign of the next chunk.
    pub(super) fn chunk(&self, hash: &[u8; 32]) -> StringToSign {
        StringToSign::for_chunk(self.algorithm, &self.date, &self.scope, &self.prior, hash)
    }

    /// The string to sign of the trailers.
    pub(super) fn trailers(&self, hash: &[u8; 32]) -> StringToSign {
        StringToSign::for_trailers(self.algorithm, &self.date, &self.scope, &self.prior, hash)
    }

    /// Continues with the signature of a chunk.
    pub(super) fn advance(&mut self, signature: Signature) {
        self.prior = signature;
    }
}
