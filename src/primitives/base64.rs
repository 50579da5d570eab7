//! Base64 (RFC 4648, section 4), for what the optional crate `base64` is too much.

use zeroize::Zeroizing;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes a secret with padding, in memory that is zeroised when dropped.
pub(crate) fn encode_secret(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().div_ceil(3) * 4));
    for group in bytes.chunks(3) {
        text.extend(digits(group).map(char::from));
    }
    text
}

/// Encodes 32 bytes.
pub(crate) fn encode32(bytes: &[u8; 32]) -> [u8; 44] {
    let mut text = [0; 44];
    for (four, three) in text.chunks_mut(4).zip(bytes.chunks(3)) {
        four.copy_from_slice(&digits(three));
    }
    text
}

/// The digits of one to three bytes.
fn digits(group: &[u8]) -> [u8; 4] {
    let byte = |at: usize| group.get(at).map_or(0, |&byte| usize::from(byte));
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    let mut at = 0;
    [18, 12, 6, 0].map(|shift| {
        let digit = DIGITS.get(bits >> shift & 63).filter(|_| at <= group.len());
        at += 1;
        digit.copied().unwrap_or(b'=')
    })
}

/// Reads the base64 of exactly 32 bytes: canonical, with its one `=`.
pub(crate) fn decode32(text: &[u8]) -> Option<[u8; 32]> {
    let digits = <&[u8; 44]>::try_from(text).ok()?.strip_suffix(b"=")?;
    let value = |digit: &u8| DIGITS.iter().position(|known| known == digit);
    let mut bytes = [0; 32];
    for (four, three) in digits.chunks(4).zip(bytes.chunks_mut(3)) {
        let mut bits = 0;
        for at in 0..4 {
            bits = bits << 6 | four.get(at).map_or(Some(0), value)?;
        }
        let [_, decoded @ ..] = u32::try_from(bits).ok()?.to_be_bytes();
        let (decoded, spare) = decoded.split_at_checked(three.len())?;
        three.copy_from_slice(decoded);
        if spare.iter().any(|&byte| byte != 0) {
            return None;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_test_vectors_of_rfc_4648_are_encoded() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode_secret(bytes.as_bytes()).as_str(), text);
        }
    }

    proptest! {
        #[test]
        fn any_secret_is_encoded_as_the_base64_crate_encodes_it(bytes: Vec<u8>) {
            let text = encode_secret(&bytes);
            prop_assert_eq!(text.as_str(), STANDARD.encode(&bytes));
        }

        #[test]
        fn the_base64_of_32_bytes_is_read(bytes: [u8; 32]) {
            prop_assert_eq!(decode32(STANDARD.encode(bytes).as_bytes()), Some(bytes));
        }

        #[test]
        fn any_text_is_decoded_as_the_base64_crate_decodes_it(
            text in prop_oneof!["[A-Za-z0-9+/_-]{42,44}={0,2}", "[A-Za-z0-9+/]{43}="],
        ) {
            let decoded = STANDARD.decode(&text).ok();
            let bytes = decoded.and_then(|bytes| bytes.try_into().ok());
            prop_assert_eq!(decode32(text.as_bytes()), bytes);
        }
    }
}
