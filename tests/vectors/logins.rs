//! Logins that are signatures: for databases, brokers, mail and other clouds.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::sigv4::{
    Algorithm, AmzDate, Authorization, CanonicalRequest, CredentialScope, StringToSign,
};
use countersign::tokens::{self, AppSync, Neptune};
use countersign::{Credentials, Error, PayloadHash, Rules};
use http::Request;
use serde_json::Value;

use crate::report::Case;
use crate::sigv4::{credentials, now, text};

/// Whether the case expects an error. If so, it is compared.
fn refused<T>(case: &mut Case<'_>, made: &Result<T, Error>) -> bool {
    let wanted = case.expected["error"]["parameter"].as_str();
    let error = match made {
        Ok(_) if wanted.is_none() => return false,
        Ok(_) => {
            case.fail(format!("{wanted:?} was not refused"));
            return true;
        }
        Err(error) => error,
    };
    let culprit = match error {
        Error::InvalidParameter { parameter, .. } => parameter,
        Error::InvalidRegion { .. } => "region",
        other => {
            case.fail(format!("refused: {other}"));
            return true;
        }
    };
    case.check("error.parameter", wanted, Some(culprit));
    true
}

pub fn ses_smtp(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let mut credentials = Credentials::new(
        text(input, "access_key_id"),
        text(input, "secret_access_key"),
    );
    if let Some(token) = input["session_token"].as_str() {
        credentials = credentials.with_session_token(token);
    }
    let login = tokens::ses_smtp(&credentials, text(input, "region"));
    if refused(case, &login) {
        return;
    }
    let login = login.unwrap();
    case.check("user", text(expected, "user"), login.user());
    case.check(
        "password",
        text(expected, "password"),
        login.expose_password(),
    );
    case.check("host", text(expected, "host"), login.host());
    let length = login.expose_password().len();
    case.check("length", expected["length"].as_u64(), Some(length as u64));
}

pub fn keyspaces(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let challenge = text(&input["challenge"], "utf8").as_bytes();
    let milliseconds = input["milliseconds"].as_u64().unwrap();
    let now = now(input) + Duration::from_millis(milliseconds);
    let (credentials, region) = (credentials(input), text(input, "region"));
    let answer = tokens::keyspaces(&credentials, region, challenge, now);
    if refused(case, &answer) {
        return;
    }
    let answer = answer.unwrap();
    let initial = STANDARD.encode(tokens::KEYSPACES_INITIAL_RESPONSE);
    case.check(
        "initial_response",
        text(&expected["initial_response"], "base64"),
        &initial,
    );
    case.check("response", text(expected, "response"), answer.expose());
    let signature = answer.expose().strip_prefix("signature=").unwrap();
    case.check("signature", text(expected, "signature"), &signature[..64]);
    case.check("nonce", 32, text(expected, "nonce").len());
    // The nonce, the canonical request and the string to sign are not public, but the signature
    // depends on each of them. Here the recorded ones are checked for consistency.
    let hash = |text: &str| PayloadHash::new(text).to_string();
    let canonical = text(expected, "canonical_request");
    let nonce = hash(text(expected, "nonce"));
    case.check(
        "canonical_request",
        Some(nonce.as_str()),
        canonical.lines().last(),
    );
    let string_to_sign = text(expected, "string_to_sign");
    case.check(
        "string_to_sign",
        Some(hash(canonical).as_str()),
        string_to_sign.lines().last(),
    );
    let scope = CredentialScope::new(now, region, "cassandra").unwrap();
    let key = countersign::sigv4::SigningKey::derive(credentials.secret_key(), &scope);
    case.check(
        "signature of it",
        &signature[..64],
        key.sign(string_to_sign).as_str(),
    );
    let ends = AmzDate::new(now).unwrap().timestamp() + Duration::from_secs(900);
    case.check("expires_at", ends, answer.expires_at());
}

