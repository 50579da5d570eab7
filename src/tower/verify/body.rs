//! The body of a verified request.

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::chunked::{ChunkError, VerifiedBody, VerifiedBodyError};
use crate::primitives::body::{BoxError, poll_data};
use crate::primitives::sha256::Sha256;
use crate::verify::{Answer, Protocol, VerifyError, refusal};

/// The body of a verified request, as the handler reads it.
///
/// | payload | what the body yields |
/// |---|---|
/// | hashed | all of it, which was verified before the handler was called |
/// | hashed, with [`stream_hashed_bodies`](super::VerifyLayer::stream_hashed_bodies) | data as it arrives; the last frame only after the hash has been compared |
/// | aws-chunked | the decoded data, chunk by chunk after each was verified, and then the trailers |
/// | unsigned | data as it arrives |
///
/// After an error, discard what was read. HTTP trailers that are not signed are left out. If the
/// error of the request's own body is a boxed error, box the body before you collect it
/// (`BodyExt::boxed_unsync`): the compiler cannot yet prove that the future is `Send`.
///
/// ```
/// use bytes::Bytes;
/// use countersign::tower::verify::{RequestBody, RequestBodyError};
/// use http_body::Body;
/// use http_body_util::BodyExt;
///
/// /// Reads an upload. After an error, nothing of it may be stored.
/// async fn upload<B>(body: RequestBody<B>) -> Result<Bytes, RequestBodyError>
/// where
///     B: Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Unpin,
/// {
///     Ok(body.collect().await?.to_bytes())
/// }
/// # fn is_public<B>(_: fn(RequestBody<B>)) {}
/// # is_public(|body: RequestBody<String>| drop(upload(body)));
/// ```
pub struct RequestBody<B>(Inner<B>);

enum Inner<B> {
    Verified {
        pieces: VecDeque<Bytes>,
        length: u64,
    },
    Hashed(Hashed<B>),
    Chunks(Box<VerifiedBody<B>>),
    Unsigned(B),
}

/// A body that is hashed while it streams.
struct Hashed<B> {
    /// `None` after the end or an error.
    body: Option<B>,
    hash: Sha256,
    signed: [u8; 32],
    /// The last data that has arrived, which waits for the next or for the end.
    held: Bytes,
}

impl<B> RequestBody<B> {
    pub(super) fn verified(pieces: VecDeque<Bytes>) -> Self {
        let length = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self(Inner::Verified { pieces, length })
    }

    pub(super) fn hashed(body: B, signed: [u8; 32]) -> Self {
        Self(Inner::Hashed(Hashed {
            body: Some(body),
            hash: Sha256::new(),
            signed,
            held: Bytes::new(),
        }))
    }

    pub(super) fn chunks(body: VerifiedBody<B>) -> Self {
        Self(Inner::Chunks(Box::new(body)))
    }

    pub(super) fn unsigned(body: B) -> Self {
        Self(Inner::Unsigned(body))
    }
}

impl<B> Hashed<B>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    fn poll_data(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, RequestBodyError>>> {
        while let Some(body) = &mut self.body {
            match ready!(poll_data(body, context)) {
                Some(Ok(data)) => {
                    self.hash.update(&data);
                    let before = std::mem::replace(&mut self.held, data);
                    if !before.is_empty() {
                        return Poll::Ready(Some(Ok(before)));
                    }
                }
                Some(Err(error)) => {
                    self.end();
                    return Poll::Ready(Some(Err(RequestBodyError::Body(error))));
                }
                None => {
                    self.body = None;
                    if self.hash.finish_reset() != self.signed {
                        self.end();
                        let mismatch = VerifyError::ContentSha256Mismatch;
                        return Poll::Ready(Some(Err(mismatch.into())));
                    }
                }
            }
        }
        let last = std::mem::take(&mut self.held);
        Poll::Ready((!last.is_empty()).then_some(Ok(last)))
    }

    /// Nothing follows an error.
    fn end(&mut self) {
        self.body = None;
        self.held = Bytes::new();
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = RequestBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RequestBodyError>>> {
        let data = match &mut self.0 {
            Inner::Verified { pieces, length } => {
                let piece = pieces.pop_front();
                let read = piece.as_ref().map_or(0, Bytes::len) as u64;
                *length = length.saturating_sub(read);
                Poll::Ready(piece.map(Ok))
            }
            Inner::Hashed(hashed) => hashed.poll_data(context),
            Inner::Unsigned(body) => {
                let data = ready!(poll_data(body, context));
                Poll::Ready(data.map(|data| data.map_err(RequestBodyError::Body)))
            }
            Inner::Chunks(body) => {
                let frame = ready!(Pin::new(body).poll_frame(context));
                return Poll::Ready(frame.map(|frame| frame.map_err(RequestBodyError::from)));
            }
        };
        data.map(|data| data.map(|data| data.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Verified { pieces, .. } => pieces.is_empty(),
            Inner::Hashed(hashed) => hashed.body.is_none() && hashed.held.is_empty(),
            Inner::Chunks(body) => body.is_end_stream(),
            Inner::Unsigned(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Verified { length, .. } => SizeHint::with_exact(*length),
            Inner::Hashed(hashed) => {
                let held = hashed.held.len() as u64;
                let Some(body) = &hashed.body else {
                    return SizeHint::with_exact(held);
                };
                let inner = body.size_hint();
                let mut hint = SizeHint::new();
                hint.set_lower(inner.lower().saturating_add(held));
                if let Some(upper) = inner.upper().and_then(|upper| upper.checked_add(held)) {
                    hint.set_upper(upper);
                }
                hint
            }
            Inner::Chunks(body) => body.size_hint(),
            Inner::Unsigned(body) => body.size_hint(),
        }
    }
}

impl<B> fmt::Debug for RequestBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Inner::Verified { .. } => "RequestBody(verified)",
            Inner::Hashed(_) => "RequestBody(hashed)",
            Inner::Chunks(_) => "RequestBody(chunks)",
            Inner::Unsigned(_) => "RequestBody(unsigned)",
        })
    }
}

