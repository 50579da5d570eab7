//! The verifier of chunks.

use std::fmt;

use http::{HeaderMap, HeaderName};

use crate::chunked::ChunkedEncoding;
use crate::chunked::error::{AnnouncementProblem, ChunkError};
use crate::chunked::framing::{Announced, Framing, Step};
use crate::chunked::signature_chain::SignatureChain;
use crate::primitives::buffer::append;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::StreamingMode;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Signature;
use crate::verify::{StreamContext, VerificationKey};

/// Decodes aws-chunked bytes as they arrive, and returns data only after its signature was verified.
///
/// The input may be split anywhere. The verifier buffers a signed chunk until all of it has arrived.
/// The buffer grows with the data that has arrived, whatever size the chunk's header announces. Its
/// limit is the largest chunk ([16 MiB](super::DEFAULT_MAX_CHUNK_SIZE) by default, see
/// [`with_max_chunk_size`](Self::with_max_chunk_size)) and the [trailers](super::MAX_TRAILERS_LENGTH).
/// Unsigned chunks, which only the checksums in the trailers protect, pass through as they arrive.
///
/// What arrives is compared with everything that the request's signature promised: the order of the
/// chunks, the decoded length, the final chunk, and the announced trailers. Only
/// [`finish`](Self::finish) tells that all of it has arrived. What was returned before may be part
/// of an upload that was cut off, so discard it if `finish` fails.
///
/// ```
/// use countersign::chunked::{ChunkVerifier, ChunkedEncoding};
/// use countersign::verify::{
///     PendingVerification, SignedRequest, VerificationKey, Verifier,
/// };
/// use countersign::{Credentials, Signer, Timestamp};
///
/// // A client signs.
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
/// let mut request =
///     http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// let mut chunks =
///     signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
/// let header = chunks.header("hello")?;
/// let body = [header.as_ref(), b"hello", &chunks.finish()?].concat();
///
/// // A server verifies: first the head, then the chunks as they arrive.
/// let claim = SignedRequest::parse(&request)?;
/// let key = VerificationKey::derive(&credentials, claim.scope())?;
/// let verifier = Verifier::new("us-east-1", "s3")?;
/// let pending = verifier.verify_signature(&claim, &key, now)?;
/// let PendingVerification::SignedStream(pending) = pending else {
///     panic!("not a stream")
/// };
/// let (_verified, context) = pending.into_parts();
/// let mut chunks = ChunkVerifier::new(&context)?;
/// let mut data = Vec::new();
/// let mut input = &body[..]; // from a socket, in any pieces
/// while !input.is_empty() {
///     let decoded = chunks.decode(input)?;
///     data.extend_from_slice(decoded.data);
///     input = &input[decoded.consumed..];
/// }
/// chunks.finish()?;
/// assert_eq!(data, b"hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ChunkVerifier {
    framing: Framing,
    /// The part of the chunk that has arrived.
    chunk: Vec<u8>,
    /// Whether the chunk was returned.
    is_returned: bool,
}

/// What [`ChunkVerifier::decode`] read, and the data that it verified.
#[derive(Clone, Copy)]
pub struct Decoded<'v> {
    /// The number of input bytes that were read.
    pub consumed: usize,
    /// Data of the payload, verified if it is signed. Often empty.
    pub data: &'v [u8],
}

impl ChunkVerifier {
    /// Creates the verifier for the chunks of a request whose head was verified.
    ///
    /// # Errors
    /// - [`ChunkError::NotAnnounced`] if the payload is an event stream, or if `x-amz-trailer`
    ///   contains an invalid or a duplicate name
    pub fn new(context: &StreamContext) -> Result<Self, ChunkError> {
        let names: Result<Vec<_>, _> = context.trailer().map(HeaderName::try_from).collect();
        let names =
            names.map_err(|_| ChunkError::NotAnnounced(AnnouncementProblem::InvalidTrailerName))?;
        let named = names.len();
        let trailers = sorted(names);
        if trailers.len() < named {
            // Each name costs a checksum of the whole payload.
            return Err(ChunkError::NotAnnounced(
                AnnouncementProblem::DuplicateTrailer,
            ));
        }
        let (mode, decoded_length) = (context.payload(), context.decoded_content_length());
        let (Some(decoded_length), false) = (decoded_length, mode == StreamingMode::Events) else {
            let problem = AnnouncementProblem::EventStream;
            return Err(ChunkError::NotAnnounced(problem));
        };
        let announced = Announced {
            mode,
            decoded_length,
            trailers,
        };
        let (seed, key) = (context.signature(), context.key().clone());
        Ok(Self::of(
            announced,
            seed,
            context.date(),
            context.scope(),
            key,
        ))
    }

    /// Creates the verifier for the chunks of a request from what the request announced.
    ///
    /// It uses the mode, the decoded length and the names of the trailers of `payload`. All arguments
    /// must come from a verified request: use [`new`](Self::new) except in tests and for diagnosis.
    pub fn for_payload(
        payload: &ChunkedEncoding,
        seed: &Signature,
        date: &AmzDate,
        scope: &CredentialScope,
        key: VerificationKey,
    ) -> Self {
        let names = payload.trailers().iter().map(|one| one.name().clone());
        let announced = Announced {
            mode: payload.mode(),
            decoded_length: payload.decoded_length(),
            trailers: sorted(names.collect()),
        };
        Self::of(announced, seed, date, scope, key)
    }

