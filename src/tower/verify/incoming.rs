//! The body of a request while the request is verified.

use std::collections::VecDeque;

use http_body::Body;

use crate::chunked::Pieces;
use crate::primitives::body::{BoxError, poll_data};
use crate::primitives::sha256::Sha256;
use crate::sigv4::payload_hash::PayloadHash;

use super::body::RequestBody;
use super::refused::Refused;

/// A body that arrives: unread, or read and hashed.
pub(super) enum Incoming<B> {
    Unread(B),
    Read(Pieces, [u8; 32]),
}

impl<B> Incoming<B>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    /// Reads all of it, and hashes it. A second call returns the same hash.
    pub(super) async fn read(&mut self, maximum: usize) -> Result<PayloadHash, Refused> {
        let body = match self {
            Self::Unread(body) => body,
            Self::Read(_, hash) => return Ok(PayloadHash::Sha256(*hash)),
        };
        let too_large = || Refused::BodyTooLarge { maximum };
        if body.size_hint().lower() > maximum as u64 {
            return Err(too_large());
        }
        let (mut pieces, mut length, mut hash) = (Pieces::default(), 0_usize, Sha256::new());
        while let Some(data) = std::future::poll_fn(|context| poll_data(body, context)).await {
            let data = data.map_err(Refused::body)?;
            length = length.saturating_add(data.len());
            if length > maximum {
                return Err(too_large());
            }
            hash.update(&data);
            pieces.push(data);
        }
        let hash = hash.finish();
        *self = Self::Read(pieces, hash);
        Ok(PayloadHash::Sha256(hash))
    }

    /// Returns the data that was read, if it is UTF-8.
    #[cfg(feature = "legacy")]
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Unread(_) => None,
            Self::Read(pieces, _) => String::from_utf8(pieces.to_vec()).ok(),
        }
    }

    /// Returns the body for the handler. `unread` converts a body that was not read.
    pub(super) fn into_body(self, unread: impl FnOnce(B) -> RequestBody<B>) -> RequestBody<B> {
        match self {
            Self::Unread(body) => unread(body),
            Self::Read(mut pieces, _) => {
                let mut ready = VecDeque::new();
                pieces.move_to(&mut ready);
                RequestBody::verified(ready)
            }
        }
    }

    /// Whether there is nothing to read.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Unread(body) => body.is_end_stream() || body.size_hint().exact() == Some(0),
            Self::Read(..) => false,
        }
    }
}
