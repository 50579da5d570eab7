//! Requests that a server verifies, and why it does not.

use std::time::Duration;

use countersign::verify::{Form, SignedRequest, Verifier, VerifyError, VerifyingKey};
use countersign::{PayloadHash, Rules, SecretKey, Service, SigningKey};
use http::Request;
use time::OffsetDateTime;

use crate::report::Case;
use crate::sigv4::{body, request, text};

pub fn run(case: &mut Case<'_>) {
    let input = case.input;
    let request = request(&input["request"]).unwrap();
    let result = verify(case, &request);
    let expected = case.expected["ok"].as_bool().unwrap();
    case.check("ok", expected, result.is_ok());
    if let Err(error) = result {
        case.check("error", case.expected["error"].as_str(), Some(name(&error)));
    }
}

/// In the order of a server: what needs no key, the look-up, what needs one.
fn verify(case: &Case<'_>, request: &Request<()>) -> Result<(), VerifyError> {
    let input = case.input;
    let now = countersign::AmzDate::parse(text(input, "now"))
        .unwrap()
        .to_date_time();
    let rules = match text(input, "profile") {
        "generic" => Rules::GENERIC,
        "s3" => Rules::S3,
        other => panic!("profile {other}"),
    };
    let service = Service::new(text(input, "service").to_owned(), rules);
    let window = Duration::from_secs(input["clock_window_seconds"].as_u64().unwrap());
    let verifier = Verifier::new(text(input, "region"), service).with_clock_window(window);

    let claim = SignedRequest::parse(request)?;
    verifier.check(&claim, now)?;
    let secret_key = input["secret_for"][claim.access_key_id()]
        .as_str()
        .ok_or(VerifyError::UnknownAccessKeyId)?;
    let key = SigningKey::derive(&SecretKey::from(secret_key), claim.scope());
    let body = body(&input["request"]);
    admit(&verifier, &claim, &key, &body, now)
}

/// Any way of signing the payload is good here; only how it is signed chooses.
pub fn admit<K: VerifyingKey + Clone>(
    verifier: &Verifier,
    claim: &SignedRequest<'_>,
    key: &K,
    body: &[u8],
    now: OffsetDateTime,
) -> Result<(), VerifyError> {
    use countersign::verify::Head;

    match verifier.verify_head(claim, key, now)? {
        Head::Hashed(head) => head.verify(PayloadHash::of(body)).map(drop),
        Head::Unsigned(head) => {
            let verified = head.accept();
            assert_eq!(verified.access_key_id(), claim.access_key_id());
            Ok(())
        }
        Head::Streaming(head) => {
            let (verified, seed) = head.into_parts();
            assert_eq!(verified.access_key_id(), claim.access_key_id());
            assert!(seed.decoded_content_length().is_some());
            Ok(())
        }
    }
}

/// The names of the vectors.
fn name(error: &VerifyError) -> &'static str {
    match error {
        VerifyError::Expired { .. } => "expired",
        VerifyError::NotYetCurrent { .. } => "not-yet-current",
        VerifyError::SignatureMismatch => "signature-mismatch",
        VerifyError::HostNotSigned => "host-not-signed",
        VerifyError::HeadersNotSigned { .. } => "unsigned-required-header",
        VerifyError::WrongDay { .. } => "scope-date-mismatch",
        VerifyError::WrongRegion { .. } => "wrong-region",
        VerifyError::WrongService { .. } => "wrong-service",
        VerifyError::UnknownAccessKeyId => "unknown-access-key",
        VerifyError::MissingAuthentication => "missing-authentication",
        VerifyError::Malformed { form, .. } | VerifyError::UnknownAlgorithm { form } => {
            match form {
                Form::Query => "malformed-presign",
                _ => "malformed",
            }
        }
        VerifyError::ExpiresInOutOfRange { .. } => "malformed-presign",
        VerifyError::ContentSha256Mismatch => "content-sha256-mismatch",
        VerifyError::MissingContentSha256 => "missing-content-sha256",
        other => panic!("{other}"),
    }
}
