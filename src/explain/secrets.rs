//! The secrets of a request and its response, and texts without them.

use zeroize::Zeroizing;

use crate::sigv4::object_key::encode_segment;

use super::RequestHead;
use super::text::{decode, readable};

/// Replaces hidden text.
const ELIDED: &str = "[elided]";
/// The shortest secret that is searched for in every text, in bytes, and the largest number of such
/// secrets. The value of a secret header or parameter is hidden in any case.
const SHORTEST_SECRET: usize = 8;
const MOST_SECRETS: usize = 32;

/// Headers that contain session tokens, signatures or keys.
fn is_secret_header(name: &str) -> bool {
    [
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-amz-security-token",
        "x-amz-s3session-token",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-copy-source-server-side-encryption-customer-key",
    ]
    .iter()
    .any(|secret| name.trim().eq_ignore_ascii_case(secret))
}

/// Parameters that contain session tokens or signatures.
fn is_secret_parameter(name: &str) -> bool {
    // As often as it may have been encoded.
    let mut name = name.to_owned();
    for _ in 0..3 {
        if !name.contains('%') {
            break;
        }
        name = decode(&name);
    }
    [
        "x-amz-security-token",
        "x-amz-s3session-token",
        "x-amz-signature",
        "x-amz-server-side-encryption-customer-key",
        "signature",
        "securitytoken",
    ]
    .iter()
    .any(|secret| name.trim().eq_ignore_ascii_case(secret))
}

