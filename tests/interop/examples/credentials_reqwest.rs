//! Finds credentials as the AWS SDKs do, with reqwest, and prints them as a `credential_process`
//! does. Copy everything below `main`: only it reads files, environment and clock.
//!
//! `cargo run -p countersign-interop --example credentials_reqwest`

use std::error::Error;
use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, SystemTime};

use countersign::sources::{Chain, Environment, Found, Input, Want, write_process_output};
use http::{Request, Response};
use reqwest::{Client, redirect};
use tokio::task::spawn_blocking;

#[tokio::main]
async fn main() {
    let environment = Environment::new(|name| std::env::var(name).ok());
    match credentials(Chain::new(environment, "my-program")).await {
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
async fn credentials(mut chain: Chain) -> Result<Found, Box<dyn Error + Send + Sync>> {
    // A redirect would carry tokens to another host.
    let client = || Client::builder().redirect(redirect::Policy::none());
    let far = client().timeout(Duration::from_secs(30)).build()?;
    // Metadata services respond at once or never, and no proxy leads to them.
    let near = client()
        .timeout(Duration::from_secs(2))
        .no_proxy()
        .build()?;
    let mut input = Input::Start;
    loop {
        input = match chain.next(input, SystemTime::now())? {
            Want::Done(found) => return Ok(found),
            Want::File { path } => std::fs::read(path).into(),
            Want::Save { path, contents } => save(&path, contents.expose()).into(),
            Want::Run(command) => {
                let run = move || Command::from(&command).output();
                spawn_blocking(run).await?.into()
            }
            Want::Send(request) => {
                let client = if request.uri().scheme_str() == Some("http") {
                    &near
                } else {
                    &far
                };
                let response = send(client, request).await;
                response.map_or(Input::NoResponse, Input::Response)
            }
            Want::MfaCode { serial } => {
                eprint!("code of {serial}: ");
                let mut code = String::new();
                let read = move || std::io::stdin().read_line(&mut code).map(|_| code);
                match spawn_blocking(read).await??.trim() {
                    "" => Input::NoMfaCode,
                    code => Input::MfaCode(code.to_owned()),
                }
            }
        };
    }
}

async fn send(client: &Client, request: Request<String>) -> reqwest::Result<Response<Vec<u8>>> {
    let response = client.execute(request.try_into()?).await?;
    let mut received = Response::new(Vec::new());
    *received.status_mut() = response.status();
    *received.headers_mut() = response.headers().clone();
    *received.body_mut() = response.bytes().await?.to_vec();
    Ok(received)
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
