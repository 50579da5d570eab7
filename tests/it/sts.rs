//! AWS STS and stores with the same API: hosts, limits of parameters, and responses in every form.
//!
//! The responses are those of MinIO (`cmd/sts-datatypes.go`), Ceph (`rgw_rest_sts.cc`) and Dell ECS
//! (ECS REST API, "AssumeRoleWithSAML"). The limits are those of AWS's service model (2026-11).

mod malformed_responses;

use countersign::sts::{
    AssumeRole, AssumeRoleWithSaml, AssumeRoleWithWebIdentity, AssumeRoot,
    DecodeAuthorizationMessage, Endpoint, GetAccessKeyInfo, GetCallerIdentity,
    GetDelegatedAccessToken, GetFederationToken, GetScopedCredentials, GetSessionToken,
    GetWebIdentityToken, ProvidedContext, SigningAlgorithm, SubjectMode,
};
use countersign::{Credentials, Error, PayloadHash, Signer};
use http::StatusCode;
use time::macros::datetime;

const ROLE: &str = "arn:aws:iam::123456789012:role/demo";
const PROVIDER: &str = "arn:aws:iam::123456789012:saml-provider/idp";

const CREDENTIALS: &str = "<Credentials><AccessKeyId>ASIACOUNTERSIGNEXMPL</AccessKeyId>\
    <SecretAccessKey>c0unt3r/S1gn+Secret</SecretAccessKey>\
    <SessionToken>IQoJb3JpZ2lu/tok+en==</SessionToken>\
    <Expiration>2026-11-29T13:00:00Z</Expiration></Credentials>";

fn regional() -> Endpoint {
    Endpoint::regional("us-east-1").unwrap()
}

/// The endpoint of a store.
fn custom() -> Endpoint {
    Endpoint::custom("https://sts.example.com", "us-east-1").unwrap()
}

#[track_caller]
fn are_whole(credentials: &Credentials) {
    assert_eq!(credentials.access_key_id(), "ASIACOUNTERSIGNEXMPL");
    assert_eq!(credentials.secret_key().expose(), "c0unt3r/S1gn+Secret");
    assert_eq!(
        credentials.session_token().unwrap().expose(),
        "IQoJb3JpZ2lu/tok+en=="
    );
    assert_eq!(
        credentials.expiration(),
        Some(datetime!(2026-11-29 13:00 UTC).into())
    );
}

#[track_caller]
fn problem<T>(result: Result<T, Error>) -> String {
    result.map(drop).unwrap_err().to_string()
}

#[test]
fn aws_global_is_sent_to_the_global_host_and_signed_for_us_east_1() {
    let endpoint = Endpoint::regional("aws-global").unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let request = GetCallerIdentity
        .request(&endpoint)
        .unwrap()
        .sign(&credentials, datetime!(2026-01-02 3:04:05 UTC))
        .unwrap();
    assert_eq!(request.uri(), "https://sts.amazonaws.com/");
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains("Credential=AKIDEXAMPLE/20260102/us-east-1/sts/aws4_request"));

    // It has no FIPS and no dual-stack host.
    for none in [
        endpoint.clone().with_fips(),
        endpoint.clone().with_dual_stack(),
        endpoint.with_fips().with_dual_stack(),
    ] {
        let refused = GetCallerIdentity.request(&none);
        assert!(matches!(refused, Err(Error::NoEndpoint { .. })));
    }
}

#[test]
#[cfg(all(feature = "codeartifact", feature = "s3", feature = "tokens"))]
fn pseudo_regions_are_no_part_of_a_host() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use countersign::codeartifact::{GetAuthorizationToken, Repository};
    use countersign::tokens::{self, caller_identity};

    let credentials = &Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let now = datetime!(2026-01-02 3:04:05 UTC);
    for (region, refused) in [
        ("aws-global", true),
        ("aws-cn-global", true),
        ("aws-us-gov-global", true),
        ("us-east-1", false),
        // A region that contains only a part of such a name is accepted.
        ("aws-east-1", false),
        ("eu-global", false),
    ] {
        let bucket = "demo--use1-az4--x-s3";
        for made in [
            countersign::s3::express::host(bucket, region).map(drop),
            GetAuthorizationToken::new("my-domain", region)
                .request()
                .map(drop),
            Repository::new("my-domain", "111122223333", region, "repo").map(drop),
            tokens::msk(credentials, region, "my-app/1.0", now).map(drop),
        ] {
            let is_refused = matches!(&made, Err(Error::InvalidRegion { .. }));
            assert_eq!(is_refused, refused, "{region}: {made:?}");
        }
    }

    // Proofs are for a host of STS. That of `aws-global` is one.
    let host = caller_identity::host("aws-global").unwrap();
    assert_eq!(host, "sts.amazonaws.com");
    assert!(caller_identity::host("aws-cn-global").is_err());
    let scope = "%2F20260102%2Fus-east-1%2Fsts%2Faws4_request";
    let url = caller_identity::presigned(credentials, "aws-global", &host, None, now).unwrap();
    assert!(url.expose().contains(scope));
    let scope = "/20260102/us-east-1/sts/aws4_request";
    let proof = caller_identity::signed(credentials, "aws-global", &host, None, now).unwrap();
    let mut headers = proof.expose_headers();
    assert!(headers.any(|(_, value)| value.contains(scope)));
    let token = tokens::eks(credentials, "aws-global", "my-cluster", now).unwrap();
    let url = token.expose().strip_prefix("k8s-aws-v1.").unwrap();
    let url = URL_SAFE_NO_PAD.decode(url).unwrap();
    let url = String::from_utf8(url).unwrap();
    assert!(url.starts_with("https://sts.amazonaws.com/?"), "{url}");
    assert!(
        url.contains("%2F20260102%2Fus-east-1%2Fsts%2Faws4_request"),
        "{url}"
    );
}

