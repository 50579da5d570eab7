//! Verifying requests of query services.

use std::fmt;

use http::header::AUTHORIZATION;

use super::{SignatureMethod, TIMES, WRITTEN, string_to_sign};
use crate::credentials::{Credentials, SessionToken};
use crate::legacy::Verified;
use crate::legacy::claim::{Claim, Time, VERSION_4, own_id, refuse_two_hosts, unreadable};
use crate::legacy::date::read_timestamp;
use crate::legacy::parameters::Parameters;
use crate::request::HttpRequest;
use crate::timestamp::Timestamp;
use crate::verify::{SignatureLocation, VerifyError};

/// What a request says about who signed it: a claim, until [`verify`](Self::verify) has proven it.
///
/// ```
/// use countersign::Credentials;
/// use countersign::legacy::sigv2::{SignedRequest, Signer};
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now = datetime!(2011-10-03 0:19:30 UTC);
/// let mut request = http::Request::get("https://sdb.amazonaws.com/?Action=ListDomains").body(())?;
/// *request.uri_mut() = Signer::new(credentials.clone()).sign_query(&request, now)?;
///
/// let claim = SignedRequest::parse(&request, None)?;
/// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE");
/// // ... look it up, then:
/// let verified = claim.verify(&credentials, now)?;
/// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SignedRequest {
    claim: Claim,
    method: SignatureMethod,
    string_to_sign: String,
}

