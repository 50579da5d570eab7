//! Verification of signed requests on a server.
//!
//! Verification has three steps:
//!
//! 1. [`SignedRequest::parse`] reads the claim: the access key ID and the credential scope.
//! 2. Your code looks up the secret access key, and [`VerificationKey::derive`] derives the key.
//! 3. [`Verifier::verify_signature`] checks what can be checked without the payload, and returns how
//!    the payload is signed. After a check of the payload, it becomes a [`Verified`], the proof. Only
//!    this type tells who signed. If the payload is in memory, [`Verifier::verify`] does it in one
//!    call.
//!
//! [`Verifier::check`] refuses an invalid request before the lookup. [`error_response`] creates the
//! response that AWS would send. The [guide](crate::guide::server) shows a whole server.
//!
//! ```
//! use countersign::verify::{
//!     PendingVerification, SignedRequest, VerificationKey, Verifier,
//!     VerifyError,
//! };
//! use countersign::{Credentials, PayloadHash, Service, Signer, Timestamp};
//!
//! // A client signs.
//! let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let signer = Signer::new(credentials, "us-east-1", "s3")?;
//! let put = http::Request::put("/bucket/a%20key").header("host", "localhost");
//! let mut request = put.body("data")?;
//! signer.sign(&mut request, PayloadHash::new("data"), now)?;
//!
//! // A server verifies.
//! let verifier = Verifier::new("us-east-1", Service::S3)?;
//! let claim = SignedRequest::parse(&request)?;
//! verifier.check(&claim, now)?;
//! let credentials = match claim.access_key_id() {
//!     "AKIDEXAMPLE" => Credentials::new("AKIDEXAMPLE", "secret"),
//!     _ => return Err(VerifyError::UnknownAccessKeyId.into()),
//! };
//! let key = VerificationKey::derive(&credentials, claim.scope())?;
//! let verified = match verifier.verify_signature(&claim, &key, now)? {
//!     PendingVerification::Hashed(pending) => {
//!         pending.verify(PayloadHash::new(request.body()))?
//!     }
//!     // Such as a presigned URL for S3.
//!     PendingVerification::Unsigned(pending) => pending.accept(),
//!     // See `ChunkVerifier`.
//!     _ => return Err("streams are not supported".into()),
//! };
//! assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
//! let object = verified.object_path().expect("a path for S3");
//! assert_eq!(object.bucket_and_key(), (&b"bucket"[..], &b"a key"[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API requests"; Amazon S3 API
//! Reference, "Authenticating requests".

mod aws_codes;
mod error;
mod error_response;
mod key;
mod payload;
mod pending;
pub(crate) mod rules;
mod signed_request;
mod stream_context;
mod verified;

use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::error::Error;
use crate::service::Service;
use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::{check_region, check_service};
use crate::timestamp::Timestamp;

pub use crate::sigv4::payload_hash::PayloadKind;
pub use aws_codes::Protocol;
pub use error::{SignatureLocation, VerifyError};
pub(crate) use error_response::{Answer, INTERNAL, refusal};
pub use error_response::{ErrorContext, Refusal, error_response};
pub use key::VerificationKey;
#[cfg(feature = "explain")]
pub(crate) use payload::{hash_of_base64, is_unsigned_in_urls};
pub use pending::{
    PendingHashed, PendingSignedStream, PendingUnsigned, PendingUnsignedStream, PendingVerification,
};
#[cfg(feature = "post-policy")]
pub(crate) use pending::{any_key, check_credentials};
#[cfg(feature = "post-policy")]
pub(crate) use signed_request::Token;
pub use signed_request::{Limits, SignedRequest};
pub use stream_context::StreamContext;
#[cfg(feature = "http-body")]
pub(crate) use verified::canonical_value;
pub use verified::{ObjectPath, OwnedVerified, Verified, VerifiedPayload};

