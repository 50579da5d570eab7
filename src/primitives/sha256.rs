//! SHA-256 and HMAC-SHA-256.

use zeroize::Zeroizing;

#[cfg(all(
    feature = "sigv4a",
    not(all(feature = "aws-lc", not(target_family = "wasm")))
))]
pub(crate) use super::back_end::NonceHash;
pub(crate) use super::back_end::{HmacSha256, Sha256};

impl HmacSha256 {
    /// Returns the keyed state for this result as the next key.
    pub(crate) fn into_next(self) -> Self {
        Self::new(&*Zeroizing::new(self.finish()))
    }

    /// Returns the HMAC of one piece of data.
    #[cfg(feature = "legacy")]
    pub(crate) fn mac(key: &[u8], data: &[u8]) -> [u8; 32] {
        let mut mac = Self::new(key);
        mac.update(data);
        mac.finish()
    }
}
