//! The query protocol: a `POST` with a form.

#![allow(dead_code, reason = "no feature alone needs all of it")]

use http::Request;

use super::post::post_as;
use crate::error::Error;
use crate::primitives::percent::encode;

/// `Action=…&Version=…&…`, percent-encoded: a space is `%20`, which every form parser reads.
pub(crate) struct QueryForm(String);

impl QueryForm {
    pub(crate) fn new(action: &str, version: &str) -> Self {
        Self(format!("Action={action}&Version={version}"))
    }

    pub(crate) fn put(&mut self, name: &str, value: &str) {
        for part in ["&", name, "="] {
            self.0.push_str(part);
        }
        encode(value.as_bytes(), &mut self.0);
    }

    pub(crate) fn optional(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.put(name, value);
        }
        self
    }

    /// Adds a list. The first item is `NAME.1`.
    pub(crate) fn list(mut self, name: &str, items: &[&str]) -> Self {
        for (item, n) in items.iter().zip(1_usize..) {
            self.put(&format!("{name}.{n}"), item);
        }
        self
    }

    pub(crate) fn into_request(self, url: &str) -> Result<Request<String>, Error> {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        post_as(form, url, self.0)
    }
}
