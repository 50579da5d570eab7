//! Presigned requests.

use std::fmt;
use std::time::Duration;

use http::uri::InvalidUri;
use http::{HeaderMap, Method, Uri};

use crate::error::Error;
use crate::sigv4::date::AmzDate;
use crate::sigv4::signature::Signature;
use crate::timestamp::Timestamp;

/// A presigned request: whoever has its URL can send it, until it ends.
///
/// It is a credential, so `Debug` prints neither signature nor token.
///
/// ```
/// use std::time::Duration;
/// use countersign::{Credentials, Signer};
/// use time::macros::datetime;
///
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// let put = http::Request::put("https://bucket.s3.amazonaws.com/key").header("content-type", "text/plain").body(())?;
/// let now = datetime!(2026-01-01 12:00 UTC);
/// let presigned = signer.presign(&put, Duration::from_secs(60), now)?;
/// // All that whoever sends it has to know.
/// assert_eq!((presigned.method(), &presigned.headers()["content-type"]), (put.method(), &put.headers()["content-type"]));
/// assert_eq!(presigned.expires_at(), datetime!(2026-01-01 12:01 UTC));
/// assert_eq!(presigned.uri()?.path(), "/key");
/// assert!(presigned.into_url().contains("&X-Amz-SignedHeaders=content-type%3Bhost&"));
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
    /// The method that the request must be sent with.
    ///
    /// ```
    /// # use countersign::{Credentials, Signer};
    /// # let (hour, now) = (std::time::Duration::from_secs(3600), time::macros::datetime!(2026-01-01 12:00 UTC));
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// let upload = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let presigned = signer.presign(&upload, hour, now)?;
    /// assert_eq!(presigned.method(), http::Method::PUT);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The URL, signature and all, and without user information.
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::{Credentials, Signer};
    /// use time::macros::datetime;
    ///
    /// // The example of S3's documentation.
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let request = http::Request::get("https://examplebucket.s3.amazonaws.com/test.txt").body(())?;
    /// let (day, now) = (Duration::from_secs(86400), datetime!(2013-05-24 0:00 UTC));
    /// let presigned = signer.presign(&request, day, now)?;
    /// assert_eq!(
    ///     presigned.url(),
    ///     "https://examplebucket.s3.amazonaws.com/test.txt\
    ///      ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    ///      &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
    ///      &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
    ///      &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL as `http` has it.
    ///
    /// # Errors
    /// None where a request of `http` was presigned. A request in slices can hold what `http`
    /// refuses: `<`, say, or more than 65,534 bytes.
    ///
    /// ```
    /// # use countersign::{Credentials, Signer};
    /// # let (hour, now) = (std::time::Duration::from_secs(3600), time::macros::datetime!(2026-01-01 12:00 UTC));
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// let request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let presigned = signer.presign(&request, hour, now)?;
    /// // Ready for a client that takes requests of `http`.
    /// let request = http::Request::get(presigned.uri()?).body(())?;
    /// assert_eq!(request.uri().host(), Some("bucket.s3.amazonaws.com"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn uri(&self) -> Result<Uri, InvalidUri> {
        self.url.parse()
    }

    /// The headers that were signed, all of which the sender must send as they are here. `host` is
    /// among them only where it is not the URL's own.
    ///
    /// ```
    /// # use countersign::{Credentials, Signer};
    /// # let (hour, now) = (std::time::Duration::from_secs(3600), time::macros::datetime!(2026-01-01 12:00 UTC));
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// let upload = http::Request::put("https://bucket.s3.amazonaws.com/key")
    ///     .header("content-type", "image/png")
    ///     .body(())?;
    /// let presigned = signer.presign(&upload, hour, now)?;
    /// // An upload of anything else is refused.
    /// assert_eq!(presigned.headers()["content-type"], "image/png");
    /// assert_eq!(presigned.headers().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// When it really ends: by `X-Amz-Expires`, or with the credentials if they end before.
    ///
    /// ```
    /// # use countersign::{Credentials, Signer};
    /// use std::time::Duration;
    /// use time::macros::datetime;
    ///
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let (hour, now) = (Duration::from_secs(3600), datetime!(2026-01-01 12:00 UTC));
    /// let presigned = signer.presign(&request, hour, now)?;
    /// assert_eq!(presigned.expires_at(), datetime!(2026-01-01 13:00 UTC));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The signature in it, for those who sign what follows it.
    ///
    /// ```
    /// # use countersign::{Credentials, Signer};
    /// # let (hour, now) = (std::time::Duration::from_secs(3600), time::macros::datetime!(2026-01-01 12:00 UTC));
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let presigned = signer.presign(&request, hour, now)?;
    /// assert!(presigned.url().ends_with(presigned.signature().as_str()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The URL, for those who keep nothing else.
    ///
    /// ```
    /// # use countersign::{Credentials, Signer};
    /// # let (hour, now) = (std::time::Duration::from_secs(3600), time::macros::datetime!(2026-01-01 12:00 UTC));
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let link: String = signer.presign(&request, hour, now)?.into_url();
    /// assert!(link.starts_with("https://bucket.s3.amazonaws.com/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_url(self) -> String {
        self.url
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

/// How long a presigned request is to live.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    /// `X-Amz-Expires`; `None` leaves it out, which AWS IoT allows.
    pub(crate) seconds: Option<u64>,
    /// Whether credentials may end before it, and end it.
    pub(crate) may_outlive: bool,
}

/// Seven days, for which a signing key is good.
pub(crate) const LONGEST: u64 = 604_800;

/// The seconds of a lifetime that has no fraction.
pub(crate) fn whole_seconds(expires_in: Duration) -> Result<u64, Error> {
    if expires_in.subsec_nanos() == 0 {
        Ok(expires_in.as_secs())
    } else {
        Err(Error::ExpiresInNotWholeSeconds { expires_in })
    }
}

impl Lifetime {
    /// What a caller asks for.
    pub(crate) fn strict(expires_in: Duration) -> Result<Self, Error> {
        Ok(Self {
            may_outlive: false,
            ..Self::clipped(expires_in, LONGEST)?
        })
    }

    /// What a caller asks for where a service has a bound of its own, and where the end of the
    /// credentials just comes first.
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

    /// When a request of this date ends.
    pub(crate) fn end(
        self,
        date: &AmzDate,
        expiration: Option<Timestamp>,
    ) -> Result<Timestamp, Error> {
        let Some(seconds) = self.seconds else {
            // Only the credentials end it, if they end.
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
