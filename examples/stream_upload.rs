//! Streams an upload to S3 in signed chunks, with a checksum in a signed trailer.
//!
//! `cargo run --features http-body,checksums --example stream_upload`

use countersign::chunked::{ChecksumAlgorithm, ChunkedBody, ChunkedEncoding};
use countersign::{Credentials, Signer, Timestamp};
use http::Request;

pub(crate) fn upload<B>(
    (id, secret): (&str, &str),
    (body, length): (B, u64),
    now: Timestamp,
) -> Result<Request<ChunkedBody<B>>, Box<dyn std::error::Error>> {
    let signer = Signer::new(Credentials::new(id, secret), "eu-west-1", "s3")?;
    let trailers = [ChecksumAlgorithm::Crc32c.into()];
    let payload = ChunkedEncoding::signed_with_trailers(length, trailers);
    let url = "https://bucket.s3.eu-west-1.amazonaws.com/hello.txt";
    let mut request = Request::put(url).body(body)?;
    let chunks = signer.sign_chunked(&mut request, payload, now)?;
    let request = request.map(|body| ChunkedBody::new(body, chunks));
    Ok(request)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let keys = (
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    );
    let data = "hello, streamed world".to_owned(); // or any `http_body::Body`
    let length = data.len() as u64;
    let request = upload(keys, (data, length), std::time::SystemTime::now().into())?;
    // An HTTP client sends this request as it is.
    println!("{:#?}", request.headers());
    Ok(())
}
