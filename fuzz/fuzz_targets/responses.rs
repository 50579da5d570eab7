//! A response that is parsed is written and parsed again as the same. Nothing that is printed
//! depends on its secrets. A response that cannot be parsed is not quoted.
//!
//! Input: the action, the status, the response.

#![no_main]

use std::fmt::{Debug, Write};

use countersign::Credentials;
use countersign::aws_call::ServiceError as Error;
use countersign::codeartifact::GetAuthorizationToken;
use countersign::s3::express::CreateSession;
use countersign::sts::{self, AssumedRoleUser};
use countersign_fuzz::ACTIONS;
use http::{Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use time::OffsetDateTime;

const SECRETS: [&str; 4] = [
    "Credentials/SecretAccessKey",
    "Credentials/SessionToken",
    "WebIdentityToken",
    "authorizationToken",
];

fuzz_target!(|input: &[u8]| {
    let Some((&[action, s0, s1], body)) = input.split_first_chunk() else {
        return;
    };
    let action = ACTIONS[usize::from(action) % ACTIONS.len()];
    let Ok(status) = StatusCode::from_u16(u16::from_be_bytes([s0, s1])) else {
        return;
    };
    let parsed = match read(action, status, body) {
        Ok(parsed) => parsed,
        Err(error) => return refused(&error, status, body),
    };
    assert!(status.is_success());
    // STS's JSON may contain characters that XML cannot.
    let is_json = body.trim_ascii_start().starts_with(b"{");
    if !is_json || action == "GetAuthorizationToken" {
        let written = parsed.write(action);
        let again = read(action, status, written.as_bytes());
        let again = again.unwrap_or_else(|error| panic!("{error} {written}"));
        assert_eq!(
            (&again.fields, &again.request_id),
            (&parsed.fields, &parsed.request_id)
        );
    }

    for (i, (name, secret)) in parsed.fields.iter().enumerate() {
        let Some(secret) = secret.as_ref().filter(|_| SECRETS.contains(name)) else {
            continue;
        };
        let text = std::str::from_utf8(body).expect("what was read");
        if let Some((before, after)) = text.split_once(secret.as_str()) {
            let other = format!("{before}{}{after}", "x".repeat(secret.len()));
            let mut fields = parsed.fields.clone();
            fields[i].1 = Some("x".repeat(secret.len()));
            if let Ok(other) = read(action, status, other.as_bytes())
                && other.fields == fields
            {
                assert_eq!(other.debug, parsed.debug);
            }
        }
    }
});

fn refused(error: &Error, status: StatusCode, body: &[u8]) {
    assert_eq!(error.status(), status);
    let (shown, debug) = (error.to_string(), format!("{error:?}"));
    assert!(shown.chars().count() < 700 && !shown.contains(char::is_control));
    let Ok(text) = std::str::from_utf8(body) else {
        return;
    };
    if error.code().is_some() {
        return;
    }
    for tag in [
        "<SecretAccessKey>",
        "<SessionToken>",
        "<WebIdentityToken>",
        "\"SecretAccessKey\":\"",
        "\"SessionToken\":\"",
        "\"WebIdentityToken\":\"",
        "\"authorizationToken\":\"",
    ] {
        for rest in text.split(tag).skip(1) {
            let secret = rest.split(['<', '"']).next().unwrap_or_default();
            // Long, and no word that the error itself says.
            if secret.len() >= 8 && secret.contains(['+', '/']) {
                assert!(
                    !shown.contains(secret) && !debug.contains(secret),
                    "{debug}"
                );
            }
        }
    }
}

#[derive(Debug)]
struct Parsed {
    /// By name, below the name of what it is in.
    fields: Vec<(&'static str, Option<String>)>,
    request_id: Option<String>,
    debug: String,
}

impl Parsed {
    fn new<const N: usize>(
        parsed: &impl Debug,
        credentials: Option<&Credentials>,
        fields: [(&'static str, Option<&str>); N],
        request_id: Option<&str>,
    ) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let mut all = Vec::new();
        if let Some(credentials) = credentials {
            let token = credentials.session_token().map(|token| token.expose());
            let expiration = credentials.expiration().map(instant);
            all.push((
                "Credentials/AccessKeyId",
                owned(Some(credentials.access_key_id())),
            ));
            all.push((
                "Credentials/SecretAccessKey",
                owned(Some(credentials.secret_key().expose())),
            ));
            all.push(("Credentials/SessionToken", owned(token)));
            all.push(("Credentials/Expiration", expiration));
        }
        all.extend(fields.map(|(name, text)| (name, owned(text))));
        Self {
            fields: all,
            request_id: owned(request_id),
            debug: format!("{parsed:?} {parsed:#?}"),
        }
    }

    fn write(&self, action: &str) -> String {
        if action == "GetAuthorizationToken" {
            let [(_, token), (_, expiration)] = &self.fields[..] else {
                panic!("two fields");
            };
            let token = serde_json::to_string(token).expect("text");
            let expiration = expiration.as_deref().unwrap_or_default();
            return format!("{{\"expiration\": {expiration}, \"authorizationToken\": {token}}}");
        }
        let mut text = String::new();
        let mut parent = "";
        for (name, value) in &self.fields {
            let (own, name) = name.split_once('/').unwrap_or(("", name));
            let Some(value) = value else {
                continue;
            };
            if own != parent {
                close(&mut text, parent);
                if !own.is_empty() {
                    write!(text, "<{own}>").expect("a string takes all");
                }
                parent = own;
            }
            let value = value
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            let value = value.replace('\r', "&#13;");
            write!(text, "<{name}>{value}</{name}>").expect("a string takes all");
        }
        close(&mut text, parent);
        if action == "CreateSession" {
            return format!("<CreateSessionResult>{text}</CreateSessionResult>");
        }
        let metadata = self.request_id.as_ref().map_or(String::new(), |id| {
            let id = id
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            let id = id.replace('\r', "&#13;");
            format!("<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata>")
        });
        format!(
            "<{action}Response><{action}Result>{text}</{action}Result>{metadata}</{action}Response>"
        )
    }
}

fn close(text: &mut String, parent: &str) {
    if !parent.is_empty() {
        write!(text, "</{parent}>").expect("a string takes all");
    }
}

fn instant(at: countersign::Timestamp) -> String {
    let at = OffsetDateTime::try_from(at).expect("read from a calendar");
    let (date, time) = (at.date(), at.time());
    let year = match date.year() {
        year @ 0..=9999 => format!("{year:04}"),
        year => format!("{year:+07}"),
    };
    let (month, day) = (u8::from(date.month()), date.day());
    let (hour, minute, second, nano) = time.as_hms_nano();
    let (hours, minutes, _) = at.offset().as_hms();
    let sign = if at.offset().is_negative() { '-' } else { '+' };
    let (hours, minutes) = (hours.unsigned_abs(), minutes.unsigned_abs());
    format!(
        "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nano:09}{sign}{hours:02}:{minutes:02}"
    )
}

fn read(action: &str, status: StatusCode, body: &[u8]) -> Result<Parsed, Error> {
    let user = |user: &Option<AssumedRoleUser>| {
        let user = user.clone();
        (
            user.as_ref().and_then(|user| user.assumed_role_id.clone()),
            user.and_then(|user| user.arn),
        )
    };
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    Ok(match action {
        "AssumeRole" => {
            let a = sts::AssumeRole::parse(status, body)?;
            let ((id, arn), size) = (user(&a.assumed_role_user), number(a.packed_policy_size));
            let fields = [
                ("AssumedRoleUser/AssumedRoleId", id.as_deref()),
                ("AssumedRoleUser/Arn", arn.as_deref()),
                ("PackedPolicySize", size.as_deref()),
                ("SourceIdentity", a.source_identity.as_deref()),
            ];
            Parsed::new(&a, Some(&a.credentials), fields, a.request_id.as_deref())
        }
        "AssumeRoleWithSAML" => {
            let a = sts::AssumeRoleWithSaml::parse(status, body)?;
            let ((id, arn), size) = (user(&a.assumed_role_user), number(a.packed_policy_size));
            let fields = [
                ("AssumedRoleUser/AssumedRoleId", id.as_deref()),
                ("AssumedRoleUser/Arn", arn.as_deref()),
                ("PackedPolicySize", size.as_deref()),
                ("SourceIdentity", a.source_identity.as_deref()),
                ("Subject", a.subject.as_deref()),
                ("SubjectType", a.subject_type.as_deref()),
                ("Issuer", a.issuer.as_deref()),
                ("Audience", a.audience.as_deref()),
                ("NameQualifier", a.name_qualifier.as_deref()),
            ];
            Parsed::new(&a, Some(&a.credentials), fields, a.request_id.as_deref())
        }
        "AssumeRoleWithWebIdentity" => {
            let a = sts::AssumeRoleWithWebIdentity::parse(status, body)?;
            let ((id, arn), size) = (user(&a.assumed_role_user), number(a.packed_policy_size));
            let fields = [
                ("AssumedRoleUser/AssumedRoleId", id.as_deref()),
                ("AssumedRoleUser/Arn", arn.as_deref()),
                ("PackedPolicySize", size.as_deref()),
                ("SourceIdentity", a.source_identity.as_deref()),
                (
                    "SubjectFromWebIdentityToken",
                    a.subject_from_web_identity_token.as_deref(),
                ),
                ("Provider", a.provider.as_deref()),
                ("Audience", a.audience.as_deref()),
            ];
            Parsed::new(&a, Some(&a.credentials), fields, a.request_id.as_deref())
        }
        "AssumeRoot" => {
            let a = sts::AssumeRoot::parse(status, body)?;
            let fields = [("SourceIdentity", a.source_identity.as_deref())];
            Parsed::new(&a, Some(&a.credentials), fields, a.request_id.as_deref())
        }
        "DecodeAuthorizationMessage" => {
            let a = sts::DecodeAuthorizationMessage::parse(status, body)?;
            let fields = [("DecodedMessage", Some(a.decoded_message.as_str()))];
            Parsed::new(&a, None, fields, a.request_id.as_deref())
        }
        "GetAccessKeyInfo" => {
            let a = sts::GetAccessKeyInfo::parse(status, body)?;
            let fields = [("Account", Some(a.account.as_str()))];
            Parsed::new(&a, None, fields, a.request_id.as_deref())
        }
        "GetCallerIdentity" => {
            let a = sts::GetCallerIdentity::parse(status, body)?;
            let fields = [
                ("UserId", Some(a.user_id.as_str())),
                ("Account", Some(a.account.as_str())),
                ("Arn", Some(a.arn.as_str())),
            ];
            Parsed::new(&a, None, fields, a.request_id.as_deref())
        }
        "GetDelegatedAccessToken" => {
            let a = sts::GetDelegatedAccessToken::parse(status, body)?;
            let size = number(a.packed_policy_size);
            let fields = [
                ("PackedPolicySize", size.as_deref()),
                ("AssumedPrincipal", a.assumed_principal.as_deref()),
            ];
            Parsed::new(&a, Some(&a.credentials), fields, a.request_id.as_deref())
        }
        "GetFederationToken" => {
            let a = sts::GetFederationToken::parse(status, body)?;
            let (user, size) = (a.federated_user.clone(), number(a.packed_policy_size));
            let fields = [
                (
                    "FederatedUser/FederatedUserId",
                    user.as_ref()
                        .and_then(|user| user.federated_user_id.as_deref()),
                ),
                (
                    "FederatedUser/Arn",
                    user.as_ref().and_then(|user| user.arn.as_deref()),
                ),
                ("PackedPolicySize", size.as_deref()),
            ];
            Parsed::new(&a, Some(&a.credentials), fields, a.request_id.as_deref())
        }
        "GetScopedCredentials" => {
            let a = sts::GetScopedCredentials::parse(status, body)?;
            let (size, count) = (
                number(a.session_token_size),
                number(a.scoped_policies_count),
            );
            let session = a.session_info.as_ref();
            let fields = [
                (
                    "SessionInfo/ScopedSessionId",
                    session.map(|session| session.scoped_session_id.as_str()),
                ),
                (
                    "SessionInfo/Arn",
                    session.map(|session| session.arn.as_str()),
                ),
                ("SessionTokenSize", size.as_deref()),
                ("ScopedPoliciesCount", count.as_deref()),
                ("SourceIdentity", a.source_identity.as_deref()),
            ];
            Parsed::new(&a, Some(&a.credentials), fields, a.request_id.as_deref())
        }
        "GetSessionToken" => {
            let a = sts::GetSessionToken::parse(status, body)?;
            Parsed::new(&a, Some(&a.credentials), [], a.request_id.as_deref())
        }
        "GetWebIdentityToken" => {
            let a = sts::GetWebIdentityToken::parse(status, body)?;
            let expiration = a.web_identity_token.expiration().map(instant);
            let fields = [
                ("WebIdentityToken", Some(a.web_identity_token.expose())),
                ("Expiration", expiration.as_deref()),
            ];
            Parsed::new(&a, None, fields, a.request_id.as_deref())
        }
        "CreateSession" => {
            let credentials = CreateSession::parse(status, body)?;
            Parsed::new(&credentials, Some(&credentials), [], None)
        }
        _ => {
            let mut response = Response::new(body);
            *response.status_mut() = status;
            let ask = GetAuthorizationToken::new("my-domain", "us-east-1");
            let token = ask.parse(&response)?;
            assert_eq!(
                (token.service(), token.region()),
                (Some("codeartifact"), Some("us-east-1"))
            );
            let expiration = token.expiration().expect("an end");
            let milliseconds = expiration.unix_millis();
            let (sign, milliseconds) =
                (if milliseconds < 0 { "-" } else { "" }, milliseconds.abs());
            let expiration = format!("{sign}{}.{:03}", milliseconds / 1000, milliseconds % 1000);
            let fields = [
                ("authorizationToken", Some(token.expose())),
                ("expiration", Some(expiration.as_str())),
            ];
            Parsed::new(&token, None, fields, None)
        }
    })
}
