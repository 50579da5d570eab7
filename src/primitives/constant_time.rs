//! Comparisons whose time depends on lengths alone: for MACs, signatures and tokens.
//!
//! `ctutils`, which `hmac` brings along, compares slices. It does not compare percent-encoded text
//! with bytes, so the comparison of slices would be all that it replaces here.

use super::hex::nibble;

/// Whether two byte strings are equal.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    let differing = a.iter().zip(b).fold(0, |bits, (x, y)| bits | (x ^ y));
    a.len() == b.len() && std::hint::black_box(differing) == 0
}

/// Whether a value of a query, percent-encoded, stands for `bytes`.
pub(crate) fn same_in_query(text: &str, bytes: &[u8]) -> bool {
    let (mut rest, mut equal) = (bytes, true);
    for (i, piece) in text.split('%').enumerate() {
        let mut run = piece.as_bytes();
        if i > 0 {
            // What follows a `%` begins with its digits.
            let [high, low, tail @ ..] = run else {
                return false;
            };
            let ((Some(high), Some(low)), Some((byte, left))) =
                ((nibble(*high), nibble(*low)), rest.split_first())
            else {
                return false;
            };
            equal &= same(&[high << 4 | low], &[*byte]);
            (run, rest) = (tail, left);
        }
        let Some((start, left)) = rest.split_at_checked(run.len()) else {
            return false;
        };
        equal &= same_but_for_plus(run, start);
        rest = left;
    }
    equal && rest.is_empty()
}

/// As [`same`], of text of a query without escapes, in which `+` is a space.
fn same_but_for_plus(text: &[u8], bytes: &[u8]) -> bool {
    let read = |byte: u8| if byte == b'+' { b' ' } else { byte };
    let differing = text
        .iter()
        .zip(bytes)
        .fold(0, |bits, (x, y)| bits | (read(*x) ^ y));
    text.len() == bytes.len() && std::hint::black_box(differing) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_encoded_value_equals_the_bytes_it_stands_for() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("abc", b"abc"),
            ("%2F", b"/"),
            ("a%2fb%2Bc", b"a/b+c"),
            ("a+b%2B+", b"a b+ "),
            ("%61%3D%3D", b"a=="),
            ("%C3%A9x", "éx".as_bytes()),
        ] {
            assert!(same_in_query(text, bytes), "{text}");
            assert!(!same_in_query(text, &[bytes, b"x"].concat()), "{text}");
            if let Some((_, fewer)) = bytes.split_last() {
                assert!(!same_in_query(text, fewer), "{text}");
                assert!(!same_in_query(text, &[fewer, b"!"].concat()), "{text}");
            }
        }
        assert!(!same_in_query("a+b", b"a+b"));
        for bad in ["%", "%2", "%zz", "a%2"] {
            assert!(!same_in_query(bad, b"a/"), "{bad}");
        }
    }

    #[test]
    fn only_equal_bytes_of_one_length_are_the_same() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"ab"));
        assert!(same(b"", b""));
    }

    /// Each single wrong bit, at each length around the width of a vector register.
    #[test]
    fn each_single_wrong_bit_makes_bytes_differ() {
        for length in 0..=72 {
            let a: Vec<u8> = (0..length).map(|i| (i * 37) as u8).collect();
            assert!(same(&a, &a));
            for (i, bit) in (0..a.len()).flat_map(|i| (0..8).map(move |bit| (i, bit))) {
                let mut b = a.clone();
                *b.get_mut(i).unwrap() ^= 1 << bit;
                assert!(!same(&a, &b), "byte {i} of {length}, bit {bit}");
            }
        }
    }

    #[test]
    fn each_pair_of_bytes_is_the_same_only_with_itself() {
        for (a, b) in (0..=255u8).flat_map(|a| (0..=255u8).map(move |b| (a, b))) {
            assert_eq!(same(&[a], &[b]), a == b);
            let escape = format!("%{a:02x}");
            assert_eq!(same_in_query(&escape, &[b]), a == b);
        }
    }
}
