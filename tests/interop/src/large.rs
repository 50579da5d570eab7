//! Bodies that are too large for memory, and the memory that a process uses.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use sha2::{Digest, Sha256};

/// Repeats the same bytes, in frames that do not divide the size of a chunk.
#[derive(Clone)]
pub struct Generator {
    frame: Bytes,
    remaining: u64,
}

impl Generator {
    /// A body of this many bytes.
    pub fn new(length: u64) -> Self {
        Self {
            frame: (0..100_000_u32).map(|i| (i % 251) as u8).collect(),
            remaining: length,
        }
    }

    /// The SHA-256 of the bytes that remain.
    pub fn sha256(self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for data in self {
            hash.update(&data);
        }
        hash.finalize().into()
    }
}

impl Iterator for Generator {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let length = self.remaining.min(self.frame.len() as u64);
        self.remaining -= length;
        (length > 0).then(|| self.frame.slice(..length as usize))
    }
}

impl Body for Generator {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.next().map(|data| Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

/// Lowercase hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A value of `/proc/self/status` in bytes. `None` on other systems.
pub fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim_matches([':', ' ', '\t', 'k', 'B']).parse().ok()?;
    Some(kib * 1024)
}
