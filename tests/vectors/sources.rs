//! Credential sources: files, requests, responses, caches and the chain.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::Timestamp;
use countersign::sources::{
    BaseSource, Chain, ChainError, CognitoPool, CredentialEndpoint, CredentialSource, Environment,
    Error, Input, IotCredentials, Platform, ProcessCommand, ProcessOutput, ProfileFile,
    ProfileFileProblem, ProfileFiles, ProfileProblem, ProfileSource, ResolvedCredentials,
    SecretText, Section, SelectedProfile, Want, login_cache_file_name, sso_cache_file_name,
};
use http::{Request, Response};
use serde_json::{Map, Value, json};

use crate::report::Case;
use crate::sigv4::text;

const SESSION_NAME: &str = "the-default";
const CONFIG: &str = "/home/u/.aws/config";
const CREDENTIALS: &str = "/home/u/.aws/credentials";

fn environment(input: &Value, more: &[(&str, &str)]) -> Environment {
    let variables = input["env"].as_object().into_iter().flatten();
    let variables = variables.map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    let home = [("HOME", "/home/u")];
    Environment::from_pairs(
        home.into_iter()
            .chain(variables)
            .chain(more.iter().copied()),
    )
}

fn bytes(value: &Value) -> Vec<u8> {
    match value["base64"].as_str() {
        Some(base64) => STANDARD.decode(base64).unwrap(),
        None => value.as_str().unwrap_or_default().into(),
    }
}

fn now(input: &Value) -> Timestamp {
    text(input, "now").parse().unwrap()
}

/// The result of a run in the form of `expected`. The caller compares requests and wants.
fn result(resolved: Result<ResolvedCredentials, Value>, now: Timestamp) -> Value {
    let resolved = match resolved {
        Ok(resolved) => resolved,
        Err(error) => return error,
    };
    let mut result = json!({"credentials": credentials(&resolved)});
    if resolved.is_expired(now) {
        result["expired"] = true.into();
    }
    if let Some(next_try) = resolved.next_try() {
        let seconds = next_try.saturating_duration_since(now).as_secs();
        result["retry_after_seconds"] = seconds.into();
    }
    result
}

pub fn credentials(resolved: &ResolvedCredentials) -> Value {
    let credentials = resolved.credentials();
    let mut told = json!({
        "access_key_id": credentials.access_key_id(),
        "secret_access_key": credentials.secret_key().expose(),
    });
    if let Some(token) = credentials.session_token() {
        told["session_token"] = token.expose().into();
    }
    if let Some(account_id) = resolved.account_id() {
        told["account_id"] = account_id.into();
    }
    if let Some(expiration) = resolved.expiration() {
        let seconds = Timestamp::from_unix_seconds(expiration.unix_seconds());
        told["expiration"] = seconds.to_string().into();
    }
    told
}

