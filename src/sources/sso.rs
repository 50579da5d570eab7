//! IAM Identity Center (SSO): cached tokens, their refresh, and credentials of roles.

use std::time::Duration;

use http::{Request, Response, Uri};
use serde_json::json;

use super::json::{Json, post, read_time, set};
use super::reply::{Reply, SESSION_KEYS};
use super::text::{hex_text, parsed, secret_header};
use super::{
    Content, CredentialEndpoint, Error, ProfileSso, ResolvedCredentials, SecretText, TokenKind,
};
use crate::primitives::sha1::Sha1;
use crate::service::partition::Partition;
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

/// A token is refreshed if less time is left.
const WINDOW: Duration = Duration::from_secs(5 * 60);

/// Returns the name of the file in `~/.aws/sso/cache` for an `sso_session`, or for an
/// `sso_start_url` without one.
///
/// ```
/// let name = countersign::sources::sso_cache_file_name("my-sso");
/// assert_eq!(name, "0ad374308c5a4e22f723adf10145eafad7c4031c.json");
/// ```
pub fn sso_cache_file_name(sso_session_or_start_url: &str) -> String {
    let hash = Sha1::digest(sso_session_or_start_url.as_bytes());
    format!("{}.json", hex_text(&hash))
}

/// The token of IAM Identity Center, as `aws sso login` caches it.
///
/// AWS SDKs and Tools Reference Guide, "IAM Identity Center credential provider".
///
/// ```
/// use countersign::sources::{SsoToken, SsoTokenState};
/// # let now = countersign::Timestamp::from_unix_seconds(1_893_553_445);
///
/// let cache = r#"{
///     "accessToken": "aoa-1",
///     "expiresAt": "2030-01-02T05:00:00Z",
///     "region": "eu-west-1"
/// }"#;
/// let token = SsoToken::parse(cache)?;
/// assert_eq!(token.state(now), SsoTokenState::Fresh);
/// let request =
///     token.role_credentials_request("eu-west-1", "123456789012", "Admin")?;
/// assert_eq!(
///     request.uri().host(),
///     Some("portal.sso.eu-west-1.amazonaws.com")
/// );
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone)]
pub struct SsoToken {
    json: Json,
    access_token: SecretText,
    expires_at: Timestamp,
    registration_expires_at: Option<Timestamp>,
}

/// What to do with a cached token.
// Exhaustive on purpose: each case needs its own action.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SsoTokenState {
    /// Use the token.
    Fresh,
    /// Refresh the token first; if that fails, use it until it expires.
    Refresh,
    /// The token expired and cannot be refreshed: the user must log in again.
    Expired,
}

impl SsoToken {
    /// Parses the content of a cache file. Members that this crate does not know are kept.
    ///
    /// # Errors
    /// - [`Error::TooLarge`] if the content is larger than 256 KiB
    /// - [`Error::Json`] if the content is not one JSON object
    /// - [`Error::MissingField`] and [`Error::InvalidField`] if the token or a time is missing or
    ///   malformed
    pub fn parse(contents: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::from_json(Json::read(contents.as_ref(), Content::SsoCache)?)
    }

    fn from_json(json: Json) -> Result<Self, Error> {
        let members = json.members();
        let access_token = SecretText::from(members.required("accessToken")?);
        let expires_at = members.time("expiresAt")?;
        let registration_expires_at = members.text("registrationExpiresAt").and_then(read_time);
        Ok(Self {
            access_token,
            expires_at,
            registration_expires_at,
            json,
        })
    }

    /// Returns when the token expires.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Returns what to do with the token: it is refreshed if less than five minutes are left.
    ///
    /// A token of the older form, without an `sso_session`, is never refreshed: for it, ask
    /// [`is_expired`](Self::is_expired).
    pub fn state(&self, now: impl Into<Timestamp>) -> SsoTokenState {
        let now = now.into();
        let left = self.expires_at.saturating_duration_since(now);
        if left >= WINDOW {
            SsoTokenState::Fresh
        } else if self.is_refreshable(now) {
            SsoTokenState::Refresh
        } else if left > Duration::ZERO {
            SsoTokenState::Fresh
        } else {
            SsoTokenState::Expired
        }
    }

    fn is_refreshable(&self, now: Timestamp) -> bool {
        let members = self.json.members();
        let complete = ["refreshToken", "clientId", "clientSecret"]
            .into_iter()
            .all(|name| members.text(name).is_some());
        complete
            && self
                .registration_expires_at
                .is_some_and(|expires| expires > now)
    }

    /// Whether the token expired.
    pub fn is_expired(&self, now: impl Into<Timestamp>) -> bool {
        self.expires_at <= now.into()
    }

