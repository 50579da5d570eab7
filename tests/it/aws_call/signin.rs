//! OAuth 2.0 tokens of AWS Sign-In.

use super::*;

#[test]
fn a_token_for_a_url_goes_to_its_host_and_one_for_a_service_to_its_hosts() {
    let body = r#"{"access_token":"t","token_type":"Bearer","expires_in":900}"#;
    let token = |resource: &str| {
        let ask = CreateOAuth2TokenWithIam::new(resource);
        ask.parse(&endpoint(), &ok(body), NOW).unwrap().token
    };
    let send = |token: &BearerToken, service: &str, url: &str| {
        let mut request = Request::get(url).body(()).unwrap();
        bearer::authorize(&mut request, token, service, "us-east-1", NOW).is_ok()
    };
    let (resource, elsewhere) = ("https://mcp.example/a", "https://evil.example/a");
    assert!(send(&token(resource), resource, resource));
    assert!(!send(&token(resource), resource, elsewhere));
    let bedrock = token("bedrock.amazonaws.com");
    assert!(!send(&bedrock, "bedrock", resource));
    for (url, sent) in [
        ("https://bedrock-runtime.us-east-1.amazonaws.com/", true),
        ("https://bedrock-fips.us-east-1.amazonaws.com/", true),
        ("https://bedrock-runtime.us-west-2.amazonaws.com/", false),
        // This service accepts signatures only.
        ("https://bedrock-agent.us-east-1.amazonaws.com/", false),
    ] {
        assert_eq!(send(&bedrock, "bedrock", url), sent, "{url}");
    }
    // These services accept signatures only, or do not exist.
    for resource in ["ecr", "glue", "no-such-service"] {
        let hosts = token(&format!("{resource}.amazonaws.com")).hosts().count();
        assert_eq!(hosts, 0, "{resource}");
    }
}

#[test]
fn a_client_id_has_up_to_212_characters() {
    for (length, fits) in [(212, true), (213, false)] {
        let mut grant = TokenGrant::jwt_bearer("jjww");
        let id = "a".repeat(length);
        if let TokenGrant::JwtBearer {
            client_id, scope, ..
        } = &mut grant
        {
            *client_id = Some(&id);
            *scope = Some("openid");
        }
        let ask = CreateOAuth2TokenWithTokenExchange::new(grant);
        let made = ask.request(&endpoint());
        assert_eq!(made.is_ok(), fits);
        if let Ok(request) = made {
            let body: serde_json::Value = serde_json::from_str(request.body()).unwrap();
            assert_eq!(
                body["grant_type"],
                "urn:ietf:params:oauth:grant-type:jwt-bearer"
            );
            assert_eq!(
                (&body["client_id"], &body["scope"], &body["resource"]),
                (&id.into(), &"openid".into(), &serde_json::Value::Null)
            );
        }
    }
}

#[test]
fn an_expiration_beyond_the_calendar_is_its_last_time() {
    let body = format!(
        r#"{{"access_token":"t","token_type":"bearer","expires_in":{}}}"#,
        u64::MAX
    );
    let ask = CreateOAuth2TokenWithIam::new("r");
    let issued = ask.parse(&endpoint(), &ok(&body), NOW).unwrap();
    assert_eq!(issued.token.expiration(), Some(NOW + Duration::MAX));
    assert!(issued.token.check("r", "us-east-1", NOW).is_ok());
}

#[test]
fn a_token_response_without_its_members_is_malformed() {
    let sound = r#"{"access_token":"t","token_type":"Bearer","expires_in":900}"#;
    let parse =
        |body: &str| CreateBearerToken::new("ecr.amazonaws.com").parse(&endpoint(), &ok(body), NOW);
    assert!(parse(sound).is_ok());
    let longest = format!("\"{}\"", "t".repeat(4096));
    assert!(parse(&sound.replace("\"t\"", &longest)).is_ok());
    let too_long = format!("\"{}\"", "t".repeat(4097));
    for (from, to) in [
        ("\"t\"", "\"\""),
        ("\"t\"", "null"),
        ("\"t\"", "1"),
        ("\"t\"", &too_long),
        ("access_token", "accessToken"),
        ("Bearer", "mac"),
        ("\"Bearer\"", "null"),
        ("900", "-1"),
        ("900", "\"900\""),
        ("900", "1.5"),
        ("900", "null"),
    ] {
        let body = sound.replace(from, to);
        assert_ne!(body, sound);
        let error = parse(&body).unwrap_err();
        assert_eq!(
            (error.code(), error.status()),
            (None, StatusCode::OK),
            "{body}"
        );
    }
}
