//! A body that signs its chunks while it streams.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use crate::chunked::frame_loop::{FrameLoop, Sink};
use crate::chunked::pieces::Pieces;
use crate::chunked::signer::ChunkSigner;
use crate::error::chunk::ChunkSigningError;
use crate::primitives::body::BoxError;
use crate::primitives::sha256::Sha256;

/// A body that sends another body as aws-chunked and signs it on the way.
///
/// The inner body may yield pieces of any size: they are sent in chunks of
/// [one size](ChunkSigner::chunk_size), without copying large pieces. At most one chunk and one frame
/// of the inner body are in memory. The [size hint](Body::size_hint) is exact.
///
/// With the feature `checksums`, announced trailers of
/// [`ChecksumAlgorithm`](super::ChecksumAlgorithm) are calculated on the way. Any others come from
/// [`with_trailer`](Self::with_trailer). Trailers of the inner body are not sent, because S3 accepts
/// only trailers that were announced and signed.
///
/// The inner body must be [`Unpin`]. `Box::pin` makes any body so.
///
/// ```
/// use countersign::chunked::{ChunkedBody, ChunkedEncoding, Trailer};
/// use countersign::{Credentials, Signer, Timestamp};
/// use http_body::Body as _;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// let file = "any body of a known length".to_owned();
/// let name = http::HeaderName::from_static("x-amz-meta-lines");
/// let trailers = [Trailer::new(name, 6)];
/// let length = file.len() as u64;
/// let encoding = ChunkedEncoding::signed_with_trailers(length, trailers);
///
/// let uri = "https://bucket.s3.amazonaws.com/key";
/// let mut request = http::Request::put(uri).body(file)?;
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let chunks = signer.sign_chunked(&mut request, encoding, now)?;
/// let request = request.map(|file| {
///     let body = ChunkedBody::new(file, chunks);
///     body.with_trailer("x-amz-meta-lines", || "000001".to_owned())
/// });
/// let length = request.body().size_hint().exact().expect("exact");
/// assert_eq!(request.headers()["content-length"], length.to_string());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct ChunkedBody<B>(FrameLoop<B, SigningSink>);

struct SigningSink {
    chunks: ChunkSigner,
    /// The data of the chunk so far.
    chunk: Pieces,
    chunk_length: u64,
    hash: Sha256,
    trailers: Vec<(String, TrailerValue)>,
}

type TrailerValue = Box<dyn FnOnce() -> String + Send + Sync>;

impl<B> ChunkedBody<B> {
    /// Sends `body` in chunks. `chunks` is what signing the request returned, and the body must
    /// have the length that was announced there.
    pub fn new(body: B, chunks: ChunkSigner) -> Self {
        let remaining = chunks.encoded_remaining();
        let sink = SigningSink {
            chunks,
            chunk: Pieces::default(),
            chunk_length: 0,
            hash: Sha256::new(),
            trailers: Vec::new(),
        };
        Self(FrameLoop::new(body, sink, remaining))
    }

    /// Adds an announced trailer. `value` returns its value, and is called after all data was read.
    pub fn with_trailer(
        mut self,
        name: impl Into<String>,
        value: impl FnOnce() -> String + Send + Sync + 'static,
    ) -> Self {
        if let Some(sink) = self.0.sink_mut() {
            sink.trailers.push((name.into(), Box::new(value)));
        }
        self
    }
}

impl Sink for SigningSink {
    type Error = ChunkedBodyError;

    fn body_error(error: BoxError) -> ChunkedBodyError {
        ChunkedBodyError::Body(error)
    }

    /// Moves data into the chunk, and signs the chunk once it is full.
    fn take(
        &mut self,
        input: &mut Bytes,
        ready: &mut VecDeque<Bytes>,
    ) -> Result<(), ChunkedBodyError> {
        let chunks = &mut self.chunks;
        let length = chunks.remaining().min(chunks.chunk_size() as u64);
        let wanted = usize::try_from(length - self.chunk_length).unwrap_or(usize::MAX);
        let piece = input.split_to(input.len().min(wanted));
        if piece.is_empty() {
            // The payload is complete: the signer returns the error for the surplus.
            let surplus = input.len() as u64;
            chunks.header_of_counted(surplus, &[0; 32])?;
            return Ok(());
        }
        self.hash.update(&piece);
        chunks.checksums.update(&piece);
        self.chunk_length += piece.len() as u64;
        self.chunk.push(piece);
        if self.chunk_length == length {
            let hash = self.hash.finish_reset();
            let header = chunks.header_of_counted(length, &hash)?;
            ready.push_back(Bytes::copy_from_slice(header.as_ref()));
            self.chunk.move_to(ready);
            self.chunk_length = 0;
        }
        Ok(())
    }

    fn finish(self, ready: &mut VecDeque<Bytes>) -> Result<Option<HeaderMap>, ChunkedBodyError> {
        let trailers = self.trailers.into_iter();
        let trailers = trailers.map(|(name, value)| (name, value()));
        let end = self.chunks.finish_with(trailers)?;
        ready.push_back(end.into());
        Ok(None)
    }
}

impl<B> Body for ChunkedBody<B>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = ChunkedBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ChunkedBodyError>>> {
        self.0.poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl<B: fmt::Debug> fmt::Debug for ChunkedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug("ChunkedBody", f)
    }
}

/// Why a [`ChunkedBody`] failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkedBodyError {
    /// The inner body failed.
    #[error("reading the inner body of a chunked upload failed")]
    Body(#[source] BoxError),
    /// The data or the trailers are not what was announced.
    #[error(transparent)]
    Signing(#[from] ChunkSigningError),
}
