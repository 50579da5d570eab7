//! The crates whose types are in the public API: std and `http`, in the bodies of the features
//! `http-body` and `tower` also `http-body` and `bytes`, in the layers the traits of `tower-layer`
//! and `tower-service`, and `time` with the feature `time-03`. A type of any other crate would tie
//! users to its version.
//!
//! `docs/public-api.txt` is the output of `cargo public-api`. CI compares it with the code.

const API: &str = include_str!("../../docs/public-api.txt");

/// The first segments of all paths in a line, except for `Self::Item` and `B::Error`.
fn crates(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
    let paths = words.filter_map(|word| word.split_once("::"));
    let firsts = paths.map(|(first, _)| first);
    firsts.filter(|first| first.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[test]
fn the_public_api_has_types_of_few_crates() {
    assert!(API.lines().count() > 1000);
    let mut bodies = 0;
    for line in API.lines() {
        let of_bodies = ["ChunkedBody<", "VerifiedBody<"]
            .iter()
            .any(|name| line.contains(&format!("countersign::chunked::{name}")))
            || line.contains("countersign::resign::ResignedBody<");
        let of_layers = line.contains("countersign::tower::");
        for name in crates(line) {
            match name {
                "countersign" | "core" | "alloc" | "std" | "http" | "time" => {}
                "http_body" | "bytes" if of_bodies || of_layers => bodies += 1,
                "tower_layer" | "tower_service" if of_layers => {}
                // A bound that its macro writes. Users cannot name it.
                "pin_project_lite" if line.contains("core::marker::Unpin for") => {}
                _ => panic!("{name} in {line}"),
            }
        }
    }
    assert!(bodies > 0);
}
