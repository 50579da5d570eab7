//! The chain of sources, as a state machine without IO.

mod fetch;
mod input;

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use http::Request;
use zeroize::Zeroizing;

use super::reply::Reply;
use super::web_identity::account_id;
use super::{
    BaseSource, Container, Environment, Error, FileLocations, Imds, NamedSource, Platform,
    ProcessCommand, ProfileFiles, ProfileRole, ProfileSource, ResolvedCredentials, SecretText,
    SelectedProfile, WebIdentity, environment_credentials,
};
use crate::credentials::Credentials;
use crate::sts::{AssumeRole, Endpoint, Mfa};
use crate::timestamp::Timestamp;
use fetch::{Fetch, Outcome};
pub use input::Input;

/// The default chain of credential sources, as a state machine without IO.
///
/// The order is: environment variables, the selected profile with its roles, web identity from the
/// environment, container endpoint, instance metadata. A source that is not configured is skipped,
/// and the result lists it with the reason. A source that is configured and fails stops the chain,
/// so that the program never runs under another identity than the one that the user meant.
///
/// [`next`](Self::next) returns what the chain wants. The caller does it, and passes what came of it
/// as the next [`Input`]. The chain wants no file if the environment has keys.
///
/// ```
/// use countersign::sources::{
///     Chain, CredentialSource, Environment, Input, Want,
/// };
/// # let now = countersign::Timestamp::from_unix_seconds(1_893_553_445);
///
/// // In a program: `Environment::new(|name| std::env::var(name).ok())`.
/// let environment = Environment::from_pairs([("HOME", "/home/ann")]);
/// let file = b"[default]
/// aws_access_key_id=AKIDEXAMPLE
/// aws_secret_access_key=secret";
/// let mut chain = Chain::new(environment, "my-program");
/// let mut input = Input::Start;
/// let found = loop {
///     input = match chain.next(input, now)? {
///         // In a program: `std::fs::read(path).into()`.
///         Want::File { path } if path.ends_with("/credentials") => {
///             Input::File(file.to_vec())
///         }
///         Want::File { .. } => Input::NoFile,
///         // In a program, your HTTP client sends it.
///         Want::Send(request) => Input::NoResponse,
///         // In a program, `std::process::Command` runs it.
///         Want::Run(command) => Input::NotStarted,
///         Want::Save { path, contents } => Input::Saved,
///         Want::MfaCode { serial } => Input::NoMfaCode,
///         Want::Done(found) => break found,
///     };
/// };
/// assert_eq!(found.source, CredentialSource::Profile);
/// assert_eq!(
///     found.credentials.credentials().access_key_id(),
///     "AKIDEXAMPLE"
/// );
/// # Ok::<(), countersign::sources::ChainError>(())
/// ```
#[derive(Debug)]
pub struct Chain {
    context: Context,
    locations: FileLocations,
    selected: SelectedProfile,
    /// Whether the caller selected the profile, and not the environment.
    by_caller: bool,
    state: State,
    source: CredentialSource,
    /// Of the profile in use: its name, and the roles that are left to assume.
    profile: Option<(String, VecDeque<ProfileRole>)>,
    skipped: Vec<Skipped>,
}

/// What the steps of a chain need to know.
#[derive(Debug)]
struct Context {
    environment: Environment,
    files: ProfileFiles,
    selected: String,
    session_name: String,
    region: Option<String>,
    sts: Option<Endpoint>,
    imds_v1_allowed: bool,
    jitter: Duration,
    /// When the last refresh of a cached token failed, by an earlier chain or by this one.
    refresh_failed_at: Option<Timestamp>,
    refresh_failed: bool,
}

/// The time between two tries to refresh a cached token.
const BETWEEN_TRIES: Duration = Duration::from_secs(30);

/// Why the environment is not asked.
const BY_CALLER: &str = "the caller selected a profile";

impl Context {
    /// Whether a refresh of a cached token failed so lately that another try makes no sense.
    fn refresh_must_wait(&self, now: Timestamp) -> bool {
        let failed_at = self.refresh_failed_at;
        failed_at.is_some_and(|failed_at| now < failed_at + BETWEEN_TRIES)
    }

    fn region(&self) -> Result<&str, Error> {
        let of_environment = || self.environment.get("AWS_REGION");
        let of_old = || self.environment.get("AWS_DEFAULT_REGION");
        let of_profile = || self.files.profile(&self.selected)?.setting("region");
        let region = self.region.as_deref();
        let region = region
            .or_else(of_environment)
            .or_else(of_old)
            .or_else(of_profile);
        let setting = "AWS_REGION";
        region.ok_or(Error::MissingSetting { setting })
    }

