//! Bytes: the unreserved set, percent-encoding, hex, and the sinks that text is written into.

use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};

/// Where canonical text goes: a hash state, a keyed state, or bytes for people to read. One
/// writer for all of them is what keeps the signer, the verifier and the explainer from drifting.
pub(crate) trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Sha256 {
    fn put(&mut self, bytes: &[u8]) {
        Digest::update(self, bytes);
    }
}

impl Sink for Hmac<Sha256> {
    fn put(&mut self, bytes: &[u8]) {
        Mac::update(self, bytes);
    }
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

const fn is_unreserved(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~')
}

const fn encoded_set() -> AsciiSet {
    let mut set = AsciiSet::EMPTY;
    let mut byte = 0;
    while byte < 128 {
        if !is_unreserved(byte) {
            set = set.add(byte);
        }
        byte += 1;
    }
    set
}

/// Everything but the unreserved characters of RFC 3986: the whole of AWS's `UriEncode`.
const ENCODED: AsciiSet = encoded_set();
/// The same for a path, in which `/` separates.
const ENCODED_IN_PATH: AsciiSet = encoded_set().remove(b'/');

/// Which bytes stand for themselves, as a table because it is asked of every byte of a query.
static UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::indexing_slicing, reason = "const, in bounds")]
        {
            table[byte] = is_unreserved(byte as u8);
        }
        byte += 1;
    }
    table
};

fn stands_for_itself(byte: u8) -> bool {
    UNRESERVED.get(usize::from(byte)).is_some_and(|&yes| yes)
}

/// Percent-encodes `bytes` with upper-case hex, runs of unreserved bytes in one piece.
pub(crate) fn encode(bytes: &[u8], sink: &mut impl Sink) {
    for run in percent_encode(bytes, &ENCODED) {
        sink.put(run.as_bytes());
    }
}

/// As [`encode`], with `/` kept.
pub(crate) fn encode_in_path(bytes: &[u8], sink: &mut impl Sink) {
    for run in percent_encode(bytes, &ENCODED_IN_PATH) {
        sink.put(run.as_bytes());
    }
}

/// Percent-encodes an object key for the path of an S3 URL, `/` kept.
///
/// The result is the key's part of the path, without a leading slash: what is neither unreserved
/// (`A-Z a-z 0-9 - . _ ~`) nor `/` becomes `%XX` over its UTF-8 bytes, upper-case. A path that was
/// built this way is the same text on the wire and in the canonical request, so it is what S3 and
/// every S3-compatible store agree on. Never encode a path twice: encode keys, not URLs.
///
/// AWS calls this `UriEncode` (Amazon S3 API Reference, "Signature calculations for the
/// Authorization header").
///
/// ```
/// let key = "photos/Jan 2026/a+b(1).jpg";
/// let url = format!("https://bucket.s3.amazonaws.com/{}", countersign::encode_key(key));
/// assert_eq!(url, "https://bucket.s3.amazonaws.com/photos/Jan%202026/a%2Bb%281%29.jpg");
/// ```
pub fn encode_key(key: impl AsRef<[u8]>) -> String {
    percent_encode(key.as_ref(), &ENCODED_IN_PATH).collect()
}

/// Percent-encodes one path segment, or one query name or value: `/` becomes `%2F` too.
///
/// ```
/// let url = format!("https://h/?prefix={}", countersign::encode_segment("a/b c"));
/// assert_eq!(url, "https://h/?prefix=a%2Fb%20c");
/// ```
pub fn encode_segment(segment: impl AsRef<[u8]>) -> String {
    percent_encode(segment.as_ref(), &ENCODED).collect()
}

/// How a piece of a query string stands to its canonical form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Escapes {
    /// It is its own canonical form.
    Canonical,
    /// It must be decoded and encoded again.
    Other,
}

