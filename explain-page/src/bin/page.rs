//! Assembles the page: `page PROGRAM.wasm >explain.html`.
//!
//! Style, script and program become part of one file. The policy of the page names the hashes of
//! the style and the script, and allows nothing else: no connection, no picture, no form.

#[cfg(not(target_family = "wasm"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    use sha2::{Digest as _, Sha256};
    use std::io::Write as _;

    let path = std::env::args_os()
        .nth(1)
        .ok_or("usage: page PROGRAM.wasm")?;
    let program = BASE64_STANDARD.encode(std::fs::read(path)?);
    let style = include_str!("../../page/style.css");
    let script = include_str!("../../page/script.js").replace("{{program}}", &program);
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; script-src {} 'wasm-unsafe-eval'; style-src {}; \
         base-uri 'none'; form-action 'none'",
        hash(&script),
        hash(style)
    );
    let page = include_str!("../../page/page.html")
        .replace("{{policy}}", &policy)
        .replace("{{style}}", style)
        .replace("{{script}}", &script);
    Ok(std::io::stdout().write_all(page.as_bytes())?)
}

#[cfg(target_family = "wasm")]
fn main() {}
