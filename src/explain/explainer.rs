//! The explainer: what was sent, and the questions about it.

use std::fmt;

use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method};
use zeroize::Zeroizing;

use crate::credentials::SecretKey;
use crate::error::target::TargetProblem;
use crate::request::{HttpRequest, RawRequest};
use crate::service::Service;
use crate::sigv4::payload_hash::PayloadHash;
use crate::verify::VerifyError;

use super::analysis::{Analysis, Evidence};
use super::diagnosis::Diagnosis;
use super::response::ErrorResponse;
use super::text::Text;
use super::{RequestHead, UnreadableResponse};

/// Explains why a server refused a signed request, whichever tool signed it.
///
/// The more it is given, the more causes it can tell apart: the payload tells a wrong hash from an
/// altered body, the secret access key tells what was really signed.
///
/// ```
/// use countersign::explain::{Cause, Explainer};
/// use countersign::{Credentials, PayloadHash, Rules, Service, Signer};
/// # let now: countersign::Timestamp = "2026-01-01T12:00:00Z".parse()?;
///
/// // Signed for S3 with the rules of other services.
/// let service = Service::new("s3", Rules::GENERIC);
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", service.clone())?;
/// let mut request =
///     http::Request::get("https://bucket.s3.amazonaws.com/a%20key").body(())?;
/// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
///
/// let error_body = "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>\
///     GET\n/a%20key\n\nhost:bucket.s3.amazonaws.com\n\
///     x-amz-date:20260101T120000Z\n\nhost;x-amz-date\n\
///     e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\
///     </CanonicalRequest></Error>";
/// let diagnosis = Explainer::new(&request, service).error_body(error_body)?;
/// assert_eq!(diagnosis.cause(), Some(&Cause::PathEncodedTwice));
/// assert!(diagnosis.to_string().contains(concat!(
///     "    path  signed    /a%2520key\n",
///     "          received  /a%20key\n",
///     "                        ^\n",
/// )));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct Explainer(Evidence);

impl Explainer {
    /// Creates an explainer for a request as it was sent: method, target and headers as on the wire.
    ///
    /// The caller's own `host` header takes the place of the URI's host. `service` is the service
    /// that the request was signed for, with the rules it was signed by.
    pub fn new<R: HttpRequest>(request: &R, service: impl Into<Service>) -> Self {
        Self::from_head(head_of(request), service.into())
    }