/// Looks at every byte once. `Err` holds the position of a `%` that two hex digits do not follow.
pub(crate) fn escapes(text: &str) -> Result<Escapes, usize> {
    let mut verdict = Escapes::Canonical;
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if stands_for_itself(byte) {
            continue;
        }
        if byte != b'%' {
            verdict = Escapes::Other;
            continue;
        }
        let [high, low, tail @ ..] = rest else {
            return Err(text.len() - rest.len() - 1);
        };
        let (Some(h), Some(l)) = (nibble(*high), nibble(*low)) else {
            return Err(text.len() - rest.len() - 1);
        };
        // Lower-case hex, or an escape that was not needed.
        if high.is_ascii_lowercase() || low.is_ascii_lowercase() || is_unreserved(h << 4 | l) {
            verdict = Escapes::Other;
        }
        rest = tail;
    }
    Ok(verdict)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|n| u8::try_from(n).ok())
}

/// The bytes that percent-encoded text stands for. `+` is a plus.
pub(crate) fn decoded(text: &str) -> impl Iterator<Item = u8> + Clone + '_ {
    percent_decode_str(text)
}

/// The canonical form of percent-encoded text, byte for byte.
pub(crate) fn recoded(text: &str) -> impl Iterator<Item = u8> + '_ {
    decoded(text).flat_map(|byte| {
        let plain = is_unreserved(byte).then_some(byte);
        let escaped = percent_encoding::percent_encode_byte(byte).bytes();
        plain
            .into_iter()
            .chain(escaped.take(if plain.is_some() { 0 } else { 3 }))
    })
}

/// Writes the canonical form of percent-encoded text.
pub(crate) fn recode(text: &str, sink: &mut impl Sink) {
    // By way of a small buffer, so that the sink sees runs rather than bytes.
    let mut buffer = [0; 64];
    let mut bytes = decoded(text);
    loop {
        let filled = buffer
            .iter_mut()
            .zip(&mut bytes)
            .map(|(slot, byte)| *slot = byte)
            .count();
        match buffer.get(..filled) {
            Some(run) if !run.is_empty() => encode(run, sink),
            _ => return,
        }
    }
}

/// Lower-case hex of 32 bytes.
pub(crate) fn hex32(bytes: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    hex::encode_to_slice(bytes, &mut text).unwrap_or_default();
    text
}

/// ASCII that this crate wrote itself, as text.
pub(crate) fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Whether two byte strings are equal, in a time that depends on their lengths alone.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    let differing = a.iter().zip(b).fold(0, |bits, (x, y)| bits | (x ^ y));
    a.len() == b.len() && std::hint::black_box(differing) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recode_text(text: &str) -> String {
        let mut out = Vec::new();
        recode(text, &mut out);
        assert_eq!(recoded(text).collect::<Vec<_>>(), out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_the_unreserved_set_stays() {
        let all: String = (0..=127u8).map(char::from).collect();
        let kept: String = encode_segment(&all).split('%').enumerate().fold(
            String::new(),
            |mut kept, (i, piece)| {
                kept.push_str(piece.get(if i == 0 { 0 } else { 2 }..).unwrap());
                kept
            },
        );
        assert_eq!(
            kept,
            "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"
        );
        assert_eq!(encode_segment("a/ü"), "a%2F%C3%BC");
        assert_eq!(encode_key("a/ü"), "a/%C3%BC");
    }

    #[test]
    fn escapes_are_judged() {
        for canonical in ["", "abc-._~", "a%20b", "%C3%A9"] {
            assert_eq!(escapes(canonical), Ok(Escapes::Canonical), "{canonical}");
            assert_eq!(recode_text(canonical), canonical);
        }
        for (other, canonical) in [
            ("%41", "A"),
            ("%c3%a9", "%C3%A9"),
            ("%7e", "~"),
            ("a b", "a%20b"),
            ("a+b", "a%2Bb"),
            ("é", "%C3%A9"),
        ] {
            assert_eq!(escapes(other), Ok(Escapes::Other), "{other}");
            assert_eq!(recode_text(other), canonical);
        }
        for (bad, position) in [
            ("%", 0),
            ("a%", 1),
            ("a%2", 1),
            ("%zz", 0),
            ("%20%+1", 3),
            ("%é", 0),
        ] {
            assert_eq!(escapes(bad), Err(position), "{bad}");
        }
    }

    #[test]
    fn long_text_is_recoded_in_runs() {
        let long = "é+".repeat(500);
        assert_eq!(recode_text(&long), "%C3%A9%2B".repeat(500));
    }

    #[test]
    fn equality() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"ab"));
        assert!(same(b"", b""));
    }
}
