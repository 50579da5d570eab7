//! Canonical request: the one canonicaliser, for signing, presigning, verifying and explaining.

pub(crate) mod headers;
pub(crate) mod path;
pub(crate) mod query;

use std::fmt;

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::primitives::encode::Sink;
use crate::request::{HttpRequest, RawRequest, host_of};
use crate::service::Rules;
use crate::sigv4::payload_hash::{HashedPayload, PayloadHash};

use headers::{CanonicalHeaders, Header};
use path::CanonicalPath;
use query::{CanonicalQuery, Parameter};

/// A canonical request: the one form of a request that both sides can write down.
///
/// `Display` gives its text, byte for byte what is hashed (as long as the headers are UTF-8). The
/// text holds the session token, where that is signed; `Debug` tells no values.
///
/// AWS: "Create a signed AWS API request", step 1.
///
/// ```
/// use countersign::{sigv4::CanonicalRequest, PayloadHash, Rules};
///
/// let request = http::Request::get("https://iam.amazonaws.com/?Version=2010-05-08&Action=ListUsers")
///     .header("x-amz-date", "20150830T123600Z")
///     .body(())?;
/// let canonical = CanonicalRequest::new(&request, &Rules::GENERIC, PayloadHash::EMPTY)?;
/// assert_eq!(
///     canonical.to_string(),
///     "GET\n\
///      /\n\
///      Action=ListUsers&Version=2010-05-08\n\
///      host:iam.amazonaws.com\n\
///      x-amz-date:20150830T123600Z\n\
///      \n\
///      host;x-amz-date\n\
///      e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CanonicalRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: CanonicalPath<'a>,
    pub(crate) query: CanonicalQuery<'a>,
    pub(crate) headers: CanonicalHeaders<'a>,
    pub(crate) payload: HashedPayload,
}

