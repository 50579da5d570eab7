//! Parameters of a query or a form, decoded.

use crate::error::Error;
use crate::primitives::encode::decoded;
use crate::sigv4::canonical::query;

/// Names and values as bytes, in the order in which they came.
pub(super) struct Parameters(Vec<Parameter>);

pub(super) struct Parameter {
    /// Where it begins in the text, in bytes.
    pub(super) at: usize,
    pub(super) name: Vec<u8>,
    /// `None` where there is no `=`.
    pub(super) value: Option<Vec<u8>>,
}

impl Parameters {
    /// Reads a query. A `+` is a plus.
    pub(super) fn of_query(query: &str) -> Result<Self, Error> {
        // What canonicalising a query refuses cannot be sent.
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

    /// Reads a form, `application/x-www-form-urlencoded`. A `+` is a space.
    pub(super) fn of_form(form: &str) -> Result<Self, Error> {
        Self::of_query(&form.replace('+', "%20"))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.0.iter()
    }

    /// The first of a name.
    pub(super) fn find(&self, name: &str) -> Option<&Parameter> {
        self.iter()
            .find(|parameter| parameter.name == name.as_bytes())
    }

    /// The text of the first of a name; `None` too where it is no UTF-8.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.find(name)?.value()).ok()
    }

    /// One of these names, in any case of letters, that is there at all.
    pub(super) fn any_of<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        let is = |name: &str| {
            self.iter()
                .any(|parameter| parameter.name.eq_ignore_ascii_case(name.as_bytes()))
        };
        names.iter().copied().find(|name| is(name))
    }

    /// One of these names, in any case of letters, that is there more than once.
    pub(super) fn repeated(&self, names: &[&'static str]) -> Option<&'static str> {
        let count = |name: &str| {
            self.iter()
                .filter(|parameter| parameter.name.eq_ignore_ascii_case(name.as_bytes()))
                .count()
        };
        names.iter().copied().find(|name| count(name) > 1)
    }

    pub(super) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Whether two neighbours have one name.
    pub(super) fn has_twins(&self) -> bool {
        let names = || self.iter().map(|parameter| &parameter.name);
        names().zip(names().skip(1)).any(|(a, b)| a == b)
    }

    /// By name, byte for byte.
    pub(super) fn sorted(mut self) -> Self {
        self.0.sort_by(|a, b| a.name.cmp(&b.name));
        self
    }
}

impl Parameter {
    pub(super) fn value(&self) -> &[u8] {
        self.value.as_deref().unwrap_or_default()
    }

    /// An error that points to this parameter of a query.
    pub(super) fn invalid(&self, problem: &'static str) -> Error {
        Error::InvalidQuery {
            position: self.at,
            problem,
        }
    }
}
