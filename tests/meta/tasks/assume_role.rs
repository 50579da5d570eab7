//! Assumes a role and signs a call with its credentials.

use countersign::sts::{AssumeRole, Endpoint};
use countersign::{Credentials, PayloadHash, Signer, Timestamp};
use http::{Request, StatusCode};

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
