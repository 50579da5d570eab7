//! The two verbs of a client: sign and presign.

use std::fmt;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use crate::credentials::{Credentials, SecretKey};
use crate::error::Error;
use crate::request::{HttpRequest, RawRequest};
use crate::service::Service;
use crate::sign::added_headers::AddedHeaders;
use crate::sign::pipeline::SigningContext;
use crate::sign::presigned::{Lifetime, Presigned};
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::{CredentialScope, check_region};
use crate::sigv4::signature::Signature;
use crate::sigv4::signing_key::SigningKey;
use crate::timestamp::Timestamp;

/// Signs and presigns requests to one service in one region, with one set of credentials.
///
/// It is the pure parts of this crate put together, plus the signing key of the day, remembered.
/// Cloning is a reference count, and clones share the key. It reads no clock: the time is an
/// argument. What is wrong with credentials, region or service is told when something is signed.
///
/// IAM User Guide, "AWS Signature Version 4 for API requests".
///
/// ```
/// use countersign::{Credentials, PayloadHash, Signer};
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
///     .with_session_token("AQoDYXdzEJr...");
/// let signer = Signer::new(credentials, "us-east-1", "iam")?;
///
/// let mut request = http::Request::get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08").body(())?;
/// signer.sign(&mut request, PayloadHash::EMPTY, datetime!(2015-08-30 12:36 UTC))?;
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
    /// A signer for one region and one service, by its signing name.
    ///
    /// ```
    /// use countersign::{Credentials, Rules, Service, Signer};
    ///
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let s3 = Signer::new(credentials.clone(), "eu-central-1", "s3")?;
    /// let dynamodb = Signer::new(credentials.clone(), "eu-central-1", "dynamodb")?;
    /// // A service with rules of its own.
    /// let store = Signer::new(credentials, "auto", Service::new("storage", Rules::S3))?;
    /// ```
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

    /// Signs a request, in its headers.
    ///
    /// Adds `x-amz-date`, `authorization`, and where they belong `x-amz-security-token` and
    /// `x-amz-content-sha256`; what an earlier signing left of these is replaced. Returns the
    /// signature, for those who sign what follows it.
    ///
    /// The URI stays as it is:
    ///
    /// - **Path.** S3's family is signed in canonical encoding, which S3 recomputes from the path that
    ///   it receives ([`Rules::recode_path`](crate::Rules::recode_path)).
    /// - **Query.** A bare `+` is signed as a space.
    /// - **Host.** It is signed as the `host` header says it, or else as an HTTP client sends it for
    ///   the URI: in lowercase. If the URI's host has an upper-case letter, the lowercase `host`
    ///   header is added too, because some clients send the letters as they are written.
    ///
    /// A payload that is the request's own body is hashed in a statement before, since the request is
    /// borrowed while it is signed: `let payload = PayloadHash::new(request.body());`.
    ///
    /// # Errors
    /// Credentials, region or service that cannot be; credentials that have expired at `now`; no
    /// host; a path or query that cannot be sent; a bare `+` in a path of S3
    /// ([`Error::InvalidPath`]); a query that is signed already. The request is then as it was.
    ///
    /// ```
    /// use countersign::{Credentials, PayloadHash, Signer};
    /// use time::macros::datetime;
    ///
    /// // The example of the IAM User Guide.
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    /// let signer = Signer::new(credentials, "us-east-1", "iam")?;
    /// let mut request = http::Request::get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
    ///     .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
    ///     .body(())?;
    /// let signature = signer.sign(&mut request, PayloadHash::EMPTY, datetime!(2015-08-30 12:36 UTC))?;
    /// assert_eq!(signature.as_str(), "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign<R: HttpRequest>(
        &self,
        request: &mut R,
        payload: PayloadHash,
        now: impl Into<Timestamp>,
    ) -> Result<Signature, Error> {
        let now = now.into();
        let (context, date) = self.context(now)?;
        self.with_key(&date, context, |key| {
            context.sign(request, payload, &date, key)
        })
    }

    /// Signs a request in slices: what to send with it comes back.
    ///
    /// # Errors
    /// As [`sign`](Self::sign); and a method, header name or header value that is none.
    ///
    /// ```
    /// use countersign::{Credentials, PayloadHash, RawRequest, Signer};
    /// use time::macros::datetime;
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "sqs")?;
    /// let request = RawRequest {
    ///     method: "GET",
    ///     path: "/",
    ///     query: "Action=ListQueues",
    ///     headers: &[("host", b"sqs.us-east-1.amazonaws.com")],
    /// };
    /// let added = signer.sign_raw(&request, PayloadHash::EMPTY, datetime!(2015-08-30 12:36 UTC))?;
    /// for (name, value) in added.iter() {
    ///     // write `name: value` on the wire
    ///     # let _ = (name, value);
    /// }
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn sign_raw(
        &self,
        request: &RawRequest<'_>,
        payload: PayloadHash,
        now: impl Into<Timestamp>,
    ) -> Result<AddedHeaders<'_>, Error> {
        let now = now.into();
        let (context, date) = self.context(now)?;
        self.with_key(&date, context, |key| {
            context.sign_raw(request, payload, &date, key)
        })
    }

    /// Presigns a request: a URL that anybody can use until it expires, and that needs no
    /// `authorization` header.
    ///
    /// In S3's family the payload stays unsigned: whoever has the URL of a `PUT` uploads what they
    /// like. Elsewhere `GET`, `HEAD`, `DELETE` and `OPTIONS` are signed with an empty body. For
    /// another method call [`presign_with_payload`](Self::presign_with_payload).
    ///
    /// The caller's query stays and the signature's parameters are appended. Three things of the URL
    /// are written anew, so that all clients and servers agree about them: the host in lowercase, a
    /// path of S3's family in canonical encoding
    /// ([`Rules::recode_path`](crate::Rules::recode_path)), and a bare `+` of the query as `%20`. A
    /// segment of a path that would become `.` or `..`, such as `%2E%2E`, stays as it is.
    ///
    /// Headers of the request are signed too, and whoever uses the URL must send them
    /// ([`Presigned::headers`]).
    ///
    /// Amazon S3 API Reference, "Authenticating requests: using query parameters".
    ///
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns
    /// - [`Error::PayloadRequired`] outside S3's family, if the method is not one of the four
    /// - [`Error::ExpiresInOutOfRange`] if the lifetime is not 1 to 604,800 seconds
    /// - [`Error::ExpiresInNotWholeSeconds`] if the lifetime has a fraction of a second
    /// - [`Error::OutlivesCredentials`] if the credentials expire before the URL
    /// - [`Error::RelativeUri`] if the URI has no scheme or no host
    /// - [`Error::AlreadySigned`] if a parameter `X-Amz-Content-Sha256` declares another payload
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::{Credentials, Signer};
    /// use time::macros::datetime;
    ///
    /// let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    ///     .with_session_token("AQoDYXdzEJr...");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let request = http::Request::get("https://bucket.s3.amazonaws.com/a%20key").body(())?;
    /// let now = datetime!(2013-05-24 0:00 UTC);
    /// let url = signer.presign(&request, Duration::from_secs(900), now)?;
    /// assert!(url.url().starts_with("https://bucket.s3.amazonaws.com/a%20key?X-Amz-Algorithm="));
    /// assert_eq!(url.expires_at(), datetime!(2013-05-24 0:15 UTC));
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
    /// use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "sqs")?;
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
        let (context, date) = self.context(now)?;
        let lifetime = Lifetime::strict(expires_in)?;
        self.with_key(&date, context, |key| {
            context.presign(request, &context.terms(payload, lifetime, &date, key)?)
        })
    }

    /// Presigns a request in slices. The [`url`](Presigned::url) that comes back is the request
    /// target, from the path on.
    ///
    /// # Errors
    /// As [`presign`](Self::presign).
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::{Credentials, RawRequest, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let request = RawRequest { method: "GET", path: "/key", query: "", headers: &[("host", b"bucket.s3.amazonaws.com")] };
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
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
    /// use countersign::{Credentials, PayloadHash, RawRequest, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let request = RawRequest { method: "PUT", path: "/key", query: "", headers: &[("host", b"bucket.s3.amazonaws.com")] };
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
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
        let (context, date) = self.context(now)?;
        let lifetime = Lifetime::strict(expires_in)?;
        self.with_key(&date, context, |key| {
            context.presign_raw(request, &context.terms(payload, lifetime, &date, key)?)
        })
    }

    /// The region that is signed for.
    ///
    /// ```
    /// use countersign::{Credentials, Signer};
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "eu-west-1", "s3")?;
    /// assert_eq!(signer.region(), "eu-west-1");
    /// ```
    pub fn region(&self) -> &str {
        &self.0.region
    }

    /// The service that is signed for, with the rules that it is signed by.
    ///
    /// ```
    /// use countersign::{Credentials, Rules, Signer};
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "eu-west-1", "s3")?;
    /// assert_eq!((signer.service().name(), signer.region()), ("s3", "eu-west-1"));
    /// assert_eq!(signer.service().rules(), &Rules::S3);
    /// ```
    pub fn service(&self) -> &Service {
        &self.0.context.service
    }

    pub(crate) fn context(&self, now: Timestamp) -> Result<(&SigningContext, AmzDate), Error> {
        let context = &self.0.context;
        Ok((context, context.date(now)?))
    }

    pub(crate) fn signing_context(&self) -> &SigningContext {
        &self.0.context
    }

    /// Lends the signing key of the day. Nobody waits for anybody: where the remembered key is
    /// another day's, or just being replaced, it is derived.
    pub(crate) fn with_key<T>(
        &self,
        date: &AmzDate,
        context: &SigningContext,
        use_key: impl FnOnce(&SigningKey) -> T,
    ) -> T {
        if let Ok(today) = self.0.today.try_read()
            && let Some(key) = today.as_ref()
            && key.scope().day_bytes() == date.day_bytes()
        {
            return use_key(key);
        }
        let scope = CredentialScope::unchecked(
            date.day_bytes(),
            Some(&self.0.region),
            context.service.name(),
        );
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
