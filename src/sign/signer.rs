//! The signer of Signature Version 4.

use std::fmt;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use http::Request;

use crate::credentials::{Credentials, SecretKey};
use crate::error::Error;
use crate::request::{HttpRequest, RawRequest};
use crate::service::Service;
use crate::sign::added_headers::AddedHeaders;
use crate::sign::buffered::BufferedBody;
use crate::sign::pipeline::SigningContext;
use crate::sign::presigned::{Presigned, PresignedTarget};
use crate::sign::verbs::Verbs;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::{CredentialScope, check_region};
use crate::sigv4::signature::Signature;
use crate::sigv4::signing_key::SigningKey;
use crate::timestamp::Timestamp;

/// Signs and presigns requests to one service in one region, with one set of credentials.
///
/// It caches the signing key of the day. Cloning only increments a reference count, and clones
/// share the cache. It reads no clock: the time is an argument.
///
/// IAM User Guide, "AWS Signature Version 4 for API requests".
///
/// ```
/// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
///
/// let credentials =
///     Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG")
///         .with_session_token("AQoDYXdzEJr...");
/// let signer = Signer::new(credentials, "us-east-1", "iam")?;
///
/// let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
/// let mut request = http::Request::get(url).body(())?;
/// let now: Timestamp = "2015-08-30T12:36:00Z".parse()?;
/// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
/// assert_eq!(request.headers()["x-amz-date"], "20150830T123600Z");
/// assert_eq!(request.headers()["x-amz-security-token"], "AQoDYXdzEJr...");
/// assert!(request.headers().contains_key("authorization"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer(Arc<Inner>);

struct Inner {
    context: SigningContext,
    secret_key: SecretKey,
    region: String,
    today: RwLock<Option<SigningKey>>,
}

impl Signer {
    /// Creates a signer for one region and one service.
    ///
    /// Give the service by its signing name, such as `"s3"`, or as a [`Service`] with its own
    /// rules.
    ///
    /// # Errors
    /// - [`Error::InvalidRegion`], [`Error::InvalidService`] if the name is empty, longer than 64
    ///   bytes, or contains `/`, `,` or anything but visible ASCII
    /// - [`Error::InvalidService`] if the name is `S3`, or another name whose lowercase form has
    ///   its own rules
    /// - [`Error::InvalidAccessKeyId`], [`Error::InvalidSecretKey`], [`Error::InvalidSessionToken`]
    ///   if a part is empty or contains white space, a control character or a character outside
    ///   ASCII, if the ID contains a comma, or if the secret looks like an access key ID
    pub fn new(
        credentials: Credentials,
        region: impl Into<String>,
        service: impl Into<Service>,
    ) -> Result<Self, Error> {
        let region = region.into();
        check_region(&region)?;
        Ok(Self(Arc::new(Inner {
            context: SigningContext::new(&credentials, service.into(), None)?,
            secret_key: credentials.secret_key().clone(),
            region,
            today: RwLock::new(None),
        })))
    }

    /// Signs a request in its headers, and returns the signature.
    ///
    /// It sets these headers, and replaces those of an earlier signing:
    ///
    /// - `x-amz-date`
    /// - the [header of the session token](crate::SessionToken::header_name), for temporary
    ///   credentials
    /// - `x-amz-content-sha256`, by the [rule](crate::ContentSha256) of the service
    /// - `authorization`
    ///
    /// It does not change the URI. What it signs can differ from it:
    ///
    /// - **Path.** For services with [`Rules::S3`](crate::Rules::S3) (S3's family) it is signed in
    ///   canonical encoding, which S3 recomputes from the path that it receives
    ///   ([`Rules::recode_path`](crate::Rules::recode_path)).
    /// - **Query.** A bare `+` is signed as a space.
    /// - **Host.** The `host` header is signed if there is one, and otherwise the host of the URI in
    ///   lowercase, as most HTTP clients send it. If that has an uppercase letter, a lowercase `host`
    ///   header is added, because some clients send the letters as they are.
    ///
    /// [`sign_buffered`](Self::sign_buffered) hashes the request's own body.
    ///
    /// # Errors
    /// An error leaves the request unchanged.
    ///
    /// - [`Error::CredentialsExpired`] if the credentials have expired at `now`
    /// - [`Error::TimeOutOfRange`] if `now` is outside the years 0 to 9999
    /// - [`Error::MissingHost`] if neither the headers nor the URI have a host
    /// - [`Error::DuplicateHost`] if there are several `host` headers
    /// - [`Error::InvalidPath`] if the path cannot be sent, or if a path of S3 contains a bare `+`
    /// - [`Error::InvalidQuery`] if the query cannot be sent
    /// - [`Error::AlreadySigned`] if the query contains the signature of a presigned URL
    /// - [`Error::PayloadMustBeUnsigned`] if the service accepts only unsigned payloads
    /// - [`Error::StreamNotAnnounced`] if the payload is a stream, and the service has no
    ///   `x-amz-content-sha256`
    /// - [`Error::TooManyHeaders`] if the request has more than 4,096 header names
    ///
    /// ```
    /// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
    ///
    /// // The example of the IAM User Guide.
    /// let secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    /// let credentials = Credentials::new("AKIDEXAMPLE", secret_key);
    /// let signer = Signer::new(credentials, "us-east-1", "iam")?;
    /// let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
    /// let form = "application/x-www-form-urlencoded; charset=utf-8";
    /// let mut request = http::Request::get(url)
    ///     .header("content-type", form)
    ///     .body(())?;
    /// let now: Timestamp = "2015-08-30T12:36:00Z".parse()?;
    /// let signature = signer.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// assert_eq!(
    ///     signature.as_str(),
    ///     "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    /// );
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

