//! Requests without a response, and requests with a capture.

use countersign::explain::{self, Cause, Explainer};
use countersign::verify::VerifyError;
use countersign::{ContentSha256, Credentials, PayloadHash, Rules, SecretKey, Service, Signer};
use http::{HeaderValue, Request};

use crate::explain::server::{NOW, SECRET, Sent, TOKEN};

fn signed_for(region: &str, service: Service) -> Sent {
    let mut request = Request::get("https://h.example/k")
        .body(Vec::new())
        .unwrap();
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), region, service).unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    request
}

pub fn s3() -> Sent {
    signed_for("us-east-1", Service::S3)
}

/// The same request with one replacement in its `authorization`.
fn authorized(request: Sent, from: &str, to: &str) -> Sent {
    let header = request.headers()["authorization"].to_str().unwrap();
    assert!(header.contains(from), "{header}");
    let header = header.replacen(from, to, 1);
    with(request, "authorization", &header)
}

fn with(mut request: Sent, name: &'static str, value: &str) -> Sent {
    let value = HeaderValue::from_str(value).unwrap();
    request.headers_mut().insert(name, value);
    request
}

fn without(mut request: Sent, name: &'static str) -> Sent {
    request.headers_mut().remove(name).unwrap();
    request
}

fn at(uri: &str) -> Sent {
    Request::get(uri).body(Vec::new()).unwrap()
}

/// A presigned URL in the right form with a wrong signature.
fn url(query: &str) -> Sent {
    at(&format!(
        "https://h.example/k?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20260102T030405Z&X-Amz-Signature={}{query}",
        "0".repeat(64)
    ))
}

#[test]
fn a_request_that_breaks_a_rule_needs_no_response() {
    let service = Service::S3;
    let names = |name: &str| vec![name.to_owned()];
    let cases: [(Sent, Cause); 15] = [
        (at("https://h.example/k"), Cause::MissingAuthentication),
        (
            with(url(""), "authorization", "AWS4-HMAC-SHA256 Credential=a"),
            Cause::SeveralAuthentications,
        ),
        (
            authorized(s3(), "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"),
            Cause::UnsupportedAlgorithm,
        ),
        (without(s3(), "x-amz-date"), Cause::MissingDate),
        (with(s3(), "x-amz-date", "2026-01-02"), Cause::InvalidDate),
        (
            authorized(s3(), "/20260102/", "/20260103/"),
            Cause::WrongDay,
        ),
        (
            authorized(s3(), "/s3/", "/sqs/"),
            Cause::WrongService {
                signed: "sqs".into(),
                expected: Some("s3".into()),
            },
        ),
        (
            url("&X-Amz-Expires=604801&X-Amz-SignedHeaders=host"),
            Cause::ExpiresInOutOfRange,
        ),
        (
            url("&X-Amz-Expires=60&X-Amz-SignedHeaders=accept"),
            Cause::HostNotSigned,
        ),
        (
            with(s3(), "x-amz-acl", "private"),
            Cause::HeadersNotSigned {
                names: names("x-amz-acl"),
            },
        ),
        (
            with(s3(), "x-amz-security-token", TOKEN),
            Cause::SessionTokenNotSigned,
        ),
        (
            authorized(s3(), "SignedHeaders=", "SignedHeaders=a;"),
            Cause::HeaderLost { name: "a".into() },
        ),
        (
            authorized(s3(), "x-amz-date", "x-amz-date;x-amz-security-token"),
            Cause::MissingSessionToken,
        ),
        (
            authorized(
                without(s3(), "x-amz-content-sha256"),
                "x-amz-content-sha256;",
                "",
            ),
            Cause::PayloadHashMissing,
        ),
        (
            with(s3(), "x-amz-content-sha256", "none"),
            Cause::PayloadHashInvalid,
        ),
    ];
    for (request, cause) in cases {
        let diagnosis = Explainer::new(&request, &service).check();
        assert_eq!(diagnosis.cause(), Some(&cause), "{request:?}\n{diagnosis}");
    }
    let malformed = authorized(s3(), ", Signature=", ", Signatures=");
    let diagnosis = Explainer::new(&malformed, &service).check();
    let Some(Cause::MalformedAuthorization { problem }) = diagnosis.cause() else {
        panic!("{diagnosis}");
    };
    assert!(!problem.is_empty());
    let mut unreadable = s3();
    *unreadable.uri_mut() = "https://h.example/k?a=%zz".parse().unwrap();
    let diagnosis = Explainer::new(&unreadable, &service).check();
    let cause = diagnosis.cause();
    assert!(
        matches!(cause, Some(Cause::MalformedRequest { .. })),
        "{diagnosis}"
    );
}

