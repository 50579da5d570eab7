//! Does a real server accept uploads that are signed while they are streamed, and does it refuse
//! them after a change?

use bytes::Bytes;
use countersign::Signer;
use countersign::chunked::{ChecksumAlgorithm, ChunkedBody, ChunkedEncoding};
use countersign_interop::client::{Answer, Client};
use countersign_interop::server::Server;
use countersign_interop::signed::Form;
use countersign_interop::{REGION, callers, report};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use time::OffsetDateTime;

/// Nothing, one byte, exactly one chunk, one byte less and one more, and several chunks.
const LENGTHS: [usize; 6] = [0, 1, 65_535, 65_536, 65_537, 200_000];

fn data(length: usize) -> Bytes {
    (0..length).map(|i| (i % 251) as u8).collect()
}

fn length(data: &Bytes) -> u64 {
    data.len() as u64
}

/// Every kind of payload, and every checksum if it has trailers.
fn forms(decoded_length: u64) -> Vec<(String, ChunkedEncoding)> {
    let mut forms = vec![("signed".to_owned(), ChunkedEncoding::signed(decoded_length))];
    for algorithm in ChecksumAlgorithm::ALL {
        let trailers = || [algorithm.into()];
        forms.extend([
            (
                format!("signed, {algorithm:?}"),
                ChunkedEncoding::signed_with_trailers(decoded_length, trailers()),
            ),
            (
                format!("unsigned, {algorithm:?}"),
                ChunkedEncoding::unsigned_with_trailers(decoded_length, trailers()),
            ),
        ]);
    }
    forms
}

struct Bucket {
    server: Server,
    client: Client,
    signer: Signer,
}

impl Bucket {
    async fn new() -> Self {
        let server = Server::start(callers::accounts()).await.expect("a port");
        let client = Client::http1();
        let temporary = callers::temporary(&server, &client).await;
        let bucket = Self {
            server,
            client,
            signer: Signer::new(temporary, REGION, "s3").unwrap(),
        };
        let made = bucket.plain(Request::put(bucket.server.url("/bucket")), Bytes::new());
        assert_eq!(made.await.status, StatusCode::OK);
        bucket
    }

    async fn plain(&self, request: http::request::Builder, body: Bytes) -> Answer {
        let request = request.body(body).expect("a request");
        let now = OffsetDateTime::now_utc();
        self.client
            .send(Form::Header.sign(&self.signer, request, now))
            .await
    }

    /// An upload in chunks with its whole body.
    async fn upload(&self, payload: ChunkedEncoding, data: Bytes) -> Request<Bytes> {
        let mut request = Request::put(self.server.url("/bucket/a%20key"))
            .header("content-type", "text/plain")
            .body(Full::new(data))
            .expect("a request");
        let now = OffsetDateTime::now_utc();
        let chunks = self
            .signer
            .sign_chunked(&mut request, payload, now)
            .expect("it can be signed");
        let (parts, body) = request
            .map(|data| ChunkedBody::new(data, chunks))
            .into_parts();
        let body = body.collect().await.expect("what was announced");
        Request::from_parts(parts, body.to_bytes())
    }

    async fn stored(&self) -> Bytes {
        let get = Request::get(self.server.url("/bucket/a%20key"));
        let answer = self.plain(get, Bytes::new()).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.body
    }
}

#[tokio::test]
async fn streams_of_every_form_and_length_are_accepted() {
    let bucket = Bucket::new().await;
    let mut accepted = 0;
    for data in LENGTHS.map(data) {
        for (name, payload) in forms(length(&data)) {
            for payload in [payload.clone(), payload.with_any_chunk_size()] {
                let request = bucket.upload(payload, data.clone()).await;
                let answer = bucket.client.send(request).await;
                let said = String::from_utf8_lossy(&answer.body);
                assert_eq!(
                    answer.status,
                    StatusCode::OK,
                    "{name}, {}: {said}",
                    data.len()
                );
                assert!(bucket.stored().await == data, "{name}");
                accepted += 1;
            }
        }
    }
    report::line(&format!("s3 streams: accepted {accepted} uploads"));
}

