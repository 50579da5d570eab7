//! A body that lets out verified bytes only.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use crate::chunked::error::ChunkError;
use crate::chunked::frame_loop::{BodyError, FrameLoop, Sink};
use crate::chunked::framing::{Framing, Step};
use crate::chunked::pieces::Pieces;
use crate::chunked::verifier::ChunkVerifier;

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
    /// # let PendingVerification::SignedStream(head) = Verifier::new("us-east-1", Service::S3)?.verify_signature(&claim, &key, now)? else { unreachable!() };
    ///
    /// let (verified, seed) = head.into_parts();
    /// let body = VerifiedBody::new(body, ChunkVerifier::new(&seed)?);
    /// assert_eq!(body.size_hint().exact(), Some(66560));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    fn body_error(error: BodyError) -> VerifiedBodyError {
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
    B: Body<Error: Into<BodyError>> + Unpin,
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
    Body(#[source] BodyError),
    /// What came is not what was signed.
    #[error(transparent)]
    Chunks(#[from] ChunkError),
}
