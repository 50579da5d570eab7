//! Verified requests that are signed again for another server.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
#[cfg(feature = "checksums")]
use countersign::chunked::ChecksumAlgorithm;
use countersign::chunked::{ChunkVerifier, ChunkedBody, ChunkedEncoding, Trailer, VerifiedBody};
use countersign::resign::{ResignError, ResignedBody, Upstream};
use countersign::verify::{
    ErrorContext, OwnedVerified, PendingVerification, Protocol, SignedRequest, StreamContext,
    VerificationKey, Verifier, error_response,
};
use countersign::{Credentials, PayloadHash, Signer, Timestamp};
use http::header::{HOST, HeaderName};
use http::{HeaderMap, Request};
use http_body::{Body, Frame, SizeHint};

const TOKEN: &str = "a+session/token==";

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn client() -> Credentials {
    Credentials::new("ASIACLIENT", "secret-of-the-client").with_session_token(TOKEN)
}

fn proxy() -> Credentials {
    Credentials::new("AKIDPROXY", "secret-of-the-proxy")
}

fn signer() -> Signer {
    Signer::new(client(), "us-east-1", "s3").unwrap()
}

fn upstream() -> Upstream {
    let signer = Signer::new(proxy(), "eu-west-1", "s3").unwrap();
    Upstream::new(
        signer,
        "https://s3.eu-west-1.amazonaws.com".parse().unwrap(),
    )
    .unwrap()
}

/// Verifies a request. Its payload is hashed if the signature requires it.
fn verify<B>(
    request: &Request<B>,
    credentials: &Credentials,
    region: &str,
    payload: &[u8],
) -> (OwnedVerified, Option<StreamContext>) {
    let verifier = Verifier::new(region, "s3").unwrap();
    let claim = SignedRequest::parse(request).unwrap();
    let key = VerificationKey::derive(credentials, claim.scope()).unwrap();
    match verifier.verify_signature(&claim, &key, now()).unwrap() {
        PendingVerification::Hashed(pending) => {
            let verified = pending.verify(PayloadHash::new(payload)).unwrap();
            (verified.into_owned(), None)
        }
        PendingVerification::Unsigned(pending) => (pending.accept().into_owned(), None),
        PendingVerification::SignedStream(pending) => {
            let (verified, context) = pending.into_parts();
            (verified.into_owned(), Some(context))
        }
        PendingVerification::UnsignedStream(pending) => {
            let (verified, context) = pending.accept();
            (verified.into_owned(), Some(context))
        }
    }
}

/// A body of frames in memory.
#[derive(Default)]
struct Frames(VecDeque<Frame<Bytes>>);

impl Frames {
    fn of(data: impl AsRef<[u8]>) -> Self {
        let pieces = data.as_ref().chunks(10_000).map(Bytes::copy_from_slice);
        Self(pieces.map(Frame::data).collect())
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let lengths = self
            .0
            .iter()
            .filter_map(Frame::data_ref)
            .map(|data| data.len() as u64);
        SizeHint::with_exact(lengths.sum())
    }
}

fn read<B: Body<Data = Bytes, Error: std::fmt::Debug> + Unpin>(
    mut body: B,
) -> Result<(Vec<u8>, Option<HeaderMap>), B::Error> {
    let mut context = Context::from_waker(Waker::noop());
    let (mut data, mut trailers) = (Vec::new(), None);
    loop {
        let has_ended = body.is_end_stream();
        let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut context) else {
            break;
        };
        assert!(!has_ended);
        match frame?.into_data() {
            Ok(piece) => data.extend_from_slice(&piece),
            Err(frame) => trailers = frame.into_trailers().ok(),
        }
    }
    assert!(body.is_end_stream());
    Ok((data, trailers))
}

