//! A streamed upload in signed chunks, with a checksum in a signed trailer.

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
