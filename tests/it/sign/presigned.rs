//! Which URLs are presigned, and which headers must be sent with them.

use std::time::Duration;

use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, Error, PayloadHash, Signer};
use http::{HeaderValue, Request};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);

/// The SHA-256 hash of no bytes.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const LIFETIME: Duration = Duration::from_secs(900);

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
fn only_a_host_that_differs_from_the_uri_must_be_sent() {
    let presign = |host: Option<&'static str>| {
        let mut request = get("https://h.example/k");
        if let Some(host) = host {
            request
                .headers_mut()
                .insert("host", HeaderValue::from_static(host));
        }
        let url = signer("s3").presign(&request, LIFETIME, NOW);
        url.unwrap().headers().clone()
    };
    assert!(presign(None).is_empty());
    assert!(presign(Some("h.example")).is_empty());
    let headers = presign(Some("other.example"));
    assert_eq!(
        (headers.len(), &headers["host"]),
        (1, &HeaderValue::from_static("other.example"))
    );
}

/// A server refuses a URL whose `X-Amz-Content-Sha256` is repeated or differs from the payload that
/// was signed. With the right one, no header is needed.
#[test]
fn a_url_that_declares_another_payload_is_not_presigned() {
    let hash = PayloadHash::new("body");
    let hex = hash.to_string();
    let hex = hex.as_str();
    let unsigned = PayloadHash::Unsigned;
    let name = "X-Amz-Content-Sha256";
    for (service, payload, query, good) in [
        ("s3", unsigned, format!("{name}=UNSIGNED-PAYLOAD"), true),
        ("s3", unsigned, format!("{name}=UNSIGNED%2DPAYLOAD"), true),
        ("s3", unsigned, format!("{name}={hex}"), false),
        ("s3", unsigned, format!("{name}="), false),
        ("s3", unsigned, name.to_owned(), false),
        ("s3", unsigned, name.to_lowercase(), false),
        (
            "s3",
            unsigned,
            "x-amz-content-sha256=UNSIGNED-PAYLOAD".into(),
            false,
        ),
        (
            "s3",
            unsigned,
            "%58-amz-content-sha256=UNSIGNED-PAYLOAD".into(),
            false,
        ),
        (
            "s3",
            unsigned,
            format!("{name}=UNSIGNED-PAYLOAD&{name}=UNSIGNED-PAYLOAD"),
            false,
        ),
        ("s3", hash, format!("{name}={hex}"), true),
        ("s3", hash, format!("{name}={EMPTY}"), false),
        ("s3", hash, format!("{name}=UNSIGNED-PAYLOAD"), false),
        ("sqs", hash, format!("{name}={hex}"), true),
        ("sqs", hash, format!("{name}=UNSIGNED-PAYLOAD"), false),
        (
            "vpc-lattice-svcs",
            unsigned,
            format!("{name}=UNSIGNED-PAYLOAD"),
            false,
        ),
    ] {
        let request = get(&format!("https://h.example/k?{query}"));
        let url = match signer(service).presign_with_payload(&request, payload, LIFETIME, NOW) {
            Ok(url) => url,
            Err(error) => {
                let parameter = name.to_owned();
                assert_eq!(error, Error::AlreadySigned { parameter }, "{query}");
                assert!(!good, "{service} {query}");
                continue;
            }
        };
        assert!(good, "{service} {query}");
        assert!(url.headers().is_empty(), "{service} {query}");
        let target = url.url().strip_prefix("https://h.example").unwrap();
        let received = Request::get(target).header("host", "h.example");
        let received = received.body(()).unwrap();
        let claim = SignedRequest::parse(&received).unwrap();
        let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", service).unwrap();
        assert!(
            verifier.verify(&claim, &key, payload, NOW).is_ok(),
            "{query}"
        );
    }
    // A signature in a header has its own `x-amz-content-sha256`. The query parameter is plain
    // data.
    let mut request = get(&format!("https://h.example/k?{name}=x"));
    assert!(signer("s3").sign(&mut request, unsigned, NOW).is_ok());
    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let verified = verifier.verify(&claim, &key, unsigned, NOW);
    assert!(verified.is_ok(), "{verified:?}");
}

/// Each parameter that presigning writes, in any case and escaped.
#[test]
fn a_presigned_url_is_not_presigned_again() {
    for name in [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Region-Set",
        "X-Amz-S3session-Token",
        "X-Amz-Security-Token",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
    ] {
        let escaped = name.replace('-', "%2d").replacen('X', "%58", 1);
        for spelled in [name, &name.to_lowercase(), &name.to_uppercase(), &escaped] {
            let request = get(&format!("https://h.example/k?{spelled}=1"));
            let url = signer("s3").presign(&request, LIFETIME, NOW);
            let error = url.map(drop).unwrap_err();
            assert!(
                matches!(&error, Error::AlreadySigned { parameter } if parameter == name),
                "{spelled}: {error}"
            );
        }
    }
    let other = get("https://h.example/k?X-Amz-Expire=1&X-Amz-Meta=1&Date=1");
    let url = signer("s3").presign(&other, LIFETIME, NOW);
    assert!(url.is_ok());
}

/// AWS IoT's gateways expect the token after the signature, under both of their signing names.
#[test]
fn iot_gateways_get_the_token_after_the_signature() {
    for (service, signed) in [
        ("iotdevicegateway", false),
        ("iotdata", false),
        ("iot", true),
    ] {
        let credentials = credentials().with_session_token("token");
        let url = Signer::new(credentials, "us-east-1", service)
            .unwrap()
            .presign_with_payload(
                &get("https://h.example/mqtt"),
                PayloadHash::EMPTY,
                LIFETIME,
                NOW,
            )
            .unwrap();
        let last = url.url().ends_with("&X-Amz-Security-Token=token");
        assert_eq!(last, !signed, "{service}");
    }
}
