//! Canonical path.

use std::fmt;

use crate::error::Error;
use crate::primitives::encode::{Sink, encode_in_path};
use crate::primitives::inline_vec::List;
use crate::service::Rules;

/// The second line of a canonical request.
///
/// AWS calls it `CanonicalURI`. The path comes in as it is sent, percent-encoded once; the wire
/// itself is never rewritten. S3's family signs it unchanged. All others resolve `//`, `.` and
/// `..` (as they stand: `%2E` is no dot) and encode it once more.
///
/// ```
/// use countersign::{sigv4::CanonicalPath, Rules};
///
/// let path = CanonicalPath::new("/a//b/../c%20d", &Rules::GENERIC)?;
/// assert_eq!(path.to_string(), "/a/c%2520d");
/// let path = CanonicalPath::new("/a//b/../c%20d", &Rules::S3)?;
/// assert_eq!(path.to_string(), "/a//b/../c%20d");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CanonicalPath<'a> {
    path: &'a str,
    resolve: bool,
    encode: bool,
}

impl<'a> CanonicalPath<'a> {
    /// The canonical form of a path as it is sent. An empty one counts as `/`.
    ///
    /// # Errors
    /// A path that does not begin with `/`, or that holds what no request line can: white space,
    /// control characters, `?`, `#`.
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalPath, Error, Rules};
    ///
    /// assert_eq!(CanonicalPath::new("", &Rules::GENERIC)?.to_string(), "/");
    /// let refused = CanonicalPath::new("/a key", &Rules::S3);
    /// assert!(matches!(refused, Err(Error::InvalidPath { position: 2, .. })));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn new(path: &'a str, rules: &Rules) -> Result<Self, Error> {
        let path = if path.is_empty() { "/" } else { path };
        let wrong = |position, problem| Err(Error::InvalidPath { position, problem });
        if !path.starts_with('/') {
            return wrong(0, "it does not begin with `/`");
        }
        // Without a branch a byte, which the compiler makes many bytes wide.
        let wrong_byte = |b: u8| (b <= b' ') | (b == 0x7f) | (b == b'?') | (b == b'#');
        if path.bytes().fold(false, |found, b| found | wrong_byte(b)) {
            let position = path.bytes().position(wrong_byte).unwrap_or_default();
            return wrong(
                position,
                "there is white space, a control character, `?` or `#`",
            );
        }
        let mut pairs = path.bytes().zip(path.bytes().skip(1));
        let resolve =
            rules.normalize_path && pairs.any(|(a, b)| a == b'/' && (b == b'/' || b == b'.'));
        Ok(Self {
            path,
            resolve,
            encode: rules.double_encode_path,
        })
    }

    pub(crate) const fn root() -> Self {
        Self {
            path: "/",
            resolve: false,
            encode: false,
        }
    }

    pub(crate) fn write(&self, sink: &mut impl Sink) {
        if !self.resolve {
            return self.write_piece(self.path, sink);
        }
        let mut kept = List::<&str, 32>::new();
        for segment in self.path.split('/') {
            match segment {
                "" | "." => {}
                ".." => kept.pop(),
                segment => kept.push(segment),
            }
        }
        for segment in kept.as_slice() {
            sink.put(b"/");
            self.write_piece(segment, sink);
        }
        if kept.as_slice().is_empty() || self.path.ends_with('/') {
            sink.put(b"/");
        }
    }

    fn write_piece(&self, piece: &str, sink: &mut impl Sink) {
        if self.encode {
            encode_in_path(piece.as_bytes(), sink);
        } else {
            sink.put(piece.as_bytes());
        }
    }
}

impl fmt::Display for CanonicalPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::display(f, |sink| self.write(sink))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_segments() {
        for (path, canonical) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/.", "/"),
            ("/..", "/"),
            ("/../../x", "/x"),
            ("/a/b/.", "/a/b"),
            ("/a/b/..", "/a"),
            ("/a/b/../", "/a/"),
            ("/a/b/./", "/a/b/"),
            ("//a//b//", "/a/b/"),
            ("/.a/..b/c..", "/.a/..b/c.."),
            ("/%2E%2E/a", "/%252E%252E/a"),
            ("/a%2Fb:c", "/a%252Fb%3Ac"),
            ("/ሴ", "/%E1%88%B4"),
        ] {
            assert_eq!(
                CanonicalPath::new(path, &Rules::GENERIC)
                    .unwrap()
                    .to_string(),
                canonical,
                "{path}"
            );
        }
        let many = "/a".repeat(100) + &"/..".repeat(60);
        assert_eq!(
            CanonicalPath::new(&many, &Rules::GENERIC)
                .unwrap()
                .to_string(),
            "/a".repeat(40)
        );
    }

    #[test]
    fn what_no_request_line_holds() {
        for (path, at) in [
            ("a", 0),
            ("*", 0),
            ("/a b", 2),
            ("/a\n", 2),
            ("/?", 1),
            ("/#", 1),
            ("/\x7f", 1),
        ] {
            let error = CanonicalPath::new(path, &Rules::S3).unwrap_err();
            assert!(
                matches!(error, Error::InvalidPath { position, .. } if position == at),
                "{path:?}: {error}"
            );
        }
    }
}