/// The error in the words of the vectors.
pub fn error(error: &Error) -> Value {
    let told = match error {
        Error::MissingSetting { setting, .. } => {
            json!({"kind": "missing-setting", "setting": setting})
        }
        Error::MissingRegion => json!({"kind": "missing-setting", "setting": "AWS_REGION"}),
        Error::InvalidSetting { setting, .. }
            if setting.ends_with("_URI") || setting.to_uppercase().ends_with("_ENDPOINT") =>
        {
            json!({"kind": "invalid-uri"})
        }
        Error::InvalidSetting { setting, .. } => {
            json!({"kind": "invalid-setting", "setting": setting})
        }
        Error::File { path } | Error::NotLoggedIn { path, .. } => {
            json!({"kind": "file", "path": path})
        }
        Error::ProfileFiles { file, line, .. } => {
            json!({"kind": "profile-files", "file": file.to_string(), "line": line})
        }
        Error::Profile { profile, problem } => match problem {
            ProfileProblem::NotFound => json!({"kind": "profile-not-found", "profile": profile}),
            ProfileProblem::BothSources => json!({"kind": "both-sources", "profile": profile}),
            ProfileProblem::NoSource => json!({"kind": "no-source", "profile": profile}),
            ProfileProblem::UnknownCredentialSource { value } => {
                json!({"kind": "unknown-credential-source", "profile": profile, "value": value})
            }
            ProfileProblem::MissingKey { key, .. }
            | ProfileProblem::SsoSessionIncomplete { key, .. } => {
                json!({"kind": "missing-key", "profile": profile, "key": key})
            }
            other => json!({"kind": format!("{other:?}")}),
        },
        Error::ProfileLoop { profiles } => json!({"kind": "loop", "profiles": profiles}),
        Error::Status { status, .. } => json!({"kind": "status", "status": status}),
        Error::Json { .. } => json!({"kind": "json"}),
        Error::MissingField { field, .. } => json!({"kind": "missing-field", "field": field}),
        Error::InvalidField { field, .. } => json!({"kind": "invalid-field", "field": field}),
        Error::Refused {
            endpoint: CredentialEndpoint::Container | CredentialEndpoint::InstanceMetadata,
            status,
            code,
            message,
        } => {
            let status = (*status != 200).then_some(status);
            json!({"kind": "document", "status": status, "code": code, "message": message})
        }
        Error::TokenRefused { status } => json!({"kind": "token-refused", "status": status}),
        Error::InvalidToken { .. } => json!({"kind": "invalid-token"}),
        Error::InvalidRoleName { .. } => json!({"kind": "invalid-role-name"}),
        Error::HostNotAllowed { host } => json!({"kind": "host-not-allowed", "host": host}),
        Error::RegionMismatch { .. } => json!({"kind": "region-mismatch"}),
        Error::Version => json!({"kind": "version"}),
        Error::Exit { code, message } => {
            json!({"kind": "exit", "code": code, "message": message})
        }
        Error::Command => json!({"kind": "command"}),
        Error::TokenExpired { .. } => json!({"kind": "token-expired"}),
        Error::InvalidParameter { parameter, .. } => {
            json!({"kind": "invalid-parameter", "parameter": parameter})
        }
        Error::Sts(error) => {
            json!({"kind": "sts", "status": error.status().as_u16(), "code": error.code()})
        }
        Error::Refused {
            endpoint,
            status,
            code,
            message,
        } => {
            let kind = match endpoint {
                CredentialEndpoint::SsoPortal => "portal",
                CredentialEndpoint::Login => "login",
                CredentialEndpoint::Cognito => "cognito",
                CredentialEndpoint::Iot => "iot",
                CredentialEndpoint::RolesAnywhere => "roles-anywhere",
                other => panic!("{other:?}"),
            };
            json!({"kind": kind, "status": status, "code": code, "message": message})
        }
        other => json!({"kind": format!("{other:?}")}),
    };
    let members = told.as_object().unwrap().clone();
    let members = members.into_iter().filter(|(_, value)| !value.is_null());
    json!({"error": Map::from_iter(members)})
}

fn chain_error(failure: &ChainError) -> Value {
    if failure.is_not_configured() {
        json!({"none": true})
    } else {
        error(failure.error())
    }
}

/// Compares the members of `expected` that are a result. The message of a refusal is compared if
/// the vector has one.
fn check_result(case: &mut Case<'_>, mut actual: Value) {
    let is_result = |name: &str| {
        [
            "credentials",
            "error",
            "none",
            "expired",
            "retry_after_seconds",
        ]
        .contains(&name)
    };
    let members = case.expected.as_object().unwrap().clone();
    let mut expected = Map::from_iter(members.into_iter().filter(|(name, _)| is_result(name)));
    if let Some(range) = expected.remove("retry_after_seconds") {
        let actual = actual
            .as_object_mut()
            .unwrap()
            .remove("retry_after_seconds");
        let seconds = actual.and_then(|actual| actual.as_u64());
        let (min, max) = (range["min"].as_u64(), range["max"].as_u64());
        case.check(
            "retry_after_seconds",
            true,
            min <= seconds && seconds <= max,
        );
    }
    let services = ["portal", "login", "cognito", "iot"];
    let of_service = |value: &Value| services.iter().any(|kind| value["kind"] == *kind);
    if of_service(&actual["error"]) && expected["error"].get("message").is_none() {
        actual["error"].as_object_mut().unwrap().remove("message");
    }
    case.check("result", &Value::Object(expected), &actual);
}

