//! Every public type that does something, every public module and every public verb has an example
//! that runs.
//!
//! A verb is a function that does the crate's work: a free function, or a method whose name begins
//! with a word of `VERBS`. The example of its type, or that of the page of a module around it, may
//! call it as well as its own. A variant such as `sign_raw` may link to its verb, `sign`, instead.
//! Getters, constructors, `with_…` and types that are data alone need no example.

use std::path::Path;

use crate::sources::sources;

/// The first words of the names of methods that do the crate's work.
const VERBS: [&str; 15] = [
    "accept",
    "attach",
    "authorize",
    "check",
    "compare",
    "decode",
    "derive",
    "encode",
    "explain",
    "parse",
    "presign",
    "refresh",
    "request",
    "sign",
    "verify",
];

/// Methods that are no verbs, although their names begin with one.
const GETTERS: [&str; 1] = ["request_id"];

/// Methods that only name a value.
const NAMES: [&str; 4] = ["as_str", "code", "name", "status"];

/// Public types and verbs without an example, with the reason: by file and name,
/// and in the order of the files. Each must exist: delete the line when the item is gone, or shown.
const EXCEPTIONS: [(&str, &str, &str); 0] = [];

/// Public modules without an example, with the reason.
/// Each must exist: delete the line when the example is there.
const MODULES_WITHOUT: [(&str, &str); 1] = [("guide.rs", "its chapters have examples")];

struct Item<'a> {
    kind: &'a str,
    name: &'a str,
    /// Whether it is outside of any `impl` or module in a file.
    is_free: bool,
    /// The type whose `impl` has it.
    owner: &'a str,
    documentation: String,
    /// The code between the fences of its documentation.
    example: String,
}

impl Item<'_> {
    fn needs_an_example(&self, of_file: &[Item<'_>]) -> bool {
        match self.kind {
            "fn" => self.is_free || is_verb(self.name),
            "const" => false,
            "trait" => self.is_free,
            _ => {
                let mut methods = of_file.iter().filter(|item| item.owner == self.name);
                self.is_free && methods.any(|method| !NAMES.contains(&method.name))
            }
        }
    }

    /// Whether it has an example, or, for a function, an example that calls it. `pages` are the
    /// examples of the modules around it.
    fn is_shown(&self, of_file: &[Item<'_>], pages: &[String]) -> bool {
        if self.kind != "fn" {
            return !self.example.is_empty();
        }
        let owner = of_file
            .iter()
            .find(|item| item.kind != "fn" && item.name == self.owner);
        let mut around = owner.map(|owner| &owner.example).into_iter().chain(pages);
        calls(&self.example, self.name)
            || around.any(|example| self.is_called_in(example))
            || self.links_to_its_verb()
    }

    /// Whether an example of another item calls it: by the name of its type, or as a method.
    /// `text.parse()` is a method of another type.
    fn is_called_in(&self, example: &str) -> bool {
        let by_type = format!("{}::{}", self.owner, self.name);
        let method = format!(".{}(", self.name);
        let mut methods = example.match_indices(&method);
        calls(example, &by_type)
            || (self.is_free && calls(example, self.name))
            || methods.any(|(at, _)| self.name != "parse" || !example[at..].starts_with(".parse()"))
    }

    /// Whether `sign_raw` links to `sign`, `presign_raw_with_payload` to a shorter form of it, or a
    /// method says that another type's method of the same name has an example.
    fn links_to_its_verb(&self) -> bool {
        let link = format!("::{}`](crate::", self.name);
        if self.documentation.contains(&link) && self.documentation.contains(" has an example") {
            return true;
        }
        let shorter = self.name.match_indices('_').map(|(at, _)| &self.name[..at]);
        shorter.into_iter().any(|verb| {
            let link = [format!("[`{verb}`]"), format!("::{verb}`]")];
            link.iter().any(|link| self.documentation.contains(link))
        })
    }
}

fn is_verb(name: &str) -> bool {
    let first = name.split('_').next().unwrap();
    let reads_a_response = name.starts_with("from_") && name.ends_with("response");
    (VERBS.contains(&first) || reads_a_response) && !GETTERS.contains(&name)
}

/// The public functions, types, traits and constants of a file, without its tests.
fn items(text: &str) -> Vec<Item<'_>> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    let (mut items, mut documentation) = (Vec::new(), Vec::new());
    let mut owner = "";
    for full in code.lines() {
        if full == "}" {
            owner = "";
        } else if let Some(of) = implemented(full) {
            owner = of;
        }
        let line = full.trim();
        if let Some(line) = line.strip_prefix("///") {
            documentation.push(line.trim());
        } else if let Some((kind, name)) = public(line) {
            items.push(Item {
                kind,
                name,
                is_free: full.starts_with("pub "),
                owner,
                documentation: documentation.join("\n"),
                example: example(&documentation),
            });
            documentation.clear();
        } else if line.is_empty() {
            // The documented item was not public.
            documentation.clear();
        }
    }
    items
}

