//! Signs requests and sends them, and presigns a download. The store is a server in this process,
//! so there is nothing to set up. `cargo run -p countersign-interop --example send`

use std::error::Error;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign::{Signer, encode_key};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers, client};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(callers::accounts()).await?;
    // Temporary credentials: the signer adds their session token.
    let credentials = callers::temporary(&server, &client::Client::http1()).await;
    let signer = Signer::new(credentials, REGION, "s3")?;
    let http = Client::builder(TokioExecutor::new()).build_http();

    let bucket = server.url("/bucket");
    let object = format!("{bucket}/{}", encode_key("notes/à la carte (1).txt"));
    for (url, body) in [(&bucket, ""), (&object, "signed, sent, stored")] {
        let mut put = Request::put(url).body(body)?;
        signer.sign_buffered(&mut put, SystemTime::now())?;
        let response = http.request(put.map(Full::<Bytes>::from)).await?;
        println!("PUT {url}\n  {}", response.status());
    }

    // A URL for a client without credentials.
    let get = Request::get(&object).body(())?;
    let link = signer.presign(&get, Duration::from_secs(60), SystemTime::now())?;
    println!("GET {}", link.url());
    let response = http.get(link.uri()?).await?;
    println!("  {}", response.status());
    let stored = response.into_body().collect().await?.to_bytes();
    println!("  {}", String::from_utf8_lossy(&stored));
    assert_eq!(stored, "signed, sent, stored");
    Ok(())
}
