//! Every public type, public module and public verb has an example that runs.
//!
//! A verb is a function that does the crate's work: a free function, or a method whose name begins
//! with a word of `VERBS`. Getters, constructors and `with_…` need no example: that of the type
//! shows them. A method may also be called, and a type be named, in another example of its file or of
//! the modules that it is in. A variant such as `sign_raw` may link to its verb, `sign`, instead.

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

/// Methods that are no verbs, for all that their names begin like one.
const GETTERS: [&str; 1] = ["request_id"];

/// Public types without an example, with the reason: by file and name,
/// and in the order of the files. Each must exist: delete the line when the type is gone, or shown.
const EXCEPTIONS: [(&str, &str, &str); 19] = [
    (
        "chunked/verified_body.rs",
        "VerifiedBodyError",
        "its example is missing",
    ),
    ("chunked/verifier.rs", "Decoded", "its example is missing"),
    ("request.rs", "Sealed", "seals `HttpRequest`"),
    ("sign/buffered.rs", "Sealed", "seals `BufferedBody`"),
    ("sources/chain.rs", "Skipped", "its example is missing"),
    ("sources/chain.rs", "Found", "its example is missing"),
    ("sources/error.rs", "ProfileFile", "its example is missing"),
    (
        "sources/error.rs",
        "ProfileFileProblem",
        "its example is missing",
    ),
    ("sources/error.rs", "RefusedBy", "its example is missing"),
    (
        "sources/profile_source.rs",
        "ProfileKeys",
        "its example is missing",
    ),
    (
        "sources/profile_source.rs",
        "NamedSource",
        "its example is missing",
    ),
    (
        "sources/profile_source.rs",
        "ProfileWebIdentity",
        "its example is missing",
    ),
    (
        "sources/profile_source.rs",
        "ProfileSso",
        "its example is missing",
    ),
    (
        "sources/profile_source.rs",
        "ProfileProcess",
        "its example is missing",
    ),
    (
        "sources/profile_source.rs",
        "ProfileRole",
        "its example is missing",
    ),
    (
        "sources/refresh.rs",
        "RefreshPermit",
        "its example is missing",
    ),
    (
        "verify/error_response.rs",
        "Refusal",
        "its example is missing",
    ),
    ("verify/error_response.rs", "Sealed", "seals `Refusal`"),
    (
        "verify/error_response.rs",
        "Answer",
        "its example is missing",
    ),
];

/// Public modules without an example, with the reason.
/// Each must exist: delete the line when the example is there.
const MODULES_WITHOUT: [(&str, &str); 7] = [
    ("legacy/s3_v2.rs", "the page of `legacy` has one"),
    ("legacy/sigv2.rs", "the page of `legacy` has one"),
    ("aws_call.rs", "its page is not written yet"),
    ("credentials.rs", "its page is not written yet"),
    ("guide.rs", "its chapters have examples"),
    ("sigv4.rs", "its page is not written yet"),
    ("redshift/serverless.rs", "the page of `redshift` has one"),
];

struct Item<'a> {
    kind: &'a str,
    name: &'a str,
    /// Whether it is a function outside of any `impl`.
    is_free: bool,
    documentation: String,
    /// The code between the fences of its documentation.
    example: String,
}

impl Item<'_> {
    fn needs_an_example(&self) -> bool {
        match self.kind {
            "fn" => self.is_free || is_verb(self.name),
            kind => kind != "const",
        }
    }

    /// Whether the example is there, and calls it if it is a function.
    fn is_shown(&self) -> bool {
        if self.kind != "fn" {
            return !self.example.is_empty();
        }
        calls(&self.example, self.name) || self.links_to_its_verb()
    }

    /// Whether `sign_raw` links to `sign`, or to another type's `sign_raw`.
    fn links_to_its_verb(&self) -> bool {
        let links = |link: &str| self.documentation.contains(link);
        let mut shorter = self.name.match_indices('_').map(|(at, _)| &self.name[..at]);
        shorter.any(|verb| links(&format!("[`{verb}`]")) || links(&format!("::{verb}`]")))
            || links(&format!("::{}`]", self.name))
    }
}

/// The code of all examples of a file and of the modules that it is in.
fn examples_near(path: &str, sources: &[(String, String)]) -> String {
    let module = path.trim_end_matches(".rs");
    let near = sources.iter().filter(|(other, _)| {
        let other = other.trim_end_matches(".rs");
        other == module || module.starts_with(&format!("{other}/"))
    });
    let examples = near.map(|(_, text)| {
        let lines = text.lines().map(str::trim);
        let lines: Vec<&str> = lines
            .filter_map(|line| line.strip_prefix("///").or(line.strip_prefix("//!")))
            .map(str::trim)
            .collect();
        example(&lines)
    });
    examples.collect()
}

/// Whether an example names the type.
fn names(example: &str, name: &str) -> bool {
    example.split(|c| !is_of_a_word(c)).any(|word| word == name)
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
    for full in code.lines() {
        let line = full.trim();
        if let Some(line) = line.strip_prefix("///") {
            documentation.push(line.trim());
        } else if let Some((kind, name)) = public(line) {
            items.push(Item {
                kind,
                name,
                is_free: full.starts_with("pub "),
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
            // Of the fences with a word, only Rust's own is a program.
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
        let near = examples_near(path, &sources);
        for item in items(text).iter().filter(|item| item.needs_an_example()) {
            found += 1;
            let is_shown_near = match item.kind {
                "fn" => calls(&near, item.name),
                _ => names(&near, item.name),
            };
            if !item.is_shown() && !is_shown_near {
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
    let needing = found.iter().map(Item::needs_an_example);
    assert!(needing.eq([true, true, false, false, true]));
    // An example that does not call the function, and no example.
    assert!(found.iter().all(|item| !item.is_shown()));
    let shown = "/// ```\n/// new()\n/// ```\npub fn new() {}\n/// ```\n/// A\n/// ```\npub struct A;\n\
        /// Like [`sign`](Self::sign).\n    pub fn sign_raw() {}\n/// [`A::parse`]\n    pub fn parse_raw() {}";
    assert!(items(shown).iter().all(Item::is_shown));
    assert!(is_verb("sign_raw") && is_verb("from_response") && is_verb("verify"));
    assert!(!is_verb("signed_headers") && !is_verb("request_id") && !is_verb("new"));
}
