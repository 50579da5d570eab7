//! Bearer tokens: which are refused, where they may be sent, and that they are never printed.

use countersign::bearer::{self, BearerToken, HostProblem, Refusal, Scheme};
use countersign::{CredentialProblem, Error};
use http::{HeaderMap, HeaderValue, Request};
use proptest::prelude::*;
use time::macros::datetime;

const NOW: time::OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const SECRET: &str = "eyJ2ZXIiOjF9.dG9rZW4-";
const HOST: &str = "example.com";

fn forms() -> [Scheme; 5] {
    let user = "aws".to_owned();
    [
        Scheme::Bearer,
        Scheme::Basic { user },
        Scheme::BasicEncoded,
        Scheme::Bare,
        Scheme::SsoHeader,
    ]
}

fn request() -> Request<()> {
    Request::get("https://example.com/")
        .header("authorization", "as it was")
        .body(())
        .unwrap()
}

/// A token for [`HOST`].
fn token() -> BearerToken {
    BearerToken::new(SECRET).with_host(HOST)
}

fn to(uri: &str) -> Request<()> {
    Request::get(uri).body(()).unwrap()
}

/// Attaches the token to a request for a URI. After an error the request must be unchanged.
fn attach(token: &BearerToken, uri: &str) -> Result<(), Error> {
    attach_to(token, to(uri))
}

fn attach_to(token: &BearerToken, mut request: Request<()>) -> Result<(), Error> {
    let before = request.headers().clone();
    let attached = bearer::authorize(&mut request, token, "s", "r", NOW);
    assert_eq!(
        request.headers().contains_key("authorization"),
        attached.is_ok()
    );
    if attached.is_err() {
        assert_eq!(*request.headers(), before);
    }
    attached
}

#[test]
fn bearer_tokens_that_no_header_may_carry_are_refused() {
    for (token, problem) in [
        ("", CredentialProblem::Empty),
        ("abc\r\nX-Injected: 1", CredentialProblem::Whitespace),
        ("abc\r", CredentialProblem::Whitespace),
        ("abc\n", CredentialProblem::Whitespace),
        ("abc def", CredentialProblem::Whitespace),
        (" abc", CredentialProblem::Whitespace),
        ("abc\0", CredentialProblem::Whitespace),
        ("abc\t", CredentialProblem::Whitespace),
        ("abc\x7f", CredentialProblem::Whitespace),
        ("é", CredentialProblem::NotBearerSyntax),
        ("a\"b", CredentialProblem::NotBearerSyntax),
    ] {
        for form in forms() {
            let mut request = request();
            let token = BearerToken::new(token).with_host(HOST).sent_as(form);
            let error = bearer::authorize(&mut request, &token, "s", "r", NOW);
            assert_eq!(error, Err(Error::InvalidBearerToken(problem)));
            assert_eq!(request.headers()["authorization"], "as it was");
            assert_eq!(request.headers().len(), 1);
        }
    }
}

#[test]
fn the_header_value_is_sensitive() {
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
        let mut request = to("https://example.com/");
        let token = token().sent_as(form);
        bearer::authorize(&mut request, &token, "s", "r", NOW).unwrap();
        assert_eq!(request.headers().len(), 1);
        assert_eq!(request.headers()[name], value);
        assert!(request.headers()[name].is_sensitive());
        assert!(!format!("{request:?}").contains("eyJ2"));
    }
}

#[test]
fn the_error_names_the_fault_but_not_the_token() {
    let token = BearerToken::new(format!("{SECRET}\r\n"));
    let error = bearer::authorize(&mut request(), &token, "s", "r", NOW).unwrap_err();
    assert_eq!(
        error.to_string(),
        "bearer token contains white space or a control character"
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
        let token = token().sent_as(Scheme::Basic { user });
        let error = bearer::authorize(&mut request, &token, "s", "r", NOW);
        assert!(
            matches!(error, Err(Error::InvalidParameter { parameter, .. }) if parameter == "user")
        );
        assert_eq!(request.headers()["authorization"], "as it was");
    }
}

#[test]
fn an_error_leaves_a_full_header_map_unchanged() {
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
    let mut request = to("https://example.com/");
    *request.headers_mut() = full;
    let before = request.headers().clone();
    let error = bearer::authorize(&mut request, &token(), "s", "r", NOW);
    assert_eq!(error, Err(Error::TooManyHeaders));
    assert_eq!(*request.headers(), before);
}