#[test]
fn a_token_with_the_line_break_of_its_file_is_refused() {
    let padded = "must not begin or end with white space, such as the line break of a file";
    let endpoint = &regional();
    let web = |token: &str| {
        let ask = AssumeRoleWithWebIdentity::new(ROLE, "web", token);
        ask.request(endpoint).map(drop)
    };
    let saml = |assertion: &str| {
        let ask = AssumeRoleWithSaml::new(ROLE, PROVIDER, assertion);
        ask.request(endpoint).map(drop)
    };
    let trade = |token: &str| {
        let ask = GetDelegatedAccessToken::new(token);
        ask.request(endpoint).map(drop)
    };
    let context = |assertion: &str| {
        let contexts = [ProvidedContext::new(PROVIDER, assertion)];
        let mut ask = AssumeRole::new(ROLE, "session");
        ask.provided_contexts = &contexts;
        ask.request(endpoint).map(drop)
    };
    type Ask<'a> = &'a dyn Fn(&str) -> Result<(), Error>;
    let asks: [(&str, Ask<'_>); 4] = [
        ("WebIdentityToken", &web),
        ("SAMLAssertion", &saml),
        ("TradeInToken", &trade),
        ("ProvidedContexts.member.1.ContextAssertion", &context),
    ];
    for (name, ask) in asks {
        for token in ["eyJh.bGci\n", "eyJh.bGci\r\n", " eyJh.bGci", "eyJh.bGci\t"] {
            assert_eq!(
                problem(ask(token)),
                format!("parameter `{name}` {padded}"),
                "{token:?}"
            );
        }
        assert_eq!(ask("eyJh.bGci-Oi_J.SUz~+/=="), Ok(()), "{name}");
    }
    for (_, ask) in [asks[0], asks[2], asks[3]] {
        assert!(problem(ask("eyJh\n.bGci")).contains("control character"));
    }
    // Identity providers may break base64 into lines, and browsers send the line breaks.
    assert_eq!(saml("PHNh\r\nbWw+"), Ok(()));
}

#[test]
fn a_custom_store_takes_a_web_identity_without_a_role() {
    let mut ask = AssumeRoleWithWebIdentity::without_role("eyJh.bGci-Oi_J.SUz~");
    ask.duration_seconds = Some(3600);
    let request = ask.request(&custom()).unwrap();
    assert_eq!(request.uri(), "https://sts.example.com/");
    assert_eq!(
        request.body(),
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15\
         &WebIdentityToken=eyJh.bGci-Oi_J.SUz~&DurationSeconds=3600"
    );

    // AWS requires both.
    assert!(
        problem(ask.request(&regional()))
            .contains("`RoleArn` is missing: only a custom endpoint can do without it")
    );
    assert!(
        problem(ask.request(&Endpoint::global()))
            .contains("`RoleArn` is missing: only a custom endpoint can do without it")
    );
    ask.role_arn = Some(ROLE);
    assert!(
        problem(ask.request(&regional()))
            .contains("`RoleSessionName` is missing: only a custom endpoint can do without it")
    );
    ask.role_session_name = Some("web");
    assert!(ask.request(&regional()).is_ok());
    // The limits apply to stores, too.
    ask.role_arn = Some("");
    assert!(problem(ask.request(&custom())).contains("must be 20 to 2048 characters"));
}

#[test]
fn a_source_identity_has_2_to_256_characters() {
    let ask = |length: usize| {
        let identity = "a".repeat(length);
        let mut ask = AssumeRole::new(ROLE, "s1");
        ask.source_identity = Some(&identity);
        ask.request(&regional()).map(drop)
    };
    for length in [2, 65, 200, 256] {
        assert_eq!(ask(length), Ok(()), "{length}");
    }
    for length in [0, 1, 257] {
        assert_eq!(
            problem(ask(length)),
            format!("parameter `SourceIdentity` must be 2 to 256 characters, got {length}")
        );
    }
    // The role session name has its own limit.
    let name = "a".repeat(65);
    assert!(AssumeRole::new(ROLE, &name).request(&regional()).is_err());
}

#[test]
fn a_context_assertion_has_4_to_3072_characters() {
    let ask = |length: usize| {
        let assertion = "c".repeat(length);
        let contexts = [ProvidedContext::new(PROVIDER, &assertion)];
        let mut ask = AssumeRole::new(ROLE, "s1");
        ask.provided_contexts = &contexts;
        ask.request(&regional()).map(drop)
    };
    for length in [4, 2049, 3000, 3072] {
        assert_eq!(ask(length), Ok(()), "{length}");
    }
    for length in [3, 3073] {
        assert!(problem(ask(length)).contains("must be 4 to 3072 characters"));
    }
    // `ProviderId` has a limit of its own.
    let provider = "p".repeat(2049);
    let mut ask = AssumeRoleWithWebIdentity::new(ROLE, "web", "token");
    ask.provider_id = Some(&provider);
    assert!(problem(ask.request(&regional())).contains("must be 4 to 2048 characters"));
}

#[test]
fn the_policy_of_assume_role_has_no_maximum_length() {
    let policy = "x".repeat(2049);
    let mut role = AssumeRole::new(ROLE, "s1");
    role.policy = Some(&policy);
    let body = role.request(&regional()).unwrap().into_unsigned();
    assert!(body.body().ends_with(&format!("&Policy={policy}")));

    let limit = "parameter `Policy` must be 1 to 2048 characters";
    let mut saml = AssumeRoleWithSaml::new(ROLE, PROVIDER, "saml");
    saml.policy = Some(&policy);
    assert!(problem(saml.request(&regional())).starts_with(limit));
    let mut web = AssumeRoleWithWebIdentity::new(ROLE, "web", "token");
    web.policy = Some(&policy);
    assert!(problem(web.request(&regional())).starts_with(limit));
    let mut federation = GetFederationToken::new("Bob");
    federation.policy = Some(&policy);
    assert!(problem(federation.request(&regional())).starts_with(limit));

    for policy in ["", "{\u{100}}", "{\0}"] {
        role.policy = Some(policy);
        assert!(role.request(&regional()).is_err(), "{policy:?}");
    }
}

fn assume_role(inside: &str) -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         {CREDENTIALS}{inside}</AssumeRoleResult></AssumeRoleResponse>"
    )
}

