use countersign::verify::VerifiedPayload;

use super::*;

/// A signed request whose `x-amz-content-sha256` is this, for `service`.
fn declaring(value: &str, service: &str) -> Message {
    let message = with_header(request("PUT", "/key"), "x-amz-date", "20260522T101112Z");
    let message = with_header(message, "x-amz-content-sha256", value);
    let message = with_header(message, "x-amz-decoded-content-length", "4");
    let lines = format!(
        "host:bucket.example.com\nx-amz-content-sha256:{value}\n\
         x-amz-date:20260522T101112Z\nx-amz-decoded-content-length:4\n"
    );
    let names = "host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length";
    forged(message, service, names, &lines, value)
}

/// How the payload is read: by signed data alone.
fn mode(message: &Message, service: &'static str) -> Result<&'static str, VerifyError> {
    let claim = SignedRequest::parse(message)?;
    let key = AccessKey::derive(&long_term(), claim.scope()).unwrap();
    Ok(
        match Verifier::new("us-east-1", service).verify_head(&claim, &key, NOW)? {
            Head::Hashed(_) => "hashed",
            Head::Unsigned(_) => "unsigned",
            Head::Streaming(_) => "streaming",
        },
    )
}

#[test]
fn v02_the_mode_comes_from_signed_data() {
    for literal in STREAMING {
        assert_eq!(
            mode(&declaring(literal, "s3"), "s3"),
            Ok("streaming"),
            "{literal}"
        );
        // On a presigned request, whose signature does not cover it, it would be obeyed by whoever
        // reads the body.
        let url = presigned(&request("PUT", "/key"), "s3");
        let url = with_header(url, "x-amz-content-sha256", literal);
        let names = vec!["x-amz-content-sha256".to_owned()];
        assert_eq!(
            mode(&url, "s3"),
            Err(VerifyError::HeadersNotSigned { names })
        );
    }
    let hash = "ab".repeat(32);
    assert_eq!(mode(&declaring(&hash, "s3"), "s3"), Ok("hashed"));
    assert_eq!(
        mode(&declaring(&hash.to_uppercase(), "s3"), "s3"),
        Ok("hashed")
    );
    assert_eq!(
        mode(&declaring("UNSIGNED-PAYLOAD", "s3"), "s3"),
        Ok("unsigned")
    );
    // An unsigned header says neither hash nor anything else.
    let url = with_header(
        presigned(&request("PUT", "/key"), "s3"),
        "x-amz-content-sha256",
        &hash,
    );
    assert_eq!(mode(&url, "s3"), Ok("unsigned"));
}

#[test]
fn v02_every_mode_checks_the_signature() {
    let hash = "ab".repeat(32);
    for literal in STREAMING.into_iter().chain(["UNSIGNED-PAYLOAD", &hash]) {
        let message = with_authorization(declaring(literal, "s3"), |header| {
            let (start, signature) = header.split_once("Signature=").unwrap();
            let other = if signature.starts_with('0') { '1' } else { '0' };
            format!("{start}Signature={other}{}", &signature[1..])
        });
        assert_eq!(
            mode(&message, "s3"),
            Err(VerifyError::SignatureMismatch),
            "{literal}"
        );
    }
}

#[test]
fn v02_no_other_value_is_a_mode() {
    let short = "ab".repeat(31);
    let odd = "zz".repeat(32);
    for value in [
        "",
        "unsigned-payload",
        "STREAMING",
        "STREAMING-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-",
        "streaming-aws4-hmac-sha256-payload",
        // Of the other algorithm.
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        "STREAMING-AWS4-ECDSA-P256-SHA256-EVENTS",
        &short,
        &odd,
    ] {
        for service in ["s3", "sqs"] {
            let result = mode(&declaring(value, service), service);
            assert_eq!(result, Err(VerifyError::InvalidContentSha256), "{value}");
        }
    }
    let twice = with_header(
        declaring("UNSIGNED-PAYLOAD", "s3"),
        "x-amz-content-sha256",
        "UNSIGNED-PAYLOAD",
    );
    assert!(matches!(
        mode(&twice, "s3"),
        Err(VerifyError::Repeated { .. })
    ));
}

#[test]
fn v02_a_parameter_says_it_in_a_presigned_url_only_once() {
    let target = "/key?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD";
    let once = presigned(&request("PUT", target), "s3");
    assert_eq!(mode(&once, "s3"), Ok("unsigned"));
    for name in ["X-Amz-Content-Sha256", "x-amz-content-sha256"] {
        let mut twice = once.clone();
        let uri = format!("{}&{name}=UNSIGNED-PAYLOAD", once.uri());
        *twice.uri_mut() = uri.parse().unwrap();
        let error = mode(&twice, "s3").unwrap_err();
        assert!(matches!(error, VerifyError::Repeated { .. }), "{error}");
    }
}

#[test]
fn v10_a_stream_says_how_long_it_is() {
    for literal in &STREAMING[..3] {
        let mut message = declaring(literal, "s3");
        message.headers_mut().remove("x-amz-decoded-content-length");
        assert!(matches!(
            mode(&message, "s3"),
            Err(VerifyError::SignedHeaderMissing { .. })
        ));
        for length in ["-1", "", "four", "99999999999999999999999", "4 4"] {
            let message = with_header(request("PUT", "/key"), "x-amz-date", "20260522T101112Z");
            let message = with_header(message, "x-amz-content-sha256", literal);
            let message = with_header(message, "x-amz-decoded-content-length", length);
            let lines = format!(
                "host:bucket.example.com\nx-amz-content-sha256:{literal}\n\
                 x-amz-date:20260522T101112Z\nx-amz-decoded-content-length:{length}\n"
            );
            let names = "host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length";
            let message = forged(message, "s3", names, &lines, literal);
            assert_eq!(
                mode(&message, "s3"),
                Err(VerifyError::InvalidDecodedLength),
                "{length}"
            );
        }
    }
}

#[test]
fn v12_another_body_is_refused() {
    for (service, error) in [
        ("s3", VerifyError::ContentSha256Mismatch),
        // The hash is only in the signature.
        ("sqs", VerifyError::SignatureMismatch),
    ] {
        let mut message = request("PUT", "/key");
        *message.body_mut() = b"data".to_vec();
        let message = signed(message, service);
        assert_eq!(verify(&message, service), Ok(()));
        for body in [&b""[..], b"datA", b"data\n", b"dat"] {
            let mut message = message.clone();
            *message.body_mut() = body.to_vec();
            assert_eq!(verify(&message, service), Err(error.clone()));
        }
    }
    // A presigned request of other services covers its body too.
    let mut message = presigned(&request("GET", "/key"), "sqs");
    assert_eq!(verify(&message, "sqs"), Ok(()));
    *message.body_mut() = b"data".to_vec();
    assert_eq!(verify(&message, "sqs"), Err(VerifyError::SignatureMismatch));
}

#[test]
fn v12_the_caller_says_what_was_checked() {
    let check = |message: &Message, service: &'static str, payload| {
        let claim = SignedRequest::parse(message).unwrap();
        let key = AccessKey::derive(&long_term(), claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", service);
        let verified = verifier.verify(&claim, &key, payload, NOW);
        verified.map(|verified| verified.payload())
    };
    let PayloadHash::Sha256(empty) = PayloadHash::EMPTY else {
        unreachable!();
    };
    for service in ["s3", "sqs"] {
        let message = signed(request("GET", "/"), service);
        let hashed = Ok(VerifiedPayload::Sha256(empty));
        assert_eq!(check(&message, service, PayloadHash::EMPTY), hashed);
        let error = check(&message, service, PayloadHash::Unsigned).unwrap_err();
        assert!(
            matches!(error, VerifyError::PayloadNotAsSigned { .. }),
            "{error}"
        );
    }
    let url = presigned(&request("GET", "/"), "s3");
    assert_eq!(
        check(&url, "s3", PayloadHash::Unsigned),
        Ok(VerifiedPayload::Unsigned)
    );
    let error = check(&url, "s3", PayloadHash::EMPTY);
    assert_eq!(error, Err(VerifyError::PayloadIsUnsigned));
    for literal in STREAMING {
        for payload in [PayloadHash::EMPTY, PayloadHash::Unsigned] {
            let error = check(&declaring(literal, "s3"), "s3", payload).unwrap_err();
            assert!(
                matches!(error, VerifyError::PayloadNotAsSigned { .. }),
                "{error}"
            );
        }
    }
}
