//! Signed requests, as they were received.

mod headers;
mod limits;
mod signed;
mod signed_headers;
mod token;

use std::fmt;

use crate::credentials::SessionToken;
use crate::error::Error;
use crate::error::target::TargetProblem;
use crate::request::{Headers, HttpRequest, RawRequest, RequestView};
use crate::sigv4::authorization::{CONTENT_SHA256_PARAMETER, find_parameters_and};
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Algorithm;
#[cfg(feature = "explain")]
use crate::sigv4::signature::Signature;

use super::error::{SignatureLocation, VerifyError};
use headers::Found;
pub use limits::Limits;
use signed::Signed;
pub(crate) use token::Token;

/// A signed request as it was received. It is a claim, and proves nothing yet.
///
/// Look up the key by [`access_key_id`](Self::access_key_id), and derive it for the
/// [`scope`](Self::scope). Only a [`Verified`](super::Verified) tells who signed the request. The
/// claim borrows from the request, and does not allocate for up to 16 headers.
///
/// The target must be as the client sent it: percent-encoded, before a router or proxy decoded it,
/// resolved `..`, or collapsed `//`. In HTTP/2, the host is the authority of the URI. If a proxy
/// rewrites requests, set the original values with [`with_original_path`](Self::with_original_path)
/// and [`with_original_host`](Self::with_original_host).
///
/// A bare `+` in the query is a space. For S3's family, a client may sign the path in canonical
/// encoding or as it was sent. Both signatures cover the same object key, which
/// [`Verified::object_path`](super::Verified::object_path) returns.
///
/// IAM User Guide, "Elements of an AWS API request signature".
///
/// ```
/// use countersign::verify::SignedRequest;
///
/// let authorization = "AWS4-HMAC-SHA256 \
///     Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
///     SignedHeaders=host;x-amz-date, \
///     Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
/// let request = http::Request::get("/?Action=ListUsers&Version=2010-05-08")
///     .header("host", "iam.amazonaws.com")
///     .header("x-amz-date", "20150830T123600Z")
///     .header("authorization", authorization)
///     .body(())?;
/// let claim = SignedRequest::parse(&request)?;
/// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE");
/// assert_eq!(
///     claim.scope().as_str(),
///     "20150830/us-east-1/iam/aws4_request"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SignedRequest<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) host: &'a [u8],
    pub(super) headers: Headers<'a>,
    pub(super) signed: Signed<'a>,
    /// `x-amz-content-sha256`, not checked yet.
    pub(super) content_sha256: Option<&'a [u8]>,
    pub(super) decoded_content_length: Option<&'a [u8]>,
    pub(super) trailer: Option<&'a [u8]>,
}

impl<'a> SignedRequest<'a> {
    /// Reads the claim of a request: the `authorization` header, or the query of a presigned URL.
    ///
    /// The default [`Limits`] bound the work, which is linear in the length of the request.
    ///
    /// # Errors
    /// - [`VerifyError::TooManyHeaders`], [`VerifyError::HeadersTooLong`] or
    ///   [`VerifyError::TargetTooLong`] if the request is above the limits
    /// - [`VerifyError::MissingAuthentication`] if the request has no signature
    /// - [`VerifyError::SeveralAuthentications`] if it has more than one
    /// - [`VerifyError::UnknownAlgorithm`] if the signature is not of Signature Version 4
    /// - [`VerifyError::Malformed`] or [`VerifyError::InvalidScope`] if a part of the signature is
    ///   missing or malformed
    /// - [`VerifyError::MissingDate`] or [`VerifyError::InvalidDate`] if the request has no valid date
    /// - [`VerifyError::Repeated`] if a header or parameter of the signature appears more than once
    /// - [`VerifyError::MissingHost`] or [`VerifyError::SeveralHosts`] if the request does not name
    ///   exactly one host
    /// - [`VerifyError::InvalidTarget`] if the query is malformed
    pub fn parse<R: HttpRequest>(request: &'a R) -> Result<Self, VerifyError> {
        Self::parse_with_limits(request, &Limits::default())
    }

