//! Passwords for MemoryDB.

use super::Token;
use super::elasticache::connect;
use super::endpoint::one_label;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::timestamp::Timestamp;

/// A password for a cluster of Amazon MemoryDB (engine 7.0 and up).
///
/// - Permission: `memorydb:Connect` on the cluster and on the user, with IAM as authentication mode.
/// - Lives for 15 minutes. A connection is closed after 12 hours, unless `AUTH` or `HELLO` is sent
///   on it with a new token, outside of a transaction.
/// - Goes to `AUTH user token` or `HELLO 3 AUTH user token`, over TLS.
///
/// `cluster` is the cluster's name, not its address. AWS keeps it in lower case: it is signed as it
/// is given.
///
/// Amazon MemoryDB Developer Guide, "Authenticating with IAM".
///
/// # Errors
/// A cluster name that is empty or an address; no user; what [`Signer`](crate::Signer) refuses.
///
/// ```
/// use countersign::{tokens, Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now: Timestamp = "2023-01-02T11:00:00Z".parse()?;
/// let password = tokens::memorydb(&credentials, "us-east-1", "my-cluster", "app", now)?;
/// assert!(password.expose().starts_with("my-cluster/?Action=connect&User=app&"));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn memorydb(
    credentials: &Credentials,
    region: &str,
    cluster: &str,
    user: &str,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    one_label("cluster name", cluster)?;
    connect(credentials, region, "memorydb", cluster, user, "", now)
}
