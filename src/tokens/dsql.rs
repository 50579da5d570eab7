//! Passwords for Aurora DSQL.

use std::time::Duration;

use super::host_names::{check_host_region, host};
use super::{Token, presign_get};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sign::presigned::{LONGEST, Lifetime};
use crate::timestamp::Timestamp;

/// Generates a password for an Aurora DSQL cluster, for any role other than `admin`.
///
/// - Permission: `dsql:DbConnect` on the cluster. In the database, `AWS IAM GRANT` must grant the
///   database role to the IAM role.
/// - Lifetime: `expires_in`, 1 second to 7 days, usually 15 minutes.
/// - Used as: the database password, over TLS.
///
/// `endpoint` is `ID.dsql.REGION.on.aws`, without a port.
///
/// Aurora DSQL User Guide, "Generating authentication tokens".
///
/// # Errors
/// - [`Error::InvalidParameter`] if the endpoint is malformed, has a port, or contains another region
/// - [`Error::ExpiresInOutOfRange`] if the lifetime is out of range
/// - [`Error::ExpiresInNotWholeSeconds`] if the lifetime is not in whole seconds
/// - everything [`Signer::new`](crate::Signer::new) and [`Signer::presign`](crate::Signer::presign)
///   return
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens};
/// use std::time::Duration;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2025-01-01T00:00:00Z".parse()?;
/// let host = "abcd1234.dsql.us-east-1.on.aws";
/// let lifetime = Duration::from_secs(900);
/// let password =
///     tokens::dsql(&credentials, "us-east-1", host, lifetime, now)?;
/// let start = format!("{host}/?Action=DbConnect&");
/// assert!(password.expose().starts_with(&start));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn dsql(
    credentials: &Credentials,
    region: &str,
    endpoint: &str,
    expires_in: Duration,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    connect("DbConnect", credentials, region, endpoint, expires_in, now)
}

/// Generates a password for an Aurora DSQL cluster, for the role `admin`.
///
/// The permission is `dsql:DbConnectAdmin`. Everything else is as for [`dsql`].
///
/// # Errors
/// - everything [`dsql`] returns
pub fn dsql_admin(
    credentials: &Credentials,
    region: &str,
    endpoint: &str,
    expires_in: Duration,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    let action = "DbConnectAdmin";
    connect(action, credentials, region, endpoint, expires_in, now)
}

fn connect(
    action: &str,
    credentials: &Credentials,
    region: &str,
    endpoint: &str,
    expires_in: Duration,
    now: Timestamp,
) -> Result<Token, Error> {
    let endpoint = host("endpoint", endpoint)?;
    check_host_region(&endpoint, &["dsql"], region)?;
    let url = format!("https://{endpoint}/?Action={action}");
    let lifetime = Lifetime::clipped(expires_in, LONGEST)?;
    let presigned = presign_get(credentials, region, "dsql", &url, lifetime, now)?;
    Ok(Token::without_scheme(presigned))
}
