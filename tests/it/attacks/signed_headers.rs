use countersign::verify::{Verifier, VerifyError};
use http::HeaderValue;
use http::header::{CONTENT_TYPE, HeaderName};

use super::*;

fn not_signed(name: &str) -> Result<(), VerifyError> {
    let names = vec![name.to_owned()];
    Err(VerifyError::HeadersNotSigned { names })
}

#[test]
fn an_unsigned_amz_header_is_refused() {
    for service in ["s3", "sqs"] {
        for message in both_forms(service) {
            for name in ["x-amz-acl", "x-amz-meta-a", "x-amz-copy-source", "x-amz-"] {
                let message = with_header(message.clone(), name, "1");
                assert_eq!(verify(&message, service), not_signed(name));
            }
            // Headers that no server obeys may be added on the way.
            let message = with_header(message.clone(), "accept", "*/*");
            assert_eq!(verify(&message, service), Ok(()));
        }
    }
}

/// A signature is the same for a header and for its parts between commas.
#[test]
fn a_signed_header_that_is_split_on_the_way_keeps_its_value() {
    let values = |message: &Message| {
        let claim = SignedRequest::parse(message).unwrap();
        let key = VerificationKey::derive(&temporary(), claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW);
        let verified = verified.unwrap();
        let read = |name: &str| {
            let value = verified.header(name).map(std::borrow::Cow::into_owned);
            let owned = verified.into_owned();
            assert_eq!(owned.header(name), value.as_deref(), "{name}");
            assert!(owned.signed_headers().eq(verified.signed_headers()));
            value.map(|value| String::from_utf8(value).unwrap())
        };
        [
            "x-amz-copy-source",
            "x-amz-meta-a",
            "host",
            "content-type",
            "x-amz-security-token",
            // It sorts after the token, which is not shown.
            "x-client",
        ]
        .map(read)
    };
    let message = with_header(request("PUT", "/b/copy"), "x-amz-copy-source", "/b/x,y");
    let message = with_header(message, "x-amz-meta-a", "1  2");
    let message = with_header(message, "x-amz-meta-a", "");
    let message = with_header(message, "x-client", "7");
    let message = signed_by(temporary(), message, "s3");
    let mut split = message.clone();
    split.headers_mut().remove("x-amz-copy-source");
    let split = with_header(split, "x-amz-copy-source", "/b/x");
    let split = with_header(split, "x-amz-copy-source", " y\t");
    // An unsigned header, which must not be read here.
    let split = with_header(split, "content-type", "text/html");
    for message in [&message, &split] {
        let [source, meta, host, content_type, token, client] = values(message);
        assert_eq!(source.as_deref(), Some("/b/x,y"));
        assert_eq!(meta.as_deref(), Some("1 2,"));
        assert_eq!(host.as_deref(), Some("bucket.example.com"));
        assert_eq!((content_type, token), (None, None));
        assert_eq!(client.as_deref(), Some("7"));
    }
}

/// CGI passes `x-amz-acl` and `x_amz_acl` to an application under the same name, `HTTP_X_AMZ_ACL`.
#[test]
fn an_unsigned_header_with_underscores_for_dashes_is_refused() {
    let content_type = "content_type";
    for service in ["s3", "sqs"] {
        for message in both_forms(service) {
            for name in ["x_amz_acl", "x-amz_acl", "x_amz-meta-a", "x_amz_date"] {
                let message = with_header(message.clone(), name, "1");
                assert_eq!(verify(&message, service), not_signed(name));
            }
            for name in ["x_forwarded_for", "xx_amz_acl", content_type] {
                let message = with_header(message.clone(), name, "1");
                assert_eq!(verify(&message, service), Ok(()), "{name}");
            }
            let twin = with_header(message.clone(), content_type, "text/html");
            let strict = Verifier::new("us-east-1", service).unwrap();
            let strict = strict.with_signed_header(CONTENT_TYPE);
            let found = verify_with(&strict, &twin, &long_term(), NOW);
            assert_eq!(found, not_signed(content_type));
            // The server accepts one such header.
            let lenient = strict.with_unsigned_header(HeaderName::from_static("x_amz_cf_id"));
            let passes = with_header(message, "x_amz_cf_id", "1");
            assert_eq!(verify_with(&lenient, &passes, &long_term(), NOW), Ok(()));
        }
    }
    // A client may sign such a header.
    let message = with_header(request("GET", "/"), "x_amz_acl", "private");
    assert_eq!(verify(&signed(message, "sqs"), "sqs"), Ok(()));
}

