//! Error responses of a server, as AWS sends them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};

use super::aws_codes::Protocol;
use super::error::{SignatureLocation, VerifyError};
use crate::sigv4::date::AmzDate;
use crate::timestamp::Timestamp;

/// An error that [`error_response`] accepts.
///
/// The trait is sealed. These types implement it: [`VerifyError`],
/// [`ChunkError`](crate::chunked::ChunkError), and, with their features, the errors of verified
/// bodies and of browser uploads.
///
/// ```
/// use countersign::verify::{
///     ErrorContext, Protocol, Refusal, VerifyError, error_response,
/// };
///
/// fn refuse(refusal: &impl Refusal) -> http::Response<String> {
///     error_response(
///         refusal,
///         Protocol::S3,
///         &ErrorContext::new("4442587FB7D0A2F9"),
///     )
/// }
/// assert_eq!(refuse(&VerifyError::SignatureMismatch).status(), 403);
/// ```
pub trait Refusal: refusal::Sealed {}

impl<T: refusal::Sealed> Refusal for T {}

/// The parts of an error response.
pub(crate) mod refusal {
    use super::{Answer, Protocol};

    pub trait Sealed {
        fn answer(&self, protocol: Protocol) -> Answer;
    }
}

/// An element of an S3 error besides its code and message.
pub(crate) type Element = (&'static str, String);

/// The parts of an error response in one protocol. None is secret.
#[derive(Debug)]
pub struct Answer {
    pub(crate) code: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) message: Cow<'static, str>,
    pub(crate) elements: Vec<Element>,
}

/// The request ID and other values that a server adds to an error response.
///
/// ```
/// use countersign::verify::{
///     ErrorContext, Protocol, VerifyError, error_response,
/// };
///
/// let context =
///     ErrorContext::new("4442587FB7D0A2F9").with_resource("/bucket/key");
/// let response =
///     error_response(&VerifyError::SignatureMismatch, Protocol::S3, &context);
/// assert!(response.body().contains("<Resource>/bucket/key</Resource>"));
/// assert_eq!(response.headers()["x-amz-request-id"], "4442587FB7D0A2F9");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ErrorContext<'a> {
    request_id: &'a str,
    resource: Option<&'a str>,
    host_id: Option<&'a str>,
}

impl<'a> ErrorContext<'a> {
    /// Creates the context with the request ID under which the server logs the request.
    #[must_use]
    pub fn new(request_id: &'a str) -> Self {
        Self {
            request_id,
            resource: None,
            host_id: None,
        }
    }

    /// Adds the requested bucket and key, which S3 errors contain.
    #[must_use]
    pub fn with_resource(mut self, resource: &'a str) -> Self {
        self.resource = Some(resource);
        self
    }

    /// Adds the second ID of S3 errors, `HostId` and `x-amz-id-2`.
    #[must_use]
    pub fn with_host_id(mut self, host_id: &'a str) -> Self {
        self.host_id = Some(host_id);
        self
    }
}

