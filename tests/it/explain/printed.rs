//! The printed text of each cause, for review: `printed.txt`.

use countersign::explain::{Cause, Explainer};
use countersign::{PayloadHash, Service};
use time::macros::datetime;

use crate::explain::server::Shape;
use crate::explain::{on_the_way, responses, server};

const PRINTED: &str = include_str!("printed.txt");

fn names() -> Vec<String> {
    ["a", "b"].map(str::to_owned).to_vec()
}

/// One of each cause.
fn causes() -> Vec<Cause> {
    let text = str::to_owned;
    let (now, end) = (
        datetime!(2026-01-02 04:00 UTC),
        datetime!(2026-01-01 03:19:05 UTC),
    );
    vec![
        Cause::WrongSecretKey,
        Cause::WrongSecretKeyOrPayloadHash,
        Cause::SignatureNotReproduced,
        Cause::SignedCorrectly,
        Cause::ServerSecretKeyDiffers,
        Cause::SecretKeyWhiteSpace,
        Cause::UnknownAccessKey,
        Cause::MissingSessionToken,
        Cause::InvalidSessionToken,
        Cause::SessionTokenNotSigned,
        Cause::CredentialsExpired,
        Cause::Clock {
            ahead_seconds: None,
        },
        Cause::Clock {
            ahead_seconds: Some(3723),
        },
        Cause::Clock {
            ahead_seconds: Some(-1200),
        },
        Cause::UrlExpired {
            expired_at: None,
            now: Some(now.into()),
        },
        Cause::UrlExpired {
            expired_at: Some(end.into()),
            now: None,
        },
        Cause::UrlExpired {
            expired_at: Some(end.into()),
            now: Some(now.into()),
        },
        Cause::ExpiresInOutOfRange,
        Cause::MissingDate,
        Cause::InvalidDate,
        Cause::WrongDay,
        Cause::WrongRegion {
            signed: text("us-east-1"),
            expected: None,
        },
        Cause::WrongRegion {
            signed: text("us-east-1"),
            expected: Some(text("eu-west-1")),
        },
        Cause::WrongService {
            signed: text("email"),
            expected: Some(text("ses")),
        },
        Cause::OtherHost {
            service: text("ses"),
            region: Some(text("eu-west-1")),
            signed_service: text("email"),
            signed_region: Some(text("us-east-1")),
        },
        Cause::OtherHost {
            service: text("s3"),
            region: None,
            signed_service: text("s3express"),
            signed_region: None,
        },
        Cause::WrongTerminator,
        Cause::MethodChanged {
            signed: text("GET"),
            received: text("HEAD"),
        },
        Cause::PathEncodedTwice,
        Cause::PathEncodedOnce,
        Cause::PathEncodedAgain,
        Cause::PathDecoded,
        Cause::PathNormalized,
        Cause::PathNotNormalized,
        Cause::PathEncoding,
        Cause::PathChanged,
        Cause::PlusAndSpace,
        Cause::QueryOrder,
        Cause::QueryEncoding,
        Cause::ParametersLost { names: names() },
        Cause::ParametersAdded { names: names() },
        Cause::ParametersChanged { names: names() },
        Cause::HostChanged,
        Cause::PortChanged,
        Cause::HeaderRewritten {
            name: text("accept"),
        },
        Cause::HeaderAdded {
            name: text("x-amz-meta-a"),
        },
        Cause::HeaderLost {
            name: text("accept"),
        },
        Cause::HeaderWhiteSpace {
            name: text("accept"),
        },
        Cause::HostNotSigned,
        Cause::HeadersNotSigned { names: names() },
        Cause::SignedHeadersChanged,
        Cause::PayloadHashMissing,
        Cause::PayloadHashInvalid,
        Cause::PayloadHashDiffers,
        Cause::BodyChanged,
        Cause::ChunkTooSmall,
        Cause::MissingAuthentication,
        Cause::AuthenticationLost,
        Cause::SeveralAuthentications,
        Cause::MalformedAuthorization {
            problem: text("`Signature` is missing"),
        },
        Cause::UnsupportedAlgorithm,
        Cause::AuthorizationChanged,
        Cause::MalformedRequest {
            problem: text("the request names no host"),
        },
        Cause::CanonicalRequestDiffers,
        Cause::AccessDenied,
        Cause::Undetermined,
    ]
}

/// Each cause by itself, and then each case in which something differs.
fn printed() -> String {
    let mut all = String::new();
    for cause in causes() {
        all += &format!("{cause}\n    {}\n", cause.advice());
    }
    for (name, service, sent, arrived, payload) in on_the_way::made() {
        let answer = server::serve(&service, Shape::S3, &arrived).unwrap();
        let asked = Explainer::new(&sent, &service).with_payload(payload);
        all += &format!("\n# {name}\n{}", asked.response(&answer).unwrap());
    }
    for case in responses::CASES {
        all += &format!("\n# {}\n{}", case.name, case.diagnosis());
    }
    all
}

/// After a change, `PRINT=1 cargo test --features explain` rewrites the file. Review the
/// difference.
#[test]
fn every_printed_text_is_in_printed_txt() {
    let printed = printed();
    if std::env::var_os("PRINT").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/explain/printed.txt");
        std::fs::write(path, &printed).unwrap();
        return;
    }
    for (i, (new, read)) in printed.lines().zip(PRINTED.lines()).enumerate() {
        assert_eq!(new, read, "line {} of printed.txt", i + 1);
    }
    assert_eq!(printed.len(), PRINTED.len());
}

#[test]
fn a_mark_is_under_the_first_difference() {
    let request = http::Request::get("https://h.example/a%20b")
        .header("x-amz-date", "20260102T030405Z")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/sqs/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
        .body(())
        .unwrap();
    let service = Service::from("sqs");
    let sent = Explainer::new(&request, &service).with_payload(PayloadHash::EMPTY);
    let canonical = "GET\n/a%252Bb\n\nhost:h.example\nx-amz-date:20260102T030405Z\n\nhost;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let body = serde_json::json!({ "__type": "x#InvalidSignatureException", "message": server::text(canonical, "") });
    let diagnosis = sent.error_body(body.to_string()).unwrap();
    assert_eq!(
        diagnosis.to_string(),
        "\
InvalidSignatureException
Likely cause: The two sides read a `+` or a space differently.
    path  signed    /a%2520b
          received  /a%252Bb
                          ^
What to do: Send a space as %20 and a plus as %2B, never a bare `+`.
"
    );
    let difference = diagnosis.findings()[0].difference().unwrap();
    assert_eq!(
        (difference.part(), difference.position()),
        ("path", Some(6))
    );
    assert!(
        Explainer::new(&request, &service)
            .error_body("")
            .unwrap()
            .cause()
            .is_some()
    );
}
