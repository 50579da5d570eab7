//! The chain in combinations that the vectors do not cover.

use countersign::sources::{
    Chain, CredentialSource, Environment, Error, Input, ProfileFile, ProfileProblem, SkipReason,
    Want, sso_cache_file_name, write_process_output,
};
use countersign::{PayloadHash, Signer};

use crate::sources::{NOW, World};

const SSO: &str = "[profile sso]\nsso_session = corp\nsso_account_id = 123456789012\n\
    sso_role_name = Admin\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = u\n";

fn sso_cache() -> String {
    format!("/home/u/.aws/sso/cache/{}", sso_cache_file_name("corp"))
}

fn sso_token(expires_at: &str) -> String {
    format!(
        r#"{{"accessToken":"aoa-s3cret","expiresAt":"{expires_at}","refreshToken":"aor-s3cret",
        "clientId":"id","clientSecret":"cs-s3cret","registrationExpiresAt":"2030-03-01T00:00:00Z"}}"#
    )
}

const PORTAL: &str = r#"{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"sso-s3cret",
    "sessionToken":"sso-t0ken","expiration":1893572104000}}"#;

fn assumed(id: &str) -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>2030-01-02T04:04:05Z</Expiration></Credentials>\
         <AssumedRoleUser><AssumedRoleId>AROAX:s</AssumedRoleId>\
         <Arn>arn:aws:sts::210987654321:assumed-role/r/s</Arn></AssumedRoleUser>\
         </AssumeRoleResult></AssumeRoleResponse>"
    )
}

fn body(trace: &crate::sources::Trace, index: usize) -> &str {
    trace.requests[index].body()
}

fn signer(trace: &crate::sources::Trace, index: usize) -> String {
    let header = trace.requests[index].headers()["authorization"]
        .to_str()
        .unwrap();
    let (_, id) = header.split_once("Credential=").unwrap();
    id.split('/').next().unwrap().to_owned()
}

#[test]
fn roles_are_assumed_over_sso_one_with_the_other() {
    let config = format!(
        "{SSO}[profile b]\nrole_arn = arn:aws:iam::210987654321:role/B\nsource_profile = sso\n\
         external_id = ext\nduration_seconds = 900\n\
         [profile a]\nrole_arn = arn:aws:iam::210987654321:role/A\nsource_profile = b\n"
    );
    let (found, trace) = World::of_config(&config)
        .set("AWS_PROFILE", "a")
        .file(&sso_cache(), &sso_token("2030-01-02T05:00:00Z"))
        .respond(200, PORTAL)
        .respond(200, &assumed("ASIAB"))
        .respond(200, &assumed("ASIAA"))
        .run();
    let found = found.unwrap();
    assert_eq!(found.source, CredentialSource::Profile);
    assert_eq!(found.credentials.credentials().access_key_id(), "ASIAA");
    assert_eq!(found.credentials.account_id(), Some("210987654321"));
    assert_eq!(
        (signer(&trace, 1), signer(&trace, 2)),
        ("ASIASSO".to_owned(), "ASIAB".to_owned())
    );
    assert!(
        body(&trace, 1).ends_with("&DurationSeconds=900&ExternalId=ext"),
        "{}",
        body(&trace, 1)
    );
    assert!(body(&trace, 2).contains("RoleSessionName=the-default"));
}

#[test]
fn an_mfa_code_is_asked_for_and_sent() {
    let config = "[default]\nrole_arn = arn:aws:iam::210987654321:role/A\nsource_profile = default\n\
        mfa_serial = arn:aws:iam::210987654321:mfa/ann\naws_access_key_id = AKID\n\
        aws_secret_access_key = s\n";
    let world = World::of_config(config).respond(200, &assumed("ASIAA"));
    let world = World {
        mfa_code: Some("123456"),
        ..world
    };
    let (found, trace) = world.run();
    assert_eq!(
        found.unwrap().credentials.credentials().access_key_id(),
        "ASIAA"
    );
    assert!(body(&trace, 0).contains("SerialNumber=arn%3Aaws%3Aiam%3A%3A210987654321%3Amfa%2Fann"));
    assert!(body(&trace, 0).contains("TokenCode=123456"));

    let (found, trace) = World::of_config(config).run();
    let error = found.unwrap_err();
    assert!(matches!(
        error.error(),
        Error::Profile { profile, problem: ProfileProblem::MfaRequired } if profile == "default"
    ));
    assert!(trace.requests.is_empty());
}

