//! The drivers of `examples/`, run as programs: every want, with a real environment, real files,
//! real processes and real HTTP.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::aws::{Aws, Folder};
use crate::cloud::{self, REGION, later};

pub const DRIVERS: [&str; 2] = ["credentials_ureq", "credentials_reqwest"];

/// The output of a driver: credentials or a message.
#[derive(Debug)]
pub struct Told {
    pub credentials: Option<Value>,
    pub message: String,
}

impl Told {
    pub fn text(&self, member: &str) -> Option<&str> {
        self.credentials.as_ref()?[member].as_str()
    }

    pub fn secret(&self) -> &str {
        self.text("SecretAccessKey")
            .unwrap_or_else(|| panic!("{self:?}"))
    }
}

pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap();
    let program = program.join("examples").join(name);
    let build = "`cargo build -p countersign-interop --all-features --examples` comes first";
    assert!(program.exists(), "{build}");
    program
}

pub fn run(driver: &str, environment: &[(String, String)], stdin: &str) -> Told {
    let mut child = Command::new(program(driver))
        .env_clear()
        .envs(environment.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(stdin.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!message.contains("panicked"), "{message}");
    let credentials = serde_json::from_slice(&output.stdout).ok();
    assert_eq!(output.status.success(), credentials.is_some(), "{message}");
    Told {
        credentials,
        message,
    }
}

/// A home directory, and the environment of a program.
pub struct Home {
    folder: Folder,
    pub environment: Vec<(String, String)>,
}

impl Home {
    pub fn new(aws: &Aws) -> Self {
        let folder = Folder::new();
        let mut environment = aws.environment(folder.path());
        let home = folder.path().to_str().unwrap();
        let path = std::env::var("PATH").unwrap();
        for (name, value) in [
            ("HOME", home),
            ("PATH", &path),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
        ] {
            environment.push((name.to_owned(), value.to_owned()));
        }
        Self {
            folder,
            environment,
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `{home}` in a value is replaced by this home, `{aws}` by the address of instance metadata.
    fn filled(&self, text: &str) -> String {
        let of = |wanted: &str| {
            let mut variables = self.environment.iter();
            variables
                .find(|(name, _)| name == wanted)
                .unwrap()
                .1
                .clone()
        };
        let home = self.path().to_str().unwrap();
        text.replace("{home}", home)
            .replace("{aws}", &of("HTTPS_PROXY"))
    }

    pub fn set(&mut self, name: &str, value: &str) {
        let value = self.filled(value);
        self.environment.retain(|(own, _)| own != name);
        self.environment.push((name.to_owned(), value));
    }

    pub fn write(&self, name: &str, contents: &str) -> String {
        let path = self.folder.write(name, &self.filled(contents));
        #[cfg(unix)]
        if contents.starts_with("#!") {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(&path, mode).unwrap();
        }
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }
}

/// The cache file of IAM Identity Center for `corp`: the SHA-1 of the name.
pub const SSO_CACHE: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

pub fn sso_config() -> String {
    format!(
        "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Read Only\n\
         [sso-session corp]\nsso_region = {REGION}\n\
         sso_start_url = https://corp.awsapps.com/start\nsso_registration_scopes = sso:account:access\n"
    )
}

pub fn sso_token(token: &str, seconds: u64) -> String {
    json!({
        "startUrl": "https://corp.awsapps.com/start", "region": REGION, "accessToken": token,
        "expiresAt": later(seconds), "clientId": "client", "clientSecret": "client-secret",
        "registrationExpiresAt": later(86_400), "refreshToken": "refresh",
    })
    .to_string()
}

#[test]
fn both_drivers_read_keys_of_the_environment_and_of_files() {
    let aws = Aws::start(cloud::respond);
    for driver in DRIVERS {
        let mut home = Home::new(&aws);
        home.write(
            ".aws/credentials",
            "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = of the file\n",
        );
        let told = run(driver, &home.environment, "");
        assert_eq!(told.secret(), "of the file");
        assert_eq!(told.message, "from profile\n");
        home.set("AWS_ACCESS_KEY_ID", "AKIDENV");
        home.set("AWS_SECRET_ACCESS_KEY", "of the environment");
        home.set("AWS_SESSION_TOKEN", "token");
        let told = run(driver, &home.environment, "");
        assert_eq!(told.secret(), "of the environment");
        assert_eq!(told.text("SessionToken"), Some("token"));
        assert!(aws.take().is_empty());

        // A file that cannot be read is not a missing file.
        let home = Home::new(&aws);
        home.write(".aws/credentials/nested", "");
        let told = run(driver, &home.environment, "");
        assert!(
            told.message.contains("is missing or unreadable"),
            "{told:?}"
        );
    }
}

#[test]
fn both_drivers_ask_instance_metadata_without_a_proxy() {
    let aws = Aws::start(cloud::respond);
    for driver in DRIVERS {
        let mut home = Home::new(&aws);
        home.set("HTTP_PROXY", "http://127.0.0.1:9");
        home.set("http_proxy", "http://127.0.0.1:9");
        let told = run(driver, &home.environment, "");
        assert_eq!(told.secret(), "instance_", "{told:?}");
        assert_eq!(told.message, "from instance metadata\n");
        let seen = aws.take();
        let targets: Vec<_> = seen.iter().map(|seen| &*seen.target).collect();
        let role = "/latest/meta-data/iam/security-credentials/";
        let document = format!("{role}web-role");
        assert_eq!(targets, ["/latest/api/token", role, &document]);
        assert_eq!(
            seen[0].header("x-aws-ec2-metadata-token-ttl-seconds"),
            Some("21600")
        );

        // Nothing listens at this address, as outside EC2.
        home.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9");
        let told = run(driver, &home.environment, "");
        assert!(
            told.message
                .starts_with("no credential source is configured"),
            "{told:?}"
        );
    }
}

#[test]
fn both_drivers_ask_a_container_with_its_token() {
    let aws = Aws::start(cloud::respond);
    for driver in DRIVERS {
        let mut home = Home::new(&aws);
        home.write("token", "from-a-file");
        home.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{aws}/container");
        home.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "{home}/token");
        let told = run(driver, &home.environment, "");
        assert_eq!(told.secret(), "container_from-a-file");
    }
}

#[cfg(unix)]
#[test]
fn both_drivers_run_a_program_with_quoted_arguments() {
    let aws = Aws::start(cloud::respond);
    let script = "#!/bin/sh\n\
        [ $# = 0 ] && { echo 'no vault today' >&2; exit 3; }\n\
        secret=$(printf '%s|' \"$@\")\n\
        printf '{\"Version\":1,\"AccessKeyId\":\"AKIDPROC\",\"SecretAccessKey\":\"%s\"}' \"$secret\"\n";
    for driver in DRIVERS {
        let home = Home::new(&aws);
        let path = home.write("vend keys", script);
        let command = |arguments: &str| {
            let config = format!("[default]\ncredential_process = \"{path}\"{arguments}\n");
            home.write(".aws/config", &config);
            run(driver, &home.environment, "")
        };
        let told = command(r#" --name "Ann Lee" a\ b '$HOME' "" *"#);
        assert_eq!(told.secret(), "--name|Ann Lee|a b|$HOME||*|");
        let told = command("");
        assert!(
            told.message
                .starts_with("profile: credential_process failed with exit code 3: no vault today"),
            "{told:?}"
        );
        home.write(".aws/config", "[default]\ncredential_process = /no/such\n");
        let told = run(driver, &home.environment, "");
        assert!(told.message.contains("could not be started"), "{told:?}");
    }
}

#[test]
fn both_drivers_assume_a_role_with_a_code_that_the_user_types() {
    let aws = Aws::start(cloud::respond);
    for driver in DRIVERS {
        let home = Home::new(&aws);
        home.write(
            ".aws/config",
            "[default]\nrole_arn = arn:aws:iam::210987654321:role/A\nsource_profile = base\n\
             mfa_serial = arn:aws:iam::210987654321:mfa/ann\n\
             [profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n",
        );
        let told = run(driver, &home.environment, "123456\n");
        assert!(
            told.message
                .starts_with("code of arn:aws:iam::210987654321:mfa/ann: ")
        );
        let mfa = "mfa_Some('arn:aws:iam::210987654321:mfa/ann')_Some('123456')";
        assert!(told.secret().contains(mfa), "{told:?}");
        assert!(told.secret().ends_with("by_Some('AKIDBASE')"), "{told:?}");
        assert_eq!(told.text("AccountId"), Some("210987654321"));
        aws.take();
        let told = run(driver, &home.environment, "");
        let error = "profile `default` has a role that requires an MFA code";
        assert!(told.message.contains(error), "{told:?}");
        assert!(aws.take().is_empty());
    }
}

#[test]
fn both_drivers_send_a_web_identity() {
    let aws = Aws::start(cloud::respond);
    for driver in DRIVERS {
        let mut home = Home::new(&aws);
        home.write("token", "ey.J.x\n");
        home.set("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token");
        home.set("AWS_ROLE_ARN", "arn:aws:iam::210987654321:role/W");
        let told = run(driver, &home.environment, "");
        assert!(
            told.secret().contains("token_Some('ey.J.x')_by_None"),
            "{told:?}"
        );
        assert_eq!(told.message, "from web identity\n");
        let seen = aws.take();
        assert_eq!(
            seen[0].parameter("RoleSessionName").as_deref(),
            Some("my-program")
        );
    }
}

#[test]
fn both_drivers_refresh_and_save_a_token_of_identity_center() {
    let aws = Aws::start(cloud::respond);
    for driver in DRIVERS {
        let home = Home::new(&aws);
        home.write(".aws/config", &sso_config());
        home.write(SSO_CACHE, &sso_token("old", 60));
        let told = run(driver, &home.environment, "");
        assert_eq!(
            told.secret(),
            "portal_Some('Read_Only')_Some('123456789012')_by_refreshed-refresh-client"
        );
        let saved: Value = serde_json::from_str(&home.read(SSO_CACHE)).unwrap();
        assert_eq!(saved["accessToken"], "refreshed-refresh-client");
        assert_eq!(saved["refreshToken"], "the-next");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let metadata = std::fs::metadata(home.path().join(SSO_CACHE)).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        }
        let cache = std::fs::read_dir(home.path().join(".aws/sso/cache")).unwrap();
        assert_eq!(cache.count(), 1, "nothing temporary stays");

        // The saved token is fresh, so it is not refreshed again.
        aws.take();
        run(driver, &home.environment, "");
        let seen = aws.take();
        assert_eq!(seen.len(), 1);
        assert_eq!(
            seen[0].tls_host.as_deref(),
            Some("portal.sso.eu-west-1.amazonaws.com")
        );
    }
}

#[test]
fn no_driver_follows_a_redirect_or_trusts_an_unknown_certificate() {
    for driver in DRIVERS {
        // A server whose certificate the system does not trust.
        let (aws, other) = (Aws::start(cloud::respond), Aws::start(cloud::respond));
        let mut home = Home::new(&aws);
        home.write(".aws/config", &sso_config());
        home.write(SSO_CACHE, &sso_token("alive", 3600));
        home.set("HTTPS_PROXY", &other.url());
        let told = run(driver, &home.environment, "");
        assert!(
            told.message
                .contains("no response from IAM Identity Center"),
            "{told:?}"
        );
        assert!(other.take().is_empty());

        let mut home = Home::new(&aws);
        home.write(".aws/config", &sso_config());
        home.write(SSO_CACHE, &sso_token("redirect", 3600));
        home.set("AWS_EC2_METADATA_DISABLED", "true");
        let told = run(driver, &home.environment, "");
        assert!(told.message.contains("status 302"), "{told:?}");
        let hosts = aws.take().into_iter().map(|seen| seen.tls_host.unwrap());
        assert!(hosts.eq(["portal.sso.eu-west-1.amazonaws.com"]));
    }
}
