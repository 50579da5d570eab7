//! Where text goes while it is written: a hash state, bytes, or text.

use super::ascii::own_ascii;
use super::inline_text::InlineText;
use super::sha256::{HmacSha256, Sha256};

/// A destination for text.
///
/// The signer, the verifier and the explainer write through it, so they cannot drift apart.
pub(crate) trait Sink {
    /// Writes bytes. Text takes only ASCII here.
    fn put(&mut self, bytes: &[u8]);

    fn put_str(&mut self, text: &str) {
        self.put(text.as_bytes());
    }
}

impl Sink for Sha256 {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

impl Sink for HmacSha256 {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

impl<const N: usize> Sink for InlineText<N> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.push(bytes);
    }
}

impl Sink for Vec<u8> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl Sink for String {
    fn put(&mut self, bytes: &[u8]) {
        self.push_str(own_ascii(bytes));
    }

    fn put_str(&mut self, text: &str) {
        self.push_str(text);
    }
}
