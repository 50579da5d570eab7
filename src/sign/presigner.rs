//! Presigning many requests with the same time and lifetime.

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::request::{HttpRequest, RawRequest};
use crate::sign::presigned::{Lifetime, Presigned, PresignedTarget};
use crate::sign::presigned_url::Terms;
use crate::sign::signer::Signer;
use crate::sign::verbs::Verbs;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::signing_key::BegunKey;
use crate::timestamp::Timestamp;

/// Presigns many requests with the same time and lifetime.
///
/// For example for a page that lists objects. The common parts are prepared once. It can be used
/// from many threads at once.
///
/// ```
/// use countersign::{Credentials, Signer, Timestamp, encode_key};
/// use std::time::Duration;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let presigner = signer.presigner(Duration::from_secs(900), now)?;
/// for key in ["a.jpg", "b c.jpg"] {
///     let url =
///         format!("https://bucket.s3.amazonaws.com/{}", encode_key(key));
///     let link = presigner.presign(&http::Request::get(url).body(())?)?;
///     assert!(link.url().contains("&X-Amz-Expires=900&"));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Presigner {
    signer: Signer,
    key: BegunKey,
    date: AmzDate,
    payload: Option<PayloadHash>,
    expires_in: Option<u64>,
    expires_at: Timestamp,
    ready: Zeroizing<String>,
}

impl Signer {
    /// Prepares to presign many requests.
    ///
    /// # Errors
    /// Those errors of [`presign`](Self::presign) that do not depend on the request.
    ///
    /// ```
    /// use countersign::{Credentials, Error, Signer};
    /// use std::time::Duration;
    /// # let now = countersign::Timestamp::from_unix_seconds(1_767_268_800);
    ///
    /// let signer = Signer::new(
    ///     Credentials::new("AKIDEXAMPLE", "secret"),
    ///     "us-east-1",
    ///     "s3",
    /// )?;
    /// let presigner = signer.presigner(Duration::from_secs(900), now)?;
    /// // Seven days are the most.
    /// let too_long = signer.presigner(Duration::from_secs(604_801), now);
    /// assert!(matches!(too_long, Err(Error::ExpiresInOutOfRange { .. })));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn presigner(
        &self,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Presigner, Error> {
        let now = now.into();
        self.presigner_as(None, expires_in, now)
    }

    /// Prepares to presign many requests with one payload, as
    /// [`presign_with_payload`](Self::presign_with_payload) does.
    ///
    /// # Errors
    /// - everything that [`presigner`](Self::presigner) returns
    ///
    /// [`Presigner::presign`] returns the errors of the payload.
    ///
    /// ```
    /// use countersign::{Credentials, PayloadHash, Signer};
    /// use std::time::Duration;
    /// # let now = countersign::Timestamp::from_unix_seconds(1_767_268_800);
    ///
    /// let signer = Signer::new(
    ///     Credentials::new("AKIDEXAMPLE", "secret"),
    ///     "us-east-1",
    ///     "sqs",
    /// )?;
    /// let payload = PayloadHash::new("Action=ReceiveMessage");
    /// let presigner = signer.presigner_with_payload(
    ///     payload,
    ///     Duration::from_secs(900),
    ///     now,
    /// )?;
    /// for queue in ["a", "b"] {
    ///     let url =
    ///         format!("https://sqs.us-east-1.amazonaws.com/123456789012/{queue}");
    ///     let link = presigner.presign(&http::Request::post(url).body(())?)?;
    ///     assert_eq!(link.method(), http::Method::POST);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn presigner_with_payload(
        &self,
        payload: PayloadHash,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Presigner, Error> {
        self.presigner_as(Some(payload), expires_in, now.into())
    }

    fn presigner_as(
        &self,
        payload: Option<PayloadHash>,
        expires_in: Duration,
        now: Timestamp,
    ) -> Result<Presigner, Error> {
        let (context, date) = self.context(now)?;
        let lifetime = Lifetime::strict(expires_in)?;
        self.with_key_of(&date, |key| {
            let terms = context.terms(payload, lifetime, &date, key)?;
            Ok(Presigner {
                signer: self.clone(),
                key: BegunKey::new(key.clone(), &date),
                date,
                payload,
                expires_in: terms.expires_in,
                expires_at: terms.expires_at,
                ready: context.ready_parameters(&terms),
            })
        })
    }
}

impl Presigner {
    /// Presigns one request, as [`Signer::presign`] does.
    ///
    /// # Errors
    /// - everything that [`Signer::presign`] returns
    pub fn presign<R: HttpRequest>(&self, request: &R) -> Result<Presigned, Error> {
        self.signer
            .signing_context()
            .presign(request, &self.terms())
    }

    /// Presigns one request in slices, as [`Signer::presign_raw`] does.
    ///
    /// # Errors
    /// - everything that [`Signer::presign`] returns
    ///
    /// ```
    /// use countersign::{Credentials, RawRequest, Signer};
    /// use std::time::Duration;
    /// # let now = countersign::Timestamp::from_unix_seconds(1_767_268_800);
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
    /// let minute = Duration::from_secs(60);
    /// let presigned = signer.presigner(minute, now)?.presign_raw(&request)?;
    /// assert!(
    ///     presigned
    ///         .path_and_query()
    ///         .starts_with("/key?X-Amz-Algorithm=")
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn presign_raw(&self, request: &RawRequest<'_>) -> Result<PresignedTarget, Error> {
        self.signer
            .signing_context()
            .presign_raw(request, &self.terms())
    }

    fn terms(&self) -> Terms<'_, BegunKey> {
        Terms {
            payload: self.payload,
            expires_in: self.expires_in,
            expires_at: self.expires_at,
            date: &self.date,
            key: &self.key,
            ready: Some(&self.ready),
        }
    }
}

impl fmt::Debug for Presigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presigner")
            .field("signer", &self.signer)
            .field("date", &self.date)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::credentials::Credentials;

    /// The shortcut gives what the long way gives, whether it can be taken or not.
    #[test]
    fn a_presigner_makes_the_urls_of_its_signer() {
        let credentials = Credentials::new("ASIA", "secret").with_session_token("to/ken==");
        let signer = Signer::new(credentials, "us-east-1", "s3").unwrap();
        let (now, hour) = (
            datetime!(2026-01-02 03:04:05 UTC),
            Duration::from_secs(3600),
        );
        let presigner = signer.presigner(hour, now).unwrap();
        for (url, header) in [
            ("https://b.s3.amazonaws.com/a", None),
            (
                "https://b.s3.amazonaws.com/a?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&z=1&A=2",
                None,
            ),
            ("https://b.s3.amazonaws.com/a?b", Some("range")),
        ] {
            let mut request = http::Request::get(url).body(()).unwrap();
            if let Some(name) = header {
                request
                    .headers_mut()
                    .insert(name, http::HeaderValue::from_static("1"));
            }
            let one = signer.presign(&request, hour, now).unwrap();
            assert_eq!(presigner.presign(&request).unwrap().url(), one.url());
        }
    }
}
