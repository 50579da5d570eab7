//! Proofs of AWS identity: a `GetCallerIdentity` request that the server sends for the client.
//!
//! The client signs a request to STS and gives it to a server. The server sends it to STS and reads
//! the client's AWS identity from the response. The client's secret key stays with the client.
//! `GetCallerIdentity` requires no permission, and a policy cannot deny it.
//!
//! A server could pass a proof on to another server. A proof therefore contains an *audience*: a
//! signed header that names the server. Each server must require its own audience.
//!
//! - [`presigned`] makes a URL.
//! - [`signed`] makes a `POST` request with an `authorization` header.
//! - [`vault`], [`google`] and [`mongodb`] make logins for these servers from a signed request.
//! - [`ProofCheck`] checks a proof on the server, before it is sent to STS.
//!
//! Each proof is valid for 15 minutes. STS API Reference, "`GetCallerIdentity`".
//!
//! ```
//! use countersign::tokens::caller_identity::{self, ProofCheck};
//! use countersign::{Credentials, Timestamp};
//! use http::{HeaderName, HeaderValue};
//!
//! // The client:
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! let region = "eu-west-1";
//! let host = caller_identity::host(region)?;
//! let audience = Some(("x-audience", "login.example.com"));
//! let proof =
//!     caller_identity::presigned(&credentials, region, &host, audience, now)?;
//!
//! // The server:
//! let name = HeaderName::from_static("x-audience");
//! let audience = (name, HeaderValue::from_static("login.example.com"));
//! let check = ProofCheck::new(["sts.eu-west-1.amazonaws.com"], audience);
//! let checked = check.presigned(proof.expose(), now)?;
//! let request = checked.into_request(); // send it without following redirects
//! assert_eq!(request.uri().host(), Some("sts.eu-west-1.amazonaws.com"));
//! assert_eq!(request.headers()["x-audience"], "login.example.com");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod error;
mod google;
mod mongodb;
mod proof;
mod vault;

use http::{HeaderName, HeaderValue, Method};

use super::host_names::{check_host_region, host as checked_host};
use super::{FIFTEEN_MINUTES, Token, presign, request};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::service::hosts::{Api, STS_GLOBAL};
use crate::service::partition;
use crate::sign::signer::Signer;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

pub use check::{CheckedProof, ProofCheck};
pub use error::ProofError;
pub use google::google;
pub use mongodb::{MongoDbProof, mongodb};
pub use proof::{Proof, signed};
pub use vault::vault;

/// The whole query or body of a proof, apart from the signature.
pub(super) const QUERY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// Returns the STS host of a region, such as `sts.eu-west-1.amazonaws.com`.
///
/// The host of `aws-global` is `sts.amazonaws.com`. A proof for it is signed for `us-east-1`.
///
/// # Errors
/// - [`Error::InvalidRegion`] if the region cannot be part of a host name
///
/// ```
/// use countersign::tokens::caller_identity;
///
/// let host = caller_identity::host("cn-north-1")?;
/// assert_eq!(host, "sts.cn-north-1.amazonaws.com.cn");
/// assert_eq!(caller_identity::host("aws-global")?, "sts.amazonaws.com");
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn host(region: &str) -> Result<String, Error> {
    if region == partition::GLOBAL {
        return Ok(STS_GLOBAL.to_owned());
    }
    check_host_label(region)?;
    Api::Sts.host(region, false, false)
}

/// Generates a proof that is a presigned URL, for a `GET` request.
///
/// `audience` is a header name and value. The URL does not contain it: the server adds the header
/// when it sends the URL to STS. Without an audience, a server can pass the URL on to another one.
/// The [module](self) has an example.
///
/// # Errors
/// - [`Error::InvalidParameter`] if the host is malformed, has a port, or contains another region
/// - [`Error::InvalidParameter`] if the audience is empty or not printable ASCII, or its header is
///   one that the signer writes
/// - [`Error::InvalidHeaderName`] if the audience's header name is not an HTTP token
/// - everything [`Signer::new`] and [`Signer::presign`] return
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

/// Checks that a host contains no other region, and returns it in lowercase.
fn host_in(region: &str, host: &str) -> Result<String, Error> {
    let host = checked_host("host", host)?;
    check_host_region(&host, &["sts", "sts-fips"], region)?;
    Ok(host)
}

/// Checks an audience, whose value must reach STS unchanged.
fn audience_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let visible = |b: u8| b == b' ' || b.is_ascii_graphic();
    if value.is_empty() || value.trim() != value || !value.bytes().all(visible) {
        let problem = "must be printable ASCII without white space at either end, and not empty";
        return Err(Error::invalid_parameter("audience", problem));
    }
    let name: HeaderName = name.parse().map_err(|_| Error::InvalidHeaderName {
        name: name.to_owned(),
    })?;
    if is_own(name.as_str()) {
        return Err(Error::invalid_parameter(
            "audience header",
            "must be a header that the signer signs but does not set",
        ));
    }
    let value = HeaderValue::from_str(value)
        .map_err(|_| Error::invalid_parameter("audience", "must be a valid header value"))?;
    Ok((name, value))
}

/// Whether a header cannot be an audience.
///
/// These are the signer's own, those of every request, and those that are never signed.
fn is_own(name: &str) -> bool {
    let rules = crate::service::Rules::GENERIC;
    name.starts_with("x-amz-")
        || matches!(name, "host" | "content-type" | "content-length")
        || !rules.signs(name)
}