/// The type of an `impl`, without its parameters.
fn implemented(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("impl")?;
    let rest = match rest.strip_prefix('<') {
        Some(parameters) => parameters.split_once("> ")?.1,
        None => rest.strip_prefix(' ')?,
    };
    rest.split(|c: char| !is_of_a_word(c)).next()
}

/// The examples of the pages of a file and of the modules that it is in.
fn pages(sources: &[(String, String)], path: &str) -> Vec<String> {
    let module = path.trim_end_matches(".rs");
    let around = sources.iter().filter(|(other, _)| {
        let rest = module.strip_prefix(other.trim_end_matches(".rs"));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    around.map(|(_, text)| example(&page(text))).collect()
}

/// The lines of a module's documentation.
fn page(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("//!"));
    lines.map(str::trim).collect()
}

/// What kind of public item a line begins, and its name.
fn public(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("pub ")?;
    let line = match line.strip_prefix("const fn ") {
        Some(_) => line.strip_prefix("const ")?,
        None => line.strip_prefix("async ").unwrap_or(line),
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
            // Fences with another language are not programs.
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
        let after = &example[at + name.len()..];
        let call = after.starts_with('(') || after.starts_with("::<");
        call && !before.is_some_and(is_of_a_word)
    })
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn every_public_type_and_verb_has_an_example() {
    let sources = sources();
    let (mut found, mut silent) = (0, Vec::new());
    for (path, text) in &sources {
        let (items, pages) = (items(text), pages(&sources, path));
        for item in items.iter().filter(|item| item.needs_an_example(&items)) {
            found += 1;
            if !item.is_shown(&items, &pages) {
                silent.push((path.as_str(), item.name));
            }
        }
    }
    assert!(found > 200, "only {found} types and verbs were found");
    let exceptions = EXCEPTIONS.map(|(path, name, _)| (path, name));
    assert_eq!(silent, exceptions, "types and verbs without an example");
}

/// The pages of the guide are text, and their examples run.
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
            found += 1;
            if example(&page(text)).is_empty() {
                silent.push(path);
            }
        }
    }
    assert!(found > 12, "only {found} modules were found");
    let exceptions = MODULES_WITHOUT.map(|(path, _)| path);
    assert_eq!(silent, exceptions, "modules without an example");
}

fn public_module(line: &str) -> Option<&str> {
    line.strip_prefix("pub mod ")?.strip_suffix(';')
}

#[test]
fn the_reader_tells_verbs_from_getters() {
    let text = "/// ```\n/// a.one(1);\n/// # b::two::<u8>();\n/// ```\n/// three()\n/// ```text\n\
        /// four()\n/// ```\n#[must_use]\npub const fn five<T>() {}\n    pub struct Six;\n\
        /// ```\n/// let seven = Seven(7);\n/// ```\nstruct Seven(u8);\n\npub const EIGHT: u8 = 8;\n\
        pub(crate) fn nine() {}\npub mod ten {}\n    pub fn with_sign() {}\n    pub fn sign_raw() {}\n\
        #[cfg(test)]\nmod tests { \npub fn eleven() {} }";
    let found = items(text);
    let kinds: Vec<_> = found.iter().map(|item| (item.kind, item.name)).collect();
    let expected = [
        ("fn", "five"),
        ("struct", "Six"),
        ("const", "EIGHT"),
        ("fn", "with_sign"),
        ("fn", "sign_raw"),
    ];
    assert_eq!(kinds, expected);
    let five = &found[0].example;
    assert!(calls(five, "one") && calls(five, "two"));
    assert!(!calls(five, "three") && !calls(five, "four") && !calls(five, "on"));
    let needing = found.iter().map(|item| item.needs_an_example(&found));
    assert!(needing.eq([true, false, false, false, true]));
    // An example that does not call the function, and no example.
    assert!(found.iter().all(|item| !item.is_shown(&found, &[])));
    let shown = "/// ```\n/// new()\n/// ```\npub fn new() {}\n/// ```\n/// A\n/// ```\npub struct A;\n\
        /// Like [`sign`](Self::sign).\n    pub fn sign_raw() {}\n/// [`A::parse`]\n    pub fn parse_raw() {}";
    let shown = items(shown);
    assert!(shown.iter().all(|item| item.is_shown(&shown, &[])));
    assert!(is_verb("sign_raw") && is_verb("from_response") && is_verb("verify"));
    assert!(!is_verb("signed_headers") && !is_verb("request_id") && !is_verb("new"));
}

