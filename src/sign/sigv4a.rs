//! The signer of Signature Version 4A.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Request;

use crate::credentials::Credentials;
use crate::error::Error;
use crate::request::{HttpRequest, RawRequest};
use crate::service::Service;
use crate::sign::added_headers::AddedHeaders;
use crate::sign::buffered::BufferedBody;
use crate::sign::pipeline::SigningContext;
use crate::sign::presigned::{Presigned, PresignedTarget};
use crate::sign::verbs::Verbs;
use crate::sigv4::asymmetric::key::{PublicKey, ScopedKey, SigningKey};
use crate::sigv4::asymmetric::region_set;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Signature;
use crate::timestamp::Timestamp;

/// Signs and presigns requests to one service in a set of regions, with Signature Version 4A.
///
/// It works like [`Signer`](crate::Signer), with the algorithm `AWS4-ECDSA-P256-SHA256`. The region
/// set is signed and sent, as `x-amz-region-set` or `X-Amz-Region-Set`. The key is derived once,
/// when the signer is created. Cloning only increments a reference count.
///
/// ```
/// use countersign::{Credentials, PayloadHash, Timestamp, sigv4a};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = sigv4a::Signer::new(credentials, "*", "s3")?;
///
/// let host = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com";
/// let mut request =
///     http::Request::get(format!("https://{host}/key")).body(())?;
/// let now: Timestamp = "2015-08-30T12:36:00Z".parse()?;
/// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
/// assert_eq!(request.headers()["x-amz-region-set"], "*");
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
    /// Creates a signer for a region set and one service.
    ///
    /// A region set is a list of regions or patterns of regions, joined with `,`. `*` means all
    /// regions. Give the service by its signing name, or as a [`Service`].
    ///
    /// # Errors
    /// - [`Error::InvalidRegionSet`] if the region set is empty or malformed
    /// - everything that [`Signer::new`](crate::Signer::new) returns
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

    /// Signs a request in its headers, as [`Signer::sign`](crate::Signer::sign) does.
    ///
    /// It also sets `x-amz-region-set`.
    ///
    /// # Errors
    /// - everything that [`Signer::sign`](crate::Signer::sign) returns
    ///
    /// ```
    /// use countersign::sigv4::{Algorithm, Authorization};
    /// use countersign::{Credentials, PayloadHash, Timestamp, sigv4a};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = sigv4a::Signer::new(credentials, "us-*", "events")?;
    /// let url = "https://abc.endpoint.events.amazonaws.com/";
    /// let mut request = http::Request::post(url).body("{}")?;
    /// let now = Timestamp::from_unix_seconds(1_767_268_800);
    /// signer.sign(&mut request, PayloadHash::new("{}"), now)?;
    /// let header = request.headers()["authorization"].to_str()?;
    /// let authorization = Authorization::parse(header)?;
    /// assert_eq!(authorization.algorithm, Algorithm::EcdsaP256Sha256);
    /// assert_eq!(
    ///     authorization.signed_headers,
    ///     "host;x-amz-date;x-amz-region-set"
    /// );
    /// assert_eq!(authorization.scope.region(), None); // the region set says it
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign<R: HttpRequest>(
        &self,
        request: &mut R,
        payload: PayloadHash,
        now: impl Into<Timestamp>,
    ) -> Result<Signature, Error> {
        self.sign_with(request, &[], payload, now.into())
    }

    /// Hashes the body of a request, then signs the request.
    ///
    /// [`Signer::sign_buffered`](crate::Signer::sign_buffered) has an example.
    ///
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns
    pub fn sign_buffered<B: BufferedBody>(
        &self,
        request: &mut Request<B>,
        now: impl Into<Timestamp>,
    ) -> Result<Signature, Error> {
        let payload = PayloadHash::new(request.body().bytes());
        self.sign_with(request, &[], payload, now.into())
    }

    /// Signs a request in slices, and returns the headers to send with it.
    ///
    /// [`Signer::sign_raw`](crate::Signer::sign_raw) has an example.
    ///
    /// # Errors
    /// - everything that [`Signer::sign_raw`](crate::Signer::sign_raw) returns
    pub fn sign_raw(
        &self,
        request: &RawRequest<'_>,
        payload: PayloadHash,
        now: impl Into<Timestamp>,
    ) -> Result<AddedHeaders<'_>, Error> {
        self.sign_raw_at(request, payload, now.into())
    }

    /// Presigns a request, as [`Signer::presign`](crate::Signer::presign) does.
    ///
    /// The URL also contains `X-Amz-Region-Set`.
    ///
    /// # Errors
    /// - everything that [`Signer::presign`](crate::Signer::presign) returns
    ///
    /// ```
    /// use countersign::{Credentials, Timestamp, sigv4a};
    /// use std::time::Duration;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = sigv4a::Signer::new(credentials, "us-east-1,eu-west-1", "s3")?;
    /// let host = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com";
    /// let request = http::Request::get(format!("https://{host}/key")).body(())?;
    /// let now = Timestamp::from_unix_seconds(1_767_268_800);
    /// let presigned = signer.presign(&request, Duration::from_secs(900), now)?;
    /// assert!(
    ///     presigned
    ///         .url()
    ///         .contains("&X-Amz-Region-Set=us-east-1%2Ceu-west-1&")
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn presign<R: HttpRequest>(
        &self,
        request: &R,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Presigned, Error> {
        self.presign_as(request, None, expires_in, now.into())
    }

    /// Presigns a request with the given payload hash.
    ///
    /// [`Signer::presign_with_payload`](crate::Signer::presign_with_payload) has an example.
    ///
    /// # Errors
    /// - everything that [`Signer::presign_with_payload`](crate::Signer::presign_with_payload)
    ///   returns
    pub fn presign_with_payload<R: HttpRequest>(
        &self,
        request: &R,
        payload: PayloadHash,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Presigned, Error> {
        self.presign_as(request, Some(payload), expires_in, now.into())
    }

    /// Presigns a request in slices, and returns the target of its request line.
    ///
    /// [`Signer::presign_raw`](crate::Signer::presign_raw) has an example.
    ///
    /// # Errors
    /// - everything that [`Signer::presign_raw`](crate::Signer::presign_raw) returns
    pub fn presign_raw(
        &self,
        request: &RawRequest<'_>,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedTarget, Error> {
        self.presign_raw_as(request, None, expires_in, now.into())
    }

    /// Presigns a request in slices with the given payload hash.
    ///
    /// [`Signer::presign_raw`](crate::Signer::presign_raw) has an example.
    ///
    /// # Errors
    /// - everything that
    ///   [`Signer::presign_raw_with_payload`](crate::Signer::presign_raw_with_payload) returns
    pub fn presign_raw_with_payload(
        &self,
        request: &RawRequest<'_>,
        payload: PayloadHash,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedTarget, Error> {
        self.presign_raw_as(request, Some(payload), expires_in, now.into())
    }

    /// Returns the region set that is signed for, as it is sent.
    pub fn region_set(&self) -> &str {
        &self.0.region_set
    }

    /// Returns the service that is signed for, with its rules.
    pub fn service(&self) -> &Service {
        &self.0.context.service
    }

    /// Returns when the credentials expire, if they do. Replace the signer shortly before.
    pub fn expiration(&self) -> Option<Timestamp> {
        self.0.context.expiration
    }

    /// Returns the public key, which verifies the signatures of this signer.
    pub fn public_key(&self) -> PublicKey {
        self.0.key.public_key()
    }

    pub(crate) fn context(
        &self,
        now: Timestamp,
    ) -> Result<(&SigningContext, AmzDate, ScopedKey), Error> {
        let context = &self.0.context;
        let date = context.date(now)?;
        Ok((context, date, self.scoped_key(&date)))
    }

    fn scoped_key(&self, date: &AmzDate) -> ScopedKey {
        let service = self.0.context.service.name();
        ScopedKey {
            key: self.0.key.clone(),
            scope: CredentialScope::unchecked(date.day_bytes(), None, service),
        }
    }
}

impl Verbs for Signer {
    type Key = ScopedKey;

    fn signing_context(&self) -> &SigningContext {
        &self.0.context
    }

    fn with_key_of<T>(&self, date: &AmzDate, use_key: impl FnOnce(&ScopedKey) -> T) -> T {
        use_key(&self.scoped_key(date))
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
