//! Passwords for MemoryDB.

use super::Token;
use super::elasticache::connect;
use super::host_names::one_label;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::timestamp::Timestamp;

/// Generates a password for an Amazon MemoryDB cluster, with engine 7.0 or later.
///
/// - Permission: `memorydb:Connect` on the cluster and on the user. The user must have IAM as its
///   authentication mode.
/// - Lifetime: 15 minutes. The connection is closed after 12 hours, unless `AUTH` or `HELLO` is sent
///   on it with a new token, outside of a transaction.
/// - Used as: `AUTH user token` or `HELLO 3 AUTH user token`, over TLS.
///
/// `cluster` is the cluster's name, not its address. It is signed without change, so write it in
/// lowercase, as AWS does.
///
/// Amazon MemoryDB Developer Guide, "Authenticating with IAM".
///
/// # Errors
/// - [`Error::InvalidParameter`] if the user is empty, or the cluster name is empty or contains a domain
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
///     tokens::memorydb(&credentials, "us-east-1", "my-cluster", "app", now)?;
/// assert!(
///     password
///         .expose()
///         .starts_with("my-cluster/?Action=connect&User=app&")
/// );
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
