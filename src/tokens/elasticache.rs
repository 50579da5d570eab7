//! Passwords for ElastiCache.

use crate::timestamp::Timestamp;
use http::{HeaderValue, Method};

use super::endpoint::{one_label, required};
use super::token::without_scheme;
use super::{FIFTEEN_MINUTES, Token, presign, request};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sign::signer::Signer;
use crate::sigv4::object_key::encode_segment;

/// A password for a replication group of Amazon ElastiCache (Valkey 7.2 or Redis OSS 7.0 and up).
///
/// - Permission: `elasticache:Connect` on the replication group and on the user, whose user id and
///   user name must be the same, with IAM as authentication mode.
/// - Lives for 15 minutes. A connection is closed after 12 hours, unless `AUTH` or `HELLO` is sent
///   on it with a new token, outside of a transaction.
/// - Goes to `AUTH user token` or `HELLO 3 AUTH user token`, over TLS.
///
/// `cache` is the replication group's id, not its address. AWS keeps it in lower case: it is signed
/// as it is given.
///
/// Amazon ElastiCache User Guide, "Authenticating with IAM".
///
/// # Errors
/// A cache name that is empty or an address; no user; what [`Signer`](crate::Signer) refuses.
///
/// ```
/// use countersign::{tokens, Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now: Timestamp = "2023-01-02T11:00:00Z".parse()?;
/// let password = tokens::elasticache(&credentials, "us-east-1", "my-cache", "iam-user-01", now)?;
/// assert!(password.expose().starts_with("my-cache/?Action=connect&User=iam-user-01&"));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn elasticache(
    credentials: &Credentials,
    region: &str,
    cache: &str,
    user: &str,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    one_label("cache name", cache)?;
    connect(credentials, region, "elasticache", cache, user, "", now)
}

/// As [`elasticache`], for a serverless cache, by its name. The permission is
/// `elasticache:Connect` on the serverless cache and on the user.
///
/// # Errors
/// As there.
///
/// ```
/// use countersign::{tokens, Credentials, Timestamp};
/// # let now: Timestamp = "2025-01-01T00:00:00Z".parse()?;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let password = tokens::elasticache_serverless(&credentials, "us-east-1", "my-cache", "app", now)?;
/// assert!(password.expose().contains("&ResourceType=ServerlessCache&"));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn elasticache_serverless(
    credentials: &Credentials,
    region: &str,
    cache: &str,
    user: &str,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    one_label("cache name", cache)?;
    let kind = "&ResourceType=ServerlessCache";
    connect(credentials, region, "elasticache", cache, user, kind, now)
}

/// The token of both kinds of caches, and of MemoryDB.
pub(super) fn connect(
    credentials: &Credentials,
    region: &str,
    service: &'static str,
    name: &str,
    user: &str,
    kind: &str,
    now: Timestamp,
) -> Result<Token, Error> {
    required("user", user)?;
    let user = encode_segment(user);
    let url = format!("http://{name}/?Action=connect&User={user}{kind}");
    let mut request = request(Method::GET, &url)?;
    // A name is no host, whose letters presigning would write in lowercase.
    let host = HeaderValue::try_from(name).map_err(|_| Error::MissingHost)?;
    request.headers_mut().insert(http::header::HOST, host);
    let signer = Signer::new(credentials.clone(), region, service)?;
    let presigned = presign(&signer, &request, FIFTEEN_MINUTES, now)?;
    Ok(Token::of(presigned, |url| {
        let rest = without_scheme(url).get(name.len()..);
        format!("{name}{}", rest.unwrap_or_default())
    }))
}