/// Creates the response that refuses a request, as AWS would send it in this protocol.
///
/// It has the status, the headers, and an XML or JSON body that SDKs understand. They correct their
/// clocks, and retry if that helps. Send it without the body if the request is a `HEAD`.
///
/// It contains no secret: no signature, no token, and no canonical request (which may contain the
/// token). It does not explain mistakes of the server. Log the `Display` of the error.
///
/// ```
/// use countersign::verify::{
///     ErrorContext, Protocol, VerifyError, error_response,
/// };
///
/// let names = vec!["x-amz-acl".to_owned()];
/// let refusal = VerifyError::HeadersNotSigned { names };
/// let response = error_response(
///     &refusal,
///     Protocol::S3,
///     &ErrorContext::new("4442587FB7D0A2F9"),
/// );
/// assert_eq!(response.status(), 403);
/// assert_eq!(
///     response.body(),
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
///      <Error><Code>AccessDenied</Code>\
///      <Message>There were headers present in the request \
///      which were not signed</Message>\
///      <HeadersNotSigned>x-amz-acl</HeadersNotSigned>\
///      <RequestId>4442587FB7D0A2F9</RequestId></Error>",
/// );
/// let response = error_response(
///     &refusal,
///     Protocol::Json,
///     &ErrorContext::new("4442587FB7D0A2F9"),
/// );
/// assert!(
///     response
///         .body()
///         .starts_with(r#"{"__type":"InvalidSignatureException","message":"#)
/// );
/// ```
pub fn error_response<R: Refusal>(
    refusal: &R,
    protocol: Protocol,
    context: &ErrorContext<'_>,
) -> Response<String> {
    let answer = refusal.answer(protocol);
    let mut response = Response::new(body(&answer, protocol, context));
    *response.status_mut() = answer.status;
    let content_type = match protocol {
        Protocol::S3 => "application/xml",
        Protocol::Query | Protocol::Ec2 => "text/xml",
        Protocol::Json => "application/x-amz-json-1.0",
        Protocol::RestJson => "application/json",
    };
    let request_id = match protocol {
        Protocol::S3 => HeaderName::from_static("x-amz-request-id"),
        _ => HeaderName::from_static("x-amzn-requestid"),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let mut add = |name: HeaderName, value: &str| {
        // A value that is invalid in a header is only in the body, escaped.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    add(request_id, context.request_id);
    match protocol {
        Protocol::S3 => {
            if let Some(host_id) = context.host_id {
                add(HeaderName::from_static("x-amz-id-2"), host_id);
            }
            let region = answer.elements.iter().find(|(name, _)| *name == "Region");
            if let Some((_, region)) = region {
                add(HeaderName::from_static("x-amz-bucket-region"), region);
            }
        }
        Protocol::RestJson => add(HeaderName::from_static("x-amzn-errortype"), answer.code),
        Protocol::Query | Protocol::Json | Protocol::Ec2 => {}
    }
    response
}

fn body(answer: &Answer, protocol: Protocol, context: &ErrorContext<'_>) -> String {
    let mut body = String::new();
    let (code, message) = (answer.code, &*answer.message);
    match protocol {
        Protocol::S3 => {
            body.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
            put_element(&mut body, "Code", code);
            put_element(&mut body, "Message", message);
            for (name, value) in &answer.elements {
                put_element(&mut body, name, value);
            }
            for (name, value) in [
                ("Resource", context.resource),
                ("RequestId", Some(context.request_id)),
                ("HostId", context.host_id),
            ] {
                if let Some(value) = value {
                    put_element(&mut body, name, value);
                }
            }
            body.push_str("</Error>");
        }
        Protocol::Query => {
            let fault = match answer.status.is_server_error() {
                true => "Receiver",
                false => "Sender",
            };
            body.push_str("<ErrorResponse><Error>");
            put_element(&mut body, "Type", fault);
            put_element(&mut body, "Code", code);
            put_element(&mut body, "Message", message);
            body.push_str("</Error>");
            put_element(&mut body, "RequestId", context.request_id);
            body.push_str("</ErrorResponse>");
        }
        Protocol::Ec2 => {
            body.push_str("<Response><Errors><Error>");
            put_element(&mut body, "Code", code);
            put_element(&mut body, "Message", message);
            body.push_str("</Error></Errors>");
            put_element(&mut body, "RequestID", context.request_id);
            body.push_str("</Response>");
        }
        Protocol::Json => {
            body.push_str("{\"__type\":");
            put_json(&mut body, code);
            body.push_str(",\"message\":");
            put_json(&mut body, message);
            body.push('}');
        }
        Protocol::RestJson => {
            body.push_str("{\"message\":");
            put_json(&mut body, message);
            body.push('}');
        }
    }
    body
}

fn put_element(body: &mut String, name: &str, value: &str) {
    let _ = write!(body, "<{name}>");
    for character in value.chars() {
        match character {
            '&' => body.push_str("&amp;"),
            '<' => body.push_str("&lt;"),
            '>' => body.push_str("&gt;"),
            '"' => body.push_str("&quot;"),
            '\'' => body.push_str("&apos;"),
            '\r' => body.push_str("&#13;"),
            '\t' | '\n' => body.push(character),
            // XML 1.0 cannot contain these characters.
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => body.push('\u{fffd}'),
            _ => body.push(character),
        }
    }
    let _ = write!(body, "</{name}>");
}

fn put_json(body: &mut String, value: &str) {
    body.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => body.extend(['\\', character]),
            '\0'..='\x1f' => {
                let _ = write!(body, "\\u{:04x}", u32::from(character));
            }
            _ => body.push(character),
        }
    }
    body.push('"');
}

