//! Messages out of whatever pieces the network delivers.

use std::fmt;

use super::DEFAULT_MAX_MESSAGE_LENGTH;
use super::error::FrameError;
use super::message::{Message, PRELUDE, Prelude};
use crate::primitives::encode::append;

/// Finds messages in a stream of bytes.
///
/// A message that is in one piece is lent from there, without a copy. Otherwise its pieces are put
/// together in a buffer for that one message: at most 24 MiB, or what
/// [`with_longest`](Self::with_longest) says. The buffer grows with the data that has arrived,
/// whatever length the message announces.
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
    longest: usize,
    /// The beginning of a message; or one that was lent out, and goes with the next call.
    buffer: Vec<u8>,
    lent: bool,
    failed: Option<FrameError>,
}

impl Decoder {
    /// Takes messages of up to [24 MiB](DEFAULT_MAX_MESSAGE_LENGTH).
    ///
    /// ```
    /// use countersign::event_stream::Decoder;
    ///
    /// let mut decoder = Decoder::new();
    /// assert!(decoder.decode(&mut &b""[..])?.is_none()); // nothing has come yet
    /// # Ok::<(), countersign::event_stream::FrameError>(())
    /// ```
    pub fn new() -> Self {
        Self {
            longest: DEFAULT_MAX_MESSAGE_LENGTH,
            buffer: Vec::new(),
            lent: false,
            failed: None,
        }
    }

    /// Sets the limit for the length of a message, in bytes, frame included.
    ///
    /// ```
    /// use countersign::event_stream::{Decoder, FrameError, encode};
    ///
    /// let mut frame = Vec::new();
    /// encode(&[], &[0; 200], &mut frame)?;
    /// let refused = Decoder::new().with_longest(100).decode(&mut &frame[..]).map(drop);
    /// assert!(matches!(refused, Err(FrameError::LengthOutOfRange { longest: 100, .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_longest(mut self, longest: usize) -> Self {
        self.longest = longest;
        self
    }

    /// Reads up to the end of the next message, and takes what it has read off the front of
    /// `input`. `None`: all of `input` is read, and more is needed.
    ///
    /// # Errors
    /// Bytes that are no message. From then on the same error comes back whatever follows.
    ///
    /// ```
    /// use countersign::event_stream::{Decoder, encode};
    ///
    /// let mut stream = Vec::new();
    /// encode(&[], b"one", &mut stream)?;
    /// encode(&[], b"two", &mut stream)?;
    ///
    /// // Both came at once.
    /// let (mut decoder, mut input) = (Decoder::new(), &stream[..]);
    /// assert_eq!(decoder.decode(&mut input)?.map(|message| message.payload()), Some(&b"one"[..]));
    /// assert_eq!(decoder.decode(&mut input)?.map(|message| message.payload()), Some(&b"two"[..]));
    /// assert!(decoder.decode(&mut input)?.is_none() && input.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
            longest,
            buffer,
            lent,
            failed,
        } = self;
        next(*longest, buffer, lent, input).inspect_err(|error| *failed = Some(*error))
    }

    /// Says that the stream is at its end.
    ///
    /// # Errors
    /// [`FrameError::Truncated`] in the middle of a message; or what went wrong before.
    ///
    /// ```
    /// use countersign::event_stream::{Decoder, FrameError, encode};
    ///
    /// let mut frame = Vec::new();
    /// encode(&[], b"one", &mut frame)?;
    /// let mut decoder = Decoder::new();
    /// decoder.decode(&mut &frame[..10])?; // and then the connection broke
    /// assert_eq!(decoder.finish(), Err(FrameError::Truncated));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(self) -> Result<(), FrameError> {
        match self.failed {
            Some(error) => Err(error),
            None if self.lent || self.buffer.is_empty() => Ok(()),
            None => Err(FrameError::Truncated),
        }
    }
}

fn next<'a, 'i: 'a>(
    longest: usize,
    buffer: &'a mut Vec<u8>,
    lent: &mut bool,
    input: &mut &'i [u8],
) -> Result<Option<Message<'a>>, FrameError> {
    if buffer.is_empty()
        && let Some(prelude) = input.first_chunk()
    {
        let prelude = Prelude::read(prelude, longest)?;
        if let Some((frame, rest)) = input.split_at_checked(prelude.total) {
            *input = rest;
            return prelude.message(frame).map(Some);
        }
    }
    fill(buffer, PRELUDE, input)?;
    let Some(prelude) = buffer.first_chunk() else {
        return Ok(None);
    };
    let prelude = Prelude::read(prelude, longest)?;
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
            .field("longest", &self.longest)
            .field("buffered", &self.buffer.len())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
