//! Finds credentials as the AWS SDKs do, with reqwest, asynchronously. The function `credentials` is
//! meant to be copied; only it reads files, environment and clock.
//!
//! `cargo run -p countersign-interop --example credentials_reqwest`

use std::error::Error;
use std::io::ErrorKind;
use std::process::Command;
use std::time::{Duration, SystemTime};

use countersign::sources::{Chain, Environment, Found, Input, Want};
use reqwest::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let environment = Environment::new(|name| std::env::var(name).ok());
    match credentials(Chain::new(environment, "my-program")).await {
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
async fn credentials(mut chain: Chain) -> Result<Found, Box<dyn Error>> {
    // Link-local hosts answer at once or never; no proxy stands before them.
    let client = Client::builder()
        .timeout(Duration::from_secs(5))
        .connect_timeout(Duration::from_secs(1))
        .no_proxy()
        .build()?;
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
            Want::Send(request) => match send(&client, request).await {
                Ok(response) => Input::Response(response),
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

async fn send(
    client: &Client,
    request: http::Request<String>,
) -> reqwest::Result<http::Response<Vec<u8>>> {
    let response = client.execute(request.try_into()?).await?;
    let mut answer = http::Response::new(Vec::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    *answer.body_mut() = response.bytes().await?.to_vec();
    Ok(answer)
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
