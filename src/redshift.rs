//! Amazon Redshift: how do I connect without a stored database password?
//!
//! One signed call returns a database user and a password for 15 minutes to an hour. A connection
//! that was made with them lives on.
//!
//! | call | for | the database user is |
//! |---|---|---|
//! | [`GetClusterCredentials`] | a provisioned cluster | the one that you name |
//! | [`GetClusterCredentialsWithIam`] | a provisioned cluster | the IAM identity of the caller |
//! | [`serverless::GetCredentials`] | Redshift Serverless | the IAM identity of the caller |
//!
//! ```
//! use countersign::aws_call::Endpoint;
//! use countersign::redshift::{Cluster, GetClusterCredentials};
//! use countersign::Credentials;
//! use http::StatusCode;
//! use countersign::Timestamp;
//!
//! let mut ask = GetClusterCredentials::new("jane", Cluster::Identifier("examplecluster"));
//! ask.db_name = Some("dev");
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let endpoint = Endpoint::regional("us-east-1")?;
//! let request = ask.request(&endpoint)?.sign(&credentials, "2026-11-29T12:00:00Z".parse::<Timestamp>()?)?;
//! assert_eq!(request.uri(), "https://redshift.us-east-1.amazonaws.com/");
//!
//! // Send it; then:
//! # let (status, body) = (StatusCode::OK, "<GetClusterCredentialsResponse xmlns=\"http://redshift.amazonaws.com/doc/2012-12-01/\"><GetClusterCredentialsResult><DbUser>IAM:jane</DbUser><DbPassword>pass</DbPassword><Expiration>2026-11-29T12:15:00Z</Expiration></GetClusterCredentialsResult></GetClusterCredentialsResponse>");
//! let login = GetClusterCredentials::parse(status, body)?;
//! // To the driver, over TLS:
//! assert_eq!((login.user.as_str(), login.password.expose()), ("IAM:jane", "pass"));
//! assert_eq!(login.expires_at.to_string(), "2026-11-29T12:15:00Z");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Amazon Redshift API Reference; Amazon Redshift Serverless API Reference.

mod provisioned;
pub mod serverless;

pub use provisioned::{Cluster, GetClusterCredentials, GetClusterCredentialsWithIam};

use std::time::Duration;

use crate::aws_call::limits;
use crate::aws_call::secret_text::SecretText;
use crate::error::Error;
use crate::timestamp::Timestamp;

/// A database user and its password, with the time when they expire.
///
/// ```
/// use countersign::redshift::GetClusterCredentials;
/// use http::StatusCode;
///
/// # let (status, body) = (StatusCode::OK, "<GetClusterCredentialsResponse><GetClusterCredentialsResult><DbUser>IAMA:jane</DbUser><DbPassword>pass</DbPassword><Expiration>2026-11-29T12:15:00Z</Expiration></GetClusterCredentialsResult></GetClusterCredentialsResponse>");
/// let login = GetClusterCredentials::parse(status, body)?;
/// assert_eq!(login.user, "IAMA:jane"); // and Redshift may create the user
/// assert!(!format!("{login:?}").contains("pass\""));
/// # Ok::<(), countersign::aws_call::ServiceError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DatabaseLogin {
    /// The user name for the driver, prefix and all: `IAM:NAME`, or `IAMA:NAME` if Redshift may
    /// create the user.
    pub user: String,
    /// The password.
    pub password: SecretText,
    /// When both expire. Connections live on.
    pub expires_at: Timestamp,
    /// When AWS makes a new password for the user, if the response says so.
    pub next_refresh_at: Option<Timestamp>,
}

fn duration(parameter: &str, duration: Option<Duration>) -> Result<Option<u64>, Error> {
    limits::seconds(
        parameter,
        duration,
        900..=3600,
        "must be 900 to 3600 seconds",
    )
}
