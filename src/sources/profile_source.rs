//! From a profile to the source of its credentials, and the roles to assume with them.

use std::fmt;

use super::{
    Error, Expected, ProfileFiles, ProfileProblem, ResolvedCredentials, SecretText, Section,
    SelectedProfile,
};

/// The largest number of roles that are assumed one after the other.
const MOST_ROLES: usize = 16;

/// Where the credentials of a profile come from: one base source, and roles to assume with it.
///
/// ```
/// use countersign::sources::{
///     BaseSource, ProfileFiles, ProfileSource, SelectedProfile,
/// };
///
/// let config = "[profile app]
/// role_arn = arn:aws:iam::123456789012:role/app
/// source_profile = base";
/// let credentials = "[base]
/// aws_access_key_id = AKIDEXAMPLE
/// aws_secret_access_key = secret";
/// let files = ProfileFiles::parse(config, credentials)?;
/// let selected = SelectedProfile::named("app");
/// let source =
///     ProfileSource::resolve(&files, &selected)?.expect("configured");
/// let BaseSource::Keys(keys) = &source.base else {
///     panic!("another source")
/// };
/// assert_eq!(keys.access_key_id, "AKIDEXAMPLE");
/// assert_eq!(
///     source.roles[0].role_arn,
///     "arn:aws:iam::123456789012:role/app"
/// );
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProfileSource {
    /// Where the first credentials come from.
    pub base: BaseSource,
    /// The profile with the base source.
    pub base_profile: String,
    /// The roles to assume, in order of application.
    pub roles: Vec<ProfileRole>,
}

/// The base source of a profile.
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
    /// `credential_source`: a source outside of the files.
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
    /// `sso_session`: the name of the section; `None` in the older form without a section.
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

/// A role to assume.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ProfileRole {
    /// The profile with the role.
    pub profile: String,
    /// `role_arn`.
    pub role_arn: String,
    /// `role_session_name`.
    pub role_session_name: Option<String>,
    /// `external_id`.
    pub external_id: Option<String>,
    /// `mfa_serial`: the role requires a code of this device.
    pub mfa_serial: Option<String>,
    /// `duration_seconds`.
    pub duration_seconds: Option<u32>,
}

impl ProfileSource {
    /// Returns the source of the selected profile, or `None` if the profile has no credentials.
    ///
    /// A `default` profile that the user did not ask for by name may be missing.
    ///
    /// # Errors
    /// - [`Error::Profile`] if a profile is missing, incomplete or contradictory:
    ///   [`ProfileProblem`] lists the cases
    /// - [`Error::ProfileLoop`] if profiles name each other as `source_profile` in a circle
    /// - [`Error::TooManyRoles`] if more than 16 roles are chained by `source_profile`
    pub fn resolve(
        files: &ProfileFiles,
        selected: &SelectedProfile,
    ) -> Result<Option<Self>, Error> {
        let mut name = selected.name();
        if files.profile(name).is_none() && !selected.is_explicit() {
            return Ok(None);
        }
        let (mut visited, mut roles) = (Vec::new(), Vec::new());
        let found = loop {
            let not_found = || ProfileProblem::NotFound.of(name);
            let profile = files.profile(name).ok_or_else(not_found)?;
            let profile = Profile {
                name,
                profile,
                files,
            };
            if visited.contains(&name) {
                visited.push(name);
                let profiles = visited.into_iter().map(str::to_owned).collect();
                return Err(Error::ProfileLoop { profiles });
            }
            visited.push(name);
            // Keys end the chain, where one profile led to another.
            if !roles.is_empty() && profile.has_both_keys() {
                break profile.keys()?;
            }
            let Some(role) = profile.role()? else {
                break profile.base()?;
            };
            if roles.len() == MOST_ROLES {
                return Err(Error::TooManyRoles { limit: MOST_ROLES });
            }
            roles.push(role);
            match (
                profile.get("source_profile"),
                profile.get("credential_source"),
            ) {
                (Some(_), Some(_)) => return Err(ProfileProblem::BothSources.of(name)),
                (None, None) => return Err(ProfileProblem::NoSource.of(name)),
                (None, Some(named)) => break Some(BaseSource::Named(profile.named(named)?)),
                (Some(source), None) if source == name => break profile.base()?,
                (Some(source), None) => name = source,
            }
        };
        let base_profile = name.to_owned();
        match found {
            Some(base) => {
                roles.reverse();
                Ok(Some(Self {
                    base,
                    base_profile,
                    roles,
                }))
            }
            None if roles.is_empty() => Ok(None),
            None => Err(ProfileProblem::NoCredentials.of(name)),
        }
    }
}

