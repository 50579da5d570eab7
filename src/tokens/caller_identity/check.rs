//! The server's check of a proof before it sends the request to STS.

use std::fmt;

use http::{HeaderName, HeaderValue, Method, Request, Uri};
use std::time::Duration;

use super::QUERY;
use super::error::ProofError;
use crate::error::Error;
use crate::sigv4::canonical::query::parameters;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::signature::Algorithm;
use crate::timestamp::Timestamp;
use crate::verify::{SignatureLocation, SignedRequest, Verifier, VerifyError};

/// A server's requirements for a proof that it sends to STS.
///
/// An unknown client wrote the request, and the server sends it. The check therefore passes on only
/// what is known to be harmless:
///
/// - The host is one of those from [`new`](Self::new), and the path is `/`.
/// - The operation is `GetCallerIdentity`, without further parameters.
/// - Each parameter and each signed header is allowed, and appears once.
/// - The audience is signed.
/// - The proof is at most 15 minutes old.
///
/// The result is a new request that contains only these parts.
///
/// The allowed signed headers are:
///
/// - the audience and the headers from [`with_header`](Self::with_header), with their values
/// - the signer's own, the `content-type` of a form, and the correct `content-length`
/// - `accept`, `accept-encoding`, `accept-language`, `user-agent`, `x-amz-user-agent`,
///   `amz-sdk-invocation-id`, `amz-sdk-request`, `amz-sdk-retry`, `aws-sdk-invocation-id` and
///   `aws-sdk-retry`, in printable ASCII. SDKs sign them. They change at most the format of the
///   response.
/// - the headers from [`allow_header`](Self::allow_header)
///
/// Only STS can verify the signature. Send the request over TLS, do not follow redirects, and accept
/// only a response with status 200. Take the identity from that response, not from the proof.
///
/// Vault's CVE-2020-16250 and aws-iam-authenticator's CVE-2022-2385 came from missing checks.
///
/// ```
/// use countersign::tokens::caller_identity::{self, ProofCheck, ProofError};
/// use countersign::{Credentials, Timestamp};
/// use http::{HeaderName, HeaderValue};
///
/// // The server requires its own name as the audience.
/// let host = "sts.us-east-1.amazonaws.com";
/// let name = HeaderName::from_static("x-audience");
/// let own = (name, HeaderValue::from_static("a.example.com"));
/// let check = ProofCheck::new([host], own);
///
/// // A proof for this server passes. A proof for another server is an error.
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
/// for (audience, passes) in
///     [("a.example.com", true), ("b.example.com", false)]
/// {
///     let audience = Some(("x-audience", audience));
///     let region = "us-east-1";
///     let proof =
///         caller_identity::signed(&credentials, region, host, audience, now)?;
///     let mut request = http::Request::post(proof.url());
///     for (name, value) in proof.expose_headers() {
///         request = request.header(name, value);
///     }
///     let request = request.body(proof.body())?;
///     assert_eq!(check.signed(&request, now).is_ok(), passes);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ProofCheck {
    hosts: Vec<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    allowed: Vec<HeaderName>,
}

const OLDEST: Duration = Duration::from_secs(15 * 60);
/// How far a client's clock may be ahead.
const SKEW: Duration = Duration::from_secs(5 * 60);
/// The maximum of `X-Amz-Expires`.
const LONGEST: Duration = Duration::from_secs(900);
/// Headers that SDKs sign, and that cannot change the identity in STS's response.
const HARMLESS: [&str; 10] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "amz-sdk-retry",
    "aws-sdk-invocation-id",
    "aws-sdk-retry",
    "user-agent",
    "x-amz-user-agent",
];
/// The parameters of a presigned proof, as AWS spells them.
const PARAMETERS: [&str; 9] = [
    "Action",
    "Version",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
];