impl<'a> CanonicalRequest<'a> {
    /// Of a request as it stands, before or after it was signed: with all the headers that the
    /// rules sign, and without the signature itself. Without a `host` header the URI's authority
    /// stands for it, in lowercase.
    ///
    /// # Errors
    /// - [`Error::MissingHost`] if neither a `host` header nor the URI names a host
    /// - [`Error::InvalidPath`] as [`CanonicalPath::new`] returns it
    /// - [`Error::InvalidQuery`] as [`CanonicalQuery::new`] returns it
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalRequest, PayloadHash, Rules};
    ///
    /// // S3's example of a `GET`, as it goes to the string to sign.
    /// let request = http::Request::get("https://examplebucket.s3.amazonaws.com/test.txt")
    ///     .header("range", "bytes=0-9")
    ///     .header("x-amz-content-sha256", PayloadHash::EMPTY.to_hashed_payload().as_str())
    ///     .header("x-amz-date", "20130524T000000Z")
    ///     .body(())?;
    /// let canonical = CanonicalRequest::new(&request, &Rules::S3, PayloadHash::EMPTY)?;
    /// assert_eq!(hex::encode(canonical.hash()), "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new<R: HttpRequest>(
        request: &'a R,
        rules: &Rules,
        payload: PayloadHash,
    ) -> Result<Self, Error> {
        let keep = keeps(rules, request.headers().contains_key("authorization"));
        let sign = |name: &str| signs(rules, name);
        let mut canonical = Self::empty(payload);
        let path = |path| CanonicalPath::new(path, rules);
        canonical.read(request, path, keep, sign)?;
        canonical.sort();
        Ok(canonical)
    }

    /// As [`new`](Self::new), of a request in slices.
    ///
    /// # Errors
    /// As there; and a method, header name or header value that is none.
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalRequest, PayloadHash, RawRequest, Rules};
    ///
    /// let request = RawRequest { method: "GET", path: "/", query: "b=2&a=1", headers: &[("host", b"example.com")] };
    /// let canonical = CanonicalRequest::from_raw(&request, &Rules::GENERIC, PayloadHash::Unsigned)?;
    /// assert_eq!(canonical.to_bytes(), b"GET\n/\na=1&b=2\nhost:example.com\n\nhost\nUNSIGNED-PAYLOAD");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn from_raw(
        request: &RawRequest<'a>,
        rules: &Rules,
        payload: PayloadHash,
    ) -> Result<Self, Error> {
        let mut names = request.headers.iter().map(|(name, _)| *name);
        let keep = keeps(rules, names.any(|name| name == "authorization"));
        let sign = |name: &str| signs(rules, name);
        let mut canonical = Self::empty(payload);
        let path = |path| CanonicalPath::new(path, rules);
        canonical.read(*request, path, keep, sign)?;
        canonical.sort();
        Ok(canonical)
    }

    /// Filled in place, because it is large to move about.
    pub(crate) fn empty(payload: PayloadHash) -> Self {
        Self {
            method: "",
            path: CanonicalPath::root(),
            query: CanonicalQuery::empty(),
            headers: CanonicalHeaders::unsorted(),
            payload: payload.to_hashed_payload(),
        }
    }

    /// Takes the path in the form that `path` makes of it, and the parameters and headers that `keep`
    /// and `sign` say, in the order of the request; more can be added before they are sorted.
    pub(crate) fn read<'r: 'a>(
        &mut self,
        request: impl Source<'r>,
        path: impl FnOnce(&'a str) -> Result<CanonicalPath<'a>, Error>,
        keep: impl FnMut(&Parameter<'a>) -> Result<bool, Error>,
        mut sign: impl FnMut(&str) -> bool,
    ) -> Result<(), Error> {
        self.method = request.method()?;
        self.path = path(request.path())?;
        self.query.read(request.query(), keep)?;
        let mut hosts = Hosts::None;
        let sign = |name: &str, value: &[u8]| {
            if name == "host" {
                hosts = hosts.and(value);
            }
            sign(name)
        };
        request.read_headers(&mut self.headers, sign)?;
        match hosts {
            Hosts::One => {}
            Hosts::None => {
                let host = request.host().ok_or(Error::MissingHost)?;
                self.headers.push_host(host.as_bytes());
            }
            Hosts::Blank => return Err(Error::MissingHost),
            Hosts::Several => return Err(Error::DuplicateHost),
        }
        Ok(())
    }

    pub(crate) fn sort(&mut self) {
        self.query.sort();
        self.headers.sort();
    }

    /// The names of the signed headers, joined with `;`.
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalRequest, PayloadHash, Rules};
    ///
    /// let request = http::Request::get("https://sqs.us-east-1.amazonaws.com/")
    ///     .header("x-amz-date", "20150830T123600Z")
    ///     .header("content-type", "application/x-amz-json-1.0")
    ///     .header("user-agent", "rewritten by every hop")
    ///     .body(())?;
    /// let canonical = CanonicalRequest::new(&request, &Rules::GENERIC, PayloadHash::EMPTY)?;
    /// assert_eq!(canonical.signed_headers(), "content-type;host;x-amz-date");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn signed_headers(&self) -> String {
        self.headers.signed_headers()
    }

    /// The text as bytes, which is what is hashed.
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalRequest, PayloadHash, Rules};
    ///
    /// let request = http::Request::get("https://example.com/").body(())?;
    /// let canonical = CanonicalRequest::new(&request, &Rules::GENERIC, PayloadHash::Unsigned)?;
    /// assert_eq!(canonical.to_bytes(), b"GET\n/\n\nhost:example.com\n\nhost\nUNSIGNED-PAYLOAD");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    /// The SHA-256 of the text, the last line of the string to sign.
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalRequest, PayloadHash, Rules};
    ///
    /// let request = http::Request::get("https://example.com/").body(())?;
    /// let canonical = CanonicalRequest::new(&request, &Rules::GENERIC, PayloadHash::EMPTY)?;
    /// assert_eq!(PayloadHash::new(canonical.to_bytes()), PayloadHash::Sha256(canonical.hash()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash(&self) -> [u8; 32] {
        self.begin_hash().finalize().into()
    }

    /// The same, for those who may have more to hash.
    pub(crate) fn begin_hash(&self) -> Sha256 {
        let mut hash = Sha256::new();
        self.write(&mut hash);
        hash
    }

    /// As [`hash`](Self::hash), where the list of signed headers has been written already.
    pub(crate) fn hash_with(&self, signed_headers: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        self.write_with(&mut hash, |sink| sink.put(signed_headers));
        hash.finalize().into()
    }

    pub(crate) fn write(&self, sink: &mut impl Sink) {
        self.write_with(sink, |sink| self.headers.write_names(sink));
    }

    fn write_with<S: Sink>(&self, sink: &mut S, signed_headers: impl FnOnce(&mut S)) {
        sink.put(self.method.as_bytes());
        sink.put(b"\n");
        self.path.write(sink);
        sink.put(b"\n");
        self.query.write(sink);
        sink.put(b"\n");
        self.headers.write(sink);
        sink.put(b"\n");
        signed_headers(sink);
        sink.put(b"\n");
        sink.put(self.payload.as_str().as_bytes());
    }
}

