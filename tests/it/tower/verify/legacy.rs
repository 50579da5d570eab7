//! The schemes before Signature Version 4, which a server must enable.

use super::*;

use countersign::legacy::s3_v2::{self, Bucket};
use countersign::legacy::sigv2;
use countersign::tower::verify::LegacyIdentity;
use countersign::verify::SignatureLocation;
use std::time::Duration;

fn in_path(_: &str) -> Option<String> {
    None
}

fn old_signer() -> s3_v2::Signer {
    s3_v2::Signer::new(known()).unwrap()
}

fn old_get(target: &str) -> Request<Pieces> {
    let mut request = Request::get(target)
        .header("host", HOST)
        .body(Pieces::of(""))
        .unwrap();
    old_signer()
        .sign(&mut request, Bucket::InPath, now())
        .unwrap();
    request
}

fn caller(handler: &Handler) -> String {
    let seen = handler.seen();
    assert!(seen.verified.is_none(), "no proof of Signature Version 4");
    seen.extensions
        .get::<LegacyIdentity>()
        .unwrap()
        .access_key_id()
        .to_owned()
}

#[test]
fn the_old_scheme_of_s3_needs_the_choice_of_the_server() {
    let handler = Handler::default();
    assert_eq!(
        send(&store(), &handler, old_get("/b/k")).code(),
        (400, "InvalidArgument")
    );
    let layer = store().accept_legacy_s3(in_path);
    assert_eq!(send(&layer, &handler, old_get("/b/k")).status, 200);
    assert_eq!(caller(&handler), ID);
    // Signature Version 4 is verified as before.
    assert_eq!(send(&layer, &handler, put("data")).status, 200);
    assert!(handler.seen().verified.is_some());

    let mut request = old_get("/b/k");
    *request.uri_mut() = "/b/other".parse().unwrap();
    assert_eq!(
        send(&layer, &handler, request).code(),
        (403, "SignatureDoesNotMatch")
    );
    assert_eq!(handler.calls(), 0);
}

#[test]
fn old_presigned_urls_are_verified() {
    let layer = store().accept_legacy_s3(in_path);
    let get = Request::get(format!("https://{HOST}/b/k"))
        .body(())
        .unwrap();
    let url = old_signer().presign(&get, Bucket::InPath, Duration::from_secs(60), now());
    let url = url.unwrap().url().to_owned();
    let request = |uri: String| Request::get(uri).body(Pieces::of("")).unwrap();
    let handler = Handler::default();
    assert_eq!(send(&layer, &handler, request(url.clone())).status, 200);
    assert_eq!(caller(&handler), ID);
    let other = url.replace("/b/k", "/b/l");
    assert_eq!(
        send(&layer, &handler, request(other)).code(),
        (403, "SignatureDoesNotMatch")
    );
    let late = layer.with_clock(|| now() + Duration::from_secs(61));
    assert_eq!(
        send(&late, &handler, request(url.clone())).code(),
        (403, "AccessDenied")
    );
}

#[test]
fn the_bucket_of_the_host_is_part_of_the_old_signature() {
    let bucket = |host: &str| Some(host.strip_suffix(".example.com")?.to_owned());
    let layer = store().accept_legacy_s3(bucket);
    let mut request = Request::get("/k")
        .header("host", HOST)
        .body(Pieces::of(""))
        .unwrap();
    old_signer()
        .sign(&mut request, Bucket::InHost("s3"), now())
        .unwrap();
    assert_eq!(send(&layer, &Handler::default(), request).status, 200);
    let mut request = Request::get("/k")
        .header("host", HOST)
        .body(Pieces::of(""))
        .unwrap();
    old_signer()
        .sign(&mut request, Bucket::InHost("other"), now())
        .unwrap();
    let answer = send(&layer, &Handler::default(), request);
    assert_eq!(answer.code(), (403, "SignatureDoesNotMatch"));
}

