//! What can be wrong with the shared files and their profiles.

use std::fmt;

use super::{Error, Expected, shown};

/// A shared file of AWS.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ProfileFile {
    /// `~/.aws/config`.
    Config,
    /// `~/.aws/credentials`.
    Credentials,
}

/// Writes `config` or `credentials`.
impl fmt::Display for ProfileFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Config => "config",
            Self::Credentials => "credentials",
        })
    }
}

/// What is wrong in a shared file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileFileProblem {
    /// The file is not UTF-8.
    #[error("not UTF-8")]
    InvalidUtf8,
    /// The file contains a NUL character.
    #[error("contains a NUL character")]
    Nul,
    /// A section line does not end with `]`.
    #[error("section must end with `]`")]
    SectionEnd,
    /// A property comes before the first section.
    #[error("property comes before the first section")]
    ExpectedSection,
    /// A property has no `=`.
    #[error("property has no `=`")]
    ExpectedEquals,
    /// A property has no key before its `=`.
    #[error("property has no key before `=`")]
    EmptyKey,
    /// An indented line does not follow a property.
    #[error("indented line does not follow a property")]
    OrphanContinuation,
    /// A nested property has no `=`.
    #[error("nested property has no `=`")]
    SubPropertyExpectedEquals,
    /// A nested property has no key before its `=`.
    #[error("nested property has no key before `=`")]
    SubPropertyEmptyKey,
}

/// What is wrong with a profile.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileProblem {
    /// The profile does not exist.
    #[error("does not exist in the config or credentials file")]
    NotFound,
    /// The profile has a role with both `source_profile` and `credential_source`.
    #[error("has both `source_profile` and `credential_source`; remove one of them")]
    BothSources,
    /// The profile has a role with neither `source_profile` nor `credential_source`.
    #[error("has `role_arn`, but neither `source_profile` nor `credential_source`")]
    NoSource,
    /// The `credential_source` is unknown.
    #[error(
        "has `credential_source` `{}`, expected `Environment`, `Ec2InstanceMetadata` or \
         `EcsContainer`",
        shown(value)
    )]
    UnknownCredentialSource {
        /// The value of `credential_source`.
        value: String,
    },
    /// A key is missing that another one requires.
    #[error("has `{required_by}`, but no `{key}`")]
    MissingKey {
        /// The missing key.
        key: &'static str,
        /// The key that requires it.
        required_by: &'static str,
    },
    /// A key has an invalid value.
    #[error("has an invalid `{key}`: must be {expected}, got {length} bytes")]
    InvalidValue {
        /// The key.
        key: &'static str,
        /// What the value must be.
        expected: Expected,
        /// The length of the value in bytes.
        length: usize,
    },
    /// A role needs the credentials of this profile, which has none.
    #[error("is the source of a role and has no credentials")]
    NoCredentials,
    /// The `sso_session` does not exist.
    #[error(
        "names `sso-session {}`, which does not exist in the config file",
        shown(sso_session)
    )]
    SsoSessionNotFound {
        /// The name of the section.
        sso_session: String,
    },
    /// The `sso-session` section lacks a key.
    #[error("names `sso-session {}`, which has no `{key}`", shown(sso_session))]
    SsoSessionIncomplete {
        /// The name of the section.
        sso_session: String,
        /// The missing key.
        key: &'static str,
    },
    /// The profile and its `sso-session` section have different values of a key.
    #[error("has a value of `{key}` that differs from its sso-session")]
    SsoConflict {
        /// The key that differs.
        key: &'static str,
    },
    /// The role requires a code of an MFA device, and the caller passed none.
    #[error("has a role that requires an MFA code")]
    MfaRequired,
}

impl ProfileProblem {
    /// The error about a profile.
    pub(in crate::sources) fn of(self, profile: &str) -> Error {
        Error::Profile {
            profile: profile.to_owned(),
            problem: self,
        }
    }
}
