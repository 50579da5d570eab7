//! Signature Version 2 and browser uploads are not parsed: only the response explains them.

use countersign::explain::{Cause, Explainer};
use http::{Request, Response};
use time::macros::datetime;

use crate::explain::{server, without_a_response};

fn header() -> server::Sent {
    let signature = "AWS AKIDEXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=";
    Request::get("https://bucket.s3.amazonaws.com/key")
        .header("date", "Fri, 02 Jan 2026 03:04:05 GMT")
        .header("authorization", signature)
        .body(Vec::new())
        .unwrap()
}

fn url() -> server::Sent {
    let query =
        "AWSAccessKeyId=AKIDEXAMPLE&Expires=1767323045&Signature=vjbyPxybdZaNmGa%2ByT272YEAiv4%3D";
    Request::get(format!("https://bucket.s3.amazonaws.com/key?{query}"))
        .body(Vec::new())
        .unwrap()
}

fn query_service() -> server::Sent {
    let query = "Action=ListQueues&AWSAccessKeyId=AKIDEXAMPLE&SignatureMethod=HmacSHA256\
        &SignatureVersion=2&Timestamp=2026-01-02T03%3A04%3A05Z&Version=2012-11-05\
        &Signature=p2cM3XjyDZpKDtOLCwo2FyllqDzgfrJIUN8DYpKDtOL%3D";
    Request::get(format!("https://sqs.us-east-1.amazonaws.com/?{query}"))
        .body(Vec::new())
        .unwrap()
}

fn upload() -> server::Sent {
    Request::post("https://bucket.s3.amazonaws.com/")
        .header("content-type", "Multipart/Form-Data; boundary=x")
        .body(Vec::new())
        .unwrap()
}

fn all() -> [server::Sent; 4] {
    [header(), url(), query_service(), upload()]
}

fn caused(request: &server::Sent, body: &str) -> Vec<Cause> {
    let sent = Explainer::new(request, "s3");
    let body = format!("<Error>{body}</Error>");
    without_a_response::causes(&sent.error_body(body).unwrap())
}

#[test]
fn another_scheme_is_undetermined() {
    let unknown = [Cause::Undetermined];
    for request in all() {
        for told in [
            "<StringToSign>GET\n\n\n1767323045\n/bucket/key</StringToSign>",
            "<StringToSign></StringToSign>",
            "",
        ] {
            let body = format!("<Code>SignatureDoesNotMatch</Code><Message>x</Message>{told}");
            assert_eq!(caused(&request, &body), unknown, "{request:?} {told}");
        }
        // A policy may refuse a request that is signed correctly.
        for (code, causes) in [
            ("AccessDenied", &[Cause::AccessDenied][..]),
            ("AccessDeniedException", &[Cause::AccessDenied]),
            ("MissingSecurityHeader", &[]),
        ] {
            let body = format!("<Code>{code}</Code><Message>Access Denied</Message>");
            assert_eq!(caused(&request, &body), causes, "{request:?} {code}");
        }
        // The response to a `HEAD` has only the status.
        let sent = Explainer::new(&request, "s3");
        let bare = Response::builder().status(403).body("").unwrap();
        let bare = sent.response(&bare);
        assert_eq!(bare.unwrap().cause(), Some(&Cause::Undetermined));
        assert_eq!(sent.check().cause(), Some(&Cause::Undetermined));
        let compared = Explainer::new(&request, "s3").captured(&request);
        assert_eq!(compared.cause(), Some(&Cause::Undetermined));
    }
}

#[test]
fn a_response_explains_another_scheme() {
    for request in all() {
        for (body, cause) in [
            (
                "<Code>InvalidRequest</Code><Message>The authorization mechanism you have provided is \
                 not supported. Please use AWS4-HMAC-SHA256.</Message>",
                Cause::UnsupportedAlgorithm,
            ),
            (
                "<Code>InvalidAccessKeyId</Code><Message>x</Message>",
                Cause::UnknownAccessKey,
            ),
            (
                "<Code>AccessDenied</Code><Message>Request has expired</Message>\
                 <Expires>2026-01-02T03:04:05Z</Expires><ServerTime>2026-01-02T04:04:05Z</ServerTime>",
                Cause::UrlExpired {
                    expired_at: Some(datetime!(2026-01-02 03:04:05 UTC).into()),
                    now: Some(datetime!(2026-01-02 04:04:05 UTC).into()),
                },
            ),
        ] {
            assert_eq!(caused(&request, body), [cause], "{request:?}");
        }
    }
    let body = "<Code>MissingAuthenticationToken</Code><Message>x</Message>";
    for request in [header(), url(), query_service()] {
        assert_eq!(caused(&request, body), [Cause::AuthenticationLost]);
    }
    assert_eq!(caused(&upload(), body), [Cause::MissingAuthentication]);
}

#[test]
fn a_request_that_only_resembles_another_scheme_is_not_signed() {
    let denied = "<Code>AccessDenied</Code><Message>Access Denied</Message>";
    let get = |uri: &str| Request::get(uri).body(Vec::new()).unwrap();
    let mut other_method = upload();
    *other_method.method_mut() = http::Method::PUT;
    let mut other_type = upload();
    let json = http::HeaderValue::from_static("application/json");
    other_type.headers_mut().insert("content-type", json);
    for request in [
        get("https://bucket.s3.amazonaws.com/key?AWSAccessKeyId=AKIDEXAMPLE"),
        get("https://bucket.s3.amazonaws.com/key?Signature=a"),
        other_method,
        other_type,
    ] {
        let missing = [Cause::MissingAuthentication];
        assert_eq!(caused(&request, denied), missing, "{request:?}");
        let check = Explainer::new(&request, "s3").check();
        assert_eq!(check.cause(), Some(&missing[0]), "{request:?}");
    }
    let mut other_scheme = header();
    let basic = http::HeaderValue::from_static("AWS3 AKIDEXAMPLE:a");
    other_scheme.headers_mut().insert("authorization", basic);
    let check = Explainer::new(&other_scheme, "s3").check();
    assert_eq!(check.cause(), Some(&Cause::UnsupportedAlgorithm));
}

#[test]
fn a_capture_of_another_scheme_has_lost_the_signature() {
    let sent = without_a_response::s3();
    for captured in [url(), query_service(), upload()] {
        let diagnosis = Explainer::new(&sent, "s3").captured(&captured);
        assert_eq!(diagnosis.cause(), Some(&Cause::AuthenticationLost));
    }
    let diagnosis = Explainer::new(&sent, "s3").captured(&header());
    assert_eq!(diagnosis.cause(), Some(&Cause::UnsupportedAlgorithm));
}