/// A profile while its source is looked for.
#[derive(Clone, Copy)]
struct Profile<'a> {
    name: &'a str,
    profile: &'a Section,
    files: &'a ProfileFiles,
}

impl<'a> Profile<'a> {
    fn get(self, key: &str) -> Option<&'a str> {
        self.profile.setting(key)
    }

    fn owned(self, key: &str) -> Option<String> {
        self.get(key).map(str::to_owned)
    }

    fn required(self, key: &'static str, required_by: &'static str) -> Result<String, Error> {
        let missing = || ProfileProblem::MissingKey { key, required_by }.of(self.name);
        self.owned(key).ok_or_else(missing)
    }

    fn role(self) -> Result<Option<ProfileRole>, Error> {
        let Some(role_arn) = self.owned("role_arn") else {
            return Ok(None);
        };
        if self.get("web_identity_token_file").is_some() {
            return Ok(None);
        }
        let key = "duration_seconds";
        let duration_seconds = match self.get(key) {
            None => None,
            Some(value) => Some(value.parse().map_err(|_| {
                let problem = ProfileProblem::InvalidValue {
                    key,
                    expected: Expected("a number of seconds"),
                    length: value.len(),
                };
                problem.of(self.name)
            })?),
        };
        Ok(Some(ProfileRole {
            profile: self.name.to_owned(),
            role_arn,
            role_session_name: self.owned("role_session_name"),
            external_id: self.owned("external_id"),
            mfa_serial: self.owned("mfa_serial"),
            duration_seconds,
        }))
    }

    fn named(self, value: &str) -> Result<NamedSource, Error> {
        let sources = [
            NamedSource::Environment,
            NamedSource::Ec2InstanceMetadata,
            NamedSource::EcsContainer,
        ];
        let mut sources = sources.into_iter();
        let found = sources.find(|source| source.as_str().eq_ignore_ascii_case(value));
        found.ok_or_else(|| {
            let value = value.to_owned();
            ProfileProblem::UnknownCredentialSource { value }.of(self.name)
        })
    }

    /// The first source of those that need no other profile.
    fn base(self) -> Result<Option<BaseSource>, Error> {
        let token_file = "web_identity_token_file";
        if let Some(file) = self.get(token_file) {
            return Ok(Some(BaseSource::WebIdentity(ProfileWebIdentity {
                role_arn: self.required("role_arn", token_file)?,
                path: file.to_owned(),
                role_session_name: self.owned("role_session_name"),
            })));
        }
        if let Some(sso) = self.sso()? {
            return Ok(Some(BaseSource::Sso(sso)));
        }
        if let Some(keys) = self.keys()? {
            return Ok(Some(keys));
        }
        if let Some(login_session) = self.owned("login_session") {
            return Ok(Some(BaseSource::Login { login_session }));
        }
        Ok(self.owned("credential_process").map(|command_line| {
            let account_id = self.owned("aws_account_id");
            BaseSource::Process(ProfileProcess {
                command_line,
                account_id,
            })
        }))
    }

    fn has_both_keys(self) -> bool {
        self.get("aws_access_key_id").is_some() && self.get("aws_secret_access_key").is_some()
    }

    fn keys(self) -> Result<Option<BaseSource>, Error> {
        let (id, secret) = ("aws_access_key_id", "aws_secret_access_key");
        if self.get(id).is_none() && self.get(secret).is_none() {
            return Ok(None);
        }
        Ok(Some(BaseSource::Keys(ProfileKeys {
            access_key_id: self.required(id, secret)?,
            secret_access_key: SecretText::from(self.required(secret, id)?),
            session_token: self.get("aws_session_token").map(SecretText::from),
            account_id: self.owned("aws_account_id"),
        })))
    }

    fn sso(self) -> Result<Option<ProfileSso>, Error> {
        let (account_id, role_name) = ("sso_account_id", "sso_role_name");
        if self.get(account_id).is_none() && self.get(role_name).is_none() {
            return Ok(None);
        }
        let session = self.owned("sso_session");
        // In the form with a section both are that section's, and the profile may repeat them.
        let of_session = |key: &'static str| -> Result<String, Error> {
            let Some(sso_session) = session.clone() else {
                return self.required(key, account_id);
            };
            let Some(section) = self.files.sso_session(&sso_session) else {
                return Err(ProfileProblem::SsoSessionNotFound { sso_session }.of(self.name));
            };
            let Some(value) = section.setting(key) else {
                return Err(ProfileProblem::SsoSessionIncomplete { sso_session, key }.of(self.name));
            };
            if self.get(key).is_some_and(|own| own != value) {
                return Err(ProfileProblem::SsoConflict { key }.of(self.name));
            }
            Ok(value.to_owned())
        };
        Ok(Some(ProfileSso {
            region: of_session("sso_region")?,
            start_url: of_session("sso_start_url")?,
            account_id: self.required(account_id, role_name)?,
            role_name: self.required(role_name, account_id)?,
            session,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(config: &str, name: &str) -> Result<Option<ProfileSource>, Error> {
        let files = ProfileFiles::parse(config, "").unwrap();
        ProfileSource::resolve(&files, &SelectedProfile::named(name))
    }

    #[test]
    fn only_an_explicit_profile_must_exist() {
        let files = ProfileFiles::default();
        let selected = SelectedProfile::from_environment(&super::super::Environment::default());
        assert!(ProfileSource::resolve(&files, &selected).unwrap().is_none());
        let error = resolve("", "default").unwrap_err();
        assert!(
            matches!(error, Error::Profile { profile, problem: ProfileProblem::NotFound } if profile == "default")
        );
    }

    #[test]
    fn credential_source_is_read_in_any_letter_case() {
        let config = "[default]\nrole_arn = r\ncredential_source = ecscontainer\n";
        let source = resolve(config, "default").unwrap().unwrap();
        assert!(matches!(
            source.base,
            BaseSource::Named(NamedSource::EcsContainer)
        ));
    }

    #[test]
    fn a_role_chain_is_bounded() {
        let chain = |roles: usize| {
            let mut config = String::new();
            for i in 0..roles {
                config += &format!(
                    "[profile p{i}]\nrole_arn = r\nsource_profile = p{}\n",
                    i + 1
                );
            }
            config +=
                &format!("[profile p{roles}]\naws_access_key_id = A\naws_secret_access_key = s\n");
            resolve(&config, "p0")
        };
        assert_eq!(chain(16).unwrap().unwrap().roles.len(), 16);
        assert!(matches!(chain(17), Err(Error::TooManyRoles { limit: 16 })));
    }

    #[test]
    fn a_source_profile_without_credentials_is_an_error() {
        for config in [
            "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nregion = x\n",
            "[profile b]\nrole_arn = r\nsource_profile = b\n",
        ] {
            let name = if config.contains("[profile a]") {
                "a"
            } else {
                "b"
            };
            let error = resolve(config, name).unwrap_err();
            assert!(
                matches!(error, Error::Profile { profile, problem: ProfileProblem::NoCredentials } if profile == "b")
            );
        }
    }

    #[test]
    fn a_duration_must_be_a_number() {
        let config = "[default]\nrole_arn = r\nsource_profile = default\nduration_seconds = 1h\n";
        let error = resolve(config, "default").unwrap_err();
        let text = "profile `default` has an invalid `duration_seconds`: must be a number of seconds, \
            got 2 bytes";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn a_profile_may_repeat_its_sso_session_but_not_contradict_it() {
        let config = |region: &str| {
            format!(
                "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\nsso_region = {region}\n\
                 [sso-session s]\nsso_region = eu-west-1\nsso_start_url = u\n"
            )
        };
        assert!(resolve(&config("eu-west-1"), "default").unwrap().is_some());
        let error = resolve(&config("us-east-1"), "default").unwrap_err();
        assert!(matches!(
            error,
            Error::Profile {
                problem: ProfileProblem::SsoConflict { key: "sso_region" },
                ..
            }
        ));
        // A session without a role is for bearer tokens.
        assert!(
            resolve("[default]\nsso_session = s\n", "default")
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn debug_hides_keys_and_commands() {
        let config = "[profile k]\naws_access_key_id = A\naws_secret_access_key = s3cret\n\
            [profile p]\ncredential_process = vend --password s3cret\n";
        for name in ["k", "p"] {
            let source = resolve(config, name).unwrap().unwrap();
            assert!(!format!("{source:?}").contains("s3cret"), "{source:?}");
        }
    }

    #[test]
    fn the_first_source_of_a_profile_wins() {
        type Is = fn(&BaseSource) -> bool;
        let sources: [(&str, Is); 5] = [
            (
                "web_identity_token_file = /t\nrole_arn = r\nsource_profile = x\n",
                |it| matches!(it, BaseSource::WebIdentity(_)),
            ),
            (
                "sso_account_id = 1\nsso_role_name = r\nsso_region = x\nsso_start_url = u\n",
                |it| matches!(it, BaseSource::Sso(_)),
            ),
            ("aws_access_key_id = A\naws_secret_access_key = s\n", |it| {
                matches!(it, BaseSource::Keys(_))
            }),
            ("login_session = arn\n", |it| {
                matches!(it, BaseSource::Login { .. })
            }),
            ("credential_process = vend\n", |it| {
                matches!(it, BaseSource::Process(_))
            }),
        ];
        for first in 0..sources.len() {
            // The first one last in the file: its place there does not matter.
            let rest = sources[first..].iter().rev().map(|(keys, _)| *keys);
            let config = format!("[default]\n{}", rest.collect::<String>());
            let source = resolve(&config, "default").unwrap().unwrap();
            assert!(sources[first].1(&source.base), "{config}{source:?}");
        }
    }

    #[test]
    fn keys_end_a_chain_only_in_a_profile_that_another_one_led_to() {
        let config = "[profile a]\nrole_arn = r\nsource_profile = b\naws_access_key_id = A\n\
            aws_secret_access_key = s\n[profile b]\naws_access_key_id = B\naws_secret_access_key = s\n";
        let source = resolve(config, "a").unwrap().unwrap();
        assert!(matches!(source.base, BaseSource::Keys(keys) if keys.access_key_id == "B"));
        assert_eq!((source.base_profile.as_str(), source.roles.len()), ("b", 1));
    }

    #[test]
    fn half_a_key_pair_is_an_error_also_in_a_source_profile() {
        for (half, missing) in [
            ("aws_access_key_id = A", "aws_secret_access_key"),
            ("aws_secret_access_key = s", "aws_access_key_id"),
        ] {
            let config =
                format!("[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\n{half}\n");
            let error = resolve(&config, "a").unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::Profile { problem: ProfileProblem::MissingKey { key, .. }, .. } if key == missing
                ),
                "{error}"
            );
        }
    }
}
