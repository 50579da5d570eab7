//! The protocols AWS-JSON and REST-JSON: objects in requests and responses.

#![allow(dead_code, reason = "no feature alone needs all of it")]

#[cfg(feature = "_endpoint")]
pub(crate) mod object;

use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;
use zeroize::Zeroize;

use super::fields::Fields;
use super::service_error::ServiceError;
use crate::primitives::problem::Problem;

/// The maximum length of a response, 64 KiB. Parsed JSON can take eighty times the memory of its text.
pub(crate) const LARGEST: usize = 1 << 16;

/// A document. Its texts are zeroised when it is dropped, because some are secrets.
pub(crate) struct JsonDocument(Value);

impl Drop for JsonDocument {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Recurses as deep as the parser, which stops at 128 levels.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl JsonDocument {
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok().map(Self)
    }

    /// The members, if the document is an object.
    pub(crate) fn fields(&self) -> Option<Fields<'_>> {
        self.0.as_object().map(Fields::Json)
    }
}

/// Reads a result or an error response.
pub(crate) fn read<T>(
    response: &Response<impl AsRef<[u8]>>,
    result: impl FnOnce(&Fields<'_>) -> Result<T, Problem>,
) -> Result<T, ServiceError> {
    let (status, body) = (response.status(), response.body().as_ref());
    let malformed = |Problem(problem)| ServiceError::malformed(status, problem);
    if body.len() > LARGEST {
        return Err(ServiceError::malformed(status, "is larger than 64 KiB"));
    }
    let document = JsonDocument::parse(body);
    let fields = document.as_ref().and_then(JsonDocument::fields);
    if !status.is_success() {
        return Err(refused(response.headers(), status, fields.as_ref()));
    }
    match fields {
        Some(fields) => result(&fields).map_err(malformed),
        None => Err(ServiceError::malformed(status, "is not a JSON object")),
    }
}

/// The code is in a header or in the body. A namespace can precede it, and a URL follow it.
fn refused(headers: &HeaderMap, status: StatusCode, body: Option<&Fields<'_>>) -> ServiceError {
    let header = |name| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let member = |name| body?.lenient_text(name);
    let code = [
        header("x-amzn-errortype"),
        member("__type"),
        member("code"),
        member("error"),
    ];
    let code = code.iter().flatten().find_map(|code| {
        let code = code.split(':').next()?.rsplit('#').next()?.trim();
        (!code.is_empty()).then(|| code.to_owned())
    });
    let Some(code) = code else {
        return ServiceError::malformed(status, "contains no error code");
    };
    let message = member("message").or_else(|| member("Message"));
    ServiceError::refused(
        status,
        None,
        code,
        message.unwrap_or_default(),
        header("x-amzn-requestid"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_document_is_wiped() {
        let text = r#"{"a":{"b":["secret",1,null,true]},"c":"secret"}"#;
        let mut value: Value = serde_json::from_str(text).unwrap();
        wipe(&mut value);
        assert_eq!(value.to_string(), r#"{"a":{"b":["",1,null,true]},"c":""}"#);
    }

    fn ask(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Result<(), ServiceError> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        read(&response.body(body).unwrap(), |_| Ok(()))
    }

    #[test]
    fn the_error_code_is_in_a_header_or_in_the_body() {
        let header = [("x-amzn-errortype", "ns#Denied:http://a/")];
        for (headers, body, code) in [
            (&header[..], "{}", Some("Denied")),
            (&header, "", Some("Denied")),
            (&header, r#"{"__type":"Other"}"#, Some("Denied")),
            (&[], r#"{"__type":"com.amazon#Denied"}"#, Some("Denied")),
            (&[], r#"{"code":"Denied"}"#, Some("Denied")),
            (
                &[],
                r#"{"__type":"","error":"invalid_grant"}"#,
                Some("invalid_grant"),
            ),
            (&[], r#"{"__type":1}"#, None),
            (&[], "<html>", None),
            (&[], "[]", None),
        ] {
            let error = ask(403, headers, body.as_bytes()).unwrap_err();
            assert_eq!(error.code(), code, "{body}");
            assert_eq!(error.status(), 403);
        }
    }

    #[test]
    fn a_response_that_is_too_large_too_deep_or_no_object_is_refused() {
        let large = [b"{\"a\":\"", &vec![b'a'; LARGEST][..], b"\"}"].concat();
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        for body in [
            &large[..],
            deep.as_bytes(),
            b"",
            b"[]",
            b"\"secret\"",
            b"\xff",
            b"{",
        ] {
            let error = ask(200, &[], body).unwrap_err();
            assert_eq!(error.code(), None);
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
        assert!(ask(200, &[], b"{}").is_ok());
    }
}
