//! What [`SignLayer`] sends to a service that records it. The expected signatures are those of
//! AWS's documentation.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Future, Ready, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use countersign::chunked::{ChunkSigningError, ChunkVerifier, ChunkedBodyError};
use countersign::clock_skew::{ClockSkew, Measurement};
use countersign::tower::sign::{
    Error, HostSigners, Payload, Sign, SignError, SignLayer, SignedBody, SignedBodyError,
};
use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, PayloadHash, Signer, Timestamp};
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use tower_layer::Layer as _;
use tower_service::Service;

const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET_KEY)
}

fn s3() -> Signer {
    Signer::new(credentials(), "us-east-1", "s3").unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A layer whose clock is always noon of 2026-01-02.
fn stopped(signers: impl Into<countersign::tower::sign::Signers>) -> SignLayer {
    SignLayer::new(signers).with_clock(|| time("2026-01-02T12:00:00Z"))
}

/// Polls a future until it is ready. The futures here are ready after a few polls, and wake no
/// task.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future does not end");
}

/// A request that was received.
#[derive(Clone, Debug)]
struct Sent {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    hint: SizeHint,
}

impl Sent {
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("none", |value| value.to_str().unwrap())
    }

    fn signature(&self) -> &str {
        self.header("authorization")
            .rsplit_once("Signature=")
            .unwrap()
            .1
    }

    fn request(&self) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// A service that records requests, and returns the prepared responses, or else 200.
#[derive(Clone, Debug, Default)]
struct Recorder {
    sent: Arc<Mutex<Vec<Sent>>>,
    responses: Arc<Mutex<VecDeque<Response<()>>>>,
}

impl Recorder {
    fn all(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    fn one(&self) -> Sent {
        let all = self.all();
        assert_eq!(all.len(), 1);
        all[0].clone()
    }

    fn respond(&self, status: u16, date: &str) {
        let response = Response::builder().status(status).header("date", date);
        let mut responses = self.responses.lock().unwrap();
        responses.push_back(response.body(()).unwrap());
    }
}

impl<B: Body<Data = Bytes, Error = SignedBodyError> + Unpin> Service<Request<B>> for Recorder {
    type Response = Response<()>;
    type Error = SignedBodyError;
    type Future = Ready<Result<Response<()>, SignedBodyError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), SignedBodyError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (parts, mut body) = request.into_parts();
        let hint = body.size_hint();
        let read = match block_on((&mut body).collect()) {
            Ok(read) => read.to_bytes(),
            Err(error) => return ready(Err(error)),
        };
        // Nothing is left of a body that knows its length.
        assert_eq!(body.size_hint().exact().unwrap_or_default(), 0);
        self.sent.lock().unwrap().push(Sent {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body: read,
            hint,
        });
        let response = self.responses.lock().unwrap().pop_front();
        ready(Ok(response.unwrap_or_default()))
    }
}

type Outcome = Result<Response<()>, Error<SignedBodyError>>;

/// Sends a request as tower does: after the service is ready.
fn send<B>(client: &mut Sign<Recorder>, request: Request<B>) -> Outcome
where
    B: Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Unpin,
{
    block_on(poll_fn(|context| {
        <Sign<Recorder> as Service<Request<B>>>::poll_ready(client, context)
    }))?;
    block_on(client.call(request))
}

