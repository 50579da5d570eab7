//! The table of all messages, `docs/errors.txt`, for review.
//!
//! The messages are those of the sources, with sample values for their fields. After a change of a
//! message: `UPDATE_ERRORS=1 cargo test --all-features --test meta errors`

use std::fmt::Write;
use std::path::Path;

use crate::sources::sources;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A literal of text, without its quotes and escapes.
    Text(String),
    Word(String),
    Sign(char),
}

/// The tokens of a file without its tests and comments.
fn tokens(text: &str) -> Vec<Token> {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let (mut rest, mut tokens) = (text, Vec::new());
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if let Some(raw) = raw_text(rest) {
            tokens.push(Token::Text(raw.0.to_owned()));
            rest = raw.1;
        } else if c == '"' {
            let (literal, behind) = literal(after);
            tokens.push(Token::Text(literal));
            rest = behind;
        } else if c == '\'' {
            // A character, `'x'` or `'\n'`, or a lifetime.
            let escaped = after.starts_with('\\').then(|| after.get(2..)).flatten();
            let close = match escaped {
                Some(tail) => tail.find('\'').map(|at| at + 2),
                None => after
                    .char_indices()
                    .nth(1)
                    .map(|(at, _)| at)
                    .filter(|at| after[*at..].starts_with('\'')),
            };
            rest = close.map_or(after, |close| &after[close + 1..]);
        } else if c.is_alphanumeric() || c == '_' {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            if !c.is_whitespace() {
                tokens.push(Token::Sign(c));
            }
            rest = after;
        }
    }
    tokens
}

/// A raw literal at the start of a text, and the rest.
fn raw_text(text: &str) -> Option<(&str, &str)> {
    let marks = text.strip_prefix('r')?;
    let count = marks.find('"')?;
    let (marks, rest) = marks.split_at(count);
    if marks.bytes().any(|mark| mark != b'#') {
        return None;
    }
    rest[1..].split_once(&format!("\"{marks}"))
}

/// A literal after its opening quote, and the rest.
fn literal(text: &str) -> (String, &str) {
    let (mut value, mut characters) = (String::new(), text.char_indices());
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' => match characters.next().unwrap().1 {
                'n' => value.push_str("\\n"),
                '\n' => {
                    // The line continues after its indentation.
                    let rest = characters.as_str().trim_start();
                    characters = text[text.len() - rest.len()..].char_indices();
                    let (more, behind) = literal(characters.as_str());
                    return (value + &more, behind);
                }
                other => value.push(other),
            },
            c => value.push(c),
        }
    }
    (value, "")
}

/// The message of a variant: its name and `#[error("…", …)]`.
#[derive(Debug, PartialEq)]
struct Message {
    name: String,
    template: String,
    arguments: Vec<String>,
}

/// The messages of all public errors of a file.
fn messages(tokens: &[Token]) -> Vec<Message> {
    let word = |at: usize| match tokens.get(at) {
        Some(Token::Word(word)) => word.as_str(),
        _ => "",
    };
    let sign = |at: usize, sign: char| tokens.get(at) == Some(&Token::Sign(sign));
    let (mut messages, mut of, mut at) = (Vec::new(), None, 0);
    let mut pending: Option<(String, Vec<String>)> = None;
    while at < tokens.len() {
        if sign(at, '#') && sign(at + 1, '[') {
            let end = matching(tokens, at + 1);
            if word(at + 2) == "error" {
                pending = match tokens.get(at + 4) {
                    Some(Token::Text(template)) => {
                        Some((template.clone(), arguments(&tokens[at + 5..end - 1])))
                    }
                    _ => Some(("(the message of its source)".to_owned(), Vec::new())),
                };
            }
            at = end + 1;
            continue;
        }
        if matches!(word(at), "enum" | "struct") {
            let is_public = at > 0 && word(at - 1) == "pub";
            of = is_public.then(|| word(at + 1).to_owned());
            if let (Some((template, arguments)), Some(name)) = (pending.take(), of.clone()) {
                messages.push(Message {
                    name,
                    template,
                    arguments,
                });
            }
        } else if word(at) == "pub" && sign(at + 1, '(') {
            at = matching(tokens, at + 1);
        } else if !matches!(word(at), "" | "pub")
            && let (Some((template, arguments)), Some(of)) = (pending.take(), &of)
        {
            messages.push(Message {
                name: format!("{of}::{}", word(at)),
                template,
                arguments,
            });
        }
        at += 1;
    }
    messages
}

