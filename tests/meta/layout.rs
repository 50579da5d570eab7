//! The floors of `src/`: which folder may import which.
//!
//! A folder is a unit: `src/verify.rs` and everything in `src/verify/`. It imports only from lower
//! floors, and units of one floor do not import each other. `docs/design.md` has the same table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::sources::sources;

/// The units of each floor, lowest first.
const FLOORS: [&[&str]; 11] = [
    &["primitives"],
    &["crypto", "timestamp"],
    &["error"],
    &["request", "credentials", "service"],
    &["sigv4"],
    &["sign", "verify"],
    &[
        "address",
        "aws_call",
        "chunked",
        "event_stream",
        "post_policy",
        "sigv4a",
        "tokens",
    ],
    &[
        "cloudfront",
        "codeartifact",
        "console",
        "ecr",
        "explain",
        "legacy",
        "redshift",
        "s3",
        "signin",
        "sts",
    ],
    &["sources"],
    &["clock_skew", "resign"],
    &["tower"],
];
/// The highest floor that a unit in `APART` imports from.
const NOUNS: usize = 3;
/// The lowest floor that imports from a unit in `APART`.
const BUILT_ON_SIGNING: usize = 6;
/// `bearer` signs nothing, and `guide` is text.
const APART: [&str; 2] = ["bearer", "guide"];

/// Imports that break the rule, by file and import, with the reason. Each must exist: delete the
/// line when the import is gone.
const EXCEPTIONS: [(&str, &str, &str); 0] = [];

/// Files of one folder that import each other, with the reason. Each must exist.
const CIRCLES: [(&str, &str); 0] = [];

/// The files of `src/` by module path, `verify/claim` for `src/verify/claim.rs`. The root is "".
struct House(BTreeMap<String, String>);

/// A path of a `use` declaration or of an expression, beginning with `crate`, `super` or `self`.
#[derive(Clone, Debug, PartialEq)]
struct Reference {
    segments: Vec<String>,
    /// The name that a `use` declaration gives to the path.
    name: String,
}

/// The text of a file without its tests and comments.
fn code(text: &str) -> String {
    let code = text
        .find("#[cfg(test)]\nmod tests")
        .map_or(text, |tests| &text[..tests]);
    let lines = code.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Expands the tree at the start of a text: `a::{b, c as d}` is `a::b` and `a::c`, named `d`.
fn expand(tree: &str, before: &[String], found: &mut Vec<Reference>) {
    let mut segments = before.to_vec();
    let mut rest = tree.trim_start();
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            for part in parts(group) {
                expand(part, &segments, found);
            }
            return;
        }
        let end = rest.find(|c| !is_of_a_word(c)).unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        segments.push(rest[..end].to_owned());
        rest = &rest[end..];
        let Some(next) = rest.strip_prefix("::") else {
            break;
        };
        rest = next;
    }
    // `self` in a group is the group's own path.
    if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
        segments.pop();
    }
    let alias = rest.trim_start().strip_prefix("as ").map(|alias| {
        let end = alias.find(|c| !is_of_a_word(c)).unwrap_or(alias.len());
        alias[..end].to_owned()
    });
    if let Some(name) = alias.or_else(|| segments.last().cloned()) {
        found.push(Reference { segments, name });
    }
}

/// The parts of a group in braces. The opening brace is already removed.
fn parts(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// All paths in a text that start with `crate::`, `super::` or `self::`.
fn references(code: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if !before.is_some_and(|c| is_of_a_word(c) || c == ':') {
                expand(&code[at..], &[], &mut found);
            }
        }
    }
    found
}

/// The names that the `use` declarations of a file import, whatever their visibility.
fn uses(code: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    for line in code.split_inclusive(';') {
        let Some((before, tree)) = line.rsplit_once("use ") else {
            continue;
        };
        let is_declaration = before
            .rsplit(['\n', ';', ']', '}'])
            .next()
            .is_some_and(|start| {
                let start = start.trim();
                start.is_empty() || start.starts_with("pub")
            });
        if is_declaration {
            expand(tree, &[], &mut found);
        }
    }
    found
}

impl House {
    fn read() -> Self {
        let files = sources().into_iter().map(|(path, text)| {
            let module = path.trim_end_matches(".rs");
            let module = if module == "lib" { "" } else { module };
            (module.to_owned(), code(&text))
        });
        Self(files.collect())
    }

    fn child(&self, module: &str, name: &str) -> Option<String> {
        let child = if module.is_empty() {
            name.to_owned()
        } else {
            format!("{module}/{name}")
        };
        self.0.contains_key(&child).then_some(child)
    }

