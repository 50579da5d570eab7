//! Trailers: headers that follow the payload.

use http::HeaderName;

use crate::error::Error;
use crate::primitives::sha256::Sha256;
use crate::primitives::sink::Sink;

pub(super) const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// A trailer as it is announced in `x-amz-trailer`: its name, and the length that its value will
/// have, by which the encoded length is known beforehand.
///
/// A checksum becomes one by `into()`: see [`ChecksumAlgorithm`](super::ChecksumAlgorithm).
///
/// ```
/// use countersign::chunked::{ChecksumAlgorithm, Trailer};
/// use http::HeaderName;
///
/// let custom = Trailer::new(HeaderName::from_static("x-amz-meta-lines"), 6);
/// let checksum = Trailer::from(ChecksumAlgorithm::Sha256);
/// assert_eq!(checksum.name(), "x-amz-checksum-sha256");
/// assert_eq!(checksum.value_length(), 44);
/// # let _ = custom;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    name: HeaderName,
    value_length: usize,
}

impl Trailer {
    /// A trailer of any name, whose value will have `value_length` bytes.
    ///
    /// ```
    /// use countersign::chunked::Trailer;
    /// use http::HeaderName;
    ///
    /// // The number of lines, in six digits.
    /// let lines = Trailer::new(HeaderName::from_static("x-amz-meta-lines"), 6);
    /// assert_eq!((lines.name().as_str(), lines.value_length()), ("x-amz-meta-lines", 6));
    /// ```
    pub fn new(name: HeaderName, value_length: usize) -> Self {
        Self { name, value_length }
    }

    /// The name.
    ///
    /// ```
    /// use countersign::chunked::{ChecksumAlgorithm, Trailer};
    ///
    /// assert_eq!(Trailer::from(ChecksumAlgorithm::Sha1).name(), "x-amz-checksum-sha1");
    /// ```
    pub fn name(&self) -> &HeaderName {
        &self.name
    }

    /// The length of the value, in bytes.
    ///
    /// ```
    /// use countersign::chunked::{ChecksumAlgorithm, Trailer};
    ///
    /// assert_eq!(Trailer::from(ChecksumAlgorithm::Crc32).value_length(), "7qyTuQ==".len());
    /// ```
    pub fn value_length(&self) -> usize {
        self.value_length
    }

    pub(super) fn error(&self, problem: &'static str) -> Error {
        invalid(self.name.as_str(), problem)
    }

    fn takes(&self, value: &str) -> Result<(), Error> {
        let visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        if !value.bytes().all(visible) {
            Err(self.error("holds a character that is neither visible ASCII nor a space"))
        } else if value.starts_with(' ') || value.ends_with(' ') {
            Err(self.error("begins or ends with a space"))
        } else if value.len() == self.value_length {
            Ok(())
        } else {
            Err(self.error("has not the length that was announced"))
        }
    }
}

/// What is announced, sorted by name, with the values that have come by then.
pub(super) fn with_values<'a, 't>(
    announced: &'a [Trailer],
    given: impl IntoIterator<Item = (&'t str, &'t str)>,
) -> Result<Vec<(&'a str, &'t str)>, Error> {
    let mut values: Vec<(&'a str, &'t str)> = Vec::with_capacity(announced.len());
    for (name, value) in given {
        let trailer = announced
            .iter()
            .find(|trailer| trailer.name.as_str().eq_ignore_ascii_case(name))
            .ok_or_else(|| invalid(name, "was not announced"))?;
        let name = trailer.name.as_str();
        trailer.takes(value)?;
        if values.iter().any(|(earlier, _)| *earlier == name) {
            return Err(trailer.error("is given twice"));
        }
        values.push((name, value));
    }
    for trailer in announced {
        if !values.iter().any(|(name, _)| *name == trailer.name) {
            return Err(trailer.error("was announced, but is missing"));
        }
    }
    values.sort_unstable();
    Ok(values)
}

fn invalid(name: &str, problem: &'static str) -> Error {
    Error::InvalidTrailer {
        name: name.to_owned(),
        problem,
    }
}

/// The SHA-256 of the canonical trailers, which come sorted by name.
pub(super) fn canonical_hash<'a>(sorted: impl IntoIterator<Item = (&'a str, &'a str)>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (name, value) in sorted {
        for part in [name, ":", value, "\n"] {
            hash.put(part.as_bytes());
        }
    }
    hash.finish()
}