    fn sts(&self) -> Result<Endpoint, Error> {
        match &self.sts {
            Some(endpoint) => Ok(endpoint.clone()),
            None => Ok(Endpoint::regional(self.region()?)?),
        }
    }
}

enum State {
    Start,
    /// With the path that was wanted.
    Config(String),
    /// With the content of the config file, and the path that was wanted.
    Credentials(Zeroizing<Vec<u8>>, String),
    Fetch(Fetch),
    MfaCode(ResolvedCredentials, ProfileRole),
    Role,
    Ended,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "Start",
            Self::Config(_) => "Config",
            Self::Credentials(..) => "Credentials",
            Self::Fetch(_) => "Fetch",
            Self::MfaCode(..) => "MfaCode",
            Self::Role => "Role",
            Self::Ended => "Ended",
        })
    }
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

/// A source that is not configured, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Skipped {
    /// The source.
    pub source: CredentialSource,
    /// Why the chain went on.
    pub reason: &'static str,
}

/// What a chain wants from its caller. `Debug` hides bodies, contents and arguments.
///
/// See [`Chain`] for an example of each.
// Exhaustive on purpose: a driver that does not know a want cannot go on.
pub enum Want {
    /// Read a file: [`Input::File`], [`Input::NoFile`] or [`Input::UnreadableFile`].
    ///
    /// No file is larger than [`LARGEST_PROFILE_FILE`](super::LARGEST_PROFILE_FILE): there is no need
    /// to read more than a byte beyond.
    File {
        /// The path.
        path: String,
    },
    /// Run a program without a shell: [`Input::Output`] or [`Input::NotStarted`].
    Run(ProcessCommand),
    /// Send a request, ready as it is: [`Input::Response`] or [`Input::NoResponse`].
    ///
    /// Follow no redirect, which would carry tokens to another host. Requests over plain `http` are
    /// for metadata endpoints: use a timeout of a second or two for them, and no proxy.
    Send(Request<String>),
    /// Write a cache file, readable for its owner only: [`Input::Saved`] or [`Input::NotSaved`].
    ///
    /// Write to a new file and rename it, so that no other program reads half of it.
    Save {
        /// The path.
        path: String,
        /// The content.
        contents: SecretText,
    },
    /// Ask the user for a code of their MFA device: [`Input::MfaCode`] or [`Input::NoMfaCode`].
    MfaCode {
        /// The device: serial number or ARN.
        serial: String,
    },
    /// Nothing more: the credentials are here.
    Done(Found),
}

impl fmt::Debug for Want {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path } => f.debug_struct("File").field("path", path).finish(),
            Self::Run(command) => f.debug_tuple("Run").field(command).finish(),
            Self::Send(request) => f
                .debug_struct("Send")
                .field("method", request.method())
                .field("uri", request.uri())
                .finish_non_exhaustive(),
            Self::Save { path, contents } => f
                .debug_struct("Save")
                .field("path", path)
                .field("contents", contents)
                .finish(),
            Self::MfaCode { serial } => f.debug_struct("MfaCode").field("serial", serial).finish(),
            Self::Done(found) => f.debug_tuple("Done").field(found).finish(),
        }
    }
}

/// The credentials that a chain found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Found {
    /// The credentials.
    pub credentials: ResolvedCredentials,
    /// Where they came from.
    pub source: CredentialSource,
    /// The sources before it, which are not configured.
    pub skipped: Vec<Skipped>,
    /// Whether a cached token of SSO or login could not be refreshed, and is used while it lives.
    ///
    /// Pass the time to the next chain: [`Chain::with_refresh_failed_at`].
    pub refresh_failed: bool,
}

/// Why a chain ended without credentials: the error, its source, and the sources that were skipped.
///
/// ```
/// use countersign::sources::{
///     Chain, CredentialSource, Environment, Error, Input,
/// };
/// # let now = countersign::Timestamp::from_unix_seconds(1_893_553_445);
///
/// let environment =
///     Environment::from_pairs([("AWS_EC2_METADATA_DISABLED", "true")]);
/// let error = Chain::new(environment, "my-program")
///     .next(Input::Start, now)
///     .unwrap_err();
/// assert!(error.is_not_configured());
/// assert_eq!(error.skipped().len(), 5); // each with its reason
/// assert!(
///     error
///         .to_string()
///         .contains("environment: `AWS_ACCESS_KEY_ID` is not set")
/// );
/// ```
#[derive(Debug)]
pub struct ChainError(Box<Failure>);

