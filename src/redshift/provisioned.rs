//! Passwords for provisioned clusters.

use std::time::Duration;

use http::StatusCode;

use super::{DatabaseLogin, duration};
use crate::aws_call::endpoint::Endpoint;
use crate::aws_call::limits;
use crate::aws_call::query::QueryForm;
use crate::aws_call::secret_text::SecretText;
use crate::aws_call::service_error::ServiceError;
use crate::aws_call::signable_request::SignableRequest;
use crate::aws_call::xml;
use crate::error::Error;
use crate::primitives::xml::Element;
use crate::service::hosts::Api;

const VERSION: &str = "2012-12-01";
const NAMESPACE: &str = "http://redshift.amazonaws.com/doc/2012-12-01/";

/// The cluster to connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cluster<'a> {
    /// Its identifier.
    Identifier(&'a str),
    /// Its custom domain name.
    CustomDomainName(&'a str),
}

impl<'a> Cluster<'a> {
    /// Returns the values of `ClusterIdentifier` and `CustomDomainName`.
    fn names(self) -> Result<(Option<&'a str>, Option<&'a str>), Error> {
        let (parameter, name) = match self {
            Self::Identifier(name) => ("ClusterIdentifier", name),
            Self::CustomDomainName(name) => ("CustomDomainName", name),
        };
        required(parameter, name)?;
        Ok(match self {
            Self::Identifier(name) => (Some(name), None),
            Self::CustomDomainName(name) => (None, Some(name)),
        })
    }
}

fn required(parameter: &str, text: &str) -> Result<(), Error> {
    limits::length(parameter, text, 1..=u64::MAX)
}

/// `GetClusterCredentials`: a password for a database user that you name.
///
/// - Permissions: `redshift:GetClusterCredentials` on the user and on [`db_name`](Self::db_name) if
///   set, `redshift:CreateClusterUser` for [`auto_create`](Self::auto_create), and
///   `redshift:JoinGroup` for groups.
/// - Lifetime: 15 minutes, or [`duration`](Self::duration).
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::redshift::{Cluster, GetClusterCredentials};
///
/// let ask = GetClusterCredentials::new("jane", Cluster::Identifier("c1"));
/// let request = ask
///     .request(&Endpoint::regional("us-east-1")?)?
///     .into_unsigned();
/// assert_eq!(
///     request.body(),
///     "Action=GetClusterCredentials&Version=2012-12-01\
///      &DbUser=jane&ClusterIdentifier=c1"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GetClusterCredentials<'a> {
    /// The database user, without the prefix that the response adds.
    pub db_user: &'a str,
    /// The cluster.
    pub cluster: Cluster<'a>,
    /// The only database that the user may log in to. Default: every database.
    pub db_name: Option<&'a str>,
    /// The lifetime of the password: 900 to 3600 seconds. A fraction of a second is dropped.
    pub duration: Option<Duration>,
    /// Whether Redshift creates the user if it does not exist.
    pub auto_create: bool,
    /// The groups that the user joins for the session.
    pub db_groups: &'a [&'a str],
}

impl<'a> GetClusterCredentials<'a> {
    /// Creates the call with its required parameters.
    pub fn new(db_user: &'a str, cluster: Cluster<'a>) -> Self {
        Self {
            db_user,
            cluster,
            db_name: None,
            duration: None,
            auto_create: false,
            db_groups: &[],
        }
    }

    /// Creates the request for an endpoint. It has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::NoEndpoint`] if the region has no such host
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        required("DbUser", self.db_user)?;
        let (identifier, domain) = self.cluster.names()?;
        let seconds = duration("DurationSeconds", self.duration)?;
        let form = QueryForm::new("GetClusterCredentials", VERSION)
            .optional("DbUser", Some(self.db_user))
            .optional("DbName", self.db_name)
            .optional("ClusterIdentifier", identifier)
            .optional("DurationSeconds", seconds.map(|s| s.to_string()).as_deref())
            .optional("AutoCreate", self.auto_create.then_some("true"))
            .list("DbGroups.DbGroup", self.db_groups)
            .optional("CustomDomainName", domain);
        signable(form, endpoint)
    }

    /// Parses the response.
    ///
    /// # Errors
    /// - [`ServiceError`] if Redshift responded with an error, or the response cannot be parsed
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<DatabaseLogin, ServiceError> {
        read("GetClusterCredentials", status, body.as_ref())
    }
}

