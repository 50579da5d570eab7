//! Hosts and paths behind routers and proxies.

use super::*;

/// The original URI that a router keeps, as axum does.
#[derive(Clone)]
struct OriginalUri(Uri);

fn nested(mut request: Request<Pieces>, routed: &str) -> Request<Pieces> {
    let uri = std::mem::replace(request.uri_mut(), routed.parse().unwrap());
    request.extensions_mut().insert(OriginalUri(uri));
    request
}

#[test]
fn a_nested_router_verifies_the_original_uri() {
    let handler = Handler::default();
    let request = || {
        nested(
            get("/v1/bucket/key?list-type=2&prefix=a%20b"),
            "/bucket/key?x=1",
        )
    };
    // Without the hook, the layer verifies another path than the signed one.
    let answer = send(&store(), &handler, request());
    assert_eq!(answer.code(), (403, "SignatureDoesNotMatch"));

    let layer = store().with_original_uri(|parts| {
        let original = parts.extensions.get::<OriginalUri>()?;
        Some(original.0.clone())
    });
    assert_eq!(send(&layer, &handler, request()).status, 200);
    let seen = handler.seen();
    assert_eq!(
        seen.uri, "/bucket/key?x=1",
        "the handler gets the URI of the router"
    );
    let verified = seen.verified.unwrap();
    assert_eq!(verified.path(), "/v1/bucket/key");
    assert_eq!(verified.query().count(), 2);
    // No router changed this request.
    assert_eq!(send(&layer, &handler, get("/v1/bucket/key")).status, 200);
    // The response to a refused request contains the original path.
    let mut refused = request();
    refused
        .headers_mut()
        .insert("x-amz-acl", "private".parse().unwrap());
    let answer = send(&layer, &handler, refused);
    assert!(
        answer.text.contains("<Resource>/v1/bucket/key</Resource>"),
        "{}",
        answer.text
    );
}

#[test]
fn a_request_for_another_host_is_refused() {
    let handler = Handler::default();
    for host in [
        "other.example.com",
        "s3.example.com:8443",
        "s3.example.com.evil.test",
    ] {
        let mut request = Request::get("/b/k")
            .header("host", host)
            .body(Pieces::of(""))
            .unwrap();
        signer("s3")
            .sign(&mut request, PayloadHash::EMPTY, now())
            .unwrap();
        assert_eq!(
            send(&store(), &handler, request).code(),
            (403, "AccessDenied"),
            "{host}"
        );
    }
    assert_eq!(handler.calls(), 0);
}

#[test]
fn a_host_that_differs_from_the_authority_is_refused() {
    let handler = Handler::default();
    let mut request = get("/b/k");
    *request.uri_mut() = "https://other.example.com/b/k".parse().unwrap();
    assert_eq!(
        send(&store(), &handler, request).code(),
        (400, "InvalidRequest")
    );
    // HTTP/1.1 with an absolute target and a `host` header.
    let mut request = get("/b/k");
    *request.uri_mut() = format!("https://{HOST}/b/k").parse().unwrap();
    assert_eq!(send(&store(), &handler, request).status, 200);
}

#[test]
fn the_authority_is_the_host_in_http_2() {
    let mut request = get("/b/k");
    *request.uri_mut() = format!("https://{HOST}/b/k").parse().unwrap();
    *request.version_mut() = http::Version::HTTP_2;
    request.headers_mut().remove("host");
    let handler = Handler::default();
    assert_eq!(send(&store(), &handler, request).status, 200);
    assert_eq!(handler.seen().verified.unwrap().host(), HOST);
}

#[test]
fn the_server_provides_the_original_host_behind_a_proxy() {
    let request = || {
        let mut request = get("/b/k");
        request
            .headers_mut()
            .insert("host", "10.0.0.7:8080".parse().unwrap());
        request
            .headers_mut()
            .insert("x-forwarded-host", HOST.parse().unwrap());
        request
    };
    // Without the hook, a header that any client can set is ignored.
    let handler = Handler::default();
    assert_eq!(
        send(&store(), &handler, request()).code(),
        (403, "AccessDenied")
    );
    let layer = store().with_original_host(|parts| {
        // This proxy always sets it.
        let host = parts.headers.get("x-forwarded-host")?;
        Some(host.to_str().ok()?.to_owned())
    });
    assert_eq!(send(&layer, &handler, request()).status, 200);
    assert_eq!(handler.seen().verified.unwrap().host(), HOST);
    // Without it, the received host is used.
    assert_eq!(send(&layer, &handler, get("/b/k")).status, 200);
}

#[test]
fn a_changed_path_or_query_is_refused() {
    let handler = Handler::default();
    for target in [
        "/b/other?x=1",
        "/b/k?x=2",
        "/b/k",
        "/b/k?x=1&y=2",
        "//b/k?x=1",
    ] {
        let mut request = get("/b/k?x=1");
        *request.uri_mut() = target.parse().unwrap();
        let answer = send(&store(), &handler, request);
        assert_eq!(answer.code(), (403, "SignatureDoesNotMatch"), "{target}");
    }
    assert_eq!(handler.calls(), 0);
    // All spellings of a key have one signature, and the proof has one text for them.
    let mut request = get("/b/a%3Db");
    *request.uri_mut() = "/b/a=b".parse().unwrap();
    assert_eq!(send(&store(), &handler, request).status, 200);
    assert_eq!(handler.seen().verified.unwrap().path(), "/b/a%3Db");
}

#[test]
fn the_handler_gets_signed_headers_as_they_were_signed() {
    let put = Request::put("/b/k").header("host", HOST);
    let put = put.header("x-amz-copy-source", "/b/x,y z");
    let mut signed = put.body(()).unwrap();
    signer("s3")
        .sign(&mut signed, PayloadHash::EMPTY, now())
        .unwrap();
    // All have the same signature.
    for received in [&["/b/x", "y   z"][..], &["/b/x,y   z"], &["/b/x,y z"]] {
        let mut request = signed.clone().map(|()| Pieces::of(""));
        let headers = request.headers_mut();
        headers.remove("x-amz-copy-source");
        for value in received {
            headers.append("x-amz-copy-source", value.parse().unwrap());
        }
        let handler = Handler::default();
        assert_eq!(send(&store(), &handler, request).status, 200);
        let seen = handler.seen();
        let values: Vec<_> = seen.headers.get_all("x-amz-copy-source").iter().collect();
        assert_eq!(values, ["/b/x,y z"], "{received:?}");
    }
}
