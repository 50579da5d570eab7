//! Each sentence and each code by which the services state a cause.

use countersign::Service;
use countersign::explain::{Cause, Diagnosis, Explainer};
use http::HeaderValue;
use time::macros::datetime;

use crate::explain::responses::{presigned, s3, sqs, tokenless, unsigned};
use crate::explain::server::Sent;
use crate::explain::without_a_response::causes;

fn answered(request: &Sent, code: &str, message: &str, more: &str) -> Diagnosis {
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>");
    let service = Service::S3;
    Explainer::new(request, &service).error_body(body).unwrap()
}

fn malformed(problem: &str) -> Cause {
    Cause::MalformedAuthorization {
        problem: problem.to_owned(),
    }
}

fn region(expected: Option<&str>) -> Cause {
    Cause::WrongRegion {
        signed: "us-east-1".to_owned(),
        expected: expected.map(str::to_owned),
    }
}

fn service(expected: &str) -> Cause {
    Cause::WrongService {
        signed: "s3".to_owned(),
        expected: Some(expected.to_owned()),
    }
}

#[test]
fn each_sentence_names_its_cause() {
    let parameter = "a query parameter is missing";
    let pair = "a part is not of the form `name=value`";
    let credential = "`Credential` is not of the form ID/SCOPE";
    for (message, cause) in [
        (
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
            Cause::SeveralAuthentications,
        ),
        (
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
            Cause::SeveralAuthentications,
        ),
        (
            "Unsupported Authorization Type",
            Cause::UnsupportedAlgorithm,
        ),
        (
            "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). ",
            Cause::UnsupportedAlgorithm,
        ),
        (
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
            Cause::UnsupportedAlgorithm,
        ),
        (
            "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature",
            Cause::UnsupportedAlgorithm,
        ),
        (
            "'Host' must be a 'SignedHeader' in the AWS Authorization.",
            Cause::HostNotSigned,
        ),
        (
            "AWS authentication requires a valid Date or x-amz-date header",
            Cause::InvalidDate,
        ),
        (
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
            Cause::InvalidDate,
        ),
        (
            "Date must be in ISO-8601 'basic format'. Got '2026-01-02'. See http://en.wikipedia.org/wiki/ISO_8601",
            Cause::InvalidDate,
        ),
        (
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
            Cause::InvalidDate,
        ),
        (
            "X-Amz-Expires must be non-negative",
            Cause::ExpiresInOutOfRange,
        ),
        (
            "X-Amz-Expires should be a number",
            Cause::ExpiresInOutOfRange,
        ),
        (
            "Authorization header requires 'Credential' parameter. ",
            malformed("`Credential` is missing"),
        ),
        (
            "Authorization header requires 'Signature' parameter. ",
            malformed("`Signature` is missing"),
        ),
        (
            "Authorization header requires 'SignedHeaders' parameter. ",
            malformed("`SignedHeaders` is missing"),
        ),
        (
            "'x' not a valid key=value pair (missing equal-sign) in Authorization header: 'x'.",
            malformed(pair),
        ),
        (
            "Invalid key=value pair (missing equal-sign) in Authorization header: 'x'.",
            malformed(pair),
        ),
        (
            "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters.",
            malformed(parameter),
        ),
        (
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
            malformed(parameter),
        ),
        (
            "The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.",
            malformed("it needs `Credential`, `SignedHeaders` and `Signature`"),
        ),
        (
            "The authorization header is malformed; the Credential is mal-formed; expecting \"X\".",
            malformed(credential),
        ),
        (
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'x'",
            malformed(credential),
        ),
        (
            "Missing required header for this request: x-amz-content-sha256",
            Cause::PayloadHashMissing,
        ),
        (
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, or a valid sha256 value.",
            Cause::PayloadHashInvalid,
        ),
        (
            "the region 'us-east-1' is wrong; expecting 'eu-west-3'",
            region(Some("eu-west-3")),
        ),
        (
            "Credential should be scoped to a valid region, not 'us-east-1'. ",
            region(None),
        ),
        (
            "The credential must be scoped to a valid region.",
            region(None),
        ),
        (
            "Credential should be scoped to correct service: 'sns'. ",
            service("sns"),
        ),
        (
            "incorrect service \"s3\". This endpoint belongs to \"sqs\".",
            service("sqs"),
        ),
        (
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'x'. ",
            Cause::WrongTerminator,
        ),
        (
            "incorrect terminal \"x\". This endpoint uses \"aws4_request\".",
            Cause::WrongTerminator,
        ),
        (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260103' != '20260102', from '20260102T030405Z'.",
            Cause::WrongDay,
        ),
        (
            "Invalid credential date \"20260103\". This date is not the same as X-Amz-Date: \"20260102\".",
            Cause::WrongDay,
        ),
        (
            "incorrect date format \"x\". This date in the credential must be in the format \"yyyyMMdd\".",
            Cause::WrongDay,
        ),
        (
            "The security token included in the request is invalid.",
            Cause::UnknownAccessKey,
        ),
        (
            "The security token included in the request is expired",
            Cause::CredentialsExpired,
        ),
        ("Missing Authentication Token", Cause::AuthenticationLost),
        (
            "Request is missing Authentication Token",
            Cause::AuthenticationLost,
        ),
    ] {
        // The code has no meaning, so only the sentence explains the error.
        let diagnosis = answered(&s3(), "BadRequest", message, "");
        assert_eq!(causes(&diagnosis), [cause], "{message}\n{diagnosis}");
    }
}

