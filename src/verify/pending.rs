//! Requests whose head is verified and whose payload is not yet verified.

use std::fmt;

use crate::credentials::expired;
use crate::primitives::sha256::Sha256;
use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::payload_hash::PayloadKind;
use crate::sigv4::payload_hash::{PayloadHash, StreamingMode};
use crate::timestamp::Timestamp;

use super::Verifier;
use super::error::VerifyError;
use super::key::VerificationKey;
use super::payload::Declared;
use super::signed_request::{SignedRequest, Token};
use super::stream_context::StreamContext;
use super::verified::{Verified, VerifiedPayload};

/// A request whose head is verified, with one variant for each way to sign a payload.
///
/// [`Verifier::verify_signature`] returns it. Only signed data decides which variant it is.
///
/// The caller must accept the two unsigned variants explicitly. The enum is exhaustive on purpose:
/// a new variant must break the build of each server, so that its author decides about it.
///
/// ```
/// use countersign::verify::{
///     PendingVerification, SignedRequest, VerificationKey, Verifier,
/// };
/// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
///
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let url = "https://bucket.s3.amazonaws.com/key";
/// let mut request = http::Request::put(url).body("data")?;
/// let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
/// signer.sign(&mut request, PayloadHash::new("data"), now)?;
///
/// let claim = SignedRequest::parse(&request)?;
/// let key = VerificationKey::derive(&credentials, claim.scope())?;
/// let verifier = Verifier::new("us-east-1", "s3")?;
/// let verified = match verifier.verify_signature(&claim, &key, now)? {
///     PendingVerification::Hashed(pending) => {
///         pending.verify(PayloadHash::new(request.body()))?
///     }
///     // Only over TLS.
///     PendingVerification::Unsigned(pending) => pending.accept(),
///     // See `ChunkVerifier`.
///     PendingVerification::SignedStream(_)
///     | PendingVerification::UnsignedStream(_) => {
///         return Err("streams are not supported".into());
///     }
/// };
/// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// Exhaustive on purpose, see the documentation.
#[derive(Debug)]
#[must_use = "nothing is proven before the payload is"]
pub enum PendingVerification<'c> {
    /// The hash of the payload is signed. The caller must compare it.
    Hashed(PendingHashed<'c>),
    /// The payload is not signed. The caller must accept it explicitly.
    Unsigned(PendingUnsigned<'c>),
    /// The payload is a stream of signed chunks or signed event messages.
    SignedStream(PendingSignedStream<'c>),
    /// The payload is a stream of unsigned chunks. The caller must accept it explicitly.
    UnsignedStream(PendingUnsignedStream<'c>),
}

/// The verified head of a request.
#[derive(Clone, Copy)]
struct Head<'c> {
    claim: &'c SignedRequest<'c>,
    /// The key that signed.
    key: &'c VerificationKey,
    path: CanonicalPath<'c>,
    canonical_hash: [u8; 32],
}

impl<'c> Head<'c> {
    fn verified(self, payload: VerifiedPayload) -> Verified<'c> {
        Verified {
            claim: self.claim,
            path: self.path,
            canonical_hash: self.canonical_hash,
            payload,
        }
    }

    fn stream(
        self,
        payload: StreamingMode,
        decoded_content_length: Option<u64>,
    ) -> (Verified<'c>, StreamContext) {
        let trailer = self.claim.trailer.map(String::from_utf8_lossy);
        let context = StreamContext {
            key: self.key.clone(),
            payload,
            date: self.claim.signed.date,
            scope: self.claim.signed.scope,
            signature: self.claim.signed.signature,
            decoded_content_length,
            trailer: trailer.map(String::from).unwrap_or_default(),
        };
        let verified = self.verified(VerifiedPayload::Streaming(payload));
        (verified, context)
    }
}

/// A verified head whose payload hash must still be compared.
///
/// ```
/// use countersign::PayloadHash;
/// use countersign::verify::{PendingHashed, Verified, VerifyError};
///
/// /// The body was read after its head had been verified.
/// fn finish<'c>(
///     pending: PendingHashed<'c>,
///     body: &[u8],
/// ) -> Result<Verified<'c>, VerifyError> {
///     pending.verify(PayloadHash::new(body))
/// }
/// ```
#[must_use = "nothing is proven before the payload is"]
pub struct PendingHashed<'c> {
    awaits: Awaits<'c>,
}

