//! What can be said of a request by itself, and of one beside its capture, before anybody answers.

use countersign::explain::{self, Cause};
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

/// The same request, with something else in its `authorization`.
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

/// A URL that was presigned by hand, with nothing right but its form.
fn url(query: &str) -> Sent {
    at(&format!(
        "https://h.example/k?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20260102T030405Z&X-Amz-Signature={}{query}",
        "0".repeat(64)
    ))
}

#[test]
fn rules_that_a_request_breaks_by_itself() {
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
        let diagnosis = explain::Sent::new(&request, &service).check();
        assert_eq!(diagnosis.cause(), Some(&cause), "{request:?}\n{diagnosis}");
    }
    let malformed = authorized(s3(), ", Signature=", ", Signatures=");
    let diagnosis = explain::Sent::new(&malformed, &service).check();
    let Some(Cause::MalformedAuthorization { problem }) = diagnosis.cause() else {
        panic!("{diagnosis}");
    };
    assert!(!problem.is_empty());
    let mut unreadable = s3();
    *unreadable.uri_mut() = "https://h.example/k?a=%zz".parse().unwrap();
    let diagnosis = explain::Sent::new(&unreadable, &service).check();
    let cause = diagnosis.cause();
    assert!(
        matches!(cause, Some(Cause::MalformedRequest { .. })),
        "{diagnosis}"
    );
}

/// What a capture behind a proxy shows.
#[test]
fn captures() {
    let service = Service::S3;
    let sent = s3();
    let compare = |sent: &Sent, captured: &Sent| {
        let captured = explain::Sent::new(captured, &service);
        let diagnosis = explain::Sent::new(sent, &service).compare(&captured);
        diagnosis.cause().cloned()
    };
    assert_eq!(compare(&sent, &sent), None);

    // Nothing to compare with, on either side.
    let unsigned = at("https://h.example/k");
    let missing = Some(Cause::MissingAuthentication);
    assert_eq!(compare(&unsigned, &sent), missing);
    let lost = without(sent.clone(), "authorization");
    assert_eq!(compare(&sent, &lost), Some(Cause::AuthenticationLost));
    let no_date = without(sent.clone(), "x-amz-date");
    assert_eq!(compare(&sent, &no_date), Some(Cause::MissingDate));

    // A header that has to be signed came on the way.
    let added = with(sent.clone(), "x-amz-meta-a", "1");
    let name = String::from("x-amz-meta-a");
    assert_eq!(compare(&sent, &added), Some(Cause::HeaderAdded { name }));

    // The same request, signed by somebody else, for another place, or listed in another way.
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

    // Another body, although its hash is signed.
    let captured = explain::Sent::new(&sent, &service).with_payload(PayloadHash::new("more"));
    let diagnosis = explain::Sent::new(&sent, &service).compare(&captured);
    let cause = diagnosis.cause();
    assert_eq!(cause, Some(&Cause::BodyChanged), "{diagnosis}");
}

/// A diagnosis says what the server answered, and each of its findings why.
#[test]
fn what_a_diagnosis_holds() {
    let (request, service) = (s3(), Service::S3);
    let sent = explain::Sent::new(&request, &service);
    let answer = "<Error><Code>InvalidAccessKeyId</Code><Message>x</Message></Error>";
    let diagnosis = sent.refused_with(answer).unwrap();
    assert_eq!(diagnosis.code(), Some("InvalidAccessKeyId"));
    let causes: Vec<&Cause> = diagnosis
        .findings()
        .iter()
        .map(explain::Finding::cause)
        .collect();
    assert_eq!(causes, [&Cause::UnknownAccessKey]);
    assert_eq!(sent.check().code(), None);
}

/// A server that reads the target in another way than the signer did.
#[test]
fn targets_of_another_spelling() {
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for (path, query, causes) in [
        ("/b%20c", "a=%2f", &[Cause::QueryEncoding][..]),
        (
            "/b%2520c",
            "a=%2F",
            &[Cause::PathEncodedOnce, Cause::PathNotNormalized],
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
        let diagnosis = explain::Sent::new(&request, &Service::S3).refused_with(answer);
        let diagnosis = diagnosis.unwrap();
        let found = diagnosis.findings().iter().map(explain::Finding::cause);
        assert!(found.eq(causes), "{diagnosis}");
    }
}

/// S3 looks at the hash of a presigned request where that is signed, and nowhere else.
#[test]
fn the_payload_of_a_presigned_request() {
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
        let sent = explain::Sent::new(&request, &service);
        let text = sent.canonical_request().unwrap().to_string();
        assert_eq!(text.lines().last(), Some(line), "{text}");
    }
}

