//! The layer that signs against the example server, which verifies with this crate. Both sides are
//! ours, so this tests only what is sent.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use bytes::Bytes;
use countersign::chunked::ChecksumAlgorithm;
use countersign::tower::sign::{Payload, SignLayer};
use countersign::{Credentials, Signer};
use countersign_interop::{REGION, example, layered};
use futures::stream;
use http::Request;
use http_body::Frame;
use http_body_util::StreamBody;

/// The example server, until it is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The server, its endpoint, and the credentials that it knows.
fn start() -> (Server, String, Credentials) {
    let mut process = example("verify_server")
        .args(["--", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let output = process.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    let parts: Vec<&str> = line.trim().split(", ").collect();
    let [endpoint, access_key_id, secret_key, _] = parts[..] else {
        panic!("{line}");
    };
    let credentials = Credentials::new(access_key_id, secret_key);
    (Server(process), endpoint.to_owned(), credentials)
}

#[tokio::test]
#[ignore = "builds and starts the example server"]
async fn objects_are_put_streamed_and_read() {
    let (_server, endpoint, credentials) = start();
    let url = format!("{endpoint}/bucket/a%20key");
    let client = |credentials: Credentials| {
        let signer = Signer::new(credentials, REGION, "s3").unwrap();
        layered::client(&SignLayer::new(signer))
    };
    let wrong = Credentials::new(credentials.access_key_id(), "another");
    let (mut client, mut wrong) = (client(credentials), client(wrong));
    let data: Bytes = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
    for payload in [
        Payload::Hashed,
        Payload::SignedChunks,
        Payload::SignedChunksWithChecksum(ChecksumAlgorithm::Crc64Nvme),
    ] {
        let put = || {
            let body = if payload == Payload::Hashed {
                layered::whole(data.clone())
            } else {
                let frame = Frame::data(data.clone());
                layered::boxed(StreamBody::new(stream::iter([Ok::<_, std::io::Error>(
                    frame,
                )])))
            };
            Request::put(&url)
                .header("content-length", data.len())
                .extension(payload)
                .body(body)
                .unwrap()
        };
        let response = layered::send(&mut wrong, put()).await.unwrap();
        let (status, body) = layered::read(response).await;
        let body = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(status, 403, "{payload:?}");
        assert!(
            body.contains("<Code>SignatureDoesNotMatch</Code>"),
            "{body}"
        );
        let response = layered::send(&mut client, put()).await.unwrap();
        assert_eq!(response.status(), 200, "{payload:?}");
        let get = Request::get(&url).body(layered::whole("")).unwrap();
        let response = layered::send(&mut client, get).await.unwrap();
        assert!(layered::read(response).await.1 == data);
    }
}