#[test]
fn an_incomplete_assumed_role_user_does_not_lose_the_credentials() {
    let (id, arn) = ("AROAEXAMPLE:s1", "arn:aws:sts:::assumed-role/S3Access/s1");
    for (user, expected) in [
        // MinIO.
        (
            "<AssumedRoleUser><Arn></Arn><AssumeRoleId></AssumeRoleId></AssumedRoleUser>",
            None,
        ),
        ("<AssumedRoleUser/>", None),
        // Ceph.
        (
            "<AssumedRoleUser><Arn>arn:aws:sts:::assumed-role/S3Access/s1</Arn><AssumeRoleId>\
             AROAEXAMPLE:s1</AssumeRoleId></AssumedRoleUser>",
            Some((Some(id), Some(arn))),
        ),
        (
            "<AssumedRoleUser><Arn>arn:aws:sts:::assumed-role/S3Access/s1</Arn></AssumedRoleUser>",
            Some((None, Some(arn))),
        ),
        (
            "<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:s1</AssumedRoleId></AssumedRoleUser>",
            Some((Some(id), None)),
        ),
        // Malformed.
        ("<AssumedRoleUser><Arn><x/></Arn></AssumedRoleUser>", None),
        ("<AssumedRoleUser/><AssumedRoleUser/>", None),
    ] {
        let answer = AssumeRole::parse(StatusCode::OK, assume_role(user)).unwrap();
        are_whole(&answer.credentials);
        let user = answer.assumed_role_user;
        let found = user
            .as_ref()
            .map(|user| (user.assumed_role_id.as_deref(), user.arn.as_deref()));
        assert_eq!(found, expected);
    }
}

#[test]
fn other_malformed_fields_do_not_lose_the_credentials() {
    for field in [
        "<PackedPolicySize/>",
        "<PackedPolicySize>-1</PackedPolicySize>",
        "<SourceIdentity><x/></SourceIdentity>",
        "<SourceIdentity>a</SourceIdentity><SourceIdentity>b</SourceIdentity>",
    ] {
        let answer = AssumeRole::parse(StatusCode::OK, assume_role(field)).unwrap();
        are_whole(&answer.credentials);
        assert_eq!(
            (answer.packed_policy_size, answer.source_identity),
            (None, None)
        );
    }
    let federated = format!(
        "<GetFederationTokenResponse><GetFederationTokenResult>{CREDENTIALS}<FederatedUser><Arn/>\
         </FederatedUser></GetFederationTokenResult><ResponseMetadata><RequestId><x/></RequestId>\
         </ResponseMetadata></GetFederationTokenResponse>"
    );
    let answer = GetFederationToken::parse(StatusCode::OK, federated).unwrap();
    are_whole(&answer.credentials);
    assert_eq!((answer.federated_user, answer.request_id), (None, None));

    // The credentials are still required.
    let body = assume_role("").replace("IQoJb3JpZ2lu/tok+en==", "");
    let error = AssumeRole::parse(StatusCode::OK, body).unwrap_err();
    assert_eq!(error.message(), "has an empty element `SessionToken`");
    let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>u</UserId><Account/>\
        <Arn>a</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";
    assert!(GetCallerIdentity::parse(StatusCode::OK, body).is_err());
}