/// In the header form a parameter of that name is like any other.
#[test]
fn a_parameter_says_nothing_of_a_header_signature() {
    let mut request = at("https://sqs.us-east-1.amazonaws.com/?X-Amz-Content-Sha256=x");
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "sqs").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let sent = explain::Sent::new(&request, "sqs").with_payload(PayloadHash::EMPTY);
    let text = sent.canonical_request().unwrap().to_string();
    let empty = PayloadHash::EMPTY.to_hashed_payload();
    assert_eq!(text.lines().last(), Some(empty.as_str()));
    let told = sent.with_secret_key(SecretKey::from(SECRET)).check();
    assert_eq!(told.cause(), None, "{told}");
}

/// A gateway's page says nothing, but its headers may.
#[test]
fn pages_of_gateways() {
    let (request, service) = (s3(), Service::S3);
    let sent = explain::Sent::new(&request, &service);
    let page = "<html><body>403 Forbidden</body></html>";
    let answer = |name: &str, value: &str| {
        let answer = http::Response::builder().status(403).header(name, value);
        sent.answered(&answer.body(page).unwrap())
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

    // A region that calculated a signature is the right one.
    let canonical = sent.canonical_request().unwrap().to_string();
    let other = canonical.replacen("\n/", "\n/another/", 1);
    let told = http::Response::builder()
        .status(403)
        .header("x-amz-bucket-region", "eu-west-1")
        .body(format!(
            "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{}</CanonicalRequest></Error>",
            other.replace('&', "&amp;")
        ));
    let told = sent.answered(&told.unwrap()).unwrap();
    assert_eq!(told.cause(), Some(&Cause::PathChanged), "{told}");
    assert!(!told.to_string().contains("eu-west-1"), "{told}");
}

/// `x-amzn-errortype` comes before what a body says, `x-amzn-query-error` behind it.
#[test]
fn codes_in_headers() {
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
        let sent = explain::Sent::new(&request, "lambda");
        let told = sent.answered(&answer.body(body).unwrap()).unwrap();
        assert_eq!(told.code(), Some(code), "{name}: {value}\n{body}");
        let cause = match code {
            "ExpiredTokenException" => Cause::CredentialsExpired,
            _ => Cause::UnknownAccessKey,
        };
        assert_eq!(told.cause(), Some(&cause), "{name}: {value}\n{body}");
    }
}

/// A long list is cut, and says by how much.
#[test]
fn many_names() {
    let names: Vec<String> = (0..11).map(|i| format!("x-amz-meta-{i}")).collect();
    let text = Cause::HeadersNotSigned { names }.to_string();
    assert!(text.contains("`x-amz-meta-7` and 3 more"), "{text}");
    assert!(!text.contains("x-amz-meta-8"), "{text}");
}

/// Somebody else's text is not as long in a sentence as they like.
#[test]
fn long_names() {
    let longest = "a".repeat(100);
    for (name, shown) in [
        (longest.clone(), longest.clone()),
        (format!("{longest}a"), format!("{longest}…")),
    ] {
        let text = Cause::HeaderRewritten { name }.to_string();
        let wanted = format!("The header `{shown}` was rewritten after it was signed.");
        assert_eq!(text, wanted);
    }
}

/// Each unit from its first second on.
#[test]
fn spans_of_time() {
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

/// Programs read which line it is.
#[test]
fn parts_of_a_difference() {
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
        // The hash that is signed is the same, and the body another.
        ("payload hash", s3(), PayloadHash::new("more")),
        ("scope", authorized(s3(), "/s3/", "/sqs/"), empty),
    ] {
        let captured = explain::Sent::new(&captured, &service).with_payload(payload);
        let diagnosis = explain::Sent::new(&sent, &service).compare(&captured);
        let line = diagnosis.findings()[0].difference().unwrap();
        assert_eq!(line.part(), part, "{diagnosis}");
    }
}

/// A secret that was pasted with the end of its line, into the explanation and not into the signer.
#[test]
fn a_pasted_secret() {
    let (request, service) = (s3(), Service::S3);
    let pasted = format!("{SECRET}\n");
    let sent = explain::Sent::new(&request, &service).with_secret_key(pasted.as_str().into());
    let diagnosis = sent.check();
    let cause = diagnosis.cause();
    assert_eq!(cause, Some(&Cause::SecretKeyWhiteSpace), "{diagnosis}");
}

#[test]
fn a_scope_of_another_terminator() {
    let (request, service) = (s3(), Service::S3);
    let answer = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>x</Message><StringToSign>\
         AWS4-HMAC-SHA256\n20260102T030405Z\n20260102/us-east-1/s3/aws5_request\n{}\
         </StringToSign></Error>",
        "0".repeat(64)
    );
    let sent = explain::Sent::new(&request, &service);
    let diagnosis = sent.refused_with(answer).unwrap();
    let cause = diagnosis.cause();
    assert_eq!(cause, Some(&Cause::WrongTerminator), "{diagnosis}");
}

