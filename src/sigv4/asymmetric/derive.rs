//! Derives a P-256 private key from a secret access key.
//!
//! NIST SP 800-108, "KDF in Counter Mode", with HMAC-SHA-256; then FIPS 186-4, B.4.2, "Key Pair
//! Generation by Testing Candidates". The test of the vectors compiles this file alone, so it
//! imports its neighbour through `super`.

use zeroize::Zeroizing;

use super::sha256::HmacSha256;

/// Derives the private key, 1 to N-1, big-endian. `None` if no candidate is valid. Each candidate
/// is invalid with a probability of 2⁻³², so this never happens.
pub(super) fn derive(access_key_id: &str, secret_key: &str) -> Option<Zeroizing<[u8; 32]>> {
    candidates(access_key_id, secret_key).find_map(|candidate| scalar(&candidate))
}

/// The output of the derivation function for the counters from 1 on.
pub(super) fn candidates(
    access_key_id: &str,
    secret_key: &str,
) -> impl Iterator<Item = Zeroizing<[u8; 32]>> {
    let key = Zeroizing::new([b"AWS4A", secret_key.as_bytes()].concat());
    let keyed = HmacSha256::new(&key);
    (1..=254_u8).map(move |counter| {
        let mut mac = keyed.clone();
        // First the number of the output block, which is 1.
        mac.update(&1_u32.to_be_bytes());
        mac.update(b"AWS4-ECDSA-P256-SHA256\0");
        mac.update(access_key_id.as_bytes());
        mac.update(&[counter]);
        // Last the length of the output in bits.
        mac.update(&256_u32.to_be_bytes());
        Zeroizing::new(mac.finish())
    })
}

/// N-2, where N is the order of P-256.
const LARGEST: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f,
];

/// The private key of a candidate: the candidate plus 1, or `None` if it is larger than N-2. The
/// running time reveals only whether the candidate is valid.
pub(super) fn scalar(candidate: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
    let mut scalar = Zeroizing::new([0; 32]);
    let (mut borrow, mut carry) = (0, 1);
    for ((sum, byte), largest) in scalar.iter_mut().zip(candidate).zip(LARGEST).rev() {
        let (byte, largest) = (u16::from(*byte), u16::from(largest));
        borrow = largest.wrapping_sub(byte).wrapping_sub(borrow) >> 15;
        carry += byte;
        [_, *sum] = carry.to_be_bytes();
        carry >>= 8;
    }
    (std::hint::black_box(borrow) == 0).then_some(scalar)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 186-5 by way of SP 800-186, 3.2.1.3: the order of P-256, less two.
    #[test]
    fn the_largest_candidate_is_the_order_of_p256_minus_two() {
        let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
        let largest = hex::encode(LARGEST);
        assert_eq!(largest.replace("254f", "2551"), order);
    }

    #[test]
    fn the_first_byte_that_differs_counts() {
        for (at, byte) in LARGEST.into_iter().enumerate() {
            let with = |byte: Option<u8>, rest: u8| {
                let mut candidate = LARGEST;
                let (start, end) = candidate.split_at_mut(at + 1);
                *start.last_mut()? = byte?;
                end.fill(rest);
                Some(candidate)
            };
            for less in [1, 2, 3] {
                let smaller = with(byte.checked_sub(less), 0xff);
                assert!(smaller.is_none_or(|it| scalar(&it).is_some()), "{at}");
            }
            let larger = with(byte.checked_add(1), 0);
            assert!(larger.is_none_or(|it| scalar(&it).is_none()), "{at}");
        }
    }

    /// AWS counts from 1 to 254.
    #[test]
    fn there_are_254_different_candidates() {
        let candidates = candidates("AKIDEXAMPLE", "secret");
        let mut candidates: Vec<[u8; 32]> = candidates.map(|candidate| *candidate).collect();
        assert_eq!(candidates.len(), 254);
        candidates.sort_unstable();
        candidates.dedup();
        assert_eq!(candidates.len(), 254);
    }
}
