//! Logins for Keyspaces, Neptune, AppSync, Snowflake and SES: what they refuse, when they expire,
//! and what they print.

use std::time::Duration;

use countersign::tokens::{self, AppSync, Neptune};
use countersign::{Credentials, Error, Timestamp};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_950_000);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEBY/+aCXVzLWVhc3QtMSJ==";
const CHALLENGE: &[u8] = b"nonce=c0ffee00c0ffee11c0ffee22c0ffee33";
const NEPTUNE: &str = "db-1.cluster-abcdefghijkl.us-east-1.neptune.amazonaws.com";
const GRAPHQL: &str = "https://abcdefghijkl.appsync-api.us-east-1.amazonaws.com/graphql";

fn long_term() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET)
}

fn temporary() -> Credentials {
    Credentials::new("ASIAEXAMPLE", SECRET).with_session_token(TOKEN)
}

/// The expiration of each login.
fn ends(credentials: &Credentials) -> Result<[Timestamp; 5], Error> {
    let region = "us-east-1";
    let api = AppSync::graphql(GRAPHQL, region)?;
    Ok([
        tokens::keyspaces(credentials, region, CHALLENGE, NOW)?.expires_at(),
        tokens::snowflake(credentials, region, NOW)?.expires_at(),
        Neptune::new(NEPTUNE, 8182, region)?
            .login(credentials, NOW)?
            .expires_at(),
        api.connect(credentials, NOW)?.expires_at(),
        api.authorize(credentials, "{}", NOW)?.expires_at(),
    ])
}

#[test]
fn a_login_expires_by_itself_or_with_its_credentials() {
    let own = [900, 900, 300, 300, 300].map(|seconds| NOW + Duration::from_secs(seconds));
    assert_eq!(ends(&long_term()).unwrap(), own);
    let later = temporary().with_expiration(NOW + Duration::from_secs(901));
    assert_eq!(ends(&later).unwrap(), own);
    let sooner = NOW + Duration::from_secs(299);
    assert_eq!(
        ends(&temporary().with_expiration(sooner)).unwrap(),
        [sooner; 5]
    );
    let expired = ends(&temporary().with_expiration(NOW));
    assert!(matches!(expired, Err(Error::CredentialsExpired { .. })));
}

