//! Passwords for ElastiCache.

use crate::timestamp::Timestamp;
use http::{HeaderValue, Method};

use super::host_names::{one_label, required};
use super::token::without_scheme;
use super::{FIFTEEN_MINUTES, Token, presign, request};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sign::signer::Signer;
use crate::sigv4::object_key::encode_segment;

/// Generates a password for an Amazon ElastiCache replication group.
///
/// It requires Valkey 7.2 or Redis OSS 7.0, or a later version.
///
/// - Permission: `elasticache:Connect` on the replication group and on the user. The user must have
///   IAM as its authentication mode, and the same text as user ID and user name.
/// - Lifetime: 15 minutes. The connection is closed after 12 hours, unless `AUTH` or `HELLO` is sent
///   on it with a new token, outside of a transaction.
/// - Used as: `AUTH user token` or `HELLO 3 AUTH user token`, over TLS.
///
/// `cache` is the replication group's ID, not its address. It is signed without change, so write it
/// in lowercase, as AWS does.
///
/// Amazon ElastiCache User Guide, "Authenticating with IAM".
///
/// # Errors
/// - [`Error::InvalidParameter`] if the user is empty, or the cache name is empty or contains a domain
///   or a port
/// - everything [`Signer::new`](crate::Signer::new) and [`Signer::presign`](crate::Signer::presign)
///   return
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2023-01-02T11:00:00Z".parse()?;
/// let password =
///     tokens::elasticache(&credentials, "us-east-1", "my-cache", "app", now)?;
/// assert!(
///     password
///         .expose()
///         .starts_with("my-cache/?Action=connect&User=app&")
/// );
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

/// Generates a password for an Amazon ElastiCache serverless cache.
///
/// `cache` is the name of the serverless cache. The permission is `elasticache:Connect` on the
/// serverless cache and on the user. Everything else is as for [`elasticache`].
///
/// # Errors
/// - everything [`elasticache`] returns
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

/// Generates the token of both kinds of caches, and of MemoryDB.
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
    // As a `host` header the name keeps its letter case: presigning turns a URL's host to lowercase.
    let host = HeaderValue::try_from(name).map_err(|_| Error::MissingHost)?;
    request.headers_mut().insert(http::header::HOST, host);
    let signer = Signer::new(credentials.clone(), region, service)?;
    let presigned = presign(&signer, &request, FIFTEEN_MINUTES, now)?;
    Ok(Token::of(presigned, |url| {
        let rest = without_scheme(url).get(name.len()..);
        [name, rest.unwrap_or_default()].concat()
    }))
}
