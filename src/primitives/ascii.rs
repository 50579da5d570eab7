//! Text that this crate wrote itself, in ASCII.

/// Returns ASCII bytes as text.
///
/// The caller wrote the bytes itself, or has checked that they are ASCII.
#[expect(clippy::expect_used, reason = "every caller writes or checks ASCII")]
pub(crate) fn own_ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("ASCII")
}
