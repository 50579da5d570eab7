//! The headers of a message.

use std::fmt;

use super::MAX_HEADERS_LENGTH;
use super::error::FrameError;
use crate::error::Error;

/// The most bytes that a text or byte value has.
const LONGEST_VALUE: usize = 32_767;

/// The value of a header, of one of nine types.
///
/// Amazon Transcribe Developer Guide, "Event stream encoding", *Header value type*.
///
/// ```
/// use countersign::event_stream::{Message, Value, encode};
///
/// let headers = [
///     (":content-type", Value::String("application/json")),
///     ("attempt", Value::Byte(1)),
///     ("at", Value::Timestamp(1_767_225_600_000)),
/// ];
/// let mut frame = Vec::new();
/// encode(&headers, b"{}", &mut frame)?;
/// match Message::decode(&frame)?.header("attempt") {
///     Some(Value::Byte(attempt)) => assert_eq!(attempt, 1),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Types 0 and 1.
    Bool(bool),
    /// Type 2.
    Byte(i8),
    /// Type 3.
    Short(i16),
    /// Type 4.
    Integer(i32),
    /// Type 5.
    Long(i64),
    /// Type 6, of at most 32,767 bytes.
    Bytes(&'a [u8]),
    /// Type 7, of at most 32,767 bytes.
    String(&'a str),
    /// Type 8: milliseconds since 1970-01-01 00:00 UTC.
    Timestamp(i64),
    /// Type 9.
    Uuid([u8; 16]),
}

impl Value<'_> {
    fn encoded_len(&self) -> usize {
        match self {
            Self::Bool(_) => 0,
            Self::Byte(_) => 1,
            Self::Short(_) => 2,
            Self::Integer(_) => 4,
            Self::Long(_) | Self::Timestamp(_) => 8,
            Self::Bytes(bytes) => 2 + bytes.len(),
            Self::String(text) => 2 + text.len(),
            Self::Uuid(_) => 16,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut put = |kind: u8, bytes: &[u8]| {
            out.push(kind);
            if let 6 | 7 = kind {
                // Checked to be far below.
                let len = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
                out.extend_from_slice(&len.to_be_bytes());
            }
            out.extend_from_slice(bytes);
        };
        match self {
            Self::Bool(value) => put(u8::from(!value), &[]),
            Self::Byte(value) => put(2, &value.to_be_bytes()),
            Self::Short(value) => put(3, &value.to_be_bytes()),
            Self::Integer(value) => put(4, &value.to_be_bytes()),
            Self::Long(value) => put(5, &value.to_be_bytes()),
            Self::Bytes(bytes) => put(6, bytes),
            Self::String(text) => put(7, text.as_bytes()),
            Self::Timestamp(value) => put(8, &value.to_be_bytes()),
            Self::Uuid(bytes) => put(9, bytes),
        }
    }
}

/// How many bytes headers take; an error where one of them cannot be sent, or all are too many.
pub(super) fn encoded_len(headers: &[(&str, Value<'_>)]) -> Result<usize, Error> {
    let mut len = 0;
    for (name, value) in headers {
        let too_long = match value {
            Value::Bytes(bytes) => bytes.len() > LONGEST_VALUE,
            Value::String(text) => text.len() > LONGEST_VALUE,
            _ => false,
        };
        let problem = if !(1..=255).contains(&name.len()) {
            "has not 1 to 255 bytes in its name"
        } else if too_long {
            "has more than 32767 bytes in its value"
        } else {
            len += 1 + name.len() + 1 + value.encoded_len();
            if len <= MAX_HEADERS_LENGTH {
                continue;
            }
            "makes the headers longer than 128 KiB"
        };
        return Err(Error::InvalidEventHeader {
            name: (*name).to_owned(),
            problem,
        });
    }
    Ok(len)
}

/// Writes headers that were checked.
pub(super) fn write(headers: &[(&str, Value<'_>)], out: &mut Vec<u8>) {
    for (name, value) in headers {
        out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(name.as_bytes());
        value.write(out);
    }
}

/// The headers of a [`Message`](super::Message), names and values, in the order in which they came.
///
/// ```
/// use countersign::event_stream::{Message, Value, encode};
///
/// let mut frame = Vec::new();
/// encode(&[("a", Value::Bool(true)), ("b", Value::Integer(7))], b"", &mut frame)?;
/// let message = Message::decode(&frame)?;
/// let names: Vec<&str> = message.headers().map(|(name, _)| name).collect();
/// assert_eq!(names, ["a", "b"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Headers<'a>(Reader<'a>);

impl<'a> Headers<'a> {
    /// Reads every header once, so that later nothing can be wrong.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let mut reader = Reader(bytes);
        while !reader.0.is_empty() {
            reader.header()?;
        }
        Ok(Self(Reader(bytes)))
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a str, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.0.is_empty() {
            return None;
        }
        self.0.header().ok()
    }
}

/// Names only: a value may be a signature.
impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.clone().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

/// What is still to be read.
#[derive(Clone)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn header(&mut self) -> Result<(&'a str, Value<'a>), FrameError> {
        let [len] = self.array()?;
        if len == 0 {
            return Err(FrameError::MalformedHeader("has no name"));
        }
        let name = self.text(usize::from(len))?;
        let [kind] = self.array()?;
        let value = match kind {
            0 => Value::Bool(true),
            1 => Value::Bool(false),
            2 => Value::Byte(i8::from_be_bytes(self.array()?)),
            3 => Value::Short(i16::from_be_bytes(self.array()?)),
            4 => Value::Integer(i32::from_be_bytes(self.array()?)),
            5 => Value::Long(i64::from_be_bytes(self.array()?)),
            6 => Value::Bytes(self.value()?),
            7 => {
                let value = self.value()?;
                Value::String(utf8(value)?)
            }
            8 => Value::Timestamp(i64::from_be_bytes(self.array()?)),
            9 => Value::Uuid(self.array()?),
            _ => return Err(FrameError::MalformedHeader("is of an unknown type")),
        };
        Ok((name, value))
    }

    fn value(&mut self) -> Result<&'a [u8], FrameError> {
        let len = usize::from(u16::from_be_bytes(self.array()?));
        if len > LONGEST_VALUE {
            return Err(FrameError::MalformedHeader("is longer than 32767 bytes"));
        }
        self.bytes(len)
    }

    fn text(&mut self, len: usize) -> Result<&'a str, FrameError> {
        self.bytes(len).and_then(utf8)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        let (array, rest) = self.0.split_first_chunk().ok_or(TOO_SHORT)?;
        self.0 = rest;
        Ok(*array)
    }

    fn bytes(&mut self, len: usize) -> Result<&'a [u8], FrameError> {
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(TOO_SHORT)?;
        self.0 = rest;
        Ok(bytes)
    }
}

const TOO_SHORT: FrameError = FrameError::MalformedHeader("ends beyond the headers");

fn utf8(bytes: &[u8]) -> Result<&str, FrameError> {
    std::str::from_utf8(bytes).map_err(|_| FrameError::MalformedHeader("is not UTF-8"))
}
