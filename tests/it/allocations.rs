//! The number of heap allocations of each operation. Its time is measured in `benches/`.

use std::time::Duration;

use allocation_counter::measure;
use countersign::chunked::{ChunkSigner, ChunkVerifier, ChunkedEncoding};
use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{
    Credentials, PayloadHash, RawRequest, Signer,
    sigv4::{AmzDate, Authorization, SigningKey},
};
use http::Request;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
const LIFETIME: Duration = Duration::from_secs(3600);
const HOST: &str = "examplebucket.s3.us-east-1.amazonaws.com";
const PATH: &str = "/photos/2026/some%20object%20key.jpg";
const QUERY: &str = "versionId=abc&partNumber=3";
const HEADERS: [(&str, &str); 3] = [
    ("range", "bytes=0-1048575"),
    ("user-agent", "example/1.0"),
    ("accept", "*/*"),
];

fn credentials() -> Credentials {
    Credentials::new(
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    .with_session_token("IQoJb3JpZ2luX2VjE/+==".repeat(48))
}

/// A signer with temporary credentials that has already derived the key of the day.
fn signer(service: &'static str) -> Signer {
    let signer = Signer::new(credentials(), "us-east-1", service).unwrap();
    signer.sign(&mut get(), PayloadHash::Unsigned, NOW).unwrap();
    signer
}

/// `GET` of an S3 object with the headers that clients send.
fn get() -> Request<()> {
    let mut request = Request::get(format!("https://{HOST}{PATH}?{QUERY}"));
    for (name, value) in HEADERS {
        request = request.header(name, value);
    }
    request.body(()).unwrap()
}

/// The number of allocations while `work` runs. Its result is dropped afterwards.
fn allocations<T>(work: impl FnOnce() -> T) -> u64 {
    let mut output = None;
    let counted = measure(|| output = Some(work()));
    drop(output);
    counted.count_total
}

#[test]
fn the_allocator_counts_each_allocation() {
    assert_eq!(allocations(|| ()), 0);
    assert_eq!(allocations(|| vec![1, 2, 3]), 1);
    assert_eq!(allocations(|| (Box::new(1), String::from("a"))), 2);
}

#[test]
fn signing_an_http_request_allocates_at_most_four_times() {
    let signer = signer("s3");
    let mut request = get();
    let count = allocations(|| {
        signer
            .sign(&mut request, PayloadHash::Unsigned, NOW)
            .unwrap()
    });
    // The header map grows twice (entries and index), then the date and the authorization. The
    // token is shared.
    assert!(count <= 4, "{count}");
}

#[test]
fn signing_slices_allocates_once() {
    let signer = signer("s3");
    let mut headers = vec![("host", HOST.as_bytes())];
    headers.extend(HEADERS.map(|(name, value)| (name, value.as_bytes())));
    let request = RawRequest {
        method: "GET",
        path: PATH,
        query: QUERY,
        headers: &headers,
    };
    let count = allocations(|| {
        signer
            .sign_raw(&request, PayloadHash::Unsigned, NOW)
            .unwrap()
    });
    // The authorization.
    assert_eq!(count, 1);
}

#[test]
fn presigning_allocates_the_url_and_once_the_encoded_token() {
    let signer = signer("s3");
    let request = Request::get(format!("https://{HOST}{PATH}"))
        .body(())
        .unwrap();
    let presign = || signer.presign(&request, LIFETIME, NOW).unwrap();
    // The URL is allocated at its full length. The encoded token is a second allocation, once.
    assert_eq!(allocations(presign), 2);
    assert_eq!(allocations(presign), 1);
    let request = Request::get("https://BUCKET.example/dt=1/é?c+d")
        .body(())
        .unwrap();
    let presign = || signer.presign(&request, LIFETIME, NOW).unwrap();
    assert_eq!(allocations(presign), 1);
    let headers = [("host", HOST.as_bytes())];
    let request = RawRequest {
        method: "GET",
        path: PATH,
        query: QUERY,
        headers: &headers,
    };
    let presign = || signer.presign_raw(&request, LIFETIME, NOW).unwrap();
    assert_eq!(allocations(presign), 1);
}

#[test]
fn hashing_and_deriving_allocate_nothing() {
    let body = vec![0; 100_000];
    assert_eq!(allocations(|| PayloadHash::new(&body)), 0);
    let secret_key = countersign::SecretKey::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let scope = countersign::sigv4::CredentialScope::new(NOW, "us-east-1", "s3").unwrap();
    let derive = || SigningKey::derive(&secret_key, &scope).sign("string to sign");
    assert_eq!(allocations(derive), 0);
}

/// Signed in the header and presigned, with a session token of 1,000 characters. The claim borrows
/// its parts from the request.
#[test]
fn verifying_allocates_nothing() {
    let signer = signer("s3");
    let mut header = Request::get(format!("{PATH}?{QUERY}"))
        .header("host", HOST)
        .body(())
        .unwrap();
    for (name, value) in HEADERS {
        header.headers_mut().insert(name, value.parse().unwrap());
    }
    let mut absolute = Request::get(format!("https://{HOST}{PATH}?{QUERY}"))
        .header("range", "bytes=0-9")
        .body(())
        .unwrap();
    let url = signer.presign(&absolute, LIFETIME, NOW).unwrap();
    *absolute.uri_mut() = url.uri().unwrap();
    let presigned = absolute;
    signer
        .sign(&mut header, PayloadHash::Unsigned, NOW)
        .unwrap();

    let verifier = Verifier::new("us-east-1", countersign::Service::S3).unwrap();
    let scope = countersign::sigv4::CredentialScope::new(NOW, "us-east-1", "s3").unwrap();
    let key = VerificationKey::derive(&credentials(), &scope).unwrap();
    // A path that is encoded in another way, as its client signed it, is hashed twice.
    let mut rules = countersign::Rules::S3;
    rules.recode_path = false;
    let as_sent = Signer::new(
        credentials(),
        "us-east-1",
        countersign::Service::new("s3", rules),
    )
    .unwrap();
    let mut crooked = Request::get("/dt=1/a@b?c+d")
        .header("host", HOST)
        .body(())
        .unwrap();
    as_sent
        .sign(&mut crooked, PayloadHash::Unsigned, NOW)
        .unwrap();
    for request in [header, presigned, crooked] {
        let count = measure(|| {
            let claim = SignedRequest::parse(&request).unwrap();
            let verified = verifier.verify(&claim, &key, PayloadHash::Unsigned, NOW);
            assert_eq!(verified.unwrap().access_key_id(), "ASIAIOSFODNN7EXAMPLE");
        });
        assert_eq!(count.count_total, 0, "{}", request.uri());
    }
}

/// A signer remembers one signing key, so its memory does not grow.
#[test]
fn the_key_cache_does_not_grow() {
    let signer = signer("s3");
    let mut request = get();
    let mut sign = |days: i64| {
        for day in 0..days {
            let now = NOW + time::Duration::days(day);
            signer
                .sign(&mut request, PayloadHash::Unsigned, now)
                .unwrap();
        }
    };
    sign(2);
    let counted = measure(|| sign(2_000));
    assert!(counted.bytes_current <= 0, "{counted:?}");

    // Signers with changing credentials leave no memory behind.
    let counted = measure(|| {
        for n in 0..2_000 {
            let credentials = Credentials::new(format!("ASIA{n}"), "secret");
            let signer =
                Signer::new(credentials.with_session_token("t"), "us-east-1", "s3").unwrap();
            signer.sign(&mut get(), PayloadHash::Unsigned, NOW).unwrap();
        }
    });
    assert_eq!(counted.bytes_current, 0, "{counted:?}");
}

#[test]
fn the_header_of_a_chunk_allocates_nothing() {
    let data = vec![7; 10 * 65_536 + 5];
    let signer = signer("s3");
    for payload in [
        ChunkedEncoding::signed(data.len() as u64),
        ChunkedEncoding::unsigned_with_trailers(data.len() as u64, []),
    ] {
        let mut chunks = signer.sign_chunked(&mut get(), payload, NOW).unwrap();
        for chunk in data.chunks(chunks.chunk_size()) {
            assert_eq!(allocations(|| chunks.header(chunk).unwrap()), 0);
        }
        // The final chunk is a separate buffer.
        assert_eq!(allocations(|| chunks.finish().unwrap()), 1);
    }
}

fn signed_chunks(payload: &ChunkedEncoding) -> (ChunkSigner, ChunkVerifier) {
    let mut request = get();
    let chunks = signer("s3")
        .sign_chunked(&mut request, payload.clone(), NOW)
        .unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let authorization = Authorization::parse(authorization).unwrap();
    let scope = authorization.scope;
    let key = VerificationKey::derive(&credentials(), &scope).unwrap();
    let date = AmzDate::new(NOW).unwrap();
    let verifier =
        ChunkVerifier::for_payload(payload, &authorization.signature, &date, &scope, key);
    (chunks, verifier)
}

/// At most twice the length that has arrived, and never more than the chunk. The announced size
/// does not count.
#[test]
fn memory_for_a_chunk_grows_with_the_data_received() {
    const SIZE: usize = 16 << 20;
    let data = vec![7; SIZE];
    let payload = ChunkedEncoding::signed(SIZE as u64).with_chunk_size(SIZE);
    let (mut chunks, mut verifier) = signed_chunks(&payload);
    let header = chunks.header(&data).unwrap();
    let mut arrived = 0;
    let mut held = 0;
    verifier.decode(header.as_ref()).unwrap();
    for piece in data.chunks(1000) {
        arrived += piece.len();
        let counted = measure(|| {
            let decoded = verifier.decode(piece).unwrap();
            assert_eq!(decoded.data.len(), if arrived == SIZE { SIZE } else { 0 });
        });
        held += counted.bytes_current;
        assert!(held <= (2 * arrived) as i64, "{held} bytes for {arrived}");
        assert!(held <= SIZE as i64, "{held}");
    }
    assert_eq!(arrived, SIZE);
}

/// Small frames are collected in a buffer that doubles. While it grows, the old and the new one
/// exist.
#[cfg(feature = "http-body")]
#[test]
fn memory_of_a_verified_body_is_at_most_three_times_the_data_received() {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use bytes::Bytes;
    use countersign::chunked::VerifiedBody;
    use http_body::{Body, Frame};

    struct Frames(VecDeque<Bytes>);

    impl Body for Frames {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.pop_front().map(|data| Ok(Frame::data(data))))
        }
    }

    const SIZE: usize = 4 << 20;
    let data = vec![7; SIZE];
    let payload = ChunkedEncoding::signed(SIZE as u64).with_chunk_size(SIZE);
    for sizes in [&[100][..], &[1024, 1], &[1023], &[5000, 1023, 1, 1024]] {
        let (mut chunks, verifier) = signed_chunks(&payload);
        let header = chunks.header(&data).unwrap();
        let mut frames = VecDeque::from([Bytes::copy_from_slice(header.as_ref())]);
        let mut rest = Bytes::from(data.clone());
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            frames.push_back(rest.split_to(rest.len().min(*size)));
        }
        let mut body = VerifiedBody::new(Frames(frames), verifier);
        let counted = measure(|| {
            let frame = Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop()));
            // All but the final chunk has arrived.
            assert!(matches!(frame, Poll::Ready(Some(Err(_)))));
        });
        assert!(
            counted.bytes_max <= 3 * SIZE as u64,
            "{sizes:?}: {counted:?}"
        );
    }
}

