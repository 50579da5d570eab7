//! Bytes: the unreserved set, percent-encoding, hex, and the sinks that text is written into.

use std::collections::TryReserveError;

use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, percent_encode_byte,
};
use sha2::{Digest, Sha256};

/// Where canonical text goes: a hash state, or bytes for people to read. One writer for both is what
/// keeps the signer, the verifier and the explainer from drifting.
pub(crate) trait Sink {
    fn put(&mut self, bytes: &[u8]);

    fn put_str(&mut self, text: &str) {
        self.put(text.as_bytes());
    }
}

impl Sink for Sha256 {
    fn put(&mut self, bytes: &[u8]) {
        Digest::update(self, bytes);
    }
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Appends data that has arrived to a buffer, of which `left` bytes more are announced.
///
/// The buffer's capacity at most doubles at a time and never exceeds the announced length. So an
/// announced length costs no memory by itself, and appending stays linear.
pub(crate) fn append(buffer: &mut Vec<u8>, data: &[u8], left: u64) -> Result<(), TryReserveError> {
    if buffer.capacity() - buffer.len() < data.len() {
        let arrived = buffer.len().saturating_add(data.len());
        let ahead = usize::try_from(left).map_or(arrived, |left| left.min(arrived));
        buffer.try_reserve_exact(data.len().saturating_add(ahead))?;
    }
    buffer.extend_from_slice(data);
    Ok(())
}

/// For text that this crate writes in ASCII.
impl Sink for String {
    fn put(&mut self, bytes: &[u8]) {
        self.push_str(ascii(bytes));
    }

    fn put_str(&mut self, text: &str) {
        self.push_str(text);
    }
}

pub(crate) const fn is_unreserved(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~')
}

/// What a byte of a query string is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// It stands for itself.
    Unreserved,
    /// It separates, or begins an escape, or must be escaped.
    Other,
    /// No request line holds it: white space, control characters, `#`.
    Forbidden,
}

/// As a table, because it is asked of every byte.
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
            }
        }
        byte += 1;
    }
    table
};

pub(crate) fn class(byte: u8) -> Class {
    CLASSES
        .get(usize::from(byte))
        .copied()
        .unwrap_or(Class::Other)
}

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes `bytes` with upper-case hex, which is the whole of AWS's `UriEncode`.
pub(crate) fn encode(bytes: &[u8], sink: &mut impl Sink) {
    for run in percent_encode(bytes, RESERVED) {
        sink.put_str(run);
    }
}

/// As [`encode`], with `/` kept.
pub(crate) fn encode_in_path(bytes: &[u8], sink: &mut impl Sink) {
    const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');
    for run in percent_encode(bytes, RESERVED_IN_PATH) {
        sink.put_str(run);
    }
}

/// Percent-encodes an object key for the path of an S3 URL, `/` kept.
///
/// The result is the key's part of the path, without a leading slash: what is neither unreserved
/// (`A-Z a-z 0-9 - . _ ~`) nor `/` becomes `%XX` over its UTF-8 bytes, upper-case. A path that was
/// built this way is the same text on the wire and in the canonical request, so it is what S3 and
/// every S3-compatible store agree on. Never encode a path twice: encode keys, not URLs.
///
/// It matters most for a space and a plus, which become `%20` and `%2B`. S3 reads a bare `+` in a
/// path as a space, and most S3-compatible stores read it as a plus. Signing refuses such a path
/// ([`Error::InvalidPath`](crate::Error::InvalidPath)).
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
    let mut path = String::with_capacity(key.as_ref().len());
    encode_in_path(key.as_ref(), &mut path);
    path
}

/// Percent-encodes one path segment, or one query name or value: `/` becomes `%2F` too.
///
/// ```
/// let url = format!("https://h/?prefix={}", countersign::encode_segment("a/b c"));
/// assert_eq!(url, "https://h/?prefix=a%2Fb%20c");
/// ```
pub fn encode_segment(segment: impl AsRef<[u8]>) -> String {
    let mut text = String::with_capacity(segment.as_ref().len());
    encode(segment.as_ref(), &mut text);
    text
}

/// How a piece of a query string stands to its canonical form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Escapes {
    /// It is its own canonical form.
    Canonical,
    /// It must be decoded and encoded again.
    Other,
}

impl Escapes {
    pub(crate) fn and(self, other: Self) -> Self {
        if self == Self::Canonical { other } else { self }
    }
}

/// What the two hex digits behind a `%` make of it; `None` where they are none.
pub(crate) fn escape(digits: &[u8]) -> Option<Escapes> {
    let &[high, low, ..] = digits else {
        return None;
    };
    let byte = nibble(high)? << 4 | nibble(low)?;
    // Lower-case hex, or an escape that was not needed.
    let other = high.is_ascii_lowercase() || low.is_ascii_lowercase() || is_unreserved(byte);
    Some(if other {
        Escapes::Other
    } else {
        Escapes::Canonical
    })
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|n| u8::try_from(n).ok())
}

