//! What has been proven, and what is still to come.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Signature;
use crate::sigv4::string_to_sign::StringToSign;
use crate::timestamp::Timestamp;

use super::Verifier;
use super::claim::{SignedRequest, Token};
use super::error::VerifyError;
use super::key::VerifyingKey;
use super::payload::{Declared, StreamingPayload};

/// A proof: the request was signed by the holder of this access key, for this verifier, within its
/// time, and its payload is what was signed, unless the caller took a branch that says otherwise.
///
/// It borrows the claim. Out of a function that owns the request, return what it says:
/// `verified.access_key_id().to_owned()`.
///
/// ```
/// use countersign::verify::{VerificationKey, SignedRequest, Verifier, VerifiedPayload};
/// use countersign::{Credentials, PayloadHash, Signer};
/// use time::macros::datetime;
///
/// /// What outlives the request.
/// struct Caller { access_key_id: String, body: Vec<u8> }
///
/// fn admit(
///     request: http::Request<Vec<u8>>, known: &Credentials, now: time::OffsetDateTime,
/// ) -> Result<Caller, Box<dyn std::error::Error>> {
///     let claim = SignedRequest::parse(&request)?;
///     let key = VerificationKey::derive(known, claim.scope())?;
///     let payload = PayloadHash::new(request.body());
///     let verified = Verifier::new("us-east-1", "sqs")?.verify(&claim, &key, payload, now)?;
///     assert!(matches!(verified.payload(), VerifiedPayload::Sha256(_)));
///     assert!(verified.signed_headers().eq(["host", "x-amz-date"]));
///     let access_key_id = verified.access_key_id().to_owned();
///     Ok(Caller { access_key_id, body: request.into_body() })
/// }
///
/// let (known, now) = (Credentials::new("AKIDEXAMPLE", "secret"), datetime!(2026-01-01 12:00 UTC));
/// let mut request = http::Request::post("https://sqs.us-east-1.amazonaws.com/").body(b"{}".to_vec())?;
/// Signer::new(known.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::new("{}"), now)?;
/// let caller = admit(request, &known, now)?;
/// assert_eq!((caller.access_key_id.as_str(), caller.body.as_slice()), ("AKIDEXAMPLE", &b"{}"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Verified<'c> {
    claim: &'c SignedRequest<'c>,
    payload: VerifiedPayload,
}

/// What a [`Verified`] says about the payload.
///
/// ```
/// use countersign::verify::VerifiedPayload;
///
/// /// Whether the body may be stored as what the client meant to send.
/// fn is_proven(payload: VerifiedPayload) -> bool {
///     matches!(payload, VerifiedPayload::Sha256(_))
/// }
/// assert!(!is_proven(VerifiedPayload::Unsigned));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifiedPayload {
    /// It has this SHA-256, which was signed.
    Sha256([u8; 32]),
    /// It is not signed: anybody on the way could have changed it.
    Unsigned,
    /// It comes in pieces, which are verified, or not, as they come.
    Streaming(StreamingPayload),
}