enum Awaits<'c> {
    /// The signature matches, and covers this hash.
    Hash(Head<'c>, [u8; 32]),
    /// The signature covers a hash that the request does not state.
    Signature {
        claim: &'c SignedRequest<'c>,
        key: &'c VerificationKey,
        path: CanonicalPath<'c>,
        now: Timestamp,
        /// The canonical request up to the payload's hash.
        canonical: Sha256,
        /// The same, with the path as it was sent, if a client may have signed that path.
        as_sent: Option<Box<Sha256>>,
    },
}

impl<'c> PendingHashed<'c> {
    /// The signed hash, if the request states it. Otherwise the signature is not verified yet.
    #[cfg(feature = "tower")]
    pub(crate) fn stated(&self) -> Option<[u8; 32]> {
        match &self.awaits {
            Awaits::Hash(_, hash) => Some(*hash),
            Awaits::Signature { .. } => None,
        }
    }

    /// Compares a payload hash with the signed one. It must be the hash of all received bytes.
    ///
    /// # Errors
    /// - [`VerifyError::ContentSha256Mismatch`] if the payload differs from the hash that the
    ///   request states
    /// - [`VerifyError::SignatureMismatch`] if the payload differs and the request does not state
    ///   the hash
    /// - [`VerifyError::PayloadNotAsSigned`] if `payload` is not a hash
    pub fn verify(self, payload: PayloadHash) -> Result<Verified<'c>, VerifyError> {
        let PayloadHash::Sha256(actual) = payload else {
            return Err(VerifyError::PayloadNotAsSigned {
                signed: PayloadKind::Hash,
                checked: payload.kind(),
            });
        };
        let head = match self.awaits {
            Awaits::Hash(head, signed) if signed == actual => head,
            Awaits::Hash(..) => return Err(VerifyError::ContentSha256Mismatch),
            Awaits::Signature {
                claim,
                key,
                path,
                now,
                canonical,
                as_sent,
            } => {
                let hashed = payload.to_hashed_payload();
                let finish = |mut canonical: Sha256| {
                    canonical.update(hashed.as_bytes());
                    canonical.finish()
                };
                let canonical = finish(canonical);
                let as_sent = || as_sent.map(|as_sent| finish(*as_sent));
                find_key(claim, key, now, path, canonical, as_sent)?
            }
        };
        Ok(head.verified(VerifiedPayload::Sha256(actual)))
    }
}

impl fmt::Debug for PendingHashed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claim = match &self.awaits {
            Awaits::Hash(head, _) => head.claim,
            Awaits::Signature { claim, .. } => claim,
        };
        f.debug_struct("PendingHashed")
            .field("claim", claim)
            .finish_non_exhaustive()
    }
}

/// A verified head whose signature does not cover the payload.
///
/// ```
/// use countersign::verify::{PendingUnsigned, Verified};
///
/// /// Only over TLS, where the payload cannot be changed on the way.
/// fn admit(pending: PendingUnsigned<'_>, tls: bool) -> Option<Verified<'_>> {
///     tls.then(|| pending.accept())
/// }
/// ```
#[must_use = "nothing is proven before the caller accepts the unsigned payload"]
pub struct PendingUnsigned<'c> {
    head: Head<'c>,
}

impl<'c> PendingUnsigned<'c> {
    /// Accepts any payload. Without TLS, anyone on the network path can change it.
    pub fn accept(self) -> Verified<'c> {
        self.head.verified(VerifiedPayload::Unsigned)
    }
}

impl fmt::Debug for PendingUnsigned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingUnsigned")
            .field("claim", self.head.claim)
            .finish_non_exhaustive()
    }
}

/// A verified head whose signature is the first of a chain of signatures.
///
/// ```
/// use countersign::chunked::{ChunkError, ChunkVerifier};
/// use countersign::verify::{PendingSignedStream, Verified};
///
/// /// The chunks are verified while they arrive.
/// fn admit(
///     pending: PendingSignedStream<'_>,
/// ) -> Result<(Verified<'_>, ChunkVerifier), ChunkError> {
///     let (verified, context) = pending.into_parts();
///     Ok((verified, ChunkVerifier::new(&context)?))
/// }
/// ```
#[must_use = "nothing of a payload is proven before its pieces are verified"]
pub struct PendingSignedStream<'c> {
    head: Head<'c>,
    payload: StreamingMode,
    decoded_content_length: Option<u64>,
}

