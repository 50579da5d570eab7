//! A `host` header of the caller replaces the host of the URI, which is then only the address to
//! connect to.

use countersign::explain::{Cause, Explainer};
use countersign::verify::{SignedRequest, VerifyError};
use countersign::{Credentials, PayloadHash, SecretKey, Signer};
use http::{HeaderValue, Request};

use crate::explain::server::{self, NOW, SECRET};

const CANONICAL: &str = "GET\n/key\n\n\
    host:bucket.s3.example.com\n\
    x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
    x-amz-date:20260102T030405Z\n\n\
    host;x-amz-content-sha256;x-amz-date\n\
    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn signed() -> server::Sent {
    let mut request = Request::get("http://127.0.0.1:9000/key")
        .header("host", "bucket.s3.example.com")
        .body(Vec::new())
        .unwrap();
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "s3").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    request
}

fn with_target(mut request: server::Sent, target: &str) -> server::Sent {
    *request.uri_mut() = target.parse().unwrap();
    request
}

#[test]
fn a_host_header_takes_the_place_of_the_uri() {
    let request = signed();
    let sent = Explainer::new(&request, "s3").with_payload(PayloadHash::EMPTY);
    assert_eq!(sent.canonical_request().unwrap().expose(), CANONICAL);
    assert_eq!(sent.check().cause(), None);
    let sent = sent.with_secret_key(SecretKey::from(SECRET));
    assert_eq!(sent.check().cause(), None);
    // An honest client never sends both to a server.
    let refused = SignedRequest::parse(&request).map(|_| ());
    assert_eq!(refused, Err(VerifyError::SeveralHosts));
}

#[test]
fn a_server_that_used_the_uri_is_found() {
    let request = signed();
    let theirs = CANONICAL.replace("bucket.s3.example.com", "127.0.0.1:9000");
    let body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{theirs}</CanonicalRequest></Error>"
    );
    let diagnosis = Explainer::new(&request, "s3").error_body(body).unwrap();
    assert_eq!(diagnosis.cause(), Some(&Cause::HostChanged));
    let line = diagnosis.findings()[0].difference().unwrap();
    assert_eq!(line.signed(), "host:bucket.s3.example.com");
    assert_eq!(line.received(), "host:127.0.0.1:9000");

    let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is \
        malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'</Message></Error>";
    let region = Cause::WrongRegion {
        signed: "us-east-1".to_owned(),
        expected: Some("eu-west-1".to_owned()),
    };
    let diagnosis = Explainer::new(&request, "s3").error_body(body).unwrap();
    assert_eq!(diagnosis.cause(), Some(&region));
}

#[test]
fn a_capture_with_another_host_is_found() {
    let request = signed();
    let cause = |captured: &server::Sent| {
        Explainer::new(&request, "s3")
            .captured(captured)
            .cause()
            .cloned()
    };
    assert_eq!(cause(&request), None);
    let mut arrived = with_target(signed(), "/key");
    assert_eq!(cause(&arrived), None);
    let host = HeaderValue::from_static("10.0.0.7");
    arrived.headers_mut().insert("host", host);
    assert_eq!(cause(&arrived), Some(Cause::HostChanged));
    // A second host was added on the way.
    let problem = VerifyError::SeveralHosts.to_string();
    let two = with_target(signed(), "http://10.0.0.7/key");
    assert_eq!(cause(&two), Some(Cause::MalformedRequest { problem }));
}

/// Most clients send the host in lowercase.
#[test]
fn a_host_signed_in_uppercase_is_found() {
    let mut request = Request::get("https://BUCKET.s3.example.com/key")
        .body(Vec::new())
        .unwrap();
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "s3").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    request.headers_mut().remove("host");
    let sent = Explainer::new(&request, "s3").with_payload(PayloadHash::EMPTY);
    assert_eq!(sent.canonical_request().unwrap().expose(), CANONICAL);
    let sent = sent.with_secret_key(SecretKey::from(SECRET));
    assert_eq!(sent.check().cause(), None);

    let as_written = CANONICAL.replace("host:bucket", "host:BUCKET");
    let signature = server::sign(SECRET, &server::string_to_sign(&request, &as_written));
    let header = request.headers()["authorization"].to_str().unwrap();
    let (start, _) = header.split_once("Signature=").unwrap();
    let header = format!("{start}Signature={signature}");
    request
        .headers_mut()
        .insert("authorization", HeaderValue::try_from(header).unwrap());
    let sent = Explainer::new(&request, "s3")
        .with_payload(PayloadHash::EMPTY)
        .with_secret_key(SecretKey::from(SECRET));
    let diagnosis = sent.check();
    assert_eq!(diagnosis.cause(), Some(&Cause::HostChanged), "{diagnosis}");
    let line = diagnosis.findings()[0].difference().unwrap();
    assert_eq!(line.signed(), "host:BUCKET.s3.example.com");
    assert_eq!(line.received(), "host:bucket.s3.example.com");
}
