//! Are our tokens those of the packages of AWS, Google and MongoDB? The same inputs at a fixed
//! time, through Python (`python/tokens.py`) and through countersign.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use countersign::tokens::{self, ExecApiVersion, caller_identity};
use countersign::{Credentials, Error};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// The user agent of MSK's package.
const AGENT: &str = "aws-msk-iam-sasl-signer-python/1.0.2";

/// The interpreter that `python/setup tokens` prepared.
fn python() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/interop-python");
    let folder = std::env::var_os("INTEROP_PYTHON").map_or_else(own, PathBuf::from);
    folder.join("tokens/bin/python")
}

fn theirs(cases: &[Value]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/tokens.py");
    let mut child = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`tests/interop/python/setup tokens` has run");
    let input = serde_json::to_vec(cases).unwrap();
    child.stdin.take().unwrap().write_all(&input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "see above");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// One set of inputs.
struct Case {
    input: Value,
    ours: Result<Value, Error>,
}

/// Credentials, region and time.
struct Given {
    access_key_id: &'static str,
    session_token: Option<String>,
    region: &'static str,
    now: OffsetDateTime,
}

impl Given {
    fn credentials(&self) -> Credentials {
        let credentials = Credentials::new(self.access_key_id, SECRET);
        match &self.session_token {
            Some(token) => credentials.with_session_token(token.clone()),
            None => credentials,
        }
    }

    fn case(&self, kind: &str, more: Value, ours: Result<Value, Error>) -> Case {
        let (date, (h, m, s)) = (self.now.date(), self.now.to_hms());
        let mut input = json!({
            "kind": kind,
            "access_key_id": self.access_key_id,
            "secret_key": SECRET,
            "session_token": self.session_token,
            "region": self.region,
            "time": format!("{date}T{h:02}:{m:02}:{s:02}Z"),
        });
        let more = more.as_object().unwrap().clone();
        input.as_object_mut().unwrap().extend(more);
        Case { input, ours }
    }

    /// One of each token.
    fn cases(&self, cases: &mut Vec<Case>) {
        let (credentials, region, now) = (&self.credentials(), self.region, self.now);
        let text = |token: tokens::Token| json!(token.expose());

        for user in ["app", "jane_doe", "a b", "u+ser@corp/\u{e9}&x=y~", "%41"] {
            let host = format!("db.cluster-abc.{region}.rds.amazonaws.com");
            for port in [3306, 5432, 443] {
                let endpoint = format!("{host}:{port}");
                let ours = tokens::rds(credentials, region, &endpoint, user, now).map(text);
                let more = json!({"host": host, "port": port, "user": user});
                cases.push(self.case("rds", more, ours));
            }
        }

        let host = format!("abcd1234.dsql.{region}.on.aws");
        for seconds in [1, 900, 604_800] {
            let lifetime = Duration::from_secs(seconds);
            for (admin, make) in [
                (false, tokens::dsql as fn(_, _, _, _, _) -> _),
                (true, tokens::dsql_admin),
            ] {
                let ours: Result<tokens::Token, Error> =
                    make(credentials, region, &host, lifetime, now);
                let more = json!({"host": host, "admin": admin, "expires_in": seconds});
                cases.push(self.case("dsql", more, ours.map(text)));
            }
        }

        for user in ["app", "iam-user-01", "a b+c"] {
            let name = "my-cache-1";
            for (service, serverless, ours) in [
                (
                    "elasticache",
                    false,
                    tokens::elasticache(credentials, region, name, user, now),
                ),
                (
                    "elasticache",
                    true,
                    tokens::elasticache_serverless(credentials, region, name, user, now),
                ),
                (
                    "memorydb",
                    false,
                    tokens::memorydb(credentials, region, name, user, now),
                ),
            ] {
                let more = json!({"service": service, "serverless": serverless, "cache": name, "user": user});
                cases.push(self.case("elasticache", more, ours.map(text)));
            }
        }

        let ours = tokens::msk(credentials, region, AGENT, now)
            .map(|token| json!([token.expose(), token.expires_at_milliseconds()]));
        cases.push(self.case("msk", json!({}), ours));

        for cluster in ["c", "my-cluster", "Cluster_1"] {
            let ours = tokens::eks(credentials, region, cluster, now).map(|token| {
                let document = token.exec_credential(ExecApiVersion::V1);
                let document: Value = serde_json::from_str(document.expose()).unwrap();
                let status = &document["status"];
                json!([status["token"], status["expirationTimestamp"]])
            });
            cases.push(self.case("eks", json!({"cluster": cluster}), ours));
        }

        for seconds in [1, 3600, 43_200] {
            let lifetime = Duration::from_secs(seconds);
            let ours =
                tokens::bedrock(credentials, region, lifetime, now).map(|key| json!(key.expose()));
            cases.push(self.case("bedrock", json!({"expires_in": seconds}), ours));
        }

        for repository in ["app", "My.Repo_1", "a-b"] {
            let url =
                format!("https://git-codecommit.{region}.amazonaws.com/v1/repos/{repository}");
            let ours = tokens::codecommit(credentials, region, &url, now)
                .map(|git| json!(git.expose_password()));
            cases.push(self.case("codecommit", json!({"url": url}), ours));
        }

        if !region.starts_with("cn-") {
            let resource = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws";
            let host = format!("sts.{region}.amazonaws.com");
            let ours = caller_identity::google(credentials, region, &host, resource, now);
            let ours = ours.map(|token| google_headers(token.expose()));
            cases.push(self.case("google", json!({"resource": resource}), ours));
        }

        for host in [
            "sts.amazonaws.com",
            "sts.eu-west-1.amazonaws.com",
            "first",
            "first.second",
        ] {
            let nonce: Vec<u8> = (0..64).collect();
            let client: [u8; 32] = nonce[..32].try_into().unwrap();
            let ours = caller_identity::mongodb(credentials, &client, &nonce, host, now.into());
            let ours = ours.map(|answer| {
                let mut document = json!({"a": answer.expose_authorization(), "d": answer.date()});
                if let Some(token) = answer.expose_session_token() {
                    document["t"] = json!(token);
                }
                document
            });
            let nonce = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";
            cases.push(self.case("mongodb", json!({"host": host, "nonce": nonce}), ours));
        }
    }
}

/// The headers in a subject token by name: their order and the case of their names have no meaning.
fn google_headers(token: &str) -> Value {
    let text = percent_encoding::percent_decode_str(token)
        .decode_utf8()
        .unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let headers = document["headers"].as_array().unwrap().iter();
    let headers = headers.map(|header| {
        let name = header["key"].as_str().unwrap().to_lowercase();
        (name, header["value"].clone())
    });
    Value::Object(headers.collect())
}

#[test]
#[ignore = "needs packages from PyPI: run by .ci/run"]
fn tokens_are_those_of_the_official_packages() {
    let mut cases = Vec::new();
    let session_tokens = [
        None,
        Some("token/+==".to_owned()),
        Some("FwoGZXIvYXdz/+cD9ef=".repeat(60)),
    ];
    for session_token in session_tokens {
        for region in ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"] {
            for now in [
                datetime!(2024-02-29 23:59:59 UTC),
                datetime!(2026-01-02 03:04:05 UTC),
            ] {
                let given = Given {
                    access_key_id: "AKIDEXAMPLE",
                    session_token: session_token.clone(),
                    region,
                    now,
                };
                given.cases(&mut cases);
            }
        }
    }
    let inputs: Vec<Value> = cases.iter().map(|case| case.input.clone()).collect();
    let theirs = theirs(&inputs);
    assert_eq!(theirs.len(), cases.len());
    assert!(cases.len() > 900, "{} cases", cases.len());
    let mut differing = 0;
    for (case, theirs) in cases.iter().zip(&theirs) {
        if !matches!(&case.ours, Ok(ours) if ours == theirs) {
            differing += 1;
            println!(
                "{}\n  theirs {theirs}\n  ours   {:?}",
                case.input, case.ours
            );
        }
    }
    println!("{} tokens, {differing} differ", cases.len());
    assert_eq!(differing, 0);
}