impl Verified<'_> {
    /// Who signed.
    ///
    /// ```
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    /// # let key = countersign::verify::VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = countersign::verify::Verifier::new("us-east-1", "sqs")?;
    /// let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn access_key_id(&self) -> &str {
        self.claim.access_key_id()
    }

    /// For which day, region and service.
    ///
    /// ```
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    /// # let key = countersign::verify::VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = countersign::verify::Verifier::new("us-east-1", "sqs")?;
    /// let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// assert_eq!((verified.scope().region(), verified.scope().service()), (Some("us-east-1"), "sqs"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scope(&self) -> &CredentialScope {
        self.claim.scope()
    }

    /// When.
    ///
    /// ```
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    /// # let key = countersign::verify::VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = countersign::verify::Verifier::new("us-east-1", "sqs")?;
    /// let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// assert_eq!(verified.date().as_str(), "20260101T120000Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn date(&self) -> &AmzDate {
        self.claim.date()
    }

    /// Which headers are part of the proof. Every other header could have been changed, or added,
    /// by anybody on the way.
    ///
    /// ```
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    /// # let key = countersign::verify::VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = countersign::verify::Verifier::new("us-east-1", "sqs")?;
    /// let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// // Before a header is believed:
    /// assert!(!verified.signed_headers().any(|name| name == "x-forwarded-for"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.claim.signed_headers()
    }

    /// What is proven about the payload.
    ///
    /// ```
    /// use countersign::verify::VerifiedPayload;
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    /// # let key = countersign::verify::VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = countersign::verify::Verifier::new("us-east-1", "sqs")?;
    /// let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    ///
    /// assert!(matches!(verified.payload(), VerifiedPayload::Sha256(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn payload(&self) -> VerifiedPayload {
        self.payload
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("access_key_id", &self.access_key_id())
            .field("scope", self.scope())
            .field("date", self.date())
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// A request whose head has been verified, by how its payload is signed: what is left to do before
/// it is proven.
///
/// Made by [`Verifier::verify_signature`]. Only signed data chose the branch.
///
/// ```
/// use countersign::verify::PendingVerification;
/// # use countersign::{Credentials, PayloadHash, Signer};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
/// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
/// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
/// # let claim = countersign::verify::SignedRequest::parse(&request)?;
/// # let key = countersign::verify::VerificationKey::derive(&credentials, claim.scope())?;
/// # let verifier = countersign::verify::Verifier::new("us-east-1", "sqs")?;
///
/// let verified = match verifier.verify_signature(&claim, &key, now)? {
///     PendingVerification::Hashed(head) => head.verify(PayloadHash::EMPTY)?, // of the body that came
///     PendingVerification::Unsigned(_) | PendingVerification::Streaming(_) => return Err("every body has to be signed here".into()),
/// };
/// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is proven before the payload is"]
pub enum PendingVerification<'c, K> {
    /// The payload's hash is signed: it has to be compared.
    Hashed(PendingHashed<'c, K>),
    /// The payload is not signed: somebody has to be content with that.
    Unsigned(PendingUnsigned<'c>),
    /// The payload comes in pieces: chunks, or event messages.
    Streaming(PendingStream<'c, K>),
}

/// A head that is proven together with its payload's hash.
///
/// ```
/// use countersign::PayloadHash;
/// use countersign::verify::{PendingHashed, Verified, VerifyError, VerifyingKey};
///
/// /// The body has been let in, because its head was good.
/// fn finish<'c, K: VerifyingKey>(head: PendingHashed<'c, K>, body: &[u8]) -> Result<Verified<'c>, VerifyError> {
///     head.verify(PayloadHash::new(body))
/// }
/// ```
#[must_use = "nothing is proven before the payload is"]
pub struct PendingHashed<'c, K> {
    claim: &'c SignedRequest<'c>,
    key: &'c K,
    awaits: Awaits,
}

enum Awaits {
    /// The signature holds and covers this hash.
    Hash([u8; 32]),
    /// The signature covers a hash that only the payload can tell: the canonical request up to it,
    /// and the same with the path as it was sent, if a client may have signed that.
    Signature(Sha256, Option<Box<Sha256>>),
}

impl<'c, K: VerifyingKey> PendingHashed<'c, K> {
    /// Compares the payload's hash with the signed one. It must be of all the bytes that came.
    ///
    /// # Errors
    /// Another payload ([`ContentSha256Mismatch`](VerifyError::ContentSha256Mismatch); where the
    /// request does not tell the hash, [`SignatureMismatch`](VerifyError::SignatureMismatch)), or
    /// something else than a hash.
    ///
    /// ```
    /// use countersign::verify::{PendingVerification, VerifyError};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    /// # let key = countersign::verify::VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = countersign::verify::Verifier::new("us-east-1", "sqs")?;
    ///
    /// if let PendingVerification::Hashed(head) = verifier.verify_signature(&claim, &key, now)? {
    ///     // A body that was put into a request without one.
    ///     let refused = head.verify(PayloadHash::new("body"));
    ///     assert!(matches!(refused, Err(VerifyError::SignatureMismatch)));
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(self, payload: PayloadHash) -> Result<Verified<'c>, VerifyError> {
        let PayloadHash::Sha256(actual) = payload else {
            return Err(VerifyError::PayloadNotAsSigned {
                signed: "a hash",
                checked: payload.kind(),
            });
        };
        match self.awaits {
            Awaits::Hash(signed) if signed == actual => {}
            Awaits::Hash(_) => return Err(VerifyError::ContentSha256Mismatch),
            Awaits::Signature(canonical, as_sent) => {
                let hashed = payload.to_hashed_payload();
                let finish = |canonical: Sha256| canonical.chain_update(hashed.as_str()).finalize();
                let as_sent = || as_sent.map(|as_sent| finish(*as_sent).into());
                let canonical = finish(canonical).into();
                check_signature(self.claim, self.key, &canonical, as_sent)?;
            }
        }
        Ok(Verified {
            claim: self.claim,
            payload: VerifiedPayload::Sha256(actual),
        })
    }
}

