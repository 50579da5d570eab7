//! The layer that verifies in axum: nested routers, HTTP/1.1 and HTTP/2, and the bytes that are
//! sent.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::SystemTime;

use axum::extract::OriginalUri;
use axum::routing::{get, put};
use axum::{Extension, Router};
use bytes::Bytes;
use countersign::tower::verify::{FoundKey, KeyClaim, KeyLookup, Refused, VerifyLayer};
use countersign::verify::{OwnedVerified, Verifier};
use countersign::{Credentials, PayloadHash, Signer};
use countersign_interop::client::{Answer, Client};
use http::{Request, StatusCode, Uri};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn known() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret")
}

/// The layer of a server that accepts requests for this address only.
fn layer(address: SocketAddr) -> VerifyLayer<impl KeyLookup + 'static> {
    let keys = async |claim: KeyClaim| -> Result<_, Infallible> {
        Ok((claim.access_key_id == "AKIDEXAMPLE").then(|| FoundKey::from(known())))
    };
    let verifier = Verifier::new("us-east-1", "execute-api").unwrap();
    VerifyLayer::new(verifier.with_host(address.to_string()), keys)
}

/// Responds with the routed path and the verified path.
async fn show(uri: Uri, verified: Extension<OwnedVerified>) -> String {
    let target = uri.path_and_query().map_or("", |target| target.as_str());
    format!("{target} {} {}", verified.path(), verified.access_key_id())
}

/// Starts a server. Its routes may depend on its address.
async fn serve(router: impl Fn(SocketAddr) -> Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = router(address);
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

async fn call(client: &Client, url: String) -> Answer {
    let mut request = Request::get(url).body(Bytes::new()).unwrap();
    let signer = Signer::new(known(), "us-east-1", "execute-api").unwrap();
    signer
        .sign(&mut request, PayloadHash::EMPTY, SystemTime::now())
        .unwrap();
    client.send(request).await
}

fn text(answer: &Answer) -> (StatusCode, &str) {
    (answer.status, std::str::from_utf8(&answer.body).unwrap())
}

#[tokio::test]
async fn a_layer_around_the_whole_router_verifies_the_uri_of_the_client() {
    let address = serve(|address| {
        let inner = Router::new().route("/items/{id}", get(show));
        Router::new().nest("/v1", inner).layer(layer(address))
    })
    .await;
    for client in [Client::http1(), Client::http2()] {
        let answer = call(&client, format!("http://{address}/v1/items/7?a=b")).await;
        let expected = "/items/7?a=b /v1/items/7 AKIDEXAMPLE";
        assert_eq!(text(&answer), (StatusCode::OK, expected));
        // A request without a route is verified first.
        let stranger = Request::get(format!("http://{address}/v1/nothing"));
        let answer = client.send(stranger.body(Bytes::new()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_layer_inside_a_nested_router_takes_the_original_uri() {
    let original = |address| {
        layer(address).with_original_uri(|parts| {
            let original = parts.extensions.get::<OriginalUri>()?;
            Some(original.0.clone())
        })
    };
    let nest = |inner: Router| Router::new().nest("/v1", inner);
    let inner = || Router::new().route("/items/{id}", get(show));
    let with = serve(|address| nest(inner().layer(original(address)))).await;
    let without = serve(|address| nest(inner().layer(layer(address)))).await;
    for client in [Client::http1(), Client::http2()] {
        let answer = call(&client, format!("http://{with}/v1/items/7")).await;
        let expected = "/items/7 /v1/items/7 AKIDEXAMPLE";
        assert_eq!(text(&answer), (StatusCode::OK, expected));
        let answer = call(&client, format!("http://{without}/v1/items/7")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_request_for_another_host_is_refused() {
    let address = serve(|address| Router::new().route("/", get(show)).layer(layer(address))).await;
    let url = format!("http://localhost:{}/", address.port());
    for client in [Client::http1(), Client::http2()] {
        let answer = call(&client, url.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", text(&answer).1);
    }
}

#[tokio::test]
async fn a_layer_outside_can_log_why_a_request_was_refused() {
    let (sender, reasons) = std::sync::mpsc::channel();
    let address = serve(|address| {
        let sender = sender.clone();
        let log = axum::middleware::map_response(move |response: axum::response::Response| {
            if let Some(refused) = response.extensions().get::<Refused>() {
                sender.send(refused.to_string()).unwrap();
            }
            std::future::ready(response)
        });
        Router::new()
            .route("/", get(show))
            .layer(layer(address))
            .layer(log)
    })
    .await;
    let request = Request::get(format!("http://{address}/"))
        .body(Bytes::new())
        .unwrap();
    let answer = Client::http1().send(request).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(reasons.try_recv().unwrap(), "request has no signature");
}

/// Sends the head of an upload that waits for `100 Continue`, and returns the first response.
async fn head_of_upload(address: SocketAddr, secret_key: &str) -> String {
    let mut request = Request::put(format!("http://{address}/")).body(()).unwrap();
    let known = Credentials::new("AKIDEXAMPLE", secret_key);
    let signer = Signer::new(known, "us-east-1", "s3").unwrap();
    signer
        .sign(&mut request, PayloadHash::new("data"), SystemTime::now())
        .unwrap();
    let mut head = format!("PUT / HTTP/1.1\r\nhost: {address}\r\ncontent-length: 4\r\n");
    head += "expect: 100-continue\r\n";
    for (name, value) in request.headers().iter().filter(|(name, _)| *name != "host") {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection
        .write_all(format!("{head}\r\n").as_bytes())
        .await
        .unwrap();
    let mut first = vec![0; 12];
    connection.read_exact(&mut first).await.unwrap();
    String::from_utf8(first).unwrap()
}

#[tokio::test]
async fn a_refused_upload_is_not_asked_to_continue() {
    let address = serve(|address| {
        let keys = async |_: KeyClaim| Ok::<_, Infallible>(Some(FoundKey::from(known())));
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let layer = VerifyLayer::new(verifier.with_host(address.to_string()), keys);
        let store = async |body: Bytes| body;
        Router::new().route("/", put(store)).layer(layer)
    })
    .await;
    assert_eq!(head_of_upload(address, "secret").await, "HTTP/1.1 100");
    assert_eq!(head_of_upload(address, "wrong").await, "HTTP/1.1 403");
}
