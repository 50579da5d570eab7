//! Objects to send, and the requests that carry them.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request};

use crate::error::Error;
use crate::primitives::json::write_string;

/// An object to send, its members in the order in which they are added.
pub(crate) struct JsonObject(String);

impl JsonObject {
    pub(crate) fn new() -> Self {
        Self(String::from("{"))
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write_string(&mut self.0, name);
        self.0.push(':');
    }

    #[cfg(any(feature = "redshift", feature = "signin"))]
    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        write_string(&mut self.0, value);
        self
    }

    #[cfg(any(feature = "redshift", feature = "signin"))]
    pub(crate) fn optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    #[cfg(any(feature = "redshift", feature = "signin"))]
    pub(crate) fn number(mut self, name: &str, value: Option<u64>) -> Self {
        if let Some(value) = value {
            self.name(name);
            self.0.push_str(&value.to_string());
        }
        self
    }

    /// A list of texts; an empty one is left out.
    #[cfg(feature = "ecr")]
    pub(crate) fn texts(mut self, name: &str, values: &[&str]) -> Self {
        for (i, value) in values.iter().enumerate() {
            if i == 0 {
                self.name(name);
            }
            self.0.push(if i == 0 { '[' } else { ',' });
            write_string(&mut self.0, value);
        }
        if !values.is_empty() {
            self.0.push(']');
        }
        self
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// The request of an AWS-JSON 1.1 service: the operation is in a header.
    #[cfg(any(feature = "ecr", feature = "redshift"))]
    pub(crate) fn into_aws_json(
        self,
        origin: &str,
        operation: &'static str,
    ) -> Result<Request<String>, Error> {
        let mut request = self.into_request(&format!("{origin}/"), "application/x-amz-json-1.1")?;
        let operation = HeaderValue::from_static(operation);
        request.headers_mut().insert("x-amz-target", operation);
        Ok(request)
    }

    /// The request of a REST-JSON service: the operation is in the URL.
    #[cfg(feature = "signin")]
    pub(crate) fn into_rest_json(self, url: &str) -> Result<Request<String>, Error> {
        self.into_request(url, "application/json")
    }

    fn into_request(self, url: &str, media_type: &'static str) -> Result<Request<String>, Error> {
        let mut request = Request::new(self.finish());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = url
            .parse()
            .map_err(|_| Error::UrlTooLong { length: url.len() })?;
        let media_type = HeaderValue::from_static(media_type);
        request.headers_mut().insert(CONTENT_TYPE, media_type);
        Ok(request)
    }
}

#[cfg(test)]
#[cfg(feature = "signin")]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_are_escaped() {
        let object = JsonObject::new()
            .text("b", "x\"\\\n\u{fc}")
            .optional("none", None)
            .optional("a", Some(""));
        assert_eq!(object.finish(), "{\"b\":\"x\\\"\\\\\\n\u{fc}\",\"a\":\"\"}");
        assert_eq!(JsonObject::new().finish(), "{}");
    }
}