#[test]
fn each_code_names_its_cause() {
    let unreadable = malformed("the server cannot read it");
    for (code, request, cause) in [
        ("InvalidAccessKeyId", s3(), Some(Cause::UnknownAccessKey)),
        ("InvalidClientTokenId", s3(), Some(Cause::UnknownAccessKey)),
        (
            "UnrecognizedClientException",
            s3(),
            Some(Cause::UnknownAccessKey),
        ),
        ("UnrecognizedClient", s3(), Some(Cause::UnknownAccessKey)),
        (
            "InvalidAccessKeyId",
            tokenless(),
            Some(Cause::MissingSessionToken),
        ),
        ("InvalidToken", s3(), Some(Cause::InvalidSessionToken)),
        ("ExpiredToken", s3(), Some(Cause::CredentialsExpired)),
        (
            "ExpiredTokenException",
            s3(),
            Some(Cause::CredentialsExpired),
        ),
        (
            "TokenRefreshRequired",
            s3(),
            Some(Cause::CredentialsExpired),
        ),
        ("InvalidChunkSizeError", s3(), Some(Cause::ChunkTooSmall)),
        (
            "AuthorizationHeaderMalformed",
            s3(),
            Some(unreadable.clone()),
        ),
        ("AuthorizationQueryParametersError", s3(), Some(unreadable)),
        ("IncompleteSignature", s3(), Some(Cause::AuthenticationLost)),
        (
            "IncompleteSignatureException",
            s3(),
            Some(Cause::AuthenticationLost),
        ),
        (
            "MissingAuthenticationToken",
            s3(),
            Some(Cause::AuthenticationLost),
        ),
        (
            "MissingAuthenticationTokenException",
            unsigned(),
            Some(Cause::MissingAuthentication),
        ),
        (
            "AccessDenied",
            unsigned(),
            Some(Cause::MissingAuthentication),
        ),
        (
            "AccessDeniedException",
            unsigned(),
            Some(Cause::MissingAuthentication),
        ),
        // For a signed request, it means that another header is missing.
        (
            "MissingSecurityHeader",
            unsigned(),
            Some(Cause::MissingAuthentication),
        ),
        ("MissingSecurityHeader", s3(), None),
        ("PermanentRedirect", s3(), Some(region(None))),
        (
            "IllegalLocationConstraintException",
            s3(),
            Some(region(None)),
        ),
        ("SignatureDoesNotMatch", s3(), Some(Cause::Undetermined)),
        ("InvalidSignatureException", s3(), Some(Cause::Undetermined)),
        ("InvalidSignature", s3(), Some(Cause::Undetermined)),
        ("AuthFailure", s3(), Some(Cause::Undetermined)),
        ("NoSuchKey", s3(), None),
    ] {
        for message in ["x", ""] {
            let diagnosis = answered(&request, code, message, "");
            assert_eq!(
                causes(&diagnosis),
                Vec::from_iter(cause.clone()),
                "{code}\n{diagnosis}"
            );
        }
    }
}

