//! The instance metadata service of EC2.

use std::time::Duration;

use http::{HeaderValue, Method, Request, Response, Uri};

use super::reply::Reply;
use super::resolved::next_try;
use super::text::{is_iam_name, parsed, secret_header};
use super::{
    CredentialEndpoint, Environment, Error, ResolvedCredentials, Section, TokenKind, document,
};
use crate::timestamp::Timestamp;

const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
const TOKEN: &str = "x-aws-ec2-metadata-token";
const LIFETIME: u64 = 21_600;
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// The instance metadata service (IMDS): credentials of the role of an EC2 instance.
///
/// Three requests, in this order: [`token_request`](Self::token_request),
/// [`role_request`](Self::role_request), [`credentials_request`](Self::credentials_request). Send
/// them without a proxy and with a timeout of one second. If no response comes to the first one,
/// the program does not run on EC2.
///
/// IMDSv1, which has no session token, is used only if the caller allows it. Amazon EC2 User Guide,
/// "Use the Instance Metadata Service to access instance metadata".
///
/// ```
/// use countersign::sources::{Environment, Imds};
/// use http::Response;
/// use std::time::Duration;
/// # let now = countersign::Timestamp::from_unix_seconds(1_893_553_445);
///
/// let imds = Imds::new(&Environment::default(), None)?.expect("not disabled");
/// let request = imds.token_request();
/// assert_eq!(request.uri(), "http://169.254.169.254/latest/api/token");
/// // Send it; then:
/// let session = imds.read_token(&Response::new("TOKEN=="))?;
/// let request = imds.role_request(&session);
/// let role = imds.read_role(&Response::new("web-role"))?;
/// let role = role.expect("a role is attached");
/// let request = imds.credentials_request(&session, &role)?;
/// # let response = Response::new(r#"{"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"s","Token":"t","Expiration":"2030-01-02T08:30:00Z"}"#);
/// let resolved = imds.read_credentials(&response, now, Duration::ZERO)?;
/// assert_eq!(resolved.credentials().access_key_id(), "ASIAEXAMPLE");
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Imds {
    token_uri: Uri,
    role_uri: Uri,
    v1_allowed: bool,
    v1_disabled: bool,
}

/// A session with instance metadata: its token, or the permission to go without one.
///
/// Keep it for its lifetime, so that each refresh takes two requests instead of three.
///
/// ```
/// use countersign::sources::{Environment, Imds};
/// use http::Response;
///
/// let imds = Imds::new(&Environment::default(), None)?.expect("not disabled");
/// let session = imds.read_token(&Response::new("TOKEN=="))?;
/// assert_eq!(session.lifetime().as_secs(), 21_600);
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImdsSession {
    header: Option<HeaderValue>,
    lifetime: Duration,
}

impl ImdsSession {
    /// Returns how long the token lives, counted from its request.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Whether the session goes without a token: IMDSv1.
    pub fn is_v1(&self) -> bool {
        self.header.is_none()
    }
}

/// The name of the role of an instance: 1 to 64 letters, digits and `_+=,.@-`.
///
/// [`Imds`] has an example.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImdsRole(String);

