//! S3 Express One Zone: sessions with directory buckets.
//!
//! 1. Sign [`CreateSession`] with the caller's own credentials. The response contains the
//!    credentials of a session, which expire after five minutes.
//! 2. Sign calls on the objects of the bucket with these credentials, for the service `s3express`.
//!    Their [`SessionToken`] sets its own header, `x-amz-s3session-token`, or in a presigned URL
//!    `X-Amz-S3session-Token`.
//!
//! Calls that create, list and configure directory buckets need no session. They have another host:
//! see [`Addressing::directory_bucket_control`]. Sign them with the caller's own credentials.
//!
//! Amazon S3 API Reference, "`CreateSession`"; Amazon S3 User Guide, "Directory buckets".
//!
//! ```
//! use countersign::s3::express::{CreateSession, SessionMode};
//! use countersign::{Credentials, PayloadHash, Signer, Timestamp};
//!
//! let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let mut ask = CreateSession::new("demo--use1-az4--x-s3");
//! ask.mode = Some(SessionMode::ReadOnly);
//! let request = ask.request("us-east-1")?.sign(&credentials, now)?;
//! let host = "demo--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com";
//! assert_eq!(request.uri(), format!("https://{host}/?session").as_str());
//!
//! // Send it; then:
//! # let (status, body) = (http::StatusCode::OK, "<CreateSessionResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Credentials><SessionToken>token</SessionToken><SecretAccessKey>secret</SecretAccessKey><AccessKeyId>ASIAEXAMPLE</AccessKeyId><Expiration>2026-01-01T12:05:00Z</Expiration></Credentials></CreateSessionResult>");
//! let session = CreateSession::parse(status, body)?;
//! let expiration: Timestamp = "2026-01-01T12:05:00Z".parse()?;
//! assert_eq!(session.expiration(), Some(expiration));
//! let signer = Signer::new(session, "us-east-1", "s3express")?;
//! let mut get = http::Request::get(format!("https://{host}/key")).body(())?;
//! signer.sign(&mut get, PayloadHash::EMPTY, now)?;
//! assert_eq!(get.headers()["x-amz-s3session-token"], "token");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use http::{HeaderName, HeaderValue, Request, StatusCode};

use crate::address::{Address, AddressError, SigningScheme};
use crate::aws_call::{ServiceError, SignableRequest, xml};
use crate::credentials::{Credentials, SessionToken};
use crate::error;
use crate::primitives::xml::Element;
use crate::s3::address::Addressing;
use crate::sigv4::scope::check_host_label;

const SERVICE: &str = "s3express";
const MODE: HeaderName = HeaderName::from_static("x-amz-create-session-mode");
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// `CreateSession`: a session with a directory bucket.
///
/// To set a header that has no field here, such as those for encryption, call
/// [`SignableRequest::into_unsigned`], add the header, and sign the request for `s3express`:
///
/// ```
/// use countersign::s3::express::CreateSession;
/// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
/// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
///
/// let mut request = CreateSession::new("demo--use1-az4--x-s3")
///     .request("us-east-1")?
///     .into_unsigned();
/// request
///     .headers_mut()
///     .insert("x-amz-server-side-encryption", "AES256".parse()?);
/// let signer = Signer::new(
///     Credentials::new("AKIDEXAMPLE", "secret"),
///     "us-east-1",
///     "s3express",
/// )?;
/// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
/// # let signed = request.headers()["authorization"].to_str()?;
/// # assert!(signed.contains("x-amz-server-side-encryption"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateSession {
    /// The full name of the directory bucket, `NAME--ZONE--x-s3`, or of an access point,
    /// `NAME--ZONE--xa-s3`.
    pub bucket: String,
    /// What the session may do. Default: read and write.
    pub mode: Option<SessionMode>,
}

/// What a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionMode {
    /// Read and list.
    ReadOnly,
    /// Read, list and write.
    ReadWrite,
}

impl SessionMode {
    /// Returns the text in the request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "ReadOnly",
            Self::ReadWrite => "ReadWrite",
        }
    }
}

