//! What the signer adds to a request: onto headers, or onto the query.

use std::sync::OnceLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::credentials::SessionToken;
use crate::error::Error;
use crate::primitives::encode::{ascii, encode, encode_segment};
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::HashedPayload;
use crate::sigv4::signature::Signature;

/// Puts a session token on headers, as `x-amz-security-token` (or the name that the token itself
/// has), in place of any other. The value is marked sensitive.
///
/// The signature must cover it, so this comes before signing; [`Signer::sign`](crate::Signer::sign)
/// does it by itself. For those who sign by the parts.
///
/// IAM User Guide, "Using temporary security credentials with the AWS APIs".
///
/// # Errors
/// A token that no header can carry; or no room for another header.
///
/// ```
/// let mut headers = http::HeaderMap::new();
/// countersign::sigv4::attach_session_token(&mut headers, &"AQoDYXdzEJr...".into())?;
/// assert_eq!(headers["x-amz-security-token"], "AQoDYXdzEJr...");
/// assert!(headers["x-amz-security-token"].is_sensitive());
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn attach_session_token(headers: &mut HeaderMap, token: &SessionToken) -> Result<(), Error> {
    let ready = ReadyToken::new(token)?;
    headers
        .try_insert(HeaderName::from_static(ready.header_name), ready.header)
        .map_err(|_| Error::TooManyHeaders)?;
    Ok(())
}

/// A session token as a query parameter, `X-Amz-Security-Token=…`, percent-encoded.
///
/// For those who presign by the parts: it is appended to a query before signing (after it for AWS
/// IoT). [`Signer::presign`](crate::Signer::presign) does it by itself.
///
/// # Errors
/// A token that AWS cannot have handed out.
///
/// ```
/// let parameter = countersign::sigv4::session_token_parameter(&"FwoG/+==".into())?;
/// assert_eq!(parameter, "X-Amz-Security-Token=FwoG%2F%2B%3D%3D");
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn session_token_parameter(token: &SessionToken) -> Result<String, Error> {
    token.check()?;
    Ok(format!(
        "{}={}",
        token.parameter_name(),
        encode_segment(token.expose())
    ))
}

/// A session token made ready once, for all requests that carry it.
#[derive(Clone)]
pub(crate) struct ReadyToken {
    pub(crate) header_name: &'static str,
    pub(crate) parameter_name: &'static str,
    pub(crate) header: HeaderValue,
    /// Percent-encoded, as soon as a query asks for it.
    encoded: OnceLock<Zeroizing<String>>,
}

impl ReadyToken {
    /// As a parameter of a query.
    pub(crate) fn parameter(&self) -> (&str, &str) {
        (self.parameter_name, self.encoded())
    }

    /// How long that is, with its separators.
    pub(crate) fn parameter_len(&self) -> usize {
        self.parameter_name.len() + self.encoded().len() + 2
    }

    fn encoded(&self) -> &str {
        self.encoded.get_or_init(|| {
            let token = self.header.as_bytes();
            // Room for the longest: growing would leave copies behind.
            let mut encoded = Zeroizing::new(String::with_capacity(3 * token.len()));
            encode(token, &mut *encoded);
            encoded
        })
    }

    pub(crate) fn new(token: &SessionToken) -> Result<Self, Error> {
        token.check()?;
        let mut header = header_value(token.expose().as_bytes());
        header.set_sensitive(true);
        // The first clone turns the value into a shared one; all others only count.
        let header = header.clone();
        Ok(Self {
            header_name: token.header_name(),
            parameter_name: token.parameter_name(),
            header,
            encoded: OnceLock::new(),
        })
    }
}