#[test]
fn each_element_names_its_cause() {
    let named = "<ArgumentName>x-amz-content-sha256</ArgumentName>";
    let diagnosis = answered(&s3(), "InvalidArgument", "x", named);
    assert_eq!(diagnosis.cause(), Some(&Cause::PayloadHashInvalid));
    for (code, element, cause) in [
        (
            "AuthorizationHeaderMalformed",
            "<Region>eu-west-1</Region>",
            region(Some("eu-west-1")),
        ),
        (
            "AuthorizationQueryParametersError",
            "<Region>eu-west-1</Region>",
            region(Some("eu-west-1")),
        ),
        (
            "InvalidArgument",
            "<Region>eu-west-1</Region>",
            region(Some("eu-west-1")),
        ),
        (
            "SignatureDoesNotMatch",
            "<Region>eu-west-1</Region>",
            region(Some("eu-west-1")),
        ),
        // An empty element has no meaning.
        (
            "AuthorizationHeaderMalformed",
            "<Region></Region>",
            malformed("the server cannot read it"),
        ),
    ] {
        let diagnosis = answered(&s3(), code, "x", element);
        assert_eq!(diagnosis.cause(), Some(&cause), "{code} {element}");
    }
    // If the error has another cause, the region is only mentioned.
    let diagnosis = answered(&s3(), "NoSuchKey", "x", "<Region>eu-west-1</Region>");
    assert_eq!(diagnosis.cause(), None, "{diagnosis}");
}

#[test]
fn each_place_of_a_claim_counts() {
    let token = ("InvalidAccessKeyId", "x", Cause::InvalidSessionToken);
    let date = (
        "BadRequest",
        "AWS authentication requires a valid Date or x-amz-date header",
        Cause::InvalidDate,
    );
    let signature = ("MissingAuthenticationToken", "x", Cause::AuthenticationLost);
    for (place, (code, message, cause)) in [
        ("x-amz-security-token", &token),
        ("x-amz-s3session-token", &token),
        ("X-Amz-Security-Token", &token),
        ("X-Amz-S3session-Token", &token),
        ("x-amz-date", &date),
        ("date", &date),
        ("X-Amz-Date", &date),
        ("authorization", &signature),
        ("X-Amz-Signature", &signature),
    ] {
        let mut request = unsigned();
        let without = answered(&request, code, message, "");
        assert_ne!(without.cause(), Some(cause), "{place}");
        if place.starts_with('X') {
            let uri = format!("https://h.example/k?{place}=a");
            *request.uri_mut() = uri.parse().unwrap();
        } else {
            let value = HeaderValue::from_static("a");
            request.headers_mut().insert(place, value);
        }
        let diagnosis = answered(&request, code, message, "");
        assert_eq!(diagnosis.cause(), Some(cause), "{place}\n{diagnosis}");
    }
}

#[test]
fn each_json_name_of_an_error_is_read() {
    let (request, service) = (s3(), Service::S3);
    let ask = |body: &str| {
        let diagnosis = Explainer::new(&request, &service).error_body(body);
        diagnosis.unwrap_or_else(|error| panic!("{body} {error}"))
    };
    for (before, after) in [
        ("", ""),
        // A byte order mark.
        ("\u{feff}", ""),
        ("[", "]"),
        ("{\"Error\":", "}"),
        ("{\"error\":", "}"),
        ("{\"errors\":[", "]}"),
    ] {
        for name in ["__type", "Code", "code", "errorType"] {
            let body = format!("{before}{{\"{name}\":\"InvalidToken\"}}{after}");
            let diagnosis = ask(&body);
            assert_eq!(diagnosis.code(), Some("InvalidToken"), "{body}");
            assert_eq!(causes(&diagnosis), [Cause::InvalidSessionToken], "{body}");
        }
        for name in ["message", "Message", "errorMessage"] {
            let message = "Unsupported Authorization Type";
            let body = format!("{before}{{\"{name}\":\"{message}\"}}{after}");
            assert_eq!(causes(&ask(&body)), [Cause::UnsupportedAlgorithm], "{body}");
        }
    }
}

