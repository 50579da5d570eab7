//! Correct requests have no cause.

use std::time::Duration;

use countersign::explain::{Cause, Explainer};
use countersign::{Credentials, PayloadHash, SecretKey, Service, SessionToken, Signer};
use http::{HeaderValue, Request, Response};

use crate::explain::server::{self, NOW, SECRET, Shape, TOKEN};

/// Method, URL, service, body, headers.
type Correct = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const CORRECT: [Correct; 10] = [
    (
        "GET",
        "https://sqs.us-east-1.amazonaws.com/",
        "sqs",
        "",
        &[],
    ),
    ("GET", "https://h.example/a%20b/../c//d/", "sqs", "", &[]),
    (
        "POST",
        "https://h.example/?b=1&a=2&a=1",
        "dynamodb",
        "{}",
        &[("content-type", "application/x-amz-json-1.0")],
    ),
    (
        "POST",
        "https://h.example/",
        "execute-api",
        "{}",
        &[("x-amz-target", "a"), ("accept", "text/html,  text/plain")],
    ),
    (
        "GET",
        "https://bucket.s3.amazonaws.com/a%20b//c/../d?x-id=GetObject",
        "s3",
        "",
        &[],
    ),
    (
        "PUT",
        "https://bucket.s3.amazonaws.com/k%2Bk?partNumber=1&uploadId=a%2Fb",
        "s3",
        "data",
        &[("x-amz-meta-a", "b  c")],
    ),
    (
        "DELETE",
        "https://h.example:8443/k?versionId=1+2",
        "s3",
        "",
        &[],
    ),
    (
        "HEAD",
        "http://localhost:9000/bucket/k",
        "s3",
        "",
        &[("range", "bytes=0-9")],
    ),
    (
        "GET",
        "https://h.example/%E1%88%B4?%E1%88%B4=bar",
        "iam",
        "",
        &[],
    ),
    (
        "PATCH",
        "https://h.example/a",
        "lambda",
        "x",
        &[("x-amz-meta-a", "1"), ("user-agent", "u")],
    ),
];

#[test]
fn a_correct_header_signature_has_no_cause() {
    let mut count = 0;
    for (method, url, name, body, headers) in CORRECT {
        let temporary = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(TOKEN);
        for credentials in [Credentials::new("AKIDEXAMPLE", SECRET), temporary] {
            let mut request = Request::builder().method(method).uri(url);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let mut request = request.body(body.as_bytes().to_vec()).unwrap();
            let service = Service::from(name);
            let signer = Signer::new(credentials, "us-east-1", service.clone()).unwrap();
            let payload = PayloadHash::new(body);
            signer.sign(&mut request, payload, NOW).unwrap();
            assert!(
                server::serve(&service, Shape::S3, &request).is_none(),
                "{url}"
            );
            silent(&request, &service, payload);
            count += 1;
        }
    }
    assert_eq!(count, 20);
}

#[test]
fn a_correct_presigned_url_has_no_cause() {
    for (method, url, name, _, _) in CORRECT {
        let service = Service::from(name);
        let payload = match name {
            "s3" => PayloadHash::Unsigned,
            _ => PayloadHash::EMPTY,
        };
        let request = Request::builder().method(method).uri(url).body(()).unwrap();
        let credentials =
            Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(TOKEN);
        let signer = Signer::new(credentials, "us-east-1", service.clone()).unwrap();
        let hour = Duration::from_secs(3600);
        let presigned = signer
            .presign_with_payload(&request, payload, hour, NOW)
            .unwrap();
        let mut request = Request::builder().method(method).uri(presigned.url());
        for (name, value) in presigned.headers() {
            request = request.header(name, value);
        }
        let request = request.body(Vec::new()).unwrap();
        assert!(
            server::serve(&service, Shape::S3, &request).is_none(),
            "{url}"
        );
        silent(&request, &service, payload);
    }
}

#[test]
fn a_token_with_another_name_or_place_has_no_cause() {
    for (name, token) in [
        ("s3express", SessionToken::s3_express(TOKEN)),
        ("iotdevicegateway", SessionToken::from(TOKEN)),
        ("aoss", SessionToken::from(TOKEN)),
    ] {
        let service = Service::from(name);
        let credentials =
            Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(token);
        let signer = Signer::new(credentials, "us-east-1", service.clone()).unwrap();
        let mut request = Request::get("https://h.example/k")
            .body(Vec::new())
            .unwrap();
        signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
        silent(&request, &service, PayloadHash::EMPTY);
    }
}

