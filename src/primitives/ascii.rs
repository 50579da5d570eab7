//! Text that this crate wrote itself, in ASCII.

use http::HeaderValue;

/// Returns ASCII bytes as text.
///
/// The caller wrote the bytes itself, or has checked that they are ASCII.
#[expect(clippy::expect_used, reason = "every caller writes or checks ASCII")]
pub(crate) fn own_ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("ASCII")
}

/// Makes a header value of visible ASCII.
#[expect(
    clippy::expect_used,
    reason = "every caller writes or checks visible ASCII"
)]
pub(crate) fn header_value<T>(text: T) -> HeaderValue
where
    HeaderValue: TryFrom<T, Error: std::fmt::Debug>,
{
    HeaderValue::try_from(text).expect("visible ASCII")
}