    /// The file that defines the item of a path in `module`, through all re-exports. `None` for an
    /// item of another crate.
    fn file_of(&self, module: &str, path: &[String], steps: usize) -> Option<String> {
        let mut current = module.to_owned();
        let mut path = path.iter();
        let mut is_first = true;
        while let Some(segment) = path.next() {
            match segment.as_str() {
                "crate" => current.clear(),
                "self" => {}
                "super" => {
                    let up = current.rfind('/').unwrap_or(0);
                    current.truncate(up);
                }
                name => {
                    if let Some(child) = self.child(&current, name) {
                        current = child;
                    } else if is_first {
                        return None;
                    } else {
                        let brought = uses(&self.0[&current]);
                        let brought = brought.iter().find(|it| it.name == name);
                        let (Some(brought), true) = (brought, steps > 0) else {
                            return Some(current);
                        };
                        let mut longer = brought.segments.clone();
                        longer.extend(path.cloned());
                        return self.file_of(&current, &longer, steps - 1);
                    }
                }
            }
            is_first = false;
        }
        Some(current)
    }

    /// The files that a file refers to.
    fn imports(&self, file: &str) -> BTreeSet<String> {
        let references = references(&self.0[file]);
        let files = references
            .iter()
            .filter_map(|reference| self.file_of(file, &reference.segments, 8));
        files.filter(|imported| imported != file).collect()
    }
}

