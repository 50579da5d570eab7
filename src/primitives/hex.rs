//! Hexadecimal digits.

/// Returns the lowercase hex of 32 bytes.
pub(crate) fn hex32(bytes: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    for (digits, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *digits = pair(*byte);
    }
    text
}

/// Returns the lowercase hex of a byte.
pub(crate) fn pair(byte: u8) -> [u8; 2] {
    // No table and no branch, so that the compiler can vectorize it.
    let digit = |nibble: u8| nibble + b'0' + u8::from(nibble > 9) * (b'a' - b'9' - 1);
    [digit(byte >> 4), digit(byte & 0xf)]
}

/// Returns the value of a hex digit, in either case.
pub(crate) fn nibble(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|n| u8::try_from(n).ok())
}
