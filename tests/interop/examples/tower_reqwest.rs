//! Signs what reqwest sends, with a layer: reqwest has types of its own, so an adapter goes between
//! the layer and the client. To an S3 server that runs in this process, so there is nothing to set
//! up. `cargo run -p countersign-interop --example tower_reqwest`

use std::error::Error;

use bytes::Bytes;
use countersign::Signer;
use countersign::tower::sign::{Payload, SignLayer, SignedBody};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers};
use http::{Request, Response};
use http_body_util::Full;
use reqwest::{Body, Client};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(callers::accounts()).await?;
    let signer = Signer::new(callers::long_term(), REGION, "s3")?;

    // The adapter: a request of `http` in, a response of `http` out. Redirects stay off, because
    // another host needs another signature.
    let reqwest = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let send = service_fn(move |request: Request<SignedBody<Full<Bytes>>>| {
        let reqwest = reqwest.clone();
        async move {
            let request = reqwest::Request::try_from(request.map(Body::wrap))?;
            reqwest.execute(request).await.map(Response::<Body>::from)
        }
    });
    let mut client = ServiceBuilder::new()
        .layer(SignLayer::new(signer))
        .service(send);

    let bucket = Request::put(server.url("/bucket")).body(Full::default())?;
    assert_eq!(client.ready().await?.call(bucket).await?.status(), 200);
    for payload in [Payload::Hashed, Payload::SignedChunks] {
        let put = Request::put(server.url("/bucket/key"))
            .extension(payload)
            .body(Full::from("signed, sent, stored"))?;
        assert_eq!(client.ready().await?.call(put).await?.status(), 200);
    }
    let get = Request::get(server.url("/bucket/key")).body(Full::default())?;
    let response = client.ready().await?.call(get).await?;
    let response = reqwest::Response::from(response);
    assert_eq!(response.text().await?, "signed, sent, stored");
    println!("sent, stored and fetched with reqwest under a layer");
    Ok(())
}
