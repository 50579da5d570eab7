//! S3 paths: what is signed, what a presigned URL contains, and what a server accepts.

use std::collections::BTreeSet;
use std::time::Duration;

use countersign::sigv4::TargetProblem;
use countersign::verify::{
    PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{
    Credentials, Error, PayloadHash, RawRequest, Rules, Service, Signer, encode_key,
    sigv4::{AmzDate, Authorization, CanonicalPath, CredentialScope, SigningKey, StringToSign},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::report::Case;
use crate::sigv4::{base64, text};

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
const HOST: &str = "b.s3.amazonaws.com";
const MINUTE: Duration = Duration::from_secs(60);

pub fn run(case: &mut Case<'_>) {
    let path = text(case.input, "wire_path");
    let sign = text(case.expected, "sign");
    let refused = match sign {
        "ok" => None,
        "refuse" => Some(text(case.expected, "reason")),
        other => panic!("sign: {other}"),
    };
    check_signing(case, path, refused);
    check_as_sent(case, path, refused);
    if let Some(accepted) = case.expected["verify_accepts"].as_array() {
        let accepted = accepted.iter().map(|path| path.as_str().unwrap()).collect();
        check_verifying(case, path, &accepted);
    } else {
        let result = verify(path, "/");
        let malformed = matches!(result, Err(VerifyError::InvalidTarget { .. }));
        case.check("a malformed path is refused", true, malformed);
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn check_signing(case: &mut Case<'_>, path: &str, refused: Option<&str>) {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let headers = [("host", HOST.as_bytes())];
    let request = RawRequest {
        method: "GET",
        path,
        query: "",
        headers: &headers,
    };
    let canonical = CanonicalPath::new(path, &Rules::S3);
    let signed = signer.sign_raw(&request, PayloadHash::Unsigned, NOW);
    let presigned = signer.presign_raw(&request, MINUTE, NOW);
    if let Some(reason) = refused {
        let place = match reason {
            "plus_ambiguous" => path.find('+'),
            "escape_malformed" => path.find('%'),
            other => panic!("reason: {other}"),
        };
        let errors = [
            ("the path", canonical.err()),
            ("signing", signed.err()),
            ("presigning", presigned.err()),
        ];
        for (what, error) in errors {
            let Some(Error::InvalidPath { position, problem }) = error else {
                case.fail(format!("{what}: not refused as a path: {error:?}"));
                continue;
            };
            case.check(what, place, Some(position));
            let advised = problem == TargetProblem::BarePlus;
            case.check("advice", reason == "plus_ambiguous", advised);
        }
        return;
    }

    let expected = text(case.expected, "canonical");
    case.check("canonical", expected, &canonical.unwrap().to_string());
    let key = decoded(&case.expected["decoded"]);
    case.check("decoded, and encoded", expected, &encode_key(&key));
    let read: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
    case.check("decoded", key, read);
    case.check(
        "changed",
        case.expected["changed"].as_bool(),
        Some(path != expected),
    );
    let signed = signed.unwrap();
    case.check(
        "the signature is that of the canonical path",
        signature(expected).as_str(),
        signed.signature().as_str(),
    );

    // The path that is sent is canonical, too, unless that would create segments which clients
    // resolve.
    let presigned = presigned.unwrap();
    let (sent, _) = presigned.path_and_query().split_once('?').unwrap();
    let dots = |path: &str| {
        let mut segments = path.split('/');
        segments.any(|segment| segment == "." || segment == "..")
    };
    let on_the_wire = if dots(expected) && !dots(path) {
        path
    } else {
        expected
    };
    case.check("presigned", on_the_wire, sent);
}

/// For a store that verifies the path as it is sent, only a malformed path is refused.
fn check_as_sent(case: &mut Case<'_>, path: &str, refused: Option<&str>) {
    let mut rules = Rules::S3;
    rules.recode_path = false;
    let canonical = CanonicalPath::new(path, &rules).map(|path| path.to_string());
    let expected = (refused != Some("escape_malformed")).then_some(path);
    case.check("as sent", expected, canonical.as_deref().ok());
}

/// A server accepts each of the accepted texts, and no other one.
fn check_verifying(case: &mut Case<'_>, path: &str, accepted: &BTreeSet<&str>) {
    for signed in accepted {
        let result = verify(path, signed);
        case.check(&format!("signed as {signed}"), Ok(()), result);
    }
    let mut others = vec![
        format!("{path}x"),
        path.replace('+', "%20"),
        path.replace("%2B", "%20"),
        path.replace("%20", "+"),
        path.replace('%', "%25"),
        path.replace("//", "/"),
        path.replace("/../", "/"),
        path.replace("/./", "/"),
        path.replace('b', "c"),
    ];
    if let Some(aws) = case.expected["aws_s3"].as_str() {
        others.push(aws.to_owned());
        let stores = text(case.expected, "stores");
        case.check("stores", true, accepted.contains(stores));
    }
    for signed in others {
        let result = verify(path, &signed);
        let expected = match accepted.contains(&*signed) {
            true => Ok(()),
            false => Err(VerifyError::SignatureMismatch),
        };
        case.check(&format!("signed as {signed}"), expected, result);
    }
}

/// Whether a server of S3 accepts a request for `sent` with the signature for `signed`, for each
/// way in which its payload can be signed.
fn verify(sent: &str, signed: &str) -> Result<(), VerifyError> {
    let authorization = Authorization {
        signature: signature(signed),
        ..Authorization::parse(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
             Signature=0000000000000000000000000000000000000000000000000000000000000000",
        )
        .unwrap()
    };
    let authorization = authorization.to_header();
    let headers = [
        ("host", HOST.as_bytes()),
        ("x-amz-content-sha256", b"UNSIGNED-PAYLOAD"),
        ("x-amz-date", b"20260102T030405Z"),
        ("authorization", authorization.as_bytes()),
    ];
    let request = RawRequest {
        method: "GET",
        path: sent,
        query: "",
        headers: &headers,
    };
    let claim = SignedRequest::parse_raw(&request)?;
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    match Verifier::new("us-east-1", Service::S3)
        .unwrap()
        .verify_signature(&claim, &key, NOW)?
    {
        PendingVerification::Unsigned(head) => {
            assert_eq!(head.accept().access_key_id(), "AKIDEXAMPLE");
            Ok(())
        }
        other => panic!("{other:?}"),
    }
}

/// The signature of a canonical request that is written here.
fn signature(path: &str) -> countersign::sigv4::Signature {
    let canonical = format!(
        "GET\n{path}\n\nhost:{HOST}\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n\
         x-amz-date:20260102T030405Z\n\nhost;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD"
    );
    let scope = CredentialScope::new(NOW, "us-east-1", "s3").unwrap();
    let date = AmzDate::new(NOW).unwrap();
    let hash = Sha256::digest(canonical).into();
    let algorithm = countersign::sigv4::Algorithm::HmacSha256;
    let string_to_sign = StringToSign::new(algorithm, &date, &scope, &hash);
    SigningKey::derive(credentials().secret_key(), &scope).sign(string_to_sign.as_str())
}

fn decoded(value: &Value) -> Vec<u8> {
    match value["utf8"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => base64(text(value, "base64")),
    }
}
