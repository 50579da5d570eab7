//! Verifying requests to an S3-compatible store.

use std::fmt;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::{Bucket, TOKEN, WRITTEN, string_to_sign};
use crate::credentials::{Credentials, SessionToken};
use crate::legacy::Verified;
use crate::legacy::claim::{Claim, Time, VERSION_4, own_id, refuse_two_hosts, unreadable};
use crate::legacy::date::read_http_date;
use crate::legacy::parameters::Parameters;
use crate::legacy::{base64, hmac_sha1};
use crate::request::HttpRequest;
use crate::timestamp::Timestamp;
use crate::verify::{SignatureLocation, VerifyError};

/// What a request says about who signed it: a claim, until [`verify`](Self::verify) has proven it.
///
/// ```
/// use countersign::Credentials;
/// use countersign::legacy::s3_v2::{Bucket, SignedRequest, Signer};
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// let now = datetime!(2007-03-27 19:36:42 UTC);
/// let mut request = http::Request::get("https://s3.example.com/bucket/key").body(())?;
/// Signer::new(credentials.clone()).sign(&mut request, Bucket::InPath, now)?;
///
/// let claim = SignedRequest::parse(&request, Bucket::InPath)?;
/// assert_eq!(claim.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
/// // ... look it up, then:
/// let verified = claim.verify(&credentials, now)?;
/// assert_eq!(verified.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SignedRequest {
    claim: Claim,
    string_to_sign: Vec<u8>,
}

impl SignedRequest {
    /// Reads the claim out of a request's `authorization` header, or out of its query. The bucket is
    /// what the server takes the request to be for.
    ///
    /// In query form, `x-amz-*` parameters are signed as if they were headers, and no signature tells
    /// the two apart. A server must obey both alike: else a client could move a signed `x-amz-acl`
    /// header into the query to get rid of it.
    ///
    /// Parameters that are not sub-resources of the scheme are not signed. In S3, some of them select
    /// another operation: `attributes`, `encryption`, `intelligent-tiering`, `legal-hold`,
    /// `ownershipControls`, `policyStatus`, `publicAccessBlock`, `retention`, `session`. A server that
    /// knows them must refuse them in this scheme: a client could add one to a signed request.
    ///
    /// # Errors
    /// - [`VerifyError::MissingAuthentication`] if the request has no signature of this scheme
    /// - [`VerifyError::SeveralAuthentications`] if it has two, or one of Signature Version 4 as well
    /// - [`VerifyError::SeveralHosts`] if it has two `host` headers, or one that differs from the URI's
    ///   authority
    /// - [`VerifyError::Malformed`] if a part of the signature is missing or malformed, such as an
    ///   access key ID that is not 1 to 128 printable ASCII characters without spaces
    /// - [`VerifyError::Repeated`] if a header or parameter appears more than once
    /// - [`VerifyError::InvalidTarget`] if two requests could share the string to sign
    ///   ([`string_to_sign`] lists the cases)
    ///
    /// ```
    /// use countersign::legacy::s3_v2::{Bucket, SignedRequest};
    /// use countersign::verify::VerifyError;
    ///
    /// let request = http::Request::get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg").body(())?;
    /// let refused = SignedRequest::parse(&request, Bucket::InHost("johnsmith"));
    /// assert!(matches!(refused, Err(VerifyError::MissingAuthentication)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse<R: HttpRequest>(request: &R, bucket: Bucket<'_>) -> Result<Self, VerifyError> {
        let query = request.uri().query().unwrap_or_default();
        let parameters = Parameters::of_query(query).map_err(|error| unreadable(&error))?;
        refuse_two_hosts(request)?;
        let headers = request.headers();
        let version_4 = parameters.any_of(&VERSION_4).is_some();
        let claim = if headers.contains_key(AUTHORIZATION) {
            let version_2 = parameters.any_of(&["Signature", "AWSAccessKeyId"]);
            if version_4 || version_2.is_some() {
                return Err(VerifyError::SeveralAuthentications);
            }
            of_headers(headers)?
        } else if parameters.any_of(&["Signature"]).is_some() {
            if version_4 {
                return Err(VerifyError::SeveralAuthentications);
            }
            of_query(headers, &parameters)?
        } else {
            return Err(VerifyError::MissingAuthentication);
        };
        // Each of them is one line of what is signed.
        for name in ["content-md5", "content-type"] {
            one(headers, name)?;
        }
        let string_to_sign = string_to_sign(request, bucket).map_err(|error| unreadable(&error))?;
        Ok(Self {
            claim,
            string_to_sign,
        })
    }

    /// The access key ID, not proven yet.
    ///
    /// ```
    /// use countersign::legacy::s3_v2::{Bucket, SignedRequest};
    ///
    /// let request = http::Request::get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg")
    ///     .header("date", "Tue, 27 Mar 2007 19:36:42 +0000")
    ///     .header("authorization", "AWS AKIAIOSFODNN7EXAMPLE:bWq2s1WEIj+Ydj0vQ697zp+IXMU=")
    ///     .body(())?;
    /// let claim = SignedRequest::parse(&request, Bucket::InHost("johnsmith"))?;
    /// assert_eq!(claim.access_key_id(), "AKIAIOSFODNN7EXAMPLE"); // whose secret key is asked for
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn access_key_id(&self) -> &str {
        &self.claim.access_key_id
    }

    /// The session token, not proven yet.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::s3_v2::{Bucket, SignedRequest, Signer};
    /// use countersign::verify::SignatureLocation;
    /// # let now = time::macros::datetime!(2007-03-27 19:36:42 UTC);
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token"));
    /// let mut request = http::Request::get("https://s3.example.com/bucket/key").body(())?;
    /// signer.sign(&mut request, Bucket::InPath, now)?;
    /// let claim = SignedRequest::parse(&request, Bucket::InPath)?;
    /// assert_eq!(claim.form(), SignatureLocation::Header);
    /// assert!(claim.session_token().is_some_and(|token| token.expose() == "token"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn session_token(&self) -> Option<&SessionToken> {
        self.claim.session_token.as_ref()
    }

    /// Where the signature stands.
    ///
    /// ```
    /// use countersign::legacy::s3_v2::{Bucket, SignedRequest};
    /// use countersign::verify::SignatureLocation;
    ///
    /// let url = "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\
    ///            &Expires=1175139622&Signature=%2FZXOzbUeljIiChOOqydiXg4BFd8%3D";
    /// let presigned = http::Request::get(url).body(())?;
    /// assert_eq!(SignedRequest::parse(&presigned, Bucket::InHost("johnsmith"))?.form(), SignatureLocation::Query);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn form(&self) -> SignatureLocation {
        self.claim.form
    }

    /// Verifies the request with the credentials that belong to its access key ID: their session
    /// token, where they have one, must be the request's.
    ///
    /// # Errors
    /// A time too far off; other credentials; another signature.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::s3_v2::{Bucket, SignedRequest};
    /// use countersign::verify::VerifyError;
    /// use time::macros::datetime;
    ///
    /// let request = http::Request::get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg")
    ///     .header("date", "Tue, 27 Mar 2007 19:36:42 +0000")
    ///     .header("authorization", "AWS AKIAIOSFODNN7EXAMPLE:bWq2s1WEIj+Ydj0vQ697zp+IXMU=")
    ///     .body(())?;
    /// let claim = SignedRequest::parse(&request, Bucket::InHost("johnsmith"))?;
    /// let known = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// assert!(claim.verify(&known, datetime!(2007-03-27 19:40 UTC)).is_ok());
    /// let late = claim.verify(&known, datetime!(2007-03-27 20:00 UTC));
    /// assert!(matches!(late, Err(VerifyError::Expired { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<Verified<'_>, VerifyError> {
        let now = now.into();
        let signature = base64(&hmac_sha1(credentials.secret_key(), &self.string_to_sign));
        self.claim.verify(credentials, now, &signature)
    }
}

