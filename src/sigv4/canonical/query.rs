//! Canonical query.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use percent_encoding::percent_decode_str;

use crate::error::Error;
use crate::error::target::TargetProblem;
use crate::primitives::inline_vec::InlineVec;
use crate::primitives::percent::{
    Class, Escapes, class, decoded_in_query, escape, is_unreserved, recode_in_query,
};
use crate::primitives::sink::Sink;
use crate::service::Rules;

/// One `name=value`, percent-encoded.
#[derive(Clone, Copy)]
pub(crate) struct Parameter<'a> {
    name: &'a str,
    value: &'a str,
    escapes: Escapes,
}

impl Default for Parameter<'_> {
    fn default() -> Self {
        Self {
            name: "",
            value: "",
            escapes: Escapes::Canonical,
        }
    }
}

impl<'a> Parameter<'a> {
    /// The name as it is sent.
    pub(crate) fn name(&self) -> &'a str {
        self.name
    }

    /// Whether the decoded name begins with `prefix`.
    pub(crate) fn begins_with(&self, prefix: &str) -> bool {
        decoded_in_query(self.name)
            .take(prefix.len())
            .eq(prefix.bytes())
    }

    /// The decoded value. `None` if it is not UTF-8.
    pub(crate) fn value(&self) -> Option<Cow<'a, str>> {
        if self.value.contains('+') {
            let bytes = decoded_in_query(self.value).collect();
            return String::from_utf8(bytes).ok().map(Cow::Owned);
        }
        percent_decode_str(self.value).decode_utf8().ok()
    }

    /// The value as it is sent.
    pub(crate) fn raw_value(&self) -> &'a str {
        self.value
    }

    /// Decodes the value into a buffer. `None` if the value is longer than the buffer.
    pub(crate) fn decode_into<'b>(&self, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        let mut bytes = decoded_in_query(self.value);
        let filled = buffer
            .iter_mut()
            .zip(&mut bytes)
            .map(|(slot, byte)| *slot = byte)
            .count();
        // `zip` takes a slot first, so no byte is lost if the buffer is full.
        bytes.next().is_none().then(|| buffer.get(..filled))?
    }

    /// Compares encoded names, then encoded values.
    fn order(&self, other: &Self) -> Ordering {
        if self.escapes == Escapes::Canonical && other.escapes == Escapes::Canonical {
            return (self.name, self.value).cmp(&(other.name, other.value));
        }
        let canonical = |text| decoded_in_query(text).map(rank);
        canonical(self.name)
            .cmp(canonical(other.name))
            .then_with(|| canonical(self.value).cmp(canonical(other.value)))
    }

    fn write(&self, sink: &mut impl Sink) {
        match self.escapes {
            Escapes::Canonical => {
                sink.put(self.name.as_bytes());
                sink.put(b"=");
                sink.put(self.value.as_bytes());
            }
            Escapes::Other => {
                recode_in_query(self.name, sink);
                sink.put(b"=");
                recode_in_query(self.value, sink);
            }
        }
    }

    /// Whether the decoded name is exactly `name`.
    pub(crate) fn is_exactly(&self, name: &str) -> bool {
        if !self.name.contains('%') {
            return self.name == name;
        }
        decoded_in_query(self.name).eq(name.bytes())
    }

    /// Whether the decoded name is `name`, in any case of letters.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        if !self.name.contains('%') {
            return self.name.eq_ignore_ascii_case(name);
        }
        let same_case = |byte: u8| byte.to_ascii_lowercase();
        decoded_in_query(self.name)
            .map(same_case)
            .eq(name.bytes().map(same_case))
    }
}

/// The place of a byte in the order of encoded texts: `%` comes before every unreserved character.
fn rank(byte: u8) -> (bool, u8) {
    (is_unreserved(byte), byte)
}