impl refusal::Sealed for VerifyError {
    fn answer(&self, protocol: Protocol) -> Answer {
        let (code, status) = (self.code(protocol), self.status(protocol));
        let (message, elements) = match protocol {
            _ if status.is_server_error() => (INTERNAL.into(), Vec::new()),
            Protocol::S3 => (self.s3_message(), self.s3_elements()),
            Protocol::Ec2 if status == StatusCode::UNAUTHORIZED => (
                "AWS was not able to validate the provided access credentials".into(),
                Vec::new(),
            ),
            Protocol::Query | Protocol::Json | Protocol::RestJson | Protocol::Ec2 => {
                (self.query_message(), Vec::new())
            }
        };
        Answer {
            code,
            status,
            message,
            elements,
        }
    }
}

pub(crate) const INTERNAL: &str = "We encountered an internal error. Please try again.";

impl VerifyError {
    fn s3_message(&self) -> Cow<'static, str> {
        match self {
            Self::MissingAuthentication => "Access Denied".into(),
            Self::SeveralAuthentications => {
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
                 Signature query string parameter or the Authorization header should be specified"
                    .into()
            }
            Self::UnknownAlgorithm {
                form: SignatureLocation::Header,
            } => "Unsupported Authorization Type".into(),
            Self::MissingDate {
                form: SignatureLocation::Header,
            }
            | Self::InvalidDate {
                form: SignatureLocation::Header,
            } => "AWS authentication requires a valid Date or x-amz-date header".into(),
            Self::InvalidScope { form } => about(
                *form,
                "the Credential is mal-formed; \
                 expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
            ),
            Self::WrongDay { form, day, date } => about(
                *form,
                &format!(
                    "Invalid credential date \"{day}\". \
                     This date is not the same as X-Amz-Date: \"{date}\"."
                ),
            ),
            Self::WrongRegion {
                form,
                region,
                expected,
            } => about(
                *form,
                &format!("the region '{region}' is wrong; expecting '{expected}'"),
            ),
            Self::WrongService {
                form,
                service,
                expected,
            } => about(
                *form,
                &format!(
                    "incorrect service \"{service}\". This endpoint belongs to \"{expected}\"."
                ),
            ),
            Self::Malformed { form, .. } => about(*form, &self.to_string()),
            Self::Expired { form, .. } | Self::NotYetCurrent { form, .. }
                if *form == SignatureLocation::Header =>
            {
                "The difference between the request time and the current time is too large.".into()
            }
            Self::Expired { .. } => "Request has expired".into(),
            Self::NotYetCurrent { .. } => "Request is not yet valid".into(),
            Self::ExpiresInOutOfRange { longest, .. } => {
                format!("X-Amz-Expires must be at most {longest} seconds").into()
            }
            Self::HeadersNotSigned { .. } => {
                "There were headers present in the request which were not signed".into()
            }
            Self::MissingContentSha256 => {
                "Missing required header for this request: x-amz-content-sha256".into()
            }
            Self::InvalidContentSha256 => "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, \
                 STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, \
                 STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value."
                .into(),
            Self::ContentSha256Mismatch => "The provided 'x-amz-content-sha256' header does not \
                 match what was computed."
                .into(),
            Self::InvalidDecodedLength => "You must provide the Content-Length HTTP header.".into(),
            Self::UnknownAccessKeyId => {
                "The AWS Access Key Id you provided does not exist in our records.".into()
            }
            Self::InvalidSessionToken => {
                "The provided token is malformed or otherwise invalid.".into()
            }
            Self::CredentialsExpired { .. } => "The provided token has expired.".into(),
            Self::SignedHeaderMissing { .. } | Self::SignatureMismatch => {
                "The request signature we calculated does not match the signature you provided. \
                 Check your key and signing method."
                    .into()
            }
            _ => self.to_string().into(),
        }
    }

    fn s3_elements(&self) -> Vec<Element> {
        let server_time = |now: &Timestamp| ("ServerTime", whole_seconds(*now));
        let skewed = |signed_at: &Timestamp, window: Duration, now: &Timestamp| {
            vec![
                ("RequestTime", date_time(*signed_at)),
                server_time(now),
                ("MaxAllowedSkewMilliseconds", window.as_millis().to_string()),
            ]
        };
        match self {
            Self::Expired {
                form: SignatureLocation::Header,
                signed_at,
                expired_at,
                now,
            } => skewed(
                signed_at,
                expired_at.saturating_duration_since(*signed_at),
                now,
            ),
            Self::NotYetCurrent {
                form: SignatureLocation::Header,
                signed_at,
                valid_from,
                now,
            } => skewed(
                signed_at,
                signed_at.saturating_duration_since(*valid_from),
                now,
            ),
            Self::Expired {
                form: SignatureLocation::Query,
                signed_at,
                expired_at,
                now,
            } => {
                let lifetime = expired_at.saturating_duration_since(*signed_at);
                vec![
                    ("X-Amz-Expires", lifetime.as_secs().to_string()),
                    ("Expires", whole_seconds(*expired_at)),
                    server_time(now),
                ]
            }
            Self::Expired {
                expired_at, now, ..
            } => vec![("Expires", whole_seconds(*expired_at)), server_time(now)],
            Self::NotYetCurrent { now, .. } => vec![server_time(now)],
            Self::HeadersNotSigned { names } => vec![("HeadersNotSigned", names.join(", "))],
            Self::WrongRegion { expected, .. } => vec![("Region", expected.clone())],
            Self::InvalidContentSha256 => {
                vec![("ArgumentName", "x-amz-content-sha256".to_owned())]
            }
            Self::SeveralAuthentications
            | Self::UnknownAlgorithm {
                form: SignatureLocation::Header,
            } => vec![("ArgumentName", "Authorization".to_owned())],
            _ => Vec::new(),
        }
    }

    fn query_message(&self) -> Cow<'static, str> {
        match self {
            Self::MissingAuthentication => "Missing Authentication Token".into(),
            Self::SeveralAuthentications => "Found both 'X-Amz-Algorithm' as a query-string param \
                 and 'Authorization' as HTTP header."
                .into(),
            Self::MissingDate {
                form: SignatureLocation::Header,
            } => "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' \
                 header."
                .into(),
            Self::WrongDay { day, date, .. } => format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '{day}' != '{}', from '{date}'.",
                date.day()
            )
            .into(),
            Self::WrongRegion { region, .. } => {
                format!("Credential should be scoped to a valid region, not '{region}'.").into()
            }
            Self::WrongService { expected, .. } => {
                format!("Credential should be scoped to correct service: '{expected}'.").into()
            }
            Self::Expired {
                signed_at,
                expired_at,
                now,
                ..
            } => {
                let window = expired_at.saturating_duration_since(*signed_at);
                format!(
                    "Signature expired: {} is now earlier than {} ({} - {} min.)",
                    date_time(*signed_at),
                    date_time(*now - window),
                    date_time(*now),
                    window.as_secs() / 60,
                )
                .into()
            }
            Self::NotYetCurrent {
                signed_at,
                valid_from,
                now,
                ..
            } => {
                let window = signed_at.saturating_duration_since(*valid_from);
                format!(
                    "Signature not yet current: {} is still later than {} ({} + {} min.)",
                    date_time(*signed_at),
                    date_time(*now + window),
                    date_time(*now),
                    window.as_secs() / 60,
                )
                .into()
            }
            Self::HostNotSigned => {
                "'Host' must be a 'SignedHeader' in the AWS Authorization.".into()
            }
            Self::UnknownAccessKeyId | Self::InvalidSessionToken => {
                "The security token included in the request is invalid.".into()
            }
            Self::CredentialsExpired { .. } => {
                "The security token included in the request is expired".into()
            }
            Self::SignedHeaderMissing { .. } | Self::SignatureMismatch => {
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method. Consult the service \
                 documentation for details."
                    .into()
            }
            _ => self.to_string().into(),
        }
    }
}

/// The message of S3 about the part of the request that contains the signature.
fn about(form: SignatureLocation, detail: &str) -> Cow<'static, str> {
    match form {
        SignatureLocation::Header => {
            format!("The authorization header is malformed; {detail}").into()
        }
        SignatureLocation::Query => {
            format!("Error parsing the X-Amz-Credential parameter; {detail}").into()
        }
        SignatureLocation::Fields => detail.to_owned().into(),
    }
}

/// Formats a time as `YYYYMMDDTHHMMSSZ`. It was parsed from such a text, or is near to one.
fn date_time(time: Timestamp) -> String {
    AmzDate::new(time).map_or_else(|_| time.to_string(), |date| date.to_string())
}

/// Formats a time as `YYYY-MM-DDTHH:MM:SSZ`.
fn whole_seconds(time: Timestamp) -> String {
    let text = time.to_string();
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text,
    }
}