fn of_headers(headers: &HeaderMap) -> Result<Claim, VerifyError> {
    let form = SignatureLocation::Header;
    if headers.get_all(AUTHORIZATION).iter().count() > 1 {
        return Err(VerifyError::SeveralAuthentications);
    }
    let authorization = one(headers, "authorization")?.unwrap_or_default();
    // An access key ID of a store's own may hold colons; base64 never does.
    let (access_key_id, signature) = authorization
        .strip_prefix("AWS ")
        .and_then(|credential| credential.rsplit_once(':'))
        .filter(|(id, _)| !id.is_empty())
        .ok_or(VerifyError::UnknownAlgorithm { form })?;
    let date = match one(headers, "x-amz-date")? {
        Some(date) => date,
        None => one(headers, "date")?.ok_or(VerifyError::MissingDate { form })?,
    };
    let signed_at = read_http_date(date).ok_or(VerifyError::InvalidDate { form })?;
    Ok(Claim {
        form,
        access_key_id: own_id(access_key_id, form)?,
        session_token: one(headers, TOKEN)?.map(Into::into),
        time: Some(Time::SignedAt(signed_at)),
        signature: signature.to_owned(),
    })
}

fn of_query(headers: &HeaderMap, parameters: &Parameters) -> Result<Claim, VerifyError> {
    let form = SignatureLocation::Query;
    if let Some(name) = parameters.repeated(&WRITTEN) {
        return Err(VerifyError::Repeated { name });
    }
    let text = |name, problem| {
        let text = parameters.text(name).filter(|text| !text.is_empty());
        text.ok_or(VerifyError::Malformed { form, problem })
    };
    let digits = text("Expires", "`Expires` is missing")?;
    let sound = digits.bytes().all(|b| b.is_ascii_digit());
    let seconds = if sound { digits.parse().ok() } else { None };
    let expires_at = seconds
        .map(Timestamp::from_unix_seconds)
        .ok_or(VerifyError::InvalidDate { form })?;
    let token_in_header = one(headers, TOKEN)?;
    let token_in_query = parameters.any_of(&[TOKEN]);
    let session_token = match (token_in_header, token_in_query) {
        (Some(_), Some(_)) => return Err(VerifyError::Repeated { name: TOKEN }),
        (token, None) => token,
        (None, Some(_)) => Some(text(TOKEN, "the session token is malformed")?),
    };
    Ok(Claim {
        form,
        access_key_id: own_id(text("AWSAccessKeyId", "`AWSAccessKeyId` is missing")?, form)?,
        session_token: session_token.map(Into::into),
        time: Some(Time::ExpiresAt(expires_at)),
        signature: text("Signature", "`Signature` is missing")?.to_owned(),
    })
}

/// The text of a header that may be there once.
fn one<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, VerifyError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| VerifyError::InvalidHeader)?;
            Ok(Some(text.trim()))
        }
        _ => Err(VerifyError::Repeated { name }),
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("form", &self.claim.form)
            .field("access_key_id", &self.claim.access_key_id)
            .finish_non_exhaustive()
    }
}
