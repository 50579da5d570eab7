//! A body that returns verified bytes only.

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use crate::chunked::error::ChunkError;
use crate::chunked::framing::{Framing, Step};
use crate::chunked::pieces::{Pieces, fill};
use crate::chunked::verifier::ChunkVerifier;
use crate::verify::{Answer, Protocol, refusal};

/// A body that returns the payload of an aws-chunked body, verified, in constant memory.
///
/// It buffers at most one chunk and one frame of the inner body, and copies nothing. It returns the
/// last of the data only after the final chunk and the trailers have been verified too, so a reader
/// that has read as many bytes as were announced has read a complete upload. The
/// [size](Body::size_hint) is the payload's own. The trailers are the last frame.
///
/// The inner body must be [`Unpin`]: `Box::pin` makes any body so.
///
/// ```
/// use countersign::chunked::{ChunkedBody, ChunkVerifier, ChunkedEncoding, VerifiedBody};
/// use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
/// use countersign::{Credentials, Signer, Timestamp};
/// use http_body::Body as _;
///
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
/// let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// let chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
/// let body = ChunkedBody::new("a".repeat(66560), chunks);
///
/// let claim = SignedRequest::parse(&request)?;
/// let key = VerificationKey::derive(&credentials, claim.scope())?;
/// let verifier = Verifier::new("us-east-1", "s3")?;
/// let pending = verifier.verify_signature(&claim, &key, now)?;
/// let PendingVerification::SignedStream(pending) = pending else { panic!("not a stream") };
/// let (_verified, context) = pending.into_parts();
/// let body = VerifiedBody::new(body, ChunkVerifier::new(&context)?);
/// assert_eq!(body.size_hint().exact(), Some(66560));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct VerifiedBody<B> {
    body: B,
    /// Bytes of the inner body that were not read yet.
    pending: Bytes,
    /// `None` after the end was verified, or after an error.
    framing: Option<Framing>,
    /// Data that is not verified yet.
    chunk: Pieces,
    ready: VecDeque<Bytes>,
    remaining: u64,
    trailers: Option<HeaderMap>,
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
        // What was read of a chunk, and is still to come out.
        let held = begun.len() as u64;
        let mut chunk = Pieces::default();
        chunk.push(begun.into());
        Self {
            body,
            pending: Bytes::new(),
            remaining: framing.remaining() + held,
            framing: Some(framing),
            chunk,
            ready: VecDeque::new(),
            trailers: None,
            check: Box::new(|_, _| None),
        }
    }

    /// Sets the caller's own check of each trailer, by name and value, after all data has arrived.
    ///
    /// It returns whether the trailer is right. `None` leaves the trailer to [`new`](Self::new).
    #[must_use]
    pub fn with_check(
        self,
        check: impl FnMut(&str, &str) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        Self {
            check: Box::new(check),
            ..self
        }
    }

    /// Reads the pending bytes until data is ready or more bytes are required.
    fn advance(&mut self) -> Result<(), ChunkError> {
        let Some(framing) = &mut self.framing else {
            return Ok(());
        };
        loop {
            let (taken, step) = framing.step(&self.pending)?;
            let piece = self.pending.split_to(taken.min(self.pending.len()));
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
            self.chunk.move_to(&mut self.ready);
            if !self.ready.is_empty() {
                return Ok(());
            }
        }
    }

    fn finish(&mut self) -> Result<(), ChunkError> {
        if let Some(framing) = self.framing.take() {
            let trailers = framing.into_trailers(&mut self.check)?;
            self.trailers = Some(trailers).filter(|trailers| !trailers.is_empty());
            self.chunk.move_to(&mut self.ready);
        }
        Ok(())
    }

    /// After an error the body ends.
    fn fail<T>(&mut self, error: VerifiedBodyError) -> Poll<Option<Result<T, VerifiedBodyError>>> {
        self.framing = None;
        self.ready.clear();
        self.pending = Bytes::new();
        Poll::Ready(Some(Err(error)))
    }
}

impl<B> Body for VerifiedBody<B>
where
    B: Body + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Data = Bytes;
    type Error = VerifiedBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, VerifiedBodyError>>> {
        let this = &mut *self;
        loop {
            if let Some(data) = this.ready.pop_front() {
                this.remaining = this.remaining.saturating_sub(data.len() as u64);
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
            if this.framing.is_none() {
                let trailers = this.trailers.take().map(Frame::trailers);
                return Poll::Ready(trailers.map(Ok));
            }
            let result = match ready!(fill(&mut this.pending, &mut this.body, context)) {
                Ok(true) => this.advance(),
                Ok(false) => this.finish(),
                Err(error) => return this.fail(VerifiedBodyError::Body(error)),
            };
            if let Err(error) = result {
                return this.fail(error.into());
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.framing.is_none() && self.ready.is_empty() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

impl<B: fmt::Debug> fmt::Debug for VerifiedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedBody")
            .field("body", &self.body)
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}

/// An error of a [`VerifiedBody`]: the inner body failed, or its chunks are not what was signed.
///
/// [`error_response`](crate::verify::error_response) makes a response of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifiedBodyError {
    /// The inner body failed.
    #[error("aws-chunked body failed")]
    Body(#[source] Box<dyn StdError + Send + Sync>),
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