#[test]
fn an_error_with_an_empty_fault_has_no_fault() {
    let body = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type></Type>\
        <Code>InvalidParameterValue</Code><Message>Unsupported action</Message></Error>\
        <RequestId>18AB00C0FFEE0001</RequestId></ErrorResponse>";
    let error = AssumeRole::parse(StatusCode::BAD_REQUEST, body).unwrap_err();
    assert_eq!(
        (error.fault(), error.code()),
        (None, Some("InvalidParameterValue"))
    );
    assert_eq!(error.request_id(), Some("18AB00C0FFEE0001"));
}

#[test]
fn elements_are_matched_by_their_local_names() {
    let inside = format!(
        "<ResponseMetadata><RequestId>0a0b0c0d</RequestId></ResponseMetadata><AssumeRoleWithSAMLResult>\
         <AssumedRoleUser><Arn>urn:ecs:sts::ns1:assumed-role/s3role/user1</Arn>\
         <AssumedRoleId>AROAECSEXAMPLE000001:user1</AssumedRoleId></AssumedRoleUser>{CREDENTIALS}\
         <PackedPolicySize>118</PackedPolicySize></AssumeRoleWithSAMLResult>"
    );
    let (name, prefixed) = ("AssumeRoleWithSAMLResponse", inside.replace('<', "<ns2:"));
    let prefixed = prefixed.replace("<ns2:/", "</ns2:");
    for body in [
        // Dell ECS: only the root element has the namespace.
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <ns2:{name} xmlns:ns2=\"none\">{inside}</ns2:{name}>"
        ),
        format!("<ns2:{name} xmlns:ns2=\"none\">{prefixed}</ns2:{name}>"),
        format!("<{name} xmlns=\"urn:other\">{inside}</{name}>"),
        format!("<{name}>{inside}</{name}>"),
        format!("<{name} xmlns:ns2=\"urn:other\">{prefixed}</{name}>"),
    ] {
        let answer = AssumeRoleWithSaml::parse(StatusCode::OK, &body).unwrap();
        are_whole(&answer.credentials);
        assert_eq!(answer.request_id.as_deref(), Some("0a0b0c0d"));
        assert_eq!(answer.packed_policy_size, Some(118));
        let arn = answer.assumed_role_user.unwrap().arn.unwrap();
        assert_eq!(arn, "urn:ecs:sts::ns1:assumed-role/s3role/user1");
        // It is a response to this action only, and only with a successful status.
        assert!(AssumeRole::parse(StatusCode::OK, &body).is_err());
        assert!(AssumeRoleWithSaml::parse(StatusCode::FORBIDDEN, &body).is_err());
    }

    let body = "<ns2:ErrorResponse xmlns:ns2=\"none\"><Error><Type>Sender</Type><Code>AccessDenied</Code>\
        <Message>no</Message></Error><RequestId>1</RequestId></ns2:ErrorResponse>";
    let error = AssumeRoleWithSaml::parse(StatusCode::FORBIDDEN, body).unwrap_err();
    assert_eq!(
        (error.code(), error.request_id()),
        (Some("AccessDenied"), Some("1"))
    );

    // An element that appears in two namespaces is a duplicate: neither is preferred.
    let double = CREDENTIALS.replace(
        "<SessionToken>",
        "<x:SessionToken xmlns:x=\"urn:x\">other</x:SessionToken><SessionToken>",
    );
    let body = assume_role("").replace(CREDENTIALS, &double);
    let error = AssumeRole::parse(StatusCode::OK, body).unwrap_err();
    assert_eq!(
        error.message(),
        "has two `SessionToken` elements in the same parent"
    );
}

fn json(action: &str, result: &str) -> String {
    format!(
        "{{\"{action}Response\":{{\"{action}Result\":{{{result}}},\
         \"ResponseMetadata\":{{\"RequestId\":\"r-1\"}}}}}}"
    )
}

fn json_credentials(expiration: &str) -> String {
    format!(
        r#""Credentials":{{"AccessKeyId":"ASIACOUNTERSIGNEXMPL","SecretAccessKey":"c0unt3r/S1gn+Secret","SessionToken":"IQoJb3JpZ2lu/tok+en==","Expiration":{expiration}}}"#
    )
}

