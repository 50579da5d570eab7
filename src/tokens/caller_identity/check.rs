//! The server's side: what may be sent to STS for somebody else, and what not.

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

/// What a server asks of a proof before it sends it to STS.
///
/// A proof is a request that a stranger wrote and the server sends, so nothing of it is passed on
/// that is not known to be harmless: the host is one of those named here, the path is `/`, what is
/// asked for is `GetCallerIdentity` and nothing else, each parameter and each signed header is there
/// once and is one that belongs there, the audience is signed, and the proof is not older than 15
/// minutes. What comes out is a new request that is made of these parts alone.
///
/// These signed headers belong there:
///
/// - the ones that say for whom the proof is, with their value ([`new`](Self::new),
///   [`with_header`](Self::with_header))
/// - the signer's own, `content-type` of a form, and the right `content-length`
/// - those that SDKs sign and STS's response does not depend on, but for its format: `accept`,
///   `accept-encoding`, `accept-language`, `user-agent`, `x-amz-user-agent`,
///   `amz-sdk-invocation-id`, `amz-sdk-request`, `amz-sdk-retry`, `aws-sdk-invocation-id` and
///   `aws-sdk-retry`, of printable ASCII
/// - the ones that the caller allows ([`allow_header`](Self::allow_header))
///
/// The signature itself only STS can check. Send the request by TLS, follow no redirect, take no
/// answer but one of status 200, and believe what it says, not what the proof says.
///
/// Vault's CVE-2020-16250 and aws-iam-authenticator's CVE-2022-2385 are what happens otherwise.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::Credentials;
/// use countersign::tokens::caller_identity::{self, ProofCheck, ProofError};
/// use http::{HeaderName, HeaderValue};
///
/// let audience = |value| (HeaderName::from_static("x-audience"), HeaderValue::from_static(value));
/// let check = ProofCheck::new(["sts.us-east-1.amazonaws.com"], audience("a.example.com"));
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
/// let host = "sts.us-east-1.amazonaws.com";
/// let prove = |audience| caller_identity::signed(&credentials, "us-east-1", host, audience, now);
/// let receive = |proof: caller_identity::Proof| {
///     let mut request = http::Request::post(proof.url());
///     for (name, value) in proof.expose_headers() {
///         request = request.header(name, value);
///     }
///     request.body(proof.body())
/// };
///
/// let request = receive(prove(Some(("x-audience", "a.example.com")))?)?;
/// assert_eq!(check.signed(&request, now)?.access_key_id(), "AKIDEXAMPLE");
///
/// let request = receive(prove(Some(("x-audience", "b.example.com")))?)?;
/// assert!(matches!(check.signed(&request, now), Err(ProofError::Claim(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ProofCheck {
    hosts: Vec<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    allowed: Vec<HeaderName>,
}

const OLDEST: Duration = Duration::from_secs(15 * 60);
/// By how much a client's clock may be fast.
const SKEW: Duration = Duration::from_secs(5 * 60);
/// What proofs say in `X-Amz-Expires` at most.
const LONGEST: Duration = Duration::from_secs(900);
/// What SDKs sign besides, and what cannot change who STS says that the caller is.
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
    /// With the hosts of STS that proofs may be for (exactly, without a port), and the header that
    /// says that they are for here.
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

    /// One more header that must be signed with this value: a nonce, say.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Allows one more signed header, with any value.
    ///
    /// It is passed on to STS with the value that the client chose. Do not allow a header that frames
    /// the body or changes the operation, such as `transfer-encoding` or `x-amz-target`.
    #[must_use]
    pub fn allow_header(mut self, name: HeaderName) -> Self {
        self.allowed.push(name);
        self
    }

    /// Checks a presigned URL. The headers that are asked for need not come with it: they are put
    /// on the request that comes out, and STS refuses it if others were signed.
    ///
    /// `X-Amz-Expires` must be there, at most 900; beyond that it is not looked at, like at STS.
    ///
    /// For a presigned URL that arrives with further signed headers use [`signed`](Self::signed).
    ///
    /// # Errors
    /// The first thing that is wrong.
    ///
    /// ```
    /// # use countersign::{tokens::caller_identity::{self, ProofCheck, ProofError}, Credentials, Timestamp};
    /// # use http::{HeaderName, HeaderValue};
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let host = "sts.us-east-1.amazonaws.com";
    /// let audience = Some(("x-audience", "login.example.com"));
    /// let proof = caller_identity::presigned(&credentials, "us-east-1", host, audience, "2026-01-01T12:00:00Z".parse::<Timestamp>()?)?;
    ///
    /// let own = (HeaderName::from_static("x-audience"), HeaderValue::from_static("login.example.com"));
    /// let check = ProofCheck::new([host], own);
    /// assert!(check.presigned(proof.expose(), "2026-01-01T12:01:00Z".parse::<Timestamp>()?).is_ok());
    /// let late = check.presigned(proof.expose(), "2026-01-01T12:16:00Z".parse::<Timestamp>()?);
    /// assert!(matches!(late, Err(ProofError::Claim(_))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        // With it goes a header that is signed and not asked for: it is not on this request.
        self.check_claim(&claim, SignatureLocation::Query, now)?;
        let (access_key_id, date) = (claim.access_key_id().to_owned(), *claim.date());
        Ok(CheckedProof {
            request,
            access_key_id,
            date,
        })
    }

    /// Checks a proof that arrives as a whole request to `https://HOST/`.
    ///
    /// - `POST`, signed in the header, with the parameters in the body or, without a body, in the
    ///   query.
    /// - `GET` without a body, signed in the header, with the parameters in the query.
    /// - `GET` without a body, presigned, with its signed headers: what Vault takes beside `POST`.
    ///
    /// Headers that are not signed are not passed on.
    ///
    /// # Errors
    /// The first thing that is wrong.
    ///
    /// ```
    /// # use countersign::{tokens::caller_identity::{self, ProofCheck}, Credentials, Timestamp};
    /// # use http::{HeaderName, HeaderValue};
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
    /// # let host = "sts.us-east-1.amazonaws.com";
    /// # let proof = caller_identity::signed(&credentials, "us-east-1", host, Some(("x-audience", "login.example.com")), now)?;
    /// # let mut received = http::Request::post(proof.url()).body(proof.body())?;
    /// # for (name, value) in proof.expose_headers() {
    /// #     received.headers_mut().insert(name.parse::<HeaderName>()?, value.parse()?);
    /// # }
    /// let own = (HeaderName::from_static("x-audience"), HeaderValue::from_static("login.example.com"));
    /// let checked = ProofCheck::new([host], own).signed(&received, now)?;
    /// let request = checked.into_request(); // for STS
    /// assert_eq!(request.body(), &"Action=GetCallerIdentity&Version=2011-06-15");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
                continue; // That of the URL, which the claim has been held against.
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

    /// Whether a signed header may be sent to STS. The values that are asked for have been compared.
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
        // STS counts 15 minutes from the date, whatever `X-Amz-Expires` says, so the age is judged
        // here, and all else at the date itself.
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

