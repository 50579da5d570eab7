//! S3 Access Grants: credentials for a bucket, a prefix or an object that was granted.
//!
//! One signed call returns temporary credentials for the matching grant. Sign requests to S3 with
//! them, as with any other credentials.
//!
//! ```
//! use countersign::aws_call::Endpoint;
//! use countersign::s3::access_grants::{GetDataAccess, Permission};
//! use countersign::{Credentials, Signer, Timestamp};
//! use http::StatusCode;
//!
//! let target = "s3://bucket/prefix/*";
//! let ask = GetDataAccess::new("111122223333", target, Permission::Read);
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let endpoint = Endpoint::regional("eu-west-1")?;
//! let now: Timestamp = "2026-11-29T12:00:00Z".parse()?;
//! let request = ask.request(&endpoint)?.sign(&credentials, now)?;
//! let host = "111122223333.s3-control.eu-west-1.amazonaws.com";
//! assert_eq!(request.uri().host(), Some(host));
//!
//! // Send it; then:
//! # let (status, body) = (StatusCode::OK, "<GetDataAccessResult xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\"><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-11-29T13:00:00Z</Expiration></Credentials><MatchedGrantTarget>s3://bucket/prefix/*</MatchedGrantTarget></GetDataAccessResult>");
//! let access = GetDataAccess::parse(status, body)?;
//! assert_eq!(access.matched_grant_target.as_deref(), Some(target));
//! let signer = Signer::new(access.credentials, "eu-west-1", "s3")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Amazon S3 API Reference, "`GetDataAccess`"; Amazon S3 User Guide, "Managing access with S3
//! Access Grants".

use std::time::Duration;

use http::{HeaderValue, Request, StatusCode};

use crate::aws_call::endpoint::Endpoint;
use crate::aws_call::service_error::ServiceError;
use crate::aws_call::signable_request::SignableRequest;
use crate::aws_call::{limits, xml};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::xml::Element;
use crate::service::hosts::Api;
use crate::sigv4::object_key::encode_segment;

const NAMESPACE: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";
/// The checksum of an empty body, which S3's model requires.
const CRC32_OF_NOTHING: &str = "AAAAAA==";

/// The permission of the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read.
    Read,
    /// Write.
    Write,
    /// Read and write.
    ReadWrite,
}

impl Permission {
    /// Returns the text in the request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::ReadWrite => "READWRITE",
        }
    }
}

/// The part of the grant that the credentials cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Privilege {
    /// The target of the request.
    Minimal,
    /// The whole matching grant.
    Default,
}

impl Privilege {
    /// Returns the text in the request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minimal => "Minimal",
            Self::Default => "Default",
        }
    }
}

/// The Access Grants instances to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InstanceScope {
    /// The instance of the account in the request.
    Own,
    /// Also the instances that are shared with the account.
    All,
}

impl InstanceScope {
    /// Returns the text in the request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "SELF",
            Self::All => "ALL",
        }
    }
}

/// `GetDataAccess`: temporary credentials for a grant.
///
/// - Permission: `s3:GetDataAccess`.
/// - Lifetime: one hour, or [`duration`](Self::duration).
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::s3::access_grants::{
///     GetDataAccess, Permission, Privilege,
/// };
///
/// let target = "s3://bucket/a b/*";
/// let mut ask = GetDataAccess::new("111122223333", target, Permission::Read);
/// ask.privilege = Some(Privilege::Minimal);
/// let request = ask
///     .request(&Endpoint::regional("us-east-1")?)?
///     .into_unsigned();
/// assert_eq!(
///     request.uri().query(),
///     Some(
///         "target=s3%3A%2F%2Fbucket%2Fa%20b%2F%2A\
///          &permission=READ&privilege=Minimal"
///     )
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GetDataAccess<'a> {
    /// The account of the Access Grants instance: twelve digits.
    pub account_id: &'a str,
    /// The data: `s3://BUCKET/PREFIX*` or `s3://BUCKET/KEY`, 1 to 2000 characters.
    pub target: &'a str,
    /// The permission of the credentials.
    pub permission: Permission,
    /// The lifetime of the credentials: 900 to 43200 seconds. A fraction of a second is dropped.
    pub duration: Option<Duration>,
    /// The part of the grant that the credentials cover. Default: the whole grant.
    pub privilege: Option<Privilege>,
    /// Whether the target is one object. Otherwise it is a prefix.
    pub target_is_object: bool,
    /// A note for CloudTrail: 1 to 2048 characters without a line break.
    pub audit_context: Option<&'a str>,
    /// The instances to search. Default: the account's own.
    pub instance_scope: Option<InstanceScope>,
}

