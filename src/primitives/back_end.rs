//! Hashes and HMAC of the crate that calculates them: RustCrypto, or AWS-LC with the feature `aws-lc`.
//! One of the two files is compiled, and both have the same types.

#[cfg(all(feature = "aws-lc", not(target_family = "wasm")))]
mod aws_lc;
#[cfg(not(all(feature = "aws-lc", not(target_family = "wasm"))))]
mod rust_crypto;

#[cfg(all(feature = "aws-lc", not(target_family = "wasm")))]
pub(crate) use aws_lc::*;
#[cfg(not(all(feature = "aws-lc", not(target_family = "wasm"))))]
pub(crate) use rust_crypto::*;

use std::fmt;

/// What calculates hashes, HMAC and ECDSA signatures.
///
/// [`backend`](crate::crypto::backend) returns it. `Display` is for logs.
///
/// ```
/// use countersign::crypto::Backend;
///
/// assert_eq!(Backend::AwsLcFips.to_string(), "AWS-LC FIPS");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Backend {
    /// The crates of RustCrypto. The default.
    RustCrypto,
    /// AWS-LC, by the crate `aws-lc-rs`.
    AwsLc,
    /// AWS-LC in FIPS mode: the FIPS module of AWS-LC, whose self-tests passed.
    AwsLcFips,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RustCrypto => "RustCrypto",
            Self::AwsLc => "AWS-LC",
            Self::AwsLcFips => "AWS-LC FIPS",
        })
    }
}