#[test]
fn only_a_single_well_formed_token_is_read() {
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

/// RFC 6750, section 3.1. By section 3, a response to a request without a token has no code.
#[test]
fn each_refusal_has_its_status_code_and_challenge() {
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
fn a_token_returns_the_form_in_which_it_is_sent() {
    for form in forms() {
        assert_eq!(BearerToken::new("t").sent_as(form.clone()).form(), &form);
    }
}

proptest! {
    #[test]
    fn an_attached_token_is_read_back(token in "[A-Za-z0-9._~+/-]{1,40}={0,3}") {
        let mut request = to("https://example.com/");
        let sent = BearerToken::new(token.as_str()).with_host(HOST);
        bearer::authorize(&mut request, &sent, "s", "r", NOW).unwrap();
        let received = BearerToken::from_headers(request.headers()).unwrap();
        prop_assert!(received.matches(&sent));
        let longer = BearerToken::new(format!("{token}="));
        prop_assert!(!received.matches(&longer));
    }

    #[test]
    fn no_header_makes_the_reader_panic(value: Vec<u8>) {
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", value);
            let _ = BearerToken::from_headers(&headers);
        }
    }

    #[test]
    fn an_attached_token_is_one_header(token: String, user: String) {
        let mut request = to("https://example.com/");
        let token = BearerToken::new(token).with_host(HOST).sent_as(Scheme::Basic { user });
        let done = bearer::authorize(&mut request, &token, "s", "r", NOW);
        prop_assert_eq!(request.headers().len(), usize::from(done.is_ok()));
    }
}

proptest! {
    #[test]
    fn a_token_is_sent_to_its_own_host_only(
        host in prop_oneof![
            any::<String>(),
            "[a-zA-Z.@:\\[\\]0-9/\\\\%-]{0,24}",
            "[a-z@.:]{0,6}[eE]xample[.]com[a-z@.:/0-9]{0,6}",
        ],
    ) {
        let home = |host: &str| matches!(
            host.to_ascii_lowercase().as_str(),
            "example.com" | "example.com:443"
        );
        let attached = token().header_value_for(&host, NOW);
        prop_assert_eq!(attached.is_ok(), home(&host), "{}", host);
        if let Ok(request) = Request::get(format!("https://{host}")).body(()) {
            let authority = request.uri().authority().map(ToString::to_string);
            let attached = attach_to(&token(), request);
            prop_assert_eq!(attached.is_ok(), authority.as_deref().is_some_and(home));
        }
    }
}

#[test]
fn each_service_has_its_environment_variable() {
    for (service, name) in [
        ("bedrock", "AWS_BEARER_TOKEN_BEDROCK"),
        ("bedrock-agentcore", "AWS_BEARER_TOKEN_BEDROCK_AGENTCORE"),
        ("Some Service", "AWS_BEARER_TOKEN_SOME_SERVICE"),
        ("some service-name", "AWS_BEARER_TOKEN_SOME_SERVICE_NAME"),
    ] {
        assert_eq!(bearer::environment_variable(service), name);
    }
}

/// RFC 9110, section 5.6.4: the characters of a quoted string, limited to printable ASCII.
#[test]
fn a_realm_contains_no_control_character() {
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
    let empty = Refusal::MissingToken.challenge("").unwrap();
    assert_eq!(empty, "Bearer realm=\"\"");
}

#[test]
fn a_url_in_place_of_a_host_is_named_as_such() {
    let token = BearerToken::new(SECRET).with_host("https://registry.example.com");
    let error = attach(&token, "https://registry.example.com/").unwrap_err();
    let expected = "parameter `host` must be ASCII letters, digits, `-`, `_` and `.`, or an IPv6 \
                    address in brackets";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_token_stays_at_the_hosts_that_it_names() {
    let token = BearerToken::new(SECRET)
        .with_host("Registry.example.com")
        .with_host("other.example:8443")
        .with_host("10.0.0.7")
        .with_host("[2001:db8::7]:8443")
        .with_host("xn--bcher-kva.example");
    for uri in [
        "https://registry.example.com/",
        "https://REGISTRY.EXAMPLE.COM/a?b",
        "HTTPS://registry.example.com/",
        "https://registry.example.com:443/",
        "https://other.example:8443/",
        "https://10.0.0.7/",
        "https://[2001:db8::7]:8443/",
        "https://[2001:DB8:0:0:0:0:0:7]:8443/",
        "https://xn--bcher-kva.example/",
    ] {
        assert_eq!(attach(&token, uri), Ok(()), "{uri}");
    }
    for uri in [
        "https://evil.example/",
        // Text before, after and around the name.
        "https://registry.example.com.evil.example/",
        "https://evil-registry.example.com/",
        "https://a.registry.example.com/",
        "https://example.com/",
        "https://registry.example.co/",
        "https://registryxexample.com/",
        "https://evil.example/registry.example.com",
        "https://evil.example/?registry.example.com",
        "https://evil.example/@registry.example.com",
        // Another port can be another program.
        "https://registry.example.com:8443/",
        "https://registry.example.com:80/",
        "https://other.example/",
        "https://other.example:443/",
        "https://other.example:84430/",
        // Other notations of the address, and other addresses.
        "https://10.0.0.70/",
        "https://10.7/",
        "https://0xa.0.0.7/",
        "https://012.0.0.7/",
        "https://[2001:db8::7]/",
        "https://[2001:db8::8]:8443/",
        "https://[::ffff:10.0.0.7]/",
        // Another name of the same letters.
        "https://xn--bcher-kvb.example/",
        "https://bucher.example/",
    ] {
        let refused = attach(&token, uri).unwrap_err();
        assert!(
            matches!(
                refused,
                Error::BearerTokenForAnotherHost { .. } | Error::BearerTokenHost(_)
            ),
            "{uri}: {refused}"
        );
    }
    assert_eq!(
        attach(
            &token_of(&["a.example", "b.example"]),
            "https://evil.example:8443/"
        )
        .unwrap_err()
        .to_string(),
        "bearer token is for a.example, b.example, got host `evil.example:8443`"
    );
}

fn token_of(hosts: &[&str]) -> BearerToken {
    let token = BearerToken::new(SECRET);
    hosts
        .iter()
        .fold(token, |token, host| token.with_host(*host))
}

#[test]
fn a_uri_that_is_ambiguous_about_its_host_is_refused_for_every_token() {
    for token in [
        token().with_host("evil.example"),
        BearerToken::new(SECRET).allow_any_host().allow_http(),
    ] {
        for uri in [
            "https://example.com@evil.example/",
            "https://evil.example@example.com/",
            "https://user:secret@example.com/",
            "https://@example.com/",
            "https://example.com./",
            "https://example.com:/",
            "https://example.com:0443/",
            "https://example.com:0/",
            "https://[v1.x]/",
            "https://exa%6dple.com/",
            "https://example.com%2eevil.example/",
            "https://example.com\\@evil.example/",
            "https://b\u{fc}cher.example/",
            "https://ex\u{430}mple.com/",
        ] {
            // `http` refuses this URI, so it cannot be in a request.
            let Ok(request) = Request::get(uri).body(()) else {
                continue;
            };
            let refused = attach_to(&token, request).unwrap_err();
            assert!(
                matches!(refused, Error::BearerTokenHost(_)),
                "{uri}: {refused}"
            );
            assert!(!refused.to_string().contains("secret"));
        }
    }
    let refused = attach(&token(), "https://example.com@evil.example/").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "request host contains user information"
    );
}

#[test]
fn a_host_header_that_differs_from_the_uri_is_refused() {
    let attach = |hosts: &[&str], uri: &str| {
        let mut request = to(uri);
        for host in hosts {
            let value = HeaderValue::from_bytes(host.as_bytes()).unwrap();
            request.headers_mut().append("host", value);
        }
        attach_to(
            &token()
                .with_host("example.com:8443")
                .with_host("evil.example"),
            request,
        )
    };
    for (host, uri) in [
        ("example.com", "https://example.com/"),
        ("EXAMPLE.com", "https://example.com/"),
        ("example.com:443", "https://example.com/"),
        ("example.com", "https://example.com:443/"),
        ("example.com:8443", "https://example.com:8443/"),
    ] {
        assert_eq!(attach(&[host], uri), Ok(()), "{host} {uri}");
    }
    for hosts in [
        &["evil.example"][..],
        &["example.com:8443"],
        &["example.com:80"],
        &["example.com."],
        &["user@example.com"],
        &["example.com, evil.example"],
        &["example.com/"],
        &[""],
        &["\u{e9}"],
        &["example.com", "example.com"],
        &["example.com", "evil.example"],
        &["evil.example", "example.com"],
    ] {
        let refused = attach(hosts, "https://example.com/");
        let problem = HostProblem::HeaderDiffers;
        assert_eq!(refused, Err(Error::BearerTokenHost(problem)), "{hosts:?}");
    }
}

#[test]
fn a_token_that_names_no_host_goes_nowhere_until_any_host_is_allowed() {
    let scoped = BearerToken::new(SECRET).with_scope("s", "r");
    for token in [BearerToken::new(SECRET), scoped] {
        for uri in [
            "https://example.com/",
            "https://evil.example/",
            "http://localhost/",
        ] {
            assert_eq!(
                attach(&token, uri),
                Err(Error::BearerTokenWithoutHost),
                "{uri}"
            );
            assert_eq!(
                attach(&token.clone().allow_any_host(), uri),
                Ok(()),
                "{uri}"
            );
        }
        assert_eq!(
            token.header_value_for("example.com", NOW),
            Err(Error::BearerTokenWithoutHost)
        );
    }
    // Any host does not mean any scheme, and not another service.
    let any = BearerToken::new(SECRET)
        .with_scope("s", "r")
        .allow_any_host();
    assert!(matches!(
        attach(&any, "http://example.com/"),
        Err(Error::BearerTokenNeedsHttps { .. })
    ));
    let refused = bearer::authorize(&mut request(), &any, "other", "r", NOW);
    assert!(matches!(
        refused,
        Err(Error::BearerTokenForAnotherService { .. })
    ));
    // A server that received a token cannot forward it.
    let mut received = HeaderMap::new();
    received.insert("authorization", HeaderValue::from_static("Bearer abc"));
    let received = BearerToken::from_headers(&received).unwrap();
    assert_eq!(
        attach(&received, "https://example.com/"),
        Err(Error::BearerTokenWithoutHost)
    );
}

#[test]
fn only_loopback_is_reached_without_tls_unless_http_is_allowed() {
    let hosts = [
        "localhost",
        "localhost:4566",
        "db.localhost",
        "127.0.0.1:4566",
        "127.8.9.10",
        "[::1]:4566",
    ];
    let loopback = token_of(&hosts);
    for host in hosts {
        assert_eq!(
            attach(&loopback, &format!("http://{host}/")),
            Ok(()),
            "{host}"
        );
        assert_eq!(
            attach(&loopback, &format!("https://{host}/")),
            Ok(()),
            "{host}"
        );
    }
    let hosts = [
        "example.com",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "127.1",
        "0177.0.0.1",
        "2130706433",
        "10.0.0.1",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "[fe80::1]",
    ];
    let token = token_of(&hosts);
    for host in hosts {
        let uri = format!("http://{host}/");
        assert_eq!(
            attach(&token, &uri).unwrap_err().to_string(),
            "bearer token must be sent over `https`, or over `http` after `allow_http`, got `http`",
            "{host}"
        );
        assert_eq!(attach(&token.clone().allow_http(), &uri), Ok(()), "{host}");
        assert_eq!(
            attach(&token, &format!("https://{host}/")),
            Ok(()),
            "{host}"
        );
    }
    // Only these two schemes, and allowing `http` allows no other host.
    for scheme in ["ws", "wss", "ftp", "httpss", "sparse+https"] {
        let uri = format!("{scheme}://example.com/");
        let refused = attach(&token.clone().allow_http(), &uri).unwrap_err();
        let schemes = "must be sent over `https`, or over `http` after `allow_http`";
        assert_eq!(
            refused.to_string(),
            format!("bearer token {schemes}, got `{scheme}`")
        );
    }
    for uri in [
        "http://evil.example/",
        "http://example.com:443/",
        "http://127.0.0.1/",
    ] {
        let refused = attach(&token.clone().allow_http(), uri);
        assert!(
            matches!(refused, Err(Error::BearerTokenForAnotherHost { .. })),
            "{uri}"
        );
    }
}

#[test]
fn the_error_for_a_uri_without_scheme_or_host_names_header_value_for() {
    for token in [
        token(),
        BearerToken::new(SECRET).allow_any_host().allow_http(),
    ] {
        for uri in ["/relative", "/", "*", "example.com", "example.com:443"] {
            let refused = attach(&token, uri).unwrap_err();
            assert_eq!(refused, Error::BearerTokenNeedsUri, "{uri}");
            assert_eq!(
                refused.to_string(),
                "request URI has no scheme and host to compare with the bearer token: use \
                 `BearerToken::header_value_for`"
            );
        }
        // The `host` header does not replace a missing host in the URI.
        let mut request = to("/relative");
        request
            .headers_mut()
            .insert("host", HeaderValue::from_static("example.com"));
        assert_eq!(attach_to(&token, request), Err(Error::BearerTokenNeedsUri));
    }
}

#[test]
fn a_header_value_is_made_for_a_host_that_the_token_names() {
    let token = token()
        .with_host("example.com:8443")
        .with_expiration(datetime!(2026-01-01 13:00 UTC));
    for host in [
        "example.com",
        "EXAMPLE.COM",
        "example.com:443",
        "example.com:8443",
    ] {
        let value = token.header_value_for(host, NOW).unwrap();
        assert_eq!(value, "Bearer eyJ2ZXIiOjF9.dG9rZW4-", "{host}");
        assert!(value.is_sensitive());
    }
    for host in [
        "evil.example",
        "example.com:80",
        "example.com.",
        "a.example.com",
        "https://example.com",
        "example.com/",
        "evil.example@example.com",
        "",
    ] {
        let refused = token.header_value_for(host, NOW).unwrap_err();
        assert!(
            matches!(
                refused,
                Error::BearerTokenForAnotherHost { .. } | Error::BearerTokenHost(_)
            ),
            "{host}: {refused}"
        );
    }
    let late = datetime!(2026-01-01 13:00 UTC);
    assert!(matches!(
        token.header_value_for("example.com", late),
        Err(Error::BearerTokenExpired { .. })
    ));
    let broken = BearerToken::new("a\n").with_host("example.com");
    assert!(matches!(
        broken.header_value_for("example.com", NOW),
        Err(Error::InvalidBearerToken(_))
    ));
    assert_eq!(Scheme::SsoHeader.header_name(), "x-amz-sso_bearer_token");
}

#[test]
fn the_error_for_a_malformed_host_is_returned_when_the_token_is_used() {
    for host in [
        "https://example.com",
        "example.com/",
        "*.example.com",
        "",
        "example.com.",
    ] {
        let refused = attach(&token_of(&[host]), "https://example.com/");
        assert!(
            matches!(refused, Err(Error::InvalidParameter { ref parameter, .. }) if parameter == "host"),
            "{host}: {refused:?}"
        );
    }
}

#[cfg(feature = "codeartifact")]
mod codeartifact {
    use countersign::codeartifact::{GetAuthorizationToken, Repository};

    use super::*;

    const HOME: &str = "my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com";

    fn fetched(owner: Option<&str>, region: &str) -> BearerToken {
        let mut ask = GetAuthorizationToken::new("my-domain", region);
        ask.domain_owner = owner;
        let body = format!(r#"{{"authorizationToken":"{SECRET}","expiration":4e9}}"#);
        ask.parse(&http::Response::new(body)).unwrap()
    }

    fn attach(token: &BearerToken, region: &str, uri: &str) -> Result<(), Error> {
        bearer::authorize(&mut to(uri), token, "codeartifact", region, NOW)
    }

    #[test]
    fn a_codeartifact_token_goes_to_the_repositories_of_its_domain_only() {
        let token = fetched(Some("111122223333"), "us-west-2");
        let go = |uri: &str| attach(&token, "us-west-2", uri);
        let vpc = "vpce-0743fe535b883ffff-76ddffff.d.codeartifact.us-west-2.vpce.amazonaws.com";
        for host in [
            HOME,
            "my-domain-111122223333.codeartifact.us-west-2.on.aws",
            vpc,
        ] {
            assert_eq!(go(&format!("https://{host}/npm/r/p")), Ok(()), "{host}");
            let plain = go(&format!("http://{host}/npm/r/p"));
            assert!(matches!(plain, Err(Error::BearerTokenNeedsHttps { .. })));
        }
        assert_eq!(go(&format!("https://{}/", HOME.to_uppercase())), Ok(()));
        for host in [
            "evil.example",
            // The API of CodeArtifact takes signatures, not tokens.
            "codeartifact.us-west-2.amazonaws.com",
            "codeartifact.us-west-2.api.aws",
            "vpce-1.api.codeartifact.us-west-2.vpce.amazonaws.com",
            // Another domain, owner, region, service, partition.
            "my-domains-111122223333.d.codeartifact.us-west-2.amazonaws.com",
            "my-domain-111122223334.d.codeartifact.us-west-2.amazonaws.com",
            "my-domain-111122223333.d.codeartifact.us-west-1.amazonaws.com",
            "my-domain-111122223333.codeartifact.us-east-1.on.aws",
            "my-domain-111122223333.d.codeartifacts.us-west-2.amazonaws.com",
            "my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com.cn",
            "my-domain-111122223333.d.codeartifact.us-west-2.on.aws",
            "my-domain-111122223333.lambda-url.us-west-2.on.aws",
            // Names that a customer of AWS can choose: buckets, load balancers, endpoint services.
            "my-domain-111122223333.d.codeartifact.us-west-2.s3.amazonaws.com",
            "my-domain-111122223333.s3.us-west-2.amazonaws.com",
            "vpce-1.vpce-svc-1.us-west-2.vpce.amazonaws.com",
            "vpce-1.evil.d.codeartifact.us-west-2.vpce.amazonaws.com",
            "d.codeartifact.us-west-2.vpce.amazonaws.com",
            // Text around the name.
            "my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com.example.com",
            "a.my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com",
            "codeartifact.example.com",
            "my-domain-111122223333.codeartifact.us-west-2.on.aws.example.com",
            "my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com:8443",
            "localhost",
        ] {
            let refused = go(&format!("https://{host}/"));
            assert!(
                matches!(refused, Err(Error::BearerTokenForAnotherHost { .. })),
                "{host}: {refused:?}"
            );
        }
        // A host that the caller adds.
        let more = token.clone().with_host("127.0.0.1:4566");
        let uri = "http://127.0.0.1:4566/npm/r/p";
        assert_eq!(attach(&more, "us-west-2", uri), Ok(()));
    }

    #[test]
    fn a_token_without_an_owner_goes_to_the_domain_of_any_account() {
        let token = fetched(None, "us-west-2");
        for (owner, good) in [
            ("111122223333", true),
            ("999999999999", true),
            ("11112222333", false),
            ("1111222233334", false),
            ("11112222333a", false),
            ("############", false),
        ] {
            let uri = format!("https://my-domain-{owner}.d.codeartifact.us-west-2.amazonaws.com/");
            let Ok(request) = Request::get(&uri).body(()) else {
                continue;
            };
            let mut request = request;
            let attached =
                bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", NOW);
            assert_eq!(attached.is_ok(), good, "{owner}");
        }
    }

    #[test]
    fn each_partition_has_its_own_repository_hosts() {
        for (region, v4, vpc) in [
            ("us-gov-west-1", "amazonaws.com", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu", "amazonaws.eu"),
            ("us-iso-east-1", "c2s.ic.gov", "c2s.ic.gov"),
        ] {
            let token = fetched(Some("111122223333"), region);
            for host in [
                format!("my-domain-111122223333.d.codeartifact.{region}.{v4}"),
                format!("vpce-1.d.codeartifact.{region}.vpce.{vpc}"),
            ] {
                assert_eq!(attach(&token, region, &format!("https://{host}/")), Ok(()));
            }
            if v4 != "amazonaws.com" {
                let host = format!("my-domain-111122223333.d.codeartifact.{region}.amazonaws.com");
                assert!(attach(&token, region, &format!("https://{host}/")).is_err());
            }
            let repository = Repository::new("my-domain", "111122223333", region, "repo").unwrap();
            assert!(repository.host().ends_with(&format!(".{region}.{v4}")));
        }
        let dual = |region| {
            let repository = Repository::new("my-domain", "111122223333", region, "repo");
            repository.unwrap().dual_stack().host()
        };
        assert_eq!(
            dual("us-west-2"),
            "my-domain-111122223333.codeartifact.us-west-2.on.aws"
        );
        assert_eq!(
            dual("cn-north-1"),
            "my-domain-111122223333.codeartifact.cn-north-1.on.amazonwebservices.com.cn"
        );
    }

    #[test]
    fn a_token_for_an_invalid_domain_owner_or_region_has_no_hosts() {
        for (domain, owner, region) in [
            ("*", None, "us-west-2"),
            ("my-domain.evil", None, "us-west-2"),
            ("my-domain", Some("############"), "us-west-2"),
            ("my-domain", None, "*"),
            ("my-domain", None, "us-west-2.evil"),
        ] {
            let mut ask = GetAuthorizationToken::new(domain, region);
            ask.domain_owner = owner;
            let body = r#"{"authorizationToken":"abc","expiration":4e9}"#;
            let token = ask.parse(&http::Response::new(body)).unwrap();
            assert_eq!(token.hosts().count(), 0);
            let refused = attach(&token, region, &format!("https://{HOME}/"));
            assert_eq!(refused, Err(Error::BearerTokenWithoutHost));
        }
    }

    #[test]
    fn a_repository_writes_no_token_of_another_domain() {
        let repository =
            |domain, owner| Repository::new(domain, owner, "us-west-2", "repo").unwrap();
        let token = fetched(Some("111122223333"), "us-west-2");
        let own = repository("my-domain", "111122223333");
        for own in [own, own.dual_stack()] {
            assert!(own.npm_auth_token(&token, NOW).is_ok());
            assert!(own.pip_index_url(&token, NOW).is_ok());
            let cargo = own.cargo_token(&token, NOW).unwrap();
            let uri = format!("https://{}/cargo/repo/", own.host());
            assert_eq!(attach(&cargo, "us-west-2", &uri), Ok(()));
            // A token without hosts gets those of the repository.
            let bare = own.cargo_token(&BearerToken::new(SECRET), NOW).unwrap();
            assert_eq!(attach(&bare, "us-west-2", &uri), Ok(()));
            assert!(attach(&bare, "us-west-2", "https://evil.example/").is_err());
        }
        for other in [
            repository("my-domain", "999999999999"),
            repository("other", "111122223333"),
        ] {
            for refused in [
                other.npm_auth_token(&token, NOW).map(drop),
                other.pip_index_url(&token, NOW).map(drop),
                other.cargo_token(&token, NOW).map(drop),
            ] {
                assert!(matches!(
                    refused,
                    Err(Error::BearerTokenForAnotherHost { .. })
                ));
            }
        }
    }

    /// The signatures were made by botocore 1.44.8.
    #[test]
    fn a_request_to_a_dual_stack_endpoint_is_signed_for_it() {
        let token =
            "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQDexample+token/with=signs==";
        let credentials = countersign::Credentials::new(
            "ASIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        )
        .with_session_token(token);
        for (domain, region, fips, duration, now, signature) in [
            (
                "my-domain",
                "us-west-2",
                false,
                None,
                datetime!(2026-11-02 01:07:30 UTC),
                "1a42ff553670e8328b1d2b75826e61a8146b78861bc658ed6fe758bd39b3920d",
            ),
            (
                "d1",
                "us-east-2",
                true,
                Some(0),
                datetime!(2026-11-05 04:28:30 UTC),
                "068c477c31d300c40dfccdfa31339ee4ccd74f295052e2190f8ae791f0edd98f",
            ),
        ] {
            let mut ask = GetAuthorizationToken::new(domain, region);
            (ask.dual_stack, ask.fips, ask.duration_seconds) = (true, fips, duration);
            let request = ask.request().unwrap().sign(&credentials, now).unwrap();
            let authorization = request.headers()["authorization"].to_str().unwrap();
            assert!(authorization.ends_with(&format!("Signature={signature}")));
        }
    }

    /// The endpoint rule set of botocore 1.44.8.
    #[test]
    fn requests_for_tokens_go_to_the_endpoint_that_is_asked_for() {
        for (region, dual_stack, fips, host) in [
            (
                "us-west-2",
                false,
                false,
                "codeartifact.us-west-2.amazonaws.com",
            ),
            ("us-west-2", true, false, "codeartifact.us-west-2.api.aws"),
            (
                "us-east-2",
                true,
                true,
                "codeartifact-fips.us-east-2.api.aws",
            ),
            (
                "us-east-2",
                false,
                true,
                "codeartifact-fips.us-east-2.amazonaws.com",
            ),
            (
                "cn-north-1",
                false,
                false,
                "codeartifact.cn-north-1.amazonaws.com.cn",
            ),
            (
                "cn-north-1",
                true,
                false,
                "codeartifact.cn-north-1.api.amazonwebservices.com.cn",
            ),
        ] {
            let mut ask = GetAuthorizationToken::new("my-domain", region);
            (ask.dual_stack, ask.fips) = (dual_stack, fips);
            let request = ask.request().unwrap().into_unsigned();
            assert_eq!(request.uri().host(), Some(host));
        }
    }
}