/// `GetClusterCredentialsWithIAM`: a password for the database user of the caller's IAM identity.
///
/// - Permission: `redshift:GetClusterCredentialsWithIAM`.
/// - Lifetime: 15 minutes, or [`duration`](Self::duration).
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::redshift::{Cluster, GetClusterCredentialsWithIam};
///
/// let mut ask = GetClusterCredentialsWithIam::new(Cluster::Identifier("c1"));
/// ask.db_name = Some("dev");
/// let request = ask.request(&Endpoint::regional("us-west-2")?)?.into_unsigned();
/// assert_eq!(
///     request.body(),
///     "Action=GetClusterCredentialsWithIAM&Version=2012-12-01\
///      &DbName=dev&ClusterIdentifier=c1"
/// );
///
/// // Sign and send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<GetClusterCredentialsWithIAMResponse xmlns=\"http://redshift.amazonaws.com/doc/2012-12-01/\"><GetClusterCredentialsWithIAMResult><DbUser>IAMR:role</DbUser><DbPassword>pass</DbPassword><Expiration>2026-11-29T12:15:00Z</Expiration></GetClusterCredentialsWithIAMResult></GetClusterCredentialsWithIAMResponse>");
/// let login = GetClusterCredentialsWithIam::parse(status, body)?;
/// assert_eq!(login.user, "IAMR:role");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GetClusterCredentialsWithIam<'a> {
    /// The cluster.
    pub cluster: Cluster<'a>,
    /// The only database that the user may log in to. Default: every database.
    pub db_name: Option<&'a str>,
    /// The lifetime of the password: 900 to 3600 seconds. A fraction of a second is dropped.
    pub duration: Option<Duration>,
}

impl<'a> GetClusterCredentialsWithIam<'a> {
    /// Creates the call with its required parameters.
    pub fn new(cluster: Cluster<'a>) -> Self {
        Self {
            cluster,
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
        let (identifier, domain) = self.cluster.names()?;
        let seconds = duration("DurationSeconds", self.duration)?;
        let form = QueryForm::new("GetClusterCredentialsWithIAM", VERSION)
            .optional("DbName", self.db_name)
            .optional("ClusterIdentifier", identifier)
            .optional("DurationSeconds", seconds.map(|s| s.to_string()).as_deref())
            .optional("CustomDomainName", domain);
        signable(form, endpoint)
    }

    /// Parses the response.
    ///
    /// # Errors
    /// - [`ServiceError`] if Redshift responded with an error, or the response cannot be parsed
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<DatabaseLogin, ServiceError> {
        read("GetClusterCredentialsWithIAM", status, body.as_ref())
    }
}

fn signable(form: QueryForm, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
    let request = form.into_request(&endpoint.url(Api::Redshift)?)?;
    Ok(SignableRequest::new(request, "redshift", endpoint))
}

fn read(action: &str, status: StatusCode, body: &[u8]) -> Result<DatabaseLogin, ServiceError> {
    let is_result = |root: &Element<'_>| {
        root.name().strip_suffix("Response") == Some(action)
            && matches!(root.namespace(), "" | NAMESPACE)
    };
    xml::read(action, status, body, is_result, |response| {
        let result = response.required_child(&format!("{action}Result"))?;
        Ok(DatabaseLogin {
            user: result.required("DbUser")?,
            password: SecretText::new(result.required("DbPassword")?),
            expires_at: result.date("Expiration")?,
            next_refresh_at: result.optional_date("NextRefreshTime")?,
        })
    })
}
