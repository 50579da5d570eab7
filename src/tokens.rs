//! Passwords, keys and proofs that are presigned requests in disguise.
//!
//! Databases, caches, brokers, clusters and model endpoints take, where they ask for a password or
//! a key, a request to AWS that is signed and never sent. Each function here makes one, without a
//! network and without a clock; what comes back is a secret that knows when it ends.
//!
//! | function | for | lives | goes |
//! |---|---|---|---|
//! | [`rds`] | RDS, Aurora, RDS Proxy | 15 minutes | the database password |
//! | [`dsql`], [`dsql_admin`] | Aurora DSQL | up to 7 days | the database password |
//! | [`elasticache`], [`elasticache_serverless`] | ElastiCache | 15 minutes | `AUTH user token` |
//! | [`memorydb`] | MemoryDB | 15 minutes | `AUTH user token` |
//! | [`msk`] | Amazon MSK | 15 minutes | SASL/OAUTHBEARER |
//! | [`eks`] | EKS | 14 minutes | `Authorization: Bearer`, by way of kubectl |
//! | [`bedrock`] | Amazon Bedrock | up to 12 hours | `Authorization: Bearer`, API keys |
//! | [`iot`] | AWS IoT Core | up to 7 days | the URL of an MQTT connection |
//! | [`codecommit`] | CodeCommit | 15 minutes | Git's user name and password |
//! | [`keyspaces`] | Amazon Keyspaces | 15 minutes | the answer to a challenge of SASL |
//! | [`Neptune`] | Amazon Neptune | 5 minutes | the password of a Bolt connection |
//! | [`AppSync`] | AWS AppSync | 5 minutes | WebSocket connections and messages |
//! | [`snowflake`] | Snowflake workload identity | 15 minutes | the `token` of a login |
//! | [`ses_smtp`] | Amazon SES | as long as the key | SMTP user name and password |
//! | [`caller_identity`] | Vault, Google Cloud, MongoDB, your own server | 15 minutes | a login |
//!
//! With temporary credentials each ends with them, if they end first:
//! [`expires_at`](Token::expires_at) says when. A connection that was made with a token usually
//! lives on after it. Make a new token for each new connection: making one is a matter of
//! microseconds, and it is not checked anywhere before it is used.
//!
//! ```
//! use countersign::{tokens, Credentials, Timestamp};
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
//! let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! let password = tokens::rds(&credentials, "us-east-1", "db.abc.us-east-1.rds.amazonaws.com:5432", "app", now)?;
//! assert!(password.expose().starts_with("db.abc.us-east-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app&"));
//! assert_eq!(password.expires_at(), "2026-01-01T12:15:00Z".parse::<Timestamp>()?);
//! # Ok::<(), countersign::Error>(())
//! ```

pub mod caller_identity;

mod appsync;
mod bedrock;
mod codecommit;
mod dsql;
mod eks;
mod elasticache;
mod endpoint;
mod iot;
mod keyspaces;
mod memorydb;
mod msk;
mod neptune;
mod rds;
mod rds_host;
mod ses_smtp;
mod snowflake;
mod stated_region;
mod token;

use http::{Method, Request};
use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::error::Error;
use crate::sign::presigned::{Lifetime, Presigned};
use crate::sign::signer::Signer;
use crate::sigv4::payload_hash::PayloadHash;
use crate::timestamp::Timestamp;

pub use appsync::{AppSync, AppSyncConnection};
pub use bedrock::bedrock;
pub use codecommit::{GitCredentials, codecommit};
pub use dsql::{dsql, dsql_admin};
pub use eks::{EksToken, EksTokenGenerator, ExecApiVersion, eks};
pub use elasticache::{elasticache, elasticache_serverless};
pub use iot::{MqttUrl, iot};
pub use keyspaces::{KEYSPACES_INITIAL_RESPONSE, keyspaces};
pub use memorydb::memorydb;
pub use msk::msk;
pub use neptune::{Neptune, NeptuneLogin};
pub use rds::{RdsTokenGenerator, rds};
pub use rds_host::{RdsHost, RdsHostKind};
pub use ses_smtp::{SmtpLogin, ses_smtp};
pub use snowflake::snowflake;
pub use token::Token;

const FIFTEEN_MINUTES: Lifetime = seconds(900);

/// Of a fixed lifetime, which the credentials may end.
const fn seconds(seconds: u64) -> Lifetime {
    Lifetime {
        seconds: Some(seconds),
        may_outlive: true,
    }
}

/// Presigns a request without a body, its parameters in the order in which AWS's SDKs write them.
fn presign(
    signer: &Signer,
    request: &Request<()>,
    lifetime: Lifetime,
    now: Timestamp,
) -> Result<Presigned, Error> {
    let (context, date) = signer.context(now)?;
    signer.with_key(&date, context, |key| {
        let terms = context.terms(Some(PayloadHash::EMPTY), lifetime, &date, key)?;
        let mut presigned = context.presign(request, &terms)?;
        presigned.url = in_order(Zeroizing::new(presigned.url));
        Ok(presigned)
    })
}

/// The session token behind the signed headers: the signature does not mind, and tokens come out
/// the same to the byte as those of AWS's own tools.
fn in_order(url: Zeroizing<String>) -> String {
    let pieces = url
        .split_once("&X-Amz-Security-Token=")
        .and_then(|(start, rest)| {
            let (token, rest) = rest.split_once("&X-Amz-SignedHeaders=")?;
            let (headers, signature) = rest.split_once("&X-Amz-Signature=")?;
            Some([start, headers, token, signature])
        });
    let Some([start, headers, token, signature]) = pieces else {
        return url.as_str().to_owned();
    };
    format!(
        "{start}&X-Amz-SignedHeaders={headers}&X-Amz-Security-Token={token}&X-Amz-Signature={signature}"
    )
}

/// A request to a URL that was put together from checked pieces. What is left to go wrong is its
/// length.
fn request(method: Method, url: &str) -> Result<Request<()>, Error> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    *request.uri_mut() = url
        .parse()
        .map_err(|_| Error::UrlTooLong { length: url.len() })?;
    Ok(request)
}

/// `GET`, the usual way to make a token: presigned for 15 minutes unless `lifetime` says otherwise.
fn presign_get(
    credentials: &Credentials,
    region: &str,
    service: &'static str,
    url: &str,
    lifetime: Lifetime,
    now: Timestamp,
) -> Result<Presigned, Error> {
    let signer = Signer::new(credentials.clone(), region, service)?;
    presign(&signer, &request(Method::GET, url)?, lifetime, now)
}
