//! Checksums of a payload that is read in pieces.

use std::fmt;
use std::hash::Hasher as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, Digest as Crc};
use twox_hash::{XxHash3_64, XxHash3_128, XxHash64};

use crate::chunked::checksum_algorithm::{ChecksumAlgorithm, check_approved};
use crate::crypto::NotApproved;
use crate::primitives::md5::Md5;
use crate::primitives::sha1::Sha1;
use crate::primitives::sha256::Sha256;
use crate::primitives::sha512::Sha512;

/// The checksums among the announced trailers.
#[derive(Clone)]
pub(super) struct Checksums(Vec<(ChecksumAlgorithm, Checksum)>);

impl Checksums {
    pub(super) fn new<'a>(trailers: impl IntoIterator<Item = &'a str>) -> Self {
        let known = trailers.into_iter().filter_map(|name| {
            let algorithm = ChecksumAlgorithm::of_trailer(name)?;
            Some((algorithm, Checksum::of(algorithm)))
        });
        Self(known.collect())
    }

    pub(super) fn update(&mut self, data: &[u8]) {
        for (_, checksum) in &mut self.0 {
            checksum.update(data);
        }
    }

    /// Stops calculating.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The value of a trailer, if it is one of these checksums.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.0
            .iter()
            .find(|(algorithm, _)| algorithm.trailer_name() == name)
            .map(|(_, checksum)| checksum.value())
    }
}

/// A checksum of a payload that is read in pieces.
///
/// ```
/// use countersign::chunked::{Checksum, ChecksumAlgorithm};
///
/// let mut checksum = Checksum::new(ChecksumAlgorithm::Crc32)?;
/// checksum.update(b"aaa");
/// checksum.update(b"aa");
/// assert_eq!(checksum.value(), "7qyTuQ==");
/// # Ok::<(), countersign::crypto::NotApproved>(())
/// ```
#[derive(Clone)]
pub struct Checksum(State);

#[derive(Clone)]
enum State {
    Crc32(Crc),
    Crc64(Crc),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
    Md5(Md5),
    XxHash64(XxHash64),
    XxHash3(XxHash3_64),
    XxHash128(XxHash3_128),
}

impl Checksum {
    /// Creates the checksum of an empty payload.
    ///
    /// # Errors
    /// - [`NotApproved`] for SHA-1 and MD5, if only
    ///   [approved algorithms](crate::crypto::allow_only_approved) are allowed
    pub fn new(algorithm: ChecksumAlgorithm) -> Result<Self, NotApproved> {
        check_approved(algorithm)?;
        Ok(Self::of(algorithm))
    }

    fn of(algorithm: ChecksumAlgorithm) -> Self {
        Self(match algorithm {
            ChecksumAlgorithm::Crc32 => State::Crc32(Crc::new(CrcAlgorithm::Crc32IsoHdlc)),
            ChecksumAlgorithm::Crc32c => State::Crc32(Crc::new(CrcAlgorithm::Crc32Iscsi)),
            ChecksumAlgorithm::Crc64Nvme => State::Crc64(Crc::new(CrcAlgorithm::Crc64Nvme)),
            ChecksumAlgorithm::Sha1 => State::Sha1(Sha1::new()),
            ChecksumAlgorithm::Sha256 => State::Sha256(Sha256::new()),
            ChecksumAlgorithm::Sha512 => State::Sha512(Sha512::new()),
            ChecksumAlgorithm::Md5 => State::Md5(Md5::default()),
            ChecksumAlgorithm::XxHash64 => State::XxHash64(XxHash64::with_seed(0)),
            ChecksumAlgorithm::XxHash3 => State::XxHash3(XxHash3_64::new()),
            ChecksumAlgorithm::XxHash128 => State::XxHash128(XxHash3_128::new()),
        })
    }

    /// Adds more of the payload.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Crc32(crc) | State::Crc64(crc) => crc.update(data),
            State::Sha1(hash) => hash.update(data),
            State::Sha256(hash) => hash.update(data),
            State::Sha512(hash) => hash.update(data),
            State::Md5(hash) => hash.update(data),
            State::XxHash64(hash) => hash.write(data),
            State::XxHash3(hash) => hash.write(data),
            State::XxHash128(hash) => hash.write(data),
        }
    }

    /// The value of the trailer so far: the big-endian digest in base64.
    pub fn value(&self) -> String {
        match &self.0 {
            State::Crc32(crc) => {
                let [_, _, _, _, digest @ ..] = crc.finalize().to_be_bytes();
                STANDARD.encode(digest)
            }
            State::Crc64(crc) => STANDARD.encode(crc.finalize().to_be_bytes()),
            State::Sha1(hash) => STANDARD.encode(hash.clone().finish()),
            State::Sha256(hash) => STANDARD.encode(hash.clone().finish()),
            State::Sha512(hash) => STANDARD.encode(hash.clone().finish()),
            State::Md5(hash) => STANDARD.encode(hash.clone().finish()),
            State::XxHash64(hash) => STANDARD.encode(hash.finish().to_be_bytes()),
            State::XxHash3(hash) => STANDARD.encode(hash.finish().to_be_bytes()),
            State::XxHash128(hash) => STANDARD.encode(hash.finish_128().to_be_bytes()),
        }
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checksum").finish_non_exhaustive()
    }
}
