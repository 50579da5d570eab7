//! Invalid input: the error names the fault, and the request is unchanged.

use countersign::verify::Verifier;
use countersign::{Error, PayloadHash, RawRequest, Signer};
use http::{HeaderValue, Request};
use time::macros::datetime;

use crate::edge_cases::reference::*;

/// A request that was signed before, and changed since.
fn used(uri: &str) -> Request<()> {
    let mut request = get(uri);
    for (name, value) in [
        ("x-amz-date", "20000101T000000Z"),
        ("authorization", "AWS4-HMAC-SHA256 old"),
        ("x-amz-security-token", "old"),
        ("x-amz-meta-a", "1"),
        ("x-amz-meta-a", "2"),
    ] {
        request
            .headers_mut()
            .append(name, HeaderValue::from_static(value));
    }
    request
}

/// Signing and presigning return this error and change nothing.
#[track_caller]
fn refuses(signer: &Signer, uri: &str, now: time::OffsetDateTime, message: &str) {
    let mut request = used(uri);
    let before = request.clone();
    let presigned = signer.presign_with_payload(&request, PayloadHash::EMPTY, LIFETIME, now);
    assert_eq!(presigned.unwrap_err().to_string(), message);
    let signed = signer.sign(&mut request, PayloadHash::EMPTY, now);
    assert_eq!(signed.unwrap_err().to_string(), message);
    assert_eq!(request.headers(), before.headers());
    assert_eq!(request.uri(), before.uri());
    // `HeaderMap` does not compare the order of values of different names.
    assert!(request.headers().iter().eq(before.headers().iter()));
}

#[test]
fn malformed_escapes_in_a_query_are_refused_at_their_position() {
    for (query, at) in [
        ("a=%", 2),
        ("a=%2", 2),
        ("a=%zz", 2),
        ("ok=%20&%4=1", 7),
        ("a=%%20", 2),
    ] {
        let uri = format!("https://h/?{query}");
        let message =
            format!("query is invalid at byte {at}: `%` is not followed by two hexadecimal digits");
        refuses(&signer("s3"), &uri, NOW, &message);
    }
}

#[test]
fn an_invalid_region_or_service_is_refused() {
    for (name, problem) in [
        ("", "is empty"),
        ("us/east", "must be printable ASCII without `/` or `,`"),
        ("us-east-1\n", "must be printable ASCII without `/` or `,`"),
        ("us east", "must be printable ASCII without `/` or `,`"),
        ("us\0", "must be printable ASCII without `/` or `,`"),
        ("a,b", "must be printable ASCII without `/` or `,`"),
        ("ü", "must be printable ASCII without `/` or `,`"),
    ] {
        let refused = Signer::new(credentials(), name, "s3").unwrap_err();
        assert_eq!(refused.to_string(), format!("region {name:?} {problem}"));
        let refused = Signer::new(credentials(), REGION, name).unwrap_err();
        assert_eq!(refused.to_string(), format!("service {name:?} {problem}"));
        for refused in [
            Verifier::new(name, "s3"),
            Verifier::new(REGION, name),
            Verifier::for_any_region(name),
        ] {
            // An empty region does not mean "any region".
            let refused = refused.unwrap_err().to_string();
            assert!(
                refused.ends_with(&format!("{name:?} {problem}")),
                "{refused}"
            );
        }
    }
}

#[test]
fn a_year_outside_0_to_9999_is_refused() {
    for (now, said) in [
        (datetime!(-0001-12-31 23:59:59 UTC), "-0001-12-31T23:59:59Z"),
        (datetime!(-9999-01-01 2:00 +2), "-9999-01-01T00:00:00Z"),
        // The year is 10000 in UTC.
        (
            datetime!(9999-12-31 23:00 -2),
            "253402304400 seconds since the Unix epoch",
        ),
    ] {
        let message = format!("request time {said} is outside the years 0 to 9999");
        refuses(&signer("s3"), "https://h/", now, &message);
    }
}

#[test]
fn a_query_with_a_signature_is_not_presigned_again() {
    refuses(
        &signer("s3"),
        "https://h/?X-Amz-Signature=0",
        NOW,
        "query already contains the signing parameter `X-Amz-Signature`: sign the URL without it",
    );
}

#[test]
fn a_full_header_map_is_an_error_and_stays_unchanged() {
    let mut request = get("https://h/");
    for n in 0..24_576 {
        let name: http::HeaderName = format!("x-{n}").parse().unwrap();
        if request
            .headers_mut()
            .try_insert(name, HeaderValue::from_static("1"))
            .is_err()
        {
            break;
        }
    }
    let before = request.headers().clone();
    let error = signer("s3")
        .sign(&mut request, PayloadHash::Unsigned, NOW)
        .unwrap_err();
    assert_eq!(error, Error::TooManyHeaders);
    assert_eq!(*request.headers(), before);
}

