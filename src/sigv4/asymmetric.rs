//! The keys of Signature Version 4A: derivation, ECDSA over P-256, region sets.

#[cfg(all(feature = "aws-lc", not(target_family = "wasm")))]
mod aws_lc;
pub(crate) mod derive;
mod encoding;
pub(crate) mod key;
#[cfg(any(feature = "cloudfront", feature = "sources"))]
mod pem_key;
pub(crate) mod region_set;
#[cfg(not(all(feature = "aws-lc", not(target_family = "wasm"))))]
mod rust_crypto;

#[cfg(all(feature = "aws-lc", not(target_family = "wasm")))]
use aws_lc as back_end;
#[cfg(not(all(feature = "aws-lc", not(target_family = "wasm"))))]
use rust_crypto as back_end;

use crate::primitives::sha256;
