//! Objects to send, and the requests that carry them.

#![allow(dead_code, reason = "no feature alone needs all of it")]

use http::{HeaderValue, Request};

use crate::aws_call::post::post_as;
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

    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        write_string(&mut self.0, value);
        self
    }

    pub(crate) fn optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    pub(crate) fn number(mut self, name: &str, value: Option<u64>) -> Self {
        if let Some(value) = value {
            self.name(name);
            self.0.push_str(&value.to_string());
        }
        self
    }

    /// A list of texts; an empty one is left out.
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
    pub(crate) fn into_aws_json(
        self,
        url: &str,
        operation: &'static str,
    ) -> Result<Request<String>, Error> {
        let mut request = post_as("application/x-amz-json-1.1", url, self.finish())?;
        let operation = HeaderValue::from_static(operation);
        request.headers_mut().insert("x-amz-target", operation);
        Ok(request)
    }

    /// The request of a REST-JSON service: the operation is in the URL.
    pub(crate) fn into_rest_json(self, url: &str) -> Result<Request<String>, Error> {
        post_as("application/json", url, self.finish())
    }
}

#[cfg(test)]
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
