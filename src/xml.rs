//! XML as AWS answers it, read by the names of elements, in bounded memory and time.

use roxmltree::{Document, Node, ParsingOptions};
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;

use crate::credentials::Credentials;

/// The largest document that is read, 1 MiB.
pub(crate) const LARGEST: usize = 1 << 20;

/// The most elements and texts, and the most attributes, in one document. They bound what the
/// parser does: it looks at all the attributes of an element for each of them.
const MOST_NODES: u32 = 4096;
const MOST_ATTRIBUTES: usize = 256;

/// The text of an answer, unless it is too large.
pub(crate) fn text(body: &[u8]) -> Result<&str, Problem> {
    if body.len() > LARGEST {
        return Err(Problem("is larger than 1 MiB".to_owned()));
    }
    std::str::from_utf8(body).map_err(|_| Problem("is not UTF-8".to_owned()))
}

/// Reads a document. One with a document type, which alone can define entities, is none.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, Problem> {
    if attributes(text) > MOST_ATTRIBUTES {
        return Err(Problem("has too many attributes".to_owned()));
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options)
        .map_err(|_| Problem("is not XML as AWS writes it".to_owned()))
}

/// At least as many as there are attributes: quotes that follow an equals sign.
fn attributes(text: &str) -> usize {
    let mut after_equals = false;
    let mut count = 0;
    for byte in text.bytes() {
        match byte {
            b'=' => after_equals = true,
            b'"' | b'\'' => {
                count += usize::from(after_equals);
                after_equals = false;
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => after_equals = false,
        }
    }
    count
}

/// What is wrong with an answer. It names elements, and quotes nothing.
pub(crate) struct Problem(pub(crate) String);

/// An element, seen by what its children are called.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a>(Node<'a, 'a>);

impl<'a> Element<'a> {
    pub(crate) fn root(document: &'a Document<'a>) -> Self {
        Self(document.root_element())
    }

    pub(crate) fn name(&self) -> &'a str {
        self.0.tag_name().name()
    }

    pub(crate) fn namespace(&self) -> &'a str {
        self.0.tag_name().namespace().unwrap_or_default()
    }

    /// The one child of that name, in the parent's own namespace.
    pub(crate) fn child(&self, name: &str) -> Result<Option<Self>, Problem> {
        let namespace = self.0.tag_name().namespace();
        let mut found = self.0.children().filter(|child| {
            child.is_element()
                && child.tag_name().name() == name
                && child.tag_name().namespace() == namespace
        });
        let first = found.next();
        match found.next() {
            Some(_) => Err(Problem(format!("has two elements `{name}` in one"))),
            None => Ok(first.map(Self)),
        }
    }

    pub(crate) fn required_child(&self, name: &str) -> Result<Self, Problem> {
        self.child(name)?
            .ok_or_else(|| Problem(format!("has no element `{name}`")))
    }

    fn own_text(&self) -> Result<String, Problem> {
        // Large enough at once, because a text that outgrows its memory leaves a copy behind.
        let pieces = self.0.children().filter_map(|child| child.text());
        let mut whole = String::with_capacity(pieces.map(str::len).sum());
        for child in self.0.children() {
            if child.is_element() {
                let name = self.name();
                return Err(Problem(format!(
                    "has an element inside the text of `{name}`"
                )));
            }
            // A comment splits a text in two.
            if child.is_text() {
                whole.push_str(child.text().unwrap_or_default());
            }
        }
        Ok(whole)
    }

    /// The text of a child that may be missing.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        self.child(name)?.map(|child| child.own_text()).transpose()
    }

    /// The text of a child that must be there, and say something.
    pub(crate) fn required(&self, name: &str) -> Result<String, Problem> {
        let text = self.required_child(name)?.own_text()?;
        if text.is_empty() {
            return Err(Problem(format!("has an empty element `{name}`")));
        }
        Ok(text)
    }

    #[cfg(feature = "sts")]
    pub(crate) fn number(&self, name: &str) -> Result<Option<u32>, Problem> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Problem(format!("has a `{name}` that is no number"))),
        }
    }

    pub(crate) fn date(&self, name: &str) -> Result<OffsetDateTime, Problem> {
        OffsetDateTime::parse(self.required(name)?.trim(), &Iso8601::DEFAULT).map_err(|_| {
            Problem(format!(
                "has a `{name}` that is no ISO 8601 time with offset"
            ))
        })
    }

    pub(crate) fn credentials(&self) -> Result<Credentials, Problem> {
        let credentials = self.required_child("Credentials")?;
        Ok(Credentials::new(
            credentials.required("AccessKeyId")?,
            credentials.required("SecretAccessKey")?,
        )
        .with_session_token(credentials.required("SessionToken")?)
        .with_expiration(credentials.date("Expiration")?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_not_undercounted() {
        for (text, count) in [
            ("", 0),
            ("<a b='1' c=\"2\"/>", 2),
            ("<a b = '1'\tc\n=\r\n\"2\"/>", 2),
            ("<a b='=' c='x'/>", 3),
            ("<a>&quot;b&quot;: \"c\"</a>", 0),
        ] {
            assert_eq!(attributes(text), count, "{text}");
        }
    }
}
