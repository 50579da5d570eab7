//! The signer.

use std::fmt;
use std::time::Duration;

use http::header::{AUTHORIZATION, DATE};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::resource::Bucket;
use super::string_to_sign::{
    Covered, TOKEN, X_AMZ_DATE, amz_headers, amz_parameters, refuse_amz_parameters,
};
use crate::credentials::{Credentials, SessionToken};
use crate::error::Error;
use crate::legacy::date::http_date;
use crate::legacy::parameters::Parameters;
use crate::legacy::signing::{base64, check, check_expiration, hmac_sha1, refuse_signed};
use crate::request::{HttpRequest, authority_of};
use crate::sign::presigned::{Presigned, whole_seconds};
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::signature::Signature;
use crate::timestamp::Timestamp;

/// The parameters of the query form.
pub(super) const WRITTEN: [&str; 4] = ["AWSAccessKeyId", "Expires", "Signature", TOKEN];

/// Signs and presigns requests to an S3-compatible store.
///
/// ```
/// use countersign::legacy::s3_v2::{Bucket, Signer};
/// use countersign::{Credentials, Timestamp};
///
/// let secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key);
/// let signer = Signer::new(credentials)?;
/// let url = "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg";
/// let mut request = http::Request::get(url).body(())?;
/// let now: Timestamp = "2007-03-27T19:36:42Z".parse()?;
/// signer.sign(&mut request, Bucket::InHost("johnsmith"), now)?;
/// assert_eq!(request.headers()["date"], "Tue, 27 Mar 2007 19:36:42 GMT");
/// assert_eq!(
///     request.headers()["authorization"],
///     "AWS AKIAIOSFODNN7EXAMPLE:l5OyHwmFwM1eA82pf/bAJD+zbsk=",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    pub(super) credentials: Credentials,
}

impl Signer {
    /// Creates a signer.
    ///
    /// # Errors
    /// - [`Error::InvalidAccessKeyId`], [`Error::InvalidSecretKey`] or [`Error::InvalidSessionToken`]
    ///   if a part of the credentials is malformed
    /// - [`Error::NotApproved`] if [only approved algorithms](crate::crypto::allow_only_approved) are
    ///   allowed
    pub fn new(credentials: Credentials) -> Result<Self, Error> {
        check(&credentials)?;
        Ok(Self { credentials })
    }

