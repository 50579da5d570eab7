//! Requests that a server verifies, and the errors of those that it refuses.

use std::time::Duration;

use countersign::Timestamp;
use countersign::verify::{
    SignatureLocation, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{ContentSha256, Credentials, PayloadHash, Rules, Service, sigv4::AmzDate};
use http::Request;

use crate::report::Case;
use crate::sigv4::{body, credentials, now, payload, request, text};

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

/// In the order of a server: checks without the key, the lookup, checks with the key.
fn verify(case: &Case<'_>, request: &Request<()>) -> Result<(), VerifyError> {
    let input = case.input;
    let now = text(input, "now")
        .parse::<AmzDate>()
        .ok()
        .unwrap()
        .timestamp();
    let rules = match text(input, "profile") {
        "generic" => Rules::GENERIC,
        "s3" => Rules::S3,
        other => panic!("profile {other}"),
    };
    let service = Service::new(text(input, "service").to_owned(), rules);
    let window = Duration::from_secs(input["clock_window_seconds"].as_u64().unwrap());
    let verifier = Verifier::new(text(input, "region"), service)
        .unwrap()
        .with_clock_window(window);

    let claim = SignedRequest::parse(request)?;
    verifier.check(&claim, now)?;
    let secret_key = input["secret_for"][claim.access_key_id()]
        .as_str()
        .ok_or(VerifyError::UnknownAccessKeyId)?;
    let known = Credentials::new(claim.access_key_id(), secret_key);
    let key = VerificationKey::derive(&known, claim.scope()).unwrap();
    let payload = PayloadHash::new(body(&input["request"]));
    admit(&verifier, &claim, &key, payload, now)
}

/// The payload is accepted in any way in which it can be signed.
pub fn admit(
    verifier: &Verifier,
    claim: &SignedRequest<'_>,
    key: &VerificationKey,
    payload: PayloadHash,
    now: Timestamp,
) -> Result<(), VerifyError> {
    use countersign::verify::PendingVerification;

    match verifier.verify_signature(claim, key, now)? {
        PendingVerification::Hashed(head) => head.verify(payload).map(drop),
        PendingVerification::Unsigned(head) => {
            let verified = head.accept();
            assert_eq!(verified.access_key_id(), claim.access_key_id());
            Ok(())
        }
        PendingVerification::SignedStream(head) => {
            let (verified, seed) = head.into_parts();
            assert_eq!(verified.access_key_id(), claim.access_key_id());
            assert!(seed.decoded_content_length().is_some());
            Ok(())
        }
        PendingVerification::UnsignedStream(head) => {
            let (verified, seed) = head.accept();
            assert_eq!(verified.access_key_id(), claim.access_key_id());
            assert!(seed.decoded_content_length().is_some());
            Ok(())
        }
    }
}

/// Verifies a request that a case signed: it is accepted, and not with another secret, path or
/// body.
pub fn signed(case: &mut Case<'_>, mut request: Request<()>, rules: &Rules) {
    let input = case.input;
    let mut rules = rules.clone();
    let payload = payload(input).unwrap();
    let unsigned = payload == PayloadHash::Unsigned;
    if unsigned && rules.content_sha256 == ContentSha256::Never {
        // Only with S3's rules the payload is unsigned without a declaration.
        rules.content_sha256 = ContentSha256::InHeaderForm;
    }
    let service = Service::new(text(input, "service").to_owned(), rules);
    // The vectors have paths that AWS accepts, with `.` and `..` segments.
    let verifier = Verifier::new(text(input, "region"), service)
        .unwrap()
        .allow_dot_segments();

    // As a server receives it: with a host, and without scheme and authority.
    if !request.headers().contains_key("host") {
        let authority = request.uri().authority().unwrap().as_str();
        let host = authority.rsplit('@').next().unwrap();
        let host = match request.uri().scheme_str() {
            Some("https") => host.strip_suffix(":443"),
            _ => host.strip_suffix(":80"),
        }
        .unwrap_or(host);
        let host = host.parse().unwrap();
        request.headers_mut().insert("host", host);
    }
    let target = request.uri().path_and_query().unwrap().to_string();
    *request.uri_mut() = target.parse().unwrap();

    let (now, credentials) = (now(input), credentials(input));
    let other = Credentials::new(credentials.access_key_id(), "another secret");
    let verify = |request: &Request<()>, secret: &Credentials, payload: PayloadHash| {
        let claim = SignedRequest::parse(request)?;
        let mut key = VerificationKey::derive(secret, claim.scope()).unwrap();
        if let Some(token) = credentials.session_token() {
            key = key.with_session_token(token.clone());
        }
        admit(&verifier, &claim, &key, payload, now)
    };
    let declared = request.headers().contains_key("x-amz-content-sha256");
    if unsigned && input["options"]["location"] != "query" && !declared {
        // The request does not declare that the payload is unsigned.
        let result = verify(&request, &credentials, payload);
        case.check("unsigned", Err(VerifyError::MissingContentSha256), result);
        return;
    }
    if let Err(error) = verify(&request, &credentials, payload) {
        case.fail(format!("not verified: {error}"));
    }
    let mismatch = Err(VerifyError::SignatureMismatch);
    let result = verify(&request, &other, payload);
    case.check("with another secret", &mismatch, &result);
    if !unsigned {
        let changed = PayloadHash::new([&body(input), &b"x"[..]].concat());
        let result = verify(&request, &credentials, changed);
        case.check("with another body", true, result.is_err());
    }
    let mut elsewhere = request.clone();
    let (path, query) = (request.uri().path(), request.uri().query());
    let query = query.map(|query| format!("?{query}"));
    let other_path = format!("{path}x{}", query.unwrap_or_default());
    *elsewhere.uri_mut() = other_path.parse().unwrap();
    let result = verify(&elsewhere, &credentials, payload);
    case.check("elsewhere", &mismatch, &result);
}

/// The names of the errors in the vectors.
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
        VerifyError::Malformed { form, .. }
        | VerifyError::InvalidScope { form }
        | VerifyError::UnknownAlgorithm { form } => match form {
            SignatureLocation::Query => "malformed-presign",
            _ => "malformed",
        },
        VerifyError::ExpiresInOutOfRange { .. } => "malformed-presign",
        VerifyError::ContentSha256Mismatch => "content-sha256-mismatch",
        VerifyError::MissingContentSha256 => "missing-content-sha256",
        other => panic!("{other}"),
    }
}
