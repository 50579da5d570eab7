//! Tokens that are presigned requests in disguise.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::Timestamp;
use countersign::tokens::{self, RdsHost, RdsHostKind, RdsTokenGenerator, Token, caller_identity};
use countersign::{
    Credentials, Error, PayloadHash, Rules,
    sigv4::{AmzDate, CanonicalRequest, QueryAuthorization, StringToSign},
};
use http::Request;
use serde_json::Value;

use crate::report::Case;
use crate::sigv4::{self, credentials, now, text};

/// The inputs of every token.
struct Given<'a> {
    credentials: Credentials,
    region: &'a str,
    now: Timestamp,
}

impl<'a> Given<'a> {
    fn of(input: &'a Value) -> Self {
        Self {
            credentials: credentials(input),
            region: text(input, "region"),
            now: now(input),
        }
    }
}

fn expires_in(input: &Value) -> Option<Duration> {
    input["expires"].as_u64().map(Duration::from_secs)
}

pub fn rds(case: &mut Case<'_>) {
    let (input, given) = (case.input, Given::of(case.input));
    let endpoint = format!("{}:{}", text(input, "host"), input["port"]);
    let user = text(input, "user");
    // One of the cases is the local end of a tunnel, which is accepted for an emulator only.
    let token = RdsTokenGenerator::new(given.region, &endpoint, user)
        .allow_loopback()
        .generate(&given.credentials, given.now);
    check_token(case, token, "https://", 900);
}

/// A classification, or with a region a check: a token is made for the host or refused.
pub fn rds_host(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let host = text(input, "host");
    if let Some(region) = input["region"].as_str() {
        let (credentials, endpoint) = (Credentials::new("AKID", "secret"), format!("{host}:5432"));
        let now = Timestamp::UNIX_EPOCH;
        let refused = tokens::rds(&credentials, region, &endpoint, "app", now).err();
        let parameter = refused.map(|error| match error {
            Error::InvalidParameter { parameter, .. } => parameter,
            other => other.to_string(),
        });
        let wanted = expected["error"]["parameter"].as_str();
        assert!(wanted.is_some() || expected["ok"] == true, "{expected}");
        case.check("error", wanted, parameter.as_deref());
        return;
    }
    let found = RdsHost::of(host);
    let kind = match found.kind() {
        RdsHostKind::Instance => "instance",
        RdsHostKind::ClusterWriter => "cluster",
        RdsHostKind::ClusterReader => "cluster-ro",
        RdsHostKind::ClusterCustom => "cluster-custom",
        RdsHostKind::Proxy => "proxy",
        RdsHostKind::ShardGroup => "shardgrp",
        RdsHostKind::Global => "global",
        RdsHostKind::IpAddress => "ip",
        RdsHostKind::Other => "other",
        other => panic!("{other:?}"),
    };
    case.check("kind", text(expected, "kind"), kind);
    case.check("region", expected["region"].as_str(), found.region());
}

pub fn dsql(case: &mut Case<'_>) {
    let (input, given) = (case.input, Given::of(case.input));
    let make = match text(input, "action") {
        "DbConnect" => tokens::dsql,
        "DbConnectAdmin" => tokens::dsql_admin,
        other => panic!("action: {other}"),
    };
    let expires_in = expires_in(input).unwrap();
    let (credentials, host) = (&given.credentials, text(input, "host"));
    let token = make(credentials, given.region, host, expires_in, given.now);
    check_token(case, token, "https://", expires_in.as_secs());
}

pub fn elasticache(case: &mut Case<'_>) {
    let (input, given) = (case.input, Given::of(case.input));
    let make = match (text(input, "service"), input["serverless"].as_bool()) {
        ("elasticache", Some(false)) => tokens::elasticache,
        ("elasticache", Some(true)) => tokens::elasticache_serverless,
        ("memorydb", Some(false)) => tokens::memorydb,
        other => panic!("{other:?}"),
    };
    let (name, user) = (text(input, "cache_name"), text(input, "user"));
    let token = make(&given.credentials, given.region, name, user, given.now);
    check_token(case, token, "http://", 900);
}

pub fn msk(case: &mut Case<'_>) {
    let (input, given) = (case.input, Given::of(case.input));
    let agent = text(input, "user_agent");
    let token = match tokens::msk(&given.credentials, given.region, agent, given.now) {
        Ok(token) => token,
        Err(error) => return case.fail(format!("refused: {error}")),
    };
    case.check("token", text(case.expected, "token"), token.expose());
    case.check(
        "expiration_ms",
        case.expected["expiration_ms"].as_i64(),
        Some(token.expires_at_milliseconds()),
    );
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(token.expose()).unwrap()).unwrap();
    case.check("url", text(case.expected, "url"), url.as_str());
    let (signed, _) = url.rsplit_once("&User-Agent=").unwrap();
    check_signing(case, &get(signed), &Rules::GENERIC);
}

pub fn eks(case: &mut Case<'_>) {
    let (input, given) = (case.input, Given::of(case.input));
    let cluster = text(input, "cluster");
    case.check("expires", Some(60), input["expires"].as_u64());
    let host = caller_identity::host(given.region).unwrap();
    case.check("sts_host", text(input, "sts_host"), &host);
    let token = match tokens::eks(&given.credentials, given.region, cluster, given.now) {
        Ok(token) => token,
        Err(error) => return case.fail(format!("refused: {error}")),
    };
    case.check("token", text(case.expected, "token"), token.expose());
    let ends = given.now + Duration::from_secs(14 * 60);
    case.check("expires_at", ends, token.expires_at());
    let encoded = token.expose().strip_prefix("k8s-aws-v1.").unwrap();
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).unwrap()).unwrap();
    case.check("url", text(case.expected, "url"), url.as_str());
    let mut request = get(&url);
    let cluster = cluster.parse().unwrap();
    request.headers_mut().insert("x-k8s-aws-id", cluster);
    check_signing(case, &request, &Rules::GENERIC);
}

