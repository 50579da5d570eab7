//! XML responses, read in bounded memory and time.

#[cfg(feature = "_aws-call")]
mod element;

use roxmltree::{Document, ParsingOptions};

use super::problem::Problem;

#[cfg(feature = "_aws-call")]
pub(crate) use element::Element;

/// The largest document that is read: 1 MiB.
pub(crate) const LARGEST: usize = 1 << 20;

/// The largest response that is JSON instead: a tree of it takes eighty times its text.
#[cfg(feature = "explain")]
pub(crate) const LARGEST_JSON: usize = 1 << 16;

/// The most elements and texts, and the most attributes, in one document. They bound what the
/// parser does: it looks at all the attributes of an element for each of them.
const MOST_NODES: u32 = 4096;
const MOST_ATTRIBUTES: usize = 256;

/// Returns the text of a response, unless it is too large.
pub(crate) fn text(body: &[u8]) -> Result<&str, Problem> {
    if body.len() > LARGEST {
        return Err(Problem("is larger than 1 MiB".to_owned()));
    }
    std::str::from_utf8(body).map_err(|_| Problem("is not UTF-8".to_owned()))
}

/// Parses a document. A document type, which alone can define entities, is an error.
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

/// Counts at least all attributes: quotes that follow an equals sign.
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