/// A signed request with a hashed payload, as a proxy receives it.
fn signed(build: http::request::Builder, data: &str) -> (Request<Frames>, OwnedVerified) {
    let mut request = build
        .header("host", "proxy.example")
        .body(Frames::of(data))
        .unwrap();
    signer()
        .sign(&mut request, PayloadHash::new(data), now())
        .unwrap();
    let (verified, _) = verify(&request, &client(), "us-east-1", data.as_bytes());
    (request, verified)
}

/// Verifies a re-signed request as the upstream server does.
fn accepted<B>(request: &Request<ResignedBody<B>>, data: &[u8]) -> OwnedVerified {
    let (verified, _) = verify(request, &proxy(), "eu-west-1", data);
    assert_eq!(verified.access_key_id(), "AKIDPROXY");
    assert_eq!(verified.host(), "s3.eu-west-1.amazonaws.com");
    verified
}

#[test]
fn the_upstream_server_verifies_the_request() {
    let build = Request::put("/photos/a%20b.jpg?versionId=1")
        .header("x-amz-meta-note", "a  note")
        .header("content-type", "image/jpeg")
        .header("content-length", "4");
    let (request, verified) = signed(build, "data");
    let request = upstream().resign(request, &verified, now()).unwrap();
    let again = accepted(&request, b"data");
    assert_eq!(again.path(), "/photos/a%20b.jpg");
    assert_eq!(again.method(), "PUT");
    assert_eq!(
        request.uri(),
        "https://s3.eu-west-1.amazonaws.com/photos/a%20b.jpg?versionId=1"
    );
    let headers = request.headers();
    // As it is signed.
    assert_eq!(headers["x-amz-meta-note"], "a note");
    assert_eq!(headers["content-length"], "4");
    assert!(
        !headers.contains_key("x-amz-security-token"),
        "the client's session token"
    );
    assert!(!headers.contains_key(HOST), "the URI says it");
    let (data, trailers) = read(request.into_body()).unwrap();
    assert_eq!((&data[..], trailers), (&b"data"[..], None));
}

#[test]
fn the_hash_of_the_client_is_signed_again() {
    let (request, verified) = signed(Request::put("/b/k"), "data");
    let hash = request.headers()["x-amz-content-sha256"].clone();
    let request = upstream().resign(request, &verified, now()).unwrap();
    assert_eq!(request.headers()["x-amz-content-sha256"], hash);
}