    fn of(
        announced: Announced,
        seed: &Signature,
        date: &AmzDate,
        scope: &CredentialScope,
        key: VerificationKey,
    ) -> Self {
        let chain = SignatureChain::new(key.algorithm(), *date, *scope, *seed);
        Self {
            framing: Framing::new(announced, chain, key),
            chunk: Vec::new(),
            is_returned: false,
        }
    }

    /// Sets the limit for the size of a signed chunk, in bytes.
    ///
    /// A client that sends a whole chunk of that size costs that much memory.
    #[must_use]
    pub fn with_max_chunk_size(mut self, max_chunk_size: usize) -> Self {
        self.framing.max_chunk_size = max_chunk_size as u64;
        self
    }

    /// Accepts chunks below [8 KiB](super::MIN_CHUNK_SIZE) anywhere in the stream.
    ///
    /// S3 accepts only the last chunk so small, and answers `InvalidChunkSizeError` otherwise.
    #[must_use]
    pub fn without_min_chunk_size(mut self) -> Self {
        self.framing.min_chunk_size = 0;
        self
    }

    /// Reads some input. Call it again with the rest of the input, until nothing is left.
    ///
    /// # Errors
    /// - [`ChunkError`] for the first fault. Every later call returns the same error
    pub fn decode<'v>(&'v mut self, input: &'v [u8]) -> Result<Decoded<'v>, ChunkError> {
        if std::mem::take(&mut self.is_returned) {
            self.chunk.clear();
        }
        let mut consumed = 0;
        // The data of a chunk that is wholly in the input is not copied.
        let mut whole: &[u8] = &[];
        loop {
            let rest = input.get(consumed..).unwrap_or_default();
            let (taken, step) = self.framing.step(rest)?;
            consumed += taken;
            match step {
                Step::Data => {
                    let data = rest.get(..taken).unwrap_or_default();
                    if !self.framing.is_signed() {
                        return Ok(Decoded { consumed, data });
                    }
                    if self.chunk.is_empty() && self.framing.left_of_chunk() == 0 {
                        whole = data;
                    } else {
                        append(&mut self.chunk, data, self.framing.left_of_chunk())
                            .map_err(|_| self.framing.fail(ChunkError::OutOfMemory))?;
                    }
                }
                Step::Chunk if self.framing.is_signed() => {
                    self.is_returned = true;
                    let data = if self.chunk.is_empty() {
                        whole
                    } else {
                        &self.chunk
                    };
                    return Ok(Decoded { consumed, data });
                }
                Step::Chunk => {}
                Step::More if consumed < input.len() => {}
                Step::More => {
                    return Ok(Decoded {
                        consumed,
                        data: &[],
                    });
                }
            }
        }
    }

    /// The number of bytes of the payload that have not arrived yet.
    pub fn remaining(&self) -> u64 {
        self.framing.remaining()
    }

    /// Ends the body, and returns the trailers.
    ///
    /// With the feature `checksums` the trailers of [`ChecksumAlgorithm`](super::ChecksumAlgorithm)
    /// have been compared with the payload. An unsigned trailer that nothing has checked is an
    /// error: see [`finish_with`](Self::finish_with).
    ///
    /// # Errors
    /// - [`ChunkError::Incomplete`] if the end of the body is missing
    /// - [`ChunkError::UncheckedTrailer`] if nothing has checked an unsigned trailer
    /// - [`ChunkError::ChecksumMismatch`] if a trailer is not the checksum of the payload
    /// - the error that [`decode`](Self::decode) returned, if it did
    pub fn finish(self) -> Result<HeaderMap, ChunkError> {
        self.finish_with(|_, _| None)
    }

    /// Ends the body with the caller's own check of each trailer, by name and value.
    ///
    /// `check` returns whether the trailer is right. `None` leaves the trailer to [`finish`](Self::finish).
    ///
    /// # Errors
    /// - everything that [`finish`](Self::finish) returns
    /// - [`ChunkError::ChecksumMismatch`] if the check returns `Some(false)`
    pub fn finish_with(
        self,
        check: impl FnMut(&str, &str) -> Option<bool>,
    ) -> Result<HeaderMap, ChunkError> {
        self.framing.into_trailers(check)
    }
}

/// The names in ascending order, without duplicates.
fn sorted(mut names: Vec<HeaderName>) -> Vec<HeaderName> {
    names.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
    names.dedup();
    names
}

#[cfg(feature = "http-body")]
impl ChunkVerifier {
    /// The state, and the part of a chunk that was not returned yet.
    pub(super) fn into_parts(mut self) -> (Framing, Vec<u8>) {
        if self.is_returned {
            self.chunk.clear();
        }
        (self.framing, self.chunk)
    }
}

impl fmt::Debug for ChunkVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkVerifier")
            .field("remaining", &self.remaining())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Decoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("consumed", &self.consumed)
            .field("data", &self.data.len())
            .finish()
    }
}