pub fn bedrock(case: &mut Case<'_>) {
    let (input, given) = (case.input, Given::of(case.input));
    let expires_in = expires_in(input).unwrap();
    let token = match tokens::bedrock(&given.credentials, given.region, expires_in, given.now) {
        Ok(token) => token,
        Err(error) => return case.fail(format!("refused: {error}")),
    };
    case.check("token", text(case.expected, "token"), token.expose());
    let ends = Some(given.now + expires_in);
    case.check("expires_at", ends, token.expiration());
    case.check("region", Some(given.region), token.region());
    let encoded = token.expose().strip_prefix("bedrock-api-key-").unwrap();
    let decoded = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
    case.check("decoded", text(case.expected, "decoded"), decoded.as_str());
    let signed = decoded.strip_suffix("&Version=1").unwrap();
    let mut request = get(&format!("https://{signed}"));
    *request.method_mut() = http::Method::POST;
    check_signing(case, &request, &Rules::GENERIC);
}

pub fn iot(case: &mut Case<'_>) {
    let (input, given) = (case.input, Given::of(case.input));
    let (endpoint, expires_in) = (text(input, "endpoint"), expires_in(input));
    let (credentials, region) = (&given.credentials, given.region);
    let url = match tokens::iot(credentials, region, endpoint, expires_in, given.now) {
        Ok(url) => url,
        Err(error) => return case.fail(format!("refused: {error}")),
    };
    case.check("url", text(case.expected, "url"), url.expose());
    let ends = expires_in.map(|expires_in| given.now + expires_in);
    case.check("expires_at", ends, url.expires_at());
    check_signing(case, &get(url.expose()), &Rules::of("iotdevicegateway"));
}

/// The vectors of requests in general, and a check of the proofs that are made.
pub fn identity(case: &mut Case<'_>) {
    sigv4::run(case);
    let (input, given) = (case.input, Given::of(case.input));
    let headers = input["headers"].as_array().unwrap();
    let header = |i: usize, part: usize| Some(headers.get(i)?[part].as_str().unwrap());
    assert_eq!(
        (header(0, 0), header(1, 0)),
        (Some("Host"), Some("Content-Type"))
    );
    let (host, audience) = (header(0, 1).unwrap(), header(2, 0).zip(header(2, 1)));
    let (credentials, region) = (&given.credentials, given.region);
    let proof = match caller_identity::signed(credentials, region, host, audience, given.now) {
        Ok(proof) => proof,
        Err(error) => return case.fail(format!("refused: {error}")),
    };
    case.check("method", text(input, "method"), proof.method());
    case.check("url", text(input, "url"), proof.url());
    case.check("body", sigv4::body(input), proof.body().as_bytes().to_vec());
    let given = headers.iter();
    let added = case.expected["headers_added"].as_array().unwrap().iter();
    let mut expected: Vec<(String, String)> = given
        .chain(added)
        .map(|header| {
            let text = |i: usize| header[i].as_str().unwrap().to_owned();
            (text(0).to_lowercase(), text(1))
        })
        .collect();
    let mut sent: Vec<(String, String)> = proof
        .expose_headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    expected.sort();
    sent.sort();
    case.check("headers", expected, sent);
}

fn check_token(case: &mut Case<'_>, token: Result<Token, Error>, scheme: &str, seconds: u64) {
    let token = match token {
        Ok(token) => token,
        Err(error) => return case.fail(format!("refused: {error}")),
    };
    case.check("token", text(case.expected, "token"), token.expose());
    let ends = now(case.input) + Duration::from_secs(seconds);
    case.check("expires_at", ends, token.expires_at());
    let mut request = get(&format!("{scheme}{}", token.expose()));
    // The name of a cache is signed as it is given. The host of a URL would be in lowercase.
    let host = request.uri().authority().unwrap().as_str();
    if host.to_lowercase() != host {
        let host = http::HeaderValue::from_str(host).unwrap();
        request.headers_mut().insert("host", host);
    }
    check_signing(case, &request, &Rules::GENERIC);
}

fn get(url: &str) -> Request<()> {
    Request::get(url).body(()).unwrap()
}

/// Compares the request that the token stands for with the vector.
fn check_signing(case: &mut Case<'_>, request: &Request<()>, rules: &Rules) {
    let canonical = CanonicalRequest::new(request, rules, PayloadHash::EMPTY).unwrap();
    let query = QueryAuthorization::parse(request.uri().query().unwrap()).unwrap();
    let date = text(case.input, "time").parse::<AmzDate>().ok().unwrap();
    let authorization = &query.authorization;
    let string_to_sign = StringToSign::new(
        authorization.algorithm,
        &date,
        &authorization.scope,
        &canonical.hash(),
    );
    let expected = case.expected;
    case.check(
        "canonical_request",
        text(expected, "canonical_request"),
        canonical.to_string().as_str(),
    );
    case.check(
        "string_to_sign",
        text(expected, "string_to_sign"),
        string_to_sign.as_str(),
    );
    case.check(
        "signature",
        text(expected, "signature"),
        authorization.signature.as_str(),
    );
}