#[test]
fn a_process_is_run_without_a_shell_and_its_failure_stops() {
    let config = "[default]\ncredential_process = /opt/vend --role 'a b'\naws_account_id = 1\n";
    let output = r#"{"Version":1,"AccessKeyId":"AKIDPROC","SecretAccessKey":"s"}"#;
    let world = World {
        output: Some((0, output.to_owned())),
        ..World::of_config(config)
    };
    let (found, trace) = world.run();
    assert_eq!(found.unwrap().credentials.account_id(), Some("1"));
    assert_eq!(trace.commands, ["/opt/vend"]);

    let world = World {
        output: Some((1, String::new())),
        ..World::of_config(config)
    };
    let error = world.run().0.unwrap_err();
    assert_eq!(
        error.to_string(),
        "profile: credential_process failed with exit code 1: no such role \
         (not configured: environment: `AWS_ACCESS_KEY_ID` is not set)"
    );
    assert_eq!(format!("{error:?}"), format!("ChainError({error})"));
    let error = World::of_config(config).run().0.unwrap_err();
    assert!(matches!(error.error(), Error::NotStarted));
}

#[test]
fn a_role_over_a_named_source_needs_that_source() {
    let config = |source: &str| {
        format!("[default]\nrole_arn = arn:aws:iam::1:role/A\ncredential_source = {source}\n")
    };
    // An unconfigured source is an error here, although the default chain would continue.
    let (found, _) = World::of_config(&config("Environment")).run();
    let error = found.unwrap_err();
    let told = matches!(
        error.error(),
        Error::Profile { profile, problem: ProfileProblem::NoCredentials } if profile == "default"
    );
    assert!(told, "{error}");
    assert!(World::of_config(&config("EcsContainer")).run().0.is_err());
    // Instance metadata does not respond.
    assert!(
        World::of_config(&config("Ec2InstanceMetadata"))
            .run()
            .0
            .is_err()
    );
    // Complete keys in the environment come first in any case.
    let world = World::of_config(&config("Environment")).set("AWS_ACCESS_KEY_ID", "A");
    let world = world.set("AWS_SECRET_ACCESS_KEY", "s");
    assert_eq!(world.run().0.unwrap().source, CredentialSource::Environment);
}

#[test]
fn a_refused_sso_refresh_is_a_reason_to_log_in_only_without_time_left() {
    let world = |expires_at: &str| {
        World::of_config(SSO)
            .set("AWS_PROFILE", "sso")
            .file(&sso_cache(), &sso_token(expires_at))
    };
    // Refused while the old token is valid: the old token is used.
    let refusal = r#"{"error":"invalid_grant"}"#;
    let with_time = world("2030-01-02T03:05:00Z")
        .respond(400, refusal)
        .respond(200, PORTAL);
    let (found, trace) = with_time.run();
    assert!(found.is_ok() && trace.saved.is_empty());
    // Refused after the old token has expired: the user must log in.
    let (found, trace) = world("2030-01-02T03:00:00Z").respond(400, refusal).run();
    let error = found.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("log in again with `aws sso login`"),
        "{error}"
    );
    assert_eq!(trace.requests.len(), 1);
    // No response after it has expired: the reason is another one.
    let error = world("2030-01-02T03:00:00Z").run().0.unwrap_err();
    assert!(matches!(error.error(), Error::NoResponse { .. }));
}