#[test]
fn a_capture_shows_what_changed_on_the_way() {
    let service = Service::S3;
    let sent = s3();
    let compare = |sent: &Sent, captured: &Sent| {
        let diagnosis = Explainer::new(sent, &service).captured(captured);
        diagnosis.cause().cloned()
    };
    assert_eq!(compare(&sent, &sent), None);

    // Nothing can be compared.
    let unsigned = at("https://h.example/k");
    let missing = Some(Cause::MissingAuthentication);
    assert_eq!(compare(&unsigned, &sent), missing);
    let lost = without(sent.clone(), "authorization");
    assert_eq!(compare(&sent, &lost), Some(Cause::AuthenticationLost));
    let no_date = without(sent.clone(), "x-amz-date");
    assert_eq!(compare(&sent, &no_date), Some(Cause::MissingDate));

    // A header that must be signed was added on the way.
    let added = with(sent.clone(), "x-amz-meta-a", "1");
    let name = String::from("x-amz-meta-a");
    assert_eq!(compare(&sent, &added), Some(Cause::HeaderAdded { name }));

    // The same request with another secret, another scope, or another list of headers.
    let mut other = s3();
    let elsewhere =
        Signer::new(Credentials::new("AKIDEXAMPLE", "other"), "us-east-1", "s3").unwrap();
    elsewhere.sign(&mut other, PayloadHash::EMPTY, NOW).unwrap();
    assert_eq!(compare(&sent, &other), Some(Cause::AuthorizationChanged));
    let region = Some(Cause::WrongRegion {
        signed: "us-east-1".into(),
        expected: Some("eu-west-1".into()),
    });
    assert_eq!(
        compare(&sent, &signed_for("eu-west-1", Service::S3)),
        region
    );
    let service_of = authorized(s3(), "/s3/", "/sqs/");
    let wrong = Some(Cause::WrongService {
        signed: "s3".into(),
        expected: Some("sqs".into()),
    });
    assert_eq!(compare(&sent, &service_of), wrong);

    let other_order = authorized(
        s3(),
        "host;x-amz-content-sha256;x-amz-date",
        "host;x-amz-date;x-amz-content-sha256",
    );
    let order = Some(Cause::SignedHeadersChanged);
    assert_eq!(compare(&sent, &other_order), order);
    let (bare, token) = (
        url("&X-Amz-Expires=60&X-Amz-SignedHeaders=host"),
        url("&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Security-Token=a"),
    );
    assert_eq!(compare(&token, &bare), Some(Cause::MissingSessionToken));
    assert_eq!(compare(&bare, &token), Some(Cause::SessionTokenNotSigned));

    // The body is another one, but its hash is signed.
    let explainer = Explainer::new(&sent, &service);
    let explainer = explainer.with_captured_payload(PayloadHash::new("more"));
    let diagnosis = explainer.captured(&sent);
    let cause = diagnosis.cause();
    assert_eq!(cause, Some(&Cause::BodyChanged), "{diagnosis}");
}

#[test]
fn a_diagnosis_has_the_code_and_every_cause() {
    let (request, service) = (s3(), Service::S3);
    let sent = Explainer::new(&request, &service);
    let answer = "<Error><Code>InvalidAccessKeyId</Code><Message>x</Message></Error>";
    let diagnosis = sent.error_body(answer).unwrap();
    assert_eq!(diagnosis.code(), Some("InvalidAccessKeyId"));
    let causes: Vec<&Cause> = diagnosis
        .findings()
        .iter()
        .map(explain::Finding::cause)
        .collect();
    assert_eq!(causes, [&Cause::UnknownAccessKey]);
    assert_eq!(sent.check().code(), None);
}

