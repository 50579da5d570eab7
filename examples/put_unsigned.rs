//! Signs a `PUT` to S3 without a payload hash, for a body that is read only once. Send it over TLS.
//!
//! `cargo run --example put_unsigned`

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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let keys = (
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    );
    let now = std::time::SystemTime::now().into();
    let request = put(keys, "2026/a b+c.pdf", "data", now)?;
    println!("{request:#?}");
    Ok(())
}
