//! Errors of credential sources.

use std::fmt;

use crate::aws_call::service_error::ServiceError;

/// Why a credential source gave no credentials.
///
/// An error names the file, line, setting or member at fault. It never contains a key, a token, the
/// text of a file, the output of a program or the arguments of a command.
///
/// A source that is not configured is no error: readers return `None` for it.
///
/// ```
/// use countersign::sources::{Environment, Error, environment_credentials};
///
/// let environment =
///     Environment::from_pairs([("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")]);
/// let error = environment_credentials(&environment).unwrap_err();
/// assert!(matches!(
///     error,
///     Error::MissingSetting {
///         setting: "AWS_SECRET_ACCESS_KEY"
///     }
/// ));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is missing, and another one requires it.
    #[error("`{setting}` is not set, and another setting requires it")]
    MissingSetting {
        /// The environment variable.
        setting: &'static str,
    },
    /// A setting has an invalid value.
    #[error("`{setting}` must be {expected}")]
    InvalidSetting {
        /// The environment variable or the key of the profile.
        setting: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A file that a setting names is missing or unreadable.
    #[error("file `{}` is missing or unreadable", shown(path))]
    File {
        /// The path, as the setting says.
        path: String,
    },
    /// The user has not logged in: the cache has no session.
    #[error("no session of {what} in `{}`; log in with `{command}`", shown(path))]
    NotLoggedIn {
        /// What the session is of.
        what: &'static str,
        /// The command that logs in.
        command: &'static str,
        /// The cache file, which does not exist.
        path: String,
    },
    /// A cache file could not be written.
    #[error("file `{}` could not be written", shown(path))]
    NotSaved {
        /// The path.
        path: String,
    },
    /// The config or the credentials file is malformed.
    #[error("{}", ProfileFileText { file: *file, line: *line, problem: *problem })]
    ProfileFiles {
        /// Which of the two files.
        file: ProfileFile,
        /// The line, counted from 1; `None` if the file is not UTF-8.
        line: Option<usize>,
        /// What is wrong there.
        problem: ProfileFileProblem,
    },
    /// An input is larger than this crate reads.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The largest size that is read.
        limit: usize,
    },
    /// A profile does not exist.
    #[error(
        "profile `{}` does not exist in the config or credentials file",
        shown(profile)
    )]
    ProfileNotFound {
        /// The profile's name.
        profile: String,
    },
    /// Profiles name each other as `source_profile` in a circle.
    #[error("`source_profile` forms a loop: {}", shown(&profiles.join(" -> ")))]
    ProfileLoop {
        /// The profiles in order; the last one is the first one that was met twice.
        profiles: Vec<String>,
    },
    /// A chain of `source_profile` is too long.
    #[error("more than {limit} roles are chained by `source_profile`")]
    TooManyRoles {
        /// The largest number of roles.
        limit: usize,
    },
    /// A profile with a role has both `source_profile` and `credential_source`.
    #[error(
        "profile `{}` has both `source_profile` and `credential_source`; remove one of them",
        shown(profile)
    )]
    BothSources {
        /// The profile's name.
        profile: String,
    },
    /// A profile with a role has neither `source_profile` nor `credential_source`.
    #[error(
        "profile `{}` has `role_arn`, but neither `source_profile` nor `credential_source`",
        shown(profile)
    )]
    NoSource {
        /// The profile's name.
        profile: String,
    },
    /// The `credential_source` of a profile is unknown.
    #[error(
        "`credential_source` of profile `{}` is `{}`, expected `Environment`, \
         `Ec2InstanceMetadata` or `EcsContainer`",
        shown(profile),
        shown(value)
    )]
    UnknownCredentialSource {
        /// The profile's name.
        profile: String,
        /// The value of `credential_source`.
        value: String,
    },
    /// A key of a profile is missing, and another one requires it.
    #[error(
        "profile `{}` lacks `{key}`, which its other keys require",
        shown(profile)
    )]
    MissingKey {
        /// The profile's name.
        profile: String,
        /// The missing key.
        key: &'static str,
    },
    /// A key of a profile has an invalid value.
    #[error("`{key}` of profile `{}` must be {expected}", shown(profile))]
    InvalidValue {
        /// The profile's name.
        profile: String,
        /// The key.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A role needs credentials from a source that has none.
    #[error(
        "profile `{}` is the source of a role and has no credentials",
        shown(profile)
    )]
    SourceWithoutCredentials {
        /// The profile whose credentials are needed.
        profile: String,
    },
    /// The `sso_session` of a profile does not exist.
    #[error(
        "profile `{}` names `sso-session {}`, which does not exist in the config file",
        shown(profile),
        shown(sso_session)
    )]
    SsoSessionNotFound {
        /// The profile's name.
        profile: String,
        /// The name of the section.
        sso_session: String,
    },
    /// A profile and its `sso-session` section disagree.
    #[error(
        "`{key}` of profile `{}` differs from that of its sso-session",
        shown(profile)
    )]
    SsoConflict {
        /// The profile's name.
        profile: String,
        /// The key that differs.
        key: &'static str,
    },
    /// A parameter that the caller passed is invalid.
    #[error("`{parameter}` must be {expected}")]
    InvalidParameter {
        /// The parameter.
        parameter: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A URL is malformed, or its scheme or user info is not allowed.
    #[error("`{setting}` must be {expected}")]
    InvalidUri {
        /// The setting with the URL.
        setting: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// Credentials must not be fetched from a host over plain HTTP.
    #[error(
        "host `{}` is not allowed over http; use https, loopback, or an address of ECS or EKS",
        shown(host)
    )]
    HostNotAllowed {
        /// The host of the URL.
        host: String,
    },
    /// A token cannot be sent: it is empty, or contains a line break or a NUL.
    #[error("{token} is empty or contains a line break or a control character")]
    InvalidToken {
        /// Which token.
        token: &'static str,
    },
    /// The name of the instance's role does not match IAM's pattern.
    #[error("role name from instance metadata must be 1 to 64 letters, digits and `_+=,.@-`")]
    InvalidRoleName,
    /// Instance metadata refused to issue a session token, and IMDSv1 is not allowed.
    #[error("instance metadata refused a session token with status {status}; IMDSv1 is not used")]
    TokenRefused {
        /// The status of the response.
        status: u16,
    },
    /// No response came to a request.
    #[error("no response from {from}")]
    NoResponse {
        /// Whom the request was for.
        from: &'static str,
    },
    /// A response has an unexpected status.
    #[error("{from} responded with status {status}")]
    Status {
        /// Who responded.
        from: &'static str,
        /// The status of the response.
        status: u16,
    },
    /// A text is not the JSON object that was expected.
    #[error("{what} is not one JSON object of at most 16 levels")]
    Json {
        /// What was read.
        what: &'static str,
    },
    /// A member is missing, empty, or of the wrong type.
    #[error("{what} lacks `{field}`")]
    MissingField {
        /// What was read.
        what: &'static str,
        /// The member.
        field: &'static str,
    },
    /// A member has an invalid value.
    #[error("`{field}` of {what} is invalid")]
    InvalidField {
        /// What was read.
        what: &'static str,
        /// The member.
        field: &'static str,
    },
    /// A credential document says that there are no credentials.
    #[error("{}", Told { by: what, status: *status, code: Some(code), message: message.as_deref() })]
    Document {
        /// Where the document came from.
        what: &'static str,
        /// The status of the response, if it was not 200.
        status: Option<u16>,
        /// The error code.
        code: String,
        /// What the document says about it.
        message: Option<String>,
    },
    /// The output of a `credential_process` is not of version 1.
    #[error("`Version` of the credential_process output must be the number 1")]
    Version,
    /// A `credential_process` failed.
    #[error("{}", ExitText { code: *code, message })]
    Exit {
        /// The exit code; `None` if a signal ended the process.
        code: Option<i32>,
        /// What the process wrote to its standard error.
        message: String,
    },
    /// A `credential_process` could not be started.
    #[error("credential_process could not be started")]
    NotStarted,
    /// The command line of a `credential_process` cannot be split into words.
    #[error("credential_process is empty, or has an open quote or a trailing backslash")]
    Command,
    /// A cached token expired and cannot be refreshed.
    #[error("the cached token of {what} expired; log in again with `{command}`")]
    TokenExpired {
        /// What the token is for.
        what: &'static str,
        /// The command that logs in.
        command: &'static str,
    },
    /// An AWS service other than STS refused a request.
    #[error(
        "{}",
        Told { by: service.name(), status: Some(*status), code: code.as_deref(), message: message.as_deref() }
    )]
    Refused {
        /// The service.
        service: RefusedBy,
        /// The status of the response.
        status: u16,
        /// The error code.
        code: Option<String>,
        /// What the service says about it.
        message: Option<String>,
    },
    /// STS refused a request, or its response could not be parsed.
    #[error("STS: {0}")]
    Sts(#[source] ServiceError),
    /// A request cannot be made or signed.
    #[error(transparent)]
    Request(#[from] crate::Error),
    /// A role requires a code of an MFA device, and the caller passed none.
    #[error("role of profile `{}` requires an MFA code", shown(profile))]
    MfaRequired {
        /// The profile with the role.
        profile: String,
    },
    /// The private key of an `aws login` session cannot be read.
    #[error("`dpopKey` of the login cache must be a P-256 private key in SEC 1 PEM")]
    InvalidDpopKey,
    /// A certificate cannot be read, or its key cannot sign.
    #[error("certificate must be {expected}")]
    InvalidCertificate {
        /// What it must be.
        expected: &'static str,
    },
    /// The private key of a certificate cannot be read.
    #[error("private key must be P-256 in PEM, of PKCS #8 or SEC 1, without a password")]
    InvalidPrivateKey,
    /// The trust anchor and the profile of IAM Roles Anywhere are in different regions.
    #[error(
        "trust anchor is in region `{}` and profile in region `{}`; both must be in one region",
        shown(trust_anchor),
        shown(profile)
    )]
    RegionMismatch {
        /// The region of the trust anchor.
        trust_anchor: String,
        /// The region of the profile.
        profile: String,
    },
    /// A feature of this crate is required and not enabled.
    #[error("the Cargo feature `{feature}` of countersign is required to {task}")]
    FeatureRequired {
        /// The feature.
        feature: &'static str,
        /// What it is required for.
        task: &'static str,
    },
    /// The input does not fit what the chain asked for, or the chain has ended.
    #[error("the input does not fit what the chain asked for")]
    UnexpectedInput,
    /// No source is configured.
    #[error("no credential source is configured")]
    NotConfigured,
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Error")
            .field(&format_args!("{self}"))
            .finish()
    }
}

