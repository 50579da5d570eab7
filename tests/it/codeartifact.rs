//! Responses of CodeArtifact that are malformed or too large, and the names of domains and
//! repositories.

use countersign::aws_call::ServiceError as Error;
use countersign::bearer::BearerToken;
use countersign::codeartifact::{GetAuthorizationToken, Repository};
use http::Response;
use proptest::prelude::*;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
const LARGEST: usize = 64 * 1024;

fn parse(status: u16, body: impl AsRef<[u8]>) -> Result<BearerToken, Error> {
    let response = Response::builder().status(status).body(body).unwrap();
    GetAuthorizationToken::new("domain", "us-east-1").parse(&response)
}

#[test]
fn each_malformed_response_has_its_problem() {
    for (body, problem) in [
        ("", "is not a JSON object"),
        ("{", "is not a JSON object"),
        ("<a/>", "is not a JSON object"),
        ("\u{feff}{}", "is not a JSON object"),
        ("{} {}", "is not a JSON object"),
        ("{}", "has no member `authorizationToken`"),
        ("[]", "is not a JSON object"),
        ("null", "is not a JSON object"),
        (
            r#"{"authorizationToken":1,"expiration":1}"#,
            "has a member `authorizationToken` that is not a string",
        ),
        (
            r#"{"authorizationToken":"","expiration":1}"#,
            "has an empty member `authorizationToken`",
        ),
        (
            r#"{"authorizationToken":"SECRET"}"#,
            "has no member `expiration`",
        ),
        (
            r#"{"authorizationToken":"SECRET","expiration":"1"}"#,
            "has a member `expiration` that is not a time in seconds",
        ),
        (
            r#"{"authorizationToken":"SECRET","expiration":null}"#,
            "has no member `expiration`",
        ),
        (
            r#"{"authorizationToken":"SECRET","expiration":1e300}"#,
            "has a member `expiration` that is not a time in seconds",
        ),
        (
            r#"{"authorizationToken":"SECRET","expiration":-1e300}"#,
            "has a member `expiration` that is not a time in seconds",
        ),
        (
            r#"{"authorizationToken":"SECRET","expiration":253402300800}"#,
            "has a member `expiration` that is not a time in seconds",
        ),
        (
            r#"{"authorizationToken":"SECRET","expiration":1e999}"#,
            "is not a JSON object",
        ),
    ] {
        let error = parse(200, body).unwrap_err();
        assert_eq!(error.message(), problem, "{body}");
        assert!(!format!("{error} {error:?}").contains("SECRET"));
    }
    assert_eq!(
        parse(200, b"\xff").unwrap_err().message(),
        "is not a JSON object"
    );
    assert_eq!(
        parse(502, "<html>").unwrap_err().message(),
        "contains no error code"
    );
    assert!(parse(502, "<html>").unwrap_err().is_retryable());
}

#[test]
fn a_response_truncated_at_any_byte_is_malformed() {
    let whole = r#"{"authorizationToken":"TOKEN","expiration":1720839990.5}"#;
    assert!(parse(200, whole).is_ok());
    for end in 0..whole.len() {
        assert!(parse(200, &whole[..end]).is_err());
    }
}

#[test]
fn a_deep_or_large_document_is_refused() {
    for body in [
        "[".repeat(LARGEST),
        "{\"a\":".repeat(10_000),
        "[1,".repeat(20_000),
    ] {
        assert_eq!(
            parse(200, &body).unwrap_err().message(),
            "is not a JSON object"
        );
    }
    let large = format!(
        "{{\"authorizationToken\":\"{}\",\"expiration\":1}}",
        "a".repeat(10 << 20)
    );
    assert_eq!(
        parse(200, &large).unwrap_err().message(),
        "is larger than 64 KiB"
    );
    // The limit is exact to the byte.
    let whole = r#"{"authorizationToken":"TOKEN","expiration":1720839990.5}"#;
    for (length, sound) in [(65_536, true), (65_537, false)] {
        let padded = whole.to_owned() + &" ".repeat(length - whole.len());
        assert_eq!(parse(200, padded).is_ok(), sound, "{length}");
    }
}

#[test]
fn the_error_contains_the_request_id() {
    let response = Response::builder()
        .status(400)
        .header("x-amzn-requestid", "id")
        .body(r#"{"__type":"ThrottlingException","message":"slow"}"#);
    let ask = GetAuthorizationToken::new("domain", "us-east-1");
    let error = ask.parse(&response.unwrap()).unwrap_err();
    assert_eq!(error.request_id(), Some("id"));
}

#[test]
fn an_error_code_is_read_in_every_form() {
    for body in [
        r#"{"__type":"com.amazon.coral.service#ThrottlingException","message":"slow"}"#,
        r#"{"__type":"ThrottlingException","Message":"slow"}"#,
        r#"{"code":"ThrottlingException:http://x/","message":"slow"}"#,
    ] {
        let error = parse(400, body).unwrap_err();
        assert_eq!(error.code(), Some("ThrottlingException"));
        assert_eq!(error.message(), "slow");
        assert!(error.is_retryable());
    }
}

proptest! {
    #[test]
    fn no_response_makes_the_parser_panic(status in 200u16..600, body: Vec<u8>) {
        prop_assert!(parse(status, body).is_err());
    }

    #[test]
    fn no_number_makes_the_parser_panic(expiration: f64) {
        let body = format!("{{\"authorizationToken\":\"t\",\"expiration\":{expiration:e}}}");
        let _ = parse(200, body);
    }
}

/// CodeArtifact API Reference: the patterns of `domain` and `repository`.
#[test]
fn domains_and_repositories_have_the_alphabets_of_codeartifact() {
    let made = |domain: &str, name: &str| {
        Repository::new(domain, "111122223333", "us-west-2", name).is_ok()
    };
    assert!(!made("d", "repo"));
    for byte in 0..=0x7f {
        let name = format!("a{}b", char::from(byte));
        let lower = byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert_eq!(made(&name, "repo"), lower, "domain {byte:#x}");
        let sound = byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        assert_eq!(made("my-domain", &name), sound, "repository {byte:#x}");
    }
}

/// CodeArtifact User Guide, "Using CodeArtifact with pip": the token is the password of the URL.
#[test]
fn the_token_is_percent_encoded_in_the_index_url_of_pip() {
    let repository = Repository::new("my-domain", "111122223333", "us-west-2", "repo").unwrap();
    let token = BearerToken::new("T/1").with_scope("codeartifact", "us-west-2");
    let url = repository.pip_index_url(&token, NOW).unwrap();
    assert_eq!(
        url.expose(),
        "https://aws:T%2F1@my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com\
         /pypi/repo/simple/"
    );
}
