//! Errors of credential sources.

mod expected;
mod profile;
mod subject;

use std::fmt;

use crate::aws_call::service_error::ServiceError;
pub use expected::Expected;
pub use profile::{ProfileFile, ProfileFileProblem, ProfileProblem};
pub use subject::{Content, CredentialEndpoint, LoginCommand, TokenKind};

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
///         setting: "AWS_SECRET_ACCESS_KEY",
///         ..
///     }
/// ));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is missing that another one requires.
    #[error("`{setting}` is not set, and `{required_by}` requires it")]
    MissingSetting {
        /// The environment variable.
        setting: &'static str,
        /// The environment variable or the key of the profile that requires it.
        required_by: &'static str,
    },
    /// No region is set, and a request of the chain to STS or to AWS sign-in needs one.
    #[error("no region is set: set `AWS_REGION` or `region` of the profile, or call `with_region`")]
    MissingRegion,
    /// A setting has an invalid value.
    #[error("`{setting}` must be {expected}, got {length} bytes")]
    InvalidSetting {
        /// The environment variable or the key of the profile.
        setting: &'static str,
        /// What it must be.
        expected: Expected,
        /// The length of the value in bytes.
        length: usize,
    },
    /// A parameter that the caller passed is invalid.
    #[error("`{parameter}` must be {expected}, got {length} bytes")]
    InvalidParameter {
        /// The parameter.
        parameter: &'static str,
        /// What it must be.
        expected: Expected,
        /// The length of the value in bytes.
        length: usize,
    },
    /// The duration of a session is out of range.
    #[error("session duration is {seconds} s, must be {min} to {max} s")]
    InvalidDuration {
        /// The duration in seconds.
        seconds: u64,
        /// The shortest duration in seconds.
        min: u64,
        /// The longest duration in seconds.
        max: u64,
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
    /// A file that a setting names is missing or unreadable.
    #[error("file `{}` is missing or unreadable", shown(path))]
    File {
        /// The path, as the setting says.
        path: String,
    },
    /// A cache file could not be written.
    #[error("file `{}` could not be written", shown(path))]
    NotSaved {
        /// The path.
        path: String,
    },
    /// The user has not logged in: the cache has no session.
    #[error("no session in `{}`; log in with `{login}`", shown(path))]
    NotLoggedIn {
        /// The command that logs in.
        login: LoginCommand,
        /// The cache file, which does not exist.
        path: String,
    },
    /// A cached session expired and cannot be refreshed.
    #[error("the cached session expired; log in again with `{login}`")]
    TokenExpired {
        /// The command that logs in.
        login: LoginCommand,
    },
    /// The config or the credentials file is malformed.
    #[error("{file} file, line {line}: {problem}")]
    ProfileFiles {
        /// Which of the two files.
        file: ProfileFile,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        problem: ProfileFileProblem,
    },
    /// A profile is missing, incomplete or contradictory.
    #[error("profile `{}` {problem}", shown(profile))]
    Profile {
        /// The profile's name.
        profile: String,
        /// What is wrong with it.
        problem: ProfileProblem,
    },
    /// The `source_profile` of each profile leads back to the same profile.
    #[error("`source_profile` forms a loop: {}", shown(&profiles.join(" -> ")))]
    ProfileLoop {
        /// The profiles in order; the last one is the first duplicate.
        profiles: Vec<String>,
    },
    /// A chain of `source_profile` is too long.
    #[error("more than {limit} roles are chained by `source_profile`")]
    TooManyRoles {
        /// The largest number of roles.
        limit: usize,
    },
    /// An input is larger than this crate reads.
    #[error("{content} is {size} bytes, above the maximum of {limit} bytes")]
    TooLarge {
        /// What is too large.
        content: Content,
        /// Its size in bytes.
        size: usize,
        /// The largest size that is read.
        limit: usize,
    },
    /// A text is not the JSON object that was expected.
    #[error("{content} is not one JSON object of at most 16 levels")]
    Json {
        /// What was read.
        content: Content,
    },
    /// A member is missing, empty, or of the wrong type.
    #[error("{content} lacks `{field}`")]
    MissingField {
        /// What was read.
        content: Content,
        /// The member.
        field: &'static str,
    },
    /// A member has an invalid value.
    #[error("`{field}` of {content} is invalid")]
    InvalidField {
        /// What was read.
        content: Content,
        /// The member.
        field: &'static str,
    },
    /// A token cannot be sent: it is empty, or contains a line break or a NUL.
    #[error(
        "{token} must not be empty or contain a control character such as a line break, \
         got {length} bytes"
    )]
    InvalidToken {
        /// Which token.
        token: TokenKind,
        /// The length of the token in bytes.
        length: usize,
    },
    /// The name of the instance's role does not match IAM's pattern.
    #[error(
        "role name from instance metadata must be 1 to 64 letters, digits and `_+=,.@-`, \
         got {length} bytes"
    )]
    InvalidRoleName {
        /// The length of the name in bytes.
        length: usize,
    },
    /// Instance metadata refused to issue a session token, and IMDSv1 is not allowed.
    #[error(
        "instance metadata refused to issue a session token, with status {status}; IMDSv1 is not allowed"
    )]
    TokenRefused {
        /// The status of the response.
        status: u16,
    },
    /// No response came to a request.
    #[error("no response from {endpoint}")]
    NoResponse {
        /// Whom the request was for.
        endpoint: CredentialEndpoint,
    },
    /// A response has an unexpected status.
    #[error("{endpoint} responded with status {status}")]
    Status {
        /// Who responded.
        endpoint: CredentialEndpoint,
        /// The status of the response.
        status: u16,
    },
    /// An endpoint other than STS refused a request.
    #[error(
        "{endpoint} refused with status {status}{}",
        details([code.as_deref(), message.as_deref()])
    )]
    Refused {
        /// Who refused.
        endpoint: CredentialEndpoint,
        /// The status of the response. Metadata endpoints also refuse with status 200.
        status: u16,
        /// The error code.
        code: Option<String>,
        /// What the endpoint says about it.
        message: Option<String>,
    },
    /// STS refused a request, or its response could not be parsed.
    #[error("STS: {0}")]
    Sts(#[source] ServiceError),
    /// A request cannot be made or signed.
    #[error(transparent)]
    Request(#[from] crate::Error),
    /// The command line of a `credential_process` cannot be split into words.
    #[error("credential_process is empty, or has an open quote or a trailing backslash")]
    Command,
    /// A `credential_process` could not be started.
    #[error("credential_process could not be started")]
    NotStarted,
    /// A `credential_process` failed.
    #[error("credential_process {}{}", ended(*code), details([Some(message), None]))]
    Exit {
        /// The exit code; `None` if a signal ended the process.
        code: Option<i32>,
        /// What the process wrote to its standard error.
        message: String,
    },
    /// The output of a `credential_process` is not of version 1.
    #[error("`Version` of the credential_process output must be the number 1")]
    Version,
    /// The private key of an `aws login` session cannot be read.
    #[error("`dpopKey` of the login cache must be a P-256 private key in SEC 1 PEM")]
    InvalidDpopKey,
    /// A certificate cannot be read, or its key cannot sign.
    #[error("certificate must be {expected}")]
    InvalidCertificate {
        /// What it must be.
        expected: Expected,
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
    /// A feature of this crate is required to refresh a session of `aws login`.
    #[error("refreshing a session of `aws login` requires the Cargo feature `{feature}`")]
    FeatureRequired {
        /// The feature.
        feature: &'static str,
    },
    /// The input does not fit what the chain asked for, or the chain has ended.
    #[error("input does not match what the chain wants, or the chain has ended")]
    UnexpectedInput,
    /// No source is configured.
    #[error("no credential source is configured")]
    NotConfigured,
}

impl Error {
    pub(super) fn invalid_setting(
        setting: &'static str,
        expected: &'static str,
        value: impl AsRef<[u8]>,
    ) -> Self {
        Self::InvalidSetting {
            setting,
            expected: Expected(expected),
            length: value.as_ref().len(),
        }
    }

    pub(super) fn invalid_parameter(
        parameter: &'static str,
        expected: &'static str,
        value: impl AsRef<[u8]>,
    ) -> Self {
        Self::InvalidParameter {
            parameter,
            expected: Expected(expected),
            length: value.as_ref().len(),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Error")
            .field(&format_args!("{self}"))
            .finish()
    }
}

/// The longest piece of foreign text in a message.
const SHOWN: usize = 300;

/// Foreign text on one line, of bounded length.
fn shown(text: &str) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(SHOWN).map(printable).collect()
}

/// The first line of each foreign text, each after a colon.
fn details(texts: [Option<&str>; 2]) -> String {
    let lines = texts.into_iter().flatten().map(|text| {
        let line = text.trim().split(['\n', '\r']).next();
        shown(line.unwrap_or_default())
    });
    lines
        .filter(|line| !line.is_empty())
        .map(|line| format!(": {line}"))
        .collect()
}

fn ended(code: Option<i32>) -> String {
    match code {
        Some(code) => format!("failed with exit code {code}"),
        None => "was ended by a signal".to_owned(),
    }
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
            line: 3,
            problem,
        };
        assert_eq!(
            error.to_string(),
            "credentials file, line 3: section must end with `]`"
        );
    }
}