/// A shared file of AWS.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ProfileFile {
    /// `~/.aws/config`.
    Config,
    /// `~/.aws/credentials`.
    Credentials,
}

impl ProfileFile {
    /// Returns `config` or `credentials`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Credentials => "credentials",
        }
    }
}

/// What is wrong in a shared file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ProfileFileProblem {
    /// The file is not UTF-8.
    InvalidUtf8,
    /// The file contains a NUL character.
    Nul,
    /// A section line does not end with `]`.
    SectionEnd,
    /// A property comes before the first section.
    ExpectedSection,
    /// A property has no `=`.
    ExpectedEquals,
    /// A property has no key before its `=`.
    EmptyKey,
    /// An indented line does not follow a property.
    OrphanContinuation,
    /// A nested property has no `=`.
    SubPropertyExpectedEquals,
    /// A nested property has no key before its `=`.
    SubPropertyEmptyKey,
}

impl ProfileFileProblem {
    fn text(self) -> &'static str {
        match self {
            Self::InvalidUtf8 => "not UTF-8",
            Self::Nul => "contains a NUL character",
            Self::SectionEnd => "section must end with `]`",
            Self::ExpectedSection => "property comes before the first section",
            Self::ExpectedEquals => "property has no `=`",
            Self::EmptyKey => "property has no key before `=`",
            Self::OrphanContinuation => "indented line does not follow a property",
            Self::SubPropertyExpectedEquals => "nested property has no `=`",
            Self::SubPropertyEmptyKey => "nested property has no key before `=`",
        }
    }
}

