//! Parses the suite's requests: HTTP/1.1 with bare line feeds.

use std::borrow::Cow;
use std::fmt::Debug;

use http::{HeaderMap, HeaderName, HeaderValue};

/// A request as it is sent.
#[derive(Clone, Debug)]
pub struct Wire {
    pub method: String,
    pub target: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Wire {
    pub fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let line = lines.next().unwrap();
        let (method, rest) = line.split_once(' ').unwrap();
        // One file of the suite has no version.
        let target = rest.strip_suffix(" HTTP/1.1").unwrap_or(rest);
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in lines {
            if line.starts_with([' ', '\t']) {
                // A folded value (RFC 9112, section 5.2): the line break and the spaces around it
                // are white space in the value.
                let (_, value) = fields.last_mut().unwrap();
                value.push(' ');
                value.push_str(line.trim_matches([' ', '\t']));
            } else {
                let (name, value) = line.split_once(':').unwrap();
                fields.push((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()));
            }
        }
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: body.as_bytes().to_vec(),
        }
    }

    pub fn host(&self) -> &str {
        self.headers["host"].to_str().unwrap()
    }

    /// For comparing two requests: the order of parameters and of different headers has no meaning.
    pub fn sorted(&self) -> impl PartialEq + Debug + use<'_> {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut parameters: Vec<&str> = query.split('&').collect();
        parameters.sort_unstable();
        let mut headers: Vec<(&str, Cow<'_, str>)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
            .collect();
        headers.sort_by_key(|(name, _)| *name);
        (&self.method, path, parameters, headers, &self.body)
    }
}