/// The query of a canonical request, its third line.
///
/// AWS calls it `CanonicalQueryString`. It has these rules:
///
/// - Names and values are decoded and encoded again, then sorted by encoded name and encoded value.
/// - Duplicates stay. Empty parameters (`&&`) are skipped.
/// - A bare `+` is a space and becomes `%20`, as in HTML forms. A plus is sent as `%2B`.
///
/// ```
/// use countersign::sigv4::CanonicalQuery;
///
/// let query = CanonicalQuery::new("b=%7e&a=x+y&b&a=%2B&&a-=1")?;
/// assert_eq!(query.to_string(), "a=%2B&a=x%20y&a-=1&b=&b=~");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct CanonicalQuery<'a>(InlineVec<Parameter<'a>, 8>);

impl<'a> CanonicalQuery<'a> {
    /// Creates the canonical form of a query as it is sent, without the `?`.
    ///
    /// # Errors
    /// - [`Error::InvalidQuery`] if the query contains white space, a control character, `#`, or a
    ///   `%` without two hex digits after it
    ///
    /// ```
    /// use countersign::{Error, sigv4::CanonicalQuery};
    ///
    /// let query = CanonicalQuery::new("prefix=J&max-keys=2")?;
    /// assert_eq!(query.to_string(), "max-keys=2&prefix=J");
    /// let refused = CanonicalQuery::new("discount=100%");
    /// assert!(matches!(
    ///     refused,
    ///     Err(Error::InvalidQuery { position: 12, .. })
    /// ));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn new(query: &'a str) -> Result<Self, Error> {
        let mut canonical = Self::empty();
        canonical.read(query, UnsignedParameters::None)?;
        canonical.sort();
        Ok(canonical)
    }

    pub(crate) fn empty() -> Self {
        Self(InlineVec::new())
    }

    /// Adds the parameters of a query, except those that are added after signing.
    pub(crate) fn read(
        &mut self,
        query: &'a str,
        unsigned: UnsignedParameters,
    ) -> Result<(), Error> {
        for parameter in parameters(query) {
            let parameter = parameter?;
            if !unsigned.includes(&parameter) {
                self.0.push(parameter);
            }
        }
        Ok(())
    }

    pub(crate) fn as_slice(&self) -> &[Parameter<'a>] {
        self.0.as_slice()
    }

    /// Adds a parameter in the canonical encoding.
    pub(crate) fn push_canonical(&mut self, name: &'a str, value: &'a str) {
        self.0.push(Parameter {
            name,
            value,
            escapes: Escapes::Canonical,
        });
    }

    pub(crate) fn sort(&mut self) {
        self.0.as_mut_slice().sort_unstable_by(Parameter::order);
    }

    pub(crate) fn write(&self, sink: &mut impl Sink) {
        for (i, parameter) in self.0.as_slice().iter().enumerate() {
            if i > 0 {
                sink.put(b"&");
            }
            parameter.write(sink);
        }
    }
}

impl fmt::Display for CanonicalQuery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::display(f, |sink| self.write(sink))
    }
}

/// Only names: a value may be a session token.
impl fmt::Debug for CanonicalQuery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.as_slice().iter().map(Parameter::name);
        f.debug_set().entries(names).finish()
    }
}

/// The parameters that are added to a URL after it was signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnsignedParameters {
    /// Not a presigned URL.
    None,
    Signature,
    /// AWS IoT adds the session token last.
    SignatureAndToken,
}

impl UnsignedParameters {
    /// The unsigned parameters of a presigned URL.
    pub(crate) fn of_url(rules: &Rules) -> Self {
        if rules.session_token.is_unsigned(true) {
            Self::SignatureAndToken
        } else {
            Self::Signature
        }
    }

    fn includes(self, parameter: &Parameter<'_>) -> bool {
        match self {
            Self::None => false,
            Self::Signature => parameter.is_exactly("X-Amz-Signature"),
            Self::SignatureAndToken => {
                parameter.is_exactly("X-Amz-Signature")
                    || parameter.is_exactly("X-Amz-Security-Token")
            }
        }
    }
}

