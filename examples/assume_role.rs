//! Assumes a role and signs a call with the temporary credentials of the response.
//!
//! STS and IAM are a small server in this process, so there is nothing to set up:
//! `cargo run --features sts --example assume_role`

use countersign::sts::{AssumeRole, Endpoint};
use countersign::{Credentials, PayloadHash, Signer, Timestamp};
use http::{Request, Response, StatusCode};

#[path = "local/http.rs"]
mod local;

pub(crate) fn list_users(
    (id, secret): (&str, &str),
    (sts, iam): (&Endpoint, &str),
    send: impl Fn(Request<String>) -> Result<(StatusCode, String), Box<dyn std::error::Error>>,
    now: Timestamp,
) -> Result<Request<String>, Box<dyn std::error::Error>> {
    let ask = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "example");
    let unsigned = ask.request(sts)?;
    let (status, body) = send(unsigned.sign(&Credentials::new(id, secret), now)?)?;
    let assumed = AssumeRole::parse(status, body)?;
    let signer = Signer::new(assumed.credentials, "us-east-1", "iam")?;
    let url = format!("{iam}/?Action=ListUsers&Version=2010-05-08");
    let mut request = Request::get(url).body(String::new())?;
    signer.sign(&mut request, PayloadHash::EMPTY, now)?;
    Ok(request)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = local::serve(2, answer)?;
    let url = format!("http://{}", server.address());
    let keys = (
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    );
    // With AWS these are `Endpoint::regional("eu-west-1")` and `https://iam.amazonaws.com`.
    let endpoint = Endpoint::custom(&url, "eu-west-1")?;
    let send = |request: Request<String>| local::send(&request);
    let now = std::time::SystemTime::now().into();
    let request = list_users(keys, (&endpoint, &url), send, now)?;
    println!("{request:#?}");
    let (status, body) = local::send(&request)?;
    println!("{status}: {body}");
    server.join()
}

/// STS, and a service that checks the session token.
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
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}
