//! Responses that deny access without a reason. Ceph and Garage send this for every wrong signature.

use countersign::explain::{Cause, Explainer};
use countersign::{PayloadHash, Service};
use http::Response;

use crate::explain::responses::{presigned, sqs, unsigned};
use crate::explain::server::{self, SECRET};
use crate::explain::without_a_response::{self, causes};

/// The responses of Ceph, Garage, S3 and gateways.
const DENIALS: [&str; 7] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AccessDenied</Code><Message></Message>\
     <RequestId>tx0</RequestId><HostId>h</HostId></Error>",
    "<Error><Code>AccessDenied</Code><RequestId>tx0</RequestId></Error>",
    "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>",
    "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
    "{\"message\":\"Forbidden\"}",
    "{\"Message\":\"Forbidden\"}",
    "{\"code\":\"403\",\"message\":\"Forbidden\"}",
];

fn explained(explainer: &Explainer, body: &str) -> Vec<Cause> {
    let response = Response::builder().status(403).body(body).unwrap();
    let diagnosis = explainer.response(&response).unwrap();
    assert_eq!(
        causes(&explainer.error_body(body).unwrap()),
        causes(&diagnosis)
    );
    causes(&diagnosis)
}

#[test]
fn a_bare_denial_may_be_a_wrong_signature() {
    for body in DENIALS {
        for request in [without_a_response::s3(), presigned(), sqs()] {
            let explainer = Explainer::new(&request, "s3");
            assert!(
                explained(&explainer, body).contains(&Cause::AccessDenied),
                "{body}"
            );
        }
        let explainer = Explainer::new(&without_a_response::s3(), "s3");
        assert_eq!(explained(&explainer, body), [Cause::AccessDenied], "{body}");
        let text = explainer.error_body(body).unwrap().to_string();
        assert!(
            text.contains("Ceph and Garage send this error for every wrong signature"),
            "{text}"
        );
    }
}

#[test]
fn a_secret_explains_more_of_a_bare_denial() {
    let request = without_a_response::s3();
    for body in DENIALS {
        let right = Explainer::new(&request, "s3").with_secret_key(SECRET.into());
        assert_eq!(explained(&right, body), [Cause::AccessDenied], "{body}");
        let wrong = Explainer::new(&request, "s3").with_secret_key("another".into());
        let found = [Cause::SignatureNotReproduced, Cause::AccessDenied];
        assert_eq!(explained(&wrong, body), found, "{body}");
    }
}

/// A rule that the request breaks is the first cause.
#[test]
fn a_broken_rule_is_likelier_than_a_permission() {
    let mut request = without_a_response::s3();
    let acl = http::HeaderValue::from_static("private");
    request.headers_mut().insert("x-amz-acl", acl);
    let names = vec!["x-amz-acl".to_owned()];
    let found = [Cause::HeadersNotSigned { names }, Cause::AccessDenied];
    for body in DENIALS {
        assert_eq!(explained(&Explainer::new(&request, "s3"), body), found);
    }
}

#[test]
fn a_denied_request_without_a_signature_is_called_unsigned() {
    for body in DENIALS {
        let found = explained(&Explainer::new(&unsigned(), "s3"), body);
        assert_eq!(found[0], Cause::MissingAuthentication, "{body}");
    }
}

/// Garage names the signature in its message.
#[test]
fn a_denial_that_names_the_signature_is_about_it() {
    let body = "<Error><Code>AccessDenied</Code>\
        <Message>Forbidden: Invalid signature</Message></Error>";
    let request = without_a_response::s3();
    let explainer = Explainer::new(&request, "s3");
    assert_eq!(explained(&explainer, body), [Cause::Undetermined]);
    let explainer = explainer.with_secret_key(SECRET.into());
    assert_eq!(explained(&explainer, body), [Cause::SignedCorrectly]);
}

#[test]
fn other_errors_are_not_denials() {
    let explainer = Explainer::new(&without_a_response::s3(), "s3");
    for (status, body) in [
        (
            403,
            "{\"message\":\"User is not authorized to access this resource\"}",
        ),
        (
            403,
            "<Error><Code>AllAccessDisabled</Code><Message>Access Denied</Message></Error>",
        ),
        (404, "{\"message\":\"Forbidden\"}"),
        (
            500,
            "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
        ),
    ] {
        let response = Response::builder().status(status).body(body).unwrap();
        let diagnosis = explainer.response(&response).unwrap();
        assert_eq!(diagnosis.cause(), None, "{status} {body}");
    }
}

/// The hash that the server calculated and the one that the client declared are printed if the
/// server returns both.
#[test]
fn payload_hashes_are_shown() {
    // The SHA-256 hashes of no bytes, `more` and `data`.
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let more = "187897ce0afcf20b50ba2b37dca84a951b7046f29ed5ab94f010619f69d6e189";
    let data = "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7";
    let body = format!(
        "<Error><Code>XAmzContentSHA256Mismatch</Code><Message>The provided \
         'x-amz-content-sha256' header does not match what was computed.</Message>\
         <ClientComputedContentSHA256>{empty}</ClientComputedContentSHA256>\
         <S3ComputedContentSHA256>{more}</S3ComputedContentSHA256></Error>"
    );
    let request = without_a_response::s3();
    let explainer = Explainer::new(&request, "s3").with_payload(PayloadHash::EMPTY);
    let diagnosis = explainer.error_body(&body).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::BodyChanged]);
    let line = diagnosis.findings()[0].difference().unwrap();
    assert_eq!(line.part(), "payload hash");
    assert_eq!((line.signed(), line.received()), (empty, more));

    // A service that needs no header with the hash returns only the one that it calculated.
    let request = sqs();
    let service = Service::from("sqs");
    let canonical = server::canonical(false, &request);
    let string_to_sign = server::string_to_sign(&request, &canonical);
    let response = server::answer(server::Shape::Json, &canonical, &string_to_sign);
    let diagnosis = Explainer::new(&request, service)
        .response(&response)
        .unwrap();
    assert_eq!(causes(&diagnosis), [Cause::WrongSecretKeyOrPayloadHash]);
    let line = diagnosis.findings()[0].difference().unwrap();
    assert_eq!((line.signed(), line.received()), ("(unknown)", data));
}
