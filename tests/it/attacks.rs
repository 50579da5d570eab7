//! Attacks on verifiers, and proof that honest requests still verify.

mod claims;
mod hosts_and_paths;
mod large_requests;
mod payload;
mod replay;
mod rotation;
mod routing;
mod session;
mod signed_headers;
mod tampered_requests;
mod time_window;

use std::time::Duration;

use countersign::verify::{
    PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{Credentials, PayloadHash, Signer};
use http::{HeaderName, HeaderValue, Request, Uri};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-05-22 10:11:12 UTC);
const TOKEN: &str = "FwoGZXIvYXdzEBYaDH/token+of==";
const STREAMING: [&str; 4] = [
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-EVENTS",
];

type Message = Request<Vec<u8>>;

/// A request as a server receives it: with a `host` header and without the authority in the URI.
fn request(method: &str, target: &str) -> Message {
    Request::builder()
        .method(method)
        .uri(target)
        .header("host", "bucket.example.com")
        .body(Vec::new())
        .unwrap()
}

fn long_term() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn temporary() -> Credentials {
    Credentials::new("ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        .with_session_token(TOKEN)
}

/// Signs in a header, for `service` in us-east-1.
fn signed_by(credentials: Credentials, mut message: Message, service: &'static str) -> Message {
    let payload = PayloadHash::new(message.body());
    let signer = Signer::new(credentials, "us-east-1", service).unwrap();
    signer.sign(&mut message, payload, NOW).unwrap();
    message
}

fn signed(message: Message, service: &'static str) -> Message {
    signed_by(long_term(), message, service)
}

/// Presigns for an hour, and returns the request that a client sends with the URL.
fn presigned_by(credentials: Credentials, message: &Message, service: &'static str) -> Message {
    let payload = match service {
        "s3" | "s3express" => PayloadHash::Unsigned,
        _ => PayloadHash::new(message.body()),
    };
    // Presigning needs an absolute URI.
    let mut absolute = message.clone();
    *absolute.uri_mut() = format!("https://bucket.example.com{}", message.uri())
        .parse()
        .unwrap();
    let hour = Duration::from_secs(3600);
    let url = Signer::new(credentials, "us-east-1", service)
        .unwrap()
        .presign_with_payload(&absolute, payload, hour, NOW)
        .unwrap();
    let mut sent = request(
        message.method().as_str(),
        url.uri().unwrap().path_and_query().unwrap().as_str(),
    );
    sent.headers_mut().extend(url.headers().clone());
    *sent.body_mut() = message.body().clone();
    sent
}

fn presigned(message: &Message, service: &'static str) -> Message {
    presigned_by(long_term(), message, service)
}

/// A `GET` for `service`, signed in its header and presigned.
fn both_forms(service: &'static str) -> [Message; 2] {
    let message = request("GET", "/key?list=a%20b");
    [
        signed(message.clone(), service),
        presigned(&message, service),
    ]
}

/// Verifies as a server with the rules of `service` does.
fn verify_as(
    service: &'static str,
    message: &Message,
    credentials: &Credentials,
    now: OffsetDateTime,
) -> Result<(), VerifyError> {
    verify_with(
        &Verifier::new("us-east-1", service).unwrap(),
        message,
        credentials,
        now,
    )
}

fn verify_with(
    verifier: &Verifier,
    message: &Message,
    credentials: &Credentials,
    now: OffsetDateTime,
) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse(message)?;
    let key = VerificationKey::derive(credentials, claim.scope()).unwrap();
    match verifier.verify_signature(&claim, &key, now)? {
        PendingVerification::Hashed(head) => {
            head.verify(PayloadHash::new(message.body())).map(drop)
        }
        PendingVerification::Unsigned(head) => {
            let _ = head.accept();
            Ok(())
        }
        PendingVerification::SignedStream(head) => {
            let _ = head.into_parts();
            Ok(())
        }
        PendingVerification::UnsignedStream(head) => {
            let _ = head.accept();
            Ok(())
        }
    }
}

fn verify(message: &Message, service: &'static str) -> Result<(), VerifyError> {
    verify_as(service, message, &long_term(), NOW)
}

fn with_header(mut message: Message, name: &'static str, value: &str) -> Message {
    let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
    message
        .headers_mut()
        .append(HeaderName::from_static(name), value);
    message
}

/// Changes the query.
fn with_query(mut message: Message, change: impl FnOnce(&str) -> String) -> Message {
    let query = change(message.uri().query().unwrap_or_default());
    let target = format!("{}?{query}", message.uri().path());
    *message.uri_mut() = target.parse::<Uri>().unwrap();
    message
}

/// Changes the `authorization` header.
fn with_authorization(mut message: Message, change: impl FnOnce(&str) -> String) -> Message {
    let header = change(message.headers()["authorization"].to_str().unwrap());
    let header = HeaderValue::from_bytes(header.as_bytes()).unwrap();
    message.headers_mut().insert("authorization", header);
    message
}

/// Signs a canonical request that is written by hand, which this crate would not sign. `lines` are
/// its canonical headers.
fn forged(message: Message, service: &str, names: &str, lines: &str, payload: &str) -> Message {
    use countersign::sigv4::{Algorithm, AmzDate, CredentialScope, SigningKey, StringToSign};
    use sha2::Digest as _;

    let scope = CredentialScope::new(NOW, "us-east-1", service).unwrap();
    let (method, path, query) = (
        message.method(),
        message.uri().path(),
        message.uri().query(),
    );
    let canonical = format!(
        "{method}\n{path}\n{}\n{lines}\n{names}\n{payload}",
        query.unwrap_or_default()
    );
    let hash = sha2::Sha256::digest(canonical).into();
    let date = AmzDate::new(NOW).unwrap();
    let string_to_sign = StringToSign::new(Algorithm::HmacSha256, &date, &scope, &hash);
    let signature = SigningKey::derive(long_term().secret_key(), &scope).sign(string_to_sign);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={names}, Signature={}",
        signature.as_str()
    );
    with_header(message, "authorization", &authorization)
}

#[test]
fn unchanged_requests_are_accepted() {
    for service in ["s3", "sqs"] {
        for message in both_forms(service) {
            assert_eq!(verify(&message, service), Ok(()));
        }
        let message = request("PUT", "/key");
        for message in [
            signed_by(temporary(), message.clone(), service),
            presigned_by(temporary(), &message, service),
        ] {
            assert_eq!(verify_as(service, &message, &temporary(), NOW), Ok(()));
        }
    }
    let lines = "host:bucket.example.com\nx-amz-date:20260522T101112Z\n";
    let message = with_header(request("GET", "/"), "x-amz-date", "20260522T101112Z");
    let empty = PayloadHash::EMPTY.to_string();
    let message = forged(message, "sqs", "host;x-amz-date", lines, empty.as_str());
    assert_eq!(verify(&message, "sqs"), Ok(()));
}

/// Servers keep these in shared state or send them to other tasks.
#[test]
fn verifiers_keys_and_proofs_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Verifier>();
    shared::<VerificationKey>();
    shared::<SignedRequest<'_>>();
    shared::<PendingVerification<'_>>();
    shared::<countersign::verify::Verified<'_>>();
    shared::<countersign::verify::OwnedVerified>();
    shared::<countersign::verify::ObjectPath>();
    shared::<countersign::verify::StreamContext>();
    shared::<countersign::verify::Limits>();
    shared::<countersign::verify::ErrorContext<'_>>();
    shared::<countersign::chunked::ChunkVerifier>();
    #[cfg(feature = "event-stream")]
    shared::<countersign::event_stream::EventVerifier>();
}