#[test]
fn invalid_slices_are_refused() {
    let host = ("host", &b"h"[..]);
    let good = RawRequest {
        method: "GET",
        path: "/",
        query: "",
        headers: &[host],
    };
    let refuses = |request: RawRequest<'_>, expected: Error| {
        let signer = signer("s3");
        let signed = signer.sign_raw(&request, PayloadHash::Unsigned, NOW);
        assert_eq!(signed.unwrap_err(), expected);
        let presigned = signer.presign_raw(&request, LIFETIME, NOW);
        assert_eq!(presigned.unwrap_err(), expected);
    };
    for method in ["", "GE T", "GET\n", "GÉT", "GET/"] {
        let expected = Error::InvalidMethod {
            method: method.to_owned(),
        };
        refuses(RawRequest { method, ..good }, expected);
    }
    for (path, position) in [
        ("a", 0),
        ("*", 0),
        ("/a b", 2),
        ("/a?b", 2),
        ("/a#b", 2),
        ("/a\n", 2),
    ] {
        let signed = signer("s3");
        let signed = signed.sign_raw(&RawRequest { path, ..good }, PayloadHash::Unsigned, NOW);
        let error = signed.unwrap_err();
        assert!(
            matches!(error, Error::InvalidPath { position: at, .. } if at == position),
            "{error}"
        );
    }
    for (query, position) in [("a b", 1), ("a#b", 1), ("a\r", 1), ("a=%", 2)] {
        let signed = signer("s3");
        let signed = signed.sign_raw(&RawRequest { query, ..good }, PayloadHash::Unsigned, NOW);
        let error = signed.unwrap_err();
        assert!(
            matches!(error, Error::InvalidQuery { position: at, .. } if at == position),
            "{error}"
        );
    }
    for name in ["", "X-Amz-Meta-A", "a b", "a:b", "é", "a\n", "Host"] {
        let headers = [host, (name, b"1")];
        let expected = Error::InvalidHeaderName {
            name: name.to_owned(),
        };
        refuses(
            RawRequest {
                headers: &headers,
                ..good
            },
            expected,
        );
    }
    for value in ["a\nb", "a\r", "\0", "\x7f"] {
        let headers = [host, ("x-a", value.as_bytes())];
        let expected = Error::InvalidHeaderValue {
            name: "x-a".to_owned(),
        };
        refuses(
            RawRequest {
                headers: &headers,
                ..good
            },
            expected,
        );
    }
    let none: [(&str, &[u8]); 0] = [];
    for headers in [&none[..], &[("host", &b""[..])], &[("host", &b" "[..])]] {
        refuses(RawRequest { headers, ..good }, Error::MissingHost);
    }
    for headers in [
        &[host, host][..],
        &[("host", &b""[..]), host],
        &[host, ("host", &b"other"[..])],
    ] {
        refuses(RawRequest { headers, ..good }, Error::DuplicateHost);
    }
}

/// Also if few headers are signed, an invalid name must not be skipped and stay unsigned.
#[test]
fn an_uppercase_name_in_slices_is_never_skipped() {
    let mut rules = countersign::Rules::GENERIC;
    rules.headers = countersign::HeaderSelection::Required;
    let signer = signer(countersign::Service::new("service", rules));
    let headers = [("host", &b"h"[..]), ("X-Amz-Meta-A", b"1")];
    let request = RawRequest {
        method: "GET",
        path: "/",
        query: "",
        headers: &headers,
    };
    let error = signer.sign_raw(&request, PayloadHash::EMPTY, NOW);
    assert_eq!(
        error.unwrap_err(),
        Error::InvalidHeaderName {
            name: "X-Amz-Meta-A".to_owned()
        }
    );
}

/// It must not become another URI silently.
#[test]
fn a_url_that_gets_too_long_is_an_error() {
    let presign = |length: usize| {
        let start = "https://bucket.s3.amazonaws.com/";
        let uri = format!("{start}{}", "k".repeat(length - start.len()));
        signer("s3").presign(&get(&uri), LIFETIME, NOW)
    };
    let added = presign(100).unwrap().url().len() - 100;
    let longest = presign(65_534 - added).unwrap();
    assert_eq!(longest.uri().unwrap().to_string(), longest.url());
    let error = presign(65_534 - added + 1).unwrap_err();
    assert_eq!(error, Error::UrlTooLong { length: 65_535 });
}

/// Clients make an `authorization` header from user information. A server refuses two kinds of
/// authorization.
#[test]
fn user_information_is_not_part_of_a_presigned_url() {
    let request = get("https://user:pass@bucket.s3.amazonaws.com:443/k");
    let presigned = presigns(
        "s3",
        &request,
        PayloadHash::Unsigned,
        s3_presigned("/k", "", ""),
    );
    let url = presigned.url();
    assert!(
        url.starts_with("https://bucket.s3.amazonaws.com:443/k?"),
        "{url}"
    );
}
