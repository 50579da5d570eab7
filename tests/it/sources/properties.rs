//! Properties of all input.

use countersign::Credentials;
use countersign::sources::{
    Chain, CognitoPool, Container, CredentialEndpoint, Environment, Error, Imds, Input,
    LoginSession, ProcessCommand, ProcessOutput, ProfileFiles, ProfileSource, ResolvedCredentials,
    RolesAnywhere, RolesAnywhereCertificate, SelectedProfile, SsoToken, Want,
    parse_credential_document, read_sso_credentials, write_process_output,
};
use http::Response;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::sources::NOW;

/// Text that resembles a shared file, with everything that a line may begin with.
fn any_file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "\\[(profile |sso-session |services )?[a-c\\]#; ]{0,3}\\]?",
        "[ \t]?(role_arn|source_profile|sso_session|sso_role_name|aws_access_key_id|k ?) ?=? ?[a-c #;\t]{0,3}",
        "[ \t]+[a-c]{0,2}=?[a-c]{0,2}",
        "\\PC{0,6}",
        Just(String::new()),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\0\n")];
    vec((line, end), 0..12).prop_map(|lines| {
        let lines = lines.into_iter().map(|(line, end)| line + end);
        lines.collect()
    })
}

fn any_json() -> impl Strategy<Value = String> {
    let names = "accessToken|expiresAt|AccessKeyId|SecretAccessKey|Token|Expiration|Code|Version|\
        roleCredentials|Credentials|credentialSet|refreshToken|clientId|dpopKey|expiration|[a-z]{1,3}";
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("1".to_owned()),
        Just("1e999".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("\"\"".to_owned()),
        Just("\"2030-01-02T03:04:05Z\"".to_owned()),
        "\"[a-z]{1,4}\"",
    ];
    let object = |value: BoxedStrategy<String>| {
        vec((names, value), 0..6).prop_map(|members| {
            let members = members
                .iter()
                .map(|(name, value)| format!("\"{name}\":{value}"));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        })
    };
    let inner = object(value.boxed());
    object(prop_oneof![3 => inner.boxed(), 1 => "[{}\\[\\]\",:0-9a-z]{0,9}"].boxed())
}

fn roles_anywhere() -> RolesAnywhere {
    RolesAnywhere::new(
        "arn:aws:rolesanywhere:eu-west-1:210987654321:trust-anchor/a1",
        "arn:aws:rolesanywhere:eu-west-1:210987654321:profile/0f",
        "arn:aws:iam::210987654321:role/on-prem",
    )
    .unwrap()
}

/// The fields of a certificate before its key, which is of an elliptic curve.
const CERTIFICATE: [u8; 33] = [
    0x30, 31, 0x30, 29, 0xa0, 3, 2, 1, 2, 2, 1, 5, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 11,
    0x30, 9, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1,
];

fn read_everything(bytes: &[u8]) {
    if let Ok(files) = ProfileFiles::parse(bytes, bytes) {
        for name in ["default", "a", "b"] {
            let _ = ProfileSource::resolve(&files, &SelectedProfile::named(name));
        }
        for (_, section) in files.profiles() {
            for (key, _) in section.properties() {
                let _ = section.nested(key).count();
            }
        }
    }
    let _ = parse_credential_document(bytes, CredentialEndpoint::Container);
    if let Ok(token) = SsoToken::parse(bytes) {
        let _ = (token.state(NOW), token.to_json());
        let _ = token.refresh_request("eu-west-1");
        let _ = token.read_refresh(&Response::new(bytes), NOW);
    }
    if let Ok(session) = LoginSession::parse(bytes) {
        let _ = session.read_refresh(&Response::new(bytes), NOW);
        #[cfg(feature = "sigv4a")]
        let _ = countersign::sources::DpopKey::from_pem(session.dpop_key().expose());
    }
    let _ = read_sso_credentials(&Response::new(bytes), "1");
    let pool = CognitoPool::new("eu-west-1");
    let _ = (
        pool.read_id(&Response::new(bytes)),
        pool.read_credentials(&Response::new(bytes)),
    );
    let _ = roles_anywhere().read(&Response::new(bytes));
    let _ = RolesAnywhereCertificate::from_der(bytes);
    let output = ProcessOutput {
        exit_code: Some(0),
        stdout: bytes,
        stderr: bytes,
    };
    let _ = output.read(None);
    let imds = Imds::new(&Environment::default(), None).unwrap().unwrap();
    if let Ok(session) = imds.read_token(&Response::new(bytes))
        && let Ok(Some(role)) = imds.read_role(&Response::new(bytes))
    {
        let request = imds.credentials_request(&session, &role).unwrap();
        assert!(
            request
                .uri()
                .path()
                .starts_with("/latest/meta-data/iam/security-credentials/")
        );
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = ProcessCommand::parse(text);
        let _ = countersign::sources::IotCredentials::new(text, text);
        let _ = RolesAnywhereCertificate::from_pem(text);
        let _ = RolesAnywhere::new(text, text, text);
        #[cfg(feature = "sigv4a")]
        let _ = countersign::sources::RolesAnywhereKey::from_pem(text);
        for variable in [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ] {
            let environment = Environment::from_pairs([(variable, text)]);
            if let Ok(Some(container)) = Container::new(&environment) {
                let request = container.request(None).unwrap();
                let host = request.uri().host().unwrap();
                let relative = variable.contains("RELATIVE");
                assert!(!relative || host == "169.254.170.2", "{text}: {host}");
            }
        }
    }
}

