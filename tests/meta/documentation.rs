//! Every public item has an example of its own, which runs; that of a function calls it.

use std::path::{Path, PathBuf};

/// Items that nobody can name, so that no example can: by file and name, with the reason.
const EXCEPTIONS: [(&str, &str, &str); 4] = [
    (
        "key.rs",
        "Key",
        "seals the signers' keys, in a module that is private",
    ),
    ("request.rs", "Sealed", "seals `HttpRequest`"),
    ("verify/key.rs", "Sealed", "seals `VerifyingKey`"),
    (
        "verify/key.rs",
        "KeyMaterial",
        "what `VerificationKey` wraps, in a module that is private",
    ),
];

/// Every program below `src`, by its path from there.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut sources) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                sources.push((name.to_owned(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    sources.sort();
    sources
}

struct Item<'a> {
    kind: &'a str,
    name: &'a str,
    /// What stands between the fences of its documentation.
    example: String,
}

impl Item<'_> {
    /// Whether the example is there, and calls it if it is a function.
    fn is_shown(&self) -> bool {
        if self.kind == "fn" {
            calls(&self.example, self.name)
        } else {
            !self.example.is_empty()
        }
    }
}

/// The public functions, types, traits and constants of a program, without its tests.
fn items(text: &str) -> Vec<Item<'_>> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    let (mut items, mut documentation) = (Vec::new(), Vec::new());
    for line in code.lines().map(str::trim) {
        if let Some(line) = line.strip_prefix("///") {
            documentation.push(line.trim());
        } else if let Some((kind, name)) = public(line) {
            let example = example(&documentation);
            items.push(Item {
                kind,
                name,
                example,
            });
            documentation.clear();
        } else if line.is_empty() {
            // What was documented was not public.
            documentation.clear();
        }
    }
    items
}

/// What kind of public item a line begins, and its name.
fn public(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("pub ")?;
    let line = match line.strip_prefix("const fn ") {
        Some(_) => line.strip_prefix("const ")?,
        None => line,
    };
    let (kind, rest) = line.split_once(' ')?;
    let name = rest.split(|c: char| !is_of_a_word(c)).next()?;
    let is_item = matches!(kind, "fn" | "struct" | "enum" | "trait" | "const" | "type");
    is_item.then_some((kind, name))
}

fn example(documentation: &[&str]) -> String {
    let (mut inside, mut example) = (false, String::new());
    for line in documentation {
        if line.starts_with("```") {
            // A fence with a word is no program, but for Rust's own.
            inside = !inside && matches!(*line, "```" | "```rust");
        } else if inside {
            example.push_str(line);
            example.push('\n');
        }
    }
    example
}

fn calls(example: &str, name: &str) -> bool {
    example.match_indices(name).any(|(at, _)| {
        let before = example[..at].chars().next_back();
        let behind = &example[at + name.len()..];
        let call = behind.starts_with('(') || behind.starts_with("::<");
        call && !before.is_some_and(is_of_a_word)
    })
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn every_public_item_has_an_example() {
    let sources = sources();
    let (mut found, mut silent) = (0, Vec::new());
    for (path, text) in &sources {
        for item in items(text) {
            found += 1;
            if !item.is_shown() {
                silent.push((path.as_str(), item.name));
            }
        }
    }
    assert!(found > 500, "only {found} items were found");
    let exceptions = EXCEPTIONS.map(|(path, name, _)| (path, name));
    assert_eq!(silent, exceptions, "items without an example of their own");
}

/// Of those in files; the pages of the guide are text alone, and run.
#[test]
fn every_public_module_has_an_example() {
    let sources = sources();
    let (mut found, mut silent) = (0, Vec::new());
    for (parent, text) in &sources {
        let folder = match parent.as_str() {
            "lib.rs" => String::new(),
            parent => parent.replace(".rs", "/"),
        };
        for module in text.lines().filter_map(public_module) {
            let path = format!("{folder}{module}.rs");
            let (_, text) = sources.iter().find(|(known, _)| *known == path).unwrap();
            let documentation: Vec<&str> = text
                .lines()
                .filter_map(|line| line.strip_prefix("//!"))
                .map(str::trim)
                .collect();
            found += 1;
            if example(&documentation).is_empty() {
                silent.push(path);
            }
        }
    }
    assert!(found > 12, "only {found} modules were found");
    assert_eq!(silent, ["guide.rs"], "modules without an example");
}

fn public_module(line: &str) -> Option<&str> {
    line.strip_prefix("pub mod ")?.strip_suffix(';')
}

#[test]
fn the_reader_reads() {
    let text = "/// ```\n/// a.one(1);\n/// # b::two::<u8>();\n/// ```\n/// three()\n/// ```text\n\
        /// four()\n/// ```\n#[must_use]\npub const fn five<T>() {}\n    pub struct Six;\n\
        /// ```\n/// let seven = Seven(7);\n/// ```\nstruct Seven(u8);\n\npub const EIGHT: u8 = 8;\n\
        pub(crate) fn nine() {}\npub mod ten {}\n#[cfg(test)]\nmod tests { \npub fn eleven() {} }";
    let found = items(text);
    let kinds: Vec<_> = found.iter().map(|item| (item.kind, item.name)).collect();
    assert_eq!(
        kinds,
        [("fn", "five"), ("struct", "Six"), ("const", "EIGHT")]
    );
    let five = &found[0].example;
    assert!(calls(five, "one") && calls(five, "two"));
    assert!(!calls(five, "three") && !calls(five, "four") && !calls(five, "on"));
    // An example that does not call the function, and none.
    assert!(found.iter().all(|item| !item.is_shown()));
    let shown =
        "/// ```\n/// new()\n/// ```\npub fn new() {}\n/// ```\n/// A\n/// ```\npub struct A;";
    assert!(items(shown).iter().all(Item::is_shown));
}
