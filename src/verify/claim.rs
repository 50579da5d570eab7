//! What a request says about who signed it.

mod headers;
mod signed;
mod signed_headers;
mod token;

use std::fmt;

use crate::credentials::SessionToken;
use crate::error::Error;
use crate::request::{HttpRequest, RawRequest, host_of};
use crate::sigv4::authorization::{CONTENT_SHA256_PARAMETER, find_parameters_and};
use crate::sigv4::canonical::check_method;
use crate::sigv4::canonical::headers::Header;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Algorithm;
#[cfg(feature = "explain")]
use crate::sigv4::signature::Signature;

use super::error::{SignatureLocation, VerifyError};
use headers::{Authority, Fields, Found};
use signed::Signed;
pub(crate) use token::Token;

/// A signed request as it arrived: a claim, which proves nothing yet.
///
/// It tells which key to look up ([`access_key_id`](Self::access_key_id)) and for which
/// [`scope`](Self::scope) to derive it; who really sent the request only a
/// [`Verified`](super::Verified) says. It borrows from the request and allocates nothing.
///
/// The request must be as it came off the wire: the raw, percent-encoded target, before any router
/// or proxy decoded it, resolved `..`, or collapsed `//`. Of HTTP/2, the URI's authority stands for
/// the host. A server that gets its requests rewritten says what they were with
/// [`with_original_path`](Self::with_original_path) and
/// [`with_original_host`](Self::with_original_host).
///
/// A bare `+` in the query is a space, in every name and value. For S3's family the path may have been
/// signed in canonical encoding or as it was sent: both cover one key, as long as the server decodes
/// the path once, byte by byte, and with `+` as a plus, before it splits it at `/`.
///
/// IAM User Guide, "Elements of an AWS API request signature".
///
/// ```
/// use countersign::verify::SignedRequest;
///
/// let request = http::Request::get("/?Action=ListUsers&Version=2010-05-08")
///     .header("host", "iam.amazonaws.com")
///     .header("x-amz-date", "20150830T123600Z")
///     .header("authorization", "AWS4-HMAC-SHA256 \
///         Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
///         SignedHeaders=host;x-amz-date, \
///         Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
///     .body(())?;
/// let claim = SignedRequest::parse(&request)?;
/// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE");
/// assert_eq!(claim.scope().as_str(), "20150830/us-east-1/iam/aws4_request");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SignedRequest<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) host: &'a [u8],
    pub(super) headers: Fields<'a>,
    pub(super) signed: Signed<'a>,
    /// `x-amz-content-sha256`, of which form and place are still to be judged.
    pub(super) content_sha256: Option<&'a [u8]>,
    pub(super) decoded_content_length: Option<&'a [u8]>,
    pub(super) trailer: Option<&'a [u8]>,
}

impl<'a> SignedRequest<'a> {
    /// Reads the claim of a request, in either form: the `authorization` header, or the query of a
    /// presigned URL.
    ///
    /// # Errors
    /// No signature, or two ways to authenticate; what is missing, malformed or there twice; no
    /// date, no host, or two.
    ///
    /// ```
    /// use countersign::verify::{SignedRequest, VerifyError};
    ///
    /// let request = http::Request::get("https://example.com/").header("authorization", "Basic dXNlcjpwYXNz").body(())?;
    /// let refused = SignedRequest::parse(&request);
    /// assert!(matches!(refused, Err(VerifyError::UnknownAlgorithm { .. })));
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn parse<R: HttpRequest>(request: &'a R) -> Result<Self, VerifyError> {
        Self::of_http(request, request.uri().authority())
    }

    /// As [`parse`](Self::parse), of a request in the hands of its client. There the URI says where
    /// to connect; a `host` header of the caller's is what is signed and sent.
    #[cfg(feature = "explain")]
    pub(crate) fn parse_unsent<R: HttpRequest>(request: &'a R) -> Result<Self, VerifyError> {
        let overridden = request.headers().contains_key("host");
        Self::of_http(request, request.uri().authority().filter(|_| !overridden))
    }

    fn of_http<R: HttpRequest>(
        request: &'a R,
        authority: Option<&'a http::uri::Authority>,
    ) -> Result<Self, VerifyError> {
        let uri = request.uri();
        Self::of_parts(
            request.method().as_str(),
            uri.path(),
            uri.query().unwrap_or_default(),
            authority.map(|authority| Authority {
                sent: authority.as_str(),
                host: host_of(uri).unwrap_or_default(),
            }),
            Fields::Map(request.headers()),
        )
    }

