//! Files that version 2 of the AWS command line wrote, programs that it runs, and programs that run
//! it. `AWS_CLI` names the command, by default `aws`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use countersign::sources::{Environment, environment_credentials};
use serde_json::{Value, json};

use crate::aws::{Aws, Seen};
use crate::cloud::{self, REGION, later};
use crate::drivers::{DRIVERS, Home, program, run};

fn command_line() -> String {
    std::env::var("AWS_CLI").unwrap_or_else(|_| "aws".to_owned())
}

/// Runs the command line with a home directory, and returns its output.
fn aws(home: &Home, arguments: &[&str], stdin: &str) -> String {
    let mut child = Command::new(command_line())
        .args(arguments)
        .env_clear()
        .envs(home.environment.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("version 2 of the AWS command line is installed");
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs the AWS command line: run by .ci/run"]
fn files_that_aws_configure_wrote_are_read() {
    let server = Aws::start(cloud::respond);
    let mut home = Home::new(&server);
    aws(
        &home,
        &["configure"],
        "AKIDCLI\nsecret/cli+1\nus-east-2\njson\n",
    );
    let csv = home.write(
        "keys.csv",
        "User name,Access key ID,Secret access key\nann,AKIDCSV,secret/csv+1\n",
    );
    aws(
        &home,
        &["configure", "import", "--csv", &format!("file://{csv}")],
        "",
    );
    for (name, value) in [
        ("profile.app.role_arn", "arn:aws:iam::210987654321:role/A"),
        ("profile.app.source_profile", "ann"),
        ("profile.app.external_id", "ext"),
        ("profile.app.duration_seconds", "900"),
        ("profile.app.s3.addressing_style", "path"),
        ("profile.app.services", "local"),
        ("profile.tool.credential_process", "/bin/echo 'not json'"),
    ] {
        aws(&home, &["configure", "set", name, value], "");
    }
    aws(
        &home,
        &[
            "configure",
            "set",
            "aws_session_token",
            "token/+==",
            "--profile",
            "ann",
        ],
        "",
    );
    for driver in DRIVERS {
        home.set("AWS_PROFILE", "");
        assert_eq!(run(driver, &home.environment, "").secret(), "secret/cli+1");
        home.set("AWS_PROFILE", "ann");
        let told = run(driver, &home.environment, "");
        assert_eq!(told.secret(), "secret/csv+1");
        assert_eq!(told.text("SessionToken"), Some("token/+=="));
        home.set("AWS_PROFILE", "app");
        let told = run(driver, &home.environment, "");
        let asked = "external_Some('ext')_seconds_Some('900')";
        assert!(told.secret().contains(asked), "{told:?}");
        assert!(told.secret().ends_with("by_Some('AKIDCSV')"), "{told:?}");
        home.set("AWS_PROFILE", "tool");
        let told = run(driver, &home.environment, "");
        let error = "credential_process output is not one JSON object";
        assert!(told.message.contains(error), "{told:?}");
        assert!(!told.message.contains("not json"), "{told:?}");
    }
}

#[test]
#[ignore = "needs the AWS command line: run by .ci/run"]
fn exported_credentials_and_programs_work_in_both_directions() {
    let server = Aws::start(cloud::respond);
    let mut home = Home::new(&server);
    let cli = command_line();
    home.write(
        ".aws/config",
        &format!(
            "[profile app]\nrole_arn = arn:aws:iam::210987654321:role/A\nsource_profile = base\n\
             role_session_name = named-a\n\
             [profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n\
             [profile exported]\ncredential_process = {cli} configure export-credentials --profile app\n"
        ),
    );
    let export = ["configure", "export-credentials", "--profile", "app"];
    let exported: Value = serde_json::from_str(&aws(&home, &export, "")).unwrap();
    let by_env = aws(
        &home,
        &[&export[..], &["--format", "env-no-export"]].concat(),
        "",
    );
    let environment =
        Environment::from_pairs(by_env.lines().filter_map(|line| line.split_once('=')));
    let resolved = environment_credentials(&environment).unwrap().unwrap();
    let secret = exported["SecretAccessKey"].as_str().unwrap();
    assert_eq!(resolved.credentials().secret_key().expose(), secret);
    assert!(resolved.expiration().is_some());

    for driver in DRIVERS {
        // The driver runs the command line, and the command line runs the driver.
        home.set("AWS_PROFILE", "exported");
        let told = run(driver, &home.environment, "");
        assert_eq!(told.secret(), secret);
        assert_eq!(told.text("SessionToken"), exported["SessionToken"].as_str());

        let mut other = Home::new(&server);
        other.write(
            ".aws/config",
            "[default]\nrole_arn = arn:aws:iam::210987654321:role/A\n\
            role_session_name = named-a\nsource_profile = base\n\
            [profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n",
        );
        // The command line has another config file than the driver that it runs.
        let command = format!("env -u AWS_CONFIG_FILE \"{}\"", program(driver).display());
        let config = format!("[default]\ncredential_process = {command}\n");
        let config = other.write("config-with-a-program", &config);
        other.set("AWS_CONFIG_FILE", &config);
        let exported: Value =
            serde_json::from_str(&aws(&other, &["configure", "export-credentials"], "")).unwrap();
        assert_eq!(exported["SecretAccessKey"], secret);
        assert_eq!(exported["AccessKeyId"], told.text("AccessKeyId").unwrap());
    }
}

/// The device flow of IAM Identity Center. The user has approved it already.
fn device_flow(seen: &Seen) -> (u16, String) {
    if seen.tls_host.as_deref() != Some(&*format!("oidc.{REGION}.amazonaws.com")) {
        return cloud::respond(seen);
    }
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    let response = match &*seen.target {
        "/client/register" => json!({
            "clientId": "client", "clientSecret": "client-secret",
            "clientIdIssuedAt": 1, "clientSecretExpiresAt": 4_102_444_800_u64,
        }),
        "/device_authorization" => json!({
            "deviceCode": "device", "userCode": "ABCD-EFGH", "expiresIn": 600, "interval": 1,
            "verificationUri": "https://device.sso.eu-west-1.amazonaws.com/",
            "verificationUriComplete": "https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH",
        }),
        "/token" if body["grantType"] == "refresh_token" => return cloud::respond(seen),
        "/token" => json!({
            "accessToken": "of-the-device", "tokenType": "Bearer", "expiresIn": 28800,
            "refreshToken": "refresh",
        }),
        other => panic!("{other}"),
    };
    (200, response.to_string())
}

#[test]
#[ignore = "needs the AWS command line: run by .ci/run"]
fn a_session_of_identity_center_that_the_command_line_opened_is_used() {
    let server = Aws::start(device_flow);
    for driver in DRIVERS {
        let home = Home::new(&server);
        let answers =
            format!("corp\nhttps://corp.awsapps.com/start\n{REGION}\nsso:account:access\n");
        aws(&home, &["configure", "sso-session"], &answers);
        for (name, value) in [
            ("sso_session", "corp"),
            ("sso_account_id", "123456789012"),
            ("sso_role_name", "Admin"),
        ] {
            aws(&home, &["configure", "set", name, value], "");
        }
        let told = run(driver, &home.environment, "");
        assert!(
            told.message.contains("log in with `aws sso login`"),
            "{told:?}"
        );

        let login = ["sso", "login", "--sso-session", "corp", "--no-browser"];
        aws(&home, &login, "");
        let told = run(driver, &home.environment, "");
        let secret = "portal_Some('Admin')_Some('123456789012')_by_";
        assert_eq!(told.secret(), format!("{secret}of-the-device"));

        // The token is about to expire: the driver refreshes it, and the command line uses what the
        // driver wrote.
        let cache = std::fs::read_dir(home.path().join(".aws/sso/cache")).unwrap();
        let cache = cache.map(|entry| entry.unwrap().path());
        let token = cache.filter_map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let token: Value = serde_json::from_str(&text).unwrap();
            token["refreshToken"].is_string().then_some((path, token))
        });
        let [(path, token)] = &mut token.collect::<Vec<_>>()[..] else {
            panic!("one token");
        };
        token["expiresAt"] = later(60).into();
        std::fs::write(path, token.to_string()).unwrap();
        let told = run(driver, &home.environment, "");
        assert_eq!(told.secret(), format!("{secret}refreshed-refresh-client"));
        server.take();
        let exported = aws(&home, &["configure", "export-credentials"], "");
        let exported: Value = serde_json::from_str(&exported).unwrap();
        assert_eq!(exported["SecretAccessKey"], told.secret());
        let hosts = server.take().into_iter().map(|seen| seen.tls_host.unwrap());
        assert!(
            hosts.eq([format!("portal.sso.{REGION}.amazonaws.com")]),
            "no second refresh"
        );
    }
}