pub fn profile_files(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let parsed = ProfileFiles::parse(bytes(&input["config"]), bytes(&input["credentials"]));
    let files = match parsed {
        Ok(files) => files,
        Err(Error::ProfileFiles {
            file,
            line,
            problem,
        }) => {
            let mut told = json!({"file": file_name(file), "kind": problem_name(problem)});
            // The vectors have no line for it.
            if problem != ProfileFileProblem::InvalidUtf8 {
                told["line"] = line.into();
            }
            case.check("error", &expected["error"], &told);
            return;
        }
        Err(other) => return case.fail(other.to_string()),
    };
    let plain = |section: &Section| {
        let pairs = section.properties();
        Value::Object(
            pairs
                .map(|(key, value)| (key.to_owned(), value.into()))
                .collect(),
        )
    };
    let nested = |section: &Section| {
        let blocks = section.properties().filter_map(|(key, _)| {
            let pairs = section.nested(key);
            let pairs: Map<_, _> = pairs
                .map(|(key, value)| (key.to_owned(), value.into()))
                .collect();
            (!pairs.is_empty()).then(|| (key.to_owned(), Value::Object(pairs)))
        });
        blocks.collect::<Map<_, _>>()
    };
    let profiles: Map<_, _> = files
        .profiles()
        .map(|(name, it)| (name.to_owned(), plain(it)))
        .collect();
    case.check("profiles", &expected["profiles"], &Value::Object(profiles));
    let sessions: Map<_, _> = files
        .sso_sessions()
        .map(|(name, it)| (name.to_owned(), plain(it)))
        .collect();
    case.check(
        "sso_sessions",
        &expected["sso_sessions"],
        &Value::Object(sessions),
    );
    let services: Map<_, _> = files
        .all_services()
        .map(|(name, it)| (name.to_owned(), nested(it).into()))
        .collect();
    case.check("services", &expected["services"], &Value::Object(services));
    let blocks: Map<_, _> = files
        .profiles()
        .map(|(name, section)| (name.to_owned(), nested(section)))
        .filter(|(_, blocks)| !blocks.is_empty())
        .map(|(name, blocks)| (name, blocks.into()))
        .collect();
    let expected_blocks = expected.get("nested").cloned().unwrap_or_else(|| json!({}));
    case.check("nested", &expected_blocks, &Value::Object(blocks));
    let selected = SelectedProfile::from_environment(&environment(input, &[]));
    case.check("selected", text(expected, "selected"), selected.name());
}

fn file_name(file: ProfileFile) -> &'static str {
    match file {
        ProfileFile::Config => "config",
        ProfileFile::Credentials => "credentials",
        _ => "another",
    }
}

fn problem_name(problem: ProfileFileProblem) -> &'static str {
    match problem {
        ProfileFileProblem::InvalidUtf8 => "invalid-utf8",
        ProfileFileProblem::Nul => "nul",
        ProfileFileProblem::SectionEnd => "section-end",
        ProfileFileProblem::ExpectedSection => "expected-section",
        ProfileFileProblem::ExpectedEquals => "expected-equals",
        ProfileFileProblem::EmptyKey => "empty-key",
        ProfileFileProblem::OrphanContinuation => "orphan-continuation",
        ProfileFileProblem::SubPropertyExpectedEquals => "sub-property-expected-equals",
        ProfileFileProblem::SubPropertyEmptyKey => "sub-property-empty-key",
        _ => "another",
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}

