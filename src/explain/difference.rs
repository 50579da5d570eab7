//! One line that differs between the two sides.

use std::fmt;

use super::secrets::Secrets;
use super::text::{Text, visible};

/// One line of a canonical request or string to sign, as each side has it.
///
/// ```
/// use countersign::explain::Explainer;
/// use countersign::{Credentials, PayloadHash, Signer};
/// # let now: countersign::Timestamp = "2026-01-01T12:00:00Z".parse()?;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// let url = "https://bucket.s3.amazonaws.com/a%20key";
/// let mut request = http::Request::get(url).body(())?;
/// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
///
/// // The request as it arrived after a proxy.
/// let mut captured = request.clone();
/// *captured.uri_mut() = "https://bucket.s3.amazonaws.com/b%20key".parse()?;
/// let diagnosis = Explainer::new(&request, "s3").captured(&captured);
/// let line = diagnosis.findings()[0]
///     .difference()
///     .expect("a line that differs");
/// assert_eq!((line.part(), line.position()), ("path", Some(1)));
/// assert_eq!((line.signed(), line.received()), ("/a%20key", "/b%20key"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Difference {
    part: &'static str,
    signed: Text,
    received: Text,
}

impl Difference {
    pub(super) fn new(part: &'static str, signed: &str, received: &str, secrets: &Secrets) -> Self {
        let [signed, received] =
            [signed, received].map(|text| Text::new(text.to_owned(), secrets.other(text)));
        Self {
            part,
            signed,
            received,
        }
    }

    pub(super) fn query(signed: &str, received: &str, secrets: &Secrets) -> Self {
        let [signed, received] =
            [signed, received].map(|text| Text::new(text.to_owned(), secrets.query(text)));
        Self {
            part: "query",
            signed,
            received,
        }
    }

    pub(super) fn header(
        name: &str,
        signed: Option<&str>,
        received: Option<&str>,
        secrets: &Secrets,
    ) -> Self {
        let line = |value| format!("{name}:{value}");
        let [signed, received] = [signed, received].map(|value| match value {
            Some(value) => Text::new(line(value.to_owned()), line(secrets.header(name, value))),
            None => Text::new(String::new(), String::new()),
        });
        Self {
            part: "header",
            signed,
            received,
        }
    }

    /// Returns the name of the line: `method`, `path`, `query`, `header`, `signed headers` or
    /// `payload hash`; in the string to sign `date` or `scope`.
    pub fn part(&self) -> &str {
        self.part
    }

    /// Returns the line as it was signed, with secrets hidden. It is empty if there is none.
    pub fn signed(&self) -> &str {
        self.signed.hidden()
    }

    /// Returns the line as the other side has it, with secrets hidden. It is empty if there is none.
    pub fn received(&self) -> &str {
        self.received.hidden()
    }

    /// Returns the first character, counted from 0, in which the two shown lines differ.
    ///
    /// `None` if they differ in what is hidden.
    pub fn position(&self) -> Option<usize> {
        first_difference(self.signed(), self.received())
    }

    pub(super) fn print(&self, f: &mut fmt::Formatter<'_>, expose: bool) -> fmt::Result {
        let (signed, received) = if expose {
            (self.signed.expose(), self.received.expose())
        } else {
            (self.signed(), self.received())
        };
        let at = first_difference(signed, received);
        // A long line is shown from a little before the position.
        let skipped = at
            .filter(|&at| at >= WIDTH * 2 / 3)
            .map_or(0, |at| at - WIDTH / 3);
        let margin = self.part.len();
        for (part, label, text) in [(self.part, "signed", signed), ("", "received", received)] {
            write!(f, "    {part:margin$}  {label:8}  ")?;
            if skipped > 0 {
                f.write_str("…")?;
            }
            for c in text.chars().skip(skipped).take(WIDTH) {
                write!(f, "{}", visible(c))?;
            }
            let cut = text.chars().count() > skipped + WIDTH;
            writeln!(f, "{}", if cut { "…" } else { "" })?;
        }
        let indent = match at {
            Some(at) => margin + at - skipped + usize::from(skipped > 0),
            None => margin,
        };
        let mark = match at {
            Some(_) => "^",
            None => "(the elided parts differ)",
        };
        writeln!(f, "    {:indent$}            {mark}", "")
    }
}

/// How many characters of a line are shown.
const WIDTH: usize = 96;

fn first_difference(a: &str, b: &str) -> Option<usize> {
    let mut pairs = a.chars().zip(b.chars());
    match pairs.position(|(a, b)| a != b) {
        Some(at) => Some(at),
        None if a.len() == b.len() => None,
        None => Some(a.chars().count().min(b.chars().count())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cause::Cause;
    use super::super::diagnosis::{Diagnosis, Finding};
    use super::*;

    fn printed(part: &'static str, signed: &str, received: &str) -> String {
        let difference = Difference::new(part, signed, received, &Secrets::default());
        let finding = Finding::with(Cause::PathChanged, difference);
        let printed = Diagnosis::new(vec![finding]).to_string();
        let lines: Vec<&str> = printed.lines().collect();
        let [_, signed, received, mark, _] = lines.as_slice() else {
            panic!("{printed}");
        };
        format!("{signed}\n{received}\n{mark}")
    }

    /// 96 characters of a line are shown, with a mark for what is left out before and after.
    #[test]
    fn long_lines_are_cut() {
        let x = |count: usize| "x".repeat(count);
        for (length, shown, end) in [(95, 95, ""), (96, 96, ""), (97, 96, "…"), (200, 96, "…")]
        {
            let text = printed("path", &format!("a{}", x(length - 1)), "b");
            let wanted = format!(
                "    path  signed    a{}{end}\n          received  b\n                    ^",
                x(shown - 1)
            );
            assert_eq!(text, wanted, "{length}");
        }
        // From the 65th character on, a line begins 32 before the position.
        for (at, skipped) in [(63, 0), (64, 32), (100, 68)] {
            let text = printed("path", &format!("{}a", x(at)), &format!("{}b", x(at)));
            let (start, mark) = if skipped > 0 {
                ("…", x(at - skipped + 1))
            } else {
                ("", x(at))
            };
            let same = x(at - skipped);
            let wanted = format!(
                "    path  signed    {start}{same}a\n          received  {start}{same}b\n                    {}^",
                mark.replace('x', " ")
            );
            assert_eq!(text, wanted, "{at}");
        }
    }

    #[test]
    fn the_mark_is_under_the_first_difference() {
        for (a, b, at) in [
            ("", "", None),
            ("abc", "abc", None),
            ("abc", "abd", Some(2)),
            ("abc", "ab", Some(2)),
            ("é", "éa", Some(1)),
        ] {
            assert_eq!(first_difference(a, b), at, "{a} {b}");
        }
        let text = printed("path", "a:[elided]", "a:[elided]");
        let mark = "                    (the elided parts differ)";
        assert_eq!(text.lines().last(), Some(mark));
    }
}