impl CreateSession {
    /// Creates the call for a bucket, by its full name, in the default mode.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            mode: None,
        }
    }

    /// Creates the request. Sign it with the caller's own credentials.
    ///
    /// # Errors
    /// - everything that [`request_at`](Self::request_at) returns
    pub fn request(&self, region: &str) -> Result<SignableRequest, error::Error> {
        self.request_at(&Addressing::new(region))
    }

    /// Creates the request, as [`request`](Self::request) does, for an addressing with options: FIPS,
    /// dual stack, a custom endpoint.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`](error::Error::InvalidParameter) if the name is not that of a
    ///   directory bucket
    /// - [`Error::Address`](error::Error::Address) for everything else that [`Addressing::bucket`]
    ///   returns
    pub fn request_at(&self, addressing: &Addressing) -> Result<SignableRequest, error::Error> {
        let address = address(&addressing.clone().without_express_session(), &self.bucket)?;
        let Some(SigningScheme::SigV4 { region, .. }) = address.schemes().first() else {
            return Err(invalid_bucket());
        };
        let mut request = Request::get(format!("{}/?session", address.url()))
            .body(String::new())
            .map_err(|_| invalid_bucket())?;
        if let Some(mode) = self.mode {
            let mode = HeaderValue::from_static(mode.as_str());
            request.headers_mut().insert(MODE, mode);
        }
        Ok(SignableRequest {
            request,
            service: SERVICE,
            region: region.clone(),
        })
    }

    /// Parses the response into credentials for the objects of the bucket.
    ///
    /// They contain the expiration, and a session token that sets its own header.
    ///
    /// # Errors
    /// - [`ServiceError`] if S3 responded with an error, or the response cannot be parsed or is larger
    ///   than 1 MiB
    pub fn parse(status: StatusCode, body: impl AsRef<[u8]>) -> Result<Credentials, ServiceError> {
        // S3 sends the first name. Its API reference has the second.
        let is_result = |root: &Element<'_>| {
            matches!(root.name(), "CreateSessionResult" | "CreateSessionOutput")
                && matches!(root.namespace(), "" | NAMESPACE)
        };
        xml::read(
            "CreateSession",
            status,
            body.as_ref(),
            is_result,
            |result| {
                let credentials = result.credentials()?;
                let token = credentials.session_token().map(SessionToken::expose);
                let token = SessionToken::s3_express(token.unwrap_or_default());
                Ok(credentials.with_session_token(token))
            },
        )
    }
}

/// Returns the host of a directory bucket, or of an access point of one.
///
/// The host belongs to the zone, which is part of the name. For FIPS, dual stack or a custom
/// endpoint, use [`Addressing::bucket`].
///
/// # Errors
/// - [`Error::InvalidParameter`](error::Error::InvalidParameter) if the name is not of the form
///   `NAME--ZONE--x-s3` (or `…--xa-s3`)
/// - [`Error::Address`](error::Error::Address) if the region is not a label of a host name
///
/// ```
/// let host =
///     countersign::s3::express::host("demo--euw1-az1--x-s3", "eu-west-1")?;
/// assert_eq!(
///     host,
///     "demo--euw1-az1--x-s3.s3express-euw1-az1.eu-west-1.amazonaws.com"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn host(bucket: &str, region: &str) -> Result<String, error::Error> {
    check_host_label(region)?;
    Ok(address(&Addressing::new(region), bucket)?.host().to_owned())
}

fn address(addressing: &Addressing, bucket: &str) -> Result<Address, error::Error> {
    if !(bucket.ends_with("--x-s3") || bucket.ends_with("--xa-s3")) {
        return Err(invalid_bucket());
    }
    addressing.bucket(bucket).map_err(|error| match error {
        AddressError::InvalidBucket { .. } => invalid_bucket(),
        error => error.into(),
    })
}

fn invalid_bucket() -> error::Error {
    let problem = "must be the name of a directory bucket, NAME--ZONE--x-s3";
    error::Error::invalid_parameter("Bucket", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_directory_bucket_contains_the_zone_of_its_name() {
        for (bucket, zone) in [
            ("a--use1-az4--x-s3", "use1-az4"),
            ("a--b--use1-az4--x-s3", "use1-az4"),
            ("a--use1-az4--xa-s3", "use1-az4"),
            ("1-2--usw2-lax1-az1--x-s3", "usw2-lax1-az1"),
        ] {
            let expected = format!("{bucket}.s3express-{zone}.us-east-1.amazonaws.com");
            assert_eq!(host(bucket, "us-east-1").unwrap(), expected);
        }
        let long = format!("{}--use1-az4--x-s3", "a".repeat(48));
        for bucket in [
            "",
            "bucket",
            "--x-s3",
            "a--x-s3",
            "--use1-az4--x-s3",
            "a----x-s3",
            "a--use1-az4--x-s3.evil",
            "a--use1.evil--x-s3",
            "a/--use1-az4--x-s3",
            "A--use1-az4--x-s3",
            "a--use1-az4--X-S3",
            &long,
        ] {
            assert!(host(bucket, "us-east-1").is_err(), "{bucket}");
            assert!(CreateSession::new(bucket).request("us-east-1").is_err());
        }
        for region in ["", "us-east-1.evil", "us/east", "US-EAST-1", "us east"] {
            assert!(host("a--use1-az4--x-s3", region).is_err(), "{region}");
        }
    }
}
