//! Canonical path.

use std::borrow::Cow;
use std::fmt;

use crate::error::Error;
use crate::error::target::TargetProblem;
use crate::primitives::inline_vec::InlineVec;
use crate::primitives::percent::{Class, Escapes, class, decoded, encode_in_path, escape};
use crate::primitives::sink::Sink;
use crate::service::Rules;
use crate::sigv4::object_key;

/// The path of a canonical request, its second line.
///
/// AWS calls it `CanonicalURI`. The input is the path as it is sent, percent-encoded once. The
/// rules depend on the service:
///
/// - S3's family decodes the path once and encodes it again. Only `A-Z a-z 0-9 - . _ ~ /` stay
///   unencoded, and `%2F` becomes `/`. `//`, `.` and `..` stay.
/// - All other services resolve `//`, `.` and `..`, but not `%2E`, and encode the path once more.
///
/// ```
/// use countersign::{Rules, sigv4::CanonicalPath};
///
/// let path = CanonicalPath::new("/a//b/../c%20d", &Rules::GENERIC)?;
/// assert_eq!(path.to_string(), "/a/c%2520d");
/// let path = CanonicalPath::new("/a//b/../c%20d", &Rules::S3)?;
/// assert_eq!(path.to_string(), "/a//b/../c%20d");
/// let path = CanonicalPath::new("/dt=2026-01-02/caf%c3%a9", &Rules::S3)?;
/// assert_eq!(path.to_string(), "/dt%3D2026-01-02/caf%C3%A9");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CanonicalPath<'a> {
    path: &'a str,
    resolve: bool,
    encoding: Encoding,
}

/// How the path as it is sent becomes the canonical path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// It is already canonical.
    AsSent,
    /// It is encoded once more.
    OnceMore,
    /// It is decoded once and encoded strictly, and that changes it.
    Strict,
}