pub fn profile_credentials(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let files = ProfileFiles::parse(bytes(&input["config"]), bytes(&input["credentials"])).unwrap();
    let selected = SelectedProfile::from_environment(&environment(input, &[]));
    let told = match ProfileSource::resolve(&files, &selected) {
        Err(failure) => error(&failure),
        Ok(None) => json!({"none": true}),
        Ok(Some(source)) => {
            let base = match source.base {
                BaseSource::Keys(keys) => json!({
                    "kind": "static", "access_key_id": keys.access_key_id,
                    "secret_access_key": keys.secret_access_key.expose(),
                    "session_token": keys.session_token.as_ref().map(SecretText::expose),
                    "account_id": keys.account_id,
                }),
                BaseSource::Named(name) => json!({"kind": "named", "name": name.as_str()}),
                BaseSource::WebIdentity(it) => json!({
                    "kind": "web-identity", "role_arn": it.role_arn, "token_file": it.path,
                    "role_session_name": it.role_session_name,
                }),
                BaseSource::Sso(it) => json!({
                    "kind": "sso", "start_url": it.start_url, "region": it.region,
                    "account_id": it.account_id, "role_name": it.role_name, "session": it.session,
                }),
                BaseSource::Login { login_session } => {
                    json!({"kind": "login", "session": login_session})
                }
                BaseSource::Process(it) => json!({
                    "kind": "process", "command": it.command_line, "account_id": it.account_id,
                }),
                other => json!({"kind": format!("{other:?}")}),
            };
            let roles = source.roles.into_iter().map(|role| {
                without_nulls(json!({
                    "profile": role.profile, "role_arn": role.role_arn,
                    "role_session_name": role.role_session_name,
                    "external_id": role.external_id, "mfa_serial": role.mfa_serial,
                    "duration_seconds": role.duration_seconds,
                }))
            });
            json!({"source": without_nulls(base), "roles": roles.collect::<Vec<_>>()})
        }
    };
    case.check("source and roles", expected, &told);
}

pub fn process(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let command = ProcessCommand::parse(text(input, "command"));
    let argv = command.ok().map(|command| {
        let words = [command.program()].into_iter().chain(command.arguments());
        words.map(str::to_owned).collect::<Vec<_>>()
    });
    case.check("argv", &expected["argv"], &json!(argv));
    let stdout = bytes(&input["stdout"]);
    let output = ProcessOutput {
        exit_code: input["exit_code"]
            .as_i64()
            .and_then(|code| code.try_into().ok()),
        stdout: &stdout,
        stderr: text(input, "stderr").as_bytes(),
    };
    let resolved = output.read(input["profile_account_id"].as_str());
    check_result(case, result(resolved.map_err(|it| error(&it)), now(input)));
}

pub fn response(answer: &Value) -> Response<Vec<u8>> {
    let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
    let mut response = Response::builder().status(status);
    for header in answer["headers"].as_array().into_iter().flatten() {
        response = response.header(header[0].as_str().unwrap(), header[1].as_str().unwrap());
    }
    response.body(bytes(&answer["body"])).unwrap()
}

/// The headers that are compared.
const TOLD: [&str; 8] = [
    "accept",
    "authorization",
    "content-type",
    "x-amz-sso_bearer_token",
    "x-amz-target",
    "x-amzn-iot-thingname",
    "x-aws-ec2-metadata-token",
    "x-aws-ec2-metadata-token-ttl-seconds",
];

/// A request in the form of the vectors.
fn told(request: &Request<String>) -> Value {
    let url = request.uri().to_string();
    if url.starts_with("https://sts.") {
        return told_sts(request, &url);
    }
    let mut headers: Vec<Value> = request
        .headers()
        .iter()
        .filter(|(name, _)| TOLD.contains(&name.as_str()))
        .map(|(name, value)| json!([name.as_str(), value.to_str().unwrap()]))
        .collect();
    headers.sort_by_key(ToString::to_string);
    // The order of a query has no meaning: sorted, as in the vectors.
    let url = match url.split_once('?') {
        Some((path, query)) if url.contains("/federation/") => {
            let mut pairs: Vec<&str> = query.split('&').collect();
            pairs.sort_unstable();
            format!("{path}?{}", pairs.join("&"))
        }
        _ => url,
    };
    let mut told = json!({"method": request.method().as_str(), "url": url, "headers": headers});
    if !request.body().is_empty() {
        told["json"] = serde_json::from_str(request.body()).unwrap();
    }
    if let Some(proof) = request.headers().get("dpop") {
        told["dpop"] = told_proof(proof.to_str().unwrap());
    }
    told
}