    /// Creates an explainer for a request in slices.
    ///
    /// # Errors
    /// - [`VerifyError::InvalidTarget`] if the method, the path or the query is invalid in HTTP
    /// - [`VerifyError::InvalidHeader`] if a header is invalid in HTTP
    pub fn from_raw(
        request: &RawRequest<'_>,
        service: impl Into<Service>,
    ) -> Result<Self, VerifyError> {
        let invalid = |problem| VerifyError::InvalidTarget { problem };
        let RawRequest {
            method,
            path,
            query,
            headers,
        } = *request;
        // The types of `http` would cut a target at these.
        if path.contains(['?', '#']) || query.contains('#') {
            return Err(invalid(TargetProblem::PathCharacter));
        }
        let path = if path.is_empty() { "/" } else { path };
        let target = match query {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        };
        let target = PathAndQuery::try_from(target);
        let mut head = RequestHead::new(());
        *head.method_mut() = Method::from_bytes(method.as_bytes())
            .map_err(|_| invalid(TargetProblem::InvalidMethod))?;
        *head.uri_mut() = target
            .map_err(|_| invalid(TargetProblem::HttpCharacter))?
            .into();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            let value = HeaderValue::from_bytes(value);
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(VerifyError::InvalidHeader);
            };
            head.headers_mut().append(name, value);
        }
        Ok(Self::from_head(head, service.into()))
    }

    fn from_head(request: RequestHead, service: Service) -> Self {
        Self(Evidence {
            request,
            service,
            payload: None,
            captured_payload: None,
            secret_key: None,
            signer_log: None,
        })
    }

    /// Sets the hash of the payload that was sent.
    ///
    /// Hash the bytes that the HTTP client was given. Do not copy the hash that was signed.
    pub fn with_payload(mut self, payload: PayloadHash) -> Self {
        self.0.payload = Some(payload);
        self
    }

    /// Sets the hash of the payload that arrived with the request of [`captured`](Self::captured).
    pub fn with_captured_payload(mut self, payload: PayloadHash) -> Self {
        self.0.captured_payload = Some(payload);
        self
    }

    /// Sets the secret access key, to find out what was signed.
    ///
    /// The explainer tries the usual mistakes of signers, and white space around the secret. It
    /// keeps the secret to itself.
    pub fn with_secret_key(mut self, secret_key: SecretKey) -> Self {
        self.0.secret_key = Some(secret_key);
        self
    }

    /// Sets the canonical request that the signer logged.
    pub fn with_signer_log(mut self, canonical_request: impl Into<String>) -> Self {
        self.0.signer_log = Some(Zeroizing::new(canonical_request.into()));
        self
    }

    /// Returns the canonical request, from the headers that the request lists as signed.
    ///
    /// The last line is empty if the hash of the payload is unknown.
    ///
    /// # Errors
    /// - [`VerifyError`] if the request has no signature of Version 4, or an unreadable one
    pub fn canonical_request(&self) -> Result<Text, VerifyError> {
        let Analysis {
            expected, secrets, ..
        } = Analysis::new(&self.0);
        let text = expected?.lines.to_text();
        let hidden = secrets.canonical(&text);
        Ok(Text::new(text, hidden))
    }

    /// Returns the string to sign, for that canonical request.
    ///
    /// # Errors
    /// - [`VerifyError`] as from [`canonical_request`](Self::canonical_request)
    pub fn string_to_sign(&self) -> Result<Text, VerifyError> {
        let expected = Analysis::new(&self.0).expected?;
        let text = expected
            .string_to_sign(&expected.lines.to_text())
            .to_string();
        Ok(Text::new(text.clone(), text))
    }

    /// Explains what is wrong with the request alone, without a response.
    ///
    /// It checks the rules that every server checks. With the secret access key or the signer's log
    /// it also compares the request with what was signed.
    ///
    /// ```
    /// use countersign::explain::{Cause, Explainer};
    /// use countersign::{Credentials, PayloadHash, SecretKey, Signer};
    /// # let now: countersign::Timestamp = "2026-01-01T12:00:00Z".parse()?;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let url = "https://bucket.s3.amazonaws.com/key";
    /// let mut request = http::Request::get(url).body(())?;
    /// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// let secret_key = SecretKey::from("another secret");
    /// let explainer = Explainer::new(&request, "s3").with_secret_key(secret_key);
    /// assert_eq!(
    ///     explainer.check().cause(),
    ///     Some(&Cause::SignatureNotReproduced)
    /// );
    ///
    /// // A library added a header after signing.
    /// request
    ///     .headers_mut()
    ///     .insert("x-amz-acl", "private".parse()?);
    /// let names = vec!["x-amz-acl".to_owned()];
    /// let diagnosis = Explainer::new(&request, "s3").check();
    /// assert_eq!(diagnosis.cause(), Some(&Cause::HeadersNotSigned { names }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn check(&self) -> Diagnosis {
        Diagnosis::new(Analysis::new(&self.0).check())
    }

    /// Explains a response.
    ///
    /// The diagnosis is empty if the response is a success or an error about something other than
    /// the signature.
    ///
    /// # Errors
    /// - [`UnreadableResponse`] if the body is not an error of AWS or of a compatible service, or if
    ///   it is longer than [`MAX_RESPONSE_LENGTH`](super::MAX_RESPONSE_LENGTH)
    ///
    /// ```
    /// use countersign::explain::{Cause, Explainer};
    /// use countersign::{Credentials, PayloadHash, Signer};
    /// # let now: countersign::Timestamp = "2026-01-01T12:00:00Z".parse()?;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "sqs")?;
    /// let url = "https://sqs.us-east-1.amazonaws.com/?Action=ListQueues";
    /// let mut request = http::Request::get(url).body(())?;
    /// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// let response = http::Response::builder()
    ///     .status(403)
    ///     .header("x-amzn-errortype", "UnrecognizedClientException")
    ///     .body("")?;
    /// let diagnosis = Explainer::new(&request, "sqs").response(&response)?;
    /// assert_eq!(diagnosis.cause(), Some(&Cause::UnknownAccessKey));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn response<B: AsRef<[u8]>>(
        &self,
        response: &http::Response<B>,
    ) -> Result<Diagnosis, UnreadableResponse> {
        let (status, headers) = (response.status(), response.headers());
        if status.is_success() {
            return Ok(Diagnosis::new(Vec::new()).with_response(None, Some(status.as_u16())));
        }
        let body = response.body().as_ref();
        let response = ErrorResponse::new(status.as_u16(), headers, body)?;
        Ok(Analysis::new(&self.0).explain(&response))
    }

    /// Explains the body of an error response, if status and headers are unknown.
    ///
    /// A whole [`response`](Self::response) tells more: clocks from its `date` header, error codes
    /// and Regions from other headers.
    ///
    /// # Errors
    /// - [`UnreadableResponse`] as from [`response`](Self::response)
    pub fn error_body(&self, body: impl AsRef<[u8]>) -> Result<Diagnosis, UnreadableResponse> {
        let response = ErrorResponse::from_body(body.as_ref())?;
        Ok(Analysis::new(&self.0).explain(&response))
    }

    /// Explains what happened on the way, from the request as it was captured after a proxy.
    ///
    /// ```
    /// use countersign::explain::{Cause, Explainer};
    /// use countersign::{Credentials, PayloadHash, Signer};
    /// # let now: countersign::Timestamp = "2026-01-01T12:00:00Z".parse()?;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let url = "https://bucket.s3.amazonaws.com/key";
    /// let mut request = http::Request::get(url)
    ///     .header("range", "bytes=0-9")
    ///     .body(())?;
    /// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// // A cache does not pass the range on.
    /// let mut captured = request.clone();
    /// captured.headers_mut().remove("range");
    /// let diagnosis = Explainer::new(&request, "s3").captured(&captured);
    /// let lost = Cause::HeaderLost {
    ///     name: "range".into(),
    /// };
    /// assert_eq!(diagnosis.cause(), Some(&lost));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn captured<R: HttpRequest>(&self, captured: &R) -> Diagnosis {
        Diagnosis::new(Analysis::new(&self.0).captured(&head_of(captured)))
    }
}

fn head_of<R: HttpRequest>(request: &R) -> RequestHead {
    let mut head = RequestHead::new(());
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = request.uri().clone();
    *head.headers_mut() = request.headers().clone();
    head
}

impl fmt::Debug for Explainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explainer")
            .field("service", &self.0.service.name())
            .finish_non_exhaustive()
    }
}