/// The known secrets of a request and its response, which must not be shown.
#[derive(Clone, Default)]
pub(super) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    pub(super) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.len() < SHORTEST_SECRET || self.0.len() >= MOST_SECRETS {
            return;
        }
        let plain = decode(secret);
        let encoded = encode_segment(&plain);
        let twice = encode_segment(&encoded);
        for form in [secret.to_owned(), plain, encoded, twice] {
            if !self.0.iter().any(|known| **known == form) {
                self.0.push(Zeroizing::new(form));
            }
        }
        // The longest first, so that no end of one remains.
        self.0.sort_by_key(|known| std::cmp::Reverse(known.len()));
    }

    /// Adds the secret values of a request, also of a malformed one.
    pub(super) fn add_request(&mut self, request: &RequestHead) {
        for (name, value) in request.headers() {
            let (name, text) = (name.as_str(), readable(value.as_bytes()));
            if name.starts_with("x-amz-") && is_secret_header(name) {
                self.add(&text);
            } else if name != "authorization" {
            } else if let Some((_, signature)) = text.split_once("Signature=") {
                self.add(signature.split(',').next().unwrap_or_default());
            } else if let Some((_, signature)) = text.rsplit_once([':', ' ']) {
                self.add(signature);
            }
        }
        self.add_query(request.uri().query().unwrap_or_default());
    }

    /// Adds the secret values of a query.
    pub(super) fn add_query(&mut self, query: &str) {
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if is_secret_parameter(name) {
                self.add(value);
            }
        }
    }

    /// Adds the secret values of a canonical request.
    pub(super) fn add_canonical(&mut self, text: &str) {
        for (i, line) in text.split('\n').enumerate() {
            if i == 2 {
                self.add_query(line);
            } else if let Some((name, value)) = line.split_once(':')
                && is_secret_header(name)
            {
                self.add(value);
            }
        }
    }

    /// A text without known secrets.
    pub(super) fn other(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), ELIDED);
            }
        }
        text
    }

    /// The value of a header without secrets.
    pub(super) fn header(&self, name: &str, value: &str) -> String {
        if is_secret_header(name) && !value.is_empty() {
            return elided(value);
        }
        self.other(value)
    }

    /// A query without secrets.
    pub(super) fn query(&self, query: &str) -> String {
        let pieces = query.split('&').map(|piece| match piece.split_once('=') {
            Some((name, value)) if is_secret_parameter(name) => {
                format!("{name}={}", elided(value))
            }
            _ => piece.to_owned(),
        });
        self.other(&pieces.collect::<Vec<_>>().join("&"))
    }

    /// A canonical request without secrets.
    pub(super) fn canonical(&self, text: &str) -> String {
        let mut secret = false;
        let lines = text.split('\n').enumerate().map(|(i, line)| match i {
            // A path may contain a colon, but is not a header.
            0 | 1 => self.other(line),
            2 => self.query(line),
            _ => match line.split_once(':') {
                Some((name, value)) => {
                    secret = is_secret_header(name);
                    format!("{name}:{}", self.header(name, value))
                }
                // A line without a name continues the secret of the line before.
                None if secret && !line.is_empty() => ELIDED.to_owned(),
                None => {
                    secret = false;
                    self.other(line)
                }
            },
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn elided(value: &str) -> String {
    format!("[elided, {} characters]", value.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "IQoJb3JpZ2lu/aCXVz==";
    const ENCODED: &str = "IQoJb3JpZ2lu%2FaCXVz%3D%3D";
    const TWICE: &str = "IQoJb3JpZ2lu%252FaCXVz%253D%253D";

    /// A token that is known is hidden wherever it stands and however it is written.
    #[test]
    fn a_known_secret_is_hidden_everywhere() {
        for known in [TOKEN, ENCODED] {
            let mut secrets = Secrets::default();
            secrets.add(&format!(" {known}\n"));
            for form in [TOKEN, ENCODED, TWICE] {
                let text = format!("a {form} b");
                assert_eq!(secrets.other(&text), "a [elided] b");
                assert_eq!(secrets.header("x-amz-meta-a", &text), "a [elided] b");
                let query = format!("a={form}&b=1");
                assert_eq!(secrets.query(&query), "a=[elided]&b=1");
            }
        }
        // Too short to be looked for.
        let mut secrets = Secrets::default();
        secrets.add("1234567");
        assert_eq!(secrets.other("1234567"), "1234567");
        secrets.add("12345678");
        assert_eq!(secrets.other("12345678"), "[elided]");
    }

    /// Each has three forms, of which some are equal; what is too many is not looked for.
    #[test]
    fn at_most_32_secrets_are_looked_for() {
        let mut secrets = Secrets::default();
        let secret = |i: usize| format!("secret-of-letters-{i:02}");
        for i in 0..40 {
            secrets.add(&secret(i));
            secrets.add(&secret(i));
        }
        for i in 0..40 {
            let hidden = secrets.other(&secret(i)) == "[elided]";
            assert_eq!(hidden, i < 32, "{i}");
        }
        // Of one that begins another, no end stays.
        let mut secrets = Secrets::default();
        secrets.add("beginning");
        secrets.add("beginning-and-end");
        assert_eq!(secrets.other("beginning-and-end"), "[elided]");
    }

    #[test]
    fn signatures_of_every_scheme_are_known() {
        let signature = "frJIUN8DYpKDtOLCwo//yllqDzg=";
        for authorization in [
            format!("AWS AKIDEXAMPLE:{signature}"),
            format!("Bearer {signature}"),
            format!("AWS4-HMAC-SHA256 Credential=a, Signature={signature}"),
            format!("AWS4-HMAC-SHA256 Signature={signature}, Credential=a"),
        ] {
            let request = http::Request::get("https://h.example/?a=b");
            let request = request.header("authorization", authorization);
            let mut secrets = Secrets::default();
            secrets.add_request(&request.body(()).unwrap());
            let text = format!("a {signature} b");
            assert_eq!(secrets.other(&text), "a [elided] b");
        }
    }

    /// What one place tells to be secret is hidden in the others.
    #[test]
    fn a_secret_of_one_place_is_hidden_in_the_others() {
        let header = |name: &str| {
            let mut secrets = Secrets::default();
            let request = http::Request::get("https://h.example/").header(name, TOKEN);
            secrets.add_request(&request.body(()).unwrap());
            secrets
        };
        let canonical = |text: String| {
            let mut secrets = Secrets::default();
            secrets.add_canonical(&text);
            secrets
        };
        let query = format!("GET\n/\nX-Amz-Security-Token={ENCODED}\nhost:h\n\nhost\nHASH");
        let line = format!("GET\n/\n\nhost:h\nx-amz-security-token:{TOKEN}\n\nhost\nHASH");
        for secrets in [
            header("x-amz-security-token"),
            header("x-amz-s3session-token"),
            canonical(query),
            canonical(line),
        ] {
            assert_eq!(secrets.other(TOKEN), "[elided]");
        }
    }

    #[test]
    fn parameters_are_hidden_by_their_names() {
        let secrets = Secrets::default();
        for name in [
            "X-Amz-Security-Token",
            "x-amz-s3session-token",
            "X-Amz-Signature",
            "x-amz-server-side-encryption-customer-key",
            "Signature",
            "SecurityToken",
            // Encoded once, twice, three times.
            "X%2DAmz-Signature",
            "X%252DAmz-Signature",
            "X%25252DAmz-Signature",
        ] {
            let query = format!("a=1&{name}=12345&b");
            let shown = format!("a=1&{name}=[elided, 5 characters]&b");
            assert_eq!(secrets.query(&query), shown);
        }
        // Another name; and one encoded more often than it is decoded.
        for query in ["X-Amz-Date=12345", "X%2525252DAmz-Signature=12345"] {
            assert_eq!(secrets.query(query), query);
        }
    }

    #[test]
    fn headers_are_hidden_by_their_names() {
        let secrets = Secrets::default();
        for name in [
            "authorization",
            "Proxy-Authorization",
            "cookie",
            "x-amz-security-token",
            "x-amz-s3session-token",
            "x-amz-server-side-encryption-customer-key",
            "x-amz-copy-source-server-side-encryption-customer-key",
        ] {
            assert_eq!(secrets.header(name, "123"), "[elided, 3 characters]");
            assert_eq!(secrets.header(name, ""), "");
        }
        assert_eq!(secrets.header("host", "h"), "h");
    }

    #[test]
    fn a_canonical_request_is_shown_without_its_secrets() {
        let text = format!(
            "GET\n/{ENCODED}\nX-Amz-Security-Token={ENCODED}&a={ENCODED}\nhost:h\n\
             x-amz-meta-a:{TOKEN}\nx-amz-security-token:{TOKEN}\n folded:no\nx-amz-z:1\n\
             cookie:a\n rest of it\nmore of it\n\nhost;x\n{TOKEN}"
        );
        let mut secrets = Secrets::default();
        secrets.add_canonical(&text);
        let shown = "GET\n/[elided]\nX-Amz-Security-Token=[elided, 26 characters]&a=[elided]\n\
            host:h\nx-amz-meta-a:[elided]\nx-amz-security-token:[elided, 20 characters]\n\
            \u{20}folded:no\nx-amz-z:1\ncookie:[elided, 1 characters]\n[elided]\n[elided]\n\n\
            host;x\n[elided]";
        assert_eq!(secrets.canonical(&text), shown);
        // A path with a colon is no header.
        let text = format!("GET\n/{ENCODED}:x\n\nhost:h\n\nhost\nx");
        let shown = "GET\n/[elided]:x\n\nhost:h\n\nhost\nx";
        assert_eq!(secrets.canonical(&text), shown);
    }
}