#[derive(Debug)]
struct Failure {
    error: Error,
    source: CredentialSource,
    skipped: Vec<Skipped>,
}

impl ChainError {
    /// Returns the error that stopped the chain.
    pub fn error(&self) -> &Error {
        &self.0.error
    }

    /// Returns the source that failed; `None` if no source is configured.
    pub fn failed_source(&self) -> Option<CredentialSource> {
        (!self.is_not_configured()).then_some(self.0.source)
    }

    /// Returns the sources that are not configured, with the reason of each.
    pub fn skipped(&self) -> &[Skipped] {
        &self.0.skipped
    }

    /// Whether no source is configured, so that the program may go on without credentials.
    pub fn is_not_configured(&self) -> bool {
        matches!(self.0.error, Error::NotConfigured)
    }
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failed_source() {
            Some(source) => write!(f, "{}: {}", source.as_str(), self.0.error)?,
            None => write!(f, "{}", self.0.error)?,
        }
        for (index, skipped) in self.0.skipped.iter().enumerate() {
            let before = if index == 0 {
                " (not configured: "
            } else {
                "; "
            };
            write!(f, "{before}{}: {}", skipped.source.as_str(), skipped.reason)?;
        }
        if self.0.skipped.is_empty() {
            return Ok(());
        }
        f.write_str(")")
    }
}

impl std::error::Error for ChainError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0.error)
    }
}

impl Chain {
    /// Creates a chain. `session_name` is the name of role sessions that the settings do not name:
    /// 2 to 64 letters, digits and `_+=,.@-`.
    pub fn new(environment: Environment, session_name: impl Into<String>) -> Self {
        let selected = SelectedProfile::from_environment(&environment);
        Self {
            locations: FileLocations::new(&environment, Platform::CURRENT),
            context: Context {
                environment,
                files: ProfileFiles::default(),
                selected: selected.name().to_owned(),
                session_name: session_name.into(),
                region: None,
                sts: None,
                imds_v1_allowed: false,
                jitter: Duration::ZERO,
                refresh_failed_at: None,
                refresh_failed: false,
            },
            selected,
            by_caller: false,
            state: State::Start,
            source: CredentialSource::Environment,
            profile: None,
            skipped: Vec::new(),
        }
    }

