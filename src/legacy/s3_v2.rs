//! The REST scheme of Amazon S3 before Signature Version 4: `Authorization: AWS ID:signature`, or
//! `Signature` and `Expires` in the query. HMAC-SHA1 over the method, a few headers, the bucket, the
//! path and the sub-resources.
//!
//! Use it only with a store that speaks nothing newer, or for clients that do not. No body is signed
//! (`content-md5`, which the store must check, is the nearest to it), no query but the sub-resources,
//! and no host.
//!
//! With the feature `post-policy` also browser uploads: `Signer::sign_post` makes the form, and
//! `SignedPost` is the claim of one that arrives.
//!
//! Amazon S3 User Guide, "Signing and authenticating REST requests".
//!
//! ```
//! use std::time::Duration;
//! use countersign::Credentials;
//! use countersign::legacy::s3_v2::{Bucket, Signer};
//! use time::macros::datetime;
//!
//! let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
//! let request = http::Request::get("https://store.example.com/bucket/key").body(())?;
//! let (hour, now) = (Duration::from_secs(3600), datetime!(2026-01-01 12:00 UTC));
//! let presigned = signer.presign(&request, Bucket::InPath, hour, now)?;
//! let start = "https://store.example.com/bucket/key?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1767272400&Signature=";
//! assert!(presigned.url().starts_with(start));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod claim;
#[cfg(feature = "post-policy")]
mod post;
mod resource;
mod string_to_sign;

use std::fmt;
use std::time::Duration;

use http::header::{AUTHORIZATION, DATE};
use http::{HeaderMap, HeaderName, HeaderValue};

pub use claim::SignedRequest;
#[cfg(feature = "post-policy")]
pub use post::{SignedPost, VerifiedPost};
pub use resource::Bucket;
pub use string_to_sign::string_to_sign;
use string_to_sign::{amz_headers, amz_parameters, header_string_to_sign, write_string_to_sign};

use super::date::http_date;
use super::parameters::Parameters;
use super::{base64, check, hmac_sha1};
use crate::credentials::{Credentials, SessionToken};
use crate::error::Error;
use crate::primitives::encode::encode_segment;
use crate::request::{HttpRequest, authority_of};
use crate::sign::added_headers::attach_session_token;
use crate::sign::presigned::{Presigned, whole_seconds};
use crate::sigv4::signature::Signature;
use crate::timestamp::Timestamp;

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: &str = "x-amz-security-token";
/// The parameters that the query form writes.
const WRITTEN: [&str; 4] = ["AWSAccessKeyId", "Expires", "Signature", TOKEN];

/// Signs and presigns requests to an S3-compatible store.
///
/// ```
/// use countersign::Credentials;
/// use countersign::legacy::s3_v2::{Bucket, Signer};
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// let signer = Signer::new(credentials);
/// let mut request = http::Request::get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg").body(())?;
/// signer.sign(&mut request, Bucket::InHost("johnsmith"), datetime!(2007-03-27 19:36:42 UTC))?;
/// assert_eq!(request.headers()["date"], "Tue, 27 Mar 2007 19:36:42 GMT");
/// assert_eq!(request.headers()["authorization"], "AWS AKIAIOSFODNN7EXAMPLE:l5OyHwmFwM1eA82pf/bAJD+zbsk=");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    credentials: Credentials,
}

impl Signer {
    /// A signer with one set of credentials.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::s3_v2::Signer;
    ///
    /// let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
    /// assert!(!format!("{signer:?}").contains("wJalrXUtnFEMI"));
    /// ```
    pub fn new(credentials: Credentials) -> Self {
        Self { credentials }
    }

    /// Signs a request, in its headers: adds `date`, or where the request has `x-amz-date` that;
    /// `x-amz-security-token`, where the credentials have one; and `authorization`. What an earlier
    /// signing left of these is replaced.
    ///
    /// # Errors
    /// Credentials that cannot be, or have expired at `now`; a query that cannot be sent, or is signed
    /// already; a header that is no text. The request is then as it was.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::s3_v2::{Bucket, Signer};
    /// use time::macros::datetime;
    ///
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let mut request = http::Request::put("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg")
    ///     .header("content-type", "image/jpeg") // signed, and so set before
    ///     .body(())?;
    /// Signer::new(credentials).sign(&mut request, Bucket::InHost("johnsmith"), datetime!(2007-03-27 21:15:45 UTC))?;
    /// assert_eq!(request.headers()["authorization"], "AWS AKIAIOSFODNN7EXAMPLE:JrX88/j7vDXioOeokhkr85EEmKM=");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign<R: HttpRequest>(
        &self,
        request: &mut R,
        bucket: Bucket<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<(), Error> {
        let now = now.into();
        check(&self.credentials, now)?;
        refuse_signed(request)?;
        let before = request.headers().clone();
        let signed = self.sign_headers(request, bucket, now);
        if signed.is_err() {
            *request.headers_mut() = before;
        }
        signed
    }

