//! Comparison with botocore: the same home directory and environment, through botocore and through
//! both drivers. All find the same credentials, all find none, or all refuse. The differences are
//! decisions of this crate, each with its reason.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use countersign_interop::report;
use serde_json::{Value, json};

use crate::aws::Aws;
use crate::cloud::{self, later};
use crate::drivers::{self, DRIVERS, Home, SSO_CACHE, sso_config, sso_token};

/// The result for a home. A text is in the secret key.
#[derive(Clone, Copy, PartialEq, Debug)]
enum End {
    Found(&'static str),
    Nothing,
    Refused,
}
use End::{Found, Nothing, Refused};

enum Verdict {
    Both(End),
    Differ {
        ours: End,
        botocore: End,
        reason: &'static str,
    },
}

struct Case {
    name: &'static str,
    variables: Vec<(&'static str, String)>,
    files: Vec<(&'static str, String)>,
    verdict: Verdict,
    /// A file in which both must leave the same members, except times.
    written: Option<&'static str>,
}

fn case(name: &'static str) -> Case {
    Case {
        name,
        variables: Vec::new(),
        files: Vec::new(),
        verdict: Verdict::Both(Nothing),
        written: None,
    }
}

const CONFIG: &str = ".aws/config";
const CREDENTIALS: &str = ".aws/credentials";

impl Case {
    fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    fn file(mut self, name: &'static str, contents: impl Into<String>) -> Self {
        self.files.push((name, contents.into()));
        self
    }

    fn both(mut self, end: End) -> Self {
        self.verdict = Verdict::Both(end);
        self
    }

    fn differ(mut self, ours: End, botocore: End, reason: &'static str) -> Self {
        self.verdict = Verdict::Differ {
            ours,
            botocore,
            reason,
        };
        self
    }

    fn writing(mut self, name: &'static str) -> Self {
        self.written = Some(name);
        self
    }

    fn home(&self, aws: &Aws) -> Home {
        let mut home = Home::new(aws);
        for (name, contents) in &self.files {
            home.write(name, contents);
        }
        for (name, value) in &self.variables {
            home.set(name, value);
        }
        home
    }
}

fn keys(id: &str, secret: &str) -> String {
    format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
}

fn role(name: &str) -> String {
    format!("role_arn = arn:aws:iam::210987654321:role/{name}\nrole_session_name = named-{name}\n")
}

fn file_of(secret: &str) -> String {
    format!("[default]\n{}", keys("AKIDFILE", secret))
}

fn environment_and_files() -> Vec<Case> {
    let environment = |name| {
        case(name)
            .set("AWS_ACCESS_KEY_ID", "AKIDENV")
            .set("AWS_SECRET_ACCESS_KEY", "of the environment")
    };
    let both_files = format!("[work]\n{}", keys("AKIDWORK", "of work"));
    vec![
        environment("keys of the environment, with a token and an account")
            .set("AWS_SESSION_TOKEN", "token/+==")
            .set("AWS_ACCOUNT_ID", "123456789012")
            .both(Found("of the environment")),
        environment("the environment before a profile that a variable names")
            .set("AWS_PROFILE", "work")
            .file(CREDENTIALS, &both_files)
            .both(Found("of the environment")),
        case("a key ID without a secret in the environment")
            .set("AWS_ACCESS_KEY_ID", "AKIDENV")
            .file(CREDENTIALS, file_of("of the file"))
            .both(Refused),
        case("the default profile of the credentials file")
            .file(CREDENTIALS, file_of("of the file"))
            .both(Found("of the file")),
        case("keys with a token in the config file, by the name of a profile")
            .set("AWS_PROFILE", "work")
            .file(
                CONFIG,
                format!(
                    "[profile work]\n{}aws_session_token = t\n",
                    keys("AKIDWORK", "of work")
                ),
            )
            .both(Found("of work")),
        case("the credentials file before the config file")
            .file(
                CONFIG,
                format!("[default]\n{}", keys("AKIDCONFIG", "of the config")),
            )
            .file(CREDENTIALS, file_of("of the file"))
            .both(Found("of the file")),
        case("files elsewhere, and one of them in the home directory")
            .set("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere/keys")
            .set("AWS_CONFIG_FILE", "{home}/no-such-file")
            .file("elsewhere/keys", file_of("of elsewhere"))
            .both(Found("of elsewhere")),
        case("a profile that does not exist")
            .set("AWS_PROFILE", "gone")
            .file(CREDENTIALS, file_of("of the file"))
            .both(Refused),
        case("an empty name of a profile")
            .set("AWS_PROFILE", "")
            .file(CREDENTIALS, file_of("of the file"))
            .differ(
                Found("of the file"),
                Refused,
                "an empty variable is an unset one, as for other SDKs",
            ),
        case("half a pair of keys in a profile")
            .file(CREDENTIALS, "[default]\naws_access_key_id = AKIDFILE\n")
            .both(Refused),
        case("a section that is not closed")
            .file(CREDENTIALS, "[default\naws_access_key_id = AKIDFILE\n")
            .both(Refused),
        case("a line without `=`")
            .file(CONFIG, "[default]\nnonsense\n")
            .both(Refused),
        case("nothing at all")
            .set("AWS_EC2_METADATA_DISABLED", "true")
            .both(Nothing),
        environment("two session tokens")
            .set("AWS_SESSION_TOKEN", "new")
            .set("AWS_SECURITY_TOKEN", "old")
            .differ(
                Found("of the environment"),
                Found("of the environment"),
                "the current name wins; botocore takes the older variable first",
            ),
        case("a profile in the older variable")
            .set("AWS_DEFAULT_PROFILE", "work")
            .file(
                CREDENTIALS,
                format!("{both_files}{}", file_of("of the file")),
            )
            .differ(
                Found("of the file"),
                Found("of work"),
                "other SDKs do not know AWS_DEFAULT_PROFILE",
            ),
        case("a comment after a value")
            .file(CREDENTIALS, file_of("of the file # rotated in May"))
            .differ(
                Found("of the file"),
                Found("# rotated in May"),
                "AWS's suite for SDKs cuts comments; botocore sends them",
            ),
        case("an indented property")
            .file(
                CREDENTIALS,
                "[default]\n  aws_access_key_id = A\n  aws_secret_access_key = of the file\n",
            )
            .differ(
                Refused,
                Found("of the file"),
                "AWS's suite for SDKs reads a continuation there",
            ),
        case("a section twice")
            .file(
                CREDENTIALS,
                format!("{}[default]\nregion = x\n", file_of("of the file")),
            )
            .differ(
                Found("of the file"),
                Refused,
                "AWS's suite for SDKs merges sections",
            ),
        case("a mark of the byte order")
            .file(CREDENTIALS, format!("\u{feff}{}", file_of("of the file")))
            .differ(
                Found("of the file"),
                Refused,
                "editors on Windows write it, and it has no other meaning",
            ),
    ]
}

fn roles() -> Vec<Case> {
    let base = format!("[base]\n{}", keys("AKIDBASE", "base"));
    let over = |source: &str| format!("[default]\n{}credential_source = {source}\n", role("A"));
    let with_source = |more: &str| format!("[default]\n{}source_profile = base\n{more}", role("A"));
    vec![
        case("a role over a source profile, with its options")
            .file(CONFIG, with_source("external_id = ext\nduration_seconds = 900\n"))
            .file(CREDENTIALS, &base)
            .both(Found("by Some('AKIDBASE')")),
        case("a role over a role")
            .file(
                CONFIG,
                format!(
                    "[default]\n{}source_profile = middle\n[profile middle]\n{}source_profile = base\n",
                    role("A"),
                    role("B"),
                ),
            )
            .file(CREDENTIALS, &base)
            .both(Found("role/A name Some('named-A')")),
        case("a role over keys of the same profile")
            .file(CONFIG, format!("{}{}", over("x").replace("credential_source = x", "source_profile = default"), keys("AKIDOWN", "own")))
            .both(Found("by Some('AKIDOWN')")),
        case("a role over instance metadata")
            .file(CONFIG, over("Ec2InstanceMetadata"))
            .both(Found("role/A")),
        case("a role over a container")
            .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{aws}/container")
            .file(CONFIG, over("EcsContainer"))
            .both(Found("role/A")),
        case("a role over an environment without keys")
            .file(CONFIG, over("Environment"))
            .both(Refused),
        case("a role over an unknown source")
            .file(CONFIG, over("Vault"))
            .both(Refused),
        case("a role over Identity Center")
            .file(
                CONFIG,
                format!("{}[profile r]\n{}source_profile = default\n", sso_config(), role("A")),
            )
            .file(SSO_CACHE, sso_token("alive", 7200))
            .set("AWS_PROFILE", "r")
            .both(Found("role/A")),
        case("a role over a program")
            .file(
                CONFIG,
                format!("[default]\n{}source_profile = p\n[profile p]\ncredential_process = \"{{home}}/vend\"\n", role("A")),
            )
            .file("vend", SCRIPT)
            .both(Found("by Some('AKIDPROC')")),
        case("a role that STS denies")
            .file(CONFIG, with_source("").replace("role/A", "role/Denied"))
            .file(CREDENTIALS, &base)
            .both(Refused),
        case("a role with two sources")
            .file(CONFIG, with_source("credential_source = Environment\n"))
            .file(CREDENTIALS, &base)
            .both(Refused),
        case("a role without a source")
            .file(CONFIG, format!("[default]\n{}", role("A")))
            .both(Refused),
        case("a source profile that does not exist")
            .file(CONFIG, with_source(""))
            .both(Refused),
        case("profiles in a circle")
            .file(
                CONFIG,
                format!(
                    "[default]\n{}source_profile = b\n[profile b]\n{}source_profile = default\n",
                    role("A"),
                    role("B"),
                ),
            )
            .both(Refused),
        case("a source in other letters")
            .file(CONFIG, over("ec2instancemetadata"))
            .differ(
                Found("role/A"),
                Refused,
                "the SDKs for Rust and JavaScript take any case",
            ),
    ]
}

const SCRIPT: &str = "#!/bin/sh\n\
    [ \"$1\" = fail ] && { echo 'no vault today' >&2; exit 3; }\n\
    printf '{\"Version\":1,\"AccessKeyId\":\"AKIDPROC\",\"SecretAccessKey\":\"process_%s\",\
    \"SessionToken\":\"t\",\"Expiration\":\"2099-01-02T03:04:05Z\",\"AccountId\":\"123456789012\"}' \"$*\"\n";

fn programs_and_services() -> Vec<Case> {
    let process = |arguments: &str| {
        format!("[default]\ncredential_process = \"{{home}}/vend it\" {arguments}\n")
    };
    let web = |name| {
        case(name)
            .set("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token")
            .set("AWS_ROLE_ARN", "arn:aws:iam::210987654321:role/W")
            .set("AWS_ROLE_SESSION_NAME", "named-w")
    };
    let container = |name| case(name).set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{aws}/container");
    vec![
        case("a program, with quoted arguments")
            .file(CONFIG, process(r#"--name "Ann Lee" a\ b"#))
            .file("vend it", SCRIPT)
            .both(Found("process --name Ann Lee a b")),
        case("a program and characters that a shell would expand")
            .file(CONFIG, process("$HOME '*'"))
            .file("vend it", SCRIPT)
            .both(Found("process $HOME *")),
        case("a program that fails")
            .file(CONFIG, process("fail"))
            .file("vend it", SCRIPT)
            .both(Refused),
        case("a program that does not exist")
            .file(CONFIG, process(""))
            .both(Refused),
        case("keys of the config file beside a program")
            .file(
                CONFIG,
                format!("{}{}", process(""), keys("AKIDCONFIG", "of the config")),
            )
            .file("vend it", SCRIPT)
            .differ(
                Found("of the config"),
                Found("process"),
                "keys are keys in either file; botocore asks the config file last",
            ),
        web("a web identity of the environment")
            .file("token", "ey.J.x")
            .both(Found("token Some('ey.J.x') by None")),
        web("a web identity whose role STS denies")
            .set("AWS_ROLE_ARN", "arn:aws:iam::210987654321:role/Denied")
            .file("token", "ey.J.x")
            .both(Refused),
        web("a web identity without a file").both(Refused),
        web("a token that ends with a line")
            .file("token", "ey.J.x\n")
            .differ(
                Found("token Some('ey.J.x') by None"),
                Found(r"token Some('ey.J.x\n') by None"),
                "a line end is no part of a token, and STS refuses it",
            ),
        case("a web identity without a role")
            .set("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token")
            .file("token", "ey.J.x")
            .both(Refused),
        case("a web identity of a profile")
            .file(
                CONFIG,
                format!(
                    "[default]\n{}web_identity_token_file = {{home}}/token\n",
                    role("A")
                ),
            )
            .file("token", "ey.J.x")
            .both(Found("role/A name Some('named-A')")),
        container("a container").both(Found("container none")),
        container("a container with a token in a file")
            .set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of the variable")
            .set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "{home}/token")
            .file("token", "of the file")
            .both(Found("container of the file")),
        container("a container with a token of two lines")
            .set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nx: b")
            .both(Refused),
        case("a container that is not there")
            .set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{aws}/gone")
            .both(Refused),
        case("a container on another host over http")
            .set(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "http://example.com/container",
            )
            .both(Refused),
        case("an instance").both(Found("instance ")),
        case("an instance without a role")
            .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "{aws}/-none")
            .both(Nothing),
        case("an instance during an outage, whose document expired")
            .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "{aws}/-outage")
            .both(Found("instance outage")),
        case("an instance with version 1 alone")
            .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "{aws}/-v1")
            .differ(
                Refused,
                Found("instance v1"),
                "version 1 is open to forged requests, and the caller must allow it",
            ),
        case("an instance with version 1 alone, which a setting forbids")
            .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "{aws}/-v1")
            .set("AWS_EC2_METADATA_V1_DISABLED", "true")
            .both(Refused),
    ]
}