/// Verifies requests to one service in one or more regions.
///
/// Every request is checked in this order:
///
/// 1. The credential scope has the day of the request date, one of the regions, and the service.
/// 2. The time is valid. The date of a request with a signed header is within the clock window. A
///    presigned URL is valid from its date (minus the window) until `X-Amz-Expires`.
/// 3. The host is one of [`with_host`](Self::with_host), if any are set.
/// 4. `host`, the date and every `x-amz-*` header of the request are signed.
///    [`with_signed_header`](Self::with_signed_header), [`with_audience`](Self::with_audience) and
///    [`with_all_headers_signed`](Self::with_all_headers_signed) add headers to this rule,
///    [`with_unsigned_header`](Self::with_unsigned_header) removes one. Every header that is listed
///    as signed is present. Names that differ only in punctuation, such as `_` for `-`, count as
///    one name, because CGI does not distinguish them. A presigned request for S3's family (the
///    rules of [`Rules::S3`](crate::Rules::S3)) may have an unsigned `x-amz-content-sha256`, which
///    is not used.
/// 5. How the payload is signed is read from signed headers or from the query, never from an unsigned
///    header. S3's family, `aoss` and `vpc-lattice-svcs` require
///    `x-amz-content-sha256`. A presigned URL may omit it: its payload is then hashed for `aoss`, and
///    unsigned for the others.
/// 6. The path has no `.` or `..` segments, except for S3's family.
/// 7. The session token matches the key, and the key has not expired.
/// 8. The signature matches the canonical request, which is computed from the headers listed as
///    signed.
/// 9. The payload is the one that was signed.
///
/// ```
/// use countersign::Service;
/// use countersign::verify::Verifier;
/// use http::{HeaderName, HeaderValue, header::CONTENT_TYPE};
/// use std::time::Duration;
///
/// let store = Verifier::for_any_region(Service::S3)?
///     .with_host("s3.example.com")
///     .with_host("*.s3.example.com")
///     .with_signed_header(CONTENT_TYPE)
///     .with_longest_expires_in(Duration::from_secs(3600));
/// let audience = HeaderName::from_static("x-k8s-aws-id");
/// let cluster = Verifier::new("us-east-1", "sts")?
///     .with_region("eu-west-1")
///     .with_clock_window(Duration::from_secs(300))
///     .with_audience(audience, HeaderValue::from_static("my-cluster"));
/// assert!(Verifier::new("us east 1", "sts").is_err());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    regions: Regions,
    service: Service,
    clock_window: Duration,
    longest_expires_in: Duration,
    hosts: Vec<String>,
    signed: Vec<HeaderName>,
    unsigned: Vec<HeaderName>,
    all_headers_signed: bool,
    audience: Vec<(HeaderName, HeaderValue)>,
    dot_segments: bool,
}

#[derive(Clone, Debug)]
enum Regions {
    Any,
    These { first: String, others: Vec<String> },
}

/// Seven days: the lifetime of a signing key.
const LONGEST_EXPIRES_IN: Duration = Duration::from_secs(604_800);
const CLOCK_WINDOW: Duration = Duration::from_secs(15 * 60);

impl Verifier {
    /// Creates a verifier for one region and one service, with the rules of the service.
    ///
    /// # Errors
    /// - [`Error::InvalidRegion`] if the region cannot be part of a credential scope
    /// - [`Error::InvalidService`] if the service's name cannot be part of a credential scope
    pub fn new(region: impl Into<String>, service: impl Into<Service>) -> Result<Self, Error> {
        let region = region.into();
        check_region(&region)?;
        let service = service.into();
        check_service(service.name())?;
        let (first, others) = (region, Vec::new());
        Ok(Self::with_regions(
            Regions::These { first, others },
            service,
        ))
    }

    /// Creates a verifier for one service in any region, for stores without regions.
    ///
    /// Derive the signing key for the region in the scope of the claim.
    ///
    /// # Errors
    /// - [`Error::InvalidService`] if the service's name cannot be part of a credential scope
    pub fn for_any_region(service: impl Into<Service>) -> Result<Self, Error> {
        let service = service.into();
        check_service(service.name())?;
        Ok(Self::unchecked(service))
    }

