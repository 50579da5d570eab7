//! What a server answers to a request that it refuses: the names and statuses of AWS's own answers,
//! by protocol. The IAM User Guide and "Common Errors" for query services, Amazon S3 API Reference,
//! "Error responses"; for JSON services what they are seen to answer.

use countersign::chunked::{AnnouncementProblem, ChunkError, ChunkSyntaxError, ChunkedEncoding};
use countersign::sigv4::{AuthorizationProblem, TargetProblem};
use countersign::verify::{
    ErrorContext, PayloadKind, Protocol, Refusal, SignatureLocation, SignedRequest,
    VerificationKey, Verifier, VerifyError, error_response,
};
use countersign::{Credentials, PayloadHash, Signer, Timestamp, sigv4::AmzDate};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const FORMS: [SignatureLocation; 3] = [
    SignatureLocation::Header,
    SignatureLocation::Query,
    SignatureLocation::Fields,
];

/// S3's answer; and that of query and of JSON services.
fn check(error: &VerifyError, s3: (&str, u16), query: (&str, u16), json: &str) {
    for (protocol, code, status) in [
        (Protocol::S3, s3.0, s3.1),
        (Protocol::Query, query.0, query.1),
        (Protocol::Json, json, 400),
        (Protocol::RestJson, json, 403),
    ] {
        assert_eq!(error.code(protocol), code, "{error:?} {protocol:?}");
        assert_eq!(error.status(protocol), status, "{error:?} {protocol:?}");
    }
}

/// An authorization that is not whole.
fn incomplete(error: &VerifyError, s3: (&str, u16)) {
    let query = ("IncompleteSignature", 400);
    check(error, s3, query, "IncompleteSignatureException");
}

/// A signature that is not good for this request.
fn wrong(error: &VerifyError, s3: (&str, u16)) {
    let query = ("SignatureDoesNotMatch", 403);
    check(error, s3, query, "InvalidSignatureException");
}

/// Of a header, a URL and a form upload.
fn malformed(form: SignatureLocation) -> (&'static str, u16) {
    match form {
        SignatureLocation::Header => ("AuthorizationHeaderMalformed", 400),
        SignatureLocation::Query => ("AuthorizationQueryParametersError", 400),
        SignatureLocation::Fields => ("InvalidArgument", 400),
    }
}

#[test]
fn an_unsigned_request_has_the_codes_of_aws() {
    check(
        &VerifyError::MissingAuthentication,
        ("AccessDenied", 403),
        ("MissingAuthenticationToken", 403),
        "MissingAuthenticationTokenException",
    );
    for form in FORMS {
        let problem = AuthorizationProblem::Missing { name: "Signature" };
        incomplete(&VerifyError::Malformed { form, problem }, malformed(form));
    }
    for form in [SignatureLocation::Query, SignatureLocation::Fields] {
        incomplete(&VerifyError::UnknownAlgorithm { form }, malformed(form));
        incomplete(&VerifyError::MissingDate { form }, malformed(form));
        incomplete(&VerifyError::InvalidDate { form }, malformed(form));
    }
    let form = SignatureLocation::Header;
    let unsupported = VerifyError::UnknownAlgorithm { form };
    incomplete(&unsupported, ("InvalidArgument", 400));
    incomplete(&VerifyError::MissingDate { form }, ("AccessDenied", 403));
    incomplete(&VerifyError::InvalidDate { form }, ("AccessDenied", 403));
    let (seconds, longest) = (604_801, 604_800);
    let too_long = VerifyError::ExpiresInOutOfRange { seconds, longest };
    incomplete(&too_long, ("AuthorizationQueryParametersError", 400));
}

#[test]
fn a_malformed_request_is_a_client_error() {
    let name = "x-amz-date";
    for (error, code) in [
        (VerifyError::Repeated { name }, "InvalidArgument"),
        (VerifyError::InvalidHeader, "InvalidArgument"),
        (VerifyError::InvalidContentSha256, "InvalidArgument"),
        (
            VerifyError::InvalidTarget {
                problem: TargetProblem::NotAbsolute,
            },
            "InvalidURI",
        ),
        (VerifyError::MissingHost, "InvalidRequest"),
        (VerifyError::SeveralHosts, "InvalidRequest"),
        (VerifyError::MissingContentSha256, "InvalidRequest"),
    ] {
        incomplete(&error, (code, 400));
    }
    // The only status but 400 and 403.
    let length = ("MissingContentLength", 411);
    incomplete(&VerifyError::InvalidDecodedLength, length);
}