/// Lighttpd and PHP write `_` for every sign of a name.
#[test]
fn an_unsigned_header_with_other_signs_for_dashes_is_refused() {
    for service in ["s3", "sqs"] {
        for message in both_forms(service) {
            for name in ["x.amz.acl", "x~amz+acl", "x-amz.acl", "x|amz-meta-a"] {
                let message = with_header(message.clone(), name, "1");
                assert_eq!(verify(&message, service), not_signed(name));
            }
            for name in ["x.forwarded.for", "x.amzn-acl", "xxamz.acl", "content.type"] {
                let message = with_header(message.clone(), name, "1");
                assert_eq!(verify(&message, service), Ok(()), "{name}");
            }
        }
    }
}

#[test]
fn a_rule_for_a_header_with_an_underscore_holds() {
    for message in both_forms("sqs") {
        for rule in ["x_tenant", "x-tenant"] {
            let verifier = Verifier::new("us-east-1", "sqs").unwrap();
            let verifier = verifier.with_signed_header(HeaderName::from_static(rule));
            for name in ["x_tenant", "x-tenant", "x.tenant"] {
                let added = with_header(message.clone(), name, "1");
                let found = verify_with(&verifier, &added, &long_term(), NOW);
                assert_eq!(found, not_signed(name), "{rule}");
            }
        }
    }
    let message = signed(with_header(request("GET", "/"), "x_tenant", "1"), "sqs");
    let verifier = Verifier::new("us-east-1", "sqs").unwrap();
    let verifier = verifier.with_signed_header(HeaderName::from_static("x_tenant"));
    assert_eq!(verify_with(&verifier, &message, &long_term(), NOW), Ok(()));
}

/// An application that cannot tell the two apart could read either.
#[test]
fn an_unsigned_twin_of_a_signed_header_is_refused() {
    for (own, twin) in [
        ("x-tenant", "x_tenant"),
        ("x_tenant", "x-tenant"),
        ("range", "r.nge"),
    ] {
        let message = signed(with_header(request("GET", "/"), own, "1"), "sqs");
        let added = with_header(message, twin, "2");
        let is_twin = twin != "r.nge";
        let expected = if is_twin { not_signed(twin) } else { Ok(()) };
        assert_eq!(verify(&added, "sqs"), expected, "{twin}");
        let lenient = Verifier::new("us-east-1", "sqs").unwrap();
        let lenient = lenient.with_unsigned_header(HeaderName::from_static(twin));
        assert_eq!(verify_with(&lenient, &added, &long_term(), NOW), Ok(()));
    }
}

#[test]
fn the_error_names_all_unsigned_amz_headers() {
    let message = signed(request("GET", "/"), "s3");
    let message = with_header(with_header(message, "x-amz-b", "1"), "x-amz-a", "2");
    let error = verify(&message, "s3").unwrap_err();
    let VerifyError::HeadersNotSigned { mut names } = error else {
        panic!("{error}");
    };
    names.sort();
    assert_eq!(names, ["x-amz-a", "x-amz-b"]);
}

