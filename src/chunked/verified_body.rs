//! A body that lets out verified bytes only.

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
use crate::verify::{VerificationKey, VerifyingKey};

/// The payload of an aws-chunked body, each byte of it verified before it comes out, in constant
/// memory.
///
/// At most one chunk and one frame of the inner body are held, and nothing is copied. The last of
/// the data is held back until the final chunk and the trailers have been verified too: whoever has
/// read as many bytes as were announced has read an upload that is whole. The
/// [size](Body::size_hint) is the payload's own. The trailers come as the last frame.
///
/// The inner body must be [`Unpin`]: `Box::pin` makes any body so.
///
/// ```
/// use countersign::chunked::{ChunkVerifier, VerifiedBody};
///
/// fn payload<B>(body: B, verifier: ChunkVerifier) -> VerifiedBody<B> {
///     VerifiedBody::new(body, verifier)
/// }
/// ```
pub struct VerifiedBody<B, K = VerificationKey> {
    body: B,
    /// What came of it and was not looked at yet.
    pending: Bytes,
    /// None once the end was verified, or something was wrong.
    framing: Option<Framing<K>>,
    /// Data that is not verified yet.
    chunk: Pieces,
    ready: VecDeque<Bytes>,
    remaining: u64,
    trailers: Option<HeaderMap>,
    check: Check,
}

type Check = Box<dyn FnMut(&str, &str) -> Option<bool> + Send + Sync>;

impl<B, K: VerifyingKey> VerifiedBody<B, K> {
    /// Verifies `body` with what its request was verified with.
    ///
    /// Unsigned trailers that nothing has checked are an error at the end: checksums need the
    /// feature `checksums`, all others [`with_check`](Self::with_check).
    ///
    /// ```
    /// # use countersign::chunked::{ChunkedBody, ChunkedEncoding};
    /// use countersign::chunked::{ChunkVerifier, VerifiedBody};
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{Credentials, Service, Signer};
    /// use http_body::Body as _;
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("/key").header("host", "localhost").body(())?;
    /// # let chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let body = ChunkedBody::new("a".repeat(66560), chunks);
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&Credentials::new("AKIDEXAMPLE", "secret"), claim.scope())?;
    /// # let PendingVerification::Streaming(head) = Verifier::new("us-east-1", Service::S3)?.verify_signature(&claim, &key, now)? else { unreachable!() };
    ///
    /// let (verified, seed) = head.into_parts();
    /// let body = VerifiedBody::new(body, ChunkVerifier::new(&seed)?);
    /// assert_eq!(body.size_hint().exact(), Some(66560));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(body: B, verifier: ChunkVerifier<K>) -> Self {
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

    /// The caller's own check of each trailer, by name and value, once all data has come: whether it
    /// holds. `None` leaves it to what [`new`](Self::new) says.
    ///
    /// ```
    /// use countersign::chunked::{ChunkVerifier, VerifiedBody};
    ///
    /// /// A checksum of one's own, calculated over what came: whether it is the one in the trailer.
    /// fn checked<B>(body: B, verifier: ChunkVerifier, expected: String) -> VerifiedBody<B> {
    ///     VerifiedBody::new(body, verifier)
    ///         .with_check(move |name, value| (name == "x-amz-meta-sum").then_some(value == expected))
    /// }
    /// ```
    pub fn with_check(
        self,
        check: impl FnMut(&str, &str) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        Self {
            check: Box::new(check),
            ..self
        }
    }

    /// Looks at what came, up to where data can go or more must come.
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

    /// After an error there is nothing more.
    fn fail<T>(&mut self, error: VerifiedBodyError) -> Poll<Option<Result<T, VerifiedBodyError>>> {
        self.framing = None;
        self.ready.clear();
        self.pending = Bytes::new();
        Poll::Ready(Some(Err(error)))
    }
}

impl<B, K> Body for VerifiedBody<B, K>
where
    B: Body + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    K: VerifyingKey + Unpin,
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

impl<B: fmt::Debug, K> fmt::Debug for VerifiedBody<B, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedBody")
            .field("body", &self.body)
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}

/// Why a [`VerifiedBody`] broke off.
///
/// ```
/// use countersign::chunked::VerifiedBodyError;
/// use http::StatusCode;
///
/// /// What to answer when the body of an upload breaks off.
/// fn status(error: &VerifiedBodyError) -> StatusCode {
///     match error {
///         VerifiedBodyError::Chunks(error) => error.status(),
///         _ => StatusCode::BAD_REQUEST,
///     }
/// }
/// # assert_eq!(status(&VerifiedBodyError::Chunks(countersign::chunked::ChunkError::SignatureMismatch)), 403);
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifiedBodyError {
    /// The inner body broke off.
    #[error("the body that comes in chunks failed")]
    Body(#[source] Box<dyn StdError + Send + Sync>),
    /// What came is not what was signed.
    #[error(transparent)]
    Chunks(#[from] ChunkError),
}
