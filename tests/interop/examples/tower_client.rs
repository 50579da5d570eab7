//! Signs what hyper-util's client sends, with a layer under a retry layer: to an S3 server that
//! runs in this process, so there is nothing to set up. `cargo run -p countersign-interop --example
//! tower_client`

use std::error::Error;
use std::future::{Ready, ready};

use bytes::Bytes;
use countersign::clock_skew::Measurement;
use countersign::tower::sign::{Payload, SignLayer};
use countersign::{Signer, Timestamp};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tower::retry::{Policy, RetryLayer};
use tower::{Service, ServiceBuilder, ServiceExt};

/// Retries once if the clock was wrong.
#[derive(Clone)]
struct OnceMore(bool);

impl<B, E> Policy<Request<Full<Bytes>>, Response<B>, E> for OnceMore {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<Full<Bytes>>,
        result: &mut Result<Response<B>, E>,
    ) -> Option<Ready<()>> {
        let response = result.as_ref().ok()?;
        // Only the body contains the error code. Here the status is enough.
        let measurement = response.extensions().get::<Measurement>()?;
        let is_worth_it = response.status() == StatusCode::FORBIDDEN
            && measurement.is_worth_a_retry("RequestTimeTooSkewed");
        (is_worth_it && std::mem::take(&mut self.0)).then(|| ready(()))
    }

    fn clone_request(&mut self, request: &Request<Full<Bytes>>) -> Option<Request<Full<Bytes>>> {
        Some(request.clone())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(callers::accounts()).await?;
    let signer = Signer::new(callers::long_term(), REGION, "s3")?;
    // As on a machine whose clock is one hour slow.
    let slow =
        || Timestamp::from(std::time::SystemTime::now()) - std::time::Duration::from_secs(3600);
    let layer = SignLayer::new(signer).with_clock(slow);

    // The layer goes below layers that change or repeat requests, directly above the client.
    let mut client = ServiceBuilder::new()
        .layer(RetryLayer::new(OnceMore(true)))
        .layer(layer.clone())
        .service(Client::builder(TokioExecutor::new()).build_http());

    let bucket = Request::put(server.url("/bucket")).body(Full::default())?;
    let response = client.ready().await?.call(bucket).await?;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(
        layer.clock_skew().as_millis() > 3_500_000,
        "the layer has learned it"
    );

    let put = Request::put(server.url("/bucket/key")).body(Full::from("hashed and signed"))?;
    assert_eq!(
        client.ready().await?.call(put).await?.status(),
        StatusCode::OK
    );

    // This request chooses signed chunks.
    let put = Request::put(server.url("/bucket/chunks"))
        .extension(Payload::SignedChunks)
        .body(Full::from("signed ".repeat(20_000)))?;
    assert_eq!(
        client.ready().await?.call(put).await?.status(),
        StatusCode::OK
    );

    for (key, expected) in [
        ("key", "hashed and signed"),
        ("chunks", &*"signed ".repeat(20_000)),
    ] {
        let get = Request::get(server.url(&format!("/bucket/{key}"))).body(Full::default())?;
        let response = client.ready().await?.call(get).await?;
        assert_eq!(response.into_body().collect().await?.to_bytes(), expected);
    }
    println!("signed below a retry layer, with a clock that is one hour slow");
    Ok(())
}
