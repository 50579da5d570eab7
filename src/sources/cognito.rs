//! Amazon Cognito identities.

use std::fmt;
use std::time::Duration;

use http::{HeaderValue, Request, Response};
use serde_json::{Map, Value};

use super::json::{Json, post};
use super::reply::Reply;
use super::text::parsed;
use super::{Content, CredentialEndpoint, Error, ResolvedCredentials, SecretText};
use crate::service::partition::Partition;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

/// An identity pool of Amazon Cognito: credentials for guests, and for users of identity providers.
///
/// Two unsigned requests: [`get_id_request`](Self::get_id_request), once for each user, and
/// [`credentials_request`](Self::credentials_request). Amazon Cognito API Reference, "`GetId`" and
/// "`GetCredentialsForIdentity`".
///
/// ```
/// use countersign::sources::CognitoPool;
/// use http::Response;
///
/// let pool = CognitoPool::new("eu-west-1")
///     .with_login("accounts.google.com", "eyJ.id.token");
/// let request = pool.get_id_request("eu-west-1:12345678-aaaa", None)?;
/// assert_eq!(request.uri(), "https://cognito-identity.eu-west-1.amazonaws.com/");
/// // Send it; then:
/// let response = Response::new(r#"{"IdentityId":"eu-west-1:deadbeef"}"#);
/// let identity_id = pool.read_id(&response)?;
/// let request = pool.credentials_request(&identity_id)?;
/// # let response = Response::new(r#"{"Credentials":{"AccessKeyId":"ASIAEXAMPLE","SecretKey":"s","SessionToken":"t","Expiration":1893557045.0}}"#);
/// let resolved = pool.read_credentials(&response)?;
/// assert_eq!(resolved.credentials().access_key_id(), "ASIAEXAMPLE");
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone)]
pub struct CognitoPool {
    region: String,
    logins: Vec<(String, SecretText)>,
    custom_role_arn: Option<String>,
}

impl CognitoPool {
    /// Creates requests for a region, for guests.
    pub fn new(region: impl Into<String>) -> Self {
        Self {
            region: region.into(),
            logins: Vec::new(),
            custom_role_arn: None,
        }
    }

    /// Adds the login of an identity provider: its name, and the token that it issued.
    #[must_use]
    pub fn with_login(mut self, provider: impl Into<String>, token: impl Into<SecretText>) -> Self {
        self.logins.push((provider.into(), token.into()));
        self
    }

    /// Asks for another role than that of the pool, if a rule of the pool allows it.
    #[must_use]
    pub fn with_custom_role_arn(mut self, role_arn: impl Into<String>) -> Self {
        self.custom_role_arn = Some(role_arn.into());
        self
    }

    /// Creates the request for the id of an identity. **Its body contains the logins' tokens.**
    ///
    /// # Errors
    /// - [`Error::Request`] if the region cannot be part of a host name
    pub fn get_id_request(
        &self,
        identity_pool_id: &str,
        account_id: Option<&str>,
    ) -> Result<Request<String>, Error> {
        let members = [
            ("IdentityPoolId", Some(identity_pool_id)),
            ("AccountId", account_id),
        ];
        self.request("AWSCognitoIdentityService.GetId", members)
    }

    /// Reads the response to [`get_id_request`](Self::get_id_request).
    ///
    /// # Errors
    /// - [`Error::Refused`] if Cognito refused the request
    /// - [`Error::Status`] if the status is other than 200 and there is neither code nor message
    /// - [`Error::Json`] and [`Error::MissingField`] if the response is malformed
    pub fn read_id(&self, response: &Response<impl AsRef<[u8]>>) -> Result<String, Error> {
        let json = read(Reply::from(response))?;
        Ok(json.members().required("IdentityId")?.to_owned())
    }

    /// Creates the request for the credentials of an identity. **Its body contains the logins' tokens.**
    ///
    /// # Errors
    /// - [`Error::Request`] if the region cannot be part of a host name
    pub fn credentials_request(&self, identity_id: &str) -> Result<Request<String>, Error> {
        let members = [
            ("IdentityId", Some(identity_id)),
            ("CustomRoleArn", self.custom_role_arn.as_deref()),
        ];
        self.request(
            "AWSCognitoIdentityService.GetCredentialsForIdentity",
            members,
        )
    }