#[cfg(feature = "event-stream")]
#[test]
fn memory_for_a_message_grows_with_the_data_received() {
    use countersign::event_stream::{DEFAULT_MAX_MESSAGE_LENGTH, Decoder, encode};

    let mut frame = Vec::new();
    let payload = vec![7; DEFAULT_MAX_MESSAGE_LENGTH - 16];
    encode(&[], &payload, &mut frame).unwrap();
    let (mut decoder, mut arrived, mut held) = (Decoder::new(), 0, 0);
    for mut piece in frame.chunks(10_000) {
        arrived += piece.len();
        let counted = measure(|| {
            let message = decoder.decode(&mut piece).unwrap();
            assert_eq!(message.is_some(), arrived == frame.len());
        });
        held += counted.bytes_current;
        assert!(held <= (2 * arrived) as i64, "{held} bytes for {arrived}");
        assert!(held <= frame.len() as i64, "{held}");
    }
}

#[test]
fn only_the_first_chunk_allocates_when_verified() {
    let data = vec![7; 10 * 65_536];
    let payload = ChunkedEncoding::signed(data.len() as u64);
    let (mut chunks, mut verifier) = signed_chunks(&payload);
    for (i, chunk) in data.chunks(65_536).enumerate() {
        let header = chunks.header(chunk).unwrap();
        // The first chunk allocates the buffers for a header and for a chunk. All others reuse
        // them.
        let room = if i == 0 { 4 } else { 0 };
        let counted = allocations(|| {
            let (half, rest) = chunk.split_at(30_000);
            for piece in [header.as_ref(), half] {
                assert!(verifier.decode(piece).unwrap().data.is_empty());
            }
            assert_eq!(verifier.decode(rest).unwrap().data.len(), 65_536);
        });
        assert!(counted <= room, "{counted} allocations for chunk {i}");
    }
}
