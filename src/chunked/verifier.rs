//! The verifier of chunks.

use std::fmt;

use http::{HeaderMap, HeaderName};

use crate::chunked::ChunkedEncoding;
use crate::chunked::error::ChunkError;
use crate::chunked::framing::{Announced, Framing, Step};
use crate::chunked::link::Link;
use crate::chunked::payload::Encoding;
use crate::primitives::encode::append;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Signature;
use crate::verify::{StreamContext, StreamingPayload, VerificationKey, VerifyingKey};

/// The default limit for the size of a signed chunk: 16 MiB.
///
/// ```
/// use countersign::chunked::{ChunkVerifier, DEFAULT_MAX_CHUNK_SIZE};
///
/// /// For a client that sends chunks of up to 64 MiB.
/// fn with_more_room(verifier: ChunkVerifier) -> ChunkVerifier {
///     verifier.with_max_chunk_size(4 * DEFAULT_MAX_CHUNK_SIZE)
/// }
/// ```
pub const DEFAULT_MAX_CHUNK_SIZE: usize = 16 * 1024 * 1024;

/// The most that the trailers of an upload may take together, in bytes: 8 KiB.
///
/// ```
/// use countersign::chunked::{ChunkError, MAX_TRAILERS_LENGTH};
///
/// let told = ChunkError::TrailersTooLong.to_string();
/// assert!(told.contains(&MAX_TRAILERS_LENGTH.to_string()));
/// ```
pub const MAX_TRAILERS_LENGTH: usize = 8 * 1024;

/// Reads aws-chunked bytes as they arrive, in any split, and lets data out only once its signature
/// holds.
///
/// The verifier buffers a signed chunk until all of it has arrived. The buffer grows with the data
/// that has arrived, whatever size the chunk's header announces. Its limit is the largest chunk
/// ([16 MiB](DEFAULT_MAX_CHUNK_SIZE) by default, see
/// [`with_max_chunk_size`](Self::with_max_chunk_size)) and the [trailers](MAX_TRAILERS_LENGTH).
/// Unsigned chunks, of which only the trailers' checksums tell something, are let through as they
/// come.
///
/// Everything that the request's signature promised is held against what comes: the order of the
/// chunks, the decoded length, the final chunk, and the trailers, which must be those announced.
/// Only [`finish`](Self::finish) says that all of it was there: what came before may be part of an
/// upload that was cut off, and must not be kept if it fails.
///
/// ```
/// use countersign::chunked::{ChunkVerifier, ChunkedEncoding};
/// use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
/// use countersign::{Credentials, Service, Signer};
/// use time::macros::datetime;
///
/// // A client signs ...
/// let now = datetime!(2015-08-30 12:36 UTC);
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// let mut request = http::Request::put("/key").header("host", "localhost").body(())?;
/// let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
/// let mut body = chunks.header("hello")?.as_ref().to_vec();
/// body.extend_from_slice(b"hello");
/// body.extend_from_slice(&chunks.finish()?);
///
/// // ... and a server verifies: first the head, and then the chunks as they come.
/// let claim = SignedRequest::parse(&request)?;
/// let key = VerificationKey::derive(&Credentials::new("AKIDEXAMPLE", "secret"), claim.scope())?;
/// let verifier = Verifier::new("us-east-1", Service::S3)?;
/// let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? else {
///     panic!("not a stream");
/// };
/// let (verified, seed) = head.into_parts();
/// let mut chunks = ChunkVerifier::new(&seed)?;
/// let mut data = Vec::new();
/// let mut input = &body[..]; // from a socket, in any pieces
/// while !input.is_empty() {
///     let decoded = chunks.decode(input)?;
///     data.extend_from_slice(decoded.data);
///     input = &input[decoded.consumed..];
/// }
/// chunks.finish()?;
/// assert_eq!(data, b"hello");
/// # let _ = verified;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ChunkVerifier<K = VerificationKey> {
    framing: Framing<K>,
    /// The chunk as far as it has come.
    chunk: Vec<u8>,
    /// Whether it was let out.
    out: bool,
}

