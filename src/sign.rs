//! Signing and presigning.

// First, so that its page in the documentation begins with its constructor.
pub(crate) mod signer;

pub(crate) mod added_headers;
pub(crate) mod buffered;
pub(crate) mod pipeline;
pub(crate) mod presigned;
pub(crate) mod presigned_url;
pub(crate) mod presigner;
#[cfg(feature = "sigv4a")]
pub(crate) mod sigv4a;
pub(crate) mod verbs;
