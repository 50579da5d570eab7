//! 64 MiB through a server with the layer that verifies, for each way to sign a payload, and back,
//! in constant memory. Then 10,000 requests over 64 connections. `LAYER_MIB` sets another size: the
//! long run uses 700. It is in a binary of its own, because the peak of a process is that of all
//! its tests.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

use axum::Router;
use axum::body::Body as AxumBody;
use axum::extract::Request as AxumRequest;
use axum::routing::get;
use bytes::Bytes;
use countersign::chunked::{ChecksumAlgorithm, ChunkedBody, ChunkedEncoding};
use countersign::tower::verify::{FoundKey, KeyClaim, VerifyLayer};
use countersign::verify::Verifier;
use countersign::{Credentials, PayloadHash, Signer};
use countersign_interop::large::{Generator, hex, memory};
use countersign_interop::report;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

const MIB: u64 = 1024 * 1024;
/// For the whole process: client, server and runtime.
const BOUND: u64 = 32 * MIB;
const CONNECTIONS: usize = 64;
const REQUESTS: usize = 10_000;

/// The length and the SHA-256 of a body, or its error.
async fn digest<B: Body<Data = Bytes> + Unpin>(mut body: B) -> Result<String, B::Error> {
    let (mut length, mut hash) = (0, Sha256::new());
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            length += data.len();
            hash.update(&data);
        }
    }
    Ok(format!("{length} {}", hex(&hash.finalize())))
}

fn known() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

/// The handlers: one returns the digest of an upload, the other sends the requested number of
/// bytes.
fn routes() -> Router {
    let put = async |request: AxumRequest| match digest(request.into_body()).await {
        Ok(digest) => Response::new(AxumBody::from(digest)),
        Err(error) => {
            let mut response = Response::new(AxumBody::from(error.to_string()));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
    };
    let send = async |request: AxumRequest| {
        let length = request.uri().query().and_then(|query| query.parse().ok());
        AxumBody::new(Generator::new(length.unwrap_or(0)))
    };
    Router::new().route("/b/k", get(send).put(put))
}

fn verified() -> Router {
    let keys = async |claim: KeyClaim| -> Result<_, Infallible> {
        Ok((claim.access_key_id == "AKIDEXAMPLE").then(|| FoundKey::from(known())))
    };
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let layer = VerifyLayer::new(verifier, keys)
        .accept_unsigned_payloads()
        .stream_hashed_bodies();
    routes().layer(layer)
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

fn signer() -> Signer {
    Signer::new(known(), "us-east-1", "s3").unwrap()
}

fn client<B>() -> Client<HttpConnector, B>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
{
    Client::builder(TokioExecutor::new()).build_http()
}

async fn upload(address: SocketAddr, way: &str, length: u64) -> String {
    let request = Request::put(format!("http://{address}/b/k"));
    let mut request = request.body(Generator::new(length)).unwrap();
    let now = SystemTime::now();
    let checksum = || [ChecksumAlgorithm::Crc64Nvme.into()];
    let encoding = match way {
        "signed chunks" => ChunkedEncoding::signed(length),
        "signed chunks and trailer" => ChunkedEncoding::signed_with_trailers(length, checksum()),
        "unsigned chunks and trailer" => {
            ChunkedEncoding::unsigned_with_trailers(length, checksum())
        }
        _ => {
            let payload = match way {
                "hashed" => PayloadHash::Sha256(Generator::new(length).sha256()),
                _ => PayloadHash::Unsigned,
            };
            signer().sign(&mut request, payload, now).unwrap();
            let response = client().request(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{way}");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            return String::from_utf8(body.to_vec()).unwrap();
        }
    };
    let chunks = signer().sign_chunked(&mut request, encoding, now).unwrap();
    let request = request.map(|body| ChunkedBody::new(body, chunks));
    let response = client().request(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{way}");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

async fn download(address: SocketAddr, length: u64) -> String {
    let request = Request::get(format!("http://{address}/b/k?{length}"));
    let mut request = request.body(Full::<Bytes>::default()).unwrap();
    signer()
        .sign(&mut request, PayloadHash::EMPTY, SystemTime::now())
        .unwrap();
    let response = client().request(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    digest(response.into_body()).await.unwrap()
}

#[tokio::test]
async fn bodies_stream_through_the_layer_in_constant_memory() {
    let mib = std::env::var("LAYER_MIB").map_or(64, |mib| mib.parse().unwrap());
    let length = mib * MIB;
    let address = serve(verified()).await;
    let ways = [
        "hashed",
        "unsigned",
        "signed chunks",
        "signed chunks and trailer",
        "unsigned chunks and trailer",
    ];
    // What client, server and runtime use themselves.
    for way in ways {
        upload(address, way, 4 * MIB).await;
    }
    download(address, 4 * MIB).await;
    let start = memory("VmRSS");
    let expected: String = {
        let hash = Generator::new(length).sha256();
        let hash = hex(&hash);
        format!("{length} {hash}")
    };
    for way in ways {
        assert_eq!(upload(address, way, length).await, expected, "{way}");
    }
    assert_eq!(download(address, length).await, expected);
    let (Some(start), Some(peak)) = (start, memory("VmHWM")) else {
        return report::line("layer: this system does not tell its memory");
    };
    let above = peak.saturating_sub(start);
    report::line(&format!(
        "layer: {mib} MiB up in five ways and down, peak {} KiB, {} KiB above the start",
        peak / 1024,
        above / 1024,
    ));
    assert!(above < BOUND, "{above} bytes above the start");
}

/// Sends signed requests over many connections, and returns the number of responses per second.
async fn load(address: SocketAddr) -> f64 {
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let next = Arc::clone(&next);
        connections.push(tokio::spawn(async move {
            // A client of its own has a connection of its own.
            let (client, signer) = (client(), signer());
            while next.fetch_add(1, Ordering::Relaxed) < REQUESTS {
                let put = Request::put(format!("http://{address}/b/k"));
                let mut put = put.body(Full::from("data")).unwrap();
                let payload = PayloadHash::new("data");
                signer.sign(&mut put, payload, SystemTime::now()).unwrap();
                let response = client.request(put).await.unwrap();
                assert_eq!(response.status(), StatusCode::OK);
                assert!(digest(response.into_body()).await.is_ok());
            }
        }));
    }
    for connection in connections {
        connection.await.unwrap();
    }
    REQUESTS as f64 / start.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "10,000 requests, twice"]
async fn ten_thousand_requests_over_64_connections_are_answered() {
    let (alone, layer) = (serve(routes()).await, serve(verified()).await);
    load(alone).await;
    let (alone, layer) = (load(alone).await, load(layer).await);
    report::line(&format!(
        "layer: {REQUESTS} requests over {CONNECTIONS} connections, \
         {alone:.0}/s without the layer, {layer:.0}/s with it"
    ));
}