impl ProofCheck {
    /// Creates a check with the allowed STS hosts and this server's audience.
    ///
    /// A proof's host must equal one of `hosts`, which have no port. `audience` is the header that
    /// names this server.
    pub fn new<H: Into<String>>(
        hosts: impl IntoIterator<Item = H>,
        audience: (HeaderName, HeaderValue),
    ) -> Self {
        Self {
            hosts: hosts.into_iter().map(Into::into).collect(),
            headers: vec![audience],
            allowed: Vec::new(),
        }
    }

    /// Requires one more signed header with this value, such as a nonce.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Allows one more signed header, with any value.
    ///
    /// The request to STS contains it with the client's value. Do not allow a header that frames the
    /// body or changes the operation, such as `transfer-encoding` or `x-amz-target`.
    #[must_use]
    pub fn allow_header(mut self, name: HeaderName) -> Self {
        self.allowed.push(name);
        self
    }

    /// Checks a proof that is a presigned URL.
    ///
    /// The required headers are not part of a URL. The check adds them to the request, and STS
    /// rejects the request if the client signed other values. For a presigned URL with further
    /// signed headers use [`signed`](Self::signed).
    ///
    /// `X-Amz-Expires` must be present, and at most 900. The proof is accepted for 15 minutes
    /// whatever the value is, as STS does.
    ///
    /// # Errors
    /// - [`ProofError::WrongUrl`] if the URL is malformed
    /// - [`ProofError::HostNotAllowed`] if the host is not one of the allowed
    /// - [`ProofError::NotGetCallerIdentity`] if the operation is another
    /// - [`ProofError::UnexpectedParameter`] or [`ProofError::RepeatedParameter`] if the query
    ///   contains a parameter that is not part of a proof, or one more than once
    /// - [`ProofError::Claim`] if the signature's date, scope or signed headers are wrong
    pub fn presigned(
        &self,
        url: &str,
        now: impl Into<Timestamp>,
    ) -> Result<CheckedProof, ProofError> {
        let now = now.into();
        let target = url.strip_prefix("https://").ok_or(ProofError::WrongUrl)?;
        let (host, query) = target.split_once("/?").ok_or(ProofError::WrongUrl)?;
        self.check_host(host)?;
        check_parameters(query)?;
        let uri: Uri = url.parse().map_err(|_| ProofError::WrongUrl)?;

        let mut request = Request::new("");
        *request.uri_mut() = uri;
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        let claim = SignedRequest::parse(&request)?;
        // This also rejects a signed header that is not required: it is missing from this request.
        self.check_claim(&claim, SignatureLocation::Query, now)?;
        let (access_key_id, date) = (claim.access_key_id().to_owned(), *claim.date());
        Ok(CheckedProof {
            request,
            access_key_id,
            date,
        })
    }

