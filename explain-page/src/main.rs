//! Reads pasted text as JSON from standard input and writes the explanation to standard output.
//! The page runs this program, compiled to WebAssembly.

use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    let output = countersign_explain_page::explain(&input);
    io::stdout().write_all(output.as_bytes())
}
