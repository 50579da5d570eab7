//! `aws login`: cached sessions and their refresh.

#[cfg(feature = "sigv4a")]
mod dpop;

use std::fmt;
use std::time::Duration;

use http::{Request, Response};
use serde_json::{Value, json};

use super::json::{Json, post, set};
use super::reply::{Reply, SESSION_KEYS};
use super::text::{hex_text, parsed, secret_header};
use super::{Content, CredentialEndpoint, Error, ResolvedCredentials, SecretText, TokenKind};
use crate::primitives::sha256::Sha256;
use crate::service::partition::Partition;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

#[cfg(feature = "sigv4a")]
pub use dpop::DpopKey;

/// A session is refreshed if this time or less is left.
const WINDOW: Duration = Duration::from_secs(5 * 60);

/// Returns the name of the cache file for the value of `login_session` in a profile.
///
/// [`FileLocations::login_cache`](super::FileLocations::login_cache) returns its path.
///
/// ```
/// let name = countersign::sources::login_cache_file_name(
///     "arn:aws:iam::210987654321:user/ann",
/// );
/// assert!(name.starts_with("468d17d6281487e5") && name.ends_with(".json"));
/// ```
pub fn login_cache_file_name(login_session: &str) -> String {
    let hash = Sha256::digest(login_session.as_bytes());
    format!("{}.json", hex_text(&hash))
}

/// A session of `aws login`, as the AWS CLI caches it: credentials, and a refresh token for them.
///
/// A refresh needs a proof of possession of the private key in the cache (DPoP, RFC 9449). With the
/// feature `sigv4a`, `DpopKey` creates it; without it, pass a proof of your own.
///
/// AWS CLI User Guide, "Login for AWS local development using console credentials".
///
/// ```
/// use countersign::sources::LoginSession;
/// # let now = countersign::Timestamp::from_unix_seconds(1_893_553_445);
///
/// let session = LoginSession::parse(
///     r#"{"accessToken":{"accessKeyId":"ASIAEXAMPLE",
///     "secretAccessKey":"secret","sessionToken":"token",
///     "accountId":"123456789012","expiresAt":"2030-01-02T03:15:00Z"},
///     "refreshToken":"r","clientId":"c","dpopKey":"PEM"}"#,
/// )?;
/// assert!(!session.needs_refresh(now));
/// assert_eq!(session.credentials().account_id(), Some("123456789012"));
/// assert_eq!(
///     session.token_url("us-west-2")?,
///     "https://us-west-2.signin.aws.amazon.com/v1/token"
/// );
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone)]
pub struct LoginSession {
    json: Json,
    credentials: ResolvedCredentials,
    expires_at: Timestamp,
    dpop_key: SecretText,
    sign_in_region: Option<String>,
}

impl LoginSession {
    /// Parses the content of a cache file. Members that this crate does not know are kept.
    ///
    /// # Errors
    /// - [`Error::TooLarge`] if the content is larger than 256 KiB
    /// - [`Error::Json`] if the content is not one JSON object
    /// - [`Error::MissingField`] and [`Error::InvalidField`] if a member is missing or malformed
    pub fn parse(contents: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::from_json(Json::read(contents.as_ref(), Content::LoginCache)?)
    }

    fn from_json(json: Json) -> Result<Self, Error> {
        let members = json.members();
        let access_token = members.object("accessToken")?;
        let keys = access_token.all_required(SESSION_KEYS)?;
        let account_id = access_token.optional("accountId")?;
        let expires_at = access_token.time("expiresAt")?;
        members.all_required(["refreshToken", "clientId"])?;
        let dpop_key = SecretText::from(members.required("dpopKey")?);
        let credentials = ResolvedCredentials::temporary(keys, expires_at).of_account(account_id);
        let sign_in_region = members.optional("signInRegion")?.map(str::to_owned);
        Ok(Self {
            credentials,
            expires_at,
            dpop_key,
            sign_in_region,
            json,
        })
    }

    /// Returns the credentials of the session.
    pub fn credentials(&self) -> &ResolvedCredentials {
        &self.credentials
    }

    /// Whether the session must be refreshed: five minutes or less are left.
    pub fn needs_refresh(&self, now: impl Into<Timestamp>) -> bool {
        self.expires_at.saturating_duration_since(now.into()) <= WINDOW
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }

    /// The region of the cache, or else another one, which must be known then.
    #[cfg(feature = "sigv4a")]
    pub(super) fn region<'a>(&'a self, other: Result<&'a str, Error>) -> Result<&'a str, Error> {
        self.sign_in_region.as_deref().map_or(other, Ok)
    }