/// A streaming literal on what takes no stream.
#[test]
fn a_stream_checked_as_a_hash_is_a_client_error() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let signer = Signer::new(credentials.clone(), "us-east-1", "s3").unwrap();
    let mut request = http::Request::put("/key")
        .header("host", "h.example")
        .body(())
        .unwrap();
    signer
        .sign_chunked(&mut request, ChunkedEncoding::signed(9), NOW)
        .unwrap();
    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials, claim.scope()).unwrap();
    let error = Verifier::new("us-east-1", "s3")
        .unwrap()
        .verify(&claim, &key, PayloadHash::new(""), NOW)
        .unwrap_err();
    wrong(&error, ("InvalidRequest", 400));
}

#[test]
fn a_signature_of_another_scope_or_request_has_the_codes_of_aws() {
    let several = VerifyError::SeveralAuthentications;
    wrong(&several, ("InvalidArgument", 400));
    for form in FORMS {
        let (region, expected) = (String::from("eu-west-1"), String::from("us-east-1"));
        let (day, date) = (String::from("20260102"), AmzDate::new(NOW).unwrap());
        for error in [
            VerifyError::InvalidScope { form },
            VerifyError::WrongDay { form, day, date },
            VerifyError::WrongRegion {
                form,
                region: region.clone(),
                expected: expected.clone(),
            },
            VerifyError::WrongService {
                form,
                service: region,
                expected,
            },
        ] {
            wrong(&error, malformed(form));
        }
        let late = match form {
            SignatureLocation::Header => ("RequestTimeTooSkewed", 403),
            SignatureLocation::Query | SignatureLocation::Fields => ("AccessDenied", 403),
        };
        let expired = VerifyError::Expired {
            form,
            signed_at: NOW.into(),
            expired_at: NOW.into(),
            now: NOW.into(),
        };
        wrong(&expired, late);
        let early = VerifyError::NotYetCurrent {
            form,
            signed_at: NOW.into(),
            valid_from: NOW.into(),
            now: NOW.into(),
        };
        wrong(&early, late);
    }
    let name = || String::from("x-amz-meta-a");
    for error in [
        VerifyError::HostNotSigned,
        VerifyError::HeadersNotSigned {
            names: vec![name()],
        },
        VerifyError::WrongAudience { name: name() },
        VerifyError::WrongHost { host: name() },
    ] {
        wrong(&error, ("AccessDenied", 403));
    }
    for error in [
        VerifyError::SignatureMismatch,
        VerifyError::SignedHeaderMissing { name: name() },
    ] {
        wrong(&error, ("SignatureDoesNotMatch", 403));
    }
    let error = VerifyError::ContentSha256Mismatch;
    wrong(&error, ("XAmzContentSHA256Mismatch", 400));
}

/// S3 API Reference, "Error responses": `InternalError`, 500. The AWS pages "Common errors":
/// `InternalFailure`, 500.
#[test]
fn a_check_that_does_not_fit_the_signature_is_the_servers_mistake() {
    for error in [
        VerifyError::PayloadIsUnsigned,
        VerifyError::PayloadNotAsSigned {
            signed: PayloadKind::Hash,
            checked: PayloadKind::Unsigned,
        },
    ] {
        for (protocol, code) in [
            (Protocol::S3, "InternalError"),
            (Protocol::Query, "InternalFailure"),
            (Protocol::Json, "InternalFailure"),
            (Protocol::RestJson, "InternalFailure"),
        ] {
            assert_eq!(error.code(protocol), code, "{error}");
            assert_eq!(error.status(protocol), 500, "{error}");
        }
    }
}