/// What came of some input.
///
/// ```
/// # use countersign::chunked::{ChunkVerifier, ChunkedEncoding};
/// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
/// # use countersign::{Credentials, Service, Signer};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
/// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// # let mut request = http::Request::put("/key").header("host", "localhost").body(())?;
/// # let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
/// # let header = chunks.header("hello")?;
/// # let body = [header.as_ref(), b"hello", &chunks.finish()?].concat();
/// # let claim = SignedRequest::parse(&request)?;
/// # let key = VerificationKey::derive(&Credentials::new("AKIDEXAMPLE", "secret"), claim.scope())?;
/// # let PendingVerification::Streaming(head) = Verifier::new("us-east-1", Service::S3)?.verify_signature(&claim, &key, now)? else { unreachable!() };
/// # let (_, seed) = head.into_parts();
/// let mut chunks = ChunkVerifier::new(&seed)?;
/// // Half of a chunk's header: it is read, and nothing can come out yet.
/// let decoded = chunks.decode(&body[..20])?;
/// assert_eq!((decoded.consumed, decoded.data), (20, &b""[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Decoded<'v> {
    /// How many bytes of the input are done with.
    pub consumed: usize,
    /// Data of the payload, verified where it is signed; often none yet.
    pub data: &'v [u8],
}

impl<K: VerifyingKey> ChunkVerifier<K> {
    /// For the chunks of a request whose head has been verified.
    ///
    /// # Errors
    /// - [`ChunkError::NotAnnounced`] if the payload is an event stream, or if `x-amz-trailer`
    ///   contains an invalid or a duplicate name
    ///
    /// ```
    /// # use countersign::chunked::ChunkedEncoding;
    /// use countersign::chunked::ChunkVerifier;
    /// use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{Credentials, Service, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("/key").header("host", "localhost").body(())?;
    /// # let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&Credentials::new("AKIDEXAMPLE", "secret"), claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", Service::S3)?;
    ///
    /// if let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? {
    ///     let (verified, seed) = head.into_parts();
    ///     let chunks = ChunkVerifier::new(&seed)?;
    ///     assert_eq!(chunks.remaining(), 5); // as the request announced
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(seed: &StreamContext<K>) -> Result<Self, ChunkError>
    where
        K: Clone,
    {
        let no_chunks = ChunkError::NotAnnounced("what comes are event messages");
        let names: Result<Vec<_>, _> = seed.trailer().map(HeaderName::try_from).collect();
        let names = names.map_err(|_| {
            ChunkError::NotAnnounced("`x-amz-trailer` contains an invalid header name")
        })?;
        let named = names.len();
        let trailers = sorted(names);
        if trailers.len() < named {
            // Each name costs a checksum of the whole payload.
            return Err(ChunkError::NotAnnounced(
                "`x-amz-trailer` contains a duplicate name",
            ));
        }
        let announced = Announced {
            form: match seed.payload() {
                StreamingPayload::Chunks => Encoding::Signed,
                StreamingPayload::ChunksAndTrailer => Encoding::SignedWithTrailers,
                StreamingPayload::UnsignedAndTrailer => Encoding::UnsignedWithTrailers,
                StreamingPayload::Events => return Err(no_chunks),
            },
            decoded_length: seed.decoded_content_length().ok_or(no_chunks)?,
            trailers,
        };
        let link = Link::new(*seed.date(), *seed.signature());
        Ok(Self::of(announced, link, *seed.scope(), seed.key().clone()))
    }

