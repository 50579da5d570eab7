//! 200 MiB from a generator, through the body type, to a real server, in constant memory. It is in
//! a binary of its own, because the peak of a process is that of all its tests.

use bytes::Bytes;
use countersign::Signer;
use countersign::chunked::{ChecksumAlgorithm, ChunkedBody, ChunkedEncoding};
use countersign_interop::client::Client;
use countersign_interop::large::{Generator, hex, memory};
use countersign_interop::server::Server;
use countersign_interop::signed::Form;
use countersign_interop::store::SINK;
use countersign_interop::{REGION, callers, report};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use time::OffsetDateTime;

const MIB: u64 = 1024 * 1024;
const LENGTH: u64 = 200 * MIB;
const BOUND: u64 = 32 * MIB;
#[tokio::test]
async fn streaming_200_mib_takes_constant_memory() {
    let server = Server::start(callers::accounts()).await.expect("a port");
    let signer = Signer::new(callers::long_term(), REGION, "s3").unwrap();
    let plain = Client::http1();
    let bucket = Request::put(server.url("/bucket")).body(Bytes::new());
    let bucket = Form::Header.sign(
        &signer,
        bucket.expect("a request"),
        OffsetDateTime::now_utc(),
    );
    assert_eq!(plain.send(bucket).await.status, StatusCode::OK);

    let client = legacy::Client::builder(TokioExecutor::new()).build_http();
    let upload = async |payload: ChunkedEncoding| {
        let generator = Generator::new(payload.decoded_length());
        let mut request = Request::put(server.url(&format!("/bucket/{SINK}big")))
            .body(generator)
            .expect("a request");
        let chunks = signer.sign_chunked(&mut request, payload, OffsetDateTime::now_utc());
        let chunks = chunks.expect("it can be signed");
        let request = request.map(|generator| ChunkedBody::new(generator, chunks));
        let answer = client.request(request).await.expect("a response");
        assert_eq!(answer.status(), StatusCode::OK);
        drop(answer.into_body().collect().await);

        let get = Request::get(server.url(&format!("/bucket/{SINK}big"))).body(Bytes::new());
        let get = get.expect("a request");
        let now = OffsetDateTime::now_utc();
        let stored = plain.send(Form::Header.sign(&signer, get, now)).await;
        String::from_utf8_lossy(&stored.body).into_owned()
    };
    // What the client, the server and the runtime use themselves.
    upload(ChunkedEncoding::signed(MIB)).await;
    let start = memory("VmRSS");

    let checksum = || [ChecksumAlgorithm::Crc64Nvme.into()];
    for payload in [
        ChunkedEncoding::signed_with_trailers(LENGTH, checksum()),
        ChunkedEncoding::unsigned_with_trailers(LENGTH, checksum()),
    ] {
        let stored = upload(payload).await;
        assert_eq!(
            stored,
            format!("{LENGTH} {}", hex(&Generator::new(LENGTH).sha256()))
        );
    }
    let (Some(start), Some(peak)) = (start, memory("VmHWM")) else {
        return report::line("s3 streams: this system does not tell its memory");
    };
    let above = peak.saturating_sub(start);
    report::line(&format!(
        "s3 streams: {} MiB, signed and unsigned, peak {} KiB, {} KiB above the start",
        LENGTH / MIB,
        peak / 1024,
        above / 1024,
    ));
    assert!(above < BOUND, "{above} bytes above the start");
}