pub fn snowflake(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let token = tokens::snowflake(&credentials(input), text(input, "region"), now(input));
    if refused(case, &token) {
        return;
    }
    let token = token.unwrap();
    case.check("token", text(expected, "token"), token.expose());
    let decoded = STANDARD.decode(token.expose()).unwrap();
    let attestation: Value = serde_json::from_slice(&decoded).unwrap();
    case.check::<&Value>("attestation", &expected["attestation"], &attestation);
    case.check(
        "expires_at",
        now(input) + Duration::from_secs(900),
        token.expires_at(),
    );
    let mut request = Request::post(text(&attestation, "url"));
    for (name, value) in attestation["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    check_signing(case, &request.body(String::new()).unwrap());
}

pub fn neptune(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let port = u16::try_from(input["port"].as_u64().unwrap()).unwrap();
    let login =
        Neptune::new(text(input, "host"), port, text(input, "region")).and_then(|mut at| {
            if text(input, "path").is_empty() {
                at = at.without_path();
            }
            if input["host_with_port"].as_bool().unwrap() {
                at = at.with_port_in_host();
            }
            at.login(&credentials(input), now(input))
        });
    if refused(case, &login) {
        return;
    }
    let login = login.unwrap();
    case.check("scheme", text(expected, "scheme"), login.scheme());
    case.check("realm", text(expected, "realm"), login.realm());
    case.check("principal", text(expected, "principal"), login.principal());
    case.check(
        "password",
        text(expected, "password"),
        login.expose_password(),
    );
    let password: Value = serde_json::from_str(login.expose_password()).unwrap();
    case.check::<&Value>("password_object", &expected["password_object"], &password);
    case.check(
        "expires_at",
        now(input) + Duration::from_secs(300),
        login.expires_at(),
    );
    let path = text(input, "path");
    let mut request = Request::get(if path.is_empty() { "/" } else { path });
    for (name, value) in password.as_object().unwrap() {
        if name != "HttpMethod" {
            request = request.header(name, value.as_str().unwrap());
        }
    }
    check_signing(case, &request.body(String::new()).unwrap());
}

pub fn appsync(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let (endpoint, region) = (text(input, "endpoint"), text(input, "region"));
    let (kind, body) = (text(input, "kind"), text(input, "body"));
    let api = match kind.split('-').next().unwrap() {
        "graphql" => AppSync::graphql(endpoint, region),
        "events" => AppSync::events(endpoint, region),
        other => panic!("{other}"),
    };
    if refused(case, &api) {
        return;
    }
    let (api, credentials, now) = (api.unwrap(), credentials(input), now(input));
    let headers: Value = if kind.ends_with("-connect") {
        assert_eq!(body, "{}");
        let connection = api.connect(&credentials, now).unwrap();
        case.check(
            "realtime_url",
            text(expected, "realtime_url"),
            connection.url(),
        );
        case.check(
            "expires_at",
            now + Duration::from_secs(300),
            connection.expires_at(),
        );
        let [protocol, header] = connection.expose_subprotocols();
        let wanted = expected["subprotocols"].as_array().unwrap();
        case.check("subprotocols[0]", wanted[0].as_str(), Some(protocol));
        let decode = |header: &str| -> Value {
            let header = header.strip_prefix("header-").unwrap();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
        };
        case.check(
            "subprotocols[1]",
            decode(wanted[1].as_str().unwrap()),
            decode(header),
        );
        if let Some(wanted) = expected["realtime_url_with_query"].as_str() {
            let split = |url: &str| -> (String, Value) {
                let (start, rest) = url.split_once("?header=").unwrap();
                let (header, end) = rest.split_once('&').unwrap();
                let header = percent_encoding::percent_decode_str(header).decode_utf8();
                let header = STANDARD.decode(&*header.unwrap()).unwrap();
                (
                    format!("{start} {end}"),
                    serde_json::from_slice(&header).unwrap(),
                )
            };
            let url = connection.url_with_query();
            case.check(
                "realtime_url_with_query",
                split(wanted),
                split(url.expose()),
            );
        }
        decode(header)
    } else {
        let authorization = api.authorize(&credentials, body, now).unwrap();
        case.check(
            "expires_at",
            now + Duration::from_secs(300),
            authorization.expires_at(),
        );
        serde_json::from_str(authorization.expose()).unwrap()
    };
    case.check::<&Value>("headers", &expected["headers"], &headers);
    case.check("body", text(expected, "body"), body);
    for header in input["headers"].as_array().unwrap() {
        let name = header[0].as_str().unwrap();
        case.check(name, &header[1], &headers[name]);
    }
    let mut request = Request::post(text(expected, "signed_url"));
    for (name, value) in headers.as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    check_signing(case, &request.body(body.to_owned()).unwrap());
}

/// Compares the request that the login stands for with the vector.
fn check_signing(case: &mut Case<'_>, request: &Request<String>) {
    let signing = &case.expected["signing"];
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let parsed = Authorization::parse(authorization).unwrap();
    let mut unsigned = request.clone();
    unsigned.headers_mut().remove("authorization");
    let payload = PayloadHash::new(request.body());
    let canonical = CanonicalRequest::new(&unsigned, &Rules::GENERIC, payload).unwrap();
    let date = AmzDate::new(now(case.input)).unwrap();
    let string_to_sign = StringToSign::new(
        Algorithm::HmacSha256,
        &date,
        &parsed.scope,
        &canonical.hash(),
    );
    let names = authorization.split_once("SignedHeaders=").unwrap().1;
    for (field, actual) in [
        ("canonical_request", canonical.to_string().as_str()),
        ("string_to_sign", string_to_sign.as_str()),
        ("signed_headers", names.split_once(", ").unwrap().0),
        ("signature", parsed.signature.as_str()),
        ("authorization", authorization),
        ("service", parsed.scope.service()),
        ("region", parsed.scope.region().unwrap()),
    ] {
        case.check(field, text(signing, field), actual);
    }
}
