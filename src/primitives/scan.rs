//! Searches that the compiler can vectorize.

/// Whether any byte is one of those.
///
/// Branch-free, so that the compiler can vectorize it: a session token of 1,000 characters must not
/// cost 1,000 steps.
pub(crate) fn holds(bytes: &[u8], one_of_those: impl Fn(u8) -> bool) -> bool {
    let any = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(false, |found, &b| found | one_of_those(b))
    };
    let (wider, rest) = bytes.as_chunks::<64>();
    let Some(last) = bytes.last_chunk::<16>() else {
        return any(bytes);
    };
    // The last chunk overlaps the others, which is harmless.
    wider.iter().any(|wide| any(wide))
        || rest.as_chunks::<16>().0.iter().any(|wide| any(wide))
        || any(last)
}

/// Splits at the first occurrence of an ASCII byte.
pub(crate) fn cut(text: &str, byte: u8) -> Option<(&str, &str)> {
    let (wide, _) = text.as_bytes().as_chunks::<16>();
    let has = |wide: &[u8; 16]| wide.iter().fold(false, |has, &b| has | (b == byte));
    let skipped = 16 * wide.iter().take_while(|wide| !has(wide)).count();
    let rest = text.as_bytes().get(skipped..)?;
    let at = skipped + rest.iter().position(|&b| b == byte)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_at_the_first_occurrence() {
        for length in 0..70 {
            let without = "x".repeat(length);
            assert_eq!(cut(&without, b'/'), None);
            let only = "/".repeat(length + 1);
            assert_eq!(cut(&only, b'/'), Some(("", only.split_at(1).1)));
            for after in ["", "é", "a/b/c/d/e/f/g/h/i/j", &only] {
                let text = format!("{without}/{after}");
                assert_eq!(cut(&text, b'/'), Some((without.as_str(), after)));
            }
        }
    }

    #[test]
    fn a_byte_is_found_at_every_position() {
        for length in 0..150 {
            let mut bytes = vec![b'x'; length];
            assert!(!holds(&bytes, |b| b == b'/'), "{length}");
            assert_eq!(holds(&bytes, |b| b == b'x'), length > 0);
            for at in 0..length {
                bytes[at] = b'/';
                assert!(holds(&bytes, |b| b == b'/'), "{at} of {length}");
                bytes[at] = b'x';
            }
        }
    }
}
