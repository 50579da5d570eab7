//! Large requests: the work before the key lookup is bounded.

use countersign::RawRequest;
use countersign::verify::{Limits, Protocol};

use super::*;

fn parse(message: &Message) -> Result<(), VerifyError> {
    SignedRequest::parse(message).map(drop)
}

#[test]
fn a_request_with_too_many_headers_is_refused() {
    let mut message = signed(request("GET", "/"), "sqs");
    let own = message.headers().len();
    for i in 0..256 - own {
        let name: HeaderName = format!("a{i}").parse().unwrap();
        message
            .headers_mut()
            .insert(name, HeaderValue::from_static("1"));
    }
    assert_eq!(parse(&message), Ok(()));
    assert_eq!(verify(&message, "sqs"), Ok(()));
    // Each value of a repeated name is counted.
    message = with_header(message, "a0", "2");
    let error = parse(&message).unwrap_err();
    let (count, maximum) = (257, 256);
    assert_eq!(error, VerifyError::TooManyHeaders { count, maximum });
    assert_eq!(error.status(Protocol::S3), 400);
    assert_eq!(error.code(Protocol::S3), "RequestHeaderSectionTooLarge");
}

#[test]
fn a_request_with_too_long_headers_is_refused() {
    let message = signed(request("GET", "/"), "sqs");
    let length = |message: &Message| -> usize {
        let headers = message.headers().iter();
        headers
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum()
    };
    let left = 64 * 1024 - length(&message) - "a".len();
    let longest = with_header(message.clone(), "a", &"x".repeat(left));
    assert_eq!(verify(&longest, "sqs"), Ok(()));
    let longer = with_header(message, "a", &"x".repeat(left + 1));
    let maximum = 64 * 1024;
    assert_eq!(parse(&longer), Err(VerifyError::HeadersTooLong { maximum }));
}

#[test]
fn a_request_with_a_too_long_target_is_refused() {
    let parse = |path_length: usize, query_length: usize| {
        let path = format!("/{}", "a".repeat(path_length - 1));
        let query = "&".repeat(query_length);
        let request = RawRequest {
            method: "GET",
            path: &path,
            query: &query,
            headers: &[("host", b"example.com")],
        };
        SignedRequest::parse_raw(&request).map(drop)
    };
    let unsigned = Err(VerifyError::MissingAuthentication);
    assert_eq!(parse(1, 64 * 1024 - 1), unsigned);
    assert_eq!(parse(64 * 1024, 0), unsigned);
    let too_long = Err(VerifyError::TargetTooLong {
        length: 64 * 1024 + 1,
        maximum: 64 * 1024,
    });
    assert_eq!(parse(1, 64 * 1024), too_long);
    assert_eq!(parse(32 * 1024, 32 * 1024 + 1), too_long);
}

#[test]
fn a_server_can_raise_the_limits_of_headers() {
    let mut limits = Limits::default();
    limits.max_headers = 1000;
    limits.max_headers_length = 1024 * 1024;
    let mut message = signed(request("GET", "/"), "sqs");
    for i in 0..500 {
        message = with_header(message, "a", &"x".repeat(200 + i));
    }
    assert!(parse(&message).is_err());
    assert!(SignedRequest::parse_with_limits(&message, &limits).is_ok());
    let headers: Vec<(&str, &[u8])> = message
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let raw = RawRequest {
        method: "GET",
        path: "/",
        query: "",
        headers: &headers,
    };
    assert!(SignedRequest::parse_raw(&raw).is_err());
    assert!(SignedRequest::parse_raw_with_limits(&raw, &limits).is_ok());
}
