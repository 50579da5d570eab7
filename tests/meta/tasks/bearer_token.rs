//! A download with a token for one host of one service, until the token expires.

use countersign::Timestamp;
use countersign::bearer::{self, BearerToken};
use http::Request;

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
