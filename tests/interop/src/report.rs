//! Counts that stay visible when the test passes.

use std::io::Write;

/// Writes one line to standard output. The test harness swallows what `println!` says in a test
/// that passes; a count nobody sees proves nothing.
pub fn line(text: &str) {
    // A closed standard output is no reason to fail a test.
    let _ = writeln!(std::io::stdout(), "{text}");
}
