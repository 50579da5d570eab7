//! Signs the requests of reqwest to an S3 server in this process. `cargo run -p countersign-interop
//! --example reqwest_client`

use std::error::Error;
use std::time::Duration;

use countersign::chunked::{ChecksumAlgorithm, ChunkedBody, ChunkedEncoding};
use countersign::{PayloadHash, Signer, encode_key};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers, client};
use http::Request;
use reqwest::{Body, Client};
use time::OffsetDateTime;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(callers::accounts()).await?;
    let credentials = callers::temporary(&server, &client::Client::http1()).await;
    let signer = Signer::new(credentials, REGION, "s3").unwrap();
    let reqwest = Client::new();

    // A request of `http`: sign it, then send it.
    let mut bucket = Request::put(server.url("/bucket")).body("")?;
    signer.sign(&mut bucket, PayloadHash::EMPTY, OffsetDateTime::now_utc())?;
    let answer = reqwest.execute(bucket.try_into()?).await?;
    assert_eq!(answer.status(), 200);

    // A request that reqwest built: convert it to one of `http` and back. Nothing is lost.
    let url = server.url(&format!("/bucket/{}", encode_key("à la carte (1).txt")));
    let built = reqwest.put(&url).body("signed, sent, stored").build()?;
    let payload = PayloadHash::new(built.body().and_then(Body::as_bytes).ok_or("a stream")?);
    let mut put: Request<Body> = built.try_into()?;
    signer.sign(&mut put, payload, OffsetDateTime::now_utc())?;
    let answer = reqwest.execute(put.try_into()?).await?;
    assert_eq!(answer.status(), 200);

    // A body of any size, signed while it is streamed, with a checksum after it.
    let data = "streamed ".repeat(20_000);
    let trailers = [ChecksumAlgorithm::Crc64Nvme.into()];
    let payload = ChunkedEncoding::signed_with_trailers(data.len() as u64, trailers);
    let mut upload = Request::put(server.url("/bucket/streamed")).body(data.clone())?;
    let chunks = signer.sign_chunked(&mut upload, payload, OffsetDateTime::now_utc())?;
    let upload = upload.map(|data| Body::wrap(ChunkedBody::new(data, chunks)));
    let answer = reqwest.execute(upload.try_into()?).await?;
    assert_eq!(answer.status(), 200);

    // URLs for clients without credentials.
    for (url, content) in [
        (url, "signed, sent, stored"),
        (server.url("/bucket/streamed"), &data),
    ] {
        let get = Request::get(url).body(())?;
        let (minute, now) = (Duration::from_secs(60), OffsetDateTime::now_utc());
        let link = signer.presign(&get, minute, now)?;
        let answer = reqwest.get(link.url()).send().await?;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await?, content);
    }
    println!("sent, stored and fetched with reqwest");
    Ok(())
}
