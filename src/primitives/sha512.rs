//! SHA-512, for checksums.

pub(crate) use super::back_end::Sha512;
