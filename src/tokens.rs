//! Passwords and authentication tokens for databases, caches, brokers, clusters and logins.
//!
//! Each of these services accepts a signed request as a password or token. The client signs the
//! request and does not send it. Each function here makes such a token, without network access and
//! without reading a clock. It returns a secret with its expiration.
//!
//! | function | for | lifetime | used as |
//! |---|---|---|---|
//! | [`rds`] | RDS, Aurora, RDS Proxy | 15 minutes | the database password |
//! | [`dsql`], [`dsql_admin`] | Aurora DSQL | up to 7 days | the database password |
//! | [`elasticache`], [`elasticache_serverless`] | ElastiCache | 15 minutes | `AUTH user token` |
//! | [`memorydb`] | MemoryDB | 15 minutes | `AUTH user token` |
//! | [`msk`] | Amazon MSK | 15 minutes | SASL/OAUTHBEARER |
//! | [`eks`] | EKS | 14 minutes | `Authorization: Bearer`, through kubectl |
//! | [`bedrock`] | Amazon Bedrock | up to 12 hours | `Authorization: Bearer`, API keys |
//! | [`iot`] | AWS IoT Core | up to 7 days | the URL of an MQTT connection |
//! | [`codecommit`] | CodeCommit | 15 minutes | Git's user name and password |
//! | [`keyspaces`] | Amazon Keyspaces | 15 minutes | the response to a SASL challenge |
//! | [`Neptune`] | Amazon Neptune | 5 minutes | the password of a Bolt connection |
//! | [`AppSync`] | AWS AppSync | 5 minutes | WebSocket connections and messages |
//! | [`snowflake`] | Snowflake workload identity | 15 minutes | the `token` of a login |
//! | [`ses_smtp`] | Amazon SES | as long as the key | SMTP user name and password |
//! | [`caller_identity`] | Vault, Google Cloud, MongoDB, your own server | 15 minutes | a login |
//!
//! A token expires with the temporary credentials that made it, if they expire first.
//! [`expires_at`](Token::expires_at) returns the earlier time. A connection that was opened with a
//! token usually stays open after that. Make a new token for each new connection: it takes
//! microseconds.
//!
//! ```
//! use countersign::{Credentials, Timestamp, tokens};
//!
//! let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", key);
//! let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! let endpoint = "db.abc.us-east-1.rds.amazonaws.com:5432";
//! let password =
//!     tokens::rds(&credentials, "us-east-1", endpoint, "app", now)?;
//! let start = format!("{endpoint}/?Action=connect&DBUser=app&");
//! assert!(password.expose().starts_with(&start));
//! assert_eq!(
//!     password.expires_at(),
//!     "2026-01-01T12:15:00Z".parse::<Timestamp>()?
//! );
//! # Ok::<(), countersign::Error>(())
//! ```

pub mod caller_identity;

mod appsync;
mod bedrock;
mod codecommit;
mod dsql;
mod eks;
mod elasticache;
mod host_names;
mod iot;
mod json_object;
mod keyspaces;
mod memorydb;
mod msk;
mod neptune;
mod rds;
mod rds_host;
mod secret;
mod ses_smtp;
mod snowflake;
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
pub use bedrock::{bedrock, bedrock_api_key};
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
const FIVE_MINUTES: Lifetime = seconds(300);

/// A fixed lifetime that may be longer than that of the credentials.
const fn seconds(seconds: u64) -> Lifetime {
    Lifetime {
        seconds: Some(seconds),
        may_outlive: true,
    }
}

/// Presigns a request without a body, with the parameters in the order of AWS's SDKs.
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

/// Moves the session token after the signed headers.
///
/// The signature stays valid, and the token is byte for byte that of AWS's own tools.
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
    // Not `format!`: a string that grows leaves copies of the secret in freed memory.
    [
        start,
        "&X-Amz-SignedHeaders=",
        headers,
        "&X-Amz-Security-Token=",
        token,
        "&X-Amz-Signature=",
        signature,
    ]
    .concat()
}

/// Creates a request to a URL whose parts are checked already, other than its length.
fn request(method: Method, url: &str) -> Result<Request<()>, Error> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    *request.uri_mut() = url
        .parse()
        .map_err(|_| Error::UrlTooLong { length: url.len() })?;
    Ok(request)
}

/// Presigns a `GET` request, which most tokens are.
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
