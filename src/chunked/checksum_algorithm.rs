//! The checksums that S3 takes as trailers.

use http::HeaderName;

use crate::chunked::trailer::Trailer;
use crate::crypto::{self, NotApproved};

/// The algorithm of a checksum that S3 compares with the object.
///
/// It is sent as a trailer, whose value is the digest of the decoded payload: big-endian, in base64.
///
/// Amazon S3 User Guide, "Checking object integrity".
///
/// ```
/// use countersign::chunked::ChecksumAlgorithm;
///
/// assert_eq!(
///     ChecksumAlgorithm::Crc64Nvme.trailer_name(),
///     "x-amz-checksum-crc64nvme"
/// );
/// assert_eq!(ChecksumAlgorithm::Crc64Nvme.value_length(), 12);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ChecksumAlgorithm {
    /// CRC-32, as in zlib.
    Crc32,
    /// CRC-32C, Castagnoli's.
    Crc32c,
    /// CRC-64/NVME, the default of the AWS SDKs.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// MD5. The AWS SDKs send it only if the caller calculated it.
    Md5,
    /// XXH64 with seed 0.
    XxHash64,
    /// XXH3 of 64 bits with seed 0.
    XxHash3,
    /// XXH3 of 128 bits with seed 0.
    XxHash128,
}

impl ChecksumAlgorithm {
    /// All algorithms.
    pub const ALL: [Self; 10] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Md5,
        Self::XxHash64,
        Self::XxHash3,
        Self::XxHash128,
    ];

    /// The name of its trailer.
    pub fn trailer_name(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
            Self::Sha512 => "x-amz-checksum-sha512",
            Self::Md5 => "x-amz-checksum-md5",
            Self::XxHash64 => "x-amz-checksum-xxhash64",
            Self::XxHash3 => "x-amz-checksum-xxhash3",
            Self::XxHash128 => "x-amz-checksum-xxhash128",
        })
    }

    /// The length of the trailer's value in bytes: that of the digest in base64.
    pub fn value_length(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 8,
            Self::Crc64Nvme | Self::XxHash64 | Self::XxHash3 => 12,
            Self::Md5 | Self::XxHash128 => 24,
            Self::Sha1 => 28,
            Self::Sha256 => 44,
            Self::Sha512 => 88,
        }
    }

    /// Returns the algorithm of a trailer, by its name in lowercase.
    pub fn of_trailer(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.trailer_name() == name)
    }
}

/// Refuses a checksum that is not approved, if only approved algorithms are allowed. A CRC and a fast
/// hash are not cryptography, so no approval concerns them.
pub(super) fn check_approved(algorithm: ChecksumAlgorithm) -> Result<(), NotApproved> {
    match algorithm {
        ChecksumAlgorithm::Sha1 => crypto::check_unapproved("SHA-1 checksum"),
        ChecksumAlgorithm::Md5 => crypto::check_unapproved("MD5 checksum"),
        _ => Ok(()),
    }
}

/// Refuses trailers that are such checksums, also if the caller calculates them.
pub(super) fn check_trailers<'a>(
    names: impl IntoIterator<Item = &'a HeaderName>,
) -> Result<(), NotApproved> {
    let mut known = names
        .into_iter()
        .filter_map(|name| ChecksumAlgorithm::of_trailer(name.as_str()));
    known.try_for_each(check_approved)
}

impl From<ChecksumAlgorithm> for Trailer {
    fn from(algorithm: ChecksumAlgorithm) -> Self {
        Self::new(algorithm.trailer_name(), algorithm.value_length())
    }
}
