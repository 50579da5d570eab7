//! Trailers: headers that follow the payload.

use http::HeaderName;

use crate::error::chunk::ChunkSigningError;
use crate::primitives::sha256::Sha256;
use crate::primitives::sink::Sink;

pub(super) const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// A trailer as `x-amz-trailer` announces it: its name and the length of its value.
///
/// The length is needed to calculate `content-length` beforehand. A
/// [`ChecksumAlgorithm`](super::ChecksumAlgorithm) converts into its trailer with `into()`.
///
/// ```
/// use countersign::chunked::{ChecksumAlgorithm, Trailer};
/// use http::HeaderName;
///
/// // The number of lines, in six digits.
/// let name = HeaderName::from_static("x-amz-meta-lines");
/// let lines = Trailer::new(name, 6);
/// assert_eq!(lines.value_length(), 6);
/// let checksum = Trailer::from(ChecksumAlgorithm::Sha256);
/// assert_eq!(checksum.name(), "x-amz-checksum-sha256");
/// assert_eq!(checksum.value_length(), 44);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    name: HeaderName,
    value_length: usize,
}

impl Trailer {
    /// A trailer of any name, with a value of `value_length` bytes.
    pub fn new(name: HeaderName, value_length: usize) -> Self {
        Self { name, value_length }
    }

    /// The name.
    pub fn name(&self) -> &HeaderName {
        &self.name
    }

    /// The length of the value, in bytes.
    pub fn value_length(&self) -> usize {
        self.value_length
    }

    fn takes(&self, value: &str) -> Result<(), ChunkSigningError> {
        let name = || self.name.as_str().to_owned();
        if !is_printable(value) || value.starts_with(' ') || value.ends_with(' ') {
            Err(ChunkSigningError::InvalidTrailerValue { name: name() })
        } else if value.len() == self.value_length {
            Ok(())
        } else {
            Err(ChunkSigningError::WrongTrailerLength {
                name: name(),
                length: value.len(),
                announced: self.value_length,
            })
        }
    }
}

/// Whether a trailer can have this value, apart from spaces at its ends.
pub(super) fn is_printable(value: &str) -> bool {
    let printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    value.bytes().all(printable)
}

/// The value of each announced trailer, sorted by name.
pub(super) fn with_values<'a>(
    announced: &'a [Trailer],
    given: &'a [(impl AsRef<str>, impl AsRef<str>)],
    calculated: &'a [(&'a str, String)],
) -> Result<Vec<(&'a str, &'a str)>, ChunkSigningError> {
    let mut values: Vec<(&str, &str)> = Vec::with_capacity(announced.len());
    for (name, value) in given {
        let (name, value) = (name.as_ref(), value.as_ref());
        let trailer = announced
            .iter()
            .find(|trailer| trailer.name.as_str().eq_ignore_ascii_case(name))
            .ok_or_else(|| ChunkSigningError::UnannouncedTrailer {
                name: name.to_owned(),
            })?;
        let name = trailer.name.as_str();
        trailer.takes(value)?;
        if values.iter().any(|(earlier, _)| *earlier == name) {
            return Err(ChunkSigningError::DuplicateTrailer {
                name: name.to_owned(),
            });
        }
        values.push((name, value));
    }
    for trailer in announced {
        let name = trailer.name.as_str();
        if values.iter().any(|(given, _)| *given == name) {
            continue;
        }
        let value = calculated.iter().find(|(known, _)| *known == name);
        let (_, value) = value.ok_or_else(|| ChunkSigningError::MissingTrailer {
            name: name.to_owned(),
        })?;
        trailer.takes(value)?;
        values.push((name, value));
    }
    values.sort_unstable();
    Ok(values)
}

/// The SHA-256 of the canonical trailers, given in the order of their names.
pub(super) fn canonical_hash<'a>(sorted: impl IntoIterator<Item = (&'a str, &'a str)>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (name, value) in sorted {
        for part in [name, ":", value, "\n"] {
            hash.put(part.as_bytes());
        }
    }
    hash.finish()
}
