//! Headers.

use countersign::verify::{SignedRequest, Verifier, VerifyError};
use countersign::{Error, HeaderSelection, PayloadHash, Rules, Service, Signer};
use http::{HeaderValue, Request, header};
use time::macros::datetime;

use crate::edge_cases::reference::*;

/// A `GET` of `https://example.amazonaws.com/` with these headers.
fn with(headers: &[(&'static str, &[u8])]) -> Request<()> {
    let mut request = get("https://example.amazonaws.com/");
    for (name, value) in headers {
        let value = HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().append(*name, value);
    }
    request
}

/// Its canonical request: these lines and names are added to those that are always there.
fn canonical(lines: &[u8], names: &str) -> Vec<u8> {
    let mut text = b"GET\n/\n\nhost:example.amazonaws.com\n".to_vec();
    text.extend_from_slice(lines);
    text.extend_from_slice(b"x-amz-date:20150830T123600Z\n\nhost;");
    text.extend_from_slice(names.as_bytes());
    text.extend_from_slice(format!("x-amz-date\n{EMPTY}").as_bytes());
    text
}

#[track_caller]
fn signs_headers(headers: &[(&'static str, &[u8])], lines: &[u8], names: &str) {
    let canonical = canonical(lines, names);
    signs("service", &mut with(headers), PayloadHash::EMPTY, canonical);
}

#[test]
fn all_inner_runs_of_white_space_become_one_space() {
    for value in [
        "a b c d",
        "a  b   c    d",
        "a\tb \t c\t\td",
        "a          b c  d",
    ] {
        signs_headers(
            &[("my-header", value.as_bytes())],
            b"my-header:a b c d\n",
            "my-header;",
        );
    }
    // Also inside quotes.
    signs_headers(
        &[("my-header", b"\"a   b   c\"")],
        b"my-header:\"a b c\"\n",
        "my-header;",
    );
}

#[test]
fn both_ends_are_trimmed() {
    for value in ["a", " a", "a ", "   a   ", "\ta\t", " \t a \t "] {
        signs_headers(
            &[("my-header", value.as_bytes())],
            b"my-header:a\n",
            "my-header;",
        );
    }
    signs_headers(&[("my-header", b"   ")], b"my-header:\n", "my-header;");
}

#[test]
fn repeated_headers_are_joined_in_order() {
    signs_headers(
        &[
            ("my-header", b"value4"),
            ("other", b"x"),
            ("my-header", b" value1 "),
            ("my-header", b"value3"),
            ("my-header", b""),
            ("my-header", b"value1"),
        ],
        b"my-header:value4,value1,value3,,value1\nother:x\n",
        "my-header;other;",
    );
}

#[test]
fn bytes_outside_ascii_pass_through() {
    // UTF-8, ISO 8859-1, and a no-break space, which is not trimmed.
    for value in [
        "Zoë — 文".as_bytes(),
        b"Zo\xeb",
        b"\xff\xfe",
        "a\u{a0}\u{a0}b".as_bytes(),
    ] {
        let line = [&b"my-header:"[..], value, b"\n"].concat();
        signs_headers(&[("my-header", value)], &line, "my-header;");
    }
}

#[test]
fn an_unsigned_header_may_contain_any_bytes() {
    let mut rules = Rules::GENERIC;
    rules.headers = HeaderSelection::Required;
    let mut request = with(&[("x-weird", b"\xff\xfe\x80"), ("user-agent", b"\xff")]);
    let service = Service::new("service", rules);
    signs(
        service,
        &mut request,
        PayloadHash::EMPTY,
        canonical(b"", ""),
    );
    let mut request = with(&[("user-agent", b"\xff")]);
    signs(
        "service",
        &mut request,
        PayloadHash::EMPTY,
        canonical(b"", ""),
    );
}

/// Asserts the `host` line that is signed for a URI.
#[track_caller]
fn signs_host(uri: &str, host: &str) {
    let canonical =
        format!("GET\n/\n\nhost:{host}\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n{EMPTY}");
    signs("service", &mut get(uri), PayloadHash::EMPTY, canonical);
}

#[test]
fn default_ports_are_not_signed() {
    signs_host("https://example.com:443/", "example.com");
    signs_host("http://example.com:80/", "example.com");
    signs_host("wss://example.com:443/", "example.com");
    signs_host("https://[::1]:443/", "[::1]");
}

#[test]
fn the_host_is_the_authority_without_user_information() {
    signs_host("https://example.com:8443/", "example.com:8443");
    signs_host("https://example.com:80/", "example.com:80");
    signs_host("http://example.com:443/", "example.com:443");
    signs_host("http://localhost:9000/", "localhost:9000");
    signs_host("http://[::1]/", "[::1]");
    signs_host("http://[fe80::1:2]:9000/", "[fe80::1:2]:9000");
    signs_host("https://user:pa%3Ass@example.com/", "example.com");
    signs_host("https://user@[::1]:9000/", "[::1]:9000");
    // Browsers and most clients send the host in lowercase.
    signs_host("https://Example.COM/", "example.com");
    signs_host("https://User@EXAMPLE.com:8443/", "example.com:8443");
}

#[test]
fn the_callers_host_header_is_signed() {
    let mut request = get("https://127.0.0.1:9000/");
    request
        .headers_mut()
        .insert("host", HeaderValue::from_static("example.amazonaws.com"));
    signs(
        "service",
        &mut request,
        PayloadHash::EMPTY,
        canonical(b"", ""),
    );
    assert_eq!(request.headers()["host"], "example.amazonaws.com");

    // The user of a presigned URL must send the header.
    let mut request = get("https://127.0.0.1:9000/k");
    request
        .headers_mut()
        .insert("host", HeaderValue::from_static("bucket.s3.amazonaws.com"));
    let presigned = presigns(
        "s3",
        &request,
        PayloadHash::Unsigned,
        s3_presigned("/k", "", ""),
    );
    assert_eq!(presigned.headers()["host"], "bucket.s3.amazonaws.com");
    assert!(presigned.url().starts_with("https://127.0.0.1:9000/k?"));
}

#[test]
fn the_authority_of_the_uri_is_the_host_without_a_header() {
    // HTTP/2: the URI of a request is absolute, and there is no `host` header.
    let mut second = get("https://example.amazonaws.com/");
    *second.version_mut() = http::Version::HTTP_2;
    signs(
        "service",
        &mut second,
        PayloadHash::EMPTY,
        canonical(b"", ""),
    );
    assert!(!second.headers().contains_key("host"));
    // HTTP/1.1: the URI is relative, and there is a `host` header.
    let mut first = get("/");
    first
        .headers_mut()
        .insert("host", HeaderValue::from_static("example.amazonaws.com"));
    signs(
        "service",
        &mut first,
        PayloadHash::EMPTY,
        canonical(b"", ""),
    );
    assert_eq!(
        first.headers()["authorization"],
        second.headers()["authorization"]
    );
}

#[test]
fn headers_that_hops_rewrite_are_not_signed() {
    let names = [
        "accept-encoding",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    ];
    for name in names {
        signs_headers(&[(name, b"some value")], b"", "");
        // They stay in the request, and a presigned URL does not require them.
        let mut request = get("https://bucket.s3.amazonaws.com/k");
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static("x"));
        let presigned = presigns(
            "s3",
            &request,
            PayloadHash::Unsigned,
            s3_presigned("/k", "", ""),
        );
        assert!(presigned.headers().is_empty());
    }
    // All other headers are signed.
    let others: [(&'static str, &[u8]); 3] = [
        ("if-none-match", b"*"),
        ("accept", b"*/*"),
        ("date", b"today"),
    ];
    let all = format!(
        "GET\n/\n\naccept:*/*\ndate:today\n\
         host:example.amazonaws.com\nif-none-match:*\nx-amz-date:20150830T123600Z\n\n\
         accept;date;host;if-none-match;x-amz-date\n{EMPTY}"
    );
    signs("service", &mut with(&others), PayloadHash::EMPTY, all);
    // A verifier accepts them as signed headers, if the client has signed them.
    for name in names {
        let rules = Rules::GENERIC.also_sign(name.parse().unwrap());
        let mut request = with(&[(name, b"some value")]);
        signer(Service::new("service", rules))
            .sign(&mut request, PayloadHash::EMPTY, NOW)
            .unwrap();
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.contains(name));
        assert_eq!(verifies("service", &request, PayloadHash::EMPTY), Ok(()));
        let rewritten = HeaderValue::from_static("another value");
        request.headers_mut().insert(name, rewritten);
        let refused = verifies("service", &request, PayloadHash::EMPTY);
        assert_eq!(refused, Err(VerifyError::SignatureMismatch));
    }
}

/// Amazon S3 stores it with an object. Elsewhere, caches rewrite it.
#[test]
fn cache_control_is_signed_for_s3_alone() {
    signs_headers(&[("cache-control", b"no-cache")], b"", "");
    let mut request = get("https://bucket.s3.amazonaws.com/k");
    let value = HeaderValue::from_static("max-age=60");
    request.headers_mut().insert("cache-control", value);
    let canonical = "GET\n/k\n\ncache-control:max-age=60\nhost:bucket.s3.amazonaws.com\n\
        x-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20150830T123600Z\n\n\
        cache-control;host;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD";
    signs("s3", &mut request, PayloadHash::Unsigned, canonical);
}

#[test]
fn never_sign_refuses_the_headers_that_a_signature_needs() {
    for name in [
        "host",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-content-sha256",
    ] {
        let refused = Rules::S3.never_sign(name.parse().unwrap()).unwrap_err();
        let name = name.to_owned();
        assert_eq!(refused, Error::HeaderMustBeSigned { name });
    }
    let refused = Rules::S3.never_sign(header::HOST).unwrap_err();
    assert_eq!(refused.to_string(), "header `host` must be signed");
    // Any other name is accepted, also one of AWS.
    let rules = Rules::GENERIC
        .never_sign("x-amz-meta-a".parse().unwrap())
        .unwrap();
    let mut request = with(&[("x-amz-meta-a", b"1"), ("x-amz-meta-b", b"2")]);
    let canonical = "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\
        x-amz-meta-b:2\n\nhost;x-amz-date;x-amz-meta-b\n";
    let canonical = format!("{canonical}{EMPTY}");
    let service = Service::new("service", rules);
    signs(service, &mut request, PayloadHash::EMPTY, canonical);
}

#[test]
fn also_sign_beats_never_sign_in_either_order() {
    let name = || "x-custom".parse().unwrap();
    let never_last = Rules::GENERIC.also_sign(name()).never_sign(name()).unwrap();
    let also_last = Rules::GENERIC.never_sign(name()).unwrap().also_sign(name());
    for rules in [never_last, also_last] {
        let mut request = with(&[("x-custom", b"1")]);
        let canonical = "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\
            x-custom:1\n\nhost;x-amz-date;x-custom\n";
        let canonical = format!("{canonical}{EMPTY}");
        let service = Service::new("service", rules);
        signs(service, &mut request, PayloadHash::EMPTY, canonical);
    }
}

/// A request that a client signed for `service`, and that CloudFront forwarded.
fn through_cloudfront(service: &'static str) -> Request<()> {
    let mut request = with(&[]);
    signer(service)
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    let id = HeaderValue::from_static("1t9LUAsf6sFApzDyxY5f");
    request.headers_mut().insert("x-amz-cf-id", id);
    request
}

#[test]
fn a_verifier_lets_an_unsigned_header_pass_only_by_name() {
    let check = |verifier: &Verifier, request: &Request<()>| {
        verifier.check(&SignedRequest::parse(request).unwrap(), NOW)
    };
    let not_signed = |name: &str| {
        let names = vec![name.to_owned()];
        Err(VerifyError::HeadersNotSigned { names })
    };
    for service in ["service", "s3"] {
        let mut request = through_cloudfront(service);
        let strict = Verifier::new(REGION, service).unwrap();
        let told = strict
            .clone()
            .with_unsigned_header("x-amz-cf-id".parse().unwrap());
        assert_eq!(check(&strict, &request), not_signed("x-amz-cf-id"));
        assert_eq!(check(&told, &request), Ok(()));
        // No other header passes, whatever prefix its name has.
        for name in ["x-amz-acl", "x-amz-cf-id-2"] {
            let value = HeaderValue::from_static("public-read");
            request.headers_mut().insert(name, value);
            assert_eq!(check(&told, &request), not_signed(name));
            request.headers_mut().remove(name);
        }
    }
}

#[test]
fn no_verifier_lets_the_signatures_own_headers_pass_unsigned() {
    for name in [
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-content-sha256",
        "x-amz-decoded-content-length",
        "x-amz-region-set",
        "x-amz-trailer",
    ] {
        let mut request = with(&[]);
        signer("service")
            .sign(&mut request, PayloadHash::EMPTY, NOW)
            .unwrap();
        let presigned = signer("service")
            .presign(&with(&[]), LIFETIME, NOW)
            .unwrap();
        let mut url = get(presigned.url());
        for request in [&mut request, &mut url] {
            let value = HeaderValue::from_static("20150830T123600Z");
            request.headers_mut().insert(name, value);
        }
        let verifier = Verifier::new(REGION, "service")
            .unwrap()
            .with_unsigned_header(name.parse().unwrap());
        let mut requests = vec![url];
        if name != "x-amz-date" {
            requests.push(request);
        }
        for request in requests {
            let refused = match SignedRequest::parse(&request) {
                Ok(claim) => verifier.check(&claim, NOW),
                Err(error) => Err(error),
            };
            assert!(refused.is_err(), "{name}: {:?}", request.headers());
        }
    }
}

#[test]
fn the_required_headers_or_most_headers_are_signed() {
    let headers: [(&'static str, &[u8]); 4] = [
        ("x-amz-meta-a", b"1"),
        ("accept", b"*/*"),
        ("content-type", b"text/plain"),
        ("x-custom", b"2"),
    ];
    let most = "GET\n/\n\naccept:*/*\ncontent-type:text/plain\nhost:example.amazonaws.com\n\
        x-amz-date:20150830T123600Z\nx-amz-meta-a:1\nx-custom:2\n\n\
        accept;content-type;host;x-amz-date;x-amz-meta-a;x-custom\n";
    signs(
        "service",
        &mut with(&headers),
        PayloadHash::EMPTY,
        format!("{most}{EMPTY}"),
    );

    let mut rules = Rules::GENERIC;
    rules.headers = HeaderSelection::Required;
    let few = "GET\n/\n\ncontent-type:text/plain\nhost:example.amazonaws.com\n\
        x-amz-date:20150830T123600Z\nx-amz-meta-a:1\n\n\
        content-type;host;x-amz-date;x-amz-meta-a\n";
    let service = Service::new("service", rules);
    signs(
        service,
        &mut with(&headers),
        PayloadHash::EMPTY,
        format!("{few}{EMPTY}"),
    );

    // Headers that services require cannot be left out. All others can.
    let mut rules = Rules::GENERIC;
    for name in ["accept", "content-type", "x-custom"] {
        rules = rules.never_sign(name.parse().unwrap()).unwrap();
    }
    let least = "GET\n/\n\nhost:example.amazonaws.com\n\
        x-amz-date:20150830T123600Z\nx-amz-meta-a:1\n\n\
        host;x-amz-date;x-amz-meta-a\n";
    let service = Service::new("service", rules);
    signs(
        service,
        &mut with(&headers),
        PayloadHash::EMPTY,
        format!("{least}{EMPTY}"),
    );
}

#[test]
fn a_header_can_be_included_by_name() {
    let mut rules = Rules::GENERIC;
    rules.headers = HeaderSelection::Required;
    let rules = rules.also_sign(header::RANGE).also_sign(header::USER_AGENT);
    let service = Service::new("service", rules);
    let mut request = with(&[
        ("range", b"bytes=0-9"),
        ("user-agent", b"me/1"),
        ("accept", b"*/*"),
    ]);
    let canonical = canonical(b"range:bytes=0-9\nuser-agent:me/1\n", "range;user-agent;");
    signs(service, &mut request, PayloadHash::EMPTY, canonical);
}

#[test]
fn an_old_authorization_is_not_signed() {
    let mut request = with(&[
        ("authorization", b"Basic dXNlcjpwYXNz"),
        ("authorization", b"AWS4-HMAC-SHA256 old"),
    ]);
    signs(
        "service",
        &mut request,
        PayloadHash::EMPTY,
        canonical(b"", ""),
    );
    let all: Vec<_> = request.headers().get_all("authorization").iter().collect();
    assert_eq!(all.len(), 1);
    assert!(
        all[0]
            .to_str()
            .unwrap()
            .starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    );
    // Not even on demand.
    let rules = Rules::GENERIC.also_sign(header::AUTHORIZATION);
    let service = Service::new("service", rules);
    signs(
        service,
        &mut request,
        PayloadHash::EMPTY,
        canonical(b"", ""),
    );
}

#[test]
fn headers_of_an_earlier_attempt_are_replaced() {
    let earlier = datetime!(2015-08-29 23:59 UTC);
    let first = Signer::new(credentials().with_session_token("old"), "eu-west-1", "s3").unwrap();
    let mut retried = get("https://bucket.s3.amazonaws.com/k");
    first
        .sign(&mut retried, PayloadHash::new("old"), earlier)
        .unwrap();
    assert_eq!(retried.headers()["x-amz-security-token"], "old");
    let mut fresh = get("https://bucket.s3.amazonaws.com/k");
    for request in [&mut retried, &mut fresh] {
        signs("s3", request, PayloadHash::Unsigned, s3("/k", ""));
    }
    assert_eq!(retried.headers(), fresh.headers());
    assert!(!retried.headers().contains_key("x-amz-security-token"));

    // Also if they are repeated.
    for name in [
        "x-amz-date",
        "x-amz-content-sha256",
        "x-amz-security-token",
        "x-amz-s3session-token",
    ] {
        for _ in 0..2 {
            retried
                .headers_mut()
                .append(name, HeaderValue::from_static("stale"));
        }
    }
    signs("s3", &mut retried, PayloadHash::Unsigned, s3("/k", ""));
    assert_eq!(retried.headers(), fresh.headers());
    // Signing once more changes nothing.
    signs("s3", &mut retried, PayloadHash::Unsigned, s3("/k", ""));
    assert_eq!(retried.headers(), fresh.headers());
}

/// Recipients disagree on which one is used.
#[test]
fn two_hosts_are_refused() {
    for second in ["example.amazonaws.com", "other"] {
        let mut request = with(&[
            ("host", b"example.amazonaws.com"),
            ("host", second.as_bytes()),
        ]);
        let before = request.headers().clone();
        let error = signer("service").sign(&mut request, PayloadHash::EMPTY, NOW);
        let error = error.unwrap_err();
        assert_eq!(error, Error::DuplicateHost);
        assert_eq!(error.to_string(), "request has more than one `host` header");
        assert_eq!(*request.headers(), before);
    }
}
