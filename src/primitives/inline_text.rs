//! Short ASCII text on the stack.

use super::ascii::own_ascii;

/// ASCII text of at most `N` bytes. Copying it costs no allocation.
#[derive(Clone, Copy)]
pub(crate) struct InlineText<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> InlineText<N> {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; N],
            len: 0,
        }
    }

    /// Appends ASCII. The caller's types bound its length.
    #[inline]
    #[expect(
        clippy::expect_used,
        reason = "the types of the parts bound their lengths"
    )]
    pub(crate) fn push(&mut self, ascii: &[u8]) {
        let (_, free) = self.bytes.split_at_mut(self.len);
        let space = free.get_mut(..ascii.len()).expect("room for the text");
        space.copy_from_slice(ascii);
        self.len += ascii.len();
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.split_at(self.len).0
    }

    pub(crate) fn as_str(&self) -> &str {
        own_ascii(self.as_bytes())
    }

    /// The text between two positions.
    pub(crate) fn part(&self, start: usize, end: usize) -> &str {
        own_ascii(self.bytes.split_at(end).0.split_at(start).1)
    }

    /// The first bytes, of a text that is always longer.
    pub(crate) fn first<const M: usize>(&self) -> &[u8; M] {
        first(&self.bytes)
    }

    pub(crate) fn make_ascii_lowercase(&mut self) {
        self.bytes.make_ascii_lowercase();
    }
}

/// Returns the first bytes of a longer array.
#[expect(
    clippy::expect_used,
    reason = "the lengths are compared at compile time"
)]
pub(crate) fn first<const M: usize, const N: usize>(bytes: &[u8; N]) -> &[u8; M] {
    const { assert!(M <= N) };
    bytes.first_chunk().expect("a longer array")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_grows_up_to_its_capacity() {
        let mut text = InlineText::<6>::new();
        assert_eq!((text.as_str(), text.len()), ("", 0));
        text.push(b"AB");
        text.push(b"");
        text.push(b"cd/f");
        assert_eq!((text.as_str(), text.part(2, 4)), ("ABcd/f", "cd"));
        assert_eq!(text.first(), b"ABc");
        text.make_ascii_lowercase();
        assert_eq!(text.as_bytes(), b"abcd/f");
    }
}
