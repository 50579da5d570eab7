//! Verifying requests, on the server's side, with the same canonicaliser that signs them.
//!
//! Two steps, with the look-up of the key in between, which is the caller's own (and may well wait
//! for a database):
//!
//! 1. [`SignedRequest::parse`] reads the claim: which access key, for which scope.
//! 2. [`Verifier::verify_signature`] holds every rule of Signature Version 4 against it, and tells how the
//!    payload is signed; with the payload that becomes a [`Verified`]: the proof, and the only thing
//!    here that has an identity to hand out. [`Verifier::verify`] does both where the payload's hash
//!    is at hand.
//!
//! A signing key is good for its scope, a whole day: cache it by access key id and scope. A request
//! that cannot be good anyway (of yesterday, for another region) can be turned away before the
//! look-up, with [`Verifier::check`].
//!
//! ```
//! use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier, VerifyError};
//! use countersign::{Credentials, PayloadHash, Service, Signer};
//! use time::macros::datetime;
//!
//! // A client signs ...
//! let now = datetime!(2026-01-01 12:00 UTC);
//! let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
//! let mut request = http::Request::put("/bucket/a%20key").header("host", "localhost").body("data")?;
//! signer.sign(&mut request, PayloadHash::new("data"), now)?;
//!
//! // ... and a server verifies.
//! let verifier = Verifier::new("us-east-1", Service::S3)?;
//! let claim = SignedRequest::parse(&request)?;
//! verifier.check(&claim, now)?;
//! let credentials = match claim.access_key_id() {
//!     "AKIDEXAMPLE" => Credentials::new("AKIDEXAMPLE", "secret"),
//!     _ => return Err(VerifyError::UnknownAccessKeyId.into()),
//! };
//! let key = VerificationKey::derive(&credentials, claim.scope())?;
//! let verified = match verifier.verify_signature(&claim, &key, now)? {
//!     PendingVerification::Hashed(head) => head.verify(PayloadHash::new(request.body()))?,
//!     PendingVerification::Unsigned(head) => head.accept(), // a presigned URL for S3, say
//!     PendingVerification::Streaming(_) => return Err("a `ChunkVerifier` would have to read its chunks".into()),
//! };
//! assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API requests"; Amazon S3 API
//! Reference, "Authenticating requests".

mod claim;
mod error;
mod head;
mod key;
mod payload;
mod rules;

use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::error::Error;
use crate::service::Service;
use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::{check_region, check_service};
use crate::timestamp::Timestamp;

pub use claim::SignedRequest;
#[cfg(feature = "post-policy")]
pub(crate) use claim::Token;
pub use error::{Protocol, SignatureLocation, VerifyError};
#[cfg(feature = "post-policy")]
pub(crate) use head::check_credentials;
pub use head::{
    PendingHashed, PendingStream, PendingUnsigned, PendingVerification, StreamContext, Verified,
    VerifiedPayload,
};
#[cfg(feature = "sigv4a")]
pub(crate) use key::sealed;
pub use key::{VerificationKey, VerifyingKey};
pub use payload::StreamingPayload;
#[cfg(feature = "explain")]
pub(crate) use payload::{hash_of_base64, is_unsigned_in_urls};

/// The rules of one service in its regions, held against the requests that arrive there.
///
/// What it asks of every request, in this order:
///
/// 1. The scope is of the day of the request's date, of one of the regions, and of the service.
/// 2. It comes in its time: a signed header within the clock window, a presigned URL from its date
///    (less the window) until `X-Amz-Expires`.
/// 3. `host` is signed, and so is every `x-amz-*` header that arrived, the date, and what
///    [`with_signed_header`](Self::with_signed_header) and [`with_audience`](Self::with_audience)
///    add, less what [`with_unsigned_header`](Self::with_unsigned_header) lets pass. Every header that is listed as signed did arrive. There is one exception: a presigned
///    request for S3's family may carry an unsigned `x-amz-content-sha256`; it is not used.
/// 4. How the payload is signed comes from signed data only. S3's family, `aoss` and
///    `vpc-lattice-svcs` want `x-amz-content-sha256`, which a presigned URL may leave out (its
///    payload is then unsigned).
/// 5. The session token is the key's own, and the key has not ended.
/// 6. The signature is that of the canonical request, rebuilt from the headers listed as signed.
/// 7. The payload is the one that was signed.
///
/// ```
/// use std::time::Duration;
/// use countersign::Service;
/// use countersign::verify::Verifier;
/// use http::{HeaderValue, header::CONTENT_TYPE, HeaderName};
///
/// let store = Verifier::for_any_region(Service::S3)?
///     .with_signed_header(CONTENT_TYPE)
///     .with_longest_expires_in(Duration::from_secs(3600));
/// let cluster = Verifier::new("us-east-1", "sts")?
///     .with_region("eu-west-1")
///     .with_clock_window(Duration::from_secs(300))
///     .with_audience(HeaderName::from_static("x-k8s-aws-id"), HeaderValue::from_static("my-cluster"));
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    regions: Regions,
    service: Service,
    clock_window: Duration,
    longest_expires_in: Duration,
    signed: Vec<HeaderName>,
    unsigned: Vec<HeaderName>,
    audience: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Clone, Debug)]
