//! PEM (RFC 7468).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// The bytes of the first block with this label. Text outside of the block is skipped: OpenSSL writes
/// the curve's parameters before a key.
pub(crate) fn block(pem: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (text, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let mut base64 = Zeroizing::new(Vec::with_capacity(text.len()));
    base64.extend(text.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut der = Zeroizing::new(vec![0; base64.len()]);
    let length = STANDARD.decode_slice(&*base64, &mut der).ok()?;
    der.truncate(length);
    Some(der)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_other_blocks_do_not_matter() {
        let wanted = "-----BEGIN A-----\nAQID\nBAUG\n-----END A-----\n";
        let other = "-----BEGIN B-----\nBw==\n-----END B-----\n";
        for text in [
            wanted,
            &wanted.replace('\n', "\r\n"),
            &wanted.replace('\n', ""),
            &format!("text\n{other}{wanted}{other}"),
        ] {
            let der = block(text, "A").unwrap();
            assert_eq!(*der, [1, 2, 3, 4, 5, 6], "{text}");
        }
        for text in ["", other, &wanted.replace("BAUG", "B!UG"), &wanted[..40]] {
            assert!(block(text, "A").is_none(), "{text}");
        }
    }
}