#[test]
fn a_presigned_url_checked_with_a_payload_hash_is_the_servers_mistake() {
    let verify = |payload: PayloadHash, checked: PayloadHash| {
        let credentials =
            Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let request = http::Request::put("https://bucket.s3.us-east-1.amazonaws.com/key");
        let request = request.body(()).unwrap();
        let signer = Signer::new(credentials.clone(), "us-east-1", "s3").unwrap();
        let hour = std::time::Duration::from_secs(3600);
        let url = signer
            .presign_with_payload(&request, payload, hour, NOW)
            .unwrap();
        let arrived = http::Request::put(url.uri().unwrap());
        let mut arrived = arrived.body(()).unwrap();
        arrived.headers_mut().extend(url.headers().clone());
        let claim = SignedRequest::parse(&arrived).unwrap();
        let key = VerificationKey::derive(&credentials, claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let verified = verifier.verify(&claim, &key, checked, NOW);
        verified.map(drop)
    };
    let unsigned = PayloadHash::Unsigned;
    for checked in [PayloadHash::EMPTY, PayloadHash::new("body")] {
        assert_eq!(
            verify(unsigned, checked),
            Err(VerifyError::PayloadIsUnsigned)
        );
    }
    assert_eq!(verify(unsigned, unsigned), Ok(()));
    // A signed hash that another body came with stays the client's mistake.
    assert_eq!(verify(PayloadHash::EMPTY, PayloadHash::EMPTY), Ok(()));
    let another = verify(PayloadHash::EMPTY, PayloadHash::new("body"));
    assert_eq!(another, Err(VerifyError::ContentSha256Mismatch));
}

/// A key of Signature Version 4 would verify nothing for it.
#[cfg(not(feature = "sigv4a"))]
#[test]
fn no_key_is_derived_for_a_scope_of_sigv4a_without_its_feature() {
    let scope = "20260101/s3/aws4_request".parse().unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let error = VerificationKey::derive(&credentials, &scope).unwrap_err();
    assert_eq!(error, countersign::Error::InvalidScope);
}

#[test]
fn unknown_or_expired_credentials_have_the_codes_of_aws() {
    let unknown = |error, s3| {
        let query = ("InvalidClientTokenId", 403);
        check(&error, s3, query, "UnrecognizedClientException");
    };
    unknown(VerifyError::UnknownAccessKeyId, ("InvalidAccessKeyId", 403));
    unknown(VerifyError::InvalidSessionToken, ("InvalidToken", 400));
    let (expiration, now) = (NOW, NOW);
    check(
        &VerifyError::CredentialsExpired {
            expiration: expiration.into(),
            now: now.into(),
        },
        ("ExpiredToken", 400),
        ("ExpiredToken", 403),
        "ExpiredTokenException",
    );
}

#[test]
fn the_message_names_the_location_of_the_signature() {
    for (form, name) in FORMS.into_iter().zip(["header", "query", "form"]) {
        assert_eq!(form.to_string(), name);
        let text = VerifyError::UnknownAlgorithm { form }.to_string();
        assert!(
            text.contains(&format!("authorization {name} has an unknown algorithm")),
            "{text}"
        );
    }
}

/// Amazon S3 API Reference, "List of error codes".
#[test]
fn each_chunk_error_has_its_s3_code_and_status() {
    let name = String::from("x-amz-checksum-crc32");
    for (error, code, status) in [
        (ChunkError::Incomplete, "IncompleteBody", 400),
        (
            ChunkError::Malformed(ChunkSyntaxError::InvalidSize),
            "IncompleteBody",
            400,
        ),
        (
            ChunkError::WrongDecodedLength {
                length: 9,
                announced: 8,
            },
            "IncompleteBody",
            400,
        ),
        (
            ChunkError::ChunkTooSmall { chunk: 1, size: 8 },
            "InvalidChunkSizeError",
            403,
        ),
        (
            ChunkError::ChunkTooLarge {
                size: 9,
                maximum: 8,
            },
            "InvalidRequest",
            400,
        ),
        (ChunkError::OutOfMemory, "InternalError", 500),
        (ChunkError::SignatureMismatch, "SignatureDoesNotMatch", 403),
        (ChunkError::TrailersTooLong, "MalformedTrailerError", 400),
        (ChunkError::UnannouncedTrailer, "MalformedTrailerError", 400),
        (
            ChunkError::MissingTrailer { name: name.clone() },
            "MalformedTrailerError",
            400,
        ),
        (
            ChunkError::UncheckedTrailer { name: name.clone() },
            "MalformedTrailerError",
            400,
        ),
        (ChunkError::ChecksumMismatch { name }, "BadDigest", 400),
        (
            ChunkError::NotAnnounced(AnnouncementProblem::EventStream),
            "InvalidRequest",
            400,
        ),
    ] {
        assert_eq!(error.code(), code, "{error:?}");
        assert_eq!(error.status(), status, "{error:?}");
    }
}

/// A request that is invalid whoever signed it: 400 in every protocol. The AWS pages "Common
/// errors": `ValidationError`, `ValidationException`.
#[test]
fn an_invalid_request_is_400_in_every_protocol() {
    let (count, length, maximum) = (9, 9, 8);
    let large = "RequestHeaderSectionTooLarge";
    for (error, s3) in [
        (VerifyError::PathNotNormalized, "InvalidURI"),
        (VerifyError::TooManyHeaders { count, maximum }, large),
        (VerifyError::HeadersTooLong { maximum }, large),
        (VerifyError::TargetTooLong { length, maximum }, large),
    ] {
        for (protocol, code) in [
            (Protocol::S3, s3),
            (Protocol::Query, "ValidationError"),
            (Protocol::Ec2, "ValidationError"),
            (Protocol::Json, "ValidationException"),
            (Protocol::RestJson, "ValidationException"),
        ] {
            assert_eq!(error.code(protocol), code, "{error}");
            assert_eq!(error.status(protocol), 400, "{error}");
        }
    }
}

/// Amazon EC2 answers `AuthFailure`, 401, to a wrong key, a wrong signature and a wrong clock.
#[test]
fn ec2_has_the_code_auth_failure() {
    let form = SignatureLocation::Header;
    let (signed_at, expired_at, now) = (NOW.into(), NOW.into(), NOW.into());
    for error in [
        VerifyError::SignatureMismatch,
        VerifyError::UnknownAccessKeyId,
        VerifyError::InvalidSessionToken,
        VerifyError::Expired {
            form,
            signed_at,
            expired_at,
            now,
        },
    ] {
        assert_eq!(error.code(Protocol::Ec2), "AuthFailure", "{error}");
        assert_eq!(error.status(Protocol::Ec2), 401, "{error}");
    }
    let missing = VerifyError::MissingDate { form };
    assert_eq!(missing.code(Protocol::Ec2), "IncompleteSignature");
    assert_eq!(missing.status(Protocol::Ec2), 400);
    let mistake = VerifyError::PayloadIsUnsigned;
    assert_eq!(mistake.status(Protocol::Ec2), 500);
}

fn respond(error: &impl Refusal, protocol: Protocol) -> http::Response<String> {
    let context = ErrorContext::new("4442587FB7D0A2F9")
        .with_resource("/bucket/a&b")
        .with_host_id("host/id=");
    error_response(error, protocol, &context)
}

/// Amazon S3 API Reference, "Error responses", without what may hold a token.
#[test]
fn an_s3_error_response_has_the_envelope_of_s3() {
    let response = respond(&VerifyError::SignatureMismatch, Protocol::S3);
    assert_eq!(response.status(), 403);
    assert_eq!(response.headers()["content-type"], "application/xml");
    assert_eq!(response.headers()["x-amz-request-id"], "4442587FB7D0A2F9");
    assert_eq!(response.headers()["x-amz-id-2"], "host/id=");
    assert_eq!(
        response.body(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Error><Code>SignatureDoesNotMatch</Code>\
         <Message>The request signature we calculated does not match the signature you provided. \
         Check your key and signing method.</Message>\
         <Resource>/bucket/a&amp;b</Resource>\
         <RequestId>4442587FB7D0A2F9</RequestId><HostId>host/id=</HostId></Error>"
    );
}

/// AWS STS API Reference, "Common errors"; the envelope is that of the query protocol.
#[test]
fn a_query_error_response_has_the_envelope_of_query_services() {
    let response = respond(&VerifyError::UnknownAccessKeyId, Protocol::Query);
    assert_eq!(response.status(), 403);
    assert_eq!(response.headers()["content-type"], "text/xml");
    assert_eq!(response.headers()["x-amzn-requestid"], "4442587FB7D0A2F9");
    assert_eq!(
        response.body(),
        "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>\
         <Message>The security token included in the request is invalid.</Message></Error>\
         <RequestId>4442587FB7D0A2F9</RequestId></ErrorResponse>"
    );
    let response = respond(&VerifyError::PayloadIsUnsigned, Protocol::Query);
    assert!(response.body().contains("<Type>Receiver</Type>"));
}

#[test]
fn json_error_responses_carry_the_code_where_their_protocol_has_it() {
    let text = "The request signature we calculated does not match the signature you provided. \
                Check your AWS Secret Access Key and signing method. Consult the service \
                documentation for details.";
    let response = respond(&VerifyError::SignatureMismatch, Protocol::Json);
    assert_eq!(response.status(), 400);
    assert_eq!(
        response.headers()["content-type"],
        "application/x-amz-json-1.0"
    );
    assert_eq!(
        *response.body(),
        format!(r#"{{"__type":"InvalidSignatureException","message":"{text}"}}"#)
    );
    let response = respond(&VerifyError::SignatureMismatch, Protocol::RestJson);
    assert_eq!(response.status(), 403);
    assert_eq!(
        response.headers()["x-amzn-errortype"],
        "InvalidSignatureException"
    );
    assert_eq!(*response.body(), format!(r#"{{"message":"{text}"}}"#));
}

/// As seen of EC2, with `RequestID`.
#[test]
fn an_ec2_error_response_has_the_envelope_of_ec2() {
    let response = respond(&VerifyError::SignatureMismatch, Protocol::Ec2);
    assert_eq!(response.status(), 401);
    assert_eq!(
        response.body(),
        "<Response><Errors><Error><Code>AuthFailure</Code>\
         <Message>AWS was not able to validate the provided access credentials</Message>\
         </Error></Errors><RequestID>4442587FB7D0A2F9</RequestID></Response>"
    );
}

/// The elements from which SDKs set their clocks and find the region.
#[test]
fn s3_error_responses_have_the_elements_that_clients_act_on() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (signed_at, now) = (at("2026-01-01T11:00:00Z"), at("2026-01-01T12:00:00.25Z"));
    let late = |form| VerifyError::Expired {
        form,
        signed_at,
        expired_at: at("2026-01-01T11:15:00Z"),
        now,
    };
    for (error, status, elements) in [
        (
            late(SignatureLocation::Header),
            403,
            "<Code>RequestTimeTooSkewed</Code><Message>The difference between the request time \
             and the current time is too large.</Message>\
             <RequestTime>20260101T110000Z</RequestTime>\
             <ServerTime>2026-01-01T12:00:00Z</ServerTime>\
             <MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>",
        ),
        (
            late(SignatureLocation::Query),
            403,
            "<Code>AccessDenied</Code><Message>Request has expired</Message>\
             <X-Amz-Expires>900</X-Amz-Expires><Expires>2026-01-01T11:15:00Z</Expires>\
             <ServerTime>2026-01-01T12:00:00Z</ServerTime>",
        ),
        (
            VerifyError::WrongRegion {
                form: SignatureLocation::Header,
                region: "us-east-1".to_owned(),
                expected: "eu-west-1".to_owned(),
            },
            400,
            "<Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is \
             malformed; the region &apos;us-east-1&apos; is wrong; expecting \
             &apos;eu-west-1&apos;</Message><Region>eu-west-1</Region>",
        ),
        (
            VerifyError::HeadersNotSigned {
                names: vec!["x-amz-acl".to_owned(), "x-amz-meta-a".to_owned()],
            },
            403,
            "<Code>AccessDenied</Code><Message>There were headers present in the request which \
             were not signed</Message>\
             <HeadersNotSigned>x-amz-acl, x-amz-meta-a</HeadersNotSigned>",
        ),
    ] {
        let response = respond(&error, Protocol::S3);
        assert_eq!(response.status(), status);
        assert!(response.body().contains(elements), "{}", response.body());
        let region = response.headers().get("x-amz-bucket-region");
        assert_eq!(
            region.is_some(),
            matches!(error, VerifyError::WrongRegion { .. })
        );
    }
}

/// As DynamoDB and SQS say it.
#[test]
fn the_message_of_a_wrong_clock_contains_both_times() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let form = SignatureLocation::Header;
    let late = VerifyError::Expired {
        form,
        signed_at: at("2026-01-01T11:00:00Z"),
        expired_at: at("2026-01-01T11:15:00Z"),
        now: at("2026-01-01T12:00:00Z"),
    };
    let response = respond(&late, Protocol::Json);
    assert!(response.body().contains(
        "Signature expired: 20260101T110000Z is now earlier than 20260101T114500Z \
         (20260101T120000Z - 15 min.)"
    ));
    let early = VerifyError::NotYetCurrent {
        form,
        signed_at: at("2026-01-01T13:00:00Z"),
        valid_from: at("2026-01-01T12:45:00Z"),
        now: at("2026-01-01T12:00:00Z"),
    };
    let response = respond(&early, Protocol::Query);
    assert!(response.body().contains(
        "Signature not yet current: 20260101T130000Z is still later than 20260101T121500Z \
         (20260101T120000Z + 15 min.)"
    ));
}

#[test]
fn chunks_and_forms_are_refused_in_the_envelope_of_s3() {
    let small = ChunkError::ChunkTooSmall { chunk: 1, size: 8 };
    let response = respond(&small, Protocol::S3);
    assert_eq!(response.status(), 403);
    assert!(response.body().contains(
        "<Code>InvalidChunkSizeError</Code><Message>Only the last chunk is allowed to have a size \
         less than 8192 bytes</Message><Chunk>1</Chunk><BadChunkSize>8</BadChunkSize>"
    ));
    let response = respond(&ChunkError::Incomplete, Protocol::S3);
    assert_eq!(response.status(), 400);
    assert!(response.body().contains("<Code>IncompleteBody</Code>"));
    #[cfg(feature = "http-body")]
    {
        use countersign::chunked::VerifiedBodyError;

        let broken = VerifiedBodyError::Chunks(ChunkError::SignatureMismatch);
        assert_eq!(respond(&broken, Protocol::S3).status(), 403);
        let broken = VerifiedBodyError::Body("secret text".into());
        let response = respond(&broken, Protocol::S3);
        assert!(response.body().contains("<Code>IncompleteBody</Code>"));
        assert!(!response.body().contains("secret text"));
    }
    #[cfg(feature = "post-policy")]
    {
        use countersign::post_policy::PolicyError;

        let field = "a<b".to_owned();
        let response = respond(&PolicyError::FieldNotCovered { field }, Protocol::S3);
        assert_eq!(response.status(), 403);
        assert!(response.body().contains("<Code>AccessDenied</Code>"));
        assert!(response.body().contains("a&lt;b"));
        let expired = PolicyError::Signature(VerifyError::SignatureMismatch);
        assert_eq!(respond(&expired, Protocol::S3).status(), 403);
    }
}

/// What a client sends comes back escaped, and what no header can carry is left out of the headers.
#[test]
fn error_responses_cannot_be_forged_by_what_a_client_sends() {
    let region = "x'</Message><Code>\u{1}\r\n\"\\".to_owned();
    let error = VerifyError::WrongRegion {
        form: SignatureLocation::Query,
        region,
        expected: "us-east-1".to_owned(),
    };
    let context = ErrorContext::new("id\r\nset-cookie: a=b<");
    for protocol in [Protocol::S3, Protocol::Query, Protocol::Ec2] {
        let response = error_response(&error, protocol, &context);
        assert_eq!(response.body().matches("<Code>").count(), 1);
        assert!(!response.body().contains('\u{1}'));
        assert!(!response.body().contains('\r'));
        assert!(
            !response
                .headers()
                .keys()
                .any(|name| name.as_str().ends_with("id"))
        );
    }
    for protocol in [Protocol::Json, Protocol::RestJson] {
        let response = error_response(&error, protocol, &context);
        let body: serde_json::Value = serde_json::from_str(response.body()).unwrap();
        let message = body["message"].as_str().unwrap();
        assert!(
            message.contains("x'</Message><Code>\u{1}\r\n\"\\"),
            "{message}"
        );
    }
}

/// Only the server's log says what the server did wrong, or what was wrong with a secret.
#[test]
fn error_responses_say_nothing_about_mistakes_of_the_server() {
    for protocol in [
        Protocol::S3,
        Protocol::Query,
        Protocol::Json,
        Protocol::RestJson,
        Protocol::Ec2,
    ] {
        let response = respond(&VerifyError::PayloadIsUnsigned, protocol);
        assert_eq!(response.status(), 500);
        let body = response.body();
        assert!(body.contains("We encountered an internal error"), "{body}");
        assert!(!body.contains("verify_signature"), "{body}");
        let response = respond(&VerifyError::InvalidSessionToken, protocol);
        assert!(!response.body().contains("Token-0"));
    }
}
