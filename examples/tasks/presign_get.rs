//! Presigns a `GET` from S3 with temporary credentials.

use std::time::Duration;

use countersign::{Credentials, Presigned, Signer, encode_key};
use http::Request;

pub(crate) fn link(
    (id, secret, token): (&str, &str, &str),
    key: &str,
    now: time::OffsetDateTime,
) -> Result<Presigned, Box<dyn std::error::Error>> {
    let credentials = Credentials::new(id, secret).with_session_token(token);
    let signer = Signer::new(credentials, "eu-west-1", "s3")?;
    let key = encode_key(key);
    let url = format!("https://bucket.s3.eu-west-1.amazonaws.com/{key}");
    let get = Request::get(url).body(())?;
    let link = signer.presign(&get, Duration::from_secs(900), now)?;
    Ok(link)
}