    /// Signs a request in its headers. After an error the request is unchanged.
    ///
    /// - `date` is set to `now`, or `x-amz-date` if the request already has that header
    /// - `x-amz-security-token` is set if the credentials have a session token, and otherwise removed
    /// - `authorization` is set
    ///
    /// The signature covers `content-md5`, `content-type` and `x-amz-*`: set them before.
    ///
    /// # Errors
    /// - [`Error::CredentialsExpired`] if the credentials have expired
    /// - [`Error::AlreadySigned`] if the query contains a signature
    /// - [`Error::InvalidQuery`] or [`Error::InvalidPath`] if two requests could share the string to
    ///   sign ([`string_to_sign`](super::string_to_sign) lists the cases)
    /// - [`Error::TimeOutOfRange`] if `now` is outside the years 0 to 9999
    /// - [`Error::TooManyHeaders`] if the request has no room for more headers
    ///
    /// [`Signer`] has an example.
    pub fn sign<R: HttpRequest>(
        &self,
        request: &mut R,
        bucket: Bucket<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<(), Error> {
        let now = now.into();
        check_expiration(&self.credentials, now)?;
        let parameters = Parameters::of_request(request)?;
        refuse_signed(&parameters, &WRITTEN)?;
        refuse_amz_parameters(&parameters)?;
        let date = http_date(now).ok_or(Error::TimeOutOfRange { now })?;
        let token = self.credentials.session_token().map(SessionToken::expose);

        let headers = request.headers();
        let in_amz = headers.contains_key(X_AMZ_DATE);
        let mut amz = amz_headers(headers);
        amz.retain(|(name, _)| name != X_AMZ_DATE && name != TOKEN);
        if in_amz {
            amz.push((X_AMZ_DATE.into(), date.as_bytes()));
        }
        amz.extend(token.map(|token| (TOKEN.into(), token.as_bytes())));
        let string_to_sign = Covered {
            method: request.method(),
            headers,
            date: if in_amz { b"" } else { date.as_bytes() },
            amz,
            bucket,
            uri: request.uri(),
            parameters: &parameters,
        }
        .string_to_sign()?;

        let mac = hmac_sha1(self.credentials.secret_key(), &string_to_sign);
        let id = self.credentials.access_key_id();
        let authorization = format!("AWS {id}:{}", base64(&mac));
        let authorization = header_value(&AUTHORIZATION, &authorization, true)?;
        let token = token.map(|token| header_value(&HeaderName::from_static(TOKEN), token, true));
        let token = token.transpose()?;
        let date_name = if in_amz {
            HeaderName::from_static(X_AMZ_DATE)
        } else {
            DATE
        };
        let date = header_value(&date_name, &date, false)?;

        let headers = request.headers_mut();
        headers.try_reserve(3).map_err(|_| Error::TooManyHeaders)?;
        headers.insert(date_name, date);
        match token {
            Some(token) => headers.insert(TOKEN, token),
            None => headers.remove(TOKEN),
        };
        headers.insert(AUTHORIZATION, authorization);
        Ok(())
    }

    /// Presigns a request: returns a URL that anyone can use until it expires.
    ///
    /// The scheme has no maximum lifetime, and the server cannot tell when the URL was made. The
    /// signature covers the headers `content-md5`, `content-type` and `x-amz-*` of the request. The
    /// user of the URL must send them ([`Presigned::headers`]).
    ///
    /// # Errors
    /// - the errors of [`sign`](Self::sign), except `TimeOutOfRange`
    /// - [`Error::ExpiresInOutOfRange`] or [`Error::ExpiresInNotWholeSeconds`] if the lifetime is zero,
    ///   too long for a timestamp, or has a fraction of a second
    /// - [`Error::OutlivesCredentials`] if the URL would expire after the credentials
    /// - [`Error::RelativeUri`] if the URI has no scheme or host
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use countersign::legacy::s3_v2::{Bucket, Signer};
    /// use countersign::{Credentials, Timestamp};
    ///
    /// let secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key);
    /// let signer = Signer::new(credentials)?;
    /// let url = "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg";
    /// let request = http::Request::get(url).body(())?;
    /// let (bucket, lifetime) =
    ///     (Bucket::InHost("johnsmith"), Duration::from_secs(600));
    /// let now: Timestamp = "2007-03-29T03:30:22Z".parse()?;
    /// assert_eq!(
    ///     signer.presign(&request, bucket, lifetime, now)?.url(),
    ///     "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg\
    ///      ?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1175139622\
    ///      &Signature=%2FZXOzbUeljIiChOOqydiXg4BFd8%3D",
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
        check_expiration(&self.credentials, now)?;
        let parameters = Parameters::of_request(request)?;
        refuse_signed(&parameters, &WRITTEN)?;
        let uri = request.uri();
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), authority_of(uri)) else {
            return Err(Error::RelativeUri);
        };
        let expires_at = self.expires_at(expires_in, now)?;
        let expires = expires_at.unix_seconds().to_string();

        let covers = |name: &HeaderName| {
            let name = name.as_str();
            let amz = name.starts_with("x-amz-") && name != TOKEN && name != X_AMZ_DATE;
            amz || name == "content-md5" || name == "content-type"
        };
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers().iter().filter(|(name, _)| covers(name)) {
            headers
                .try_append(name.clone(), value.clone())
                .map_err(|_| Error::TooManyHeaders)?;
        }
        let token = self.credentials.session_token().map(SessionToken::expose);
        let mut amz = amz_headers(&headers);
        amz.extend(amz_parameters(&parameters, &headers)?);
        amz.extend(token.map(|token| (TOKEN.into(), token.as_bytes())));
        let string_to_sign = Covered {
            method: request.method(),
            headers: &headers,
            date: expires.as_bytes(),
            amz,
            bucket,
            uri,
            parameters: &parameters,
        }
        .string_to_sign()?;
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
            signature: signature(&mac),
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

fn header_value(name: &HeaderName, text: &str, sensitive: bool) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text).map_err(|_| Error::InvalidHeaderValue {
        name: name.as_str().to_owned(),
    })?;
    value.set_sensitive(sensitive);
    Ok(value)
}

/// The MAC in hexadecimal digits.
pub(super) fn signature(mac: &[u8; 20]) -> Signature {
    let digits: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    Signature::of_hex(digits.as_bytes())
}
