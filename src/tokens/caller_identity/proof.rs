//! Proofs that are requests with an `authorization` header.

use super::super::FIFTEEN_MINUTES;
use super::super::secret::Secret;
use super::{QUERY, audience_header, host_in};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::request::RawRequest;
use crate::service::partition::signing_region;
use crate::sign::signer::Signer;
use crate::sigv4::payload_hash::PayloadHash;
use crate::timestamp::Timestamp;

/// The value that AWS's own SDKs send.
const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Generates a proof that is a `POST` request to STS with an `authorization` header.
///
/// `audience` is a header name and value. Without an audience, a server can pass the proof on to
/// another one.
///
/// # Errors
/// - [`Error::InvalidParameter`] if the host is malformed, has a port, or contains another region
/// - [`Error::InvalidParameter`] if the audience is empty or not printable ASCII, or its header is
///   one that the signer writes
/// - [`Error::InvalidHeaderName`] if the audience's header name is not an HTTP token
/// - everything [`Signer::new`] and [`Signer::sign`] return
///
/// ```
/// use countersign::tokens::caller_identity;
/// use countersign::{Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let audience = Some(("x-teleport-challenge", "abc123=="));
/// let now: Timestamp = "2024-07-07T07:00:00Z".parse()?;
/// let host = "sts.amazonaws.com";
/// let proof = caller_identity::signed(
///     &credentials,
///     "us-east-1",
///     host,
///     audience,
///     now,
/// )?;
/// assert_eq!(proof.url(), "https://sts.amazonaws.com/");
/// assert!(
///     proof
///         .expose_headers()
///         .any(|(name, _)| name == "authorization")
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn signed(
    credentials: &Credentials,
    region: &str,
    host: &str,
    audience: Option<(&str, &str)>,
    now: impl Into<Timestamp>,
) -> Result<Proof, Error> {
    let now = now.into();
    let mut headers = vec![("content-type".to_owned(), CONTENT_TYPE.to_owned())];
    if let Some((name, value)) = audience {
        headers.push(own_audience(name, value)?);
    }
    let host = host_in(region, host)?;
    Proof::new(credentials, region, host, headers, QUERY, now)
}

/// Checks an audience, and returns it as text.
pub(super) fn own_audience(name: &str, value: &str) -> Result<(String, String), Error> {
    let (name, _) = audience_header(name, value)?;
    Ok((name.as_str().to_owned(), value.to_owned()))
}

/// A signed `GetCallerIdentity` request, for a server to send.
///
/// It is zeroised when dropped, and `Debug` does not print the values of its headers.
///
/// ```
/// use countersign::tokens::caller_identity;
/// use countersign::{Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2024-07-07T07:00:00Z".parse()?;
/// let host = "sts.amazonaws.com";
/// let proof =
///     caller_identity::signed(&credentials, "us-east-1", host, None, now)?;
/// assert_eq!(proof.method(), "POST");
/// assert_eq!(proof.url(), "https://sts.amazonaws.com/");
/// assert_eq!(proof.body(), "Action=GetCallerIdentity&Version=2011-06-15");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Proof {
    url: String,
    /// Lowercase names, and values.
    headers: Vec<(String, Secret)>,
    body: &'static str,
    expires_at: Timestamp,
}

impl Proof {
    /// Signs a proof for a checked host.
    ///
    /// The parameters are in the body, or in the query if the body is empty. `headers` does not
    /// contain `host`.
    pub(in crate::tokens) fn new(
        credentials: &Credentials,
        region: &str,
        host: String,
        headers: Vec<(String, String)>,
        body: &'static str,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let query = if body.is_empty() { QUERY } else { "" };
        let mut all = vec![("host".to_owned(), host.clone())];
        all.extend(headers);
        let raw: Vec<(&str, &[u8])> = all
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let request = RawRequest {
            method: "POST",
            path: "/",
            query,
            headers: &raw,
        };
        let region = signing_region(region);
        let signer = Signer::new(credentials.clone(), region, "sts")?;
        let added = signer.sign_raw(&request, PayloadHash::new(body), now)?;
        let added: Vec<(String, String)> = added
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let headers = all
            .into_iter()
            .chain(added)
            .map(|(name, value)| (name, value.into()))
            .collect();
        let (context, date) = signer.context(now)?;
        Ok(Self {
            url: if query.is_empty() {
                format!("https://{host}/")
            } else {
                format!("https://{host}/?{query}")
            },
            headers,
            body,
            expires_at: FIFTEEN_MINUTES.end(&date, context.expiration)?,
        })
    }

    /// Returns the method, `POST`.
    pub fn method(&self) -> &'static str {
        "POST"
    }

    /// Returns the URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns all headers, including `host`, with lowercase names.
    ///
    /// They contain the signature and the session token.
    pub fn expose_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), &**value))
    }

    pub(in crate::tokens) fn header(&self, name: &str) -> Option<&str> {
        self.expose_headers()
            .find_map(|(own, value)| (own == name).then_some(value))
    }

    /// Returns the body.
    pub fn body(&self) -> &'static str {
        self.body
    }

    /// Returns when the proof or its credentials expire, whichever comes first.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}
