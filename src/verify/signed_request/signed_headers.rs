//! The list of signed headers.

use std::borrow::Cow;

use crate::primitives::scan::holds;
use crate::primitives::sink::Sink;
use crate::sigv4::canonical::query::Parameter;

/// The list of signed headers as text. In a query, `;` may be percent-encoded. It is decoded later,
/// so that parsing needs no allocation.
#[derive(Clone)]
pub(in crate::verify) struct SignedHeaders<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) escaped: bool,
}

impl<'a> SignedHeaders<'a> {
    pub(super) fn of_parameter(parameter: &Parameter<'a>) -> Option<Self> {
        let raw = parameter.raw_value();
        if raw.is_empty() {
            return None;
        }
        let mut escapes = raw.split('%').skip(1);
        let separators = |rest: &str| rest.starts_with("3B") || rest.starts_with("3b");
        let escaped = raw.contains('%');
        // A `+` is a space, which no name contains.
        let as_sent = !escaped || (!raw.contains(';') && escapes.all(separators));
        if as_sent && !raw.contains('+') {
            let text = Cow::Borrowed(raw);
            return Some(Self { text, escaped });
        }
        Some(Self {
            text: parameter.value()?,
            escaped: false,
        })
    }

    pub(in crate::verify) fn names(&self) -> impl Iterator<Item = &str> {
        let (separator, width) = if self.escaped { (b'%', 3) } else { (b';', 1) };
        let mut rest = Some(&*self.text);
        std::iter::from_fn(move || {
            let text = rest?;
            let end = text.bytes().position(|b| b == separator);
            rest = end.map(|end| text.get(end + width..).unwrap_or_default());
            text.get(..end.unwrap_or(text.len()))
        })
    }

    /// Writes the names as they are signed, joined with `;`.
    pub(in crate::verify) fn write(&self, sink: &mut impl Sink) {
        if !self.escaped {
            return sink.put_str(&self.text);
        }
        for (i, name) in self.names().enumerate() {
            if i > 0 {
                sink.put(b";");
            }
            sink.put_str(name);
        }
    }

    /// Calls `found` for each name, and returns how many there are. `None` unless they are in
    /// strictly ascending order, without uppercase letters, white space, control characters and
    /// bytes outside ASCII.
    pub(in crate::verify) fn read<'s>(&'s self, mut found: impl FnMut(&'s str)) -> Option<usize> {
        let wrong_byte = |b: u8| b.is_ascii_uppercase() | (b <= b' ') | (b >= 0x7f);
        let wrong = |text: &str| holds(text.as_bytes(), wrong_byte);
        if !self.escaped && wrong(&self.text) {
            return None;
        }
        let (mut count, mut last) = (0, "");
        for name in self.names() {
            if last >= name || (self.escaped && wrong(name)) {
                return None;
            }
            found(name);
            (count, last) = (count + 1, name);
        }
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigv4::canonical::query::parameters;

    fn names(list: &str) -> Vec<String> {
        let query = format!("X-Amz-SignedHeaders={list}");
        let parameter = parameters(&query).next().unwrap().unwrap();
        let headers = SignedHeaders::of_parameter(&parameter).unwrap();
        headers.names().map(str::to_owned).collect()
    }

    #[test]
    fn the_list_in_a_query_is_split_after_decoding_its_semicolons() {
        assert_eq!(names("host"), ["host"]);
        assert_eq!(
            names("host%3Brange;x-a%3bx-b"),
            ["host", "range", "x-a", "x-b"]
        );
        assert_eq!(names("host%3Bx-a%21"), ["host", "x-a!"]);
        assert_eq!(names("a%253Bb"), ["a%3Bb"]);
        assert_eq!(names("3bx;3By"), ["3bx", "3By"]);
        assert_eq!(names("3bx%3B3by"), ["3bx", "3by"]);
        assert_eq!(names("a;b%3Bc"), ["a", "b", "c"]);
        assert_eq!(names("%3B"), ["", ""]);
        assert_eq!(names("a%3B3Bb"), ["a", "3Bb"]);
    }

    #[test]
    fn a_list_is_lowercase_sorted_and_without_duplicates() {
        let list = |text: &'static str| {
            let headers = SignedHeaders {
                text: text.into(),
                escaped: false,
            };
            headers.read(|_| {}).is_some()
        };
        assert!(list("host"));
        assert!(list("a;b;c"));
        for wrong in [
            "", "a;", ";a", "b;a", "a;a", "Host", "a;;b", "a b", "a\n", "a\u{7f}", "a\u{e9}",
        ] {
            assert!(!list(wrong), "{wrong}");
        }
    }
}
