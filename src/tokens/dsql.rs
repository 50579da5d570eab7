//! Passwords for Aurora DSQL.

use std::time::Duration;

use super::endpoint::{check_region, host};
use super::{Token, presign_get};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sign::presigned::{LONGEST, Lifetime};
use crate::timestamp::Timestamp;

/// A password for a cluster of Aurora DSQL, for every role but `admin`.
///
/// - Permission: `dsql:DbConnect` on the cluster; the database role is granted to the IAM role with
///   `AWS IAM GRANT`.
/// - Lives for `expires_in`: 1 second to 7 days. Usual are 15 minutes.
/// - Goes where the password goes, over TLS.
///
/// `endpoint` is `ID.dsql.REGION.on.aws`, without a port.
///
/// Aurora DSQL User Guide, "Generating authentication tokens".
///
/// # Errors
/// A host with a scheme or a port, or of another region; a lifetime out of bounds; what [`Signer`](crate::Signer)
/// refuses.
///
/// ```
/// use std::time::Duration;
/// use countersign::{tokens, Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let (host, now) = ("abcd1234.dsql.us-east-1.on.aws", "2025-01-01T00:00:00Z".parse::<Timestamp>()?);
/// let password = tokens::dsql(&credentials, "us-east-1", host, Duration::from_secs(900), now)?;
/// assert!(password.expose().starts_with("abcd1234.dsql.us-east-1.on.aws/?Action=DbConnect&"));
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

/// As [`dsql`], for the role `admin`. Its permission is `dsql:DbConnectAdmin`.
///
/// # Errors
/// As there.
///
/// ```
/// use std::time::Duration;
/// use countersign::{tokens, Credentials, Timestamp};
/// # let now: Timestamp = "2025-01-01T00:00:00Z".parse()?;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let (host, lifetime) = ("abcd1234.dsql.us-east-1.on.aws", Duration::from_secs(900));
/// let password = tokens::dsql_admin(&credentials, "us-east-1", host, lifetime, now)?;
/// assert!(password.expose().contains("/?Action=DbConnectAdmin&"));
/// # Ok::<(), countersign::Error>(())
/// ```
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
    let endpoint = host(endpoint)?;
    check_region(&endpoint, &["dsql"], region)?;
    let url = format!("https://{endpoint}/?Action={action}");
    let lifetime = Lifetime::clipped(expires_in, LONGEST)?;
    let presigned = presign_get(credentials, region, "dsql", &url, lifetime, now)?;
    Ok(Token::without_scheme(presigned))
}
