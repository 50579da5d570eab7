//! Calls to services: their requests and responses.

use std::time::Duration;

use countersign::Timestamp;
use countersign::aws_call::{Endpoint, ServiceError, SignableRequest};
use countersign::{
    Error, PayloadHash, Rules, Signer,
    sigv4::{Algorithm, AmzDate, CanonicalRequest, CredentialScope, StringToSign},
};
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::report::Case;
use crate::sigv4::{credentials, now, text};

/// A request of a call. Its type determines whether it is signed.
pub enum Made {
    Signable(SignableRequest),
    Ready(Request<String>),
}

/// The endpoint that a case names.
fn endpoint(input: &Value) -> Result<Endpoint, Error> {
    let mut endpoint = Endpoint::regional(text(input, "region"))?;
    if input["fips"].as_bool() == Some(true) {
        endpoint = endpoint.with_fips();
    }
    if input["dualstack"].as_bool() == Some(true) {
        endpoint = endpoint.with_dual_stack();
    }
    Ok(endpoint)
}

fn seconds(parameters: &Value, name: &str) -> Option<Duration> {
    parameters[name].as_u64().map(Duration::from_secs)
}

fn texts(value: &Value) -> Vec<&str> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| item.as_str().unwrap()).collect()
}

/// The parameter of an error.
pub fn culprit(error: &Error) -> &str {
    match error {
        Error::InvalidParameter { parameter, .. } => parameter,
        Error::InvalidRegion { .. } => "region",
        Error::NoEndpoint { .. } => "endpoint",
        other => panic!("{other}"),
    }
}

/// Whether the case expects an error. If so, it is compared.
pub fn refused<T>(case: &mut Case<'_>, made: &Result<T, Error>) -> bool {
    let expected = &case.expected["error"];
    match (made, expected["parameter"].as_str()) {
        (Err(error), Some(parameter)) => {
            case.check("error.parameter", parameter, culprit(error));
            true
        }
        (Ok(_), Some(parameter)) => {
            case.fail(format!("{parameter} was not refused"));
            true
        }
        (Err(error), None) => {
            case.fail(format!("refused: {error}"));
            true
        }
        (Ok(_), None) => false,
    }
}

fn check_request(case: &mut Case<'_>, made: Result<Made, Error>) {
    if refused(case, &made) {
        return;
    }
    let (input, expected) = (case.input, case.expected);
    let made = made.unwrap();
    let signed = matches!(made, Made::Signable(_));
    case.check("signed", expected["signed"].as_bool(), Some(signed));
    let (request, call) = match made {
        Made::Ready(request) => (request, None),
        Made::Signable(call) => (call.clone().into_unsigned(), Some(call)),
    };
    case.check(
        "method",
        text(expected, "method"),
        request.method().as_str(),
    );
    case.check("url", text(expected, "url"), &request.uri().to_string());
    let mut headers: Vec<(&str, &str)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let mut wanted: Vec<(&str, &str)> = expected["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|header| (header[0].as_str().unwrap(), header[1].as_str().unwrap()))
        .collect();
    headers.sort_unstable();
    wanted.sort_unstable();
    case.check("headers", wanted, headers);
    let body = text(expected, "body");
    if expected["params"].is_null() {
        case.check("body", body, request.body());
    } else {
        let pairs: Vec<Value> = request
            .body()
            .split('&')
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                let value = percent_encoding::percent_decode_str(value).decode_utf8();
                json!([name, value.unwrap()])
            })
            .collect();
        case.check("params", &expected["params"], &Value::from(pairs));
        // The recorded body has a plus for a space.
        case.check("body", body, &request.body().replace("%20", "+"));
    }
    let Some(call) = call else {
        case.check("signing", &Value::Null, &expected["signing"]);
        return;
    };
    let signing = &expected["signing"];
    case.check("service", text(signing, "service"), call.service());
    case.check("region", text(signing, "region"), call.region());
    let (credentials, now) = (credentials(input), now(input));
    let mut recorded = request.map(|_| body.to_owned());
    let payload = PayloadHash::new(body);
    let signer = Signer::new(credentials.clone(), call.region(), call.service()).unwrap();
    signer.sign(&mut recorded, payload, now).unwrap();
    let signed = call.clone().sign(&credentials, now).unwrap();
    if signed.body() == body {
        case.check("signed by the call", recorded.headers(), signed.headers());
    }
    let canonical = CanonicalRequest::new(&recorded, &Rules::of(call.service()), payload).unwrap();
    check_signing(case, signing, &canonical, &recorded);
}

