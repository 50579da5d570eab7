//! No parser of credential sources panics. Files that were written from values are parsed to these
//! values, and what was parsed is written and parsed again as the same. No error or `Debug` quotes
//! a secret. The result is no larger than the input, and a chain ends.
//!
//! Input: the parser, its input. `SECRET` in the input must not be printed.

#![no_main]

use std::collections::BTreeMap;
use std::fmt::Debug;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::Timestamp;
use countersign::sources::{
    Chain, CognitoPool, CredentialEndpoint, Environment, Error, Imds, Input, IotCredentials,
    LoginSession, Platform, ProcessCommand, ProcessOutput, ProfileFiles, ProfileSource,
    RolesAnywhere, RolesAnywhereCertificate, SelectedProfile, SsoToken, Want,
    parse_credential_document, read_sso_credentials, write_process_output,
};
use http::Response;
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_893_553_445);
const SECRET: &str = "SECRET";
/// The secret in the environment, which no seed contains.
const SECRET_OF_ENVIRONMENT: &str = "8bd0f6d4";
const READERS: u8 = 12;

fuzz_target!(|input: &[u8]| {
    let Some((reader, bytes)) = input.split_first() else {
        return;
    };
    match reader % READERS {
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
                    let written = write_process_output(&read);
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
                    Ok(command) => quoted(&command, line),
                    Err(error) => refused(&error),
                }
            }
        }
        5 => {
            // An error may contain the code and message of the document.
            let _ = parse_credential_document(bytes, CredentialEndpoint::Container);
        }
        6 => {
            let response = Response::new(bytes);
            read_sso_credentials(&response, "1").map_or_else(|error| refused(&error), drop);
            let pool = CognitoPool::new("eu-west-1");
            pool.read_credentials(&response)
                .map_or_else(|error| refused(&error), drop);
        }
        7 => {
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
        8 => chain(bytes),
        9 => {
            // An error may contain the code and message of the service.
            let response = Response::new(bytes);
            let iot = IotCredentials::new("localhost", "alias").expect("a host");
            let _ = iot.read(&response);
            let _ = roles_anywhere().read(&response);
        }
        10 => certificate(bytes),
        _ => written_from_values(bytes),
    }
});

/// Quoting the words and splitting them returns the words.
fn quoted(command: &ProcessCommand, line: &str) {
    hidden(command);
    let words = std::iter::once(command.program()).chain(command.arguments());
    let words: Vec<_> = words.collect();
    assert!(words.iter().map(|word| word.len()).sum::<usize>() <= line.len());
    let quoted: Vec<_> = words
        .iter()
        .map(|word| format!("'{}'", word.replace('\'', r"'\''")))
        .collect();
    let again = ProcessCommand::parse(&quoted.join(" ")).expect("what was written");
    assert_eq!(again.program(), words[0]);
    assert!(again.arguments().eq(words[1..].iter().copied()));
}

/// Input: the variables that are set, and the result of each want, separated by NUL, each with a
/// byte for success or failure.
fn chain(bytes: &[u8]) {
    let Some((set, rest)) = bytes.split_first() else {
        return;
    };
    let secret_in_input = rest
        .windows(SECRET_OF_ENVIRONMENT.len())
        .any(|window| window == SECRET_OF_ENVIRONMENT.as_bytes());
    let variables = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", SECRET_OF_ENVIRONMENT),
        ("AWS_PROFILE", "a"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/token"),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r"),
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "http://localhost/credentials",
        ),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", SECRET_OF_ENVIRONMENT),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token"),
    ];
    let variables = variables.into_iter().enumerate();
    let variables = variables.filter(|(bit, _)| set >> bit & 1 == 1);
    let variables = variables.map(|(_, variable)| variable);
    let environment = Environment::from_pairs(variables.chain([("HOME", "/home/u")]));
    let mut chain = Chain::new(environment, "fuzzing")
        .with_region("eu-west-1")
        .with_platform(Platform::Unix);
    let mut pieces = rest.split(|byte| *byte == 0);
    let mut input = Input::Start;
    // Two files, three requests of a source, and at most sixteen roles with an MFA code each.
    for _ in 0..40 {
        let want = match chain.next(input, NOW) {
            Ok(Want::Done(_)) => return,
            Ok(want) => want,
            Err(error) => {
                let text = format!("{error} {error:?}");
                assert!(secret_in_input || !text.contains(SECRET_OF_ENVIRONMENT));
                return;
            }
        };
        let text = format!("{want:?} {chain:?}");
        assert!(secret_in_input || !text.contains(SECRET_OF_ENVIRONMENT));
        let (how, contents) = match pieces.next().and_then(<[u8]>::split_first) {
            Some((how, contents)) => (how % 3, contents.to_vec()),
            None => (1, Vec::new()),
        };
        input = match (want, how) {
            (Want::File { .. }, 0) => Input::File(contents),
            (Want::File { .. }, 1) => Input::NoFile,
            (Want::File { .. }, _) => Input::UnreadableFile,
            (Want::Run(_), 1) => Input::NotStarted,
            (Want::Run(_), exit_code) => Input::Output {
                exit_code: Some(exit_code.into()),
                stdout: contents,
                stderr: Vec::new(),
            },
            (Want::Send(_), 1) => Input::NoResponse,
            (Want::Send(_), how) => {
                let status = if how == 0 { 200 } else { 403 };
                let response = Response::builder().status(status);
                Input::Response(response.body(contents).expect("a status"))
            }
            (Want::Save { .. }, 0) => Input::Saved,
            (Want::Save { .. }, _) => Input::NotSaved,
            (Want::MfaCode { .. }, 0) => Input::MfaCode("123456".to_owned()),
            (Want::MfaCode { .. }, _) => Input::NoMfaCode,
            (Want::Done(_), _) => unreachable!(),
        };
    }
    panic!("the chain does not end");
}