    /// Reads the response to [`credentials_request`](Self::credentials_request).
    ///
    /// # Errors
    /// - [`Error::Refused`] if Cognito refused the request
    /// - [`Error::Status`] if the status is other than 200 and there is neither code nor message
    /// - [`Error::Json`], [`Error::MissingField`] and [`Error::InvalidField`] if the response is malformed
    pub fn read_credentials(
        &self,
        response: &Response<impl AsRef<[u8]>>,
    ) -> Result<ResolvedCredentials, Error> {
        let json = read(Reply::from(response))?;
        let members = json.members().object("Credentials")?;
        let keys = members.all_required(["AccessKeyId", "SecretKey", "SessionToken"])?;
        let expiration = members.time_from("Expiration", |value| seconds(value.as_f64()?))?;
        Ok(ResolvedCredentials::temporary(keys, expiration))
    }

    fn request(
        &self,
        target: &'static str,
        members: [(&str, Option<&str>); 2],
    ) -> Result<Request<String>, Error> {
        check_host_label(&self.region)?;
        let texts = members.into_iter();
        let texts = texts.filter_map(|(name, text)| Some((name.to_owned(), Value::from(text?))));
        let mut body: Map<String, Value> = texts.collect();
        if !self.logins.is_empty() {
            let logins = self.logins.iter();
            let logins = logins.map(|(name, token)| (name.clone(), Value::from(token.expose())));
            body.insert("Logins".to_owned(), Value::Object(logins.collect()));
        }
        let domain = Partition::of(&self.region).domain();
        let url = format!("https://cognito-identity.{}.{domain}/", self.region);
        let uri = parsed(&url, "region")?;
        let mut request = post(uri, "application/x-amz-json-1.1", Value::Object(body));
        let target = HeaderValue::from_static(target);
        request.headers_mut().insert("x-amz-target", target);
        Ok(request)
    }
}

impl fmt::Debug for CognitoPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CognitoPool")
            .field("region", &self.region)
            .field("logins", &self.logins)
            .field("custom_role_arn", &self.custom_role_arn)
            .finish()
    }
}

fn read(reply: Reply<'_>) -> Result<Json, Error> {
    if reply.is_ok() {
        Json::read(reply.body, Content::Response(CredentialEndpoint::Cognito))
    } else {
        Err(reply.refusal(CredentialEndpoint::Cognito))
    }
}

/// Seconds since the epoch, to the millisecond: a `double` promises no more.
fn seconds(value: f64) -> Option<Timestamp> {
    let duration = Duration::try_from_secs_f64(value).ok()?;
    let milliseconds = i64::try_from(duration.as_millis()).ok()?;
    Some(Timestamp::from_unix_millis(milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiration_is_a_number_of_seconds_within_the_calendar() {
        let read = |expiration: &str| {
            let body = format!(
                r#"{{"Credentials":{{"AccessKeyId":"A","SecretKey":"s","SessionToken":"t","Expiration":{expiration}}}}}"#
            );
            CognitoPool::new("eu-west-1").read_credentials(&Response::new(body))
        };
        let resolved = read("1893557045.25").unwrap();
        assert_eq!(
            resolved.expiration(),
            "2030-01-02T04:04:05.25Z".parse().ok()
        );
        for expiration in ["\"2030-01-02T04:04:05Z\"", "1e300", "-5", "{}"] {
            let error = read(expiration).unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::InvalidField {
                        field: "Expiration",
                        ..
                    }
                ),
                "{expiration}"
            );
        }
    }

    #[test]
    fn debug_hides_the_logins() {
        let pool = CognitoPool::new("eu-west-1").with_login("www.amazon.com", "s3cret");
        let text = format!("{pool:?}");
        assert!(
            text.contains("www.amazon.com") && !text.contains("s3cret"),
            "{text}"
        );
        assert!(
            CognitoPool::new("evil.example/")
                .credentials_request("i")
                .is_err()
        );
    }

    #[test]
    fn a_namespace_is_no_part_of_an_error_code() {
        let body = r#"{"__type":"com.amazonaws.cognito#ResourceNotFoundException","Message":"no"}"#;
        let response = Response::builder().status(400).body(body).unwrap();
        let error = CognitoPool::new("eu-west-1")
            .read_id(&response)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "Amazon Cognito refused with status 400: ResourceNotFoundException: no"
        );
    }
}
