//! Hostile responses and requests: bounded work, and no panic.

use countersign::explain::{Cause, Explainer, MAX_RESPONSE_LENGTH};
use countersign::{Credentials, PayloadHash, SecretKey, Service, Signer};
use http::Request;
use proptest::prelude::*;

use crate::explain::server::{self, NOW, SECRET, Shape};

fn signed() -> server::Sent {
    let mut request = Request::get("https://h.example/a%20b?x=1")
        .header("x-amz-meta-a", "b")
        .body(Vec::new())
        .unwrap();
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "s3").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    request
}

#[test]
fn a_body_above_the_limit_is_refused() {
    let request = signed();
    let body = vec![b' '; MAX_RESPONSE_LENGTH + 1];
    let error = Explainer::new(&request, &Service::S3)
        .error_body(body)
        .unwrap_err();
    assert_eq!(error.to_string(), "response is larger than 1 MiB");
    assert!(
        Explainer::new(&request, &Service::S3)
            .error_body(b"\xff")
            .is_err()
    );
}

/// A JSON tree needs many times the memory of its text.
#[test]
fn a_json_body_above_its_limit_is_not_parsed() {
    let request = signed();
    let body = |length: usize| {
        let start = "{\"__type\":\"InvalidSignatureException\",\"message\":\"";
        format!("{start}{}\"}}", "m".repeat(length - start.len() - 2))
    };
    let diagnosis = Explainer::new(&request, "sqs")
        .error_body(body(65_536))
        .unwrap();
    assert_eq!(diagnosis.code(), Some("InvalidSignatureException"));
    let error = Explainer::new(&request, "sqs")
        .error_body(body(65_537))
        .unwrap_err();
    assert_eq!(error.to_string(), "response is JSON larger than 64 KiB");
    // The header is still evaluated.
    let answer = http::Response::builder()
        .status(403)
        .header("x-amzn-errortype", "UnrecognizedClientException");
    let answer = answer.body(body(65_537)).unwrap();
    let diagnosis = Explainer::new(&request, "sqs").response(&answer).unwrap();
    assert_eq!(diagnosis.cause(), Some(&Cause::UnknownAccessKey));
}

#[test]
fn the_printed_text_is_bounded() {
    let request = signed();
    let many = "x-amz-meta-x:1\n".repeat(20_000);
    let long = "a".repeat(500_000);
    let pairs = "signature=secretsecret&".repeat(20_000);
    for canonical in [
        format!("GET\n/\n\nhost:h\n{many}\nhost\nHASH"),
        format!("{long}\n/{long}\n\nhost:h\n\nhost\nHASH"),
        format!("GET\n/\n{pairs}\nhost:h\n\nhost\nHASH"),
        "\n".repeat(500_000),
        "GET / ".repeat(80_000),
    ] {
        let body = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{}</CanonicalRequest></Error>",
            server::xml(&canonical)
        );
        let diagnosis = Explainer::new(&request, &Service::S3)
            .error_body(body)
            .unwrap();
        assert!(diagnosis.findings().len() <= 16);
        assert!(diagnosis.to_string().len() < 20_000);
    }
}

#[test]
fn control_characters_are_not_printed() {
    let request = signed();
    let canonical = "GET\u{202e}\n/\u{9b}2J\n\u{7f}\nhost:\u{85}h\u{200f}\n\nhost\nHASH";
    let body = serde_json::json!({
        "__type": "InvalidSignatureException\u{1b}[2J",
        "message": server::text(canonical, "A\u{1b}\nB\nC\u{1b}/D\nE"),
    });
    let diagnosis = Explainer::new(&request, &Service::S3)
        .error_body(body.to_string())
        .unwrap();
    let text = diagnosis.to_string() + &diagnosis.expose();
    assert!(
        !text.chars().any(|c| c.is_control() && c != '\n'),
        "{text:?}"
    );
    assert!(!text.contains(['\u{202e}', '\u{200f}']));
}

