//! S3 Express: which token is sent under which name.

use countersign::s3::express::{CreateSession, SessionMode};
use countersign::{Credentials, PayloadHash, Signer};
use http::{Request, StatusCode};
use time::macros::datetime;

use crate::edge_cases::reference::*;

const HOST: &str = "demo--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com";
const ANSWER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<CreateSessionResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Credentials>
<SessionToken>session/+==</SessionToken>
<SecretAccessKey>wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY</SecretAccessKey>
<AccessKeyId>AKIDEXAMPLE</AccessKeyId>
<Expiration>2015-08-30T12:41:00Z</Expiration>
</Credentials></CreateSessionResult>"#;

fn ordinary() -> Credentials {
    credentials().with_session_token("ordinary")
}

fn session() -> Credentials {
    CreateSession::parse(StatusCode::OK, ANSWER).unwrap()
}

/// Proves by the signature that this canonical request was signed.
#[track_caller]
fn signed<B>(request: &Request<B>, canonical: &str) {
    let expected = signature(canonical, "s3express");
    let header = request.headers()["authorization"].to_str().unwrap();
    assert!(
        header.ends_with(&format!("Signature={expected}")),
        "{header}"
    );
}

#[test]
fn create_session_carries_the_ordinary_token() {
    let mut ask = CreateSession::new("demo--use1-az4--x-s3");
    let request = ask.request(REGION).unwrap().sign(&ordinary(), NOW).unwrap();
    assert_eq!(
        (request.method().as_str(), request.uri().to_string()),
        ("GET", format!("https://{HOST}/?session"))
    );
    assert!(!request.headers().contains_key("x-amz-s3session-token"));
    signed(
        &request,
        &format!(
            "GET\n/\nsession=\nhost:{HOST}\nx-amz-content-sha256:{EMPTY}\n\
         x-amz-date:20150830T123600Z\nx-amz-security-token:ordinary\n\n\
         host;x-amz-content-sha256;x-amz-date;x-amz-security-token\n{EMPTY}"
        ),
    );

    ask.mode = Some(SessionMode::ReadOnly);
    let request = ask
        .request(REGION)
        .unwrap()
        .sign(&credentials(), NOW)
        .unwrap();
    signed(
        &request,
        &format!(
            "GET\n/\nsession=\nhost:{HOST}\nx-amz-content-sha256:{EMPTY}\n\
         x-amz-create-session-mode:ReadOnly\nx-amz-date:20150830T123600Z\n\n\
         host;x-amz-content-sha256;x-amz-create-session-mode;x-amz-date\n{EMPTY}"
        ),
    );
}

#[test]
fn calls_of_the_control_plane_carry_the_ordinary_token() {
    let host = "s3express-control.us-east-1.amazonaws.com";
    let mut request = Request::put(format!("https://{host}/demo--use1-az4--x-s3"))
        .body(())
        .unwrap();
    Signer::new(ordinary(), REGION, "s3express")
        .unwrap()
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    signed(
        &request,
        &format!(
            "PUT\n/demo--use1-az4--x-s3\n\nhost:{host}\nx-amz-content-sha256:{EMPTY}\n\
         x-amz-date:20150830T123600Z\nx-amz-security-token:ordinary\n\n\
         host;x-amz-content-sha256;x-amz-date;x-amz-security-token\n{EMPTY}"
        ),
    );
}

