//! Paths and queries that signers and servers read differently: the secret is right, and not
//! blamed.

use countersign::explain::{Cause, Difference, Explainer, Finding};
use countersign::{Credentials, PayloadHash, Rules, Service, Signer};
use http::Request;

use crate::explain::server::{self, NOW, SECRET};
use crate::explain::without_a_response::causes;

const MISMATCH: &str = "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we \
    calculated does not match the signature you provided. Check your key and signing method.\
    </Message></Error>";
const DENIED: &str = "<Error><Code>AccessDenied</Code></Error>";

fn signed(url: &str, service: &str) -> server::Sent {
    let mut request = Request::get(url).body(Vec::new()).unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    let signer = Signer::new(credentials, "us-east-1", service).unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    request
}

/// The same request with the signature of this canonical request.
fn resigned(mut request: server::Sent, canonical: &str) -> server::Sent {
    let string_to_sign = server::string_to_sign(&request, canonical);
    let signature = server::sign(SECRET, &string_to_sign);
    let header = request.headers()["authorization"].to_str().unwrap();
    let (start, _) = header.split_once("Signature=").unwrap();
    let header = format!("{start}Signature={signature}").parse().unwrap();
    request.headers_mut().insert("authorization", header);
    request
}

fn keyed(request: &server::Sent, service: &str) -> Explainer {
    Explainer::new(request, service).with_secret_key(SECRET.into())
}

fn lines(finding: &Finding) -> (&str, &str, &str) {
    let line: &Difference = finding.difference().unwrap();
    (line.part(), line.signed(), line.received())
}

/// AWS accepts the request and its signature: S3 encodes the path strictly.
#[test]
fn a_path_that_servers_encode_differently_is_blamed_and_not_the_secret() {
    let request = Request::get("https://b.s3.amazonaws.com/dt=2026-01-02/part@0.parquet")
        .header("x-amz-date", "20260102T030405Z")
        .header(
            "x-amz-content-sha256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        )
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
             Signature=ac5620b8916d44cb183ae6ef625e4a91b628ea512c1bba3ebbb37d68380922f0",
        )
        .body(Vec::new())
        .unwrap();
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let explainer = Explainer::new(&request, "s3").with_secret_key(secret.into());
    assert_eq!(explainer.check().cause(), None);

    // A store that verifies the path as it is sent.
    let (strict, sent) = (
        "/dt%3D2026-01-02/part%400.parquet",
        "/dt=2026-01-02/part@0.parquet",
    );
    let diagnosis = explainer.error_body(MISMATCH).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::PathEncoding]);
    assert_eq!(lines(&diagnosis.findings()[0]), ("path", strict, sent));
    let diagnosis = explainer.error_body(DENIED).unwrap();
    assert_eq!(
        causes(&diagnosis),
        [Cause::AccessDenied, Cause::PathEncoding]
    );

    // With the rules of such a store, S3 is the server that reads it differently.
    let mut rules = Rules::S3;
    rules.recode_path = false;
    let service = Service::new("s3", rules);
    let canonical = server::canonical(true, &request).replace(strict, sent);
    let request = resigned(request, &canonical);
    let explainer = Explainer::new(&request, service).with_secret_key(SECRET.into());
    assert_eq!(explainer.check().cause(), None);
    let diagnosis = explainer.error_body(MISMATCH).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::PathEncoding]);
    assert_eq!(lines(&diagnosis.findings()[0]), ("path", sent, strict));

    // The signer signed the path as it is sent, for S3.
    let diagnosis = keyed(&request, "s3").error_body(MISMATCH).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::PathEncoding]);
    assert_eq!(lines(&diagnosis.findings()[0]), ("path", sent, strict));
}

#[test]
fn a_bare_plus_in_a_query_is_blamed_and_not_the_secret() {
    for (url, service) in [
        (
            "https://b.s3.amazonaws.com/?list-type=2&prefix=a+b%20c",
            "s3",
        ),
        (
            "https://h.example/?list-type=2&prefix=a+b%20c",
            "execute-api",
        ),
    ] {
        let request = signed(url, service);
        let explainer = keyed(&request, service).with_payload(PayloadHash::EMPTY);
        assert_eq!(explainer.check().cause(), None, "{service}");
        let (space, plus) = (
            "list-type=2&prefix=a%20b%20c",
            "list-type=2&prefix=a%2Bb%20c",
        );
        let diagnosis = explainer.error_body(MISMATCH).unwrap();
        assert_eq!(causes(&diagnosis), [Cause::PlusAndSpace], "{service}");
        assert_eq!(lines(&diagnosis.findings()[0]), ("query", space, plus));
        let diagnosis = explainer.error_body(DENIED).unwrap();
        assert_eq!(
            causes(&diagnosis),
            [Cause::AccessDenied, Cause::PlusAndSpace]
        );

        // The signer takes it for a plus.
        let canonical = server::canonical(service == "s3", &request).replace(space, plus);
        let request = resigned(request, &canonical);
        let explainer = keyed(&request, service).with_payload(PayloadHash::EMPTY);
        for diagnosis in [explainer.check(), explainer.error_body(MISMATCH).unwrap()] {
            assert_eq!(causes(&diagnosis), [Cause::PlusAndSpace], "{service}");
            assert_eq!(lines(&diagnosis.findings()[0]), ("query", plus, space));
        }
    }
}

