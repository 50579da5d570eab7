//! Requests, as the signer sees them.

use std::fmt;
use std::net::Ipv4Addr;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, request::Parts};

use crate::error::Error;
use crate::primitives::scan::holds;

/// A request that can be signed: [`http::Request`] with any body, or [`http::request::Parts`].
///
/// The trait is sealed, so that a signature covers exactly what these types contain.
///
/// ```
/// use countersign::{Error, HttpRequest, PayloadHash, Signer};
/// use time::OffsetDateTime;
///
/// /// A client library that signs requests with any body.
/// fn sign_get<R: HttpRequest>(
///     signer: &Signer,
///     request: &mut R,
///     now: OffsetDateTime,
/// ) -> Result<(), Error> {
///     signer.sign(request, PayloadHash::EMPTY, now)?;
///     Ok(())
/// }
/// ```
pub trait HttpRequest: sealed::Sealed {
    #[doc(hidden)]
    fn method(&self) -> &Method;
    #[doc(hidden)]
    fn uri(&self) -> &Uri;
    #[doc(hidden)]
    fn headers(&self) -> &HeaderMap;
    #[doc(hidden)]
    fn headers_mut(&mut self) -> &mut HeaderMap;
}

impl<B> HttpRequest for Request<B> {
    fn method(&self) -> &Method {
        self.method()
    }
    fn uri(&self) -> &Uri {
        self.uri()
    }
    fn headers(&self) -> &HeaderMap {
        self.headers()
    }
    fn headers_mut(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }
}

impl HttpRequest for Parts {
    fn method(&self) -> &Method {
        &self.method
    }
    fn uri(&self) -> &Uri {
        &self.uri
    }
    fn headers(&self) -> &HeaderMap {
        &self.headers
    }
    fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }
}

mod sealed {
    pub trait Sealed {}
    impl<B> Sealed for http::Request<B> {}
    impl Sealed for http::request::Parts {}
}

/// A request in slices, for programs without the types of `http`. It is also the fastest input.
///
/// All parts are as they are sent: the path and the query are percent-encoded once.
///
/// ```
/// use countersign::{
///     PayloadHash, RawRequest, Rules, sigv4::CanonicalRequest,
/// };
///
/// let request = RawRequest {
///     method: "GET",
///     path: "/photos/a%20b.jpg",
///     query: "versionId=1",
///     headers: &[("host", b"bucket.s3.amazonaws.com")],
/// };
/// let canonical = CanonicalRequest::from_raw(
///     &request,
///     &Rules::S3,
///     PayloadHash::Unsigned,
/// )?;
/// assert!(
///     canonical
///         .to_string()
///         .starts_with("GET\n/photos/a%20b.jpg\nversionId=1\n")
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct RawRequest<'a> {
    /// The method as it is sent, usually in uppercase.
    pub method: &'a str,
    /// The path, which begins with `/`. An empty path counts as `/`.
    pub path: &'a str,
    /// The query without the `?`; empty if there is none.
    pub query: &'a str,
    /// The names in lowercase, and the values. `host` must be one of them. For HTTP/2, its value is
    /// that of `:authority`.
    pub headers: &'a [(&'a str, &'a [u8])],
}

/// Omits the query and the values of headers, which may contain tokens and signatures.
impl fmt::Debug for RawRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// A request as the canonicalizer reads it, borrowed from either kind of request.
#[derive(Clone, Copy)]
pub(crate) struct RequestView<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// Without the `?`; empty if there is none.
    pub(crate) query: &'a str,
    /// The host of the URI. It is used if there is no `host` header.
    pub(crate) host: Option<&'a str>,
    pub(crate) headers: Headers<'a>,
}

/// The headers of a request, and the changes that an operation makes when it signs.
#[derive(Clone, Copy)]
pub(crate) struct Headers<'a> {
    own: OwnHeaders<'a>,
    changes: &'a [HeaderChange],
}

