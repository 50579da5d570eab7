//! Signature Version 2 and browsers' uploads, which are not read: nothing is said of them but what the
//! answer says.

use countersign::explain::{Cause, Sent, compare};
use http::{HeaderMap, Request, StatusCode};
use time::macros::datetime;

use crate::explain::{alone, server};

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
    let sent = Sent::new(request, "s3");
    let body = format!("<Error>{body}</Error>");
    alone::causes(&sent.refused_with(body).unwrap())
}

#[test]
fn what_the_answer_does_not_say() {
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
        // A policy may refuse what is signed well.
        for code in [
            "AccessDenied",
            "AccessDeniedException",
            "MissingSecurityHeader",
        ] {
            let body = format!("<Code>{code}</Code><Message>Access Denied</Message>");
            assert_eq!(caused(&request, &body), [], "{request:?} {code}");
        }
        // A HEAD is told no more than that.
        let sent = Sent::new(&request, "s3");
        let bare = sent.refused(StatusCode::FORBIDDEN, &HeaderMap::new(), b"");
        assert_eq!(bare.unwrap().cause(), Some(&Cause::Undetermined));
        assert_eq!(sent.check().cause(), Some(&Cause::Undetermined));
        let compared = compare(&request, &request, "s3");
        assert_eq!(compared.cause(), Some(&Cause::Undetermined));
    }
}

#[test]
fn what_the_answer_says() {
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

/// What only looks like it.
#[test]
fn neighbours() {
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
        let check = Sent::new(&request, "s3").check();
        assert_eq!(check.cause(), Some(&missing[0]), "{request:?}");
    }
    let mut other_scheme = header();
    let basic = http::HeaderValue::from_static("AWS3 AKIDEXAMPLE:a");
    other_scheme.headers_mut().insert("authorization", basic);
    let check = Sent::new(&other_scheme, "s3").check();
    assert_eq!(check.cause(), Some(&Cause::UnsupportedAlgorithm));
}

/// A signature of Version 4 that did not arrive, whatever came in its place.
#[test]
fn captures() {
    let sent = alone::s3();
    for captured in [url(), query_service(), upload()] {
        let diagnosis = compare(&sent, &captured, "s3");
        assert_eq!(diagnosis.cause(), Some(&Cause::AuthenticationLost));
    }
    let diagnosis = compare(&sent, &header(), "s3");
    assert_eq!(diagnosis.cause(), Some(&Cause::UnsupportedAlgorithm));
}
