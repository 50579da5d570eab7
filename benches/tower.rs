//! The overhead of the layer that signs: `cargo bench --bench tower --features tower`.
//!
//! W1 is the S3 `GET` of `benches/sign.rs`, and an upload of 1 MiB is hashed. Each is signed at the
//! system's time and sent to a service that responds at once: by hand, and by the layer, which
//! corrects its clock by the responses. Compare within one run.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use bytes::Bytes;
use countersign::tower::sign::{Payload, SignLayer};
use countersign::{Credentials, PayloadHash, Signer};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const URL: &str = "https://examplebucket.s3.us-east-1.amazonaws.com/photos/2026/some%20object%20key.jpg?versionId=abc&partNumber=3";

fn signer() -> Signer {
    let token = "IQoJb3JpZ2luX2VjEXAMPLE/".repeat(42);
    let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(token);
    Signer::new(credentials, "us-east-1", "s3").unwrap()
}

fn object() -> Request<Full<Bytes>> {
    Request::get(URL)
        .header("range", "bytes=0-1023")
        .header("user-agent", "example-client/1.0")
        .header("accept", "*/*")
        .body(Full::default())
        .unwrap()
}

fn upload() -> Request<Full<Bytes>> {
    Request::put(URL)
        .body(Full::from(vec![b'x'; 1 << 20]))
        .unwrap()
}

/// Responds at once, with a date as servers do.
#[derive(Clone)]
struct Server(HeaderValue);

impl<B> Service<Request<B>> for Server {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        black_box(request);
        let mut response = Response::new(());
        response.headers_mut().insert("date", self.0.clone());
        ready(Ok(response))
    }
}

fn wait<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is ready at once"),
    }
}

fn sign(c: &mut Criterion) {
    let signer = signer();
    let server = Server(HeaderValue::from_static("Fri, 02 Jan 2026 03:04:05 GMT"));
    let mut group = c.benchmark_group("tower/sign");
    for (name, request, payload) in [
        (
            "W1",
            object as fn() -> Request<Full<Bytes>>,
            Payload::Unsigned,
        ),
        ("1 MiB", upload, Payload::Hashed),
    ] {
        let request = request();
        let body = match request.body().clone() {
            body if payload == Payload::Hashed => body_bytes(body),
            _ => Bytes::new(),
        };
        let mut by_hand = server.clone();
        group.bench_function(format!("{name} by hand"), |b| {
            b.iter_batched(
                || request.clone(),
                |mut request| {
                    let hash = match payload {
                        Payload::Hashed => PayloadHash::new(&body),
                        _ => PayloadHash::Unsigned,
                    };
                    signer.sign(&mut request, hash, SystemTime::now()).unwrap();
                    wait(by_hand.call(request)).unwrap()
                },
                BatchSize::SmallInput,
            );
        });
        let layer = SignLayer::new(signer.clone()).with_payload(payload);
        let mut layered = layer.layer(server.clone());
        group.bench_function(format!("{name} by the layer"), |b| {
            b.iter_batched(
                || request.clone(),
                |request| wait(layered.call(request)).unwrap(),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn body_bytes(body: Full<Bytes>) -> Bytes {
    use http_body_util::BodyExt as _;
    wait(body.collect()).unwrap().to_bytes()
}

criterion_group!(benches, sign);
criterion_main!(benches);
