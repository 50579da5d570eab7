//! Bearer tokens: what is refused, and that nothing of them leaks.

use countersign::Error;
use countersign::bearer::{self, BearerToken, Form, Refusal};
use http::{HeaderMap, HeaderValue, Request};
use proptest::prelude::*;
use time::macros::datetime;

const NOW: time::OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const SECRET: &str = "eyJ2ZXIiOjF9.dG9rZW4-";

fn forms() -> [Form; 5] {
    let user = "aws".to_owned();
    [
        Form::Bearer,
        Form::Basic { user },
        Form::BasicEncoded,
        Form::Bare,
        Form::SsoHeader,
    ]
}

fn request() -> Request<()> {
    Request::get("https://example.com/")
        .header("authorization", "as it was")
        .body(())
        .unwrap()
}

#[test]
fn v18_bearer_tokens_that_no_header_may_carry_are_refused() {
    for (token, problem) in [
        ("", "is empty"),
        (
            "abc\r\nX-Injected: 1",
            "holds white space or a control character",
        ),
        ("abc\r", "holds white space or a control character"),
        ("abc\n", "holds white space or a control character"),
        ("abc def", "holds white space or a control character"),
        (" abc", "holds white space or a control character"),
        ("abc\0", "holds white space or a control character"),
        ("abc\t", "holds white space or a control character"),
        ("abc\x7f", "holds white space or a control character"),
        ("é", "holds a character that no bearer token has"),
        ("a\"b", "holds a character that no bearer token has"),
    ] {
        for form in forms() {
            let mut request = request();
            let token = BearerToken::new(token).sent_as(form);
            let error = bearer::authorize(&mut request, &token, "s", "r", NOW);
            assert_eq!(error, Err(Error::InvalidBearerToken(problem)));
            assert_eq!(request.headers()["authorization"], "as it was");
            assert_eq!(request.headers().len(), 1);
        }
    }
}

#[test]
fn v18_the_header_value_is_sensitive() {
    for (form, name, value) in forms()
        .into_iter()
        .zip([
            "authorization",
            "authorization",
            "authorization",
            "authorization",
            "x-amz-sso_bearer_token",
        ])
        .zip([
            "Bearer eyJ2ZXIiOjF9.dG9rZW4-",
            "Basic YXdzOmV5SjJaWElpT2pGOS5kRzlyWlc0LQ==",
            "Basic eyJ2ZXIiOjF9.dG9rZW4-",
            "eyJ2ZXIiOjF9.dG9rZW4-",
            "eyJ2ZXIiOjF9.dG9rZW4-",
        ])
        .map(|((form, name), value)| (form, name, value))
    {
        let mut request = Request::new(());
        let token = BearerToken::new(SECRET).sent_as(form);
        bearer::authorize(&mut request, &token, "s", "r", NOW).unwrap();
        assert_eq!(request.headers().len(), 1);
        assert_eq!(request.headers()[name], value);
        assert!(request.headers()[name].is_sensitive());
        assert!(!format!("{request:?}").contains("eyJ2"));
    }
}

#[test]
fn e77_the_error_names_the_fault_and_not_the_token() {
    let token = BearerToken::new(format!("{SECRET}\r\n"));
    let error = bearer::authorize(&mut request(), &token, "s", "r", NOW).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the bearer token holds white space or a control character"
    );
    assert!(!format!("{error:?}").contains("eyJ2"));
}

#[test]
fn nothing_prints_a_token() {
    let token = BearerToken::new(SECRET)
        .with_scope("codeartifact", "us-west-2")
        .with_expiration(NOW);
    let printed = format!("{token:?} {token:#?}");
    assert!(!printed.contains("eyJ2"), "{printed}");
    assert!(printed.contains("[elided]") && printed.contains("us-west-2"));
    for (service, region) in [
        ("codeartifact", "us-west-2"),
        ("codeartifact", "us-west-1"),
        ("ecr", "us-west-2"),
    ] {
        let error = token.check(service, region, NOW).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("eyJ2"));
    }
}

#[test]
fn a_user_of_http_basic_has_no_colon() {
    for user in ["a:b", "a\nb", "\0"] {
        let mut request = request();
        let user = user.to_owned();
        let token = BearerToken::new(SECRET).sent_as(Form::Basic { user });
        let error = bearer::authorize(&mut request, &token, "s", "r", NOW);
        assert!(
            matches!(error, Err(Error::InvalidParameter { parameter, .. }) if parameter == "user")
        );
        assert_eq!(request.headers()["authorization"], "as it was");
    }
}

#[test]
fn a_full_header_map_is_left_alone() {
    let mut full = HeaderMap::new();
    let mut n = 0;
    while full
        .try_insert(
            http::HeaderName::try_from(format!("x-{n}")).unwrap(),
            HeaderValue::from_static(""),
        )
        .is_ok()
    {
        n += 1;
    }
    let mut request = Request::new(());
    *request.headers_mut() = full;
    let before = request.headers().clone();
    let error = bearer::authorize(&mut request, &BearerToken::new(SECRET), "s", "r", NOW);
    assert_eq!(error, Err(Error::TooManyHeaders));
    assert_eq!(*request.headers(), before);
}

