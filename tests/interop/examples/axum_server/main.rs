//! The store of the example `verify_server` in axum, with the layer that verifies. `cargo run -p
//! countersign-interop --example axum_server` starts it, calls it, and ends. `-- --listen
//! 127.0.0.1:9000` serves real clients until it is stopped.
//!
//! The layer wraps the whole router, so that it verifies the URI that was signed. The handlers
//! receive verified requests only, except for browser forms, which contain their own signature.

mod form;
#[allow(dead_code, reason = "the layer refuses what this would")]
#[path = "../verify_server/refusal.rs"]
mod refusal;
#[path = "../verify_server/store.rs"]
mod store;

use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::routing::get;
use axum::{Extension, Router};
use countersign::tower::verify::{FoundKey, KeyClaim, RequestBodyError, VerifyLayer};
use countersign::verify::{ErrorContext, OwnedVerified, Protocol, Verifier, error_response};
use countersign::{Credentials, PayloadHash, Service, Signer};
use http::{HeaderMap, Method, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;

use refusal::{INTERNAL, Refusal, TOO_LARGE};
use store::{Call, Store};

const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const LONGEST_BODY: usize = 64 << 20;

type Objects = Arc<Mutex<Store>>;

/// A real server would query a database here.
async fn look_up(claim: KeyClaim) -> Result<Option<FoundKey>, Infallible> {
    let known = Credentials::new(ACCESS_KEY_ID, SECRET_KEY);
    Ok((claim.access_key_id == ACCESS_KEY_ID).then(|| known.into()))
}

fn router() -> Result<Router, countersign::Error> {
    // Without an allowed host: any name of this server is accepted.
    let verifier = Verifier::new("us-east-1", Service::S3)?;
    let layer = VerifyLayer::new(verifier, look_up)
        .accept_unsigned_payloads() // Others should only over TLS.
        .with_buffer_limit(LONGEST_BODY)
        .pass_without_signature(|parts| {
            parts.uri.path() == "/health" || form::is_form(&parts.method, &parts.headers)
        });
    let router = Router::new()
        .route("/health", get(async || "healthy"))
        .fallback(answer)
        .with_state(Objects::default());
    Ok(router.layer(layer))
}

/// Uses the proof and not the request: a verified path may have several spellings.
async fn answer(
    State(objects): State<Objects>,
    verified: Option<Extension<OwnedVerified>>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let body = match read(body).await {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let answer = match verified {
        Some(Extension(verified)) => call(&objects, &verified, &parts.headers, body)
            .map_err(|refusal| Box::new(refusal.response(path))),
        None => form::upload(&objects, path, &parts.headers, body),
    };
    let mut response = match answer {
        Ok(response) => response.map(Body::from),
        Err(refusal) => refusal.map(Body::from),
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        let xml = http::HeaderValue::from_static("application/xml");
        response.headers_mut().insert("content-type", xml);
        if parts.method == Method::HEAD {
            *response.body_mut() = Body::empty();
        }
    }
    response
}

fn call(
    objects: &Objects,
    verified: &OwnedVerified,
    headers: &HeaderMap,
    body: bytes::Bytes,
) -> Result<Response<bytes::Bytes>, Refusal> {
    let call = Call {
        verified,
        headers,
        body,
    };
    objects.lock().map_err(|_| INTERNAL)?.answer(&call)
}

/// Reads a body. Chunks are verified while it is read, and errors have the codes of AWS.
async fn read(body: Body) -> Result<bytes::Bytes, Box<Response<Body>>> {
    let body = Limited::new(body, LONGEST_BODY).collect().await;
    body.map(|body| body.to_bytes()).map_err(|error| {
        let response = match RequestBodyError::find_in(&*error) {
            Some(error) => error_response(error, Protocol::S3, &ErrorContext::new("1")),
            None => TOO_LARGE.response(""),
        };
        Box::new(response.map(Body::from))
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let address = match &arguments[..] {
        [_, option, address] if option == "--listen" => address,
        _ => "127.0.0.1:0",
    };
    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let serving = tokio::spawn(axum::serve(listener, router()?).into_future());
    if arguments.len() > 1 {
        println!("{url}, {ACCESS_KEY_ID}, {SECRET_KEY}, us-east-1");
        return Ok(serving.await??);
    }

    let http = Client::builder(TokioExecutor::new()).build_http::<Full<bytes::Bytes>>();
    let health = http.get(format!("{url}/health").parse()?).await?;
    assert_eq!(health.status(), StatusCode::OK);
    for (secret_key, expected) in [
        (SECRET_KEY, StatusCode::OK),
        ("another", StatusCode::FORBIDDEN),
    ] {
        let signer = Signer::new(
            Credentials::new(ACCESS_KEY_ID, secret_key),
            "us-east-1",
            "s3",
        )?;
        for (request, data) in [
            (Request::put(format!("{url}/bucket/a%20key")), "data"),
            (Request::get(format!("{url}/bucket/a%20key")), ""),
        ] {
            let mut request = request.body(Full::from(data))?;
            signer.sign(&mut request, PayloadHash::new(data), SystemTime::now())?;
            let method = request.method().clone();
            let response = http.request(request).await?;
            println!("{method}: {}", response.status());
            assert_eq!(response.status(), expected);
        }
    }
    Ok(())
}