/// The parameters of a query in the order in which they are sent. Reads every byte once.
pub(crate) fn parameters(query: &str) -> impl Iterator<Item = Result<Parameter<'_>, Error>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while query.as_bytes().get(at) == Some(&b'&') {
            at += 1;
        }
        (at < query.len()).then(|| parameter(query, &mut at))
    })
}

/// Reads the parameter that begins at `at`, and moves `at` to its end. Nothing is read after an
/// error.
fn parameter<'a>(query: &'a str, at: &mut usize) -> Result<Parameter<'a>, Error> {
    let bytes = query.as_bytes();
    let start = std::mem::replace(at, bytes.len());
    let (mut end, mut equals, mut escapes) = (start, None, Escapes::Canonical);
    let wrong = |position, problem| Err(Error::InvalidQuery { position, problem });
    while let Some(rest) = bytes.get(end..) {
        // Unreserved bytes are skipped in runs.
        end += rest
            .iter()
            .take_while(|&&byte| class(byte) == Class::Unreserved)
            .count();
        match bytes.get(end) {
            None | Some(b'&') => break,
            Some(b'=') if equals.is_none() => equals = Some(end),
            Some(b'%') => {
                let digits = bytes.get(end + 1..).unwrap_or_default();
                let Some(escape) = escape(digits) else {
                    return wrong(end, TargetProblem::InvalidEscape);
                };
                escapes = escapes.and(escape);
                end += 2;
            }
            Some(&byte) if class(byte) == Class::Forbidden => {
                return wrong(end, TargetProblem::QueryCharacter);
            }
            Some(_) => escapes = Escapes::Other,
        }
        end += 1;
    }
    // All three positions are next to an ASCII byte or at an end, so they are character boundaries.
    let (before, _) = query.split_at(end);
    let (name, value) = match equals {
        Some(equals) => (before.split_at(equals).0, before.split_at(equals + 1).1),
        None => (before, ""),
    };
    let (_, name) = name.split_at(start);
    *at = end;
    Ok(Parameter {
        name,
        value,
        escapes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::percent::encode;

    #[test]
    fn pairs_are_sorted_by_their_encoded_form() {
        for (query, canonical) in [
            ("", ""),
            ("&&", ""),
            ("a-=1&a=2&a.=3&a0=4", "a=2&a-=1&a.=3&a0=4"),
            ("q.parser=x&q=y", "q=y&q.parser=x"),
            ("é=1&z=2&%C3%A8=3", "%C3%A8=3&%C3%A9=1&z=2"),
            ("b=2&a=1&B=3&A=4", "A=4&B=3&a=1&b=2"),
            ("a=b=c", "a=b%3Dc"),
            ("=x&a", "=x&a="),
            ("a=2&a=10&a=1", "a=1&a=10&a=2"),
            ("a=b+c&a+b=c", "a=b%20c&a%20b=c"),
            // Sorted as the space that it is, before `%21`; a plus comes after.
            ("a=%2B&a=!&a=+", "a=%20&a=%21&a=%2B"),
        ] {
            assert_eq!(
                CanonicalQuery::new(query).unwrap().to_string(),
                canonical,
                "{query}"
            );
        }
    }

    #[test]
    fn bytes_are_ranked_as_their_encoded_forms_are_sorted() {
        let encoded = |byte: u8| {
            let mut text = String::new();
            encode(&[byte], &mut text);
            text
        };
        for a in 0..=255 {
            for b in 0..=255 {
                let expected = encoded(a).cmp(&encoded(b));
                assert_eq!(rank(a).cmp(&rank(b)), expected, "{a} {b}");
            }
        }
    }

    #[test]
    fn an_invalid_query_is_refused_at_its_position() {
        for (query, at) in [
            ("a=%", 2),
            ("a=1&b=%zz", 6),
            ("%2", 0),
            ("a\n", 1),
            ("a=#", 2),
            ("a=%2&b=1", 2),
            ("a=%é", 2),
        ] {
            let error = CanonicalQuery::new(query).unwrap_err();
            assert!(
                matches!(error, Error::InvalidQuery { position, .. } if position == at),
                "{query:?}: {error}"
            );
        }
    }
}
