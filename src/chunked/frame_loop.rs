//! The loop over the frames of an inner body, for the body that signs and the body that verifies.

use std::collections::VecDeque;
use std::fmt;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use crate::primitives::body::{BoxError, poll_data};

/// Turns the inner body's data into the data of the outer body.
pub(super) trait Sink: Sized {
    type Error;

    /// The error of the outer body when the inner one fails.
    fn body_error(error: BoxError) -> Self::Error;

    /// Takes data from the front of `input`, at least one byte, and adds to `ready` what can go
    /// out.
    fn take(&mut self, input: &mut Bytes, ready: &mut VecDeque<Bytes>) -> Result<(), Self::Error>;

    /// Adds to `ready` what follows the last data, and returns the trailers.
    fn finish(self, ready: &mut VecDeque<Bytes>) -> Result<Option<HeaderMap>, Self::Error>;
}

/// Polls the inner body, feeds a sink, and yields frames until the end or the first error.
pub(super) struct FrameLoop<B, S> {
    body: B,
    /// Data of the inner body that the sink has not taken yet.
    pending: Bytes,
    ready: VecDeque<Bytes>,
    /// The length of what the outer body still yields, if it fits into 64 bits.
    remaining: Option<u64>,
    trailers: Option<HeaderMap>,
    /// `None` after the end or an error.
    sink: Option<S>,
}

impl<B, S> FrameLoop<B, S> {
    pub(super) fn new(body: B, sink: S, remaining: Option<u64>) -> Self {
        Self {
            body,
            pending: Bytes::new(),
            ready: VecDeque::new(),
            remaining,
            trailers: None,
            sink: Some(sink),
        }
    }

    pub(super) fn sink_mut(&mut self) -> Option<&mut S> {
        self.sink.as_mut()
    }

    pub(super) fn is_end_stream(&self) -> bool {
        self.sink.is_none() && self.ready.is_empty() && self.trailers.is_none()
    }

    pub(super) fn size_hint(&self) -> SizeHint {
        self.remaining
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }

    /// Formats the body under the name of its public type.
    pub(super) fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result
    where
        B: fmt::Debug,
    {
        f.debug_struct(name)
            .field("body", &self.body)
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}

impl<B, S> FrameLoop<B, S>
where
    B: Body<Error: Into<BoxError>> + Unpin,
    S: Sink,
{
    pub(super) fn poll_frame(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, S::Error>>> {
        loop {
            if let Some(data) = self.ready.pop_front() {
                let length = data.len() as u64;
                self.remaining = self.remaining.map(|left| left.saturating_sub(length));
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
            let Some(sink) = &mut self.sink else {
                let trailers = self.trailers.take().map(Frame::trailers);
                return Poll::Ready(trailers.map(Ok));
            };
            let result = if !self.pending.is_empty() {
                sink.take(&mut self.pending, &mut self.ready)
            } else {
                match ready!(poll_data(&mut self.body, context)) {
                    Some(Ok(data)) => {
                        self.pending = data;
                        continue;
                    }
                    Some(Err(error)) => Err(S::body_error(error)),
                    None => self.finish(),
                }
            };
            if let Err(error) = result {
                // Nothing follows an error.
                self.sink = None;
                self.ready.clear();
                self.pending = Bytes::new();
                self.remaining = Some(0);
                return Poll::Ready(Some(Err(error)));
            }
        }
    }

    fn finish(&mut self) -> Result<(), S::Error> {
        if let Some(sink) = self.sink.take() {
            self.trailers = sink.finish(&mut self.ready)?;
        }
        Ok(())
    }
}