    /// For chunks without their request, from what it announced: the form, length and trailers (of
    /// which only the names count), its signature, its date and its scope. All of that must come
    /// from what was verified, so this is for tests, and for those who look into what went wrong.
    ///
    /// ```
    /// use countersign::chunked::{ChunkVerifier, ChunkedEncoding};
    /// use countersign::{Credentials, Signer};
    /// use time::macros::datetime;
    ///
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let now = datetime!(2015-08-30 12:36 UTC);
    ///
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # let payload = ChunkedEncoding::signed(5);
    /// # let mut chunks = signer.sign_chunked(&mut request, payload.clone(), now)?;
    /// # let header = chunks.header("hello")?;
    /// # let body = [header.as_ref(), b"hello", &chunks.finish()?].concat();
    /// # let authorization = request.headers()["authorization"].to_str()?;
    /// let signed = countersign::sigv4::Authorization::parse(authorization)?;
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let key = countersign::verify::VerificationKey::derive(&credentials, &signed.scope)?;
    /// let date = countersign::sigv4::AmzDate::new(now).expect("a date");
    /// let mut verifier = ChunkVerifier::for_payload(&payload, &signed.signature, &date, &signed.scope, key)
    ///     .with_max_chunk_size(1 << 16)
    ///     .without_min_chunk_size();
    /// assert_eq!(verifier.remaining(), 5);
    /// let (mut data, mut rest) = (Vec::new(), &body[..]);
    /// while !rest.is_empty() {
    ///     let decoded = verifier.decode(rest)?;
    ///     data.extend_from_slice(decoded.data);
    ///     rest = &rest[decoded.consumed..];
    /// }
    /// verifier.finish()?;
    /// assert_eq!(data, b"hello");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn for_payload(
        payload: &ChunkedEncoding,
        seed: &Signature,
        date: &AmzDate,
        scope: &CredentialScope,
        key: K,
    ) -> Self {
        let names = payload.trailers().iter().map(|one| one.name().clone());
        let announced = Announced {
            form: payload.form(),
            decoded_length: payload.decoded_length(),
            trailers: sorted(names.collect()),
        };
        Self::of(announced, Link::new(*date, *seed), *scope, key)
    }

    fn of(announced: Announced, link: Link, scope: CredentialScope, key: K) -> Self {
        Self {
            framing: Framing::new(announced, link, scope, key),
            chunk: Vec::new(),
            out: false,
        }
    }

    /// Sets the limit for the size of a signed chunk, in bytes.
    ///
    /// A client that sends a whole chunk of that size costs that much memory.
    ///
    /// ```
    /// use countersign::chunked::{ChunkError, ChunkVerifier};
    /// use countersign::verify::{VerificationKey, StreamContext};
    ///
    /// /// For a server with little memory.
    /// fn small(seed: &StreamContext<VerificationKey>) -> Result<ChunkVerifier, ChunkError> {
    ///     Ok(ChunkVerifier::new(seed)?.with_max_chunk_size(64 * 1024))
    /// }
    /// ```
    pub fn with_max_chunk_size(mut self, max_chunk_size: usize) -> Self {
        self.framing.max_chunk_size = max_chunk_size as u64;
        self
    }

    /// Takes chunks under [8 KiB](super::MIN_CHUNK_SIZE), which S3 refuses with
    /// `InvalidChunkSizeError`, wherever they come.
    ///
    /// ```
    /// use countersign::chunked::{ChunkError, ChunkVerifier};
    /// use countersign::verify::{VerificationKey, StreamContext};
    ///
    /// /// For a store that is less strict than S3.
    /// fn lenient(seed: &StreamContext<VerificationKey>) -> Result<ChunkVerifier, ChunkError> {
    ///     Ok(ChunkVerifier::new(seed)?.without_min_chunk_size())
    /// }
    /// ```
    pub fn without_min_chunk_size(mut self) -> Self {
        self.framing.min_chunk_size = 0;
        self
    }

    /// Reads some input: call it again with what is left of it, until nothing is.
    ///
    /// # Errors
    /// The first thing that is wrong; from then on always the same.
    ///
    /// ```
    /// # use countersign::chunked::{ChunkError, ChunkVerifier, ChunkedEncoding};
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{Credentials, Service, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("/key").header("host", "localhost").body(())?;
    /// # let mut chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
    /// # let header = chunks.header("hello")?;
    /// # let body = [header.as_ref(), b"jello", &chunks.finish()?].concat();
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&Credentials::new("AKIDEXAMPLE", "secret"), claim.scope())?;
    /// # let PendingVerification::Streaming(head) = Verifier::new("us-east-1", Service::S3)?.verify_signature(&claim, &key, now)? else { unreachable!() };
    /// # let (_, seed) = head.into_parts();
    /// // Somebody changed a byte of the chunk on its way.
    /// let (mut chunks, mut input) = (ChunkVerifier::new(&seed)?, &body[..]);
    /// let refused = loop {
    ///     match chunks.decode(input) {
    ///         Ok(decoded) => {
    ///             assert!(decoded.data.is_empty()); // nothing of it comes out
    ///             input = &input[decoded.consumed..];
    ///         }
    ///         Err(error) => break error,
    ///     }
    /// };
    /// assert_eq!(refused, ChunkError::SignatureMismatch);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode<'v>(&'v mut self, input: &'v [u8]) -> Result<Decoded<'v>, ChunkError> {
        if std::mem::take(&mut self.out) {
            self.chunk.clear();
        }
        let mut consumed = 0;
        // The data of a chunk that is wholly in the input needs not be copied.
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
                    self.out = true;
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

    /// How many bytes of the payload are still to come.
    ///
    /// ```
    /// # use countersign::chunked::{ChunkVerifier, ChunkedEncoding};
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{Credentials, Service, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("/key").header("host", "localhost").body(())?;
    /// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&Credentials::new("AKIDEXAMPLE", "secret"), claim.scope())?;
    /// # let PendingVerification::Streaming(head) = Verifier::new("us-east-1", Service::S3)?.verify_signature(&claim, &key, now)? else { unreachable!() };
    /// # let (_, seed) = head.into_parts();
    /// let chunks = ChunkVerifier::new(&seed)?;
    /// assert_eq!(Some(chunks.remaining()), seed.decoded_content_length());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn remaining(&self) -> u64 {
        self.framing.remaining()
    }

    /// Says that everything came, and gives the trailers.
    ///
    /// With the feature `checksums` the trailers of [`ChecksumAlgorithm`](super::ChecksumAlgorithm)
    /// have been held against the payload. An unsigned trailer that nobody has checked is an error:
    /// see [`finish_with`](Self::finish_with).
    ///
    /// # Errors
    /// The end is missing; an unsigned trailer is unchecked; whatever was wrong before.
    ///
    /// ```
    /// # use countersign::chunked::{ChunkVerifier, ChunkedEncoding, ChecksumAlgorithm};
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{Credentials, Service, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("/key").header("host", "localhost").body(())?;
    /// # let payload = ChunkedEncoding::signed_with_trailers(9, [ChecksumAlgorithm::Crc32.into()]);
    /// # let mut chunks = signer.sign_chunked(&mut request, payload, now)?;
    /// # let header = chunks.header("123456789")?;
    /// # let body = [header.as_ref(), b"123456789", &chunks.finish_with([("x-amz-checksum-crc32", "y/Q5Jg==")])?].concat();
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&Credentials::new("AKIDEXAMPLE", "secret"), claim.scope())?;
    /// # let PendingVerification::Streaming(head) = Verifier::new("us-east-1", Service::S3)?.verify_signature(&claim, &key, now)? else { unreachable!() };
    /// # let (_, seed) = head.into_parts();
    /// let (mut chunks, mut input) = (ChunkVerifier::new(&seed)?, &body[..]);
    /// while !input.is_empty() {
    ///     let consumed = chunks.decode(input)?.consumed;
    ///     input = &input[consumed..];
    /// }
    /// let trailers = chunks.finish()?;
    /// assert_eq!(trailers["x-amz-checksum-crc32"], "y/Q5Jg==");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(self) -> Result<HeaderMap, ChunkError> {
        self.finish_with(|_, _| None)
    }

    /// As [`finish`](Self::finish), with the caller's own check of each trailer, by name and value:
    /// whether it holds. `None` leaves it to what `finish` does.
    ///
    /// # Errors
    /// As there; and a trailer that does not hold.
    ///
    /// ```
    /// use countersign::chunked::{ChunkError, ChunkVerifier};
    ///
    /// /// With a checksum that this crate does not know, calculated by the caller over what came out.
    /// fn finish(chunks: ChunkVerifier, xxhash: &str) -> Result<(), ChunkError> {
    ///     chunks.finish_with(|name, value| (name == "x-amz-meta-xxhash").then_some(value == xxhash))?;
    ///     Ok(())
    /// }
    /// ```
    pub fn finish_with(
        self,
        check: impl FnMut(&str, &str) -> Option<bool>,
    ) -> Result<HeaderMap, ChunkError> {
        self.framing.into_trailers(check)
    }
}

/// Each name once, in ascending order.
fn sorted(mut names: Vec<HeaderName>) -> Vec<HeaderName> {
    names.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
    names.dedup();
    names
}

#[cfg(feature = "http-body")]
impl<K> ChunkVerifier<K> {
    /// The state, and what of a chunk has been held back.
    pub(super) fn into_parts(mut self) -> (Framing<K>, Vec<u8>) {
        if self.out {
            self.chunk.clear();
        }
        (self.framing, self.chunk)
    }
}

impl<K: VerifyingKey> fmt::Debug for ChunkVerifier<K> {
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