enum Regions {
    Any,
    These(Vec<String>),
}

/// Seven days, for which a signing key is good.
const LONGEST_EXPIRES_IN: Duration = Duration::from_secs(604_800);
const CLOCK_WINDOW: Duration = Duration::from_secs(15 * 60);

impl Verifier {
    /// For one region and one service, by the service's rules.
    ///
    /// ```
    /// use countersign::Service;
    /// use countersign::verify::Verifier;
    ///
    /// let api = Verifier::new("us-east-1", "execute-api")?;
    /// let store = Verifier::new("us-east-1", Service::S3)?; // by S3's rules
    /// ```
    pub fn new(region: impl Into<String>, service: impl Into<Service>) -> Result<Self, Error> {
        let region = region.into();
        check_region(&region)?;
        let service = service.into();
        check_service(service.name())?;
        Ok(Self::with_regions(Regions::These(vec![region]), service))
    }

    /// Creates a verifier for one service in any region, for stores that have none.
    ///
    /// The signing key must still be derived for the region of the claim's scope.
    ///
    /// # Errors
    /// - [`Error::InvalidService`] if the service's name cannot be part of a credential scope
    pub fn for_any_region(service: impl Into<Service>) -> Result<Self, Error> {
        let service = service.into();
        check_service(service.name())?;
        Ok(Self::unchecked(service))
    }

    /// For a service's name that is known to be valid, or that a claim is compared with anyway.
    pub(crate) fn unchecked(service: Service) -> Self {
        Self::with_regions(Regions::Any, service)
    }

    fn with_regions(regions: Regions, service: Service) -> Self {
        Self {
            regions,
            service,
            clock_window: CLOCK_WINDOW,
            longest_expires_in: LONGEST_EXPIRES_IN,
            signed: Vec::new(),
            unsigned: Vec::new(),
            audience: Vec::new(),
        }
    }

