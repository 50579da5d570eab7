//! The chain of sources, as a state machine without I/O.

mod error;
mod fetch;
mod found;
mod input;
mod want;

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::web_identity::account_id;
use super::{
    BaseSource, Container, CredentialEndpoint, Environment, Error, FileLocations, Imds,
    NamedSource, Platform, ProfileFiles, ProfileProblem, ProfileRole, ProfileSource,
    ResolvedCredentials, SecretText, Section, SelectedProfile, WebIdentity,
    environment_credentials,
};
use crate::sts::{AssumeRole, Endpoint, Mfa};
use crate::timestamp::Timestamp;
pub use error::ChainError;
use fetch::{Outcome, Step};
pub use found::{CredentialSource, Found, SkipReason, Skipped};
pub use input::Input;
pub use want::Want;

/// The default chain of credential sources, as a state machine without I/O.
///
/// The order is: environment variables, the selected profile with its roles, web identity from the
/// environment, container endpoint, instance metadata. A source that is not configured is skipped,
/// and the result lists it with the reason. A source that is configured and fails stops the chain,
/// so that the program never runs under another identity than the one that the user meant.
///
/// [`next`](Self::next) returns a [`Want`]: a file to read, a request to send. The caller does that
/// and passes the result as the next [`Input`]. If the environment has keys, the chain wants
/// no file, unless [`with_profile`](Self::with_profile) selected a profile.
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
    selected: SelectedProfile,
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

/// The variable without which the environment has no keys.
const NO_KEYS: SkipReason = SkipReason::NotSet {
    variable: "AWS_ACCESS_KEY_ID",
};

impl Context {
    /// Whether the last refresh of a cached token failed less than 30 seconds ago.
    fn refresh_must_wait(&self, now: Timestamp) -> bool {
        let failed_at = self.refresh_failed_at;
        failed_at.is_some_and(|failed_at| now < failed_at + BETWEEN_TRIES)
    }

    fn region(&self) -> Result<&str, Error> {
        let of_environment = || self.environment.get("AWS_REGION");
        let of_old = || self.environment.get("AWS_DEFAULT_REGION");
        let of_profile = || self.profile()?.setting("region");
        let region = self.region.as_deref();
        let region = region
            .or_else(of_environment)
            .or_else(of_old)
            .or_else(of_profile);
        region.ok_or(Error::MissingRegion)
    }

    fn profile(&self) -> Option<&Section> {
        self.files.profile(self.selected.name())
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
    Step(Step),
    MfaCode(Box<ResolvedCredentials>, ProfileRole),
    Role,
    Ended,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "Start",
            Self::Config(_) => "Config",
            Self::Credentials(..) => "Credentials",
            Self::Step(_) => "Step",
            Self::MfaCode(..) => "MfaCode",
            Self::Role => "Role",
            Self::Ended => "Ended",
        })
    }
}

impl Chain {
    /// Creates a chain. `session_name` is the name of role sessions that the settings do not name:
    /// 2 to 64 letters, digits and `_+=,.@-`.
    pub fn new(environment: Environment, session_name: impl Into<String>) -> Self {
        Self {
            locations: FileLocations::new(&environment, Platform::CURRENT),
            context: Context {
                selected: SelectedProfile::from_environment(&environment),
                environment,
                files: ProfileFiles::default(),
                session_name: session_name.into(),
                region: None,
                sts: None,
                imds_v1_allowed: false,
                jitter: Duration::ZERO,
                refresh_failed_at: None,
                refresh_failed: false,
            },
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

    /// Sets the endpoint of STS: FIPS, dual stack, of a VPC, or of a test server. Without it the
    /// chain takes the regional one, and fails if no region is known.
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
        self.context.selected = SelectedProfile::named(name);
        self
    }

    /// Sets the rules for paths, for tests and for tools that read the files of another system.
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

    /// Sets a random time, which the caller draws, of up to ten minutes. If instance metadata
    /// serves expired credentials, the next try is 5 minutes plus this time later, so that many
    /// instances do not try at once.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Duration) -> Self {
        self.context.jitter = jitter;
        self
    }

    /// Sets when an earlier chain could not refresh a cached token ([`Found::refresh_failed`]).
    ///
    /// For 30 seconds the chain uses the token without another try. If the token has expired, a
    /// session of IAM Identity Center is an error, and a login session is refreshed at once.
    #[must_use]
    pub fn with_refresh_failed_at(mut self, failed_at: impl Into<Timestamp>) -> Self {
        self.context.refresh_failed_at = Some(failed_at.into());
        self
    }

