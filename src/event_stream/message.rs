//! Messages, and the frame around them.

use std::fmt;

use super::error::FrameError;
use super::header::{self, Headers, Value};
use super::{DEFAULT_MAX_MESSAGE_LENGTH, MAX_HEADERS_LENGTH};
use crate::error::event_stream::EncodeError;

/// Two lengths and their checksum.
pub(super) const PRELUDE: usize = 12;
/// The checksum of the whole message.
pub(super) const CHECKSUM: usize = 4;
/// The maximum length that the format can express.
const MAX_LENGTH: usize = u32::MAX as usize;

/// Appends a message to `out`: its lengths, headers and payload, and both checksums.
///
/// # Errors
/// - [`EncodeError::InvalidHeaderName`] if a header's name is empty or longer than 255 bytes
/// - [`EncodeError::HeaderValueTooLong`] if a header's value is longer than 32,767 bytes
/// - [`EncodeError::HeadersTooLong`] if the headers are longer than [128 KiB](MAX_HEADERS_LENGTH)
/// - [`EncodeError::MessageTooLong`] if the message would be longer than
///   [24 MiB](DEFAULT_MAX_MESSAGE_LENGTH) (see [`encode_with_max_length`])
///
/// `out` is unchanged after an error.
///
/// ```
/// use countersign::event_stream::{Message, Value, encode};
///
/// let mut frame = Vec::new();
/// encode(&[("n", Value::Integer(7))], b"data", &mut frame)?;
/// assert_eq!(frame.len(), 12 + 7 + 4 + 4);
/// let message = Message::decode(&frame)?;
/// assert_eq!(message.header("n"), Some(Value::Integer(7)));
/// assert_eq!(message.payload(), b"data");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode(
    headers: &[(&str, Value<'_>)],
    payload: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    encode_with_max_length(headers, payload, DEFAULT_MAX_MESSAGE_LENGTH, out)
}

/// Appends a message to `out`, as [`encode`] does, with another maximum length.
///
/// The maximum counts the whole message in bytes, frame included. The format itself allows 4 GiB.
/// [`Decoder::with_max_message_length`](super::Decoder::with_max_message_length) is its counterpart.
///
/// # Errors
/// - everything that [`encode`] returns, with `max_length` in place of 24 MiB
pub fn encode_with_max_length(
    headers: &[(&str, Value<'_>)],
    payload: &[u8],
    max_length: usize,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let headers_len = header::encoded_len(headers)?;
    let prelude = prelude(headers_len, payload.len(), max_length)?;
    let start = out.len();
    out.reserve(PRELUDE + headers_len + payload.len() + CHECKSUM);
    out.extend_from_slice(&prelude);
    header::write(headers, out)?;
    out.extend_from_slice(payload);
    let checksum = crc32fast::hash(out.get(start..).unwrap_or_default());
    out.extend_from_slice(&checksum.to_be_bytes());
    Ok(())
}

/// The beginning of a message.
pub(super) fn prelude(
    headers_len: usize,
    payload_len: usize,
    max_length: usize,
) -> Result<[u8; PRELUDE], EncodeError> {
    let length = payload_len.saturating_add(PRELUDE + headers_len + CHECKSUM);
    let maximum = max_length.min(MAX_LENGTH);
    let numbers = (u32::try_from(length), u32::try_from(headers_len));
    let (Ok(total), Ok(headers), true) = (numbers.0, numbers.1, length <= maximum) else {
        return Err(EncodeError::MessageTooLong { length, maximum });
    };
    let mut prelude = [0; PRELUDE];
    let (lengths, checksum) = prelude.split_at_mut(8);
    let numbers = [total.to_be_bytes(), headers.to_be_bytes()];
    lengths.copy_from_slice(numbers.as_flattened());
    checksum.copy_from_slice(&crc32fast::hash(lengths).to_be_bytes());
    Ok(prelude)
}

/// The lengths that a message announces.
#[derive(Clone, Copy)]
pub(super) struct Prelude {
    pub(super) total: usize,
    headers: usize,
}

impl Prelude {
    /// Reads the lengths, and checks their checksum and that they are within `max_length`.
    pub(super) fn read(bytes: &[u8; PRELUDE], max_length: usize) -> Result<Self, FrameError> {
        let [t0, t1, t2, t3, h0, h1, h2, h3, checksum @ ..] = *bytes;
        let lengths = [t0, t1, t2, t3, h0, h1, h2, h3];
        if crc32fast::hash(&lengths) != u32::from_be_bytes(checksum) {
            return Err(FrameError::PreludeChecksum);
        }
        let length = u32::from_be_bytes([t0, t1, t2, t3]);
        let headers_length = u32::from_be_bytes([h0, h1, h2, h3]);
        let total = usize::try_from(length).unwrap_or(usize::MAX);
        let headers = usize::try_from(headers_length).unwrap_or(usize::MAX);
        if headers > MAX_HEADERS_LENGTH {
            return Err(FrameError::HeadersTooLong {
                length: headers_length,
            });
        }
        if total > max_length || total < PRELUDE + headers + CHECKSUM {
            return Err(FrameError::LengthOutOfRange {
                length,
                maximum: max_length,
            });
        }
        Ok(Self { total, headers })
    }

    /// The message in a frame of this length.
    pub(super) fn message(self, frame: &[u8]) -> Result<Message<'_>, FrameError> {
        let checked = frame.split_last_chunk::<CHECKSUM>();
        let (covered, checksum) = checked.ok_or(FrameError::Truncated)?;
        if crc32fast::hash(covered) != u32::from_be_bytes(*checksum) {
            return Err(FrameError::MessageChecksum);
        }
        let body = covered.get(PRELUDE..).ok_or(FrameError::Truncated)?;
        let parts = body.split_at_checked(self.headers);
        let (headers, payload) = parts.ok_or(FrameError::Truncated)?;
        Ok(Message {
            headers: Headers::read(headers)?,
            payload,
        })
    }
}

/// A message: the headers and the payload of a frame, borrowed from it.
///
/// ```
/// use countersign::event_stream::{Message, Value, encode};
///
/// let event_type = Value::String("TranscriptEvent");
/// let mut frame = Vec::new();
/// encode(&[(":event-type", event_type)], b"{}", &mut frame)?;
/// let message = Message::decode(&frame)?;
/// assert_eq!(message.header(":event-type"), Some(event_type));
/// assert_eq!(message.payload(), b"{}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Message<'a> {
    headers: Headers<'a>,
    payload: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a whole frame in memory, such as the payload of a signed message.
    ///
    /// The frame may have any length: nothing is allocated for it.
    ///
    /// # Errors
    /// - [`FrameError::Truncated`] if bytes are missing
    /// - [`FrameError::TrailingBytes`] if bytes follow the message
    /// - [`FrameError::PreludeChecksum`] or [`FrameError::MessageChecksum`] if a checksum does not
    ///   match
    /// - [`FrameError::LengthOutOfRange`] or [`FrameError::HeadersTooLong`] if a length is invalid
    /// - [`FrameError::MalformedHeader`] if a header cannot be read
    pub fn decode(frame: &'a [u8]) -> Result<Self, FrameError> {
        let prelude = frame.first_chunk().ok_or(FrameError::Truncated)?;
        let prelude = Prelude::read(prelude, MAX_LENGTH)?;
        match prelude.total.cmp(&frame.len()) {
            std::cmp::Ordering::Equal => prelude.message(frame),
            std::cmp::Ordering::Less => Err(FrameError::TrailingBytes),
            std::cmp::Ordering::Greater => Err(FrameError::Truncated),
        }
    }

    /// The headers: names and values, in the order of arrival.
    pub fn headers(&self) -> Headers<'a> {
        self.headers.clone()
    }

    /// The value of the first header with this name.
    pub fn header(&self, name: &str) -> Option<Value<'a>> {
        self.headers()
            .find_map(|(found, value)| (found == name).then_some(value))
    }

    /// The payload.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }
}

/// Shows neither the payload, which may be large, nor header values, which may be signatures.
impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers().map(|(name, _)| name).collect();
        f.debug_struct("Message")
            .field("headers", &names)
            .field("payload_length", &self.payload.len())
            .finish()
    }
}
