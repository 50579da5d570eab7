//! What countersign and its peers add to a build: crates, time and size. For each, the smallest
//! program that signs a request is built from scratch, which takes some minutes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

const CRATES: [&str; 5] = [
    "countersign",
    "aws-sigv4",
    "reqsign-aws-v4",
    "rusty-s3",
    "object_store",
];
/// The program that does nothing: the baseline.
const NOTHING: &str = "nothing";

fn main() -> io::Result<()> {
    let scratch = std::env::temp_dir().join(format!("countersign-size-{}", std::process::id()));
    let result = table(&scratch);
    fs::remove_dir_all(&scratch)?;
    result
}

fn table(scratch: &Path) -> io::Result<()> {
    let (nothing, _) = built(NOTHING, scratch)?;
    println!(
        "{:>16} {:>8} {:>10} {:>12}",
        "", "crates", "CPU s", "KiB added"
    );
    for name in CRATES {
        let (size, took) = built(name, scratch)?;
        let added = (size - nothing) as f64 / 1024.0;
        println!(
            "{name:>16} {:>8} {:>10.1} {added:>12.0}",
            crates(name)?,
            took.as_secs_f64()
        );
    }
    Ok(())
}

/// Builds a program in a directory of its own. Returns its size and the processor time of the
/// build.
fn built(name: &str, scratch: &Path) -> io::Result<(u64, Duration)> {
    let target = scratch.join(name);
    let mut build = cargo("build", name);
    build
        .args(["--release", "--offline", "--quiet", "--bin", name])
        .arg("--target-dir")
        .arg(&target);
    let before = spent()?;
    if !build.status()?.success() {
        return Err(io::Error::other(format!("{name} does not build")));
    }
    let took = spent()? - before;
    Ok((fs::metadata(target.join("release").join(name))?.len(), took))
}

/// The processor time of all child processes so far.
fn spent() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let (user, system) = (usage.user_time(), usage.system_time());
    let microseconds =
        1_000_000 * (user.tv_sec() + system.tv_sec()) + user.tv_usec() + system.tv_usec();
    Ok(Duration::from_micros(microseconds as u64))
}

/// The number of crates in the dependency tree, including the crate itself and not this package.
fn crates(name: &str) -> io::Result<usize> {
    let output = cargo("tree", name)
        .args(["-e", "normal", "--prefix", "none", "--format", "{p}"])
        .output()?;
    let tree = String::from_utf8_lossy(&output.stdout);
    let mut lines: Vec<_> = tree
        .lines()
        .skip(1)
        .map(|line| line.trim_end_matches(" (*)"))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    Ok(lines.len())
}

fn cargo(verb: &str, feature: &str) -> Command {
    let manifest: PathBuf = [env!("CARGO_MANIFEST_DIR"), "Cargo.toml"].iter().collect();
    let mut command = Command::new(env!("CARGO"));
    command
        .arg(verb)
        .arg("--manifest-path")
        .arg(manifest)
        .arg("--no-default-features");
    if feature != NOTHING {
        command.args(["--features", feature]);
    }
    command
}