/// No text is made up for a target that cannot be read.
#[test]
fn targets_that_cannot_be_read() {
    for (target, wrong) in [
        ("/?a=%zz", "there is a `%` without two hex digits"),
        ("*", "it does not begin with `/`"),
    ] {
        let mut request = signed_for("us-east-1", Service::from("sqs"));
        let uri = match target {
            "*" => target.to_owned(),
            _ => format!("https://h.example{target}"),
        };
        *request.uri_mut() = uri.parse().unwrap();
        let request = with(request, "host", "h.example");
        let text = explain::Sent::new(&request, "sqs").canonical_request();
        let error = text.map(drop).unwrap_err();
        let told = matches!(error, VerifyError::InvalidTarget { problem } if problem == wrong);
        assert!(told, "{target} {error}");
    }
}

pub fn causes(diagnosis: &explain::Diagnosis) -> Vec<Cause> {
    let findings = diagnosis.findings().iter();
    findings.map(|finding| finding.cause().clone()).collect()
}

/// A wrong secret is blamed where nothing else is wrong.
#[test]
fn a_broken_rule_is_enough() {
    let service = Service::S3;
    let check = |request: &Sent, payload| {
        let mut sent = explain::Sent::new(request, &service).with_secret_key("other".into());
        if let Some(payload) = payload {
            sent = sent.with_payload(payload);
        }
        causes(&sent.check())
    };
    assert_eq!(check(&s3(), None), [Cause::WrongSecretKey]);
    let unsigned = with(s3(), "x-amz-acl", "private");
    let names = vec!["x-amz-acl".to_owned()];
    assert_eq!(check(&unsigned, None), [Cause::HeadersNotSigned { names }]);
    // What is no hash is not compared with one: too short, or not of such digits.
    for wrong in ["abcdef", &"no-hex-digits-16".repeat(4)] {
        let request = with(s3(), "x-amz-content-sha256", wrong);
        let found = check(&request, Some(PayloadHash::EMPTY));
        assert_eq!(found, [Cause::PayloadHashInvalid], "{wrong}");
    }
}

/// With the secret that made the signature, it is the server that has another.
#[test]
fn a_server_with_another_secret() {
    let (request, service) = (s3(), Service::S3);
    let answer = "<Error><Code>SignatureDoesNotMatch</Code><Message>x</Message></Error>";
    let sent = explain::Sent::new(&request, &service);
    let diagnosis = sent.refused_with(answer).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::Undetermined]);
    let diagnosis = sent.with_secret_key(SECRET.into()).refused_with(answer);
    assert_eq!(causes(&diagnosis.unwrap()), [Cause::WrongSecretKey]);
}

/// A hash alone tells only where all is known that it was made of.
#[test]
fn a_string_to_sign_alone() {
    let (request, service) = (signed_for("us-east-1", "sqs".into()), Service::from("sqs"));
    let message = format!(
        "The request signature we calculated does not match the signature you provided.\n\n\
         The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260102T030405Z\n\
         20260102/us-east-1/sqs/aws4_request\n{}'\n",
        "0".repeat(64)
    );
    let sent = explain::Sent::new(&request, &service);
    let diagnosis = sent.refused_with(&message).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::Undetermined]);
    let sent = sent.with_payload(PayloadHash::EMPTY);
    let diagnosis = sent.refused_with(&message).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::CanonicalRequestDiffers]);
}

/// Services that never look at `x-amz-content-sha256` do not mind what it says.
#[test]
fn a_hash_that_nobody_looks_at() {
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
        let sent = explain::Sent::new(&request, Service::new("x", rules));
        let found = causes(&sent.with_payload(PayloadHash::EMPTY).check());
        assert_eq!(found, expected);
    }
}

/// Two tokens of one length look the same where they are hidden, and not where they are not.
#[test]
fn what_is_hidden_differs() {
    let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(TOKEN);
    let mut request = Request::get("https://h.example/k")
        .body(Vec::new())
        .unwrap();
    let signer = Signer::new(credentials, "us-east-1", "s3").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let other = TOKEN.replace("IQoJ", "FwoG");
    let captured = with(request.clone(), "x-amz-security-token", &other);
    let diagnosis = explain::compare(&request, &captured, "s3");
    assert_eq!(causes(&diagnosis), [Cause::InvalidSessionToken]);
    let difference = diagnosis.findings()[0].difference().unwrap();
    assert_eq!(difference.position(), None);
    assert_eq!(difference.signed(), difference.received());
    let hidden = "(what is not shown differs)";
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
fn what_debug_shows() {
    let (request, service) = (s3(), Service::S3);
    let sent = explain::Sent::new(&request, &service);
    assert_eq!(format!("{sent:?}"), "Sent { service: \"s3\", .. }");
    let text = sent.string_to_sign().unwrap();
    assert_eq!(format!("{text:?}"), format!("{:?}", text.expose()));
}
