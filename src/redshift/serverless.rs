//! Passwords for Amazon Redshift Serverless.
//!
//! ```
//! use countersign::aws_call::Endpoint;
//! use countersign::redshift::serverless::{GetCredentials, Workgroup};
//! use countersign::{Credentials, Timestamp};
//!
//! let ask = GetCredentials::new(Workgroup::Name("wg-1"));
//! let call = ask.request(&Endpoint::regional("eu-north-1")?)?;
//! let now = Timestamp::from_unix_seconds(1_795_953_600);
//! let request = call.sign(&Credentials::new("AKIDEXAMPLE", "secret"), now)?;
//! assert!(request.headers().contains_key("authorization"));
//! # Ok::<(), countersign::Error>(())
//! ```

use std::time::Duration;

use http::Response;

use super::{DatabaseLogin, duration};
use crate::aws_call::endpoint::Endpoint;
use crate::aws_call::json;
use crate::aws_call::json::object::JsonObject;
use crate::aws_call::secret_text::SecretText;
use crate::aws_call::service_error::ServiceError;
use crate::aws_call::signable_request::SignableRequest;
use crate::error::Error;
use crate::service::hosts::Api;

/// The workgroup to connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workgroup<'a> {
    /// Its name: 3 to 64 characters of `a-z`, `0-9` and `-`.
    Name(&'a str),
    /// Its custom domain name.
    CustomDomainName(&'a str),
}

/// `GetCredentials`: a password for the database user of the caller's IAM identity.
///
/// - Permission: `redshift-serverless:GetCredentials`.
/// - Lifetime: 15 minutes, or [`duration`](Self::duration).
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::redshift::serverless::{GetCredentials, Workgroup};
///
/// let ask = GetCredentials::new(Workgroup::Name("wg-1"));
/// let endpoint = Endpoint::regional("eu-north-1")?.with_dual_stack();
/// let request = ask.request(&endpoint)?.into_unsigned();
/// assert_eq!(request.uri(), "https://redshift-serverless.eu-north-1.api.aws/");
/// assert_eq!(request.body(), r#"{"workgroupName":"wg-1"}"#);
///
/// // Sign and send it; then:
/// # let response = http::Response::new(r#"{"dbUser":"IAMR:role","dbPassword":"pass","expiration":1795957200,"nextRefreshTime":1795957200}"#);
/// let login = GetCredentials::parse(&response)?;
/// assert_eq!(login.user, "IAMR:role");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GetCredentials<'a> {
    /// The workgroup.
    pub workgroup: Workgroup<'a>,
    /// The only database that the user may log in to. Default: the default database.
    pub db_name: Option<&'a str>,
    /// The lifetime of the password: 900 to 3600 seconds. A fraction of a second is dropped.
    pub duration: Option<Duration>,
}

impl<'a> GetCredentials<'a> {
    /// Creates the call with its required parameters.
    pub fn new(workgroup: Workgroup<'a>) -> Self {
        Self {
            workgroup,
            db_name: None,
            duration: None,
        }
    }

    /// Creates the request for an endpoint. It has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::NoEndpoint`] if the region has no such host
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let (name, domain) = match self.workgroup {
            Workgroup::Name(name) => (Some(name), None),
            Workgroup::CustomDomainName(domain) => (None, Some(domain)),
        };
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if name.is_some_and(|name| !(3..=64).contains(&name.len()) || !name.bytes().all(allowed)) {
            let problem = "must be 3 to 64 characters of `a-z`, `0-9` and `-`";
            return Err(Error::invalid_parameter("workgroupName", problem));
        }
        if domain == Some("") {
            return Err(Error::invalid_parameter("customDomainName", "is empty"));
        }
        let body = JsonObject::new()
            .optional("workgroupName", name)
            .optional("dbName", self.db_name)
            .number(
                "durationSeconds",
                duration("durationSeconds", self.duration)?,
            )
            .optional("customDomainName", domain);
        let url = endpoint.url(Api::RedshiftServerless)?;
        let request = body.into_aws_json(&url, "RedshiftServerless.GetCredentials")?;
        Ok(SignableRequest::new(
            request,
            "redshift-serverless",
            endpoint,
        ))
    }

    /// Parses the response.
    ///
    /// # Errors
    /// - [`ServiceError`] if Redshift responded with an error, or the response cannot be parsed
    pub fn parse(response: &Response<impl AsRef<[u8]>>) -> Result<DatabaseLogin, ServiceError> {
        json::read(response, |fields| {
            Ok(DatabaseLogin {
                user: fields.required("dbUser")?,
                password: SecretText::new(fields.required("dbPassword")?),
                expires_at: fields.date("expiration")?,
                next_refresh_at: fields.optional_date("nextRefreshTime")?,
            })
        })
    }
}
