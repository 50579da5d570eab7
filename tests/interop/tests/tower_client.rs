//! Does a real S3 server accept what the client of hyper-util sends with the layer that signs?

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign::chunked::ChecksumAlgorithm;
use countersign::clock_skew::Measurement;
use countersign::sources::{RefreshCell, RefreshPermit, RefreshPolicy, Validity};
use countersign::tower::sign::{Error, Payload, Refreshing, SignError, SignLayer};
use countersign::{Credentials, Signer, Timestamp};
use countersign_interop::client::Client;
use countersign_interop::layered::{self, AnyBody, Layered};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers};
use futures::stream;
use http::Request;
use http_body::Frame;
use http_body_util::StreamBody;

fn signer() -> Signer {
    Signer::new(callers::long_term(), REGION, "s3").unwrap()
}

async fn bucket(server: &Server, client: &mut Layered) {
    let put = Request::put(server.url("/bucket")).body(layered::whole(""));
    let response = layered::send(client, put.unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
}

/// A streamed body, in frames that do not divide the size of a chunk.
fn streamed(data: &Bytes) -> AnyBody {
    let mut rest = data.clone();
    let frames = std::iter::from_fn(move || {
        let frame = rest.split_to(rest.len().min(10_000));
        (!frame.is_empty()).then(|| Ok::<_, Infallible>(Frame::data(frame)))
    });
    layered::boxed(StreamBody::new(stream::iter(frames)))
}

#[tokio::test]
async fn every_payload_is_stored_and_read_again() {
    let server = Server::start(callers::accounts()).await.unwrap();
    let layer = SignLayer::new(signer()).allow_unsigned_without_tls();
    let mut client = layered::client(&layer);
    bucket(&server, &mut client).await;
    let mut payloads = vec![Payload::Hashed, Payload::Unsigned, Payload::SignedChunks];
    for checksum in ChecksumAlgorithm::ALL {
        payloads.push(Payload::SignedChunksWithChecksum(checksum));
        payloads.push(Payload::UnsignedChunksWithChecksum(checksum));
    }
    for payload in payloads {
        for length in [0, 1, 65_536, 200_000] {
            let data: Bytes = (0..length).map(|i| (i % 251) as u8).collect();
            let body = match payload {
                Payload::Hashed => layered::whole(data.clone()),
                _ => streamed(&data),
            };
            let url = server.url("/bucket/a%20key%21");
            let put = Request::put(&url)
                .header("content-length", length)
                .extension(payload)
                .body(body);
            let response = layered::send(&mut client, put.unwrap()).await.unwrap();
            let (status, answer) = layered::read(response).await;
            assert_eq!(status, 200, "{payload:?}, {length}: {answer:?}");
            let get = Request::get(&url).body(layered::whole("")).unwrap();
            let response = layered::send(&mut client, get).await.unwrap();
            assert!(layered::read(response).await.1 == data, "{payload:?}");
        }
    }
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_after_one_refusal() {
    let server = Server::start(callers::accounts()).await.unwrap();
    for wrong in [-3600, 3600] {
        let layer = SignLayer::new(signer()).with_clock(move || {
            let now = Timestamp::from(SystemTime::now());
            let hour = Duration::from_secs(3600);
            if wrong < 0 { now - hour } else { now + hour }
        });
        let mut client = layered::client(&layer);
        let put = || Request::put(server.url("/bucket")).body(layered::whole(""));
        let response = layered::send(&mut client, put().unwrap()).await.unwrap();
        let measurement = *response.extensions().get::<Measurement>().unwrap();
        let (status, body) = layered::read(response).await;
        assert_eq!(status, 403);
        let body = String::from_utf8_lossy(&body);
        let (_, code) = body.split_once("<Code>").unwrap();
        let (code, _) = code.split_once("</Code>").unwrap();
        assert!(measurement.is_worth_a_retry(code), "{code}");
        let seconds = layer.clock_skew().as_millis() / 1000;
        assert!((seconds + wrong).abs() <= 5, "{seconds} s");
        let response = layered::send(&mut client, put().unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
    }
}

#[tokio::test]
async fn refused_with_a_wrong_secret_and_unsent_if_it_cannot_be_hashed() {
    let server = Server::start(callers::accounts()).await.unwrap();
    let wrong = Credentials::new(callers::ACCESS_KEY_ID, "another");
    let wrong = Signer::new(wrong, REGION, "s3").unwrap();
    let mut client = layered::client(&SignLayer::new(wrong));
    let put = Request::put(server.url("/bucket/key")).body(layered::whole("data"));
    let response = layered::send(&mut client, put.unwrap()).await.unwrap();
    let (status, body) = layered::read(response).await;
    assert_eq!(status, 403);
    let code = b"<Code>SignatureDoesNotMatch</Code>";
    assert!(body.windows(code.len()).any(|part| part == code));

    let body = streamed(&Bytes::from("data"));
    let put = Request::put(server.url("/bucket/key")).body(body);
    let error = layered::send(&mut client, put.unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::Sign(SignError::BodyNotBuffered)));
}

/// A router in this process as the upstream server: it receives what the layer signed.
#[tokio::test]
async fn an_axum_router_is_a_service_to_sign_for() {
    use axum::body::Body;
    use axum::routing::put;
    use tower::{Layer, ServiceExt};

    let router = axum::Router::new().route(
        "/{bucket}/{key}",
        put(async |request: axum::extract::Request| {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            format!(
                "{:?}, {} bytes",
                parts.headers["x-amz-content-sha256"],
                body.len()
            )
        }),
    );
    let client = SignLayer::new(signer()).layer(router);
    for (payload, expected) in [
        (
            Payload::Hashed,
            "\"3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7\", 4 bytes",
        ),
        (
            Payload::SignedChunks,
            "\"STREAMING-AWS4-HMAC-SHA256-PAYLOAD\", 176 bytes",
        ),
    ] {
        let put = Request::put("https://s3.amazonaws.com/bucket/key")
            .extension(payload)
            .body(Body::from("data"));
        let response = client.clone().oneshot(put.unwrap()).await.unwrap();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
        assert_eq!(body.unwrap(), expected);
    }
}

/// STS is called for the first request, and again when the credentials are about to expire.
#[tokio::test]
async fn temporary_credentials_are_refreshed_under_way() {
    let server = std::sync::Arc::new(Server::start(callers::accounts()).await.unwrap());
    let seconds = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let (sts, clock) = (server.clone(), seconds.clone());
    let now = move || {
        let seconds = clock.load(std::sync::atomic::Ordering::Relaxed);
        Timestamp::from(SystemTime::now()) + Duration::from_secs(seconds)
    };
    let refreshed_at = now.clone();
    let cell = RefreshCell::new(RefreshPolicy::default());
    let signers = Refreshing::new(cell, move |permit: RefreshPermit<Signer>| {
        let (sts, now) = (sts.clone(), refreshed_at.clone());
        async move {
            let credentials = callers::temporary(&sts, &Client::http1()).await;
            let signer = Signer::new(credentials, REGION, "s3").unwrap();
            let end = now() + Duration::from_secs(900);
            permit.succeed(signer, Validity::until(Some(end)), now());
        }
    });
    // Only the cell uses this clock: the server's clock is that of the signatures.
    let layer = SignLayer::new(signers).with_clock(now);
    let mut client = layered::client(&layer);
    for passed in [0, 100, 700, 860, 2000] {
        seconds.store(passed, std::sync::atomic::Ordering::Relaxed);
        for _ in 0..3 {
            let put = Request::put(server.url("/bucket")).body(layered::whole(""));
            layered::send(&mut client, put.unwrap()).await.unwrap();
        }
    }
    // The last request is signed at the corrected time with new credentials.
    let put = Request::put(server.url("/bucket")).body(layered::whole(""));
    let response = layered::send(&mut client, put.unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
}