fn logins() -> Vec<Case> {
    let legacy = "[default]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n\
        sso_account_id = 123456789012\nsso_role_name = Admin\n";
    // The SHA-1 of the URL.
    let legacy_cache = ".aws/sso/cache/a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json";
    let login = "[default]\nlogin_session = arn:aws:iam::210987654321:user/ann\n";
    vec![
        case("a session of Identity Center")
            .file(CONFIG, sso_config())
            .file(SSO_CACHE, sso_token("alive", 7200))
            .both(Found("by alive")),
        case("a session of Identity Center that is refreshed")
            .file(CONFIG, sso_config())
            .file(SSO_CACHE, sso_token("old", 60))
            .both(Found("by refreshed-refresh-client"))
            .writing(SSO_CACHE),
        case("a session of Identity Center that expired, without a refresh token")
            .file(CONFIG, sso_config())
            .file(
                SSO_CACHE,
                json!({"accessToken": "old", "expiresAt": "2026-01-02T03:04:05Z"}).to_string(),
            )
            .both(Refused),
        case("a session of Identity Center that was revoked")
            .file(CONFIG, sso_config())
            .file(SSO_CACHE, sso_token("revoked", 7200))
            .both(Refused),
        case("a session of Identity Center, before a login")
            .file(CONFIG, sso_config())
            .both(Refused),
        case("a session of Identity Center that the config file does not have")
            .file(
                CONFIG,
                sso_config().replace("[sso-session corp]", "[sso-session other]"),
            )
            .both(Refused),
        case("Identity Center before keys of the same profile")
            .file(CONFIG, sso_config())
            .file(CREDENTIALS, file_of("of the file"))
            .file(SSO_CACHE, sso_token("alive", 7200))
            .both(Found("by alive")),
        case("the older form of Identity Center")
            .file(CONFIG, legacy)
            .file(legacy_cache, sso_token("alive", 7200))
            .both(Found("by alive")),
        case("the older form of Identity Center, expired")
            .file(CONFIG, legacy)
            .file(legacy_cache, sso_token("old", 0))
            .both(Refused),
        case("a login")
            .file(CONFIG, login)
            .file(LOGIN_CACHE, login_cache(7200))
            .both(Found("login secret")),
        case("a login that is refreshed")
            .file(CONFIG, login)
            .file(LOGIN_CACHE, login_cache(60))
            .both(Found(
                "sign-in arn:aws:signin:::devtools/same-device ref-old",
            ))
            .writing(LOGIN_CACHE),
        case("a login that never was")
            .file(CONFIG, login)
            .both(Refused),
        case("keys before a login")
            .file(CONFIG, login)
            .file(CREDENTIALS, file_of("of the file"))
            .file(LOGIN_CACHE, login_cache(7200))
            .both(Found("of the file")),
    ]
}