#[test]
fn unsigned_operations_and_bodies_of_the_old_scheme_are_refused() {
    let layer = store().accept_legacy_s3(in_path);
    let mut request = old_get("/b/k");
    *request.uri_mut() = "/b/k?renameObject".parse().unwrap();
    let handler = Handler::default();
    let answer = send(&layer, &handler, request);
    assert_eq!(answer.code(), (403, "AccessDenied"));
    // The old scheme does not sign the body.
    let upload = || {
        let put = Request::put("/b/k").header("host", HOST);
        let mut request = put.body(Pieces::of("data")).unwrap();
        old_signer()
            .sign(&mut request, Bucket::InPath, now())
            .unwrap();
        request
    };
    assert_eq!(
        send(&layer, &handler, upload()).code(),
        (403, "AccessDenied")
    );
    assert_eq!(handler.calls(), 0);
    let layer = layer.accept_unsigned_payloads();
    assert_eq!(send(&layer, &handler, upload()).status, 200);
    assert_eq!(handler.seen().body.unwrap(), "data");
}

#[test]
fn signature_version_2_of_query_services_is_verified_in_query_and_form() {
    let signer = sigv2::Signer::new(known()).unwrap();
    let get = Request::get(format!("https://{HOST}/?Action=ListDomains"))
        .body(())
        .unwrap();
    let uri = signer.sign_query(&get, now()).unwrap();
    let request = || Request::get(uri.clone()).body(Pieces::of("")).unwrap();
    let handler = Handler::default();
    assert_eq!(send(&api(), &handler, request()).status, 403);
    let layer = api().accept_legacy_query();
    assert_eq!(send(&layer, &handler, request()).status, 200);
    assert_eq!(caller(&handler), ID);

    let target = format!("https://{HOST}/");
    let post = Request::post(&target).body(()).unwrap();
    let form = signer
        .sign_form(&post, "Action=ListDomains", now())
        .unwrap();
    let post = |form: &str| {
        let post = Request::post(&target);
        let post = post.header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        );
        post.body(Pieces::of(form)).unwrap()
    };
    assert_eq!(send(&layer, &handler, post(&form)).status, 200);
    assert_eq!(handler.seen().body.unwrap(), form);
    let other = form.replace("ListDomains", "DeleteDomain");
    assert_eq!(send(&layer, &handler, post(&other)).status, 403);
    // Behind a proxy, the original host is used.
    let behind = layer.with_original_host(|_| Some(HOST.to_owned()));
    let mut request = post(&form);
    *request.uri_mut() = "/".parse().unwrap();
    request
        .headers_mut()
        .insert("host", "10.0.0.7".parse().unwrap());
    assert_eq!(send(&behind, &handler, request).status, 200);
}

/// The text and code are those of S3 for a request without a date.
#[test]
fn a_malformed_request_of_an_older_scheme_gets_the_error_of_that_scheme() {
    let layer = store().accept_legacy_s3(in_path);
    let mut request = old_get("/b/k");
    request.headers_mut().remove("date");
    let answer = send(&layer, &Handler::default(), request);
    assert_eq!(answer.code(), (403, "AccessDenied"));
    let form = SignatureLocation::Header;
    assert_eq!(answer.refusal(), VerifyError::MissingDate { form });
}

#[test]
fn signature_version_2_signs_no_body_but_a_posted_form() {
    let signer = sigv2::Signer::new(known()).unwrap();
    let layer = api().accept_legacy_query();
    let handler = Handler::default();
    for (method, content_type) in [
        ("POST", "application/json"),
        ("PUT", "application/x-www-form-urlencoded"),
    ] {
        let request = || Request::builder().method(method);
        let target = format!("https://{HOST}/?Action=ListDomains");
        let unsigned = request().uri(target).body(()).unwrap();
        let uri = signer.sign_query(&unsigned, now()).unwrap();
        let request = || {
            let request = request().uri(uri.clone());
            let request = request.header("content-type", content_type);
            request.body(Pieces::of("Action=DeleteDomain")).unwrap()
        };
        let refused = send(&layer, &handler, request()).refused;
        assert!(
            matches!(refused, Some(Refused::UnsignedPayload)),
            "{method}"
        );
        assert_eq!(handler.calls(), 0);
        let layer = api().accept_legacy_query().accept_unsigned_payloads();
        assert_eq!(send(&layer, &handler, request()).status, 200, "{method}");
        assert_eq!(handler.seen().body.unwrap(), "Action=DeleteDomain");
    }
}

