//! Signing with Signature Version 4A.
//!
//! ECDSA signatures are random, so those of the suite are samples. They and ours must verify with
//! the public key of the case.

use ::http::Request;
use countersign::sigv4a::{PublicKey, Signer};
use countersign::{
    Error,
    sigv4::{Authorization, CanonicalRequest, QueryAuthorization, Signature},
};
use serde_json::Value;

use crate::aws_suite::case::{Case, Form, suite};
use crate::aws_suite::{Failing, check_parts, differ, sign_all};

#[test]
fn every_case_of_the_v4a_suite_is_signed_as_expected() {
    let (cases, without_context) = Case::all(&suite("v4a"));
    assert!(without_context.is_empty());
    sign_all("v4a", &cases, sign);
}

fn sign(
    case: &Case,
    form: Form,
    mut request: Request<Vec<u8>>,
    failing: &mut Failing,
) -> Result<(), Error> {
    let signer = Signer::new(case.credentials(), case.region(), case.service(form)).unwrap();
    let (payload, now) = (case.payload(), case.now());
    match form {
        Form::Header => {
            signer.sign(&mut request, payload, now)?;
        }
        Form::Query => {
            let presigned =
                signer.presign_with_payload(&request, payload, case.expires_in(), now)?;
            *request.uri_mut() = presigned.uri().unwrap();
            *request.headers_mut() = presigned.headers().clone();
        }
    }
    let authorization = match form {
        Form::Header => Authorization::parse(request.headers()["authorization"].to_str().unwrap())?,
        Form::Query => QueryAuthorization::parse(request.uri().query().unwrap())?.authorization,
    };
    let canonical = CanonicalRequest::new(&request, &case.rules(form), payload)?;
    let string_to_sign = check_parts(case, form, &canonical, &authorization, failing);

    let key = public_key(case)?;
    differ("public key", &key, &signer.public_key(), failing);
    let ours = key.verifies(string_to_sign, &authorization.signature);
    differ("our signature", &true, &ours, failing);
    let sample = signature(&case.file(form, "signature"));
    let theirs = key.verifies(string_to_sign, &sample);
    differ("their signature", &true, &theirs, failing);
    Ok(())
}

fn public_key(case: &Case) -> Result<PublicKey, Error> {
    let text = std::fs::read_to_string(case.folder.join("public-key.json")).unwrap();
    let key: Value = serde_json::from_str(&text).unwrap();
    let point = ["04", key["X"].as_str().unwrap(), key["Y"].as_str().unwrap()].concat();
    PublicKey::from_sec1(&unhex(&point))
}

/// Parses a signature in an `authorization` header.
fn signature(hex: &str) -> Signature {
    let header = format!(
        "AWS4-ECDSA-P256-SHA256 Credential=A/20150830/s/aws4_request,SignedHeaders=host,Signature={hex}"
    );
    Authorization::parse(&header).unwrap().signature
}

fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap())
        .collect()
}
