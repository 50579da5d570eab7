use countersign::StreamingMode;
use countersign::chunked::{ChunkError, ChunkVerifier};
use countersign::verify::{Protocol, VerifiedPayload};

use super::*;

/// A signed request for `service` with this `x-amz-content-sha256`.
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

/// The kind of payload that the signed data declares.
fn mode(message: &Message, service: &'static str) -> Result<&'static str, VerifyError> {
    let claim = SignedRequest::parse(message)?;
    let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
    Ok(
        match Verifier::new("us-east-1", service)
            .unwrap()
            .verify_signature(&claim, &key, NOW)?
        {
            PendingVerification::Hashed(_) => "hashed",
            PendingVerification::Unsigned(_) => "unsigned",
            PendingVerification::SignedStream(_) => "signed stream",
            PendingVerification::UnsignedStream(_) => "unsigned stream",
        },
    )
}

#[test]
fn how_the_payload_is_signed_comes_from_signed_data() {
    for literal in STREAMING {
        let stream = match literal {
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => "unsigned stream",
            _ => "signed stream",
        };
        assert_eq!(
            mode(&declaring(literal, "s3"), "s3"),
            Ok(stream),
            "{literal}"
        );
        // A presigned URL does not cover this header. Whoever adds it would choose how the body is
        // read.
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
    // The unsigned header is ignored.
    let url = with_header(
        presigned(&request("PUT", "/key"), "s3"),
        "x-amz-content-sha256",
        &hash,
    );
    assert_eq!(mode(&url, "s3"), Ok("unsigned"));
}

#[test]
fn the_signature_is_checked_for_every_kind_of_payload() {
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
fn another_value_of_x_amz_content_sha256_is_refused() {
    let short = "ab".repeat(31);
    let odd = "zz".repeat(32);
    for value in [
        "",
        "unsigned-payload",
        "STREAMING",
        "STREAMING-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-",
        "streaming-aws4-hmac-sha256-payload",
        // Literals of the other algorithm.
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
fn a_presigned_url_declares_its_payload_only_once() {
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

/// A request with a valid head, with the given `x-amz-decoded-content-length` and `x-amz-trailer`.
fn streaming(literal: &str, length: Option<&str>, trailer: Option<&str>) -> Message {
    let mut headers = vec![
        ("x-amz-content-sha256", literal),
        ("x-amz-date", "20260522T101112Z"),
    ];
    headers.extend(length.map(|length| ("x-amz-decoded-content-length", length)));
    headers.extend(trailer.map(|trailer| ("x-amz-trailer", trailer)));
    let mut message = request("PUT", "/key");
    let (mut lines, mut names) = ("host:bucket.example.com\n".to_owned(), "host".to_owned());
    for (name, value) in headers {
        message = with_header(message, name, value);
        lines.push_str(&format!("{name}:{value}\n"));
        names.push_str(&format!(";{name}"));
    }
    forged(message, "s3", &names, &lines, literal)
}

fn chunk_verifier(message: &Message) -> Result<ChunkVerifier, ChunkError> {
    let claim = SignedRequest::parse(message).unwrap();
    let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let (_, context) = match verifier.verify_signature(&claim, &key, NOW) {
        Ok(PendingVerification::SignedStream(pending)) => pending.into_parts(),
        Ok(PendingVerification::UnsignedStream(pending)) => pending.accept(),
        other => panic!("not a stream: {other:?}"),
    };
    ChunkVerifier::new(&context)
}

/// Each name would cost one more checksum of the whole payload.
#[test]
fn duplicate_name_in_x_amz_trailer_is_refused() {
    let many = vec!["x-amz-checksum-sha256"; 1000].join(",");
    for literal in &STREAMING[1..3] {
        for list in [
            many.as_str(),
            "x-amz-checksum-crc32,x-amz-checksum-crc32",
            "x-amz-checksum-crc32, X-Amz-Checksum-CRC32",
            "x-amz-checksum-crc32,x-amz-meta-a,x-amz-checksum-crc32",
            "x-amz-meta-a,,x-amz-meta-a",
        ] {
            let error = chunk_verifier(&streaming(literal, Some("5"), Some(list))).unwrap_err();
            assert!(matches!(error, ChunkError::NotAnnounced(_)), "{error}");
            assert!(error.to_string().contains("duplicate name"), "{error}");
            assert_eq!(error.code(), "InvalidRequest");
            assert_eq!(error.status(), 400);
        }
    }
}

#[test]
fn invalid_name_in_x_amz_trailer_is_refused() {
    for list in ["x-amz meta", "x-amz-meta-a;x-amz-meta-b", "a:b"] {
        let message = streaming(STREAMING[2], Some("5"), Some(list));
        let error = chunk_verifier(&message).unwrap_err();
        assert!(error.to_string().contains("invalid header name"), "{error}");
    }
}

/// The CRCs and hashes of `hello` were made by zlib and OpenSSL.
#[cfg(feature = "checksums")]
#[test]
fn different_names_in_x_amz_trailer_are_accepted() {
    let list = "x-amz-checksum-sha256, x-amz-checksum-crc32,x-amz-checksum-sha1";
    let message = streaming(STREAMING[2], Some("5"), Some(list));
    let trailers = "x-amz-checksum-sha1:qvTGHdzF6KLavt4PO0gs2a6pQ00=\r\n\
        x-amz-checksum-crc32:NhCmhg==\r\n\
        x-amz-checksum-sha256:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=\r\n";
    let finish = |trailers: &str| {
        let mut chunks = chunk_verifier(&message).unwrap();
        let wire = format!("5\r\nhello\r\n0\r\n{trailers}\r\n");
        let mut input = wire.as_bytes();
        while !input.is_empty() {
            let consumed = chunks.decode(input)?.consumed;
            input = &input[consumed..];
        }
        chunks.finish()
    };
    assert_eq!(finish(trailers).unwrap().len(), 3);
    // In the body, too, a trailer may appear only once.
    let (first, _) = trailers.split_at(trailers.find('\n').unwrap() + 1);
    let twice = format!("{trailers}{first}");
    assert_eq!(finish(&twice), Err(ChunkError::UnannouncedTrailer));
    let error = finish(first).unwrap_err();
    assert!(
        matches!(error, ChunkError::MissingTrailer { .. }),
        "{error}"
    );
    for value in ["qvTG", "NhCm", "LPJN"] {
        let error = finish(&trailers.replace(value, "AAAA")).unwrap_err();
        assert!(
            matches!(error, ChunkError::ChecksumMismatch { .. }),
            "{error}"
        );
    }
}

/// Amazon S3 responds with `MissingContentLength`, 411.
#[test]
fn a_stream_without_a_decoded_length_is_refused() {
    for literal in &STREAMING[..3] {
        assert!(mode(&streaming(literal, Some("5"), None), "s3").is_ok());
        let absent = mode(&streaming(literal, None, None), "s3").unwrap_err();
        assert_eq!(absent, VerifyError::InvalidDecodedLength);
        assert_eq!(absent.code(Protocol::S3), "MissingContentLength");
        assert_eq!(absent.status(Protocol::S3), 411);

        let mut message = declaring(literal, "s3");
        message.headers_mut().remove("x-amz-decoded-content-length");
        assert!(matches!(
            mode(&message, "s3"),
            Err(VerifyError::SignedHeaderMissing { .. })
        ));
        for length in [
            "-1",
            "",
            "four",
            "99999999999999999999999",
            "18446744073709551616",
            "4 4",
            "+4",
            "0x4",
            "4.0",
        ] {
            let error = mode(&streaming(literal, Some(length), None), "s3").unwrap_err();
            assert_eq!(error, VerifyError::InvalidDecodedLength, "{length}");
            assert_eq!(error.status(Protocol::S3), 411);
        }
    }
    // Event streams have no decoded length.
    assert!(mode(&streaming(STREAMING[3], None, None), "s3").is_ok());
}

#[test]
fn another_body_is_refused() {
    for (service, error) in [
        ("s3", VerifyError::ContentSha256Mismatch),
        // Only the signature contains the hash.
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
    // For other services, a presigned URL covers the body, too.
    let mut message = presigned(&request("GET", "/key"), "sqs");
    assert_eq!(verify(&message, "sqs"), Ok(()));
    *message.body_mut() = b"data".to_vec();
    assert_eq!(verify(&message, "sqs"), Err(VerifyError::SignatureMismatch));
}

#[test]
fn the_caller_must_check_the_payload_as_it_is_signed() {
    let check = |message: &Message, service: &'static str, payload| {
        let claim = SignedRequest::parse(message).unwrap();
        let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", service).unwrap();
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

/// Amazon S3 API Reference, "Signature calculations: including trailing headers": unsigned chunks
/// have a literal of their own. A server must accept them explicitly.
#[test]
fn unsigned_chunks_are_admitted_only_if_the_server_accepts_them() {
    let message = streaming(STREAMING[2], Some("5"), Some("x-amz-checksum-crc32"));
    let claim = SignedRequest::parse(&message).unwrap();
    let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let pending = verifier.verify_signature(&claim, &key, NOW).unwrap();
    let PendingVerification::UnsignedStream(pending) = pending else {
        panic!("not an unsigned stream: {pending:?}");
    };
    let (verified, context) = pending.accept();
    let unsigned = StreamingMode::UnsignedAndTrailer;
    assert_eq!(verified.payload(), VerifiedPayload::Streaming(unsigned));
    assert_eq!(context.payload(), unsigned);
    // A server that handles no streams refuses unsigned ones, too.
    for payload in [PayloadHash::Unsigned, PayloadHash::EMPTY] {
        let refused = verifier.verify(&claim, &key, payload, NOW);
        assert!(matches!(
            refused,
            Err(VerifyError::PayloadNotAsSigned { .. })
        ));
    }
}

/// The literals of signed chunks and events never lead to an unsigned stream.
#[test]
fn signed_streams_are_not_admitted_as_unsigned_ones() {
    for (literal, payload) in [
        (STREAMING[0], StreamingMode::Chunks),
        (STREAMING[1], StreamingMode::ChunksAndTrailer),
        (STREAMING[3], StreamingMode::Events),
    ] {
        let message = streaming(literal, Some("5"), None);
        let claim = SignedRequest::parse(&message).unwrap();
        let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let pending = verifier.verify_signature(&claim, &key, NOW).unwrap();
        let PendingVerification::SignedStream(pending) = pending else {
            panic!("{literal}: {pending:?}");
        };
        assert_eq!(pending.payload(), payload);
    }
}

/// An event stream that continues after midnight derives new keys from the credentials, so they
/// must be those of the request.
#[cfg(feature = "event-stream")]
#[test]
fn an_event_stream_is_verified_with_the_credentials_that_opened_it_only() {
    use countersign::event_stream::{EventError, EventVerifier};

    let context = |literal| {
        let message = streaming(literal, Some("5"), None);
        let claim = SignedRequest::parse(&message).unwrap();
        let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        match verifier.verify_signature(&claim, &key, NOW).unwrap() {
            PendingVerification::SignedStream(pending) => pending.into_parts().1,
            other => panic!("{other:?}"),
        }
    };
    let events = context(STREAMING[3]);
    assert!(EventVerifier::new(&events, &long_term()).is_ok());
    let secret = long_term().secret_key().expose().to_owned();
    for other in [
        Credentials::new("AKIDEXAMPLE", "another secret"),
        Credentials::new("AKIDOTHER", secret),
    ] {
        let refused = EventVerifier::new(&events, &other).err();
        assert_eq!(refused, Some(EventError::WrongCredentials));
    }
    let chunks = EventVerifier::new(&context(STREAMING[0]), &long_term()).err();
    assert_eq!(chunks, Some(EventError::NotAnnounced));
}
