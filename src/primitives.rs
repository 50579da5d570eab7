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
#[cfg(any(
    feature = "console",
    feature = "ecr",
    feature = "post-policy",
    feature = "redshift",
    feature = "signin",
    feature = "tokens"
))]
pub(crate) mod json;
pub(crate) mod percent;
pub(crate) mod scan;
pub(crate) mod sha256;
pub(crate) mod sink;
#[cfg(any(
    feature = "explain",
    feature = "redshift",
    feature = "s3",
    feature = "sts"
))]
pub(crate) mod xml;
