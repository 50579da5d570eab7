//! Assumes a role, reads the answer, and signs a call with the credentials in it.

use countersign::sts::{AssumeRole, Endpoint};
use countersign::{Credentials, PayloadHash, Signer};
use http::{Request, StatusCode};

pub(crate) fn list_users(
    (id, secret): (&str, &str),
    send: impl Fn(Request<String>) -> (StatusCode, String),
    now: time::OffsetDateTime,
) -> Result<Request<()>, Box<dyn std::error::Error>> {
    let ask = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "example");
    let to_sign = ask.request(&Endpoint::regional("eu-west-1")?)?;
    let (status, body) = send(to_sign.sign(&Credentials::new(id, secret), now)?);
    let assumed = AssumeRole::parse(status, body)?;
    let signer = Signer::new(assumed.credentials, "us-east-1", "iam")?;
    let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
    let mut request = Request::get(url).body(())?;
    signer.sign(&mut request, PayloadHash::EMPTY, now)?;
    Ok(request)
}
