use countersign::RawRequest;

use super::*;

#[test]
fn doubled_slashes_are_verified_as_they_were_sent() {
    let message = signed(request("GET", "/a//b/../c/./d"), "s3");
    assert_eq!(verify(&message, "s3"), Ok(()));
    let mut collapsed = message.clone();
    *collapsed.uri_mut() = "/a/b/../c/./d".parse().unwrap();
    assert_eq!(
        verify(&collapsed, "s3"),
        Err(VerifyError::SignatureMismatch)
    );
    // A server behind a proxy that merges slashes passes the original path.
    let claim = SignedRequest::parse(&collapsed)
        .unwrap()
        .with_original_path("/a//b/../c/./d");
    let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    assert!(
        verifier
            .verify(&claim, &key, PayloadHash::EMPTY, NOW)
            .is_ok()
    );
}

#[test]
fn spellings_of_one_key_are_one_path_for_s3_alone() {
    for path in ["/a%20b", "/a%2Fb", "/%2e%2e/x", "/%C3%A9", "/a%2Bb"] {
        let message = signed(request("GET", path), "s3");
        assert_eq!(verify(&message, "s3"), Ok(()), "{path}");
    }
    for (signed_path, served, same_key) in [
        ("/a%2Fb", "/a/b", true),
        ("/a%2Bb", "/a+b", true),
        ("/%61", "/a", true),
        ("/%c3%a9", "/%C3%A9", true),
        ("/a%20b", "/a+b", false),
        ("/a%2520b", "/a%20b", false),
        ("/a%20b", "/a%2520b", false),
        ("/a//b", "/a/b", false),
        ("/a/%2E%2E/b", "/b", false),
        ("/a%00", "/a", false),
    ] {
        for service in ["s3", "sqs"] {
            let mut message = signed(request("GET", signed_path), service);
            *message.uri_mut() = served.parse().unwrap();
            let result = verify(&message, service);
            // Other services merge slashes.
            if (service == "s3" && same_key) || (service == "sqs" && signed_path == "/a//b") {
                assert_eq!(result, Ok(()), "{served}");
            } else {
                assert_eq!(result, Err(VerifyError::SignatureMismatch), "{served}");
            }
        }
    }
}

/// Both texts that a client may have signed decode to the same key, so one signature is valid for
/// one key. A server that accepted both meanings of `+` would serve two keys.
#[test]
fn a_plus_in_the_query_or_path_has_one_reading() {
    for service in ["s3", "sqs"] {
        for (signed_query, served, good) in [
            ("/?a=b+c", "/?a=b%20c", true),
            ("/?a=b%20c", "/?a=b+c", true),
            ("/?a=b%2Bc", "/?a=b+c", false),
            ("/?a=b+c", "/?a=b%2Bc", false),
            ("/?a+=b", "/?a%2B=b", false),
        ] {
            let mut message = signed(request("GET", signed_query), service);
            *message.uri_mut() = served.parse().unwrap();
            let expected = match good {
                true => Ok(()),
                false => Err(VerifyError::SignatureMismatch),
            };
            assert_eq!(verify(&message, service), expected, "{served}");
        }
    }
}

/// A form encoder may leave a `+` in a session token unescaped. It would mean a space, which no
/// token contains.
#[test]
fn a_bare_plus_in_a_token_or_a_list_of_headers_is_a_space() {
    let temporary = Credentials::new("ASIAEXAMPLE", "secret").with_session_token("a+b==");
    let message = presigned_by(temporary.clone(), &request("GET", "/k"), "s3");
    assert_eq!(verify_as("s3", &message, &temporary, NOW), Ok(()));
    let target = message.uri().to_string();
    assert!(target.contains("=a%2Bb%3D%3D&"), "{target}");
    let mut bare = message;
    *bare.uri_mut() = target.replace("=a%2Bb", "=a+b").parse().unwrap();
    assert_eq!(
        verify_as("s3", &bare, &temporary, NOW),
        Err(VerifyError::InvalidSessionToken)
    );

    let mut message = request("GET", "/k");
    let value = HeaderValue::from_static("1");
    message.headers_mut().insert("x-amz-a+b", value);
    let message = presigned(&message, "s3");
    assert_eq!(verify(&message, "s3"), Ok(()));
    let target = message.uri().to_string();
    let mut bare = message;
    *bare.uri_mut() = target.replace("x-amz-a%2Bb", "x-amz-a+b").parse().unwrap();
    let result = verify(&bare, "s3");
    assert!(
        matches!(result, Err(VerifyError::Malformed { .. })),
        "{result:?}"
    );
}

#[test]
fn an_unsigned_header_may_contain_any_bytes() {
    for mut message in both_forms("s3") {
        let value = HeaderValue::from_bytes(b"\xff\xfe").unwrap();
        message.headers_mut().insert("x-note", value.clone());
        message.headers_mut().insert("user-agent", value);
        assert_eq!(verify(&message, "s3"), Ok(()));
    }
    // Also if it is signed.
    let mut message = request("PUT", "/");
    let value = HeaderValue::from_bytes(b"caf\xe9").unwrap();
    message.headers_mut().insert("x-amz-meta-note", value);
    let mut message = signed(message, "s3");
    assert_eq!(verify(&message, "s3"), Ok(()));
    let value = HeaderValue::from_bytes(b"caf\xe8").unwrap();
    message.headers_mut().insert("x-amz-meta-note", value);
    assert_eq!(verify(&message, "s3"), Err(VerifyError::SignatureMismatch));
}