#[test]
fn hop_by_hop_headers_are_not_forwarded() {
    let build = Request::get("/b/k");
    let (mut request, verified) = signed(build, "");
    // Headers that hops add after the client has signed.
    let gone = [
        ("connection", "keep-alive, X-Hop"),
        ("keep-alive", "timeout=5"),
        ("proxy-authorization", "Basic x"),
        ("proxy-connection", "close"),
        ("te", "trailers"),
        ("trailer", "expires"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "h2c"),
        ("expect", "100-continue"),
        ("x-hop", "1"),
    ];
    let kept = [
        ("x-forwarded-for", "203.0.113.7"),
        ("via", "1.1 front"),
        ("range", "bytes=0-1"),
    ];
    for (name, value) in gone.iter().chain(&kept) {
        let name = HeaderName::from_static(name);
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let request = upstream().resign(request, &verified, now()).unwrap();
    let signed: Vec<_> = accepted(&request, b"")
        .signed_headers()
        .map(str::to_owned)
        .collect();
    for (name, _) in gone {
        assert!(!request.headers().contains_key(name), "{name}");
    }
    for (name, value) in kept {
        assert_eq!(request.headers()[name], value);
        // A hop after this one may change the first two.
        assert_eq!(
            signed.iter().any(|signed| signed == name),
            name == "range",
            "{name}"
        );
    }
}

#[test]
fn connection_cannot_remove_a_signed_header() {
    let build = Request::put("/b/k").header("x-amz-acl", "private");
    for connection in ["x-amz-acl", "close, X-Amz-Acl ,te", "x-amz-date"] {
        let (mut request, verified) =
            signed(Request::put("/b/k").header("x-amz-acl", "private"), "");
        request
            .headers_mut()
            .append("connection", connection.parse().unwrap());
        let refused = upstream().resign(request, &verified, now()).unwrap_err();
        assert!(
            matches!(refused, ResignError::SignedHeaderOfOneHop { .. }),
            "{connection}"
        );
    }
    let (request, verified) = signed(build, "");
    assert!(upstream().resign(request, &verified, now()).is_ok());
}

#[test]
fn an_amz_header_that_the_client_did_not_sign_is_refused() {
    let (mut request, verified) = signed(Request::put("/b/k"), "data");
    request
        .headers_mut()
        .insert("x-amz-acl", "public-read".parse().unwrap());
    request
        .headers_mut()
        .insert("x-amz-meta-a", "1".parse().unwrap());
    let refused = upstream().resign(request, &verified, now()).unwrap_err();
    let names = vec!["x-amz-acl".to_owned(), "x-amz-meta-a".to_owned()];
    assert_eq!(refused, ResignError::HeadersNotSigned { names });
    let response = error_response(&refused, Protocol::S3, &ErrorContext::new("1"));
    assert_eq!(response.status(), 403);
    assert!(response.body().contains("<Code>AccessDenied</Code>"));
}

#[test]
fn an_amz_header_with_other_signs_for_dashes_is_refused_too() {
    for name in ["x_amz_acl", "x.amz.acl"] {
        let (mut request, verified) = signed(Request::put("/b/k"), "data");
        request
            .headers_mut()
            .insert(name, "public-read".parse().unwrap());
        let refused = upstream().resign(request, &verified, now()).unwrap_err();
        let names = vec![name.to_owned()];
        assert_eq!(refused, ResignError::HeadersNotSigned { names });
    }
}

/// The client's signature is valid for a header and for its parts between commas alike.
#[test]
fn a_signed_header_that_was_split_on_the_way_is_signed_again_as_one() {
    let put = Request::put("/b/copy")
        .header("x-amz-copy-source", "/b/x,y")
        .header("x-amz-meta-a", "1  2");
    let (mut request, verified) = signed(put, "");
    let headers = request.headers_mut();
    headers.insert("x-amz-copy-source", "/b/x".parse().unwrap());
    headers.append("x-amz-copy-source", "y".parse().unwrap());
    // An unsigned one stays as it came.
    headers.append("x-note", "a  b".parse().unwrap());
    headers.append("x-note", "c".parse().unwrap());
    let sent = upstream().resign(request, &verified, now()).unwrap();
    let values = |name| {
        let values = sent.headers().get_all(name).iter();
        values.map(|v| v.to_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(values("x-amz-copy-source"), ["/b/x,y"]);
    assert_eq!(values("x-amz-meta-a"), ["1 2"]);
    assert_eq!(values("x-note"), ["a  b", "c"]);
    verify(&sent, &proxy(), "eu-west-1", b"");
}

/// RFC 9112, 6.3: a proxy removes the length, which another server could believe.
#[test]
fn a_length_beside_transfer_encoding_is_not_sent_on() {
    for framed in [false, true] {
        let (mut request, verified) = signed(Request::put("/b/k"), "data");
        let headers = request.headers_mut();
        headers.insert("content-length", "3".parse().unwrap());
        if framed {
            headers.insert("transfer-encoding", "chunked".parse().unwrap());
        }
        let sent = upstream().resign(request, &verified, now()).unwrap();
        assert_eq!(sent.headers().contains_key("content-length"), !framed);
        assert!(!sent.headers().contains_key("transfer-encoding"));
    }
}

#[test]
fn after_an_error_the_request_is_unchanged() {
    let (mut request, verified) = signed(Request::put("/b/k?a=b"), "data");
    request
        .headers_mut()
        .insert("x-amz-acl", "public-read".parse().unwrap());
    let before = request.headers().clone();
    let (mut parts, _) = request.into_parts();
    assert!(
        upstream()
            .resign_parts(&mut parts, &verified, now())
            .is_err()
    );
    assert_eq!(
        (&parts.headers, &parts.uri),
        (&before, &"/b/k?a=b".parse().unwrap())
    );
    // Also unchanged after an error of the signer, the last one that can occur.
    parts.headers.remove("x-amz-acl");
    let before = parts.headers.clone();
    let never = Timestamp::from_unix_seconds(i64::MAX);
    let refused = upstream().resign_parts(&mut parts, &verified, never);
    assert!(matches!(refused, Err(ResignError::Signing(_))));
    assert_eq!(parts.headers, before);
}

#[test]
fn a_presigned_url_becomes_a_signed_header() {
    let uri = "https://proxy.example/b/k?response-content-type=text%2Fplain&versionId=1";
    let get = Request::get(uri).body(()).unwrap();
    let url = signer()
        .presign(&get, Duration::from_secs(900), now())
        .unwrap();
    let mut request = Request::get(url.uri().unwrap())
        .body(Frames::default())
        .unwrap();
    // This header need not be signed by the client. Its value is not used.
    let unsigned = "UNSIGNED-PAYLOAD".parse().unwrap();
    request
        .headers_mut()
        .insert("x-amz-content-sha256", unsigned);
    let (verified, _) = verify(&request, &client(), "us-east-1", b"");
    let request = upstream().resign(request, &verified, now()).unwrap();
    assert_eq!(
        request.uri().query(),
        Some("response-content-type=text%2Fplain&versionId=1")
    );
    assert_eq!(
        request.headers()["x-amz-content-sha256"],
        "UNSIGNED-PAYLOAD"
    );
    accepted(&request, b"");
}

#[test]
fn the_query_is_forwarded_as_it_was_received() {
    let query = "&x-id=GetObject&&acl&prefix=a+b&prefix=%c3%a9";
    let (request, verified) = signed(Request::get(format!("/b/k?{query}")), "");
    let request = upstream().resign(request, &verified, now()).unwrap();
    let sent = "x-id=GetObject&acl&prefix=a+b&prefix=%c3%a9";
    assert_eq!(request.uri().query(), Some(sent));
    accepted(&request, b"");
}

#[test]
fn the_path_is_forwarded_in_canonical_form_without_new_dot_segments() {
    for (received, sent) in [
        ("/b/dt=2026/a+b", "/b/dt%3D2026/a%2Bb"),
        ("/b/a%2fb", "/b/a/b"),
        ("/b//a/../c", "/b//a/../c"),
        ("/b/%2e%2e/%2e/secret", "/b/%2e%2e/%2e/secret"),
        ("/b/a%2F..%2Fc=d", "/b/a%2F..%2Fc=d"),
    ] {
        // A verifier accepts the path as it was sent, too: it decodes to the same key.
        let mut request = Request::get("/").header("host", "proxy.example");
        request = request.uri(received);
        let mut request = request.body(Frames::default()).unwrap();
        let mut plain = Request::get(received.replace('+', "%2B"))
            .header("host", "proxy.example")
            .body(())
            .unwrap();
        signer()
            .sign(&mut plain, PayloadHash::EMPTY, now())
            .unwrap();
        *request.headers_mut() = plain.headers().clone();
        let (verified, _) = verify(&request, &client(), "us-east-1", b"");
        let key = verified.object_path().unwrap().clone();
        let request = upstream().resign(request, &verified, now()).unwrap();
        assert_eq!(request.uri().path(), sent);
        assert_eq!(
            accepted(&request, b"").object_path(),
            Some(&key),
            "{received}"
        );
    }
}

#[test]
fn a_proxy_maps_paths_by_the_uri_of_the_request() {
    let (mut request, verified) = signed(Request::get("/store/b/k"), "");
    *request.uri_mut() = "/b/k".parse().unwrap();
    let request = upstream().resign(request, &verified, now()).unwrap();
    assert_eq!(accepted(&request, b"").path(), "/b/k");
}

/// A signed upload in chunks, which the proxy decodes.
fn chunked(
    encoding: ChunkedEncoding,
    data: &[u8],
) -> (Request<VerifiedBody<Frames>>, OwnedVerified) {
    let put = Request::put("/b/k")
        .header("host", "proxy.example")
        .header("x-amz-sdk-checksum-algorithm", "CRC32")
        .header("content-encoding", "gzip");
    let mut request = put.body(()).unwrap();
    let chunks = signer()
        .sign_chunked(&mut request, encoding, now())
        .unwrap();
    let (wire, _) = read(ChunkedBody::new(Frames::of(data), chunks)).unwrap();
    let (verified, context) = verify(&request, &client(), "us-east-1", b"");
    let verifier = ChunkVerifier::new(&context.unwrap()).unwrap();
    let request = request.map(|()| VerifiedBody::new(Frames::of(wire), verifier));
    (request, verified)
}

/// What the upstream server decodes, and its trailers.
fn received(request: Request<ResignedBody<VerifiedBody<Frames>>>) -> (Vec<u8>, Option<HeaderMap>) {
    let (verified, context) = verify(&request, &proxy(), "eu-west-1", b"");
    assert_eq!(verified.access_key_id(), "AKIDPROXY");
    let verifier = ChunkVerifier::new(&context.expect("a stream")).unwrap();
    let (head, body) = request.into_parts();
    let length = body.size_hint().exact().unwrap().to_string();
    assert_eq!(head.headers["content-length"], length);
    let (wire, _) = read(body).unwrap();
    assert_eq!(wire.len().to_string(), length);
    read(VerifiedBody::new(Frames::of(wire), verifier)).unwrap()
}

#[test]
fn signed_chunks_are_signed_again_while_they_stream() {
    let data: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
    let encoding = ChunkedEncoding::signed(200_000).with_chunk_size(100_000);
    let (request, verified) = chunked(encoding, &data);
    let request = upstream().resign(request, &verified, now()).unwrap();
    assert_eq!(request.headers()["content-encoding"], "aws-chunked,gzip");
    assert_eq!(received(request), (data, None));
}

#[cfg(feature = "checksums")]
#[test]
fn the_checksum_of_the_client_reaches_the_upstream_server() {
    let trailer = || [ChecksumAlgorithm::Crc32.into()];
    for encoding in [
        ChunkedEncoding::signed_with_trailers(5, trailer()),
        ChunkedEncoding::unsigned_with_trailers(5, trailer()),
    ] {
        let (request, verified) = chunked(encoding, b"aaaaa");
        let mode = request.headers()["x-amz-content-sha256"].clone();
        let request = upstream().resign(request, &verified, now()).unwrap();
        assert_eq!(request.headers()["x-amz-content-sha256"], mode);
        assert_eq!(request.headers()["x-amz-trailer"], "x-amz-checksum-crc32");
        let (data, trailers) = received(request);
        assert_eq!(data, b"aaaaa");
        assert_eq!(trailers.unwrap()["x-amz-checksum-crc32"], "7qyTuQ==");
    }
}

#[test]
fn an_upload_that_is_not_what_was_signed_does_not_end_upstream() {
    let data = vec![b'd'; 200_000];
    let encoding = ChunkedEncoding::signed(200_000);
    let (request, verified) = chunked(encoding, &data);
    let (head, body) = request.into_parts();
    drop(body);
    // The same head with a truncated body.
    let (_, context) = verify(
        &Request::from_parts(head.clone(), ()),
        &client(),
        "us-east-1",
        b"",
    );
    let verifier = ChunkVerifier::new(&context.unwrap()).unwrap();
    let body = VerifiedBody::new(Frames::of(&data[..100]), verifier);
    let request = upstream()
        .resign(Request::from_parts(head, body), &verified, now())
        .unwrap();
    let error = read(request.into_body()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "reading the inner body of a chunked upload failed"
    );
}

#[test]
fn connect_is_refused() {
    let connect = Request::builder().method("CONNECT").uri("/");
    let (request, verified) = signed(connect, "");
    let refused = upstream().resign(request, &verified, now()).unwrap_err();
    assert_eq!(refused, ResignError::InvalidUri);
}

/// The client's mistake, not the proxy's.
#[test]
fn a_length_that_no_request_can_have_in_chunks_is_refused() {
    for (length, refused) in [(u64::MAX, true), (u64::MAX / 2, false)] {
        // In chunks of any size the length in chunks is not announced.
        let encoding = ChunkedEncoding::signed(length).with_any_chunk_size();
        let request = Request::put("/b/k").header("host", "proxy.example");
        let mut request = request.body(Frames::default()).unwrap();
        signer()
            .sign_chunked(&mut request, encoding, now())
            .unwrap();
        let (verified, _) = verify(&request, &client(), "us-east-1", b"");
        let result = upstream().resign(request, &verified, now());
        let expected = refused.then_some(ResignError::InvalidDecodedLength);
        assert_eq!(result.err(), expected, "{length}");
    }
}

#[test]
fn a_trailer_of_unknown_length_is_refused() {
    let trailer = Trailer::new(HeaderName::from_static("x-amz-meta-lines"), 2);
    let put = Request::put("/b/k").header("host", "proxy.example");
    let mut request = put.body(Frames::default()).unwrap();
    let encoding = ChunkedEncoding::signed_with_trailers(5, [trailer]);
    signer()
        .sign_chunked(&mut request, encoding, now())
        .unwrap();
    let (verified, _) = verify(&request, &client(), "us-east-1", b"");
    let (mut parts, _) = request.into_parts();
    let refused = upstream()
        .resign_parts(&mut parts, &verified, now())
        .unwrap_err();
    let name = "x-amz-meta-lines".to_owned();
    assert_eq!(refused, ResignError::UnknownTrailer { name });
    // After decoding, no trailer is announced.
    assert!(
        upstream()
            .decode_chunks()
            .resign_parts(&mut parts, &verified, now())
            .is_ok()
    );
}

#[test]
fn chunks_can_be_decoded_for_stores_that_take_none() {
    let data = vec![b'd'; 100_000];
    let (request, verified) = chunked(ChunkedEncoding::signed(100_000), &data);
    let upstream = upstream().decode_chunks();
    let request = upstream.resign(request, &verified, now()).unwrap();
    let headers = request.headers();
    assert_eq!(headers["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
    assert_eq!(headers["content-length"], "100000");
    assert_eq!(headers["content-encoding"], "gzip");
    for name in [
        "x-amz-decoded-content-length",
        "x-amz-trailer",
        "x-amz-sdk-checksum-algorithm",
    ] {
        assert!(!headers.contains_key(name), "{name}");
    }
    accepted(&request, b"");
    assert_eq!(read(request.into_body()).unwrap().0, data);
}

#[cfg(feature = "event-stream")]
#[test]
fn an_event_stream_is_refused() {
    let mut request = Request::post("/")
        .header("host", "proxy.example")
        .body(())
        .unwrap();
    drop(signer().sign_events(&mut request, now()).unwrap());
    let (verified, _) = verify(&request, &client(), "us-east-1", b"");
    let refused = upstream().resign(request, &verified, now()).unwrap_err();
    assert_eq!(refused, ResignError::EventStream);
}

#[test]
fn an_upstream_server_has_a_scheme_and_a_host() {
    let signer = || Signer::new(proxy(), "eu-west-1", "s3").unwrap();
    for uri in [
        "/path",
        "s3.example.com",
        "https://user:secret@s3.example.com/",
    ] {
        let refused = Upstream::new(signer(), uri.parse().unwrap()).unwrap_err();
        assert_eq!(refused, ResignError::InvalidUri, "{uri}");
    }
    assert!(!format!("{:?}", upstream()).contains("secret-of"));
}
