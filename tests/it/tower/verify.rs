//! The layer that verifies requests on a server.

mod bodies;
mod keys;
#[cfg(feature = "legacy")]
mod legacy;
mod replays;
mod targets;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use countersign::tower::verify::{
    FoundKey, KeyClaim, KeyLookup, Refused, RequestBody, ResponseBody, VerifyLayer,
};
use countersign::verify::{OwnedVerified, Verifier, VerifyError};
use countersign::{Credentials, PayloadHash, Signer, Timestamp};
use http::{HeaderMap, Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use tower_layer::Layer;
use tower_service::Service;

const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const HOST: &str = "s3.example.com";

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn known() -> Credentials {
    Credentials::new(ID, SECRET)
}

fn signer(service: &'static str) -> Signer {
    Signer::new(known(), "us-east-1", service).unwrap()
}

/// Polls until the future is ready. The futures of these tests never wait for another thread.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future never ends")
}

/// Is pending once, like a query to a database.
async fn wait() {
    let mut waited = false;
    std::future::poll_fn(|_| {
        let ready = std::mem::replace(&mut waited, true);
        if ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// A body of these pieces that counts how often it is polled.
#[derive(Default)]
struct Pieces {
    pieces: VecDeque<Result<Frame<Bytes>, String>>,
    announced: Option<u64>,
    polled: Arc<AtomicUsize>,
}

impl Pieces {
    fn of(data: impl AsRef<[u8]>) -> Self {
        let data = data.as_ref();
        let pieces = data.chunks(1000).map(Bytes::copy_from_slice);
        Self {
            pieces: pieces.map(Frame::data).map(Ok).collect(),
            announced: Some(data.len() as u64),
            ..Self::default()
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        // It is pending every other time.
        if self
            .polled
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(2)
        {
            return Poll::Pending;
        }
        let piece = self.pieces.pop_front();
        Poll::Ready(piece.map(|piece| piece.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.announced
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// What the handler received of one request.
struct Seen {
    uri: Uri,
    headers: HeaderMap,
    verified: Option<OwnedVerified>,
    extensions: http::Extensions,
    body: Result<Bytes, String>,
    trailers: Option<HeaderMap>,
    /// The frames before an error, or all frames.
    frames: Vec<Bytes>,
}

/// A handler that reads the whole body and records the request.
#[derive(Clone, Default)]
struct Handler(Arc<Mutex<Vec<Seen>>>);

impl Handler {
    fn calls(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn seen(&self) -> Seen {
        self.0
            .lock()
            .unwrap()
            .pop()
            .expect("the handler was called")
    }
}

impl<B> Service<Request<RequestBody<B>>> for Handler
where
    B: Body<Error: Into<Box<dyn StdError + Send + Sync>>> + Unpin + Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody<B>>) -> Self::Future {
        let seen = self.0.clone();
        Box::pin(async move {
            let (parts, mut body) = request.into_parts();
            let (hint, at_end) = (body.size_hint(), body.is_end_stream());
            let (mut frames, mut trailers, mut error) = (Vec::new(), None, None);
            while let Some(frame) = body.frame().await {
                match frame.map(Frame::into_data) {
                    Ok(Ok(data)) => frames.push(data),
                    Ok(Err(frame)) => trailers = frame.into_trailers().ok(),
                    Err(failed) => error = Some(failed.to_string()),
                }
            }
            assert!(body.is_end_stream(), "nothing follows the end");
            let whole = Bytes::from(frames.concat());
            if error.is_none() {
                let length = whole.len() as u64;
                assert!(!at_end || length == 0, "a server would skip the body");
                let most = hint.upper().unwrap_or(u64::MAX);
                assert!((hint.lower()..=most).contains(&length), "{hint:?} {length}");
            }
            seen.lock().unwrap().push(Seen {
                uri: parts.uri,
                headers: parts.headers,
                verified: parts.extensions.get::<OwnedVerified>().cloned(),
                extensions: parts.extensions,
                body: error.map_or(Ok(whole), Err),
                trailers,
                frames,
            });
            Ok(Response::new(Full::from("handled")))
        })
    }
}

/// A lookup that knows one user, is pending once, and counts.
fn keys(lookups: &Arc<AtomicUsize>) -> impl KeyLookup + Clone + use<> {
    let lookups = lookups.clone();
    move |claim: KeyClaim| {
        let lookups = lookups.clone();
        async move {
            wait().await;
            lookups.fetch_add(1, Ordering::Relaxed);
            let found = (claim.access_key_id == ID).then(|| FoundKey::from(known()));
            Ok::<_, Infallible>(found)
        }
    }
}

/// The layer of a store, at the time of the tests.
fn store() -> VerifyLayer<impl KeyLookup + 'static> {
    let verifier = Verifier::new("us-east-1", "s3").unwrap().with_host(HOST);
    VerifyLayer::new(verifier, keys(&Arc::default())).with_clock(now)
}

/// The layer of a service that does not require `x-amz-content-sha256`.
fn api() -> VerifyLayer<impl KeyLookup + 'static> {
    let verifier = Verifier::new("us-east-1", "execute-api").unwrap();
    VerifyLayer::new(verifier, keys(&Arc::default())).with_clock(now)
}

/// The response to a request, and the error for the server's own log.
struct Answer {
    status: u16,
    text: String,
    headers: HeaderMap,
    refused: Option<Refused>,
}

impl Answer {
    fn refusal(&self) -> VerifyError {
        match &self.refused {
            Some(Refused::Request(error)) => error.clone(),
            other => panic!("not refused by the verifier: {other:?} {}", self.status),
        }
    }

    /// The status and the code of an S3 error.
    fn code(&self) -> (u16, &str) {
        let code = self
            .text
            .split_once("<Code>")
            .and_then(|(_, rest)| rest.split_once("</Code>"));
        (self.status, code.map_or("", |(code, _)| code))
    }
}

fn send<K, B>(layer: &VerifyLayer<K>, handler: &Handler, request: Request<B>) -> Answer
where
    K: KeyLookup + 'static,
    B: Body<Error: Into<Box<dyn StdError + Send + Sync>>> + Send + Unpin + 'static,
{
    let mut server = layer.layer(handler.clone());
    let response: Response<ResponseBody<_>> = block_on(server.call(request)).unwrap();
    let (parts, body) = response.into_parts();
    let body = block_on(body.collect()).unwrap().to_bytes();
    Answer {
        status: parts.status.as_u16(),
        text: String::from_utf8(body.to_vec()).unwrap(),
        headers: parts.headers,
        refused: parts.extensions.get().cloned(),
    }
}

/// A signed upload of this data with its hash.
fn put(data: &str) -> Request<Pieces> {
    let put = Request::put("/bucket/a%20key").header("host", HOST);
    let mut request = put.body(Pieces::of(data)).unwrap();
    signer("s3")
        .sign(&mut request, PayloadHash::new(data), now())
        .unwrap();
    request
}

/// A signed request without a body.
fn get(uri: &str) -> Request<Pieces> {
    let mut request = Request::get(uri)
        .header("host", HOST)
        .body(Pieces::of(""))
        .unwrap();
    signer("s3")
        .sign(&mut request, PayloadHash::EMPTY, now())
        .unwrap();
    request
}

#[test]
fn the_handler_gets_the_proof_and_the_body() {
    let handler = Handler::default();
    let data = "data".repeat(1000);
    let answer = send(&store(), &handler, put(&data));
    assert_eq!((answer.status, &*answer.text), (200, "handled"));
    let seen = handler.seen();
    assert_eq!(seen.body.unwrap(), data);
    let verified = seen.verified.unwrap();
    assert_eq!(verified.access_key_id(), ID);
    assert_eq!(
        verified.scope().as_str(),
        "20260102/us-east-1/s3/aws4_request"
    );
    assert_eq!(verified.path(), "/bucket/a%20key");
    assert_eq!(verified.object_path().unwrap().key(), b"bucket/a key");
    assert_eq!(seen.uri, "/bucket/a%20key");
}

#[test]
fn a_refused_request_never_reaches_the_handler() {
    let handler = Handler::default();
    let mut request = put("data");
    request
        .headers_mut()
        .insert("x-amz-date", "20260102T030406Z".parse().unwrap());
    let answer = send(&store(), &handler, request);
    assert_eq!(answer.code(), (403, "SignatureDoesNotMatch"));
    assert_eq!(answer.headers["content-type"], "application/xml");
    assert!(
        answer.text.contains("<Resource>/bucket/a%20key</Resource>"),
        "{}",
        answer.text
    );
    let unsigned = Request::get("/bucket")
        .header("host", HOST)
        .body(Pieces::of(""))
        .unwrap();
    assert_eq!(
        send(&store(), &handler, unsigned).code(),
        (403, "AccessDenied")
    );
    assert_eq!(handler.calls(), 0);
}

#[test]
fn a_refused_head_request_has_no_body() {
    let head = Request::head("/bucket/key")
        .header("host", HOST)
        .body(Pieces::of(""))
        .unwrap();
    let answer = send(&store(), &Handler::default(), head);
    assert_eq!((answer.status, &*answer.text), (403, ""));
}

#[test]
fn refusals_are_of_the_chosen_protocol_and_have_an_id() {
    use countersign::verify::Protocol;
    let refuse = |layer: &VerifyLayer<_>| {
        let request = Request::get("/")
            .header("host", HOST)
            .body(Pieces::of(""))
            .unwrap();
        send(layer, &Handler::default(), request)
    };
    let layer = api();
    let (first, second) = (refuse(&layer), refuse(&layer));
    assert_eq!(first.status, 403);
    assert_eq!(
        first.headers["x-amzn-errortype"],
        "MissingAuthenticationTokenException"
    );
    assert_ne!(
        first.headers["x-amzn-requestid"],
        second.headers["x-amzn-requestid"]
    );
    let layer = layer
        .with_protocol(Protocol::Json)
        .with_request_id(|parts| format!("id of {}", parts.uri.path()));
    let json = refuse(&layer);
    assert_eq!(json.status, 400);
    assert_eq!(json.headers["x-amzn-requestid"], "id of /");
    assert!(
        json.text
            .starts_with(r#"{"__type":"MissingAuthenticationTokenException""#)
    );
}

#[test]
fn a_body_that_was_not_asked_for_is_not_sent_after_expect_100_continue() {
    let mut request = put("data");
    request
        .headers_mut()
        .insert("expect", "100-continue".parse().unwrap());
    request
        .headers_mut()
        .insert("x-amz-acl", "public-read".parse().unwrap());
    let polled = request.body().polled.clone();
    let answer = send(&store(), &Handler::default(), request);
    assert_eq!(answer.code(), (403, "AccessDenied"));
    assert_eq!(polled.load(Ordering::Relaxed), 0, "the body was asked for");

    // The head is verified before the body is polled.
    let mut request = put("data");
    request
        .headers_mut()
        .insert("expect", "100-continue".parse().unwrap());
    assert_eq!(send(&store(), &Handler::default(), request).status, 200);
}

#[test]
fn duplicate_headers_of_the_signature_are_refused() {
    for (name, code) in [
        ("authorization", (400, "InvalidArgument")),
        ("x-amz-date", (400, "InvalidArgument")),
        ("x-amz-content-sha256", (400, "InvalidArgument")),
        ("host", (400, "InvalidRequest")),
    ] {
        let mut request = put("data");
        let value = request.headers()[name].clone();
        request.headers_mut().append(name, value);
        let handler = Handler::default();
        let answer = send(&store(), &handler, request);
        assert_eq!((answer.code(), handler.calls()), (code, 0), "{name}");
    }
}

#[test]
fn headers_above_the_limits_cost_no_lookup() {
    let lookups = Arc::default();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let mut limits = countersign::verify::Limits::default();
    limits.max_headers = 5;
    let layer = VerifyLayer::new(verifier, keys(&lookups))
        .with_clock(now)
        .with_limits(limits);
    let mut request = put("data");
    for name in ["a", "b", "c"] {
        request.headers_mut().insert(name, "1".parse().unwrap());
    }
    let answer = send(&layer, &Handler::default(), request);
    assert_eq!(answer.code(), (400, "RequestHeaderSectionTooLarge"));
    assert_eq!(lookups.load(Ordering::Relaxed), 0);
}

#[test]
fn only_requests_without_any_signature_pass_without_one() {
    let layer = store().pass_without_signature(|parts| parts.uri.path() == "/health");
    let handler = Handler::default();
    let health = || Request::get("/health").header("host", HOST);
    let mut request = health().body(Pieces::of("")).unwrap();
    // An extension that was set before is replaced: only the layer may say who signed.
    send(&store(), &handler, put("data"));
    request
        .extensions_mut()
        .insert(handler.seen().verified.unwrap());
    assert_eq!(send(&layer, &handler, request).status, 200);
    assert!(handler.seen().verified.is_none());

    for header in [
        "Basic QUtJRDpzZWNyZXQ=",
        "AWS4-HMAC-SHA256 Credential=x",
        "AWS AKID:x",
    ] {
        let request = health()
            .header("authorization", header)
            .body(Pieces::of(""))
            .unwrap();
        assert_ne!(send(&layer, &handler, request).status, 200, "{header}");
    }
    let other = Request::get("/bucket")
        .header("host", HOST)
        .body(Pieces::of(""))
        .unwrap();
    assert_eq!(send(&layer, &handler, other).code(), (403, "AccessDenied"));
    assert_eq!(handler.calls(), 0);
}

#[test]
fn the_inner_service_decides_when_it_is_ready() {
    #[derive(Clone)]
    struct Busy;
    impl Service<Request<RequestBody<Pieces>>> for Busy {
        type Response = Response<Full<Bytes>>;
        type Error = String;
        type Future = std::future::Ready<Result<Self::Response, String>>;
        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), String>> {
            Poll::Ready(Err("busy".to_owned()))
        }
        fn call(&mut self, _: Request<RequestBody<Pieces>>) -> Self::Future {
            std::future::ready(Err("failed".to_owned()))
        }
    }
    let mut server = store().layer(Busy);
    let mut context = Context::from_waker(Waker::noop());
    let ready = Service::<Request<Pieces>>::poll_ready(&mut server, &mut context);
    assert_eq!(ready, Poll::Ready(Err("busy".to_owned())));
    // The error of the inner service is returned unchanged.
    let answer = block_on(server.call(put("data")));
    assert_eq!(answer.err(), Some("failed".to_owned()));
}

#[test]
fn debug_texts_contain_no_secret() {
    let layer = store();
    send(&layer, &Handler::default(), put("data"));
    let text = format!("{layer:?} {:?}", layer.layer(()));
    assert!(!text.contains("wJal"), "{text}");
    assert!(text.contains("len: 1"), "{text}");
}