/// The bytes that percent-encoded text stands for outside a query. `+` is a plus.
pub(crate) fn decoded(text: &str) -> impl Iterator<Item = u8> + Clone + '_ {
    percent_decode_str(text)
}

/// The bytes that a name or value of a query stands for. `+` is a space.
pub(crate) fn decoded_in_query(text: &str) -> impl Iterator<Item = u8> + Clone + '_ {
    text.split('+').enumerate().flat_map(|(i, piece)| {
        let space = (i > 0).then_some(b' ');
        space.into_iter().chain(decoded(piece))
    })
}

/// The canonical form of decoded bytes, byte for byte.
pub(crate) fn encoded(bytes: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    bytes.flat_map(|byte| {
        let plain = is_unreserved(byte).then_some(byte);
        let escaped = percent_encode_byte(byte).bytes();
        plain
            .into_iter()
            .chain(escaped.take(if plain.is_some() { 0 } else { 3 }))
    })
}

/// Writes the canonical form of a name or value of a query.
pub(crate) fn recode_in_query(text: &str, sink: &mut impl Sink) {
    in_runs(decoded_in_query(text), |run| encode(run, sink));
}

/// Writes the canonical form of a path of S3: decoded once, encoded strictly, `/` kept.
pub(crate) fn recode_in_path(path: &str, sink: &mut impl Sink) {
    in_runs(decoded(path), |run| encode_in_path(run, sink));
}

/// Hands bytes on through a small buffer, so that a sink sees runs rather than bytes.
fn in_runs(mut bytes: impl Iterator<Item = u8>, mut write: impl FnMut(&[u8])) {
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

/// The digits of base64 (RFC 4648, section 4).
pub(crate) const BASE64: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Lower-case hex of 32 bytes.
pub(crate) fn hex32(bytes: &[u8; 32]) -> [u8; 64] {
    // Without a table or a branch, which the compiler makes many bytes wide.
    let digit = |nibble: u8| nibble + b'0' + u8::from(nibble > 9) * (b'a' - b'9' - 1);
    let mut text = [0; 64];
    for (digits, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *digits = [digit(byte >> 4), digit(byte & 0xf)];
    }
    text
}

/// Whether any byte is one of those. Without a branch a byte, which the compiler makes many bytes
/// wide: a session token of 1,000 characters must not cost 1,000 steps.
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
    // The last ones overlap the others, which does no harm.
    wider.iter().any(|wide| any(wide))
        || rest.as_chunks::<16>().0.iter().any(|wide| any(wide))
        || any(last)
}

/// What stands before the first `byte`, which is ASCII, and what behind it.
pub(crate) fn cut(text: &str, byte: u8) -> Option<(&str, &str)> {
    let (wide, _) = text.as_bytes().as_chunks::<16>();
    let has = |wide: &[u8; 16]| wide.iter().fold(false, |has, &b| has | (b == byte));
    let skipped = 16 * wide.iter().take_while(|wide| !has(wide)).count();
    let rest = text.as_bytes().get(skipped..)?;
    let at = skipped + rest.iter().position(|&b| b == byte)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
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

/// The same, of a value of a query: whether it stands for `bytes`.
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

    fn recode_text(text: &str) -> String {
        let mut out = Vec::new();
        recode_in_query(text, &mut out);
        assert_eq!(encoded(decoded_in_query(text)).collect::<Vec<_>>(), out);
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

    /// Where the byte stands alone, at either end of 16 bytes or of their rest, or nowhere else.
    #[test]
    fn what_stands_before_the_first() {
        for length in 0..70 {
            let without = "x".repeat(length);
            assert_eq!(cut(&without, b'/'), None);
            let only = "/".repeat(length + 1);
            assert_eq!(cut(&only, b'/'), Some(("", only.split_at(1).1)));
            for behind in ["", "é", "a/b/c/d/e/f/g/h/i/j", &only] {
                let text = format!("{without}/{behind}");
                assert_eq!(cut(&text, b'/'), Some((without.as_str(), behind)));
            }
        }
    }

    #[test]
    fn a_byte_is_found_wherever_it_stands() {
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

    #[test]
    fn text_is_recoded() {
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
    fn a_path_is_recoded_with_its_slashes_and_pluses() {
        for (path, canonical) in [
            ("/", "/"),
            ("/a%20b/%c3%a9", "/a%20b/%C3%A9"),
            ("/a=b%2Fc", "/a%3Db/c"),
            ("/a+b", "/a%2Bb"),
            ("/%7Ea%2Db/é", "/~a-b/%C3%A9"),
        ] {
            let mut out = String::new();
            recode_in_path(path, &mut out);
            assert_eq!(out, canonical, "{path}");
        }
    }

    #[test]
    fn long_text_is_recoded_in_runs() {
        let long = "é+".repeat(500);
        assert_eq!(recode_text(&long), "%C3%A9%20".repeat(500));
    }

    #[test]
    fn equality_of_what_is_encoded() {
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
    fn equality() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"ab"));
        assert!(same(b"", b""));
    }
}
