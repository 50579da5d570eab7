//! Counts that are printed also if the test passes.

use std::io::Write;

/// Writes a line to standard output directly, as the test harness captures the output of `println!`
/// in a test that passes.
pub fn line(text: &str) {
    // A closed standard output is no reason to fail a test.
    let _ = writeln!(std::io::stdout(), "{text}");
}
