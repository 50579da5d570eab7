//! Percent-encoding (RFC 3986), as AWS's `UriEncode` does it: uppercase hex, and only
//! `A-Z a-z 0-9 - . _ ~` stay bare.

use super::hex::nibble;
use super::sink::Sink;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// Whether a byte is one of the unreserved characters.
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~')
}

/// What a byte means in a path or a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// It is canonical as it is.
    Unreserved,
    /// `/`: canonical as it is, but only in a path.
    Slash,
    /// A separator, the start of an escape, or a byte that must be escaped.
    Other,
    /// White space, a control character or `#`: not allowed in a request line.
    Forbidden,
}

/// A table, because every byte of a path and a query is looked up.
static CLASSES: [Class; 256] = {
    let mut table = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::indexing_slicing, reason = "const, in bounds")]
        {
            if is_unreserved(byte as u8) {
                table[byte] = Class::Unreserved;
            } else if matches!(byte as u8, 0..=b' ' | 0x7f | b'#') {
                table[byte] = Class::Forbidden;
            } else if byte as u8 == b'/' {
                table[byte] = Class::Slash;
            }
        }
        byte += 1;
    }
    table
};

#[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
pub(crate) fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

/// All characters but the unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes bytes.
pub(crate) fn encode(bytes: &[u8], sink: &mut impl Sink) {
    for run in percent_encode(bytes, RESERVED) {
        sink.put_str(run);
    }
}

/// Percent-encodes the bytes of a path: `/` stays bare.
pub(crate) fn encode_in_path(bytes: &[u8], sink: &mut impl Sink) {
    const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');
    for run in percent_encode(bytes, RESERVED_IN_PATH) {
        sink.put_str(run);
    }
}

/// Whether percent-encoded text is in canonical form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Escapes {
    /// It is.
    Canonical,
    /// It must be decoded and encoded again.
    Other,
}

impl Escapes {
    pub(crate) fn and(self, other: Self) -> Self {
        if self == Self::Canonical { other } else { self }
    }
}

/// Judges the two hex digits after a `%`. Returns `None` if they are not hex digits.
pub(crate) fn escape(digits: &[u8]) -> Option<Escapes> {
    let &[high, low, ..] = digits else {
        return None;
    };
    let byte = nibble(high)? << 4 | nibble(low)?;
    // Lowercase hex, or an escape that was not needed.
    let lowercase = high.is_ascii_lowercase() || low.is_ascii_lowercase();
    let other = lowercase || class(byte) == Class::Unreserved;
    Some(if other {
        Escapes::Other
    } else {
        Escapes::Canonical
    })
}

/// Decodes text outside a query: `+` is a plus.
pub(crate) fn decoded(text: &str) -> impl Iterator<Item = u8> + Clone + '_ {
    percent_decode_str(text)
}

/// Decodes a name or value of a query: `+` is a space.
pub(crate) fn decoded_in_query(text: &str) -> impl Iterator<Item = u8> + Clone + '_ {
    text.split('+').enumerate().flat_map(|(i, piece)| {
        let space = (i > 0).then_some(b' ');
        space.into_iter().chain(decoded(piece))
    })
}

/// Encodes byte for byte, for comparisons without a buffer.
#[cfg(any(test, feature = "explain"))]
pub(crate) fn encoded(bytes: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    bytes.flat_map(|byte| {
        let plain = is_unreserved(byte).then_some(byte);
        let escaped = percent_encoding::percent_encode_byte(byte).bytes();
        plain
            .into_iter()
            .chain(escaped.take(if plain.is_some() { 0 } else { 3 }))
    })
}

/// Writes the canonical form of a name or value of a query.
pub(crate) fn recode_in_query(text: &str, sink: &mut impl Sink) {
    in_runs(decoded_in_query(text), |run| encode(run, sink));
}

/// Passes bytes on through a small buffer, so that a sink receives runs and not single bytes.
pub(crate) fn in_runs(mut bytes: impl Iterator<Item = u8>, mut write: impl FnMut(&[u8])) {
    let mut buffer = [0; 64];
    loop {
        let filled = buffer
            .iter_mut()
            .zip(&mut bytes)
            .map(|(slot, byte)| *slot = byte)
            .count();
        match buffer.get(..filled) {
            Some(run) if !run.is_empty() => write(run),
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recode_text(text: &str) -> String {
        let mut out = Vec::new();
        recode_in_query(text, &mut out);
        assert_eq!(encoded(decoded_in_query(text)).collect::<Vec<_>>(), out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_escape_is_canonical_other_or_malformed() {
        for digits in ["20", "C3", "2F", "25 and more"] {
            assert_eq!(
                escape(digits.as_bytes()),
                Some(Escapes::Canonical),
                "{digits}"
            );
        }
        for digits in [
            "41",
            "7E",
            "2D",
            "c3",
            "C3".to_lowercase().as_str(),
            "2f",
            "aF",
        ] {
            assert_eq!(escape(digits.as_bytes()), Some(Escapes::Other), "{digits}");
        }
        for digits in ["", "2", "2g", "g2", "+1", "é"] {
            assert_eq!(escape(digits.as_bytes()), None, "{digits}");
        }
    }

    #[test]
    fn text_is_recoded_with_canonical_escapes() {
        for canonical in ["", "abc-._~", "a%20b", "%C3%A9"] {
            assert_eq!(recode_text(canonical), canonical);
        }
        for (other, canonical) in [
            ("%41", "A"),
            ("%c3%a9", "%C3%A9"),
            ("%7e", "~"),
            ("a+b", "a%20b"),
            ("+%2B++", "%20%2B%20%20"),
            ("é", "%C3%A9"),
        ] {
            assert_eq!(recode_text(other), canonical);
        }
    }

    #[test]
    fn long_text_is_recoded_in_runs() {
        let long = "é+".repeat(500);
        assert_eq!(recode_text(&long), "%C3%A9%20".repeat(500));
    }

    /// One byte, two, and some of three: what is encoded is read back, and encoded again is the same.
    #[test]
    fn each_short_text_survives_encoding_and_decoding() {
        let mut texts: Vec<Vec<u8>> = (0..=255u8).map(|a| vec![a]).collect();
        texts.extend((0..=255u8).flat_map(|a| (0..=255u8).map(move |b| vec![a, b])));
        let telling = b"%+/ ~-.azAZ09\0\x7f\x80\xff2F";
        texts.extend((0..telling.len().pow(3)).map(|n| {
            let digit = |n: usize| *telling.get(n % telling.len()).unwrap();
            vec![digit(n), digit(n / 19), digit(n / 361)]
        }));
        for text in texts {
            let mut encoded_text = String::new();
            encode(&text, &mut encoded_text);
            assert!(encoded_text.bytes().all(|b| is_unreserved(b) || b == b'%'));
            assert_eq!(decoded(&encoded_text).collect::<Vec<_>>(), text);
            assert_eq!(decoded_in_query(&encoded_text).collect::<Vec<_>>(), text);
            assert_eq!(recode_text(&encoded_text), encoded_text);
        }
    }
}
