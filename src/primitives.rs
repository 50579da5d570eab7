//! Bytes and text: encodings, hashing and small containers. Nothing here knows AWS.

pub(crate) mod encode;
pub(crate) mod host_label;
pub(crate) mod http_date;
pub(crate) mod inline_vec;
#[cfg(any(feature = "sts", feature = "s3", feature = "explain"))]
pub(crate) mod xml;
