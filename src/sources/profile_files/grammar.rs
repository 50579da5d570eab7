//! The lines of a shared file: sections, properties and their continuations.
//!
//! Everything that has a meaning is ASCII, so lines are read as bytes.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::sources::ProfileFileProblem as Problem;

/// A whole file, as borrowed text.
#[derive(Default)]
pub(super) struct RawFile<'a> {
    sections: Vec<RawSection<'a>>,
    properties: Vec<RawProperty<'a>>,
    continuations: Vec<&'a str>,
}

struct RawSection<'a> {
    /// What is between the brackets, trimmed.
    content: &'a str,
    /// The first of its properties; they end where those of the next section begin.
    first_property: usize,
}

struct RawProperty<'a> {
    key: &'a str,
    first_line: &'a str,
    continuations: Range<usize>,
}

impl<'a> RawFile<'a> {
    pub(super) fn sections(&self) -> impl Iterator<Item = (&'a str, Properties<'_, 'a>)> {
        let ends = self.sections.iter().skip(1);
        let ends = ends.map(|section| section.first_property);
        let mut ends = ends.chain([self.properties.len()]);
        self.sections.iter().map(move |section| {
            let range = section.first_property..ends.next().unwrap_or_default();
            let properties = Properties {
                file: self,
                properties: self.properties.get(range).unwrap_or_default(),
            };
            (section.content, properties)
        })
    }
}

/// The properties of a section.
pub(super) struct Properties<'f, 'a> {
    file: &'f RawFile<'a>,
    properties: &'f [RawProperty<'a>],
}

impl<'f, 'a> Properties<'f, 'a> {
    /// Each key as it is written, with its whole value.
    pub(super) fn iter(
        &self,
    ) -> impl ExactSizeIterator<Item = (&'a str, Zeroizing<String>)> + use<'f, 'a> {
        let file = self.file;
        self.properties.iter().map(|property| {
            let lines = property.continuations.clone();
            let lines = file.continuations.get(lines).unwrap_or_default();
            (property.key, value(property.first_line, lines))
        })
    }
}

/// A value in one allocation of the right size: it may be a secret, and growing leaves copies.
fn value(first_line: &str, continuations: &[&str]) -> Zeroizing<String> {
    let further: usize = continuations.iter().map(|line| 1 + line.len()).sum();
    let mut value = Zeroizing::new(String::with_capacity(first_line.len() + further));
    value.push_str(first_line);
    for line in continuations {
        value.push('\n');
        value.push_str(line);
    }
    value
}

fn is_white_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Removes white space at both ends, which is space and tab only.
pub(super) fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    let start = bytes.iter().position(|byte| !is_white_space(*byte));
    let end = bytes.iter().rposition(|byte| !is_white_space(*byte));
    let trimmed = start
        .zip(end)
        .and_then(|(start, end)| text.get(start..=end));
    trimmed.unwrap_or_default()
}

/// Reads a whole file. An error comes with its line, counted from 1.
pub(super) fn read(text: &str) -> Result<RawFile<'_>, (usize, Problem)> {
    let mut file = RawFile::default();
    for (index, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        file.read_line(line)
            .map_err(|problem| (index + 1, problem))?;
    }
    Ok(file)
}

impl<'a> RawFile<'a> {
    fn read_line(&mut self, line: &'a str) -> Result<(), Problem> {
        let bytes = line.as_bytes();
        if bytes.contains(&0) {
            return Err(Problem::Nul);
        }
        match bytes.first() {
            None | Some(b'#' | b';') => Ok(()),
            Some(b'[') => self.read_section(line),
            Some(b' ' | b'\t') => self.read_continuation(trim(line)),
            Some(_) => self.read_property(line),
        }
    }

    fn read_section(&mut self, line: &'a str) -> Result<(), Problem> {
        let end = line.bytes().position(|byte| matches!(byte, b'#' | b';'));
        let line = end.and_then(|end| line.get(..end)).unwrap_or(line);
        let content = trim(line).strip_prefix('[');
        let content = content.and_then(|content| content.strip_suffix(']'));
        self.sections.push(RawSection {
            content: content.map(trim).ok_or(Problem::SectionEnd)?,
            first_property: self.properties.len(),
        });
        Ok(())
    }

    fn read_property(&mut self, line: &'a str) -> Result<(), Problem> {
        if self.sections.is_empty() {
            return Err(Problem::ExpectedSection);
        }
        let (key, first_line) = key_and_value(without_comment(line)).map_err(|at| match at {
            Missing::Equals => Problem::ExpectedEquals,
            Missing::Key => Problem::EmptyKey,
        })?;
        let end = self.continuations.len();
        self.properties.push(RawProperty {
            key,
            first_line,
            continuations: end..end,
        });
        Ok(())
    }

    /// A line that is indented, and trimmed by now.
    fn read_continuation(&mut self, line: &'a str) -> Result<(), Problem> {
        if line.is_empty() {
            return Ok(());
        }
        let section = self.sections.last().ok_or(Problem::ExpectedSection)?;
        let properties = self.properties.get_mut(section.first_property..);
        let property = properties.and_then(<[_]>::last_mut);
        let property = property.ok_or(Problem::OrphanContinuation)?;
        if property.first_line.is_empty() {
            key_and_value(line).map_err(|at| match at {
                Missing::Equals => Problem::SubPropertyExpectedEquals,
                Missing::Key => Problem::SubPropertyEmptyKey,
            })?;
        }
        self.continuations.push(line);
        property.continuations.end = self.continuations.len();
        Ok(())
    }
}

/// A property without its comment, which begins after white space only.
fn without_comment(line: &str) -> &str {
    let mut after_white_space = false;
    let comment = line.bytes().position(|byte| {
        let begins = after_white_space && matches!(byte, b'#' | b';');
        after_white_space = is_white_space(byte);
        begins
    });
    comment.and_then(|at| line.get(..at)).unwrap_or(line)
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
