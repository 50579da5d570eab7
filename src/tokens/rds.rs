//! Passwords for RDS, Aurora and RDS Proxy.

use crate::timestamp::Timestamp;

use super::endpoint::{check_stated_region, host_and_port, required, without_port};
use super::{FIFTEEN_MINUTES, RdsHost, Token, presign_get};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::request::is_loopback;
use crate::sigv4::object_key::encode_segment;

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
/// `endpoint` is the database's own, with its port (`NAME.ID.REGION.rds.amazonaws.com:5432`). It is
/// also signed where the connection goes through a tunnel or another name, so a loopback host is
/// refused. For an emulator use [`RdsTokenGenerator::allow_loopback`]. The writer of a global
/// database (`NAME.global-ID.global.rds.amazonaws.com:5432`) is signed for the region where it is
/// now. `user` is the database's user, which is percent-encoded here.
///
/// Amazon RDS User Guide, "IAM database authentication".
///
/// # Errors
/// - [`Error::InvalidParameter`] if the endpoint is malformed, has no port, states another region
///   ([`RdsHost`]) or is a loopback host, or if the user is empty
/// - everything [`Signer`](crate::Signer) returns
///
/// ```
/// use countersign::{tokens, Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now: Timestamp = "2024-01-01T00:00:00Z".parse()?;
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
    RdsTokenGenerator::new(region, endpoint, user).generate(credentials, now)
}

/// Generates passwords as [`rds`] does, with options.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::Credentials;
/// use countersign::tokens::RdsTokenGenerator;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now: Timestamp = "2024-01-01T00:00:00Z".parse()?;
/// let generator = RdsTokenGenerator::new("us-east-1", "localhost:4510", "app");
/// assert!(generator.generate(&credentials, now).is_err());
/// let password = generator.allow_loopback().generate(&credentials, now)?;
/// assert!(password.expose().starts_with("localhost:4510/?Action=connect&DBUser=app&"));
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
    /// Creates a generator for a user of a database, by the database's own endpoint with its port.
    pub fn new(region: &'a str, endpoint: &'a str, user: &'a str) -> Self {
        Self {
            region,
            endpoint,
            user,
            loopback: false,
        }
    }

    /// Allows a loopback host: an emulator, which checks no host.
    ///
    /// AWS refuses a token for it. For a tunnel to AWS sign the database's own endpoint.
    #[must_use]
    pub fn allow_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Generates a password that lives for 15 minutes.
    ///
    /// # Errors
    /// Everything [`rds`] returns.
    ///
    /// ```
    /// # use countersign::{tokens::RdsTokenGenerator, Credentials, Timestamp};
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let endpoint = "db.abc.us-east-1.rds.amazonaws.com:5432";
    /// let generator = RdsTokenGenerator::new("us-east-1", endpoint, "app");
    /// let password = generator.generate(&credentials, "2024-01-01T00:00:00Z".parse::<Timestamp>()?)?;
    /// assert_eq!(password.expires_at(), "2024-01-01T00:15:00Z".parse::<Timestamp>()?);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn generate(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<Token, Error> {
        let now = now.into();
        let (endpoint, region) = (host_and_port(self.endpoint)?, self.region);
        if let Some(stated) = RdsHost::of(&endpoint).region() {
            check_stated_region(stated, region)?;
        }
        if !self.loopback && is_loopback(without_port(&endpoint)) {
            let problem = "is a loopback host: sign the database's own endpoint, also through a \
                           tunnel, or call `allow_loopback` for an emulator";
            return Err(Error::invalid_parameter("host", problem));
        }
        required("user", self.user)?;
        let user = encode_segment(self.user);
        let url = format!("https://{endpoint}/?Action=connect&DBUser={user}");
        let presigned = presign_get(credentials, region, "rds-db", &url, FIFTEEN_MINUTES, now)?;
        Ok(Token::without_scheme(presigned))
    }
}
