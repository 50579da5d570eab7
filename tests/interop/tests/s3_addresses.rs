//! Do real servers find the bucket at our addresses, and accept the signatures of their signers?
//! Buckets by their names, in path style, and with the IP address of the endpoint.

use bytes::Bytes;
use countersign::PayloadHash;
use countersign::s3::{Address, Addressing};
use countersign_interop::client::{Answer, Client};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers, report};
use http::{Method, Request, StatusCode};
use time::OffsetDateTime;

/// The last two cannot be part of a host name with TLS.
const BUCKETS: [&str; 4] = ["photos-2026", "123", "my.photos", "a.b.c"];
const KEYS: [&str; 4] = ["a.jpg", "a b+c.jpg", "2026/ü/~x", "%2F"];

async fn send(client: &Client, address: &Address, method: Method, url: &str, body: &str) -> Answer {
    let signer = address.signer(callers::long_term()).unwrap();
    let body = Bytes::from(body.to_owned());
    let mut request = Request::builder()
        .method(method)
        .uri(url)
        .body(body.clone())
        .unwrap();
    let payload = PayloadHash::new(&body);
    signer
        .sign(&mut request, payload, OffsetDateTime::now_utc())
        .unwrap();
    client.send(request).await
}

/// Makes the buckets below this URL, uploads and downloads objects, and returns the number of
/// accepted requests for objects.
async fn walk(url: &str) -> usize {
    let client = Client::http1();
    let endpoint = Addressing::new(REGION).with_endpoint(url);
    let mut accepted = 0;
    for (addressing, suffix) in [(endpoint.clone(), "v"), (endpoint.with_path_style(), "p")] {
        for bucket in BUCKETS {
            let bucket = format!("{bucket}{suffix}");
            let address = addressing.bucket(&bucket).unwrap();
            let made = send(&client, &address, Method::PUT, address.url(), "").await;
            assert_eq!(made.status, StatusCode::OK, "{bucket}");
            for key in KEYS {
                let url = address.object_url(key);
                let put = send(&client, &address, Method::PUT, &url, key).await;
                assert_eq!(put.status, StatusCode::OK, "{url}");
                let got = send(&client, &address, Method::GET, &url, "").await;
                let (status, body) = (got.status, &got.body[..]);
                assert_eq!((status, body), (StatusCode::OK, key.as_bytes()), "{url}");
                accepted += 2;
            }
        }
    }
    accepted
}

#[tokio::test]
async fn s3s_finds_buckets_at_their_addresses() {
    let server = Server::start(callers::accounts()).await.expect("a port");
    let accepted = walk(&server.url("/")).await;
    report::line(&format!("s3_addresses: s3s accepted {accepted} requests"));
}

/// Authentication is disabled here. `moto.rs` tests it.
#[tokio::test]
#[ignore = "needs moto's server, at MOTO_URL"]
async fn moto_finds_buckets_at_their_addresses() {
    let url = std::env::var("MOTO_URL").unwrap_or_else(|_| "http://127.0.0.1:5000".to_owned());
    let reset = Request::post(format!("{url}/moto-api/reset-auth")).body(Bytes::from("1000"));
    let reset = Client::http1().send(reset.unwrap()).await;
    assert_eq!(reset.status, StatusCode::OK);
    let accepted = walk(&url).await;
    report::line(&format!("s3_addresses: moto accepted {accepted} requests"));
}
