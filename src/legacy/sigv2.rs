//! Signature Version 2 of the query services: `SimpleDB`, and EC2, EMR and others in their day.
//!
//! Parameters say who signs, and one of them is the signature. All parameters are signed, the host,
//! the path and the method; no header is. Use it for `SimpleDB` alone: everybody else speaks
//! Signature Version 4.
//!
//! AWS General Reference, "Signature Version 2 signing process"; `SimpleDB` Developer Guide, "HMAC-SHA
//! signature".
//!
//! ```
//! use countersign::Credentials;
//! use countersign::legacy::sigv2::{SignedRequest, Signer};
//! use time::macros::datetime;
//!
//! let now = datetime!(2026-01-01 12:00 UTC);
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let request = http::Request::get("https://sdb.amazonaws.com/?Action=ListDomains&Version=2009-04-15").body(())?;
//! let uri = Signer::new(credentials.clone()).sign_query(&request, now)?;
//!
//! // What the service does with it.
//! let arrived = http::Request::get(uri).body(())?;
//! SignedRequest::parse(&arrived, None)?.verify(&credentials, now)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod claim;

use std::fmt;

use http::Uri;

pub use claim::SignedRequest;

use super::date::{read_timestamp, timestamp};
use super::parameters::Parameters;
use super::{base64, check, hmac_sha1, hmac_sha256};
use crate::credentials::{Credentials, SecretKey};
use crate::error::Error;
use crate::primitives::encode::encode;
use crate::request::{HttpRequest, host_of};
use crate::timestamp::Timestamp;

/// With which hash a request is signed: `SignatureMethod`.
///
/// ```
/// use countersign::legacy::sigv2::SignatureMethod;
///
/// assert_eq!(SignatureMethod::default(), SignatureMethod::HmacSha256);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum SignatureMethod {
    /// `HmacSHA256`: what AWS recommends.
    #[default]
    HmacSha256,
    /// `HmacSHA1`.
    HmacSha1,
}

impl SignatureMethod {
    /// The name that is sent and signed.
    ///
    /// ```
    /// use countersign::legacy::sigv2::SignatureMethod;
    ///
    /// assert_eq!(SignatureMethod::HmacSha256.as_str(), "HmacSHA256");
    /// assert_eq!(SignatureMethod::HmacSha1.as_str(), "HmacSHA1");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "HmacSHA256",
            Self::HmacSha1 => "HmacSHA1",
        }
    }

    fn sign(self, secret_key: &SecretKey, string_to_sign: &str) -> String {
        match self {
            Self::HmacSha256 => base64(&hmac_sha256(secret_key, string_to_sign.as_bytes())),
            Self::HmacSha1 => base64(&hmac_sha1(secret_key, string_to_sign.as_bytes())),
        }
    }
}

/// The parameters that the signer writes. The time is the caller's own where it is there: `Timestamp`
/// in any form, or `Expires`.
const WRITTEN: [&str; 5] = [
    "AWSAccessKeyId",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
];
const TIMES: [&str; 2] = ["Timestamp", "Expires"];

/// Signs requests of query services.
///
/// ```
/// use countersign::Credentials;
/// use countersign::legacy::sigv2::Signer;
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let signer = Signer::new(credentials);
/// let request = http::Request::get("https://sdb.amazonaws.com/?Action=ListDomains&Version=2009-04-15")
///     .body(())?;
/// let uri = signer.sign_query(&request, datetime!(2011-10-03 0:19:30 UTC))?;
/// assert_eq!(
///     uri,
///     "https://sdb.amazonaws.com/?Action=ListDomains&Version=2009-04-15\
///      &AWSAccessKeyId=AKIDEXAMPLE&SignatureMethod=HmacSHA256&SignatureVersion=2\
///      &Timestamp=2011-10-03T00%3A19%3A30Z\
///      &Signature=HXmF%2BqlbAlHqXJW9%2BHALsoazvFOJpQSlWbfpM%2BQCMwA%3D",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    credentials: Credentials,
    method: SignatureMethod,
}

