//! The body for the upstream server.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use crate::chunked::{ChunkSigner, ChunkedBody, ChunkedBodyError};
use crate::primitives::body::{BoxError, poll_data};

/// How the payload of a request is sent to the upstream server.
///
/// [`Upstream::resign_parts`](super::Upstream::resign_parts) returns it.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::resign::{ResignError, ResignedBody, Upstream};
/// use countersign::verify::OwnedVerified;
/// use http::request::Parts;
///
/// fn forward<B>(
///     upstream: &Upstream,
///     parts: &mut Parts,
///     verified: &OwnedVerified,
///     body: B,
///     now: Timestamp,
/// ) -> Result<ResignedBody<B>, ResignError> {
///     let payload = upstream.resign_parts(parts, verified, now)?;
///     Ok(payload.body(body))
/// }
/// # let _ = forward::<()>;
/// ```
#[must_use]
#[derive(Debug)]
pub struct ResignedPayload {
    /// `None` if the body is sent as it is.
    chunks: Option<Box<ChunkSigner>>,
    /// The names of the trailers after the chunks.
    trailers: Vec<String>,
}

impl ResignedPayload {
    pub(super) fn as_it_is() -> Self {
        Self {
            chunks: None,
            trailers: Vec::new(),
        }
    }

    pub(super) fn chunks(chunks: ChunkSigner, trailers: Vec<String>) -> Self {
        Self {
            chunks: Some(Box::new(chunks)),
            trailers,
        }
    }

    /// Creates the body to send from the decoded body.
    pub fn body<B>(self, body: B) -> ResignedBody<B> {
        let Some(chunks) = self.chunks else {
            return ResignedBody(Inner::AsItIs(body));
        };
        let received = Arc::default();
        let body = WithTrailers {
            body,
            trailers: Arc::clone(&received),
        };
        let mut chunked = ChunkedBody::new(body, *chunks);
        for name in self.trailers {
            let received = Arc::clone(&received);
            chunked = chunked.with_trailer(name.clone(), move || value_of(&received, &name));
        }
        ResignedBody(Inner::Chunks(Box::new(chunked)))
    }
}

/// The trailers of a body that has been read.
type Trailers = Arc<Mutex<HeaderMap>>;

/// The value that the client sent. If it is missing, the empty value makes the body fail.
fn value_of(trailers: &Trailers, name: &str) -> String {
    let trailers = trailers.lock().unwrap_or_else(PoisonError::into_inner);
    let value = trailers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// The body of a request for the upstream server: as it is, or in new chunks, which are
/// signed if those of the client were.
///
/// In chunks, it keeps one chunk in memory, and sends the trailers that `x-amz-trailer` announced,
/// such as the client's checksum. Sent as it is, it has no trailers. The inner body must be
/// [`Unpin`]: `Box::pin` makes any body so.
///
/// ```
/// use countersign::resign::ResignedBody;
/// use http_body::Body;
///
/// /// What hyper sends as `content-length`.
/// fn length<B>(body: &ResignedBody<B>) -> Option<u64>
/// where
///     B: Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Unpin,
/// {
///     body.size_hint().exact()
/// }
/// # let _ = length::<String>;
/// ```
pub struct ResignedBody<B>(Inner<B>);

enum Inner<B> {
    AsItIs(B),
    Chunks(Box<ChunkedBody<WithTrailers<B>>>),
}

/// Keeps the trailers of a body.
#[derive(Debug)]
struct WithTrailers<B> {
    body: B,
    trailers: Trailers,
}

impl<B: Body + Unpin> Body for WithTrailers<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(received) = frame.trailers_ref()
        {
            let mut trailers = self.trailers.lock().unwrap_or_else(PoisonError::into_inner);
            trailers.clone_from(received);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Body for ResignedBody<B>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = ResignedBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ResignedBodyError>>> {
        let body = match &mut self.0 {
            Inner::Chunks(body) => {
                let frame = ready!(Pin::new(body).poll_frame(context));
                return Poll::Ready(frame.map(|frame| frame.map_err(ResignedBodyError::from)));
            }
            Inner::AsItIs(body) => body,
        };
        // Trailers of this hop are not sent on.
        let data = ready!(poll_data(body, context));
        Poll::Ready(data.map(|data| data.map(Frame::data).map_err(ResignedBodyError::Body)))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::AsItIs(body) => body.is_end_stream(),
            Inner::Chunks(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::AsItIs(body) => body.size_hint(),
            Inner::Chunks(body) => body.size_hint(),
        }
    }
}

impl<B> fmt::Debug for ResignedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Inner::AsItIs(_) => "ResignedBody(as it is)",
            Inner::Chunks(_) => "ResignedBody(chunks)",
        })
    }
}

/// An error of a [`ResignedBody`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResignedBodyError {
    /// The inner body failed: the client disconnected, or sent data that it did not sign.
    #[error("reading the body to forward failed")]
    Body(#[source] BoxError),
    /// The chunks cannot be signed.
    #[error(transparent)]
    Chunks(#[from] ChunkedBodyError),
}
