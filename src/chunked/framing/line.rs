//! A line that arrives in pieces.

/// Collects a line up to and including its line feed.
#[derive(Default)]
pub(super) struct LineReader {
    line: Vec<u8>,
}

impl LineReader {
    /// Reads from the front of `input`, and returns the number of bytes and whether the line is
    /// complete. `None` if the line would be longer than `max_length`.
    pub(super) fn read(&mut self, input: &[u8], max_length: usize) -> Option<(usize, bool)> {
        let mut lines = input.split_inclusive(|&byte| byte == b'\n');
        let part = lines.next().unwrap_or_default();
        if self.line.len() + part.len() > max_length {
            return None;
        }
        self.line.extend_from_slice(part);
        Some((part.len(), part.ends_with(b"\n")))
    }

    /// The line so far.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.line
    }

    pub(super) fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    /// Begins the next line, in the same memory.
    pub(super) fn clear(&mut self) {
        self.line.clear();
    }
}
