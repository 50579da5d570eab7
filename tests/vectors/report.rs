//! Counts and failures of a run.

use std::any::Any;
use std::fmt::{Debug, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

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
    /// Compares a field of `expected` with the actual value.
    pub fn check<T: PartialEq + Debug>(&mut self, field: &str, expected: T, actual: T) {
        if expected != actual {
            self.failures.push(format!(
                "{field}\n    expected {expected:?}\n    actual   {actual:?}"
            ));
        }
    }

    /// A part of the case is not supported yet.
    #[allow(dead_code, reason = "with all features nothing is missing")]
    pub fn wait(&mut self) {
        self.waits = true;
    }

    /// A failure that is not a difference of values.
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
        for (i, case) in cases.iter().enumerate() {
            let number = format!("{topic}, case {}", i + 1);
            let id = case["id"].as_str().unwrap_or(&number);
            let (input, expected) = (&case["input"], &case["expected"]);
            let mut running = Case {
                case,
                input,
                expected,
                failures: Vec::new(),
                waits: false,
            };
            let result = catch_unwind(AssertUnwindSafe(|| run(&mut running)));
            if let Err(panic) = result {
                running.fail(format!("panic: {}", message(&*panic)));
            }
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

    /// A file without cases is a failure.
    pub fn unreadable(&mut self, file: &str, why: &str) {
        writeln!(self.failures, "{file}: {why}").unwrap();
        self.cases += 1;
        self.failed += 1;
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

/// The message of a panic.
fn message(panic: &(dyn Any + Send)) -> &str {
    if let Some(text) = panic.downcast_ref::<String>() {
        text
    } else if let Some(text) = panic.downcast_ref::<&str>() {
        text
    } else {
        "without a message"
    }
}