/// A change of a body on the way.
type Tampering = fn(&mut Vec<u8>);

/// The length of a chunk of 64 KiB with its header and line breaks.
const CHUNK: usize = 5 + 17 + 64 + 2 + 65_536 + 2;

const TAMPERINGS: [(&str, Tampering); 5] = [
    ("a flipped byte of the first chunk", |wire| wire[1000] ^= 1),
    ("a flipped byte of the last chunk", |wire| {
        wire[3 * CHUNK + 200] ^= 1;
    }),
    ("two chunks swapped", |wire| {
        let second = wire[CHUNK..2 * CHUNK].to_vec();
        wire.copy_within(..CHUNK, CHUNK);
        wire[..CHUNK].copy_from_slice(&second);
    }),
    ("a chunk dropped", |wire| drop(wire.drain(CHUNK..2 * CHUNK))),
    ("a chunk sent twice", |wire| {
        let first = wire[..CHUNK].to_vec();
        wire.splice(..0, first);
    }),
];

/// A change that `s3s` 0.14.1 accepts: it takes the end of the body for the end of the chunks. (The
/// crate's own verifier refuses it: row v10 of `docs/edge-cases.md`.)
const UNNOTICED: (&str, Tampering) = ("everything after the third chunk dropped", |wire| {
    wire.truncate(3 * CHUNK);
});

#[tokio::test]
async fn tampered_chunks_are_refused() {
    let bucket = Bucket::new().await;
    let data = data(200_000);
    let checksum = || [ChecksumAlgorithm::Crc32.into()];
    let mut refused = 0;
    for payload in [
        ChunkedEncoding::signed(length(&data)),
        ChunkedEncoding::signed_with_trailers(length(&data), checksum()),
    ] {
        // Without a signed `content-length`, which would show some of these changes.
        let payload = payload.with_any_chunk_size();
        for (what, tamper) in TAMPERINGS.into_iter().chain([UNNOTICED]) {
            let request = bucket.upload(payload.clone(), data.clone()).await;
            let request = request.map(|wire| {
                let mut wire = wire.to_vec();
                tamper(&mut wire);
                Bytes::from(wire)
            });
            let answer = bucket.client.send(request).await;
            let accepted = answer.status.is_success();
            assert_eq!(accepted, what == UNNOTICED.0, "{what}: {:?}", answer.status);
            refused += usize::from(!accepted);
        }
        let mut request = bucket.upload(payload, data.clone()).await;
        let name = "x-amz-decoded-content-length";
        request.headers_mut().insert(name, 199_999.into());
        let answer = bucket.client.send(request).await;
        assert_eq!(answer.code().as_deref(), Some("SignatureDoesNotMatch"));
        refused += 1;
    }
    report::line(&format!("s3 streams: refused {refused} tampered uploads"));
}

#[tokio::test]
async fn tampered_trailers_are_refused() {
    let bucket = Bucket::new().await;
    let data = data(100_000);
    let checksum = || [ChecksumAlgorithm::Crc32.into()];
    for (payload, from, to) in [
        (
            ChunkedEncoding::signed_with_trailers(length(&data), checksum()),
            "x-amz-checksum-crc32:",
            "x-amz-checksum-crc32:A",
        ),
        (
            ChunkedEncoding::signed_with_trailers(length(&data), checksum()),
            "x-amz-trailer-signature:",
            "x-amz-trailer-signature:0",
        ),
    ] {
        let request = bucket
            .upload(payload.with_any_chunk_size(), data.clone())
            .await;
        let request = request.map(|wire| {
            let at = wire
                .windows(from.len())
                .position(|window| window == from.as_bytes())
                .expect("the trailer");
            // One character is inserted at the start of the value, and the last one is removed.
            let value = at + from.len();
            let end = value
                + wire[value..]
                    .iter()
                    .position(|b| *b == b'\r')
                    .expect("its end");
            let parts = [
                &wire[..at],
                to.as_bytes(),
                &wire[value..end - 1],
                &wire[end..],
            ];
            Bytes::from(parts.concat())
        });
        let answer = bucket.client.send(request).await;
        assert!(!answer.status.is_success(), "{to}: {:?}", answer.status);
    }
}
