//! Decoded parameters of a query or a form.

use crate::error::Error;
use crate::error::target::TargetProblem;
use crate::primitives::percent::decoded;
use crate::request::HttpRequest;
use crate::sigv4::canonical::query;

/// The maximum number of parameters. One of two bytes takes a hundred in memory, and anyone can send
/// a form. `BatchPutAttributes` of `SimpleDB`, the largest call, has 19,200.
const MOST: usize = 32_768;

/// Names and values as bytes, in the order of sending.
pub(super) struct Parameters(Vec<Parameter>);

pub(super) struct Parameter {
    /// The position in the query, in bytes.
    at: usize,
    pub(super) name: Vec<u8>,
    /// `None` without `=`.
    pub(super) value: Option<Vec<u8>>,
}

impl Parameters {
    /// Reads the query of a request, in which `+` is a plus.
    pub(super) fn of_request<R: HttpRequest>(request: &R) -> Result<Self, Error> {
        Self::of_query(request.uri().query().unwrap_or_default())
    }

    /// Reads a form, `application/x-www-form-urlencoded`, in which `+` is a space.
    pub(super) fn of_form(form: &str) -> Result<Self, Error> {
        Self::of_query(&form.replace('+', "%20"))
    }

    fn of_query(query: &str) -> Result<Self, Error> {
        for parameter in query::parameters(query) {
            parameter?;
        }
        let mut parameters = Vec::new();
        let mut next = 0;
        for piece in query.split('&') {
            let at = next;
            next += piece.len() + 1;
            if piece.is_empty() {
                continue;
            }
            if parameters.len() == MOST {
                return Err(Error::InvalidQuery {
                    position: at,
                    problem: TargetProblem::TooManyParameters,
                });
            }
            let (name, value) = match piece.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (piece, None),
            };
            parameters.push(Parameter {
                at,
                name: decoded(name).collect(),
                value: value.map(|value| decoded(value).collect()),
            });
        }
        Ok(Self(parameters))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.0.iter()
    }

    /// The first parameter with this name.
    pub(super) fn find(&self, name: &str) -> Option<&Parameter> {
        self.iter()
            .find(|parameter| parameter.name == name.as_bytes())
    }

    /// The value of the first parameter with this name, or `None` if it is not UTF-8.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.find(name)?.value()).ok()
    }

    /// The first of these names that a parameter has, in any case of letters.
    pub(super) fn any_of<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.count(name) > 0)
    }

    /// The first of these names that two parameters have, in any case of letters.
    pub(super) fn repeated(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| self.count(name) > 1)
    }

    fn count(&self, name: &str) -> usize {
        self.iter()
            .filter(|parameter| parameter.name.eq_ignore_ascii_case(name.as_bytes()))
            .count()
    }

    /// Adds a parameter at the end.
    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.0.push(Parameter {
            at: 0,
            name: name.into(),
            value: Some(value.into()),
        });
    }

    /// The parameters by name, byte for byte. Parameters of one name stay in their order.
    pub(super) fn sorted(&self) -> Vec<&Parameter> {
        let mut sorted: Vec<&Parameter> = self.iter().collect();
        sorted.sort_by(|a, b| a.name.cmp(&b.name));
        sorted
    }
}

impl Parameter {
    pub(super) fn value(&self) -> &[u8] {
        self.value.as_deref().unwrap_or_default()
    }

    /// An error at the position of this parameter.
    pub(super) fn invalid(&self, problem: TargetProblem) -> Error {
        Error::InvalidQuery {
            position: self.at,
            problem,
        }
    }
}