#[test]
fn json_responses_are_read() {
    // 2026-11-29T13:00:00Z.
    for expiration in ["1.7959572E9", "1795957200", "1795957200.0"] {
        let result = format!(
            r#""AssumedRoleUser":{{"AssumedRoleId":"AROAEXAMPLE:s1","Arn":"arn:s1"}},{},"PackedPolicySize":6,"SourceIdentity":null"#,
            json_credentials(expiration)
        );
        let answer = AssumeRole::parse(StatusCode::OK, json("AssumeRole", &result)).unwrap();
        are_whole(&answer.credentials);
        let user = answer.assumed_role_user.unwrap();
        assert_eq!(user.assumed_role_id.as_deref(), Some("AROAEXAMPLE:s1"));
        assert_eq!(user.arn.as_deref(), Some("arn:s1"));
        assert_eq!(answer.packed_policy_size, Some(6));
        assert_eq!(answer.source_identity, None);
        assert_eq!(answer.request_id.as_deref(), Some("r-1"));
    }
    let body = json("GetSessionToken", &json_credentials("1795957200.25"));
    let answer = GetSessionToken::parse(StatusCode::OK, body).unwrap();
    let expiration = answer.credentials.expiration();
    assert_eq!(
        expiration,
        Some(datetime!(2026-11-29 13:00:00.25 UTC).into())
    );

    let identity =
        r#""UserId":"AIDA","Account":"123456789012","Arn":"arn:aws:iam::123456789012:user/a""#;
    let body = format!("\n {}", json("GetCallerIdentity", identity));
    let answer = GetCallerIdentity::parse(StatusCode::OK, body).unwrap();
    assert_eq!(answer.account, "123456789012");

    let body = json(
        "DecodeAuthorizationMessage",
        r#""DecodedMessage":"{\"allowed\":false}""#,
    );
    let answer = DecodeAuthorizationMessage::parse(StatusCode::OK, body).unwrap();
    assert_eq!(answer.decoded_message, r#"{"allowed":false}"#);

    let body = json(
        "GetWebIdentityToken",
        r#""WebIdentityToken":"a.b.c","Expiration":1795957200"#,
    );
    let token = GetWebIdentityToken::parse(StatusCode::OK, body)
        .unwrap()
        .web_identity_token;
    assert_eq!(
        token.expiration(),
        Some(datetime!(2026-11-29 13:00 UTC).into())
    );
}

#[test]
fn other_malformed_json_fields_do_not_lose_the_credentials() {
    for user in [
        "null",
        "{}",
        "[]",
        "\"x\"",
        r#"{"Arn":null,"AssumedRoleId":""}"#,
        r#"{"Arn":1}"#,
    ] {
        let result = format!(
            r#"{},"AssumedRoleUser":{user},"PackedPolicySize":"6","SourceIdentity":{{}}"#,
            json_credentials("1795957200")
        );
        let answer = AssumeRole::parse(StatusCode::OK, json("AssumeRole", &result)).unwrap();
        are_whole(&answer.credentials);
        assert_eq!(answer.assumed_role_user, None, "{user}");
        assert_eq!(
            (answer.packed_policy_size, answer.source_identity),
            (None, None)
        );
    }
}

#[test]
fn json_that_is_no_response_to_the_action_is_refused() {
    let sound = json("AssumeRole", &json_credentials("1795957200"));
    assert!(AssumeRole::parse(StatusCode::OK, &sound).is_ok());
    for status in [300, 400, 403, 500] {
        let status = StatusCode::from_u16(status).unwrap();
        let error = AssumeRole::parse(status, &sound).unwrap_err();
        assert_eq!(error.code(), None);
    }
    let error = GetSessionToken::parse(StatusCode::OK, &sound).unwrap_err();
    assert_eq!(error.message(), "is not a response to GetSessionToken");
    for (body, problem) in [
        (json("AssumeRole", ""), "has no member `Credentials`"),
        (
            json("AssumeRole", r#""Credentials":[]"#),
            "has a member `Credentials` that is not an object",
        ),
        (
            sound.replace("SessionToken", "Token"),
            "has no member `SessionToken`",
        ),
        (
            sound.replace("IQoJb3JpZ2lu/tok+en==", ""),
            "has an empty member `SessionToken`",
        ),
        (
            sound.replace("\"IQoJb3JpZ2lu/tok+en==\"", "7"),
            "has a member `SessionToken` that is not a string",
        ),
        (
            sound.replace("1795957200", "\"soon\""),
            "has a member `Expiration` that is not a time in seconds",
        ),
        (
            sound.replace("1795957200", "1e300"),
            "has a member `Expiration` that is not a time in seconds",
        ),
        (
            sound.replace("1795957200", "null"),
            "has no member `Expiration`",
        ),
        (
            r#"{"AssumeRoleResponse":[]}"#.to_owned(),
            "is not a response to AssumeRole",
        ),
        (
            r#"{"AssumeRoleResponse":{}}"#.to_owned(),
            "has no member `AssumeRoleResult`",
        ),
    ] {
        let error = AssumeRole::parse(StatusCode::OK, &body).unwrap_err();
        assert_eq!(error.message(), problem, "{body}");
        let said = format!("{error} {error:?}");
        assert!(
            !said.contains("IQoJb3JpZ2lu") && !said.contains("S1gn+Secret"),
            "{said}"
        );
    }
    for end in 0..sound.len() {
        assert!(AssumeRole::parse(StatusCode::OK, &sound[..end]).is_err());
    }
}

const TASK: &str = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials";

fn scoped() -> GetScopedCredentials<'static> {
    let mut action = GetScopedCredentials::new();
    action.duration_seconds = Some(60);
    action
}

#[test]
fn scoped_credentials_need_a_policy_or_a_duration() {
    let mut action = GetScopedCredentials::new();
    let refused = action.request(&regional()).map(drop).unwrap_err();
    let Error::InvalidParameter { parameter, .. } = &refused else {
        panic!("{refused}");
    };
    assert_eq!(parameter, "Policy");
    // A description and a size do not make a scoped session.
    action.scoped_session_description = Some("ab");
    action.minimum_session_token_size = Some(0);
    assert!(action.request(&regional()).is_err());

    action.policy = Some("{}");
    assert!(action.request(&regional()).is_ok());
    (action.policy, action.duration_seconds) = (None, Some(1));
    assert!(action.request(&regional()).is_ok());
    action.duration_seconds = Some(0);
    assert!(action.request(&regional()).is_err());
}

#[test]
fn scoped_credentials_are_requested_with_a_session_token_only() {
    let now = datetime!(2026-01-02 3:04:05 UTC);
    let long_term = Credentials::new("AKIDEXAMPLE", "secret");
    let temporary = long_term.clone().with_session_token("token");
    let request = || scoped().request(&regional()).unwrap();
    let refused = request().sign(&long_term, now).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "parameter `credentials` must be temporary: this call needs a session token"
    );
    // A clone has the same check.
    assert!(request().clone().sign(&long_term, now).is_err());
    let signed = request().sign(&temporary, now).unwrap();
    assert_eq!(signed.headers()["x-amz-security-token"], "token");
    assert!(signed.extensions().is_empty());
    assert!(request().into_unsigned().extensions().is_empty());

    // A signer of the caller makes the same request.
    let mut by_signer = request().into_unsigned();
    let payload = PayloadHash::new(by_signer.body());
    let signer = Signer::new(temporary, "us-east-1", "sts").unwrap();
    signer.sign(&mut by_signer, payload, now).unwrap();
    assert_eq!(by_signer.headers(), signed.headers());

    // Other actions accept long-term credentials.
    let other = GetSessionToken::new().request(&regional()).unwrap();
    assert!(other.sign(&long_term, now).is_ok());
}

