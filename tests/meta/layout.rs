//! The floors of the house: what a file may import.
//!
//! The table is read from left to right and from top to bottom, and a file imports only what
//! stands before it: from a lower floor, or from further left on its own. From the signer up
//! nobody imports a neighbour. `bearer` signs nothing and stands apart, on the nouns; `guide` is text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const FLOORS: [&[&str]; 10] = [
    &["encode", "amz_date", "list"],
    &[
        "error",
        "signature",
        "payload",
        "service",
        "scope",
        "credentials",
        "request",
        "access_key_id",
        "service_error",
        "xml",
        "partition",
    ],
    &["canonical", "string_to_sign"],
    &["key"],
    &["attach", "authorization", "presigned"],
    &["identity"],
    &["signer", "verify", "to_sign"],
    &["sigv4a"],
    &[
        "presigner",
        "chunked",
        "event_stream",
        "sts",
        "codeartifact",
        "tokens",
        "post_policy",
        "s3_express",
        "explain",
    ],
    &["legacy"],
];
/// From here up, nobody imports a neighbour.
const VERBS: usize = 6;
/// What stands apart imports from here and below, and only the highest floor imports it.
const NOUNS: usize = 1;
const APART: [&str; 2] = ["bearer", "guide"];

/// Where a module stands: its floor, and how far to the right.
fn place(module: &str) -> Option<(usize, usize)> {
    FLOORS.iter().enumerate().find_map(|(floor, modules)| {
        let position = modules.iter().position(|name| *name == module)?;
        Some((floor, position))
    })
}

fn may_import(module: &str, imported: &str) -> bool {
    let Some((floor, position)) = place(imported) else {
        // Of what stands apart, the highest floor may use the types.
        return APART.contains(&imported) && place(module).is_some_and(|(own, _)| own > VERBS);
    };
    if APART.contains(&module) {
        return floor <= NOUNS;
    }
    place(module).is_some_and(|(own, own_position)| {
        floor < own || (floor == own && own < VERBS && position < own_position)
    })
}

/// The text of a file without its tests, comments and literals of text.
fn code(text: &str) -> String {
    let code = text
        .find("#[cfg(test)]\nmod tests")
        .map_or(text, |tests| &text[..tests]);
    let lines = code.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// The first names behind `prefix`, wherever it stands: of `crate::{a::b, c}` these are `a` and `c`.
fn names_behind(prefix: &str, code: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
        text[..end.unwrap_or(text.len())].to_owned()
    };
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.push(name(rest));
            continue;
        };
        let mut depth = 0;
        let mut expected = true;
        for (i, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => expected = true,
                c if expected && !c.is_whitespace() => {
                    names.push(name(&group[i..]));
                    expected = false;
                }
                _ => {}
            }
        }
    }
    names
}

/// Every file in `src/` but the root, as its module and its code.
fn sources() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![src.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let file = path.strip_prefix(&src).unwrap().with_extension("");
            let file = file.to_str().unwrap().replace('\\', "/");
            if file != "lib" {
                sources.push((file, code(&std::fs::read_to_string(&path).unwrap())));
            }
        }
    }
    sources.sort();
    sources
}

/// The modules that the crate's root gives names to: `pub use scope::CredentialScope;`.
fn reexports() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let root = code(&std::fs::read_to_string(root).unwrap());
    let mut names = BTreeMap::new();
    for line in root.split(';') {
        let Some((_, path)) = line.split_once("pub use ") else {
            continue;
        };
        let (module, items) = path.split_once("::").unwrap();
        for item in items.split(['{', '}', ',', ':']) {
            let item = item.trim();
            if !item.is_empty() {
                names.insert(item.to_owned(), module.trim().to_owned());
            }
        }
    }
    names
}