    /// Returns the URL of the refresh request. The proof must contain it.
    ///
    /// `region` is used if the cache has no `signInRegion`.
    ///
    /// # Errors
    /// - [`Error::Request`] if the region cannot be part of a host name
    pub fn token_url(&self, region: &str) -> Result<String, Error> {
        let region = self.sign_in_region.as_deref().unwrap_or(region);
        check_host_label(region)?;
        let domain = match Partition::of(region) {
            Partition::China => "signin.amazonaws.cn",
            Partition::GovCloud => "signin.amazonaws-us-gov.com",
            _ => "signin.aws.amazon.com",
        };
        Ok(format!("https://{region}.{domain}/v1/token"))
    }

    /// Returns the private key of the session, in PEM.
    pub fn dpop_key(&self) -> &SecretText {
        &self.dpop_key
    }

    /// Creates the request that refreshes the session. **Its body contains secrets.**
    ///
    /// `proof` is the proof of possession for [`token_url`](Self::token_url), from `DpopKey`.
    ///
    /// # Errors
    /// - [`Error::InvalidToken`] if the proof cannot be a header value
    /// - [`Error::Request`] if the region cannot be part of a host name
    ///
    /// ```
    /// # #[cfg(feature = "sigv4a")] {
    /// use countersign::sources::{DpopKey, LoginSession};
    /// use http::Response;
    ///
    /// # let now = countersign::Timestamp::from_unix_seconds(1_893_553_445);
    /// # let cache = r#"{"accessToken":{"accessKeyId":"ASIAEXAMPLE","secretAccessKey":"secret","sessionToken":"token","accountId":"123456789012","expiresAt":"2030-01-02T03:05:00Z"},"refreshToken":"r","clientId":"c","dpopKey":"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIHaSw601QLuAPAILOu5mzYiHEjI06gxucUPArdc/9DHuoAoGCCqGSM49\nAwEHoUQDQgAEdQkl4PP7doIatL26VhEwCWO+DLZpO5lgOJRv0DV7lwLo729JZot7\nANCaf9orP30FXy4cziSwXLsEv0Buyag8nQ==\n-----END EC PRIVATE KEY-----\n"}"#;
    /// let session = LoginSession::parse(cache)?;
    /// assert!(session.needs_refresh(now));
    /// let url = session.token_url("us-west-2")?;
    /// let key = DpopKey::from_pem(session.dpop_key().expose())?;
    /// let proof = key.proof(&url, &session.proof_id(now), now)?;
    /// let request = session.refresh_request("us-west-2", &proof)?;
    /// assert_eq!(request.uri(), url.as_str());
    ///
    /// // Send it; then write the new session to the cache, and use it:
    /// let response = Response::new(
    ///     r#"{"accessToken":{"accessKeyId":"ASIANEW","secretAccessKey":"s",
    ///     "sessionToken":"t"},"expiresIn":900,"refreshToken":"r2"}"#,
    /// );
    /// let session = session.read_refresh(&response, now)?;
    /// let cache = session.to_json();
    /// assert_eq!(session.credentials().credentials().access_key_id(), "ASIANEW");
    /// # }
    /// # Ok::<(), countersign::sources::Error>(())
    /// ```
    pub fn refresh_request(
        &self,
        region: &str,
        proof: &SecretText,
    ) -> Result<Request<String>, Error> {
        let members = self.json.members();
        let body = json!({
            "clientId": members.required("clientId")?,
            "grantType": "refresh_token",
            "refreshToken": members.required("refreshToken")?,
        });
        let uri = parsed(&self.token_url(region)?, "region")?;
        let mut request = post(uri, "application/json", body);
        let proof = secret_header(proof.expose().as_bytes(), TokenKind::Dpop)?;
        request.headers_mut().insert("dpop", proof);
        Ok(request)
    }

    /// Reads the response to [`refresh_request`](Self::refresh_request): the new session.
    ///
    /// Write [`to_json`](Self::to_json) of the new session to the cache file **before** using its
    /// credentials: the response replaces the refresh token, and the old one may stop working.
    ///
    /// # Errors
    /// - [`Error::Refused`] if the service refused the request. The codes `TOKEN_EXPIRED` and
    ///   `USER_CREDENTIALS_CHANGED` mean that the user must log in again
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
            return Err(login_refusal(reply));
        }
        let response = Json::read(reply.body, Content::Response(CredentialEndpoint::Login))?;
        let members = response.members();
        let access_token = members.object("accessToken")?;
        let keys = access_token.all_required(SESSION_KEYS)?;
        let expires_at = members.time_after(now, "expiresIn")?;
        let refresh_token = members.required("refreshToken")?;
        let mut json = self.json.clone();
        if let Some(map) = json.map_mut() {
            set(map, "refreshToken", refresh_token);
            let access_token = map.get_mut("accessToken").and_then(Value::as_object_mut);
            if let Some(access_token) = access_token {
                for (name, text) in SESSION_KEYS.into_iter().zip(keys) {
                    set(access_token, name, text);
                }
                set(access_token, "expiresAt", &expires_at.to_string());
            }
        }
        Self::from_json(json)
    }

    /// Returns the content of the cache file, with all its members, also those that
    /// this crate does not know.
    pub fn to_json(&self) -> SecretText {
        self.json.to_text()
    }

    /// Returns an id for [`DpopKey::proof`] that no other refresh has.
    ///
    /// It depends on the time and on the refresh token, which is secret.
    #[cfg(feature = "sigv4a")]
    pub fn proof_id(&self, now: impl Into<Timestamp>) -> String {
        let now = now.into();
        let refresh_token = self.json.members().text("refreshToken");
        let mut hash = Sha256::new();
        hash.update(format!("{}.{}/", now.unix_seconds(), now.subsec_nanos()).as_bytes());
        hash.update(refresh_token.unwrap_or_default().as_bytes());
        let mut id = hex_text(&hash.finish());
        id.truncate(32);
        id
    }
}