/// The only exception are presigned requests for S3. The value of the header is not used.
#[test]
fn only_s3_accepts_an_unsigned_content_sha256_and_only_presigned() {
    let hash = "aa".repeat(32);
    let add = |message: &Message, value: &str| {
        let mut message = message.clone();
        message.headers_mut().remove("x-amz-content-sha256");
        with_header(message, "x-amz-content-sha256", value)
    };
    let [_, url] = both_forms("s3");
    for value in ["UNSIGNED-PAYLOAD", hash.as_str()] {
        assert_eq!(verify(&add(&url, value), "s3"), Ok(()));
    }
    let refused = not_signed("x-amz-content-sha256");
    // A value that announces chunks is refused, also after white space or in lowercase.
    for start in ["S", " S", "\tS", " \t S", "s"] {
        let value = format!("{start}TREAMING-UNSIGNED-PAYLOAD-TRAILER");
        assert_eq!(verify(&add(&url, &value), "s3"), refused, "{value:?}");
    }
    let name = HeaderName::from_static("x-amz-content-sha256");
    let strict = Verifier::new("us-east-1", "s3")
        .unwrap()
        .with_signed_header(name);
    let message = add(&url, "UNSIGNED-PAYLOAD");
    assert_eq!(verify_with(&strict, &message, &long_term(), NOW), refused);
    let [_, url] = both_forms("sqs");
    assert_eq!(verify(&add(&url, "UNSIGNED-PAYLOAD"), "sqs"), refused);
    // In a request that is signed in its header, this value would declare the payload.
    let lines = "host:bucket.example.com\nx-amz-date:20260522T101112Z\n";
    let message = with_header(request("PUT", "/"), "x-amz-date", "20260522T101112Z");
    let message = forged(message, "s3", "host;x-amz-date", lines, "UNSIGNED-PAYLOAD");
    assert_eq!(
        verify(&message, "s3"),
        Err(VerifyError::MissingContentSha256)
    );
    let message = with_header(message, "x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    assert_eq!(verify(&message, "s3"), refused);
}

/// Servers write the error and the access key ID into a log: each must be one line.
#[test]
fn a_decoded_name_forges_no_line_of_a_log() {
    let [_, url] = both_forms("s3");
    for (from, to) in [
        (
            "SignedHeaders=host",
            "SignedHeaders=host%3Bx%0Aadmin%20logged%20in",
        ),
        ("SignedHeaders=host", "SignedHeaders=host%3Bx%1B%5B2J"),
        ("SignedHeaders=host", "SignedHeaders=host%3Bx%C2%85"),
        ("Credential=", "Credential=%0A"),
        ("Credential=", "Credential=%E2%80%A8"),
    ] {
        let mut message = url.clone();
        let target = message.uri().to_string();
        assert!(target.contains(from));
        *message.uri_mut() = target.replace(from, to).parse().unwrap();
        let error = verify(&message, "s3").unwrap_err();
        assert!(
            matches!(error, VerifyError::Malformed { .. }),
            "{to}: {error}"
        );
        assert!(
            !error
                .to_string()
                .contains(|c: char| c.is_control() || !c.is_ascii())
        );
    }
    let name = "a\nb".to_owned();
    let missing = VerifyError::SignedHeaderMissing { name };
    assert!(!missing.to_string().contains('\n'));
}

#[test]
fn a_missing_signed_header_is_refused() {
    let [header, _] = both_forms("s3");
    let mut message = with_header(request("GET", "/key"), "range", "bytes=0-9");
    message = signed(message, "s3");
    assert_eq!(verify(&message, "s3"), Ok(()));
    message.headers_mut().remove("range");
    let missing = |name: &str| {
        let name = name.to_owned();
        Err(VerifyError::SignedHeaderMissing { name })
    };
    assert_eq!(verify(&message, "s3"), missing("range"));

    let url = presigned(
        &with_header(request("GET", "/key"), "range", "bytes=0-9"),
        "s3",
    );
    assert_eq!(verify(&url, "s3"), Ok(()));
    let mut bare = url.clone();
    bare.headers_mut().remove("range");
    assert_eq!(verify(&bare, "s3"), missing("range"));

    // It is not taken from the query either.
    let listed = with_authorization(header, |header| {
        header.replace("SignedHeaders=host;", "SignedHeaders=host;list;")
    });
    assert_eq!(verify(&listed, "s3"), missing("list"));
}

/// A lenient verifier would hash an empty line for a missing header.
#[test]
fn a_missing_header_is_not_an_empty_one() {
    let message = with_header(request("GET", "/"), "x-amz-date", "20260522T101112Z");
    let lines = "host:bucket.example.com\nrange:\nx-amz-date:20260522T101112Z\n";
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let message = forged(message, "sqs", "host;range;x-amz-date", lines, empty);
    let name = "range".to_owned();
    assert_eq!(
        verify(&message, "sqs"),
        Err(VerifyError::SignedHeaderMissing { name })
    );
    assert_eq!(verify(&with_header(message, "range", ""), "sqs"), Ok(()));
}

#[test]
fn the_host_must_be_signed() {
    for service in ["s3", "sqs"] {
        let [header, url] = both_forms(service);
        let header = with_authorization(header, |header| header.replace("=host;", "="));
        assert_eq!(verify(&header, service), Err(VerifyError::HostNotSigned));
        let url = with_query(url, |query| {
            query.replace("SignedHeaders=host", "SignedHeaders=range")
        });
        assert_eq!(verify(&url, service), Err(VerifyError::HostNotSigned));
    }
}

#[test]
fn the_date_must_be_signed() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let lines = "host:bucket.example.com\n";
    for (name, value) in [
        ("x-amz-date", "20260522T101112Z"),
        ("date", "20260522T101112Z"),
        ("date", "Fri, 22 May 2026 10:11:12 GMT"),
    ] {
        let message = with_header(request("GET", "/"), name, value);
        let message = forged(message, "sqs", "host", lines, empty);
        assert_eq!(verify(&message, "sqs"), not_signed(name));

        let message = with_header(request("GET", "/"), name, value);
        let (names, lines) = match name {
            "date" => (
                "date;host",
                format!("date:{value}\nhost:bucket.example.com\n"),
            ),
            _ => (
                "host;x-amz-date",
                format!("host:bucket.example.com\n{name}:{value}\n"),
            ),
        };
        let message = forged(message, "sqs", names, &lines, empty);
        assert_eq!(verify(&message, "sqs"), Ok(()));
    }
}

