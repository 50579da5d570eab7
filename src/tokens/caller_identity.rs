//! Proofs of who calls: a signed `GetCallerIdentity` that somebody else sends.
//!
//! A server that wants to know which AWS identity it talks to lets the client sign a request to
//! STS, sends it there itself, and reads the answer. The client's secret key never leaves it.
//! `GetCallerIdentity` needs no permission, and nobody can be denied it.
//!
//! Whoever receives a proof can pass it on to another server. So a proof carries an *audience*: a
//! header, signed, that names the server that it is for. A server must ask for its own.
//!
//! - [`presigned`]: a URL.
//! - [`signed`]: a `POST` with an `authorization` header.
//! - [`vault`], [`google`], [`mongodb`]: what these expect, made of the second.
//! - [`ProofCheck`]: the server's side. What it lets through can be sent to STS safely.
//!
//! Each lives for 15 minutes. STS API Reference, "`GetCallerIdentity`".
//!
//! ```
//! use countersign::Timestamp;
//! use countersign::Credentials;
//! use countersign::tokens::caller_identity::{self, ProofCheck};
//! use http::{HeaderName, HeaderValue};
//!
//! // The client:
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! let host = caller_identity::host("eu-west-1")?;
//! let audience = Some(("x-audience", "login.example.com"));
//! let proof = caller_identity::presigned(&credentials, "eu-west-1", &host, audience, now)?;
//!
//! // The server:
//! let audience = (HeaderName::from_static("x-audience"), HeaderValue::from_static("login.example.com"));
//! let check = ProofCheck::new(["sts.eu-west-1.amazonaws.com"], audience);
//! let checked = check.presigned(proof.expose(), now)?;
//! let request = checked.into_request(); // send it, follow no redirect, and read the answer
//! assert_eq!(request.uri().host(), Some("sts.eu-west-1.amazonaws.com"));
//! assert_eq!(request.headers()["x-audience"], "login.example.com");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attestation;
mod check;
mod error;
mod google;

mod mongodb;
mod proof;
mod vault;

use http::{HeaderName, HeaderValue, Method};

use super::endpoint::{check_region, host as checked_host};
use super::{FIFTEEN_MINUTES, Token, presign, request};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::service::partition::{self, Partition};
use crate::sign::signer::Signer;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

pub(super) use attestation::attestation;
pub use check::{CheckedProof, ProofCheck};
pub use error::ProofError;
pub use google::google;
pub use mongodb::{MongoDbProof, mongodb};
pub use proof::{Proof, signed};
pub use vault::vault;

/// All that a proof asks STS for: the whole query, or the whole body.
pub(super) const QUERY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// The host of STS in a region, `sts.eu-west-1.amazonaws.com`.
///
/// That of `aws-global` is `sts.amazonaws.com`. A proof for it is signed for `us-east-1`.
///
/// # Errors
/// - [`Error::InvalidRegion`] if the region cannot be part of a host name
///
/// ```
/// use countersign::tokens::caller_identity;
///
/// assert_eq!(caller_identity::host("cn-north-1")?, "sts.cn-north-1.amazonaws.com.cn");
/// assert_eq!(caller_identity::host("aws-global")?, "sts.amazonaws.com");
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn host(region: &str) -> Result<String, Error> {
    if region == partition::GLOBAL {
        return Ok("sts.amazonaws.com".to_owned());
    }
    check_host_label(region)?;
    Ok(format!("sts.{region}.{}", Partition::of(region).domain()))
}

/// A proof in the form of a presigned URL, for a `GET`.
///
/// The audience is a header that the server adds when it sends the URL to STS; it does not travel
/// with the URL. Without one, whoever receives the URL can use it elsewhere.
///
/// # Errors
/// An invalid host, or one of another region; an audience that no header can carry; what [`Signer`]
/// refuses.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::Credentials;
/// use countersign::tokens::caller_identity::{self, ProofCheck};
/// use http::{HeaderName, HeaderValue};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let (host, now) = ("sts.us-east-1.amazonaws.com", "2026-01-01T12:00:00Z".parse::<Timestamp>()?);
/// let audience = Some(("x-audience", "a.example.com"));
/// let proof = caller_identity::presigned(&credentials, "us-east-1", host, audience, now)?;
///
/// // The server knows the audience: it is its own name.
/// let own = (HeaderName::from_static("x-audience"), HeaderValue::from_static("a.example.com"));
/// let checked = ProofCheck::new([host], own).presigned(proof.expose(), now)?;
/// assert_eq!((checked.access_key_id(), checked.date().as_str()), ("AKIDEXAMPLE", "20260101T120000Z"));
/// let request = checked.into_request(); // to be sent to STS, which alone can tell
/// assert_eq!(request.headers()["x-audience"], "a.example.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn presigned(
    credentials: &Credentials,
    region: &str,
    host: &str,
    audience: Option<(&str, &str)>,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let url = format!("https://{}/?{QUERY}", host_in(region, host)?);
    let mut get = request(Method::GET, &url)?;
    if let Some((name, value)) = audience {
        let (name, value) = audience_header(name, value)?;
        get.headers_mut().insert(name, value);
    }
    let region = partition::signing_region(region);
    let signer = Signer::new(credentials.clone(), region, "sts")?;
    let presigned = presign(&signer, &get, FIFTEEN_MINUTES, now.into())?;
    Ok(Token::of(presigned, str::to_owned))
}

/// A host in lowercase that states no other region.
fn host_in(region: &str, host: &str) -> Result<String, Error> {
    let host = checked_host(host)?;
    check_region(&host, &["sts", "sts-fips"], region)?;
    Ok(host)
}

/// A header that is signed as it is, whatever stands before or behind it on the way.
fn audience_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let visible = |b: u8| b == b' ' || b.is_ascii_graphic();
    if value.is_empty() || value.trim() != value || !value.bytes().all(visible) {
        let problem = "is empty, or holds something else than visible ASCII";
        return Err(Error::invalid_parameter("audience", problem));
    }
    let name: HeaderName = name.parse().map_err(|_| Error::InvalidHeaderName {
        name: name.to_owned(),
    })?;
    if is_own(name.as_str()) {
        return Err(Error::invalid_parameter(
            "audience header",
            "is one that the signer writes itself",
        ));
    }
    let value = HeaderValue::from_str(value)
        .map_err(|_| Error::invalid_parameter("audience", "is none that a header can carry"))?;
    Ok((name, value))
}

/// Headers that cannot say for whom a proof is: the signer's own, those of every request, and those
/// that are never signed.
fn is_own(name: &str) -> bool {
    let rules = crate::service::Rules::GENERIC;
    name.starts_with("x-amz-")
        || matches!(name, "host" | "content-type" | "content-length")
        || !rules.signs(name)
}
