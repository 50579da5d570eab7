//! What was found out, for people and for programs.

use std::fmt;

use zeroize::Zeroizing;

use super::cause::Cause;
use super::hide::{Secrets, shown, visible};

/// Why a request was refused, as far as can be said: the likeliest cause first.
///
/// `Display` is for people: each cause with the lines that differ, one above the other and a mark
/// under the first differing character, and what to do. It hides secrets;
/// [`expose`](Self::expose) does not.
///
/// ```
/// use countersign::explain;
/// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
/// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
///
/// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// # let mut request = http::Request::get("https://bucket.s3.amazonaws.com/a%20key").body(())?;
/// # signer.sign(&mut request, PayloadHash::EMPTY, now)?;
/// # let error_body = "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>GET\n/a key\n\nhost:bucket.s3.amazonaws.com\nx-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\nx-amz-date:20260101T120000Z\n\nhost;x-amz-content-sha256;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</CanonicalRequest></Error>";
/// let diagnosis = explain::mismatch(&request, "s3", error_body)?;
/// assert_eq!(diagnosis.code(), Some("SignatureDoesNotMatch"));
/// for finding in diagnosis.findings() {
///     println!("{} {}", finding.cause(), finding.cause().advice());
///     if let Some(line) = finding.difference() {
///         assert_eq!((line.part(), line.signed(), line.received()), ("path", "/a%20key", "/a key"));
///         assert_eq!(line.position(), Some(2)); // the first character that differs
///     }
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

    pub(super) fn answered(mut self, code: Option<String>, status: Option<u16>) -> Self {
        self.code = code;
        self.status = status;
        self
    }

    /// The likeliest cause; `None` where nothing is wrong with the signature.
    pub fn cause(&self) -> Option<&Cause> {
        self.findings.first().map(|finding| &finding.cause)
    }

    /// All causes, the likeliest first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// AWS's error code, without its namespace; `None` without an answer, or where that has none.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The printed form with all that it hides: session tokens, and more.
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
            return writeln!(
                f,
                "Nothing is wrong with the signature, as far as can be seen."
            );
        }
        for (i, finding) in diagnosis.findings.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            let lead = if i == 0 { "Likely cause" } else { "Besides" };
            writeln!(f, "{lead}: {}", finding.cause)?;
            if let Some(difference) = &finding.difference {
                difference.print(f, expose)?;
            }
            writeln!(f, "What to do: {}", finding.cause.advice())?;
        }
        Ok(())
    }
}

/// A cause, with the lines that show it where there are any.
///
/// ```
/// use countersign::explain::{self, Cause};
/// # use countersign::{Credentials, PayloadHash, Signer, Timestamp};
/// # let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/?Action=ListQueues").body(())?;
/// # Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "sqs")?.sign(&mut request, PayloadHash::EMPTY, "2026-01-01T12:00:00Z".parse::<Timestamp>()?)?;
///
/// // A proxy dropped the query.
/// let mut captured = request.clone();
/// *captured.uri_mut() = "https://sqs.us-east-1.amazonaws.com/".parse()?;
/// let diagnosis = explain::compare(&request, &captured, "sqs");
/// let finding = &diagnosis.findings()[0];
/// assert_eq!(finding.cause(), &Cause::ParametersLost { names: vec!["Action".into()] });
/// assert!(finding.difference().is_some_and(|line| line.part() == "query"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Finding {
    cause: Cause,
    difference: Option<Difference>,
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

    /// The cause.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// The lines that show it.
    pub fn difference(&self) -> Option<&Difference> {
        self.difference.as_ref()
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("cause", &self.cause)
            .field("difference", &self.difference)
            .finish()
    }
}

/// One line of a canonical request or string to sign, as the one side has it and as the other.
///
/// ```
/// # use countersign::explain;
/// # use countersign::{Credentials, PayloadHash, Signer, Timestamp};
/// # let mut request = http::Request::get("https://bucket.s3.amazonaws.com/a%20key").body(())?;
/// # Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?.sign(&mut request, PayloadHash::EMPTY, "2026-01-01T12:00:00Z".parse::<Timestamp>()?)?;
/// // The request as it arrived behind a proxy.
/// let mut captured = request.clone();
/// *captured.uri_mut() = "https://bucket.s3.amazonaws.com/b%20key".parse()?;
/// let diagnosis = explain::compare(&request, &captured, "s3");
/// let line = diagnosis.findings()[0].difference().expect("a line that differs");
/// assert_eq!((line.part(), line.signed(), line.received()), ("path", "/a%20key", "/b%20key"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Difference {
    part: String,
    signed: Side,
    received: Side,
}

#[derive(Clone)]
struct Side {
    exposed: Zeroizing<String>,
    hidden: String,
}

impl Difference {
    pub(super) fn plain(part: &str, signed: &str, received: &str, secrets: &Secrets) -> Self {
        let side = |text: &str| Side {
            exposed: text.to_owned().into(),
            hidden: secrets.other(text),
        };
        Self {
            part: part.to_owned(),
            signed: side(signed),
            received: side(received),
        }
    }