/// A client signs for one host of a server, and whoever gets the request passes it on to another.
#[test]
fn the_hosts_of_the_server_are_those_of_the_older_schemes_too() {
    const OTHER: &str = "other.example.com";
    let signer = sigv2::Signer::new(known()).unwrap();
    let get = Request::get(format!("https://{OTHER}/?Action=ListDomains"));
    let uri = signer.sign_query(&get.body(()).unwrap(), now()).unwrap();
    let query = || Request::get(uri.clone()).body(Pieces::of("")).unwrap();
    let old = || {
        let mut request = old_get("/b/k");
        request.headers_mut().insert("host", OTHER.parse().unwrap());
        request
    };
    for (hosts, accepted) in [
        (&[HOST][..], false),
        (&[HOST, OTHER], true),
        (&["*.example.com"], true),
        (&[], true),
    ] {
        let layer = || {
            let verifier = Verifier::new("us-east-1", "s3").unwrap();
            let add = |verifier: Verifier, host: &&str| verifier.with_host(*host);
            let verifier = hosts.iter().fold(verifier, add);
            VerifyLayer::new(verifier, keys(&Arc::default())).with_clock(now)
        };
        let handler = Handler::default();
        for answer in [
            send(&layer().accept_legacy_query(), &handler, query()),
            send(&layer().accept_legacy_s3(in_path), &handler, old()),
        ] {
            if accepted {
                assert_eq!(answer.status, 200, "{hosts:?}");
            } else {
                let host = OTHER.to_owned();
                assert_eq!(answer.refusal(), VerifyError::WrongHost { host });
            }
        }
    }
}

#[test]
fn the_clock_window_of_the_server_is_that_of_the_older_schemes_too() {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let status = |window: u64, age: u64| {
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let verifier = verifier.with_clock_window(minutes(window));
        let layer = VerifyLayer::new(verifier, keys(&Arc::default()))
            .with_clock(move || now() + minutes(age))
            .accept_legacy_s3(in_path);
        send(&layer, &Handler::default(), old_get("/b/k")).status
    };
    assert_eq!([status(5, 4), status(5, 6)], [200, 403]);
    assert_eq!([status(15, 15), status(15, 16)], [200, 403]);
}

#[test]
fn two_signatures_are_refused() {
    let layer = store().accept_legacy_s3(in_path).accept_legacy_query();
    let mut request = put("data");
    let old = old_get("/b/k").headers()["authorization"].clone();
    request.headers_mut().append("authorization", old);
    assert_eq!(
        send(&layer, &Handler::default(), request).code(),
        (400, "InvalidArgument")
    );
}

#[test]
fn the_handler_gets_amz_headers_of_the_old_scheme_as_one_value() {
    let put = Request::put("/b/k").header("host", HOST);
    let put = put.header("x-amz-copy-source", "/b/x,y");
    let mut request = put.body(Pieces::of("")).unwrap();
    old_signer()
        .sign(&mut request, Bucket::InPath, now())
        .unwrap();
    let headers = request.headers_mut();
    headers.insert("x-amz-copy-source", "/b/x".parse().unwrap());
    headers.append("x-amz-copy-source", "y".parse().unwrap());
    // The old scheme does not sign these.
    headers.append("accept", "text/plain".parse().unwrap());
    headers.append("accept", "text/html".parse().unwrap());
    let handler = Handler::default();
    let layer = store().accept_unsigned_payloads().accept_legacy_s3(in_path);
    assert_eq!(send(&layer, &handler, request).status, 200);
    let seen = handler.seen();
    let values: Vec<_> = seen.headers.get_all("x-amz-copy-source").iter().collect();
    assert_eq!(values, ["/b/x,y"]);
    assert_eq!(seen.headers.get_all("accept").iter().count(), 2);
}