/// The index of the bracket that closes the one at `open`.
fn matching(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign('[' | '(' | '{') => depth += 1,
            Token::Sign(']' | ')' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

/// The arguments after a template, each by its first name: `names.join(", ")` is `names`.
fn arguments(tokens: &[Token]) -> Vec<String> {
    let (mut depth, mut arguments) = (0, Vec::new());
    let mut is_next = false;
    for token in tokens {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            Token::Sign(',') if depth == 0 => is_next = true,
            Token::Word(word) if is_next && word != "super" && word != "self" => {
                arguments.push(word.clone());
                is_next = false;
            }
            _ => {}
        }
    }
    arguments
}

/// A message with sample values for its fields.
fn rendered(message: &Message) -> String {
    let (mut text, mut rest) = (String::new(), message.template.as_str());
    let mut arguments = message.arguments.iter();
    while let Some((before, tail)) = rest.split_once('{') {
        text.push_str(before);
        if let Some(tail) = tail.strip_prefix('{') {
            text.push('{');
            rest = tail;
            continue;
        }
        let (field, tail) = tail.split_once('}').unwrap();
        let (field, style) = field.split_once(':').unwrap_or((field, ""));
        let name = match field {
            "" => arguments.next().map_or("", String::as_str),
            name => name,
        };
        match sample(name) {
            Some(value) if style == "?" => write!(text, "{value:?}").unwrap(),
            Some(value) => text.push_str(value),
            None => write!(text, "<{name}>").unwrap(),
        }
        rest = tail;
    }
    (text + rest).replace("}}", "}")
}

/// A value for a field of this name.
fn sample(field: &str) -> Option<&'static str> {
    Some(match field {
        "now" => "2026-01-02T04:00:00Z",
        "expiration" | "expires_at" | "signed_at" | "date" => "2026-01-02T03:04:05Z",
        "day" => "20260102",
        "region" | "scope_region" => "eu-central-1",
        "region_set" => "eu-*,us east",
        "service" => "sqs",
        "expected" | "scope" => "other",
        "name" | "header" => "x-amz-meta-color",
        "names" => "x-amz-acl, x-amz-tagging",
        "parameter" => "X-Amz-Signature",
        "method" => "GE T",
        "field" => "success_action_status",
        "host" => "example.com",
        "hosts" => "d-1.d.codeartifact.us-east-1.amazonaws.com",
        "text" => "20260102",
        "position" => "7",
        "length" | "size" | "seconds" | "announced" => "700000",
        "longest" | "maximum" | "max" => "604800",
        "minimum" | "min" => "8192",
        "chunk" => "3",
        "expires_in" => "1.5s",
        "expired_at" | "valid_from" => "2026-01-02T03:19:05Z",
        "scheme" => "http",
        "signed" => "UNSIGNED-PAYLOAD",
        "checked" => "a hash",
        "path" => "/a+b",
        "form" | "location" => "header",
        "setting" => "AWS_PROFILE",
        "key" => "source_profile",
        "endpoint" => "https://",
        "bucket" => "Photos",
        "arn" => "arn:aws:s3:::photos",
        "part" | "first" => "dual stack",
        "second" => "a custom endpoint",
        "given" => "111122223333",
        "client" => "us-east-1",
        "address" => "10.0.0.0/33",
        "starts" => "1767268800",
        "expires" => "1767265200",
        "id" => "K2-JC",
        "status" => "403",
        "count" => "101",
        "limit" => "100",
        "feature" => "sigv4a",
        "login" => "aws sso login",
        "content" => "login cache",
        "token" => "session token of instance metadata",
        "value" => "us_east",
        _ => return None,
    })
}

/// Whether a literal is prose: at least two words.
fn is_prose(text: &str) -> bool {
    let words = text
        .split([' ', '\n'])
        .map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation()));
    let words = words.filter(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase()));
    words.count() >= 2
}

/// The literals of a file that are prose, apart from attributes: causes, advice, and the values of
/// `<problem>` and `<0>`.
fn sentences(tokens: &[Token]) -> Vec<&str> {
    let (mut sentences, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let bracket = match tokens.get(at + 1) {
            Some(Token::Sign('!')) => at + 2,
            _ => at + 1,
        };
        if tokens[at] == Token::Sign('#') && tokens.get(bracket) == Some(&Token::Sign('[')) {
            at = matching(tokens, bracket);
        } else if let Token::Text(text) = &tokens[at]
            && is_prose(text)
        {
            sentences.push(text.as_str());
        }
        at += 1;
    }
    let mut known = std::collections::BTreeSet::new();
    sentences.retain(|sentence| known.insert(*sentence));
    sentences
}