fn told_sts(request: &Request<String>, url: &str) -> Value {
    assert_eq!(request.method(), "POST");
    let mut parameters = BTreeMap::new();
    for pair in request.body().split('&') {
        let (name, value) = pair.split_once('=').unwrap();
        let value = percent_encoding::percent_decode_str(value)
            .decode_utf8()
            .unwrap();
        parameters.insert(name, value.into_owned());
    }
    if let Some(name) = parameters.get_mut("RoleSessionName")
        && name == SESSION_NAME
    {
        "(default)".clone_into(name);
    }
    assert_eq!(parameters.remove("Version").unwrap(), "2011-06-15");
    let action = parameters.remove("Action").unwrap();
    let authorization = request.headers().get("authorization");
    let signed_by = authorization.map(|value| {
        let (_, id) = value.to_str().unwrap().split_once("Credential=").unwrap();
        id.split('/').next().unwrap().to_owned()
    });
    json!({"sts": action, "url": url, "signed_by": signed_by, "parameters": parameters})
}

fn decoded(part: &str) -> Value {
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    serde_json::from_slice(&engine.decode(part).unwrap()).unwrap()
}

fn told_proof(proof: &str) -> Value {
    let parts: Vec<&str> = proof.split('.').collect();
    let mut payload = decoded(parts[1]);
    assert!(payload["jti"].as_str().is_some_and(|id| id.len() >= 24));
    payload["jti"] = "(any)".into();
    json!({"header": decoded(parts[0]), "payload": payload})
}

/// The run of a chain: its wants in the words of the vectors, its result, and the saved files.
struct Run {
    wants: Vec<Value>,
    result: Value,
    source: Option<CredentialSource>,
    saved: BTreeMap<String, Value>,
}

fn drive(case: &Case<'_>, environment: Environment) -> Run {
    let input = case.input;
    let now = now(input);
    let mut chain = Chain::new(environment, SESSION_NAME).with_platform(Platform::Unix);
    if let Some(region) = input["region"].as_str() {
        chain = chain.with_region(region);
    }
    if input["options"]["allow_v1"] == true {
        chain = chain.with_imds_v1_allowed();
    }
    let mut answers = input["answers"].as_array().into_iter().flatten();
    let content = |path: &str| match path {
        CONFIG if input.get("config").is_some() => Some(bytes(&input["config"])),
        CREDENTIALS if input.get("credentials").is_some() => Some(bytes(&input["credentials"])),
        _ => input["files"].get(path).map(bytes),
    };
    let (mut wants, mut saved) = (Vec::new(), BTreeMap::new());
    let mut answer = Input::Start;
    loop {
        let want = match chain.next(answer, now) {
            Ok(want) => want,
            Err(failure) => {
                return Run {
                    wants,
                    result: chain_error(&failure),
                    source: failure.failed_source(),
                    saved,
                };
            }
        };
        answer = match want {
            Want::File { path } => {
                match path.as_str() {
                    // The vectors request both shared files in one step.
                    CONFIG => wants.push(json!({"files": [CONFIG, CREDENTIALS]})),
                    CREDENTIALS => {}
                    _ => wants.push(json!({"file": path})),
                }
                content(&path).map_or(Input::NoFile, Input::File)
            }
            Want::Send(request) => {
                wants.push(json!({"send": told(&request)}));
                #[cfg(feature = "sigv4a")]
                if let Some(proof) = request.headers().get("dpop") {
                    check_proof(input, proof.to_str().unwrap());
                }
                let answer = answers
                    .next()
                    .expect("a request more than there are answers");
                match answer.get("error") {
                    Some(_) => Input::NoResponse,
                    None => Input::Response(response(answer)),
                }
            }
            Want::Save { path, contents } => {
                saved.insert(path, serde_json::from_str(contents.expose()).unwrap());
                Input::Saved
            }
            Want::Done(found) => {
                return Run {
                    wants,
                    result: result(Ok(found.credentials), now),
                    source: Some(found.source),
                    saved,
                };
            }
            other => panic!("{other:?}"),
        };
    }
}

