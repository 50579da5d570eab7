//! The form that is posted: `Action=…&Version=2011-06-15&…`.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request};

use super::endpoint::Endpoint;
use super::limits::{self, List, Number, Text};
use super::parameters::{Mfa, Tag};
use crate::aws_call::SignableRequest;
use crate::error::Error;
use crate::error::endpoint::EndpointProblem;
use crate::primitives::percent::encode;

/// A percent-encoded form. A space is `%20`, which every server understands, and an empty list is
/// left out.
pub(super) struct QueryForm(Vec<u8>);

impl QueryForm {
    pub(super) fn new(action: &str) -> Self {
        Self(format!("Action={action}&Version=2011-06-15").into_bytes())
    }

    /// The form of an action that the global endpoint does not serve.
    pub(super) fn regional(action: &str, endpoint: &Endpoint) -> Result<Self, Error> {
        if endpoint.is_global() {
            return Err(Error::NoEndpoint {
                region: endpoint.region().to_owned(),
                problem: EndpointProblem::NotGlobal,
            });
        }
        Ok(Self::new(action))
    }

    fn put(&mut self, member: &str, name: &str, value: &str) {
        self.0.push(b'&');
        self.0.extend_from_slice(member.as_bytes());
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'=');
        encode(value.as_bytes(), &mut self.0);
    }

    pub(super) fn text(&mut self, limit: &Text, value: &str) -> Result<(), Error> {
        self.member(limit, "", value)
    }

    pub(super) fn optional(&mut self, limit: &Text, value: Option<&str>) -> Result<(), Error> {
        value.map_or(Ok(()), |value| self.text(limit, value))
    }

    /// A text of a list's item: `member` is `List.member.N`.
    pub(super) fn member(&mut self, limit: &Text, member: &str, value: &str) -> Result<(), Error> {
        let problem = if limit.is_padded(value) {
            // STS would refuse it without saying why.
            "must not begin or end with white space, such as the line break of a file"
        } else if !limit.admits(value) {
            limit.problem
        } else {
            self.put(member, limit.name, value);
            return Ok(());
        };
        let name = format!("{member}{}", limit.name);
        Err(Error::invalid_parameter(&name, problem))
    }

    pub(super) fn number(&mut self, limit: &Number, value: Option<u32>) -> Result<(), Error> {
        match value {
            None => {}
            Some(value) if limit.range.contains(&value) => {
                self.put("", limit.name, &value.to_string());
            }
            Some(_) => return Err(Error::invalid_parameter(limit.name, limit.problem)),
        }
        Ok(())
    }

    /// One of the names that AWS defines.
    pub(super) fn choice(&mut self, name: &str, value: &str) {
        self.put("", name, value);
    }

    pub(super) fn minimum_session_token_size(&mut self, size: Option<u32>) -> Result<(), Error> {
        self.number(&limits::MINIMUM_SESSION_TOKEN_SIZE, size)
    }

    /// A list, its items counted from 1. `put` gets the start of their names, `List.member.N`.
    pub(super) fn list<T>(
        &mut self,
        limit: &List,
        items: &[T],
        put: impl Fn(&mut Self, &str, &T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !limit.range.contains(&items.len()) {
            return Err(Error::invalid_parameter(limit.name, limit.problem));
        }
        let mut members = (1..).zip(items);
        members.try_for_each(|(n, item)| put(self, &format!("{}.member.{n}", limit.name), item))
    }

    pub(super) fn texts(&mut self, list: &List, item: &Text, texts: &[&str]) -> Result<(), Error> {
        self.list(list, texts, |form, member, text| {
            form.member(item, member, text)
        })
    }

    pub(super) fn policy_arns(&mut self, arns: &[&str]) -> Result<(), Error> {
        self.texts(&limits::POLICY_ARNS, &limits::POLICY_ARN, arns)
    }

    pub(super) fn tags(&mut self, tags: &[Tag<'_>]) -> Result<(), Error> {
        self.list(&limits::TAGS, tags, |form, member, tag| {
            form.member(&limits::TAG_KEY, member, tag.key)?;
            form.member(&limits::TAG_VALUE, member, tag.value)
        })
    }

    pub(super) fn mfa(&mut self, mfa: Option<&Mfa<'_>>) -> Result<(), Error> {
        let Some(mfa) = mfa else {
            return Ok(());
        };
        self.text(&limits::SERIAL_NUMBER, mfa.serial_number)?;
        self.text(&limits::TOKEN_CODE, mfa.token_code.0)
    }

    /// The request of an action that is signed.
    pub(super) fn into_signable(self, endpoint: &Endpoint) -> SignableRequest {
        SignableRequest {
            request: self.into_request(endpoint),
            service: "sts",
            region: endpoint.region().to_owned(),
        }
    }

    /// The request of an action that is not signed.
    pub(super) fn into_request(self, endpoint: &Endpoint) -> Request<String> {
        #[expect(
            clippy::expect_used,
            reason = "names and numbers are ASCII, and `encode` writes ASCII only"
        )]
        let body = String::from_utf8(self.0).expect("a form is ASCII");
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = endpoint.uri().clone();
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(form));
        request
    }
}
