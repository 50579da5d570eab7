//! Passwords for RDS, Aurora and RDS Proxy.

use super::endpoint::{check_region, host_and_port, required};
use super::{FIFTEEN_MINUTES, Token, presign_get};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::encode::encode_segment;
use crate::timestamp::Timestamp;

/// A password for a database of Amazon RDS or Aurora, or for an RDS Proxy.
///
/// - Permission: `rds-db:connect` on
///   `arn:aws:rds-db:REGION:ACCOUNT:dbuser:RESOURCE_ID/USER`. The database must have IAM
///   authentication enabled, and the user be made for it (`GRANT rds_iam TO app`, for one).
/// - Lives for 15 minutes. A connection that was made with it lives on.
/// - Goes where the password goes, as it is. The connection must use TLS, or the token travels in
///   the clear and the database refuses it (MySQL's clients also need the plugin for passwords in
///   clear text).
///
/// `endpoint` is the database's own, with its port (`NAME.ID.REGION.rds.amazonaws.com:5432`), even
/// where the connection goes by way of a tunnel or another name; `user` is the database's user,
/// which is percent-encoded here.
///
/// Amazon RDS User Guide, "IAM database authentication".
///
/// # Errors
/// A host with a scheme or without a port, or of another region; no user; what [`Signer`](crate::Signer) refuses.
///
/// ```
/// use countersign::{tokens, Credentials};
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now = datetime!(2024-01-01 0:00 UTC);
/// let password = tokens::rds(&credentials, "us-east-1", "db.abc.us-east-1.rds.amazonaws.com:5432", "app", now)?;
/// assert!(password.expose().contains("&X-Amz-Expires=900&"));
///
/// let error = tokens::rds(&credentials, "us-east-1", "db.abc.us-east-1.rds.amazonaws.com", "app", now).unwrap_err();
/// assert_eq!(error.to_string(), "the parameter `host` needs its port, as in `db.example.com:5432`");
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn rds(
    credentials: &Credentials,
    region: &str,
    endpoint: &str,
    user: &str,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    let endpoint = host_and_port(endpoint)?;
    check_region(&endpoint, "rds", region)?;
    required("user", user)?;
    let user = encode_segment(user);
    let url = format!("https://{endpoint}/?Action=connect&DBUser={user}");
    let presigned = presign_get(credentials, region, "rds-db", &url, FIFTEEN_MINUTES, now)?;
    Ok(Token::without_scheme(presigned))
}
