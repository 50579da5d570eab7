//! Signs the requests of hyper, bodies included, while they are streamed to an S3 server in this
//! process. `cargo run -p countersign-interop --example hyper_client`

use std::error::Error;

use bytes::Bytes;
use countersign::chunked::{ChecksumAlgorithm, ChunkedBody, ChunkedEncoding};
use countersign::{PayloadHash, Signer};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers, client};
use http::Request;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use time::OffsetDateTime;

type Any = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Any> {
    let server = Server::start(callers::accounts()).await?;
    let credentials = callers::temporary(&server, &client::Client::http1()).await;
    let signer = Signer::new(credentials, REGION, "s3").unwrap();
    // One type for bodies in memory and streamed bodies.
    let hyper = Client::builder(TokioExecutor::new()).build_http::<BoxBody<Bytes, Any>>();
    let whole = |data: Bytes| Full::new(data).map_err(Any::from).boxed();

    let mut bucket = Request::put(server.url("/bucket")).body(Bytes::new())?;
    signer.sign(&mut bucket, PayloadHash::EMPTY, OffsetDateTime::now_utc())?;
    assert_eq!(hyper.request(bucket.map(whole)).await?.status(), 200);

    let data = "streamed ".repeat(20_000);
    let trailers = [ChecksumAlgorithm::Sha256.into()];
    let payload = ChunkedEncoding::signed_with_trailers(data.len() as u64, trailers);
    let mut upload = Request::put(server.url("/bucket/key")).body(data.clone())?;
    let chunks = signer.sign_chunked(&mut upload, payload, OffsetDateTime::now_utc())?;
    let upload = upload.map(|data| ChunkedBody::new(data, chunks).map_err(Any::from).boxed());
    assert_eq!(hyper.request(upload).await?.status(), 200);

    let mut get = Request::get(server.url("/bucket/key")).body(Bytes::new())?;
    signer.sign(&mut get, PayloadHash::EMPTY, OffsetDateTime::now_utc())?;
    let answer = hyper.request(get.map(whole)).await?;
    assert_eq!(answer.into_body().collect().await?.to_bytes(), data);
    println!("streamed and fetched with hyper");
    Ok(())
}
