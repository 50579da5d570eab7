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

#[cfg(test)]
mod tests {
    use super::*;

    fn hmac(key: &[u8], pieces: &[&[u8]]) -> String {
        let mut mac = HmacSha256::new(key);
        pieces.iter().for_each(|piece| mac.update(piece));
        hex::encode(mac.finish())
    }

    /// FIPS 180-2, B.1 and B.2, and the hash of nothing.
    #[test]
    fn hashes_are_those_of_the_standard() {
        let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        for (data, expected) in [
            (
                &b"abc"[..],
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                two_blocks,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (
                b"",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
        ] {
            assert_eq!(hex::encode(Sha256::digest(data)), expected);
            let mut hash = Sha256::new();
            data.chunks(7).for_each(|piece| hash.update(piece));
            assert_eq!(hex::encode(hash.finish_reset()), expected);
            hash.update(data);
            assert_eq!(hex::encode(hash.finish()), expected);
        }
    }

    /// RFC 4231, test cases 1, 2 and 6.
    #[test]
    fn macs_are_those_of_the_rfc() {
        let longer_than_a_block = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(
            hmac(&[0x0b; 20], &[b"Hi There"]),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            hmac(b"Jefe", &[b"what do ya want ", b"for nothing?"]),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hmac(&[0xaa; 131], &[longer_than_a_block]),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
        // Of an empty key and nothing, which the RFC does not have.
        assert_eq!(
            hmac(b"", &[]),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        );
    }

    #[test]
    fn a_clone_goes_on_by_itself() {
        let mut mac = HmacSha256::new(b"Jefe");
        let keyed = mac.clone();
        mac.update(b"what do ya want ");
        let mut begun = mac.clone();
        mac.update(b"something else");
        begun.update(b"for nothing?");
        let mut fresh = keyed.clone();
        fresh.update(b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(begun.finish()), expected);
        assert_eq!(hex::encode(fresh.finish()), expected);
        assert_ne!(hex::encode(mac.finish()), expected);
    }
}