/// As some S3-compatible stores write them.
#[test]
fn lowercase_xml_names_are_read() {
    let (request, service) = (s3(), Service::S3);
    let body = "<error><code>Other</code><message>Unsupported Authorization Type</message></error>";
    let diagnosis = Explainer::new(&request, &service).error_body(body).unwrap();
    assert_eq!(diagnosis.code(), Some("Other"));
    assert_eq!(causes(&diagnosis), [Cause::UnsupportedAlgorithm]);
}

/// With the code, or with the message only, in which one word must be enough.
#[test]
fn the_output_of_a_tool_is_read() {
    let (request, service) = (s3(), Service::S3);
    let ask = |text: &str| {
        let diagnosis = Explainer::new(&request, &service).error_body(text);
        diagnosis.unwrap_or_else(|error| panic!("{text} {error}"))
    };
    let told = ask("An error occurred (InvalidToken) when calling the X operation: x");
    assert_eq!(told.code(), Some("InvalidToken"));
    for (text, cause) in [
        (
            "The request signature we calculated does not match the signature you provided.",
            Cause::Undetermined,
        ),
        (
            "Credential should be scoped to a valid region, not 'us-east-1'. ",
            region(None),
        ),
        (
            "The security token included in the request is expired",
            Cause::CredentialsExpired,
        ),
        (
            "Unsupported Authorization Type",
            Cause::UnsupportedAlgorithm,
        ),
        (
            "AWS authentication requires a valid Date or x-amz-date header",
            Cause::InvalidDate,
        ),
        (
            "Request has expired",
            Cause::Clock {
                ahead_seconds: None,
            },
        ),
    ] {
        let told = ask(text);
        assert_eq!(told.code(), None, "{text}");
        assert_eq!(causes(&told), [cause], "{text}");
    }
}

/// A `HEAD` response has no body: only its status can be about signatures.
#[test]
fn a_status_alone_may_be_about_signatures() {
    let service = Service::S3;
    for (status, cause) in [
        (400, Some(Cause::Undetermined)),
        (401, None),
        (403, Some(Cause::Undetermined)),
        (404, None),
    ] {
        let answer = http::Response::builder().status(status).body("").unwrap();
        let diagnosis = Explainer::new(&s3(), &service).response(&answer).unwrap();
        assert_eq!(causes(&diagnosis), Vec::from_iter(cause), "{status}");
    }
}

/// The text may be indented or truncated. The bytes are exact.
#[test]
fn the_bytes_of_a_quoted_text_precede_its_text() {
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let quoted = |path: &str| {
        format!(
            "GET\n{path}\n\nhost:h.example\nx-amz-content-sha256:{hash}\nx-amz-date:20260102T030405Z\n\n\
             host;x-amz-content-sha256;x-amz-date\n{hash}"
        )
    };
    let elements = |text: &str, twin: &str| {
        let twin: Vec<String> = twin.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "<CanonicalRequest>{text}</CanonicalRequest>\
             <CanonicalRequestBytes>{}</CanonicalRequestBytes>",
            twin.join(" ")
        )
    };
    let request = crate::explain::without_a_response::s3();
    for (text, twin, cause) in [
        (quoted("/other"), quoted("/k"), Cause::WrongSecretKey),
        (quoted("/k"), quoted("/other"), Cause::PathChanged),
        // Without bytes, the text is used.
        (quoted("/other"), String::new(), Cause::PathChanged),
    ] {
        let diagnosis = answered(
            &request,
            "SignatureDoesNotMatch",
            "x",
            &elements(&text, &twin),
        );
        assert_eq!(diagnosis.cause(), Some(&cause), "{text}\n{diagnosis}");
    }
    // A response with a quote is about signatures, whatever its code is.
    let text = elements(&quoted("/other"), "");
    let diagnosis = answered(&request, "UnknownCode", "x", &text);
    assert_eq!(diagnosis.cause(), Some(&Cause::PathChanged));
    let string_to_sign = format!(
        "<StringToSign>AWS4-HMAC-SHA256\n20260102T030405Z\n20260102/eu-west-1/s3/aws4_request\n{hash}</StringToSign>"
    );
    let diagnosis = answered(&request, "UnknownCode", "x", &string_to_sign);
    assert_eq!(diagnosis.cause(), Some(&region(Some("eu-west-1"))));
    // The bytes differ from the text.
    let text = "AWS4-HMAC-SHA256\n20260102T030405Z\n20260102/eu-west-2/s3/aws4_request\nHASH";
    let twin = format!(
        "{string_to_sign}<StringToSignBytes>{}</StringToSignBytes>",
        crate::explain::server::hex(text.as_bytes())
    );
    let diagnosis = answered(&request, "UnknownCode", "x", &twin);
    assert_eq!(diagnosis.cause(), Some(&region(Some("eu-west-2"))));
    // A message that only resembles a quote.
    let diagnosis = answered(&request, "UnknownCode", "It should have been 'GET'.", "");
    assert_eq!(diagnosis.cause(), None);
}