/// Quotes a word so that splitting returns it.
fn quoted(word: &str, how: u8) -> String {
    match how % 3 {
        0 => format!("'{}'", word.replace('\'', r"'\''")),
        1 => {
            let escaped = word.chars().flat_map(|c| match c {
                '$' | '`' | '"' | '\\' => vec!['\\', c],
                c => vec![c],
            });
            format!("\"{}\"", escaped.collect::<String>())
        }
        // A line break cannot be quoted with a backslash.
        _ if word.is_empty() || word.contains('\n') => format!("'{}'", word.replace('\'', r"'\''")),
        _ => word.chars().flat_map(|c| ['\\', c]).collect(),
    }
}

proptest! {
    /// A host is used as it is written, or refused.
    #[test]
    fn the_request_of_roles_anywhere_goes_to_the_host_that_was_given(
        host in "[a-z0-9.:@/?#\\[\\] %-]{0,12}",
        changed in any::<(usize, u8)>(),
    ) {
        prop_assert!(RolesAnywhereCertificate::from_der(&CERTIFICATE).is_ok());
        let mut der = CERTIFICATE.to_vec();
        let at = changed.0 % der.len();
        der[at] = changed.1;
        let Ok(certificate) = RolesAnywhereCertificate::from_der(&der) else { return Ok(()) };
        let Ok(roles_anywhere) = roles_anywhere().with_host(&host) else { return Ok(()) };
        let request = roles_anywhere.request(&certificate, NOW, |_| {
            Ok::<_, Error>(vec![0x30, 6, 2, 1, 1, 2, 1, 1])
        });
        let request = request.unwrap();
        prop_assert_eq!(request.uri().authority().unwrap().as_str(), host);
        prop_assert_eq!(request.uri().path(), "/sessions");
    }

    #[test]
    fn no_reader_panics_for_any_bytes(bytes in vec(any::<u8>(), 0..200)) {
        read_everything(&bytes);
    }

    #[test]
    fn no_reader_panics_for_what_looks_like_a_shared_file(file in any_file()) {
        read_everything(file.as_bytes());
    }

    #[test]
    fn no_reader_panics_for_what_looks_like_a_document(document in any_json()) {
        read_everything(document.as_bytes());
    }

    /// Including continuations and nested blocks.
    #[test]
    fn a_file_that_was_read_is_written_and_read_as_the_same(file in any_file()) {
        let Ok(files) = ProfileFiles::parse(&file, "") else { return Ok(()) };
        let mut written = String::new();
        for (name, section) in files.profiles() {
            written += &format!("[profile {name}]\r\n");
            for (key, value) in section.properties() {
                // Lines end in CR LF, so that a CR in a value is kept.
                written += &format!("{key} = {}\r\n", value.replace('\n', "\r\n "));
            }
        }
        let again = ProfileFiles::parse(&written, "").unwrap();
        prop_assert_eq!(again.profiles().count(), files.profiles().count());
        for (name, section) in files.profiles() {
            let read = again.profile(name).unwrap();
            prop_assert!(read.properties().eq(section.properties()), "{}", written);
        }
    }

    /// The values are those from which the file was generated.
    #[test]
    fn a_written_file_is_parsed_as_it_was_meant(
        profiles in btree_map(
            "[A-Za-z0-9_/.%@:+-]{1,8}",
            btree_map("[a-z0-9_/.%@:+-]{1,8}", "[!-~&&[^#;]]([ -~&&[^#;]]{0,8}[!-~&&[^#;]])?", 0..4),
            0..4,
        ),
        in_credentials in any::<bool>(),
        carriage_return in any::<bool>(),
    ) {
        let end = if carriage_return { "\r\n" } else { "\n" };
        let mut text = String::new();
        for (name, properties) in &profiles {
            let prefix = if in_credentials { "" } else { "profile " };
            text += &format!("[{prefix}{name}] # comment{end}# another{end}");
            for (key, value) in properties {
                text += &format!("{}\t= {value} ; comment{end}", key.to_uppercase());
            }
        }
        let files = if in_credentials {
            ProfileFiles::parse("", &text)
        } else {
            ProfileFiles::parse(&text, "")
        };
        let files = files.unwrap();
        prop_assert_eq!(files.profiles().count(), profiles.len());
        for (name, properties) in &profiles {
            let read = files.profile(name).unwrap();
            prop_assert!(read.properties().eq(properties.iter().map(|(key, value)| (&**key, &**value))));
        }
    }

    #[test]
    fn words_that_were_quoted_are_split_as_they_were_meant(
        words in vec(("\\PC{0,6}|[ \t\n'\"\\\\$`a]{0,5}", any::<u8>()), 1..5),
    ) {
        let program = quoted("vend", words[0].1);
        let quoted = words.iter().map(|(word, how)| quoted(word, *how));
        let line = format!("{program}  {}", quoted.collect::<Vec<_>>().join(" \t"));
        let command = ProcessCommand::parse(&line).unwrap();
        prop_assert_eq!(command.program(), "vend");
        prop_assert!(command.arguments().eq(words.iter().map(|(word, _)| &**word)), "{}", line);
    }

    #[test]
    fn what_a_process_writes_is_read_as_it_was_meant(
        id in "\\PC{1,8}",
        secret in "\\PC{1,8}",
        token in proptest::option::of("\\PC{1,8}"),
        account_id in proptest::option::of("[0-9]{12}"),
    ) {
        let mut credentials = Credentials::new(id.clone(), secret.clone());
        if let Some(token) = &token {
            credentials = credentials.with_session_token(token.clone());
        }
        let mut resolved = ResolvedCredentials::from(credentials);
        if let Some(account_id) = &account_id {
            resolved = resolved.with_account_id(account_id);
        }
        let text = write_process_output(&resolved);
        let stdout = text.expose().as_bytes();
        let read = ProcessOutput { exit_code: Some(0), stdout, stderr: b"" }.read(None).unwrap();
        prop_assert_eq!(read.account_id(), account_id.as_deref());
        let read = read.into_credentials();
        prop_assert_eq!(read.access_key_id(), id);
        prop_assert_eq!(read.secret_key().expose(), secret);
        prop_assert_eq!(read.session_token().map(|token| token.expose().to_owned()), token);
    }

    /// For any responses, a chain ends after a bounded number of steps, without a panic.
    #[test]
    fn a_chain_ends_for_any_responses(
        answers in vec((0..9u8, any_file(), any_json(), 200..505u16), 5),
        variables in vec(("AWS_PROFILE|AWS_CONTAINER_CREDENTIALS_FULL_URI|AWS_ROLE_ARN|\
            AWS_WEB_IDENTITY_TOKEN_FILE|AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/?[a-c]{0,3}"), 0..3),
    ) {
        let pairs = variables.iter().map(|(name, value)| (&**name, &**value));
        let environment = Environment::from_pairs(pairs.chain([("HOME", "/h")]));
        let mut chain = Chain::new(environment, "name").with_region("eu-west-1");
        let mut answer = Input::Start;
        for (kind, file, document, status) in answers.into_iter().cycle().take(40) {
            let want = match chain.next(answer, NOW) {
                Ok(Want::Done(_)) | Err(_) => return Ok(()),
                Ok(want) => want,
            };
            let response = |body: String| {
                let response = Response::builder().status(status.min(499) / 200 * 200);
                Input::Response(response.body(body.into()).unwrap())
            };
            answer = match (kind, want) {
                (0, _) => Input::NoResponse,
                (1, _) => Input::NoFile,
                (2, _) => Input::Saved,
                (_, Want::File { path }) if path.starts_with("/h/.aws/c") => Input::File(file.into()),
                (_, Want::File { .. }) => Input::File(document.into()),
                (3, Want::Send(_)) => response("TOKEN".to_owned()),
                (_, Want::Send(_)) => response(document),
                (_, Want::Run(_)) => Input::Output {
                    exit_code: Some(0),
                    stdout: document.into(),
                    stderr: Vec::new(),
                },
                (_, Want::Save { .. }) => Input::Saved,
                (_, Want::MfaCode { .. }) => Input::MfaCode("123456".to_owned()),
                (_, other) => panic!("{other:?}"),
            };
        }
        prop_assert!(false, "the chain did not end");
    }
}
