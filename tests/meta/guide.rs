//! The guide: `docs/guide/*.md`, which `src/guide.rs` includes.

use std::path::Path;

fn pages() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide");
    let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let pages = files.map(|file| {
        let name = file
            .path()
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        (name, std::fs::read_to_string(file.path()).unwrap())
    });
    pages.collect()
}

#[test]
fn every_page_is_in_the_guide_and_in_its_table() {
    let guide = include_str!("../../src/guide.rs");
    let pages = pages();
    assert!(pages.len() > 12);
    for (name, _) in pages {
        assert!(guide.contains(&format!("//! | [`{name}`] | ")), "{name}");
        let module = format!("include_str!(\"../docs/guide/{name}.md\")]\npub mod {name} {{}}");
        assert!(guide.contains(&module), "{name}");
    }
}

/// rustdoc treats a fence without a language as Rust. GitHub shows it without colors.
#[test]
fn every_fence_of_the_guide_names_its_language() {
    for (name, text) in pages() {
        let fences = text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.starts_with("```"));
        for (number, fence) in fences.step_by(2) {
            assert!(fence.len() > 3, "docs/guide/{name}.md, line {}", number + 1);
        }
    }
}
