//! A canonical request, read back from its text.

use crate::primitives::hex::hex32;
use crate::primitives::sha256::Sha256;

/// The parts of a canonical request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) signed_headers: String,
    /// The payload's line; `None` if it is unknown.
    pub(super) payload: Option<String>,
}

impl Lines {
    /// Reads a text of at least: method, path, query, a blank line, the list, the payload.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches(['\r', '\n']);
        if !text.contains('\n') {
            return Self::unfold(text);
        }
        let lines: Vec<&str> = text
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line))
            .collect();
        let [method, path, query, headers @ .., signed_headers, payload] = lines.as_slice() else {
            return None;
        };
        // A header's own line breaks would be lines without a name.
        let headers = headers
            .iter()
            .filter(|line| !line.is_empty())
            .map(|line| match line.split_once(':') {
                Some((name, value)) => (name.to_owned(), value.to_owned()),
                None => ((*line).to_owned(), String::new()),
            })
            .collect();
        Some(Self {
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            query: (*query).to_owned(),
            headers,
            signed_headers: (*signed_headers).to_owned(),
            payload: Some((*payload).to_owned()),
        })
    }

    /// Reads a text whose line breaks became spaces, as in logs. The list of signed
    /// headers says where the headers begin.
    fn unfold(text: &str) -> Option<Self> {
        let (rest, payload) = text.rsplit_once(' ')?;
        let (rest, signed_headers) = rest.rsplit_once(' ')?;
        let (method, rest) = rest.split_once(' ')?;
        let (path, rest) = rest.split_once(' ')?;
        let mut names = signed_headers.split(';').peekable();
        let first = format!(" {}:", names.peek()?);
        // Without a query there are two spaces, of which the path took the first; or one, if all
        // white space became one space.
        let (query, mut rest) = match rest.strip_prefix(first.trim_start()) {
            Some(_) => ("", rest),
            None => rest.find(&first).and_then(|at| {
                let (query, rest) = rest.split_at_checked(at)?;
                Some((query, rest.strip_prefix(' ')?))
            })?,
        };
        let mut headers = Vec::new();
        while let Some(name) = names.next() {
            let after = rest.strip_prefix(name)?.strip_prefix(':')?;
            let end = names.peek().map(|next| format!(" {next}:"));
            let at = match end {
                Some(end) => after.find(&end)?,
                None => after.len(),
            };
            let (value, left) = after.split_at_checked(at)?;
            headers.push((name.to_owned(), value.trim_end().to_owned()));
            rest = left.strip_prefix(' ').unwrap_or(left);
        }
        Some(Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            signed_headers: signed_headers.to_owned(),
            payload: Some(payload.to_owned()),
        })
    }

    /// The text again.
    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.method, self.path, self.query);
        for (name, value) in &self.headers {
            for part in [name, ":", value, "\n"] {
                text.push_str(part);
            }
        }
        for part in ["\n", &self.signed_headers, "\n"] {
            text.push_str(part);
        }
        text.push_str(self.payload.as_deref().unwrap_or_default());
        text
    }

    /// Whether a string to sign of this text ends in this hash.
    pub(super) fn has_hash(&self, hash: &str) -> bool {
        hex32(&Sha256::digest(self.to_text())) == hash.as_bytes()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn signs(&self, name: &str) -> bool {
        self.signed_headers.split(';').any(|signed| signed == name)
    }
}

/// Whether a text is a SHA-256 hash in hexadecimal.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "GET\n/a%20b\nx=1&y=\nhost:h.example\nx-amz-date:20150830T123600Z\nx-amz-meta-a:b c: d\n\nhost;x-amz-date;x-amz-meta-a\nUNSIGNED-PAYLOAD";

    #[test]
    fn a_canonical_request_is_parsed_and_written_unchanged() {
        let lines = Lines::parse(TEXT).unwrap();
        assert_eq!(lines.to_text(), TEXT);
        assert_eq!(lines.header("x-amz-meta-a"), Some("b c: d"));
        assert_eq!(Lines::parse(&TEXT.replace('\n', "\r\n")).unwrap(), lines);
        // As a log ends it, or an editor.
        for end in ["\n", "\r\n", "\n\n", "\r\n\r\n"] {
            let text = format!("{TEXT}{end}");
            assert_eq!(Lines::parse(&text).unwrap(), lines, "{end:?}");
        }
        for (i, _) in TEXT.char_indices() {
            let _ = Lines::parse(TEXT.split_at(i).0);
        }
    }

    #[test]
    fn a_canonical_request_on_one_line_is_parsed() {
        for text in [TEXT.to_owned(), TEXT.replace("x=1&y=", "")] {
            let lines = Lines::parse(&text).unwrap();
            let folded = text.replace('\n', " ");
            assert_eq!(Lines::parse(&folded).unwrap(), lines);
            assert_eq!(Lines::parse(&folded.replace("  ", " ")).unwrap(), lines);
        }
        for text in ["", " ", "GET", "GET / x", "GET /  a;b c", "a b c d e f"] {
            assert_eq!(Lines::parse(text), None, "{text}");
        }
    }
}
