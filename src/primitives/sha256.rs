//! SHA-256 and HMAC: the one place that names the crates behind them.

use hmac::{KeyInit, Mac};
use sha2::Digest;
use zeroize::Zeroize;

/// A running SHA-256. Its state is zeroised when dropped.
#[derive(Clone, Default)]
pub(crate) struct Sha256(sha2::Sha256);

impl Sha256 {
    #[inline]
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Returns the hash of one piece of data.
    #[inline]
    pub(crate) fn digest(data: impl AsRef<[u8]>) -> [u8; 32] {
        sha2::Sha256::digest(data).into()
    }

    #[inline]
    pub(crate) fn update(&mut self, data: &[u8]) {
        Digest::update(&mut self.0, data);
    }

    #[inline]
    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    /// Returns the hash, and begins a new one.
    pub(crate) fn finish_reset(&mut self) -> [u8; 32] {
        self.0.finalize_reset().into()
    }
}

/// A running HMAC-SHA-256, keyed.
///
/// It contains the two states of the hash after the key, so a clone is the cache of a key. They are
/// zeroised when dropped.
#[derive(Clone)]
pub(crate) struct HmacSha256(hmac::Hmac<sha2::Sha256>);

impl HmacSha256 {
    #[inline]
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(keyed(key))
    }

    #[inline]
    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    #[inline]
    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }

    /// Returns the keyed state for this result as the next key.
    pub(crate) fn into_next(self) -> Self {
        let mut key = self.0.finalize().into_bytes();
        let next = Self::new(&key);
        key.zeroize();
        next
    }

    /// Returns the HMAC of one piece of data.
    #[cfg(feature = "legacy")]
    pub(crate) fn mac(key: &[u8], data: &[u8]) -> [u8; 32] {
        let mut mac = Self::new(key);
        mac.update(data);
        mac.finish()
    }
}

/// Returns the HMAC-SHA-1 of one piece of data.
#[cfg(feature = "legacy")]
pub(crate) fn hmac_sha1(key: &[u8], data: &[u8]) -> [u8; 20] {
    keyed::<hmac::Hmac<sha1::Sha1>>(key)
        .chain_update(data)
        .finalize()
        .into_bytes()
        .into()
}

#[inline]
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed<M: Mac + KeyInit>(key: &[u8]) -> M {
    <M as KeyInit>::new_from_slice(key).expect("a key of any length")
}
