//! AWS's error codes and statuses for each error and protocol.
//!
//! IAM User Guide; "Common errors" of query services; Amazon S3 API Reference, "Error responses".
//! The codes of JSON services are those that they were seen to return.

use countersign::chunked::{AnnouncementProblem, ChunkError, ChunkSyntaxError, ChunkedEncoding};
use countersign::sigv4::{AmzDate, AuthorizationProblem, TargetProblem};
use countersign::verify::{
    PayloadKind, Protocol, SignatureLocation, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{Credentials, PayloadHash, Signer};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);

const FORMS: [SignatureLocation; 3] = [
    SignatureLocation::Header,
    SignatureLocation::Query,
    SignatureLocation::Fields,
];

/// The code and status for S3, for query services, and for both JSON protocols.
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

/// An authorization that is incomplete or malformed.
fn incomplete(error: &VerifyError, s3: (&str, u16)) {
    let query = ("IncompleteSignature", 400);
    check(error, s3, query, "IncompleteSignatureException");
}

/// A signature that does not match the request.
fn wrong(error: &VerifyError, s3: (&str, u16)) {
    let query = ("SignatureDoesNotMatch", 403);
    check(error, s3, query, "InvalidSignatureException");
}

/// S3's code and status for a malformed authorization in a header, a URL and a form.
fn malformed(form: SignatureLocation) -> (&'static str, u16) {
    match form {
        SignatureLocation::Header => ("AuthorizationHeaderMalformed", 400),
        SignatureLocation::Query => ("AuthorizationQueryParametersError", 400),
        SignatureLocation::Fields => ("InvalidArgument", 400),
    }
}

#[test]
fn an_unsigned_or_incompletely_signed_request_has_the_codes_of_aws() {
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
    // The only client error with a status other than 400 and 403.
    let length = ("MissingContentLength", 411);
    incomplete(&VerifyError::InvalidDecodedLength, length);
}

/// A streaming upload at a server that accepts no streams.
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
fn a_payload_check_that_does_not_fit_the_signature_is_an_internal_error() {
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
fn a_presigned_url_checked_with_a_payload_hash_is_an_internal_error() {
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
    // A body that does not match the signed hash is still an error of the client.
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

/// Requests that are invalid with any signature. The AWS pages "Common errors": `ValidationError`,
/// `ValidationException`.
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

/// Amazon EC2 responds with `AuthFailure`, 401, to a wrong key, a wrong signature and a wrong
/// clock.
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
    let missing = VerifyError::MissingAuthentication;
    assert_ne!(missing.code(Protocol::Ec2), "AuthFailure");
    assert_eq!(missing.status(Protocol::Ec2), 403);
}
