//! DER, as far as keys and certificates need it.

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OBJECT_ID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
#[cfg(feature = "sigv4a")]
pub(crate) const OCTETS: u8 = 0x04;

/// The content of an element with this tag, and what comes after it.
///
/// The length must be definite, minimal, and below 64 KiB.
pub(crate) fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (digits, rest) = match first {
        _ if found != tag => return None,
        0..=0x7f => (&[first][..], rest),
        0x81 | 0x82 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let is_minimal = match digits {
                [one] => *one >= 0x80,
                [high, ..] => *high != 0,
                [] => false,
            };
            is_minimal.then_some((digits, rest))?
        }
        _ => return None,
    };
    let length = digits
        .iter()
        .fold(0, |length, &digit| length << 8 | usize::from(digit));
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X.690, 8.1.3 and 10.1.
    #[test]
    fn a_length_is_definite_and_minimal() {
        let content = vec![7; 0x1234];
        let with = |length: &[u8], size: usize| [&[4], length, &content[..size], &[9]].concat();
        for (length, size) in [
            (&[0][..], 0),
            (&[0x7f], 0x7f),
            (&[0x81, 0x80], 0x80),
            (&[0x82, 0x12, 0x34], 0x1234),
        ] {
            let der = with(length, size);
            let expected = (&content[..size], &[9][..]);
            assert_eq!(element(&der, 4), Some(expected), "{length:?}");
            assert_eq!(element(&der, 5), None);
        }
        for length in [
            &[0x81, 0x7f][..],
            &[0x82, 0, 0x80],
            &[0x83, 0, 0, 1],
            &[0x80],
            &[0xff],
        ] {
            assert_eq!(element(&with(length, 0x1234), 4), None, "{length:?}");
        }
        for der in [&[][..], &[4], &[4, 0x82, 1], &[4, 1], &[4, 0x81]] {
            assert_eq!(element(der, 4), None, "{der:?}");
        }
    }
}