impl<'c> PendingSignedStream<'c> {
    /// Returns the kind of the stream: signed chunks or event messages.
    pub fn payload(&self) -> StreamingMode {
        self.payload
    }

    /// Returns the proof of the head, and the context to verify the chunks or messages with.
    pub fn into_parts(self) -> (Verified<'c>, StreamContext) {
        self.head.stream(self.payload, self.decoded_content_length)
    }
}

impl fmt::Debug for PendingSignedStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingSignedStream")
            .field("claim", self.head.claim)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// A verified head whose signature covers neither the chunks of the payload nor its trailers.
///
/// AWS SDKs upload in this way over TLS (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`). The checksum in the
/// trailer detects accidental changes. It does not detect an attacker, who can replace both.
///
/// ```
/// use countersign::chunked::{ChunkError, ChunkVerifier};
/// use countersign::verify::{PendingUnsignedStream, Verified};
///
/// /// Only over TLS. The chunks are decoded, and their checksum is compared.
/// fn admit(
///     pending: PendingUnsignedStream<'_>,
///     tls: bool,
/// ) -> Option<Result<(Verified<'_>, ChunkVerifier), ChunkError>> {
///     let (verified, context) = tls.then(|| pending.accept())?;
///     Some(ChunkVerifier::new(&context).map(|chunks| (verified, chunks)))
/// }
/// ```
#[must_use = "nothing is proven before the caller accepts the unsigned payload"]
pub struct PendingUnsignedStream<'c> {
    head: Head<'c>,
    payload: StreamingMode,
    decoded_content_length: Option<u64>,
}

impl<'c> PendingUnsignedStream<'c> {
    /// Accepts unsigned chunks. Without TLS, anyone on the network path can change them.
    ///
    /// Returns the proof of the head, and the context to decode the chunks with.
    pub fn accept(self) -> (Verified<'c>, StreamContext) {
        self.head.stream(self.payload, self.decoded_content_length)
    }
}

impl fmt::Debug for PendingUnsignedStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingUnsignedStream")
            .field("claim", self.head.claim)
            .finish_non_exhaustive()
    }
}

impl Verifier {
    /// Checks everything but the payload.
    pub(super) fn pending<'c>(
        &self,
        claim: &'c SignedRequest<'c>,
        key: &'c VerificationKey,
        now: Timestamp,
    ) -> Result<PendingVerification<'c>, VerifyError> {
        let mut canonical = CanonicalRequest::empty(PayloadHash::Unsigned);
        let declared = self.examine(claim, now, &mut canonical)?;
        let path = canonical.path;
        let begin_hash = |canonical: &CanonicalRequest<'_>| {
            // The list that was sent has been compared with the names.
            canonical.begin_hash_with(|hash| claim.signed.signed_headers.write(hash))
        };
        let hash = begin_hash(&canonical);
        let mut with_path_as_sent = || {
            canonical.path = canonical.path.as_sent()?;
            Some(begin_hash(&canonical))
        };
        if let Declared::Nothing = declared {
            any_key(key, |key| check_key(claim, key, now))?;
            let awaits = Awaits::Signature {
                claim,
                key,
                path,
                now,
                canonical: hash,
                as_sent: with_path_as_sent().map(Box::new),
            };
            return Ok(PendingVerification::Hashed(PendingHashed { awaits }));
        }
        let as_sent = || with_path_as_sent().map(Sha256::finish);
        let head = find_key(claim, key, now, path, hash.finish(), as_sent)?;
        let decoded_content_length = |payload| decoded_content_length(claim, payload);
        Ok(match declared {
            Declared::Nothing | Declared::Unsigned => {
                PendingVerification::Unsigned(PendingUnsigned { head })
            }
            Declared::Sha256(hash, _) => PendingVerification::Hashed(PendingHashed {
                awaits: Awaits::Hash(head, hash),
            }),
            Declared::Streaming(payload @ StreamingMode::UnsignedAndTrailer, _) => {
                PendingVerification::UnsignedStream(PendingUnsignedStream {
                    head,
                    payload,
                    decoded_content_length: decoded_content_length(payload)?,
                })
            }
            Declared::Streaming(payload, _) => {
                PendingVerification::SignedStream(PendingSignedStream {
                    head,
                    payload,
                    decoded_content_length: decoded_content_length(payload)?,
                })
            }
        })
    }

    /// Checks everything. The payload is a hash, or `Unsigned` if no hash is required.
    pub(super) fn verified<'c>(
        &self,
        claim: &'c SignedRequest<'c>,
        key: &'c VerificationKey,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<Verified<'c>, VerifyError> {
        match self.pending(claim, key, now)? {
            PendingVerification::Hashed(pending) => pending.verify(payload),
            PendingVerification::Unsigned(pending) if payload == PayloadHash::Unsigned => {
                Ok(pending.accept())
            }
            PendingVerification::Unsigned(_) => Err(VerifyError::PayloadIsUnsigned),
            PendingVerification::SignedStream(_) | PendingVerification::UnsignedStream(_) => {
                Err(VerifyError::PayloadNotAsSigned {
                    signed: PayloadKind::Stream,
                    checked: payload.kind(),
                })
            }
        }
    }
}