/// Verifies the signature of a proof with the key in the cache.
#[cfg(feature = "sigv4a")]
fn check_proof(input: &Value, proof: &str) {
    let cache = input["files"].as_object().unwrap().values().next().unwrap();
    let cache: Value = serde_json::from_str(cache.as_str().unwrap()).unwrap();
    assert!(cache["dpopKey"].is_string());
    let header = decoded(proof.split('.').next().unwrap());
    let coordinate = |name: &str| {
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        engine
            .decode(header["jwk"][name].as_str().unwrap())
            .unwrap()
    };
    let point = [&[4][..], &coordinate("x"), &coordinate("y")].concat();
    let (signing_input, signature) = proof.rsplit_once('.').unwrap();
    assert!(verifies(&point, signing_input, signature));
}

/// Verifies r and s in base64url, converted to the DER that SigV4A verifies.
#[cfg(feature = "sigv4a")]
fn verifies(point: &[u8], signing_input: &str, signature: &str) -> bool {
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let integers = engine.decode(signature).unwrap();
    if integers.len() != 64 {
        return false;
    }
    let der = |bytes: &[u8]| {
        let mut bytes = bytes;
        while bytes.len() > 1 && bytes[0] == 0 {
            bytes = &bytes[1..];
        }
        let zero: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
        let length = u8::try_from(zero.len() + bytes.len()).unwrap();
        [&[2, length], zero, bytes].concat()
    };
    let both = [der(&integers[..32]), der(&integers[32..])].concat();
    let sequence = [&[0x30, u8::try_from(both.len()).unwrap()], &both[..]].concat();
    let header = format!(
        "AWS4-ECDSA-P256-SHA256 Credential=A/20150830/s/aws4_request, SignedHeaders=host, Signature={}",
        hex::encode(sequence)
    );
    let signature = countersign::sigv4::Authorization::parse(&header)
        .unwrap()
        .signature;
    let key = countersign::sigv4a::PublicKey::from_sec1(point).unwrap();
    key.verifies(signing_input, &signature)
}

fn requests(run: &Run) -> Value {
    let sent = run.wants.iter().filter_map(|want| want.get("send"));
    sent.cloned().collect::<Vec<_>>().into()
}

/// Runs a source in a chain. The result must come from this source and no other one.
fn through_chain(case: &mut Case<'_>, source: CredentialSource) {
    let run = drive(case, environment(case.input, &[]));
    case.check(
        "requests",
        &case.expected["requests"].clone(),
        &requests(&run),
    );
    let is_none = case.expected.get("none").is_some();
    case.check("source", (!is_none).then_some(source), run.source);
    if let Some(cache) = case.expected.get("cache") {
        let content = run.saved.get(text(cache, "file"));
        case.check("cache", Some(&cache["content"]), content);
    }
    check_result(case, run.result);
}

pub fn imds(case: &mut Case<'_>) {
    through_chain(case, CredentialSource::Instance);
}

/// With instance metadata, the next source, disabled.
fn alone(case: &mut Case<'_>, source: CredentialSource) {
    let disabled = ("AWS_EC2_METADATA_DISABLED", "true");
    let run = drive(case, environment(case.input, &[disabled]));
    case.check(
        "requests",
        &case.expected["requests"].clone(),
        &requests(&run),
    );
    let is_none = case.expected.get("none").is_some();
    case.check("source", (!is_none).then_some(source), run.source);
    check_result(case, run.result);
}

pub fn container(case: &mut Case<'_>) {
    alone(case, CredentialSource::Container);
}

pub fn web_identity_env(case: &mut Case<'_>) {
    alone(case, CredentialSource::WebIdentity);
}

pub fn sso(case: &mut Case<'_>) {
    let input = case.input;
    if text(input, "kind") == "cache-name" {
        let id = input["sso_session"]
            .as_str()
            .or(input["sso_start_url"].as_str());
        let name = sso_cache_file_name(id.unwrap());
        return case.check("file", text(case.expected, "file"), &name);
    }
    through_chain(case, CredentialSource::Profile);
}

