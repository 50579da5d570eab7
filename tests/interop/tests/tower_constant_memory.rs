//! 700 MB from a generator, through the layer that signs, to a real server, in constant memory. It
//! is in a binary of its own, because the peak of a process is that of all its tests.

use std::convert::Infallible;

use countersign::Signer;
use countersign::chunked::ChecksumAlgorithm;
use countersign::tower::sign::{Payload, SignLayer};
use countersign_interop::large::{Generator, hex, memory};
use countersign_interop::layered::{self, AnyBody, Layered};
use countersign_interop::server::Server;
use countersign_interop::store::SINK;
use countersign_interop::{REGION, callers, report};
use futures::stream;
use http::Request;
use http_body::Frame;
use http_body_util::StreamBody;

const LENGTH: u64 = 700_000_000;
const BOUND: u64 = 32 << 20;

/// A stream whose length is in the header only.
fn body(length: u64) -> AnyBody {
    let frames = Generator::new(length).map(|data| Ok::<_, Infallible>(Frame::data(data)));
    layered::boxed(StreamBody::new(stream::iter(frames)))
}

/// What the server stores for an object that it does not keep.
fn expected(length: u64) -> String {
    let hash = hex(&Generator::new(length).sha256());
    format!("{length} {hash}")
}

async fn upload(server: &Server, client: &mut Layered, length: u64, payload: Payload) -> String {
    let url = server.url(&format!("/bucket/{SINK}big"));
    let put = Request::put(&url)
        .header("content-length", length)
        .extension(payload)
        .body(body(length));
    let response = layered::send(client, put.unwrap()).await.unwrap();
    assert_eq!(layered::read(response).await.0, 200, "{payload:?}");
    let get = Request::get(&url).body(layered::whole("")).unwrap();
    let response = layered::send(client, get).await.unwrap();
    String::from_utf8_lossy(&layered::read(response).await.1).into_owned()
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn uploads_of_700_mb_take_constant_memory() {
    let server = Server::start(callers::accounts()).await.unwrap();
    let signer = Signer::new(callers::long_term(), REGION, "s3").unwrap();
    let layer = SignLayer::new(signer).allow_unsigned_without_tls();
    let mut client = layered::client(&layer);
    let bucket = Request::put(server.url("/bucket")).body(layered::whole(""));
    let response = layered::send(&mut client, bucket.unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    // What the client, the server and the runtime use themselves.
    upload(&server, &mut client, 1 << 20, Payload::SignedChunks).await;
    let start = memory("VmRSS");
    let expected = expected(LENGTH);
    for payload in [
        Payload::SignedChunks,
        Payload::SignedChunksWithChecksum(ChecksumAlgorithm::Crc64Nvme),
        Payload::Unsigned,
    ] {
        let stored = upload(&server, &mut client, LENGTH, payload).await;
        assert_eq!(stored, expected, "{payload:?}");
    }
    let (Some(start), Some(peak)) = (start, memory("VmHWM")) else {
        return report::line("the layer streams: this system does not tell its memory");
    };
    let above = peak.saturating_sub(start);
    report::line(&format!(
        "the layer streams: {} MB three times, peak {} KiB, {} KiB above the start",
        LENGTH / 1_000_000,
        peak / 1024,
        above / 1024,
    ));
    assert!(above < BOUND, "{above} bytes above the start");
}
