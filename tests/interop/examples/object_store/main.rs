//! `object_store` with the signatures of this crate: to an S3 server that runs in this process, so
//! there is nothing to set up. `cargo run -p countersign-interop --example object_store`

mod connector;

use std::error::Error;

use connector::SigningConnector;
use countersign::Signer;
use countersign::tower::sign::SignLayer;
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers};
use http::Request;
use object_store::ObjectStoreExt;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(callers::accounts()).await?;
    let signer = Signer::new(callers::long_term(), REGION, "s3")?;
    let layer = SignLayer::new(signer);

    // object_store creates no buckets.
    let mut client = countersign_interop::layered::client(&layer);
    let bucket = Request::put(server.url("/bucket"));
    let bucket = bucket.body(countersign_interop::layered::whole(""))?;
    let response = countersign_interop::layered::send(&mut client, bucket).await?;
    assert_eq!(response.status(), 200);

    let store = AmazonS3Builder::new()
        .with_endpoint(server.url(""))
        .with_allow_http(true)
        .with_region(REGION)
        .with_bucket_name("bucket")
        .with_http_connector(SigningConnector(layer))
        .with_skip_signature(true)
        // It would need a crypto provider, for a checksum of the list.
        .with_disable_bulk_delete(true)
        .build()?;
    let path = Path::from("à la carte/1 + 1.txt");
    store.put(&path, "stored".into()).await?;
    assert_eq!(store.get(&path).await?.bytes().await?, "stored");
    assert_eq!(store.head(&path).await?.size, 6);
    store.delete(&path).await?;
    println!("stored, fetched and deleted with object_store");
    Ok(())
}