/// The SHA-256 of the session's ARN.
const LOGIN_CACHE: &str = ".aws/login/cache/\
    468d17d6281487e5302e51cd7a146845f60133af69532acc16f27c546fe9998d.json";

fn login_cache(seconds: u64) -> String {
    let vectors: Value = serde_json::from_str(include_str!("../../../vectors/login.json")).unwrap();
    let files = &vectors["cases"][1]["input"]["files"];
    let (_, cache) = files.as_object().unwrap().iter().next().unwrap();
    let mut cache: Value = serde_json::from_str(cache.as_str().unwrap()).unwrap();
    cache["accessToken"]["secretAccessKey"] = "login secret".into();
    cache["accessToken"]["expiresAt"] = later(seconds).into();
    cache.to_string()
}

/// The interpreter that `python/setup clients` prepared.
fn python() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/interop-python");
    let folder = std::env::var_os("INTEROP_PYTHON").map_or_else(own, PathBuf::from);
    folder.join("clients/bin/python")
}

fn botocore(homes: &[Home]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/homes.py");
    let mut child = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`tests/interop/python/setup clients` has run");
    let environments = homes.iter().map(|home| {
        let variables = home.environment.iter().cloned();
        Value::Object(
            variables
                .map(|(name, value)| (name, value.into()))
                .collect(),
        )
    });
    let input = Value::Array(environments.collect()).to_string();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "see above");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn is(end: End, credentials: Option<&Value>, refused: bool) -> bool {
    match (end, credentials) {
        (Found(secret), Some(found)) => {
            let own = found["SecretAccessKey"].as_str().unwrap_or_default();
            own.replace(' ', "_").contains(&secret.replace(' ', "_"))
        }
        (Nothing, None) => !refused,
        (Refused, None) => refused,
        _ => false,
    }
}

