//! An upload over TLS whose payload is not signed.

use countersign::{Credentials, PayloadHash, Signer, Timestamp, encode_key};
use http::Request;

pub(crate) fn put<B>(
    (id, secret): (&str, &str),
    key: &str,
    body: B,
    now: Timestamp,
) -> Result<Request<B>, Box<dyn std::error::Error>> {
    let signer = Signer::new(Credentials::new(id, secret), "eu-west-1", "s3")?;
    let key = encode_key(key);
    let url = format!("https://bucket.s3.eu-west-1.amazonaws.com/{key}");
    let mut request = Request::put(url).body(body)?;
    signer.sign(&mut request, PayloadHash::Unsigned, now)?;
    Ok(request)
}