impl fmt::Debug for LoginSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginSession")
            .field("expires_at", &self.expires_at)
            .field("sign_in_region", &self.sign_in_region)
            .finish_non_exhaustive()
    }
}

/// The code is the member `error`: the type of the exception is the same for all of them.
fn login_refusal(reply: Reply<'_>) -> Error {
    let json = Json::read(reply.body, Content::Response(CredentialEndpoint::Login)).ok();
    let reason = json.as_ref().and_then(|json| json.members().text("error"));
    let mut refusal = reply.refusal(CredentialEndpoint::Login);
    if let (Some(reason), Error::Refused { code, .. }) = (reason, &mut refusal) {
        *code = Some(reason.to_owned());
    }
    refusal
}

/// Whether only the user can help: another try cannot succeed.
#[cfg(feature = "sigv4a")]
pub(super) fn is_final(error: &Error) -> bool {
    matches!(
        error,
        Error::Refused { code: Some(code), .. } if matches!(
            code.as_str(),
            "TOKEN_EXPIRED" | "USER_CREDENTIALS_CHANGED" | "INSUFFICIENT_PERMISSIONS"
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_893_553_445); // 2030-01-02T03:04:05Z

    fn session(expires_at: &str, more: &str) -> LoginSession {
        let cache = format!(
            r#"{{"accessToken":{{"accessKeyId":"A","secretAccessKey":"s3cret","sessionToken":"t0ken",
            "accountId":"1","expiresAt":"{expires_at}"}},"refreshToken":"r","clientId":"c",
            "dpopKey":"PEM"{more}}}"#
        );
        LoginSession::parse(cache).unwrap()
    }

    #[test]
    fn five_minutes_or_less_are_a_reason_to_refresh() {
        assert!(session("2030-01-02T03:09:05Z", "").needs_refresh(NOW));
        assert!(!session("2030-01-02T03:09:06Z", "").needs_refresh(NOW));
        assert!(session("2029-01-02T03:09:06Z", "").needs_refresh(NOW));
    }

    #[test]
    fn each_partition_has_its_own_domain() {
        let url = |region: &str| session("2030-01-02T03:09:05Z", "").token_url(region);
        let gov = "https://us-gov-west-1.signin.amazonaws-us-gov.com/v1/token";
        assert_eq!(url("us-gov-west-1").unwrap(), gov);
        let china = "https://cn-north-1.signin.amazonaws.cn/v1/token";
        assert_eq!(url("cn-north-1").unwrap(), china);
        assert!(url("evil.example/").is_err());
    }

    #[test]
    fn debug_hides_the_session() {
        let session = session("2030-01-02T03:09:05Z", "");
        let proof = SecretText::from("pr00f");
        let request = session.refresh_request("us-east-1", &proof).unwrap();
        let text = format!("{session:?} {:?}", request.headers());
        assert!(!text.contains("s3cret") && !text.contains("t0ken") && !text.contains("pr00f"));
    }

    #[test]
    fn a_refresh_changes_what_the_response_told_and_nothing_else() {
        let response = Response::new(
            r#"{"accessToken":{"accessKeyId":"B","secretAccessKey":"n","sessionToken":"m"},
            "expiresIn":900,"refreshToken":"r2","idToken":"new"}"#,
        );
        let session = session("2030-01-02T03:05:00Z", r#","idToken":"old","x":[1]"#);
        let new = session.read_refresh(&response, NOW).unwrap().to_json();
        let written: Value = serde_json::from_str(new.expose()).unwrap();
        assert_eq!(
            written,
            json!({
                "accessToken": {"accessKeyId": "B", "secretAccessKey": "n", "sessionToken": "m",
                    "accountId": "1", "expiresAt": "2030-01-02T03:19:05Z"},
                "refreshToken": "r2", "clientId": "c", "dpopKey": "PEM", "idToken": "old", "x": [1]
            })
        );
    }
}
