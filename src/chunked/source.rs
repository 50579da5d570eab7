//! The body whose data goes, or comes, in chunks.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::Body;

/// A body, and what of its data has come and was not looked at yet.
pub(super) struct Source<B> {
    pub(super) body: B,
    pub(super) pending: Bytes,
}

impl<B> Source<B> {
    pub(super) fn new(body: B) -> Self {
        Self {
            body,
            pending: Bytes::new(),
        }
    }
}

impl<B> Source<B>
where
    B: Body + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// Waits for data, and says whether there is some; if not, none will come any more.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<bool, Box<dyn StdError + Send + Sync>>> {
        while self.pending.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    if let Ok(mut data) = frame.into_data() {
                        self.pending = data.copy_to_bytes(data.remaining());
                    }
                }
                Some(Err(error)) => return Poll::Ready(Err(error.into())),
                None => return Poll::Ready(Ok(false)),
            }
        }
        Poll::Ready(Ok(true))
    }
}
