//! The examples of this package, which its tests start as servers.

use std::path::Path;
use std::process::Command;

/// Builds an example, and returns the command that runs it.
pub fn example(name: &str) -> Command {
    let status = cargo("build", name).status().expect("cargo starts");
    assert!(status.success(), "the example {name} builds");
    cargo("run", name)
}

fn cargo(verb: &str, example: &str) -> Command {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([verb, "-q", "--example", example, "--manifest-path"]);
    cargo.arg(manifest);
    // Cargo sets these for a test. Dependencies that read them would be built again for each example.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}