    /// Sets the region for STS and sign-in. Without it the chain takes `AWS_REGION`,
    /// `AWS_DEFAULT_REGION`, or `region` of the profile.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.context.region = Some(region.into());
        self
    }

    /// Sets the endpoint of STS: FIPS, dual stack, of a VPC, or of a test server. Without it the chain
    /// takes the regional one.
    #[must_use]
    pub fn with_sts_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.context.sts = Some(endpoint);
        self
    }

    /// Selects a profile by name, as `--profile` of the AWS CLI does.
    ///
    /// It replaces `AWS_PROFILE`. The keys and the web identity of the environment are then skipped:
    /// the user asked for this profile. (With `AWS_PROFILE`, keys of the environment win.)
    #[must_use]
    pub fn with_profile(mut self, name: impl Into<String>) -> Self {
        self.by_caller = true;
        self.selected = SelectedProfile::named(name);
        self.selected.name().clone_into(&mut self.context.selected);
        self
    }

    /// Sets the rules for paths, for tests and for tools that look at another system's home.
    #[must_use]
    pub fn with_platform(mut self, platform: Platform) -> Self {
        self.locations = FileLocations::new(&self.context.environment, platform);
        self
    }

    /// Allows IMDSv1: see [`Imds::with_v1_allowed`].
    #[must_use]
    pub fn with_imds_v1_allowed(mut self) -> Self {
        self.context.imds_v1_allowed = true;
        self
    }

    /// Sets a random time of up to ten minutes, which spreads the tries of many instances if
    /// instance metadata serves expired credentials.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Duration) -> Self {
        self.context.jitter = jitter;
        self
    }

    /// Sets when an earlier chain could not refresh a cached token ([`Found::refresh_failed`]).
    ///
    /// The chain tries again 30 seconds later. Until then it uses the token while it lives.
    #[must_use]
    pub fn with_refresh_failed_at(mut self, failed_at: impl Into<Timestamp>) -> Self {
        self.context.refresh_failed_at = Some(failed_at.into());
        self
    }

    /// Takes what came of the last want, and returns what the chain wants next.
    ///
    /// Pass [`Input::Start`] first. After [`Want::Done`] or an error the chain has ended.
    ///
    /// # Errors
    /// - [`ChainError`] if a source failed, or if none is configured
    pub fn next(&mut self, input: Input, now: impl Into<Timestamp>) -> Result<Want, ChainError> {
        let step = self.step(input, now.into());
        step.map_err(|error| {
            self.state = State::Ended;
            ChainError(Box::new(Failure {
                error,
                source: self.source,
                skipped: self.skipped.clone(),
            }))
        })
    }

    fn step(&mut self, input: Input, now: Timestamp) -> Result<Want, Error> {
        match (std::mem::replace(&mut self.state, State::Ended), input) {
            (State::Start, Input::Start) => {
                if self.by_caller {
                    self.skip(BY_CALLER);
                } else {
                    match environment_credentials(&self.context.environment)? {
                        Some(resolved) => return Ok(self.done(resolved)),
                        None => self.skip("`AWS_ACCESS_KEY_ID` is not set"),
                    }
                }
                self.source = CredentialSource::Profile;
                match self.locations.config() {
                    Some(path) => {
                        let state = State::Config(path.clone());
                        self.want(Want::File { path }, state)
                    }
                    None => self.config(Zeroizing::default(), now),
                }
            }
            (State::Config(_), Input::File(contents)) => self.config(contents.into(), now),
            (State::Config(_), Input::NoFile) => self.config(Zeroizing::default(), now),
            (State::Credentials(config, _), Input::File(contents)) => {
                self.files(&config, &Zeroizing::new(contents), now)
            }
            (State::Credentials(config, _), Input::NoFile) => self.files(&config, b"", now),
            (State::Config(path) | State::Credentials(_, path), Input::UnreadableFile) => {
                Err(Error::File { path })
            }
            (State::Fetch(fetch), input) => {
                let outcome = fetch.advance(input, &mut self.context, now)?;
                self.outcome(outcome, now)
            }
            (State::MfaCode(resolved, role), Input::MfaCode(code)) => {
                self.assume(&resolved, &role, Some(&SecretText::from(code)), now)
            }
            (State::MfaCode(_, role), Input::NoMfaCode) => {
                let profile = role.profile;
                Err(Error::MfaRequired { profile })
            }
            (State::Role, Input::Response(response)) => {
                let response = response.map(Zeroizing::new);
                let resolved = read_role(Reply::from(&response))?;
                self.roles(resolved, now)
            }
            (State::Role, Input::NoResponse) => Err(Error::NoResponse { from: "STS" }),
            _ => Err(Error::UnexpectedInput),
        }
    }

    fn want(&mut self, want: Want, state: State) -> Result<Want, Error> {
        self.state = state;
        Ok(want)
    }

    fn skip(&mut self, reason: &'static str) {
        let source = self.source;
        self.skipped.push(Skipped { source, reason });
    }

    fn done(&mut self, credentials: ResolvedCredentials) -> Want {
        Want::Done(Found {
            credentials,
            source: self.source,
            skipped: self.skipped.clone(),
            refresh_failed: self.context.refresh_failed,
        })
    }

    fn config(&mut self, config: Zeroizing<Vec<u8>>, now: Timestamp) -> Result<Want, Error> {
        match self.locations.credentials() {
            Some(path) => {
                let state = State::Credentials(config, path.clone());
                self.want(Want::File { path }, state)
            }
            None => self.files(&config, b"", now),
        }
    }

    fn files(&mut self, config: &[u8], credentials: &[u8], now: Timestamp) -> Result<Want, Error> {
        self.context.files = ProfileFiles::parse(config, credentials)?;
        let Some(source) = ProfileSource::resolve(&self.context.files, &self.selected)? else {
            self.skip(match self.context.files.profile(self.selected.name()) {
                Some(_) => "the profile has no credentials",
                None => "there is no profile `default`",
            });
            return self.after_profile(now);
        };
        self.profile = Some((source.base_profile, source.roles.into()));
        let outcome = match source.base {
            BaseSource::Keys(keys) => Outcome::Found(keys.into()),
            BaseSource::Named(NamedSource::Environment) => {
                match environment_credentials(&self.context.environment)? {
                    Some(resolved) => Outcome::Found(resolved),
                    None => Outcome::NotConfigured("`AWS_ACCESS_KEY_ID` is not set"),
                }
            }
            BaseSource::Named(NamedSource::EcsContainer) => self.container()?,
            BaseSource::Named(NamedSource::Ec2InstanceMetadata) => self.instance()?,
            BaseSource::WebIdentity(identity) => {
                fetch::web_identity(WebIdentity::from_profile(&identity)?)
            }
            BaseSource::Sso(sso) => fetch::sso(sso, &self.locations)?,
            BaseSource::Login { login_session } => fetch::login(&login_session, &self.locations)?,
            BaseSource::Process(process) => fetch::process(process)?,
        };
        self.outcome(outcome, now)
    }

    /// The sources that come after the profile, in their order.
    fn after_profile(&mut self, now: Timestamp) -> Result<Want, Error> {
        self.source = CredentialSource::WebIdentity;
        if self.by_caller {
            self.skip(BY_CALLER);
        } else {
            match WebIdentity::from_environment(&self.context.environment)? {
                Some(identity) => return self.outcome(fetch::web_identity(identity), now),
                None => self.skip("`AWS_WEB_IDENTITY_TOKEN_FILE` is not set"),
            }
        }
        self.source = CredentialSource::Container;
        match self.container()? {
            Outcome::NotConfigured(reason) => self.skip(reason),
            outcome => return self.outcome(outcome, now),
        }
        self.source = CredentialSource::Instance;
        let outcome = self.instance()?;
        self.outcome(outcome, now)
    }

    fn container(&self) -> Result<Outcome, Error> {
        match Container::new(&self.context.environment)? {
            Some(container) => fetch::container(container),
            None => Ok(Outcome::NotConfigured(
                "neither `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` nor \
                 `AWS_CONTAINER_CREDENTIALS_FULL_URI` is set",
            )),
        }
    }

    fn instance(&self) -> Result<Outcome, Error> {
        let profile = self.context.files.profile(self.selected.name());
        let Some(imds) = Imds::new(&self.context.environment, profile)? else {
            let reason = "`AWS_EC2_METADATA_DISABLED` is `true`";
            return Ok(Outcome::NotConfigured(reason));
        };
        Ok(fetch::instance(if self.context.imds_v1_allowed {
            imds.with_v1_allowed()
        } else {
            imds
        }))
    }

    fn outcome(&mut self, outcome: Outcome, now: Timestamp) -> Result<Want, Error> {
        match (outcome, &self.profile) {
            (Outcome::Want(want, fetch), _) => self.want(want, State::Fetch(*fetch)),
            (Outcome::Found(resolved), _) => self.roles(resolved, now),
            (Outcome::NotConfigured(_), Some((profile, _))) => {
                let profile = profile.clone();
                Err(Error::SourceWithoutCredentials { profile })
            }
            // Only the last source tells it so late.
            (Outcome::NotConfigured(reason), None) => {
                self.skip(reason);
                Err(Error::NotConfigured)
            }
        }
    }

    /// Assumes the next role of the profile, if there is one.
    fn roles(&mut self, resolved: ResolvedCredentials, now: Timestamp) -> Result<Want, Error> {
        let roles = self.profile.as_mut().map(|(_, roles)| roles);
        let Some(role) = roles.and_then(VecDeque::pop_front) else {
            return Ok(self.done(resolved));
        };
        match &role.mfa_serial {
            Some(serial) => {
                let serial = serial.clone();
                self.want(Want::MfaCode { serial }, State::MfaCode(resolved, role))
            }
            None => self.assume(&resolved, &role, None, now),
        }
    }

    fn assume(
        &mut self,
        resolved: &ResolvedCredentials,
        role: &ProfileRole,
        code: Option<&SecretText>,
        now: Timestamp,
    ) -> Result<Want, Error> {
        let name = role.role_session_name.as_deref();
        let name = name.unwrap_or(&self.context.session_name);
        let mut call = AssumeRole::new(&role.role_arn, name);
        call.external_id = role.external_id.as_deref();
        call.duration_seconds = role.duration_seconds;
        let serial = role.mfa_serial.as_deref();
        call.mfa = serial
            .zip(code)
            .map(|(serial, code)| Mfa::new(serial, code.expose()));
        let request = call.request(&self.context.sts()?)?;
        let request = sign(request, resolved.credentials(), now)?;
        self.want(Want::Send(request), State::Role)
    }
}

fn sign(
    request: crate::aws_call::SignableRequest,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<Request<String>, Error> {
    let expected = "a time of the calendar";
    let parameter = "now";
    now.to_utc().ok_or(Error::InvalidParameter {
        parameter,
        expected,
    })?;
    Ok(request.sign(credentials, now)?)
}

fn read_role(reply: Reply<'_>) -> Result<ResolvedCredentials, Error> {
    let response = AssumeRole::parse(reply.status, reply.body).map_err(Error::Sts)?;
    let account_id = account_id(response.assumed_role_user.as_ref());
    Ok(ResolvedCredentials::from(response.credentials).of_account(account_id))
}