#[test]
fn a_bare_plus_in_a_key_is_blamed_and_not_the_secret() {
    let request = signed("https://b.s3.amazonaws.com/a%2Bb", "s3");
    let mut request = resigned(request.clone(), &server::canonical(true, &request));
    *request.uri_mut() = "https://b.s3.amazonaws.com/a+b".parse().unwrap();
    let explainer = keyed(&request, "s3");
    assert_eq!(explainer.check().cause(), None);
    let diagnosis = explainer.error_body(MISMATCH).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::PlusAndSpace]);
    assert_eq!(
        lines(&diagnosis.findings()[0]),
        ("path", "/a%2Bb", "/a%20b")
    );
}

/// All servers read these equally, so the server has another secret, or received another request.
#[test]
fn a_plain_spelling_is_not_blamed() {
    for (url, service) in [
        (
            "https://b.s3.amazonaws.com/a%20b%2Bc/d~e?prefix=a%20b%2Bc",
            "s3",
        ),
        ("https://h.example/a@b=c/../d?a=b%20c", "execute-api"),
    ] {
        let request = signed(url, service);
        let explainer = keyed(&request, service).with_payload(PayloadHash::EMPTY);
        let diagnosis = explainer.error_body(MISMATCH).unwrap();
        assert_eq!(causes(&diagnosis), [Cause::SignedCorrectly], "{url}");
        let wrong = Explainer::new(&request, service).with_secret_key("another".into());
        let diagnosis = wrong.error_body(MISMATCH).unwrap();
        assert_eq!(causes(&diagnosis), [Cause::SignatureNotReproduced], "{url}");
    }
}

/// A wrong secret is blamed, also if the spelling is ambiguous.
#[test]
fn a_wrong_secret_is_not_excused_by_a_spelling() {
    let request = signed("https://b.s3.amazonaws.com/a@b?prefix=a+b", "s3");
    let wrong = Explainer::new(&request, "s3").with_secret_key("another".into());
    let diagnosis = wrong.error_body(MISMATCH).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::SignatureNotReproduced]);
}

/// The secret and the text that the server calculated show on which side the secret differs.
#[test]
fn the_secret_is_tried_on_what_the_server_calculated() {
    let request = signed("https://b.s3.amazonaws.com/key", "s3");
    let canonical = server::canonical(true, &request);
    let respond = |canonical: &str| {
        let string_to_sign = server::string_to_sign(&request, canonical);
        server::answer(server::Shape::S3, canonical, &string_to_sign)
    };
    let explain = |secret: &str, canonical: &str| {
        let explainer = Explainer::new(&request, "s3").with_secret_key(secret.into());
        causes(&explainer.response(&respond(canonical)).unwrap())
    };
    let other = canonical.replace("/key", "/other");
    assert_eq!(explain(SECRET, &canonical), [Cause::ServerSecretKeyDiffers]);
    assert_eq!(explain("another", &canonical), [Cause::WrongSecretKey]);
    // Uppercase hex, as some stores log it.
    let (start, hash) = canonical.rsplit_once('\n').unwrap();
    let upper = format!("{start}\n{}", hash.to_uppercase());
    assert_eq!(explain(SECRET, &upper), [Cause::ServerSecretKeyDiffers]);
    assert_eq!(explain("another", &upper), [Cause::WrongSecretKey]);
    assert_eq!(explain(SECRET, &other), [Cause::PathChanged]);
    let both = [Cause::PathChanged, Cause::SignatureNotReproduced];
    assert_eq!(explain("another", &other), both);
    // A server that reads the path in the same unusual way as the signer.
    let request = resigned(request.clone(), &other);
    let explainer = keyed(&request, "s3");
    let diagnosis = explainer.response(&respond(&other)).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::ServerSecretKeyDiffers]);
}

/// The request as it was sent, and as a proxy forwarded it.
#[test]
fn a_path_that_a_proxy_encoded_again_is_not_blamed_on_the_rules() {
    for (service, url, arrived) in [
        (
            "s3",
            "https://h.example/a%20b.txt",
            "https://h.example/a%2520b.txt",
        ),
        (
            "s3",
            "https://h.example/d=1/a%20b",
            "https://h.example/d%3D1/a%2520b",
        ),
        (
            "sqs",
            "https://h.example/a%20b",
            "https://h.example/a%2520b",
        ),
    ] {
        let sent = signed(url, service);
        let mut captured = sent.clone();
        *captured.uri_mut() = arrived.parse().unwrap();
        let canonical = server::canonical(service == "s3", &captured);
        let string_to_sign = server::string_to_sign(&captured, &canonical);
        let response = server::answer(server::Shape::S3, &canonical, &string_to_sign);
        let explainer = Explainer::new(&sent, service).with_payload(PayloadHash::EMPTY);
        for diagnosis in [
            explainer.captured(&captured),
            explainer.response(&response).unwrap(),
        ] {
            assert_eq!(causes(&diagnosis), [Cause::PathEncodedAgain], "{url}");
            assert!(!diagnosis.to_string().contains("Rules::"), "{diagnosis}");
        }
        // The same in the other direction.
        let (sent, mut captured) = (signed(arrived, service), signed(arrived, service));
        *captured.uri_mut() = url.parse().unwrap();
        let diagnosis = Explainer::new(&sent, service).captured(&captured);
        assert_eq!(diagnosis.cause(), Some(&Cause::PathDecoded), "{url}");
    }
}
