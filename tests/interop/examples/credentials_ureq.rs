//! Finds credentials as the AWS SDKs do, with ureq, and prints them as a `credential_process` does.
//! Copy everything below `main`: only it reads files, environment and clock.
//!
//! `cargo run -p countersign-interop --example credentials_ureq`

use std::error::Error;
use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, SystemTime};

use countersign::sources::{Chain, Environment, Found, Input, Want, write_process_output};
use http::{Request, Response};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

fn main() {
    let environment = Environment::new(|name| std::env::var(name).ok());
    match credentials(Chain::new(environment, "my-program")) {
        Ok(found) => {
            eprintln!("from {}", found.source.as_str());
            println!("{}", write_process_output(&found.credentials).expose());
        }
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

/// Runs the chain to its end.
fn credentials(mut chain: Chain) -> Result<Found, Box<dyn Error>> {
    let config = |seconds| {
        Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0) // they would carry tokens to another host
            .timeout_global(Some(Duration::from_secs(seconds)))
    };
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
    let far: Agent = config(30).tls_config(tls.build()).build().into();
    // Metadata services respond at once or never, and no proxy leads to them.
    let near: Agent = config(2).proxy(None).build().into();
    let mut input = Input::Start;
    loop {
        input = match chain.next(input, SystemTime::now())? {
            Want::Done(found) => return Ok(found),
            Want::File { path } => std::fs::read(path).into(),
            Want::Save { path, contents } => save(&path, contents.expose()).into(),
            Want::Run(command) => Command::from(&command).output().into(),
            Want::Send(request) => {
                let is_near = request.uri().scheme_str() == Some("http");
                let agent = if is_near { &near } else { &far };
                send(agent, request).map_or(Input::NoResponse, Input::Response)
            }
            Want::MfaCode { serial } => {
                eprint!("code of {serial}: ");
                let code = std::io::stdin().lines().next().transpose()?;
                let code = code.filter(|code| !code.is_empty());
                code.map_or(Input::NoMfaCode, Input::MfaCode)
            }
        };
    }
}

fn send(agent: &Agent, request: Request<String>) -> Result<Response<Vec<u8>>, ureq::Error> {
    let (parts, mut body) = agent.run(request)?.into_parts();
    let body = body.with_config().limit(1 << 20).read_to_vec()?;
    Ok(Response::from_parts(parts, body))
}

/// Writes a new file for its owner only, and renames it.
fn save(path: &str, contents: &str) -> std::io::Result<()> {
    let new = format!("{path}.{}", std::process::id());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&new)?.write_all(contents.as_bytes())?;
    std::fs::rename(new, path)
}
