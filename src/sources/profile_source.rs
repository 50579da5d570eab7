//! The source of a profile's credentials, and the roles to assume with them.

mod base;
mod profile;

use super::{Error, ProfileFiles, ProfileProblem, SelectedProfile};
pub use base::{
    BaseSource, NamedSource, ProfileKeys, ProfileProcess, ProfileSso, ProfileWebIdentity,
};
use profile::Profile;

/// The largest number of roles in a chain of `source_profile`.
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
            // The keys of a `source_profile` take precedence over its own role.
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
