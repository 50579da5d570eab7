//! A signature in a chunk's header or in a trailer.

use crate::chunked::error::{ChunkError, ChunkSyntaxError};
use crate::sigv4::signature::{Algorithm, Signature};

/// Reads a signature, which may be padded with `*` if its length varies.
pub(super) fn read_signature(algorithm: Algorithm, padded: &[u8]) -> Result<Signature, ChunkError> {
    const INVALID: ChunkError = ChunkError::Malformed(ChunkSyntaxError::InvalidSignature);
    if padded.len() > algorithm.padded_len() {
        return Err(INVALID);
    }
    let mut digits = padded;
    if algorithm == Algorithm::EcdsaP256Sha256 {
        while let Some(rest) = digits.strip_suffix(b"*") {
            digits = rest;
        }
    }
    let digits = std::str::from_utf8(digits).map_err(|_| INVALID)?;
    Signature::parse(algorithm, digits).map_err(|_| INVALID)
}
