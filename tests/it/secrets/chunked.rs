//! Chunk signers and their output.

use countersign::chunked::{ChecksumAlgorithm, ChunkVerifier, ChunkedEncoding, Trailer};
use countersign::verify::VerificationKey;
use countersign::{Signer, sigv4::AmzDate};

use crate::secrets::{NOW, Needles, credentials, get};

#[test]
fn chunk_signers_hide_secrets() {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let mut request = get("https://bucket.s3.amazonaws.com/k");
    let lines = Trailer::new(http::HeaderName::from_static("x-amz-meta-lines"), 6);
    let trailers = [ChecksumAlgorithm::Crc32.into(), lines];
    let payload = ChunkedEncoding::signed_with_trailers(10_000, trailers);
    Needles::new(&[]).hidden_in(&payload);
    let mut chunks = signer.sign_chunked(&mut request, payload, NOW).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let seed = countersign::sigv4::Authorization::parse(authorization)
        .unwrap()
        .signature;
    Needles::new(&[&seed]).hidden_in(&chunks);
    let header = chunks.header(vec![0; 10_000]).unwrap();
    let signature = *header.signature().unwrap();
    let needles = Needles::new(&[&seed, &signature]);
    // The signature of a chunk is the input of the next one.
    needles.hidden_in(&header);
    needles.hidden_in(&chunks);
    needles.hidden_in(&request);
    needles.hidden_in_display(&chunks.clone().finish().unwrap_err());

    let authorization = countersign::sigv4::Authorization::parse(authorization).unwrap();
    let scope = authorization.scope;
    let key = VerificationKey::derive(&credentials(), &scope).unwrap();
    let date = AmzDate::new(NOW).unwrap();
    let payload = ChunkedEncoding::signed(10_000);
    let mut verifier = ChunkVerifier::for_payload(&payload, &seed, &date, &scope, key);
    needles.hidden_in(&verifier);
    let error = verifier
        .decode(&[header.as_ref(), &[1; 10_000]].concat())
        .unwrap_err();
    needles.hidden_in(&error);
    needles.hidden_in_display(&error);
    needles.hidden_in(&verifier);
}
