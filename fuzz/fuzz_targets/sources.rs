//! No reader of credential sources panics; what is written of what was read is read again as the
//! same; and no error or `Debug` quotes a secret.
//!
//! Input: the reader; what it reads. `SECRET` in the input must not come out.

#![no_main]

use std::collections::BTreeMap;
use std::fmt::Debug;

use countersign::Timestamp;
use countersign::sources::{
    CognitoPool, Environment, Error, Imds, LoginSession, ProcessCommand, ProcessOutput,
    ProfileFiles, ProfileSource, SelectedProfile, SsoToken, parse_credential_document,
    read_sso_credentials, write_process_output,
};
use http::Response;
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_893_553_445);
const SECRET: &str = "SECRET";

fuzz_target!(|input: &[u8]| {
    let Some((reader, bytes)) = input.split_first() else {
        return;
    };
    match reader % 8 {
        0 => profile_files(bytes),
        1 => match SsoToken::parse(bytes) {
            Ok(token) => {
                hidden(&token);
                let again = SsoToken::parse(token.to_json().expose()).expect("what was written");
                assert_eq!(again.to_json().expose(), token.to_json().expose());
                assert_eq!(again.state(NOW), token.state(NOW));
            }
            Err(error) => refused(&error),
        },
        2 => match LoginSession::parse(bytes) {
            Ok(session) => {
                hidden(&session);
                let written = session.to_json();
                let again = LoginSession::parse(written.expose()).expect("what was written");
                assert_eq!(again.to_json().expose(), written.expose());
            }
            Err(error) => refused(&error),
        },
        3 => {
            let output = ProcessOutput {
                exit_code: Some(0),
                stdout: bytes,
                stderr: b"",
            };
            hidden(&output);
            match output.read(None) {
                Ok(read) => {
                    let written = write_process_output(read.credentials(), read.account_id());
                    let stdout = written.expose().as_bytes();
                    let again = ProcessOutput { stdout, ..output }.read(None);
                    let again = again.expect("what was written");
                    assert_eq!(
                        again.credentials().secret_key().expose(),
                        read.credentials().secret_key().expose()
                    );
                    assert_eq!(again.expiration(), read.expiration());
                }
                Err(error) => refused(&error),
            }
        }
        4 => {
            if let Ok(line) = std::str::from_utf8(bytes) {
                match ProcessCommand::parse(line) {
                    Ok(command) => hidden(&command),
                    Err(error) => refused(&error),
                }
            }
        }
        5 => {
            // An error may name its code and its message, which are the document's own.
            let _ = parse_credential_document(bytes, "document");
        }
        6 => {
            let response = Response::new(bytes);
            read_sso_credentials(&response, "1").map_or_else(|error| refused(&error), drop);
            let pool = CognitoPool::new("eu-west-1");
            pool.read_credentials(&response)
                .map_or_else(|error| refused(&error), drop);
        }
        _ => {
            let imds = Imds::new(&Environment::default(), None);
            let imds = imds.expect("defaults").expect("defaults");
            let response = Response::new(bytes);
            match (imds.read_token(&response), imds.read_role(&response)) {
                (Ok(session), Ok(Some(role))) => {
                    hidden(&session);
                    let request = imds.credentials_request(&session, &role).unwrap();
                    let (path, name) = request.uri().path().rsplit_once('/').expect("a path");
                    assert_eq!(path, "/latest/meta-data/iam/security-credentials");
                    assert_eq!(name, role.as_str());
                }
                (Err(error), _) => refused(&error),
                _ => {}
            }
        }
    }
});

fn hidden(what: &impl Debug) {
    let text = format!("{what:?}");
    assert!(!text.contains(SECRET), "{text}");
}

fn refused(error: &Error) {
    hidden(error);
    assert!(!error.to_string().contains(SECRET), "{error}");
}

/// Every profile with its properties.
fn told(files: &ProfileFiles) -> BTreeMap<String, BTreeMap<String, String>> {
    let told = files.profiles().map(|(name, section)| {
        let pairs = section.properties();
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        (name.to_owned(), pairs.collect())
    });
    told.collect()
}

fn profile_files(bytes: &[u8]) {
    let files = match ProfileFiles::parse(bytes, b"") {
        Ok(files) => files,
        Err(error) => return refused(&error),
    };
    let told = self::told(&files);
    let mut written = String::new();
    for (name, properties) in &told {
        written += &format!("[profile {name}]\r\n");
        for (key, value) in properties {
            // Lines end in CR LF, so that a CR of the value stays.
            written += &format!("{key} = {}\r\n", value.replace('\n', "\r\n "));
        }
    }
    let again = ProfileFiles::parse(&written, b"").expect("what was written");
    assert_eq!(self::told(&again), told, "{written}");
    for name in told.keys() {
        let _ = ProfileSource::resolve(&files, &SelectedProfile::named(name.as_str()));
    }
}
