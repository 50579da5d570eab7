//! Bodies: what the handler reads, and what it never receives.

use super::*;

use std::time::Duration;

use countersign::chunked::{ChunkedBody, ChunkedEncoding};

/// An upload in chunks as it is sent.
fn in_chunks(data: &[u8], encoding: ChunkedEncoding) -> (Request<()>, Vec<u8>) {
    let put = Request::put("/bucket/key")
        .header("host", HOST)
        .header("content-encoding", "gzip");
    let mut request = put.body(()).unwrap();
    let chunks = signer("s3")
        .sign_chunked(&mut request, encoding, now())
        .unwrap();
    let body = ChunkedBody::new(Full::new(Bytes::copy_from_slice(data)), chunks);
    let wire = block_on(body.collect()).unwrap().to_bytes().to_vec();
    (request, wire)
}

fn with_body(head: &Request<()>, body: impl AsRef<[u8]>) -> Request<Pieces> {
    head.clone().map(|()| Pieces::of(body))
}

#[test]
fn a_swapped_body_is_refused_before_the_handler() {
    let handler = Handler::default();
    let request = put("data").map(|_| Pieces::of("atad"));
    assert_eq!(
        send(&store(), &handler, request).code(),
        (400, "XAmzContentSHA256Mismatch")
    );
    for other in ["", "dat", "data "] {
        let request = put("data").map(|_| Pieces::of(other));
        assert_ne!(send(&store(), &handler, request).status, 200, "{other:?}");
    }

    // If the request does not contain the hash, the signature does not match.
    let mut request = Request::post("/items")
        .header("host", "api")
        .body(Pieces::of("{}"))
        .unwrap();
    signer("execute-api")
        .sign(&mut request, PayloadHash::new("{}"), now())
        .unwrap();
    let request = request.map(|_| Pieces::of("[]"));
    let answer = send(&api(), &handler, request);
    assert_eq!(answer.refusal(), VerifyError::SignatureMismatch);
    assert_eq!(handler.calls(), 0);
}

#[test]
fn a_hash_that_is_not_stated_is_compared_before_the_handler_in_every_mode() {
    for layer in [api(), api().stream_hashed_bodies()] {
        let post = Request::post("/items").header("host", "api");
        let mut request = post.body(Pieces::of("{}")).unwrap();
        signer("execute-api")
            .sign(&mut request, PayloadHash::new("{}"), now())
            .unwrap();
        assert!(!request.headers().contains_key("x-amz-content-sha256"));
        let handler = Handler::default();
        assert_eq!(send(&layer, &handler, request).status, 200);
        assert_eq!(handler.seen().body.unwrap(), "{}");
    }
}

#[test]
fn a_streamed_body_fails_in_place_of_its_last_frame() {
    let layer = store().stream_hashed_bodies();
    let handler = Handler::default();
    let data = "data".repeat(1000);
    assert_eq!(send(&layer, &handler, put(&data)).status, 200);
    assert_eq!(handler.seen().body.unwrap(), data);

    let mut other = data.clone();
    other.replace_range(3999.., "!");
    let request = put(&data).map(|_| Pieces::of(&other));
    assert_eq!(
        send(&layer, &handler, request).status,
        200,
        "the handler answers"
    );
    let seen = handler.seen();
    let error = "payload hash does not match `x-amz-content-sha256`";
    assert_eq!(seen.body, Err(error.to_owned()));
    assert_eq!(
        seen.frames.concat(),
        data.as_bytes()[..3000],
        "all but the last frame"
    );

    // A removed body is refused before the handler, which may not read it.
    let request = put(&data).map(|_| Pieces::of(""));
    assert_eq!(
        send(&layer, &handler, request).code(),
        (400, "XAmzContentSHA256Mismatch")
    );
    assert_eq!(handler.calls(), 0);
}

#[test]
fn a_body_that_breaks_is_incomplete() {
    let broken = || {
        let mut pieces = Pieces::of("dat");
        pieces.announced = Some(4);
        pieces
            .pieces
            .push_back(Err("the client has gone".to_owned()));
        put("data").map(|_| pieces)
    };
    let handler = Handler::default();
    let answer = send(&store(), &handler, broken());
    assert_eq!(answer.code(), (400, "IncompleteBody"));
    let source = StdError::source(answer.refused.as_ref().unwrap())
        .unwrap()
        .to_string();
    assert_eq!(source, "the client has gone");
    assert!(!answer.text.contains("gone"), "{}", answer.text);
    assert_eq!(handler.calls(), 0);

    send(&store().stream_hashed_bodies(), &handler, broken());
    assert_eq!(
        handler.seen().body,
        Err("reading the request body failed".to_owned())
    );
}

