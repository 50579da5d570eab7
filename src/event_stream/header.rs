//! The headers of a message.

use std::fmt;

use super::MAX_HEADERS_LENGTH;
use super::error::{FrameError, HeaderError};
use crate::error::event_stream::EncodeError;

/// The maximum length of a text or byte value, in bytes.
const MAX_VALUE_LENGTH: usize = 32_767;

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

    fn write(&self, name: &str, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut put = |kind: u8, bytes: &[u8]| {
            out.push(kind);
            out.extend_from_slice(bytes);
        };
        match self {
            Self::Bool(value) => put(u8::from(!value), &[]),
            Self::Byte(value) => put(2, &value.to_be_bytes()),
            Self::Short(value) => put(3, &value.to_be_bytes()),
            Self::Integer(value) => put(4, &value.to_be_bytes()),
            Self::Long(value) => put(5, &value.to_be_bytes()),
            Self::Bytes(bytes) => {
                put(6, &value_len(name, bytes)?.to_be_bytes());
                out.extend_from_slice(bytes);
            }
            Self::String(text) => {
                put(7, &value_len(name, text.as_bytes())?.to_be_bytes());
                out.extend_from_slice(text.as_bytes());
            }
            Self::Timestamp(value) => put(8, &value.to_be_bytes()),
            Self::Uuid(bytes) => put(9, bytes),
        }
        Ok(())
    }
}

fn name_len(name: &str) -> Result<u8, EncodeError> {
    let length = name.len();
    let len = u8::try_from(length).ok().filter(|len| *len > 0);
    len.ok_or(EncodeError::InvalidHeaderName { length })
}

fn value_len(name: &str, value: &[u8]) -> Result<u16, EncodeError> {
    let length = value.len();
    let len = u16::try_from(length).ok();
    len.filter(|_| length <= MAX_VALUE_LENGTH)
        .ok_or_else(|| EncodeError::HeaderValueTooLong {
            name: name.to_owned(),
            length,
            maximum: MAX_VALUE_LENGTH,
        })
}

/// The encoded length of headers, after checking that they can be encoded.
pub(super) fn encoded_len(headers: &[(&str, Value<'_>)]) -> Result<usize, EncodeError> {
    let mut total = 0_usize;
    for (name, value) in headers {
        name_len(name)?;
        match value {
            Value::Bytes(bytes) => drop(value_len(name, bytes)?),
            Value::String(text) => drop(value_len(name, text.as_bytes())?),
            _ => {}
        }
        total = total.saturating_add(1 + name.len() + 1 + value.encoded_len());
    }
    if total > MAX_HEADERS_LENGTH {
        return Err(EncodeError::HeadersTooLong {
            length: total,
            maximum: MAX_HEADERS_LENGTH,
        });
    }
    Ok(total)
}

/// Writes headers that [`encoded_len`] has checked.
pub(super) fn write(headers: &[(&str, Value<'_>)], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    for (name, value) in headers {
        out.push(name_len(name)?);
        out.extend_from_slice(name.as_bytes());
        value.write(name, out)?;
    }
    Ok(())
}

/// The headers of a [`Message`](super::Message): names and values, in the order of arrival.
///
/// ```
/// use countersign::event_stream::{Message, Value, encode};
///
/// let headers = [("a", Value::Bool(true)), ("b", Value::Integer(7))];
/// let mut frame = Vec::new();
/// encode(&headers, b"", &mut frame)?;
/// let message = Message::decode(&frame)?;
/// assert!(message.headers().eq(headers));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Headers<'a>(Reader<'a>);

impl<'a> Headers<'a> {
    /// Reads every header once, so that iterating cannot fail.
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

/// Shows names only, because a value may be a signature.
impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.clone().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

/// The bytes that are still to be read.
#[derive(Clone)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn header(&mut self) -> Result<(&'a str, Value<'a>), FrameError> {
        let [len] = self.array()?;
        if len == 0 {
            return Err(FrameError::MalformedHeader(HeaderError::EmptyName));
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
            _ => {
                return Err(FrameError::MalformedHeader(HeaderError::UnknownType));
            }
        };
        Ok((name, value))
    }

    fn value(&mut self) -> Result<&'a [u8], FrameError> {
        let len = usize::from(u16::from_be_bytes(self.array()?));
        if len > MAX_VALUE_LENGTH {
            return Err(FrameError::MalformedHeader(HeaderError::ValueTooLong));
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

const TOO_SHORT: FrameError = FrameError::MalformedHeader(HeaderError::Truncated);

fn utf8(bytes: &[u8]) -> Result<&str, FrameError> {
    std::str::from_utf8(bytes).map_err(|_| FrameError::MalformedHeader(HeaderError::InvalidUtf8))
}
