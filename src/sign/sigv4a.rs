//! Signing and presigning for several regions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::credentials::Credentials;
use crate::error::Error;
use crate::request::{HttpRequest, RawRequest};
use crate::service::Service;
use crate::sign::added_headers::AddedHeaders;
use crate::sign::pipeline::SigningContext;
use crate::sign::presigned::{Lifetime, Presigned};
use crate::sigv4::asymmetric::key::{PublicKey, ScopedKey, SigningKey};
use crate::sigv4::asymmetric::region_set;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Signature;
use crate::timestamp::Timestamp;

/// Signs and presigns requests to one service in a set of regions: [`Signer`](crate::Signer) with
/// `AWS4-ECDSA-P256-SHA256`.
///
/// The region set is signed and sent, `x-amz-region-set` or `X-Amz-Region-Set`. The key is derived
/// once, when the signer is made. Cloning is a reference count. What is wrong with credentials,
/// regions or service is told when something is signed.
///
/// ```
/// use countersign::{sigv4a, Credentials, PayloadHash};
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// let signer = sigv4a::Signer::new(credentials, "*", "s3")?;
///
/// let mut request = http::Request::get("https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/key").body(())?;
/// signer.sign(&mut request, PayloadHash::EMPTY, datetime!(2015-08-30 12:36 UTC))?;
/// assert_eq!(request.headers()["x-amz-region-set"], "*");
/// let authorization = request.headers()["authorization"].to_str()?;
/// assert!(authorization.starts_with(
///     "AWS4-ECDSA-P256-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20150830/s3/aws4_request, ",
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer(Arc<Inner>);

struct Inner {
    context: SigningContext,
    key: SigningKey,
    region_set: String,
}

impl Signer {
    /// A signer for a region set, regions or patterns of them joined with `,` (`*` for all
    /// regions), and one service by its signing name.
    ///
    /// ```
    /// use countersign::{sigv4a, Credentials};
    ///
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let everywhere = sigv4a::Signer::new(credentials.clone(), "*", "s3")?;
    /// let two_regions = sigv4a::Signer::new(credentials, "us-east-1,eu-west-1", "events")?;
    /// assert_eq!(two_regions.region_set(), "us-east-1,eu-west-1");
    /// ```
    pub fn new(
        credentials: Credentials,
        region_set: impl Into<String>,
        service: impl Into<Service>,
    ) -> Result<Self, Error> {
        let region_set = region_set.into();
        region_set::check(&region_set)?;
        Ok(Self(Arc::new(Inner {
            context: SigningContext::new(&credentials, service.into(), Some(region_set.clone()))?,
            key: SigningKey::derive(credentials.access_key_id(), credentials.secret_key())?,
            region_set,
        })))
    }

    /// Signs a request, in its headers, as [`Signer::sign`](crate::Signer::sign) does, with
    /// `x-amz-region-set` besides.
    ///
    /// # Errors
    /// As there; and a region set that is none. The request is then as it was.
    ///
    /// ```
    /// use countersign::{sigv4::{Algorithm, Authorization}, sigv4a, Credentials, PayloadHash};
    /// use time::macros::datetime;
    ///
    /// let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-*", "events")?;
    /// let mut request = http::Request::post("https://abc.endpoint.events.amazonaws.com/").body("{}")?;
    /// signer.sign(&mut request, PayloadHash::new("{}"), datetime!(2026-01-01 12:00 UTC))?;
    /// let authorization = Authorization::parse(request.headers()["authorization"].to_str()?)?;
    /// assert_eq!(authorization.algorithm, Algorithm::EcdsaP256Sha256);
    /// assert_eq!(authorization.signed_headers, "host;x-amz-date;x-amz-region-set");
    /// assert_eq!(authorization.scope.region(), None); // the region set says it
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign<R: HttpRequest>(
        &self,
        request: &mut R,
        payload: PayloadHash,
        now: impl Into<Timestamp>,
    ) -> Result<Signature, Error> {
        let now = now.into();
        let (context, date, key) = self.context(now)?;
        context.sign(request, payload, &date, &key)
    }