    /// Takes the result of the last [`Want`], and returns the next one.
    ///
    /// Pass [`Input::Start`] first. After [`Want::Done`] or an error the chain has ended.
    ///
    /// # Errors
    /// - [`ChainError`] if a source failed, or if none is configured
    pub fn next(&mut self, input: Input, now: impl Into<Timestamp>) -> Result<Want, ChainError> {
        let step = self.step(input, now.into());
        step.map_err(|error| {
            self.state = State::Ended;
            ChainError::new(error, self.source, self.skipped.clone())
        })
    }

    fn step(&mut self, input: Input, now: Timestamp) -> Result<Want, Error> {
        match (std::mem::replace(&mut self.state, State::Ended), input) {
            (State::Start, Input::Start) => {
                if self.by_caller {
                    self.skip(SkipReason::ProfileSelected);
                } else {
                    match environment_credentials(&self.context.environment)? {
                        Some(resolved) => return Ok(self.done(resolved)),
                        None => self.skip(NO_KEYS),
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
            (State::Step(step), input) => {
                let outcome = step(input, &mut self.context, now)?;
                self.outcome(outcome, now)
            }
            (State::MfaCode(resolved, role), Input::MfaCode(code)) => {
                self.assume(&resolved, &role, Some(&SecretText::from(code)), now)
            }
            (State::MfaCode(_, role), Input::NoMfaCode) => {
                Err(ProfileProblem::MfaRequired.of(&role.profile))
            }
            (State::Role, Input::Response(response)) => {
                let response = response.map(Zeroizing::new);
                let response = AssumeRole::parse(response.status(), response.body());
                let response = response.map_err(Error::Sts)?;
                let account_id = account_id(response.assumed_role_user.as_ref());
                let resolved = ResolvedCredentials::from(response.credentials);
                self.roles(resolved.of_account(account_id), now)
            }
            (State::Role, Input::NoResponse) => Err(Error::NoResponse {
                endpoint: CredentialEndpoint::Sts,
            }),
            _ => Err(Error::UnexpectedInput),
        }
    }

    fn want(&mut self, want: Want, state: State) -> Result<Want, Error> {
        self.state = state;
        Ok(want)
    }

    fn skip(&mut self, reason: SkipReason) {
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
        let Some(source) = ProfileSource::resolve(&self.context.files, &self.context.selected)?
        else {
            self.skip(match self.context.profile() {
                Some(_) => SkipReason::NoCredentialsInProfile,
                None => SkipReason::NoDefaultProfile,
            });
            return self.after_profile(now);
        };
        self.profile = Some((source.base_profile, source.roles.into()));
        let outcome = match source.base {
            BaseSource::Keys(keys) => Outcome::Found(keys.into()),
            BaseSource::Named(NamedSource::Environment) => {
                match environment_credentials(&self.context.environment)? {
                    Some(resolved) => Outcome::Found(resolved),
                    None => Outcome::NotConfigured(NO_KEYS),
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
            self.skip(SkipReason::ProfileSelected);
        } else {
            match WebIdentity::from_environment(&self.context.environment)? {
                Some(identity) => return self.outcome(fetch::web_identity(identity), now),
                None => self.skip(SkipReason::NotSet {
                    variable: "AWS_WEB_IDENTITY_TOKEN_FILE",
                }),
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
            None => Ok(Outcome::NotConfigured(SkipReason::NoContainerUri)),
        }
    }

    fn instance(&self) -> Result<Outcome, Error> {
        let imds = Imds::new(&self.context.environment, self.context.profile())?;
        let Some(imds) = imds else {
            return Ok(Outcome::NotConfigured(SkipReason::InstanceMetadataDisabled));
        };
        Ok(fetch::instance(if self.context.imds_v1_allowed {
            imds.with_v1_allowed()
        } else {
            imds
        }))
    }

    fn outcome(&mut self, outcome: Outcome, now: Timestamp) -> Result<Want, Error> {
        match (outcome, &self.profile) {
            (Outcome::Want(want, step), _) => self.want(want, State::Step(step)),
            (Outcome::Found(resolved), _) => self.roles(resolved, now),
            (Outcome::NotConfigured(_), Some((profile, _))) => {
                Err(ProfileProblem::NoCredentials.of(profile))
            }
            // Instance metadata, the last source: the others are skipped before they want anything.
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
                self.want(
                    Want::MfaCode { serial },
                    State::MfaCode(resolved.into(), role),
                )
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
        let request = request.sign(resolved.credentials(), now)?;
        self.want(Want::Send(request), State::Role)
    }
}
