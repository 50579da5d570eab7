//! A link to an object, for 15 minutes.

use std::time::Duration;

use countersign::{Credentials, Presigned, Signer, Timestamp, encode_key};
use http::Request;

pub(crate) fn link(
    credentials: Credentials,
    key: &str,
    now: Timestamp,
) -> Result<Presigned, Box<dyn std::error::Error>> {
    let signer = Signer::new(credentials, "eu-west-1", "s3")?;
    let key = encode_key(key);
    let url = format!("https://bucket.s3.eu-west-1.amazonaws.com/{key}");
    let get = Request::get(url).body(())?;
    let link = signer.presign(&get, Duration::from_secs(900), now)?;
    Ok(link)
}
