//! Percent-encoding of object keys for S3's family, and of single segments.

use crate::primitives::percent::{decoded, encode, encode_in_path, in_runs};
use crate::primitives::sink::Sink;

/// Percent-encodes an object key for the path of an S3 URL, and keeps `/`.
///
/// The result is the part of the path after the bucket, without a leading slash. Every byte except
/// `A-Z a-z 0-9 - . _ ~ /` becomes `%XX`, in uppercase hex. Such a path is the same text on the
/// wire and in the canonical request, so S3 and all S3-compatible stores read it alike. Encode
/// keys, not URLs: a path must not be encoded twice.
///
/// A space becomes `%20`, and a plus becomes `%2B`. S3 reads a bare `+` in a path as a space, and
/// most S3-compatible stores read it as a plus. Signing refuses such a path
/// ([`Error::InvalidPath`](crate::Error::InvalidPath)).
///
/// AWS calls this `UriEncode` (Amazon S3 API Reference, "Signature calculations for the
/// Authorization header").
///
/// ```
/// let key = "photos/Jan 2026/a+b(1).jpg";
/// let url = format!(
///     "https://bucket.s3.amazonaws.com/{}",
///     countersign::encode_key(key)
/// );
/// assert_eq!(
///     url,
///     "https://bucket.s3.amazonaws.com/photos/Jan%202026/a%2Bb%281%29.jpg"
/// );
/// ```
pub fn encode_key(key: impl AsRef<[u8]>) -> String {
    let mut path = String::with_capacity(key.as_ref().len());
    encode_in_path(key.as_ref(), &mut path);
    path
}

/// Percent-encodes one path segment, query name or query value. `/` becomes `%2F`.
///
/// ```
/// let url =
///     format!("https://h/?prefix={}", countersign::encode_segment("a/b c"));
/// assert_eq!(url, "https://h/?prefix=a%2Fb%20c");
/// ```
pub fn encode_segment(segment: impl AsRef<[u8]>) -> String {
    // It never grows: growing would leave a copy of a secret behind.
    let mut text = String::with_capacity(3 * segment.as_ref().len());
    encode(segment.as_ref(), &mut text);
    text
}

/// Writes the canonical form of an S3 path: decoded once and encoded again, except `/`.
pub(crate) fn recode(path: &str, sink: &mut impl Sink) {
    in_runs(decoded(path), |run| encode_in_path(run, sink));
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_path_is_recoded_with_its_slashes_and_pluses() {
        for (path, canonical) in [
            ("/", "/"),
            ("/a%20b/%c3%a9", "/a%20b/%C3%A9"),
            ("/a=b%2Fc", "/a%3Db/c"),
            ("/a+b", "/a%2Bb"),
            ("/%7Ea%2Db/é", "/~a-b/%C3%A9"),
        ] {
            let mut out = String::new();
            recode(path, &mut out);
            assert_eq!(out, canonical, "{path}");
        }
    }
}