/// The length of a payload without its framing, which S3 requires.
fn decoded_content_length(
    claim: &SignedRequest<'_>,
    payload: StreamingMode,
) -> Result<Option<u64>, VerifyError> {
    if payload == StreamingMode::Events {
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

/// Checks that the key belongs to the claimed access key ID and session token, and has not expired.
pub(crate) fn check_credentials(
    claimed: &str,
    sent: Option<&Token<'_>>,
    key: &VerificationKey,
    now: Timestamp,
) -> Result<(), VerifyError> {
    // The signature in a header does not cover the access key ID. Without this check, a lookup that
    // ignores case, or a secret that two users share, would prove the wrong identity.
    if claimed != key.access_key_id() {
        return Err(VerifyError::UnknownAccessKeyId);
    }
    match (sent, key.session_token()) {
        (None, None) => {}
        (Some(sent), Some(token)) if sent.is(token) => {}
        _ => return Err(VerifyError::InvalidSessionToken),
    }
    match expired(key.expiration(), now) {
        Some(expiration) => Err(VerifyError::CredentialsExpired { expiration, now }),
        None => Ok(()),
    }
}

fn check_key(
    claim: &SignedRequest<'_>,
    key: &VerificationKey,
    now: Timestamp,
) -> Result<(), VerifyError> {
    let signed = &claim.signed;
    check_credentials(&signed.access_key_id, signed.token.as_ref(), key, now)?;
    match key.fits(signed.algorithm, &signed.scope) {
        true => Ok(()),
        false => Err(VerifyError::SignatureMismatch),
    }
}

/// Calls `check` with a key and then its previous keys. Returns the first success, or the first
/// error.
pub(crate) fn any_key<'c, T>(
    key: &'c VerificationKey,
    mut check: impl FnMut(&'c VerificationKey) -> Result<T, VerifyError>,
) -> Result<T, VerifyError> {
    let first = check(key);
    let mut others = || key.and_previous().skip(1).find_map(|key| check(key).ok());
    first.or_else(|refusal| others().ok_or(refusal))
}

/// Finds the key that signed a canonical request, or the same request with the path as it was sent.
/// Clients of S3 sign either path, and both cover the same object key.
fn find_key<'c>(
    claim: &'c SignedRequest<'c>,
    key: &'c VerificationKey,
    now: Timestamp,
    path: CanonicalPath<'c>,
    canonical: [u8; 32],
    as_sent: impl FnOnce() -> Option<[u8; 32]>,
) -> Result<Head<'c>, VerifyError> {
    let signed = &claim.signed;
    let signs = |key: &VerificationKey, canonical: &[u8; 32]| {
        key.verifies_request(&signed.date, &signed.scope, canonical, &signed.signature)
    };
    let find = |canonical_hash: [u8; 32]| {
        any_key(key, |key| {
            check_key(claim, key, now)?;
            match signs(key, &canonical_hash) {
                true => Ok(Head {
                    claim,
                    key,
                    path,
                    canonical_hash,
                }),
                false => Err(VerifyError::SignatureMismatch),
            }
        })
    };
    find(canonical).or_else(|refusal| as_sent().and_then(|hash| find(hash).ok()).ok_or(refusal))
}
