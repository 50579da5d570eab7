//! The credentials provider of AWS IoT.

use http::{HeaderValue, Request, Response, Uri};

use super::json::Json;
use super::reply::{Reply, SESSION_KEYS};
use super::text::https_url;
use super::{Content, CredentialEndpoint, Error, ResolvedCredentials};

/// The AWS IoT credentials provider: a device exchanges its certificate for the credentials of a role.
///
/// The client connects with mutual TLS: its certificate is the proof, and the request is not signed.
/// AWS IoT Core Developer Guide, "Authorizing direct calls to AWS services using AWS IoT Core
/// credential provider".
///
/// ```
/// use countersign::sources::IotCredentials;
/// use http::Response;
///
/// let endpoint = "c1a2b3c4d5e6f7.credentials.iot.eu-west-1.amazonaws.com";
/// let provider = IotCredentials::new(endpoint, "thermostat-alias")?
///     .with_thing_name("thermostat-1")?;
/// let request = provider.request();
/// assert_eq!(request.uri().path(), "/role-aliases/thermostat-alias/credentials");
/// // Send it with the device's certificate; then:
/// # let response = Response::new(r#"{"credentials":{"accessKeyId":"ASIAEXAMPLE","secretAccessKey":"s","sessionToken":"t","expiration":"2030-01-02T04:04:05Z"}}"#);
/// let resolved = provider.read(&response)?;
/// assert_eq!(resolved.credentials().access_key_id(), "ASIAEXAMPLE");
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct IotCredentials {
    uri: Uri,
    thing_name: Option<HeaderValue>,
}

impl IotCredentials {
    /// Creates the provider of an account's endpoint and a role alias (1 to 128 letters, digits and `_=,@-`).
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the endpoint is not a host, or the alias does not match its pattern
    pub fn new(endpoint: &str, role_alias: &str) -> Result<Self, Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_=,@-".contains(&byte);
        if !((1..=128).contains(&role_alias.len()) && role_alias.bytes().all(allowed)) {
            return Err(Error::invalid_parameter(
                "role_alias",
                "1 to 128 letters, digits and `_=,@-`",
                role_alias,
            ));
        }
        let path = format!("/role-aliases/{role_alias}/credentials");
        let uri = https_url(endpoint, &path).ok_or_else(|| {
            let expected = "a host name with an optional port";
            Error::invalid_parameter("endpoint", expected, endpoint)
        })?;
        Ok(Self {
            uri,
            thing_name: None,
        })
    }

    /// Names the thing, for policies with thing variables.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the name does not match the pattern of thing names: 1 to 128 letters, digits and `:_-`
    pub fn with_thing_name(mut self, thing_name: &str) -> Result<Self, Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b":_-".contains(&byte);
        let sound = (1..=128).contains(&thing_name.len()) && thing_name.bytes().all(allowed);
        let value = HeaderValue::from_str(thing_name).ok().filter(|_| sound);
        let value = value.ok_or_else(|| {
            Error::invalid_parameter(
                "thing_name",
                "1 to 128 letters, digits and `:_-`",
                thing_name,
            )
        })?;
        self.thing_name = Some(value);
        Ok(self)
    }

    /// Creates the request.
    pub fn request(&self) -> Request<String> {
        let mut request = Request::new(String::new());
        *request.uri_mut() = self.uri.clone();
        if let Some(thing_name) = &self.thing_name {
            let headers = request.headers_mut();
            headers.insert("x-amzn-iot-thingname", thing_name.clone());
        }
        request
    }

    /// Reads the response.
    ///
    /// # Errors
    /// - [`Error::Refused`] if the provider refused the request
    /// - [`Error::Status`] if the status is other than 200 and there is neither code nor message
    /// - [`Error::Json`], [`Error::MissingField`] and [`Error::InvalidField`] if the response is malformed
    pub fn read(
        &self,
        response: &Response<impl AsRef<[u8]>>,
    ) -> Result<ResolvedCredentials, Error> {
        let reply = Reply::from(response);
        if !reply.is_ok() {
            return Err(reply.refusal(CredentialEndpoint::Iot));
        }
        let json = Json::read(reply.body, Content::Response(CredentialEndpoint::Iot))?;
        let members = json.members().object("credentials")?;
        let keys = members.all_required(SESSION_KEYS)?;
        let expiration = members.time("expiration")?;
        Ok(ResolvedCredentials::temporary(keys, expiration))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_can_change_the_url() {
        for endpoint in ["", ":443", "h/x", "u@h", "h?x", "h#x", "h h", "[::1"] {
            let error = IotCredentials::new(endpoint, "alias").unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::InvalidParameter {
                        parameter: "endpoint",
                        ..
                    }
                ),
                "{endpoint}"
            );
        }
        for alias in ["", "a/b", "..", "a%2f", "a b", "é", &"a".repeat(129)] {
            let error = IotCredentials::new("h", alias).unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::InvalidParameter {
                        parameter: "role_alias",
                        ..
                    }
                ),
                "{alias}"
            );
        }
        let provider = IotCredentials::new("h:8443", "a=,@-_").unwrap();
        for name in ["", "a\r\nb", "a b", &"a".repeat(129)] {
            assert!(provider.clone().with_thing_name(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_refusal_without_a_message_has_only_its_status() {
        let provider = IotCredentials::new("h", "alias").unwrap();
        let response = Response::builder().status(503).body("<html>").unwrap();
        let error = provider.read(&response).unwrap_err();
        assert!(matches!(error, Error::Status { status: 503, .. }));
    }
}
