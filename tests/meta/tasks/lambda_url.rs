//! A call of a Lambda function URL.

use countersign::{Credentials, Signer, Timestamp};
use http::Request;

pub(crate) fn call(
    (id, secret): (&str, &str),
    body: &'static str,
    now: Timestamp,
) -> Result<Request<&'static str>, Box<dyn std::error::Error>> {
    let signer = Signer::new(Credentials::new(id, secret), "eu-west-1", "lambda")?;
    let url = "https://abc123.lambda-url.eu-west-1.on.aws/items";
    let mut request = Request::post(url)
        .header("content-type", "application/json")
        .body(body)?;
    signer.sign_buffered(&mut request, now)?;
    Ok(request)
}
