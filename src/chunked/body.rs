//! A body that signs its chunks while it streams.

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use sha2::{Digest, Sha256};

use crate::chunked::pieces::{Pieces, fill};
use crate::chunked::running::Checksums;
use crate::chunked::signer::ChunkSigner;
use crate::error::Error;
use crate::sigv4::signing_key::{Key, SigningKey};

/// A body that sends another body as aws-chunked, signed as it goes, in constant memory.
///
/// Whatever pieces the data comes in, it goes in chunks of [one size](ChunkSigner::chunk_size), and
/// is not copied; at most one chunk and one frame of the inner body are held. The
/// [size](Body::size_hint) is exact. With the feature `checksums`, announced trailers of
/// [`ChecksumAlgorithm`](super::ChecksumAlgorithm) are calculated on the way; any others come from
/// [`with_trailer`](Self::with_trailer). Trailers of the inner body itself are not sent: S3 knows
/// only those that were announced and signed.
///
/// The inner body must be [`Unpin`]: `Box::pin` makes any body so.
///
/// ```
/// use countersign::chunked::{ChecksumAlgorithm, ChunkedBody, ChunkedEncoding, Trailer};
/// use countersign::{Credentials, Signer};
/// use http::HeaderName;
/// use http_body::Body as _;
/// use time::macros::datetime;
///
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// let file = "any body of a known length".to_owned();
/// // The checksum is calculated on the way; a trailer of one's own says how long it will be.
/// let lines = Trailer::new(HeaderName::from_static("x-amz-meta-lines"), 6);
/// let trailers = [ChecksumAlgorithm::Crc32c.into(), lines];
/// let payload = ChunkedEncoding::signed_with_trailers(file.len() as u64, trailers);
///
/// let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(file)?;
/// let chunks = signer.sign_chunked(&mut request, payload, datetime!(2015-08-30 12:36 UTC))?;
/// let request = request.map(|file| {
///     ChunkedBody::new(file, chunks).with_trailer("x-amz-meta-lines", || "000001".to_owned())
/// });
/// assert_eq!(request.headers()["x-amz-trailer"], "x-amz-checksum-crc32c,x-amz-meta-lines");
/// // ... and send it.
/// let length = request.body().size_hint().exact().expect("exact").to_string();
/// assert_eq!(request.headers()["content-length"], length);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ChunkedBody<B, K = SigningKey> {
    body: B,
    /// What came of it and was not looked at yet.
    pending: Bytes,
    /// None once the end was written, or something went wrong.
    chunks: Option<ChunkSigner<K>>,
    chunk: Pieces,
    chunk_length: u64,
    hash: Sha256,
    ready: VecDeque<Bytes>,
    /// What is still to go on the wire, ready or not.
    remaining: Option<u64>,
    checksums: Checksums,
    trailers: Vec<(String, TrailerValue)>,
}

type TrailerValue = Box<dyn FnOnce() -> String + Send + Sync>;

