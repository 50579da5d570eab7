//! Verifying a request: `cargo bench --bench verify`.
//!
//! W8 is W1, an S3 `GET` with temporary credentials, as a server receives it, with a prepared signing
//! key. For comparison, the SHA-256 work that the specification requires is measured in the same run:
//! only the ratio of the two is meaningful.

use std::hint::black_box;
use std::time::Duration;

use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{
    Credentials, PayloadHash, Rules, Service, Signer,
    sigv4::{CanonicalRequest, CredentialScope},
};
use criterion::{Criterion, criterion_group, criterion_main};
use http::Request;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
const HOST: &str = "examplebucket.s3.us-east-1.amazonaws.com";
const TARGET: &str = "/photos/2026/some%20object%20key.jpg?versionId=abc&partNumber=3";

fn credentials() -> Credentials {
    Credentials::new(
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    )
    .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE/".repeat(42))
}

fn object(uri: &str) -> Request<()> {
    Request::get(uri)
        .header("host", HOST)
        .header("range", "bytes=0-1023")
        .header("user-agent", "example-client/1.0")
        .header("accept", "*/*")
        .body(())
        .unwrap()
}

fn signed() -> Request<()> {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let mut request = object(TARGET);
    signer
        .sign(&mut request, PayloadHash::Unsigned, NOW)
        .unwrap();
    request
}

fn presigned() -> Request<()> {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let request = object(&format!("https://{HOST}{TARGET}"));
    let hour = Duration::from_secs(3600);
    let url = signer.presign(&request, hour, NOW).unwrap();
    object(url.uri().unwrap().path_and_query().unwrap().as_str())
}

fn verify(c: &mut Criterion) {
    let scope = CredentialScope::new(NOW, "us-east-1", "s3").unwrap();
    let key = VerificationKey::derive(&credentials(), &scope).unwrap();
    let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
    let mut group = c.benchmark_group("verify");
    for (name, request) in [("W8 S3 GET", signed()), ("W8 presigned", presigned())] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let claim = SignedRequest::parse(black_box(&request)).unwrap();
                let verified = verifier.verify(&claim, &key, PayloadHash::Unsigned, NOW);
                verified.unwrap().date().timestamp()
            });
        });
    }
    let request = signed();
    group.bench_function("parsing the claim alone", |b| {
        b.iter(|| {
            let claim = SignedRequest::parse(black_box(&request)).unwrap();
            *claim.date()
        });
    });
    group.finish();
}

fn floor(c: &mut Criterion) {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::{Digest, Sha256};

    let request = signed();
    let canonical = CanonicalRequest::new(&request, &Rules::S3, PayloadHash::Unsigned).unwrap();
    let canonical = canonical.to_bytes();
    let key = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
    let string_to_sign = [b'x'; 136];
    c.bench_function("floor/W8", |b| {
        b.iter(|| {
            let hash = Sha256::digest(black_box(&canonical));
            let mut mac = key.clone();
            mac.update(black_box(&string_to_sign));
            (hash, mac.finalize().into_bytes())
        });
    });
}

criterion_group!(benches, verify, floor);
criterion_main!(benches);