/// The unit that a file belongs to: the longest that matches, also if it is not in the table.
fn unit(file: &str) -> &str {
    let of_table = FLOORS.iter().copied().flatten().chain(&APART).copied();
    of_table
        .filter(|unit| {
            let rest = file.strip_prefix(unit);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .max_by_key(|unit| unit.len())
        .unwrap_or_else(|| file.split('/').next().unwrap())
}

fn floor(unit: &str) -> Option<usize> {
    FLOORS.iter().position(|units| units.contains(&unit))
}

fn may_import(unit: &str, imported: &str) -> bool {
    match (floor(unit), floor(imported)) {
        (Some(own), Some(other)) => other < own,
        (None, Some(other)) => APART.contains(&unit) && other <= NOUNS,
        (Some(own), None) => APART.contains(&imported) && own >= BUILT_ON_SIGNING,
        (None, None) => false,
    }
}

#[test]
fn a_folder_imports_only_from_lower_floors() {
    let house = House::read();
    let (mut wrong, mut seen) = (BTreeSet::new(), 0);
    for file in house.0.keys().filter(|file| !file.is_empty()) {
        let own = unit(file);
        assert!(
            floor(own).is_some() || APART.contains(&own),
            "src/{file}.rs has no floor: add `{own}` to FLOORS in tests/meta/layout.rs and to the \
             table in docs/design.md"
        );
        for imported in house.imports(file) {
            seen += 1;
            let other = unit(&imported);
            if other != own && !may_import(own, other) {
                wrong.insert((file.clone(), imported));
            }
        }
    }
    assert!(seen > 300, "only {seen} imports were found");
    let expected = EXCEPTIONS.map(|(file, imported, _)| (file.to_owned(), imported.to_owned()));
    assert_eq!(wrong, BTreeSet::from(expected), "imports that point upward");
}

#[test]
fn files_of_a_folder_do_not_import_each_other_in_a_circle() {
    let house = House::read();
    // For each folder, the imports of each file. A folder in a folder counts as one file. Items in
    // the folder's own file, such as `verify.rs` for `verify/`, belong to all files of the folder.
    let mut folders: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for file in house.0.keys() {
        for imported in house.imports(file) {
            let (own, other): (Vec<_>, Vec<_>) =
                (file.split('/').collect(), imported.split('/').collect());
            let common = own.iter().zip(&other).take_while(|(a, b)| a == b).count();
            if common == 0 || common == own.len() || common == other.len() {
                continue;
            }
            let needs = folders.entry(own[..common].join("/")).or_default();
            let needs = needs.entry(own[common].to_owned()).or_default();
            needs.insert(other[common].to_owned());
        }
    }
    assert!(folders.len() > 8, "only {} folders", folders.len());
    let mut circles = BTreeSet::new();
    for (folder, needs) in &folders {
        for (file, direct) in needs {
            let (mut reached, mut next) = (BTreeSet::new(), Vec::from_iter(direct));
            while let Some(other) = next.pop() {
                if reached.insert(other) {
                    next.extend(needs.get(other).into_iter().flatten());
                }
            }
            if reached.contains(file) {
                circles.insert(format!("{folder}/{file}"));
            }
        }
    }
    let expected = CIRCLES.map(|(file, _)| file.to_owned());
    assert_eq!(circles, BTreeSet::from(expected), "files in a circle");
}

/// Crates for cryptography, and the only files that may use them.
const CALCULATING: [(&str, &[&str]); 7] = [
    ("sha1", &["primitives/"]),
    ("sha2", &["primitives/"]),
    ("hmac", &["primitives/"]),
    ("md5", &["primitives/"]),
    ("ecdsa", &["sigv4/asymmetric/"]),
    ("p256", &["sigv4/asymmetric/"]),
    ("aws_lc_rs", &["primitives/", "sigv4/asymmetric/"]),
];

#[test]
fn only_the_lowest_floor_names_a_hash_crate() {
    let house = House::read();
    for (name, places) in CALCULATING {
        let path = format!("{name}::");
        let mut seen = 0;
        for (file, code) in &house.0 {
            let named = code.match_indices(&path).any(|(at, _)| {
                let before = code[..at].chars().next_back();
                !before.is_some_and(|c| is_of_a_word(c) || c == ':')
            });
            let allowed = places.iter().any(|place| file.starts_with(place));
            assert!(!named || allowed, "src/{file}.rs names the crate {name}");
            seen += usize::from(named);
        }
        assert!(seen > 0, "no file names the crate {name}");
    }
}

#[test]
fn every_folder_of_the_table_exists() {
    let house = House::read();
    for unit in FLOORS.iter().copied().flatten().chain(&APART) {
        assert!(house.0.contains_key(*unit), "there is no src/{unit}.rs");
    }
}

#[test]
fn no_file_is_called_mod() {
    for file in House::read().0.keys() {
        assert!(
            file != "mod" && !file.ends_with("/mod"),
            "src/{file}.rs: name it like its folder, beside it"
        );
    }
}

/// A row of the document is ``| 4 | `sigv4` | … |``.
#[test]
fn the_design_has_the_same_floors() {
    let design = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/design.md");
    let Ok(design) = std::fs::read_to_string(design) else {
        return; // The published package has no docs.
    };
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in design.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        if cells.len() == 3 && (cells[0] == "apart" || cells[0].parse::<usize>().is_ok()) {
            let units = cells[1].split(", ").map(|unit| unit.trim_matches('`'));
            told.entry(cells[0].to_owned())
                .or_default()
                .extend(units.map(str::to_owned));
        }
    }
    let owned = |units: &[&str]| units.iter().map(|unit| (*unit).to_owned()).collect();
    let floors = FLOORS.iter().enumerate();
    let mut table: BTreeMap<String, BTreeSet<String>> = floors
        .map(|(floor, units)| (floor.to_string(), owned(units)))
        .collect();
    table.insert("apart".to_owned(), owned(&APART));
    assert_eq!(told, table);
}

#[test]
fn the_reader_follows_groups_and_reexports() {
    let text = |text: &str| code(text);
    let house = House(BTreeMap::from([
        (
            String::new(),
            text("mod a; pub use a::inner::{Thing, Other as Else};"),
        ),
        (
            "a".to_owned(),
            text("pub(crate) mod inner;\n#[cfg(x)]\npub use inner::Thing;\nfn own() {}"),
        ),
        ("a/inner".to_owned(), text("pub struct Thing; // crate::b")),
        (
            "b".to_owned(),
            text("use crate::a::{self, inner::{Thing}, own};"),
        ),
        ("c".to_owned(), text("fn f() { crate::Else::new(); }")),
        (
            "c/d".to_owned(),
            text("use super::super::a::Thing;\nuse http::Uri;\nuse super::f;"),
        ),
        (
            "e".to_owned(),
            text("$crate::a::own();\n#[cfg(test)]\nmod tests { use crate::b; }"),
        ),
    ]));
    let found = |file: &str| Vec::from_iter(house.imports(file));
    assert_eq!(found("b"), ["a", "a/inner"]);
    assert_eq!(found("c"), ["a/inner"]);
    assert_eq!(found("c/d"), ["a/inner", "c"]);
    assert_eq!(found("e"), ["a"]);
    assert!(found("a/inner").is_empty());

    assert_eq!(unit("sigv4/asymmetric/key"), "sigv4");
    assert_eq!(unit("sigv4a"), "sigv4a");
    assert!(may_import("sign", "sigv4") && !may_import("sigv4", "sign"));
    assert!(!may_import("verify", "sign") && !may_import("sts", "s3"));
    assert!(may_import("error", "timestamp") && !may_import("timestamp", "error"));
    assert!(may_import("bearer", "credentials") && !may_import("bearer", "sigv4"));
    assert!(may_import("codeartifact", "bearer") && !may_import("sign", "bearer"));
    assert!(!may_import("guide", "bearer") && !may_import("unknown", "error"));
}
