//! A body that returns verified bytes only.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use crate::chunked::error::ChunkError;
use crate::chunked::frame_loop::{FrameLoop, Sink};
use crate::chunked::framing::{Framing, Step};
use crate::chunked::pieces::Pieces;
use crate::chunked::verifier::ChunkVerifier;
use crate::primitives::body::BoxError;
use crate::verify::{Answer, Protocol, refusal};

/// A body that returns the payload of an aws-chunked body, verified, in constant memory.
///
/// It buffers at most one chunk and one frame of the inner body, and copies nothing. It returns the
/// last data only after the final chunk and the trailers have been verified too. So a reader that has
/// read as many bytes as announced has read a complete upload. The [size](Body::size_hint) is that of
/// the payload. The trailers are the last frame.
///
/// The inner body must be [`Unpin`]: `Box::pin` makes any body so.
///
/// ```
/// use countersign::chunked::{
///     ChunkVerifier, ChunkedBody, ChunkedEncoding, VerifiedBody,
/// };
/// use countersign::verify::{
///     PendingVerification, SignedRequest, VerificationKey, Verifier,
/// };
/// use countersign::{Credentials, Signer, Timestamp};
/// use http_body::Body as _;
///
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
/// let mut request =
///     http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// let chunks = signer.sign_chunked(
///     &mut request,
///     ChunkedEncoding::signed(66560),
///     now,
/// )?;
/// let body = ChunkedBody::new("a".repeat(66560), chunks);
///
/// let claim = SignedRequest::parse(&request)?;
/// let key = VerificationKey::derive(&credentials, claim.scope())?;
/// let verifier = Verifier::new("us-east-1", "s3")?;
/// let pending = verifier.verify_signature(&claim, &key, now)?;
/// let PendingVerification::SignedStream(pending) = pending else {
///     panic!("not a stream")
/// };
/// let (_verified, context) = pending.into_parts();
/// let body = VerifiedBody::new(body, ChunkVerifier::new(&context)?);
/// assert_eq!(body.size_hint().exact(), Some(66560));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct VerifiedBody<B>(FrameLoop<B, VerifyingSink>);

struct VerifyingSink {
    framing: Framing,
    /// Data that is not verified yet.
    chunk: Pieces,
    check: Check,
}

type Check = Box<dyn FnMut(&str, &str) -> Option<bool> + Send + Sync>;

impl<B> VerifiedBody<B> {
    /// Verifies `body` with what its request was verified with.
    ///
    /// An unsigned trailer that nothing has checked is an error at the end: checksums need the
    /// feature `checksums`, all other trailers need [`with_check`](Self::with_check).
    pub fn new(body: B, verifier: ChunkVerifier) -> Self {
        let (framing, begun) = verifier.into_parts();
        // The data that the verifier has read and not returned yet.
        let held = begun.len() as u64;
        let remaining = framing.remaining() + held;
        let mut chunk = Pieces::default();
        chunk.push(begun.into());
        let sink = VerifyingSink {
            framing,
            chunk,
            check: Box::new(|_, _| None),
        };
        Self(FrameLoop::new(body, sink, Some(remaining)))
    }

    /// Sets the caller's own check of each trailer, by name and value, after all data has arrived.
    ///
    /// `check` returns whether the trailer is right. `None` leaves the trailer to [`new`](Self::new).
    #[must_use]
    pub fn with_check(
        mut self,
        check: impl FnMut(&str, &str) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        if let Some(sink) = self.0.sink_mut() {
            sink.check = Box::new(check);
        }
        self
    }
}

impl Sink for VerifyingSink {
    type Error = VerifiedBodyError;

    fn body_error(error: BoxError) -> VerifiedBodyError {
        VerifiedBodyError::Body(error)
    }

    /// Reads up to where data can go out or more must arrive.
    fn take(
        &mut self,
        input: &mut Bytes,
        ready: &mut VecDeque<Bytes>,
    ) -> Result<(), VerifiedBodyError> {
        let framing = &mut self.framing;
        loop {
            let (taken, step) = framing.step(input)?;
            let piece = input.split_to(taken.min(input.len()));
            match step {
                Step::Data => {
                    self.chunk.push(piece);
                    if framing.is_signed() || framing.remaining() == 0 {
                        continue;
                    }
                }
                Step::Chunk if framing.remaining() == 0 => continue,
                Step::Chunk => {}
                Step::More => return Ok(()),
            }
            self.chunk.move_to(ready);
            if !ready.is_empty() {
                return Ok(());
            }
        }
    }

    fn finish(
        mut self,
        ready: &mut VecDeque<Bytes>,
    ) -> Result<Option<HeaderMap>, VerifiedBodyError> {
        let trailers = self.framing.into_trailers(&mut self.check)?;
        self.chunk.move_to(ready);
        Ok(Some(trailers).filter(|trailers| !trailers.is_empty()))
    }
}

impl<B> Body for VerifiedBody<B>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = VerifiedBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, VerifiedBodyError>>> {
        self.0.poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    /// The announced length of the payload that has not been yielded yet.
    ///
    /// It is exact for an honest client, but it is the client's claim: do not allocate memory for it.
    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl<B: fmt::Debug> fmt::Debug for VerifiedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug("VerifiedBody", f)
    }
}

/// An error of a [`VerifiedBody`]: the inner body failed, or its chunks are not what was signed.
///
/// [`error_response`](crate::verify::error_response) makes a response of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifiedBodyError {
    /// The inner body failed.
    #[error("reading the aws-chunked body failed")]
    Body(#[source] BoxError),
    /// The chunks are not what was signed.
    #[error(transparent)]
    Chunks(#[from] ChunkError),
}

impl refusal::Sealed for VerifiedBodyError {
    fn answer(&self, protocol: Protocol) -> Answer {
        match self {
            // The client's connection broke, as far as the server can tell.
            Self::Body(_) => ChunkError::Incomplete.answer(protocol),
            Self::Chunks(error) => error.answer(protocol),
        }
    }
}