impl SignedRequest {
    /// Reads the claim out of a request's query, or out of the form that is its body.
    ///
    /// # Errors
    /// - [`VerifyError::MissingAuthentication`] if there is no `Signature` parameter
    /// - [`VerifyError::SeveralAuthentications`] if there is also an `authorization` header, or a
    ///   query parameter of Signature Version 4
    /// - [`VerifyError::MissingHost`] if the request names no host
    /// - [`VerifyError::SeveralHosts`] if it has two `host` headers, or one that differs from the URI's
    ///   authority
    /// - [`VerifyError::Malformed`] if a signing parameter is missing or malformed, such as an access
    ///   key ID that is not 1 to 128 printable ASCII characters without spaces
    /// - [`VerifyError::MissingDate`] or [`VerifyError::InvalidDate`] if `Timestamp` and `Expires` are
    ///   missing or malformed
    /// - [`VerifyError::Repeated`] if a signing parameter appears more than once, in any case of letters
    /// - [`VerifyError::InvalidTarget`] if the query is malformed, if another parameter appears more
    ///   than once, or if there is a query as well as a form
    ///
    /// ```
    /// use countersign::legacy::sigv2::SignedRequest;
    ///
    /// let request = http::Request::post("https://sdb.amazonaws.com/").body(())?;
    /// let form = "Action=ListDomains&Version=2009-04-15"; // the body
    /// let error = SignedRequest::parse(&request, Some(form)).unwrap_err();
    /// assert_eq!(error.to_string(), "the request carries no signature");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse<R: HttpRequest>(request: &R, form: Option<&str>) -> Result<Self, VerifyError> {
        let (parameters, form_of) = match form {
            Some(form) => (Parameters::of_form(form), SignatureLocation::Fields),
            None => {
                let query = request.uri().query().unwrap_or_default();
                (Parameters::of_query(query), SignatureLocation::Query)
            }
        };
        let parameters = parameters.map_err(|error| unreadable(&error))?;
        if parameters.any_of(&["Signature"]).is_none() {
            return Err(VerifyError::MissingAuthentication);
        }
        let in_header = request.headers().contains_key(AUTHORIZATION);
        if in_header || parameters.any_of(&VERSION_4).is_some() {
            return Err(VerifyError::SeveralAuthentications);
        }
        refuse_two_hosts(request)?;
        let names = WRITTEN.iter().chain(&TIMES).copied();
        if let Some(name) = parameters.repeated(&names.collect::<Vec<_>>()) {
            return Err(VerifyError::Repeated { name });
        }
        let malformed = |problem| VerifyError::Malformed {
            form: form_of,
            problem,
        };
        let text = |name, problem| parameters.text(name).ok_or(malformed(problem));
        if text("SignatureVersion", "`SignatureVersion` is missing")? != "2" {
            return Err(malformed("`SignatureVersion` is not 2"));
        }
        let method = text("SignatureMethod", "`SignatureMethod` is missing")?;
        let method = [SignatureMethod::HmacSha256, SignatureMethod::HmacSha1]
            .into_iter()
            .find(|known| known.as_str() == method)
            .ok_or(malformed(
                "`SignatureMethod` is neither HmacSHA256 nor HmacSHA1",
            ))?;
        let read = |name| match parameters.find(name) {
            None => Ok(None),
            Some(_) => match parameters.text(name).and_then(read_timestamp) {
                Some(time) => Ok(Some(time)),
                None => Err(VerifyError::InvalidDate { form: form_of }),
            },
        };
        let time = match (read("Timestamp")?, read("Expires")?) {
            (Some(signed_at), None) => Time::SignedAt(signed_at),
            (None, Some(expires_at)) => Time::ExpiresAt(expires_at),
            (None, None) => return Err(VerifyError::MissingDate { form: form_of }),
            _ => return Err(malformed("there are both `Timestamp` and `Expires`")),
        };
        let access_key_id = text("AWSAccessKeyId", "`AWSAccessKeyId` is missing")?;
        let session_token = match parameters.find("SecurityToken") {
            None => None,
            Some(_) => Some(text("SecurityToken", "`SecurityToken` is no text")?.into()),
        };
        let claim = Claim {
            form: form_of,
            access_key_id: own_id(access_key_id, form_of)?,
            session_token,
            time: Some(time),
            signature: text("Signature", "`Signature` is no text")?.to_owned(),
        };
        let string_to_sign = string_to_sign(request, form).map_err(|error| unreadable(&error))?;
        Ok(Self {
            claim,
            method,
            string_to_sign,
        })
    }

    /// The access key ID, not proven yet.
    ///
    /// ```
    /// use countersign::legacy::sigv2::SignedRequest;
    ///
    /// let url = "https://sdb.amazonaws.com/?Action=ListDomains&Version=2009-04-15\
    ///            &AWSAccessKeyId=AKIDEXAMPLE&SignatureMethod=HmacSHA256&SignatureVersion=2\
    ///            &Timestamp=2011-10-03T00%3A19%3A30Z&Signature=HXmF%2BqlbAlHqXJW9%2BHALsoazvFOJpQSlWbfpM%2BQCMwA%3D";
    /// let claim = SignedRequest::parse(&http::Request::get(url).body(())?, None)?;
    /// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE"); // whose secret key is asked for
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn access_key_id(&self) -> &str {
        &self.claim.access_key_id
    }

    /// The session token, not proven yet.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::sigv2::{SignedRequest, Signer};
    /// # let now = time::macros::datetime!(2011-10-03 0:19:30 UTC);
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token"));
    /// let mut request = http::Request::get("https://sdb.amazonaws.com/?Action=ListDomains").body(())?;
    /// *request.uri_mut() = signer.sign_query(&request, now)?;
    /// let claim = SignedRequest::parse(&request, None)?;
    /// assert!(claim.session_token().is_some_and(|token| token.expose() == "token"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn session_token(&self) -> Option<&SessionToken> {
        self.claim.session_token.as_ref()
    }

    /// Verifies the request with the credentials that belong to its access key ID: their session
    /// token, where they have one, must be the request's.
    ///
    /// # Errors
    /// A time too far off; other credentials; another signature.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::sigv2::SignedRequest;
    /// use time::macros::datetime;
    ///
    /// // The example of the AWS General Reference.
    /// let url = "https://elasticmapreduce.amazonaws.com?Action=DescribeJobFlows&Version=2009-03-31\
    ///            &AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&SignatureVersion=2&SignatureMethod=HmacSHA256\
    ///            &Timestamp=2011-10-03T15%3A19%3A30&Signature=i91nKc4PWAt0JJIdXwz9HxZCJDdiy6cf%2FMj6vPxyYIs%3D";
    /// let claim = SignedRequest::parse(&http::Request::get(url).body(())?, None)?;
    /// let known = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// assert!(claim.verify(&known, datetime!(2011-10-03 15:25 UTC)).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<Verified<'_>, VerifyError> {
        let now = now.into();
        let signature = self
            .method
            .sign(credentials.secret_key(), &self.string_to_sign);
        self.claim.verify(credentials, now, &signature)
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("access_key_id", &self.claim.access_key_id)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