/// The service that refused a request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum RefusedBy {
    /// The OIDC service of IAM Identity Center, which refreshes tokens.
    SsoOidc,
    /// The portal of IAM Identity Center, which issues credentials of roles.
    SsoPortal,
    /// The sign-in service behind `aws login`.
    Login,
    /// Amazon Cognito identities.
    Cognito,
    /// The AWS IoT credentials provider.
    Iot,
    /// IAM Roles Anywhere.
    RolesAnywhere,
}

impl RefusedBy {
    fn name(self) -> &'static str {
        match self {
            Self::SsoOidc => "IAM Identity Center (OIDC)",
            Self::SsoPortal => "IAM Identity Center",
            Self::Login => "AWS sign-in",
            Self::Cognito => "Amazon Cognito",
            Self::Iot => "AWS IoT credentials provider",
            Self::RolesAnywhere => "IAM Roles Anywhere",
        }
    }
}

/// The longest piece of foreign text in a message.
const SHOWN: usize = 300;

/// Foreign text on one line, of bounded length.
fn shown(text: &str) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(SHOWN).map(printable).collect()
}

struct ProfileFileText {
    file: ProfileFile,
    line: Option<usize>,
    problem: ProfileFileProblem,
}

impl fmt::Display for ProfileFileText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, problem) = (self.file.name(), self.problem.text());
        match self.line {
            Some(line) => write!(f, "{file} file, line {line}: {problem}"),
            None => write!(f, "{file} file: {problem}"),
        }
    }
}

