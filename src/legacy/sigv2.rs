//! Signature Version 2 of the query services: `SimpleDB`, and formerly EC2, EMR and others.
//!
//! Parameters name the signer, and one of them is the signature. It covers all parameters, the
//! host, the path and the method, but no header. Use it only for `SimpleDB`: the other services
//! accept Signature Version 4.
//!
//! AWS General Reference, "Signature Version 2 signing process"; `SimpleDB` Developer Guide, "HMAC-SHA
//! signature".
//!
//! [`SignedRequest::parse_sigv2`](super::SignedRequest::parse_sigv2) reads a request that arrives.
//!
//! ```
//! use countersign::legacy::{SignedRequest, sigv2::Signer};
//! use countersign::{Credentials, Timestamp};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let signer = Signer::new(credentials.clone())?;
//! let url =
//!     "https://sdb.amazonaws.com/?Action=ListDomains&Version=2009-04-15";
//! let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
//! let url = signer.sign_query(&http::Request::get(url).body(())?, now)?;
//!
//! // What the service does with it:
//! let request = http::Request::get(url).body(())?;
//! let claim = SignedRequest::parse_sigv2(&request, None)?;
//! assert_eq!(claim.access_key_id(), "AKIDEXAMPLE");
//! claim.verify(&credentials, now)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod claim;
mod string_to_sign;

use std::fmt;

use http::Uri;

pub(super) use claim::read_claim;
pub use string_to_sign::string_to_sign;
use string_to_sign::{TIMES, WRITTEN, refuse_query, write};

use super::date::{read_timestamp, timestamp};
use super::parameters::Parameters;
pub use super::signing::SignatureMethod;
use super::signing::{check, check_expiration, path, refuse_signed};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::error::legacy::LegacyError;
use crate::request::HttpRequest;
use crate::sigv4::object_key::encode_segment;
use crate::timestamp::Timestamp;