#[test]
fn calls_of_a_session_carry_its_own_token() {
    let signer = Signer::new(session(), REGION, "s3express").unwrap();
    let mut request = get(&format!("https://{HOST}/key"));
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    assert!(!request.headers().contains_key("x-amz-security-token"));
    assert!(request.headers()["x-amz-s3session-token"].is_sensitive());
    signed(
        &request,
        &format!(
            "GET\n/key\n\nhost:{HOST}\nx-amz-content-sha256:{EMPTY}\n\
         x-amz-date:20150830T123600Z\nx-amz-s3session-token:session/+==\n\n\
         host;x-amz-content-sha256;x-amz-date;x-amz-s3session-token\n{EMPTY}"
        ),
    );

    let five_minutes = std::time::Duration::from_secs(300);
    let url = signer
        .presign(&get(&format!("https://{HOST}/key")), five_minutes, NOW)
        .unwrap();
    assert_eq!(url.expires_at(), datetime!(2015-08-30 12:41 UTC).into());
    let expected = signature(
        format!(
            "GET\n/key\nX-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3express%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-Expires=300\
         &X-Amz-S3session-Token=session%2F%2B%3D%3D&X-Amz-SignedHeaders=host\n\
         host:{HOST}\n\nhost\nUNSIGNED-PAYLOAD"
        ),
        "s3express",
    );
    assert_eq!(url.signature().as_str(), expected);
}

#[test]
fn a_response_to_create_session_is_read_or_refused() {
    let session = session();
    assert_eq!(session.access_key_id(), "AKIDEXAMPLE");
    assert_eq!(session.secret_key().expose(), SECRET);
    assert_eq!(
        session.expiration(),
        Some(datetime!(2015-08-30 12:41 UTC).into())
    );
    let token = session.session_token().unwrap();
    assert_eq!(
        (token.expose(), token.header_name()),
        ("session/+==", "x-amz-s3session-token")
    );

    let parse = |status: u16, body: &str| {
        CreateSession::parse(StatusCode::from_u16(status).unwrap(), body).map(drop)
    };
    assert!(parse(200, &ANSWER.replace("Result", "Output")).is_ok());
    assert!(
        parse(
            200,
            &ANSWER.replace(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"", "")
        )
        .is_ok()
    );
    let error = parse(
        403,
        "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message>\
         <RequestId>4442587FB7D0A2F9</RequestId><HostId>…</HostId></Error>",
    )
    .unwrap_err();
    assert_eq!(
        (error.code(), error.request_id()),
        (Some("AccessDenied"), Some("4442587FB7D0A2F9"))
    );
    assert!(!error.is_retryable());
    assert!(
        parse(503, "<Error><Code>SlowDown</Code></Error>")
            .unwrap_err()
            .is_retryable()
    );

    for (status, body) in [
        (403, ANSWER.to_owned()),
        (200, String::new()),
        (200, "<CreateSessionResult/>".to_owned()),
        (200, "<ListBucketResult/>".to_owned()),
        (403, "<Error/>".to_owned()),
        (200, ANSWER.replace("2006-03-01", "2006-03-02")),
        (200, ANSWER.replace("session/+==", "")),
        (200, ANSWER.replace("AKIDEXAMPLE", "<a/>")),
        (200, ANSWER.replace("2015-08-30T12:41:00Z", "soon")),
        (
            200,
            ANSWER.replace(
                "</Expiration>",
                "</Expiration><Expiration>2015-08-30T12:41:00Z</Expiration>",
            ),
        ),
        (
            200,
            ANSWER.replace("?>", "?><!DOCTYPE a [<!ENTITY b 'c'>]>"),
        ),
        (200, ANSWER[..ANSWER.len() - 1].to_owned()),
        (200, " ".repeat(2 << 20)),
    ] {
        let error = parse(status, &body).unwrap_err();
        assert_eq!(error.code(), None, "{error}");
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains("session/") && !text.contains("wJalr"),
            "{text}"
        );
    }
    // A truncated response is malformed.
    for end in 0..ANSWER.len() - 1 {
        if ANSWER.is_char_boundary(end) {
            assert!(parse(200, &ANSWER[..end]).is_err());
        }
    }
    assert!(CreateSession::parse(StatusCode::OK, [0xff, 0xfe]).is_err());
}

#[test]
fn session_modes_are_written_as_in_the_api() {
    assert_eq!(SessionMode::ReadOnly.as_str(), "ReadOnly");
    assert_eq!(SessionMode::ReadWrite.as_str(), "ReadWrite");
}
