//! A bearer token from CodeArtifact: the signed request for it, its response, a download with it, and
//! the settings of npm, pip and Cargo.
//!
//! The service is a small server in this process:
//! `cargo run --features codeartifact --example bearer_token`

use countersign::bearer::{self, BearerToken};
use countersign::{Credentials, Timestamp};
use http::{Request, Response};

#[path = "local/http.rs"]
mod local;

/// A download with a token for one host of one service, until the token expires.
pub(crate) fn download(
    (token, host, expires): (&str, &str, Timestamp),
    url: &str,
    now: Timestamp,
) -> Result<Request<String>, Box<dyn std::error::Error>> {
    let token = BearerToken::new(token)
        .with_scope("codeartifact", "us-west-2")
        .with_host(host)
        .with_expiration(expires);
    let mut request = Request::get(url).body(String::new())?;
    bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", now)?;
    Ok(request)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    use countersign::codeartifact::{GetAuthorizationToken, Repository};

    let server = local::serve(3, answer)?;
    let url = format!("http://{}", server.address());
    let now = Timestamp::from(std::time::SystemTime::now());

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
    // It names the hosts of CodeArtifact's repositories. The local server takes their place.
    let token = ask
        .parse(&response)?
        .with_host(server.address().to_string());
    println!("{token:#?}");

    // As npm sends it.
    let host = server.address().to_string();
    let known = (
        "eyJ2ZXIiOjF9.abc",
        host.as_str(),
        token.expiration().unwrap_or(now),
    );
    let (status, body) = local::send(&download(known, &format!("{url}/npm/repo/left-pad"), now)?)?;
    println!("{status}: {body}");

    // As pip sends it.
    let as_aws = bearer::Scheme::Basic { user: "aws".into() };
    let basic = token.clone().sent_as(as_aws);
    let mut request = Request::get(format!("{url}/pypi/repo/simple/")).body(String::new())?;
    bearer::authorize(&mut request, &basic, "codeartifact", "us-west-2", now)?;
    let (status, body) = local::send(&request)?;
    println!("{status}: {body}");

    // The token is attached to none of these.
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

/// CodeArtifact, and a repository that checks the token, as Bearer or as Basic.
fn answer(request: &Request<String>) -> Response<String> {
    if request.uri().path() == "/v1/authorization-token" {
        let answer = r#"{"authorizationToken":"eyJ2ZXIiOjF9.abc","expiration":4.0840E9}"#;
        return Response::new(answer.to_owned());
    }
    let known = match BearerToken::from_headers(request.headers()) {
        Ok(token) => token.matches(&BearerToken::new("eyJ2ZXIiOjF9.abc")),
        Err(_) => request.headers()["authorization"] == "Basic YXdzOmV5SjJaWElpT2pGOS5hYmM=",
    };
    let mut response = Response::new(if known { "left-pad 1.3.0" } else { "" }.to_owned());
    if !known {
        *response.status_mut() = bearer::Refusal::InvalidToken.status();
    }
    response
}