#[test]
fn a_server_may_spell_the_target_differently() {
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for (path, query, causes) in [
        ("/b%20c", "a=%2f", &[Cause::QueryEncoding][..]),
        (
            "/b%2520c",
            "a=%2F",
            &[Cause::PathEncodedAgain, Cause::PathNotNormalized],
        ),
    ] {
        let own = if causes.len() == 1 {
            "/b%20c"
        } else {
            "/a/../b%20c"
        };
        let mut request = at(&format!("https://h.example{own}?a=%2F"));
        let signer =
            Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "s3").unwrap();
        signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
        let answer = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><Message>x</Message><CanonicalRequest>\
             GET\n{path}\n{query}\nhost:h.example\nx-amz-content-sha256:{hash}\n\
             x-amz-date:20260102T030405Z\n\nhost;x-amz-content-sha256;x-amz-date\n{hash}\
             </CanonicalRequest></Error>"
        );
        let diagnosis = Explainer::new(&request, &Service::S3).error_body(answer);
        let diagnosis = diagnosis.unwrap();
        let found = diagnosis.findings().iter().map(explain::Finding::cause);
        assert!(found.eq(causes), "{diagnosis}");
    }
}

#[test]
fn a_presigned_request_has_only_the_hash_that_is_signed() {
    let hash = "ab".repeat(32);
    let parameter =
        format!("&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Content-Sha256={hash}");
    let escaped = |name, value| {
        let query = "&X-Amz-Expires=60&X-Amz-SignedHeaders=host";
        url(&format!("{query}&{name}={value}"))
    };
    for (request, line) in [
        (
            url("&X-Amz-Expires=60&X-Amz-SignedHeaders=host"),
            "UNSIGNED-PAYLOAD",
        ),
        (
            escaped("X-Amz-Content-Sha256", "UNSIGNED%2DPAYLOAD"),
            "UNSIGNED-PAYLOAD",
        ),
        (escaped("X%2DAmz-Content-Sha256", &hash), hash.as_str()),
        (
            with(
                url("&X-Amz-Expires=60&X-Amz-SignedHeaders=host"),
                "x-amz-content-sha256",
                &hash,
            ),
            "UNSIGNED-PAYLOAD",
        ),
        (
            with(
                url("&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-amz-content-sha256"),
                "x-amz-content-sha256",
                &hash,
            ),
            hash.as_str(),
        ),
        (url(&parameter), hash.as_str()),
    ] {
        let service = Service::S3;
        let sent = Explainer::new(&request, &service);
        let text = sent.canonical_request().unwrap().to_string();
        assert_eq!(text.lines().last(), Some(line), "{text}");
    }
}

#[test]
fn a_hash_parameter_does_not_count_for_a_header_signature() {
    let mut request = at("https://sqs.us-east-1.amazonaws.com/?X-Amz-Content-Sha256=x");
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "sqs").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let sent = Explainer::new(&request, "sqs").with_payload(PayloadHash::EMPTY);
    let text = sent.canonical_request().unwrap().to_string();
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(text.lines().last(), Some(empty));
    let told = sent.with_secret_key(SecretKey::from(SECRET)).check();
    assert_eq!(told.cause(), None, "{told}");
}

