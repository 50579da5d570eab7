//! Are the other ways of signing accepted, too: in slices, with the fewest signed headers, with an
//! additional signed header, signed again?

use bytes::Bytes;
use countersign::{HeaderSelection, PayloadHash, RawRequest, Rules, Service, Signer};
use countersign_interop::client::Client;
use countersign_interop::server::Server;
use countersign_interop::signed::Form;
use countersign_interop::{REGION, callers};
use http::{HeaderValue, Request, StatusCode};
use time::{Duration, OffsetDateTime};

const PATH: &str = "/bucket/a//../b%20c";
const QUERY: &str = "x-id=PutObject&empty";

#[tokio::test]
async fn slices_are_signed_and_accepted() {
    let (server, client) = scene().await;
    let signer = Signer::new(callers::temporary(&server, &client).await, REGION, "s3").unwrap();
    let host = server.address.to_string();
    let body = Bytes::from_static(b"content");
    let raw = RawRequest {
        method: "PUT",
        path: PATH,
        query: QUERY,
        headers: &[("host", host.as_bytes()), ("x-amz-meta-a", b"a  b")],
    };
    let now = OffsetDateTime::now_utc();
    let url = server.url(&format!("{PATH}?{QUERY}"));

    let added = signer
        .sign_raw(&raw, PayloadHash::new(&body), now)
        .expect("it can be signed");
    let mut request = Request::put(url).header("x-amz-meta-a", "a  b");
    for (name, value) in added.iter() {
        request = request.header(name, value);
    }
    accept(&client, request.body(body.clone()).expect("a request")).await;

    let presigned = signer.presign_raw(&raw, Form::LIFETIME, now);
    let presigned = presigned.expect("it can be signed");
    let mut request = Request::put(server.url(presigned.path_and_query()))
        .body(body)
        .expect("a request");
    request.headers_mut().extend(presigned.headers().clone());
    accept(&client, request).await;
}

#[tokio::test]
async fn a_signature_over_the_required_headers_is_accepted() {
    let (server, client) = scene().await;
    let mut rules = Rules::S3;
    rules.headers = HeaderSelection::Required;
    let signer = Signer::new(callers::long_term(), REGION, Service::new("s3", rules)).unwrap();
    for form in Form::ALL {
        let mut request = form.sign(&signer, put(&server), OffsetDateTime::now_utc());
        // Unsigned headers may change on the way.
        request
            .headers_mut()
            .insert("x-ordinary", HeaderValue::from_static("theirs"));
        accept(&client, request).await;
    }
}

#[tokio::test]
async fn a_header_included_by_name_is_signed() {
    let (server, client) = scene().await;
    let mut rules = Rules::S3;
    rules.headers = HeaderSelection::Required;
    let rules = rules.also_sign(http::HeaderName::from_static("x-ordinary"));
    let signer = Signer::new(callers::long_term(), REGION, Service::new("s3", rules)).unwrap();
    for form in Form::ALL {
        let mut request = form.sign(&signer, put(&server), OffsetDateTime::now_utc());
        accept(&client, request.clone()).await;
        request
            .headers_mut()
            .insert("x-ordinary", HeaderValue::from_static("theirs"));
        let answer = client.send(request).await;
        assert_eq!(
            answer.code().as_deref(),
            Some("SignatureDoesNotMatch"),
            "{form:?}"
        );
    }
}

/// A retry: signed an hour ago with a session, and now with long-term credentials.
#[tokio::test]
async fn a_request_signed_again_is_accepted() {
    let (server, client) = scene().await;
    let temporary = Signer::new(callers::temporary(&server, &client).await, REGION, "s3").unwrap();
    let long_term = Signer::new(callers::long_term(), REGION, "s3").unwrap();
    let now = OffsetDateTime::now_utc();
    let stale = Form::HeaderUnsignedPayload.sign(&temporary, put(&server), now - Duration::HOUR);
    for form in [Form::Header, Form::HeaderUnsignedPayload] {
        accept(&client, form.sign(&long_term, stale.clone(), now)).await;
    }
}

async fn scene() -> (Server, Client) {
    let server = Server::start(callers::accounts()).await.expect("a port");
    let client = Client::http1();
    let signer = Signer::new(callers::long_term(), REGION, "s3").unwrap();
    let bucket = Request::put(server.url("/bucket"))
        .body(Bytes::new())
        .expect("a request");
    accept(
        &client,
        Form::Header.sign(&signer, bucket, OffsetDateTime::now_utc()),
    )
    .await;
    (server, client)
}

fn put(server: &Server) -> Request<Bytes> {
    Request::put(server.url(&format!("{PATH}?{QUERY}")))
        .header("content-type", "text/plain")
        .header("x-amz-meta-a", "a  b")
        .header("x-ordinary", "ours")
        .body(Bytes::from_static(b"content"))
        .expect("a request")
}

async fn accept(client: &Client, request: Request<Bytes>) {
    let what = format!("{} {}", request.method(), request.uri());
    let answer = client.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{what}: {answer:?}");
}
