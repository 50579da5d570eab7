//! SHA-1 and HMAC-SHA-1, where AWS asks for them.

#[cfg(any(
    feature = "checksums",
    feature = "sources",
    all(feature = "cloudfront", feature = "sigv4a")
))]
pub(crate) use super::back_end::Sha1;

/// Returns the HMAC-SHA-1 of one piece of data.
#[cfg(feature = "legacy")]
pub(crate) fn hmac_sha1(key: &[u8], data: &[u8]) -> [u8; 20] {
    let mut mac = super::back_end::HmacSha1::new(key);
    mac.update(data);
    mac.finish()
}