#[test]
fn an_outage_of_sso_is_no_reason_to_log_in() {
    for body in ["<html>", r#"{"error":"server_error"}"#] {
        let world = World::of_config(SSO)
            .set("AWS_PROFILE", "sso")
            .file(&sso_cache(), &sso_token("2030-01-02T03:00:00Z"))
            .respond(503, body);
        let error = world.run().0.unwrap_err();
        let is_of_server = matches!(
            error.error(),
            Error::Status { status: 503, .. } | Error::Refused { status: 503, .. }
        );
        assert!(is_of_server, "{error}");
    }
}

#[test]
fn a_refreshed_sso_token_is_saved_before_it_is_used() {
    let world = |disk_is_full| World {
        disk_is_full,
        ..World::of_config(SSO)
            .set("AWS_PROFILE", "sso")
            .file(&sso_cache(), &sso_token("2030-01-02T03:00:00Z"))
            .respond(200, r#"{"accessToken":"new","expiresIn":3600}"#)
            .respond(200, PORTAL)
    };
    let (found, trace) = world(false).run();
    assert!(found.is_ok());
    let kinds: Vec<&str> = trace
        .wants
        .iter()
        .map(|want| want.split(' ').next().unwrap())
        .collect();
    assert_eq!(kinds, ["File", "File", "File", "Send", "Save", "Send"]);
    assert_eq!(trace.saved[0].0, sso_cache());
    let (found, _) = world(true).run();
    assert!(matches!(found.unwrap_err().error(), Error::NotSaved { path } if *path == sso_cache()));
}

#[cfg(feature = "sigv4a")]
mod login {
    use countersign::Timestamp;
    use countersign::sources::{CredentialEndpoint, login_cache_file_name};

    use super::*;

    const ARN: &str = "arn:aws:iam::210987654321:user/ann";
    const KEY: &str = "-----BEGIN EC PRIVATE KEY-----\\n\
        MHcCAQEEIHaSw601QLuAPAILOu5mzYiHEjI06gxucUPArdc/9DHuoAoGCCqGSM49\\n\
        AwEHoUQDQgAEdQkl4PP7doIatL26VhEwCWO+DLZpO5lgOJRv0DV7lwLo729JZot7\\n\
        ANCaf9orP30FXy4cziSwXLsEv0Buyag8nQ==\\n-----END EC PRIVATE KEY-----\\n";

    fn world(expires_at: &str) -> World {
        let cache = format!(
            r#"{{"accessToken":{{"accessKeyId":"OLD","secretAccessKey":"s","sessionToken":"t",
            "accountId":"1","expiresAt":"{expires_at}"}},"refreshToken":"r","clientId":"c",
            "dpopKey":"{KEY}"}}"#
        );
        let path = format!("/cache/{}", login_cache_file_name(ARN));
        World::of_config(&format!("[default]\nlogin_session = {ARN}\n"))
            .set("AWS_LOGIN_CACHE_DIRECTORY", "/cache/")
            .file(&path, &cache)
    }

    #[test]
    fn a_failed_refresh_keeps_the_old_credentials_while_they_live() {
        for world in [
            world("2030-01-02T03:05:00Z"),
            world("2030-01-02T03:05:00Z").respond(500, "<html>"),
            world("2030-01-02T03:05:00Z").respond(200, "{}"),
        ] {
            let found = world.run().0.unwrap();
            assert_eq!(found.credentials.credentials().access_key_id(), "OLD");
            assert!(found.refresh_failed);
        }
        let error = world("2030-01-02T03:04:05Z")
            .respond(500, "<html>")
            .run()
            .0
            .unwrap_err();
        let told = matches!(
            error.error(),
            Error::Status {
                endpoint: CredentialEndpoint::Login,
                status: 500
            }
        );
        assert!(told, "{error}");
    }

    #[test]
    fn a_refusal_that_the_user_must_act_on_stops_also_with_time_left() {
        for reason in [
            "TOKEN_EXPIRED",
            "USER_CREDENTIALS_CHANGED",
            "INSUFFICIENT_PERMISSIONS",
        ] {
            let refusal = format!(r#"{{"error":"{reason}","message":"no"}}"#);
            let error = world("2030-01-02T03:05:00Z")
                .respond(403, &refusal)
                .run()
                .0
                .unwrap_err();
            let told =
                matches!(error.error(), Error::Refused { code: Some(code), .. } if code == reason);
            assert!(told, "{error}");
        }
    }

    #[test]
    fn the_new_session_is_saved_before_it_is_used_and_each_proof_has_its_own_id() {
        let response = r#"{"accessToken":{"accessKeyId":"NEW","secretAccessKey":"s","sessionToken":"t"},
            "expiresIn":900,"refreshToken":"r2"}"#;
        let (found, trace) = world("2030-01-02T03:00:00Z").respond(200, response).run();
        assert_eq!(
            found.unwrap().credentials.credentials().access_key_id(),
            "NEW"
        );
        assert_eq!(trace.saved.len(), 1);
        let proof = |now: Timestamp| {
            let world = world("2030-01-02T03:00:00Z");
            let mut chain = world.chain();
            let mut answer = Input::Start;
            loop {
                answer = match chain.next(answer, now).unwrap() {
                    Want::File { path } => match world.files.get(&path) {
                        Some(contents) => Input::File(contents.clone().into()),
                        None => Input::NoFile,
                    },
                    Want::Send(request) => return request.headers()["dpop"].clone(),
                    other => panic!("{other:?}"),
                };
            }
        };
        assert_ne!(proof(NOW), proof(NOW + std::time::Duration::from_nanos(1)));
        let full = World {
            disk_is_full: true,
            ..world("2030-01-02T03:00:00Z")
        };
        let error = full.respond(200, response).run().0.unwrap_err();
        assert!(matches!(error.error(), Error::NotSaved { .. }));
    }
}