impl ImdsRole {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Imds {
    /// Reads the settings, or returns `None` if `AWS_EC2_METADATA_DISABLED` is `true`.
    ///
    /// A variable wins over the key of the profile:
    ///
    /// | variable | key | value |
    /// |---|---|---|
    /// | `AWS_EC2_METADATA_SERVICE_ENDPOINT` | `ec2_metadata_service_endpoint` | URL |
    /// | `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE` | `ec2_metadata_service_endpoint_mode` | `IPv4`, `IPv6` |
    /// | `AWS_EC2_METADATA_V1_DISABLED` | `ec2_metadata_v1_disabled` | `true`, `false` |
    ///
    /// # Errors
    /// - [`Error::InvalidSetting`] if the endpoint is not an `http` or `https` URL, or the mode has
    ///   another value
    pub fn new(
        environment: &Environment,
        profile: Option<&Section>,
    ) -> Result<Option<Self>, Error> {
        let is_true = |text: &str| text.eq_ignore_ascii_case("true");
        if environment
            .get("AWS_EC2_METADATA_DISABLED")
            .is_some_and(is_true)
        {
            return Ok(None);
        }
        let setting = |variable: &'static str, key: &'static str| {
            let of_profile = || Some((profile?.setting(key)?, key));
            environment
                .get(variable)
                .map(|value| (value, variable))
                .or_else(of_profile)
        };
        let endpoint = setting(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "ec2_metadata_service_endpoint",
        );
        let mode = setting(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            "ec2_metadata_service_endpoint_mode",
        );
        let base = match (endpoint, mode) {
            (Some((url, setting)), _) => {
                check_endpoint(url, setting)?;
                url.strip_suffix('/').unwrap_or(url)
            }
            (None, Some((mode, _))) if mode.eq_ignore_ascii_case("IPv6") => {
                "http://[fd00:ec2::254]"
            }
            (None, Some((mode, setting))) if !mode.eq_ignore_ascii_case("IPv4") => {
                return Err(Error::invalid_setting(setting, "`IPv4` or `IPv6`", mode));
            }
            (None, _) => "http://169.254.169.254",
        };
        let disabled = setting("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled");
        let uri = |path: &str| {
            let setting = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
            parsed(&format!("{base}{path}"), setting)
        };
        Ok(Some(Self {
            token_uri: uri("/latest/api/token")?,
            role_uri: uri(ROLES)?,
            v1_allowed: false,
            v1_disabled: disabled.is_some_and(|(value, _)| is_true(value)),
        }))
    }

    /// Allows IMDSv1 if the service has no session tokens. The settings can still forbid it.
    ///
    /// IMDSv1 answers requests that an attacker makes the program send; do not allow it without need.
    #[must_use]
    pub fn with_v1_allowed(mut self) -> Self {
        self.v1_allowed = true;
        self
    }

    /// Creates the first request: for a session token.
    pub fn token_request(&self) -> Request<String> {
        let mut request = Request::new(String::new());
        *request.method_mut() = Method::PUT;
        *request.uri_mut() = self.token_uri.clone();
        request
            .headers_mut()
            .insert(TTL, HeaderValue::from(LIFETIME));
        request
    }

    /// Reads the response to [`token_request`](Self::token_request).
    ///
    /// # Errors
    /// - [`Error::TokenRefused`] if the status is other than 200, unless IMDSv1 is allowed
    /// - [`Error::InvalidToken`] if the token is empty or contains a line break
    pub fn read_token(&self, response: &Response<impl AsRef<[u8]>>) -> Result<ImdsSession, Error> {
        let reply = Reply::from(response);
        let status = reply.status.as_u16();
        if !reply.is_ok() {
            let has_none = matches!(status, 401 | 403 | 404 | 405 | 500..=599);
            if !(has_none && self.v1_allowed && !self.v1_disabled) {
                return Err(Error::TokenRefused { status });
            }
            return Ok(ImdsSession {
                header: None,
                lifetime: Duration::from_secs(LIFETIME),
            });
        }
        let header = secret_header(reply.body, TokenKind::InstanceMetadata)?;
        let lifetime = reply.header(TTL).and_then(|ttl| ttl.trim().parse().ok());
        Ok(ImdsSession {
            header: Some(header),
            lifetime: Duration::from_secs(lifetime.unwrap_or(LIFETIME)),
        })
    }

    /// Creates the second request: for the name of the instance's role.
    pub fn role_request(&self, session: &ImdsSession) -> Request<String> {
        get(self.role_uri.clone(), session)
    }

