//! Signing and presigning.

pub(crate) mod added_headers;
pub(crate) mod buffered;
pub(crate) mod pipeline;
pub(crate) mod presigned;
pub(crate) mod presigner;
pub(crate) mod signer;
#[cfg(feature = "sigv4a")]
pub(crate) mod sigv4a;
pub(crate) mod verbs;