#[test]
fn bodies_above_the_limit_are_refused() {
    let layer = store().with_buffer_limit(2500);
    let handler = Handler::default();
    assert_eq!(send(&layer, &handler, put(&"x".repeat(2500))).status, 200);
    handler.seen();
    // With a declared length, the body is not read at all.
    let request = put(&"x".repeat(2501));
    let polled = request.body().polled.clone();
    assert_eq!(
        send(&layer, &handler, request).code(),
        (400, "EntityTooLarge")
    );
    assert_eq!(polled.load(Ordering::Relaxed), 0);
    // Without one, it is read only until the limit is exceeded.
    let mut request = put(&"x".repeat(100_000));
    request.body_mut().announced = None;
    let polled = request.body().polled.clone();
    assert_eq!(
        send(&layer, &handler, request).code(),
        (400, "EntityTooLarge")
    );
    assert_eq!(polled.load(Ordering::Relaxed), 6);
    assert_eq!(handler.calls(), 0);

    // The limit does not apply to streamed bodies.
    let layer = layer.stream_hashed_bodies();
    assert_eq!(send(&layer, &handler, put(&"x".repeat(2501))).status, 200);
}

#[test]
fn trailers_of_http_do_not_reach_the_handler() {
    for layer in [store(), store().stream_hashed_bodies()] {
        let mut request = put("data");
        let trailers = HeaderMap::from_iter([(http::header::EXPIRES, "0".parse().unwrap())]);
        request
            .body_mut()
            .pieces
            .push_back(Ok(Frame::trailers(trailers)));
        let handler = Handler::default();
        assert_eq!(send(&layer, &handler, request).status, 200);
        let seen = handler.seen();
        assert_eq!(seen.body.unwrap(), "data");
        assert!(seen.trailers.is_none());
    }
}

#[test]
fn unsigned_payloads_are_refused_unless_the_server_accepts_them() {
    let unsigned = |method: &str, data: &str| {
        let builder = Request::builder()
            .method(method)
            .uri("/bucket/key")
            .header("host", HOST);
        let mut request = builder.body(Pieces::of(data)).unwrap();
        signer("s3")
            .sign(&mut request, PayloadHash::Unsigned, now())
            .unwrap();
        request
    };
    let presigned = |method: &str, data: &str| {
        let uri = format!("https://{HOST}/bucket/key");
        let request = Request::builder().method(method).uri(uri).body(()).unwrap();
        let minute = Duration::from_secs(60);
        let url = signer("s3").presign(&request, minute, now()).unwrap();
        let request = Request::builder().method(method).uri(url.uri().unwrap());
        request.body(Pieces::of(data)).unwrap()
    };
    // The request, and whether it is accepted by default.
    for (request, accepted) in [
        (unsigned("GET", ""), true),
        (unsigned("HEAD", ""), true),
        (unsigned("DELETE", ""), true),
        (presigned("GET", ""), true),
        (unsigned("PUT", "data"), false),
        (presigned("PUT", "data"), false),
        // The body may have been removed or added.
        (unsigned("PUT", ""), false),
        (unsigned("GET", "data"), false),
        (presigned("GET", "data"), false),
    ] {
        let what = format!("{} {:?}", request.method(), request.uri());
        let answer = send(&store(), &Handler::default(), request);
        let expected = if accepted { 200 } else { 403 };
        assert_eq!(answer.status, expected, "{what}");
        if !accepted && !what.starts_with("HEAD") {
            assert_eq!(answer.code(), (403, "AccessDenied"));
            assert!(matches!(answer.refused, Some(Refused::UnsignedPayload)));
        }
    }
    let layer = store().accept_unsigned_payloads();
    for request in [unsigned("PUT", "data"), presigned("PUT", "data")] {
        let handler = Handler::default();
        assert_eq!(send(&layer, &handler, request).status, 200);
        assert_eq!(handler.seen().body.unwrap(), "data");
    }
}

#[test]
fn chunks_are_decoded_and_the_headers_describe_the_decoded_body() {
    let data = "data".repeat(20_000);
    let (head, wire) = in_chunks(data.as_bytes(), ChunkedEncoding::signed(80_000));
    assert_eq!(head.headers()["content-encoding"], "aws-chunked,gzip");
    let handler = Handler::default();
    assert_eq!(
        send(&store(), &handler, with_body(&head, &wire)).status,
        200
    );
    let seen = handler.seen();
    assert_eq!(seen.body.unwrap(), data);
    assert_eq!(seen.headers["content-length"], "80000");
    assert_eq!(seen.headers["content-encoding"], "gzip");
}

