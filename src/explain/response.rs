//! Reads an error response, in any of the shapes that AWS has for one.

use std::collections::BTreeMap;

use http::HeaderMap;
use roxmltree::Node;
use serde_json::Value;

use crate::primitives::xml;
use crate::sigv4::date::AmzDate;
use crate::timestamp::Timestamp;

use super::UnreadableResponse;

/// The longest response body that is read, in bytes: 1 MiB. For JSON it is 64 KiB.
///
/// The errors of services are far shorter.
pub const MAX_RESPONSE_LENGTH: usize = xml::LARGEST;

/// An error response, in any shape.
#[derive(Default)]
pub(super) struct ErrorResponse {
    pub(super) status: Option<u16>,
    /// Without its namespace; empty if there is none.
    pub(super) code: String,
    pub(super) message: String,
    /// The canonical request that the response quotes.
    pub(super) canonical_request: Option<String>,
    pub(super) string_to_sign: Option<String>,
    /// S3's other elements, by their names.
    fields: BTreeMap<String, String>,
    /// `x-amz-bucket-region`.
    pub(super) bucket_region: Option<String>,
    /// The server's time, by its `date` header.
    pub(super) date: Option<Timestamp>,
}

impl ErrorResponse {
    /// Reads a body without its status and headers.
    pub(super) fn from_body(body: &[u8]) -> Result<Self, UnreadableResponse> {
        let text = xml::text(body).map_err(UnreadableResponse::new)?;
        let text = text.trim_start_matches('\u{feff}').trim();
        let mut response = Self::default();
        match text.as_bytes().first() {
            None => {}
            Some(b'<') => response.read_xml(text)?,
            Some(b'{' | b'[') => response.read_json(text)?,
            Some(_) => response.read_text(text)?,
        }
        response.cut_message();
        Ok(response)
    }

    /// Reads a whole response.
    pub(super) fn new(
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, UnreadableResponse> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let code = |name| header(name).map(bare_code).filter(|code| !code.is_empty());
        let (told, told_by_query) = (code("x-amzn-errortype"), code("x-amzn-query-error"));
        let is_told = told.is_some() || told_by_query.is_some();
        // A gateway's page says nothing, but the headers may.
        let mut response = match Self::from_body(body) {
            Ok(response) => response,
            Err(_) if is_told || header("x-amz-bucket-region").is_some() => Self::default(),
            Err(unreadable) => return Err(unreadable),
        };
        // The service writes this header. The body may be a gateway's, and its code a status. The code
        // of the query protocol is an older name for what the body says.
        if let Some(code) = told {
            response.code = code;
        } else if response.code.is_empty() {
            response.code = told_by_query.unwrap_or_default();
        }
        response.status = Some(status);
        response.bucket_region = header("x-amz-bucket-region").map(str::to_owned);
        response.date = header("date").and_then(point_in_time);
        Ok(response)
    }

