//! The errors of encoding and signing messages of an event stream.

/// Why a message of an event stream cannot be encoded or signed.
///
/// [`EventSigner`](crate::event_stream::EventSigner) returns it inside
/// [`Error::Event`](crate::Error::Event).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The name of a header is empty or too long.
    #[error("event header name must be 1 to 255 bytes, got {length}")]
    InvalidHeaderName {
        /// The name's length, in bytes.
        length: usize,
    },
    /// The value of a header is too long.
    #[error(
        "value of event header {name:?} is {length} bytes, above the maximum of {maximum} bytes"
    )]
    HeaderValueTooLong {
        /// The header's name.
        name: String,
        /// The value's length, in bytes.
        length: usize,
        /// The maximum, in bytes.
        maximum: usize,
    },
    /// The headers of a message are too long together.
    #[error("event headers are {length} bytes, above the maximum of {maximum} bytes")]
    HeadersTooLong {
        /// Their encoded length, in bytes.
        length: usize,
        /// The maximum, in bytes.
        maximum: usize,
    },
    /// A message is too long.
    #[error("message is {length} bytes with its frame, above the maximum of {maximum} bytes")]
    MessageTooLong {
        /// The length that it would have, in bytes.
        length: usize,
        /// The maximum, in bytes.
        maximum: usize,
    },
    /// The message is empty. An empty message ends an event stream.
    #[error("message is empty, which would end the stream: call `finish` instead")]
    EmptyMessage,
}
