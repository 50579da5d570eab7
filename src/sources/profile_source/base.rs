//! The base sources of profiles.

use std::fmt;

use crate::sources::{ResolvedCredentials, SecretText};

/// Where the credentials of a profile come from, before any role is assumed.
///
/// ```
/// use countersign::sources::{
///     BaseSource, ProfileFiles, ProfileSource, SelectedProfile,
/// };
///
/// let config = "[profile dev]
/// sso_session = corp
/// sso_account_id = 123456789012
/// sso_role_name = Admin
/// [sso-session corp]
/// sso_region = eu-west-1
/// sso_start_url = https://corp.awsapps.com/start";
/// let files = ProfileFiles::parse(config, "")?;
/// let selected = SelectedProfile::named("dev");
/// let source =
///     ProfileSource::resolve(&files, &selected)?.expect("configured");
/// let BaseSource::Sso(sso) = source.base else {
///     panic!("another source")
/// };
/// assert_eq!(sso.role_name, "Admin");
/// assert_eq!(sso.region, "eu-west-1");
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum BaseSource {
    /// Keys in the profile itself.
    Keys(ProfileKeys),
    /// `credential_source`: a source other than the shared files.
    Named(NamedSource),
    /// `web_identity_token_file`, with its role.
    WebIdentity(ProfileWebIdentity),
    /// IAM Identity Center.
    Sso(ProfileSso),
    /// `login_session`: the session of `aws login`.
    Login {
        /// The value of `login_session`.
        login_session: String,
    },
    /// `credential_process`: a program that writes credentials.
    Process(ProfileProcess),
}

/// Keys in a profile. They convert to [`ResolvedCredentials`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProfileKeys {
    /// `aws_access_key_id`.
    pub access_key_id: String,
    /// `aws_secret_access_key`.
    pub secret_access_key: SecretText,
    /// `aws_session_token`.
    pub session_token: Option<SecretText>,
    /// `aws_account_id`.
    pub account_id: Option<String>,
}

impl From<ProfileKeys> for ResolvedCredentials {
    fn from(keys: ProfileKeys) -> Self {
        Self::new(&keys.access_key_id, keys.secret_access_key.expose(), None)
            .with_session_token(keys.session_token.as_ref().map(SecretText::expose))
            .of_account(keys.account_id.as_deref())
    }
}

/// A source that `credential_source` names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum NamedSource {
    /// `Environment`: the keys in environment variables.
    Environment,
    /// `Ec2InstanceMetadata`: the role of the instance.
    Ec2InstanceMetadata,
    /// `EcsContainer`: the endpoint of the container.
    EcsContainer,
}

impl NamedSource {
    /// Returns the name as it is written in a profile.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "Environment",
            Self::Ec2InstanceMetadata => "Ec2InstanceMetadata",
            Self::EcsContainer => "EcsContainer",
        }
    }
}

/// A web identity in a profile.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ProfileWebIdentity {
    /// `role_arn`.
    pub role_arn: String,
    /// `web_identity_token_file`: the path of the file with the token.
    pub path: String,
    /// `role_session_name`.
    pub role_session_name: Option<String>,
}

/// A role of IAM Identity Center in a profile.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ProfileSso {
    /// `sso_start_url`.
    pub start_url: String,
    /// `sso_region`.
    pub region: String,
    /// `sso_account_id`.
    pub account_id: String,
    /// `sso_role_name`.
    pub role_name: String,
    /// `sso_session`: the name of the section; `None` in the older configuration without one.
    pub session: Option<String>,
}

/// A `credential_process` in a profile. `Debug` hides the command: its arguments may be secret.
#[derive(Clone)]
#[non_exhaustive]
pub struct ProfileProcess {
    /// `credential_process`: the command line, as written.
    pub command_line: String,
    /// `aws_account_id`: used if the output names no account.
    pub account_id: Option<String>,
}

impl fmt::Debug for ProfileProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileProcess")
            .field("account_id", &self.account_id)
            .finish_non_exhaustive()
    }
}