    /// Creates the request that refreshes the token. **Its body contains secrets.**
    ///
    /// # Errors
    /// - [`Error::MissingField`] if the cache has no refresh token or client registration
    /// - [`Error::Request`] if the region cannot be part of a host name
    ///
    /// ```
    /// use countersign::sources::SsoToken;
    ///
    /// let token = SsoToken::parse(
    ///     r#"{"accessToken":"aoa-1","expiresAt":"2030-01-02T03:08:00Z",
    ///     "refreshToken":"aor-1","clientId":"id","clientSecret":"secret",
    ///     "registrationExpiresAt":"2030-03-01T00:00:00Z"}"#,
    /// )?;
    /// let request = token.refresh_request("eu-west-1")?;
    /// assert_eq!(request.uri(), "https://oidc.eu-west-1.amazonaws.com/token");
    /// # Ok::<(), countersign::sources::Error>(())
    /// ```
    pub fn refresh_request(&self, region: &str) -> Result<Request<String>, Error> {
        let members = self.json.members();
        let body = json!({
            "clientId": members.required("clientId")?,
            "clientSecret": members.required("clientSecret")?,
            "grantType": "refresh_token",
            "refreshToken": members.required("refreshToken")?,
        });
        let uri = uri("oidc", region, "/token")?;
        Ok(post(uri, "application/json", body))
    }

    /// Reads the response to [`refresh_request`](Self::refresh_request): the new token.
    ///
    /// Write [`to_json`](Self::to_json) of the new token back to the cache file.
    ///
    /// # Errors
    /// - [`Error::Refused`] if the service refused the request
    /// - [`Error::Status`] if the status is other than 200 and there is neither code nor message
    /// - [`Error::Json`], [`Error::MissingField`] and [`Error::InvalidField`] if the response is
    ///   malformed
    pub fn read_refresh(
        &self,
        response: &Response<impl AsRef<[u8]>>,
        now: impl Into<Timestamp>,
    ) -> Result<Self, Error> {
        let (reply, now) = (Reply::from(response), now.into());
        if !reply.is_ok() {
            return Err(reply.refusal(CredentialEndpoint::SsoOidc));
        }
        let response = Json::read(reply.body, Content::Response(CredentialEndpoint::SsoOidc))?;
        let members = response.members();
        let access_token = members.required("accessToken")?;
        let expires_at = members.time_after(now, "expiresIn")?;
        let refresh_token = members.optional("refreshToken")?;
        let mut json = self.json.clone();
        if let Some(map) = json.map_mut() {
            set(map, "accessToken", access_token);
            set(map, "expiresAt", &expires_at.to_string());
            if let Some(refresh_token) = refresh_token {
                set(map, "refreshToken", refresh_token);
            }
        }
        Self::from_json(json)
    }

    /// Returns the content of the cache file, with all its members, also those that
    /// this crate does not know.
    pub fn to_json(&self) -> SecretText {
        self.json.to_text()
    }

    /// Creates the request for the credentials of a role.
    ///
    /// # Errors
    /// - [`Error::InvalidToken`] if the access token contains a line break
    /// - [`Error::Request`] if the region cannot be part of a host name
    pub fn role_credentials_request(
        &self,
        region: &str,
        account_id: &str,
        role_name: &str,
    ) -> Result<Request<String>, Error> {
        let path = format!(
            "/federation/credentials?role_name={}&account_id={}",
            encode_segment(role_name),
            encode_segment(account_id)
        );
        let mut request = Request::new(String::new());
        *request.uri_mut() = uri("portal.sso", region, &path)?;
        let token = secret_header(self.access_token.expose().as_bytes(), TokenKind::Sso)?;
        request
            .headers_mut()
            .insert("x-amz-sso_bearer_token", token);
        Ok(request)
    }
}

impl std::fmt::Debug for SsoToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SsoToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Reads the credentials of a role from the portal of IAM Identity Center.
///
/// # Errors
/// - [`Error::Refused`] if the portal refused the request; after 401 the user must log in again
/// - [`Error::Status`] if the status is other than 200 and there is neither code nor message
/// - [`Error::Json`], [`Error::MissingField`] and [`Error::InvalidField`] if the response is
///   malformed
///
/// ```
/// use countersign::sources::read_sso_credentials;
/// use http::Response;
///
/// let response = Response::new(
///     r#"{"roleCredentials":{"accessKeyId":"ASIAEXAMPLE",
///     "secretAccessKey":"secret","sessionToken":"token",
///     "expiration":1893572104000}}"#,
/// );
/// let resolved = read_sso_credentials(&response, "123456789012")?;
/// assert_eq!(resolved.account_id(), Some("123456789012"));
/// # Ok::<(), countersign::sources::Error>(())
/// ```
pub fn read_sso_credentials(
    response: &Response<impl AsRef<[u8]>>,
    account_id: &str,
) -> Result<ResolvedCredentials, Error> {
    let reply = Reply::from(response);
    if !reply.is_ok() {
        return Err(reply.refusal(CredentialEndpoint::SsoPortal));
    }
    let json = Json::read(reply.body, Content::Response(CredentialEndpoint::SsoPortal))?;
    let members = json.members().object("roleCredentials")?;
    let keys = members.all_required(SESSION_KEYS)?;
    let expiration = members.time_from("expiration", |value| {
        value.as_i64().map(Timestamp::from_unix_millis)
    })?;
    Ok(ResolvedCredentials::temporary(keys, expiration).with_account_id(account_id))
}