    /// For the name of a service that is known to be valid, or that is only compared with a claim.
    pub(crate) fn unchecked(service: Service) -> Self {
        Self::with_regions(Regions::Any, service)
    }

    fn with_regions(regions: Regions, service: Service) -> Self {
        Self {
            regions,
            service,
            clock_window: CLOCK_WINDOW,
            longest_expires_in: LONGEST_EXPIRES_IN,
            hosts: Vec::new(),
            signed: Vec::new(),
            unsigned: Vec::new(),
            all_headers_signed: false,
            audience: Vec::new(),
            dot_segments: false,
        }
    }

    #[cfg(feature = "tower")]
    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    #[cfg(all(feature = "legacy", feature = "tower"))]
    pub(crate) fn clock_window(&self) -> Duration {
        self.clock_window
    }

    /// Also accepts this region. It has no effect after [`for_any_region`](Self::for_any_region).
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        match &mut self.regions {
            Regions::Any => {}
            Regions::These { others, .. } => others.push(region.into()),
        }
        self
    }

    /// Accepts only requests for this host. Call it again to add hosts.
    ///
    /// Without it, a request that was signed for another host is valid too. The name is compared
    /// with the signed host, ignoring case. That is the `host` header, `:authority` in HTTP/2, or
    /// [`with_original_host`](SignedRequest::with_original_host). Include a port other than the
    /// default port. `*.example.com` matches every name that ends in `.example.com`, for stores
    /// with buckets in the host.
    #[must_use]
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Sets the maximum clock difference of a client, in both directions: 15 minutes by default.
    ///
    /// Some AWS services allow 5 minutes.
    #[must_use]
    pub fn with_clock_window(mut self, window: Duration) -> Self {
        self.clock_window = window;
        self
    }

    /// Sets the maximum of `X-Amz-Expires`, in whole seconds: 604,800 by default and at most.
    #[must_use]
    pub fn with_longest_expires_in(mut self, longest: Duration) -> Self {
        self.longest_expires_in = longest.min(LONGEST_EXPIRES_IN);
        self
    }

    /// Requires that this header is signed, if the request has it.
    ///
    /// For example `content-type`, or any header that the service uses. `host` and `x-amz-*` must
    /// always be signed.
    #[must_use]
    pub fn with_signed_header(mut self, name: HeaderName) -> Self {
        self.signed.push(name);
        self
    }

    /// Accepts this header unsigned, for headers that a proxy or CDN adds.
    ///
    /// For example `x-amz-cf-id` of CloudFront. Anyone can set such a header, so the server must
    /// not use it. It has no effect on the headers that the verifier itself reads, such as
    /// `x-amz-date` and `x-amz-security-token`, nor on those of
    /// [`with_signed_header`](Self::with_signed_header) and [`with_audience`](Self::with_audience).
    #[must_use]
    pub fn with_unsigned_header(mut self, name: HeaderName) -> Self {
        self.unsigned.push(name);
        self
    }

    /// Requires that every header is signed, except those of
    /// [`with_unsigned_header`](Self::with_unsigned_header).
    ///
    /// For a server that uses many headers. Clients do not sign headers that proxies rewrite, so
    /// list those that your clients send: usually `user-agent`, `accept-encoding`, `connection` and
    /// `content-length`. `authorization` contains the signature, and need not be listed.
    ///
    /// ```
    /// use countersign::verify::{SignedRequest, Verifier, VerifyError};
    /// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
    /// use http::header::USER_AGENT;
    ///
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// let get = http::Request::get("https://sqs.us-east-1.amazonaws.com/")
    ///     .header(USER_AGENT, "x");
    /// let mut request = get.body(())?;
    /// let signer = Signer::new(
    ///     Credentials::new("AKIDEXAMPLE", "secret"),
    ///     "us-east-1",
    ///     "sqs",
    /// )?;
    /// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// request
    ///     .headers_mut()
    ///     .insert("x-forwarded-for", "203.0.113.7".parse()?);
    ///
    /// let strict = Verifier::new("us-east-1", "sqs")?
    ///     .with_all_headers_signed()
    ///     .with_unsigned_header(USER_AGENT);
    /// let refused = strict.check(&SignedRequest::parse(&request)?, now);
    /// let names = vec!["x-forwarded-for".to_owned()];
    /// assert_eq!(refused, Err(VerifyError::HeadersNotSigned { names }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_all_headers_signed(mut self) -> Self {
        self.all_headers_signed = true;
        self
    }

    /// Requires exactly one signed header with this name and value, which names this server.
    ///
    /// Without it, a server that receives a signed request can forward it to another server, which
    /// accepts it. Token protocols use such a header, for example `x-k8s-aws-id`.
    #[must_use]
    pub fn with_audience(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.audience.push((name, value));
        self
    }

    /// Accepts `.` and `..` segments in paths, which are resolved before the path is signed.
    ///
    /// A signature for `/public` is then also valid for `/admin/../public`, so the server must
    /// route by [`Verified::path`], which is resolved. S3's family always accepts such segments,
    /// and never resolves them.
    #[must_use]
    pub fn allow_dot_segments(mut self) -> Self {
        self.dot_segments = true;
        self
    }

    /// Checks the rules that need no key, before the lookup.
    ///
    /// It proves nothing, and [`verify`](Self::verify) checks them again.
    ///
    /// # Errors
    /// - [`VerifyError::WrongDay`], [`VerifyError::WrongRegion`] or [`VerifyError::WrongService`]
    ///   if the credential scope does not match this verifier
    /// - [`VerifyError::Expired`] or [`VerifyError::NotYetCurrent`] if the time of the request is
    ///   not valid
    /// - [`VerifyError::ExpiresInOutOfRange`] if a presigned URL is valid for too long
    /// - [`VerifyError::WrongHost`] if the request was signed for another host
    /// - [`VerifyError::HostNotSigned`], [`VerifyError::HeadersNotSigned`] or
    ///   [`VerifyError::SignedHeaderMissing`] if a header that must be signed is not, or a signed
    ///   header is missing
    /// - [`VerifyError::WrongAudience`] if the request is not meant for this server
    /// - [`VerifyError::MissingContentSha256`] or [`VerifyError::InvalidContentSha256`] if the
    ///   request does not declare how its payload is signed
    /// - [`VerifyError::InvalidTarget`] if the path or the query is malformed
    /// - [`VerifyError::PathNotNormalized`] if the path has a `.` or `..` segment
    /// - [`VerifyError::Malformed`] if a part of the signature is missing or malformed
    ///
    /// ```
    /// use countersign::verify::{SignedRequest, Verifier, VerifyError};
    /// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
    ///
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// let mut request =
    ///     http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// Signer::new(
    ///     Credentials::new("AKIDEXAMPLE", "secret"),
    ///     "us-east-1",
    ///     "sqs",
    /// )?
    /// .sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// let claim = SignedRequest::parse(&request)?;
    /// let elsewhere = Verifier::new("us-east-1", "dynamodb")?.check(&claim, now);
    /// assert!(matches!(elsewhere, Err(VerifyError::WrongService { .. })));
    /// // Now a lookup is worth its cost.
    /// Verifier::new("us-east-1", "sqs")?.check(&claim, now)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(
        &self,
        claim: &SignedRequest<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<(), VerifyError> {
        let mut canonical = CanonicalRequest::empty(PayloadHash::Unsigned);
        self.examine(claim, now.into(), &mut canonical).map(drop)
    }

    /// Checks everything that can be checked without the payload, and returns how the payload is
    /// signed.
    ///
    /// If the request states no payload hash, which is usual outside S3, the signature itself is
    /// verified by [`PendingHashed::verify`] only: it covers the hash.
    ///
    /// Use it for bodies that are streamed, unsigned, or hashed after the head was accepted.
    ///
    /// # Errors
    /// - everything that [`check`](Self::check) returns
    /// - [`VerifyError::UnknownAccessKeyId`] if the key belongs to another access key ID
    /// - [`VerifyError::InvalidSessionToken`] if the session token does not match the key
    /// - [`VerifyError::CredentialsExpired`] if the key has expired
    /// - [`VerifyError::SignatureMismatch`] if the request states how its payload is signed and the
    ///   signature does not match, or if the key is for another scope or algorithm
    /// - [`VerifyError::InvalidDecodedLength`] if a stream does not declare its length
    ///
    /// ```
    /// use countersign::verify::{
    ///     PendingVerification, SignedRequest, VerificationKey,
    /// };
    /// use countersign::verify::{VerifiedPayload, Verifier};
    /// use countersign::{Credentials, Signer, Timestamp};
    /// use std::time::Duration;
    ///
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let get =
    ///     http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let url = Signer::new(credentials.clone(), "us-east-1", "s3")?.presign(
    ///     &get,
    ///     Duration::from_secs(900),
    ///     now,
    /// )?;
    ///
    /// let request = http::Request::get(url.uri()?).body(())?;
    /// let claim = SignedRequest::parse(&request)?;
    /// let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// let verifier = Verifier::new("us-east-1", "s3")?;
    /// let pending = verifier.verify_signature(&claim, &key, now)?;
    /// let PendingVerification::Unsigned(pending) = pending else {
    ///     panic!("signed payload")
    /// };
    /// assert_eq!(pending.accept().payload(), VerifiedPayload::Unsigned);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_signature<'c>(
        &self,
        claim: &'c SignedRequest<'c>,
        key: &'c VerificationKey,
        now: impl Into<Timestamp>,
    ) -> Result<PendingVerification<'c>, VerifyError> {
        self.pending(claim, key, now.into())
    }

    /// Verifies a request with its payload.
    ///
    /// `payload` is [`PayloadHash::new`] of all received bytes, or [`PayloadHash::Unsigned`] to
    /// accept an unsigned payload. Call [`verify_signature`](Self::verify_signature) if the server
    /// accepts both, or streams.
    ///
    /// # Errors
    /// - everything that [`verify_signature`](Self::verify_signature) and
    ///   [`PendingHashed::verify`] return
    /// - [`VerifyError::PayloadIsUnsigned`] if the payload is unsigned and `payload` is a hash.
    ///   This is a mistake of the server: status 500
    /// - [`VerifyError::PayloadNotAsSigned`] if the payload is a stream
    ///
    /// ```
    /// use countersign::verify::{
    ///     SignedRequest, VerificationKey, Verifier, VerifyError,
    /// };
    /// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
    ///
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let mut request =
    ///     http::Request::post("https://sqs.us-east-1.amazonaws.com/")
    ///         .body("{}")?;
    /// Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(
    ///     &mut request,
    ///     PayloadHash::new("{}"),
    ///     now,
    /// )?;
    ///
    /// let claim = SignedRequest::parse(&request)?;
    /// let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// let verifier = Verifier::new("us-east-1", "sqs")?;
    /// let verified =
    ///     verifier.verify(&claim, &key, PayloadHash::new(request.body()), now)?;
    /// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
    /// // A body other than the signed one.
    /// let refused = verifier.verify(&claim, &key, PayloadHash::new("[]"), now);
    /// assert!(matches!(refused, Err(VerifyError::SignatureMismatch)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify<'c>(
        &self,
        claim: &'c SignedRequest<'c>,
        key: &'c VerificationKey,
        payload: PayloadHash,
        now: impl Into<Timestamp>,
    ) -> Result<Verified<'c>, VerifyError> {
        self.verified(claim, key, payload, now.into())
    }
}
