//! Amazon Redshift: temporary database passwords.
//!
//! One signed call returns a database user and a password, which expire after 15 minutes to one
//! hour. Open connections stay open after that.
//!
//! | call | for | database user |
//! |---|---|---|
//! | [`GetClusterCredentials`] | a provisioned cluster | the user in the request |
//! | [`GetClusterCredentialsWithIam`] | a provisioned cluster | the IAM identity of the caller |
//! | [`serverless::GetCredentials`] | Redshift Serverless | the IAM identity of the caller |
//!
//! ```
//! use countersign::aws_call::Endpoint;
//! use countersign::redshift::{Cluster, GetClusterCredentials};
//! use countersign::{Credentials, Timestamp};
//! use http::StatusCode;
//!
//! let cluster = Cluster::Identifier("examplecluster");
//! let mut ask = GetClusterCredentials::new("jane", cluster);
//! ask.db_name = Some("dev");
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let endpoint = Endpoint::regional("us-east-1")?;
//! let now: Timestamp = "2026-11-29T12:00:00Z".parse()?;
//! let request = ask.request(&endpoint)?.sign(&credentials, now)?;
//! assert_eq!(request.uri(), "https://redshift.us-east-1.amazonaws.com/");
//!
//! // Send it; then:
//! # let (status, body) = (StatusCode::OK, "<GetClusterCredentialsResponse xmlns=\"http://redshift.amazonaws.com/doc/2012-12-01/\"><GetClusterCredentialsResult><DbUser>IAM:jane</DbUser><DbPassword>pass</DbPassword><Expiration>2026-11-29T12:15:00Z</Expiration></GetClusterCredentialsResult></GetClusterCredentialsResponse>");
//! let login = GetClusterCredentials::parse(status, body)?;
//! // Pass both to the database driver, and connect over TLS:
//! assert_eq!(login.user, "IAM:jane");
//! assert_eq!(login.password.expose(), "pass");
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

/// A database user and its password, with their expiration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DatabaseLogin {
    /// The user name to pass to the driver, with its prefix: `IAM:NAME`, or `IAMA:NAME` if
    /// Redshift may create the user.
    pub user: String,
    /// The password.
    pub password: SecretText,
    /// When user and password expire. Open connections stay open.
    pub expires_at: Timestamp,
    /// When AWS creates a new password for the user, if the response contains it.
    pub next_refresh_at: Option<Timestamp>,
}

fn duration(parameter: &str, duration: Option<Duration>) -> Result<Option<u64>, Error> {
    limits::seconds(parameter, duration, 900..=3600)
}
