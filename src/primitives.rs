//! Bytes and text: encodings, hashes and small containers. Nothing here knows AWS.

pub(crate) mod ascii;
pub(crate) mod base64;
pub(crate) mod buffer;
pub(crate) mod constant_time;
pub(crate) mod hex;
pub(crate) mod host_label;
pub(crate) mod http_date;
pub(crate) mod inline_text;
pub(crate) mod inline_vec;
#[cfg(any(feature = "_json", feature = "post-policy", feature = "tokens"))]
pub(crate) mod json;
pub(crate) mod percent;
#[cfg(any(feature = "_json", feature = "_xml"))]
pub(crate) mod problem;
pub(crate) mod scan;
pub(crate) mod sha256;
pub(crate) mod sink;
#[cfg(feature = "_xml")]
pub(crate) mod xml;
