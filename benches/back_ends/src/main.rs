//! W1 to W8 with the back end of this build, one line each. `compare` runs all builds alternately.
//!
//! W1 an S3 `GET` with temporary credentials, W2 a DynamoDB `POST`, W3 a presigned S3 `GET`, W4 W1
//! with long-term credentials, W5 an upload of 1 MiB, W6 W1 with Signature Version 4A, W7 a chunk
//! of 64 KiB, W8 the verification of W1. The unit is nanoseconds, in the fastest batch.

use std::hint::black_box;
use std::time::{Duration, Instant};

use countersign::chunked::ChunkedEncoding;
use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, PayloadHash, Signer, Timestamp, crypto, sigv4a};
use http::Request;

const HOST: &str = "examplebucket.s3.us-east-1.amazonaws.com";
const TARGET: &str = "/photos/2026/some%20object%20key.jpg?versionId=abc&partNumber=3";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const HOUR: Duration = Duration::from_secs(3600);

fn long_term() -> Credentials {
    Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET)
}

fn temporary() -> Credentials {
    long_term().with_session_token("IQoJb3JpZ2luX2VjEXAMPLE/".repeat(42))
}

fn object(method: &str) -> Request<()> {
    Request::builder()
        .method(method)
        .uri(format!("https://{HOST}{TARGET}"))
        .header("range", "bytes=0-1023")
        .header("user-agent", "example-client/1.0")
        .header("accept", "*/*")
        .body(())
        .unwrap()
}

/// Inputs are made before the clock starts, and outputs are dropped after it stops.
fn measure<I, O>(name: &str, batch: usize, input: impl Fn() -> I, work: impl Fn(&mut I) -> O) {
    let mut times: Vec<f64> = Vec::new();
    let end = Instant::now() + Duration::from_millis(400);
    while Instant::now() < end || times.len() < 5 {
        let mut inputs: Vec<I> = (0..batch).map(|_| input()).collect();
        let mut outputs = Vec::with_capacity(batch);
        let start = Instant::now();
        outputs.extend(inputs.iter_mut().map(|input| work(black_box(input))));
        let time = start.elapsed();
        times.push(time.as_nanos() as f64 / batch as f64);
        black_box(outputs);
    }
    let fastest = times.into_iter().fold(f64::MAX, f64::min);
    println!("{name}\t{fastest:.0}");
}

fn main() {
    let now = Timestamp::from_unix_seconds(1_767_323_045);
    println!("{}", crypto::backend());

    let s3 = Signer::new(temporary(), "us-east-1", "s3").unwrap();
    let sign = |request: &mut Request<()>| s3.sign(request, PayloadHash::Unsigned, now).unwrap();
    measure("W1", 64, || object("GET"), sign);

    let dynamodb = Signer::new(temporary(), "us-east-1", "dynamodb").unwrap();
    let body = [b'a'; 512];
    let item = || {
        Request::post("https://dynamodb.us-east-1.amazonaws.com/")
            .header("x-amz-target", "DynamoDB_20120810.GetItem")
            .header("content-type", "application/x-amz-json-1.0")
            .body(())
            .unwrap()
    };
    measure("W2", 64, item, |request| {
        dynamodb
            .sign(request, PayloadHash::new(black_box(body)), now)
            .unwrap()
    });

    let get = object("GET");
    measure("W3", 64, || (), |()| s3.presign(&get, HOUR, now).unwrap());

    let signer = Signer::new(long_term(), "us-east-1", "s3").unwrap();
    let sign =
        |request: &mut Request<()>| signer.sign(request, PayloadHash::Unsigned, now).unwrap();
    measure("W4", 64, || object("GET"), sign);

    let mebibyte = vec![7_u8; 1 << 20];
    measure(
        "W5",
        1,
        || object("PUT"),
        |request| {
            s3.sign(request, PayloadHash::new(black_box(&mebibyte)), now)
                .unwrap()
        },
    );

    let signer = sigv4a::Signer::new(temporary(), "us-*", "s3").unwrap();
    measure(
        "W6",
        8,
        || object("GET"),
        |request| signer.sign(request, PayloadHash::Unsigned, now).unwrap(),
    );

    let chunk = vec![7_u8; 64 << 10];
    let encoding = ChunkedEncoding::signed(chunk.len() as u64);
    let chunks = s3.sign_chunked(&mut object("PUT"), encoding, now).unwrap();
    measure(
        "W7",
        8,
        || chunks.clone(),
        |chunks| chunks.header(black_box(&chunk)).unwrap(),
    );

    let mut signed = object("GET");
    s3.sign(&mut signed, PayloadHash::Unsigned, now).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let scope = SignedRequest::parse(&signed).unwrap().scope().to_owned();
    let key = VerificationKey::derive(&temporary(), &scope).unwrap();
    measure(
        "W8",
        64,
        || (),
        |()| {
            let claim = SignedRequest::parse(&signed).unwrap();
            let verified = verifier.verify(&claim, &key, PayloadHash::Unsigned, now);
            verified.is_ok()
        },
    );

    let key = || Signer::new(long_term(), "us-east-1", "s3").unwrap();
    measure(
        "W4, the key derived",
        64,
        || (key(), object("GET")),
        |(signer, request)| signer.sign(request, PayloadHash::Unsigned, now).unwrap(),
    );
}
