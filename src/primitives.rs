//! Bytes and text: encodings, hashing and small containers. Nothing here knows AWS.

pub(crate) mod encode;
pub(crate) mod host_label;
pub(crate) mod http_date;
pub(crate) mod inline_vec;
#[cfg(any(
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "signin",
    feature = "tokens"
))]
pub(crate) mod json;
#[cfg(any(
    feature = "explain",
    feature = "redshift",
    feature = "s3",
    feature = "sts"
))]
pub(crate) mod xml;