impl<'a> GetDataAccess<'a> {
    /// Creates the call with its required parameters.
    pub fn new(account_id: &'a str, target: &'a str, permission: Permission) -> Self {
        Self {
            account_id,
            target,
            permission,
            duration: None,
            privilege: None,
            target_is_object: false,
            audit_context: None,
            instance_scope: None,
        }
    }

    /// Creates the request for an endpoint. It has to be signed.
    ///
    /// The account ID becomes the first label of the host, except if the host is an IP address.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::NoEndpoint`] if the region has no such host
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let account = self.account_id;
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::invalid_parameter(
                "AccountId",
                "must be twelve digits",
            ));
        }
        limits::length("Target", self.target, 1..=2000)?;
        let seconds = limits::seconds("DurationSeconds", self.duration, 900..=43_200)?;
        if let Some(context) = self.audit_context {
            limits::length("AuditContext", context, 1..=2048)?;
            if context.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
                let problem = "must not contain a line break";
                return Err(Error::invalid_parameter("AuditContext", problem));
            }
        }
        let origin = endpoint.origin_with_prefix(account, Api::S3Control)?;
        let mut url = format!("{origin}/v20180820/accessgrantsinstance/dataaccess");
        for (name, value) in [
            ("?target=", Some(encode_segment(self.target))),
            ("&permission=", Some(self.permission.as_str().to_owned())),
            ("&durationSeconds=", seconds.map(|s| s.to_string())),
            ("&privilege=", self.privilege.map(|p| p.as_str().to_owned())),
            (
                "&targetType=",
                self.target_is_object.then(|| "Object".to_owned()),
            ),
            ("&auditContext=", self.audit_context.map(encode_segment)),
            (
                "&instanceScope=",
                self.instance_scope.map(|scope| scope.as_str().to_owned()),
            ),
        ] {
            if let Some(value) = value {
                url.push_str(name);
                url.push_str(&value);
            }
        }
        let mut request = Request::new(String::new());
        *request.uri_mut() = url
            .parse()
            .map_err(|_| Error::UrlTooLong { length: url.len() })?;
        let account = HeaderValue::from_str(account)
            .map_err(|_| Error::invalid_parameter("AccountId", "must be twelve digits"))?;
        let headers = request.headers_mut();
        headers.insert("x-amz-account-id", account);
        let checksum = HeaderValue::from_static(CRC32_OF_NOTHING);
        headers.insert("x-amz-checksum-crc32", checksum);
        Ok(SignableRequest::new(request, "s3", endpoint))
    }

    /// Parses the response.
    ///
    /// # Errors
    /// - [`ServiceError`] if S3 responded with an error, or the response cannot be parsed
    pub fn parse(status: StatusCode, body: impl AsRef<[u8]>) -> Result<DataAccess, ServiceError> {
        let is_result = |root: &Element<'_>| {
            root.name() == "GetDataAccessResult" && matches!(root.namespace(), "" | NAMESPACE)
        };
        xml::read(
            "GetDataAccess",
            status,
            body.as_ref(),
            is_result,
            |result| {
                let grantee = match result.child("Grantee")? {
                    None => None,
                    Some(grantee) => Some(Grantee {
                        kind: grantee.text("GranteeType")?,
                        identifier: grantee.text("GranteeIdentifier")?,
                    }),
                };
                Ok(DataAccess {
                    credentials: result.credentials()?,
                    matched_grant_target: result.text("MatchedGrantTarget")?,
                    grantee,
                    matched_instance_arn: result.text("MatchedInstanceArn")?,
                })
            },
        )
    }
}

/// Credentials for a grant, and the grant that matched.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DataAccess {
    /// Temporary credentials for S3.
    pub credentials: Credentials,
    /// The target of the grant. It can be wider than the target of the request.
    pub matched_grant_target: Option<String>,
    /// The grantee.
    pub grantee: Option<Grantee>,
    /// The ARN of the Access Grants instance with the grant.
    pub matched_instance_arn: Option<String>,
}

/// The user, group or role that received a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grantee {
    /// `IAM`, `DIRECTORY_USER` or `DIRECTORY_GROUP`.
    pub kind: Option<String>,
    /// An IAM ARN, or an ID in the directory.
    pub identifier: Option<String>,
}