#[test]
fn changed_chunks_fail_while_they_stream() {
    let data = vec![b'd'; 100_000];
    let (head, wire) = in_chunks(&data, ChunkedEncoding::signed(100_000));
    let handler = Handler::default();
    let fail = |wire: &[u8], expected: &str| {
        send(&store(), &handler, with_body(&head, wire));
        let seen = handler.seen();
        assert_eq!(seen.body, Err(expected.to_owned()));
        // At most the first chunk is passed on, and never the last one.
        assert!(data.starts_with(&seen.frames.concat()) && seen.frames.concat().len() <= 65_536);
    };
    let mismatch = "signature of a chunk or of the trailers does not match";
    let mut changed = wire.clone();
    changed[90_000] ^= 1;
    fail(&changed, mismatch);
    let incomplete = "body ended before its final chunk and trailers";
    fail(&wire[..wire.len() - 2], incomplete);
    fail(&wire[..70_000], incomplete);
    // The first chunk is repeated in place of the second.
    let mut repeated = wire[..65_536 + 80].to_vec();
    repeated.extend_from_slice(&wire[..65_536 + 80]);
    send(&store(), &handler, with_body(&head, &repeated));
    assert!(handler.seen().body.is_err());
}

#[test]
fn a_chunk_above_the_limit_is_refused() {
    let data = vec![b'd'; 100_000];
    let (head, wire) = in_chunks(&data, ChunkedEncoding::signed(100_000));
    let handler = Handler::default();
    send(
        &store().with_max_chunk_size(65_535),
        &handler,
        with_body(&head, wire),
    );
    let error = handler.seen().body.unwrap_err();
    assert_eq!(
        error,
        "chunk is 65536 bytes, above the maximum of 65535 bytes"
    );
}

#[test]
fn small_chunks_need_the_choice_of_the_server() {
    let small = ChunkedEncoding::signed(30)
        .with_chunk_size(10)
        .without_min_chunk_size();
    let (head, wire) = in_chunks(&[b'd'; 30], small);
    let handler = Handler::default();
    send(&store(), &handler, with_body(&head, &wire));
    let error = handler.seen().body.unwrap_err();
    assert_eq!(
        error,
        "chunk 1 is 10 bytes, below the minimum of 8192 bytes: only the last chunk may be smaller"
    );
    send(
        &store().without_min_chunk_size(),
        &handler,
        with_body(&head, &wire),
    );
    assert_eq!(handler.seen().body.unwrap(), vec![b'd'; 30]);
}

#[cfg(feature = "checksums")]
#[test]
fn trailers_are_checked_and_shown() {
    use countersign::chunked::ChecksumAlgorithm::Crc32;
    let data = b"aaaaa";
    let handler = Handler::default();
    let layer = store().accept_unsigned_payloads();
    for encoding in [
        ChunkedEncoding::signed_with_trailers(5, [Crc32.into()]),
        ChunkedEncoding::unsigned_with_trailers(5, [Crc32.into()]),
    ] {
        let (head, wire) = in_chunks(data, encoding);
        assert_eq!(send(&layer, &handler, with_body(&head, &wire)).status, 200);
        let seen = handler.seen();
        assert_eq!(seen.body.unwrap(), &data[..]);
        assert_eq!(seen.trailers.unwrap()["x-amz-checksum-crc32"], "7qyTuQ==");

        let text = String::from_utf8(wire).unwrap();
        let other = text.replace("7qyTuQ==", "7qyTuA==");
        assert_ne!(other, text);
        send(&layer, &handler, with_body(&head, other));
        assert!(handler.seen().body.is_err());
        // The trailer is missing, and the rest is there.
        let line = "x-amz-checksum-crc32:7qyTuQ==\r\n";
        let without = text.replace(line, "");
        assert_eq!(without.len(), text.len() - line.len());
        send(&layer, &handler, with_body(&head, without));
        assert!(handler.seen().body.is_err());
    }
    // Unsigned chunks are an unsigned payload.
    let (head, wire) = in_chunks(
        data,
        ChunkedEncoding::unsigned_with_trailers(5, [Crc32.into()]),
    );
    assert_eq!(
        send(&store(), &handler, with_body(&head, wire)).code(),
        (403, "AccessDenied")
    );
    assert_eq!(handler.calls(), 0);
}

#[cfg(feature = "event-stream")]
#[test]
fn event_streams_need_the_choice_of_the_server() {
    use countersign::verify::StreamContext;
    let mut request = Request::post("/stream")
        .header("host", "api")
        .body(Pieces::of("x"))
        .unwrap();
    signer("transcribe")
        .sign_events(&mut request, now())
        .map(drop)
        .unwrap();
    let verifier = Verifier::new("us-east-1", "transcribe").unwrap();
    let layer = VerifyLayer::new(verifier, keys(&Arc::default())).with_clock(now);
    let (head, _) = request.into_parts();
    let again = || Request::from_parts(head.clone(), Pieces::of("x"));
    let handler = Handler::default();
    let refused = send(&layer, &handler, again()).refusal();
    assert_eq!(
        refused.code(countersign::verify::Protocol::S3),
        "InvalidRequest"
    );
    assert_eq!(handler.calls(), 0);

    let layer = layer.accept_event_streams();
    assert_eq!(send(&layer, &handler, again()).status, 200);
    let seen = handler.seen();
    assert!(seen.extensions.get::<StreamContext>().is_some());
    assert_eq!(seen.body.unwrap(), "x");
}