#[test]
fn expired_credentials_of_an_instance_sign_and_have_a_next_try() {
    let document = r#"{"Code":"Success","AccessKeyId":"ASIAIMDS","SecretAccessKey":"s","Token":"t",
        "Expiration":"2030-01-02T03:00:00Z"}"#;
    let world = || {
        World::default()
            .respond(200, "session")
            .respond(200, "web-role")
            .respond(200, document)
    };
    let resolved = world().run().0.unwrap().credentials;
    assert!(resolved.is_expired(NOW));
    let output = write_process_output(&resolved);
    assert!(
        output
            .expose()
            .contains(r#""Expiration":"2030-01-02T03:09:05Z""#),
        "the next try"
    );
    let signer = Signer::new(resolved.into_credentials(), "eu-west-1", "s3").unwrap();
    let mut request = http::Request::get("https://b.s3.amazonaws.com/")
        .body(())
        .unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    assert_eq!(request.headers()["x-amz-security-token"], "t");
}

#[test]
fn instance_metadata_serves_expired_credentials_to_roles_too() {
    let document = r#"{"AccessKeyId":"ASIAEC2","SecretAccessKey":"s","Token":"t",
        "Expiration":"2030-01-02T03:00:00Z"}"#;
    let config = "[default]\nrole_arn = arn:aws:iam::210987654321:role/A\n\
        credential_source = Ec2InstanceMetadata\n";
    let (found, trace) = World::of_config(config)
        .respond(200, "TOKEN")
        .respond(200, "web-role")
        .respond(200, document)
        .respond(200, &assumed("ASIAA"))
        .run();
    assert_eq!(
        found.unwrap().credentials.credentials().access_key_id(),
        "ASIAA"
    );
    assert_eq!(signer(&trace, 3), "ASIAEC2");
}

