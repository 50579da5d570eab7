//! The keys of Signature Version 4A: derivation, ECDSA over P-256, region sets.

#[cfg(all(feature = "sigv4a-aws-lc", not(target_family = "wasm")))]
mod aws_lc;
pub(crate) mod derive;
pub(crate) mod key;
mod portable;
pub(crate) mod region_set;

#[cfg(all(feature = "sigv4a-aws-lc", not(target_family = "wasm")))]
use aws_lc as back_end;
#[cfg(not(all(feature = "sigv4a-aws-lc", not(target_family = "wasm"))))]
use portable as back_end;

use crate::primitives::sha256;