impl<B, K: Key> ChunkedBody<B, K> {
    /// Sends `body` in the chunks of the request that it belongs to. Its length must be the one that
    /// was announced.
    ///
    /// ```
    /// use countersign::chunked::{ChunkedBody, ChunkedEncoding};
    /// use countersign::{Credentials, Signer};
    /// use http_body::Body as _;
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body("a".repeat(66560))?;
    /// let chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// let request = request.map(|data| ChunkedBody::new(data, chunks));
    /// assert_eq!(request.body().size_hint().exact(), Some(66824));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(body: B, chunks: ChunkSigner<K>) -> Self {
        let names = chunks.trailers().iter().map(|one| one.name().as_str());
        Self {
            body,
            pending: Bytes::new(),
            chunk: Pieces::default(),
            chunk_length: 0,
            hash: Sha256::new(),
            ready: VecDeque::new(),
            remaining: chunks.encoded_remaining(),
            checksums: Checksums::of(names),
            trailers: Vec::new(),
            chunks: Some(chunks),
        }
    }

    /// A trailer of the caller's own, which is asked for its value when all data has gone.
    ///
    /// ```
    /// use countersign::chunked::{ChunkedBody, ChunkedEncoding, Trailer};
    /// use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body("one\ntwo\n".to_owned())?;
    /// let lines = Trailer::new(http::HeaderName::from_static("x-amz-meta-lines"), 6);
    /// let payload = ChunkedEncoding::signed_with_trailers(8, [lines]);
    /// let chunks = signer.sign_chunked(&mut request, payload, now)?;
    /// let request = request.map(|data| {
    ///     // Counted, say, by whatever reads the file.
    ///     ChunkedBody::new(data, chunks).with_trailer("x-amz-meta-lines", || format!("{:06}", 2))
    /// });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_trailer(
        mut self,
        name: impl Into<String>,
        value: impl FnOnce() -> String + Send + Sync + 'static,
    ) -> Self {
        self.trailers.push((name.into(), Box::new(value)));
        self
    }

    /// Moves data into the chunk, and the chunk to where it can go if that fills it.
    fn gather(&mut self) -> Result<(), Error> {
        let Some(chunks) = &mut self.chunks else {
            return Ok(());
        };
        let length = chunks.remaining().min(chunks.chunk_size() as u64);
        let wanted = usize::try_from(length - self.chunk_length).unwrap_or(usize::MAX);
        let piece = self.pending.split_to(self.pending.len().min(wanted));
        if piece.is_empty() {
            // All is there already: the signer says what is wrong.
            let surplus = self.pending.len() as u64;
            return chunks.header_of_hash(surplus, &[0; 32]).map(drop);
        }
        self.hash.update(&piece);
        self.checksums.update(&piece);
        self.chunk_length += piece.len() as u64;
        self.chunk.push(piece);
        if self.chunk_length == length {
            let hash = self.hash.finalize_reset().into();
            let header = chunks.header_of_hash(length, &hash)?;
            self.ready
                .push_back(Bytes::copy_from_slice(header.as_ref()));
            self.chunk.move_to(&mut self.ready);
            self.chunk_length = 0;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Error> {
        let Some(chunks) = self.chunks.take() else {
            return Ok(());
        };
        let mut values: Vec<(String, String)> = std::mem::take(&mut self.trailers)
            .into_iter()
            .map(|(name, value)| (name, value()))
            .collect();
        for trailer in chunks.trailers() {
            let name = trailer.name().as_str();
            if let Some(value) = self.checksums.value(name)
                && !values
                    .iter()
                    .any(|(given, _)| given.eq_ignore_ascii_case(name))
            {
                values.push((name.to_owned(), value));
            }
        }
        let trailers = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let end = chunks.finish_with(trailers)?;
        self.ready.push_back(end.into());
        Ok(())
    }

    /// After an error there is nothing more.
    fn fail<T>(&mut self, error: ChunkedBodyError) -> Poll<Option<Result<T, ChunkedBodyError>>> {
        self.chunks = None;
        self.ready.clear();
        self.pending = Bytes::new();
        self.remaining = Some(0);
        Poll::Ready(Some(Err(error)))
    }
}

impl<B, K> Body for ChunkedBody<B, K>
where
    B: Body + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    K: Key + Unpin,
{
    type Data = Bytes;
    type Error = ChunkedBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ChunkedBodyError>>> {
        let this = &mut *self;
        loop {
            if let Some(data) = this.ready.pop_front() {
                let length = data.len() as u64;
                this.remaining = this.remaining.map(|left| left.saturating_sub(length));
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
            if this.chunks.is_none() {
                return Poll::Ready(None);
            }
            let result = match ready!(fill(&mut this.pending, &mut this.body, context)) {
                Ok(true) => this.gather(),
                Ok(false) => this.finish(),
                Err(error) => return this.fail(ChunkedBodyError::Body(error)),
            };
            if let Err(error) = result {
                return this.fail(error.into());
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.is_none() && self.ready.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.remaining
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl<B: fmt::Debug, K> fmt::Debug for ChunkedBody<B, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkedBody")
            .field("body", &self.body)
            .field("chunks", &self.chunks)
            .finish_non_exhaustive()
    }
}

/// Why a [`ChunkedBody`] broke off.
///
/// ```
/// use countersign::chunked::{ChunkedBody, ChunkedBodyError, ChunkedEncoding};
/// use countersign::{Credentials, Error, Signer};
/// use http_body::Body as _;
/// use std::pin::Pin;
/// use std::task::{Context, Poll, Waker};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
///
/// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// // A file that shrank while it was sent.
/// let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// let chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(100), now)?;
/// let mut body = ChunkedBody::new("less".to_owned(), chunks);
/// let frame = Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop()));
/// assert!(matches!(frame, Poll::Ready(Some(Err(ChunkedBodyError::Signing(Error::PayloadTooShort { .. }))))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkedBodyError {
    /// The inner body broke off.
    #[error("the body that is sent in chunks failed")]
    Body(#[source] Box<dyn StdError + Send + Sync>),
    /// The data is not what was announced.
    #[error(transparent)]
    Signing(#[from] Error),
}
