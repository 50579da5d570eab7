//! Signed requests that arrive, of either scheme.

use std::fmt;
use std::time::Duration;

use super::claim::{Claim, Verified, WINDOW};
use super::s3_v2::{self, Bucket};
use super::sigv2;
use crate::credentials::{Credentials, SessionToken};
use crate::request::HttpRequest;
use crate::timestamp::Timestamp;
use crate::verify::{SignatureLocation, VerifyError};

/// The claim of a signed request. It proves nothing until [`verify`](Self::verify) succeeds.
///
/// ```
/// use countersign::legacy::{SignedRequest, sigv2::Signer};
/// use countersign::{Credentials, Timestamp};
///
/// let secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// let credentials = Credentials::new("AKIDEXAMPLE", secret_key);
/// let now: Timestamp = "2011-10-03T00:19:30Z".parse()?;
/// let url = "https://sdb.amazonaws.com/?Action=ListDomains";
/// let mut request = http::Request::get(url).body(())?;
/// let signer = Signer::new(credentials.clone())?;
/// *request.uri_mut() = signer.sign_query(&request, now)?;
///
/// let claim = SignedRequest::parse_sigv2(&request, None)?;
/// // Look up the credentials by the access key ID, then verify.
/// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE");
/// let verified = claim.verify(&credentials, now)?;
/// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SignedRequest {
    claim: Claim,
}

impl SignedRequest {
    /// Reads the claim of a query service's request, from its query or from the form in its body.
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
    ///   than once, if there are more than 32,768, or if there is a query as well as a form
    pub fn parse_sigv2<R: HttpRequest>(
        request: &R,
        form: Option<&str>,
    ) -> Result<Self, VerifyError> {
        let claim = sigv2::read_claim(request, form)?;
        Ok(Self { claim })
    }

    /// Reads the claim of a request to an S3-compatible store, from its header or its query.
    ///
    /// `bucket` is the bucket that the server takes the request to be for.
    ///
    /// In query form, `x-amz-*` parameters are signed as if they were headers, and the signature does
    /// not distinguish them. A server must obey both alike. Otherwise a client could move a signed
    /// `x-amz-acl` header into the query to get rid of it.
    ///
    /// A header and its parts between commas are signed alike, so anyone on the way can split it. Join
    /// the values of one name before you act on them.
    ///
    /// Parameters that are not sub-resources of the scheme are not signed. Some of them select another
    /// operation: refuse a request if [`unsigned_operation`](s3_v2::unsigned_operation) finds one.
    ///
    /// # Errors
    /// - [`VerifyError::MissingAuthentication`] if the request has no signature of this scheme
    /// - [`VerifyError::SeveralAuthentications`] if it has two, or one of Signature Version 4 as well
    /// - [`VerifyError::SeveralHosts`] if it has two `host` headers, or one that differs from the URI's
    ///   authority
    /// - [`VerifyError::UnknownAlgorithm`] if the `authorization` header is of another scheme
    /// - [`VerifyError::Malformed`] if a part of the signature is missing or malformed, such as an
    ///   access key ID that is not 1 to 128 printable ASCII characters without spaces
    /// - [`VerifyError::MissingDate`] or [`VerifyError::InvalidDate`] if the date is missing or malformed
    /// - [`VerifyError::HeadersNotSigned`] if a header reads as an `x-amz-*` header in CGI, such as
    ///   `x_amz_acl`, which the scheme does not sign
    /// - [`VerifyError::InvalidHeader`] if a signed header is not text
    /// - [`VerifyError::Repeated`] if a header or parameter appears more than once
    /// - [`VerifyError::InvalidTarget`] if two requests could share the string to sign
    ///   ([`string_to_sign`](s3_v2::string_to_sign) lists the cases)
    pub fn parse_s3_v2<R: HttpRequest>(
        request: &R,
        bucket: Bucket<'_>,
    ) -> Result<Self, VerifyError> {
        let claim = s3_v2::read_claim(request, bucket)?;
        Ok(Self { claim })
    }

    /// The access key ID that the request claims. It is unverified: use it only to look up the key.
    pub fn access_key_id(&self) -> &str {
        &self.claim.access_key_id
    }

    /// The session token that the request contains. It is unverified.
    pub fn session_token(&self) -> Option<&SessionToken> {
        self.claim.session_token.as_ref()
    }

    /// Where the signature is: in a header, the query or the fields of a form.
    pub fn form(&self) -> SignatureLocation {
        self.claim.location
    }

    /// Verifies the request with the credentials of its access key ID.
    ///
    /// The session tokens of the request and of the credentials must be equal, or both missing.
    ///
    /// # Errors
    /// - [`VerifyError::UnknownAlgorithm`] if
    ///   [only approved algorithms](crate::crypto::allow_only_approved) are allowed
    /// - [`VerifyError::Expired`] or [`VerifyError::NotYetCurrent`] if the time of the request is too
    ///   far from `now`
    /// - [`VerifyError::UnknownAccessKeyId`] if the credentials are of another access key ID
    /// - [`VerifyError::InvalidSessionToken`] if the session tokens differ
    /// - [`VerifyError::CredentialsExpired`] if the credentials have expired
    /// - [`VerifyError::SignatureMismatch`] if the signature is not that of the credentials
    ///
    /// ```
    /// use countersign::legacy::SignedRequest;
    /// use countersign::verify::VerifyError;
    /// use countersign::{Credentials, Timestamp};
    ///
    /// // The example of the AWS General Reference.
    /// let url = "https://elasticmapreduce.amazonaws.com?Action=DescribeJobFlows\
    ///     &Version=2009-03-31&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\
    ///     &SignatureVersion=2&SignatureMethod=HmacSHA256\
    ///     &Timestamp=2011-10-03T15%3A19%3A30\
    ///     &Signature=i91nKc4PWAt0JJIdXwz9HxZCJDdiy6cf%2FMj6vPxyYIs%3D";
    /// let request = http::Request::get(url).body(())?;
    /// let claim = SignedRequest::parse_sigv2(&request, None)?;
    /// let secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    /// let known = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key);
    /// claim.verify(&known, "2011-10-03T15:25:00Z".parse::<Timestamp>()?)?;
    ///
    /// let late =
    ///     claim.verify(&known, "2011-10-03T16:00:00Z".parse::<Timestamp>()?);
    /// assert!(matches!(late, Err(VerifyError::Expired { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<Verified<'_>, VerifyError> {
        self.verify_within(credentials, WINDOW, now.into())
    }

    /// As [`verify`](Self::verify), with another maximum clock difference than 15 minutes.
    pub(crate) fn verify_within(
        &self,
        credentials: &Credentials,
        window: Duration,
        now: Timestamp,
    ) -> Result<Verified<'_>, VerifyError> {
        self.claim.verify(credentials, window, now)
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("form", &self.claim.location)
            .field("access_key_id", &self.claim.access_key_id)
            .finish_non_exhaustive()
    }
}