#[test]
fn the_global_endpoint_serves_nine_of_twelve_actions() {
    let root = AssumeRoot::new("111122223333", TASK);
    let token = GetWebIdentityToken::new(&["a"], SigningAlgorithm::Rs256);
    let session = GetSessionToken::new();
    let key = GetAccessKeyInfo::new("AKIAIOSFODNN7EXAMPLE");
    let message = DecodeAuthorizationMessage::new("abc");
    let regional_only = |endpoint: &Endpoint| {
        [
            scoped().request(endpoint).map(drop),
            root.request(endpoint).map(drop),
            token.request(endpoint).map(drop),
        ]
    };
    let others = |endpoint: &Endpoint| {
        let web = AssumeRoleWithWebIdentity::new(ROLE, "web", "token");
        let saml = AssumeRoleWithSaml::new(ROLE, PROVIDER, "saml");
        let trade = GetDelegatedAccessToken::new("token");
        [
            AssumeRole::new(ROLE, "s1").request(endpoint).map(drop),
            saml.request(endpoint).map(drop),
            web.request(endpoint).map(drop),
            GetFederationToken::new("Bob").request(endpoint).map(drop),
            session.request(endpoint).map(drop),
            trade.request(endpoint).map(drop),
            key.request(endpoint).map(drop),
            message.request(endpoint).map(drop),
        ]
    };
    let global = [
        Endpoint::global(),
        Endpoint::regional("aws-global").unwrap(),
        Endpoint::custom("https://sts.amazonaws.com", "us-east-1").unwrap(),
        Endpoint::custom("https://STS.AmazonAWS.com:443/", "us-east-1").unwrap(),
    ];
    for endpoint in global {
        for made in regional_only(&endpoint) {
            assert_eq!(
                problem(made),
                "no endpoint for region \"us-east-1\": the global endpoint does not serve this action: \
                 use a regional one"
            );
        }
        assert!(others(&endpoint).iter().all(Result::is_ok));
    }
    for endpoint in [
        regional(),
        custom(),
        regional().with_fips(),
        regional().with_dual_stack(),
    ] {
        assert!(regional_only(&endpoint).iter().all(Result::is_ok));
        assert!(others(&endpoint).iter().all(Result::is_ok));
    }
}

#[test]
fn the_global_host_as_a_custom_url_still_requires_a_role() {
    let action = AssumeRoleWithWebIdentity::without_role("eyJh.bGci");
    let global = Endpoint::custom("https://sts.amazonaws.com", "us-east-1").unwrap();
    assert!(action.request(&global).is_err());
    assert!(action.request(&custom()).is_ok());
}