    /// Takes this region too.
    ///
    /// ```
    /// use countersign::verify::Verifier;
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    ///
    /// // This request was signed for `us-east-1`.
    /// assert!(Verifier::new("eu-west-1", "sqs")?.check(&claim, now).is_err());
    /// Verifier::new("eu-west-1", "sqs")?.with_region("us-east-1").check(&claim, now)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        match &mut self.regions {
            Regions::Any => {}
            Regions::These(regions) => regions.push(region.into()),
        }
        self
    }

    /// How far a client's clock may be off, either way: 15 minutes unless set. Some AWS services
    /// take 5.
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::verify::{Verifier, VerifyError};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    ///
    /// let strict = Verifier::new("us-east-1", "sqs")?.with_clock_window(Duration::from_secs(300));
    /// strict.check(&claim, now + Duration::from_secs(300))?;
    /// let late = strict.check(&claim, now + Duration::from_secs(301));
    /// assert!(matches!(late, Err(VerifyError::Expired { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_clock_window(mut self, window: Duration) -> Self {
        self.clock_window = window;
        self
    }

    /// The longest `X-Amz-Expires` to take, in whole seconds: 604,800 (seven days) unless set, and
    /// never more.
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::verify::{SignedRequest, Verifier, VerifyError};
    /// # use countersign::{Credentials, Service, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    ///
    /// // A link for a day, where links for an hour are the most.
    /// let request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let presigned = signer.presign(&request, Duration::from_secs(86400), now)?;
    /// let arrived = http::Request::get(presigned.uri()?).body(())?;
    /// let verifier = Verifier::new("us-east-1", Service::S3)?.with_longest_expires_in(Duration::from_secs(3600));
    /// let refused = verifier.check(&SignedRequest::parse(&arrived)?, now);
    /// assert!(matches!(refused, Err(VerifyError::ExpiresInOutOfRange { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_longest_expires_in(mut self, longest: Duration) -> Self {
        self.longest_expires_in = longest.min(LONGEST_EXPIRES_IN);
        self
    }

    /// A header that must be signed where it arrives, besides `host` and `x-amz-*`; for one,
    /// `content-type`.
    ///
    /// ```
    /// use countersign::verify::{SignedRequest, Verifier, VerifyError};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// // Somebody on the way added a header that the service acts on.
    /// request.headers_mut().insert("x-http-method-override", "DELETE".parse()?);
    /// let name = http::HeaderName::from_static("x-http-method-override");
    /// let verifier = Verifier::new("us-east-1", "sqs")?.with_signed_header(name);
    /// let refused = verifier.check(&SignedRequest::parse(&request)?, now);
    /// assert!(matches!(refused, Err(VerifyError::HeadersNotSigned { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_signed_header(mut self, name: HeaderName) -> Self {
        self.signed.push(name);
        self
    }

    /// Lets an `x-amz-*` header pass that is not signed, because a hop in front of this server adds
    /// it; for one, CloudFront's `x-amz-cf-id`.
    ///
    /// Anybody on the way can set such a header, so the server must not act on it. The headers that
    /// belong to the signature itself stay required: `x-amz-date`, `x-amz-security-token`,
    /// `x-amz-content-sha256`, and every name of
    /// [`with_signed_header`](Self::with_signed_header).
    ///
    /// ```
    /// use countersign::verify::{SignedRequest, Verifier, VerifyError};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// // CloudFront adds it after the client has signed.
    /// request.headers_mut().insert("x-amz-cf-id", "1t9LUAsf6sFApzDyxY5f".parse()?);
    /// let verifier = Verifier::new("us-east-1", "sqs")?;
    /// let refused = verifier.check(&SignedRequest::parse(&request)?, now);
    /// assert!(matches!(refused, Err(VerifyError::HeadersNotSigned { .. })));
    /// let verifier = verifier.with_unsigned_header(http::HeaderName::from_static("x-amz-cf-id"));
    /// verifier.check(&SignedRequest::parse(&request)?, now)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_unsigned_header(mut self, name: HeaderName) -> Self {
        self.unsigned.push(name);
        self
    }

    /// A header that must arrive, once, signed, with this value: it says that the request is meant
    /// for here, and was not signed for somebody else who passes it on. Token protocols ask for
    /// one, such as `x-k8s-aws-id`.
    ///
    /// ```
    /// use countersign::verify::{Verifier, VerifyError};
    /// use http::{HeaderName, HeaderValue};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    ///
    /// // Signed for AWS, and passed on to somebody who takes tokens of clusters.
    /// let name = HeaderName::from_static("x-k8s-aws-id");
    /// let verifier = Verifier::new("us-east-1", "sqs")?.with_audience(name, HeaderValue::from_static("my-cluster"));
    /// let refused = verifier.check(&claim, now);
    /// assert!(matches!(refused, Err(VerifyError::WrongAudience { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_audience(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.audience.push((name, value));
        self
    }

    /// Holds the rules that need no key against a claim, so that what cannot be good costs no
    /// look-up. It proves nothing, and [`verify`](Self::verify) does it again.
    ///
    /// # Errors
    /// The first rule that is broken.
    ///
    /// ```
    /// use countersign::verify::{Verifier, VerifyError};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// # let claim = countersign::verify::SignedRequest::parse(&request)?;
    ///
    /// let elsewhere = Verifier::new("us-east-1", "dynamodb")?.check(&claim, now);
    /// assert!(matches!(elsewhere, Err(VerifyError::WrongService { .. })));
    /// // Now a look-up is worth its cost.
    /// Verifier::new("us-east-1", "sqs")?.check(&claim, now)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(
        &self,
        claim: &SignedRequest<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<(), VerifyError> {
        let now = now.into();
        let mut canonical = CanonicalRequest::empty(PayloadHash::Unsigned);
        self.examine(claim, now, &mut canonical).map(drop)
    }

    /// Verifies a request with its payload.
    ///
    /// The payload is what was really received: [`PayloadHash::new`] all of it, or
    /// [`PayloadHash::Unsigned`] to accept that it is not signed. It has to be the way in which the
    /// request was signed; [`verify_signature`](Self::verify_signature) tells which that is, and takes
    /// streams too.
    ///
    /// # Errors
    /// - [`VerifyError::UnknownAccessKeyId`] if the key belongs to another access key ID
    /// - [`VerifyError::PayloadIsUnsigned`] if the payload is unsigned and `payload` is a hash: the
    ///   server's mistake, status 500
    /// - any other [`VerifyError`] for the first rule that is broken
    ///
    /// ```
    /// use countersign::verify::{VerificationKey, SignedRequest, Verifier, VerifyError};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// let claim = SignedRequest::parse(&request)?;
    /// let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// let verifier = Verifier::new("us-east-1", "sqs")?;
    /// let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
    /// // Another body than the one that was signed.
    /// let refused = verifier.verify(&claim, &key, PayloadHash::new("body"), now);
    /// assert!(matches!(refused, Err(VerifyError::SignatureMismatch)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify<'c, K: VerifyingKey>(
        &self,
        claim: &'c SignedRequest<'c>,
        key: &'c K,
        payload: PayloadHash,
        now: impl Into<Timestamp>,
    ) -> Result<Verified<'c>, VerifyError> {
        match self.verify_signature(claim, key, now)? {
            PendingVerification::Hashed(head) => head.verify(payload),
            PendingVerification::Unsigned(head) if payload == PayloadHash::Unsigned => {
                Ok(head.accept())
            }
            PendingVerification::Unsigned(_) => Err(VerifyError::PayloadIsUnsigned),
            PendingVerification::Streaming(_) => Err(VerifyError::PayloadNotAsSigned {
                signed: error::STREAM,
                checked: payload.kind(),
            }),
        }
    }
}