/// Iceberg's Java client sends the hash in base64, and a URL for OpenSearch Serverless contains
/// none. The signatures were made with 20 lines of Python's `hmac`.
#[test]
fn a_hash_in_base64_or_no_hash_has_no_cause() {
    const BODY: &str = r#"{"namespace":["sales"]}"#;
    let payload = PayloadHash::new(BODY);
    let iceberg = Request::post("/v1/namespaces")
        .header("host", "catalog.example.com")
        .header("x-amz-date", "20260102T030405Z")
        .header(
            "x-amz-content-sha256",
            "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQ=",
        )
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/execute-api/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
             Signature=22ea60b444a156e8e866c5a0c498f7f949358490ced3196e62d027fcb0d94d69",
        )
        .body(BODY.as_bytes().to_vec())
        .unwrap();
    let service = Service::from("execute-api");
    silent(&iceberg, &service, payload);
    let altered = Explainer::new(&iceberg, service).with_payload(PayloadHash::new("another"));
    assert_eq!(altered.check().cause(), Some(&Cause::PayloadHashDiffers));

    let url = "/index/_search?X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2Faoss%2Faws4_request\
        &X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
        &X-Amz-Signature=fadbe0636a6bffe6c5ef82a2890c68478d56d0e29b1b024be8d2a726f966b2f7";
    let search = Request::post(url)
        .header("host", "search.example.com")
        .body(BODY.as_bytes().to_vec())
        .unwrap();
    silent(&search, &Service::from("aoss"), payload);
}

/// Old clients send file names in Latin-1. Two different ones are still distinguished.
#[test]
fn a_header_that_is_not_utf_8_has_no_cause() {
    let service = Service::S3;
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "s3").unwrap();
    let name = |bytes: &[u8]| HeaderValue::from_bytes(bytes).unwrap();
    let mut request = Request::put("https://bucket.s3.amazonaws.com/k")
        .header("content-disposition", name(b"attachment; filename=caf\xe9"))
        .body(Vec::new())
        .unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    silent(&request, &service, PayloadHash::EMPTY);

    let mut captured = request.clone();
    let other = name(b"attachment; filename=caf\xe8");
    captured.headers_mut().insert("content-disposition", other);
    let diagnosis = Explainer::new(&request, &service).captured(&captured);
    let rewritten = "content-disposition".to_owned();
    assert_eq!(
        diagnosis.cause(),
        Some(&Cause::HeaderRewritten { name: rewritten })
    );
    let shown = diagnosis.to_string();
    assert!(
        shown.contains("caf\\xE9") && shown.contains("caf\\xE8"),
        "{shown}"
    );
}

#[track_caller]
fn silent(request: &server::Sent, service: &Service, payload: PayloadHash) {
    let sent = || Explainer::new(request, service).with_payload(payload);
    let with_secret = sent().with_secret_key(SecretKey::from(SECRET));
    let other =
        "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
    let success = Response::new(String::new());
    for diagnosis in [
        sent().check(),
        with_secret.check(),
        Explainer::new(request, service).check(),
        sent().response(&success).unwrap(),
        with_secret.error_body(other).unwrap(),
        sent().with_captured_payload(payload).captured(request),
        Explainer::new(request, service).captured(request),
    ] {
        assert_eq!(diagnosis.cause(), None, "{} {diagnosis}", request.uri());
        assert_eq!(
            diagnosis.to_string().lines().last(),
            Some("No problem was found with the signature.")
        );
    }
}

#[test]
fn the_texts_are_what_the_server_calculates() {
    for (method, url, name, body, _) in CORRECT {
        let service = Service::from(name);
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .body(body.as_bytes().to_vec())
            .unwrap();
        let signer =
            Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", name).unwrap();
        let payload = PayloadHash::new(body);
        signer.sign(&mut request, payload, NOW).unwrap();
        let sent = Explainer::new(&request, &service).with_payload(payload);
        let canonical = server::canonical(name == "s3", &request);
        assert_eq!(sent.canonical_request().unwrap().expose(), canonical);
        assert_eq!(
            sent.string_to_sign().unwrap().to_string(),
            server::string_to_sign(&request, &canonical)
        );
    }
}
