//! The steps of each source that needs more than the shared files.

use http::{Request, Response};
use zeroize::Zeroizing;

use super::{Context, Input, SkipReason, Want};
use crate::sources::imds::ImdsSession;
use crate::sources::{
    Container, CredentialEndpoint, Error, FileLocations, Imds, LoginCommand, LoginSession,
    ProcessCommand, ProcessOutput, ProfileProcess, ProfileSso, ResolvedCredentials, SecretText,
    SsoToken, SsoTokenState, WebIdentity, login_cache_file_name, read_sso_credentials, sso,
};
use crate::timestamp::Timestamp;

/// What a step of a source leads to.
pub(super) enum Outcome {
    Want(Want, Step),
    Found(ResolvedCredentials),
    NotConfigured(SkipReason),
}

/// What a source does with the result of its want.
pub(super) type Step =
    Box<dyn FnOnce(Input, &mut Context, Timestamp) -> Result<Outcome, Error> + Send + Sync>;

/// A response, whose body is zeroised after use.
type Wiped = Response<Zeroizing<Vec<u8>>>;

impl Outcome {
    fn want(
        want: Want,
        step: impl FnOnce(Input, &mut Context, Timestamp) -> Result<Self, Error> + Send + Sync + 'static,
    ) -> Self {
        Self::Want(want, Box::new(step))
    }
}

/// Wants the content of a file that must exist.
fn file(
    path: String,
    step: impl FnOnce(&[u8], &Context) -> Result<Outcome, Error> + Send + Sync + 'static,
) -> Outcome {
    let want = Want::File { path: path.clone() };
    Outcome::want(want, move |input, context, _| {
        step(&contents(input, path)?, context)
    })
}

/// Wants the response to a request.
fn send(
    request: Request<String>,
    endpoint: CredentialEndpoint,
    step: impl FnOnce(Wiped, &Context, Timestamp) -> Result<Outcome, Error> + Send + Sync + 'static,
) -> Outcome {
    Outcome::want(Want::Send(request), move |input, context, now| {
        step(response(input, endpoint)?, context, now)
    })
}

/// Wants a refreshed session to be saved, before it is used.
fn save(
    path: String,
    contents: SecretText,
    step: impl FnOnce() -> Result<Outcome, Error> + Send + Sync + 'static,
) -> Outcome {
    let want = Want::Save {
        path: path.clone(),
        contents,
    };
    Outcome::want(want, move |input, _, _| match input {
        Input::Saved => step(),
        Input::NotSaved => Err(Error::NotSaved { path }),
        _ => Err(Error::UnexpectedInput),
    })
}

fn contents(input: Input, path: String) -> Result<Zeroizing<Vec<u8>>, Error> {
    match input {
        Input::File(contents) => Ok(contents.into()),
        Input::NoFile | Input::UnreadableFile => Err(Error::File { path }),
        _ => Err(Error::UnexpectedInput),
    }
}

/// The content of a cache file. A missing one means that the user has not logged in.
fn cache(input: Input, path: &str, login: LoginCommand) -> Result<Zeroizing<Vec<u8>>, Error> {
    let path = path.to_owned();
    match input {
        Input::NoFile => Err(Error::NotLoggedIn { login, path }),
        input => contents(input, path),
    }
}

/// The caches are in the home directory, unless a variable names another one.
fn cached(path: Option<String>, required_by: &'static str) -> Result<String, Error> {
    let setting = "HOME";
    path.ok_or(Error::MissingSetting {
        setting,
        required_by,
    })
}

fn response(input: Input, endpoint: CredentialEndpoint) -> Result<Wiped, Error> {
    match input {
        Input::Response(response) => Ok(response.map(Zeroizing::new)),
        Input::NoResponse => Err(Error::NoResponse { endpoint }),
        _ => Err(Error::UnexpectedInput),
    }
}

