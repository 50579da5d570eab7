//! The form that is posted, and the limits of what goes into it.

use std::fmt::Write as _;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request};

use super::endpoint::Endpoint;
use super::parameters::{Mfa, Tag};
use crate::aws_call::signable_request::SignableRequest;
use crate::error::Error;
use crate::primitives::percent::encode;

/// How long a text may be, in characters, and of which.
pub(super) struct Limit {
    min: usize,
    max: usize,
    allows: fn(char) -> bool,
    problem: &'static str,
}

fn any(_: char) -> bool {
    true
}

fn no_control(c: char) -> bool {
    !c.is_control()
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn name(c: char) -> bool {
    word(c) || "+=,.@-".contains(c)
}

impl Limit {
    const fn length(min: usize, max: usize, problem: &'static str) -> Self {
        Self {
            min,
            max,
            allows: any,
            problem,
        }
    }

    pub(super) const ARN: Self = Self::length(20, 2048, "takes 20 to 2048 characters");
    pub(super) const SESSION_NAME: Self = Self {
        min: 2,
        max: 64,
        allows: name,
        problem: "takes 2 to 64 letters, digits and `_+=,.@-`",
    };
    pub(super) const SOURCE_IDENTITY: Self = Self {
        min: 2,
        max: 256,
        allows: name,
        problem: "takes 2 to 256 letters, digits and `_+=,.@-`",
    };
    pub(super) const FEDERATED_NAME: Self = Self {
        min: 2,
        max: 32,
        allows: name,
        problem: "takes 2 to 32 letters, digits and `_+=,.@-`",
    };
    pub(super) const POLICY: Self = Self {
        min: 1,
        max: 2048,
        allows: policy,
        problem: "takes 1 to 2048 characters: tab, line breaks, and U+0020 to U+00FF",
    };
    /// AWS's model of `AssumeRole` has no maximum: STS limits the packed size of all policies.
    pub(super) const POLICY_OF_ANY_LENGTH: Self = Self {
        min: 1,
        max: usize::MAX,
        allows: policy,
        problem: "takes 1 or more characters: tab, line breaks, and U+0020 to U+00FF",
    };
    const TAG_KEY: Self = Self {
        min: 1,
        max: 128,
        allows: tag,
        problem: "takes 1 to 128 letters, digits, spaces and `_.:/=+-@`",
    };
    const TAG_VALUE: Self = Self {
        min: 0,
        max: 256,
        allows: tag,
        problem: "takes up to 256 letters, digits, spaces and `_.:/=+-@`",
    };
    pub(super) const EXTERNAL_ID: Self = Self {
        min: 2,
        max: 1224,
        allows: |c| name(c) || ":/".contains(c),
        problem: "takes 2 to 1224 letters, digits and `_+=,.@:/-`",
    };
    const SERIAL_NUMBER: Self = Self {
        min: 9,
        max: 256,
        allows: |c| name(c) || ":/".contains(c),
        problem: "takes 9 to 256 letters, digits and `_+=/:,.@-`",
    };
    const TOKEN_CODE: Self = Self {
        min: 6,
        max: 6,
        allows: |c| c.is_ascii_digit(),
        problem: "takes six digits",
    };
    pub(super) const CONTEXT_ASSERTION: Self = Self {
        min: 4,
        max: 3072,
        allows: no_control,
        problem: "takes 4 to 3072 characters, and no control character",
    };
    pub(super) const PROVIDER_ID: Self = Self::length(4, 2048, "takes 4 to 2048 characters");
    pub(super) const WEB_IDENTITY_TOKEN: Self = Self {
        min: 4,
        max: 20_000,
        allows: no_control,
        problem: "takes 4 to 20000 characters, and no control character",
    };
    /// Base64 may be broken into lines.
    pub(super) const SAML_ASSERTION: Self =
        Self::length(4, 100_000, "takes 4 to 100000 characters");
    pub(super) const ACCESS_KEY_ID: Self = Self {
        min: 16,
        max: 128,
        allows: word,
        problem: "takes 16 to 128 letters, digits and `_`",
    };
    pub(super) const ENCODED_MESSAGE: Self = Self::length(1, 10_240, "takes 1 to 10240 characters");
    pub(super) const TARGET_PRINCIPAL: Self = Self::length(12, 2048, "takes 12 to 2048 characters");
    pub(super) const TRADE_IN_TOKEN: Self = Self {
        min: 1,
        max: usize::MAX,
        allows: no_control,
        problem: "is empty, or contains a control character",
    };
    pub(super) const AUDIENCE: Self = Self::length(1, 1000, "takes 1 to 1000 characters");

    fn admits(&self, text: &str) -> bool {
        // What is beyond the limit is not counted.
        let length = text.chars().take(self.max.saturating_add(1)).count();
        (self.min..=self.max).contains(&length) && text.chars().all(self.allows)
    }
}

fn policy(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}')
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, by Unicode's derived properties.
fn tag(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}

/// A limit of seconds.
pub(super) struct Seconds {
    pub(super) range: std::ops::RangeInclusive<u32>,
    pub(super) problem: &'static str,
}

impl Seconds {
    pub(super) const ROLE: Self = Self {
        range: 900..=43_200,
        problem: "takes 900 to 43200 seconds",
    };
    pub(super) const SESSION: Self = Self {
        range: 900..=129_600,
        problem: "takes 900 to 129600 seconds",
    };
    pub(super) const ROOT: Self = Self {
        range: 0..=900,
        problem: "takes 0 to 900 seconds",
    };
    pub(super) const WEB_IDENTITY: Self = Self {
        range: 60..=3600,
        problem: "takes 60 to 3600 seconds",
    };
}

/// `Action=…&Version=2011-06-15&…`, percent-encoded: a space is `%20`, which every reader of forms
/// understands, and an empty list is left out.
pub(super) struct QueryForm(Vec<u8>);

impl QueryForm {
    pub(super) fn new(action: &str) -> Self {
        Self(format!("Action={action}&Version=2011-06-15").into_bytes())
    }

    fn put(&mut self, name: &str, value: &str) {
        self.0.push(b'&');
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'=');
        encode(value.as_bytes(), &mut self.0);
    }

    pub(super) fn text(&mut self, name: &str, value: &str, limit: &Limit) -> Result<(), Error> {
        if !limit.admits(value) {
            return Err(Error::invalid_parameter(name, limit.problem));
        }
        self.put(name, value);
        Ok(())
    }

    pub(super) fn optional(
        &mut self,
        name: &str,
        value: Option<&str>,
        limit: &Limit,
    ) -> Result<(), Error> {
        value.map_or(Ok(()), |value| self.text(name, value, limit))
    }

    /// A token that the caller may have read from a file, with the line break at its end: STS would
    /// refuse it without saying why.
    pub(super) fn token(&mut self, name: &str, value: &str, limit: &Limit) -> Result<(), Error> {
        if value.trim() != value {
            let problem = "begins or ends with white space, such as the line break of a file";
            return Err(Error::invalid_parameter(name, problem));
        }
        self.text(name, value, limit)
    }

    pub(super) fn seconds(&mut self, value: Option<u32>, limit: &Seconds) -> Result<(), Error> {
        let Some(value) = value else {
            return Ok(());
        };
        if !limit.range.contains(&value) {
            return Err(Error::invalid_parameter("DurationSeconds", limit.problem));
        }
        self.put("DurationSeconds", &value.to_string());
        Ok(())
    }

    /// A list, its items counted from 1, each under `Name.member.N` and the suffixes that `put` says.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: &[T],
        most: usize,
        problem: &'static str,
        mut put: impl FnMut(&mut Self, &str, &T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if items.len() > most {
            return Err(Error::invalid_parameter(name, problem));
        }
        let mut member = String::new();
        for (item, n) in items.iter().zip(1..) {
            member.clear();
            let _ = write!(member, "{name}.member.{n}");
            put(self, &member, item)?;
        }
        Ok(())
    }

    pub(super) fn policy_arns(&mut self, arns: &[&str]) -> Result<(), Error> {
        self.list(
            "PolicyArns",
            arns,
            10,
            "takes up to 10",
            |form, member, arn| form.text(&format!("{member}.arn"), arn, &Limit::ARN),
        )
    }

    pub(super) fn tags(&mut self, tags: &[Tag<'_>]) -> Result<(), Error> {
        self.list("Tags", tags, 50, "takes up to 50", |form, member, tag| {
            form.text(&format!("{member}.Key"), tag.key, &Limit::TAG_KEY)?;
            form.text(&format!("{member}.Value"), tag.value, &Limit::TAG_VALUE)
        })
    }

    pub(super) fn transitive_tag_keys(&mut self, keys: &[&str]) -> Result<(), Error> {
        let name = "TransitiveTagKeys";
        self.list(name, keys, 50, "takes up to 50", |form, member, key| {
            form.text(member, key, &Limit::TAG_KEY)
        })
    }

    pub(super) fn mfa(&mut self, mfa: Option<&Mfa<'_>>) -> Result<(), Error> {
        let Some(mfa) = mfa else {
            return Ok(());
        };
        self.text("SerialNumber", mfa.serial_number, &Limit::SERIAL_NUMBER)?;
        self.text("TokenCode", mfa.token_code.0, &Limit::TOKEN_CODE)
    }

    /// The request of an action that is signed.
    pub(super) fn into_to_sign(self, endpoint: &Endpoint) -> SignableRequest {
        SignableRequest {
            request: self.ready(endpoint),
            service: "sts",
            region: endpoint.region().to_owned(),
        }
    }

    /// The request of an action that is not.
    pub(super) fn ready(self, endpoint: &Endpoint) -> Request<String> {
        // All of it is ASCII: names of ours, and percent-encoded values.
        let mut request = Request::new(String::from_utf8(self.0).unwrap_or_default());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = endpoint.uri().clone();
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(form));
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_characters() {
        assert!(Limit::TAG_VALUE.admits(&"é".repeat(256)));
        assert!(!Limit::TAG_VALUE.admits(&"é".repeat(257)));
        assert!(Limit::TAG_VALUE.admits(""));
        assert!(!Limit::TAG_KEY.admits(""));
        assert!(Limit::TAG_KEY.admits("a b\u{a0}日本_.:/=+-@0"));
        assert!(!Limit::TAG_KEY.admits("a\nb"));
        assert!(!Limit::TAG_KEY.admits("a*"));
        assert!(Limit::POLICY.admits("{\t\r\n}ÿ"));
        assert!(!Limit::POLICY.admits("{\u{100}}"));
        assert!(!Limit::POLICY.admits("{\0}"));
        assert!(!Limit::POLICY_OF_ANY_LENGTH.admits("{\0}"));
        assert!(!Limit::POLICY_OF_ANY_LENGTH.admits(""));
        assert!(Limit::TOKEN_CODE.admits("012345"));
        for code in ["12345", "1234567", "12345a", "１２３４５６"] {
            assert!(!Limit::TOKEN_CODE.admits(code), "{code}");
        }
        assert!(!Limit::SESSION_NAME.admits("é1"));
    }
}
