//! Hashes and HMAC by RustCrypto: portable Rust, with the processor's instructions where it has them.

use hmac::{KeyInit, Mac};
use sha2::Digest;
use sha2::digest::{FixedOutputReset, Output};

use super::Backend;

pub(crate) fn backend() -> Backend {
    Backend::RustCrypto
}

pub(crate) type Sha256 = Hash<sha2::Sha256, 32>;
pub(crate) type HmacSha256 = Hmac<hmac::Hmac<sha2::Sha256>, 32>;
#[cfg(any(
    feature = "checksums",
    feature = "sources",
    all(feature = "cloudfront", feature = "sigv4a")
))]
pub(crate) type Sha1 = Hash<sha1::Sha1, 20>;
/// SHA-256 for the nonces of RFC 6979, which `ecdsa` makes.
#[cfg(feature = "sigv4a")]
pub(crate) use sha2::Sha256 as NonceHash;
#[cfg(feature = "legacy")]
pub(crate) type HmacSha1 = Hmac<hmac::Hmac<sha1::Sha1>, 20>;
#[cfg(feature = "checksums")]
pub(crate) type Sha512 = Hash<sha2::Sha512, 64>;

/// A running hash of `N` bytes. Its state is zeroised when dropped.
#[derive(Clone, Default)]
pub(crate) struct Hash<D, const N: usize>(D);

impl<D: Digest + Default + FixedOutputReset, const N: usize> Hash<D, N>
where
    Output<D>: Into<[u8; N]>,
{
    #[inline]
    pub(crate) fn new() -> Self {
        Self(D::default())
    }

    /// Returns the hash of one piece of data.
    #[inline]
    pub(crate) fn digest(data: impl AsRef<[u8]>) -> [u8; N] {
        D::digest(data).into()
    }

    #[inline]
    pub(crate) fn update(&mut self, data: &[u8]) {
        Digest::update(&mut self.0, data);
    }

    #[inline]
    pub(crate) fn finish(self) -> [u8; N] {
        self.0.finalize().into()
    }

    /// Returns the hash, and begins a new one.
    pub(crate) fn finish_reset(&mut self) -> [u8; N] {
        self.0.finalize_reset().into()
    }
}

/// A running HMAC of `N` bytes, keyed.
///
/// It contains the two states of the hash after the key, so a clone is the cache of a key. They are
/// zeroised when dropped.
#[derive(Clone)]
pub(crate) struct Hmac<M, const N: usize>(M);

impl<M: Mac + KeyInit, const N: usize> Hmac<M, N>
where
    Output<M>: Into<[u8; N]>,
{
    #[inline]
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(<M as KeyInit>::new_from_slice(key).expect("a key of any length"))
    }

    #[inline]
    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    #[inline]
    pub(crate) fn finish(self) -> [u8; N] {
        self.0.finalize().into_bytes().into()
    }
}