    /// Checks a proof that is a request to `https://HOST/`.
    ///
    /// It is one of:
    ///
    /// - `POST` with an `authorization` header, with the parameters in the body, or in the query if
    ///   the body is empty
    /// - `GET` with an `authorization` header, with the parameters in the query
    /// - `GET` with a presigned URL and its signed headers, which Vault accepts too
    ///
    /// Unsigned headers are not passed on.
    ///
    /// # Errors
    /// - everything [`presigned`](Self::presigned) returns
    /// - [`ProofError::WrongMethod`] if the method is other than `POST` and `GET`, or `GET` has a
    ///   body
    /// - [`ProofError::UnexpectedHeader`] if a signed header is not allowed or has a wrong value
    /// - [`ProofError::RepeatedHeader`] if a signed header does not appear exactly once
    pub fn signed<B: AsRef<[u8]>>(
        &self,
        received: &Request<B>,
        now: impl Into<Timestamp>,
    ) -> Result<CheckedProof, ProofError> {
        let now = now.into();
        let uri = received.uri();
        let authority = uri.authority().ok_or(ProofError::WrongUrl)?;
        if uri.scheme_str() != Some("https") || uri.path() != "/" {
            return Err(ProofError::WrongUrl);
        }
        self.check_host(authority.as_str())?;
        let (method, query) = (received.method(), uri.query().unwrap_or_default());
        let (form, body) = match (method, query, received.body().as_ref()) {
            (&Method::POST, "", body) if body == QUERY.as_bytes() => {
                (SignatureLocation::Header, QUERY)
            }
            (&Method::POST | &Method::GET, QUERY, b"") => (SignatureLocation::Header, ""),
            (&Method::GET, query, b"") => {
                check_parameters(query)?;
                (SignatureLocation::Query, "")
            }
            (&Method::POST, ..) => return Err(ProofError::NotGetCallerIdentity),
            _ => return Err(ProofError::WrongMethod),
        };
        let claim = SignedRequest::parse(received)?;
        self.check_claim(&claim, form, now)?;

        let mut request = Request::new(body);
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri.clone();
        let authorization = (form == SignatureLocation::Header).then_some("authorization");
        for name in claim.signed_headers().chain(authorization) {
            if name == "host" {
                continue; // The host of the URL, which the signature was compared with.
            }
            let mut values = received.headers().get_all(name).iter();
            let (Some(value), None) = (values.next(), values.next()) else {
                return Err(ProofError::RepeatedHeader {
                    name: name.to_owned(),
                });
            };
            if !self.passes(name, value.as_bytes(), body) {
                return Err(unexpected(name));
            }
            let name = name.parse::<HeaderName>().map_err(|_| unexpected(name))?;
            request.headers_mut().insert(name, value.clone());
        }
        let (access_key_id, date) = (claim.access_key_id().to_owned(), *claim.date());
        Ok(CheckedProof {
            request,
            access_key_id,
            date,
        })
    }

    fn check_host(&self, host: &str) -> Result<(), ProofError> {
        let allowed = self.hosts.iter().any(|allowed| allowed == host);
        allowed.then_some(()).ok_or(ProofError::HostNotAllowed)
    }

    /// Whether a signed header may be sent to STS. The required values are compared elsewhere.
    fn passes(&self, name: &str, value: &[u8], body: &str) -> bool {
        let printable = || value.iter().all(|byte| matches!(byte, b' '..=b'~'));
        self.headers.iter().any(|(own, _)| own == name)
            || self.allowed.iter().any(|own| own == name)
            || (HARMLESS.contains(&name) && printable())
            || belongs(name, value, body)
    }

    fn check_claim(
        &self,
        claim: &SignedRequest<'_>,
        form: SignatureLocation,
        now: Timestamp,
    ) -> Result<(), ProofError> {
        if claim.form() != form || claim.algorithm() != Algorithm::HmacSha256 {
            return Err(VerifyError::UnknownAlgorithm { form }.into());
        }
        // STS counts 15 minutes from the date, whatever `X-Amz-Expires` is. So the age is checked
        // here, and everything else as of the date.
        let signed_at = claim.date().timestamp();
        let expired_at = signed_at + OLDEST;
        if now > expired_at {
            return Err(ProofError::Claim(VerifyError::Expired {
                form,
                signed_at,
                expired_at,
                now,
            }));
        }
        let valid_from = signed_at - SKEW;
        if now < valid_from {
            return Err(ProofError::Claim(VerifyError::NotYetCurrent {
                form,
                signed_at,
                valid_from,
                now,
            }));
        }
        let verifier = Verifier::unchecked("sts".into()).with_longest_expires_in(LONGEST);
        let audiences = self.headers.iter().cloned();
        let verifier = audiences.fold(verifier, |verifier, (name, value)| {
            verifier.with_audience(name, value)
        });
        verifier.check(claim, signed_at).map_err(ProofError::Claim)
    }
}