#[test]
fn the_example_of_a_type_or_a_page_shows_its_verbs() {
    let text = "/// ```\n/// A::parse(text); a.verify()\n/// ```\npub struct A;\nimpl<'a> A<'a> {\n    \
        pub fn parse() {}\n    pub fn verify() {}\n    pub fn sign() {}\n}\npub struct Data;\n\
        pub enum Kind {}\nimpl Kind {\n    pub fn as_str() {}\n}\npub struct B(u8);\nimpl B {\n    \
        pub fn parse() {}\n}\n";
    let found = items(text);
    let needing = found.iter().filter(|item| item.needs_an_example(&found));
    let needing: Vec<_> = needing.map(|item| (item.owner, item.name)).collect();
    let verbs = [("A", "parse"), ("A", "verify"), ("A", "sign")];
    let types = [("", "A"), ("", "B")];
    assert_eq!(
        needing,
        [
            types[0],
            verbs[0],
            verbs[1],
            verbs[2],
            types[1],
            ("B", "parse")
        ]
    );
    let silent = |pages: &[String]| -> Vec<_> {
        let needing = found.iter().filter(|item| item.needs_an_example(&found));
        let silent = needing.filter(|item| !item.is_shown(&found, pages));
        silent.map(|item| (item.owner, item.name)).collect()
    };
    assert_eq!(silent(&[]), [verbs[2], types[1], ("B", "parse")]);
    // Neither `parse` of another type nor that of a text.
    let page = |text: &str| [text.to_owned()];
    assert_eq!(silent(&page("A::parse(1); \"1\".parse()")), silent(&[]));
    assert_eq!(silent(&page("B::parse(1); a.sign(1)")), [types[1]]);
    let sources = ["a.rs", "a/b.rs", "ab.rs", "lib.rs"]
        .map(|path| (path.to_owned(), format!("//! ```\n//! {path}\n//! ```")));
    assert_eq!(pages(&sources, "a/b.rs"), ["a.rs\n", "a/b.rs\n"]);
    assert_eq!(pages(&sources, "ab.rs"), ["ab.rs\n"]);
}

/// The width of a code block in a browser. A wider line scrolls sideways.
const COLUMNS: usize = 80;

#[test]
fn no_code_in_documentation_is_wider_than_80_columns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<(String, String)> = sources()
        .into_iter()
        .map(|(path, text)| (format!("src/{path}"), text))
        .collect();
    let mut pages = vec![root.join("README.md")];
    for entry in std::fs::read_dir(root.join("docs/guide")).unwrap() {
        pages.push(entry.unwrap().path());
    }
    for page in pages {
        let path = page.strip_prefix(root).unwrap().display().to_string();
        texts.push((path, std::fs::read_to_string(&page).unwrap()));
    }

    let (mut found, mut wide) = (0, Vec::new());
    for (path, text) in &texts {
        for (number, line) in code_lines(text, path.ends_with(".rs")) {
            found += 1;
            if line.chars().count() > COLUMNS {
                wide.push(format!("{path}:{number}: {line}"));
            }
        }
    }
    assert!(found > 4000, "only {found} lines of code were found");
    assert!(
        wide.is_empty(),
        "wider than {COLUMNS}:\n{}",
        wide.join("\n")
    );
}

/// The visible lines between fences, with their numbers. In Rust, those of documentation.
fn code_lines(text: &str, is_rust: bool) -> Vec<(usize, &str)> {
    let (mut inside, mut lines) = (false, Vec::new());
    for (index, full) in text.lines().enumerate() {
        let line = if is_rust {
            let line = full.trim_start();
            let comment = line.strip_prefix("///").or(line.strip_prefix("//!"));
            let Some(comment) = comment else {
                inside = false;
                continue;
            };
            comment.strip_prefix(' ').unwrap_or(comment)
        } else {
            full
        };
        if line.starts_with("```") {
            inside = !inside;
        } else if inside && !line.starts_with("# ") {
            lines.push((index + 1, line));
        }
    }
    lines
}

#[test]
fn the_reader_of_code_skips_prose_and_hidden_lines() {
    let rust = "//! prose\n//! ```\n//! one()\n//! # two()\n//! ```\nthree();\n    /// ```text\n    \
        ///   four\n    fn five() {}\n    /// six";
    assert_eq!(code_lines(rust, true), [(3, "one()"), (8, "  four")]);
    let page = "prose\n```sh\none\n```\nprose";
    assert_eq!(code_lines(page, false), [(3, "one")]);
}

#[test]
fn the_guide_says_what_to_do_about_each_error_of_credential_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let errors = read("src/sources/error.rs");
    let problems = read("src/sources/error/profile.rs");
    let of_enum = |text: &str, name: &str| {
        let (_, text) = text.split_once(&format!("pub enum {name} {{\n")).unwrap();
        text.split_once("\n}\n").unwrap().0.to_owned()
    };
    let errors = of_enum(&errors, "Error") + "\n" + &of_enum(&problems, "ProfileProblem");
    let variants = errors.lines().filter_map(|line| {
        let line = line.strip_prefix("    ")?;
        let is_variant = line.starts_with(|c: char| c.is_ascii_uppercase());
        is_variant.then(|| line.split([' ', '(', ',']).next().unwrap())
    });
    let guide = read("docs/guide/credentials.md");
    let (_, table) = guide.split_once("## What each error means").unwrap();
    let mut count = 0;
    for variant in variants {
        count += 1;
        assert!(table.contains(&format!("`{variant}`")), "{variant}");
    }
    assert!(count > 40, "{count}");
}