/// The result of a refresh. If it failed, the chain may go on; after an unexpected input it ends.
fn refreshed<T>(
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

pub(super) fn web_identity(identity: WebIdentity) -> Outcome {
    let path = identity.token_file().to_owned();
    file(path, move |token, context| {
        let request = identity.request(token, &context.sts()?, &context.session_name)?;
        Ok(send(
            request,
            CredentialEndpoint::Sts,
            move |response, _, _| identity.read(&response).map(Outcome::Found),
        ))
    })
}

pub(super) fn container(container: Container) -> Result<Outcome, Error> {
    match container.token_file().map(str::to_owned) {
        Some(path) => Ok(file(path, |token, _| {
            container_request(container, Some(token))
        })),
        None => container_request(container, None),
    }
}

fn container_request(container: Container, token: Option<&[u8]>) -> Result<Outcome, Error> {
    let request = container.request(token)?;
    Ok(send(
        request,
        CredentialEndpoint::Container,
        move |response, _, _| container.read(&response).map(Outcome::Found),
    ))
}

const IMDS: CredentialEndpoint = CredentialEndpoint::InstanceMetadata;

pub(super) fn instance(imds: Imds) -> Outcome {
    let request = imds.token_request();
    Outcome::want(Want::Send(request), |input, _, _| {
        if matches!(input, Input::NoResponse) {
            return Ok(Outcome::NotConfigured(SkipReason::NoInstanceMetadata));
        }
        let session = imds.read_token(&response(input, IMDS)?)?;
        Ok(instance_role(imds, session))
    })
}

fn instance_role(imds: Imds, session: ImdsSession) -> Outcome {
    let request = imds.role_request(&session);
    send(request, IMDS, move |response, _, _| {
        let Some(role) = imds.read_role(&response)? else {
            return Ok(Outcome::NotConfigured(SkipReason::NoInstanceRole));
        };
        let request = imds.credentials_request(&session, &role)?;
        Ok(send(request, IMDS, move |response, context, now| {
            let resolved = imds.read_credentials(&response, now, context.jitter)?;
            Ok(Outcome::Found(resolved))
        }))
    })
}

pub(super) fn process(process: ProfileProcess) -> Result<Outcome, Error> {
    let command = ProcessCommand::parse(&process.command_line)?;
    Ok(Outcome::want(Want::Run(command), move |input, _, _| {
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
        let resolved = output.read(process.account_id.as_deref())?;
        Ok(Outcome::Found(resolved))
    }))
}

const SSO_EXPIRED: Error = Error::TokenExpired {
    login: LoginCommand::AwsSsoLogin,
};

pub(super) fn sso(sso: ProfileSso, locations: &FileLocations) -> Result<Outcome, Error> {
    let path = cached(locations.sso_cache(&sso::file_name(&sso)), "sso_role_name")?;
    let want = Want::File { path: path.clone() };
    Ok(Outcome::want(want, move |input, context, now| {
        let token = SsoToken::parse(&*cache(input, &path, LoginCommand::AwsSsoLogin)?)?;
        // Without an `sso_session` a token is never refreshed.
        let is_due = sso.session.is_some() && token.state(now) == SsoTokenState::Refresh;
        if is_due && !context.refresh_must_wait(now) {
            return sso_refresh(sso, path, token);
        }
        if token.is_expired(now) {
            return Err(SSO_EXPIRED);
        }
        sso_portal(&sso, &token)
    }))
}

fn sso_refresh(sso: ProfileSso, path: String, token: SsoToken) -> Result<Outcome, Error> {
    let request = token.refresh_request(&sso.region)?;
    Ok(Outcome::want(
        Want::Send(request),
        move |input, context, now| {
            let read = |response: &Wiped| token.read_refresh(response, now);
            match refreshed(input, CredentialEndpoint::SsoOidc, read)? {
                Ok(new) => Ok(save(path, new.to_json(), move || sso_portal(&sso, &new))),
                // The old token is used until it expires.
                Err(_) if !token.is_expired(now) => {
                    context.refresh_failed = true;
                    sso_portal(&sso, &token)
                }
                // A server that fails refuses no token.
                Err(Error::Refused { status, .. }) if status < 500 => Err(SSO_EXPIRED),
                Err(error) => Err(error),
            }
        },
    ))
}

fn sso_portal(sso: &ProfileSso, token: &SsoToken) -> Result<Outcome, Error> {
    let request = token.role_credentials_request(&sso.region, &sso.account_id, &sso.role_name)?;
    let account_id = sso.account_id.clone();
    Ok(send(
        request,
        CredentialEndpoint::SsoPortal,
        move |response, _, _| read_sso_credentials(&response, &account_id).map(Outcome::Found),
    ))
}

pub(super) fn login(login_session: &str, locations: &FileLocations) -> Result<Outcome, Error> {
    let path = locations.login_cache(&login_cache_file_name(login_session));
    let path = cached(path, "login_session")?;
    let want = Want::File { path: path.clone() };
    Ok(Outcome::want(want, move |input, context, now| {
        let session = LoginSession::parse(&*cache(input, &path, LoginCommand::AwsLogin)?)?;
        let must_wait = !session.is_expired(now) && context.refresh_must_wait(now);
        if must_wait || !session.needs_refresh(now) {
            return Ok(Outcome::Found(session.credentials().clone()));
        }
        login_refresh(path, session, context, now)
    }))
}

#[cfg(feature = "sigv4a")]
fn login_refresh(
    path: String,
    session: LoginSession,
    context: &Context,
    now: Timestamp,
) -> Result<Outcome, Error> {
    use crate::sources::{DpopKey, login::is_final};

    let region = session.region(context.region())?;
    let key = DpopKey::from_pem(session.dpop_key().expose())?;
    let url = session.token_url(region)?;
    let proof = key.proof(&url, &session.proof_id(now), now)?;
    let request = session.refresh_request(region, &proof)?;
    Ok(Outcome::want(
        Want::Send(request),
        move |input, context, now| {
            let read = |response: &Wiped| session.read_refresh(response, now);
            match refreshed(input, CredentialEndpoint::Login, read)? {
                Ok(new) => {
                    let resolved = new.credentials().clone();
                    let found = move || Ok(Outcome::Found(resolved));
                    Ok(save(path, new.to_json(), found))
                }
                Err(error) if !session.is_expired(now) && !is_final(&error) => {
                    context.refresh_failed = true;
                    Ok(Outcome::Found(session.credentials().clone()))
                }
                Err(error) => Err(error),
            }
        },
    ))
}

#[cfg(not(feature = "sigv4a"))]
fn login_refresh(
    _: String,
    session: LoginSession,
    context: &mut Context,
    now: Timestamp,
) -> Result<Outcome, Error> {
    if session.is_expired(now) {
        let feature = "sigv4a";
        return Err(Error::FeatureRequired { feature });
    }
    context.refresh_failed = true;
    Ok(Outcome::Found(session.credentials().clone()))
}
