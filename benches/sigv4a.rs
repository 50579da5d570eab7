//! Signature Version 4A: `cargo bench --bench sigv4a --features sigv4a`, and the same with
//! `sigv4a,aws-lc`.
//!
//! The W1 of `benches/sign.rs` with an ECDSA signature. For comparison, the signature of a prepared
//! string to sign is measured in the same run: only the ratio of the two is meaningful.

use std::hint::black_box;

use countersign::sigv4a::{Signer, SigningKey};
use countersign::{Credentials, PayloadHash, SecretKey};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ecdsa::hazmat::sign_prehashed_rfc6979;
use http::Request;
use p256::{NistP256, NonZeroScalar};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
const ID: &str = "ASIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const STRING_TO_SIGN: &str = "AWS4-ECDSA-P256-SHA256\n20260102T030405Z\n20260102/s3/aws4_request\n\
    cf59db423e841c8b7e3444158185aa261b724a5c27cbe762676f3eed19f4dc02";

fn signer() -> Signer {
    let token = "IQoJb3JpZ2luX2VjEXAMPLE/".repeat(42);
    let credentials = Credentials::new(ID, SECRET).with_session_token(token);
    Signer::new(credentials, "*", "s3").unwrap()
}

fn object() -> Request<()> {
    Request::get("https://examplebucket.s3.us-east-1.amazonaws.com/photos/2026/some%20object%20key.jpg?versionId=abc&partNumber=3")
        .header("range", "bytes=0-1023")
        .header("user-agent", "example-client/1.0")
        .header("accept", "*/*")
        .body(())
        .unwrap()
}

fn sigv4a(c: &mut Criterion) {
    let mut group = c.benchmark_group("sigv4a");
    let secret_key = SecretKey::from(SECRET);
    group.bench_function("derive", |b| {
        b.iter(|| SigningKey::derive(black_box(ID), &secret_key).unwrap());
    });

    let scalar = NonZeroScalar::from_repr([7; 32].into()).unwrap();
    group.bench_function("floor of sign, p256", |b| {
        b.iter(|| {
            let hash = Sha256::digest(black_box(STRING_TO_SIGN));
            sign_prehashed_rfc6979::<NistP256, Sha256>(&scalar, &hash, &[])
        });
    });
    #[cfg(feature = "aws-lc")]
    {
        use aws_lc_rs::rand::SystemRandom;
        use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let key_pair = EcdsaKeyPair::generate(algorithm).unwrap();
        let random = SystemRandom::new();
        group.bench_function("floor of sign, AWS-LC", |b| {
            b.iter(|| {
                key_pair
                    .sign(&random, black_box(STRING_TO_SIGN.as_bytes()))
                    .unwrap()
            });
        });
    }
    let (signer, request) = (signer(), object());
    group.bench_function("sign, W6", |b| {
        b.iter_batched_ref(
            || request.clone(),
            |request| signer.sign(request, PayloadHash::Unsigned, NOW).unwrap(),
            BatchSize::SmallInput,
        );
    });

    let key = SigningKey::derive(ID, &secret_key).unwrap();
    let (public_key, signature) = (key.public_key(), key.sign(STRING_TO_SIGN));
    group.bench_function("verify a string to sign", |b| {
        b.iter(|| public_key.verifies(black_box(STRING_TO_SIGN), &signature));
    });
    group.finish();
}

criterion_group!(benches, sigv4a);
criterion_main!(benches);