#[derive(Clone, Copy)]
enum OwnHeaders<'a> {
    Map(&'a HeaderMap),
    /// Checked: names are tokens in lowercase, and values contain no control characters.
    Slices(&'a [(&'a str, &'a [u8])]),
}

/// A header that an operation sets, or removes if there is no value.
pub(crate) type HeaderChange = (HeaderName, Option<HeaderValue>);

impl<'a> RequestView<'a> {
    pub(crate) fn new<R: HttpRequest>(request: &'a R) -> Self {
        let uri = request.uri();
        Self {
            method: request.method().as_str(),
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            host: host_of(uri),
            headers: Headers {
                own: OwnHeaders::Map(request.headers()),
                changes: &[],
            },
        }
    }

    /// Reads a request in slices, and checks what the types of `http` guarantee.
    ///
    /// A line break would forge a line of the canonical request. A name with an uppercase letter
    /// would not be recognized as one that must be signed.
    pub(crate) fn from_raw(request: &RawRequest<'a>) -> Result<Self, Error> {
        let RawRequest {
            method,
            path,
            query,
            headers,
        } = *request;
        if method.is_empty() || !method.bytes().all(is_token) {
            return Err(Error::InvalidMethod {
                method: method.to_owned(),
            });
        }
        for (name, value) in headers {
            check_header(name, value)?;
        }
        Ok(Self {
            method,
            path,
            query,
            host: None,
            headers: Headers {
                own: OwnHeaders::Slices(headers),
                changes: &[],
            },
        })
    }

    /// The request after the changes.
    pub(crate) fn with(mut self, changes: &'a [HeaderChange]) -> Self {
        self.headers.changes = changes;
        self
    }
}

impl<'a> Headers<'a> {
    /// The names and values in the order of the request, then those that the operation sets.
    pub(crate) fn iter(self) -> HeadersIter<'a> {
        HeadersIter {
            own: match self.own {
                OwnHeaders::Map(map) => OwnHeadersIter::Map(map.iter()),
                OwnHeaders::Slices(slices) => OwnHeadersIter::Slices(slices.iter()),
            },
            changes: self.changes,
            set: self.changes.iter(),
        }
    }
}

/// What [`Headers::iter`] returns.
pub(crate) struct HeadersIter<'a> {
    own: OwnHeadersIter<'a>,
    changes: &'a [HeaderChange],
    set: std::slice::Iter<'a, HeaderChange>,
}

enum OwnHeadersIter<'a> {
    Map(http::header::Iter<'a, HeaderValue>),
    Slices(std::slice::Iter<'a, (&'a str, &'a [u8])>),
}

impl<'a> Iterator for HeadersIter<'a> {
    type Item = (&'a str, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let own = match &mut self.own {
                OwnHeadersIter::Map(map) => map
                    .next()
                    .map(|(name, value)| (name.as_str(), value.as_bytes())),
                OwnHeadersIter::Slices(slices) => slices.next().copied(),
            };
            let Some(own) = own else {
                return self.next_set();
            };
            if self.changes.is_empty() || !self.changes(own.0) {
                return Some(own);
            }
        }
    }
}

impl<'a> HeadersIter<'a> {
    /// Whether the operation changes a header. Few do, so this is not part of the loop.
    #[cold]
    fn changes(&self, name: &str) -> bool {
        self.changes.iter().any(|(changed, _)| changed == name)
    }

    /// The next header that the operation sets.
    #[cold]
    fn next_set(&mut self) -> Option<(&'a str, &'a [u8])> {
        self.set
            .find_map(|(name, value)| Some((name.as_str(), value.as_ref()?.as_bytes())))
    }
}

/// Checks the name and the value of a header in slices.
pub(crate) fn check_header(name: &str, value: &[u8]) -> Result<(), Error> {
    if name.is_empty() || !name.bytes().all(is_lowercase_token) {
        return Err(Error::InvalidHeaderName {
            name: name.to_owned(),
        });
    }
    if holds(value, |b| b.is_ascii_control() & (b != b'\t')) {
        return Err(Error::InvalidHeaderValue {
            name: name.to_owned(),
        });
    }
    Ok(())
}

