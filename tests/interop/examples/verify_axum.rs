//! An API in axum that only signed requests reach. It starts, is called with a right and with a
//! wrong secret access key, and ends: `cargo run -p countersign-interop --example verify_axum`

use std::convert::Infallible;
use std::error::Error;
use std::time::SystemTime;

use axum::body::Body;
use axum::routing::post;
use axum::{Extension, Router};
use countersign::tower::verify::{FoundKey, KeyClaim, VerifyLayer};
use countersign::verify::{OwnedVerified, Verifier};
use countersign::{Credentials, Signer};
use http::Request;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;

const ID: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A database in a real server. `None` is an unknown access key ID.
async fn look_up(claim: KeyClaim) -> Result<Option<FoundKey>, Infallible> {
    let known = Credentials::new(ID, SECRET_KEY);
    Ok((claim.access_key_id == ID).then(|| known.into()))
}

/// The layer has verified signature and body before it calls this.
async fn greet(Extension(who): Extension<OwnedVerified>, body: String) -> String {
    format!("{} sent {} bytes", who.access_key_id(), body.len())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    // A request that was signed for another host is refused.
    let verifier = Verifier::new("us-east-1", "execute-api")?.with_host(&address);
    let app = Router::new()
        .route("/greeting", post(greet))
        .layer(VerifyLayer::new(verifier, look_up));
    tokio::spawn(axum::serve(listener, app).into_future());

    let http = Client::builder(TokioExecutor::new()).build_http::<Body>();
    for (secret_key, expected) in [(SECRET_KEY, 200), ("another", 403)] {
        let signer = Signer::new(Credentials::new(ID, secret_key), "us-east-1", "execute-api")?;
        let mut request = Request::post(format!("http://{address}/greeting")).body("hello")?;
        signer.sign_buffered(&mut request, SystemTime::now())?;
        let response = http.request(request.map(Body::from)).await?;
        assert_eq!(response.status(), expected);
        let text = response.into_body().collect().await?.to_bytes();
        println!("{expected}: {}", String::from_utf8_lossy(&text));
    }
    Ok(())
}
