//! Canonical requests, for signing, presigning, verifying and explaining.

pub(crate) mod headers;
pub(crate) mod path;
pub(crate) mod query;

use std::fmt;

use crate::error::Error;
use crate::primitives::sha256::Sha256;
use crate::primitives::sink::Sink;
use crate::request::{HttpRequest, RawRequest, RequestView};
use crate::service::Rules;
use crate::sigv4::payload_hash::{HashedPayload, PayloadHash};

use headers::CanonicalHeaders;
use path::CanonicalPath;
use query::{CanonicalQuery, UnsignedParameters};

/// A canonical request: the text of a request that client and server both compute.
///
/// `Display` writes the text that is hashed (with replacement characters if a header is not UTF-8).
/// The text contains the session token if that is signed. `Debug` prints names, but no values.
///
/// AWS: "Create a signed AWS API request", step 1.
///
/// ```
/// use countersign::{PayloadHash, Rules, sigv4::CanonicalRequest};
///
/// let request = http::Request::get(
///     "https://iam.amazonaws.com/?Version=2010-05-08&Action=ListUsers",
/// )
/// .header("x-amz-date", "20150830T123600Z")
/// .body(())?;
/// let canonical =
///     CanonicalRequest::new(&request, &Rules::GENERIC, PayloadHash::EMPTY)?;
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
    /// Creates the canonical request of a request, before or after signing.
    ///
    /// It contains all headers that the rules sign, but not the signature. If the request has no
    /// `host` header, the host is the authority of the URI, in lowercase.
    ///
    /// # Errors
    /// - [`Error::MissingHost`] if neither a `host` header nor the URI names a host
    /// - [`Error::InvalidPath`] as [`CanonicalPath::new`] returns it
    /// - [`Error::InvalidQuery`] as [`CanonicalQuery::new`] returns it
    ///
    /// ```
    /// use countersign::{PayloadHash, Rules, sigv4::CanonicalRequest};
    ///
    /// // S3's example of a `GET`, as it goes to the string to sign.
    /// let request =
    ///     http::Request::get("https://examplebucket.s3.amazonaws.com/test.txt")
    ///         .header("range", "bytes=0-9")
    ///         .header("x-amz-content-sha256", PayloadHash::EMPTY.to_string())
    ///         .header("x-amz-date", "20130524T000000Z")
    ///         .body(())?;
    /// let canonical =
    ///     CanonicalRequest::new(&request, &Rules::S3, PayloadHash::EMPTY)?;
    /// assert_eq!(
    ///     hex::encode(canonical.hash()),
    ///     "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new<R: HttpRequest>(
        request: &'a R,
        rules: &Rules,
        payload: PayloadHash,
    ) -> Result<Self, Error> {
        Self::of_view(&RequestView::new(request), rules, payload)
    }

    /// Creates the canonical request of a request in slices.
    ///
    /// # Errors
    /// - everything that [`new`](Self::new) returns
    /// - [`Error::InvalidMethod`], [`Error::InvalidHeaderName`], [`Error::InvalidHeaderValue`] if
    ///   HTTP cannot carry it; header names are in lowercase
    ///
    /// ```
    /// use countersign::{
    ///     PayloadHash, RawRequest, Rules, sigv4::CanonicalRequest,
    /// };
    ///
    /// let request = RawRequest {
    ///     method: "GET",
    ///     path: "/",
    ///     query: "b=2&a=1",
    ///     headers: &[("host", b"example.com")],
    /// };
    /// let canonical = CanonicalRequest::from_raw(
    ///     &request,
    ///     &Rules::GENERIC,
    ///     PayloadHash::Unsigned,
    /// )?;
    /// assert_eq!(
    ///     canonical.to_bytes(),
    ///     b"GET\n/\na=1&b=2\nhost:example.com\n\nhost\nUNSIGNED-PAYLOAD"
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn from_raw(
        request: &RawRequest<'a>,
        rules: &Rules,
        payload: PayloadHash,
    ) -> Result<Self, Error> {
        Self::of_view(&RequestView::from_raw(request)?, rules, payload)
    }

    fn of_view(
        request: &RequestView<'a>,
        rules: &Rules,
        payload: PayloadHash,
    ) -> Result<Self, Error> {
        let in_header = request
            .headers
            .iter()
            .any(|(name, _)| name == "authorization");
        let unsigned = if in_header {
            UnsignedParameters::None
        } else {
            UnsignedParameters::of_url(rules)
        };
        let mut canonical = Self::empty(payload);
        let path = CanonicalPath::new(request.path, rules)?;
        canonical.read(request, path, unsigned, |name| signs(rules, name))?;
        canonical.sort();
        Ok(canonical)
    }

    /// An empty canonical request, to be filled in place: it is large, so moving it is slow.
    pub(crate) fn empty(payload: PayloadHash) -> Self {
        Self {
            method: "",
            path: CanonicalPath::root(),
            query: CanonicalQuery::empty(),
            headers: CanonicalHeaders::unsorted(),
            payload: payload.to_hashed_payload(),
        }
    }

    /// Reads a request, except parameters that are added after signing and headers that are not
    /// signed.
    ///
    /// Parameters and headers stay in the order of the request. More can be added before they are
    /// sorted.
    pub(crate) fn read(
        &mut self,
        request: &RequestView<'a>,
        path: CanonicalPath<'a>,
        unsigned: UnsignedParameters,
        mut signs: impl FnMut(&str) -> bool,
    ) -> Result<(), Error> {
        self.method = request.method;
        self.path = path;
        self.query.read(request.query, unsigned)?;
        let mut host = None;
        for (name, value) in request.headers.iter() {
            if name == "host" && host.replace(value).is_some() {
                return Err(Error::DuplicateHost);
            }
            if signs(name) {
                self.headers.push(name, value);
            }
        }
        match host {
            Some(value) if value.trim_ascii().is_empty() => return Err(Error::MissingHost),
            Some(_) => {}
            None => {
                let host = request.host.ok_or(Error::MissingHost)?;
                self.headers.push_host(host.as_bytes());
            }
        }
        Ok(())
    }

    pub(crate) fn sort(&mut self) {
        self.query.sort();
        self.headers.sort();
    }

    /// Returns the names of the signed headers, joined with `;`.
    pub fn signed_headers(&self) -> String {
        self.headers.signed_headers()
    }

    /// Returns the text as bytes. These are the bytes that are hashed.
    ///
    /// ```
    /// use countersign::{PayloadHash, Rules, sigv4::CanonicalRequest};
    ///
    /// let request = http::Request::get("https://example.com/").body(())?;
    /// let canonical = CanonicalRequest::new(
    ///     &request,
    ///     &Rules::GENERIC,
    ///     PayloadHash::Unsigned,
    /// )?;
    /// assert_eq!(
    ///     canonical.to_bytes(),
    ///     b"GET\n/\n\nhost:example.com\n\nhost\nUNSIGNED-PAYLOAD"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    /// Returns the SHA-256 of the text: the last line of the string to sign.
    ///
    /// ```
    /// use countersign::{PayloadHash, Rules, sigv4::CanonicalRequest};
    ///
    /// let request = http::Request::get("https://example.com/").body(())?;
    /// let canonical =
    ///     CanonicalRequest::new(&request, &Rules::GENERIC, PayloadHash::EMPTY)?;
    /// assert_eq!(
    ///     PayloadHash::new(canonical.to_bytes()),
    ///     PayloadHash::Sha256(canonical.hash())
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash(&self) -> [u8; 32] {
        self.begin_hash_with(|hash| self.headers.write_names(hash))
            .finish()
    }

    /// Starts the hash, for callers that append to the text, or have the list of signed headers as
    /// text.
    pub(crate) fn begin_hash_with(&self, signed_headers: impl FnOnce(&mut Sha256)) -> Sha256 {
        let mut hash = Sha256::new();
        self.write_with(&mut hash, signed_headers);
        hash
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
        sink.put(self.payload.as_bytes());
    }
}

impl fmt::Display for CanonicalRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(f, |sink| self.write(sink))
    }
}

/// As [`Rules::signs`], for a request that may carry a token that is added after signing.
fn signs(rules: &Rules, name: &str) -> bool {
    rules.signs(name)
        && name != "authorization"
        && !(name == "x-amz-security-token" && rules.session_token.is_unsigned(false))
}

/// Formats the bytes that `write` produces.
fn display(f: &mut fmt::Formatter<'_>, write: impl FnOnce(&mut Vec<u8>)) -> fmt::Result {
    let mut text = Vec::new();
    write(&mut text);
    f.write_str(&String::from_utf8_lossy(&text))
}