    /// Reads the response to [`role_request`](Self::role_request); `None` if the instance has no role.
    ///
    /// # Errors
    /// - [`Error::InvalidRoleName`] if the first line is not a role name
    /// - [`Error::Status`] if the status is other than 200 and 404; after 401 the session is stale
    pub fn read_role(
        &self,
        response: &Response<impl AsRef<[u8]>>,
    ) -> Result<Option<ImdsRole>, Error> {
        let reply = Reply::from(response);
        match reply.status.as_u16() {
            200 => {}
            404 => return Ok(None),
            _ => return Err(reply.unexpected(CredentialEndpoint::InstanceMetadata)),
        }
        let line = reply.body.split(|byte| *byte == b'\n').next();
        let line = line.unwrap_or_default().trim_ascii();
        let name = std::str::from_utf8(line).ok();
        // Dots alone would leave the path.
        let sound = |name: &&str| is_iam_name(name, 1, 64) && !matches!(*name, "." | "..");
        let length = line.len();
        let name = name.filter(sound);
        let name = name.ok_or(Error::InvalidRoleName { length })?;
        Ok(Some(ImdsRole(name.to_owned())))
    }

    /// Creates the third request: for the credentials of the role.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the URL with the role's name is too long
    pub fn credentials_request(
        &self,
        session: &ImdsSession,
        role: &ImdsRole,
    ) -> Result<Request<String>, Error> {
        let uri = parsed(&format!("{}{}", self.role_uri, role.0), "role")?;
        Ok(get(uri, session))
    }

