//! Passwords for RDS, Aurora and RDS Proxy.

use crate::timestamp::Timestamp;

use super::host_names::{check_host_region, host_and_port, required, without_port};
use super::{FIFTEEN_MINUTES, Token, presign_get};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::request::is_loopback;
use crate::sigv4::object_key::encode_segment;

/// Generates a password for an Amazon RDS or Aurora database, or for an RDS Proxy.
///
/// - Permission: `rds-db:connect` on
///   `arn:aws:rds-db:REGION:ACCOUNT:dbuser:RESOURCE_ID/USER`. The database must have IAM
///   authentication enabled, also for the user (in PostgreSQL `GRANT rds_iam TO app`).
/// - Lifetime: 15 minutes. A connection that was opened with the password stays open.
/// - Used as: the database password, without further encoding, over TLS. The database rejects it
///   without TLS. MySQL's clients also need the plugin for cleartext passwords.
///
/// `endpoint` is that of the database with its port, `NAME.ID.REGION.rds.amazonaws.com:5432`. Pass it
/// even if the connection uses a tunnel or another name. A loopback host is therefore an error. For
/// an emulator use [`RdsTokenGenerator::allow_loopback`].
///
/// For a global database (`NAME.global-ID.global.rds.amazonaws.com:5432`), `region` is the current
/// region of the writer. `user` is the database user, which this function percent-encodes.
///
/// Amazon RDS User Guide, "IAM database authentication".
///
/// # Errors
/// - [`Error::InvalidParameter`] if the endpoint is malformed, has no port or is a loopback host, if
///   its [region](crate::tokens::RdsHost::region) is another, or if the user is empty
/// - everything [`Signer::new`](crate::Signer::new) and [`Signer::presign`](crate::Signer::presign)
///   return
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2024-01-01T00:00:00Z".parse()?;
/// let endpoint = "db.abc.us-east-1.rds.amazonaws.com:5432";
/// let password =
///     tokens::rds(&credentials, "us-east-1", endpoint, "app", now)?;
/// assert!(password.expose().contains("&X-Amz-Expires=900&"));
///
/// // Without the port:
/// let endpoint = "db.abc.us-east-1.rds.amazonaws.com";
/// let result = tokens::rds(&credentials, "us-east-1", endpoint, "app", now);
/// assert_eq!(
///     result.unwrap_err().to_string(),
///     "parameter `endpoint` must have a port, as in `db.example.com:5432`"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn rds(
    credentials: &Credentials,
    region: &str,
    endpoint: &str,
    user: &str,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    RdsTokenGenerator::new(region, endpoint, user).generate(credentials, now)
}

/// A generator of passwords as from [`rds`], with options.
///
/// ```
/// use countersign::tokens::RdsTokenGenerator;
/// use countersign::{Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2024-01-01T00:00:00Z".parse()?;
/// let generator =
///     RdsTokenGenerator::new("us-east-1", "localhost:4510", "app");
/// assert!(generator.generate(&credentials, now).is_err());
/// let password = generator.allow_loopback().generate(&credentials, now)?;
/// let start = "localhost:4510/?Action=connect&DBUser=app&";
/// assert!(password.expose().starts_with(start));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RdsTokenGenerator<'a> {
    region: &'a str,
    endpoint: &'a str,
    user: &'a str,
    loopback: bool,
}

impl<'a> RdsTokenGenerator<'a> {
    /// Creates a generator for a database user.
    ///
    /// `endpoint` is that of the database, with its port.
    pub fn new(region: &'a str, endpoint: &'a str, user: &'a str) -> Self {
        Self {
            region,
            endpoint,
            user,
            loopback: false,
        }
    }

    /// Allows a loopback host, for an emulator that does not check the host.
    ///
    /// AWS rejects a token for a loopback host. For a tunnel to AWS pass the database's endpoint.
    #[must_use]
    pub fn allow_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Generates a password that is valid for 15 minutes.
    ///
    /// # Errors
    /// - everything [`rds`] returns
    pub fn generate(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<Token, Error> {
        let now = now.into();
        let (endpoint, region) = (host_and_port("endpoint", self.endpoint)?, self.region);
        check_host_region(&endpoint, &["rds"], region)?;
        if !self.loopback && is_loopback(without_port(&endpoint)) {
            let problem = "is a loopback host: pass the database's endpoint, even for a tunnel, or \
                           call `allow_loopback` for an emulator";
            return Err(Error::invalid_parameter("endpoint", problem));
        }
        required("user", self.user)?;
        let user = encode_segment(self.user);
        let url = format!("https://{endpoint}/?Action=connect&DBUser={user}");
        let presigned = presign_get(credentials, region, "rds-db", &url, FIFTEEN_MINUTES, now)?;
        Ok(Token::without_scheme(presigned))
    }
}