    pub(super) fn query(signed: &str, received: &str, secrets: &Secrets) -> Self {
        let side = |text: &str| Side {
            exposed: text.to_owned().into(),
            hidden: secrets.query(text),
        };
        Self {
            part: "query".to_owned(),
            signed: side(signed),
            received: side(received),
        }
    }

    pub(super) fn header(
        name: &str,
        signed: Option<&str>,
        received: Option<&str>,
        secrets: &Secrets,
    ) -> Self {
        let side = |value: Option<&str>| match value {
            Some(value) => Side {
                exposed: format!("{name}:{value}").into(),
                hidden: format!("{name}:{}", secrets.header(name, value)),
            },
            None => Side {
                exposed: String::new().into(),
                hidden: String::new(),
            },
        };
        Self {
            part: "header".to_owned(),
            signed: side(signed),
            received: side(received),
        }
    }

    /// Which line: `method`, `path`, `query`, `header`, `signed headers`, `payload hash`, and of
    /// the string to sign `date` and `scope`.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// The line as it was signed, its secrets hidden; empty where there is none.
    ///
    /// ```
    /// # use countersign::explain;
    /// # use countersign::{Credentials, PayloadHash, Signer, Timestamp};
    /// # let mut request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?.sign(&mut request, PayloadHash::EMPTY, "2026-01-01T12:00:00Z".parse::<Timestamp>()?)?;
    /// // The request as it arrived behind a proxy.
    /// let mut captured = request.clone();
    /// captured.headers_mut().insert("host", "10.0.0.7".parse()?);
    /// let diagnosis = explain::compare(&request, &captured, "s3");
    /// let signed = diagnosis.findings()[0].difference().map(|line| line.signed());
    /// assert_eq!(signed, Some("host:bucket.s3.amazonaws.com"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn signed(&self) -> &str {
        &self.signed.hidden
    }

    /// The line as the other side has it, its secrets hidden; empty where there is none.
    pub fn received(&self) -> &str {
        &self.received.hidden
    }

    /// At which character, counted from 0, the two differ as they are shown; `None` where what is
    /// hidden differs.
    pub fn position(&self) -> Option<usize> {
        first_difference(self.signed(), self.received())
    }

    fn print(&self, f: &mut fmt::Formatter<'_>, expose: bool) -> fmt::Result {
        let (signed, received) = if expose {
            (self.signed.exposed.as_str(), self.received.exposed.as_str())
        } else {
            (self.signed(), self.received())
        };
        let at = first_difference(signed, received);
        // A long line is shown from a little before the place.
        let skipped = at
            .filter(|&at| at >= WIDTH * 2 / 3)
            .map_or(0, |at| at - WIDTH / 3);
        let margin = self.part.chars().count();
        for (i, (label, text)) in [("signed", signed), ("received", received)]
            .iter()
            .enumerate()
        {
            let part = if i == 0 { self.part.as_str() } else { "" };
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
        match at {
            Some(at) => {
                let indent = margin + at - skipped + usize::from(skipped > 0);
                writeln!(f, "    {:indent$}            ^", "")
            }
            None => writeln!(
                f,
                "    {:margin$}            (what is not shown differs)",
                ""
            ),
        }
    }
}

/// How many findings there are at most, of an answer in bad faith.
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

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Difference")
            .field("part", &self.part)
            .field("signed", &self.signed.hidden)
            .field("received", &self.received.hidden)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(part: &str, signed: &str, received: &str) -> String {
        let difference = Difference::plain(part, signed, received, &Secrets::default());
        let finding = Finding::with(Cause::PathChanged, difference);
        let printed = Diagnosis::new(vec![finding]).to_string();
        let lines: Vec<&str> = printed.lines().collect();
        let [_, signed, received, mark, _] = lines.as_slice() else {
            panic!("{printed}");
        };
        format!("{signed}\n{received}\n{mark}")
    }

    /// 96 characters of a line are shown, and a mark for what is left out before and behind.
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
        // From the 65th character on, a line begins 32 before the place.
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
    fn where_two_lines_differ() {
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
        let mark = "                    (what is not shown differs)";
        assert_eq!(text.lines().last(), Some(mark));
    }

    #[test]
    fn what_debug_shows() {
        let difference = Difference::plain("path", "/a", "/b", &Secrets::default());
        let finding = Finding::with(Cause::PathChanged, difference);
        let code = Some("Code".to_owned());
        let diagnosis = Diagnosis::new(vec![finding]).answered(code, Some(403));
        assert_eq!(
            format!("{diagnosis:?}"),
            "Diagnosis { code: Some(\"Code\"), status: Some(403), findings: [Finding { cause: \
             PathChanged, difference: Some(Difference { part: \"path\", signed: \"/a\", received: \
             \"/b\" }) }] }"
        );
    }

    #[test]
    fn causes_stand_apart() {
        let findings = [Cause::PathChanged, Cause::QueryOrder, Cause::PathChanged];
        let diagnosis = Diagnosis::new(findings.map(Finding::new).to_vec());
        let wanted = format!(
            "Likely cause: {}\nWhat to do: {}\n\nBesides: {}\nWhat to do: {}\n",
            Cause::PathChanged,
            Cause::PathChanged.advice(),
            Cause::QueryOrder,
            Cause::QueryOrder.advice()
        );
        assert_eq!(diagnosis.to_string(), wanted);
    }
}