fn roles_anywhere() -> RolesAnywhere {
    RolesAnywhere::new(
        "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/a",
        "arn:aws:rolesanywhere:eu-west-1:123456789012:profile/p",
        "arn:aws:iam::123456789012:role/r",
    )
    .expect("sound ARNs")
}

/// A certificate is sent unchanged, and its serial number is a decimal number.
fn certificate(bytes: &[u8]) {
    if let Ok(pem) = std::str::from_utf8(bytes)
        && let Ok(certificate) = RolesAnywhereCertificate::from_pem(pem)
    {
        assert!(
            certificate
                .serial()
                .bytes()
                .all(|byte| byte.is_ascii_digit())
        );
    }
    let Ok(certificate) = RolesAnywhereCertificate::from_der(bytes) else {
        return;
    };
    assert!(
        certificate
            .serial()
            .bytes()
            .all(|byte| byte.is_ascii_digit())
    );
    let request = roles_anywhere().request(&certificate, NOW, |string_to_sign| {
        assert!(string_to_sign.starts_with(certificate.algorithm().as_bytes()));
        Ok::<_, Error>(vec![0x30, 6, 2, 1, 1, 2, 1, 1])
    });
    if let Ok(request) = request {
        let header = request.headers()["x-amz-x509"].as_bytes();
        assert_eq!(STANDARD.decode(header).expect("base64"), bytes);
    }
}

/// Writes pairs of a key and a value as a tool would, and parses them: the last value of each key
/// is returned, whatever surrounds it.
fn written_from_values(bytes: &[u8]) {
    let mut meant: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut written = String::new();
    for (number, entry) in bytes.split(|byte| *byte == 0).enumerate() {
        let Some((how, value)) = entry.split_first() else {
            continue;
        };
        let (name, key) = (format!("p{}", how & 3), format!("Key_{}", how >> 2 & 3));
        // A value is one line of text, trimmed, without a comment.
        let value = String::from_utf8_lossy(value).replace(['\n', '\r'], " ");
        let value = value.replace([';', '#'], "_");
        let value = value.trim_matches([' ', '\t']);
        let (before, after) = match how >> 4 {
            0 => ("", "\n"),
            1 => ("# comment\n\n", "\r\n"),
            2 => ("\t\n", " # comment = x\n"),
            3 => ("; [profile p0\n", "\t;comment\n"),
            _ => ("\n", " \t\n"),
        };
        if number == 0 {
            written.push('\u{feff}');
        }
        written += &format!("[profile {name}]\n{before}{key} = {value}{after}");
        let profile = meant.entry(name).or_default();
        profile.insert(key.to_lowercase(), value.to_owned());
    }
    let files = ProfileFiles::parse(&written, b"").expect("what was written");
    assert_eq!(told(&files), meant, "{written}");
}

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
    let pairs = told.values().flatten();
    let size: usize = pairs.map(|(key, value)| key.len() + value.len()).sum();
    assert!(size <= bytes.len(), "{size} of {} bytes", bytes.len());
    let mut written = String::new();
    for (name, properties) in &told {
        written += &format!("[profile {name}]\r\n");
        for (key, value) in properties {
            // Lines end in CR LF, so that a CR in a value is kept. A space before a value that
            // begins with `;` would make it a comment.
            written += &format!("{key} ={}\r\n", value.replace('\n', "\r\n "));
        }
    }
    let again = ProfileFiles::parse(&written, b"").expect("what was written");
    assert_eq!(self::told(&again), told, "{written}");
    for name in told.keys() {
        let _ = ProfileSource::resolve(&files, &SelectedProfile::named(name.as_str()));
    }
}
