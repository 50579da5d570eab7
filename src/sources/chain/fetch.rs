//! The steps of each source that needs more than the shared files.

use http::Response;
use zeroize::Zeroizing;

use super::{Context, Input, SkipReason, Want};
use crate::sources::imds::ImdsSession;
use crate::sources::sso::{self, SsoToken, SsoTokenState};
use crate::sources::{
    Container, CredentialEndpoint, Error, FileLocations, Imds, LoginCommand, LoginSession,
    ProcessCommand, ProcessOutput, ProfileProcess, ProfileSso, ResolvedCredentials, WebIdentity,
    login, login_cache_file_name, read_sso_credentials,
};
use crate::timestamp::Timestamp;

/// What a source waits for, with what it needs to go on.
pub(super) enum Fetch {
    WebIdentityToken(WebIdentity),
    WebIdentity(WebIdentity),
    ContainerToken(Container, String),
    Container(Container),
    InstanceToken(Imds),
    InstanceRole(Imds, ImdsSession),
    InstanceCredentials(Imds),
    Process(Option<String>),
    SsoCache(ProfileSso, String),
    SsoRefresh(ProfileSso, String, SsoToken),
    SsoSave(ProfileSso, String, SsoToken),
    SsoPortal(String),
    LoginCache(String),
    #[cfg_attr(
        not(feature = "sigv4a"),
        expect(dead_code, reason = "without P-256 there is no proof to send")
    )]
    LoginRefresh(String, LoginSession),
    LoginSave(String, LoginSession),
}

pub(super) enum Outcome {
    Want(Want, Box<Fetch>),
    Found(ResolvedCredentials),
    NotConfigured(SkipReason),
}

impl Outcome {
    fn want(want: Want, fetch: Fetch) -> Self {
        Self::Want(want, Box::new(fetch))
    }
}

fn want_file(path: &str, fetch: Fetch) -> Outcome {
    let path = path.to_owned();
    Outcome::want(Want::File { path }, fetch)
}

pub(super) fn web_identity(identity: WebIdentity) -> Outcome {
    let path = identity.token_file().to_owned();
    want_file(&path, Fetch::WebIdentityToken(identity))
}

pub(super) fn container(container: Container) -> Result<Outcome, Error> {
    match container.token_file().map(str::to_owned) {
        Some(path) => Ok(want_file(
            &path.clone(),
            Fetch::ContainerToken(container, path),
        )),
        None => {
            let request = container.request(None)?;
            Ok(Outcome::want(
                Want::Send(request),
                Fetch::Container(container),
            ))
        }
    }
}

pub(super) fn instance(imds: Imds) -> Outcome {
    let request = imds.token_request();
    Outcome::want(Want::Send(request), Fetch::InstanceToken(imds))
}

pub(super) fn process(process: ProfileProcess) -> Result<Outcome, Error> {
    let command = ProcessCommand::parse(&process.command_line)?;
    let fetch = Fetch::Process(process.account_id);
    Ok(Outcome::want(Want::Run(command), fetch))
}

/// The caches are in the home directory, unless a variable names another one.
fn cached(path: Option<String>, required_by: &'static str) -> Result<String, Error> {
    let setting = "HOME";
    path.ok_or(Error::MissingSetting {
        setting,
        required_by,
    })
}

pub(super) fn sso(sso: ProfileSso, locations: &FileLocations) -> Result<Outcome, Error> {
    let path = cached(locations.sso_cache(&sso::file_name(&sso)), "sso_role_name")?;
    Ok(want_file(&path.clone(), Fetch::SsoCache(sso, path)))
}

pub(super) fn login(login_session: &str, locations: &FileLocations) -> Result<Outcome, Error> {
    let path = locations.login_cache(&login_cache_file_name(login_session));
    let path = cached(path, "login_session")?;
    Ok(want_file(&path.clone(), Fetch::LoginCache(path)))
}

/// The content of a file that must be there.
fn contents(input: Input, path: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    match input {
        Input::File(contents) => Ok(contents.into()),
        Input::NoFile | Input::UnreadableFile => Err(Error::File {
            path: path.to_owned(),
        }),
        _ => Err(Error::UnexpectedInput),
    }
}

/// The content of a cache file. A missing one means that the user has not logged in.
fn cache(input: Input, path: &str, login: LoginCommand) -> Result<Zeroizing<Vec<u8>>, Error> {
    match input {
        Input::NoFile => Err(Error::NotLoggedIn {
            login,
            path: path.to_owned(),
        }),
        input => contents(input, path),
    }
}

