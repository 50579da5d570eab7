//! AWS-JSON and REST-JSON: objects that are posted, and objects that come back.

#[cfg(any(feature = "ecr", feature = "redshift", feature = "signin"))]
mod object;

use http::{HeaderMap, Response, StatusCode};
use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::service_error::ServiceError;
#[cfg(any(feature = "codeartifact", feature = "ecr", feature = "redshift"))]
use crate::sigv4::date::from_epoch;
#[cfg(any(feature = "codeartifact", feature = "ecr", feature = "redshift"))]
use crate::timestamp::Timestamp;

#[cfg(any(feature = "ecr", feature = "redshift", feature = "signin"))]
pub(crate) use object::JsonObject;

/// The largest response that is read, 64 KiB. A tree of JSON takes eighty times its text.
pub(crate) const LARGEST: usize = 1 << 16;

/// A response that is an object. Its texts are zeroised when it is dropped, because some are secrets.
pub(crate) struct JsonResponse {
    status: StatusCode,
    object: Map<String, Value>,
}

impl Drop for JsonResponse {
    fn drop(&mut self) {
        self.object.values_mut().for_each(wipe);
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

impl JsonResponse {
    /// Reads a response, or the error that came instead.
    pub(crate) fn read(response: &Response<impl AsRef<[u8]>>) -> Result<Self, ServiceError> {
        let (status, body) = (response.status(), response.body().as_ref());
        if body.len() > LARGEST {
            return Err(ServiceError::malformed(status, "is larger than 64 KiB"));
        }
        let parsed = serde_json::from_slice::<Value>(body);
        let object = match parsed {
            Ok(Value::Object(object)) => Some(Self { status, object }),
            Ok(mut other) => {
                wipe(&mut other);
                None
            }
            Err(_) => None,
        };
        if !status.is_success() {
            return Err(refused(response.headers(), status, object.as_ref()));
        }
        object.ok_or_else(|| ServiceError::malformed(status, "is not a JSON object"))
    }

    pub(crate) fn fields(&self) -> JsonFields<'_> {
        JsonFields {
            status: self.status,
            object: &self.object,
        }
    }
}

/// The code is in a header or in the body. A namespace can precede it, and a URL follow it.
fn refused(headers: &HeaderMap, status: StatusCode, body: Option<&JsonResponse>) -> ServiceError {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let member = |name| body?.object.get(name)?.as_str();
    let code = [
        header("x-amzn-errortype"),
        member("__type"),
        member("code"),
        member("error"),
    ];
    let code = code.into_iter().flatten().find_map(|code| {
        let code = code.split(':').next()?.rsplit('#').next()?.trim();
        (!code.is_empty()).then_some(code)
    });
    let Some(code) = code else {
        return ServiceError::malformed(status, "names no error");
    };
    let message = member("message").or_else(|| member("Message"));
    ServiceError::refused(
        status,
        None,
        code.to_owned(),
        message.unwrap_or_default().to_owned(),
        header("x-amzn-requestid").map(str::to_owned),
    )
}

/// The members of an object, read by their names. A `null` is a missing member.
#[derive(Clone, Copy)]
pub(crate) struct JsonFields<'a> {
    status: StatusCode,
    object: &'a Map<String, Value>,
}

impl<'a> JsonFields<'a> {
    pub(crate) fn malformed(&self, name: &str, problem: &str) -> ServiceError {
        ServiceError::malformed(self.status, format!("has {problem} `{name}`"))
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A text that can be missing.
    pub(crate) fn optional(&self, name: &str) -> Result<Option<&'a str>, ServiceError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.malformed(name, "a member that is not a string,")),
        }
    }

    /// A text that must be present and not empty.
    pub(crate) fn text(&self, name: &str) -> Result<&'a str, ServiceError> {
        match self.optional(name)? {
            None => Err(self.malformed(name, "no")),
            Some("") => Err(self.malformed(name, "an empty")),
            Some(text) => Ok(text),
        }
    }

    #[cfg(feature = "signin")]
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, ServiceError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.malformed(name, "a member that is not a whole number,")),
            },
        }
    }

    #[cfg(feature = "signin")]
    pub(crate) fn flag(&self, name: &str) -> Result<bool, ServiceError> {
        match self.get(name) {
            None => Err(self.malformed(name, "no")),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.malformed(name, "a member that is not a boolean,")),
        }
    }

    /// A time in seconds since 1970, read to the millisecond.
    #[cfg(any(feature = "codeartifact", feature = "ecr", feature = "redshift"))]
    pub(crate) fn optional_time(&self, name: &str) -> Result<Option<Timestamp>, ServiceError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        value
            .as_f64()
            .and_then(from_epoch)
            .map(Some)
            .ok_or_else(|| self.malformed(name, "a member that is not a time in seconds,"))
    }

    #[cfg(any(feature = "codeartifact", feature = "ecr", feature = "redshift"))]
    pub(crate) fn time(&self, name: &str) -> Result<Timestamp, ServiceError> {
        self.optional_time(name)?
            .ok_or_else(|| self.malformed(name, "no"))
    }

    /// The members of a list of objects; a missing list is empty.
    #[cfg(feature = "ecr")]
    pub(crate) fn objects(&self, name: &str) -> Result<Vec<Self>, ServiceError> {
        let problem = || self.malformed(name, "a member that is not a list of objects,");
        let items = match self.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(problem()),
        };
        let object = |item: &'a Value| match item {
            Value::Object(object) => Ok(Self { object, ..*self }),
            _ => Err(problem()),
        };
        items.iter().map(object).collect()
    }

    #[cfg(feature = "ecr")]
    pub(crate) fn object(&self, name: &str) -> Result<Self, ServiceError> {
        match self.get(name) {
            Some(Value::Object(object)) => Ok(Self { object, ..*self }),
            _ => Err(self.malformed(name, "no object")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_response_is_wiped() {
        let text = r#"{"a":{"b":["secret",1,null,true]},"c":"secret"}"#;
        let mut value: Value = serde_json::from_str(text).unwrap();
        wipe(&mut value);
        assert_eq!(value.to_string(), r#"{"a":{"b":["",1,null,true]},"c":""}"#);
    }

    fn read(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Result<(), ServiceError> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        JsonResponse::read(&response.body(body).unwrap()).map(|_| ())
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
            let error = read(403, headers, body.as_bytes()).unwrap_err();
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
            let error = read(200, &[], body).unwrap_err();
            assert_eq!(error.code(), None);
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
        assert!(read(200, &[], b"{}").is_ok());
    }
}
