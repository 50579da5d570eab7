//! From a long-term key to a call with temporary credentials: AssumeRole, its answer, a signed
//! ListUsers. STS and IAM are a small server in this process, so there is nothing to set up:
//! `cargo run --features sts --example assume_role`

use std::error::Error;
use std::time::Duration;

use countersign::{Credentials, PayloadHash, Signer, sts};
use http::{Request, Response};
use time::OffsetDateTime;

#[path = "local/http.rs"]
mod local;

fn main() -> Result<(), Box<dyn Error>> {
    let server = local::serve(2, answer)?;
    let url = format!("http://{}", server.address());

    // With AWS it would be `Endpoint::regional("eu-west-1")`.
    let endpoint = sts::Endpoint::custom(&url, "eu-west-1")?;
    let mut ask = sts::AssumeRole::new("arn:aws:iam::123456789012:role/demo", "example");
    ask.duration_seconds = Some(900);
    let long_term = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    );
    let request = ask
        .request(&endpoint)?
        .sign(&long_term, OffsetDateTime::now_utc())?;
    let (status, body) = local::send(&request)?;
    let assumed = sts::AssumeRole::parse(status, body)?;
    println!("{assumed:#?}");

    let now = OffsetDateTime::now_utc();
    let soon = Duration::from_secs(300);
    println!(
        "to be fetched again already: {}",
        assumed.credentials.expires_within(soon, now)
    );

    let signer = Signer::new(assumed.credentials, "us-east-1", "iam")?;
    let mut call =
        Request::get(format!("{url}/?Action=ListUsers&Version=2010-05-08")).body(String::new())?;
    signer.sign(&mut call, PayloadHash::EMPTY, now)?;
    let (status, body) = local::send(&call)?;
    println!("{status}: {body}");
    server.join()
}

/// STS, and a service that wants to see the session token.
fn answer(request: &Request<String>) -> Response<String> {
    if request.body().starts_with("Action=AssumeRole&") {
        return Response::new(
            r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <AssumeRoleResult>
                <Credentials>
                  <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
                  <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>
                  <SessionToken>AQoDYXdzEPT//////////wEXAMPLE==</SessionToken>
                  <Expiration>2099-07-15T23:28:33.359Z</Expiration>
                </Credentials>
                <AssumedRoleUser>
                  <AssumedRoleId>AROA123EXAMPLE123:example</AssumedRoleId>
                  <Arn>arn:aws:sts::123456789012:assumed-role/demo/example</Arn>
                </AssumedRoleUser>
                <PackedPolicySize>6</PackedPolicySize>
              </AssumeRoleResult>
            </AssumeRoleResponse>"#
                .to_owned(),
        );
    }
    let token = request.headers().get("x-amz-security-token");
    let known = token.is_some_and(|token| token == "AQoDYXdzEPT//////////wEXAMPLE==");
    let mut response = Response::new(if known { "Alice, Bob" } else { "who?" }.to_owned());
    if !known {
        *response.status_mut() = http::StatusCode::FORBIDDEN;
    }
    response
}