/// Compares every field of `signing`.
fn check_signing(
    case: &mut Case<'_>,
    signing: &Value,
    canonical: &CanonicalRequest<'_>,
    signed: &Request<String>,
) {
    let now = now(case.input);
    let scope = CredentialScope::new(now, text(signing, "region"), text(signing, "service"));
    let date = AmzDate::new(now).unwrap();
    let algorithm = Algorithm::HmacSha256;
    let string_to_sign = StringToSign::new(algorithm, &date, &scope.unwrap(), &canonical.hash());
    let authorization = signed.headers()["authorization"].to_str().unwrap();
    let signature = authorization.rsplit_once("Signature=").unwrap().1;
    let names = authorization.split_once("SignedHeaders=").unwrap().1;
    let names = names.split_once(", ").unwrap().0;
    for (field, actual) in [
        ("canonical_request", canonical.to_string().as_str()),
        ("string_to_sign", string_to_sign.as_str()),
        ("signed_headers", names),
        ("signature", signature),
        ("authorization", authorization),
    ] {
        case.check(field, text(signing, field), actual);
    }
}

fn response(input: &Value) -> Response<&str> {
    let mut response = Response::builder().status(status(input));
    for header in input["headers"].as_array().unwrap() {
        response = response.header(header[0].as_str().unwrap(), header[1].as_str().unwrap());
    }
    response.body(text(input, "body")).unwrap()
}

fn status(input: &Value) -> StatusCode {
    let status = u16::try_from(input["status"].as_u64().unwrap()).unwrap();
    StatusCode::from_u16(status).unwrap()
}

fn time(time: Timestamp) -> Value {
    // The vectors write all three digits of a millisecond.
    let text = time.to_string();
    let whole = text.trim_end_matches('Z').split('.').next().unwrap();
    let milliseconds = time.unix_millis();
    json!({
        "iso": format!("{whole}.{:03}Z", milliseconds.rem_euclid(1000)),
        "epoch_ms": milliseconds,
    })
}

/// Compares a parsed response, without members that are `None`.
fn check_parsed(case: &mut Case<'_>, parsed: Result<Value, ServiceError>) {
    let expected = case.expected;
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) if expected["malformed"].is_string() => {
            return case.check("malformed", None, error.code());
        }
        Err(error) if error.code().is_none() => return case.fail(format!("malformed: {error}")),
        Err(error) => {
            let mut told = Map::new();
            told.insert("Code".to_owned(), json!(error.code()));
            told.insert("Message".to_owned(), json!(error.message()));
            if let Some(fault) = error.fault() {
                told.insert("Type".to_owned(), json!(fault));
            }
            let mut parsed = json!({"Error": told});
            if let Some(id) = error.request_id() {
                parsed["ResponseMetadata"] = json!({"RequestId": id});
            }
            parsed
        }
    };
    let mut parsed = parsed;
    if let Some(members) = parsed.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    case.check::<&Value>("parsed", &expected["parsed"], &parsed);
}

pub fn ecr(case: &mut Case<'_>) {
    use countersign::ecr::{GetAuthorizationToken, GetPublicAuthorizationToken, RegistryLogin};

    let input = case.input;
    // The vectors distinguish the two by their expected value and their note.
    let public = text(case.case, "note").starts_with("public");
    if text(input, "kind") == "request" {
        let endpoint = endpoint(input).unwrap();
        let ids = texts(&input["parameters"]["registryIds"]);
        let mut ask = GetAuthorizationToken::new();
        ask.registry_ids = &ids;
        let made = match public {
            true => GetPublicAuthorizationToken::new().request(&endpoint),
            false => ask.request(&endpoint),
        };
        return check_request(case, made.map(Made::Signable));
    }
    assert!(!public, "only private registries have response vectors");
    let endpoint = Endpoint::regional("us-east-1").unwrap();
    let logins = GetAuthorizationToken::new().parse(&endpoint, &response(input));
    let data = |login: &RegistryLogin| {
        json!({
            "authorizationToken": login.token().expose(),
            "expiresAt": time(login.expires_at()),
            "proxyEndpoint": login.server(),
        })
    };
    if let Ok(logins) = &logins {
        let recommended: Vec<Value> = logins
            .iter()
            .map(|login| {
                let mut request =
                    Request::get("https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/")
                        .body(())
                        .unwrap();
                let (token, now) = (login.token(), Timestamp::UNIX_EPOCH);
                assert_eq!(token.expiration(), Some(login.expires_at()));
                countersign::bearer::authorize(&mut request, token, "ecr", "us-east-1", now)
                    .unwrap();
                json!({
                    "user": login.username(),
                    "password": login.password().expose(),
                    "authorization": request.headers()["authorization"].to_str().unwrap(),
                    "epoch_ms": login.expires_at().unix_millis(),
                    "proxy_endpoint": login.server(),
                })
            })
            .collect();
        case.check(
            "recommended",
            &case.expected["recommended"],
            &Value::from(recommended),
        );
    }
    let parsed = logins.map(|logins| {
        let all: Vec<Value> = logins.iter().map(data).collect();
        json!({ "authorizationData": all })
    });
    check_parsed(case, parsed);
}