/// Of a presigned proof: each parameter once, none that does not belong there, each spelled as AWS
/// spells it and encoded as AWS encodes it, so that nobody can read the query in two ways.
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
    // Of the others, reading the claim says which is missing.
    let [1, 1, ..] = seen else {
        return Err(ProofError::NotGetCallerIdentity);
    };
    Ok(())
}

/// Whether a signed header belongs in a proof, and says nothing about it that is wrong.
fn belongs(name: &str, value: &[u8], body: &str) -> bool {
    match name {
        "authorization" | "x-amz-date" | "x-amz-security-token" => true,
        "x-amz-content-sha256" => {
            let hashed = PayloadHash::new(body).to_hashed_payload();
            value == hashed.as_str().as_bytes()
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

/// A proof that may be sent to STS. It proves nothing before STS has answered.
///
/// ```
/// # use countersign::{tokens::caller_identity::{self, CheckedProof, ProofCheck}, Credentials, Timestamp};
/// # use http::{HeaderName, HeaderValue};
/// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
/// # let host = "sts.us-east-1.amazonaws.com";
/// # let proof = caller_identity::presigned(&credentials, "us-east-1", host, Some(("x-audience", "login.example.com")), now)?;
/// # let own = (HeaderName::from_static("x-audience"), HeaderValue::from_static("login.example.com"));
/// # let check = ProofCheck::new([host], own);
/// let checked: CheckedProof = check.presigned(proof.expose(), now)?;
/// println!("{} says that it signed at {}", checked.access_key_id(), checked.date());
/// let request = checked.into_request(); // STS tells whether that is so
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct CheckedProof {
    request: Request<&'static str>,
    access_key_id: String,
    date: AmzDate,
}

impl CheckedProof {
    /// Returns the request to send, as it is: over TLS, without following redirects. `host` is that
    /// of its URL.
    ///
    /// The headers with the signature and the session token are marked sensitive, so that `Debug`
    /// does not print them. A presigned proof carries both in its URI, which cannot be marked: do not
    /// log it.
    ///
    /// ```
    /// # use countersign::{tokens::caller_identity::{self, ProofCheck}, Credentials, Timestamp};
    /// # use http::{HeaderName, HeaderValue};
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
    /// # let host = "sts.us-east-1.amazonaws.com";
    /// # let proof = caller_identity::presigned(&credentials, "us-east-1", host, Some(("x-audience", "login.example.com")), now)?;
    /// # let own = (HeaderName::from_static("x-audience"), HeaderValue::from_static("login.example.com"));
    /// # let check = ProofCheck::new([host], own);
    /// let request = check.presigned(proof.expose(), now)?.into_request();
    /// assert_eq!(request.uri().host(), Some("sts.us-east-1.amazonaws.com"));
    /// assert_eq!(request.headers()["x-audience"], "login.example.com"); // put there by the check
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_request(self) -> Request<&'static str> {
        let mut request = self.request;
        for (name, value) in request.headers_mut() {
            if matches!(name.as_str(), "authorization" | "x-amz-security-token") {
                value.set_sensitive(true);
            }
        }
        request
    }

    /// Who is said to have signed. Believe only what STS answers.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// When it was signed. A server that remembers the proofs of 15 minutes can refuse one that
    /// comes twice.
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