    /// Reads the claim of a request, within the caller's own limits.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_with_limits<R: HttpRequest>(
        request: &'a R,
        limits: &Limits,
    ) -> Result<Self, VerifyError> {
        Self::of_http(request, request.uri().authority(), limits)
    }

    /// As [`parse`](Self::parse), for a request that its client has not sent. Its URI tells where
    /// to connect. A `host` header is signed and sent even if it differs.
    #[cfg(feature = "explain")]
    pub(crate) fn parse_unsent<R: HttpRequest>(request: &'a R) -> Result<Self, VerifyError> {
        let overridden = request.headers().contains_key("host");
        let authority = request.uri().authority().filter(|_| !overridden);
        Self::of_http(request, authority, &Limits::NONE)
    }

    fn of_http<R: HttpRequest>(
        request: &'a R,
        authority: Option<&'a http::uri::Authority>,
        limits: &Limits,
    ) -> Result<Self, VerifyError> {
        let view = RequestView::new(request);
        limits.check_target(view.path, view.query)?;
        limits.check_count(request.headers().len())?;
        Self::of_view(&view, authority.map(http::uri::Authority::as_str), limits)
    }

    /// Reads the claim of a request in slices.
    ///
    /// # Errors
    /// - everything that [`parse`](Self::parse) returns
    /// - [`VerifyError::InvalidHeader`] if a header name is not a lowercase token, or a value has a
    ///   control character
    pub fn parse_raw(request: &RawRequest<'a>) -> Result<Self, VerifyError> {
        Self::parse_raw_with_limits(request, &Limits::default())
    }

    /// Reads the claim of a request in slices, within the caller's own limits.
    ///
    /// # Errors
    /// As [`parse_raw`](Self::parse_raw).
    pub fn parse_raw_with_limits(
        request: &RawRequest<'a>,
        limits: &Limits,
    ) -> Result<Self, VerifyError> {
        limits.check_target(request.path, request.query)?;
        limits.check_count(request.headers.len())?;
        // The types of `http` guarantee this. A line break would forge a line of the canonical
        // request, and an uppercase `X-Amz-` would evade the rule that it must be signed.
        let view = RequestView::from_raw(request)
            .map_err(|error| of_error(error, SignatureLocation::Header))?;
        Self::of_view(&view, None, limits)
    }

    fn of_view(
        view: &RequestView<'a>,
        authority: Option<&'a str>,
        limits: &Limits,
    ) -> Result<Self, VerifyError> {
        let found = Found::read(view.headers, limits)?;
        let host = found.host(authority, view.host)?;
        let mut content_sha256 = (None, 0);
        let parameters = find_parameters_and(view.query, |parameter| {
            if parameter.is_named(CONTENT_SHA256_PARAMETER) {
                content_sha256 = (Some(parameter), content_sha256.1 + 1);
            }
        });
        let in_query = match &parameters {
            Ok(parameters) => parameters.iter().any(Option::is_some),
            Err(error) => matches!(error, Error::MalformedAuthorization(_)),
        };
        let signed = match found.authorization {
            Some(_) if in_query => return Err(VerifyError::SeveralAuthentications),
            Some(authorization) => {
                parameters.map_err(|error| of_error(error, SignatureLocation::Header))?;
                Signed::in_header(authorization, &found)?
            }
            None if !in_query => {
                parameters.map_err(|error| of_error(error, SignatureLocation::Query))?;
                return Err(VerifyError::MissingAuthentication);
            }
            None => {
                let parameters =
                    parameters.map_err(|error| of_error(error, SignatureLocation::Query))?;
                Signed::in_query(parameters, content_sha256, &found)?
            }
        };
        Ok(Self {
            method: view.method,
            path: view.path,
            query: view.query,
            host,
            headers: view.headers,
            signed,
            content_sha256: found.content_sha256,
            decoded_content_length: found.decoded_content_length,
            trailer: found.trailer,
        })
    }

    /// Sets the path that the client sent, if a proxy rewrites it.
    ///
    /// For example, a proxy may add a prefix. The path is percent-encoded, as in the request line
    /// of the client. Take it from the configuration of the proxy, or from a header that the proxy
    /// always sets. If a client could choose it, the server would verify one path and serve
    /// another.
    ///
    /// ```
    /// use countersign::verify::{SignedRequest, VerificationKey, Verifier};
    /// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
    ///
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let mut request =
    ///     http::Request::get("https://api.example.com/stage/items").body(())?;
    /// Signer::new(credentials.clone(), "us-east-1", "execute-api")?.sign(
    ///     &mut request,
    ///     PayloadHash::EMPTY,
    ///     now,
    /// )?;
    ///
    /// // A proxy removes the prefix, and writes its own host.
    /// *request.uri_mut() = "/items".parse()?;
    /// request.headers_mut().insert("host", "10.0.0.7".parse()?);
    /// let claim = SignedRequest::parse(&request)?
    ///     .with_original_path("/stage/items")
    ///     .with_original_host("api.example.com");
    /// let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// let verifier =
    ///     Verifier::new("us-east-1", "execute-api")?.with_host("api.example.com");
    /// let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// assert_eq!(verified.path(), "/stage/items");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_original_path(mut self, path: &'a str) -> Self {
        self.path = path;
        self
    }

    /// Sets the host that the client sent, if a proxy replaces it.
    ///
    /// Never take it from a value that a client can choose: see
    /// [`with_original_path`](Self::with_original_path).
    #[must_use]
    pub fn with_original_host(mut self, host: &'a str) -> Self {
        self.host = host.as_bytes();
        self
    }

    /// The access key ID that the request claims. It is unverified: use it only to look up the key.
    pub fn access_key_id(&self) -> &str {
        &self.signed.access_key_id
    }

    /// Returns the credential scope to derive the key for.
    ///
    /// Together with the access key ID it identifies a derived key in a cache. Insert a key only
    /// after the request was verified, and bound the cache: clients choose both.
    pub fn scope(&self) -> &CredentialScope {
        &self.signed.scope
    }

    /// Returns the algorithm: SigV4 or SigV4A.
    pub fn algorithm(&self) -> Algorithm {
        self.signed.algorithm
    }

    #[cfg(feature = "explain")]
    pub(crate) fn signature(&self) -> Signature {
        self.signed.signature
    }

    /// The time at which the request claims to have been signed.
    pub fn date(&self) -> &AmzDate {
        &self.signed.date
    }

    /// Where the signature is: in the `authorization` header or in the query.
    pub fn form(&self) -> SignatureLocation {
        self.signed.form
    }

    /// The value of `X-Amz-Expires` of a presigned URL, in seconds.
    pub fn expires_in(&self) -> Option<u64> {
        self.signed.expires_in
    }

    /// Returns the session token of the request, for servers that look up sessions by token.
    ///
    /// Verification compares it with the key's own.
    pub fn session_token(&self) -> Option<SessionToken> {
        self.signed.token.as_ref().map(Token::to_session_token)
    }

    /// The SHA-256 of the session token, for cache keys that do not reveal the token.
    #[cfg(feature = "tower")]
    pub(crate) fn session_token_hash(&self) -> Option<[u8; 32]> {
        self.signed.token.as_ref().map(Token::hash)
    }

    /// The names of the headers that are listed as signed, in lowercase and in order.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.signed.signed_headers.names()
    }
}

impl fmt::Debug for SignedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("form", &self.signed.form)
            .field("access_key_id", &self.signed.access_key_id)
            .field("scope", &self.signed.scope)
            .field("date", &self.signed.date)
            .finish_non_exhaustive()
    }
}

/// Converts an error of the parsers into the client's mistake.
pub(super) fn of_error(error: Error, form: SignatureLocation) -> VerifyError {
    match error {
        Error::MalformedAuthorization(problem) => VerifyError::Malformed { form, problem },
        Error::InvalidScope => VerifyError::InvalidScope { form },
        Error::InvalidPath { problem, .. } | Error::InvalidQuery { problem, .. } => {
            VerifyError::InvalidTarget { problem }
        }
        Error::InvalidHeaderName { .. } | Error::InvalidHeaderValue { .. } => {
            VerifyError::InvalidHeader
        }
        Error::InvalidMethod { .. } => VerifyError::InvalidTarget {
            problem: TargetProblem::InvalidMethod,
        },
        Error::MissingHost => VerifyError::MissingHost,
        Error::DuplicateHost => VerifyError::SeveralHosts,
        _ => VerifyError::InvalidTarget {
            problem: TargetProblem::NoCanonicalForm,
        },
    }
}