pub fn signin(case: &mut Case<'_>) {
    use countersign::signin::{
        CreateBearerToken, CreateOAuth2TokenWithIam, CreateOAuth2TokenWithTokenExchange,
        IntrospectOAuth2TokenWithIam, IssuedToken, RevokeOAuth2TokenWithIam, TokenGrant,
    };

    let input = case.input;
    let operation = text(input, "operation");
    if text(input, "kind") == "request" {
        let endpoint = endpoint(input).unwrap();
        let parameters = &input["parameters"];
        let optional = |name: &str| parameters[name].as_str().unwrap_or_default();
        let made = match operation {
            "CreateBearerToken" => {
                let mut ask = CreateBearerToken::new(text(parameters, "resource"));
                ask.duration = seconds(parameters, "durationSeconds");
                ask.request(&endpoint).map(Made::Signable)
            }
            "CreateOAuth2TokenWithIAM" => {
                let ask = CreateOAuth2TokenWithIam::new(text(parameters, "resource"));
                ask.request(&endpoint).map(Made::Signable)
            }
            "CreateOAuth2TokenWithTokenExchange" => {
                let grant = text(parameters, "grantType");
                let grant = match grant.rsplit(':').next().unwrap() {
                    "token-exchange" => {
                        TokenGrant::token_exchange(optional("subjectToken"), optional("resource"))
                    }
                    "jwt-bearer" => TokenGrant::jwt_bearer(optional("assertion")),
                    other => {
                        // `TokenGrant` has no value for another grant.
                        let expected = &case.expected["error"]["parameter"];
                        assert_eq!((expected, other), (&json!("grantType"), "refresh_token"));
                        return;
                    }
                };
                let ask = CreateOAuth2TokenWithTokenExchange::new(grant);
                ask.request(&endpoint).map(Made::Ready)
            }
            "IntrospectOAuth2TokenWithIAM" => {
                let ask = IntrospectOAuth2TokenWithIam::new(text(parameters, "token"));
                ask.request(&endpoint).map(Made::Signable)
            }
            "RevokeOAuth2TokenWithIAM" => {
                let ask = RevokeOAuth2TokenWithIam::new(text(parameters, "token"));
                ask.request(&endpoint).map(Made::Signable)
            }
            other => panic!("{other}"),
        };
        return check_request(case, made);
    }
    let endpoint = Endpoint::regional("us-east-1").unwrap();
    let (response, now) = (response(input), Timestamp::from_unix_seconds(1_700_000_000));
    let issued = |issued: IssuedToken| {
        let (token, lives) = (&issued.token, issued.expires_in);
        assert_eq!(token.expiration(), Some(now + lives));
        assert_eq!(
            (token.service(), token.region()),
            (Some("ecr"), Some("us-east-1"))
        );
        json!({
            "accessToken": token.expose(),
            // Every other type is refused.
            "tokenType": "Bearer",
            "expiresIn": lives.as_secs(),
            "issuedTokenType": issued.kind,
        })
    };
    let resource = "ecr.amazonaws.com";
    let parsed = match operation {
        "CreateBearerToken" => CreateBearerToken::new(resource)
            .parse(&endpoint, &response, now)
            .map(issued),
        "CreateOAuth2TokenWithIAM" => CreateOAuth2TokenWithIam::new(resource)
            .parse(&endpoint, &response, now)
            .map(issued),
        "CreateOAuth2TokenWithTokenExchange" => {
            CreateOAuth2TokenWithTokenExchange::new(TokenGrant::token_exchange("subject", resource))
                .parse(&endpoint, &response, now)
                .map(issued)
        }
        "IntrospectOAuth2TokenWithIAM" => {
            IntrospectOAuth2TokenWithIam::parse(&response).map(|state| {
                json!({
                    "active": state.active,
                    "token_type": state.kind,
                    "exp": state.expires_at.map(Timestamp::unix_seconds),
                    "sub": state.subject,
                    "account_id": state.account_id,
                })
            })
        }
        "RevokeOAuth2TokenWithIAM" => {
            RevokeOAuth2TokenWithIam::parse(&response).map(|()| json!({}))
        }
        other => panic!("{other}"),
    };
    check_parsed(case, parsed);
}