impl Signer {
    /// A signer with `HmacSHA256`.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::sigv2::Signer;
    ///
    /// let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
    /// assert!(!format!("{signer:?}").contains("wJalrXUtnFEMI"));
    /// ```
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            method: SignatureMethod::default(),
        }
    }

    /// Signs with another hash.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::sigv2::{SignatureMethod, Signer};
    /// # let now = time::macros::datetime!(2011-10-03 0:19:30 UTC);
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"))
    ///     .with_signature_method(SignatureMethod::HmacSha1);
    /// let request = http::Request::get("https://sdb.amazonaws.com/?Action=ListDomains").body(())?;
    /// let signed = signer.sign_query(&request, now)?;
    /// assert!(signed.query().is_some_and(|query| query.contains("SignatureMethod=HmacSHA1")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_signature_method(mut self, method: SignatureMethod) -> Self {
        self.method = method;
        self
    }

    /// Signs a request whose parameters are its query. The URI to send comes back: the caller's
    /// parameters as they are, then the signer's. It is a credential until the request is too old.
    ///
    /// A `Timestamp` or `Expires` of the caller's own is signed as it is; else `Timestamp` is `now`,
    /// in UTC.
    ///
    /// # Errors
    /// Credentials that cannot be, or have expired at `now`; no host; a query that cannot be sent, is
    /// signed already, or has a parameter twice; a `Timestamp` or `Expires` that is none.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::sigv2::Signer;
    /// # let now = time::macros::datetime!(2011-10-03 15:19:30 UTC);
    ///
    /// // The example of the AWS General Reference, which brings its own time.
    /// let url = "https://elasticmapreduce.amazonaws.com/?Action=DescribeJobFlows&Version=2009-03-31\
    ///            &Timestamp=2011-10-03T15%3A19%3A30";
    /// let request = http::Request::get(url).body(())?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let uri = Signer::new(credentials).sign_query(&request, now)?;
    /// assert!(uri.to_string().ends_with("&Signature=i91nKc4PWAt0JJIdXwz9HxZCJDdiy6cf%2FMj6vPxyYIs%3D"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_query<R: HttpRequest>(
        &self,
        request: &R,
        now: impl Into<Timestamp>,
    ) -> Result<Uri, Error> {
        let now = now.into();
        let uri = request.uri();
        let query = uri.query().unwrap_or_default();
        let signed = self.sign(request, Parameters::of_query(query)?, query, now)?;
        let target = format!("{}?{signed}", path(uri));
        let mut parts = uri.clone().into_parts();
        let length = target.len();
        let target = target
            .try_into()
            .map_err(|_| Error::UrlTooLong { length })?;
        parts.path_and_query = Some(target);
        // Only a relative URI gets here without an authority, and stays one.
        Ok(Uri::from_parts(parts).unwrap_or_default())
    }

    /// Signs a `POST` whose parameters are its body, a form. The body to send comes back, as
    /// [`sign_query`](Self::sign_query) does with a query.
    ///
    /// # Errors
    /// As there; and a query, which no signature would cover.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::sigv2::Signer;
    /// use time::macros::datetime;
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"));
    /// let request = http::Request::post("https://sdb.amazonaws.com/").body(())?;
    /// let form = "Action=ListDomains&Version=2009-04-15";
    /// let body = signer.sign_form(&request, form, datetime!(2011-10-03 0:19:30 UTC))?;
    /// assert!(body.starts_with("Action=ListDomains&Version=2009-04-15&AWSAccessKeyId=AKIDEXAMPLE&"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_form<R: HttpRequest>(
        &self,
        request: &R,
        form: &str,
        now: impl Into<Timestamp>,
    ) -> Result<String, Error> {
        let now = now.into();
        refuse_query(request)?;
        self.sign(request, Parameters::of_form(form)?, form, now)
    }

    fn sign<R: HttpRequest>(
        &self,
        request: &R,
        own: Parameters,
        text: &str,
        now: Timestamp,
    ) -> Result<String, Error> {
        check(&self.credentials, now)?;
        if let Some(parameter) = own.any_of(&WRITTEN) {
            return Err(Error::AlreadySigned {
                parameter: parameter.to_owned(),
            });
        }
        let written = self.written(&own, now)?;
        let mut signed = text.trim_end_matches('&').to_owned();
        for (name, value) in &written {
            write_parameter(&mut signed, name, value);
        }
        // What was added holds neither spaces nor pluses, so that it reads the same in both.
        let added = signed
            .get(text.trim_end_matches('&').len()..)
            .unwrap_or_default();
        let all = own.and(Parameters::of_query(added)?);
        let string_to_sign = write_string_to_sign(request, all)?;
        let signature = self
            .method
            .sign(self.credentials.secret_key(), &string_to_sign);
        write_parameter(&mut signed, "Signature", &signature);
        Ok(signed)
    }

    fn written(
        &self,
        own: &Parameters,
        now: Timestamp,
    ) -> Result<Vec<(&'static str, String)>, Error> {
        let mut written = vec![
            (
                "AWSAccessKeyId",
                self.credentials.access_key_id().to_owned(),
            ),
            ("SignatureMethod", self.method.as_str().to_owned()),
            ("SignatureVersion", "2".to_owned()),
        ];
        if let Some(token) = self.credentials.session_token() {
            written.push(("SecurityToken", token.expose().to_owned()));
        }
        match own.any_of(&TIMES) {
            None => {
                let timestamp = timestamp(now).ok_or(Error::TimeOutOfRange { now })?;
                written.push(("Timestamp", timestamp));
            }
            Some(name) if own.text(name).and_then(read_timestamp).is_none() => {
                return Err(Error::InvalidSigV2Request(
                    "`Timestamp` or `Expires` is not of the form YYYY-MM-DDThh:mm:ssZ",
                ));
            }
            Some(_) => {}
        }
        Ok(written)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("access_key_id", &self.credentials.access_key_id())
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// The string to sign of a request, signed or not: of its query, or of the form that is its body.
///
/// It holds the session token.
///
/// # Errors
/// No host; parameters that cannot be sent, or are there twice; a query beside a form.
///
/// ```
/// use countersign::legacy::sigv2::string_to_sign;
///
/// let request = http::Request::get("https://SDB.amazonaws.com/?Version=2009-04-15&Action=ListDomains").body(())?;
/// let text = string_to_sign(&request, None)?;
/// assert_eq!(text, "GET\nsdb.amazonaws.com\n/\nAction=ListDomains&Version=2009-04-15");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn string_to_sign<R: HttpRequest>(request: &R, form: Option<&str>) -> Result<String, Error> {
    let parameters = match form {
        Some(form) => {
            refuse_query(request)?;
            Parameters::of_form(form)
        }
        None => Parameters::of_query(request.uri().query().unwrap_or_default()),
    };
    write_string_to_sign(request, parameters?)
}

