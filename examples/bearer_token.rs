//! A bearer token from CodeArtifact, end to end: the signed request for it, its answer, a download
//! with it, and what npm, pip and Cargo are told. The service is a small server in this process:
//! `cargo run --features codeartifact --example bearer_token`

use std::error::Error;

use countersign::codeartifact::{GetAuthorizationToken, Repository};
use countersign::{Credentials, bearer};
use http::{Request, Response};
use time::OffsetDateTime;

#[path = "local/http.rs"]
mod local;

fn main() -> Result<(), Box<dyn Error>> {
    let server = local::serve(3, answer)?;
    let url = format!("http://{}", server.address());
    let now = OffsetDateTime::now_utc();

    // With AWS it would be `ask.request()`.
    let mut ask = GetAuthorizationToken::new("my-domain", "us-west-2");
    ask.duration_seconds = Some(900);
    let credentials = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    );
    let request = ask.request_to(&url)?.sign(&credentials, now)?;
    let (status, body) = local::send(&request)?;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    // It names the hosts of CodeArtifact's repositories. This one stands in for them.
    let token = ask
        .parse(&response)?
        .with_host(server.address().to_string());
    println!("{token:#?}");

    // npm's way, and pip's.
    let as_aws = bearer::Scheme::Basic { user: "aws".into() };
    for token in [token.clone(), token.clone().sent_as(as_aws)] {
        let mut download = Request::get(format!("{url}/npm/repo/left-pad")).body(String::new())?;
        bearer::authorize(&mut download, &token, "codeartifact", "us-west-2", now)?;
        let (status, body) = local::send(&download)?;
        println!("{status}: {body}");
    }

    // Nothing of this is sent.
    for url in ["https://evil.example/", "/npm/repo/left-pad"] {
        let mut download = Request::get(url).body(())?;
        let refused = bearer::authorize(&mut download, &token, "codeartifact", "us-west-2", now);
        println!("refused: {}", refused.unwrap_err());
    }
    let mut download = Request::get(&url).body(())?;
    for (service, region) in [("codeartifact", "eu-west-1"), ("bedrock", "us-west-2")] {
        let refused = bearer::authorize(&mut download, &token, service, region, now);
        println!("refused: {}", refused.unwrap_err());
    }

    let repository = Repository::new("my-domain", "111122223333", "us-west-2", "repo")?;
    println!("npm:   registry={}", repository.npm_registry());
    println!("npm:   {:?}", repository.npm_auth_token(&token, now)?);
    println!("pip:   {:?}", repository.pip_index_url(&token, now)?);
    println!("cargo: {}", repository.cargo_index());
    println!("cargo: {:?}", repository.cargo_token(&token, now)?);
    server.join()
}

/// CodeArtifact, and a repository that wants the token, as a bearer or as a password.
fn answer(request: &Request<String>) -> Response<String> {
    if request.uri().path() == "/v1/authorization-token" {
        let answer = r#"{"authorizationToken":"eyJ2ZXIiOjF9.abc","expiration":4.0840E9}"#;
        return Response::new(answer.to_owned());
    }
    let known = match bearer::BearerToken::from_headers(request.headers()) {
        Ok(token) => token.matches(&bearer::BearerToken::new("eyJ2ZXIiOjF9.abc")),
        Err(_) => request.headers()["authorization"] == "Basic YXdzOmV5SjJaWElpT2pGOS5hYmM=",
    };
    let mut response = Response::new(if known { "left-pad 1.3.0" } else { "" }.to_owned());
    if !known {
        *response.status_mut() = bearer::Refusal::InvalidToken.status();
    }
    response
}