#[test]
fn a_session_token_is_in_every_login() {
    let (credentials, region) = (temporary(), "us-east-1");
    let answer = tokens::keyspaces(&credentials, region, CHALLENGE, NOW).unwrap();
    assert!(
        answer
            .expose()
            .ends_with(&format!(",session_token={TOKEN}"))
    );
    let login = Neptune::new(NEPTUNE, 8182, region)
        .unwrap()
        .login(&credentials, NOW)
        .unwrap();
    let member = format!(r#""X-Amz-Security-Token":"{TOKEN}""#);
    assert!(login.expose_password().contains(&member));
    let api = AppSync::graphql(GRAPHQL, region).unwrap();
    let authorization = api.authorize(&credentials, "{}", NOW).unwrap();
    let member = format!(r#""x-amz-security-token":"{TOKEN}""#);
    assert!(authorization.expose().contains(&member));
}

#[test]
fn each_content_of_a_message_has_its_own_signature() {
    let api = AppSync::graphql(GRAPHQL, "us-east-1").unwrap();
    let sign = |content| {
        let signed = api.authorize(&long_term(), content, NOW).unwrap();
        signed.expose().to_owned()
    };
    assert_eq!(sign("{}"), sign("{}"));
    assert_ne!(sign("{}"), sign("{} "));
}

#[test]
fn each_nonce_has_its_own_signature() {
    let answer = |challenge: &[u8]| {
        let answer = tokens::keyspaces(&long_term(), "us-east-1", challenge, NOW).unwrap();
        answer.expose().to_owned()
    };
    assert_eq!(answer(CHALLENGE), answer(&[b"v=1,", CHALLENGE].concat()));
    assert_ne!(
        answer(CHALLENGE),
        answer(b"nonce=c0ffee00c0ffee11c0ffee22c0ffee34")
    );
}

#[test]
fn a_time_before_1970_keeps_its_milliseconds() {
    let time = Timestamp::from_unix_millis(-1);
    let answer = tokens::keyspaces(&long_term(), "us-east-1", CHALLENGE, time).unwrap();
    assert!(
        answer
            .expose()
            .ends_with("amzdate=1969-12-31T23:59:59.999Z")
    );
}

#[track_caller]
fn parameter<T>(made: Result<T, Error>) -> String {
    match made {
        Ok(_) => "none".to_owned(),
        Err(Error::InvalidParameter { parameter, .. }) => parameter,
        Err(Error::InvalidRegion { .. }) => "region".to_owned(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn an_appsync_endpoint_is_an_https_url_of_its_kind() {
    let events = GRAPHQL.replace("/graphql", "/event");
    assert!(AppSync::graphql(GRAPHQL, "us-east-1").is_ok());
    assert!(AppSync::events(&events, "us-east-1").is_ok());
    assert_eq!(parameter(AppSync::events(GRAPHQL, "us-east-1")), "endpoint");
    assert_eq!(
        parameter(AppSync::graphql(&events, "us-east-1")),
        "endpoint"
    );
    for url in [
        "",
        "/graphql",
        "https://a.example",
        "https://a.example/",
        "https://a.example/graphql/",
        "https://a.example/graphql?x",
        "https://a.example/graphql#x",
        "wss://a.example/graphql",
        "http://a.example/graphql",
        "https:///graphql",
    ] {
        assert_eq!(
            parameter(AppSync::graphql(url, "us-east-1")),
            "endpoint",
            "{url}"
        );
    }
    for url in [
        "https://user:pw@a.example/graphql",
        "https://a.example:8443/graphql",
    ] {
        assert_eq!(
            parameter(AppSync::graphql(url, "us-east-1")),
            "host",
            "{url}"
        );
    }
    assert!(AppSync::graphql("https://a.example:443/graphql", "us-east-1").is_ok());
    assert_eq!(parameter(AppSync::graphql(GRAPHQL, "us-west-1")), "region");
}

#[test]
fn the_real_time_host_differs_from_the_signed_host() {
    let api = AppSync::graphql(GRAPHQL, "us-east-1").unwrap();
    let connection = api.connect(&long_term(), NOW).unwrap();
    let host = "abcdefghijkl.appsync-realtime-api.us-east-1.amazonaws.com";
    assert_eq!(connection.url(), format!("wss://{host}/graphql"));
    assert!(
        connection
            .url_with_query()
            .expose()
            .starts_with(connection.url())
    );
    let own = AppSync::events("https://a.example/event", "us-east-1").unwrap();
    let connection = own.connect(&long_term(), NOW).unwrap();
    assert_eq!(connection.url(), "wss://a.example/event/realtime");
}

#[test]
fn a_neptune_endpoint_is_a_host_and_a_port() {
    for host in ["", "a:8182", "https://a", "a/b", "a b", "a..b", "\u{e9}"] {
        assert_eq!(
            parameter(Neptune::new(host, 8182, "us-east-1")),
            "host",
            "{host}"
        );
    }
    assert_eq!(parameter(Neptune::new("localhost", 0, "us-east-1")), "port");
    assert_eq!(parameter(Neptune::new(NEPTUNE, 8182, "us-east-1")), "none");
    assert_eq!(
        parameter(Neptune::new(NEPTUNE, 8182, "us-east-2")),
        "region"
    );
    // A host without a region in its name: the caller's own name for a Neptune cluster.
    assert_eq!(
        parameter(Neptune::new("graph.example.com", 8182, "us-east-2")),
        "none"
    );
}

#[test]
fn an_smtp_password_needs_a_long_term_key() {
    assert_eq!(
        parameter(tokens::ses_smtp(&long_term(), "us-east-1")),
        "none"
    );
    assert_eq!(
        parameter(tokens::ses_smtp(&temporary(), "us-east-1")),
        "credentials"
    );
    let empty = tokens::ses_smtp(&Credentials::new("AKIDEXAMPLE", ""), "us-east-1");
    assert!(matches!(empty, Err(Error::InvalidSecretKey(_))));
    for region in ["", "us-east-1.evil.example", "US-EAST-1", "a/b"] {
        assert_eq!(parameter(tokens::ses_smtp(&long_term(), region)), "region");
    }
}

#[test]
fn snowflake_takes_the_partitions_that_it_knows() {
    for region in ["us-east-1", "cn-north-1", "us-gov-west-1"] {
        assert_eq!(
            parameter(tokens::snowflake(&long_term(), region, NOW)),
            "none"
        );
    }
    for region in [
        "eusc-de-east-1",
        "us-iso-east-1",
        "us-isob-east-1",
        "",
        "a.b",
    ] {
        assert_eq!(
            parameter(tokens::snowflake(&long_term(), region, NOW)),
            "region"
        );
    }
}

#[test]
fn no_debug_text_or_error_contains_a_secret() {
    let (credentials, region) = (temporary(), "us-east-1");
    let api = AppSync::graphql(GRAPHQL, region).unwrap();
    let connection = api.connect(&credentials, NOW).unwrap();
    let signature = |text: &str| text.rsplit("Signature=").next().unwrap()[..64].to_owned();
    let authorization = api.authorize(&credentials, "{}", NOW).unwrap();
    let login = Neptune::new(NEPTUNE, 8182, region)
        .unwrap()
        .login(&credentials, NOW)
        .unwrap();
    let smtp = tokens::ses_smtp(&long_term(), region).unwrap();
    let answer = tokens::keyspaces(&credentials, region, CHALLENGE, NOW).unwrap();
    let printed = format!(
        "{api:?} {connection:?} {:?} {authorization:?} {login:?} {smtp:?} {answer:?}",
        connection.url_with_query()
    );
    for secret in [
        SECRET,
        TOKEN,
        smtp.expose_password(),
        connection.expose_subprotocols()[1],
        &signature(authorization.expose()),
        &signature(login.expose_password()),
        &answer.expose()["signature=".len()..][..64],
    ] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

proptest! {
    #[test]
    fn no_input_makes_a_login_panic(text: String, bytes: Vec<u8>, region: String, port: u16, seconds: i64) {
        let credentials = Credentials::new(&*text, &*region).with_session_token(&*text);
        let now = Timestamp::from_unix_seconds(seconds);
        let _ = tokens::keyspaces(&credentials, &region, &bytes, now);
        let _ = tokens::keyspaces(&credentials, &region, CHALLENGE, now);
        let _ = tokens::keyspaces(&long_term(), &region, CHALLENGE, now);
        let _ = tokens::snowflake(&credentials, &region, now);
        let _ = tokens::snowflake(&credentials, "us-east-1", now);
        let _ = tokens::ses_smtp(&credentials, &region);
        let _ = tokens::ses_smtp(&Credentials::new("AKIDEXAMPLE", &*text), "us-east-1");
        let _ = Neptune::new(&text, port, &region).map(|at| at.login(&long_term(), now));
        let _ = AppSync::graphql(&text, &region).map(|at| at.connect(&long_term(), now));
        let own = format!("https://{text}/event");
        let _ = AppSync::events(&own, &region).map(|at| at.authorize(&long_term(), &text, now));
    }

    #[test]
    fn the_json_of_a_login_is_read_as_it_was_written(host in "[a-z]{1,20}(\\.[a-z]{1,20}){0,3}", token in "[!-~]{1,200}") {
        let credentials = Credentials::new("ASIAEXAMPLE", SECRET).with_session_token(&*token);
        let login = Neptune::new(&host, 8182, "us-east-1").unwrap().login(&credentials, NOW).unwrap();
        let json: serde_json::Value = serde_json::from_str(login.expose_password()).unwrap();
        prop_assert_eq!(json["X-Amz-Security-Token"].as_str(), Some(&*token));
        prop_assert_eq!(json["Host"].as_str(), Some(&*host));
    }
}
