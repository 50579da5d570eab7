//! The form of a request: `Action=…&Version=2011-06-15&…`.
//!
//! Each method checks a parameter before it adds it. The limits are those of AWS's service model
//! (2026-11).

use std::ops::RangeInclusive;

use http::Request;

use super::alphabets::{self, Alphabet};
use super::parameters::{Mfa, Secret, Tag};
use crate::aws_call::SignableRequest;
use crate::aws_call::endpoint::Endpoint;
use crate::aws_call::{limits, query};
use crate::error::Error;
use crate::error::endpoint::EndpointProblem;
use crate::service::hosts::Api;

pub(super) struct QueryForm(query::QueryForm);

impl QueryForm {
    pub(super) fn new(action: &str) -> Self {
        Self(query::QueryForm::new(action, "2011-06-15"))
    }

    /// Creates the form of an action that the global endpoint does not serve.
    pub(super) fn regional(action: &str, endpoint: &Endpoint) -> Result<Self, Error> {
        if endpoint.is_global() {
            return Err(Error::NoEndpoint {
                region: endpoint.region().to_owned(),
                problem: EndpointProblem::NotGlobal,
            });
        }
        Ok(Self::new(action))
    }

    /// Adds a text. `length` is in characters.
    pub(super) fn text(
        &mut self,
        name: &str,
        value: &str,
        length: RangeInclusive<u64>,
        alphabet: &Alphabet,
    ) -> Result<(), Error> {
        limits::length(name, value, length)?;
        if !value.chars().all(alphabet.allows) {
            return Err(Error::invalid_parameter(name, alphabet.rule));
        }
        self.put(name, value);
        Ok(())
    }

    pub(super) fn optional(
        &mut self,
        name: &str,
        value: Option<&str>,
        length: RangeInclusive<u64>,
        alphabet: &Alphabet,
    ) -> Result<(), Error> {
        match value {
            Some(value) => self.text(name, value, length, alphabet),
            None => Ok(()),
        }
    }

    /// Adds a token or an assertion, which is often read from a file that ends in a line break. STS
    /// would refuse it without a reason.
    pub(super) fn token(
        &mut self,
        name: &str,
        Secret(value): Secret<'_>,
        length: RangeInclusive<u64>,
        alphabet: &Alphabet,
    ) -> Result<(), Error> {
        if value.trim() != value {
            let problem =
                "must not begin or end with white space, such as the line break of a file";
            return Err(Error::invalid_parameter(name, problem));
        }
        self.text(name, value, length, alphabet)
    }

    pub(super) fn duration(
        &mut self,
        seconds: Option<u32>,
        range: RangeInclusive<u64>,
    ) -> Result<(), Error> {
        self.number("DurationSeconds", seconds, range, "seconds")
    }

    pub(super) fn minimum_session_token_size(&mut self, size: Option<u32>) -> Result<(), Error> {
        self.number("MinimumSessionTokenSize", size, 0..=4096, "bytes")
    }

    fn number(
        &mut self,
        name: &str,
        value: Option<u32>,
        range: RangeInclusive<u64>,
        unit: &'static str,
    ) -> Result<(), Error> {
        if let Some(value) = value {
            limits::number(name, value.into(), range, unit)?;
            self.put(name, &value.to_string());
        }
        Ok(())
    }

    /// Adds a list. `add` gets the start of an item's names: `NAME.member.1` for the first.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: &[T],
        count: RangeInclusive<u64>,
        add: impl Fn(&mut Self, &str, &T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        limits::number(name, items.len() as u64, count, "items")?;
        let mut members = (1..).zip(items);
        members.try_for_each(|(n, item)| add(self, &format!("{name}.member.{n}"), item))
    }

    /// Adds managed policies as session policies. The maximum is documented, but not in the model.
    pub(super) fn policy_arns(&mut self, arns: &[&str]) -> Result<(), Error> {
        self.list("PolicyArns", arns, 0..=10, |form, member, arn| {
            form.text(&format!("{member}.arn"), arn, 20..=2048, &alphabets::ANY)
        })
    }

    pub(super) fn tags(&mut self, tags: &[Tag<'_>]) -> Result<(), Error> {
        self.list("Tags", tags, 0..=50, |form, member, tag| {
            let (key, value) = (format!("{member}.Key"), format!("{member}.Value"));
            form.text(&key, tag.key, 1..=128, &alphabets::TAG)?;
            form.text(&value, tag.value, 0..=256, &alphabets::TAG)
        })
    }

    pub(super) fn mfa(&mut self, mfa: Option<Mfa<'_>>) -> Result<(), Error> {
        let Some(mfa) = mfa else {
            return Ok(());
        };
        self.text("SerialNumber", mfa.serial_number, 9..=256, &alphabets::PATH)?;
        self.text("TokenCode", mfa.token_code.0, 6..=6, &alphabets::DIGITS)
    }

    /// Adds a value that needs no check.
    pub(super) fn put(&mut self, name: &str, value: &str) {
        self.0.put(name, value);
    }

    /// Creates the request of an action that is signed.
    pub(super) fn into_signable(self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let request = self.into_request(endpoint)?;
        Ok(SignableRequest::new(request, "sts", endpoint))
    }

    /// Creates the request of an action that is not signed.
    pub(super) fn into_request(self, endpoint: &Endpoint) -> Result<Request<String>, Error> {
        self.0.into_request(&endpoint.url(Api::Sts)?)
    }
}