#[test]
fn a_configured_source_that_fails_stops_the_chain() {
    // Instance metadata comes after each of them, and must not be requested.
    let web = |world: World| {
        world
            .set("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")
            .set("AWS_ROLE_ARN", "arn:aws:iam::210987654321:role/W")
    };
    let container = |world: World| world.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c");
    for (world, source, requests) in [
        (World::of_config("nonsense"), CredentialSource::Profile, 0),
        (web(World::default()), CredentialSource::WebIdentity, 0),
        (
            web(World::default()).file("/t", "ey.J.x"),
            CredentialSource::WebIdentity,
            1,
        ),
        (container(World::default()), CredentialSource::Container, 1),
        (
            container(World::default()).respond(404, ""),
            CredentialSource::Container,
            1,
        ),
        (
            World::default().respond(200, "TOKEN"),
            CredentialSource::Instance,
            2,
        ),
        (
            World::default().respond(200, "TOKEN").respond(401, ""),
            CredentialSource::Instance,
            2,
        ),
    ] {
        let (found, trace) = world.run();
        let error = found.unwrap_err();
        assert_eq!(error.failed_source(), Some(source), "{error}");
        assert_eq!(trace.requests.len(), requests, "{error}");
    }
    // Without any configured source the chain continues to its end.
    let error = World::default().run().0.unwrap_err();
    assert_eq!((error.failed_source(), error.skipped().len()), (None, 5));
    assert_eq!(
        error.to_string(),
        "no credential source is configured (not configured: environment: `AWS_ACCESS_KEY_ID` is \
         not set; profile: there is no profile `default`; web identity: \
         `AWS_WEB_IDENTITY_TOKEN_FILE` is not set; container: neither \
         `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` nor `AWS_CONTAINER_CREDENTIALS_FULL_URI` is set; \
         instance metadata: instance metadata did not respond: not an EC2 instance)"
    );
}

#[test]
fn a_malformed_file_is_named_with_its_line_and_without_its_text() {
    let world = World::default().file("/home/u/.aws/credentials", "[default]\ns3cret\n");
    let error = world.run().0.unwrap_err();
    let told = matches!(
        error.error(),
        Error::ProfileFiles {
            file: ProfileFile::Credentials,
            line: 2,
            ..
        }
    );
    assert!(told && !error.to_string().contains("s3cret"), "{error}");
}

#[test]
fn the_region_is_the_callers_or_else_of_the_environment_or_of_the_profile() {
    let config = "[default]\nrole_arn = arn:aws:iam::210987654321:role/A\nsource_profile = default\n\
        aws_access_key_id = AKID\naws_secret_access_key = s\n";
    let host = |region: &str, variables: &[(&str, &str)]| -> Result<String, String> {
        let pairs = [("HOME", "/h")]
            .into_iter()
            .chain(variables.iter().copied());
        let mut chain = Chain::new(Environment::from_pairs(pairs), "name");
        if let Some(region) = region.strip_prefix('=') {
            chain = chain.with_region(region);
        }
        let of_profile = region
            .strip_prefix('p')
            .map(|region| format!("region = {region}\n"));
        let config = format!("{config}{}", of_profile.unwrap_or_default());
        let mut answer = Input::Start;
        loop {
            answer = match chain
                .next(answer, NOW)
                .map_err(|error| error.error().to_string())?
            {
                Want::File { path } if path.ends_with("config") => {
                    Input::File(config.clone().into())
                }
                Want::File { .. } => Input::NoFile,
                Want::Send(request) => return Ok(request.uri().host().unwrap().to_owned()),
                other => panic!("{other:?}"),
            };
        }
    };
    let both = [
        ("AWS_REGION", "eu-west-2"),
        ("AWS_DEFAULT_REGION", "eu-west-3"),
    ];
    assert_eq!(
        host("=eu-west-1", &both).unwrap(),
        "sts.eu-west-1.amazonaws.com"
    );
    assert_eq!(
        host("peu-west-4", &both).unwrap(),
        "sts.eu-west-2.amazonaws.com"
    );
    assert_eq!(
        host("peu-west-4", &both[1..]).unwrap(),
        "sts.eu-west-3.amazonaws.com"
    );
    assert_eq!(
        host("peu-north-1", &[]).unwrap(),
        "sts.eu-north-1.amazonaws.com"
    );
    assert!(host("", &[]).unwrap_err().contains("set `AWS_REGION` or"));
}

