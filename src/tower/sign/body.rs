//! The body of a signed request.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http_body::{Body, Frame, SizeHint};

use crate::chunked::{ChunkedBody, ChunkedBodyError};
use crate::primitives::body::BoxError;

/// The body that [`Sign`](super::Sign) sends: the request's own, or its signed chunks.
///
/// Data that is [`Bytes`] is not copied. The [size hint](Body::size_hint) is exact if the inner
/// body's is exact or the body is sent in chunks.
pub struct SignedBody<B>(Kind<B>);

enum Kind<B> {
    /// Hashed, so all of it is here.
    Whole(WholeBody),
    AsItIs(B),
    Chunked(Box<ChunkedBody<B>>),
}

/// A body in memory. Most have one piece, which needs no list.
#[derive(Default)]
pub(super) struct WholeBody {
    first: Bytes,
    others: VecDeque<Bytes>,
    pub(super) length: u64,
}

impl WholeBody {
    pub(super) fn push(&mut self, piece: Bytes) {
        self.length += piece.len() as u64;
        if self.first.is_empty() {
            self.first = piece;
        } else if !piece.is_empty() {
            self.others.push_back(piece);
        }
    }

    fn pop(&mut self) -> Option<Bytes> {
        let next = self.others.pop_front().unwrap_or_default();
        let piece = std::mem::replace(&mut self.first, next);
        self.length -= piece.len() as u64;
        (!piece.is_empty()).then_some(piece)
    }
}

impl<B> SignedBody<B> {
    pub(super) fn whole(body: WholeBody) -> Self {
        Self(Kind::Whole(body))
    }

    pub(super) fn as_it_is(body: B) -> Self {
        Self(Kind::AsItIs(body))
    }

    pub(super) fn chunked(body: ChunkedBody<B>) -> Self {
        Self(Kind::Chunked(Box::new(body)))
    }
}

impl<B> Body for SignedBody<B>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = SignedBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SignedBodyError>>> {
        match &mut self.0 {
            Kind::Whole(body) => Poll::Ready(body.pop().map(|data| Ok(Frame::data(data)))),
            Kind::AsItIs(body) => {
                let frame = ready!(Pin::new(body).poll_frame(context));
                Poll::Ready(frame.map(|frame| match frame {
                    Ok(frame) => {
                        Ok(frame.map_data(|mut data| data.copy_to_bytes(data.remaining())))
                    }
                    Err(error) => Err(SignedBodyError::Body(error.into())),
                }))
            }
            Kind::Chunked(body) => {
                let frame = ready!(Pin::new(body.as_mut()).poll_frame(context));
                Poll::Ready(frame.map(|frame| frame.map_err(SignedBodyError::Chunks)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(body) => body.length == 0,
            Kind::AsItIs(body) => body.is_end_stream(),
            Kind::Chunked(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(body) => SizeHint::with_exact(body.length),
            Kind::AsItIs(body) => body.size_hint(),
            Kind::Chunked(body) => body.size_hint(),
        }
    }
}

/// Without the data, which may be secret.
impl<B> fmt::Debug for SignedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0 {
            Kind::Whole(_) => "Whole",
            Kind::AsItIs(_) => "AsItIs",
            Kind::Chunked(_) => "Chunked",
        };
        f.debug_tuple("SignedBody").field(&kind).finish()
    }
}

/// An error of a [`SignedBody`] while it was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignedBodyError {
    /// The inner body failed.
    #[error("reading the body of a signed request failed")]
    Body(#[source] BoxError),
    /// The inner body failed, or its length is not the signed length.
    #[error(transparent)]
    Chunks(ChunkedBodyError),
}