pub fn redshift(case: &mut Case<'_>) {
    use countersign::redshift::serverless::{GetCredentials, Workgroup};
    use countersign::redshift::{
        Cluster, DatabaseLogin, GetClusterCredentials, GetClusterCredentialsWithIam,
    };

    let input = case.input;
    let operation = text(input, "operation");
    if text(input, "kind") == "request" {
        let endpoint = endpoint(input).unwrap();
        let parameters = &input["parameters"];
        let cluster = || Cluster::Identifier(text(parameters, "ClusterIdentifier"));
        let groups = texts(&parameters["DbGroups"]);
        let made = match operation {
            "GetClusterCredentials" => {
                let user = parameters["DbUser"].as_str().unwrap_or_default();
                let mut ask = GetClusterCredentials::new(user, cluster());
                ask.db_name = parameters["DbName"].as_str();
                ask.duration = seconds(parameters, "DurationSeconds");
                ask.auto_create = parameters["AutoCreate"].as_bool().unwrap_or_default();
                ask.db_groups = &groups;
                ask.request(&endpoint)
            }
            "GetClusterCredentialsWithIAM" => {
                let mut ask = GetClusterCredentialsWithIam::new(cluster());
                ask.db_name = parameters["DbName"].as_str();
                ask.duration = seconds(parameters, "DurationSeconds");
                ask.request(&endpoint)
            }
            "GetCredentials" => {
                let workgroup = Workgroup::Name(text(parameters, "workgroupName"));
                let mut ask = GetCredentials::new(workgroup);
                ask.db_name = parameters["dbName"].as_str();
                ask.duration = seconds(parameters, "durationSeconds");
                ask.request(&endpoint)
            }
            other => panic!("{other}"),
        };
        return check_request(case, made.map(Made::Signable));
    }
    let (status, body) = (status(input), text(input, "body"));
    let login = match operation {
        "GetClusterCredentials" => GetClusterCredentials::parse(status, body),
        "GetClusterCredentialsWithIAM" => GetClusterCredentialsWithIam::parse(status, body),
        "GetCredentials" => GetCredentials::parse(&response(input)),
        other => panic!("{other}"),
    };
    let parsed = login.map(|login: DatabaseLogin| {
        // The request ID of a successful response is not kept.
        json!({
            "DbUser": login.user,
            "DbPassword": login.password.expose(),
            "Expiration": time(login.expires_at),
            "NextRefreshTime": login.next_refresh_at.map(time),
            "ResponseMetadata": &case.expected["parsed"]["ResponseMetadata"],
        })
    });
    check_parsed(case, parsed);
}