#[test]
fn an_unexpected_response_ends_the_chain() {
    let mut chain = World::default().chain();
    let error = chain.next(Input::Saved, NOW).unwrap_err();
    assert!(matches!(error.error(), Error::UnexpectedInput));
    let error = chain.next(Input::Start, NOW).unwrap_err();
    assert!(matches!(error.error(), Error::UnexpectedInput));
    let mut chain = World::default().chain();
    assert!(matches!(
        chain.next(Input::Start, NOW),
        Ok(Want::File { .. })
    ));
    assert!(chain.next(Input::NoResponse, NOW).is_err());
}

#[test]
fn a_profile_by_name_must_exist_and_wins_over_the_variable() {
    let keys = "aws_access_key_id = A\naws_secret_access_key = s\n";
    let config = format!("[profile a]\n{keys}[profile b]\nregion = x\n");
    let world = World::of_config(&config).set("AWS_PROFILE", "b");
    let chain = world.chain().with_profile("a");
    let (found, _) = world.drive(chain);
    assert_eq!(found.unwrap().source, CredentialSource::Profile);
    let world = World::of_config(&config);
    let chain = world.chain().with_profile("default");
    let error = world.drive(chain).0.unwrap_err();
    assert!(matches!(
        error.error(),
        Error::Profile {
            problem: ProfileProblem::NotFound,
            ..
        }
    ));
}

#[test]
fn a_profile_that_the_caller_selects_wins_over_keys_of_the_environment() {
    let config = "[profile a]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = s\n\
        [profile empty]\nregion = x\n";
    let world = || {
        World::of_config(config)
            .set("AWS_ACCESS_KEY_ID", "AKIDENV")
            .set("AWS_SECRET_ACCESS_KEY", "s")
            .set("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")
            .set("AWS_ROLE_ARN", "arn:aws:iam::1:role/W")
    };
    let chain = world().chain().with_profile("a");
    let found = world().drive(chain).0.unwrap();
    assert_eq!(
        found.credentials.credentials().access_key_id(),
        "AKIDPROFILE"
    );
    assert_eq!(found.skipped[0].reason, SkipReason::ProfileSelected);
    // A profile in the variable does not: the keys are used, as in the SDKs.
    let found = world().set("AWS_PROFILE", "a").run().0.unwrap();
    assert_eq!(found.source, CredentialSource::Environment);
    // A web identity does not replace a profile without credentials either.
    let chain = world().chain().with_profile("empty");
    let error = world().drive(chain).0.unwrap_err();
    assert!(error.is_not_configured());
    let reasons = error.skipped().iter().map(|skipped| skipped.reason);
    let by_caller = reasons.filter(|reason| *reason == SkipReason::ProfileSelected);
    assert_eq!(by_caller.count(), 2);
}

#[test]
fn the_older_form_of_sso_is_never_refreshed() {
    let config = "[default]\nsso_account_id = 1\nsso_role_name = r\nsso_region = eu-west-1\n\
        sso_start_url = https://x.awsapps.com/start\n";
    let path = sso_cache_file_name("https://x.awsapps.com/start");
    let world = |expires_at: &str| {
        let path = format!("/home/u/.aws/sso/cache/{path}");
        World::of_config(config).file(&path, &sso_token(expires_at))
    };
    let (found, trace) = world("2030-01-02T03:04:06Z").respond(200, PORTAL).run();
    assert!(found.is_ok());
    assert_eq!(
        trace.requests[0].uri().host(),
        Some("portal.sso.eu-west-1.amazonaws.com")
    );
    let (found, trace) = world("2030-01-02T03:04:05Z").run();
    assert!(matches!(
        found.unwrap_err().error(),
        Error::TokenExpired { .. }
    ));
    assert!(trace.requests.is_empty());
}

