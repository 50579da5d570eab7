//! The credentials that a chain found, their source, and the skipped sources.

use std::fmt;

use crate::sources::ResolvedCredentials;

/// The credentials that a chain found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Found {
    /// The credentials.
    pub credentials: ResolvedCredentials,
    /// The source of the credentials.
    pub source: CredentialSource,
    /// The sources before it, which are not configured.
    pub skipped: Vec<Skipped>,
    /// Whether a cached token of SSO or login could not be refreshed. It is used until it expires.
    ///
    /// Pass the time to the next chain: [`Chain::with_refresh_failed_at`](super::Chain::with_refresh_failed_at).
    pub refresh_failed: bool,
}

/// A source of the default chain.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CredentialSource {
    /// Keys in environment variables.
    Environment,
    /// The selected profile of the shared files, with its roles.
    Profile,
    /// A web identity token file that the environment names.
    WebIdentity,
    /// The endpoint of the container.
    Container,
    /// The role of the EC2 instance.
    Instance,
}

impl CredentialSource {
    /// Returns the name of the source, in lowercase words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Profile => "profile",
            Self::WebIdentity => "web identity",
            Self::Container => "container",
            Self::Instance => "instance metadata",
        }
    }
}

/// Writes [`as_str`](Self::as_str).
impl fmt::Display for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A source that is not configured, and why.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Skipped {
    /// The source.
    pub source: CredentialSource,
    /// Why the chain skipped it.
    pub reason: SkipReason,
}

/// Why a source is not configured.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SkipReason {
    /// The caller selected a profile, so that the environment is not asked.
    #[error("the caller selected a profile")]
    ProfileSelected,
    /// An environment variable is not set.
    #[error("`{variable}` is not set")]
    NotSet {
        /// The environment variable.
        variable: &'static str,
    },
    /// There is no profile `default`, and no other one is selected.
    #[error("there is no profile `default`")]
    NoDefaultProfile,
    /// The selected profile has no credentials.
    #[error("the profile has no credentials")]
    NoCredentialsInProfile,
    /// Neither URI of a container endpoint is set.
    #[error(
        "neither `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` nor \
         `AWS_CONTAINER_CREDENTIALS_FULL_URI` is set"
    )]
    NoContainerUri,
    /// The user disabled instance metadata.
    #[error("`AWS_EC2_METADATA_DISABLED` is `true`")]
    InstanceMetadataDisabled,
    /// Instance metadata did not respond.
    #[error("instance metadata did not respond: not an EC2 instance")]
    NoInstanceMetadata,
    /// The EC2 instance has no role.
    #[error("the EC2 instance has no role")]
    NoInstanceRole,
}