#[test]
fn headers_explain_the_page_of_a_gateway() {
    let (request, service) = (s3(), Service::S3);
    let sent = Explainer::new(&request, &service);
    let page = "<html><body>403 Forbidden</body></html>";
    let answer = |name: &str, value: &str| {
        let answer = http::Response::builder().status(403).header(name, value);
        sent.response(&answer.body(page).unwrap())
    };
    for (name, code) in [
        ("x-amzn-errortype", "UnrecognizedClientException:http://a/"),
        ("x-amzn-query-error", "InvalidClientTokenId;Sender"),
    ] {
        let told = answer(name, code).unwrap();
        assert_eq!(told.cause(), Some(&Cause::UnknownAccessKey), "{told}");
    }
    let region = answer("x-amz-bucket-region", "eu-west-1").unwrap();
    let expected = Cause::WrongRegion {
        signed: "us-east-1".into(),
        expected: Some("eu-west-1".into()),
    };
    assert_eq!(region.cause(), Some(&expected), "{region}");
    assert!(answer("server", "a proxy").is_err());

    // The server calculated the signature, so its region is right.
    let canonical = sent.canonical_request().unwrap().to_string();
    let other = canonical.replacen("\n/", "\n/another/", 1);
    let told = http::Response::builder()
        .status(403)
        .header("x-amz-bucket-region", "eu-west-1")
        .body(format!(
            "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{}</CanonicalRequest></Error>",
            other.replace('&', "&amp;")
        ));
    let told = sent.response(&told.unwrap()).unwrap();
    assert_eq!(told.cause(), Some(&Cause::PathChanged), "{told}");
    assert!(!told.to_string().contains("eu-west-1"), "{told}");
}

/// `x-amzn-errortype` takes precedence over the code in the body, `x-amzn-query-error` does not.
#[test]
fn the_errortype_header_precedes_the_code_in_the_body() {
    let request = s3();
    let lambda = r#"{"code":"403","message":"Forbidden"}"#;
    let json = r#"{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"x"}"#;
    let url = "UnrecognizedClientException:http://internal.amazon.com/coral/";
    for (name, value, body, code) in [
        (
            "x-amzn-errortype",
            url,
            lambda,
            "UnrecognizedClientException",
        ),
        ("x-amzn-errortype", url, json, "UnrecognizedClientException"),
        ("x-amzn-errortype", "", json, "ExpiredTokenException"),
        (
            "x-amzn-query-error",
            "InvalidClientTokenId;Sender",
            json,
            "ExpiredTokenException",
        ),
        (
            "x-amzn-query-error",
            "InvalidClientTokenId;Sender",
            r#"{"message":"x"}"#,
            "InvalidClientTokenId",
        ),
    ] {
        let answer = http::Response::builder().status(403).header(name, value);
        let sent = Explainer::new(&request, "lambda");
        let told = sent.response(&answer.body(body).unwrap()).unwrap();
        assert_eq!(told.code(), Some(code), "{name}: {value}\n{body}");
        let cause = match code {
            "ExpiredTokenException" => Cause::CredentialsExpired,
            _ => Cause::UnknownAccessKey,
        };
        assert_eq!(told.cause(), Some(&cause), "{name}: {value}\n{body}");
    }
}

#[test]
fn a_long_list_of_names_is_cut() {
    let names: Vec<String> = (0..11).map(|i| format!("x-amz-meta-{i}")).collect();
    let text = Cause::HeadersNotSigned { names }.to_string();
    assert!(text.contains("`x-amz-meta-7` and 3 more"), "{text}");
    assert!(!text.contains("x-amz-meta-8"), "{text}");
}

#[test]
fn a_long_name_is_cut() {
    let longest = "a".repeat(100);
    for (name, shown) in [
        (longest.clone(), longest.clone()),
        (format!("{longest}a"), format!("{longest}…")),
    ] {
        let text = Cause::HeaderRewritten { name }.to_string();
        let wanted = format!("The header `{shown}` changed after it was signed.");
        assert_eq!(text, wanted);
    }
}

#[test]
fn spans_of_time_are_exact_to_the_second() {
    for (seconds, span) in [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min 59 s"),
        (3600, "1 h"),
        (86_399, "23 h 59 min 59 s"),
        (86_400, "1 d"),
        (2 * 86_400 + 3661, "2 d 1 h 1 min 1 s"),
    ] {
        let ahead_seconds = Some(seconds);
        let text = Cause::Clock { ahead_seconds }.to_string();
        let wanted = format!("The signer's clock is {span} ahead of the server's.");
        assert_eq!(text, wanted);
    }
}