/// An error of a [`RequestBody`]: the inner body failed, or it differs from what was signed.
///
/// [`error_response`](crate::verify::error_response) converts it into the response of AWS.
///
/// ```
/// use countersign::tower::verify::RequestBodyError;
/// use countersign::verify::{ErrorContext, Protocol, VerifyError, error_response};
///
/// let error = RequestBodyError::from(VerifyError::ContentSha256Mismatch);
/// let context = ErrorContext::new("4442587FB7D0A2F9");
/// let response = error_response(&error, Protocol::S3, &context);
/// assert_eq!(response.status(), 400);
/// assert!(response.body().contains("<Code>XAmzContentSHA256Mismatch</Code>"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestBodyError {
    /// The body failed before all of it had arrived.
    #[error("reading the request body failed")]
    Body(#[source] BoxError),
    /// The payload is not the one that was signed.
    #[error(transparent)]
    Payload(#[from] VerifyError),
    /// The chunks or trailers are not those that were signed.
    #[error(transparent)]
    Chunks(#[from] ChunkError),
}

impl RequestBodyError {
    /// Finds the error of a request body among the sources of another error.
    ///
    /// Frameworks and HTTP clients wrap the errors of the bodies that they read.
    ///
    /// ```
    /// use countersign::tower::verify::RequestBodyError;
    /// use countersign::verify::VerifyError;
    /// use std::io;
    ///
    /// let refused = RequestBodyError::from(VerifyError::ContentSha256Mismatch);
    /// let error = io::Error::other(io::Error::other(refused));
    /// let found = RequestBodyError::find_in(&error).expect("it is in there");
    /// assert!(matches!(found, RequestBodyError::Payload(_)));
    /// assert!(RequestBodyError::find_in(&io::Error::other("the disk")).is_none());
    /// ```
    pub fn find_in<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e Self> {
        let mut error = Some(error);
        while let Some(outer) = error {
            if let Some(found) = outer.downcast_ref() {
                return Some(found);
            }
            error = match outer.downcast_ref::<io::Error>() {
                // Its source is not the error that it wraps, but the source of that.
                Some(wrapper) => wrapper
                    .get_ref()
                    .map(|inner| inner as &(dyn StdError + 'static)),
                None => outer.source(),
            };
        }
        None
    }
}

impl From<VerifiedBodyError> for RequestBodyError {
    fn from(error: VerifiedBodyError) -> Self {
        match error {
            VerifiedBodyError::Body(error) => Self::Body(error),
            VerifiedBodyError::Chunks(error) => Self::Chunks(error),
        }
    }
}

impl refusal::Sealed for RequestBodyError {
    fn answer(&self, protocol: Protocol) -> Answer {
        match self {
            // The client's connection broke, as far as the server can tell.
            Self::Body(_) => ChunkError::Incomplete.answer(protocol),
            Self::Payload(error) => error.answer(protocol),
            Self::Chunks(error) => error.answer(protocol),
        }
    }
}
