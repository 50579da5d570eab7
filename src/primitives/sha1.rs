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

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, A.1.
    #[cfg(any(
        feature = "checksums",
        feature = "sources",
        all(feature = "cloudfront", feature = "sigv4a")
    ))]
    #[test]
    fn a_hash_is_that_of_the_standard() {
        let expected = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(hex::encode(Sha1::digest(b"abc")), expected);
    }

    /// RFC 2202, test case 2 of HMAC-SHA-1.
    #[cfg(feature = "legacy")]
    #[test]
    fn a_mac_is_that_of_the_rfc() {
        let mac = hmac_sha1(b"Jefe", b"what do ya want for nothing?");
        let expected = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        assert_eq!(hex::encode(mac), expected);
    }
}
