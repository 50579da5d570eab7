//! Does `object_store` work with a connector that signs with this crate? Put, get, ranges, copies
//! of several pieces, multipart, listing: against a server with its own signatures.

#[path = "../examples/object_store/connector.rs"]
mod connector;

use bytes::Bytes;
use connector::SigningConnector;
use countersign::tower::sign::{Payload, SignLayer};
use countersign::{Credentials, Signer};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers, layered};
use futures::TryStreamExt;
use http::Request;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};

/// A store on a server of its own with an existing bucket.
async fn store(server: &Server, layer: SignLayer) -> AmazonS3 {
    let signer = Signer::new(callers::long_term(), REGION, "s3").unwrap();
    let bucket = Request::put(server.url("/bucket")).body(layered::whole(""));
    let mut client = layered::client(&SignLayer::new(signer));
    let response = layered::send(&mut client, bucket.unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    AmazonS3Builder::new()
        .with_endpoint(server.url(""))
        .with_allow_http(true)
        .with_region(REGION)
        .with_bucket_name("bucket")
        .with_http_connector(SigningConnector(layer))
        .with_skip_signature(true)
        // It would need a crypto provider, for a checksum of the list.
        .with_disable_bulk_delete(true)
        .build()
        .unwrap()
}

fn layer() -> SignLayer {
    SignLayer::new(Signer::new(callers::long_term(), REGION, "s3").unwrap())
}

#[tokio::test]
async fn objects_are_stored_read_listed_and_deleted() {
    let server = Server::start(callers::accounts()).await.unwrap();
    for layer in [layer(), layer().with_payload(Payload::SignedChunks)] {
        let store = store(&server, layer).await;
        for name in ["plain", "à la carte/1 + 1 = 2.txt", "a=b/c;d/e'(f)*~"] {
            let path = Path::from(name);
            // A payload of several pieces.
            let pieces = ["one ", "two ", "three"].map(Bytes::from);
            let payload = PutPayload::from_iter(pieces);
            store.put(&path, payload).await.unwrap();
            let got = store.get(&path).await.unwrap().bytes().await.unwrap();
            assert_eq!(got, "one two three", "{name}");
            let range = store.get_range(&path, 4..7).await.unwrap();
            assert_eq!(range, "two", "{name}");
            assert_eq!(store.head(&path).await.unwrap().size, 13);
        }
        let listed: Vec<_> = store.list(None).try_collect().await.unwrap();
        assert_eq!(listed.len(), 3);
        for object in listed {
            store.delete(&object.location).await.unwrap();
        }
        let listed: Vec<_> = store.list(None).try_collect().await.unwrap();
        assert!(listed.is_empty());
    }
}

#[tokio::test]
async fn a_multipart_upload_is_signed_part_by_part() {
    let server = Server::start(callers::accounts()).await.unwrap();
    let store = store(&server, layer()).await;
    let path = Path::from("large");
    let upload = store.put_multipart(&path).await.unwrap();
    let mut write = WriteMultipart::new_with_chunk_size(upload, 5 << 20);
    let data: Vec<u8> = (0..12 << 20).map(|i: u32| (i % 251) as u8).collect();
    write.write(&data);
    write.finish().await.unwrap();
    let got = store.get(&path).await.unwrap().bytes().await.unwrap();
    assert!(got == data);
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let server = Server::start(callers::accounts()).await.unwrap();
    let wrong = Credentials::new(callers::ACCESS_KEY_ID, "another");
    let wrong = SignLayer::new(Signer::new(wrong, REGION, "s3").unwrap());
    let store = store(&server, wrong).await;
    let error = store.put(&Path::from("key"), "data".into()).await;
    let text = error.unwrap_err().to_string();
    assert!(text.contains("SignatureDoesNotMatch"), "{text}");
}
