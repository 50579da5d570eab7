//! The result: causes, with the lines that show them.

use std::fmt;

use super::cause::Cause;
use super::hide::{Secrets, Text, shown, visible};

/// Why a request was refused, with the likeliest cause first.
///
/// `Display` is for people: each cause with the lines that differ, a mark under the first character
/// that differs, and what to do. It hides secrets; [`expose`](Self::expose) shows them.
///
/// ```
/// use countersign::explain::{Cause, Explainer};
///
/// let request =
///     http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
/// let error_body = "<Error><Code>AccessDenied</Code></Error>";
/// let diagnosis = Explainer::new(&request, "s3").error_body(error_body)?;
/// assert_eq!(diagnosis.code(), Some("AccessDenied"));
/// assert_eq!(diagnosis.cause(), Some(&Cause::MissingAuthentication));
/// for finding in diagnosis.findings() {
///     println!("{} {}", finding.cause(), finding.cause().advice());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Diagnosis {
    pub(super) code: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) findings: Vec<Finding>,
}

impl Diagnosis {
    pub(super) fn new(findings: Vec<Finding>) -> Self {
        let mut seen: Vec<Finding> = Vec::new();
        for finding in findings.into_iter().take(MOST) {
            if !seen.iter().any(|known| known.cause == finding.cause) {
                seen.push(finding);
            }
        }
        Self {
            code: None,
            status: None,
            findings: seen,
        }
    }

    pub(super) fn with_response(mut self, code: Option<String>, status: Option<u16>) -> Self {
        self.code = code;
        self.status = status;
        self
    }

    /// Returns the likeliest cause, or `None` if no problem was found.
    pub fn cause(&self) -> Option<&Cause> {
        self.findings.first().map(|finding| &finding.cause)
    }

    /// Returns all findings, the likeliest first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the error code of the response, without its namespace, if there is one.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns the printed form with all secrets, such as session tokens.
    pub fn expose(&self) -> String {
        Printed(self, true).to_string()
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printed(self, false).fmt(f)
    }
}

impl fmt::Debug for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diagnosis")
            .field("code", &self.code.as_deref().map(shown))
            .field("status", &self.status)
            .field("findings", &self.findings)
            .finish()
    }
}

struct Printed<'a>(&'a Diagnosis, bool);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(diagnosis, expose) = *self;
        match (&diagnosis.code, diagnosis.status) {
            (Some(code), Some(status)) => writeln!(f, "{} ({status})", shown(code))?,
            (Some(code), None) => writeln!(f, "{}", shown(code))?,
            (None, Some(status)) => writeln!(f, "status {status}")?,
            (None, None) => {}
        }
        if diagnosis.findings.is_empty() {
            return writeln!(f, "No problem was found with the signature.");
        }
        for (i, finding) in diagnosis.findings.iter().enumerate() {
            f.write_str(if i == 0 { "Likely cause: " } else { "\nAlso: " })?;
            finding.print(f, expose)?;
            writeln!(f)?;
        }
        Ok(())
    }
}

/// A cause, with the lines that show it if there are any.
///
/// `Display` writes the cause, the lines and what to do, as in the printed [`Diagnosis`].
///
/// ```
/// use countersign::explain::{Cause, Explainer};
///
/// let request =
///     http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
/// let diagnosis = Explainer::new(&request, "s3").check();
/// let finding = &diagnosis.findings()[0];
/// assert_eq!(finding.cause(), &Cause::MissingAuthentication);
/// assert!(
///     finding
///         .to_string()
///         .starts_with("The request has no signature.\n")
/// );
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Finding {
    pub(super) cause: Cause,
    pub(super) difference: Option<Difference>,
}

impl Finding {
    pub(super) fn new(cause: Cause) -> Self {
        Self {
            cause,
            difference: None,
        }
    }

    pub(super) fn with(cause: Cause, difference: Difference) -> Self {
        Self {
            cause,
            difference: Some(difference),
        }
    }

    /// Returns the cause.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// Returns the lines that show the cause.
    pub fn difference(&self) -> Option<&Difference> {
        self.difference.as_ref()
    }

    fn print(&self, f: &mut fmt::Formatter<'_>, expose: bool) -> fmt::Result {
        writeln!(f, "{}", self.cause)?;
        if let Some(difference) = &self.difference {
            difference.print(f, expose)?;
        }
        write!(f, "What to do: {}", self.cause.advice())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f, false)
    }
}

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
/// // The request as it arrived behind a proxy.
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

    fn print(&self, f: &mut fmt::Formatter<'_>, expose: bool) -> fmt::Result {
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
            None => "(what is hidden differs)",
        };
        writeln!(f, "    {:indent$}            {mark}", "")
    }
}

/// The largest number of findings, for a response in bad faith.
pub(super) const MOST: usize = 16;
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
        let mark = "                    (what is hidden differs)";
        assert_eq!(text.lines().last(), Some(mark));
    }

    #[test]
    fn debug_shows_the_code_and_the_findings() {
        let difference = Difference::new("path", "/a", "/b", &Secrets::default());
        let finding = Finding::with(Cause::PathChanged, difference);
        let code = Some("Code".to_owned());
        let diagnosis = Diagnosis::new(vec![finding]).with_response(code, Some(403));
        assert_eq!(
            format!("{diagnosis:?}"),
            "Diagnosis { code: Some(\"Code\"), status: Some(403), findings: [Finding { cause: \
             PathChanged, difference: Some(Difference { part: \"path\", signed: \"/a\", received: \
             \"/b\" }) }] }"
        );
    }

    #[test]
    fn each_cause_is_printed_once_with_its_advice() {
        let findings = [Cause::PathChanged, Cause::QueryOrder, Cause::PathChanged];
        let diagnosis = Diagnosis::new(findings.map(Finding::new).to_vec());
        let wanted = format!(
            "Likely cause: {}\nWhat to do: {}\n\nAlso: {}\nWhat to do: {}\n",
            Cause::PathChanged,
            Cause::PathChanged.advice(),
            Cause::QueryOrder,
            Cause::QueryOrder.advice()
        );
        assert_eq!(diagnosis.to_string(), wanted);
    }
}