#[test]
fn a_minimum_session_token_size_is_0_to_4096_bytes_in_each_action() {
    type Ask = fn(Option<u32>) -> Result<String, Error>;
    let asks: [Ask; 7] = [
        |size| {
            let mut action = AssumeRole::new(ROLE, "s1");
            action.minimum_session_token_size = size;
            let request = action.request(&regional())?;
            Ok(request.into_unsigned().into_body())
        },
        |size| {
            let mut action = AssumeRoleWithSaml::new(ROLE, PROVIDER, "saml");
            action.minimum_session_token_size = size;
            Ok(action.request(&regional())?.into_body())
        },
        |size| {
            let mut action = AssumeRoleWithWebIdentity::new(ROLE, "web", "token");
            action.minimum_session_token_size = size;
            Ok(action.request(&regional())?.into_body())
        },
        |size| {
            let mut action = AssumeRoot::new("111122223333", TASK);
            action.minimum_session_token_size = size;
            let request = action.request(&regional())?;
            Ok(request.into_unsigned().into_body())
        },
        |size| {
            let mut action = scoped();
            action.minimum_session_token_size = size;
            let request = action.request(&regional())?;
            Ok(request.into_unsigned().into_body())
        },
        |size| {
            let mut action = GetSessionToken::new();
            action.minimum_session_token_size = size;
            let request = action.request(&regional())?;
            Ok(request.into_unsigned().into_body())
        },
        |size| {
            let mut action = GetFederationToken::new("Bob");
            action.minimum_session_token_size = size;
            let request = action.request(&regional())?;
            Ok(request.into_unsigned().into_body())
        },
    ];
    for ask in asks {
        assert!(!ask(None).unwrap().contains("MinimumSessionTokenSize"));
        for size in [0, 1, 4096] {
            let body = ask(Some(size)).unwrap();
            let pair = format!("MinimumSessionTokenSize={size}");
            assert!(body.split('&').any(|found| found == pair), "{body}");
        }
        for size in [4097, u32::MAX] {
            assert_eq!(
                problem(ask(Some(size))),
                format!("parameter `MinimumSessionTokenSize` must be 0 to 4096 bytes, got {size}")
            );
        }
    }
}

#[test]
fn a_scope_needs_an_origin_identity_and_one_audience() {
    let ask = |audience: &[&str], mode, scope: &str| {
        let mut action = GetWebIdentityToken::new(audience, SigningAlgorithm::Es384);
        (action.subject_mode, action.scope) = (mode, Some(scope));
        action.request(&regional()).map(drop)
    };
    let origin = Some(SubjectMode::OriginIdentity);
    let twice = "parameter `Scope` must not contain a duplicate scope";
    let without = "parameter `Scope` requires `SubjectMode` to be `OriginIdentity`, and \
                   exactly one audience";
    let spaces = "parameter `Scope` must have exactly one space between two scopes, and none \
                  at its ends";
    for scope in ["read", "read READ", "a b c", "!#+-[]~", "https://x/y z:all"] {
        assert_eq!(ask(&["a"], origin, scope), Ok(()), "{scope}");
        assert_eq!(problem(ask(&["a"], None, scope)), without);
        let caller = Some(SubjectMode::AwsIdentity);
        assert_eq!(problem(ask(&["a"], caller, scope)), without);
        assert_eq!(problem(ask(&["a", "b"], origin, scope)), without);
    }
    for scope in ["read read", "a b a", "b a a"] {
        assert_eq!(problem(ask(&["a"], origin, scope)), twice, "{scope}");
    }
    for scope in [" read", "read ", "a  b", " "] {
        assert_eq!(problem(ask(&["a"], origin, scope)), spaces, "{scope}");
    }
    for scope in ["a,b", "a\"b", "a\\b", "a\tb", "é", "\u{7f}"] {
        let printable = "must contain only printable ASCII characters without `\"`, `,` and `\\`";
        assert!(problem(ask(&["a"], origin, scope)).contains(printable));
    }
    assert!(problem(ask(&["a"], origin, "")).contains("must be 1 to 256 characters, got 0"));
    // The largest number of scopes that fit.
    let many: Vec<String> = (0..64).map(|n| format!("{n:03}")).collect();
    assert_eq!(ask(&["a"], origin, &many.join(" ")), Ok(()));
    // Without a scope, an origin identity may have several audiences.
    let mut action = GetWebIdentityToken::new(&["a", "b"], SigningAlgorithm::Es384);
    action.subject_mode = origin;
    assert!(action.request(&regional()).is_ok());
}

fn scoped_response(session: &str) -> String {
    format!(
        "<GetScopedCredentialsResponse><GetScopedCredentialsResult>{session}{CREDENTIALS}\
         </GetScopedCredentialsResult></GetScopedCredentialsResponse>"
    )
}

#[test]
fn a_scoped_session_has_both_of_its_members() {
    let whole = "<SessionInfo><ScopedSessionId>a:b</ScopedSessionId><Arn>arn:x</Arn></SessionInfo>";
    let response = GetScopedCredentials::parse(StatusCode::OK, scoped_response(whole)).unwrap();
    are_whole(&response.credentials);
    let session = response.session_info.unwrap();
    assert_eq!(
        (session.scoped_session_id.as_str(), session.arn.as_str()),
        ("a:b", "arn:x")
    );
    let response = GetScopedCredentials::parse(StatusCode::OK, scoped_response("")).unwrap();
    assert_eq!(response.session_info, None);
    for (broken, said) in [
        (
            whole.replace("a:b", ""),
            "has an empty element `ScopedSessionId`",
        ),
        (whole.replace("arn:x", ""), "has an empty element `Arn`"),
        (
            whole.replace("<Arn>arn:x</Arn>", ""),
            "has no element `Arn`",
        ),
    ] {
        let error = GetScopedCredentials::parse(StatusCode::OK, scoped_response(&broken));
        assert_eq!(error.unwrap_err().message(), said);
    }
}