    fn sign_headers<R: HttpRequest>(
        &self,
        request: &mut R,
        bucket: Bucket<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let date = http_date(now).ok_or(Error::TimeOutOfRange { now })?;
        let headers = request.headers_mut();
        headers.try_reserve(3).map_err(|_| Error::TooManyHeaders)?;
        headers.remove(TOKEN);
        if let Some(token) = self.credentials.session_token() {
            attach_session_token(headers, token)?;
        }
        let name = if headers.contains_key(X_AMZ_DATE) {
            X_AMZ_DATE
        } else {
            DATE
        };
        headers.insert(name.clone(), header_value(&name, &date)?);
        let string_to_sign = header_string_to_sign(request, bucket)?;
        let signature = base64(&hmac_sha1(self.credentials.secret_key(), &string_to_sign));
        let id = self.credentials.access_key_id();
        let mut value = header_value(&AUTHORIZATION, &format!("AWS {id}:{signature}"))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(())
    }

    /// Presigns a request: a URL that anybody can use until it expires. There is no longest lifetime,
    /// and no server knows when the URL was made.
    ///
    /// Headers of the scheme that the request has (`content-md5`, `content-type`, `x-amz-*`) are
    /// signed, and whoever uses the URL must send them ([`Presigned::headers`]).
    ///
    /// # Errors
    /// As [`sign`](Self::sign); and a lifetime under a second, or beyond the end of the credentials; a
    /// relative URI.
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::Credentials;
    /// use countersign::legacy::s3_v2::{Bucket, Signer};
    /// use time::macros::datetime;
    ///
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let request = http::Request::get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg").body(())?;
    /// let now = datetime!(2007-03-29 03:30:22 UTC);
    /// let presigned = Signer::new(credentials)
    ///     .presign(&request, Bucket::InHost("johnsmith"), Duration::from_secs(600), now)?;
    /// assert_eq!(
    ///     presigned.url(),
    ///     "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\
    ///      &Expires=1175139622&Signature=%2FZXOzbUeljIiChOOqydiXg4BFd8%3D",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn presign<R: HttpRequest>(
        &self,
        request: &R,
        bucket: Bucket<'_>,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Presigned, Error> {
        let now = now.into();
        check(&self.credentials, now)?;
        let parameters = refuse_signed(request)?;
        let uri = request.uri();
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), authority_of(uri)) else {
            return Err(Error::RelativeUri);
        };
        let expires_at = self.expires_at(expires_in, now)?;
        let expires = expires_at.unix_seconds().to_string();

        let signs = |name: &HeaderName| {
            let name = name.as_str();
            let amz = name.starts_with("x-amz-") && name != TOKEN && name != "x-amz-date";
            amz || name == "content-md5" || name == "content-type"
        };
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers().iter().filter(|(name, _)| signs(name)) {
            headers
                .try_append(name.clone(), value.clone())
                .map_err(|_| Error::TooManyHeaders)?;
        }
        let token = self.credentials.session_token();
        let token = token.map(SessionToken::expose);
        let sent = amz_parameters(&parameters, &headers)?;
        let mut amz = amz_headers(&headers);
        amz.extend(sent.iter().map(|(name, value)| (name.as_str(), *value)));
        amz.extend(token.map(|token| (TOKEN, token.as_bytes())));
        let method = request.method().as_str();
        let string_to_sign =
            write_string_to_sign(method, &headers, expires.as_bytes(), amz, bucket, uri)?;
        let mac = hmac_sha1(self.credentials.secret_key(), &string_to_sign);

        let mut url = format!("{scheme}://{authority}{}", uri.path());
        let mut separator = '?';
        let mut push = |part: &str| {
            url.push(separator);
            url.push_str(part);
            separator = '&';
        };
        if let Some(query) = uri.query().filter(|query| !query.is_empty()) {
            push(query);
        }
        let id = self.credentials.access_key_id();
        push(&format!("AWSAccessKeyId={}", encode_segment(id)));
        push(&format!("Expires={expires}"));
        push(&format!("Signature={}", encode_segment(base64(&mac))));
        if let Some(token) = token {
            push(&format!("{TOKEN}={}", encode_segment(token)));
        }
        Ok(Presigned {
            method: request.method().clone(),
            url,
            headers,
            expires_at,
            signature: hex_of(&mac),
        })
    }

    fn expires_at(&self, expires_in: Duration, now: Timestamp) -> Result<Timestamp, Error> {
        let seconds = whole_seconds(expires_in)?;
        let longest = i64::MAX.unsigned_abs();
        if !(1..=longest).contains(&seconds) {
            return Err(Error::ExpiresInOutOfRange { seconds, longest });
        }
        let start = Timestamp::from_unix_seconds(now.unix_seconds());
        let expires_at = start + Duration::from_secs(seconds);
        match self.credentials.expiration() {
            Some(expiration) if expiration < expires_at => Err(Error::OutlivesCredentials {
                expires_at,
                expiration,
            }),
            _ => Ok(expires_at),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("access_key_id", &self.credentials.access_key_id())
            .finish_non_exhaustive()
    }
}

fn refuse_signed<R: HttpRequest>(request: &R) -> Result<Parameters, Error> {
    let parameters = Parameters::of_query(request.uri().query().unwrap_or_default())?;
    match parameters.any_of(&WRITTEN) {
        None => Ok(parameters),
        Some(parameter) => Err(Error::AlreadySigned {
            parameter: parameter.to_owned(),
        }),
    }
}

fn header_value(name: &HeaderName, text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| Error::InvalidHeaderValue {
        name: name.as_str().to_owned(),
    })
}

fn hex_of(mac: &[u8; 20]) -> Signature {
    let mut digits = [0; 40];
    hex::encode_to_slice(mac, &mut digits).unwrap_or_default();
    Signature::of_hex(&digits)
}
