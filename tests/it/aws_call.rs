//! Calls to ECR, Sign-In, Redshift, S3 Access Grants and the console: limits of parameters,
//! malformed responses, and the hosts that their tokens are for.

mod console;
mod ecr;
mod redshift;
mod signin;

use std::fmt::Debug;
use std::time::Duration;

use countersign::aws_call::{Endpoint, ServiceError};
use countersign::bearer::{self, BearerToken};
use countersign::console::{ConsoleEndpoint, CredentialsFrom, GetSigninToken, SigninToken};
use countersign::ecr::{GetAuthorizationToken, GetPublicAuthorizationToken};
use countersign::redshift::serverless::{GetCredentials, Workgroup};
use countersign::redshift::{Cluster, GetClusterCredentials, GetClusterCredentialsWithIam};
use countersign::s3::access_grants::{GetDataAccess, Permission};
use countersign::signin::{
    CreateBearerToken, CreateOAuth2TokenWithIam, CreateOAuth2TokenWithTokenExchange,
    IntrospectOAuth2TokenWithIam, RevokeOAuth2TokenWithIam, TokenGrant,
};
use countersign::{Credentials, Error, Timestamp};
use http::{Request, Response, StatusCode};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_950_000);
const SECRET: &str = "s3cr3tM4terial";

fn endpoint() -> Endpoint {
    Endpoint::regional("us-east-1").unwrap()
}

fn ok(body: &str) -> Response<String> {
    Response::new(body.to_owned())
}

/// base64 of `AWS:s3cr3tM4terial`
const ECR_TOKEN: &str = "QVdTOnMzY3IzdE00dGVyaWFs";

fn ecr_token() -> BearerToken {
    let body = format!(
        r#"{{"authorizationData":[{{"authorizationToken":"{ECR_TOKEN}","expiresAt":1795957200}}]}}"#
    );
    let logins = GetAuthorizationToken::new().parse(&endpoint(), &ok(&body));
    logins.unwrap()[0].token().clone()
}

fn signin_token() -> BearerToken {
    let body = r#"{"access_token":"s3cr3tM4terial","token_type":"Bearer","expires_in":7200}"#;
    let issued = CreateBearerToken::new("ecr.amazonaws.com").parse(&endpoint(), &ok(body), NOW);
    issued.unwrap().token
}

#[test]
fn a_token_is_refused_at_another_service_in_another_region_and_after_its_expiration() {
    let end = Timestamp::from_unix_seconds(1_795_957_200);
    let own_host = "111122223333.dkr.ecr.us-east-1.amazonaws.com";
    for token in [ecr_token(), signin_token().with_host(own_host)] {
        let host = "https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/";
        let authorize = |service, region, now: Timestamp| {
            let mut request = Request::get(host).body(()).unwrap();
            let done = bearer::authorize(&mut request, &token, service, region, now);
            assert_eq!(
                done.is_ok(),
                request.headers().contains_key("authorization")
            );
            done
        };
        assert_eq!(token.expiration(), Some(end));
        assert!(authorize("ecr", "us-east-1", NOW).is_ok());
        assert!(authorize("ecr", "us-east-1", end - Duration::from_secs(1)).is_ok());
        assert!(matches!(
            authorize("ecr-public", "us-east-1", NOW),
            Err(Error::BearerTokenForAnotherService { .. })
        ));
        assert!(matches!(
            authorize("ecr", "us-east-2", NOW),
            Err(Error::BearerTokenForAnotherRegion { .. })
        ));
        for elsewhere in [
            "https://evil.example/v2/",
            "https://111122223333.dkr.ecr.us-east-2.amazonaws.com/v2/",
            "https://111122223333.dkr.ecr.us-east-1.amazonaws.com.evil.example/v2/",
            "https://evil.example/111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/",
            "https://api.ecr.us-east-1.amazonaws.com/",
            "https://a.dkr.ecr.us-east-1.amazonaws.com/",
            "http://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/",
        ] {
            let mut request = Request::get(elsewhere).body(()).unwrap();
            let refused = bearer::authorize(&mut request, &token, "ecr", "us-east-1", NOW);
            assert!(refused.is_err(), "{elsewhere}");
            assert!(request.headers().is_empty());
        }
        for late in [end, end + Duration::from_secs(1)] {
            assert!(matches!(
                authorize("ecr", "us-east-1", late),
                Err(Error::BearerTokenExpired { .. })
            ));
        }
    }
}

