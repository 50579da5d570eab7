//! Shared by the targets: requests as text, which a fuzzer can change as an HTTP client would send
//! them and people can read, and the meaning of such a request, implemented without the crate's
//! canonicalizer.

use std::collections::{BTreeMap, BTreeSet};

use countersign::verify::{
    PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{Credentials, PayloadHash, RawRequest, Rules, Service, SessionTokenPlacement};
use http::{HeaderValue, Request, Uri};
use percent_encoding::{percent_decode, percent_decode_str};
use time::OffsetDateTime;
use time::macros::datetime;

/// The access key ID of most vectors.
pub const ID: &str = "AKIDEXAMPLE";
/// The secret access key of most vectors.
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// A session token that needs escapes.
pub const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE/token+with==";
/// The time of all signatures.
pub const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
/// The region of all signatures.
pub const REGION: &str = "us-east-1";

/// Services with rules of their own, and one without.
pub const SERVICES: [&str; 8] = [
    "service",
    "s3",
    "s3express",
    "glacier",
    "aoss",
    "vpc-lattice-svcs",
    "iotdevicegateway",
    "execute-api",
];

/// The actions whose responses are parsed.
pub const ACTIONS: [&str; 14] = [
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "DecodeAuthorizationMessage",
    "GetAccessKeyInfo",
    "GetCallerIdentity",
    "GetDelegatedAccessToken",
    "GetFederationToken",
    "GetScopedCredentials",
    "GetSessionToken",
    "GetWebIdentityToken",
    "CreateSession",
    "GetAuthorizationToken",
];

/// The service for the low bits of a byte.
pub fn service(options: u8) -> &'static str {
    SERVICES[usize::from(options % 8)]
}

/// Long-term credentials, or temporary ones.
pub fn credentials(temporary: bool) -> Credentials {
    let credentials = Credentials::new(ID, SECRET);
    if temporary {
        credentials.with_session_token(TOKEN)
    } else {
        credentials
    }
}

/// A header name as CGI shows it, which has no signs in its names: all are one sign.
pub fn in_cgi(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}

/// How often a request itself contains the text, as then it may be printed.
pub fn says(text: &[u8], secret: &str) -> usize {
    let decoded: Vec<u8> = percent_decode(text).collect();
    [text, &decoded]
        .iter()
        .flat_map(|text| text.windows(secret.len()))
        .filter(|&window| window == secret.as_bytes())
        .count()
}

/// A copy of `bytes` with one byte changed.
pub fn tampered(bytes: &[u8], place: u16, change: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let length = bytes.len().max(1);
    if let Some(byte) = bytes.get_mut(usize::from(place) % length) {
        *byte ^= change.max(1);
    }
    bytes
}

/// A request as text: `METHOD TARGET`, lines of `name:value`, an empty line, the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: Vec<(&'a str, &'a [u8])>,
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// Parses the text. `None` if it does not have this form. Nothing else is checked.
    pub fn read(text: &'a [u8]) -> Option<Self> {
        let (first, mut rest) = line(text);
        let first = std::str::from_utf8(first).ok()?;
        let (method, target) = first.split_once(' ')?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = Vec::new();
        loop {
            let (header, more) = line(rest);
            rest = more;
            if header.is_empty() {
                break;
            }
            let colon = header.iter().position(|&byte| byte == b':')?;
            let name = std::str::from_utf8(&header[..colon]).ok()?;
            headers.push((name, &header[colon + 1..]));
            // A verifier refuses more than 256 headers by default.
            if headers.len() > 240 {
                return None;
            }
        }
        Some(Self {
            method,
            path,
            query,
            headers,
            body: rest,
        })
    }

    /// Writes the text that [`Message::read`] parses.
    pub fn write(&self) -> Vec<u8> {
        let mark = if self.query.is_empty() { "" } else { "?" };
        let mut text = format!("{} {}{mark}{}\n", self.method, self.path, self.query).into_bytes();
        for (name, value) in &self.headers {
            text.extend_from_slice(name.as_bytes());
            text.push(b':');
            text.extend_from_slice(value);
            text.push(b'\n');
        }
        text.push(b'\n');
        text.extend_from_slice(self.body);
        text
    }

    /// The request in slices.
    pub fn raw(&self) -> RawRequest<'_> {
        RawRequest {
            method: self.method,
            path: self.path,
            query: self.query,
            headers: &self.headers,
        }
    }

    /// The request in the types of `http`, with an origin such as `https://example.com` or none.
    /// `None` if they do not accept it unchanged.
    pub fn http(&self, origin: &str) -> Option<Request<Vec<u8>>> {
        let mark = if self.query.is_empty() { "" } else { "?" };
        let uri: Uri = format!("{origin}{}{mark}{}", self.path, self.query)
            .parse()
            .ok()?;
        if uri.path() != self.path || uri.query().unwrap_or_default() != self.query {
            return None;
        }
        let mut request = Request::builder().method(self.method).uri(uri);
        for (name, value) in &self.headers {
            // `http` would convert the name to lowercase.
            if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return None;
            }
            request = request.header(*name, HeaderValue::from_bytes(value).ok()?);
        }
        request.body(self.body.to_vec()).ok()
    }

    /// Whether something is repeated that a verifier accepts once: a header with one meaning, or two
    /// names that are one in CGI. Signers do not check this.
    pub fn repeats_itself(&self) -> bool {
        let count = |wanted| {
            self.headers
                .iter()
                .filter(|(name, _)| *name == wanted)
                .count()
        };
        let names: BTreeSet<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        let as_shown: BTreeSet<String> = names.iter().map(|name| in_cgi(name)).collect();
        count("x-amz-decoded-content-length") > 1
            || count("x-amz-trailer") > 1
            || as_shown.len() < names.len()
    }

    /// The meaning that a signature with these rules and signed headers covers.
    pub fn meaning(&self, rules: &Rules, signed: &[&str]) -> Meaning {
        let mut query = parameters(self.query);
        // In a query, the signature is added last, and for IoT the token after it.
        if self
            .headers
            .iter()
            .all(|(name, _)| *name != "authorization")
        {
            let token_last = rules.session_token != SessionTokenPlacement::Signed;
            query.retain(|(name, _)| {
                name != b"X-Amz-Signature" && !(token_last && name == b"X-Amz-Security-Token")
            });
        }
        let mut headers = BTreeMap::<String, Vec<u8>>::new();
        for (name, value) in self
            .headers
            .iter()
            .filter(|(name, _)| signed.contains(name))
        {
            headers
                .entry((*name).to_owned())
                .and_modify(|joined| joined.push(b','))
                .or_default()
                .extend(folded(value));
        }
        Meaning {
            method: self.method.to_owned(),
            path: path(self.path, rules),
            query,
            headers,
        }
    }
}