#[test]
fn a_difference_names_its_line() {
    let service = Service::S3;
    let (sent, mut method) = (s3(), s3());
    *method.method_mut() = http::Method::HEAD;
    let moved = |to: &str| {
        let mut request = s3();
        *request.uri_mut() = to.parse().unwrap();
        request
    };
    let (ours, theirs) = (
        "host;x-amz-content-sha256;x-amz-date",
        "host;x-amz-date;x-amz-content-sha256",
    );
    let empty = PayloadHash::EMPTY;
    for (part, captured, payload) in [
        ("method", method, empty),
        ("path", moved("https://h.example/other"), empty),
        ("query", moved("https://h.example/k?a"), empty),
        (
            "header",
            with(s3(), "x-amz-date", "20260102T030406Z"),
            empty,
        ),
        ("signed headers", authorized(s3(), ours, theirs), empty),
        (
            "payload hash",
            with(s3(), "x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
            empty,
        ),
        // The signed hash is the same, and the body is another one.
        ("payload hash", s3(), PayloadHash::new("more")),
        ("scope", authorized(s3(), "/s3/", "/sqs/"), empty),
    ] {
        let explainer = Explainer::new(&sent, &service).with_captured_payload(payload);
        let diagnosis = explainer.captured(&captured);
        let line = diagnosis.findings()[0].difference().unwrap();
        assert_eq!(line.part(), part, "{diagnosis}");
    }
}

#[test]
fn a_line_break_in_the_given_secret_is_found() {
    let (request, service) = (s3(), Service::S3);
    let pasted = format!("{SECRET}\n");
    let sent = Explainer::new(&request, &service).with_secret_key(pasted.as_str().into());
    let diagnosis = sent.check();
    let cause = diagnosis.cause();
    assert_eq!(cause, Some(&Cause::SecretKeyWhiteSpace), "{diagnosis}");
}

#[test]
fn a_quoted_scope_with_another_terminator_is_named() {
    let (request, service) = (s3(), Service::S3);
    let answer = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>x</Message><StringToSign>\
         AWS4-HMAC-SHA256\n20260102T030405Z\n20260102/us-east-1/s3/aws5_request\n{}\
         </StringToSign></Error>",
        "0".repeat(64)
    );
    let sent = Explainer::new(&request, &service);
    let diagnosis = sent.error_body(answer).unwrap();
    let cause = diagnosis.cause();
    assert_eq!(cause, Some(&Cause::WrongTerminator), "{diagnosis}");
}

#[test]
fn an_invalid_target_has_no_canonical_request() {
    for (target, wrong) in [
        ("/?a=%zz", "`%` is not followed by two hexadecimal digits"),
        ("*", "path must begin with `/`"),
    ] {
        let mut request = signed_for("us-east-1", Service::from("sqs"));
        let uri = match target {
            "*" => target.to_owned(),
            _ => format!("https://h.example{target}"),
        };
        *request.uri_mut() = uri.parse().unwrap();
        let request = with(request, "host", "h.example");
        let text = Explainer::new(&request, "sqs").canonical_request();
        let error = text.map(drop).unwrap_err();
        let told =
            matches!(error, VerifyError::InvalidTarget { problem } if problem.to_string() == wrong);
        assert!(told, "{target} {error}");
    }
}

pub fn causes(diagnosis: &explain::Diagnosis) -> Vec<Cause> {
    let findings = diagnosis.findings().iter();
    findings.map(|finding| finding.cause().clone()).collect()
}

#[test]
fn a_wrong_secret_is_blamed_if_no_rule_is_broken() {
    let service = Service::S3;
    let check = |request: &Sent, payload| {
        let mut sent = Explainer::new(request, &service).with_secret_key("other".into());
        if let Some(payload) = payload {
            sent = sent.with_payload(payload);
        }
        causes(&sent.check())
    };
    assert_eq!(check(&s3(), None), [Cause::SignatureNotReproduced]);
    let unsigned = with(s3(), "x-amz-acl", "private");
    let names = vec!["x-amz-acl".to_owned()];
    assert_eq!(check(&unsigned, None), [Cause::HeadersNotSigned { names }]);
    // An invalid hash is not compared: one is too short, one has other characters.
    for wrong in ["abcdef", &"no-hex-digits-16".repeat(4)] {
        let request = with(s3(), "x-amz-content-sha256", wrong);
        let found = check(&request, Some(PayloadHash::EMPTY));
        assert_eq!(found, [Cause::PayloadHashInvalid], "{wrong}");
    }
}

