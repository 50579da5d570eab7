//! The headers that signing adds to a request.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::Error;
use crate::primitives::ascii::{header_value, own_ascii};
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::HashedPayload;
use crate::sigv4::session_token::ReadyToken;
use crate::sigv4::signature::Signature;

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

/// Whether the signer writes a header itself, so that it signs and sends no other.
pub(crate) fn is_written(name: &str) -> bool {
    Written::default().notes(name)
}

/// The headers that the signer writes and that a request already has, from an earlier signing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Written(u8);

impl Written {
    /// Records a header if the signer writes it. Returns whether the signer writes it.
    pub(crate) fn notes(&mut self, name: &str) -> bool {
        let bit = WRITTEN.iter().position(|written| *written == name);
        self.0 |= bit.map_or(0, |bit| 1 << bit);
        bit.is_some()
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.iter().any(|noted| noted == name)
    }

    fn iter(self) -> impl Iterator<Item = &'static str> {
        let noted = move |(i, _): &(usize, &&str)| self.0 >> i & 1 == 1;
        WRITTEN
            .iter()
            .enumerate()
            .filter(noted)
            .map(|(_, name)| *name)
    }
}

/// Far above any real request, and far below the maximum of `http`, 32,768.
const MANY_HEADERS: usize = 4096;

/// The headers that signing adds to a request in slices.
///
/// Do not send the headers of the request that they [replace](Self::replaces).
///
/// [`Signer::sign_raw`](crate::Signer::sign_raw) returns it.
///
/// ```
/// use countersign::{
///     Credentials, PayloadHash, RawRequest, Signer, Timestamp,
/// };
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "sqs")?;
/// // A retry: the request has the date of the first attempt.
/// let headers: [(&str, &[u8]); 2] = [
///     ("host", b"sqs.us-east-1.amazonaws.com"),
///     ("x-amz-date", b"20150830T123559Z"),
/// ];
/// let request = RawRequest {
///     method: "GET",
///     path: "/",
///     query: "",
///     headers: &headers,
/// };
/// let now: Timestamp = "2015-08-30T12:36:00Z".parse()?;
/// let added = signer.sign_raw(&request, PayloadHash::EMPTY, now)?;
///
/// let names = headers.iter().map(|(name, _)| *name);
/// let mut sent: Vec<&str> =
///     names.filter(|name| !added.replaces(name)).collect();
/// sent.extend(added.iter().map(|(name, _)| name));
/// assert_eq!(sent, ["host", "x-amz-date", "authorization"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AddedHeaders<'s> {
    pub(crate) date: AmzDate,
    pub(crate) content_sha256: Option<HashedPayload>,
    pub(crate) session_token: Option<&'s ReadyToken>,
    pub(crate) region_set: Option<&'s str>,
    pub(crate) authorization: Vec<u8>,
    pub(crate) signature: Signature,
    /// The headers that an earlier signing left in the request.
    pub(crate) stale: Written,
}

impl AddedHeaders<'_> {
    /// Returns the lowercase names and the values. They contain the session token and the
    /// signature.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let token = self
            .session_token
            .map(|token| (token.header_name, own_ascii(token.header.as_bytes())));
        [
            Some((DATE, self.date.as_str())),
            self.content_sha256
                .as_ref()
                .map(|hashed| (CONTENT_SHA256, hashed.as_str())),
            token,
            self.region_set.map(|regions| (REGION_SET, regions)),
            Some((AUTHORIZATION, own_ascii(&self.authorization))),
        ]
        .into_iter()
        .flatten()
    }

    /// Whether a header of the request must be removed before these are added.
    ///
    /// An earlier signing left such a header, and the new signature does not cover it.
    pub fn replaces(&self, name: &str) -> bool {
        WRITTEN.contains(&name)
    }

    /// Returns the signature, to sign chunks or messages after the request.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Reserves space for all of them and `more`, so that inserting cannot fail.
    pub(crate) fn reserve(headers: &mut HeaderMap, more: usize) -> Result<(), Error> {
        // A map with very many names may grow at any insertion, and panics above its limit.
        if headers.keys_len() > MANY_HEADERS {
            return Err(Error::TooManyHeaders);
        }
        // One is for the `host` header.
        let room = headers.try_reserve(6 + more);
        room.map_err(|_| Error::TooManyHeaders)
    }

    pub(crate) fn insert_into(self, headers: &mut HeaderMap) -> Signature {
        for name in self.stale.iter() {
            headers.remove(name);
        }
        let mut insert = |name, value| headers.insert(name, value);
        insert(
            const { HeaderName::from_static(DATE) },
            header_value(&self.date.as_bytes()[..]),
        );
        if let Some(hashed) = self.content_sha256 {
            let value = match hashed.literal() {
                // Checked at compile time, like the names.
                Some("UNSIGNED-PAYLOAD") => const { HeaderValue::from_static("UNSIGNED-PAYLOAD") },
                Some(literal) => HeaderValue::from_static(literal),
                None => header_value(hashed.as_bytes()),
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
                header_value(regions),
            );
        }
        let mut authorization = header_value(self.authorization);
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