/// The cache file's name of a profile.
pub(super) fn file_name(sso: &ProfileSso) -> String {
    sso_cache_file_name(sso.session.as_deref().unwrap_or(&sso.start_url))
}

fn uri(service: &str, region: &str, path: &str) -> Result<Uri, Error> {
    check_host_label(region)?;
    let domain = Partition::of(region).domain();
    let url = format!("https://{service}.{region}.{domain}{path}");
    parsed(&url, "sso_role_name")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_893_553_445); // 2030-01-02T03:04:05Z

    fn token(expires_at: &str, more: &str) -> SsoToken {
        let cache = format!(r#"{{"accessToken":"aoa-s3cret","expiresAt":"{expires_at}"{more}}}"#);
        SsoToken::parse(cache).unwrap()
    }

    const REFRESHABLE: &str = r#","refreshToken":"r","clientId":"c","clientSecret":"s",
        "registrationExpiresAt":"2030-03-01T00:00:00UTC","other":{"kept":[1]}"#;

    #[test]
    fn a_token_is_refreshed_if_less_than_five_minutes_are_left() {
        let state = |expires_at, more| token(expires_at, more).state(NOW);
        assert_eq!(
            state("2030-01-02T03:09:05Z", REFRESHABLE),
            SsoTokenState::Fresh
        );
        assert_eq!(
            state("2030-01-02T03:09:04UTC", REFRESHABLE),
            SsoTokenState::Refresh
        );
        assert_eq!(state("2030-01-02T03:09:04Z", ""), SsoTokenState::Fresh);
        assert_eq!(state("2030-01-02T03:04:06Z", ""), SsoTokenState::Fresh);
        assert_eq!(state("2030-01-02T03:04:05Z", ""), SsoTokenState::Expired);
    }

    #[test]
    fn members_that_are_not_known_are_kept_and_an_old_refresh_token_too() {
        let response = Response::new(r#"{"accessToken":"new","expiresIn":60}"#);
        let token = token("2030-01-02T03:05:00Z", REFRESHABLE);
        let new = token.read_refresh(&response, NOW).unwrap().to_json();
        let written: Value = serde_json::from_str(new.expose()).unwrap();
        assert_eq!(written["other"], json!({"kept": [1]}));
        assert_eq!(
            (&written["accessToken"], &written["refreshToken"]),
            (&json!("new"), &json!("r"))
        );
        assert_eq!(written["expiresAt"], "2030-01-02T03:05:05Z");
    }

    #[test]
    fn a_lifetime_beyond_the_calendar_is_invalid() {
        let token = token("2030-01-02T03:05:00Z", REFRESHABLE);
        for lifetime in ["9223372036854775807", "1e3", "\"60\""] {
            let response =
                Response::new(format!(r#"{{"accessToken":"n","expiresIn":{lifetime}}}"#));
            let error = token.read_refresh(&response, NOW).unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::InvalidField {
                        field: "expiresIn",
                        ..
                    }
                ),
                "{lifetime}"
            );
        }
    }

    #[test]
    fn china_has_hosts_of_its_own_and_a_region_cannot_change_a_host() {
        let token = token("2030-01-02T05:00:00Z", REFRESHABLE);
        let request = token.refresh_request("cn-north-1").unwrap();
        assert_eq!(
            request.uri(),
            "https://oidc.cn-north-1.amazonaws.com.cn/token"
        );
        let request = token
            .role_credentials_request("cn-north-1", "1", "Read Only&x=y")
            .unwrap();
        assert_eq!(
            request.uri(),
            "https://portal.sso.cn-north-1.amazonaws.com.cn/federation/credentials\
             ?role_name=Read%20Only%26x%3Dy&account_id=1"
        );
        assert!(token.refresh_request("evil.example/").is_err());
        assert!(!format!("{token:?} {request:?}").contains("s3cret"));
    }
}
