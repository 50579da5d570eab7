//! Temporary credentials and bearer tokens. The requests are those of AWS's documentation.

use std::time::Duration;

use countersign::bearer::{self, BearerToken};
use countersign::{Credentials, Error, HeaderSelection, PayloadHash, Rules, Service, Signer};
use http::Request;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
const TOKEN: &str = "AQoDYXdzEJr1K6example//+a==";

fn credentials() -> Credentials {
    Credentials::new(
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    .with_session_token(TOKEN)
}

fn list_users() -> http::request::Builder {
    Request::get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
}

/// The signatures were made by botocore 1.43.11 for the same requests.
#[test]
fn list_users_is_signed_like_botocore_with_the_host_alone() {
    let expected = "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20150830/us-east-1/iam/aws4_request, \
        SignedHeaders=host;x-amz-date;x-amz-security-token, \
        Signature=cc77d565b1c2340538396791e79d240a17fc94b40e8da0e5191fcdc7a0af1466";
    let mut bare = list_users().body(()).unwrap();
    let signer = Signer::new(credentials(), "us-east-1", "iam").unwrap();
    signer.sign(&mut bare, PayloadHash::EMPTY, NOW).unwrap();
    assert_eq!(bare.headers()["authorization"], expected);
    assert_eq!(bare.headers()["x-amz-security-token"], TOKEN);
    assert_eq!(bare.headers()["x-amz-date"], "20150830T123600Z");
    assert_eq!(bare.headers().len(), 3);

    // Other headers are sent unsigned.
    let mut rules = Rules::GENERIC;
    rules.headers = HeaderSelection::Required;
    let signer = Signer::new(credentials(), "us-east-1", Service::new("iam", rules)).unwrap();
    let mut with_others = list_users()
        .header("accept", "application/xml")
        .header("x-custom", "v")
        .body(())
        .unwrap();
    signer
        .sign(&mut with_others, PayloadHash::EMPTY, NOW)
        .unwrap();
    assert_eq!(with_others.headers()["authorization"], expected);
}

#[test]
fn list_users_is_signed_like_botocore_with_all_headers() {
    let mut request = list_users()
        .header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .header("accept", "application/xml")
        .header("x-amz-meta", "  a   b ")
        .header("x-custom", "v")
        .body(())
        .unwrap();
    let signer = Signer::new(credentials(), "us-east-1", "iam").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    assert_eq!(
        request.headers()["authorization"],
        "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20150830/us-east-1/iam/aws4_request, \
        SignedHeaders=accept;content-type;host;x-amz-date;x-amz-meta;x-amz-security-token;x-custom, \
        Signature=009a322c5fe844c4fe69f0b12521ab76df2ce68f8c12b847795f8cbccbec683c"
    );
}

#[test]
fn a_new_session_token_replaces_the_old_one() {
    let mut request = list_users().body(()).unwrap();
    let stale = credentials().with_session_token("stale");
    for credentials in [stale, credentials()] {
        let signer = Signer::new(credentials, "us-east-1", "iam").unwrap();
        signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    }
    let tokens: Vec<_> = request
        .headers()
        .get_all("x-amz-security-token")
        .iter()
        .collect();
    assert_eq!(tokens, [TOKEN]);
    assert!(
        request.headers()["authorization"]
            .to_str()
            .unwrap()
            .ends_with(
                "Signature=cc77d565b1c2340538396791e79d240a17fc94b40e8da0e5191fcdc7a0af1466"
            )
    );
}

#[test]
fn the_error_of_expired_credentials_contains_both_times() {
    let expiration = datetime!(2015-08-30 14:36 +2);
    let signer = Signer::new(
        credentials().with_expiration(expiration),
        "us-east-1",
        "iam",
    )
    .unwrap();
    let mut request = list_users().body(()).unwrap();
    let error = signer
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap_err();
    assert_eq!(
        error,
        Error::CredentialsExpired {
            expiration: expiration.into(),
            now: NOW.into()
        }
    );
    let said = error.to_string();
    assert!(
        said.contains("2015-08-30T12:36:00Z (request time 2015-08-30T12:36:00Z)"),
        "{said}"
    );
    assert!(request.headers().is_empty());

    let before = NOW - Duration::from_secs(1);
    assert!(
        signer
            .sign(&mut request, PayloadHash::EMPTY, before)
            .is_ok()
    );
    // The URL would outlive its credentials.
    let error =
        signer.presign_with_payload(&request, PayloadHash::EMPTY, Duration::from_secs(2), before);
    assert!(error.is_err());
}

fn codeartifact_token() -> BearerToken {
    BearerToken::new("eyJ2ZXIiOjF9.abc")
        .with_scope("codeartifact", "us-west-2")
        .with_host("d-111122223333.d.codeartifact.us-west-2.amazonaws.com")
        .with_host("my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com")
        .with_expiration(datetime!(2015-08-31 0:36 UTC))
}

#[test]
fn a_codeartifact_token_works_at_codeartifact_in_its_region() {
    let mut request =
        Request::get("https://d-111122223333.d.codeartifact.us-west-2.amazonaws.com/npm/r/p")
            .body(())
            .unwrap();
    let token = codeartifact_token();
    bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", NOW).unwrap();
    assert_eq!(
        request.headers()["authorization"],
        "Bearer eyJ2ZXIiOjF9.abc"
    );
    assert_eq!(request.headers().len(), 1);
}

#[test]
fn a_codeartifact_token_works_nowhere_else() {
    let late = datetime!(2015-08-31 0:36 UTC);
    for (service, region, now, expected) in [
        (
            "codeartifact",
            "eu-west-1",
            NOW,
            "bearer token is for region `us-west-2`, got `eu-west-1`",
        ),
        (
            "bedrock",
            "us-west-2",
            NOW,
            "bearer token is for service `codeartifact`, got `bedrock`",
        ),
        (
            "codeartifact",
            "us-west-2",
            late,
            "bearer token expired at 2015-08-31T00:36:00Z (current time 2015-08-31T00:36:00Z)",
        ),
        (
            "codeartifact",
            "",
            NOW,
            "bearer token is for region `us-west-2`, got ``",
        ),
    ] {
        let mut request = list_users().body(()).unwrap();
        let error = bearer::authorize(&mut request, &codeartifact_token(), service, region, now);
        assert_eq!(error.unwrap_err().to_string(), expected);
        assert!(request.headers().is_empty());
    }
    let last = late - Duration::from_nanos(1);
    assert_eq!(
        codeartifact_token().check("codeartifact", "us-west-2", last),
        Ok(())
    );
    assert!(codeartifact_token().expires_within(Duration::from_nanos(1), last));
    assert!(!codeartifact_token().expires_within(Duration::ZERO, last));
}

#[cfg(feature = "codeartifact")]
#[test]
fn a_codeartifact_token_has_a_scope_and_an_expiration() {
    use countersign::codeartifact::{GetAuthorizationToken, Repository};
    let ask = GetAuthorizationToken::new("my-domain", "us-west-2");
    let response =
        http::Response::new(r#"{"authorizationToken":"a.b-c_d~e","expiration":1.4409E9}"#);
    let token = ask.parse(&response).unwrap();
    assert_eq!(
        token.expiration(),
        Some(datetime!(2015-08-30 2:00 UTC).into())
    );
    let before = datetime!(2015-08-30 1:59:59 UTC);
    assert_eq!(token.check("codeartifact", "us-west-2", before), Ok(()));
    assert!(token.check("codeartifact", "us-west-2", NOW).is_err());
    assert!(token.check("codeartifact", "us-west-1", before).is_err());
    assert!(token.check("ecr", "us-west-2", before).is_err());

    let repository = Repository::new("my-domain", "111122223333", "us-west-2", "repo").unwrap();
    assert!(repository.npm_auth_token(&token, before).is_ok());
    for refused in [
        repository.npm_auth_token(&token, NOW).map(drop),
        repository.pip_index_url(&token, NOW).map(drop),
        repository.cargo_token(&token, NOW).map(drop),
    ] {
        assert!(matches!(refused, Err(Error::BearerTokenExpired { .. })));
    }
    let printed = format!("{:?}", repository.npm_auth_token(&token, before));
    assert!(!printed.contains("a.b-c"), "{printed}");
}

#[cfg(feature = "codeartifact")]
#[test]
fn an_invalid_request_to_codeartifact_is_not_made() {
    use countersign::codeartifact::{GetAuthorizationToken, Repository};
    let refused = |change: fn(&mut GetAuthorizationToken<'_>)| {
        let mut ask = GetAuthorizationToken::new("my-domain", "us-west-2");
        assert!(ask.request().is_ok());
        change(&mut ask);
        ask.request().unwrap_err()
    };
    for error in [
        refused(|ask| ask.domain = "a"),
        refused(|ask| ask.domain = "1a"),
        refused(|ask| ask.domain = "a-"),
        refused(|ask| ask.domain = "A1"),
        refused(|ask| ask.domain = "a&duration=0"),
        refused(|ask| ask.domain = "ddddddddddddddddddddddddddddddddddddddddddddddddddd"),
        refused(|ask| ask.domain_owner = Some("11112222333")),
        refused(|ask| ask.domain_owner = Some("11112222333a")),
        refused(|ask| ask.domain_owner = Some("1111222233334")),
        refused(|ask| ask.duration_seconds = Some(1)),
        refused(|ask| ask.duration_seconds = Some(899)),
        refused(|ask| ask.duration_seconds = Some(43_201)),
    ] {
        assert!(matches!(error, Error::InvalidParameter { .. }), "{error}");
    }
    for error in [
        refused(|ask| ask.region = ""),
        refused(|ask| ask.region = "evil.example#"),
        refused(|ask| ask.region = "evil.example/"),
        refused(|ask| ask.region = "a@evil.example"),
    ] {
        assert!(matches!(error, Error::InvalidRegion { .. }), "{error}");
    }
    // A region is a label of a host name (RFC 1123, section 2.1): 1 to 63 letters, digits and `-`.
    let label = "abcdefghijklmnopqrstuvwxyz0123456789-0";
    let (longest, long) = ("r".repeat(63), "r".repeat(64));
    for (region, sound) in [
        (label, true),
        ("r", true),
        ("9", true),
        (&longest, true),
        (&long, false),
        ("", false),
        ("-r", false),
        ("r-", false),
        ("r`", false),
        ("r{", false),
        ("r/", false),
        ("r:", false),
        ("r.", false),
        ("R", false),
    ] {
        let ask = GetAuthorizationToken::new("my-domain", region);
        assert_eq!(ask.request().is_ok(), sound, "{region}");
    }
    let ask = GetAuthorizationToken::new("my-domain", "us-west-2");
    for url in [
        "",
        "/",
        "127.0.0.1:80",
        "ftp://h/",
        "http://user@h/",
        "http://h/?a=",
        "http://h/#",
    ] {
        assert!(ask.request_to(url).is_err(), "{url}");
    }
    assert!(ask.request_to("http://127.0.0.1:80/").is_ok());
    for length in [2, 100, 101] {
        let name = "r".repeat(length);
        let made = Repository::new("my-domain", "111122223333", "us-west-2", &name);
        assert_eq!(made.is_ok(), length < 101, "{length}");
    }
    for owner in ["11112222333", "1111222233334", "11112222333a"] {
        assert!(
            Repository::new("my-domain", owner, "us-west-2", "repo").is_err(),
            "{owner}"
        );
    }
    for name in ["", "a", "-a", "a/b", "a b", "é1"] {
        assert!(
            Repository::new("my-domain", "111122223333", "us-west-2", name).is_err(),
            "{name}"
        );
    }
}

/// AWS CodeArtifact User Guide: "Configuring npm without using the login command", "Configure pip
/// without the login command", "Configure and use Cargo".
#[cfg(feature = "codeartifact")]
#[test]
fn a_repository_makes_the_urls_of_package_managers() {
    use countersign::codeartifact::Repository;

    let repository = Repository::new("my-domain", "111122223333", "us-west-2", "my_repo").unwrap();
    let host = "my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com";
    assert_eq!(repository.host(), host);
    assert_eq!(
        repository.npm_registry(),
        format!("https://{host}/npm/my_repo/")
    );
    assert_eq!(
        repository.cargo_index(),
        format!("sparse+https://{host}/cargo/my_repo/")
    );
    let token = codeartifact_token();
    let npm = repository.npm_auth_token(&token, NOW).unwrap();
    assert_eq!(
        npm.expose(),
        format!("//{host}/npm/my_repo/:_authToken=eyJ2ZXIiOjF9.abc")
    );
    let pip = repository.pip_index_url(&token, NOW).unwrap();
    assert_eq!(
        pip.expose(),
        format!("https://aws:eyJ2ZXIiOjF9.abc@{host}/pypi/my_repo/simple/")
    );
    let refused = Repository::new("my-domain", "1", "us-west-2", "my_repo").unwrap_err();
    assert!(
        matches!(refused, Error::InvalidParameter { parameter, .. } if parameter == "domain-owner")
    );
}

#[cfg(feature = "sts")]
mod sts {
    use countersign::sts::{
        AssumeRole, AssumeRoleWithSaml, AssumeRoleWithWebIdentity, AssumeRoot,
        DecodeAuthorizationMessage, Endpoint, GetAccessKeyInfo, GetDelegatedAccessToken,
        GetFederationToken, GetScopedCredentials, GetSessionToken, GetWebIdentityToken, Mfa,
        ProvidedContext, SigningAlgorithm, SubjectMode, Tag,
    };
    use proptest::prelude::*;

    use super::*;

    const ROLE: &str = "arn:aws:iam::123456789012:role/demo";

    #[track_caller]
    fn refused(result: Result<countersign::aws_call::SignableRequest, Error>, expected: &str) {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_parameter_beyond_its_limit_is_named_with_the_limit() {
        let endpoint = Endpoint::global();
        let regional = Endpoint::regional("us-east-1").unwrap();
        let ask = |change: fn(&mut AssumeRole<'_>)| {
            let mut ask = AssumeRole::new(ROLE, "session");
            assert!(ask.request(&endpoint).is_ok());
            change(&mut ask);
            ask.request(&endpoint)
        };
        refused(
            ask(|ask| ask.role_arn = "arn:aws:iam::1:role"),
            "parameter `RoleArn` must be 20 to 2048 characters, got 19",
        );
        for (name, got) in [("s", 1), (&"s".repeat(65), 65)] {
            refused(
                AssumeRole::new(ROLE, name).request(&endpoint),
                &format!("parameter `RoleSessionName` must be 2 to 64 characters, got {got}"),
            );
        }
        for name in ["a b", "a/b", "s\n"] {
            refused(
                AssumeRole::new(ROLE, name).request(&endpoint),
                "parameter `RoleSessionName` must contain only ASCII letters, digits and `_+=,.@-`",
            );
        }
        for seconds in [0, 899, 43_201, u32::MAX] {
            let mut ask = AssumeRole::new(ROLE, "session");
            ask.duration_seconds = Some(seconds);
            refused(
                ask.request(&endpoint),
                &format!("parameter `DurationSeconds` must be 900 to 43200 seconds, got {seconds}"),
            );
        }
        refused(
            ask(|ask| ask.policy = Some("")),
            "parameter `Policy` must be 1 or more characters, got 0",
        );
        refused(
            ask(|ask| ask.policy_arns = &[ROLE; 11]),
            "parameter `PolicyArns` must be 0 to 10 items, got 11",
        );
        refused(
            ask(|ask| ask.policy_arns = &[ROLE, "short"]),
            "parameter `PolicyArns.member.2.arn` must be 20 to 2048 characters, got 5",
        );
        refused(
            ask(|ask| ask.tags = &[Tag { key: "", value: "" }]),
            "parameter `Tags.member.1.Key` must be 1 to 128 characters, got 0",
        );
        refused(
            ask(|ask| {
                ask.tags = &[Tag {
                    key: "k",
                    value: "*",
                }]
            }),
            "parameter `Tags.member.1.Value` must contain only letters, digits, spaces and `_.:/=+-@`",
        );
        refused(
            ask(|ask| {
                ask.tags = &[Tag {
                    key: "k",
                    value: "",
                }; 51]
            }),
            "parameter `Tags` must be 0 to 50 items, got 51",
        );
        refused(
            ask(|ask| ask.transitive_tag_keys = &["k"; 51]),
            "parameter `TransitiveTagKeys` must be 0 to 50 items, got 51",
        );
        refused(
            ask(|ask| ask.external_id = Some("1")),
            "parameter `ExternalId` must be 2 to 1224 characters, got 1",
        );
        refused(
            ask(|ask| ask.source_identity = Some("a b")),
            "parameter `SourceIdentity` must contain only ASCII letters, digits and `_+=,.@-`",
        );
        refused(
            ask(|ask| ask.provided_contexts = vec![ProvidedContext::new(ROLE, "abcd"); 6].leak()),
            "parameter `ProvidedContexts` must be 0 to 5 items, got 6",
        );
        refused(
            ask(|ask| ask.provided_contexts = vec![ProvidedContext::new(ROLE, "abc")].leak()),
            "parameter `ProvidedContexts.member.1.ContextAssertion` must be 4 to 3072 characters, got 3",
        );
        let mut session = GetSessionToken::new();
        session.mfa = Some(Mfa::new("short", "123456"));
        refused(
            session.request(&endpoint),
            "parameter `SerialNumber` must be 9 to 256 characters, got 5",
        );
        refused(
            GetAccessKeyInfo::new("AKIA").request(&endpoint),
            "parameter `AccessKeyId` must be 16 to 128 characters, got 4",
        );
        for audience in [&[][..], &["a"; 11]] {
            refused(
                GetWebIdentityToken::new(audience, SigningAlgorithm::Rs256).request(&regional),
                &format!(
                    "parameter `Audience` must be 1 to 10 items, got {}",
                    audience.len()
                ),
            );
        }
        let mut root = AssumeRoot::new("111122223333", ROLE);
        root.duration_seconds = Some(901);
        refused(
            root.request(&regional),
            "parameter `DurationSeconds` must be 0 to 900 seconds, got 901",
        );
    }

    /// Each limit is exact: one less, the minimum, the maximum, one more.
    #[test]
    fn each_text_limit_is_exact_to_the_character() {
        type Try<'a> = &'a dyn Fn(&str) -> Result<(), Error>;
        let endpoint = &Endpoint::regional("us-east-1").unwrap();
        let role = |change: &dyn Fn(&mut AssumeRole<'_>)| {
            let mut ask = AssumeRole::new(ROLE, "session");
            change(&mut ask);
            ask.request(endpoint).map(drop)
        };
        let tag = |key: &str, value: &str| {
            let tags = [Tag { key, value }];
            let mut ask = GetFederationToken::new("Bob");
            ask.tags = &tags;
            ask.request(endpoint).map(drop)
        };
        let mfa = |serial: &str, code: &str| {
            let mut ask = GetSessionToken::new();
            ask.mfa = Some(Mfa::new(serial, code));
            ask.request(endpoint).map(drop)
        };
        let arns = |text: &str| {
            let arns = [text];
            let mut ask = AssumeRole::new(ROLE, "session");
            ask.policy_arns = &arns;
            ask.request(endpoint).map(drop)
        };
        let keys = |text: &str| {
            let keys = [text];
            let mut ask = AssumeRole::new(ROLE, "session");
            ask.transitive_tag_keys = &keys;
            ask.request(endpoint).map(drop)
        };
        let policy = |text: &str| {
            let mut ask = GetFederationToken::new("Bob");
            ask.policy = Some(text);
            ask.request(endpoint).map(drop)
        };
        let policy_of_saml = |text: &str| {
            let mut ask = AssumeRoleWithSaml::new(ROLE, ROLE, "saml");
            ask.policy = Some(text);
            ask.request(endpoint).map(drop)
        };
        let policy_of_web_identity = |text: &str| {
            let mut ask = AssumeRoleWithWebIdentity::new(ROLE, "web", "token");
            ask.policy = Some(text);
            ask.request(endpoint).map(drop)
        };
        let external_id = |text: &str| {
            let mut ask = AssumeRole::new(ROLE, "session");
            ask.external_id = Some(text);
            ask.request(endpoint).map(drop)
        };
        let source_identity = |text: &str| {
            let mut ask = AssumeRole::new(ROLE, "session");
            ask.source_identity = Some(text);
            ask.request(endpoint).map(drop)
        };
        let context = |arn: &str, assertion: &str| {
            let contexts = [ProvidedContext::new(arn, assertion)];
            let mut ask = AssumeRole::new(ROLE, "session");
            ask.provided_contexts = &contexts;
            ask.request(endpoint).map(drop)
        };
        let saml = |arn: &str, principal: &str, assertion: &str| {
            AssumeRoleWithSaml::new(arn, principal, assertion)
                .request(endpoint)
                .map(drop)
        };
        let web = |arn: &str, name: &str, token: &str| {
            AssumeRoleWithWebIdentity::new(arn, name, token)
                .request(endpoint)
                .map(drop)
        };
        let provider = |text: &str| {
            let mut ask = AssumeRoleWithWebIdentity::new(ROLE, "web", "token");
            ask.provider_id = Some(text);
            ask.request(endpoint).map(drop)
        };
        let root =
            |target: &str, task: &str| AssumeRoot::new(target, task).request(endpoint).map(drop);
        let key = |text: &str| GetAccessKeyInfo::new(text).request(endpoint).map(drop);
        let message = |text: &str| {
            DecodeAuthorizationMessage::new(text)
                .request(endpoint)
                .map(drop)
        };
        let trade = |text: &str| {
            GetDelegatedAccessToken::new(text)
                .request(endpoint)
                .map(drop)
        };
        let audience = |text: &str| {
            let audience = [text];
            GetWebIdentityToken::new(&audience, SigningAlgorithm::Rs256)
                .request(endpoint)
                .map(drop)
        };
        let federated = |text: &str| GetFederationToken::new(text).request(endpoint).map(drop);
        let scoped = |policy: Option<&str>, description: Option<&str>| {
            let mut ask = GetScopedCredentials::new();
            ask.duration_seconds = Some(60);
            (ask.policy, ask.scoped_session_description) = (policy, description);
            ask.request(endpoint).map(drop)
        };
        let scope = |text: &str| {
            let mut ask = GetWebIdentityToken::new(&["a"], SigningAlgorithm::Rs256);
            ask.subject_mode = Some(SubjectMode::OriginIdentity);
            ask.scope = Some(text);
            ask.request(endpoint).map(drop)
        };
        let limits: [(&str, usize, usize, Try<'_>); 37] = [
            ("Policy", 1, 2048, &|text| scoped(Some(text), None)),
            ("ScopedSessionDescription", 2, 256, &|text| {
                scoped(None, Some(text))
            }),
            ("Scope", 1, 256, &scope),
            ("RoleArn", 20, 2048, &|text| {
                AssumeRole::new(text, "session").request(endpoint).map(drop)
            }),
            ("RoleArn", 20, 2048, &|text| saml(text, ROLE, "saml")),
            ("RoleArn", 20, 2048, &|text| web(text, "web", "token")),
            ("RoleSessionName", 2, 64, &|text| {
                AssumeRole::new(ROLE, text).request(endpoint).map(drop)
            }),
            ("RoleSessionName", 2, 64, &|text| web(ROLE, text, "token")),
            ("SourceIdentity", 2, 256, &source_identity),
            ("PrincipalArn", 20, 2048, &|text| saml(ROLE, text, "saml")),
            ("SAMLAssertion", 4, 100_000, &|text| saml(ROLE, ROLE, text)),
            ("WebIdentityToken", 4, 20_000, &|text| {
                web(ROLE, "web", text)
            }),
            ("ProviderId", 4, 2048, &provider),
            ("PolicyArns.member.1.arn", 20, 2048, &arns),
            ("Policy", 1, 2048, &policy),
            ("Policy", 1, 2048, &policy_of_saml),
            ("Policy", 1, 2048, &policy_of_web_identity),
            ("Tags.member.1.Key", 1, 128, &|text| tag(text, "")),
            ("Tags.member.1.Value", 0, 256, &|text| tag("k", text)),
            ("TransitiveTagKeys.member.1", 1, 128, &keys),
            ("ExternalId", 2, 1224, &external_id),
            ("SerialNumber", 9, 256, &|text| mfa(text, "123456")),
            ("ProvidedContexts.member.1.ProviderArn", 20, 2048, &|text| {
                context(text, "abcd")
            }),
            (
                "ProvidedContexts.member.1.ContextAssertion",
                4,
                3072,
                &|text| context(ROLE, text),
            ),
            ("Name", 2, 32, &federated),
            ("TargetPrincipal", 12, 2048, &|text| root(text, ROLE)),
            ("TaskPolicyArn.arn", 20, 2048, &|text| {
                root("111122223333", text)
            }),
            ("AccessKeyId", 16, 128, &key),
            ("EncodedMessage", 1, 10_240, &message),
            ("TradeInToken", 1, 1_000_000, &trade),
            ("Audience.member.1", 1, 1000, &audience),
            ("TokenCode", 6, 6, &|text| {
                mfa("GAHT12345678", &text.replace('x', "1"))
            }),
            ("PolicyArns", 0, 10, &|text| {
                role(&|ask| ask.policy_arns = &[ROLE; 11][..text.len()])
            }),
            ("TransitiveTagKeys", 0, 50, &|text| {
                role(&|ask| ask.transitive_tag_keys = &["k"; 51][..text.len()])
            }),
            ("ProvidedContexts", 0, 5, &|text| {
                role(&|ask| {
                    ask.provided_contexts =
                        vec![ProvidedContext::new(ROLE, "abcd"); text.len()].leak();
                })
            }),
            ("Audience", 1, 10, &|text| {
                GetWebIdentityToken::new(&["a"; 11][..text.len()], SigningAlgorithm::Rs256)
                    .request(endpoint)
                    .map(drop)
            }),
            ("Tags", 0, 50, &|text| {
                role(&|ask| {
                    ask.tags = &[Tag {
                        key: "k",
                        value: "",
                    }; 51][..text.len()]
                })
            }),
        ];
        for (name, least, most, request) in limits {
            for length in [least, most] {
                assert_eq!(request(&"x".repeat(length)), Ok(()), "{name} of {length}");
            }
            let beyond = (name != "TradeInToken").then_some(most + 1);
            for length in beyond.into_iter().chain(least.checked_sub(1)) {
                let error = request(&"x".repeat(length)).unwrap_err().to_string();
                let limit = match name {
                    "TokenCode" => "6".to_owned(),
                    "TradeInToken" => "1 or more".to_owned(),
                    _ => format!("{least} to {most}"),
                };
                let unit = match name {
                    "Audience" | "PolicyArns" | "ProvidedContexts" | "Tags"
                    | "TransitiveTagKeys" => "items",
                    _ => "characters",
                };
                let sentence = format!("parameter `{name}` must be {limit} {unit}, got {length}");
                assert_eq!(error, sentence);
            }
        }
    }

    /// STS API Reference: the fields of the responses other than the credentials.
    #[test]
    fn a_response_has_more_fields_than_the_credentials() {
        let answer = |action: &str| {
            format!(
                "<{action}Response><{action}Result><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>\
                 <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                 <Expiration>2024-07-15T23:28:33Z</Expiration></Credentials>\
                 <PackedPolicySize>7</PackedPolicySize><SourceIdentity>who</SourceIdentity>\
                 </{action}Result></{action}Response>"
            )
        };
        let status = http::StatusCode::OK;
        let saml = AssumeRoleWithSaml::parse(status, answer("AssumeRoleWithSAML")).unwrap();
        assert_eq!(saml.packed_policy_size, Some(7));
        assert_eq!(saml.source_identity.as_deref(), Some("who"));
        let web = answer("AssumeRoleWithWebIdentity");
        let web = AssumeRoleWithWebIdentity::parse(status, web).unwrap();
        assert_eq!(web.packed_policy_size, Some(7));
        assert_eq!(web.source_identity.as_deref(), Some("who"));
        let federated = GetFederationToken::parse(status, answer("GetFederationToken"));
        assert_eq!(federated.unwrap().federated_user, None);
    }

    #[test]
    fn a_custom_endpoint_has_http_or_https_and_each_us_region_has_a_fips_host() {
        for (url, sound) in [
            ("http://127.0.0.1:5000/", true),
            ("https://sts.example.com/", true),
            ("ftp://sts.example.com/", false),
            ("sts.example.com", false),
        ] {
            assert_eq!(Endpoint::custom(url, "us-east-1").is_ok(), sound, "{url}");
        }
        for region in ["us-east-1", "us-east-2", "us-west-1", "us-west-2"] {
            let fips = Endpoint::regional(region).unwrap().with_fips();
            let request = GetSessionToken::new().request(&fips).unwrap();
            assert_eq!(
                request.into_unsigned().uri().to_string(),
                format!("https://sts-fips.{region}.amazonaws.com/")
            );
        }
    }

    #[test]
    fn each_duration_limit_is_exact_to_the_second() {
        type Try<'a> = &'a dyn Fn(u32) -> Result<(), Error>;
        let endpoint = &Endpoint::regional("us-east-1").unwrap();
        let limits: [(u32, u32, Try<'_>); 8] = [
            (1, 129_600, &|seconds| {
                let mut ask = GetScopedCredentials::new();
                ask.duration_seconds = Some(seconds);
                ask.request(endpoint).map(drop)
            }),
            (900, 43_200, &|seconds| {
                let mut ask = AssumeRole::new(ROLE, "session");
                ask.duration_seconds = Some(seconds);
                ask.request(endpoint).map(drop)
            }),
            (900, 43_200, &|seconds| {
                let mut ask = AssumeRoleWithSaml::new(ROLE, ROLE, "saml");
                ask.duration_seconds = Some(seconds);
                ask.request(endpoint).map(drop)
            }),
            (900, 43_200, &|seconds| {
                let mut ask = AssumeRoleWithWebIdentity::new(ROLE, "web", "token");
                ask.duration_seconds = Some(seconds);
                ask.request(endpoint).map(drop)
            }),
            (0, 900, &|seconds| {
                let mut ask = AssumeRoot::new("111122223333", ROLE);
                ask.duration_seconds = Some(seconds);
                ask.request(endpoint).map(drop)
            }),
            (900, 129_600, &|seconds| {
                let mut ask = GetSessionToken::new();
                ask.duration_seconds = Some(seconds);
                ask.request(endpoint).map(drop)
            }),
            (900, 129_600, &|seconds| {
                let mut ask = GetFederationToken::new("Bob");
                ask.duration_seconds = Some(seconds);
                ask.request(endpoint).map(drop)
            }),
            (60, 3600, &|seconds| {
                let mut ask = GetWebIdentityToken::new(&["a"], SigningAlgorithm::Rs256);
                ask.duration_seconds = Some(seconds);
                ask.request(endpoint).map(drop)
            }),
        ];
        for (least, most, request) in limits {
            assert_eq!((request(least), request(most)), (Ok(()), Ok(())));
            for seconds in [Some(most + 1), least.checked_sub(1)].into_iter().flatten() {
                let error = request(seconds).unwrap_err().to_string();
                let limit = format!("must be {least} to {most} seconds, got {seconds}");
                assert_eq!(error, format!("parameter `DurationSeconds` {limit}"));
            }
        }
    }

    #[test]
    fn the_global_endpoint_is_in_virginia() {
        let endpoint = Endpoint::global();
        let root = AssumeRoot::new(
            "111122223333",
            "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
        );
        assert!(matches!(
            root.request(&endpoint),
            Err(Error::NoEndpoint { .. })
        ));
        assert!(
            root.request(&Endpoint::regional("us-east-1").unwrap())
                .is_ok()
        );
        assert_eq!(endpoint.region(), "us-east-1");
        let request = GetSessionToken::new().request(&endpoint).unwrap();
        assert_eq!(request.into_unsigned().uri(), "https://sts.amazonaws.com/");
        let algorithms = [SigningAlgorithm::Rs256, SigningAlgorithm::Es384];
        assert_eq!(algorithms.map(SigningAlgorithm::as_str), ["RS256", "ES384"]);
    }

    #[test]
    fn a_space_is_percent_encoded_and_an_empty_list_left_out() {
        let mut ask = AssumeRole::new(ROLE, "session");
        ask.tags = &[Tag {
            key: "a b",
            value: "c+d&e=f",
        }];
        // A tag must not contain `&`.
        assert!(ask.request(&Endpoint::global()).is_err());
        ask.tags = &[Tag {
            key: "a b",
            value: "c+d=f",
        }];
        ask.policy_arns = &[];
        let body = ask.request(&Endpoint::global()).unwrap().into_unsigned();
        assert!(body.body().ends_with(
            "&RoleSessionName=session&Tags.member.1.Key=a%20b&Tags.member.1.Value=c%2Bd%3Df"
        ));
    }

    #[test]
    fn a_request_can_be_signed_by_the_callers_own_signer() {
        let make = || {
            AssumeRole::new(ROLE, "session")
                .request(&Endpoint::regional("eu-west-1").unwrap())
                .unwrap()
        };
        let (service, region) = (make().service(), make().region().to_owned());
        assert_eq!((service, region.as_str()), ("sts", "eu-west-1"));
        let signer = Signer::new(credentials(), region, service).unwrap();
        let mut by_signer = make().into_unsigned();
        let payload = PayloadHash::new(by_signer.body());
        signer.sign(&mut by_signer, payload, NOW).unwrap();
        let by_itself = make().sign(&credentials(), NOW).unwrap();
        assert_eq!(by_itself.headers(), by_signer.headers());

        let expired = credentials().with_expiration(NOW);
        assert!(matches!(
            make().sign(&expired, NOW),
            Err(Error::CredentialsExpired { .. })
        ));
    }

    fn form(body: &str) -> Vec<(String, String)> {
        let decoded = |text| {
            percent_encoding::percent_decode_str(text)
                .decode_utf8()
                .unwrap()
                .into_owned()
        };
        body.split('&')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect()
    }

    fn escaped(text: &str) -> String {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_sent_form_contains_the_parameters_of_the_request(
            name in "[A-Za-z0-9_+=,.@-]{2,64}",
            policy in "[\t\n\r\u{20}-\u{ff}]{1,300}",
            key in "[\\p{L}\\p{N} _.:/=+@-]{1,128}",
            value in "[\\p{L}\\p{N} _.:/=+@-]{0,256}",
            seconds in 900u32..=43_200,
        ) {
            let mut ask = AssumeRole::new(ROLE, &name);
            let tags = [Tag { key: &key, value: &value }];
            (ask.policy, ask.tags, ask.duration_seconds) = (Some(policy.as_str()), &tags, Some(seconds));
            let request = ask.request(&Endpoint::global()).unwrap().into_unsigned();
            // Not all servers decode a plus in a form to a space.
            prop_assert!(!request.body().contains('+'));
            let seconds = seconds.to_string();
            let expected: Vec<(String, String)> = [
                ("Action", "AssumeRole"),
                ("Version", "2011-06-15"),
                ("RoleArn", ROLE),
                ("RoleSessionName", &name),
                ("DurationSeconds", &seconds),
                ("Policy", &policy),
                ("Tags.member.1.Key", &key),
                ("Tags.member.1.Value", &value),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
            prop_assert_eq!(form(request.body()), expected);
        }

        #[test]
        fn the_fields_of_a_response_are_read_unchanged(id in "[\u{21}-\u{7e}é日]{1,40}", secret in "[\u{21}-\u{7e}é日]{1,40}", token in "[\u{21}-\u{7e}é日]{1,400}", ends in 0i64..253_402_300_799) {
            let ends = OffsetDateTime::from_unix_timestamp(ends).unwrap();
            let (date, time) = (ends.date(), ends.time());
            let body = format!(
                "<GetSessionTokenResponse><GetSessionTokenResult><Credentials><Expiration>{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z</Expiration>\
                 <SessionToken>{}</SessionToken><SecretAccessKey>{}</SecretAccessKey><AccessKeyId>{}</AccessKeyId>\
                 </Credentials></GetSessionTokenResult></GetSessionTokenResponse>",
                date.year(), u8::from(date.month()), date.day(), time.hour(), time.minute(), time.second(),
                escaped(&token), escaped(&secret), escaped(&id),
            );
            let read = GetSessionToken::parse(http::StatusCode::OK, &body).unwrap().credentials;
            prop_assert_eq!(read.access_key_id(), id);
            prop_assert_eq!(read.secret_key().expose(), secret);
            prop_assert_eq!(read.session_token().unwrap().expose(), token);
            prop_assert_eq!(read.expiration(), Some(ends.into()));
        }
    }
}
