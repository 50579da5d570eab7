//! A signer of one scheme: Signature Version 4 or 4A.

use http::request::Parts;

use crate::chunked::{ChunkSigner, ChunkedEncoding};
use crate::error::Error;
use crate::sign::signer::Signer;
use crate::sigv4::payload_hash::PayloadHash;
use crate::timestamp::Timestamp;

#[derive(Clone, Debug)]
pub(super) enum SingleSigner {
    SigV4(Signer),
    #[cfg(feature = "sigv4a")]
    SigV4a(crate::sigv4a::Signer),
}

impl SingleSigner {
    pub(super) fn sign(
        &self,
        parts: &mut Parts,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<(), Error> {
        match self {
            Self::SigV4(signer) => signer.sign(parts, payload, now).map(drop),
            #[cfg(feature = "sigv4a")]
            Self::SigV4a(signer) => signer.sign(parts, payload, now).map(drop),
        }
    }

    pub(super) fn sign_chunked(
        &self,
        parts: &mut Parts,
        encoding: ChunkedEncoding,
        now: Timestamp,
    ) -> Result<ChunkSigner, Error> {
        match self {
            Self::SigV4(signer) => signer.sign_chunked(parts, encoding, now),
            #[cfg(feature = "sigv4a")]
            Self::SigV4a(signer) => signer.sign_chunked(parts, encoding, now),
        }
    }
}