    /// As [`parse`](Self::parse), of a request in slices.
    ///
    /// # Errors
    /// As there; and a method, header name or header value that is none.
    ///
    /// ```
    /// use countersign::verify::{SignatureLocation, SignedRequest};
    /// use countersign::{sigv4::Algorithm, RawRequest};
    ///
    /// let request = RawRequest {
    ///     method: "GET",
    ///     path: "/key",
    ///     query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request\
    ///         &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
    ///         &X-Amz-Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ///     headers: &[("host", b"bucket.s3.amazonaws.com")],
    /// };
    /// let claim = SignedRequest::parse_raw(&request)?;
    /// assert_eq!((claim.form(), claim.expires_in(), claim.algorithm()), (SignatureLocation::Query, Some(900), Algorithm::HmacSha256));
    /// assert!(claim.session_token().is_none() && claim.signed_headers().eq(["host"]));
    /// # Ok::<(), countersign::verify::VerifyError>(())
    /// ```
    pub fn parse_raw(request: &RawRequest<'a>) -> Result<Self, VerifyError> {
        // What the types of `http` see to otherwise. A line break would forge a line of the
        // canonical request, and an upper-case `X-Amz-` pass by the rule that it must be signed.
        let of_error = |error| of_error(error, SignatureLocation::Header);
        check_method(request.method).map_err(of_error)?;
        for (name, value) in request.headers {
            Header::of_raw(name, value).map_err(of_error)?;
        }
        let RawRequest {
            method,
            path,
            query,
            headers,
        } = *request;
        Self::of_parts(method, path, query, None, Fields::Slices(headers))
    }

    fn of_parts(
        method: &'a str,
        path: &'a str,
        query: &'a str,
        authority: Option<Authority<'a>>,
        headers: Fields<'a>,
    ) -> Result<Self, VerifyError> {
        let found = Found::read(headers)?;
        let host = found.host(authority)?;
        let mut content_sha256 = (None, 0);
        let parameters = find_parameters_and(query, |parameter| {
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
            method,
            path,
            query,
            host,
            headers,
            signed,
            content_sha256: found.content_sha256,
            decoded_content_length: found.decoded_content_length,
            trailer: found.trailer,
        })
    }