#[test]
fn a_shared_file_that_cannot_be_read_is_no_missing_file() {
    for (unreadable, path) in [(0, "/home/u/.aws/config"), (1, "/home/u/.aws/credentials")] {
        let mut chain = World::default().chain();
        let mut input = Input::Start;
        for _ in 0..=unreadable {
            assert!(matches!(chain.next(input, NOW), Ok(Want::File { .. })));
            input = Input::NoFile;
        }
        let error = chain.next(Input::UnreadableFile, NOW).unwrap_err();
        assert!(
            matches!(error.error(), Error::File { path: told } if told == path),
            "{error}"
        );
        assert_eq!(error.failed_source(), Some(CredentialSource::Profile));
    }
}

#[test]
fn a_failed_token_refresh_is_reported_and_not_repeated_for_thirty_seconds() {
    let world = |expires_at: &str| {
        World::of_config(SSO)
            .set("AWS_PROFILE", "sso")
            .file(&sso_cache(), &sso_token(expires_at))
    };
    let (found, _) = world("2030-01-02T03:05:00Z")
        .respond(500, "")
        .respond(200, PORTAL)
        .run();
    assert!(found.unwrap().refresh_failed);
    let seconds = std::time::Duration::from_secs;
    for (failed_at, hosts) in [
        (
            NOW - seconds(29),
            vec!["portal.sso.eu-west-1.amazonaws.com"],
        ),
        (
            NOW - seconds(30),
            vec![
                "oidc.eu-west-1.amazonaws.com",
                "portal.sso.eu-west-1.amazonaws.com",
            ],
        ),
    ] {
        let mut world = world("2030-01-02T03:05:00Z");
        for _ in &hosts[1..] {
            world = world.respond(400, "");
        }
        let world = world.respond(200, PORTAL);
        let chain = world.chain().with_refresh_failed_at(failed_at);
        let (found, trace) = world.drive(chain);
        let asked: Vec<_> = trace
            .requests
            .iter()
            .map(|it| it.uri().host().unwrap())
            .collect();
        assert_eq!(asked, hosts);
        assert_eq!(found.unwrap().refresh_failed, hosts.len() == 2);
    }
    // After the expiration the user must log in again in any case.
    let world = world("2030-01-02T03:04:05Z");
    let chain = world.chain().with_refresh_failed_at(NOW);
    let (found, trace) = world.drive(chain);
    assert!(matches!(
        found.unwrap_err().error(),
        Error::TokenExpired { .. }
    ));
    assert!(trace.requests.is_empty());
}

#[test]
fn roles_are_assumed_at_the_endpoint_that_the_caller_sets() {
    let config = "[default]\nrole_arn = arn:aws:iam::210987654321:role/A\nsource_profile = default\n\
        aws_access_key_id = AKID\naws_secret_access_key = s\n";
    let world = World::of_config(config).respond(200, &assumed("ASIAA"));
    let endpoint = countersign::sts::Endpoint::regional("us-gov-west-1").unwrap();
    let endpoint = endpoint.with_fips().with_dual_stack();
    let chain = world.chain().with_sts_endpoint(endpoint);
    let (found, trace) = world.drive(chain);
    assert!(found.is_ok());
    let url = "https://sts-fips.us-gov-west-1.api.aws/";
    assert_eq!(*trace.requests[0].uri(), url);
    let header = trace.requests[0].headers()["authorization"]
        .to_str()
        .unwrap();
    assert!(
        header.contains("/us-gov-west-1/sts/aws4_request"),
        "{header}"
    );
}