#[test]
fn a_propagated_identity_is_read_from_json_and_never_printed() {
    let result = format!(
        r#"{},"TrustedIdentityPropagationContext":{{"OriginIdentity":{{"Subject":"user-42","SubjectType":"user","Issuer":null,"FederatedProviderArn":"arn:idp"}},"TransactionContext":{{"IdentityProvider":{{"acr":"mfa-1","n":1,"none":null}}}}}}"#,
        json_credentials("1795957200")
    );
    let body = json("AssumeRoleWithSAML", &result);
    let response = AssumeRoleWithSaml::parse(StatusCode::OK, body).unwrap();
    are_whole(&response.credentials);
    let printed = format!("{response:?}");
    for personal in ["user-42", "arn:idp", "mfa-1"] {
        assert!(!printed.contains(personal), "{printed}");
    }
    let context = response.trusted_identity_propagation_context.unwrap();
    let origin = context.origin_identity.unwrap();
    assert_eq!(origin.subject.as_deref(), Some("user-42"));
    assert_eq!(origin.subject_type.as_deref(), Some("user"));
    assert_eq!(origin.issuer, None);
    assert_eq!(origin.federated_provider_arn.as_deref(), Some("arn:idp"));
    let claims = context.transaction_context.unwrap().identity_provider;
    assert!(claims.iter().eq([(&"acr".to_owned(), &"mfa-1".to_owned())]));
}

#[test]
fn a_malformed_propagated_identity_does_not_lose_the_credentials() {
    let name = "TrustedIdentityPropagationContext";
    for inside in [
        "x",
        "<OriginIdentity/><OriginIdentity/>",
        "<OriginIdentity><Subject><x/></Subject></OriginIdentity>",
        "<TransactionContext><IdentityProvider>x</IdentityProvider></TransactionContext>",
        "<TransactionContext><IdentityProvider><entry/><entry><key>k</key></entry>\
         <other><key>k</key><value>v</value></other></IdentityProvider></TransactionContext>",
    ] {
        let body = format!(
            "<AssumeRoleWithSAMLResponse><AssumeRoleWithSAMLResult><{name}>{inside}</{name}>\
             {CREDENTIALS}</AssumeRoleWithSAMLResult></AssumeRoleWithSAMLResponse>"
        );
        let response = AssumeRoleWithSaml::parse(StatusCode::OK, body).unwrap();
        are_whole(&response.credentials);
        let context = response.trusted_identity_propagation_context.unwrap();
        let origin = context.origin_identity.unwrap_or_default();
        assert_eq!(origin.subject, None);
        let transaction = context.transaction_context.unwrap_or_default();
        assert!(transaction.identity_provider.is_empty());
    }
    for context in ["null", "[]", "1", r#"{"OriginIdentity":[]}"#] {
        let result = format!(r#"{},"{name}":{context}"#, json_credentials("1795957200"));
        let body = json("AssumeRoleWithSAML", &result);
        let response = AssumeRoleWithSaml::parse(StatusCode::OK, body).unwrap();
        are_whole(&response.credentials);
    }
}

#[test]
fn a_custom_store_has_its_own_url_and_region() {
    let now = datetime!(2026-01-02 3:04:05 UTC);
    let store = Endpoint::custom("http://ceph.example.com:8000/sts/", "default").unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let request = AssumeRole::new(ROLE, "s1").request(&store).unwrap();
    let request = request.sign(&credentials, now).unwrap();
    assert_eq!(request.uri(), "http://ceph.example.com:8000/sts/");
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains("/20260102/default/sts/aws4_request,"));
}

#[test]
fn a_json_error_without_a_code_is_malformed() {
    for (body, said) in [
        (r#"{"Error":{"Message":"no"}}"#, "has no member `Code`"),
        (r#"{"Error":{"Code":""}}"#, "has an empty member `Code`"),
        (r#"{"Error":"no"}"#, "is an unrecognized JSON error"),
        (r#"{"message":"no"}"#, "is an unrecognized JSON error"),
        ("{", "is malformed JSON"),
    ] {
        let error = GetCallerIdentity::parse(StatusCode::FORBIDDEN, body).unwrap_err();
        assert_eq!((error.code(), error.message()), (None, said), "{body}");
        assert_eq!(
            error.to_string(),
            format!("response with status 403 {said}")
        );
    }
    let body = r#"{"Error":{"Code":"AccessDenied","Message":"no","Type":""},"RequestId":"r-1"}"#;
    let error = GetCallerIdentity::parse(StatusCode::FORBIDDEN, body).unwrap_err();
    assert_eq!((error.code(), error.fault()), (Some("AccessDenied"), None));
    assert_eq!(error.request_id(), Some("r-1"));
}
