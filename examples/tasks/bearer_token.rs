//! Attaches a bearer token that is good for one host of one service, until it expires.

use countersign::bearer::{self, BearerToken};
use http::Request;

pub(crate) fn download(
    (token, expires): (&str, time::OffsetDateTime),
    url: &str,
    now: time::OffsetDateTime,
) -> Result<Request<()>, Box<dyn std::error::Error>> {
    let token = BearerToken::new(token)
        .with_scope("codeartifact", "us-west-2")
        .with_host("d-111122223333.d.codeartifact.us-west-2.amazonaws.com")
        .with_expiration(expires);
    let mut request = Request::get(url).body(())?;
    bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", now)?;
    Ok(request)
}