impl fmt::Display for CanonicalRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(f, |sink| self.write(sink))
    }
}

pub(crate) fn check_method(method: &str) -> Result<(), Error> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if method.is_empty() || !method.bytes().all(token) {
        return Err(Error::InvalidMethod {
            method: method.to_owned(),
        });
    }
    Ok(())
}

/// As [`Rules::signs`], of a request that may carry a token which is added after signing.
fn signs(rules: &Rules, name: &str) -> bool {
    rules.signs(name)
        && name != "authorization"
        && !(name == "x-amz-security-token" && rules.session_token.is_unsigned(false))
}

/// Which parameters of a request, signed or not, are part of its canonical form: all, in header
/// form, and in query form all but the signature.
pub(crate) fn keeps(
    rules: &Rules,
    header_form: bool,
) -> impl FnMut(&Parameter<'_>) -> Result<bool, Error> {
    let after_signing = rules.session_token.is_unsigned(true);
    move |parameter| {
        let added_last = parameter.is_exactly("X-Amz-Signature")
            || (after_signing && parameter.is_exactly("X-Amz-Security-Token"));
        Ok(header_form || !added_last)
    }
}

/// A request in either of its forms, as it is read.
pub(crate) trait Source<'a>: Copy {
    fn method(self) -> Result<&'a str, Error>;
    fn path(self) -> &'a str;
    fn query(self) -> &'a str;
    /// Adds those headers that `sign` says.
    fn read_headers<'c>(
        self,
        headers: &mut CanonicalHeaders<'c>,
        sign: impl FnMut(&str, &[u8]) -> bool,
    ) -> Result<(), Error>
    where
        'a: 'c;
    /// The host, where no header says it.
    fn host(self) -> Option<&'a str>;
}

impl<'a, R: HttpRequest> Source<'a> for &'a R {
    fn method(self) -> Result<&'a str, Error> {
        Ok(HttpRequest::method(self).as_str())
    }

    fn path(self) -> &'a str {
        self.uri().path()
    }

    fn query(self) -> &'a str {
        self.uri().query().unwrap_or_default()
    }

    fn read_headers<'c>(
        self,
        headers: &mut CanonicalHeaders<'c>,
        mut sign: impl FnMut(&str, &[u8]) -> bool,
    ) -> Result<(), Error>
    where
        'a: 'c,
    {
        for (name, value) in self.headers() {
            let (name, value) = (name.as_str(), value.as_bytes());
            if sign(name, value) {
                headers.push(name, value);
            }
        }
        Ok(())
    }

    fn host(self) -> Option<&'a str> {
        host_of(self.uri())
    }
}

impl<'a> Source<'a> for RawRequest<'a> {
    fn method(self) -> Result<&'a str, Error> {
        check_method(self.method).map(|()| self.method)
    }

    fn path(self) -> &'a str {
        self.path
    }

    fn query(self) -> &'a str {
        self.query
    }

    fn read_headers<'c>(
        self,
        headers: &mut CanonicalHeaders<'c>,
        mut sign: impl FnMut(&str, &[u8]) -> bool,
    ) -> Result<(), Error>
    where
        'a: 'c,
    {
        for (name, value) in self.headers {
            // Signed or not: in upper case it may be one that had to be signed.
            let header = Header::of_raw(name, value)?;
            if sign(name, value) {
                headers.push_header(header);
            }
        }
        Ok(())
    }

    fn host(self) -> Option<&'a str> {
        None
    }
}

/// How many `host` headers a request has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hosts {
    None,
    One,
    /// One without a value.
    Blank,
    Several,
}

impl Hosts {
    fn and(self, value: &[u8]) -> Self {
        match self {
            Self::None if value.trim_ascii().is_empty() => Self::Blank,
            Self::None => Self::One,
            Self::One | Self::Blank | Self::Several => Self::Several,
        }
    }
}

/// Text for people, from a writer for machines.
fn display(f: &mut fmt::Formatter<'_>, write: impl FnOnce(&mut Vec<u8>)) -> fmt::Result {
    let mut text = Vec::new();
    write(&mut text);
    f.write_str(&String::from_utf8_lossy(&text))
}