#[test]
fn the_authority_of_http_2_is_the_host() {
    for mut message in both_forms("s3") {
        let target = message.uri().path_and_query().unwrap().to_string();
        message.headers_mut().remove("host");
        assert_eq!(verify(&message, "s3"), Err(VerifyError::MissingHost));
        for (authority, good) in [
            ("bucket.example.com", true),
            ("bucket.example.com:443", true),
            ("other.example.com", false),
            ("bucket.example.com:8443", false),
        ] {
            let mut message = message.clone();
            *message.uri_mut() = format!("https://{authority}{target}").parse().unwrap();
            assert_eq!(verify(&message, "s3").is_ok(), good, "{authority}");
        }
    }
}

/// Some servers route by the authority, some by the `host` header: a signature for one must not be
/// valid for the other.
#[test]
fn two_hosts_are_refused() {
    for message in both_forms("s3") {
        let target = message.uri().path_and_query().unwrap().to_string();
        for authority in [
            "bucket.example.com",
            "BUCKET.example.com",
            "bucket.example.com:443",
        ] {
            let mut message = message.clone();
            *message.uri_mut() = format!("https://{authority}{target}").parse().unwrap();
            assert_eq!(verify(&message, "s3"), Ok(()), "{authority}");
        }
        let mut other = message.clone();
        *other.uri_mut() = format!("https://other.example.com{target}")
            .parse()
            .unwrap();
        assert_eq!(verify(&other, "s3"), Err(VerifyError::SeveralHosts));
        let twice = with_header(message, "host", "bucket.example.com");
        assert_eq!(verify(&twice, "s3"), Err(VerifyError::SeveralHosts));
    }
}

#[test]
fn a_path_that_a_proxy_rewrote_verifies_with_the_original_path() {
    for mut message in both_forms("s3") {
        let query = message.uri().query().unwrap().to_owned();
        message
            .headers_mut()
            .insert("host", "127.0.0.1:9000".parse().unwrap());
        *message.uri_mut() = format!("/mounted/key?{query}").parse().unwrap();
        // A client could have set `x-forwarded-host` itself, so it is ignored.
        let fooled = with_header(message.clone(), "x-forwarded-host", "bucket.example.com");
        assert_eq!(verify(&fooled, "s3"), Err(VerifyError::SignatureMismatch));

        let claim = SignedRequest::parse(&message).unwrap();
        let claim = claim
            .with_original_path("/key")
            .with_original_host("bucket.example.com");
        let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
        assert!(
            Verifier::new("us-east-1", "s3")
                .unwrap()
                .verify_signature(&claim, &key, NOW)
                .is_ok()
        );
    }
}

#[test]
fn slices_that_http_cannot_carry_are_refused() {
    let parse = |method, path, query, headers: &[(&str, &[u8])]| {
        let request = RawRequest {
            method,
            path,
            query,
            headers,
        };
        SignedRequest::parse_raw(&request).map(drop)
    };
    let good: [(&str, &[u8]); 3] = [
        ("host", b"bucket.example.com"),
        ("x-amz-date", b"20260522T101112Z"),
        ("authorization", b"AWS4-HMAC-SHA256 Credential=A/20260522/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000"),
    ];
    assert_eq!(parse("GET", "/", "", &good), Ok(()));
    for (name, value) in [
        ("X-Amz-Acl", &b"public-read"[..]),
        ("Host", b"x"),
        ("x amz", b""),
        ("", b""),
        ("x-note", b"a\nb"),
        ("x-note", b"a\r"),
        ("x-note", b"\0"),
    ] {
        let headers: Vec<_> = good.into_iter().chain([(name, value)]).collect();
        assert_eq!(
            parse("GET", "/", "", &headers),
            Err(VerifyError::InvalidHeader),
            "{name}"
        );
    }
    let mut forged = good;
    forged[0].1 = b"bucket.example.com\nx-amz-date:x";
    assert_eq!(
        parse("GET", "/", "", &forged),
        Err(VerifyError::InvalidHeader)
    );
    for method in ["", "GET\n", "G ET"] {
        assert!(matches!(
            parse(method, "/", "", &good),
            Err(VerifyError::InvalidTarget { .. })
        ));
    }
}

#[test]
fn a_target_that_cannot_be_canonicalized_is_refused() {
    let message = signed(request("GET", "/"), "s3");
    for query in ["a=%", "a=%zz", "%2"] {
        let message = with_query(message.clone(), |_| query.to_owned());
        assert!(
            matches!(
                verify(&message, "s3"),
                Err(VerifyError::InvalidTarget { .. })
            ),
            "{query}"
        );
        let url = with_query(presigned(&request("GET", "/"), "s3"), |rest| {
            format!("{rest}&{query}")
        });
        assert!(
            matches!(verify(&url, "s3"), Err(VerifyError::InvalidTarget { .. })),
            "{query}"
        );
    }
    let mut message = signed(request("OPTIONS", "/"), "s3");
    *message.uri_mut() = "*".parse().unwrap();
    assert!(matches!(
        verify(&message, "s3"),
        Err(VerifyError::InvalidTarget { .. })
    ));
}
