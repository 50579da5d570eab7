//! Every public function and method is called in an example of the documentation, and all of those
//! run. Which one is told by its name alone: of two with the same name one may be enough.

use std::path::{Path, PathBuf};

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// What stands between the fences of a text, in its doc comments where it is a program.
fn examples(text: &str, program: bool) -> String {
    let lines = text.lines().map(str::trim).filter_map(|line| {
        if program {
            line.strip_prefix("///")
                .or(line.strip_prefix("//!"))
                .map(str::trim)
        } else {
            Some(line)
        }
    });
    let (mut inside, mut examples) = (false, String::new());
    for line in lines {
        if line.starts_with("```") {
            // A fence with a word is no program, but for Rust's own.
            inside = !inside && matches!(line, "```" | "```rust");
        } else if inside {
            examples.push_str(line);
            examples.push('\n');
        }
    }
    examples
}

/// The names of a program's public functions.
fn public(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    let names = code.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix("pub fn ")?;
        rest.split(['(', '<']).next()
    });
    names.collect()
}

fn calls(examples: &str, name: &str) -> bool {
    examples.match_indices(name).any(|(at, _)| {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let before = examples[..at].chars().next_back();
        let behind = &examples[at + name.len()..];
        let call = behind.starts_with('(') || behind.starts_with("::<");
        call && !before.is_some_and(word)
    })
}

#[test]
fn every_public_function_is_called_in_an_example() {
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    let sources: Vec<String> = files("src", "rs").iter().map(read).collect();
    let mut all: String = sources.iter().map(|text| examples(text, true)).collect();
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    for path in files("docs/guide", "md").into_iter().chain([readme]) {
        all += &examples(&read(&path), false);
    }
    let names: Vec<&str> = sources.iter().flat_map(|text| public(text)).collect();
    assert!(
        names.len() > 300,
        "only {} functions were found",
        names.len()
    );
    let silent: Vec<_> = names.iter().filter(|name| !calls(&all, name)).collect();
    assert!(silent.is_empty(), "in no example: {silent:?}");
}

#[test]
fn the_reader_reads() {
    let text = "/// ```\n/// a.one(1);\n/// # b::two::<u8>();\n/// ```\n/// three()\n/// ```text\n/// four()\n/// ```\npub fn five<T>() {}\n    pub fn six(&self) {}\npub(crate) fn seven() {}\n#[cfg(test)]\nmod tests { \npub fn eight() {} }";
    let found = examples(text, true);
    assert!(calls(&found, "one") && calls(&found, "two"));
    assert!(!calls(&found, "three") && !calls(&found, "four") && !calls(&found, "on"));
    assert_eq!(public(text), ["five", "six"]);
}