#[test]
fn the_right_secret_without_a_quote_is_not_blamed() {
    let (request, service) = (s3(), Service::S3);
    let answer = "<Error><Code>SignatureDoesNotMatch</Code><Message>x</Message></Error>";
    let sent = Explainer::new(&request, &service);
    let diagnosis = sent.error_body(answer).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::Undetermined]);
    let diagnosis = sent.with_secret_key(SECRET.into()).error_body(answer);
    assert_eq!(causes(&diagnosis.unwrap()), [Cause::SignedCorrectly]);
}

#[test]
fn a_quoted_hash_is_used_only_if_all_else_is_known() {
    let (request, service) = (signed_for("us-east-1", "sqs".into()), Service::from("sqs"));
    let message = format!(
        "The request signature we calculated does not match the signature you provided.\n\n\
         The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260102T030405Z\n\
         20260102/us-east-1/sqs/aws4_request\n{}'\n",
        "0".repeat(64)
    );
    let sent = Explainer::new(&request, &service);
    let diagnosis = sent.error_body(&message).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::Undetermined]);
    let sent = sent.with_payload(PayloadHash::EMPTY);
    let diagnosis = sent.error_body(&message).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::CanonicalRequestDiffers]);
}

#[test]
fn a_hash_that_the_service_ignores_is_not_compared() {
    let mut rules = Rules::GENERIC;
    rules.content_sha256 = ContentSha256::Never;
    let mut request = Request::get("https://h.example/k")
        .header("x-amz-content-sha256", "ab".repeat(32))
        .body(Vec::new())
        .unwrap();
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "x").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let request = with(request, "x-amz-content-sha256", &"ab".repeat(32));
    for (rules, expected) in [
        (rules, vec![]),
        (Rules::S3, vec![Cause::PayloadHashDiffers]),
    ] {
        let sent = Explainer::new(&request, Service::new("x", rules));
        let found = causes(&sent.with_payload(PayloadHash::EMPTY).check());
        assert_eq!(found, expected);
    }
}

/// Two hidden tokens of the same length look the same.
#[test]
fn hidden_values_that_differ_are_said_to_differ() {
    let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(TOKEN);
    let mut request = Request::get("https://h.example/k")
        .body(Vec::new())
        .unwrap();
    let signer = Signer::new(credentials, "us-east-1", "s3").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let other = TOKEN.replace("IQoJ", "FwoG");
    let captured = with(request.clone(), "x-amz-security-token", &other);
    let diagnosis = Explainer::new(&request, "s3").captured(&captured);
    assert_eq!(causes(&diagnosis), [Cause::InvalidSessionToken]);
    let difference = diagnosis.findings()[0].difference().unwrap();
    assert_eq!(difference.position(), None);
    assert_eq!(difference.signed(), difference.received());
    let hidden = "(the elided parts differ)";
    assert!(diagnosis.to_string().contains(hidden), "{diagnosis}");
    let exposed = diagnosis.expose();
    for line in [
        format!("  signed    x-amz-security-token:{TOKEN}\n"),
        format!("  received  x-amz-security-token:{other}\n"),
    ] {
        assert!(exposed.contains(&line), "{exposed}");
    }
    assert!(!exposed.contains(hidden), "{exposed}");
}

#[test]
fn debug_shows_no_request() {
    let (request, service) = (s3(), Service::S3);
    let sent = Explainer::new(&request, &service);
    assert_eq!(format!("{sent:?}"), "Explainer { service: \"s3\", .. }");
    let text = sent.string_to_sign().unwrap();
    assert_eq!(format!("{text:?}"), format!("{:?}", text.expose()));
}