/// A response, whose body is zeroised after use. A missing one is an error.
fn response(input: Input, endpoint: CredentialEndpoint) -> Result<Wiped, Error> {
    match input {
        Input::Response(response) => Ok(response.map(Zeroizing::new)),
        Input::NoResponse => Err(Error::NoResponse { endpoint }),
        _ => Err(Error::UnexpectedInput),
    }
}

type Wiped = Response<Zeroizing<Vec<u8>>>;

const IMDS: CredentialEndpoint = CredentialEndpoint::InstanceMetadata;

impl Fetch {
    pub(super) fn advance(
        self,
        input: Input,
        context: &mut Context,
        now: Timestamp,
    ) -> Result<Outcome, Error> {
        match self {
            Self::WebIdentityToken(identity) => {
                let token = contents(input, identity.token_file())?;
                let name = &context.session_name;
                let request = identity.request(&token, &context.sts()?, name)?;
                Ok(Outcome::want(
                    Want::Send(request),
                    Self::WebIdentity(identity),
                ))
            }
            Self::WebIdentity(identity) => {
                let response = response(input, CredentialEndpoint::Sts)?;
                identity.read(&response).map(Outcome::Found)
            }
            Self::ContainerToken(container, path) => {
                let token = contents(input, &path)?;
                let request = container.request(Some(&token))?;
                Ok(Outcome::want(
                    Want::Send(request),
                    Self::Container(container),
                ))
            }
            Self::Container(container) => {
                let response = response(input, CredentialEndpoint::Container)?;
                container.read(&response).map(Outcome::Found)
            }
            Self::InstanceToken(imds) => {
                if matches!(input, Input::NoResponse) {
                    return Ok(Outcome::NotConfigured(SkipReason::NoInstanceMetadata));
                }
                let session = imds.read_token(&response(input, IMDS)?)?;
                let want = Want::Send(imds.role_request(&session));
                Ok(Outcome::want(want, Self::InstanceRole(imds, session)))
            }
            Self::InstanceRole(imds, session) => {
                let role = imds.read_role(&response(input, IMDS)?)?;
                let Some(role) = role else {
                    return Ok(Outcome::NotConfigured(SkipReason::NoInstanceRole));
                };
                let want = Want::Send(imds.credentials_request(&session, &role)?);
                Ok(Outcome::want(want, Self::InstanceCredentials(imds)))
            }
            Self::InstanceCredentials(imds) => {
                let response = response(input, IMDS)?;
                let resolved = imds.read_credentials(&response, now, context.jitter)?;
                Ok(Outcome::Found(resolved))
            }
            Self::Process(account_id) => process_output(input, account_id.as_deref()),
            Self::SsoCache(sso, path) => sso_cache(sso, path, input, context, now),
            Self::SsoRefresh(sso, path, token) => {
                sso_refresh(sso, path, &token, input, context, now)
            }
            Self::SsoSave(sso, path, token) => {
                saved(&input, path)?;
                sso_portal(&sso, &token)
            }
            Self::SsoPortal(account_id) => {
                let response = response(input, CredentialEndpoint::SsoPortal)?;
                let resolved = read_sso_credentials(&response, &account_id)?;
                Ok(Outcome::Found(resolved))
            }
            Self::LoginCache(path) => login_cache(path, input, context, now),
            Self::LoginRefresh(path, session) => login_refresh(path, &session, input, context, now),
            Self::LoginSave(path, session) => {
                saved(&input, path)?;
                Ok(Outcome::Found(session.credentials().clone()))
            }
        }
    }
}

/// The result of a refresh. If it failed, the chain may go on; after an unexpected input it ends.
fn refresh<T>(
    input: Input,
    endpoint: CredentialEndpoint,
    read: impl FnOnce(&Wiped) -> Result<T, Error>,
) -> Result<Result<T, Error>, Error> {
    match response(input, endpoint) {
        Err(Error::UnexpectedInput) => Err(Error::UnexpectedInput),
        Err(error) => Ok(Err(error)),
        Ok(response) => Ok(read(&response)),
    }
}

fn saved(input: &Input, path: String) -> Result<(), Error> {
    match input {
        Input::Saved => Ok(()),
        Input::NotSaved => Err(Error::NotSaved { path }),
        _ => Err(Error::UnexpectedInput),
    }
}