/// A cache file without times, which differ by a second or a fraction.
fn without_times(text: &str) -> Value {
    let mut file: Value = serde_json::from_str(text).unwrap();
    file.as_object_mut().unwrap().remove("expiresAt");
    if let Some(token) = file.get_mut("accessToken").and_then(Value::as_object_mut) {
        token.remove("expiresAt");
    }
    file
}

#[cfg(unix)]
#[test]
#[ignore = "needs botocore: run by .ci/run"]
fn botocore_and_both_drivers_find_the_same_in_every_home() {
    let aws = Aws::start(cloud::respond);
    let cases: Vec<Case> = [
        environment_and_files(),
        roles(),
        programs_and_services(),
        logins(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let homes: Vec<Home> = cases.iter().map(|case| case.home(&aws)).collect();
    let theirs = botocore(&homes);
    assert_eq!(theirs.len(), cases.len());
    let (mut wrong, mut differences) = (Vec::new(), 0);
    for ((case, home), theirs) in cases.iter().zip(&homes).zip(&theirs) {
        let their_error = theirs.get("error").is_some();
        let found = Some(theirs).filter(|found| !their_error && !found.is_null());
        for driver in DRIVERS {
            let own = case.home(&aws);
            let told = drivers::run(driver, &own.environment, "");
            let ours = told.credentials.as_ref();
            let refused = ours.is_none()
                && !told
                    .message
                    .starts_with("no credential source is configured");
            let as_expected = match case.verdict {
                Verdict::Both(end) => {
                    let members = [
                        "AccessKeyId",
                        "SecretAccessKey",
                        "SessionToken",
                        "AccountId",
                    ];
                    let same = match (ours, found) {
                        (Some(ours), Some(theirs)) => members.iter().all(|member| {
                            ours.get(member).unwrap_or(&Value::Null) == &theirs[member]
                        }),
                        (None, None) => true,
                        _ => false,
                    };
                    same && is(end, ours, refused) && is(end, found, their_error)
                }
                Verdict::Differ {
                    ours: end,
                    botocore,
                    ..
                } => is(end, ours, refused) && is(botocore, found, their_error),
            };
            if !as_expected {
                wrong.push(format!(
                    "{} ({driver})\n  botocore {theirs}\n  ours {told:?}",
                    case.name
                ));
            }
            if let Some(file) = case.written {
                let (ours, theirs) = (
                    without_times(&own.read(file)),
                    without_times(&home.read(file)),
                );
                if ours != theirs {
                    wrong.push(format!(
                        "{} wrote\n  botocore {theirs}\n  ours {ours}",
                        case.name
                    ));
                }
            }
        }
        if let Verdict::Differ { reason, .. } = case.verdict {
            differences += 1;
            report::line(&format!("differs: {}: {reason}", case.name));
        }
    }
    report::line(&format!(
        "{} homes through botocore and two drivers, {differences} differ as decided",
        cases.len()
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= 60);
}