/// The headers that the signer writes, each with its bit in [`Written`].
pub(crate) const AUTHORIZATION: &str = "authorization";
pub(crate) const CONTENT_SHA256: &str = "x-amz-content-sha256";
pub(crate) const DATE: &str = "x-amz-date";
pub(crate) const REGION_SET: &str = "x-amz-region-set";
pub(crate) const S3_EXPRESS_TOKEN: &str = "x-amz-s3session-token";
pub(crate) const SECURITY_TOKEN: &str = "x-amz-security-token";
const WRITTEN: [&str; 6] = [
    AUTHORIZATION,
    CONTENT_SHA256,
    DATE,
    REGION_SET,
    SECURITY_TOKEN,
    S3_EXPRESS_TOKEN,
];

/// Which of the headers that the signer writes a request already had, from an earlier signing.
/// They are never signed again: they are replaced, or removed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Written(u8);

impl Written {
    /// Whether it is one of them; if so, remembered.
    pub(crate) fn notes(&mut self, name: &str) -> bool {
        if !name.starts_with("x-amz-") && name != AUTHORIZATION {
            return false;
        }
        let position = WRITTEN.iter().position(|written| *written == name);
        self.0 |= position.map_or(0, |i| 1 << i);
        position.is_some()
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.iter().any(|noted| noted == name)
    }

    fn iter(self) -> impl Iterator<Item = &'static str> {
        WRITTEN
            .into_iter()
            .enumerate()
            .filter_map(move |(i, name)| (self.0 & (1 << i) != 0).then_some(name))
    }
}

/// Far more than any request has, and far fewer than `http` takes (32,768).
const MANY_HEADERS: usize = 4096;

/// The headers that signing adds to a request. Those of the request's own that they
/// [replace](Self::replaces) must not be sent.
///
/// Made by [`Signer::sign_raw`](crate::Signer::sign_raw).
///
/// ```
/// use countersign::{Credentials, PayloadHash, RawRequest, Signer};
/// use time::macros::datetime;
///
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "sqs")?;
/// // A request that is sent once more.
/// let headers: [(&str, &[u8]); 2] = [("host", b"sqs.us-east-1.amazonaws.com"), ("x-amz-date", b"20150830T123559Z")];
/// let request = RawRequest { method: "GET", path: "/", query: "", headers: &headers };
/// let added = signer.sign_raw(&request, PayloadHash::EMPTY, datetime!(2015-08-30 12:36 UTC))?;
/// let own = headers.iter().filter(|(name, _)| !added.replaces(name)).map(|(name, _)| *name);
/// let names: Vec<&str> = own.chain(added.iter().map(|(name, _)| name)).collect();
/// assert_eq!(names, ["host", "x-amz-date", "authorization"]);
/// # Ok::<(), countersign::Error>(())
/// ```
pub struct AddedHeaders<'s> {
    pub(crate) date: AmzDate,
    pub(crate) content_sha256: Option<HashedPayload>,
    pub(crate) session_token: Option<&'s ReadyToken>,
    pub(crate) region_set: Option<&'s str>,
    pub(crate) authorization: Vec<u8>,
    pub(crate) signature: Signature,
}

