//! Hashes and HMAC by AWS-LC.
//!
//! Its calls fail, and aws-lc-rs panics, only without memory.

use aws_lc_rs::digest::{self, Context};
use aws_lc_rs::hmac;

use super::Backend;

pub(crate) fn backend() -> Backend {
    match aws_lc_rs::try_fips_mode() {
        Ok(()) => Backend::AwsLcFips,
        Err(_) => Backend::AwsLc,
    }
}

pub(crate) type Sha256 = Hash<32>;
pub(crate) type HmacSha256 = Hmac<32>;
#[cfg(any(
    feature = "checksums",
    feature = "sources",
    all(feature = "cloudfront", feature = "sigv4a")
))]
pub(crate) type Sha1 = Hash<20>;
#[cfg(feature = "legacy")]
pub(crate) type HmacSha1 = Hmac<20>;
#[cfg(feature = "checksums")]
pub(crate) type Sha512 = Hash<64>;

/// A running hash of `N` bytes, whose length says which one it is. AWS-LC zeroises its state when it
/// is dropped.
#[derive(Clone)]
pub(crate) struct Hash<const N: usize>(Context);

impl<const N: usize> Hash<N> {
    const ALGORITHM: &'static digest::Algorithm = match N {
        20 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        64 => &digest::SHA512,
        _ => &digest::SHA256,
    };

    #[inline]
    pub(crate) fn new() -> Self {
        Self(Context::new(Self::ALGORITHM))
    }

    /// Returns the hash of one piece of data.
    #[inline]
    pub(crate) fn digest(data: impl AsRef<[u8]>) -> [u8; N] {
        array(digest::digest(Self::ALGORITHM, data.as_ref()).as_ref())
    }

    #[inline]
    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    #[inline]
    pub(crate) fn finish(self) -> [u8; N] {
        array(self.0.finish().as_ref())
    }

    /// Returns the hash, and begins a new one.
    pub(crate) fn finish_reset(&mut self) -> [u8; N] {
        std::mem::take(self).finish()
    }
}

impl<const N: usize> Default for Hash<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// A running HMAC of `N` bytes, keyed.
///
/// It contains the states of the hash after the key, so a clone is the cache of a key. AWS-LC
/// zeroises them when they are dropped.
#[derive(Clone)]
pub(crate) struct Hmac<const N: usize>(hmac::Context);

impl<const N: usize> Hmac<N> {
    const ALGORITHM: hmac::Algorithm = match N {
        20 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        _ => hmac::HMAC_SHA256,
    };

    #[inline]
    pub(crate) fn new(key: &[u8]) -> Self {
        let key = hmac::Key::new(Self::ALGORITHM, key);
        Self(hmac::Context::with_key(&key))
    }

    #[inline]
    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    #[inline]
    pub(crate) fn finish(self) -> [u8; N] {
        array(self.0.sign().as_ref())
    }
}

#[inline]
#[expect(clippy::expect_used, reason = "the algorithm has this length")]
fn array<const N: usize>(output: &[u8]) -> [u8; N] {
    output.try_into().expect("the algorithm's length")
}
