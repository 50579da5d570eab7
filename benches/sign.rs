//! Signing and presigning requests of typical clients: `cargo bench --bench sign`.
//!
//! W1 an S3 `GET` with temporary credentials, W2 a DynamoDB `POST`, W3 a presigned S3 `GET`, W4 W1
//! with long-term credentials, W5 an upload of 1 MiB. For comparison, the SHA-256 work that the
//! specification requires is measured in the same run: only the ratio of the two is meaningful.

use std::hint::black_box;
use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant};

use countersign::{
    Credentials, PayloadHash, RawRequest, Rules, SecretKey, Signer,
    sigv4::{CanonicalRequest, CredentialScope, SigningKey},
};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::Request;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const HOST: &str = "examplebucket.s3.us-east-1.amazonaws.com";
const PATH: &str = "/photos/2026/some%20object%20key.jpg";
const QUERY: &str = "versionId=abc&partNumber=3";

fn token() -> String {
    "IQoJb3JpZ2luX2VjEXAMPLE/".repeat(42)
}

fn signer(service: &'static str) -> Signer {
    let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(token());
    Signer::new(credentials, "us-east-1", service).unwrap()
}

fn object() -> Request<()> {
    Request::get(format!("https://{HOST}{PATH}?{QUERY}"))
        .header("range", "bytes=0-1023")
        .header("user-agent", "example-client/1.0")
        .header("accept", "*/*")
        .body(())
        .unwrap()
}

fn item() -> Request<()> {
    Request::post("https://dynamodb.us-east-1.amazonaws.com/")
        .header("x-amz-target", "DynamoDB_20120810.GetItem")
        .header("content-type", "application/x-amz-json-1.0")
        .body(())
        .unwrap()
}

fn sign(c: &mut Criterion) {
    let mut group = c.benchmark_group("sign");
    let mut header_form =
        |name: &str, signer: &Signer, request: Request<()>, body: Option<&[u8]>| {
            group.bench_function(name, |b| {
                b.iter_batched_ref(
                    || request.clone(),
                    |request| {
                        let payload = body.map_or(PayloadHash::Unsigned, PayloadHash::new);
                        signer.sign(request, payload, NOW).unwrap()
                    },
                    BatchSize::SmallInput,
                );
            });
        };
    let long_term = Signer::new(
        Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET),
        "us-east-1",
        "s3",
    )
    .unwrap();
    header_form("W1 S3 GET", &signer("s3"), object(), None);
    header_form(
        "W2 DynamoDB POST",
        &signer("dynamodb"),
        item(),
        Some(&[b'x'; 512]),
    );
    header_form("W4 S3 GET, long-term", &long_term, object(), None);
    let upload = Request::put(format!("https://{HOST}{PATH}"))
        .body(())
        .unwrap();
    header_form(
        "W5 S3 PUT of 1 MiB",
        &signer("s3"),
        upload,
        Some(&vec![b'x'; 1 << 20]),
    );

    let raw = RawRequest {
        method: "GET",
        path: PATH,
        query: QUERY,
        headers: &[
            ("host", HOST.as_bytes()),
            ("range", b"bytes=0-1023"),
            ("user-agent", b"example-client/1.0"),
            ("accept", b"*/*"),
        ],
    };
    for (name, signer) in [("W1 in slices", signer("s3")), ("W4 in slices", long_term)] {
        group.bench_function(name, |b| {
            b.iter_with_large_drop(|| signer.sign_raw(&raw, PayloadHash::Unsigned, NOW).unwrap());
        });
    }
    group.finish();
}

/// One signer for all threads, each of which signs. If none waits for another, a request takes the
/// same time with any number of threads, up to the number of cores.
fn threads(c: &mut Criterion) {
    let (signer, request) = (signer("s3"), object());
    let sign_each = |count| {
        for _ in 0..count {
            let mut request = request.clone();
            signer
                .sign(&mut request, PayloadHash::Unsigned, NOW)
                .unwrap();
            black_box(request);
        }
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    for threads in [1, cores] {
        c.bench_function(&format!("threads/W1 on {threads}"), |b| {
            b.iter_custom(|count| {
                let start = Instant::now();
                thread::scope(|scope| {
                    for _ in 0..threads {
                        scope.spawn(|| sign_each(count));
                    }
                });
                start.elapsed()
            });
        });
    }
}

fn presign(c: &mut Criterion) {
    let (signer, request) = (signer("s3"), object());
    let hour = Duration::from_secs(3600);
    let mut plain = Request::new(());
    *plain.uri_mut() = request.uri().clone();
    c.bench_function("presign/W3 S3 GET", |b| {
        b.iter_with_large_drop(|| signer.presign(&plain, hour, NOW).unwrap());
    });
}

fn parts(c: &mut Criterion) {
    let scope = CredentialScope::new(NOW, "us-east-1", "s3").unwrap();
    let secret_key = SecretKey::from(SECRET);
    c.bench_function("derive", |b| {
        b.iter(|| SigningKey::derive(black_box(&secret_key), &scope))
    });
    let mut request = object();
    signer("s3")
        .sign(&mut request, PayloadHash::Unsigned, NOW)
        .unwrap();
    c.bench_function("canonical request/W1", |b| {
        b.iter(|| {
            CanonicalRequest::new(black_box(&request), &Rules::S3, PayloadHash::Unsigned)
                .unwrap()
                .hash()
        });
    });
}

fn floor(c: &mut Criterion) {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::{Digest, Sha256};

    let mut request = object();
    signer("s3")
        .sign(&mut request, PayloadHash::Unsigned, NOW)
        .unwrap();
    let canonical = CanonicalRequest::new(&request, &Rules::S3, PayloadHash::Unsigned)
        .unwrap()
        .to_bytes();
    let key = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
    let string_to_sign = [b'x'; 136];
    c.bench_function("floor/W1", |b| {
        b.iter(|| {
            let hash = Sha256::digest(black_box(&canonical));
            let mut mac = key.clone();
            mac.update(black_box(&string_to_sign));
            (hash, mac.finalize().into_bytes())
        });
    });
}

criterion_group!(benches, sign, threads, presign, parts, floor);
criterion_main!(benches);