    /// Reads the response to [`credentials_request`](Self::credentials_request).
    ///
    /// During an outage the service serves credentials that expired, and AWS accepts them. They are
    /// returned with their true expiration and with a [`next_try`](ResolvedCredentials::next_try):
    /// 5 minutes after `now` plus `jitter`, of which at most 10 minutes count.
    ///
    /// # Errors
    /// - [`Error::Status`] if the status is other than 200
    /// - everything that [`parse_credential_document`](super::parse_credential_document) returns
    pub fn read_credentials(
        &self,
        response: &Response<impl AsRef<[u8]>>,
        now: impl Into<Timestamp>,
        jitter: Duration,
    ) -> Result<ResolvedCredentials, Error> {
        let (reply, now) = (Reply::from(response), now.into());
        if !reply.is_ok() {
            return Err(reply.unexpected(CredentialEndpoint::InstanceMetadata));
        }
        let resolved = document::parse(reply.body, CredentialEndpoint::InstanceMetadata)?;
        if resolved.is_expired(now) {
            return Ok(resolved.with_next_try(next_try(now, jitter)));
        }
        Ok(resolved)
    }
}

fn get(uri: Uri, session: &ImdsSession) -> Request<String> {
    let mut request = Request::new(String::new());
    *request.uri_mut() = uri;
    if let Some(header) = session.header.clone() {
        request.headers_mut().insert(TOKEN, header);
    }
    request
}

/// Whether paths can be appended to an endpoint.
fn check_endpoint(url: &str, setting: &'static str) -> Result<(), Error> {
    let sound = url.parse::<Uri>().is_ok_and(|uri| {
        let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        let user_info = uri.authority().is_none_or(|it| it.as_str().contains('@'));
        scheme && !user_info && uri.query().is_none() && !url.contains('#')
    });
    sound.then_some(()).ok_or_else(|| {
        Error::invalid_setting(
            setting,
            "an http or https URL without user info and query",
            url,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imds(pairs: &[(&str, &str)]) -> Result<Option<Imds>, Error> {
        Imds::new(&Environment::from_pairs(pairs.iter().copied()), None)
    }

    fn host(imds: &Imds) -> String {
        imds.token_request().uri().host().unwrap().to_owned()
    }

    #[test]
    fn the_mode_is_ipv4_or_ipv6_in_any_letter_case() {
        let mode = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
        let base = |value| host(&imds(&[(mode, value)]).unwrap().unwrap());
        assert_eq!(base("ipV6"), "[fd00:ec2::254]");
        assert_eq!(base("IPV4"), "169.254.169.254");
        let error = imds(&[(mode, "dual")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`{mode}` must be `IPv4` or `IPv6`, got 4 bytes")
        );
    }

    #[test]
    fn an_endpoint_must_be_a_url_that_takes_paths() {
        let endpoint = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
        for url in [
            "169.254.169.254",
            "ftp://h",
            "http://u:p@h",
            "http://h?x",
            "/x",
            "http://h/#f",
        ] {
            let error = imds(&[(endpoint, url)]).unwrap_err();
            assert!(matches!(error, Error::InvalidSetting { .. }), "{url}");
            assert!(!error.to_string().contains("u:p"));
        }
        let imds = imds(&[(endpoint, "https://h:1/imds/")]).unwrap().unwrap();
        assert_eq!(
            imds.token_request().uri(),
            "https://h:1/imds/latest/api/token"
        );
    }

    #[test]
    fn a_token_that_is_no_header_value_is_refused() {
        let imds = imds(&[]).unwrap().unwrap();
        for token in ["", "a\n", "a\r\nb: c", "a\0"] {
            let error = imds.read_token(&Response::new(token)).unwrap_err();
            assert!(matches!(error, Error::InvalidToken { .. }), "{token:?}");
        }
        let session = imds.read_token(&Response::new("TOKEN==")).unwrap();
        assert!(!format!("{session:?}").contains("TOKEN"));
    }

    #[test]
    fn a_role_name_never_leaves_its_path() {
        let imds = imds(&[]).unwrap().unwrap();
        let (longest, long) = ("x".repeat(64), "x".repeat(65));
        for name in [
            "", "..", ".", "a/b", "../x", "a b", "a%2f", "é", "a\rb", &long,
        ] {
            let error = imds.read_role(&Response::new(name)).unwrap_err();
            assert!(matches!(error, Error::InvalidRoleName { .. }), "{name}");
        }
        for name in ["a..b", "web-role \r\nsecond", &longest] {
            assert!(
                imds.read_role(&Response::new(name)).unwrap().is_some(),
                "{name}"
            );
        }
    }

    #[test]
    fn a_status_without_meaning_is_an_error_also_if_v1_is_allowed() {
        let imds = imds(&[]).unwrap().unwrap().with_v1_allowed();
        for (status, accepted) in [
            (302, false),
            (400, false),
            (429, false),
            (405, true),
            (503, true),
        ] {
            let response = Response::builder().status(status).body("").unwrap();
            assert_eq!(imds.read_token(&response).is_ok(), accepted, "{status}");
        }
    }

    #[test]
    fn a_variable_wins_over_the_profile() {
        let config = "[default]\nec2_metadata_service_endpoint_mode = IPv6\n\
            ec2_metadata_v1_disabled = True\n";
        let files = crate::sources::ProfileFiles::parse(config, "").unwrap();
        let profile = files.profile("default");
        let imds = |pairs: &[(&str, &str)]| {
            let environment = Environment::from_pairs(pairs.iter().copied());
            Imds::new(&environment, profile).unwrap().unwrap()
        };
        let of_profile = imds(&[]);
        assert_eq!(host(&of_profile), "[fd00:ec2::254]");
        let of_variables = imds(&[
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv4"),
            ("AWS_EC2_METADATA_V1_DISABLED", "false"),
        ]);
        assert_eq!(host(&of_variables), "169.254.169.254");
        let response = Response::builder().status(404).body("").unwrap();
        assert!(of_profile.with_v1_allowed().read_token(&response).is_err());
        assert!(
            of_variables
                .with_v1_allowed()
                .read_token(&response)
                .unwrap()
                .is_v1()
        );
    }

    #[test]
    fn the_life_of_a_token_is_what_the_service_says_or_six_hours() {
        let imds = imds(&[]).unwrap().unwrap();
        for (header, seconds) in [(" 60 ", 60), ("x", 21_600), ("-1", 21_600)] {
            let response = Response::builder().header(TTL, header).body("t").unwrap();
            let session = imds.read_token(&response).unwrap();
            assert_eq!(session.lifetime().as_secs(), seconds, "{header}");
            assert!(!session.is_v1());
        }
    }
}
