//! Canonical headers, and the list of signed headers.

use std::fmt;

use crate::error::Error;
use crate::primitives::inline_vec::InlineVec;
use crate::primitives::scan::holds;
use crate::primitives::sink::Sink;
use crate::request::{check_header, same_in_cgi};

#[derive(Clone, Copy, Default)]
pub(crate) struct Header<'a> {
    name: &'a str,
    value: &'a [u8],
    form: Form,
}

/// How a value is written.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Form {
    /// No header of this name has been received.
    #[default]
    Missing,
    /// It is canonical as it is.
    AsSent,
    /// It contains white space that is not part of its canonical form.
    Folded,
    Lowercase,
}

/// The headers of a canonical request, and the list of their names.
///
/// AWS calls them `CanonicalHeaders` and `SignedHeaders`. They have these rules:
///
/// - Headers are sorted by lowercase name.
/// - Values are trimmed, and each inner run of spaces and tabs becomes one space, also inside
///   quotes.
/// - Values of a repeated name are joined with `,`, in the order in which they are sent.
///
/// ```
/// use countersign::sigv4::CanonicalHeaders;
///
/// let headers = CanonicalHeaders::new([
///     ("x-amz-meta-a", &b" one   two "[..]),
///     ("host", b"example.com"),
///     ("x-amz-meta-a", b"three"),
/// ])?;
/// assert_eq!(
///     headers.to_string(),
///     "host:example.com\nx-amz-meta-a:one two,three\n"
/// );
/// assert_eq!(headers.signed_headers(), "host;x-amz-meta-a");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct CanonicalHeaders<'a>(InlineVec<Header<'a>, 12>);

impl<'a> CanonicalHeaders<'a> {
    /// Creates the canonical form of all given headers.
    ///
    /// The caller chooses the headers to sign. A signer chooses them by its
    /// [`Rules`](crate::Rules).
    ///
    /// # Errors
    /// - [`Error::InvalidHeaderName`] if a name is not a lowercase HTTP token
    /// - [`Error::InvalidHeaderValue`] if a value contains a control character other than a tab
    ///
    /// ```
    /// use countersign::{Error, sigv4::CanonicalHeaders};
    ///
    /// let headers = CanonicalHeaders::new([
    ///     ("x-amz-date", &b"20150830T123600Z"[..]),
    ///     ("host", b"example.amazonaws.com"),
    /// ])?;
    /// assert_eq!(
    ///     headers.to_string(),
    ///     "host:example.amazonaws.com\nx-amz-date:20150830T123600Z\n"
    /// );
    /// let refused =
    ///     CanonicalHeaders::new([("Host", &b"example.amazonaws.com"[..])]);
    /// assert!(matches!(refused, Err(Error::InvalidHeaderName { .. })));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn new(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Self, Error> {
        let mut canonical = Self::unsorted();
        for (name, value) in headers {
            check_header(name, value)?;
            canonical.push(name, value);
        }
        canonical.sort();
        Ok(canonical)
    }

    pub(crate) fn unsorted() -> Self {
        Self(InlineVec::new())
    }

    /// Adds a header. The name must be a lowercase token, and the value must not contain control
    /// characters, as the types of `http` guarantee.
    pub(crate) fn push(&mut self, name: &'a str, value: &'a [u8]) {
        let form = Form::of(value);
        self.0.push(Header { name, value, form });
    }

    /// Adds a name that is listed as signed, before its header is received.
    pub(crate) fn expect(&mut self, name: &'a str) {
        self.0.push(Header {
            name,
            ..Header::default()
        });
    }

    /// Adds a header if its name is one of the first `expected` names, which are in order. Returns
    /// whether it is.
    pub(crate) fn receive(&mut self, expected: usize, name: &str, value: &'a [u8]) -> bool {
        let (expected, _) = self.0.as_mut_slice().split_at_mut(expected);
        let found = match expected.len() {
            // Names are compared by length first, which is faster for a short list.
            ..=24 => expected.iter().position(|header| header.name == name),
            _ => expected
                .binary_search_by_key(&name, |header| header.name)
                .ok(),
        };
        let Some(header) = found.and_then(|index| expected.get_mut(index)) else {
            return false;
        };
        let received = Header {
            name: header.name,
            value,
            form: Form::of(value),
        };
        if header.form == Form::Missing {
            *header = received;
        } else {
            self.0.push(received);
        }
        true
    }

    /// Whether an application behind CGI may take a name for one of the first `expected` names.
    pub(crate) fn has_twin(&self, expected: usize, name: &str) -> bool {
        let expected = self.0.as_slice().iter().take(expected);
        expected
            .map(|header| header.name)
            .any(|own| same_in_cgi(own, name))
    }

    /// The first expected name that has not been received.
    pub(crate) fn missing(&self) -> Option<&'a str> {
        let mut headers = self.0.as_slice().iter();
        headers
            .find(|header| header.form == Form::Missing)
            .map(|header| header.name)
    }

    /// Adds the host of a URI, which HTTP clients and browsers send in lowercase.
    pub(crate) fn push_host(&mut self, value: &'a [u8]) {
        let form = match holds(value, |b| b.is_ascii_uppercase()) {
            true => Form::Lowercase,
            false => Form::AsSent,
        };
        self.0.push(Header {
            name: "host",
            value,
            form,
        });
    }

    /// Adds a header of the signer, which is in canonical form.
    pub(crate) fn push_canonical(&mut self, name: &'a str, value: &'a [u8]) {
        self.0.push(Header {
            name,
            value,
            form: Form::AsSent,
        });
    }

    pub(crate) fn sort(&mut self) {
        // Stable: repeated names stay in the order in which they are sent.
        self.0.as_mut_slice().sort_by_key(|header| header.name);
    }

    /// As [`sort`](Self::sort), after [`receive`](Self::receive): only repeated names are not in
    /// order yet.
    pub(crate) fn sort_received(&mut self, expected: usize) {
        if self.0.as_slice().len() > expected {
            self.sort();
        }
    }

    pub(crate) fn write(&self, sink: &mut impl Sink) {
        let mut last = "";
        for (i, header) in self.0.as_slice().iter().enumerate() {
            if header.name == last {
                sink.put(b",");
            } else {
                if i > 0 {
                    sink.put(b"\n");
                }
                sink.put(header.name.as_bytes());
                sink.put(b":");
                last = header.name;
            }
            match header.form {
                Form::Missing | Form::AsSent => sink.put(header.value),
                Form::Folded => write_folded(header.value, sink),
                Form::Lowercase => {
                    for byte in header.value {
                        sink.put(&[byte.to_ascii_lowercase()]);
                    }
                }
            }
        }
        if !self.0.as_slice().is_empty() {
            sink.put(b"\n");
        }
    }

    /// The names, each once.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        let mut last = "";
        self.0
            .as_slice()
            .iter()
            .map(|header| header.name)
            .filter(move |&name| std::mem::replace(&mut last, name) != name)
    }

    pub(crate) fn write_names(&self, sink: &mut impl Sink) {
        for (i, name) in self.names().enumerate() {
            if i > 0 {
                sink.put(b";");
            }
            sink.put_str(name);
        }
    }

    /// The exact length of what [`write_names`](Self::write_names) writes. A `HeaderValue` takes
    /// over a full buffer without another allocation.
    pub(crate) fn names_len(&self) -> usize {
        let with_separators: usize = self.names().map(|name| name.len() + 1).sum();
        with_separators.saturating_sub(1)
    }

    /// Returns the names joined with `;`, as they are sent and signed.
    pub fn signed_headers(&self) -> String {
        let mut names = String::with_capacity(self.names_len());
        self.write_names(&mut names);
        names
    }
}