#[test]
fn clocks_are_compared_to_the_second() {
    let by_date = |request: &Sent, date: &str| {
        let answer = http::Response::builder().status(403).header("date", date);
        let service = Service::S3;
        let diagnosis = Explainer::new(request, &service).response(&answer.body("").unwrap());
        diagnosis.unwrap().cause().cloned()
    };
    let clock = |seconds| Cause::Clock {
        ahead_seconds: Some(seconds),
    };
    for (date, cause) in [
        ("Fri, 02 Jan 2026 03:19:05 GMT", Cause::Undetermined),
        ("Fri, 02 Jan 2026 03:19:06 GMT", clock(-901)),
        ("Fri, 02 Jan 2026 02:49:05 GMT", Cause::Undetermined),
        ("Fri, 02 Jan 2026 02:49:04 GMT", clock(901)),
    ] {
        assert_eq!(by_date(&s3(), date), Some(cause), "{date}");
    }
    let expired = |now| Cause::UrlExpired {
        expired_at: Some(datetime!(2026-01-02 03:19:05 UTC).into()),
        now: Some(now),
    };
    for (date, cause) in [
        ("Fri, 02 Jan 2026 02:49:05 GMT", Cause::Undetermined),
        ("Fri, 02 Jan 2026 02:49:04 GMT", clock(901)),
        // The last second in which the signature is valid.
        ("Fri, 02 Jan 2026 03:19:05 GMT", Cause::Undetermined),
        (
            "Fri, 02 Jan 2026 03:19:06 GMT",
            expired(datetime!(2026-01-02 03:19:06 UTC).into()),
        ),
    ] {
        assert_eq!(by_date(&presigned(), date), Some(cause), "{date}");
    }

    // For a request with an invalid date, S3's `X-Amz-Date` is used.
    let times =
        "<X-Amz-Date>1767323045000</X-Amz-Date><ServerTime>2026-01-02T02:04:05Z</ServerTime>";
    let diagnosis = answered(
        &unsigned(),
        "AccessDenied",
        "Request is not yet valid",
        times,
    );
    assert_eq!(diagnosis.cause(), Some(&clock(3600)), "{diagnosis}");
    // For a request without a signature, S3's `Expires` shows that it was a URL.
    let times =
        "<Expires>2026-01-02T03:19:05Z</Expires><ServerTime>2026-01-02T04:00:00Z</ServerTime>";
    let diagnosis = answered(&unsigned(), "AccessDenied", "Request has expired", times);
    let cause = expired(datetime!(2026-01-02 04:00 UTC).into());
    assert_eq!(diagnosis.cause(), Some(&cause), "{diagnosis}");
    // Otherwise a presigned request has its own expiration.
    let diagnosis = answered(&presigned(), "AccessDenied", "Request has expired", "");
    let cause = Cause::UrlExpired {
        expired_at: Some(datetime!(2026-01-02 03:19:05 UTC).into()),
        now: None,
    };
    assert_eq!(diagnosis.cause(), Some(&cause), "{diagnosis}");
    let diagnosis = answered(&sqs(), "RequestExpired", "x", "");
    assert_eq!(
        diagnosis.cause(),
        Some(&Cause::Clock {
            ahead_seconds: None
        })
    );
}
