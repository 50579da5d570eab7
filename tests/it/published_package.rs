//! Published packages that contain AWS's test suites.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The folder of a published package that `Cargo.lock` names. Cargo downloads it if necessary.
pub fn folder(name: &str, version: &str) -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let metadata = |how: &[&str]| {
        Command::new(&cargo)
            .args(["metadata", "--format-version", "1", "--manifest-path"])
            .arg(&manifest)
            .args(how)
            .output()
            .unwrap()
    };
    // Offline first. After a clean clone, packages of other platforms are not downloaded yet.
    let mut output = metadata(&["--locked", "--offline"]);
    if !output.status.success() {
        output = metadata(&["--locked"]);
    }
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|package| package["name"] == name && package["version"] == version)
        .unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().to_owned()
}
