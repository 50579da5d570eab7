//! Bytes and text: encodings, hashes and small containers. Nothing here knows AWS.

pub(crate) mod ascii;
pub(crate) mod back_end;
pub(crate) mod base64;
#[cfg(feature = "http-body")]
pub(crate) mod body;
pub(crate) mod buffer;
pub(crate) mod constant_time;
#[cfg(any(feature = "sources", all(feature = "cloudfront", feature = "sigv4a")))]
pub(crate) mod der;
pub(crate) mod hex;
pub(crate) mod host_label;
pub(crate) mod http_date;
pub(crate) mod inline_text;
pub(crate) mod inline_vec;
#[cfg(any(feature = "_json", feature = "post-policy", feature = "tokens"))]
pub(crate) mod json;
#[cfg(feature = "checksums")]
pub(crate) mod md5;
#[cfg(all(feature = "sigv4a", any(feature = "cloudfront", feature = "sources")))]
pub(crate) mod pem;
pub(crate) mod percent;
#[cfg(any(feature = "_json", feature = "_xml"))]
pub(crate) mod problem;
pub(crate) mod scan;
#[cfg(any(
    feature = "checksums",
    feature = "legacy",
    feature = "sources",
    all(feature = "cloudfront", feature = "sigv4a")
))]
pub(crate) mod sha1;
pub(crate) mod sha256;
#[cfg(feature = "checksums")]
pub(crate) mod sha512;
pub(crate) mod sink;
#[cfg(feature = "_xml")]
pub(crate) mod xml;
