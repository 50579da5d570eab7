//! The cost of verification in a server: `cargo bench --bench tower_verify --features tower`.
//!
//! W8 is the S3 `GET` of `benches/verify.rs`, with a session token and without, and an upload of
//! 1 MiB is hashed. Each goes to a service that responds at once: unverified, verified by hand with
//! a prepared key, and by the layer with the key in its cache. The last two pass the same owned proof
//! to the service, so their difference is the layer: the cache, the clock and the future.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use countersign::sigv4::CredentialScope;
use countersign::tower::verify::{FoundKey, KeyClaim, VerifyLayer};
use countersign::verify::{
    OwnedVerified, PendingVerification, SignedRequest, VerificationKey, Verifier,
};
use countersign::{Credentials, PayloadHash, Signer, Timestamp};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use tower_layer::Layer;
use tower_service::Service;

const HOST: &str = "examplebucket.s3.us-east-1.amazonaws.com";
const TARGET: &str = "/photos/2026/some%20object%20key.jpg?versionId=abc&partNumber=3";

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_767_323_045)
}

fn long_term() -> Credentials {
    let secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key)
}

fn temporary() -> Credentials {
    long_term().with_session_token("IQoJb3JpZ2luX2VjEXAMPLE/".repeat(42))
}

fn signed(
    credentials: Credentials,
    body: Full<Bytes>,
    payload: PayloadHash,
) -> Request<Full<Bytes>> {
    let signer = Signer::new(credentials, "us-east-1", "s3").unwrap();
    let mut request = Request::get(TARGET)
        .header("host", HOST)
        .header("range", "bytes=0-1023")
        .header("user-agent", "example-client/1.0")
        .header("accept", "*/*")
        .body(body)
        .unwrap();
    signer.sign(&mut request, payload, now()).unwrap();
    request
}

/// Responds at once.
#[derive(Clone)]
struct Handler;

impl<B> Service<Request<B>> for Handler {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        black_box(request);
        ready(Ok(Response::new(Full::default())))
    }
}

fn wait<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is ready at once"),
    }
}

fn by_hand(
    verifier: &Verifier,
    key: &VerificationKey,
    mut request: Request<Full<Bytes>>,
) -> Request<Full<Bytes>> {
    let claim = SignedRequest::parse(&request).unwrap();
    let verified: OwnedVerified = match verifier.verify_signature(&claim, key, now()).unwrap() {
        PendingVerification::Hashed(pending) => {
            let body = wait(request.body().clone().collect()).unwrap().to_bytes();
            pending.verify(PayloadHash::new(body)).unwrap().into_owned()
        }
        PendingVerification::Unsigned(pending) => pending.accept().into_owned(),
        _ => panic!("no stream"),
    };
    request.extensions_mut().insert(verified);
    request
}

fn verify(c: &mut Criterion) {
    let scope = CredentialScope::new(now(), "us-east-1", "s3").unwrap();
    let data = Bytes::from(vec![b'x'; 1 << 20]);
    let upload = signed(
        long_term(),
        Full::new(data.clone()),
        PayloadHash::new(&data),
    );
    let get = |credentials| signed(credentials, Full::default(), PayloadHash::Unsigned);
    for (name, credentials, request) in [
        ("W8", temporary(), get(temporary())),
        ("W8 without a token", long_term(), get(long_term())),
        ("1 MiB", long_term(), upload),
    ] {
        let mut group = c.benchmark_group(format!("tower/verify/{name}"));
        group.throughput(Throughput::Elements(1));
        let mut alone = Handler;
        group.bench_function("the service alone", |b| {
            let request = || request.clone();
            b.iter_batched(
                request,
                |request| wait(alone.call(request)),
                BatchSize::SmallInput,
            );
        });
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let key = VerificationKey::derive(&credentials, &scope).unwrap();
        group.bench_function("verified by hand", |b| {
            let request = || request.clone();
            let serve = |request| wait(Handler.call(by_hand(&verifier, &key, request)));
            b.iter_batched(request, serve, BatchSize::SmallInput);
        });
        let keys = move |_: KeyClaim| {
            ready(Ok::<_, Infallible>(Some(FoundKey::from(
                credentials.clone(),
            ))))
        };
        let layer = VerifyLayer::new(verifier.clone(), keys).with_clock(now);
        let mut layered = layer.layer(Handler);
        let first = wait(layered.call(request.clone())).unwrap();
        assert!(first.status().is_success());
        group.bench_function("verified by the layer", |b| {
            let request = || request.clone();
            b.iter_batched(
                request,
                |request| wait(layered.call(request)),
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, verify);
criterion_main!(benches);