    /// Signs a request in slices: what to send with it comes back.
    ///
    /// # Errors
    /// As [`sign`](Self::sign); and a method, header name or header value that is none.
    ///
    /// ```
    /// use countersign::{sigv4a, Credentials, PayloadHash, RawRequest};
    /// use time::macros::datetime;
    ///
    /// let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-*", "events")?;
    /// let request = RawRequest { method: "POST", path: "/", query: "", headers: &[("host", b"abc.endpoint.events.amazonaws.com")] };
    /// let added = signer.sign_raw(&request, PayloadHash::new("{}"), datetime!(2026-01-01 12:00 UTC))?;
    /// assert!(added.iter().any(|header| header == ("x-amz-region-set", "us-*")));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn sign_raw(
        &self,
        request: &RawRequest<'_>,
        payload: PayloadHash,
        now: impl Into<Timestamp>,
    ) -> Result<AddedHeaders<'_>, Error> {
        let now = now.into();
        let (context, date, key) = self.context(now)?;
        context.sign_raw(request, payload, &date, &key)
    }

    /// Presigns a request, as [`Signer::presign`](crate::Signer::presign) does, with
    /// `X-Amz-Region-Set` besides.
    ///
    /// # Errors
    /// - everything that [`Signer::presign`](crate::Signer::presign) returns
    /// - [`Error::InvalidRegionSet`] if the region set is not a list of regions
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::{sigv4a, Credentials};
    /// use time::macros::datetime;
    ///
    /// let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1,eu-west-1", "s3")?;
    /// let request = http::Request::get("https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/key").body(())?;
    /// let now = datetime!(2015-08-30 12:36 UTC);
    /// let url = signer.presign(&request, Duration::from_secs(900), now)?;
    /// assert!(url.url().contains("&X-Amz-Region-Set=us-east-1%2Ceu-west-1&"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn presign<R: HttpRequest>(
        &self,
        request: &R,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Presigned, Error> {
        let now = now.into();
        self.presign_as(request, None, expires_in, now)
    }

    /// Presigns a request with a payload that the caller names: the hash of the body that the URL's
    /// user will send.
    ///
    /// In S3's family, and where the rules always send `x-amz-content-sha256`, the user must send
    /// that header too: [`Presigned::headers`] contains it.
    ///
    /// # Errors
    /// - everything that [`presign`](Self::presign) returns, except [`Error::PayloadRequired`]
    /// - [`Error::PayloadHashInUrl`] in S3's family, if the method is `GET`, `HEAD`, `DELETE` or
    ///   `OPTIONS` and the payload is a hash
    /// - [`Error::UnsignedPayloadInUrl`] if the service hashes the body, and the payload is
    ///   [`PayloadHash::Unsigned`]
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::{sigv4a, Credentials, PayloadHash};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "*", "sqs")?;
    /// let body = "Action=ReceiveMessage";
    /// let request = http::Request::post("https://sqs.us-east-1.amazonaws.com/123456789012/queue").body(())?;
    /// let presigned = signer.presign_with_payload(&request, PayloadHash::new(body), Duration::from_secs(60), now)?;
    /// assert!(presigned.url().contains("&X-Amz-SignedHeaders=host&"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn presign_with_payload<R: HttpRequest>(
        &self,
        request: &R,
        payload: PayloadHash,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Presigned, Error> {
        self.presign_as(request, Some(payload), expires_in, now.into())
    }

    fn presign_as<R: HttpRequest>(
        &self,
        request: &R,
        payload: Option<PayloadHash>,
        expires_in: Duration,
        now: Timestamp,
    ) -> Result<Presigned, Error> {
        let (context, date, key) = self.context(now)?;
        let lifetime = Lifetime::strict(expires_in)?;
        context.presign(request, &context.terms(payload, lifetime, &date, &key)?)
    }

    /// Presigns a request in slices. The [`url`](Presigned::url) that comes back is the request
    /// target, from the path on.
    ///
    /// # Errors
    /// As [`presign`](Self::presign).
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::{sigv4a, Credentials, RawRequest};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let request = RawRequest { method: "GET", path: "/key", query: "", headers: &[("host", b"bucket.s3.amazonaws.com")] };
    /// let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-*", "s3")?;
    /// assert_eq!((signer.region_set(), signer.service().name()), ("us-*", "s3"));
    /// let minute = Duration::from_secs(60);
    /// let presigned = signer.presign_raw(&request, minute, now)?;
    /// assert!(presigned.url().starts_with("/key?X-Amz-Algorithm="));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn presign_raw(
        &self,
        request: &RawRequest<'_>,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Presigned, Error> {
        let now = now.into();
        self.presign_raw_as(request, None, expires_in, now)
    }

    /// Presigns a request in slices with a payload that the caller names.
    ///
    /// # Errors
    /// - everything that [`presign_with_payload`](Self::presign_with_payload) returns
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::{sigv4a, Credentials, PayloadHash, RawRequest};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let request = RawRequest { method: "PUT", path: "/key", query: "", headers: &[("host", b"bucket.s3.amazonaws.com")] };
    /// let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "*", "s3")?;
    /// let payload = PayloadHash::new("the only body that S3 takes");
    /// let presigned = signer.presign_raw_with_payload(&request, payload, Duration::from_secs(60), now)?;
    /// assert_eq!(presigned.headers()["x-amz-content-sha256"], payload.to_hashed_payload().as_str());
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn presign_raw_with_payload(
        &self,
        request: &RawRequest<'_>,
        payload: PayloadHash,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Presigned, Error> {
        self.presign_raw_as(request, Some(payload), expires_in, now.into())
    }

    fn presign_raw_as(
        &self,
        request: &RawRequest<'_>,
        payload: Option<PayloadHash>,
        expires_in: Duration,
        now: Timestamp,
    ) -> Result<Presigned, Error> {
        let (context, date, key) = self.context(now)?;
        let lifetime = Lifetime::strict(expires_in)?;
        context.presign_raw(request, &context.terms(payload, lifetime, &date, &key)?)
    }

    /// The regions that are signed for, as they are sent.
    ///
    /// ```
    /// use countersign::{sigv4a, Credentials};
    ///
    /// let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-*,eu-west-1", "s3")?;
    /// assert_eq!(signer.region_set(), "us-*,eu-west-1");
    /// ```
    pub fn region_set(&self) -> &str {
        &self.0.region_set
    }

    /// The service that is signed for, with the rules that it is signed by.
    ///
    /// ```
    /// use countersign::{sigv4a, Credentials, Rules};
    ///
    /// let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "*", "s3")?;
    /// assert_eq!((signer.service().name(), signer.service().rules()), ("s3", &Rules::S3));
    /// ```
    pub fn service(&self) -> &Service {
        &self.0.context.service
    }

    /// The key that verifies what this signer signs.
    ///
    /// ```
    /// use countersign::{sigv4a, Credentials};
    ///
    /// let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "*", "s3")?;
    /// let key = sigv4a::SigningKey::derive("AKIDEXAMPLE", &"secret".into())?;
    /// assert_eq!(signer.public_key(), key.public_key());
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn public_key(&self) -> PublicKey {
        self.0.key.public_key()
    }

    pub(crate) fn context(
        &self,
        now: Timestamp,
    ) -> Result<(&SigningContext, AmzDate, ScopedKey), Error> {
        let context = &self.0.context;
        let date = context.date(now)?;
        let scope = CredentialScope::unchecked(date.day_bytes(), None, context.service.name());
        let key = self.0.key.clone();
        Ok((context, date, ScopedKey { key, scope }))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("region_set", &self.0.region_set)
            .field("service", &self.0.context.service.name())
            .field("access_key_id", &self.0.context.access_key_id)
            .finish_non_exhaustive()
    }
}