pub fn login(case: &mut Case<'_>) {
    let input = case.input;
    match text(input, "kind") {
        "cache-name" => {
            let name = login_cache_file_name(text(input, "login_session"));
            case.check("file", text(case.expected, "file"), &name);
        }
        #[cfg(feature = "sigv4a")]
        "load" => through_chain(case, CredentialSource::Profile),
        #[cfg(feature = "sigv4a")]
        "dpop" => dpop(case),
        _ => case.wait(),
    }
}

#[cfg(feature = "sigv4a")]
fn dpop(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let key = countersign::sources::DpopKey::from_pem(text(input, "dpop_key")).unwrap();
    let iat = Timestamp::from_unix_seconds(input["iat"].as_i64().unwrap());
    let proof = key
        .proof(text(input, "htu"), text(input, "jti"), iat)
        .unwrap();
    let parts: Vec<&str> = proof.expose().split('.').collect();
    case.check("header", &expected["header"], &decoded(parts[0]));
    case.check("payload", &expected["payload"], &decoded(parts[1]));
    let point = hex::decode(text(expected, "public_key_hex")).unwrap();
    let (signing_input, signature) = proof.expose().rsplit_once('.').unwrap();
    case.check(
        "signature",
        true,
        verifies(&point, signing_input, signature),
    );
    let sample = text(expected, "sample_signing_input");
    let valid = text(expected, "valid_signature");
    case.check("valid_signature", true, verifies(&point, sample, valid));
    for (name, invalid) in expected["invalid_signatures"].as_object().unwrap() {
        case.check(
            name,
            false,
            verifies(&point, sample, invalid.as_str().unwrap()),
        );
    }
}

pub fn cognito(case: &mut Case<'_>) {
    let input = case.input;
    let mut pool = CognitoPool::new(text(input, "region"));
    for (provider, token) in input["logins"].as_object().into_iter().flatten() {
        pool = pool.with_login(provider, token.as_str().unwrap());
    }
    if let Some(role_arn) = input["custom_role_arn"].as_str() {
        pool = pool.with_custom_role_arn(role_arn);
    }
    let mut sent = Vec::new();
    let mut answers = input["answers"].as_array().unwrap().iter();
    let mut send = |request: Request<String>| {
        sent.push(told(&request));
        response(answers.next().unwrap())
    };
    let mut run = || {
        let id = match input["identity_id"].as_str() {
            Some(id) => id.to_owned(),
            None => {
                let pool_id = text(input, "identity_pool_id");
                let request = pool.get_id_request(pool_id, input["account_id"].as_str())?;
                pool.read_id(&send(request))?
            }
        };
        pool.read_credentials(&send(pool.credentials_request(&id)?))
    };
    let resolved = run();
    case.check(
        "requests",
        &case.expected["requests"].clone(),
        &Value::from(sent),
    );
    check_result(case, result(resolved.map_err(|it| error(&it)), now(input)));
}

pub fn iot(case: &mut Case<'_>) {
    let input = case.input;
    let mut sent = Vec::new();
    let mut run = || {
        let mut provider = IotCredentials::new(text(input, "endpoint"), text(input, "role_alias"))?;
        if let Some(name) = input["thing_name"].as_str() {
            provider = provider.with_thing_name(name)?;
        }
        sent.push(told(&provider.request()));
        provider.read(&response(&input["answer"]))
    };
    let resolved = run();
    case.check(
        "requests",
        &case.expected["requests"].clone(),
        &Value::from(sent),
    );
    check_result(case, result(resolved.map_err(|it| error(&it)), now(input)));
}

pub fn chain(case: &mut Case<'_>) {
    let run = drive(case, environment(case.input, &[]));
    let expected = case.expected;
    case.check("wants", &expected["wants"], &Value::from(run.wants));
    if let Some(source) = expected.get("source") {
        let name = run.source.map(|source| match source {
            CredentialSource::Environment => "environment",
            CredentialSource::Profile => "profile",
            CredentialSource::WebIdentity => "web-identity",
            CredentialSource::Container => "container",
            CredentialSource::Instance => "instance",
            _ => "another",
        });
        case.check("source", source.as_str(), name);
    }
    check_result(case, run.result);
}
