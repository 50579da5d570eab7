//! The headers that signing adds, replaces, removes and refuses.

use std::collections::HashSet;

use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, Error, PayloadHash, RawRequest, Signer};
use http::{HeaderName, HeaderValue, Request};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn signer(service: &'static str) -> Signer {
    Signer::new(credentials(), "us-east-1", service).unwrap()
}

fn get(uri: &str) -> Request<()> {
    Request::get(uri).body(()).unwrap()
}

#[test]
fn the_error_of_expired_credentials_prints_times_in_utc() {
    for (expiration, expected) in [
        (datetime!(2015-08-30 14:05:09 +2), "2015-08-30T12:05:09Z"),
        (datetime!(0000-01-02 3:04:05 UTC), " 0000-01-02T03:04:05Z"),
        (datetime!(-0001-01-02 3:04:05 UTC), "-0001-01-02T03:04:05Z"),
    ] {
        let credentials = credentials().with_expiration(expiration);
        let error = Signer::new(credentials, "us-east-1", "s3")
            .unwrap()
            .sign(&mut get("https://h.example/"), PayloadHash::EMPTY, NOW)
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn replaces_is_true_for_the_headers_that_the_signer_writes() {
    let signer = signer("s3");
    let headers: [(&str, &[u8]); 1] = [("host", b"h.example")];
    let request = RawRequest {
        method: "GET",
        path: "/",
        query: "",
        headers: &headers,
    };
    let added = signer.sign_raw(&request, PayloadHash::EMPTY, NOW).unwrap();
    for name in [
        "authorization",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-region-set",
        "x-amz-security-token",
        "x-amz-s3session-token",
    ] {
        assert!(added.replaces(name), "{name}");
    }
    for name in [
        "host",
        "date",
        "x-amz-meta-a",
        "x-amz-acl",
        "Authorization",
        "",
    ] {
        assert!(!added.replaces(name), "{name}");
    }
}

/// DynamoDB needs no `x-amz-content-sha256`: none is added, and one that the caller set is replaced
/// by the hash of the payload.
#[test]
fn a_payload_hash_header_of_the_caller_is_replaced() {
    let payload = PayloadHash::new("{}");
    let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let mut request = get("https://h.example/");
    signer("dynamodb").sign(&mut request, payload, NOW).unwrap();
    assert!(!request.headers().contains_key("x-amz-content-sha256"));

    let stale = HeaderValue::from_static("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    request.headers_mut().insert("x-amz-content-sha256", stale);
    signer("dynamodb").sign(&mut request, payload, NOW).unwrap();
    assert_eq!(request.headers()["x-amz-content-sha256"], hash);
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date,"));

    let headers: [(&str, &[u8]); 2] = [("host", b"h.example"), ("x-amz-content-sha256", b"x")];
    let request = RawRequest {
        method: "GET",
        path: "/",
        query: "",
        headers: &headers,
    };
    let signer = signer("dynamodb");
    let added = signer.sign_raw(&request, payload, NOW).unwrap();
    assert!(
        added
            .iter()
            .any(|added| added == ("x-amz-content-sha256", hash))
    );
}

#[test]
fn headers_of_an_earlier_signature_are_removed() {
    let mut request = get("https://h.example/");
    let token = credentials().with_session_token("of-the-first-signing");
    Signer::new(token, "us-east-1", "s3")
        .unwrap()
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    signer("sqs")
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    let names: HashSet<_> = request.headers().keys().map(HeaderName::as_str).collect();
    // SQS needs no `x-amz-content-sha256`. The one that S3 needed is kept and signed.
    let expected = ["authorization", "x-amz-content-sha256", "x-amz-date"];
    assert_eq!(names, HashSet::from(expected));
    request
        .headers_mut()
        .insert("host", HeaderValue::from_static("h.example"));
    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "sqs").unwrap();
    let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW);
    assert!(verified.is_ok(), "{verified:?}");
}

#[test]
fn at_most_4096_headers_are_signed() {
    let sign = |count: usize| {
        let mut request = get("https://h.example/");
        for i in 0..count {
            let name = HeaderName::try_from(format!("x-{i}")).unwrap();
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static("v"));
        }
        signer("sqs")
            .sign(&mut request, PayloadHash::EMPTY, NOW)
            .map(drop)
    };
    assert!(sign(4096).is_ok());
    assert!(matches!(sign(4097), Err(Error::TooManyHeaders)));
    assert!(matches!(sign(5000), Err(Error::TooManyHeaders)));
}

/// The bytes of a value are checked several at a time: two invalid ones must not cancel out.
#[test]
fn a_header_value_with_two_control_characters_is_refused() {
    let signs = |name: &str, value: &[u8]| {
        let headers: [(&str, &[u8]); 2] = [("host", b"h"), (name, value)];
        let request = RawRequest {
            method: "GET",
            path: "/",
            query: "",
            headers: &headers,
        };
        signer("sqs")
            .sign_raw(&request, PayloadHash::EMPTY, NOW)
            .map(drop)
    };
    assert!(signs("x-a", b"ab").is_ok());
    for value in [&b"a\n\nb"[..], b"\x7f\x7f", b"\r\n", b"\n\x7f"] {
        assert!(signs("x-a", value).is_err(), "{value:?}");
    }
}