fn refused<B>(layer: &SignLayer, request: Request<B>) -> SignError
where
    B: Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Unpin,
{
    let recorder = Recorder::default();
    let outcome = send(&mut layer.layer(recorder.clone()), request);
    assert!(recorder.all().is_empty(), "nothing may be sent");
    match outcome {
        Err(Error::Sign(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// A body of frames, pending at first, with a known length if it is given.
struct Stream {
    frames: VecDeque<Bytes>,
    hint: SizeHint,
    waits: bool,
    /// After this number of frames it stays pending.
    waits_after: usize,
}

impl Stream {
    fn new(frames: impl IntoIterator<Item = Bytes>, length: Option<u64>) -> Self {
        Self {
            frames: frames.into_iter().collect(),
            hint: length.map_or_else(SizeHint::default, SizeHint::with_exact),
            waits: true,
            waits_after: usize::MAX,
        }
    }
}

impl Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if std::mem::take(&mut self.waits) || self.waits_after == 0 {
            return Poll::Pending;
        }
        self.waits_after -= 1;
        Poll::Ready(self.frames.pop_front().map(|data| Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}

/// The payload that the crate's verifier returns for the request.
fn verify(sent: &Sent, region: &str, service: &'static str, now: Timestamp) -> Vec<u8> {
    let mut request = sent.request();
    // As a server receives it: the host is in a header, and the request line has only path and
    // query.
    let uri = std::mem::take(request.uri_mut());
    if !request.headers().contains_key("host") {
        let host = uri.authority().unwrap().as_str();
        request.headers_mut().insert("host", host.parse().unwrap());
    }
    *request.uri_mut() = uri.path_and_query().unwrap().as_str().parse().unwrap();
    let verifier = Verifier::new(region, service).unwrap();
    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    match verifier.verify_signature(&claim, &key, now).unwrap() {
        PendingVerification::Hashed(pending) => {
            pending.verify(PayloadHash::new(&sent.body)).unwrap();
            sent.body.to_vec()
        }
        PendingVerification::Unsigned(pending) => {
            pending.accept();
            sent.body.to_vec()
        }
        PendingVerification::SignedStream(pending) => decode(&sent.body, &pending.into_parts().1),
        PendingVerification::UnsignedStream(pending) => decode(&sent.body, &pending.accept().1),
    }
}

fn decode(body: &[u8], context: &countersign::verify::StreamContext) -> Vec<u8> {
    let mut chunks = ChunkVerifier::new(context).unwrap();
    let (mut data, mut rest) = (Vec::new(), body);
    while !rest.is_empty() {
        let decoded = chunks.decode(rest).unwrap();
        data.extend_from_slice(decoded.data);
        rest = &rest[decoded.consumed..];
    }
    chunks.finish().unwrap();
    data
}

/// Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring
/// payload in a single chunk": its example for PUT.
#[test]
fn a_buffered_body_is_hashed_as_in_the_s3_reference() {
    let recorder = Recorder::default();
    let now = time("2013-05-24T00:00:00Z");
    let mut client = SignLayer::new(s3())
        .with_clock(move || now)
        .layer(recorder.clone());
    let request = Request::put("https://examplebucket.s3.amazonaws.com/test%24file.text")
        .header("date", "Fri, 24 May 2013 00:00:00 GMT")
        .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
        .body(Full::new(Bytes::from("Welcome to Amazon S3.")))
        .unwrap();
    send(&mut client, request).unwrap();
    let sent = recorder.one();
    assert_eq!(
        sent.header("x-amz-content-sha256"),
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
    );
    assert_eq!(sent.header("x-amz-date"), "20130524T000000Z");
    assert_eq!(
        sent.signature(),
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    );
    assert_eq!(sent.hint.exact(), Some(21));
    assert_eq!(
        verify(&sent, "us-east-1", "s3", now),
        b"Welcome to Amazon S3."
    );
}

/// The example for GET on the same page.
#[test]
fn an_empty_body_has_the_hash_of_the_s3_reference() {
    let recorder = Recorder::default();
    let mut client = SignLayer::new(s3())
        .with_clock(|| time("2013-05-24T00:00:00Z"))
        .layer(recorder.clone());
    let request = Request::get("https://examplebucket.s3.amazonaws.com/test.txt")
        .header("range", "bytes=0-9")
        .body(Empty::<Bytes>::new())
        .unwrap();
    send(&mut client, request).unwrap();
    assert_eq!(
        recorder.one().signature(),
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    );
}

/// Amazon S3 API Reference, "… transferring payload in multiple chunks".
#[test]
fn chunks_are_signed_as_in_the_s3_reference() {
    let recorder = Recorder::default();
    let now = time("2013-05-24T00:00:00Z");
    let mut client = SignLayer::new(s3())
        .with_clock(move || now)
        .with_payload(Payload::SignedChunks)
        .layer(recorder.clone());
    let frames = (0..65).map(|_| Bytes::from(vec![b'a'; 1024]));
    let request = Request::put("https://s3.amazonaws.com/examplebucket/chunkObject.txt")
        .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
        .body(Stream::new(frames, Some(66_560)))
        .unwrap();
    send(&mut client, request).unwrap();
    let sent = recorder.one();
    assert_eq!(
        sent.signature(),
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    );
    assert_eq!(sent.header("content-length"), "66824");
    assert_eq!(sent.hint.exact(), Some(66_824));
    let body = String::from_utf8_lossy(&sent.body);
    assert!(body.starts_with(
        "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
    ));
    assert!(body.ends_with(
        "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
    ));
    assert_eq!(verify(&sent, "us-east-1", "s3", now), vec![b'a'; 66_560]);
}

#[test]
fn the_length_of_a_stream_may_come_from_its_header() {
    let recorder = Recorder::default();
    let mut client = stopped(s3())
        .with_payload(Payload::SignedChunks)
        .layer(recorder.clone());
    let frames = [Bytes::from("in two "), Bytes::from("frames")];
    let request = Request::put("https://bucket.s3.amazonaws.com/key")
        .header("content-length", "13")
        .body(Stream::new(frames, None))
        .unwrap();
    send(&mut client, request).unwrap();
    let sent = recorder.one();
    assert_eq!(sent.header("x-amz-decoded-content-length"), "13");
    let now = time("2026-01-02T12:00:00Z");
    assert_eq!(verify(&sent, "us-east-1", "s3", now), b"in two frames");
}

#[test]
fn a_stream_of_another_length_fails_while_it_is_sent() {
    let mut client = stopped(s3())
        .with_payload(Payload::SignedChunks)
        .layer(Recorder::default());
    let request = Request::put("https://bucket.s3.amazonaws.com/key")
        .header("content-length", "13")
        .body(Stream::new([Bytes::from("short")], None))
        .unwrap();
    let error = send(&mut client, request).unwrap_err();
    let Error::Service(SignedBodyError::Chunks(ChunkedBodyError::Signing(error))) = error else {
        panic!("{error:?}");
    };
    let too_short = matches!(
        error,
        ChunkSigningError::PayloadTooShort { announced: 13, .. }
    );
    assert!(too_short, "{error:?}");
}

/// The CRC-32 of "hello world" is 0x0d4a1185.
#[cfg(feature = "checksums")]
#[test]
fn chunks_end_in_a_checksum() {
    use countersign::chunked::ChecksumAlgorithm;

    let recorder = Recorder::default();
    let mut client = stopped(s3())
        .with_payload(Payload::SignedChunksWithChecksum(ChecksumAlgorithm::Crc32))
        .layer(recorder.clone());
    let put = || {
        let body = Stream::new([Bytes::from("hello world")], Some(11));
        Request::put("https://bucket.s3.amazonaws.com/key").body(body)
    };
    send(&mut client, put().unwrap()).unwrap();
    // The same without signatures, chosen for this request only.
    let mut unsigned = put().unwrap();
    let payload = Payload::UnsignedChunksWithChecksum(ChecksumAlgorithm::Crc32);
    unsigned.extensions_mut().insert(payload);
    send(&mut client, unsigned).unwrap();

    let all = recorder.all();
    for (sent, literal) in [
        (&all[0], "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
        (&all[1], "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
    ] {
        assert_eq!(sent.header("x-amz-content-sha256"), literal);
        assert_eq!(sent.header("x-amz-trailer"), "x-amz-checksum-crc32");
        let body = String::from_utf8_lossy(&sent.body);
        assert!(body.contains("x-amz-checksum-crc32:DUoRhQ==\r\n"), "{body}");
        let now = time("2026-01-02T12:00:00Z");
        assert_eq!(verify(sent, "us-east-1", "s3", now), b"hello world");
    }
}

#[test]
fn the_options_of_the_layer_apply_to_chunks() {
    let recorder = Recorder::default();
    let mut client = stopped(s3())
        .with_payload(Payload::SignedChunks)
        .with_chunk_size(8192)
        .without_content_encoding()
        .layer(recorder.clone());
    let body = Stream::new([Bytes::from(vec![b'a'; 10_000])], Some(10_000));
    let request = Request::put("https://bucket.s3.amazonaws.com/key").body(body);
    send(&mut client, request.unwrap()).unwrap();
    let sent = recorder.one();
    assert_eq!(sent.header("content-encoding"), "none");
    assert!(sent.body.starts_with(b"2000;chunk-signature="));
}

#[test]
fn a_stream_that_is_to_be_hashed_is_an_error_that_says_what_to_choose() {
    let frame = || [Bytes::from("streamed")];
    let url = "https://bucket.s3.amazonaws.com/key";
    // One frame has arrived, the other one has not.
    let mut half = Stream::new([Bytes::from("stre"), Bytes::from("amed")], Some(8));
    half.waits = false;
    half.waits_after = 1;
    // Streams of another length than announced.
    let mut long = Stream::new(frame(), Some(7));
    long.waits = false;
    let mut short = Stream::new(frame(), Some(9));
    short.waits = false;
    for body in [
        Stream::new(frame(), Some(8)),
        Stream::new(frame(), None),
        half,
        long,
        short,
    ] {
        let error = refused(&stopped(s3()), Request::put(url).body(body).unwrap());
        assert!(matches!(error, SignError::BodyNotBuffered));
        let text = error.to_string();
        for choice in ["SignedChunks", "Unsigned", "Hash"] {
            assert!(text.contains(&format!("`Payload::{choice}`")), "{text}");
        }
    }
}

#[test]
fn a_stream_without_a_length_cannot_be_sent_in_chunks() {
    let layer = stopped(s3()).with_payload(Payload::SignedChunks);
    let body = Stream::new([Bytes::from("streamed")], None);
    let request = Request::put("https://bucket.s3.amazonaws.com/key").body(body);
    let error = refused(&layer, request.unwrap());
    assert!(matches!(error, SignError::BodyLengthUnknown));
}

#[test]
fn a_boxed_body_is_hashed() {
    let recorder = Recorder::default();
    let mut client = stopped(s3()).layer(recorder.clone());
    let body: BoxBody<Bytes, Infallible> = BoxBody::new(Full::new(Bytes::from("in a box")));
    let request = Request::put("https://bucket.s3.amazonaws.com/key").body(body);
    send(&mut client, request.unwrap()).unwrap();
    let sent = recorder.one();
    let now = time("2026-01-02T12:00:00Z");
    assert_eq!(verify(&sent, "us-east-1", "s3", now), b"in a box");
}

#[test]
fn a_body_in_memory_may_have_several_pieces() {
    let recorder = Recorder::default();
    let mut client = stopped(s3()).layer(recorder.clone());
    let mut body = Stream::new(
        ["", "in ", "", "three ", "pieces"].map(Bytes::from),
        Some(15),
    );
    body.waits = false;
    let request = Request::put("https://bucket.s3.amazonaws.com/key").body(body);
    send(&mut client, request.unwrap()).unwrap();
    let sent = recorder.one();
    assert_eq!(sent.hint.exact(), Some(15));
    let now = time("2026-01-02T12:00:00Z");
    assert_eq!(verify(&sent, "us-east-1", "s3", now), b"in three pieces");
}

#[test]
fn a_body_is_not_copied() {
    let data = Bytes::from(vec![b'a'; 1000]);
    for payload in [Payload::Hashed, Payload::Unsigned] {
        let recorder = Recorder::default();
        let mut client = stopped(s3()).with_payload(payload).layer(recorder.clone());
        let request = Request::put("https://bucket.s3.amazonaws.com/key");
        let request = request.body(Full::new(data.clone())).unwrap();
        send(&mut client, request).unwrap();
        assert_eq!(recorder.one().body.as_ptr(), data.as_ptr(), "{payload:?}");
    }
}

#[test]
fn a_stream_whose_hash_is_known_is_sent_as_it_is() {
    let recorder = Recorder::default();
    let mut client = stopped(s3()).layer(recorder.clone());
    let hash = PayloadHash::new("streamed");
    let request = Request::put("https://bucket.s3.amazonaws.com/key")
        .extension(Payload::Hash(hash))
        .body(Stream::new([Bytes::from("streamed")], None))
        .unwrap();
    send(&mut client, request).unwrap();
    let sent = recorder.one();
    assert_eq!(sent.header("x-amz-content-sha256"), hash.to_string());
    let now = time("2026-01-02T12:00:00Z");
    assert_eq!(verify(&sent, "us-east-1", "s3", now), b"streamed");
}

#[test]
fn an_unsigned_payload_needs_tls() {
    let layer = stopped(s3()).with_payload(Payload::Unsigned);
    let put = |url: &str| {
        let body = Stream::new([Bytes::from("streamed")], None);
        Request::put(url).header("host", "store.test").body(body)
    };
    for (url, scheme) in [("http://store.test/key", Some("http")), ("/key", None)] {
        let error = refused(&layer, put(url).unwrap());
        let SignError::UnsignedWithoutTls { scheme: got } = error else {
            panic!("{error:?}");
        };
        assert_eq!(got.as_deref(), scheme);
    }
    for payload in [
        Payload::Hash(PayloadHash::Unsigned),
        #[cfg(feature = "checksums")]
        Payload::UnsignedChunksWithChecksum(countersign::chunked::ChecksumAlgorithm::Crc32),
    ] {
        let layer = layer.clone().with_payload(payload);
        let request = put("http://store.test/key").unwrap();
        let error = refused(&layer, request);
        assert!(
            matches!(error, SignError::UnsignedWithoutTls { .. }),
            "{payload:?}"
        );
    }

    // Allowed over TLS, or if the layer allows plain HTTP.
    for (layer, url) in [
        (layer.clone(), "https://store.test/key"),
        (layer.allow_unsigned_without_tls(), "http://store.test/key"),
    ] {
        let recorder = Recorder::default();
        send(&mut layer.layer(recorder.clone()), put(url).unwrap()).unwrap();
        let sent = recorder.one();
        assert_eq!(sent.header("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
        let now = time("2026-01-02T12:00:00Z");
        assert_eq!(verify(&sent, "us-east-1", "s3", now), b"streamed");
    }
}

#[test]
fn an_empty_upload_announces_its_length_and_is_never_chunked() {
    let recorder = Recorder::default();
    let mut client = stopped(s3())
        .with_payload(Payload::SignedChunks)
        .layer(recorder.clone());
    for (method, length) in [
        ("PUT", "0"),
        ("POST", "0"),
        ("GET", "none"),
        ("DELETE", "none"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri("https://bucket.s3.amazonaws.com/key")
            .body(Empty::<Bytes>::new());
        send(&mut client, request.unwrap()).unwrap();
        let sent = recorder.all().pop().unwrap();
        assert_eq!(sent.header("content-length"), length, "{method}");
        assert_eq!(
            sent.header("x-amz-content-sha256"),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}

#[test]
fn each_try_is_signed_anew() {
    let recorder = Recorder::default();
    let clock = Arc::new(AtomicU64::new(0));
    let seconds = Arc::clone(&clock);
    let mut client = SignLayer::new(s3())
        .with_clock(move || {
            time("2026-01-02T12:00:00Z") + Duration::from_secs(seconds.load(Ordering::Relaxed))
        })
        .layer(recorder.clone());
    let request = Request::put("https://bucket.s3.amazonaws.com/key");
    let request = request.body(Full::new(Bytes::from("again"))).unwrap();
    // A retry layer keeps the request and sends clones.
    send(&mut client, request.clone()).unwrap();
    clock.store(90, Ordering::Relaxed);
    send(&mut client, request).unwrap();
    let all = recorder.all();
    assert_eq!(all[0].header("x-amz-date"), "20260102T120000Z");
    assert_eq!(all[1].header("x-amz-date"), "20260102T120130Z");
    assert_ne!(all[0].signature(), all[1].signature());
    for sent in &all {
        let now = time("2026-01-02T12:00:00Z");
        assert_eq!(verify(sent, "us-east-1", "s3", now), b"again");
    }
}

#[test]
fn a_request_that_is_signed_again_has_one_signature() {
    let recorder = Recorder::default();
    let mut client = stopped(s3()).layer(recorder.clone());
    let mut request = Request::get("https://bucket.s3.amazonaws.com/key")
        .body(Empty::<Bytes>::new())
        .unwrap();
    let earlier = time("2026-01-01T00:00:00Z");
    s3().sign(&mut request, PayloadHash::EMPTY, earlier)
        .unwrap();
    send(&mut client, request).unwrap();
    let sent = recorder.one();
    assert_eq!(sent.headers.get_all("authorization").iter().count(), 1);
    assert_eq!(sent.header("x-amz-date"), "20260102T120000Z");
}

#[test]
fn a_presigned_url_is_refused() {
    let url = "https://bucket.s3.amazonaws.com/key?X-Amz-Signature=00";
    let request = Request::get(url).body(Empty::<Bytes>::new()).unwrap();
    let error = refused(&stopped(s3()), request);
    assert!(matches!(
        error,
        SignError::Signing(countersign::Error::AlreadySigned { .. })
    ));
}

#[test]
fn a_response_corrects_the_clock_of_the_next_request() {
    let recorder = Recorder::default();
    let layer = stopped(s3());
    let mut client = layer.layer(recorder.clone());
    let get = || {
        let request = Request::get("https://bucket.s3.amazonaws.com/key");
        request.body(Empty::<Bytes>::new()).unwrap()
    };
    recorder.respond(403, "Fri, 02 Jan 2026 13:00:00 GMT");
    let response = send(&mut client, get()).unwrap();
    let measurement = response.extensions().get::<Measurement>().unwrap();
    assert!(measurement.is_worth_a_retry("RequestTimeTooSkewed"));
    assert!(!measurement.is_worth_a_retry("AccessDenied"));
    assert_eq!(layer.clock_skew(), ClockSkew::from_millis(3_600_000));

    // Another clone of the layer uses the corrected clock, too. A successful response does not
    // change it.
    recorder.respond(200, "Fri, 02 Jan 2026 13:00:00 GMT");
    let response = send(&mut layer.layer(recorder.clone()), get()).unwrap();
    assert!(response.extensions().get::<Measurement>().is_none());
    let all = recorder.all();
    assert_eq!(all[0].header("x-amz-date"), "20260102T120000Z");
    assert_eq!(all[1].header("x-amz-date"), "20260102T130000Z");
}

/// Another response in the same second is used, too, if its date differs.
#[test]
fn each_new_date_corrects_the_clock() {
    let recorder = Recorder::default();
    let layer = stopped(s3());
    let mut client = layer.layer(recorder.clone());
    for (date, skew) in [
        ("Fri, 02 Jan 2026 13:00:00 GMT", 3_600_000),
        ("Fri, 02 Jan 2026 13:00:00 GMT", 3_600_000),
        ("Fri, 02 Jan 2026 12:00:00 GMT", 0),
        ("Sat, 03 Jan 2026 12:00:00 GMT", 86_400_000),
        ("never", 86_400_000),
        ("Fri, 02 Jan 2026 11:59:59 GMT", -1000),
    ] {
        recorder.respond(200, date);
        let get = Request::get("https://bucket.s3.amazonaws.com/key");
        send(&mut client, get.body(Empty::<Bytes>::new()).unwrap()).unwrap();
        assert_eq!(layer.clock_skew().as_millis(), skew, "{date}");
    }
    // Each error response gets a measurement, also if the clock is already corrected.
    for _ in 0..2 {
        recorder.respond(403, "Fri, 02 Jan 2026 13:00:00 GMT");
        let get = Request::get("https://bucket.s3.amazonaws.com/key");
        let get = get.body(Empty::<Bytes>::new()).unwrap();
        let response = send(&mut client, get).unwrap();
        assert!(response.extensions().get::<Measurement>().is_some());
    }
}

/// Anyone on the network can write the `Date` of a response without TLS.
#[test]
fn without_tls_a_response_corrects_the_clock_by_a_day_at_most() {
    let (day, century) = (86_400_000, 3_155_673_600_000);
    for (url, date, skew) in [
        ("http://h/", "Sat, 03 Jan 2026 12:00:00 GMT", day),
        ("http://h/", "Sat, 03 Jan 2026 12:00:01 GMT", 0),
        ("http://h/", "Thu, 01 Jan 2026 12:00:00 GMT", -day),
        ("http://h/", "Thu, 01 Jan 2026 11:59:59 GMT", 0),
        ("/", "Thu, 02 Jan 2126 12:00:00 GMT", 0),
        ("https://h/", "Wed, 02 Jan 2126 12:00:00 GMT", century),
    ] {
        let recorder = Recorder::default();
        let layer = stopped(s3());
        recorder.respond(403, date);
        let get = Request::get(url)
            .header("host", "h")
            .body(Empty::<Bytes>::new());
        let response = send(&mut layer.layer(recorder), get.unwrap()).unwrap();
        assert_eq!(layer.clock_skew().as_millis(), skew, "{url} {date}");
        let measurement = response.extensions().get::<Measurement>();
        assert_eq!(measurement.is_some(), skew != 0, "{url} {date}");
    }
}

/// Trailers would not be signed, so a body that is hashed is sent without them.
#[test]
fn trailers_are_sent_only_with_a_body_that_is_sent_as_it_is() {
    for (payload, count) in [(Payload::Hashed, 0), (Payload::Unsigned, 1)] {
        let trailers = async {
            let mut trailers = HeaderMap::new();
            trailers.insert("x-trailer", "1".parse().unwrap());
            Some(Ok(trailers))
        };
        let body = Full::new(Bytes::from("data")).with_trailers(Box::pin(trailers));
        let seen = Arc::new(Mutex::new(None));
        let into = Arc::clone(&seen);
        let service = TrailerCounter(into);
        let mut client = stopped(s3()).with_payload(payload).layer(service);
        let put = Request::put("https://bucket.s3.amazonaws.com/key").body(body);
        block_on(client.call(put.unwrap())).unwrap();
        assert_eq!(*seen.lock().unwrap(), Some(count), "{payload:?}");
    }
}

/// Counts the trailers of a request.
struct TrailerCounter(Arc<Mutex<Option<usize>>>);

impl<B: Body<Data = Bytes, Error = SignedBodyError> + Unpin> Service<Request<B>>
    for TrailerCounter
{
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let body = block_on(request.into_body().collect()).unwrap();
        let count = body.trailers().map_or(0, HeaderMap::len);
        *self.0.lock().unwrap() = Some(count);
        ready(Ok(Response::new(())))
    }
}

#[test]
fn the_clock_is_not_corrected_if_that_is_not_wanted() {
    let recorder = Recorder::default();
    let layer = stopped(s3()).without_clock_skew_correction();
    let mut client = layer.layer(recorder.clone());
    for _ in 0..2 {
        recorder.respond(403, "Fri, 02 Jan 2026 13:00:00 GMT");
        let get = Request::get("https://bucket.s3.amazonaws.com/key");
        let response = send(&mut client, get.body(Empty::<Bytes>::new()).unwrap()).unwrap();
        assert!(response.extensions().get::<Measurement>().is_none());
    }
    assert_eq!(recorder.all()[1].header("x-amz-date"), "20260102T120000Z");
    assert_eq!(layer.clock_skew(), ClockSkew::default());
}

#[test]
fn a_stored_clock_skew_is_used_from_the_first_request() {
    let recorder = Recorder::default();
    let mut client = stopped(s3())
        .with_clock_skew(ClockSkew::from_millis(-60_000))
        .layer(recorder.clone());
    let get = Request::get("https://bucket.s3.amazonaws.com/key");
    send(&mut client, get.body(Empty::<Bytes>::new()).unwrap()).unwrap();
    assert_eq!(recorder.one().header("x-amz-date"), "20260102T115900Z");
}

#[test]
fn service_and_region_come_from_the_host() {
    let recorder = Recorder::default();
    let signers = HostSigners::new(credentials()).unwrap();
    let mut client = stopped(signers.with_default_region("eu-west-1")).layer(recorder.clone());
    for (url, scope) in [
        (
            "https://email.eu-central-1.amazonaws.com/",
            "eu-central-1/ses",
        ),
        (
            "https://photos.s3.us-west-2.amazonaws.com/a",
            "us-west-2/s3",
        ),
        (
            "https://photos.s3-accelerate.amazonaws.com/a",
            "eu-west-1/s3",
        ),
        ("https://iam.amazonaws.com/", "us-east-1/iam"),
        ("https://IAM.amazonaws.com:443/", "us-east-1/iam"),
    ] {
        // Twice, because signers are cached.
        for _ in 0..2 {
            let get = Request::get(url).body(Empty::<Bytes>::new()).unwrap();
            send(&mut client, get).unwrap();
            let sent = recorder.all().pop().unwrap();
            let scope = format!("Credential=AKIAIOSFODNN7EXAMPLE/20260102/{scope}/aws4_request,");
            let authorization = sent.header("authorization");
            assert!(authorization.contains(&scope), "{authorization}");
        }
    }
}

#[test]
fn the_host_header_precedes_the_url() {
    let recorder = Recorder::default();
    let mut client = stopped(HostSigners::new(credentials()).unwrap()).layer(recorder.clone());
    let get = Request::get("https://127.0.0.1/")
        .header("host", "sqs.eu-west-3.amazonaws.com")
        .body(Empty::<Bytes>::new())
        .unwrap();
    send(&mut client, get).unwrap();
    let now = time("2026-01-02T12:00:00Z");
    verify(&recorder.one(), "eu-west-3", "sqs", now);
}

#[test]
fn more_hosts_than_the_cache_holds_are_signed() {
    let recorder = Recorder::default();
    let mut client = stopped(HostSigners::new(credentials()).unwrap()).layer(recorder.clone());
    for bucket in 0..600 {
        let url = format!("https://bucket{bucket}.s3.eu-west-3.amazonaws.com/key");
        let get = Request::get(url).body(Empty::<Bytes>::new()).unwrap();
        send(&mut client, get).unwrap();
    }
    for sent in recorder.all() {
        verify(&sent, "eu-west-3", "s3", time("2026-01-02T12:00:00Z"));
    }
}

#[test]
fn an_unknown_host_is_refused() {
    let layer = stopped(HostSigners::new(credentials()).unwrap());
    let get = |url: &str| Request::get(url).body(Empty::<Bytes>::new()).unwrap();
    let error = refused(&layer, get("https://store.example.com/key"));
    assert!(
        matches!(&error, SignError::UnknownHost { host } if host == "store.example.com"),
        "{error:?}"
    );
    let error = refused(&layer, get("https://photos.s3-accelerate.amazonaws.com/a"));
    assert!(
        matches!(error, SignError::UnknownRegion { .. }),
        "{error:?}"
    );
    let error = refused(&layer, get("/no-host"));
    assert!(matches!(&error, SignError::UnknownHost { host } if host.is_empty()));
}

#[cfg(feature = "sigv4a")]
#[test]
fn a_host_of_all_regions_is_signed_with_sigv4a() {
    let recorder = Recorder::default();
    let mut client = stopped(HostSigners::new(credentials()).unwrap()).layer(recorder.clone());
    let url = "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/key";
    for payload in [Payload::Hashed, Payload::SignedChunks] {
        let request = Request::put(url)
            .extension(payload)
            .body(Full::new(Bytes::from("data")));
        send(&mut client, request.unwrap()).unwrap();
        let sent = recorder.all().pop().unwrap();
        let authorization = sent.header("authorization");
        assert!(authorization.starts_with("AWS4-ECDSA-P256-SHA256 Credential="));
        assert_eq!(sent.header("x-amz-region-set"), "*");
    }
}

#[test]
fn credentials_are_checked_when_the_signers_are_made() {
    let error = HostSigners::new(Credentials::new("AKIDEXAMPLE", "secret\n")).unwrap_err();
    assert!(matches!(error, countersign::Error::InvalidSecretKey(_)));
}

#[test]
fn an_error_of_the_inner_service_keeps_its_type() {
    struct Broken;
    impl<B> Service<Request<SignedBody<B>>> for Broken {
        type Response = Response<()>;
        type Error = std::fmt::Error;
        type Future = Ready<Result<Response<()>, std::fmt::Error>>;
        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), std::fmt::Error>> {
            Poll::Ready(Ok(()))
        }
        fn call(&mut self, _: Request<SignedBody<B>>) -> Self::Future {
            ready(Err(std::fmt::Error))
        }
    }
    let mut client = stopped(s3()).layer(Broken);
    let mut call = || {
        let get = Request::get("https://bucket.s3.amazonaws.com/key");
        block_on(client.call(get.body(Empty::<Bytes>::new()).unwrap())).unwrap_err()
    };
    let error = call();
    assert!(matches!(error, Error::Service(std::fmt::Error)));
    assert_eq!(error.to_string(), std::fmt::Error.to_string());
    assert!(call().into_boxed().is::<std::fmt::Error>());
}

#[test]
fn nothing_prints_a_secret() {
    let layer = stopped(HostSigners::new(credentials()).unwrap());
    let client = layer.layer(Recorder::default());
    for text in [format!("{layer:?}"), format!("{client:?}")] {
        assert!(!text.contains(SECRET_KEY), "{text}");
        assert!(text.contains("AKIAIOSFODNN7EXAMPLE"), "{text}");
    }
}

#[cfg(feature = "sources")]
mod refreshing;
