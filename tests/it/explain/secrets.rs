//! No output contains a session token, a signature or a key, unless the caller asks for it.

use std::time::Duration;

use countersign::explain::Explainer;
use countersign::{Credentials, PayloadHash, SecretKey, Service, Signer, encode_segment};
use http::{HeaderValue, Request, Response};

use crate::explain::responses;
use crate::explain::server::{self, NOW, SECRET, Shape, TOKEN};

const STALE: &str = "FwoGZXIvYXdzEStaleTokenOfYesterday//////////wEaDE==";

#[track_caller]
fn hidden(text: &str, signature: &str) {
    for secret in [SECRET, TOKEN, STALE, signature] {
        for form in [
            secret.to_owned(),
            encode_segment(secret),
            secret[4..secret.len() / 2].to_owned(),
        ] {
            assert!(!text.contains(&form), "{form} is in\n{text}");
        }
    }
}

#[test]
fn tokens_and_signatures_are_not_printed() {
    let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(TOKEN);
    let service = Service::S3;
    let signer = Signer::new(credentials, "us-east-1", "s3").unwrap();
    let mut signed = Request::get("https://h.example/k")
        .body(Vec::new())
        .unwrap();
    let signature = signer.sign(&mut signed, PayloadHash::EMPTY, NOW).unwrap();
    let unsigned = Request::get("https://h.example/k").body(()).unwrap();
    let url = signer
        .presign(&unsigned, Duration::from_secs(60), NOW)
        .unwrap();
    let presigned = Request::get(url.url()).body(Vec::new()).unwrap();

    for (request, signature) in [
        (signed, signature.as_str()),
        (presigned, url.signature().as_str()),
    ] {
        let mut arrived = request.clone();
        if request.headers().contains_key("x-amz-security-token") {
            arrived
                .headers_mut()
                .insert("x-amz-security-token", HeaderValue::from_static(STALE));
        } else {
            let uri = request
                .uri()
                .to_string()
                .replace(&encode_segment(TOKEN), &encode_segment(STALE));
            *arrived.uri_mut() = uri.parse().unwrap();
        }
        let sent = Explainer::new(&request, &service).with_secret_key(SecretKey::from(SECRET));
        for shape in [
            Shape::S3,
            Shape::Query,
            Shape::Json,
            Shape::Gateway,
            Shape::Folded,
        ] {
            let answer = server::serve(&service, shape, &arrived).unwrap();
            let diagnosis = sent.response(&answer).unwrap();
            hidden(
                &format!("{diagnosis} {diagnosis:?} {diagnosis:#?} {sent:?}"),
                signature,
            );
            let exposed = diagnosis.expose();
            let shows = exposed.contains(&STALE[..8]) || exposed.contains("(what is hidden");
            assert!(shows, "{exposed}");
            assert!(diagnosis.to_string().contains("[elided, "), "{diagnosis}");
        }
        let compared = sent.captured(&arrived);
        hidden(&format!("{compared} {compared:?}"), signature);
        for text in [
            sent.canonical_request().unwrap(),
            sent.string_to_sign().unwrap(),
        ] {
            hidden(&format!("{text} {text:?}"), signature);
        }
        let exposed = sent.canonical_request().unwrap();
        assert!(
            exposed.expose().contains(TOKEN) || exposed.expose().contains(&encode_segment(TOKEN))
        );
    }
}

/// A parameter without `=` is printed as a name.
#[test]
fn a_token_that_became_a_parameter_name_is_not_printed() {
    let service = Service::from("iotdevicegateway");
    let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(TOKEN);
    let signer = Signer::new(credentials, "us-east-1", service.clone()).unwrap();
    let unsigned = Request::get("https://h.example/mqtt").body(()).unwrap();
    let minute = Duration::from_secs(60);
    let url = signer
        .presign_with_payload(&unsigned, PayloadHash::EMPTY, minute, NOW)
        .unwrap();
    let sent = Request::get(url.url()).body(()).unwrap();
    for lost in ["", "-", "%3D"] {
        let arrived = url.url().replace("Token=", &format!("Token{lost}"));
        let arrived = Request::get(arrived).body(()).unwrap();
        let diagnosis = Explainer::new(&sent, &service).captured(&arrived);
        assert!(diagnosis.cause().is_some());
        let shown = format!("{diagnosis} {diagnosis:?}");
        hidden(&shown, url.signature().as_str());
    }
}

/// S3's elements `Token-0`, `ArgumentValue` and `SignatureProvided`.
#[test]
fn secrets_that_responses_echo_are_not_printed() {
    for case in responses::CASES {
        let diagnosis = case.diagnosis();
        hidden(
            &format!("{diagnosis} {diagnosis:?} {}", diagnosis.expose()),
            "0123456789abcdef0123456789abcdef",
        );
    }
    let request = Request::get("https://h.example/k").body(()).unwrap();
    let service = Service::S3;
    let sent = Explainer::new(&request, &service);
    for body in [
        format!(
            "<Error><Code>InvalidToken</Code><Message>The provided token is malformed.</Message><Token-0>{TOKEN}</Token-0></Error>"
        ),
        format!(
            "<Error><Code>InvalidArgument</Code><Message>Unsupported Authorization Type</Message><ArgumentName>Authorization</ArgumentName><ArgumentValue>{TOKEN}</ArgumentValue></Error>"
        ),
        format!(
            "{{\"message\":\"'x' not a valid key=value pair (missing equal-sign) in Authorization header: '{TOKEN}'.\"}}"
        ),
        format!("Authorization header requires 'Signature' parameter. Authorization={TOKEN}"),
    ] {
        let answer = Response::builder().status(400).body(body).unwrap();
        let diagnosis = sent.response(&answer).unwrap();
        assert!(diagnosis.cause().is_some(), "{diagnosis}");
        hidden(
            &format!("{diagnosis} {diagnosis:?} {}", diagnosis.expose()),
            "0123456789abcdef0123456789abcdef",
        );
    }
}
