//! Whose types a user of the crate meets: those of std, `http` and `time`, in the bodies of the
//! features `http-body` and `tower` those of `http-body` and `bytes`, and in the layers the traits of
//! `tower-layer` and `tower-service`. Any other crate could then not be
//! replaced, nor raised, without breaking its users.
//!
//! `docs/public-api.txt` is what `cargo public-api` lists; CI holds it against the code.

const API: &str = include_str!("../../docs/public-api.txt");

/// The first parts of all paths in a line, but for `Self::Item` and `B::Error`.
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
