//! Are our logins those of the packages for Amazon Keyspaces, Snowflake and AppSync? The same
//! inputs at a fixed time, through Python (`python/logins.py`) and through countersign.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use countersign::tokens::{self, AppSync, Neptune};
use countersign::{Credentials, Timestamp};
use serde_json::{Value, json};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The interpreter that `python/setup logins` prepared.
fn python() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/interop-python");
    let folder = std::env::var_os("INTEROP_PYTHON").map_or_else(own, PathBuf::from);
    folder.join("logins/bin/python")
}

fn theirs(cases: &[Value]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/logins.py");
    let mut child = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`tests/interop/python/setup logins` has run");
    let input = serde_json::to_vec(cases).unwrap();
    child.stdin.take().unwrap().write_all(&input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "see above");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The inputs and our results, for one set of credentials, region and time.
fn cases(session_token: Option<&str>, region: &str, now: Timestamp, all: &mut Vec<(Value, Value)>) {
    let mut credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    if let Some(token) = session_token {
        credentials = credentials.with_session_token(token);
    }
    let mut put = |kind: &str, more: Value, ours: Value| {
        let mut input = json!({
            "kind": kind,
            "access_key_id": "AKIDEXAMPLE",
            "secret_key": SECRET,
            "session_token": session_token,
            "region": region,
            "time": now.to_string(),
        });
        let more = more.as_object().unwrap().clone();
        input.as_object_mut().unwrap().extend(more);
        all.push((input, ours));
    };
    for challenge in [
        "nonce=91703fdc2ef562e19fbdab0f58e42fe5",
        "v=1,nonce=ffffffffffffffffffffffffffffffff,x",
    ] {
        let ours = tokens::keyspaces(&credentials, region, challenge.as_bytes(), now).unwrap();
        let initial = std::str::from_utf8(tokens::KEYSPACES_INITIAL_RESPONSE).unwrap();
        let more = json!({ "challenge": challenge });
        put("keyspaces", more, json!([initial, ours.expose()]));
    }

    let ours = tokens::snowflake(&credentials, region, now).unwrap();
    put("snowflake", json!({}), attestation(ours.expose()));

    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    let host = format!("abcdefghijkl.appsync-api.{region}.amazonaws.com{suffix}");
    let api = AppSync::graphql(&format!("https://{host}/graphql"), region).unwrap();
    let connection = api.connect(&credentials, now).unwrap();
    let url = connection.url_with_query();
    let header = url.expose().split_once("?header=").unwrap().1;
    let header = header.split('&').next().unwrap();
    let header = percent_encoding::percent_decode_str(header)
        .decode_utf8()
        .unwrap();
    let ours: Value = serde_json::from_slice(&base64(&header)).unwrap();
    put("appsync", json!({"host": host, "data": null}), ours);
    for data in [
        r#"{"query":"subscription { a }","variables":{}}"#,
        "{\"\u{fc}\":\"\u{65e5}\"}",
    ] {
        let ours = api.authorize(&credentials, data, now).unwrap();
        let ours: Value = serde_json::from_str(ours.expose()).unwrap();
        put("appsync", json!({"host": host, "data": data}), ours);
    }

    for host in [
        "localhost".to_owned(),
        format!("db.cluster-a.{region}.neptune.amazonaws.com"),
    ] {
        let neptune = Neptune::new(&host, 8182, region).unwrap();
        let login = neptune.login(&credentials, now).unwrap();
        let ours: Value = serde_json::from_str(login.expose_password()).unwrap();
        put("neptune", json!({ "host": host }), ours);
    }

    if session_token.is_none() {
        let login = tokens::ses_smtp(&credentials, region).unwrap();
        put("ses-smtp", json!({}), json!(login.expose_password()));
    }
}

/// The document of an attestation: the order of its headers and the case of their names have no
/// meaning.
fn attestation(token: &str) -> Value {
    let mut document: Value = serde_json::from_slice(&base64(token)).unwrap();
    let headers = document["headers"].as_object().unwrap().iter();
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.clone()));
    document["headers"] = Value::Object(headers.collect());
    document
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

#[test]
#[ignore = "needs packages from PyPI: run by .ci/run"]
fn logins_are_those_of_the_official_packages() {
    let mut all = Vec::new();
    let long = "FwoGZXIvYXdz/+cD9ef=".repeat(60);
    for session_token in [None, Some("token/+=="), Some(&*long)] {
        for region in ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"] {
            for seconds in [1_709_251_199, 1_767_323_045] {
                let now = Timestamp::from_unix_seconds(seconds);
                cases(session_token, region, now, &mut all);
            }
        }
    }
    let inputs: Vec<Value> = all.iter().map(|(input, _)| input.clone()).collect();
    let theirs = theirs(&inputs);
    assert_eq!(theirs.len(), all.len());
    assert!(all.len() > 180, "{} cases", all.len());
    let mut differing = 0;
    for ((input, ours), theirs) in all.iter().zip(&theirs) {
        if ours != theirs {
            differing += 1;
            println!("{input}\n  theirs {theirs}\n  ours   {ours}");
        }
    }
    println!("{} logins, {differing} differ", all.len());
    assert_eq!(differing, 0);
}