/// What a file imports from the rest of the crate.
fn imports(file: &str, code: &str, reexports: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut names = names_behind("crate::", code);
    // The root is as many steps up as the file's name has parts.
    let root = "super::".repeat(file.split('/').count());
    names.extend(names_behind(&root, code));
    names
        .into_iter()
        .map(|name| reexports.get(&name).cloned().unwrap_or(name))
        .collect()
}

#[test]
fn imports_point_down() {
    let reexports = reexports();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (file, code) in sources() {
        let module = file.split('/').next().unwrap();
        assert!(
            place(module).is_some() || APART.contains(&module),
            "src/{file}.rs has no floor: give it one in tests/floors.rs and in docs/design.md"
        );
        for imported in imports(&file, &code, &reexports) {
            seen += 1;
            if imported != module && !may_import(module, &imported) {
                wrong.push(format!("src/{file}.rs imports `{imported}`"));
            }
        }
    }
    assert!(seen > 50, "only {seen} imports were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_of_the_table_exists() {
    let modules: BTreeSet<String> = sources()
        .into_iter()
        .map(|(file, _)| file.split('/').next().unwrap().to_owned())
        .collect();
    for module in FLOORS.iter().copied().flatten().chain(&APART) {
        assert!(modules.contains(*module), "there is no src/{module}.rs");
    }
}

#[test]
fn no_file_is_called_mod() {
    for (file, _) in sources() {
        assert!(!file.ends_with("/mod"), "src/{file}.rs");
    }
}

/// `docs/design.md` has the same table, for people: `| 0 bytes | encode, amz_date, list | … |`.
#[test]
fn the_design_says_the_same() {
    let design = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/design.md");
    let Ok(design) = std::fs::read_to_string(design) else {
        return; // Not in the published package's tests.
    };
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in design.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let floor = cells[0].split_whitespace().next().unwrap_or_default();
        if cells.len() < 2 || !(floor == "apart" || floor.parse::<usize>().is_ok()) {
            continue;
        }
        // Without what is in brackets, and without the rooms of a house.
        let files = cells[1].split('(').next().unwrap().split(',');
        let files = files
            .map(|file| {
                file.trim()
                    .trim_matches('`')
                    .trim_end_matches(".rs")
                    .to_owned()
            })
            .filter(|file| !file.is_empty() && !file.contains('/'));
        told.entry(floor.to_owned()).or_default().extend(files);
    }
    let owned = |modules: &[&str]| modules.iter().map(|name| (*name).to_owned()).collect();
    let mut table: BTreeMap<String, BTreeSet<String>> = FLOORS
        .iter()
        .enumerate()
        .map(|(floor, modules)| (floor.to_string(), owned(modules)))
        .collect();
    table.insert("apart".to_owned(), owned(&APART));
    assert_eq!(told, table);
}

#[test]
fn the_reader_reads() {
    let reexports = BTreeMap::from([("Error".to_owned(), "error".to_owned())]);
    let text = "use crate::Error;\nuse crate::{a::{b, c}, d, e::f};\n// crate::comment\n\
        fn x() { crate::g::h(); super::i(); $crate::j; }\n#[cfg(test)]\nmod tests { use crate::k; }";
    let expected = ["a", "d", "e", "error", "g", "i", "j"].map(str::to_owned);
    assert!(
        imports("file", &code(text), &reexports)
            .iter()
            .eq(&expected[..])
    );
    // In a room, `super` is the house and `super::super` the root.
    let found = imports("house/room", "super::i; super::super::j;", &reexports);
    assert!(found.iter().eq(&["j".to_owned()]));
    assert!(may_import("signer", "identity") && may_import("amz_date", "encode"));
    assert!(!may_import("encode", "amz_date") && !may_import("signer", "verify"));
    assert!(!may_import("verify", "signer") && !may_import("sts", "tokens"));
    assert!(may_import("legacy", "post_policy") && !may_import("post_policy", "legacy"));
    assert!(may_import("bearer", "error") && !may_import("bearer", "canonical"));
    assert!(!may_import("identity", "signer") && !may_import("signer", "bearer"));
}