/// Whether a byte may be in a method (RFC 9110, 5.6.2).
fn is_token(byte: u8) -> bool {
    is_lowercase_token(byte.to_ascii_lowercase())
}

/// Whether a byte may be in a lowercase header name.
fn is_lowercase_token(byte: u8) -> bool {
    /// A table, because every byte of every name is looked up.
    static TOKEN: [bool; 256] = {
        let mut table = [false; 256];
        let mut bytes: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
        while let [byte, rest @ ..] = bytes {
            #[allow(clippy::indexing_slicing, reason = "const, in bounds")]
            {
                table[*byte as usize] = true;
            }
            bytes = rest;
        }
        table
    };
    TOKEN.get(usize::from(byte)) == Some(&true)
}

/// Whether an application behind CGI, WSGI or the like cannot tell two header names apart. Such
/// interfaces write `_` for `-`, and some of them for every sign, as lighttpd and PHP do.
pub(crate) fn same_in_cgi(a: &str, b: &str) -> bool {
    let same =
        |(x, y): (u8, u8)| x == y || !(x.is_ascii_alphanumeric() || y.is_ascii_alphanumeric());
    a.len() == b.len() && a.bytes().zip(b.bytes()).all(same)
}

/// Whether such an application reads a header as an `x-amz-*` header.
#[cfg(any(feature = "http-body", feature = "legacy"))]
pub(crate) fn is_amz_in_cgi(name: &str) -> bool {
    name.get(.."x-amz-".len())
        .is_some_and(|start| same_in_cgi(start, "x-amz-"))
}

/// The host as an HTTP client will send it: the authority as written, without user information and
/// without the port that the scheme implies.
pub(crate) fn host_of(uri: &Uri) -> Option<&str> {
    let authority = authority_of(uri)?;
    let default = match uri.scheme_str() {
        Some("https" | "wss") => ":443",
        Some("http" | "ws") => ":80",
        _ => ":",
    };
    let host = authority.strip_suffix(default).unwrap_or(authority);
    let host = host.strip_suffix(':').unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// The authority without user information. A client would send that as an `authorization` header,
/// so it is not part of `host` or of a presigned URL.
pub(crate) fn authority_of(uri: &Uri) -> Option<&str> {
    let text = uri.authority()?.as_str();
    if !holds(text.as_bytes(), |byte| byte == b'@') {
        return Some(text);
    }
    Some(text.rsplit_once('@').map_or(text, |(_, host)| host))
}

/// Whether a host in lowercase is always this machine. Short and octal spellings of an address
/// count as names, because resolvers differ about them.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || address()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_this_machine_and_nothing_that_looks_like_it() {
        for host in [
            "localhost",
            "a.localhost",
            "127.0.0.1",
            "127.255.255.254",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.example.com",
            "evil-localhost",
            "127.0.0.1.example.com",
            "127.1",
            "0177.0.0.1",
            "127.0.0.01",
            "2130706433",
            "0x7f.0.0.1",
            "128.0.0.1",
            "10.0.0.1",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[fe80::1]",
            "0.0.0.0",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn the_host_of_a_uri_has_no_user_information_and_no_default_port() {
        for (uri, host) in [
            ("https://Example.com/", Some("Example.com")),
            ("https://example.com:443/", Some("example.com")),
            ("https://example.com:80/", Some("example.com:80")),
            ("http://example.com:80/", Some("example.com")),
            ("http://example.com:443/", Some("example.com:443")),
            ("wss://example.com:443/mqtt", Some("example.com")),
            (
                "https://user:pass@example.com:8443/",
                Some("example.com:8443"),
            ),
            ("https://user@example.com/", Some("example.com")),
            ("https://[::1]:443/", Some("[::1]")),
            ("https://[::1]:9000/", Some("[::1]:9000")),
            ("https://[::1]/", Some("[::1]")),
            ("https://example.com:99999/", Some("example.com:99999")),
            ("https://example.com:/", Some("example.com")),
            ("/relative", None),
        ] {
            assert_eq!(host_of(&uri.parse().unwrap()), host, "{uri}");
        }
    }
}
