//! The error responses of each protocol, as AWS writes them.

use countersign::Timestamp;
use countersign::chunked::ChunkError;
use countersign::verify::{
    ErrorContext, Protocol, Refusal, SignatureLocation, VerifyError, error_response,
};

fn respond(error: &impl Refusal, protocol: Protocol) -> http::Response<String> {
    let context = ErrorContext::new("4442587FB7D0A2F9")
        .with_resource("/bucket/a&b")
        .with_host_id("host/id=");
    error_response(error, protocol, &context)
}

/// Amazon S3 API Reference, "Error responses". `StringToSign` and `CanonicalRequest` are left out:
/// they can contain a session token.
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

/// As EC2 writes it: the element is `RequestID`, not `RequestId`.
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

/// SDKs correct their clock and find the region of a bucket by these elements.
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

/// In the words of DynamoDB and SQS.
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

/// The texts of S3, as its clients know them.
#[test]
fn s3_error_responses_have_the_messages_of_s3() {
    let form = SignatureLocation::Header;
    let date = "2026-01-02T03:04:05Z".parse().unwrap();
    for (error, code, message) in [
        (
            VerifyError::MissingAuthentication,
            "AccessDenied",
            "Access Denied",
        ),
        (
            VerifyError::SeveralAuthentications,
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature \
             query string parameter or the Authorization header should be specified",
        ),
        (
            VerifyError::UnknownAlgorithm { form },
            "InvalidArgument",
            "Unsupported Authorization Type",
        ),
        (
            VerifyError::ContentSha256Mismatch,
            "XAmzContentSHA256Mismatch",
            "The provided &apos;x-amz-content-sha256&apos; header does not match what was computed.",
        ),
        (
            VerifyError::UnknownAccessKeyId,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        (
            VerifyError::InvalidSessionToken,
            "InvalidToken",
            "The provided token is malformed or otherwise invalid.",
        ),
        (
            VerifyError::CredentialsExpired {
                expiration: date,
                now: date,
            },
            "ExpiredToken",
            "The provided token has expired.",
        ),
    ] {
        let response = respond(&error, Protocol::S3);
        let expected = format!("<Error><Code>{code}</Code><Message>{message}</Message>");
        assert!(response.body().contains(&expected), "{}", response.body());
        let argument = "<ArgumentName>Authorization</ArgumentName>";
        let names_it = response.body().contains(argument);
        assert_eq!(names_it, code == "InvalidArgument", "{error}");
    }
    let response = respond(&VerifyError::MissingAuthentication, Protocol::Query);
    let expected = "<Message>Missing Authentication Token</Message>";
    assert!(response.body().contains(expected));
}

/// XML 1.0, 2.4: a carriage return is written as a reference, because a reader would turn it into a
/// line break. RFC 8259, 7.
#[test]
fn text_is_escaped_as_xml_and_json_require() {
    let context = ErrorContext::new("1").with_resource("<&>\"'\r\t\n\u{1}\u{fffe}é");
    let response = error_response(&VerifyError::SignatureMismatch, Protocol::S3, &context);
    let expected = "<Resource>&lt;&amp;&gt;&quot;&apos;&#13;\t\n\u{fffd}\u{fffd}é</Resource>";
    assert!(response.body().contains(expected), "{}", response.body());

    let error = VerifyError::WrongRegion {
        form: SignatureLocation::Header,
        region: "\"\\\n\u{1}é".to_owned(),
        expected: "us-east-1".to_owned(),
    };
    let response = respond(&error, Protocol::RestJson);
    let expected = r#"not '\"\\\u000a\u0001é'."#;
    assert!(response.body().contains(expected), "{}", response.body());
}

/// Text of the client is escaped in the body. What no header can contain is left out of the
/// headers.
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

/// A server's mistakes, and details about secrets, are for its own log.
#[test]
fn error_responses_contain_no_details_of_server_errors() {
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
