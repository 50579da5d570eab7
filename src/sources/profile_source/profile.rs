//! The settings of one profile.

use super::ProfileRole;
use super::base::{
    BaseSource, NamedSource, ProfileKeys, ProfileProcess, ProfileSso, ProfileWebIdentity,
};
use crate::sources::{Error, Expected, ProfileFiles, ProfileProblem, SecretText, Section};

/// A profile, and the files that it is in.
#[derive(Clone, Copy)]
pub(super) struct Profile<'a> {
    pub(super) name: &'a str,
    pub(super) profile: &'a Section,
    pub(super) files: &'a ProfileFiles,
}

impl<'a> Profile<'a> {
    pub(super) fn get(self, key: &str) -> Option<&'a str> {
        self.profile.setting(key)
    }

    fn owned(self, key: &str) -> Option<String> {
        self.get(key).map(str::to_owned)
    }

    fn required(self, key: &'static str, required_by: &'static str) -> Result<String, Error> {
        let missing = || ProfileProblem::MissingKey { key, required_by }.of(self.name);
        self.owned(key).ok_or_else(missing)
    }

    pub(super) fn role(self) -> Result<Option<ProfileRole>, Error> {
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

    pub(super) fn named(self, value: &str) -> Result<NamedSource, Error> {
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

    /// The first source that needs no other profile.
    pub(super) fn base(self) -> Result<Option<BaseSource>, Error> {
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

    pub(super) fn has_both_keys(self) -> bool {
        self.get("aws_access_key_id").is_some() && self.get("aws_secret_access_key").is_some()
    }

    pub(super) fn keys(self) -> Result<Option<BaseSource>, Error> {
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
        // With an `sso_session`, its section has both keys, and the profile may repeat them.
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
