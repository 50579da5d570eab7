//! Finds credentials as the AWS SDKs do, with ureq and blocking code. The function `credentials` is
//! meant to be copied; only it reads files, environment and clock.
//!
//! `cargo run -p countersign-interop --example credentials_ureq`

use std::error::Error;
use std::io::ErrorKind;
use std::process::Command;
use std::time::{Duration, SystemTime};

use countersign::sources::{Chain, Environment, Found, Input, Want};
use ureq::Agent;

fn main() -> Result<(), Box<dyn Error>> {
    let environment = Environment::new(|name| std::env::var(name).ok());
    match credentials(Chain::new(environment, "my-program")) {
        Ok(found) => println!(
            "{} from {}",
            found.credentials.credentials().access_key_id(),
            found.source.as_str()
        ),
        Err(error) => println!("no credentials: {error}"),
    }
    Ok(())
}

/// Runs the chain to its end.
fn credentials(mut chain: Chain) -> Result<Found, Box<dyn Error>> {
    // Link-local hosts answer at once or never; no proxy stands before them.
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(5)))
        .timeout_connect(Some(Duration::from_secs(1)))
        .proxy(None);
    let agent = Agent::new_with_config(config.build());
    let mut input = Input::Start;
    loop {
        input = match chain.next(input, SystemTime::now())? {
            Want::Done(found) => return Ok(found),
            Want::File { path } => match std::fs::read(path) {
                Ok(content) => Input::File(content),
                Err(error) if error.kind() == ErrorKind::NotFound => Input::NoFile,
                Err(_) => Input::UnreadableFile,
            },
            Want::Save { path, contents } => match save(&path, contents.expose()) {
                Ok(()) => Input::Saved,
                Err(_) => Input::NotSaved,
            },
            Want::Run(command) => {
                let mut program = Command::new(command.program());
                match program.args(command.arguments()).output() {
                    Ok(output) => Input::Output {
                        exit_code: output.status.code(),
                        stdout: output.stdout,
                        stderr: output.stderr,
                    },
                    Err(_) => Input::NotStarted,
                }
            }
            Want::Send(request) => match agent.run(request) {
                Ok(response) => {
                    let (parts, mut body) = response.into_parts();
                    let body = body.with_config().limit(1 << 20).read_to_vec()?;
                    Input::Response(http::Response::from_parts(parts, body))
                }
                Err(_) => Input::NoResponse,
            },
            Want::MfaCode { serial } => {
                println!("code of {serial}:");
                let mut code = String::new();
                std::io::stdin().read_line(&mut code)?;
                Input::MfaCode(code.trim().to_owned())
            }
        };
    }
}

/// Writes a new file for its owner only, and renames it.
fn save(path: &str, contents: &str) -> std::io::Result<()> {
    let new = format!("{path}.{}", std::process::id());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(&new)?, contents.as_bytes())?;
    std::fs::rename(new, path)
}
