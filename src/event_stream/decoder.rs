//! Messages from a stream of bytes in any pieces.

use std::fmt;

use super::DEFAULT_MAX_MESSAGE_LENGTH;
use super::error::FrameError;
use super::message::{Message, PRELUDE, Prelude};
use crate::primitives::buffer::append;

/// Finds messages in a stream of bytes.
///
/// A message that arrives in one piece is borrowed from the input, without a copy. Otherwise its
/// pieces are joined in a buffer of at most 24 MiB (see
/// [`with_max_message_length`](Self::with_max_message_length)). The buffer grows with the data that
/// has arrived, whatever length the message announces.
///
/// ```
/// use countersign::event_stream::{Decoder, encode};
///
/// let mut stream = Vec::new();
/// encode(&[], b"one", &mut stream)?;
/// encode(&[], b"two", &mut stream)?;
///
/// let (mut decoder, mut payloads) = (Decoder::new(), Vec::new());
/// for mut piece in stream.chunks(10) {
///     while let Some(message) = decoder.decode(&mut piece)? {
///         payloads.push(message.payload().to_vec());
///     }
/// }
/// decoder.finish()?;
/// assert_eq!(payloads, [b"one", b"two"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Decoder {
    max_message_length: usize,
    /// The beginning of a message, or one that was returned and that the next call removes.
    buffer: Vec<u8>,
    lent: bool,
    failed: Option<FrameError>,
}

impl Decoder {
    /// Accepts messages of up to [24 MiB](DEFAULT_MAX_MESSAGE_LENGTH).
    pub fn new() -> Self {
        Self {
            max_message_length: DEFAULT_MAX_MESSAGE_LENGTH,
            buffer: Vec::new(),
            lent: false,
            failed: None,
        }
    }

    /// Sets the maximum length of a message, in bytes, frame included.
    #[must_use]
    pub fn with_max_message_length(mut self, max_message_length: usize) -> Self {
        self.max_message_length = max_message_length;
        self
    }

    /// Reads up to the end of the next message, and removes what it has read from `input`.
    ///
    /// `None` means that all of `input` was read and that more is needed.
    ///
    /// # Errors
    /// - [`FrameError`] if the bytes are not a message. Every later call returns the same error
    pub fn decode<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Message<'a>>, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if std::mem::take(&mut self.lent) {
            self.buffer.clear();
        }
        let Self {
            max_message_length,
            buffer,
            lent,
            failed,
        } = self;
        next(*max_message_length, buffer, lent, input).inspect_err(|error| *failed = Some(*error))
    }

    /// Checks that the stream did not end within a message.
    ///
    /// # Errors
    /// - [`FrameError::Truncated`] if the stream ended within a message
    /// - the earlier error of [`decode`](Self::decode), if there was one
    pub fn finish(self) -> Result<(), FrameError> {
        match self.failed {
            Some(error) => Err(error),
            None if self.lent || self.buffer.is_empty() => Ok(()),
            None => Err(FrameError::Truncated),
        }
    }
}

fn next<'a, 'i: 'a>(
    max_message_length: usize,
    buffer: &'a mut Vec<u8>,
    lent: &mut bool,
    input: &mut &'i [u8],
) -> Result<Option<Message<'a>>, FrameError> {
    if buffer.is_empty()
        && let Some(prelude) = input.first_chunk()
    {
        let prelude = Prelude::read(prelude, max_message_length)?;
        if let Some((frame, rest)) = input.split_at_checked(prelude.total) {
            *input = rest;
            return prelude.message(frame).map(Some);
        }
    }
    fill(buffer, PRELUDE, input)?;
    let Some(prelude) = buffer.first_chunk() else {
        return Ok(None);
    };
    let prelude = Prelude::read(prelude, max_message_length)?;
    fill(buffer, prelude.total, input)?;
    if buffer.len() < prelude.total {
        return Ok(None);
    }
    *lent = true;
    prelude.message(buffer).map(Some)
}

/// Moves input to the buffer until that contains `len` bytes.
fn fill(buffer: &mut Vec<u8>, len: usize, input: &mut &[u8]) -> Result<(), FrameError> {
    let missing = len.saturating_sub(buffer.len());
    if let Some((piece, rest)) = input.split_at_checked(missing.min(input.len())) {
        let left = (missing - piece.len()) as u64;
        append(buffer, piece, left).map_err(|_| FrameError::OutOfMemory)?;
        *input = rest;
    }
    Ok(())
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("max_message_length", &self.max_message_length)
            .field("buffered", &self.buffer.len())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
