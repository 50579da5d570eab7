//! 10,000 requests over 64 connections, all signed by one layer: none may fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::Signer;
use countersign::tower::sign::{Payload, SignLayer};
use countersign_interop::layered;
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers, report};
use http::Request;

const REQUESTS: usize = 10_000;
const CONNECTIONS: usize = 64;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn ten_thousand_requests_over_64_connections_are_accepted() {
    let server = Arc::new(Server::start(callers::accounts()).await.unwrap());
    let signer = Signer::new(callers::long_term(), REGION, "s3").unwrap();
    let layer = SignLayer::new(signer);
    let bucket = Request::put(server.url("/bucket")).body(layered::whole(""));
    let mut client = layered::client(&layer);
    let response = layered::send(&mut client, bucket.unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);

    let sent = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for connection in 0..CONNECTIONS {
        let (server, sent, layer) = (server.clone(), sent.clone(), layer.clone());
        tasks.push(tokio::spawn(async move {
            // A client of its own has a connection of its own.
            let mut client = layered::client(&layer);
            let url = server.url(&format!("/bucket/{connection}"));
            let mut number = 0_usize;
            while sent.fetch_add(1, Ordering::Relaxed) < REQUESTS {
                let put = number.is_multiple_of(2);
                let (method, body) = if put {
                    ("PUT", format!("{connection} {number}"))
                } else {
                    ("GET", String::new())
                };
                let payload = if put && number.is_multiple_of(4) {
                    Payload::SignedChunks
                } else {
                    Payload::Hashed
                };
                let request = Request::builder()
                    .method(method)
                    .uri(&url)
                    .extension(payload)
                    .body(layered::whole(body));
                let response = layered::send(&mut client, request.unwrap()).await.unwrap();
                let (status, body) = layered::read(response).await;
                assert_eq!(status, 200, "{body:?}");
                if !put {
                    let stored = format!("{connection} {}", number - 1);
                    assert_eq!(body, stored);
                }
                number += 1;
            }
            number
        }));
    }
    let mut sum = 0;
    for task in tasks {
        sum += task.await.unwrap();
    }
    assert_eq!(sum, REQUESTS);
    report::line(&format!("{sum} requests over {CONNECTIONS} connections"));
}