/// A token, where it is valid, and similar hosts where it is not.
struct Issued {
    token: BearerToken,
    service: &'static str,
    region: &'static str,
    own: &'static [&'static str],
    elsewhere: &'static [&'static str],
}

const BEDROCK: &[&str] = &[
    "https://bedrock.us-east-1.amazonaws.com/foundation-models",
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke",
    "https://bedrock-runtime-fips.us-east-1.amazonaws.com/model/m/invoke",
];
const NOT_BEDROCK: &[&str] = &[
    "https://bedrock-runtime.us-west-2.amazonaws.com/model/m/invoke",
    "https://bedrock-runtime.us-east-1.amazonaws.com.evil.example/model/m/invoke",
    "https://bedrock-runtime.us-east-1.amazonaws.com:8443/model/m/invoke",
    "https://bedrock.amazonaws.com/",
    "https://sts.us-east-1.amazonaws.com/",
    "https://us-east-1.signin.aws.amazon.com/v1/token",
];

/// One token of each kind. All expire at second 1795957200.
fn issued() -> Vec<Issued> {
    let ecr_public = format!(
        r#"{{"authorizationData":{{"authorizationToken":"{ECR_TOKEN}","expiresAt":1795957200}}}}"#
    );
    let ecr_public = GetPublicAuthorizationToken::new().parse(&endpoint(), &ok(&ecr_public));
    let signin = format!(
        r#"{{"access_token":"{SECRET}","token_type":"Bearer","expires_in":7200,"issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}}"#
    );
    let resource = "https://mcp.example/a";
    let for_url = CreateOAuth2TokenWithIam::new(resource).parse(&endpoint(), &ok(&signin), NOW);
    let for_name = CreateBearerToken::new("bedrock.amazonaws.com");
    let for_name = for_name.parse(&endpoint(), &ok(&signin), NOW).unwrap();
    vec![
        #[cfg(feature = "tokens")]
        Issued {
            token: {
                let end = Timestamp::from_unix_seconds(1_795_957_200);
                let credentials = Credentials::new("ASIAEXAMPLE", SECRET)
                    .with_session_token(SECRET)
                    .with_expiration(end);
                let half_a_day = Duration::from_secs(43_200);
                countersign::tokens::bedrock(&credentials, "us-east-1", half_a_day, NOW).unwrap()
            },
            service: "bedrock",
            region: "us-east-1",
            own: BEDROCK,
            elsewhere: NOT_BEDROCK,
        },
        #[cfg(feature = "tokens")]
        Issued {
            token: countersign::tokens::bedrock_api_key(SECRET, "us-east-1")
                .unwrap()
                .with_expiration(Timestamp::from_unix_seconds(1_795_957_200)),
            service: "bedrock",
            region: "us-east-1",
            own: BEDROCK,
            elsewhere: NOT_BEDROCK,
        },
        #[cfg(feature = "codeartifact")]
        Issued {
            token: {
                let body =
                    format!(r#"{{"authorizationToken":"{SECRET}","expiration":1795957200}}"#);
                let mut ask =
                    countersign::codeartifact::GetAuthorizationToken::new("my-domain", "us-west-2");
                ask.domain_owner = Some("111122223333");
                ask.parse(&ok(&body)).unwrap()
            },
            service: "codeartifact",
            region: "us-west-2",
            own: &[
                "https://my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com/npm/repo/",
                "https://my-domain-111122223333.codeartifact.us-west-2.on.aws/npm/repo/",
                "https://vpce-1-a.d.codeartifact.us-west-2.vpce.amazonaws.com/npm/repo/",
            ],
            elsewhere: &[
                "https://my-domain-444455556666.d.codeartifact.us-west-2.amazonaws.com/npm/repo/",
                "https://other-111122223333.d.codeartifact.us-west-2.amazonaws.com/npm/repo/",
                "https://my-domain-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/repo/",
                "https://my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com.evil.example/",
                "https://codeartifact.us-west-2.amazonaws.com/v1/domain",
                "https://registry.npmjs.org/",
            ],
        },
        Issued {
            token: ecr_token(),
            service: "ecr",
            region: "us-east-1",
            own: &[
                "https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/",
                "https://444455556666.dkr.ecr.us-east-1.amazonaws.com/v2/",
            ],
            elsewhere: &[
                "https://111122223333.dkr.ecr.us-west-2.amazonaws.com/v2/",
                "https://api.ecr.us-east-1.amazonaws.com/",
                "https://public.ecr.aws/v2/",
                "https://registry-1.docker.io/v2/",
            ],
        },
        Issued {
            token: ecr_public.unwrap().token().clone(),
            service: "ecr-public",
            region: "us-east-1",
            own: &["https://public.ecr.aws/v2/"],
            elsewhere: &[
                "https://api.ecr-public.us-east-1.amazonaws.com/",
                "https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/",
                "https://a.public.ecr.aws/v2/",
                "https://ecr.aws/v2/",
                "https://public.ecr.aws.evil.example/v2/",
                "https://public.ecr.aws:8443/v2/",
            ],
        },
        Issued {
            token: for_url.unwrap().token,
            service: resource,
            region: "us-east-1",
            own: &["https://mcp.example/a"],
            elsewhere: &[
                "https://mcp.example.evil.example/a",
                "https://mcp.example:8443/a",
                "https://evil.example/mcp.example/a",
                "https://us-east-1.signin.aws.amazon.com/v1/token",
            ],
        },
        Issued {
            token: for_name.token,
            service: "bedrock",
            region: "us-east-1",
            own: BEDROCK,
            elsewhere: NOT_BEDROCK,
        },
    ]
}

#[test]
fn each_token_is_attached_only_at_its_host_service_and_region_until_it_expires() {
    let end = Timestamp::from_unix_seconds(1_795_957_200);
    for Issued {
        token,
        service,
        region,
        own,
        elsewhere,
    } in issued()
    {
        // After an error the request is unchanged, and the error does not contain the token.
        let attach = |url: &str, service: &str, region: &str, now: Timestamp| {
            let mut request = Request::get(url).header("accept", "*/*").body(()).unwrap();
            let before = request.headers().clone();
            let done = bearer::authorize(&mut request, &token, service, region, now);
            match &done {
                Ok(()) => assert_eq!(request.headers().len(), 2),
                Err(error) => {
                    assert_eq!(*request.headers(), before);
                    assert!(!format!("{error} {error:?}").contains(SECRET));
                }
            }
            done
        };
        for url in own {
            let last = end - Duration::from_nanos(1);
            for now in [NOW, last] {
                assert_eq!(attach(url, service, region, now), Ok(()), "{url}");
            }
            for late in [end, end + Duration::from_nanos(1), end + Duration::MAX] {
                let refused = attach(url, service, region, late);
                assert!(
                    matches!(refused, Err(Error::BearerTokenExpired { .. })),
                    "{url}: {refused:?}"
                );
            }
            for other in ["", "s3", "sts", "ecr-publi", "codeartifact.amazonaws.com"] {
                let refused = attach(url, other, region, NOW);
                assert!(
                    matches!(refused, Err(Error::BearerTokenForAnotherService { .. })),
                    "{url}: {refused:?}"
                );
            }
            for other in ["", "us-west-1", "us-east-", "us-east-1a", "US-EAST-1", "*"] {
                let refused = attach(url, service, other, NOW);
                assert!(
                    matches!(refused, Err(Error::BearerTokenForAnotherRegion { .. })),
                    "{url}: {refused:?}"
                );
            }
            let plain = url.replacen("https", "http", 1);
            let refused = attach(&plain, service, region, NOW);
            assert!(
                matches!(refused, Err(Error::BearerTokenNeedsHttps { .. })),
                "{plain}: {refused:?}"
            );
        }
        for url in elsewhere {
            let refused = attach(url, service, region, NOW);
            assert!(
                matches!(refused, Err(Error::BearerTokenForAnotherHost { .. })),
                "{url}: {refused:?}"
            );
            let host = url.split('/').nth(2).unwrap();
            assert!(token.header_value_for(host, NOW).is_err(), "{host}");
        }
    }
}

fn parameter<T: Debug>(made: Result<T, Error>) -> Option<String> {
    match made {
        Ok(_) => None,
        Err(Error::InvalidParameter { parameter, .. }) => Some(parameter),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn durations_are_accepted_up_to_both_bounds() {
    let within = |name: &str, range: [u64; 2], ask: &dyn Fn(Duration) -> Result<(), Error>| {
        for seconds in range {
            assert!(
                ask(Duration::from_secs(seconds)).is_ok(),
                "{name} {seconds}"
            );
        }
        let just_outside = [range[0] - 1, range[1].saturating_add(1)];
        for seconds in just_outside
            .into_iter()
            .filter(|seconds| !range.contains(seconds))
        {
            let refused = parameter(ask(Duration::from_secs(seconds)));
            assert_eq!(refused.as_deref(), Some(name), "{seconds}");
        }
    };
    within("durationSeconds", [300, u64::MAX], &|duration| {
        let mut ask = CreateBearerToken::new("ecr.amazonaws.com");
        ask.duration = Some(duration);
        ask.request(&endpoint()).map(|_| ())
    });
    within("DurationSeconds", [900, 3600], &|duration| {
        let mut ask = GetClusterCredentials::new("jane", Cluster::Identifier("c"));
        ask.duration = Some(duration);
        ask.request(&endpoint()).map(|_| ())
    });
    within("DurationSeconds", [900, 3600], &|duration| {
        let mut ask = GetClusterCredentialsWithIam::new(Cluster::Identifier("c"));
        ask.duration = Some(duration);
        ask.request(&endpoint()).map(|_| ())
    });
    within("durationSeconds", [900, 3600], &|duration| {
        let mut ask = GetCredentials::new(Workgroup::Name("wg1"));
        ask.duration = Some(duration);
        ask.request(&endpoint()).map(|_| ())
    });
    within("DurationSeconds", [900, 43_200], &|duration| {
        let mut ask = GetDataAccess::new("111122223333", "s3://b/*", Permission::Read);
        ask.duration = Some(duration);
        ask.request(&endpoint()).map(|_| ())
    });
    let credentials = Credentials::new("ASIAEXAMPLE", SECRET).with_session_token("t");
    within("SessionDuration", [900, 43_200], &|duration| {
        let mut ask = GetSigninToken::new(&credentials);
        ask.session_duration = Some(duration);
        ask.request(&ConsoleEndpoint::global()).map(|_| ())
    });
}

#[test]
fn texts_are_accepted_up_to_both_bounds() {
    let long = |length: usize| "\u{fc}".repeat(length);
    let resource = |length| {
        let resource = long(length);
        let first = parameter(CreateBearerToken::new(&resource).request(&endpoint()));
        let ask = CreateOAuth2TokenWithIam::new(&resource);
        assert_eq!(first, parameter(ask.request(&endpoint())));
        first
    };
    assert_eq!([resource(1), resource(2048)], [None, None]);
    assert_eq!(resource(0).as_deref(), Some("resource"));
    assert_eq!(resource(2049).as_deref(), Some("resource"));

    fn exchange(grant: TokenGrant<'_>) -> Option<String> {
        parameter(CreateOAuth2TokenWithTokenExchange::new(grant).request(&endpoint()))
    }
    for length in [4, 20_000] {
        let token = long(length);
        assert_eq!(exchange(TokenGrant::token_exchange(&token, "r")), None);
        assert_eq!(exchange(TokenGrant::jwt_bearer(&token)), None);
    }
    for length in [0, 3, 20_001] {
        let token = long(length);
        let refused = exchange(TokenGrant::token_exchange(&token, "r"));
        assert_eq!(refused.as_deref(), Some("subjectToken"));
        assert_eq!(
            exchange(TokenGrant::jwt_bearer(&token)).as_deref(),
            Some("assertion")
        );
    }
    assert_eq!(
        exchange(TokenGrant::token_exchange("jjww", "")).as_deref(),
        Some("resource")
    );

    let longest = format!("ASOR{}", "a".repeat(12_284));
    for token in ["ASORa", "ASOR+/=_-", &longest] {
        assert_eq!(
            parameter(RevokeOAuth2TokenWithIam::new(token).request(&endpoint())),
            None
        );
        assert_eq!(
            parameter(IntrospectOAuth2TokenWithIam::new(token).request(&endpoint())),
            None
        );
    }
    let access = IntrospectOAuth2TokenWithIam::new("ASOAa").request(&endpoint());
    assert_eq!(parameter(access), None);
    let too_long = format!("{longest}a");
    for token in [
        "",
        "ASOR",
        "ASOSa",
        "asora",
        "ASORa b",
        "ASOR\u{e9}",
        "xASORa",
        &too_long,
    ] {
        let revoke = RevokeOAuth2TokenWithIam::new(token).request(&endpoint());
        let introspect = IntrospectOAuth2TokenWithIam::new(token).request(&endpoint());
        assert_eq!(parameter(revoke).as_deref(), Some("token"), "{token}");
        assert_eq!(parameter(introspect).as_deref(), Some("token"), "{token}");
    }

    fn workgroup(name: Workgroup<'_>) -> Option<String> {
        parameter(GetCredentials::new(name).request(&endpoint()))
    }
    for name in ["abc", "a-1", &"a".repeat(64)] {
        assert_eq!(workgroup(Workgroup::Name(name)), None, "{name}");
    }
    for name in ["", "ab", "a_b", "Abc", "a.b", &"a".repeat(65)] {
        let refused = workgroup(Workgroup::Name(name));
        assert_eq!(refused.as_deref(), Some("workgroupName"), "{name}");
    }
    let refused = workgroup(Workgroup::CustomDomainName(""));
    assert_eq!(refused.as_deref(), Some("customDomainName"));

    for (cluster, name) in [
        (Cluster::Identifier(""), "ClusterIdentifier"),
        (Cluster::CustomDomainName(""), "CustomDomainName"),
    ] {
        let ask = GetClusterCredentialsWithIam::new(cluster);
        assert_eq!(parameter(ask.request(&endpoint())).as_deref(), Some(name));
    }

    let access = |account: &str, target: &str, context: Option<&str>| {
        let mut ask = GetDataAccess::new(account, target, Permission::Read);
        ask.audit_context = context;
        parameter(ask.request(&endpoint()))
    };
    let account = "111122223333";
    assert_eq!(
        access(account, &"a".repeat(2000), Some(&"a".repeat(2048))),
        None
    );
    for other in ["", "1111222233334", "11112222333a", "\u{661}11122223333"] {
        assert_eq!(
            access(other, "s3://b/*", None).as_deref(),
            Some("AccountId")
        );
    }
    assert_eq!(
        access(account, &"a".repeat(2001), None).as_deref(),
        Some("Target")
    );
    for context in ["", "a\rb", "a\u{2028}b"] {
        let refused = access(account, "s3://b/*", Some(context));
        assert_eq!(refused.as_deref(), Some("AuditContext"), "{context:?}");
    }

    let registries = |ids: &[&str]| {
        let mut ask = GetAuthorizationToken::new();
        ask.registry_ids = ids;
        let made = ask.request(&endpoint());
        made.map(|request| request.into_unsigned().into_body())
    };
    let body = registries(&["111122223333"; 10]).unwrap();
    assert!(
        body.starts_with(r#"{"registryIds":["111122223333","111122223333","#),
        "{body}"
    );
    assert!(body.ends_with(r#""]}"#), "{body}");
    assert!(registries(&["1"]).is_err());
}

#[test]
fn no_debug_text_or_error_contains_a_secret() {
    let credentials = Credentials::new("ASIAEXAMPLE", SECRET).with_session_token(SECRET);
    let at = ConsoleEndpoint::global();
    let console = GetSigninToken::new(&credentials);
    let body =
        format!(r#"{{"authorizationData":{{"authorizationToken":"{ECR_TOKEN}","expiresAt":1}}}}"#);
    let login = GetPublicAuthorizationToken::new()
        .parse(&endpoint(), &ok(&body))
        .unwrap();
    let xml = format!(
        "<GetClusterCredentialsResponse><GetClusterCredentialsResult><DbUser>IAM:jane</DbUser>\
         <DbPassword>{SECRET}</DbPassword><Expiration>2026-11-29T12:15:00Z</Expiration>\
         </GetClusterCredentialsResult></GetClusterCredentialsResponse>"
    );
    let database = GetClusterCredentials::parse(StatusCode::OK, xml).unwrap();
    assert_eq!(database.password.expose(), SECRET);
    let refresh = format!("ASOR{SECRET}");
    let revoke = RevokeOAuth2TokenWithIam::new(&refresh);
    let introspect = IntrospectOAuth2TokenWithIam::new(&refresh);
    let exchange =
        CreateOAuth2TokenWithTokenExchange::new(TokenGrant::token_exchange(SECRET, "resource"));
    let token = SigninToken::new(SECRET, NOW);
    let printed = [
        format!("{console:?}"),
        format!("{:?}", console.request(&at).unwrap()),
        format!("{:?}", console.get_url(&at).unwrap()),
        format!("{token:?}"),
        format!(
            "{:?}",
            token.login_url(&at, "https://a.example", None).unwrap()
        ),
        format!("{login:?} {:?}", login.password()),
        format!("{database:?}"),
        format!("{revoke:?} {:?}", revoke.request(&endpoint()).unwrap()),
        format!(
            "{introspect:?} {:?}",
            introspect.request(&endpoint()).unwrap()
        ),
        format!("{exchange:?}"),
        format!("{:?}", signin_token()),
    ];
    for text in printed {
        assert!(
            !text.contains(SECRET) && !text.contains(ECR_TOKEN),
            "{text}"
        );
    }
}

/// Parses the response as one to each call, and returns the errors.
fn all_errors(status: u16, body: &[u8]) -> Vec<ServiceError> {
    let status = StatusCode::from_u16(status).unwrap();
    let response = Response::builder().status(status).body(body).unwrap();
    let at = &endpoint();
    let exchange = CreateOAuth2TokenWithTokenExchange::new(TokenGrant::jwt_bearer("jjww"));
    [
        GetAuthorizationToken::new().parse(at, &response).err(),
        GetPublicAuthorizationToken::new()
            .parse(at, &response)
            .err(),
        CreateBearerToken::new("r").parse(at, &response, NOW).err(),
        CreateOAuth2TokenWithIam::new("r")
            .parse(at, &response, NOW)
            .err(),
        exchange.parse(at, &response, NOW).err(),
        IntrospectOAuth2TokenWithIam::parse(&response).err(),
        GetSigninToken::parse(&response, NOW).err(),
        GetCredentials::parse(&response).err(),
        GetClusterCredentials::parse(status, body).err(),
        GetClusterCredentialsWithIam::parse(status, body).err(),
        GetDataAccess::parse(status, body).err(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn a_hostile_response_is_an_error_that_quotes_nothing() {
    let deep_json = format!(
        "{}\"{SECRET}\"{}",
        "{\"a\":".repeat(20_000),
        "}".repeat(20_000)
    );
    let deep_list = format!("{{\"authorizationData\":{}}}", "[".repeat(60_000));
    let many = format!("{{\"authorizationData\":[{}1]}}", "1,".repeat(30_000));
    let large = format!("{{\"access_token\":\"{}{SECRET}\"}}", "a".repeat(70_000));
    let wide_xml = format!("<a>{}{SECRET}</a>", "<b/>".repeat(10_000));
    let deep_xml = "<a>".repeat(50_000);
    let entities =
        format!("<!DOCTYPE a [<!ENTITY b \"{SECRET}\">]><Error><Code>&b;</Code></Error>");
    for body in [
        "",
        " ",
        "null",
        "[]",
        "{",
        "{}",
        "\u{feff}{}",
        r#"{"authorizationData":null}"#,
        r#"{"authorizationData":{}}"#,
        r#"{"authorizationData":[null]}"#,
        r#"{"SigninToken":["s3cr3tM4terial"]}"#,
        r#"{"access_token":{"a":"s3cr3tM4terial"},"SigninToken":1,"dbUser":true}"#,
        r#"{"dbUser":"u","dbPassword":"s3cr3tM4terial","expiration":"s3cr3tM4terial"}"#,
        r#"{"dbUser":"u","dbPassword":"s3cr3tM4terial","expiration":1e300}"#,
        "<GetDataAccessResult/>",
        "<GetDataAccessResult xmlns=\"urn:other\"><Credentials/></GetDataAccessResult>",
        "<GetClusterCredentialsResponse><GetClusterCredentialsResult/></GetClusterCredentialsResponse>",
        "<GetClusterCredentialsResponse xmlns=\"urn:other\"><GetClusterCredentialsResult/></GetClusterCredentialsResponse>",
        "<html><body>s3cr3tM4terial</body></html>",
        &deep_json,
        &deep_list,
        &many,
        &large,
        &wide_xml,
        &deep_xml,
        &entities,
    ] {
        for status in [200, 403] {
            let errors = all_errors(status, body.as_bytes());
            assert_eq!(errors.len(), 11, "{status} {}", &body[..body.len().min(80)]);
            for error in errors {
                let told = format!("{error} {error:?} {}", error.message());
                assert!(!told.contains(SECRET), "{told}");
                assert_eq!(error.status(), status);
            }
        }
    }
}

#[test]
fn an_error_response_with_status_200_is_an_error() {
    let error = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>";
    for parse in [
        GetClusterCredentials::parse,
        GetClusterCredentialsWithIam::parse,
    ] {
        let told = parse(StatusCode::OK, error).unwrap_err();
        assert_eq!(told.code(), Some("AccessDenied"));
    }
    let told = GetDataAccess::parse(StatusCode::OK, error).unwrap_err();
    assert_eq!(told.code(), Some("AccessDenied"));
}

#[test]
fn an_error_response_in_the_envelope_of_ec2_is_read() {
    let error = "<ErrorResponse><Errors><Error><Code>SignatureDoesNotMatch</Code></Error></Errors>\
        <RequestId>r-1</RequestId></ErrorResponse>";
    for told in [
        GetClusterCredentials::parse(StatusCode::FORBIDDEN, error).unwrap_err(),
        GetDataAccess::parse(StatusCode::FORBIDDEN, error).unwrap_err(),
    ] {
        assert_eq!(
            (told.code(), told.request_id()),
            (Some("SignatureDoesNotMatch"), Some("r-1"))
        );
    }
}

#[test]
fn calls_go_to_a_custom_endpoint() {
    let at = Endpoint::custom("http://127.0.0.1:5000", "eu-west-1").unwrap();
    let access = GetDataAccess::new("111122223333", "s3://b/*", Permission::Read);
    for (request, path) in [
        (GetAuthorizationToken::new().request(&at), "/"),
        (GetPublicAuthorizationToken::new().request(&at), "/"),
        (CreateBearerToken::new("r").request(&at), "/v1/token"),
        (
            GetClusterCredentials::new("j", Cluster::Identifier("c")).request(&at),
            "/",
        ),
        (
            GetCredentials::new(Workgroup::Name("wg1")).request(&at),
            "/",
        ),
        (
            access.request(&at),
            "/v20180820/accessgrantsinstance/dataaccess",
        ),
    ] {
        let request = request.unwrap();
        assert_eq!(request.region(), "eu-west-1");
        let uri = request.into_unsigned().uri().clone();
        let authority = uri.authority().map(http::uri::Authority::as_str);
        assert_eq!((authority, uri.path()), (Some("127.0.0.1:5000"), path));
    }
}

proptest! {
    #[test]
    fn no_response_makes_a_call_panic(body: Vec<u8>, status in 200_u16..600) {
        all_errors(status, &body);
    }

    #[test]
    fn no_json_makes_a_call_panic(
        name in "authorizationData|access_token|expires_in|SigninToken|active|exp|expiration|__type",
        value in r#"null|true|-1|1e400|1e308|18446744073709551615|""|"a:b"|\[\]|\{\}|\[\{"authorizationToken":"a"\}\]"#,
        status in 200_u16..600,
    ) {
        all_errors(status, format!("{{\"{name}\":{value}}}").as_bytes());
    }

    #[test]
    fn no_text_makes_a_request_panic(text: String, region: String) {
        let endpoint = Endpoint::custom(&text, "us-east-1");
        prop_assert!(endpoint.is_err() || text.starts_with("http") || text.starts_with("HTTP"));
        let _ = ConsoleEndpoint::regional(&region);
        if let Ok(at) = Endpoint::regional(&region) {
            let _ = GetAuthorizationToken::new().request(&at);
        }
        let at = endpoint.unwrap_or_else(|_| Endpoint::regional("us-east-1").unwrap());
        let _ = CreateBearerToken::new(&text).request(&at);
        let _ = GetDataAccess::new("111122223333", &text, Permission::Write).request(&at);
        let _ = GetClusterCredentials::new(&text, Cluster::CustomDomainName(&text)).request(&at);
        let _ = GetCredentials::new(Workgroup::CustomDomainName(&text)).request(&at);
        let _ = SigninToken::new(&*text, NOW).login_url(&ConsoleEndpoint::global(), &text, Some(&text));
    }
}
