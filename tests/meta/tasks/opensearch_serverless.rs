//! A search in OpenSearch Serverless.

use countersign::{Credentials, Signer, Timestamp};
use http::Request;

pub(crate) fn search(
    (id, secret): (&str, &str),
    body: &'static str,
    now: Timestamp,
) -> Result<Request<&'static str>, Box<dyn std::error::Error>> {
    let signer = Signer::new(Credentials::new(id, secret), "eu-west-1", "aoss")?;
    let url = "https://abc123.eu-west-1.aoss.amazonaws.com/movies/_search";
    let mut request = Request::post(url)
        .header("content-type", "application/json")
        .body(body)?;
    signer.sign_buffered(&mut request, now)?;
    Ok(request)
}