fn process_output(input: Input, account_id: Option<&str>) -> Result<Outcome, Error> {
    let (exit_code, stdout, stderr) = match input {
        Input::Output {
            exit_code,
            stdout,
            stderr,
        } => (exit_code, Zeroizing::new(stdout), stderr),
        Input::NotStarted => return Err(Error::NotStarted),
        _ => return Err(Error::UnexpectedInput),
    };
    let output = ProcessOutput {
        exit_code,
        stdout: &stdout,
        stderr: &stderr,
    };
    output.read(account_id).map(Outcome::Found)
}

const SSO_EXPIRED: Error = Error::TokenExpired {
    login: LoginCommand::AwsSsoLogin,
};

fn sso_cache(
    sso: ProfileSso,
    path: String,
    input: Input,
    context: &Context,
    now: Timestamp,
) -> Result<Outcome, Error> {
    let token = SsoToken::parse(&*cache(input, &path, LoginCommand::AwsSsoLogin)?)?;
    // Without an `sso_session` a token is never refreshed.
    let is_due = sso.session.is_some() && token.state(now) == SsoTokenState::Refresh;
    if is_due && !context.refresh_must_wait(now) {
        let want = Want::Send(token.refresh_request(&sso.region)?);
        return Ok(Outcome::want(want, Fetch::SsoRefresh(sso, path, token)));
    }
    if token.is_expired(now) {
        return Err(SSO_EXPIRED);
    }
    sso_portal(&sso, &token)
}

fn sso_refresh(
    sso: ProfileSso,
    path: String,
    token: &SsoToken,
    input: Input,
    context: &mut Context,
    now: Timestamp,
) -> Result<Outcome, Error> {
    let new = refresh(input, CredentialEndpoint::SsoOidc, |response| {
        token.read_refresh(response, now)
    })?;
    match new {
        Ok(new) => {
            let save = Want::Save {
                path: path.clone(),
                contents: new.to_json(),
            };
            Ok(Outcome::want(save, Fetch::SsoSave(sso, path, new)))
        }
        // The old token is used until it expires.
        Err(_) if !token.is_expired(now) => {
            context.refresh_failed = true;
            sso_portal(&sso, token)
        }
        // A server that fails refuses no token.
        Err(Error::Refused { status, .. }) if status < 500 => Err(SSO_EXPIRED),
        Err(error) => Err(error),
    }
}

fn sso_portal(sso: &ProfileSso, token: &SsoToken) -> Result<Outcome, Error> {
    let request = token.role_credentials_request(&sso.region, &sso.account_id, &sso.role_name)?;
    let fetch = Fetch::SsoPortal(sso.account_id.clone());
    Ok(Outcome::want(Want::Send(request), fetch))
}

fn login_cache(
    path: String,
    input: Input,
    context: &mut Context,
    now: Timestamp,
) -> Result<Outcome, Error> {
    let session = LoginSession::parse(&*cache(input, &path, LoginCommand::AwsLogin)?)?;
    let lives = !session.is_expired(now);
    if !session.needs_refresh(now) || (lives && context.refresh_must_wait(now)) {
        return Ok(Outcome::Found(session.credentials().clone()));
    }
    #[cfg(feature = "sigv4a")]
    {
        let region = session.region(context.region())?;
        let key = login::DpopKey::from_pem(session.dpop_key().expose())?;
        let url = session.token_url(region)?;
        let proof = key.proof(&url, &session.proof_id(now), now)?;
        let request = session.refresh_request(region, &proof)?;
        let fetch = Fetch::LoginRefresh(path, session);
        Ok(Outcome::want(Want::Send(request), fetch))
    }
    #[cfg(not(feature = "sigv4a"))]
    {
        if lives {
            context.refresh_failed = true;
            return Ok(Outcome::Found(session.credentials().clone()));
        }
        let feature = "sigv4a";
        Err(Error::FeatureRequired { feature })
    }
}

fn login_refresh(
    path: String,
    session: &LoginSession,
    input: Input,
    context: &mut Context,
    now: Timestamp,
) -> Result<Outcome, Error> {
    let new = refresh(input, CredentialEndpoint::Login, |response| {
        session.read_refresh(response, now)
    })?;
    match new {
        Ok(new) => {
            let save = Want::Save {
                path: path.clone(),
                contents: new.to_json(),
            };
            Ok(Outcome::want(save, Fetch::LoginSave(path, new)))
        }
        Err(error) if !session.is_expired(now) && !login::is_final(&error) => {
            context.refresh_failed = true;
            Ok(Outcome::Found(session.credentials().clone()))
        }
        Err(error) => Err(error),
    }
}