impl<'a> CanonicalPath<'a> {
    /// Creates the canonical form of a path as it is sent. An empty path counts as `/`.
    ///
    /// # Errors
    /// - [`Error::InvalidPath`] if the path does not begin with `/`, or if it contains white space,
    ///   a control character, `?`, `#`, or a `%` without two hex digits after it
    /// - [`Error::InvalidPath`] for S3's family, if the path contains a bare `+`: S3 reads it as a
    ///   space, S3-compatible stores read it as a plus. [`encode_key`](crate::encode_key) writes
    ///   `%20` or `%2B`.
    ///
    /// ```
    /// use countersign::{Error, Rules, sigv4::CanonicalPath};
    ///
    /// assert_eq!(CanonicalPath::new("", &Rules::GENERIC)?.to_string(), "/");
    /// let refused = CanonicalPath::new("/a key", &Rules::S3);
    /// assert!(matches!(
    ///     refused,
    ///     Err(Error::InvalidPath { position: 2, .. })
    /// ));
    /// let refused = CanonicalPath::new("/a+key", &Rules::S3);
    /// assert!(matches!(
    ///     refused,
    ///     Err(Error::InvalidPath { position: 2, .. })
    /// ));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn new(path: &'a str, rules: &Rules) -> Result<Self, Error> {
        let canonical = Self::received(path, rules)?;
        // Strict encoding always changes a bare `+`.
        if canonical.encoding == Encoding::Strict
            && let Some(position) = path.bytes().position(|b| b == b'+')
        {
            return Err(Error::InvalidPath {
                position,
                problem: TargetProblem::BarePlus,
            });
        }
        Ok(canonical)
    }

    /// As [`new`](Self::new), for a path that a client signed: a bare `+` is a plus.
    pub(crate) fn received(path: &'a str, rules: &Rules) -> Result<Self, Error> {
        let path = if path.is_empty() { "/" } else { path };
        let wrong = |position, problem| Err(Error::InvalidPath { position, problem });
        if !path.starts_with('/') {
            return wrong(0, TargetProblem::NotAbsolute);
        }
        // Whether strict encoding changes the path.
        let mut changes = false;
        let bytes = path.as_bytes();
        let mut position = 0;
        while let Some(rest) = bytes.get(position..) {
            // Canonical bytes are skipped in runs.
            position += rest
                .iter()
                .take_while(|&&byte| matches!(class(byte), Class::Unreserved | Class::Slash))
                .count();
            match bytes.get(position) {
                None => break,
                Some(b'%') => {
                    let digits = bytes.get(position + 1..).unwrap_or_default();
                    let Some(escape) = escape(digits) else {
                        return wrong(position, TargetProblem::InvalidEscape);
                    };
                    // Strict encoding writes no `%2F`.
                    changes |= escape == Escapes::Other || digits.starts_with(b"2F");
                    position += 2;
                }
                Some(&byte) if byte == b'?' || class(byte) == Class::Forbidden => {
                    return wrong(position, TargetProblem::PathCharacter);
                }
                Some(_) => changes = true,
            }
            position += 1;
        }
        let encoding = match (rules.double_encode_path, rules.recode_path) {
            (true, _) => Encoding::OnceMore,
            (false, true) if changes => Encoding::Strict,
            (false, _) => Encoding::AsSent,
        };
        let mut pairs = path.bytes().zip(path.bytes().skip(1));
        let resolve =
            rules.normalize_path && pairs.any(|(a, b)| a == b'/' && (b == b'/' || b == b'.'));
        Ok(Self {
            path,
            resolve,
            encoding,
        })
    }

    pub(crate) const fn root() -> Self {
        Self {
            path: "/",
            resolve: false,
            encoding: Encoding::AsSent,
        }
    }

    /// The path as it is sent, if it is ASCII and differs from the canonical form: some signers
    /// sign it. Both texts decode to the same bytes, so either signature covers the same key.
    pub(crate) fn as_sent(self) -> Option<Self> {
        let other = self.encoding == Encoding::Strict && self.path.is_ascii();
        other.then_some(Self {
            encoding: Encoding::AsSent,
            ..self
        })
    }

    /// The path to route by: resolved as it is signed, percent-encoded as it is sent. For services
    /// that recode paths it is the canonical path, so that all spellings of a key are the same
    /// text.
    pub(crate) fn to_route(self) -> Cow<'a, str> {
        let encoding = match self.encoding {
            Encoding::OnceMore => Encoding::AsSent,
            encoding => encoding,
        };
        if !self.resolve && encoding == Encoding::AsSent {
            return Cow::Borrowed(self.path);
        }
        let mut path = String::with_capacity(self.path.len());
        Self { encoding, ..self }.write(&mut path);
        Cow::Owned(path)
    }

    /// The path decoded once, with `+` as a plus. `None` for services that encode the path once
    /// more.
    pub(crate) fn to_decoded(self) -> Option<Vec<u8>> {
        (self.encoding != Encoding::OnceMore).then(|| decoded(self.path).collect())
    }

    pub(crate) fn write(&self, sink: &mut impl Sink) {
        if !self.resolve {
            return self.write_piece(self.path, sink);
        }
        let mut kept = InlineVec::<&str, 32>::new();
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
        match self.encoding {
            Encoding::AsSent => sink.put_str(piece),
            Encoding::OnceMore => encode_in_path(piece.as_bytes(), sink),
            Encoding::Strict => object_key::recode(piece, sink),
        }
    }

    /// Writes the path of a presigned URL. For services that recode paths, it is in canonical form,
    /// which all stores read alike. A segment that would become `.` or `..`, or be split into such
    /// segments, stays as it is, because clients resolve them before they send a URL.
    pub(crate) fn write_url(&self, url: &mut String) {
        if self.encoding != Encoding::Strict {
            return url.push_str(self.path);
        }
        for (i, segment) in self.path.split('/').enumerate() {
            if i > 0 {
                url.push('/');
            }
            let start = url.len();
            object_key::recode(segment, url);
            let (_, written) = url.split_at(start);
            if written.split('/').any(|part| part == "." || part == "..") {
                url.truncate(start);
                url.push_str(segment);
            }
        }
    }

    /// An upper bound of the length that [`write_url`](Self::write_url) writes.
    pub(crate) fn url_len(&self) -> usize {
        match self.encoding {
            Encoding::Strict => 3 * self.path.len(),
            Encoding::AsSent | Encoding::OnceMore => self.path.len(),
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
    fn dot_segments_and_empty_segments_are_removed() {
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
    fn a_path_that_no_request_line_contains_is_refused_at_its_position() {
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