#[test]
fn ambiguous_lists_of_signed_headers_are_refused() {
    let [header, url] = both_forms("s3");
    let list = "host;x-amz-content-sha256;x-amz-date";
    for wrong in [
        "host;host;x-amz-content-sha256;x-amz-date",
        "x-amz-date;x-amz-content-sha256;host",
        "Host;x-amz-content-sha256;x-amz-date",
        "host;x-amz-content-sha256;x-amz-date;",
        ";host;x-amz-content-sha256;x-amz-date",
        "host;;x-amz-content-sha256;x-amz-date",
    ] {
        let header = with_authorization(header.clone(), |header| header.replace(list, wrong));
        let error = verify(&header, "s3").unwrap_err();
        assert!(
            matches!(error, VerifyError::Malformed { .. }),
            "{wrong}: {error}"
        );
        let url = with_query(url.clone(), |query| {
            let wrong = wrong.replace(';', "%3B");
            query.replace("SignedHeaders=host", &format!("SignedHeaders={wrong}"))
        });
        let error = verify(&url, "s3").unwrap_err();
        assert!(
            matches!(error, VerifyError::Malformed { .. }),
            "{wrong}: {error}"
        );
    }
}

#[test]
fn a_header_that_the_server_requires_must_be_signed() {
    let verifier = Verifier::new("us-east-1", "s3")
        .unwrap()
        .with_signed_header(CONTENT_TYPE);
    let check = |message: &Message| verify_with(&verifier, message, &long_term(), NOW);
    for message in both_forms("s3") {
        assert_eq!(check(&message), Ok(()));
        let message = with_header(message, "content-type", "text/html");
        assert_eq!(check(&message), not_signed("content-type"));
    }
    let message = with_header(request("PUT", "/"), "content-type", "text/html");
    assert_eq!(check(&signed(message, "s3")), Ok(()));
}

#[test]
fn an_audience_must_be_signed_once_and_match_exactly() {
    let name = HeaderName::from_static("x-k8s-aws-id");
    let audience = HeaderValue::from_static("cluster");
    let verifier = Verifier::new("us-east-1", "sts")
        .unwrap()
        .with_audience(name, audience);
    let check = |message: &Message| verify_with(&verifier, message, &long_term(), NOW);
    let refused = Err(VerifyError::WrongAudience {
        name: "x-k8s-aws-id".to_owned(),
    });
    let message = request("GET", "/?Action=GetCallerIdentity");
    for (value, result) in [
        ("cluster", Ok(())),
        ("other", refused.clone()),
        ("Cluster", refused.clone()),
    ] {
        let message = with_header(message.clone(), "x-k8s-aws-id", value);
        assert_eq!(check(&signed(message.clone(), "sts")), result);
        assert_eq!(check(&presigned(&message, "sts")), result);
    }
    for message in [signed(message.clone(), "sts"), presigned(&message, "sts")] {
        assert_eq!(check(&message), refused);
        // Added by a proxy.
        let message = with_header(message, "x-k8s-aws-id", "cluster");
        assert_eq!(check(&message), not_signed("x-k8s-aws-id"));
    }
    let message = with_header(message, "x-k8s-aws-id", "cluster");
    let message = signed(with_header(message, "x-k8s-aws-id", "cluster"), "sts");
    assert_eq!(check(&message), refused);
}

/// For a server that acts on any header.
#[test]
fn with_all_headers_signed_refuses_every_unsigned_header() {
    let strict = Verifier::new("us-east-1", "sqs")
        .unwrap()
        .with_all_headers_signed();
    for message in both_forms("sqs") {
        // `authorization` contains the signature, and `host` is always signed.
        assert_eq!(verify_with(&strict, &message, &long_term(), NOW), Ok(()));
        for name in [
            "accept",
            "x-http-method-override",
            "x-forwarded-for",
            "user-agent",
            "cookie",
        ] {
            let message = with_header(message.clone(), name, "1");
            let refused = verify_with(&strict, &message, &long_term(), NOW);
            assert_eq!(refused, not_signed(name));
            assert_eq!(verify(&message, "sqs"), Ok(()));
        }
    }
}

#[test]
fn with_all_headers_signed_lets_named_headers_pass() {
    let name = HeaderName::from_static("user-agent");
    let strict = Verifier::new("us-east-1", "sqs")
        .unwrap()
        .with_all_headers_signed()
        .with_unsigned_header(name);
    let message = with_header(signed(request("GET", "/"), "sqs"), "user-agent", "x");
    assert_eq!(verify_with(&strict, &message, &long_term(), NOW), Ok(()));
    let message = with_header(message, "accept", "*/*");
    let refused = verify_with(&strict, &message, &long_term(), NOW);
    assert_eq!(refused, not_signed("accept"));
    // A signed header need not be named.
    let message = with_header(request("GET", "/"), "accept", "*/*");
    let message = signed(message, "sqs");
    assert_eq!(verify_with(&strict, &message, &long_term(), NOW), Ok(()));
}
