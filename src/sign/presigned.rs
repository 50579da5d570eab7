//! Presigned requests.

use std::fmt;
use std::time::Duration;

use http::uri::InvalidUri;
use http::{HeaderMap, Method, Request, Uri};

use crate::error::Error;
use crate::sigv4::date::AmzDate;
use crate::sigv4::signature::Signature;
use crate::timestamp::Timestamp;

/// A presigned request. Anyone who has its URL can send it until it expires.
///
/// It is a credential, so `Debug` prints neither signature nor token.
///
/// ```
/// use countersign::{Credentials, Signer, Timestamp};
/// use std::time::Duration;
///
/// // The example of S3's documentation.
/// let secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key);
/// let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// let url = "https://examplebucket.s3.amazonaws.com/test.txt";
/// let request = http::Request::get(url).body(())?;
/// let now: Timestamp = "2013-05-24T00:00:00Z".parse()?;
/// let presigned =
///     signer.presign(&request, Duration::from_secs(86400), now)?;
/// assert_eq!(
///     presigned.url(),
///     "https://examplebucket.s3.amazonaws.com/test.txt\
///      ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///      &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE\
///      %2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
///      &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
///      &X-Amz-Signature=\
///      aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
/// );
/// assert_eq!(presigned.expires_at().to_string(), "2013-05-25T00:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Presigned {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) expires_at: Timestamp,
    pub(crate) signature: Signature,
}

impl Presigned {
    /// The URL with the signature, and without user information.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the URL as [`http::Uri`].
    ///
    /// # Errors
    /// - [`InvalidUri`] as [`into_request`](Self::into_request)
    pub fn uri(&self) -> Result<Uri, InvalidUri> {
        self.url.parse()
    }

    /// The method that the request must be sent with.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The headers that were signed: the sender must send them unchanged.
    ///
    /// They contain `host` only if it differs from the host of the URL.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns when the URL expires: the time of signing plus the lifetime.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The signature in the URL.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Returns the URL, and drops the rest.
    pub fn into_url(self) -> String {
        self.url
    }

    /// Returns the request to send: method, URL, signed headers, and the given body.
    ///
    /// # Errors
    /// - [`InvalidUri`] if a URL of S3's Signature Version 2 is longer than 65,534 bytes. The URL
    ///   of a [`Signer`](crate::Signer) is always valid.
    ///
    /// ```
    /// use countersign::{Credentials, Signer, Timestamp};
    /// use std::time::Duration;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let put = http::Request::put("https://bucket.s3.amazonaws.com/key")
    ///     .header("content-type", "text/plain")
    ///     .body(())?;
    /// let now = Timestamp::from_unix_seconds(1_767_268_800);
    /// let presigned = signer.presign(&put, Duration::from_secs(60), now)?;
    /// let request = presigned.into_request("hello")?;
    /// assert_eq!(request.method(), "PUT");
    /// assert_eq!(request.uri().path(), "/key");
    /// assert_eq!(request.headers()["content-type"], "text/plain");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_request<B>(self, body: B) -> Result<Request<B>, InvalidUri> {
        let mut request = Request::new(body);
        *request.uri_mut() = self.uri()?;
        *request.method_mut() = self.method;
        *request.headers_mut() = self.headers;
        Ok(request)
    }
}

impl fmt::Debug for Presigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self
            .url
            .split_once('?')
            .map_or(self.url.as_str(), |(url, _)| url);
        f.debug_struct("Presigned")
            .field("method", &self.method)
            .field("url", &format_args!("{url}?[elided]"))
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A presigned request in slices: the target of its request line, without scheme and host.
///
/// [`Signer::presign_raw`](crate::Signer::presign_raw) returns it, and has an example. A request in
/// slices has no scheme, so the caller adds scheme and host before the path.
///
/// It is a credential, so `Debug` prints neither signature nor token.
///
/// ```
/// use countersign::{Credentials, RawRequest, Signer, Timestamp};
/// use std::time::Duration;
///
/// let host = "bucket.s3.amazonaws.com";
/// let request = RawRequest {
///     method: "PUT",
///     path: "/key",
///     query: "",
///     headers: &[("host", host.as_bytes())],
/// };
/// let signer = Signer::new(
///     Credentials::new("AKIDEXAMPLE", "secret"),
///     "us-east-1",
///     "s3",
/// )?;
/// let now = Timestamp::from_unix_seconds(1_767_268_800);
/// let presigned =
///     signer.presign_raw(&request, Duration::from_secs(60), now)?;
/// let url = format!("https://{host}{}", presigned.path_and_query());
/// assert!(
///     url.starts_with("https://bucket.s3.amazonaws.com/key?X-Amz-Algorithm=")
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct PresignedTarget(pub(crate) Presigned);

impl PresignedTarget {
    /// The method that the request must be sent with.
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// The target of the request line: path and query with the signature.
    pub fn path_and_query(&self) -> &str {
        &self.0.url
    }

    /// The headers besides `host` that were signed: the sender must send them unchanged.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// When the target expires: the time of signing plus the lifetime.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }

    /// The signature in the target.
    pub fn signature(&self) -> &Signature {
        &self.0.signature
    }

    /// Returns the target, and drops the rest.
    pub fn into_path_and_query(self) -> String {
        self.0.url
    }
}

impl fmt::Debug for PresignedTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PresignedTarget").field(&self.0).finish()
    }
}

/// The lifetime of a presigned request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    /// `X-Amz-Expires`. `None` omits it, which AWS IoT allows.
    pub(crate) seconds: Option<u64>,
    /// Whether the credentials may expire first. The request then expires with them.
    pub(crate) may_outlive: bool,
}

/// Seven days, the validity of a signing key.
pub(crate) const LONGEST: u64 = 604_800;

/// The seconds of a lifetime without a fraction.
pub(crate) fn whole_seconds(expires_in: Duration) -> Result<u64, Error> {
    if expires_in.subsec_nanos() == 0 {
        Ok(expires_in.as_secs())
    } else {
        Err(Error::ExpiresInNotWholeSeconds { expires_in })
    }
}

impl Lifetime {
    /// The lifetime that a caller asks for. The credentials must not expire first.
    pub(crate) fn strict(expires_in: Duration) -> Result<Self, Error> {
        Ok(Self {
            may_outlive: false,
            ..Self::clipped(expires_in, LONGEST)?
        })
    }

    /// The lifetime that a caller asks for, if a service has its own maximum. The credentials may
    /// expire first.
    pub(crate) fn clipped(expires_in: Duration, longest: u64) -> Result<Self, Error> {
        let seconds = whole_seconds(expires_in)?;
        if !(1..=longest).contains(&seconds) {
            return Err(Error::ExpiresInOutOfRange { seconds, longest });
        }
        Ok(Self {
            seconds: Some(seconds),
            may_outlive: true,
        })
    }

    /// When a request of this date expires.
    pub(crate) fn end(
        self,
        date: &AmzDate,
        expiration: Option<Timestamp>,
    ) -> Result<Timestamp, Error> {
        let Some(seconds) = self.seconds else {
            // It expires with the credentials, if at all.
            return Ok(expiration.unwrap_or(Timestamp::MAX));
        };
        let expires_at = date.timestamp() + Duration::from_secs(seconds);
        match expiration {
            Some(expiration) if expiration < expires_at && self.may_outlive => Ok(expiration),
            Some(expiration) if expiration < expires_at => Err(Error::OutlivesCredentials {
                expires_at,
                expiration,
            }),
            _ => Ok(expires_at),
        }
    }
}
