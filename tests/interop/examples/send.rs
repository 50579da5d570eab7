//! Signs requests and sends them with a real HTTP client: to an S3 server that runs in this
//! process, so there is nothing to set up. `cargo run -p countersign-interop --example send`

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use countersign::{PayloadHash, Signer, encode_key};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers, client};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use time::OffsetDateTime;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(callers::accounts()).await?;
    // The credentials have a session token; nothing below has to know.
    let credentials = callers::temporary(&server, &client::Client::http1()).await;
    let signer = Signer::new(credentials, REGION, "s3").unwrap();
    let http = Client::builder(TokioExecutor::new()).build_http();

    let object = server.url(&format!(
        "/bucket/{}",
        encode_key("notes/à la carte (1).txt")
    ));
    let put = |url: &str, body| Request::put(url).body(Bytes::from_static(body));
    for mut request in [
        put(&server.url("/bucket"), b"")?,
        put(&object, b"signed, sent, stored")?,
    ] {
        let payload = PayloadHash::new(request.body());
        signer.sign(&mut request, payload, OffsetDateTime::now_utc())?;
        println!("{} {}", request.method(), request.uri());
        println!("  {}", http.request(request.map(Full::new)).await?.status());
    }

    // A URL for somebody who has no credentials.
    let get = Request::get(&object).body(())?;
    let url = signer.presign(&get, Duration::from_secs(60), OffsetDateTime::now_utc())?;
    println!("GET {}", url.url());
    let response = http.get(url.uri()?).await?;
    println!("  {}", response.status());
    println!(
        "  {}",
        String::from_utf8_lossy(&response.into_body().collect().await?.to_bytes())
    );
    Ok(())
}