    /// One of S3's elements.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        point_in_time(self.field(name)?)
    }

    /// Whether the error is about a signature that does not match.
    pub(super) fn is_about_signatures(&self) -> bool {
        let known = [
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "InvalidSignature",
            "AuthFailure",
        ];
        self.canonical_request.is_some()
            || self.string_to_sign.is_some()
            || known.contains(&self.code.as_str())
            || self
                .message
                .contains("request signature we calculated does not match")
            // Garage: "Forbidden: Invalid signature".
            || self.message.contains("Invalid signature")
            // A HEAD has no body, and says 400 or 403.
            || (self.code.is_empty()
                && self.message.is_empty()
                && !self.status.is_some_and(|status| status != 400 && status != 403))
    }

    /// Whether access is denied without a reason. The reason may be the signature: Ceph and Garage
    /// refuse every wrong one like this, and gateways every request that they refuse.
    pub(super) fn is_bare_denial(&self) -> bool {
        let codes = [
            "",
            "403",
            "AccessDenied",
            "AccessDeniedException",
            "Forbidden",
        ];
        let messages = ["", "access denied", "forbidden"];
        let message = self
            .message
            .trim()
            .trim_end_matches('.')
            .to_ascii_lowercase();
        codes.contains(&self.code.as_str())
            && messages.contains(&message.as_str())
            && !(self.code.is_empty() && message.is_empty())
            && !self
                .status
                .is_some_and(|status| status != 401 && status != 403)
    }

    fn read_xml(&mut self, text: &str) -> Result<(), UnreadableResponse> {
        let document = xml::parse(text).map_err(UnreadableResponse::new)?;
        let root = document.root_element();
        for node in root.descendants().filter(Node::is_element) {
            if node.children().any(|child| child.is_element()) {
                continue;
            }
            let value: String = node
                .children()
                .filter(Node::is_text)
                .filter_map(|child| child.text())
                .collect();
            let name = node.tag_name().name().to_owned();
            // The first of a name counts: no service writes a second one.
            self.fields.entry(name).or_insert(value);
        }
        let mut take = |name: &str| self.fields.remove(name);
        let code = take("Code").or_else(|| take("code"));
        let message = take("Message").or_else(|| take("message"));
        let canonical_request = take("CanonicalRequest");
        let string_to_sign = take("StringToSign");
        // The bytes survive re-indentation.
        let of_bytes = |text: Option<String>| bytes(&text?);
        let (twin, other) = (
            of_bytes(take("CanonicalRequestBytes")),
            of_bytes(take("StringToSignBytes")),
        );
        self.canonical_request = twin.or(canonical_request);
        self.string_to_sign = other.or(string_to_sign);
        let name = root.tag_name().name();
        self.code = match code {
            Some(code) => bare_code(&code),
            // `<MissingAuthenticationTokenException>` is its own code.
            None if name.ends_with("Exception") => name.to_owned(),
            None => return Err(UnreadableResponse("is XML, but not an AWS error".into())),
        };
        self.message = message.unwrap_or_default();
        Ok(())
    }

    fn read_json(&mut self, text: &str) -> Result<(), UnreadableResponse> {
        if text.len() > xml::LARGEST_JSON {
            return Err(UnreadableResponse("is JSON larger than 64 KiB".into()));
        }
        let value: Value = serde_json::from_str(text)
            .map_err(|_| UnreadableResponse("is not valid JSON".into()))?;
        // Gateways wrap it: {"errors":[{…}]}, {"Error":{…}}.
        let inner = [
            value.get(0),
            value.get("Error"),
            value.get("error"),
            value.get("errors").and_then(|errors| errors.get(0)),
        ];
        let layers = || inner.into_iter().flatten().chain([&value]);
        let string = |names: &[&str]| {
            layers()
                .find_map(|layer| names.iter().find_map(|name| layer.get(name)?.as_str()))
                .map(str::to_owned)
        };
        let code = string(&["__type", "Code", "code", "errorType"]);
        let message = string(&["message", "Message", "errorMessage"]);
        if code.is_none() && message.is_none() {
            return Err(UnreadableResponse("is JSON, but not an AWS error".into()));
        }
        self.code = code.as_deref().map(bare_code).unwrap_or_default();
        self.message = message.unwrap_or_default();
        Ok(())
    }

    /// Reads the message of a tool: `An error occurred (CODE) when calling …: MESSAGE`.
    fn read_text(&mut self, text: &str) -> Result<(), UnreadableResponse> {
        let told = text
            .split_once("An error occurred (")
            .and_then(|(_, rest)| rest.split_once(')'));
        if let Some((code, _)) = told {
            self.code = bare_code(code);
        } else {
            // Or the message alone, which contains one of these.
            let subjects = [
                "ignature",
                "redential",
                "oken",
                "uthori",
                "uthenti",
                "has expired",
            ];
            if !subjects.iter().any(|subject| text.contains(subject)) {
                return Err(UnreadableResponse("is not an AWS error".into()));
            }
        }
        self.message = text.to_owned();
        Ok(())
    }

    /// Takes the canonical request and the string to sign out of a message. A header's value may
    /// contain a quote, so the first quote does not end the text.
    fn cut_message(&mut self) {
        let message = self.message.as_str();
        let opened = |text: &'_ str| -> Option<usize> {
            let after = text.split_once("should have been")?.1.trim_start();
            let after = after.strip_prefix('\'')?;
            Some(text.len() - after.len())
        };
        let (canonical, string) = match message.split_once("The String-to-Sign") {
            Some((canonical, string)) => (canonical, Some(string)),
            None => (message, None),
        };
        let cut = |text: &str| -> Option<String> {
            let (_, inside) = text.split_at_checked(opened(text)?)?;
            let end = inside.rfind('\'')?;
            inside.get(..end).map(str::to_owned)
        };
        if self.canonical_request.is_none() && canonical.contains("The Canonical String") {
            self.canonical_request = cut(canonical);
        }
        if self.string_to_sign.is_none() {
            self.string_to_sign = string.and_then(cut);
        }
    }
}