    /// Hashes the body of a request, then signs the request as [`sign`](Self::sign) does.
    ///
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns
    ///
    /// ```
    /// use countersign::{Credentials, Signer, Timestamp};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let url = "https://bucket.s3.amazonaws.com/key";
    /// let mut request = http::Request::put(url).body("Welcome to Amazon S3.")?;
    /// let now: Timestamp = "2013-05-24T00:00:00Z".parse()?;
    /// signer.sign_buffered(&mut request, now)?;
    /// assert_eq!(
    ///     request.headers()["x-amz-content-sha256"],
    ///     "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns
    /// - [`Error::InvalidMethod`], [`Error::InvalidHeaderName`], [`Error::InvalidHeaderValue`] if
    ///   HTTP cannot carry it (header names must be lowercase)
    ///
    /// ```
    /// use countersign::{
    ///     Credentials, PayloadHash, RawRequest, Signer, Timestamp,
    /// };
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "sqs")?;
    /// let request = RawRequest {
    ///     method: "GET",
    ///     path: "/",
    ///     query: "Action=ListQueues",
    ///     headers: &[("host", b"sqs.us-east-1.amazonaws.com")],
    /// };
    /// let now: Timestamp = "2015-08-30T12:36:00Z".parse()?;
    /// let added = signer.sign_raw(&request, PayloadHash::EMPTY, now)?;
    /// let lines: Vec<_> = added
    ///     .iter()
    ///     .map(|(name, value)| format!("{name}: {value}"))
    ///     .collect();
    /// assert_eq!(lines[0], "x-amz-date: 20150830T123600Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_raw(
        &self,
        request: &RawRequest<'_>,
        payload: PayloadHash,
        now: impl Into<Timestamp>,
    ) -> Result<AddedHeaders<'_>, Error> {
        self.sign_raw_at(request, payload, now.into())
    }

    /// Presigns a request. Anyone who has the URL can send it until it expires.
    ///
    /// The payload depends on the service:
    ///
    /// - S3's family and VPC Lattice: it is unsigned, so the user of a `PUT` URL can upload any body.
    /// - Other services: `GET`, `HEAD`, `DELETE` and `OPTIONS` are signed with an empty body. For
    ///   other methods, call [`presign_with_payload`](Self::presign_with_payload).
    ///
    /// The parameters of the signature are appended to the query. Three parts of the URL are
    /// rewritten, so that all clients and servers read them alike:
    ///
    /// - **Path.** A path of S3's family is written in canonical encoding
    ///   ([`Rules::recode_path`](crate::Rules::recode_path)). A segment that would become `.` or
    ///   `..`, such as `%2E%2E`, stays as it is.
    /// - **Query.** A bare `+` becomes `%20`.
    /// - **Host.** It becomes lowercase.
    ///
    /// The headers of the request are signed too. The user of the URL must send them:
    /// [`Presigned::headers`] lists them.
    ///
    /// Amazon S3 API Reference, "Authenticating requests: using query parameters".
    ///
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns
    /// - [`Error::PayloadRequired`] if the service hashes payloads, and the method is not one of
    ///   the four
    /// - [`Error::ExpiresInOutOfRange`] if the lifetime is not 1 to 604,800 seconds
    /// - [`Error::ExpiresInNotWholeSeconds`] if the lifetime has a fraction of a second
    /// - [`Error::OutlivesCredentials`] if the credentials expire before the URL
    /// - [`Error::RelativeUri`] if the URI has no scheme or no host
    /// - [`Error::AlreadySigned`] if a parameter `X-Amz-Content-Sha256` declares another payload
    /// - [`Error::UrlTooLong`] if the URL is longer than 65,534 bytes
    ///
    /// ```
    /// use countersign::{Credentials, Signer, Timestamp};
    /// use std::time::Duration;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let url = "https://bucket.s3.amazonaws.com/a%20key";
    /// let request = http::Request::get(url).body(())?;
    /// let now: Timestamp = "2013-05-24T00:00:00Z".parse()?;
    /// let presigned = signer.presign(&request, Duration::from_secs(900), now)?;
    /// assert!(
    ///     presigned
    ///         .url()
    ///         .starts_with(&format!("{url}?X-Amz-Algorithm="))
    /// );
    /// assert_eq!(presigned.expires_at().to_string(), "2013-05-24T00:15:00Z");
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
    /// `payload` is the hash of the body that the user of the URL will send. If the service needs
    /// it in the header `x-amz-content-sha256`, [`Presigned::headers`] contains that header, and
    /// the user must send it too.
    ///
    /// # Errors
    /// - everything that [`presign`](Self::presign) returns, except [`Error::PayloadRequired`]
    /// - [`Error::PayloadHashInUrl`] for S3's family, if the method is `GET`, `HEAD`, `DELETE` or
    ///   `OPTIONS` and the payload is a hash
    /// - [`Error::UnsignedPayloadInUrl`] if the service hashes the body, and the payload is
    ///   [`PayloadHash::Unsigned`]
    ///
    /// ```
    /// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
    /// use std::time::Duration;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "sqs")?;
    /// let url = "https://sqs.us-east-1.amazonaws.com/123456789012/queue";
    /// let request = http::Request::post(url).body(())?;
    /// let (minute, now) = (
    ///     Duration::from_secs(60),
    ///     Timestamp::from_unix_seconds(1_767_268_800),
    /// );
    /// let payload = PayloadHash::new("Action=ReceiveMessage");
    /// let presigned =
    ///     signer.presign_with_payload(&request, payload, minute, now)?;
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

    /// Presigns a request in slices, and returns the target of its request line.
    ///
    /// A request in slices has no scheme, so the caller completes the URL.
    ///
    /// # Errors
    /// - everything that [`presign`](Self::presign) and [`sign_raw`](Self::sign_raw) return
    ///
    /// ```
    /// use countersign::{Credentials, RawRequest, Signer, Timestamp};
    /// use std::time::Duration;
    ///
    /// let request = RawRequest {
    ///     method: "GET",
    ///     path: "/key",
    ///     query: "",
    ///     headers: &[("host", b"bucket.s3.amazonaws.com")],
    /// };
    /// let signer = Signer::new(
    ///     Credentials::new("AKIDEXAMPLE", "secret"),
    ///     "us-east-1",
    ///     "s3",
    /// )?;
    /// let (minute, now) = (
    ///     Duration::from_secs(60),
    ///     Timestamp::from_unix_seconds(1_767_268_800),
    /// );
    /// let presigned = signer.presign_raw(&request, minute, now)?;
    /// assert!(
    ///     presigned
    ///         .path_and_query()
    ///         .starts_with("/key?X-Amz-Algorithm=")
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
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
    /// [`presign_raw`](Self::presign_raw) has an example.
    ///
    /// # Errors
    /// - everything that [`presign_with_payload`](Self::presign_with_payload) and
    ///   [`sign_raw`](Self::sign_raw) return
    pub fn presign_raw_with_payload(
        &self,
        request: &RawRequest<'_>,
        payload: PayloadHash,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedTarget, Error> {
        self.presign_raw_as(request, Some(payload), expires_in, now.into())
    }

    /// Returns the region that is signed for.
    pub fn region(&self) -> &str {
        &self.0.region
    }

    /// Returns the service that is signed for, with its rules.
    pub fn service(&self) -> &Service {
        &self.0.context.service
    }

    /// Returns when the credentials expire, if they do. Replace the signer shortly before.
    pub fn expiration(&self) -> Option<Timestamp> {
        self.0.context.expiration
    }

    pub(crate) fn context(&self, now: Timestamp) -> Result<(&SigningContext, AmzDate), Error> {
        let context = &self.0.context;
        Ok((context, context.date(now)?))
    }

    /// As [`Verbs::with_key_of`].
    pub(crate) fn with_key<T>(
        &self,
        date: &AmzDate,
        _: &SigningContext,
        use_key: impl FnOnce(&SigningKey) -> T,
    ) -> T {
        self.with_key_of(date, use_key)
    }
}

impl Verbs for Signer {
    type Key = SigningKey;

    fn signing_context(&self) -> &SigningContext {
        &self.0.context
    }

    /// Never waits for another thread. If the cached key is of another day, or is just being
    /// replaced, the key is derived.
    fn with_key_of<T>(&self, date: &AmzDate, use_key: impl FnOnce(&SigningKey) -> T) -> T {
        if let Ok(today) = self.0.today.try_read()
            && let Some(key) = today.as_ref()
            && key.scope().day_bytes() == date.day_bytes()
        {
            return use_key(key);
        }
        let service = self.0.context.service.name();
        let scope = CredentialScope::unchecked(date.day_bytes(), Some(&self.0.region), service);
        let key = SigningKey::derive(&self.0.secret_key, &scope);
        if let Ok(mut today) = self.0.today.try_write() {
            *today = Some(key.clone());
        }
        use_key(&key)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("region", &self.0.region)
            .field("service", &self.0.context.service.name())
            .field("access_key_id", &self.0.context.access_key_id)
            .finish_non_exhaustive()
    }
}