impl<K> fmt::Debug for PendingHashed<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingHashed")
            .field("claim", &self.claim)
            .finish_non_exhaustive()
    }
}

/// A head whose signature holds, and leaves the payload out.
///
/// ```
/// use countersign::verify::{PendingUnsigned, Verified};
///
/// /// Only over TLS, where nobody on the way can change the payload.
/// fn admit(head: PendingUnsigned<'_>, tls: bool) -> Option<Verified<'_>> {
///     tls.then(|| head.accept())
/// }
/// ```
#[derive(Debug)]
#[must_use = "nothing is proven before somebody accepts the payload as it is"]
pub struct PendingUnsigned<'c> {
    claim: &'c SignedRequest<'c>,
}

impl<'c> PendingUnsigned<'c> {
    /// Takes whatever payload comes: over TLS, from a client that is trusted with it.
    ///
    /// ```
    /// use countersign::verify::{PendingVerification, VerifiedPayload};
    /// # use countersign::verify::SignedRequest;
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # let presigned = Signer::new(credentials.clone(), "us-east-1", "s3")?
    /// #     .presign(&request, std::time::Duration::from_secs(900), now)?;
    /// # let request = http::Request::get(presigned.uri()?).body(())?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = countersign::verify::VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = countersign::verify::Verifier::new("us-east-1", "s3")?;
    ///
    /// if let PendingVerification::Unsigned(head) = verifier.verify_signature(&claim, &key, now)? {
    ///     assert_eq!(head.accept().payload(), VerifiedPayload::Unsigned);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn accept(self) -> Verified<'c> {
        Verified {
            claim: self.claim,
            payload: VerifiedPayload::Unsigned,
        }
    }
}

/// A head whose signature holds, and is the first of a chain.
///
/// ```
/// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
/// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
/// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
/// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
/// # let claim = SignedRequest::parse(&request)?;
/// # let key = VerificationKey::derive(&credentials, claim.scope())?;
/// # let verifier = Verifier::new("us-east-1", "s3")?;
/// if let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? {
///     let (verified, seed) = head.into_parts();
///     assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
///     assert_eq!(seed.decoded_content_length(), Some(66560));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is proven of a payload before its pieces are verified"]
pub struct PendingStream<'c, K> {
    claim: &'c SignedRequest<'c>,
    key: &'c K,
    payload: StreamingPayload,
    decoded_content_length: Option<u64>,
}

impl<'c, K: VerifyingKey + Clone> PendingStream<'c, K> {
    /// What the pieces are.
    ///
    /// ```
    /// use countersign::verify::StreamingPayload;
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", "s3")?;
    ///
    /// if let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? {
    ///     assert_eq!(head.payload(), StreamingPayload::Chunks);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn payload(&self) -> StreamingPayload {
        self.payload
    }

    /// The proof of the head, and the seed with which the pieces are verified. It borrows nothing,
    /// so that it can live as long as the body.
    ///
    /// ```
    /// use countersign::chunked::ChunkVerifier;
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", "s3")?;
    ///
    /// if let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? {
    ///     let (verified, seed) = head.into_parts();
    ///     let chunks = ChunkVerifier::new(&seed)?;
    ///     assert_eq!(chunks.remaining(), 66560);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_parts(self) -> (Verified<'c>, StreamContext<K>) {
        let trailer = self.claim.trailer.map(String::from_utf8_lossy);
        let seed = StreamContext {
            key: self.key.clone(),
            payload: self.payload,
            date: self.claim.signed.date,
            scope: self.claim.signed.scope,
            signature: self.claim.signed.signature,
            decoded_content_length: self.decoded_content_length,
            trailer: trailer.map(String::from).unwrap_or_default(),
        };
        let verified = Verified {
            claim: self.claim,
            payload: VerifiedPayload::Streaming(self.payload),
        };
        (verified, seed)
    }
}

impl<K> fmt::Debug for PendingStream<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingStream")
            .field("claim", &self.claim)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// What the pieces of a streamed payload are verified with: the key, the first signature, and what
