//! The future of a signed request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;

use crate::timestamp::Timestamp;
use crate::tower::sign::error::{Error, SignError};
use crate::tower::sign::server_clock::ServerClock;

pin_project! {
    /// The future that [`Sign`](super::Sign) returns: a response or an error.
    #[must_use = "futures do nothing unless polled"]
    pub struct SignFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Sent { #[pin] response: F, sent: Sent },
        NotSent { error: Option<SignError> },
    }
}

/// What the clock has to know of a request to learn from its response.
pub(super) struct Sent {
    pub(super) at: Timestamp,
    pub(super) over_tls: bool,
    /// `None` if it does not learn.
    pub(super) clock: Option<Arc<ServerClock>>,
}

impl<F> SignFuture<F> {
    pub(super) fn sent(response: F, sent: Sent) -> Self {
        let state = State::Sent { response, sent };
        Self { state }
    }

    pub(super) fn not_sent(error: SignError) -> Self {
        let error = Some(error);
        Self {
            state: State::NotSent { error },
        }
    }
}

impl<F, B, E> Future for SignFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<B>, Error<E>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Sent { response, sent } => {
                let mut response = ready!(response.poll(context)).map_err(Error::Service)?;
                if let Some(clock) = &sent.clock {
                    clock.learn(&mut response, sent.at, sent.over_tls);
                }
                Poll::Ready(Ok(response))
            }
            // Polled again after it was ready, it stays pending.
            StateProjection::NotSent { error } => error
                .take()
                .map_or(Poll::Pending, |error| Poll::Ready(Err(Error::Sign(error)))),
        }
    }
}

impl<F> fmt::Debug for SignFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignFuture").finish_non_exhaustive()
    }
}