/// Without what is before `#` and after `:`, and without `;Sender`.
fn bare_code(code: &str) -> String {
    let code = code.split([':', ';']).next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    code.trim().to_owned()
}

/// `41 57 53`.
fn bytes(listing: &str) -> Option<String> {
    let digits: String = listing.split_whitespace().collect();
    let mut bytes = vec![0; digits.len() / 2];
    hex::decode_to_slice(&digits, &mut bytes).ok()?;
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// A point in time in one of the forms of S3: ISO 8601 (either form, to the second or finer), RFC
/// 1123, or milliseconds since the epoch.
fn point_in_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(date) = AmzDate::of_bytes(text.as_bytes()).or_else(|| AmzDate::from_http(text)) {
        return Some(date.timestamp());
    }
    if text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit()) {
        let milliseconds: i64 = text.parse().ok()?;
        return Some(Timestamp::from_unix_seconds(milliseconds / 1000));
    }
    let whole = text.split(['.', 'Z']).next()?;
    let basic: String = whole.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    AmzDate::of_bytes(format!("{basic}Z").as_bytes()).map(|date| date.timestamp())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_is_read_in_each_form_of_aws() {
        let time = datetime!(2026-01-02 03:04:05 UTC);
        for text in [
            "20260102T030405Z",
            "20260102T030405",
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.678Z",
            "Fri, 02 Jan 2026 03:04:05 GMT",
            "1767323045000",
            "001767323045000",
        ] {
            assert_eq!(point_in_time(text), Some(time.into()), "{text}");
        }
        for text in [
            "",
            "x",
            "Z",
            "2026",
            "2026-13-02T03:04:05Z",
            "99999999999999999",
            // No more digits than that.
            "0001767323045000",
        ] {
            assert_ne!(point_in_time(text), Some(time.into()), "{text}");
        }
    }

    #[test]
    fn an_error_code_is_read_without_prefix_and_suffix() {
        for (code, bare) in [
            ("SignatureDoesNotMatch", "SignatureDoesNotMatch"),
            (
                "com.amazon.coral.service#InvalidSignatureException",
                "InvalidSignatureException",
            ),
            (
                "InvalidSignatureException:http://internal.amazon.com/coral/x/",
                "InvalidSignatureException",
            ),
            ("InvalidClientTokenId;Sender", "InvalidClientTokenId"),
            ("", ""),
        ] {
            assert_eq!(bare_code(code), bare);
        }
    }

    #[test]
    fn a_quote_inside_the_canonical_request_does_not_end_it() {
        let message = "The request signature …\n\nThe Canonical String for this request should have been\n'GET\n/\n\nx-amz-meta-a:it's\n\nx-amz-meta-a\nHASH'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\nX'\n";
        let body = serde_json::json!({ "message": message }).to_string();
        let response = ErrorResponse::from_body(body.as_bytes()).ok().unwrap();
        assert_eq!(
            response.canonical_request.as_deref(),
            Some("GET\n/\n\nx-amz-meta-a:it's\n\nx-amz-meta-a\nHASH")
        );
        assert_eq!(
            response.string_to_sign.as_deref(),
            Some("AWS4-HMAC-SHA256\nX")
        );
    }
}