    /// Verifies against the path that the client sent, where a proxy in front of the server
    /// rewrites it (mounts the service under a prefix, say).
    ///
    /// Percent-encoded, as it stood in the client's request line. Take it from the proxy's
    /// configuration, or from a header that the proxy itself always sets: a client that can choose
    /// it can have one path verified and another one served.
    ///
    /// ```
    /// use countersign::verify::{VerificationKey, SignedRequest, Verifier};
    /// use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let mut request = http::Request::get("https://api.example.com/stage/items").body(())?;
    /// Signer::new(credentials.clone(), "us-east-1", "execute-api")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// // A proxy takes the prefix off, and names its own host.
    /// *request.uri_mut() = "/items".parse()?;
    /// request.headers_mut().insert("host", "10.0.0.7".parse()?);
    /// let claim = SignedRequest::parse(&request)?
    ///     .with_original_path("/stage/items")
    ///     .with_original_host("api.example.com");
    /// let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// Verifier::new("us-east-1", "execute-api")?.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_original_path(mut self, path: &'a str) -> Self {
        self.path = path;
        self
    }

    /// Verifies against the host that the client sent, where a proxy in front of the server puts
    /// its own in its place. As for [`with_original_path`](Self::with_original_path): never from
    /// what a client can choose.
    ///
    /// ```
    /// use countersign::verify::{SignedRequest, Verifier};
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// // A proxy named its own upstream.
    /// # *request.uri_mut() = "/".parse()?;
    /// request.headers_mut().insert("host", "10.0.0.7:8080".parse()?);
    /// let claim = SignedRequest::parse(&request)?.with_original_host("sqs.us-east-1.amazonaws.com");
    /// # let key = countersign::verify::VerificationKey::derive(&credentials, claim.scope())?;
    /// Verifier::new("us-east-1", "sqs")?.verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_original_host(mut self, host: &'a str) -> Self {
        self.host = host.as_bytes();
        self
    }

    /// Which key to look up. Nobody's identity yet.
    ///
    /// ```
    /// use countersign::verify::SignedRequest;
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// let claim = SignedRequest::parse(&request)?;
    /// // SELECT secret FROM keys WHERE id = ...
    /// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn access_key_id(&self) -> &str {
        &self.signed.access_key_id
    }

    /// Which day, region and service to derive the signing key for: with the access key id, a
    /// complete key for a cache.
    ///
    /// ```
    /// # use countersign::verify::SignedRequest;
    /// use std::collections::HashMap;
    /// use countersign::sigv4::CredentialScope;
    /// use countersign::verify::VerificationKey;
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// let claim = SignedRequest::parse(&request)?;
    /// // A cache of derived keys, by access key ID and scope.
    /// let mut keys: HashMap<(String, CredentialScope), VerificationKey> = HashMap::new();
    /// let id = (claim.access_key_id().to_owned(), *claim.scope());
    /// keys.insert(id.clone(), VerificationKey::derive(&credentials, claim.scope())?);
    /// assert_eq!(keys[&id].access_key_id(), "AKIDEXAMPLE");
    /// assert_eq!(claim.scope().as_str(), "20260101/us-east-1/sqs/aws4_request");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scope(&self) -> &CredentialScope {
        &self.signed.scope
    }

    /// SigV4 or SigV4A.
    ///
    /// ```
    /// # use countersign::verify::SignedRequest;
    /// use countersign::sigv4::Algorithm;
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// let claim = SignedRequest::parse(&request)?;
    /// assert_eq!(claim.algorithm(), Algorithm::HmacSha256);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn algorithm(&self) -> Algorithm {
        self.signed.algorithm
    }

    #[cfg(feature = "explain")]
    pub(crate) fn signature(&self) -> Signature {
        self.signed.signature
    }

    /// When the request says that it was signed.
    ///
    /// ```
    /// # use countersign::verify::SignedRequest;
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// let claim = SignedRequest::parse(&request)?;
    /// assert_eq!(claim.date().as_str(), "20260101T120000Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn date(&self) -> &AmzDate {
        &self.signed.date
    }

    /// Where the signature stands.
    ///
    /// ```
    /// # use countersign::verify::SignedRequest;
    /// use countersign::verify::SignatureLocation;
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// let claim = SignedRequest::parse(&request)?;
    /// assert_eq!(claim.form(), SignatureLocation::Header);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn form(&self) -> SignatureLocation {
        self.signed.form
    }

    /// `X-Amz-Expires` of a presigned URL, in seconds.
    ///
    /// ```
    /// # use countersign::verify::SignedRequest;
    /// # use countersign::{Credentials, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # let presigned = Signer::new(credentials.clone(), "us-east-1", "s3")?
    /// #     .presign(&request, std::time::Duration::from_secs(900), now)?;
    /// # let request = http::Request::get(presigned.uri()?).body(())?;
    /// let claim = SignedRequest::parse(&request)?;
    /// assert_eq!(claim.expires_in(), Some(900));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn expires_in(&self) -> Option<u64> {
        self.signed.expires_in
    }

    /// The session token that came with it, for those who find sessions by their token. It is
    /// compared with the key's own while verifying; nobody else has to.
    ///
    /// ```
    /// use countersign::verify::SignedRequest;
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "secret").with_session_token("AQoDYXdzEJr...");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials, "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// let claim = SignedRequest::parse(&request)?;
    /// assert!(claim.session_token().is_some_and(|token| token.expose() == "AQoDYXdzEJr..."));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn session_token(&self) -> Option<SessionToken> {
        self.signed.token.as_ref().map(Token::to_session_token)
    }

    /// The names of the headers that were signed, in lower case, in order.
    ///
    /// ```
    /// # use countersign::verify::SignedRequest;
    /// # use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
    /// # Signer::new(credentials.clone(), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, now)?;
    /// let claim = SignedRequest::parse(&request)?;
    /// assert!(claim.signed_headers().eq(["host", "x-amz-date"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

/// What the floors below complain about, as the peer's fault.
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
            problem: "the method is not an HTTP token",
        },
        Error::MissingHost => VerifyError::MissingHost,
        Error::DuplicateHost => VerifyError::SeveralHosts,
        _ => VerifyError::InvalidTarget {
            problem: "the request has no canonical form",
        },
    }
}