impl fmt::Display for CanonicalHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::display(f, |sink| self.write(sink))
    }
}

/// Only names: a value may be a session token, or a key for server-side encryption.
impl fmt::Debug for CanonicalHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

impl Form {
    fn of(value: &[u8]) -> Self {
        // Most values contain neither white space nor control characters.
        let odd = holds(value, |b| (b <= b' ') | (b == 0x7f));
        if odd && folds(value) {
            Self::Folded
        } else {
            Self::AsSent
        }
    }
}

fn folds(value: &[u8]) -> bool {
    let ends = [value.first(), value.last()];
    let doubled = |pair: &[u8]| pair == b"  ";
    ends.contains(&Some(&b' ')) || value.contains(&b'\t') || value.windows(2).any(doubled)
}

fn write_folded(value: &[u8], sink: &mut impl Sink) {
    let words = value
        .split(|&b| is_blank(b))
        .filter(|word| !word.is_empty());
    for (i, word) in words.enumerate() {
        if i > 0 {
            sink.put(b" ");
        }
        sink.put(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_trimmed_and_collapsed_to_single_spaces() {
        for (value, canonical) in [
            ("", ""),
            (" ", ""),
            ("\t", ""),
            ("a", "a"),
            (" a", "a"),
            ("a ", "a"),
            ("\ta\t", "a"),
            ("a b", "a b"),
            ("a  b", "a b"),
            ("a\tb", "a b"),
            ("a \t b", "a b"),
            ("\"a   b   c\"", "\"a b c\""),
            ("a\u{a0}\u{a0}b", "a\u{a0}\u{a0}b"),
        ] {
            let headers = CanonicalHeaders::new([("h", value.as_bytes())]).unwrap();
            assert_eq!(headers.to_string(), format!("h:{canonical}\n"), "{value:?}");
        }
    }

    #[test]
    fn repeated_headers_are_joined_in_order() {
        let headers: [(&str, &[u8]); 5] = [
            ("b", b"2"),
            ("a", b""),
            ("b", b"1"),
            ("a", b" x "),
            ("b", b"2"),
        ];
        let headers = CanonicalHeaders::new(headers).unwrap();
        assert_eq!(headers.to_string(), "a:,x\nb:2,1,2\n");
        assert_eq!(headers.signed_headers(), "a;b");
    }

    #[test]
    fn an_invalid_name_or_value_is_refused() {
        for name in ["", "Host", "a b", "a:", "é", "a\n"] {
            let error = CanonicalHeaders::new([(name, &b""[..])]).unwrap_err();
            assert_eq!(
                error,
                Error::InvalidHeaderName {
                    name: name.to_owned()
                }
            );
        }
        for value in ["\r", "\n", "\0", "\x7f", "\x0b"] {
            let error = CanonicalHeaders::new([("h", value.as_bytes())]).unwrap_err();
            assert_eq!(
                error,
                Error::InvalidHeaderValue {
                    name: "h".to_owned()
                },
                "{value:?}"
            );
        }
    }
}