struct Told<'a> {
    by: &'a str,
    status: Option<u16>,
    code: Option<&'a str>,
    message: Option<&'a str>,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} refused", self.by)?;
        if let Some(status) = self.status {
            write!(f, " with status {status}")?;
        }
        for text in [self.code, self.message].into_iter().flatten() {
            write!(f, ": {}", first_line(text))?;
        }
        Ok(())
    }
}

struct ExitText<'a> {
    code: Option<i32>,
    message: &'a str,
}

impl fmt::Display for ExitText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "credential_process failed with exit code {code}")?,
            None => f.write_str("credential_process was ended by a signal")?,
        }
        let line = first_line(self.message);
        if line.is_empty() {
            return Ok(());
        }
        write!(f, ": {line}")
    }
}

fn first_line(text: &str) -> String {
    shown(text.trim().split(['\n', '\r']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        let message = format!("first\u{1b} line{}\nsecond", "!".repeat(1000));
        let error = Error::Exit {
            code: Some(3),
            message,
        };
        let text = error.to_string();
        assert!(text.starts_with("credential_process failed with exit code 3: first  line!"));
        assert!(text.len() < 400 && !text.contains("second"), "{text}");
        assert_eq!(format!("{error:?}"), format!("Error({text})"));
    }

    #[test]
    fn a_malformed_file_is_named_with_its_line() {
        let (file, problem) = (ProfileFile::Credentials, ProfileFileProblem::SectionEnd);
        let error = Error::ProfileFiles {
            file,
            line: Some(3),
            problem,
        };
        assert_eq!(
            error.to_string(),
            "credentials file, line 3: section must end with `]`"
        );
    }
}
