//! `docs/edge-cases.md`: each row names tests that exist, and no test has a row's number for a
//! name.

use std::collections::BTreeSet;
use std::path::Path;

/// The tests of `tests/it`, as `chunked::only_verified_bytes_are_returned`.
fn tests() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let (mut folders, mut tests) = (vec![root.clone()], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let module = path.strip_prefix(&root).unwrap().with_extension("");
            let module = module.to_str().unwrap().replace(['/', '\\'], "::");
            let text = std::fs::read_to_string(&path).unwrap();
            for test in text.split("#[test]").skip(1) {
                let (_, name) = test.split_once("fn ").unwrap();
                let name = name.split('(').next().unwrap();
                assert!(
                    !begins_with_a_number(name),
                    "{module}::{name}: name the test after what it proves"
                );
                tests.insert(format!("{module}::{name}"));
            }
        }
    }
    tests
}

/// Whether a name is one such as `v03_two_hosts`.
fn begins_with_a_number(name: &str) -> bool {
    let number = name.split('_').next().unwrap_or_default();
    let digits = number.strip_prefix(['e', 'v']).unwrap_or_default();
    digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit())
}

#[test]
fn every_edge_case_has_tests_that_exist() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/edge-cases.md");
    let table = std::fs::read_to_string(table).unwrap();
    let tests = tests();
    let mut rows = BTreeSet::new();
    for line in table.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if !cells[0].starts_with(['e', 'v']) {
            continue;
        }
        assert_eq!(cells.len(), 5, "{line}");
        assert!(rows.insert(cells[0]), "duplicate row {}", cells[0]);
        for test in cells[3].split("<br>") {
            let test = test.trim_matches('`');
            assert!(
                tests.contains(test),
                "{}: there is no test {test:?}",
                cells[0]
            );
        }
    }
    assert!(rows.len() > 70, "only {} rows", rows.len());
}

#[test]
fn a_number_is_a_letter_and_two_digits() {
    assert!(begins_with_a_number("v03_two_hosts"));
    for name in ["v4", "v4_without_context", "e_03", "even_so", "escapes"] {
        assert!(!begins_with_a_number(name), "{name}");
    }
}