fn write_string_to_sign<R: HttpRequest>(
    request: &R,
    parameters: Parameters,
) -> Result<String, Error> {
    let parameters = parameters.sorted();
    if parameters.has_twins() {
        return Err(Error::InvalidSigV2Request(
            "a parameter appears more than once, and its order would not be signed",
        ));
    }
    let host = host(request)?.to_ascii_lowercase();
    let method = request.method().as_str();
    let mut text = Vec::new();
    for line in [method, &*host, path(request.uri())] {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    let parameters = parameters.iter();
    let signed = parameters.filter(|parameter| parameter.name != b"Signature");
    for (i, parameter) in signed.enumerate() {
        if i > 0 {
            text.push(b'&');
        }
        encode(&parameter.name, &mut text);
        text.push(b'=');
        encode(parameter.value(), &mut text);
    }
    String::from_utf8(text).map_err(|_| Error::MissingHost)
}

fn path(uri: &Uri) -> &str {
    match uri.path() {
        "" => "/",
        path => path,
    }
}

/// The one `host` header, or as an HTTP client sends it for the URI.
fn host<R: HttpRequest>(request: &R) -> Result<&str, Error> {
    let mut headers = request.headers().get_all(http::header::HOST).iter();
    let host = match (headers.next(), headers.next()) {
        (None, _) => host_of(request.uri()),
        (Some(host), None) => host
            .to_str()
            .ok()
            .map(str::trim)
            .filter(|host| !host.is_empty()),
        _ => return Err(Error::DuplicateHost),
    };
    host.ok_or(Error::MissingHost)
}

fn refuse_query<R: HttpRequest>(request: &R) -> Result<(), Error> {
    match request.uri().query() {
        None | Some("") => Ok(()),
        Some(_) => Err(Error::InvalidSigV2Request(
            "the URI has a query, which the signature of a form does not cover",
        )),
    }
}

fn write_parameter(text: &mut String, name: &str, value: &str) {
    if !text.is_empty() {
        text.push('&');
    }
    text.push_str(name);
    text.push('=');
    text.push_str(&crate::primitives::encode::encode_segment(value));
}
