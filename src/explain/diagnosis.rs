//! The result: causes, with the lines that show them.

use std::fmt;

use super::cause::Cause;
use super::difference::Difference;
use super::text::shown;

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

/// The largest number of findings, for a response in bad faith.
pub(super) const MOST: usize = 16;

#[cfg(test)]
mod tests {
    use super::super::secrets::Secrets;
    use super::*;

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
