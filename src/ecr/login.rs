//! The login for a registry.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::aws_call::fields::Fields;
use crate::aws_call::secret_text::SecretText;
use crate::bearer::{BearerToken, Scheme};
use crate::primitives::problem::Problem;
use crate::timestamp::Timestamp;

/// A user name and a password for a registry, with their expiration.
///
/// ```
/// use countersign::aws_call::Endpoint;
/// use countersign::ecr::GetAuthorizationToken;
///
/// # let response = http::Response::new(r#"{"authorizationData":[{"authorizationToken":"QVdTOnBhc3M6d29yZA==","expiresAt":1795957200,"proxyEndpoint":"https://111122223333.dkr.ecr.eu-west-1.amazonaws.com"}]}"#);
/// let endpoint = Endpoint::regional("eu-west-1")?;
/// let logins = GetAuthorizationToken::new().parse(&endpoint, &response)?;
/// let login = &logins[0];
/// // The output of a Docker credential helper for `get`:
/// let helper = format!(
///     r#"{{"ServerURL":"{}","Username":"{}","Secret":"{}"}}"#,
///     login.server().unwrap_or_default(),
///     login.username(),
///     login.password().expose(),
/// );
/// assert!(helper.ends_with(r#""Username":"AWS","Secret":"pass:word"}"#));
/// // The value of `auth` in Docker's `config.json`:
/// assert_eq!(login.token().expose(), "QVdTOnBhc3M6d29yZA==");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct RegistryLogin {
    username: String,
    password: SecretText,
    server: Option<String>,
    hosts: Vec<String>,
    expires_at: Timestamp,
    token: BearerToken,
}

impl RegistryLogin {
    /// Reads `authorizationToken`, which is base64 of `USER:PASSWORD`, and `expiresAt`.
    pub(super) fn read(
        data: &Fields<'_>,
        service: &str,
        region: &str,
        server: Option<String>,
        hosts: Vec<String>,
    ) -> Result<Self, Problem> {
        let name = "authorizationToken";
        let not_a_login = || data.is_not(name, "base64 of a user and a password");
        let encoded = Zeroizing::new(data.required(name)?);
        let decoded = STANDARD.decode(encoded.as_str()).map(Zeroizing::new);
        let text = decoded.as_deref().map(|bytes| std::str::from_utf8(bytes));
        let Ok(Ok(text)) = text else {
            return Err(not_a_login());
        };
        // A password can contain colons, a user name cannot.
        let parts = text.split_once(':');
        let Some((username, password)) = parts.filter(|(user, password)| {
            !user.is_empty() && !password.is_empty() && !text.contains(char::is_control)
        }) else {
            return Err(not_a_login());
        };
        let expires_at = data.date("expiresAt")?;
        let token = BearerToken::new(encoded.as_str())
            .with_scope(service, region)
            .with_host_patterns(hosts.clone())
            .with_expiration(expires_at)
            .sent_as(Scheme::BasicEncoded);
        Ok(Self {
            username: username.to_owned(),
            password: SecretText::new(password.to_owned()),
            server,
            hosts,
            expires_at,
            token,
        })
    }

    /// Returns the user name, which is `AWS`.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Returns the password.
    pub fn password(&self) -> &SecretText {
        &self.password
    }

    /// Returns the URL of the registry: `https://ACCOUNT.dkr.ecr.REGION.amazonaws.com`.
    pub fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    /// Returns the hosts that accept the login. `#` is one digit of the account ID.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Returns the time when the user name and the password expire.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Returns user name and password as one token for the registry's own API.
    ///
    /// [`bearer::authorize`](crate::bearer::authorize) sends it as `Authorization: Basic`. The token
    /// is valid for one service and one region, until it expires.
    pub fn token(&self) -> &BearerToken {
        &self.token
    }
}