/// Signs requests of query services.
///
/// ```
/// use countersign::legacy::sigv2::Signer;
/// use countersign::{Credentials, Timestamp};
///
/// let secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", secret_key))?;
/// let url =
///     "https://sdb.amazonaws.com/?Action=ListDomains&Version=2009-04-15";
/// let request = http::Request::get(url).body(())?;
/// let now: Timestamp = "2011-10-03T00:19:30Z".parse()?;
/// assert_eq!(
///     signer.sign_query(&request, now)?,
///     "https://sdb.amazonaws.com/?Action=ListDomains&Version=2009-04-15\
///      &AWSAccessKeyId=AKIDEXAMPLE\
///      &SignatureMethod=HmacSHA256&SignatureVersion=2\
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
    /// Creates a signer that uses [`SignatureMethod::HmacSha256`].
    ///
    /// # Errors
    /// - [`Error::InvalidAccessKeyId`], [`Error::InvalidSecretKey`] or [`Error::InvalidSessionToken`]
    ///   if a part of the credentials is malformed
    /// - [`Error::NotApproved`] if [only approved algorithms](crate::crypto::allow_only_approved) are
    ///   allowed
    pub fn new(credentials: Credentials) -> Result<Self, Error> {
        check(&credentials)?;
        Ok(Self {
            credentials,
            method: SignatureMethod::default(),
        })
    }

    /// Uses another hash.
    #[must_use]
    pub fn with_signature_method(mut self, method: SignatureMethod) -> Self {
        self.method = method;
        self
    }

    /// Signs a request whose parameters are its query, and returns the URI to send.
    ///
    /// The URI contains the caller's parameters as they are, then the signer's. It is a credential
    /// until it expires. A `Timestamp` or `Expires` of the caller's own is signed as it is. Otherwise
    /// `Timestamp` is `now`, in UTC.
    ///
    /// # Errors
    /// - [`Error::CredentialsExpired`] if the credentials have expired
    /// - [`Error::InvalidQuery`] if the query is malformed
    /// - [`Error::AlreadySigned`] if it contains a parameter that signing adds
    /// - [`LegacyError::DuplicateParameter`] if a parameter appears more than once
    /// - [`LegacyError::InvalidTime`] if its own `Timestamp` or `Expires` is malformed
    /// - [`Error::MissingHost`] or [`Error::DuplicateHost`] if the request does not name one host
    /// - [`Error::RelativeUri`] if the URI has a host but no scheme
    /// - [`Error::UrlTooLong`] if a URI cannot be that long
    /// - [`Error::TimeOutOfRange`] if `now` is outside the years 0 to 9999
    ///
    /// [`Signer`] has an example.
    pub fn sign_query<R: HttpRequest>(
        &self,
        request: &R,
        now: impl Into<Timestamp>,
    ) -> Result<Uri, Error> {
        let uri = request.uri();
        let query = uri.query().unwrap_or_default();
        let parameters = Parameters::of_request(request)?;
        let signed = self.sign(request, parameters, query, now.into())?;
        let target = format!("{}?{signed}", path(uri));
        let mut parts = uri.clone().into_parts();
        let length = target.len();
        let target = target
            .try_into()
            .map_err(|_| Error::UrlTooLong { length })?;
        parts.path_and_query = Some(target);
        Uri::from_parts(parts).map_err(|_| Error::RelativeUri)
    }

    /// Signs a `POST` whose parameters are a form in its body, and returns the body to send.
    ///
    /// The body contains the caller's parameters as they are, then the signer's.
    ///
    /// # Errors
    /// - [`LegacyError::QueryBesideForm`] if the URI has a query, which the signature does not cover
    /// - the errors of [`sign_query`](Self::sign_query) about the credentials, the parameters, the host
    ///   and the time
    ///
    /// ```
    /// use countersign::legacy::sigv2::Signer;
    /// use countersign::{Credentials, Timestamp};
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"))?;
    /// let request = http::Request::post("https://sdb.amazonaws.com/").body(())?;
    /// let now: Timestamp = "2011-10-03T00:19:30Z".parse()?;
    /// let body = signer.sign_form(&request, "Action=ListDomains", now)?;
    /// assert!(body.starts_with("Action=ListDomains&AWSAccessKeyId=AKIDEXAMPLE&"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_form<R: HttpRequest>(
        &self,
        request: &R,
        form: &str,
        now: impl Into<Timestamp>,
    ) -> Result<String, Error> {
        refuse_query(request)?;
        self.sign(request, Parameters::of_form(form)?, form, now.into())
    }

    /// Adds the signer's parameters to a text of which `parameters` are the decoded parameters.
    fn sign<R: HttpRequest>(
        &self,
        request: &R,
        mut parameters: Parameters,
        text: &str,
        now: Timestamp,
    ) -> Result<String, Error> {
        check_expiration(&self.credentials, now)?;
        refuse_signed(&parameters, &WRITTEN)?;
        let mut signed = text.trim_end_matches('&').to_owned();
        for (name, value) in self.written(&parameters, now)? {
            write_parameter(&mut signed, name, &value);
            parameters.push(name, &value);
        }
        let string_to_sign = write(request, &parameters)?;
        let secret_key = self.credentials.secret_key();
        let signature = self.method.sign(secret_key, string_to_sign.as_bytes());
        write_parameter(&mut signed, "Signature", &signature);
        Ok(signed)
    }

    fn written(
        &self,
        own: &Parameters,
        now: Timestamp,
    ) -> Result<Vec<(&'static str, String)>, Error> {
        let id = self.credentials.access_key_id();
        let mut written = vec![
            ("AWSAccessKeyId", id.to_owned()),
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
            Some(parameter) if own.text(parameter).and_then(read_timestamp).is_none() => {
                return Err(LegacyError::InvalidTime { parameter }.into());
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

fn write_parameter(text: &mut String, name: &str, value: &str) {
    if !text.is_empty() {
        text.push('&');
    }
    text.push_str(name);
    text.push('=');
    text.push_str(&encode_segment(value));
}
