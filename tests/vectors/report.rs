//! What ran, what failed, and where.

use std::fmt::{Debug, Write as _};

use serde_json::Value;

/// One case while it runs.
pub struct Case<'a> {
    pub case: &'a Value,
    pub input: &'a Value,
    pub expected: &'a Value,
    failures: Vec<String>,
    waits: bool,
}

impl Case<'_> {
    /// Holds a field of `expected` against what the crate made.
    pub fn check<T: PartialEq + Debug>(&mut self, field: &str, expected: T, actual: T) {
        if expected != actual {
            self.failures.push(format!(
                "{field}\n    expected {expected:?}\n    actual   {actual:?}"
            ));
        }
    }

    /// Part of the case waits for something that is not there.
    #[allow(dead_code, reason = "with all features nothing is missing")]
    pub fn wait(&mut self) {
        self.waits = true;
    }

    /// A failure that is not a difference.
    pub fn fail(&mut self, what: impl Into<String>) {
        self.failures.push(what.into());
    }
}

/// All topics.
#[derive(Default)]
pub struct Report {
    lines: String,
    failures: String,
    cases: usize,
    failed: usize,
}

impl Report {
    pub fn topic(&mut self, topic: &str, cases: &[Value], run: fn(&mut Case<'_>)) {
        let mut failed = 0;
        let mut waiting = String::new();
        for case in cases {
            let id = case["id"].as_str().unwrap();
            let (input, expected) = (&case["input"], &case["expected"]);
            let mut running = Case {
                case,
                input,
                expected,
                failures: Vec::new(),
                waits: false,
            };
            run(&mut running);
            if running.waits {
                write!(waiting, ", {id} waits for more").unwrap();
            }
            failed += usize::from(!running.failures.is_empty());
            for failure in &running.failures {
                writeln!(self.failures, "{id}: {failure}").unwrap();
            }
        }
        writeln!(
            self.lines,
            "{topic}: {} cases, {failed} failed{waiting}",
            cases.len()
        )
        .unwrap();
        self.cases += cases.len();
        self.failed += failed;
    }

    pub fn unknown(&mut self, topic: &str, cases: usize) {
        writeln!(self.lines, "{topic}: not known here, {cases} cases not run").unwrap();
    }

    pub fn cases(&self) -> usize {
        self.cases
    }

    pub fn failed(&self) -> usize {
        self.failed
    }

    pub fn text(&self) -> String {
        let Self {
            failures,
            lines,
            cases,
            failed,
        } = self;
        format!("\n{failures}{lines}vectors: {cases} cases, {failed} failed\n")
    }
}
