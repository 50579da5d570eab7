//! A proxy for S3: it verifies with its own keys, and signs again with the keys of its upstream
//! store. `-- --listen 127.0.0.1:9000 --store URL ACCESS_KEY_ID SECRET_KEY` serves until it is
//! stopped.
//!
//! Bodies are streamed. Chunks are verified and signed again on the way.

use std::convert::Infallible;
use std::error::Error;
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::{Extension, Router};
use countersign::resign::Upstream;
use countersign::tower::verify::{FoundKey, KeyClaim, RequestBodyError, VerifyLayer};
use countersign::verify::{
    ErrorContext, OwnedVerified, Protocol, Refusal, Verifier, error_response,
};
use countersign::{Credentials, Signer};
use http::{Response, StatusCode};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;

const ID: &str = "AKIDOFACLIENT";
const SECRET_KEY: &str = "the+secret/of+a+client";

async fn look_up(claim: KeyClaim) -> Result<Option<FoundKey>, Infallible> {
    let known = Credentials::new(ID, SECRET_KEY);
    Ok((claim.access_key_id == ID).then(|| known.into()))
}

fn refuse(refusal: &impl Refusal) -> Response<Body> {
    error_response(refusal, Protocol::S3, &ErrorContext::new("1")).map(Body::from)
}

async fn forward(
    State((store, http)): State<(Upstream, Client<HttpConnector, Body>)>,
    Extension(verified): Extension<OwnedVerified>,
    request: Request,
) -> Response<Body> {
    let request = match store.resign(request, &verified, SystemTime::now()) {
        Ok(request) => request.map(Body::new),
        Err(error) => return refuse(&error),
    };
    let error = match http.request(request).await {
        Ok(response) => return response.map(Body::new),
        Err(error) => error,
    };
    // The client closed the connection, or sent another body than it had signed.
    if let Some(error) = RequestBodyError::find_in(&error) {
        return refuse(error);
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, _, address, _, store, id, secret_key] = &arguments[..] else {
        return Err("--listen ADDRESS --store URL ACCESS_KEY_ID SECRET_KEY".into());
    };
    let of_store = Credentials::new(id, secret_key.as_str());
    let signer = Signer::new(of_store, "us-east-1", "s3")?;
    let store = Upstream::new(signer, store.parse()?)?;
    let http = Client::builder(TokioExecutor::new()).build_http();
    let layer = VerifyLayer::new(Verifier::for_any_region("s3")?, look_up)
        .accept_unsigned_payloads() // Others should only over TLS.
        .stream_hashed_bodies(); // The store compares the hash, too.
    let router = Router::new()
        .fallback(forward)
        .with_state((store, http))
        .layer(layer);
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    println!("http://{address}, {ID}, {SECRET_KEY}, us-east-1");
    Ok(axum::serve(listener, router).await?)
}