/// the head promised about them. All of it is signed.
///
/// ```
/// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
/// use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, StreamingPayload, Verifier};
/// use countersign::{Credentials, Service, Signer};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
///
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// let mut request = http::Request::put("/key").header("host", "localhost").body(())?;
/// let payload = ChunkedEncoding::signed_with_trailers(9000, [ChecksumAlgorithm::Crc32c.into()]);
/// signer.sign_chunked(&mut request, payload, now)?;
///
/// let claim = SignedRequest::parse(&request)?;
/// let key = VerificationKey::derive(&Credentials::new("AKIDEXAMPLE", "secret"), claim.scope())?;
/// let verifier = Verifier::new("us-east-1", Service::S3)?;
/// let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? else { unreachable!() };
/// assert_eq!(head.payload(), StreamingPayload::ChunksAndTrailer);
/// let (_verified, seed) = head.into_parts();
/// assert_eq!(seed.decoded_content_length(), Some(9000));
/// assert!(seed.trailer().eq(["x-amz-checksum-crc32c"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct StreamContext<K> {
    key: K,
    payload: StreamingPayload,
    date: AmzDate,
    scope: CredentialScope,
    signature: Signature,
    decoded_content_length: Option<u64>,
    /// `x-amz-trailer`, as it was sent.
    trailer: String,
}

impl<K> StreamContext<K> {
    /// What the pieces are.
    ///
    /// ```
    /// use countersign::verify::StreamingPayload;
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", "s3")?;
    /// # let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? else { unreachable!() };
    /// let (verified, seed) = head.into_parts();
    ///
    /// assert_eq!(seed.payload(), StreamingPayload::Chunks);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn payload(&self) -> StreamingPayload {
        self.payload
    }

    /// What their signatures are checked with.
    ///
    /// ```
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", "s3")?;
    /// # let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? else { unreachable!() };
    /// let (verified, seed) = head.into_parts();
    /// assert_eq!(seed.key().access_key_id(), claim.access_key_id());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The first of the chain: the signature of the head.
    ///
    /// ```
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", "s3")?;
    /// # let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? else { unreachable!() };
    /// let (verified, seed) = head.into_parts();
    /// let authorization = request.headers()["authorization"].to_str()?;
    /// assert!(authorization.ends_with(seed.signature().as_str()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The request's date, which is that of all its chunks.
    ///
    /// ```
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", "s3")?;
    /// # let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? else { unreachable!() };
    /// let (verified, seed) = head.into_parts();
    /// assert_eq!(seed.date().as_str(), "20260101T120000Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn date(&self) -> &AmzDate {
        &self.date
    }

    /// The request's scope, likewise.
    ///
    /// ```
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", "s3")?;
    /// # let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? else { unreachable!() };
    /// let (verified, seed) = head.into_parts();
    /// assert_eq!(seed.scope().as_str(), "20260101/us-east-1/s3/aws4_request");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scope(&self) -> &CredentialScope {
        &self.scope
    }

    /// `x-amz-decoded-content-length`: how many bytes the chunks hold. Event streams have none.
    ///
    /// ```
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", "s3")?;
    /// # let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? else { unreachable!() };
    /// let (verified, seed) = head.into_parts();
    /// assert_eq!(seed.decoded_content_length(), Some(66560));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decoded_content_length(&self) -> Option<u64> {
        self.decoded_content_length
    }

    /// The names of the trailer's headers, as `x-amz-trailer` has them.
    ///
    /// ```
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", "s3")?;
    /// # let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? else { unreachable!() };
    /// let (verified, seed) = head.into_parts();
    /// assert_eq!(seed.trailer().next(), None); // none was announced
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn trailer(&self) -> impl Iterator<Item = &str> {
        let names = self.trailer.split(',').map(str::trim);
        names.filter(|name| !name.is_empty())
    }
}

