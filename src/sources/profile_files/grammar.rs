//! The lines of a shared file: sections, properties and their continuations.

use zeroize::Zeroizing;

use crate::sources::ProfileFileProblem as Problem;

const WHITE_SPACE: [char; 2] = [' ', '\t'];

/// A section with its properties, as borrowed text.
pub(super) struct RawSection<'a> {
    /// What is between the brackets, trimmed.
    pub(super) content: &'a str,
    pub(super) properties: Vec<RawProperty<'a>>,
}

pub(super) struct RawProperty<'a> {
    pub(super) key: &'a str,
    first_line: &'a str,
    continuations: Vec<&'a str>,
}

impl RawProperty<'_> {
    /// The whole value, in one allocation of the right size: it may be a secret.
    pub(super) fn value(&self) -> Zeroizing<String> {
        let further: usize = self.continuations.iter().map(|line| 1 + line.len()).sum();
        let mut value = Zeroizing::new(String::with_capacity(self.first_line.len() + further));
        value.push_str(self.first_line);
        for line in &self.continuations {
            value.push('\n');
            value.push_str(line);
        }
        value
    }
}

pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(WHITE_SPACE)
}

/// Reads a whole file. An error comes with its line, counted from 1.
pub(super) fn read(text: &str) -> Result<Vec<RawSection<'_>>, (usize, Problem)> {
    let mut sections: Vec<RawSection<'_>> = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        read_line(&mut sections, line).map_err(|problem| (index + 1, problem))?;
    }
    Ok(sections)
}

fn read_line<'a>(sections: &mut Vec<RawSection<'a>>, line: &'a str) -> Result<(), Problem> {
    if line.contains('\0') {
        return Err(Problem::Nul);
    }
    let trimmed = trim(line);
    if trimmed.is_empty() || line.starts_with(['#', ';']) {
        return Ok(());
    }
    if line.starts_with('[') {
        let content = section_content(trimmed)?;
        sections.push(RawSection {
            content,
            properties: Vec::new(),
        });
        return Ok(());
    }
    let section = sections.last_mut().ok_or(Problem::ExpectedSection)?;
    if !line.starts_with(WHITE_SPACE) {
        let (key, first_line) = key_and_value(without_comment(line)).map_err(|at| match at {
            Missing::Equals => Problem::ExpectedEquals,
            Missing::Key => Problem::EmptyKey,
        })?;
        section.properties.push(RawProperty {
            key,
            first_line,
            continuations: Vec::new(),
        });
        return Ok(());
    }
    let property = section.properties.last_mut();
    let property = property.ok_or(Problem::OrphanContinuation)?;
    if property.first_line.is_empty() {
        key_and_value(trimmed).map_err(|at| match at {
            Missing::Equals => Problem::SubPropertyExpectedEquals,
            Missing::Key => Problem::SubPropertyEmptyKey,
        })?;
    }
    property.continuations.push(trimmed);
    Ok(())
}

/// What is between the brackets of a section line.
fn section_content(line: &str) -> Result<&str, Problem> {
    let (line, _comment) = line.split_once(['#', ';']).unwrap_or((line, ""));
    let content = trim(line).strip_prefix('[');
    let content = content.and_then(|content| content.strip_suffix(']'));
    content.map(trim).ok_or(Problem::SectionEnd)
}

/// A property without its comment, which begins after white space only.
fn without_comment(line: &str) -> &str {
    let begins_comment = |&(at, _): &(usize, &str)| {
        line.get(..at)
            .is_some_and(|before| before.ends_with(WHITE_SPACE))
    };
    match line.match_indices(['#', ';']).find(begins_comment) {
        Some((at, _)) => line.get(..at).unwrap_or(line),
        None => line,
    }
}

enum Missing {
    Equals,
    Key,
}

fn key_and_value(line: &str) -> Result<(&str, &str), Missing> {
    let (key, value) = line.split_once('=').ok_or(Missing::Equals)?;
    match trim(key) {
        "" => Err(Missing::Key),
        key => Ok((key, trim(value))),
    }
}
