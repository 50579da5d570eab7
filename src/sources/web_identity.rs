//! Web identities: a token in a file is exchanged for the credentials of a role.

use http::{Request, Response};

use super::text::{SESSION_NAME, is_iam_name, token_of_file};
use super::{Environment, Error, ProfileWebIdentity, ResolvedCredentials, TokenKind};
use crate::sts::{AssumeRoleWithWebIdentity, AssumedRoleUser, Endpoint};

/// A web identity: a token file and the role that it is exchanged for, as EKS sets them up.
///
/// The token file is read anew for each request, because its token is rotated. The request is not
/// signed: the token is the proof.
///
/// ```
/// use countersign::sources::{Environment, WebIdentity};
/// use countersign::sts::Endpoint;
///
/// let environment = Environment::from_pairs([
///     ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/token"),
///     ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod"),
/// ]);
/// let identity =
///     WebIdentity::from_environment(&environment)?.expect("configured");
/// assert_eq!(identity.token_file(), "/var/run/secrets/token");
/// // Read the file; then:
/// let endpoint = Endpoint::regional("eu-west-1")?;
/// let request =
///     identity.request(b"eyJh.bGci.c2ln\n", &endpoint, "my-session")?;
/// assert_eq!(request.uri(), "https://sts.eu-west-1.amazonaws.com/");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct WebIdentity {
    path: String,
    role_arn: String,
    role_session_name: Option<String>,
}

impl WebIdentity {
    /// Reads the settings, or returns `None` if `AWS_WEB_IDENTITY_TOKEN_FILE` is not set.
    ///
    /// # Errors
    /// - [`Error::MissingSetting`] if `AWS_ROLE_ARN` is not set
    /// - [`Error::InvalidSetting`] if `AWS_ROLE_SESSION_NAME` does not match STS's pattern
    pub fn from_environment(environment: &Environment) -> Result<Option<Self>, Error> {
        let token_file = "AWS_WEB_IDENTITY_TOKEN_FILE";
        let Some(path) = environment.get(token_file) else {
            return Ok(None);
        };
        let setting = "AWS_ROLE_SESSION_NAME";
        let name = environment.get(setting);
        if let Some(name) = name.filter(|name| !is_session_name(name)) {
            return Err(Error::invalid_setting(setting, SESSION_NAME, name));
        }
        let role_arn = environment.required("AWS_ROLE_ARN", token_file)?;
        Ok(Some(Self {
            path: path.to_owned(),
            role_arn: role_arn.to_owned(),
            role_session_name: name.map(str::to_owned),
        }))
    }

    /// Creates the web identity of a profile.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if its `role_session_name` does not match STS's pattern
    pub fn from_profile(profile: &ProfileWebIdentity) -> Result<Self, Error> {
        let name = profile.role_session_name.as_deref();
        if let Some(name) = name.filter(|name| !is_session_name(name)) {
            return Err(Error::invalid_parameter(
                "role_session_name",
                SESSION_NAME,
                name,
            ));
        }
        Ok(Self {
            path: profile.path.clone(),
            role_arn: profile.role_arn.clone(),
            role_session_name: profile.role_session_name.clone(),
        })
    }

    /// Returns the path of the file with the token.
    pub fn token_file(&self) -> &str {
        &self.path
    }

    /// Creates the request for the role's credentials.
    ///
    /// `contents` is what the token file contains; one final line end is dropped.
    /// `default_session_name` is used if the settings name no session.
    ///
    /// # Errors
    /// - [`Error::InvalidToken`] if the token is empty or contains a line break
    /// - [`Error::TooLarge`] if the token is larger than 64 KiB
    /// - [`Error::Request`] if a parameter is outside STS's limits
    pub fn request(
        &self,
        contents: &[u8],
        endpoint: &Endpoint,
        default_session_name: &str,
    ) -> Result<Request<String>, Error> {
        let token = token_of_file(contents, TokenKind::WebIdentity)?;
        let name = self.role_session_name.as_deref();
        let name = name.unwrap_or(default_session_name);
        let call = AssumeRoleWithWebIdentity::new(&self.role_arn, name, token.expose());
        Ok(call.request(endpoint)?)
    }

    /// Reads the response.
    ///
    /// # Errors
    /// - [`Error::Sts`] if STS refused the token, or its response is malformed
    pub fn read(
        &self,
        response: &Response<impl AsRef<[u8]>>,
    ) -> Result<ResolvedCredentials, Error> {
        let response = AssumeRoleWithWebIdentity::parse(response.status(), response.body());
        let response = response.map_err(Error::Sts)?;
        let account_id = account_id(response.assumed_role_user.as_ref());
        Ok(ResolvedCredentials::from(response.credentials).of_account(account_id))
    }
}

/// The account in the ARN of an assumed role.
pub(super) fn account_id(user: Option<&AssumedRoleUser>) -> Option<&str> {
    user?
        .arn
        .as_deref()?
        .split(':')
        .nth(4)
        .filter(|id| !id.is_empty())
}

fn is_session_name(name: &str) -> bool {
    is_iam_name(name, 2, 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(session_name: &str) -> Result<Option<WebIdentity>, Error> {
        WebIdentity::from_environment(&Environment::from_pairs([
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"),
            ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod"),
            ("AWS_ROLE_SESSION_NAME", session_name),
        ]))
    }

    #[test]
    fn a_session_name_is_checked_before_anything_is_read() {
        for name in ["x", "a b", "a/b", &"x".repeat(65)] {
            let error = identity(name).unwrap_err();
            let setting = "AWS_ROLE_SESSION_NAME";
            assert!(matches!(error, Error::InvalidSetting { setting: it, .. } if it == setting));
        }
        assert!(identity("a=,.@-_+").unwrap().is_some());
    }

    #[test]
    fn one_final_line_end_of_a_token_is_dropped() {
        let identity = identity("").unwrap().unwrap();
        let endpoint = Endpoint::regional("eu-west-1").unwrap();
        let request = |contents: &str| identity.request(contents.as_bytes(), &endpoint, "me");
        for contents in ["ey.J.x", "ey.J.x\n", "ey.J.x\r\n"] {
            let body = request(contents).unwrap().into_body();
            assert!(
                body.ends_with("&RoleSessionName=me&WebIdentityToken=ey.J.x"),
                "{body}"
            );
        }
        for contents in ["", "\n", "\r\n", "ey.J.x\n\n", "ey\r.J.x", "ey\0.J.x"] {
            let error = request(contents).unwrap_err();
            assert!(matches!(error, Error::InvalidToken { .. }), "{contents:?}");
        }
        let large = "x".repeat(64 << 10 | 1);
        assert!(matches!(
            request(&large),
            Err(Error::TooLarge { limit: 65_536, .. })
        ));
    }
}