fn table() -> String {
    let mut table = String::from(
        "# Errors, by variant, with sample values. <problem> and <0> are among the texts below.\n",
    );
    let files: Vec<(String, Vec<Token>)> = sources()
        .into_iter()
        .map(|(path, text)| (path, tokens(&text)))
        .collect();
    for (path, tokens) in &files {
        let module = path.split(['/', '.']).next().unwrap();
        for message in messages(tokens) {
            // Two enums are called `Error`: that of the root, and that of `sources`.
            if message.name.starts_with("Error::") && module != "error" {
                write!(table, "{module}::").unwrap();
            }
            writeln!(table, "{}: {}", message.name, rendered(&message)).unwrap();
        }
    }
    table.push_str("\n# Other texts, by file\n");
    for (path, tokens) in &files {
        let sentences = sentences(tokens);
        if !sentences.is_empty() {
            writeln!(table, "\n## src/{path}").unwrap();
        }
        for sentence in sentences {
            writeln!(table, "{sentence}").unwrap();
        }
    }
    table
}

#[test]
fn the_table_of_messages_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.txt");
    let table = table();
    if std::env::var_os("UPDATE_ERRORS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = written.lines().zip(table.lines()).find(|(a, b)| a != b);
    assert!(
        written == table,
        "docs/errors.txt is not current, first at {differs:?}: \
         UPDATE_ERRORS=1 cargo test --all-features --test meta errors"
    );
}

/// Public errors that implement `Display` themselves, with the parts of their messages.
const OWN_DISPLAY: [(&str, &str); 2] = [
    ("ServiceError", "the service's code and message"),
    (
        "ChainError",
        "the error of a source, and why others were skipped",
    ),
];

/// Finds errors that `docs/errors.txt` would leave out silently.
#[test]
fn every_public_error_is_in_the_table() {
    let (mut missing, mut found) = (Vec::new(), 0);
    for (_, text) in sources() {
        let tokens = tokens(&text);
        let messages = messages(&tokens);
        let shown = |name: &str| {
            let messages = messages
                .iter()
                .map(|message| message.name.split("::").next());
            messages.into_iter().any(|of| of == Some(name))
        };
        for at in 1..tokens.len() {
            let [Token::Word(public), Token::Word(kind), Token::Word(name)] =
                &tokens[at - 1..tokens.len().min(at + 2)]
            else {
                continue;
            };
            let is_type = public == "pub" && matches!(kind.as_str(), "enum" | "struct");
            if is_type && (name.ends_with("Error") || derives_error(&tokens[..at])) {
                found += 1;
                if !shown(name) {
                    missing.push(name.clone());
                }
            }
        }
    }
    assert!(found > 20, "only {found} errors");
    assert_eq!(missing, OWN_DISPLAY.map(|(name, _)| name));
}

/// Whether the item whose `pub` ends `before` derives `thiserror::Error`.
fn derives_error(before: &[Token]) -> bool {
    let is_end = |token: &Token| matches!(token, Token::Sign(';' | '}'));
    let start = before.iter().rposition(is_end).map_or(0, |end| end + 1);
    before[start..].contains(&Token::Word("thiserror".to_owned()))
}

/// A variant without a message would be missing from the table.
#[test]
fn every_variant_of_an_error_has_a_message() {
    let mut errors = 0;
    for (path, text) in sources() {
        for part in text.split("thiserror::Error)]").skip(1) {
            let Some((_, body)) = part.split_once("pub enum ") else {
                continue;
            };
            let body = &body[..body.find("\n}").unwrap()];
            let variants = body.lines().filter(|line| {
                let name = line.strip_prefix("    ").unwrap_or_default();
                name.starts_with(|c: char| c.is_ascii_uppercase())
            });
            assert_eq!(
                variants.count(),
                body.matches("#[error(").count(),
                "src/{path}: {body}"
            );
            errors += 1;
        }
    }
    assert!(errors > 5, "only {errors} errors");
}

#[test]
fn the_reader_reads_messages() {
    let text = r##"
        #[derive(thiserror::Error)]
        pub enum Fault {
            /// "A comment's quote.
            #[error("chunk is {size} bytes, \
                     above {}", super::MAX)]
            TooLarge { size: u64 },
            #[error(transparent)]
            Other(#[from] Error),
            #[error("the `{name:?}` {0} {{}} of {}", names.join(", "))]
            Odd(&'static str),
        }
        #[error("hidden")]
        pub(crate) enum Hidden { }
        #[error("the answer is \"odd\"")]
        pub struct Unreadable<'a>(char);
        fn f() -> &'static str { let quote = '"'; if x == '\'' { r#"two plain "words""# } else { "one" } }
    "##;
    let tokens = tokens(text);
    let lines: Vec<String> = messages(&tokens)
        .iter()
        .map(|message| format!("{}: {}", message.name, rendered(message)))
        .collect();
    assert_eq!(
        lines,
        [
            "Fault::TooLarge: chunk is 700000 bytes, above <MAX>",
            "Fault::Other: (the message of its source)",
            "Fault::Odd: the `\"x-amz-meta-color\"` <0> {} of x-amz-acl, x-amz-tagging",
            "Unreadable: the answer is \"odd\"",
        ]
    );
    assert_eq!(sentences(&tokens), ["two plain \"words\""]);
}