/// Characters that end a line, move the cursor or reorder text are replaced, those next to them are
/// not.
#[test]
fn marks_that_reorder_text_are_replaced() {
    for (hidden, neighbours) in [
        (&['\u{200b}', '\u{200f}'][..], &['\u{200a}', '\u{2010}'][..]),
        (&['\u{2028}', '\u{202e}'], &['\u{2027}', '\u{202f}']),
        (&['\u{ad}'], &['\u{ac}', '\u{ae}']),
        (&['\u{61c}'], &['\u{61b}', '\u{61d}']),
        (&['\u{180e}'], &['\u{180d}', '\u{180f}']),
        (&['\u{fff9}', '\u{fffb}'], &['\u{fff8}', '\u{fffc}']),
        (&['\u{e0000}', '\u{e007f}'], &['\u{dffff}', '\u{e0080}']),
        (
            &['\u{2060}', '\u{2066}', '\u{206f}'],
            &['\u{205f}', '\u{2070}'],
        ),
        (&['\u{feff}'], &['\u{fefe}', '\u{ff00}']),
        (&['\u{1f}', '\u{7f}', '\u{9f}'], &[' ', '~', '\u{a0}']),
    ] {
        let of = |c: char| {
            let name = format!("a{c}b");
            Cause::HeaderRewritten { name }.to_string()
        };
        for &c in hidden {
            assert!(of(c).contains("`a\u{fffd}b`"), "{c:?}");
        }
        for &c in neighbours {
            assert!(of(c).contains(&format!("`a{c}b`")), "{c:?}");
        }
    }
}

fn ask(request: &server::Sent, body: &[u8]) {
    for service in [Service::S3, Service::from("sqs")] {
        let sent = Explainer::new(request, &service)
            .with_payload(PayloadHash::EMPTY)
            .with_secret_key(SecretKey::from(SECRET));
        if let Ok(diagnosis) = sent.error_body(body) {
            let _ = format!("{diagnosis} {diagnosis:?} {}", diagnosis.expose());
        }
        let _ = (
            sent.check().to_string(),
            sent.canonical_request().map(|text| text.to_string()),
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_response_body_makes_the_explainer_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        ask(&signed(), &body);
    }

    #[test]
    fn no_quoted_canonical_request_makes_the_explainer_panic(canonical in "[ -~\\n:;&=%é\u{1b}]{0,200}", string in "[ -~\\n/]{0,80}") {
        for shape in [Shape::S3, Shape::Json, Shape::Folded] {
            ask(&signed(), server::answer(shape, &canonical, &string).body().as_bytes());
        }
    }

    /// Valid responses with a piece removed or inserted.
    #[test]
    fn no_damaged_response_makes_the_explainer_panic(at in 0..1500_usize, cut in 0..40_usize, put in "[ -~\\n]{0,8}") {
        let request = signed();
        let canonical = server::canonical(true, &request);
        for shape in [Shape::S3, Shape::Query, Shape::Json, Shape::Folded] {
            let answer = server::answer(shape, &canonical, &server::string_to_sign(&request, &canonical));
            let body = answer.into_body();
            let at = at.min(body.len());
            let end = (at + cut).min(body.len());
            ask(&request, format!("{}{put}{}", &body[..at], &body[end..]).as_bytes());
        }
    }

    #[test]
    fn no_request_makes_the_explainer_panic(path in "/[!-~]{0,20}", authorization in "[ -~]{0,120}", date in "[ -~]{0,20}") {
        let Ok(uri) = path.parse::<http::Uri>() else { return Ok(()) };
        let mut request = signed();
        *request.uri_mut() = uri;
        request.headers_mut().insert("authorization", authorization.parse().unwrap());
        request.headers_mut().insert("x-amz-date", date.parse().unwrap());
        ask(&request, b"<Error><Code>SignatureDoesNotMatch</Code></Error>");
        let _ = Explainer::new(&signed(), &Service::S3).captured(&request).to_string();
    }
}