impl AddedHeaders<'_> {
    /// Names in lower case, and values. They hold the session token and the signature.
    ///
    /// ```
    /// use countersign::{Credentials, PayloadHash, RawRequest, Signer};
    /// # let now = time::macros::datetime!(2015-08-30 12:36 UTC);
    ///
    /// let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    ///     .with_session_token("AQoDYXdzEJr...");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let request = RawRequest { method: "GET", path: "/key", query: "", headers: &[("host", b"bucket.s3.amazonaws.com")] };
    /// let added = signer.sign_raw(&request, PayloadHash::EMPTY, now)?;
    /// let mut names: Vec<&str> = added.iter().map(|(name, _)| name).collect();
    /// names.sort_unstable();
    /// assert_eq!(names, ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let token = self
            .session_token
            .map(|token| (token.header_name, ascii(token.header.as_bytes())));
        [
            Some((DATE, self.date.as_str())),
            self.content_sha256
                .as_ref()
                .map(|hashed| (CONTENT_SHA256, hashed.as_str())),
            token,
            self.region_set.map(|regions| (REGION_SET, regions)),
            Some((AUTHORIZATION, ascii(&self.authorization))),
        ]
        .into_iter()
        .flatten()
    }

    /// Whether a header of the request must go before these are added: it is one that the signer
    /// writes, left over from an earlier signing, and it was not signed again.
    ///
    /// ```
    /// use countersign::{Credentials, PayloadHash, RawRequest, Signer};
    /// # let now = time::macros::datetime!(2015-08-30 12:36 UTC);
    ///
    /// // What is left of an earlier signing goes; the request's own headers stay.
    /// let headers: [(&str, &[u8]); 2] = [("host", b"sqs.us-east-1.amazonaws.com"), ("authorization", b"AWS4-HMAC-SHA256 ...")];
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "sqs")?;
    /// let request = RawRequest { method: "GET", path: "/", query: "", headers: &headers };
    /// let added = signer.sign_raw(&request, PayloadHash::EMPTY, now)?;
    /// assert!(added.replaces("authorization") && !added.replaces("host"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn replaces(&self, name: &str) -> bool {
        WRITTEN.contains(&name)
    }

    /// The signature, for those who sign what follows it.
    ///
    /// ```
    /// use countersign::{Credentials, PayloadHash, RawRequest, Signer};
    /// use time::macros::datetime;
    ///
    /// // The test `get-vanilla` of AWS's suite.
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    /// let signer = Signer::new(credentials, "us-east-1", "service")?;
    /// let request = RawRequest { method: "GET", path: "/", query: "", headers: &[("host", b"example.amazonaws.com")] };
    /// let added = signer.sign_raw(&request, PayloadHash::EMPTY, datetime!(2015-08-30 12:36 UTC))?;
    /// assert_eq!(added.signature().as_str(), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Room in `headers` for all of them, so that inserting cannot fail.
    pub(crate) fn reserve(headers: &mut HeaderMap) -> Result<(), Error> {
        // A map with very many names may grow at any insertion, and past its limit it panics.
        if headers.keys_len() > MANY_HEADERS {
            return Err(Error::TooManyHeaders);
        }
        // And for a `host` header.
        headers.try_reserve(6).map_err(|_| Error::TooManyHeaders)
    }

    pub(crate) fn insert_into(self, headers: &mut HeaderMap, stale: Written) -> Signature {
        for name in stale.iter() {
            headers.remove(name);
        }
        let mut insert = |name, value| headers.insert(name, value);
        insert(
            const { HeaderName::from_static(DATE) },
            header_value(self.date.as_bytes()),
        );
        if let Some(hashed) = self.content_sha256 {
            let value = match hashed.literal() {
                Some(literal) => HeaderValue::from_static(literal),
                None => header_value(hashed.as_str().as_bytes()),
            };
            insert(const { HeaderName::from_static(CONTENT_SHA256) }, value);
        }
        if let Some(token) = self.session_token {
            let name = match token.header_name {
                S3_EXPRESS_TOKEN => const { HeaderName::from_static(S3_EXPRESS_TOKEN) },
                _ => const { HeaderName::from_static(SECURITY_TOKEN) },
            };
            insert(name, token.header.clone());
        }
        if let Some(regions) = self.region_set {
            insert(
                const { HeaderName::from_static(REGION_SET) },
                header_value(regions.as_bytes()),
            );
        }
        let mut authorization = HeaderValue::try_from(self.authorization).unwrap_or(EMPTY);
        authorization.set_sensitive(true);
        insert(http::header::AUTHORIZATION, authorization);
        self.signature
    }
}

impl std::fmt::Debug for AddedHeaders<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddedHeaders")
            .field("date", &self.date)
            .finish_non_exhaustive()
    }
}

const EMPTY: HeaderValue = HeaderValue::from_static("");

/// A value of visible ASCII, which every caller here has seen to.
fn header_value(bytes: &[u8]) -> HeaderValue {
    HeaderValue::from_bytes(bytes).unwrap_or(EMPTY)
}
