//! What has been proven.

use std::fmt;

use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;

use super::payload::StreamingPayload;
use super::signed_request::SignedRequest;

/// A proof: the holder of this access key signed the request for this verifier, within its time.
///
/// Its payload is what was signed, unless the caller accepted an unsigned one.
///
/// ```
/// use countersign::verify::{SignedRequest, VerificationKey, VerifiedPayload, Verifier};
/// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
///
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let known = Credentials::new("AKIDEXAMPLE", "secret");
/// let mut request = http::Request::post("https://sqs.us-east-1.amazonaws.com/").body("{}")?;
/// Signer::new(known.clone(), "us-east-1", "sqs")?
///     .sign(&mut request, PayloadHash::new("{}"), now)?;
///
/// let claim = SignedRequest::parse(&request)?;
/// let key = VerificationKey::derive(&known, claim.scope())?;
/// let payload = PayloadHash::new(request.body());
/// let verified = Verifier::new("us-east-1", "sqs")?.verify(&claim, &key, payload, now)?;
/// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
/// assert!(matches!(verified.payload(), VerifiedPayload::Sha256(_)));
/// assert!(verified.signed_headers().eq(["host", "x-amz-date"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Verified<'c> {
    pub(super) claim: &'c SignedRequest<'c>,
    pub(super) path: CanonicalPath<'c>,
    pub(super) canonical_hash: [u8; 32],
    pub(super) payload: VerifiedPayload,
}

/// What a [`Verified`] says about the payload.
///
/// ```
/// use countersign::verify::VerifiedPayload;
///
/// /// Whether the body is proven to be what the client sent.
/// fn is_proven(payload: VerifiedPayload) -> bool {
///     matches!(payload, VerifiedPayload::Sha256(_))
/// }
/// assert!(!is_proven(VerifiedPayload::Unsigned));
/// ```
// Exhaustive on purpose, as `PendingVerification` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifiedPayload {
    /// The payload has this SHA-256, which was signed.
    Sha256([u8; 32]),
    /// The payload is not signed: anyone on the way could have changed it.
    Unsigned,
    /// The payload is a stream, which is verified piece by piece if its pieces are signed.
    Streaming(StreamingPayload),
}

impl<'c> Verified<'c> {
    /// The access key ID that signed.
    pub fn access_key_id(&self) -> &'c str {
        self.claim.access_key_id()
    }

    /// The day, region and service that the request was signed for.
    pub fn scope(&self) -> &'c CredentialScope {
        self.claim.scope()
    }

    /// The time at which the request was signed.
    pub fn date(&self) -> &'c AmzDate {
        self.claim.date()
    }

    /// The names of the signed headers, in lowercase and in order.
    ///
    /// Anyone on the way could have changed or added every other header.
    pub fn signed_headers(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        self.claim.signed_headers()
    }

    /// What is proven about the payload.
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