/// Checks that a presigned proof contains each parameter once, and only allowed ones.
///
/// Names and encoding must be those of AWS, so that two programs cannot read the query in two ways.
fn check_parameters(query: &str) -> Result<(), ProofError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~%=&".contains(&b);
    if !query.bytes().all(plain) {
        return Err(ProofError::WrongUrl);
    }
    let mut seen = [0; PARAMETERS.len()];
    for parameter in parameters(query) {
        let parameter = parameter.map_err(|_: Error| ProofError::WrongUrl)?;
        let known = PARAMETERS.iter().zip(&mut seen);
        let (name, times) = known
            .into_iter()
            .find(|(name, _)| **name == parameter.name())
            .ok_or(ProofError::UnexpectedParameter)?;
        *times += 1;
        let wanted = match *name {
            "Action" => Some("GetCallerIdentity"),
            "Version" => Some("2011-06-15"),
            _ => None,
        };
        if wanted.is_some_and(|wanted| parameter.raw_value() != wanted) {
            return Err(ProofError::NotGetCallerIdentity);
        }
    }
    if seen.iter().any(|times| *times > 1) {
        return Err(ProofError::RepeatedParameter);
    }
    // Parsing the signature finds any other parameter that is missing.
    let [1, 1, ..] = seen else {
        return Err(ProofError::NotGetCallerIdentity);
    };
    Ok(())
}

/// Whether a signed header is part of every proof, with a correct value.
fn belongs(name: &str, value: &[u8], body: &str) -> bool {
    match name {
        "authorization" | "x-amz-date" | "x-amz-security-token" => true,
        "x-amz-content-sha256" => {
            let hashed = PayloadHash::new(body).to_hashed_payload();
            value == hashed.as_bytes()
        }
        "content-length" => value == body.len().to_string().as_bytes(),
        "content-type" => {
            let (kind, charset) = value.split_at_checked(33).unwrap_or((value, b""));
            kind.eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
                && (charset.is_empty() || charset.eq_ignore_ascii_case(b"; charset=utf-8"))
        }
        _ => false,
    }
}

fn unexpected(name: &str) -> ProofError {
    ProofError::UnexpectedHeader {
        name: name.to_owned(),
    }
}

/// A proof that is safe to send to STS, and unverified until STS responds.
///
/// ```
/// use countersign::tokens::caller_identity::{
///     self, CheckedProof, ProofCheck,
/// };
/// use countersign::{Credentials, Timestamp};
/// use http::{HeaderName, HeaderValue};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
/// let host = "sts.us-east-1.amazonaws.com";
/// let audience = Some(("x-audience", "a.example.com"));
/// let proof = caller_identity::presigned(
///     &credentials,
///     "us-east-1",
///     host,
///     audience,
///     now,
/// )?;
///
/// let name = HeaderName::from_static("x-audience");
/// let own = (name, HeaderValue::from_static("a.example.com"));
/// let check = ProofCheck::new([host], own);
/// let checked: CheckedProof = check.presigned(proof.expose(), now)?;
/// assert_eq!(checked.access_key_id(), "AKIDEXAMPLE");
/// assert_eq!(checked.date().as_str(), "20260101T120000Z");
/// let request = checked.into_request(); // send it to STS
/// assert_eq!(request.uri().host(), Some(host));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct CheckedProof {
    request: Request<&'static str>,
    access_key_id: String,
    date: AmzDate,
}

impl CheckedProof {
    /// Returns the request to send to STS, over TLS and without following redirects.
    ///
    /// Send it without change, to the host of its URL.
    ///
    /// The headers with the signature and the session token are marked sensitive, so that `Debug`
    /// does not print them. A presigned proof contains both in its URI, which cannot be marked: do
    /// not log it.
    pub fn into_request(self) -> Request<&'static str> {
        let mut request = self.request;
        for (name, value) in request.headers_mut() {
            if matches!(name.as_str(), "authorization" | "x-amz-security-token") {
                value.set_sensitive(true);
            }
        }
        request
    }

    /// Returns the access key ID that the proof claims. It is unverified until STS responds.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns when the proof was signed.
    ///
    /// A server that stores the proofs of the last 15 minutes can reject a replay.
    pub fn date(&self) -> &AmzDate {
        &self.date
    }
}

impl fmt::Debug for CheckedProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedProof")
            .field("access_key_id", &self.access_key_id)
            .field("date", &self.date)
            .finish_non_exhaustive()
    }
}