impl<K> fmt::Debug for StreamContext<K> {
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

impl Verifier {
    /// Verifies everything but the payload, and says what is left to do about that. For bodies
    /// that are streamed, unsigned, or hashed only once they have been let in.
    ///
    /// # Errors
    /// Any rule that is broken; the order is that of [`check`](Self::check), then the session, then
    /// the signature.
    ///
    /// ```
    /// use countersign::verify::{PendingVerification, StreamContext, Verified, VerifyError, Verifier, SignedRequest, VerifyingKey};
    /// use countersign::PayloadHash;
    ///
    /// fn admit<'c, K: VerifyingKey + Clone>(
    ///     verifier: &Verifier,
    ///     claim: &'c SignedRequest<'c>,
    ///     key: &'c K,
    ///     body: &[u8],
    ///     now: time::OffsetDateTime,
    /// ) -> Result<(Verified<'c>, Option<StreamContext<K>>), VerifyError> {
    ///     Ok(match verifier.verify_signature(claim, key, now)? {
    ///         PendingVerification::Hashed(head) => (head.verify(PayloadHash::new(body))?, None),
    ///         PendingVerification::Unsigned(head) => (head.accept(), None),
    ///         PendingVerification::Streaming(head) => {
    ///             let (verified, seed) = head.into_parts();
    ///             (verified, Some(seed)) // for a `ChunkVerifier`: nothing of the body is proven yet
    ///         }
    ///     })
    /// }
    /// ```
    pub fn verify_signature<'c, K: VerifyingKey>(
        &self,
        claim: &'c SignedRequest<'c>,
        key: &'c K,
        now: impl Into<Timestamp>,
    ) -> Result<PendingVerification<'c, K>, VerifyError> {
        let now = now.into();
        let mut canonical = CanonicalRequest::empty(PayloadHash::Unsigned);
        let declared = self.examine(claim, now, &mut canonical)?;
        check_credentials(
            &claim.signed.access_key_id,
            claim.signed.token.as_ref(),
            key,
            now,
        )?;
        if key.algorithm() != claim.signed.algorithm || !key.fits(&claim.signed.scope) {
            return Err(VerifyError::SignatureMismatch);
        }
        let hash = canonical.begin_hash();
        let mut with_path_as_sent = || {
            canonical.path = canonical.path.as_sent()?;
            Some(canonical.begin_hash())
        };
        if let Declared::Nothing = declared {
            let as_sent = with_path_as_sent().map(Box::new);
            return Ok(PendingVerification::Hashed(PendingHashed {
                claim,
                key,
                awaits: Awaits::Signature(hash, as_sent),
            }));
        }
        let as_sent = || with_path_as_sent().map(|hash| hash.finalize().into());
        check_signature(claim, key, &hash.finalize().into(), as_sent)?;
        Ok(match declared {
            Declared::Nothing | Declared::Unsigned => {
                PendingVerification::Unsigned(PendingUnsigned { claim })
            }
            Declared::Sha256(hash, _) => PendingVerification::Hashed(PendingHashed {
                claim,
                key,
                awaits: Awaits::Hash(hash),
            }),
            Declared::Streaming(payload, _) => PendingVerification::Streaming(PendingStream {
                claim,
                key,
                payload,
                decoded_content_length: decoded_content_length(claim, payload)?,
            }),
        })
    }
}

/// How long a payload is without its framing, which S3 wants to be told.
fn decoded_content_length(
    claim: &SignedRequest<'_>,
    payload: StreamingPayload,
) -> Result<Option<u64>, VerifyError> {
    if payload == StreamingPayload::Events {
        return Ok(None);
    }
    let digits = claim
        .decoded_content_length
        .filter(|value| value.iter().all(u8::is_ascii_digit));
    digits
        .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
        .map(Some)
        .ok_or(VerifyError::InvalidDecodedLength)
}

/// Checks that the key is that of the claimed access key ID and session token, and has not expired.
pub(crate) fn check_credentials(
    claimed: &str,
    sent: Option<&Token<'_>>,
    key: &impl VerifyingKey,
    now: Timestamp,
) -> Result<(), VerifyError> {
    // A header's signature does not cover the access key ID: a lookup that folds case, or a secret
    // that two users share, would prove one caller under the name of another.
    if claimed != key.access_key_id() {
        return Err(VerifyError::UnknownAccessKeyId);
    }
    match (sent, key.session_token()) {
        (None, None) => {}
        (Some(sent), Some(token)) if sent.is(token) => {}
        _ => return Err(VerifyError::InvalidSessionToken),
    }
    match key.expiration() {
        Some(expiration) if expiration <= now => {
            Err(VerifyError::CredentialsExpired { expiration, now })
        }
        _ => Ok(()),
    }
}

/// Whether the signature is that of a canonical request, or of the same with the path as it was
/// sent: clients of S3 sign either, and both cover the same key.
fn check_signature(
    claim: &SignedRequest<'_>,
    key: &impl VerifyingKey,
    canonical: &[u8; 32],
    as_sent: impl FnOnce() -> Option<[u8; 32]>,
) -> Result<(), VerifyError> {
    let signs = |canonical: &[u8; 32]| {
        let string_to_sign = StringToSign::new(
            claim.signed.algorithm,
            &claim.signed.date,
            &claim.signed.scope,
            canonical,
        );
        key.verifies(string_to_sign.as_ref(), &claim.signed.signature)
    };
    if signs(canonical) || as_sent().is_some_and(|as_sent| signs(&as_sent)) {
        Ok(())
    } else {
        Err(VerifyError::SignatureMismatch)
    }
}