/// The part of a request that a signature covers.
#[derive(Debug, PartialEq)]
pub struct Meaning {
    method: String,
    path: Vec<u8>,
    query: Vec<(Vec<u8>, Vec<u8>)>,
    headers: BTreeMap<String, Vec<u8>>,
}

fn line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|&byte| byte == b'\n') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &[]),
    }
}

/// The decoded parameters of a query, sorted.
pub fn parameters(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    // A bare plus is a space.
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).collect::<Vec<u8>>();
    let mut all: Vec<_> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    all.sort();
    all
}

/// The meaning of a path with these rules: for S3's family the decoded key.
pub fn path(path: &str, rules: &Rules) -> Vec<u8> {
    let path = if path.is_empty() { "/" } else { path };
    if rules.normalize_path {
        resolved(path).into_bytes()
    } else if rules.recode_path {
        percent_decode_str(path).collect()
    } else {
        path.as_bytes().to_vec()
    }
}

/// A path without repeated slashes and dot segments.
pub fn resolved(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path
        .split('/')
        .filter(|segment| !matches!(*segment, "" | "."))
    {
        if segment == ".." {
            kept.pop();
        } else {
            kept.push(segment);
        }
    }
    let slash = if path.ends_with('/') && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{slash}", kept.join("/"))
}

/// The value of a header, trimmed, with each run of white space as one space.
pub fn folded(value: &[u8]) -> Vec<u8> {
    let words = value.split(|byte| matches!(byte, b' ' | b'\t'));
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    words.join(&b' ')
}

/// An `http` request as the text that [`Message::read`] parses.
pub fn text_of(request: &Request<Vec<u8>>) -> Vec<u8> {
    let headers = request.headers().iter();
    Message {
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        headers: headers
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect(),
        body: request.body(),
    }
    .write()
}

/// Verifies a request with the key that its claim names. Panics if the payload is not as it was
/// signed.
pub fn verify(
    message: &Message<'_>,
    service: &str,
    key: &VerificationKey,
    unsigned: bool,
) -> Result<(), VerifyError> {
    let request = message.raw();
    let claim = SignedRequest::parse_raw(&request)?;
    let verifier = Verifier::new(REGION, Service::from(service))
        .unwrap()
        .allow_dot_segments();
    let verified = match verifier.verify_signature(&claim, key, NOW)? {
        PendingVerification::Hashed(head) => head.verify(PayloadHash::new(message.body))?,
        PendingVerification::Unsigned(head) if unsigned => head.accept(),
        PendingVerification::Unsigned(_)
        | PendingVerification::SignedStream(_)
        | PendingVerification::UnsignedStream(_) => panic!("not as it was signed"),
    };
    assert_eq!(verified.access_key_id(), key.access_key_id());
    assert!(!format!("{verified:?}").contains(TOKEN) || says(&message.write(), TOKEN) > 0);
    Ok(())
}
