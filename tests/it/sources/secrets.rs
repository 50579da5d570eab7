//! Secrets are never printed, and the types are `Send` and `Sync`.

use countersign::sources::{
    BaseSource, Chain, ChainError, CognitoPool, Container, CredentialEndpoint, Environment, Error,
    Found, Imds, Input, IotCredentials, Lease, LoginSession, ProcessCommand, ProfileFiles,
    ProfileSource, RefreshCell, RefreshPermit, ResolvedCredentials, RolesAnywhere, SecretText,
    Section, SelectedProfile, SsoToken, Want, WebIdentity, parse_credential_document,
};
use http::{Request, Response};

use crate::sources::{NOW, World};

const SECRET: &str = "wJalrXUtnFEMI";

#[test]
fn every_type_is_send_and_sync() {
    fn check<T: Send + Sync + 'static>() {}
    check::<(
        Input,
        BaseSource,
        Chain,
        ChainError,
        CognitoPool,
        Container,
        Environment,
        Error,
    )>();
    check::<(
        Found,
        Imds,
        IotCredentials,
        LoginSession,
        ProcessCommand,
        ProfileFiles,
    )>();
    check::<(
        ProfileSource,
        ResolvedCredentials,
        RolesAnywhere,
        SecretText,
        Section,
        SsoToken,
        Want,
        WebIdentity,
    )>();
    check::<(RefreshCell<String>, RefreshPermit<String>, Lease<String>)>();
}

fn hidden(what: &impl std::fmt::Debug) {
    for text in [format!("{what:?}"), format!("{what:#?}")] {
        assert!(!text.contains(SECRET), "{text}");
    }
}

#[test]
fn debug_of_files_caches_and_results_hides_secrets() {
    let config = format!("[default]\naws_access_key_id = A\naws_secret_access_key = {SECRET}\n");
    let files = ProfileFiles::parse(&config, "").unwrap();
    hidden(&files);
    let selected = SelectedProfile::named("default");
    hidden(&ProfileSource::resolve(&files, &selected).unwrap());
    hidden(&World::of_config(&config).run().0.unwrap());

    let cache = format!(
        r#"{{"accessToken":"{SECRET}","expiresAt":"2030-01-02T03:00:00Z","refreshToken":"{SECRET}",
        "clientId":"id","clientSecret":"{SECRET}","registrationExpiresAt":"2030-03-01T00:00:00Z"}}"#
    );
    let token = SsoToken::parse(&cache).unwrap();
    hidden(&token);
    hidden(&token.to_json());
    let request = token
        .role_credentials_request("eu-west-1", "1", "r")
        .unwrap();
    hidden(&request);
    // The body of `http::Request` is printed. The type that contains the request hides it.
    let request: Request<String> = token.refresh_request("eu-west-1").unwrap();
    assert!(request.body().contains(SECRET));
    hidden(&Want::Send(request));
    hidden(&Input::File(cache.clone().into()));
    hidden(&Input::Response(Response::new(cache.into())));
    hidden(&Input::MfaCode(SECRET.to_owned()));
    let cell = RefreshCell::new(countersign::sources::RefreshPolicy::default());
    let Lease::Refresh { permit, .. } = cell.get(NOW) else {
        panic!("empty")
    };
    hidden(&permit);
    permit.succeed(SECRET, countersign::sources::Validity::default(), NOW);
    hidden(&cell);
}

/// Each parser of a secret, with an error next to the secret.
#[test]
fn errors_made_with_secrets_at_hand_hide_them() {
    let errors = |error: &Error| {
        hidden(error);
        assert!(!error.to_string().contains(SECRET), "{error}");
    };
    for text in [
        format!("[default]\naws_secret_access_key {SECRET}\n"),
        format!("[default]\n = {SECRET}\n"),
        format!("[{SECRET}\n"),
        format!("{SECRET} = 1\n"),
        format!("[default]\na = {SECRET}\0\n"),
    ] {
        errors(&ProfileFiles::parse(&text, "").unwrap_err());
        errors(&ProfileFiles::parse("", &text).unwrap_err());
    }
    for text in [
        format!(r#"{{"accessToken":"{SECRET}"}}"#),
        format!(r#"{{"accessToken":"{SECRET}","expiresAt":"{SECRET}"}}"#),
        format!(r#"{{"accessToken":"{SECRET}"#),
        format!(r#"{{"accessToken":{{"accessKeyId":"A","secretAccessKey":"{SECRET}"}}}}"#),
        format!(r#"{{"AccessKeyId":"A","SecretAccessKey":"{SECRET}","Expiration":"{SECRET}"}}"#),
    ] {
        errors(&SsoToken::parse(&text).unwrap_err());
        errors(&LoginSession::parse(&text).unwrap_err());
        errors(&parse_credential_document(&text, CredentialEndpoint::Container).unwrap_err());
        let stdout = text.as_bytes();
        for exit_code in [Some(0), Some(1), None] {
            let output = countersign::sources::ProcessOutput {
                exit_code,
                stdout,
                stderr: b"",
            };
            hidden(&output);
            errors(&output.read(None).unwrap_err());
        }
    }
    errors(&ProcessCommand::parse(&format!("vend '{SECRET}")).unwrap_err());
    for uri in ["http://127.0.0.1/c", "http://evil.example/c"] {
        let environment = Environment::from_pairs([
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.to_owned()),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", format!("{SECRET}\n")),
        ]);
        hidden(&environment);
        match Container::new(&environment) {
            Ok(container) => errors(&container.unwrap().request(None).unwrap_err()),
            Err(error) => errors(&error),
        }
    }
}
