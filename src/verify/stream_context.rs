//! The context to verify a streamed payload with.

use std::fmt;

use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::StreamingMode;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Signature;

use super::key::VerificationKey;

/// The key, the first signature and the announced lengths and trailers of a stream.
///
/// Create a [`ChunkVerifier`](crate::chunked::ChunkVerifier) from it, or the verifier of an event
/// stream. All its values are signed. It borrows nothing, so it can live as long as the body.
///
/// ```
/// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
/// use countersign::verify::{
///     PendingVerification, SignedRequest, VerificationKey, Verifier,
/// };
/// use countersign::{Credentials, Signer, Timestamp};
///
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
/// let mut request =
///     http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// let payload = ChunkedEncoding::signed_with_trailers(
///     9000,
///     [ChecksumAlgorithm::Crc32c.into()],
/// );
/// signer.sign_chunked(&mut request, payload, now)?;
///
/// let claim = SignedRequest::parse(&request)?;
/// let key = VerificationKey::derive(&credentials, claim.scope())?;
/// let verifier = Verifier::new("us-east-1", "s3")?;
/// let pending = verifier.verify_signature(&claim, &key, now)?;
/// let PendingVerification::SignedStream(pending) = pending else {
///     panic!("not a stream")
/// };
/// let (_verified, context) = pending.into_parts();
/// assert_eq!(context.decoded_content_length(), Some(9000));
/// assert!(context.trailer().eq(["x-amz-checksum-crc32c"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct StreamContext {
    pub(super) key: VerificationKey,
    pub(super) payload: StreamingMode,
    pub(super) date: AmzDate,
    pub(super) scope: CredentialScope,
    pub(super) signature: Signature,
    pub(super) decoded_content_length: Option<u64>,
    /// `x-amz-trailer`, as it was sent.
    pub(super) trailer: String,
}

impl StreamContext {
    /// The kind of the stream.
    pub fn payload(&self) -> StreamingMode {
        self.payload
    }

    /// The key that the signatures are checked with: the one that signed the request.
    pub fn key(&self) -> &VerificationKey {
        &self.key
    }

    /// The signature of the request, which is the first of the chain.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The request's date, which is the date of all its chunks.
    pub fn date(&self) -> &AmzDate {
        &self.date
    }

    /// The request's credential scope, which is the scope of all its chunks.
    pub fn scope(&self) -> &CredentialScope {
        &self.scope
    }

    /// The value of `x-amz-decoded-content-length`, in bytes. Event streams have none.
    pub fn decoded_content_length(&self) -> Option<u64> {
        self.decoded_content_length
    }

    /// The names of the trailers, as `x-amz-trailer` announces them.
    pub fn trailer(&self) -> impl Iterator<Item = &str> {
        let names = self.trailer.split(',').map(str::trim);
        names.filter(|name| !name.is_empty())
    }
}

impl fmt::Debug for StreamContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamContext")
            .field("payload", &self.payload)
            .field("date", &self.date)
            .field("scope", &self.scope)
            .field("decoded_content_length", &self.decoded_content_length)
            .field("trailer", &self.trailer)
            .finish_non_exhaustive()
    }
}