pub fn access_grants(case: &mut Case<'_>) {
    use countersign::s3::access_grants::{
        DataAccess, GetDataAccess, InstanceScope, Permission, Privilege,
    };

    let input = case.input;
    if text(input, "kind") == "request" {
        let parameters = &input["parameters"];
        let permission = match text(parameters, "Permission") {
            "READ" => Permission::Read,
            "WRITE" => Permission::Write,
            "READWRITE" => Permission::ReadWrite,
            other => panic!("{other}"),
        };
        let (account, target) = (text(parameters, "AccountId"), text(parameters, "Target"));
        let mut ask = GetDataAccess::new(account, target, permission);
        ask.duration = seconds(parameters, "DurationSeconds");
        ask.privilege = parameters["Privilege"].as_str().map(|name| {
            [Privilege::Minimal, Privilege::Default]
                .into_iter()
                .find(|privilege| privilege.as_str() == name)
                .unwrap()
        });
        ask.target_is_object = parameters["TargetType"] == json!("Object");
        ask.audit_context = parameters["AuditContext"].as_str();
        ask.instance_scope = parameters["InstanceScope"].as_str().map(|name| {
            [InstanceScope::Own, InstanceScope::All]
                .into_iter()
                .find(|scope| scope.as_str() == name)
                .unwrap()
        });
        let made = ask.request(&endpoint(input).unwrap());
        return check_request(case, made.map(Made::Signable));
    }
    let access = GetDataAccess::parse(status(input), text(input, "body"));
    let parsed = access.map(|access: DataAccess| {
        let credentials = &access.credentials;
        let grantee = access.grantee.map(
            |grantee| json!({"GranteeType": grantee.kind, "GranteeIdentifier": grantee.identifier}),
        );
        json!({
            "Credentials": {
                "AccessKeyId": credentials.access_key_id(),
                "SecretAccessKey": credentials.secret_key().expose(),
                "SessionToken": credentials.session_token().unwrap().expose(),
                "Expiration": time(credentials.expiration().unwrap()),
            },
            "MatchedGrantTarget": access.matched_grant_target,
            "Grantee": grantee,
            "MatchedInstanceArn": access.matched_instance_arn,
        })
    });
    check_parsed(case, parsed);
}

pub fn console_url(case: &mut Case<'_>) {
    use countersign::console::{ConsoleEndpoint, CredentialsFrom, GetSigninToken, SigninToken};

    let (input, expected) = (case.input, case.expected);
    let endpoint = || {
        let region = match (text(input, "partition"), input["region"].as_str()) {
            ("aws", None) => return ConsoleEndpoint::global(),
            ("aws-cn", None) => "cn-north-1",
            (_, Some(region)) => region,
            other => panic!("{other:?}"),
        };
        ConsoleEndpoint::regional(region).unwrap()
    };
    match text(input, "kind") {
        "token-request" => {
            let credentials = credentials(input);
            let mut ask = GetSigninToken::new(&credentials);
            ask.session_duration = seconds(input, "session_duration");
            if let Some(source) = input["credentials_of"].as_str() {
                assert_eq!(source, "GetFederationToken");
                ask.credentials_from = CredentialsFrom::GetFederationToken;
            }
            assert_eq!(text(input, "form"), "get");
            let url = ask.get_url(&endpoint());
            if refused(case, &url) {
                return;
            }
            let url = url.unwrap();
            let (base, query) = text(expected, "url").split_once('?').unwrap();
            case.check("url", text(expected, "url"), url.expose());
            case.check("method", "GET", text(expected, "method"));
            case.check("headers", &json!([]), &expected["headers"]);
            case.check("body", "", text(expected, "body"));
            // The same parameters in a body, which is the default.
            let post = ask.request(&endpoint()).unwrap();
            case.check("post", "POST", post.method().as_str());
            case.check("post url", base, &post.uri().to_string());
            case.check("post body", query, post.body().expose());
        }
        "token-response" => {
            let response = Response::builder()
                .status(status(input))
                .body(text(input, "body"))
                .unwrap();
            let now = Timestamp::from_unix_seconds(1_700_000_000);
            match GetSigninToken::parse(&response, now) {
                Ok(token) => {
                    let destination = "https://console.aws.amazon.com/";
                    let url = token
                        .login_url(&endpoint_of_aws(), destination, None)
                        .unwrap();
                    let text = url.expose().rsplit_once("SigninToken=").unwrap().1;
                    let text = percent_encoding::percent_decode_str(text).decode_utf8();
                    case.check(
                        "signin_token",
                        expected["signin_token"].as_str(),
                        Some(&*text.unwrap()),
                    );
                    case.check(
                        "expires_at",
                        now + Duration::from_secs(900),
                        token.expires_at(),
                    );
                }
                Err(error) => {
                    let told = json!({"status": error.status().as_u16(), "code": error.code()});
                    case.check("refused", &expected["refused"], &told);
                }
            }
        }
        "login-url" => {
            let token = SigninToken::new(text(input, "signin_token"), Timestamp::UNIX_EPOCH);
            let (destination, issuer) = (text(input, "destination"), input["issuer"].as_str());
            let url = token.login_url(&endpoint(), destination, issuer);
            if !refused(case, &url) {
                case.check("url", text(expected, "url"), url.unwrap().expose());
            }
        }
        other => panic!("{other}"),
    }
}

fn endpoint_of_aws() -> countersign::console::ConsoleEndpoint {
    countersign::console::ConsoleEndpoint::global()
}