#[test]
fn incoming_tokens() {
    let read = |values: &[&str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                "authorization",
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        BearerToken::from_headers(&headers).map(|token| token.expose().to_owned())
    };
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        assert_eq!(read(&[&format!("{scheme} abc=")]).as_deref(), Ok("abc="));
    }
    assert_eq!(read(&["Bearer   abc"]).as_deref(), Ok("abc"));
    for none in [
        &[][..],
        &["Basic abc"],
        &["Bearerabc"],
        &["AWS4-HMAC-SHA256 Credential=a"],
        &[""],
    ] {
        assert_eq!(read(none), Err(Refusal::MissingToken), "{none:?}");
    }
    for bad in [
        &["Bearer"][..],
        &["Bearer "],
        &["Bearer a b"],
        &["Bearer a,b"],
        &["Bearer \tabc"],
        &["Bearer =="],
        &["Bearer é"],
        &["Bearer abc", "Bearer abc"],
        &["Basic abc", "Bearer abc"],
    ] {
        assert_eq!(read(bad), Err(Refusal::InvalidRequest), "{bad:?}");
    }
}

/// RFC 6750, section 3.1.
#[test]
fn what_a_server_answers() {
    for (refusal, status, code) in [
        (Refusal::MissingToken, 401, None),
        (Refusal::InvalidRequest, 400, Some("invalid_request")),
        (Refusal::InvalidToken, 401, Some("invalid_token")),
        (Refusal::InsufficientScope, 403, Some("insufficient_scope")),
    ] {
        assert_eq!(refusal.status(), status);
        assert_eq!(refusal.code(), code);
        let parameter = code.map_or(String::new(), |code| format!(", error=\"{code}\""));
        let challenge = format!("Bearer realm=\"r\"{parameter}");
        assert_eq!(refusal.challenge("r").unwrap(), challenge);
    }
}

#[test]
fn what_a_token_says() {
    for form in forms() {
        assert_eq!(BearerToken::new("t").sent_as(form.clone()).form(), &form);
    }
    // The name that the AWS SDKs look for.
    let variable = bearer::environment_variable("bedrock");
    assert_eq!(variable, "AWS_BEARER_TOKEN_BEDROCK");
    let variable = bearer::environment_variable("some service-name");
    assert_eq!(variable, "AWS_BEARER_TOKEN_SOME_SERVICE_NAME");
}

proptest! {
    #[test]
    fn what_is_attached_comes_back(token in "[A-Za-z0-9._~+/-]{1,40}={0,3}") {
        let mut request = Request::new(());
        let sent = BearerToken::new(token.as_str());
        bearer::authorize(&mut request, &sent, "s", "r", NOW).unwrap();
        let received = BearerToken::from_headers(request.headers()).unwrap();
        prop_assert!(received.matches(&sent));
        let longer = BearerToken::new(format!("{token}="));
        prop_assert!(!received.matches(&longer));
    }

    #[test]
    fn whatever_comes_in_is_answered(value: Vec<u8>) {
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", value);
            let _ = BearerToken::from_headers(&headers);
        }
    }

    #[test]
    fn whatever_is_attached_is_one_header(token: String, user: String) {
        let mut request = Request::new(());
        let token = BearerToken::new(token).sent_as(Form::Basic { user });
        let done = bearer::authorize(&mut request, &token, "s", "r", NOW);
        prop_assert_eq!(request.headers().len(), usize::from(done.is_ok()));
    }
}

/// RFC 6750, section 3.1; and a request without credentials is told to bring some (section 3).
#[test]
fn refusals_have_the_status_of_the_rfc() {
    for (refusal, status, code) in [
        (Refusal::MissingToken, 401, None),
        (Refusal::InvalidRequest, 400, Some("invalid_request")),
        (Refusal::InvalidToken, 401, Some("invalid_token")),
        (Refusal::InsufficientScope, 403, Some("insufficient_scope")),
    ] {
        assert_eq!((refusal.status().as_u16(), refusal.code()), (status, code));
    }
}

#[test]
fn environment_variables_of_services() {
    for (service, name) in [
        ("bedrock", "AWS_BEARER_TOKEN_BEDROCK"),
        ("bedrock-agentcore", "AWS_BEARER_TOKEN_BEDROCK_AGENTCORE"),
        ("Some Service", "AWS_BEARER_TOKEN_SOME_SERVICE"),
    ] {
        assert_eq!(bearer::environment_variable(service), name);
    }
}

/// RFC 9110, 5.6.4: what a quoted string may hold, as far as it is visible ASCII and spaces.
#[test]
fn bytes_of_a_realm() {
    for byte in 0..=0x7f_u8 {
        let realm = format!("a{}b", char::from(byte));
        let challenge = Refusal::MissingToken.challenge(&realm);
        if matches!(byte, 0..0x20 | 0x7f) {
            assert!(
                matches!(challenge, Err(Error::InvalidParameter { parameter, .. }) if parameter == "realm")
            );
        } else {
            let escape = if matches!(byte, b'"' | b'\\') {
                "\\"
            } else {
                ""
            };
            let expected = format!("Bearer realm=\"a{escape}{}b\"", char::from(byte));
            assert_eq!(challenge.unwrap(), expected);
        }
    }
    assert!(Refusal::MissingToken.challenge("é").is_err());
    // The first and the last that a quoted text holds, and their neighbours.
    for (realm, sound) in [(" ", true), ("~", true), ("\x1f", false), ("\x7f", false)] {
        let challenge = Refusal::MissingToken.challenge(realm);
        assert_eq!(challenge.is_ok(), sound, "{realm:?}");
    }
}

#[test]
fn codes_of_refusals_are_sent() {
    for (refusal, code) in [
        (Refusal::InvalidRequest, "invalid_request"),
        (Refusal::InvalidToken, "invalid_token"),
        (Refusal::InsufficientScope, "insufficient_scope"),
    ] {
        let expected = format!("Bearer realm=\"r\", error=\"{code}\"");
        assert_eq!(refusal.challenge("r").unwrap(), expected);
    }
}
