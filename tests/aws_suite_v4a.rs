//! AWS's own signing test suite for Signature Version 4A, as the published `aws-sigv4` package
//! carries it.
//!
//! Every case in header and in query form: canonical request and string to sign are compared. ECDSA
//! signatures are random, so the suite's are samples: each must verify with the case's public key,
//! as each of ours must. What the suite gets wrong stands in `aws_suite_exceptions.json`.

#![cfg(feature = "sigv4a")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "a test may, and shares its files with another"
)]

#[path = "aws_suite/case.rs"]
mod case;
#[path = "aws_suite/http.rs"]
mod http;

use std::fmt::Debug;
use std::io::Write as _;

use ::http::{Request, Uri};
use countersign::sigv4a::{PublicKey, Signer};
use countersign::{
    Authorization, CanonicalRequest, Error, QueryAuthorization, Signature, StringToSign,
};
use serde_json::Value;

use case::{Case, Form, suite};

#[test]
fn v4a() {
    let (cases, without_context) = Case::all(&suite("v4a"));
    assert!(without_context.is_empty());
    let exceptions: Value =
        serde_json::from_str(include_str!("aws_suite_exceptions.json")).unwrap();
    let exceptions = &exceptions["v4a"];

    let (mut ran, mut excepted, mut failures) = (0, 0, String::new());
    for case in &cases {
        let exception = &exceptions[&case.name];
        for form in Form::BOTH {
            ran += 1;
            let mut failing = run(case, form);
            let listed = exception["forms"].as_array();
            if listed.is_some_and(|forms| forms.iter().any(|listed| listed == form.name())) {
                excepted += 1;
                let expected = exception["fails"].as_array().unwrap();
                assert!(exception["reason"].is_string(), "{}", case.name);
                if !failing.iter().map(|(field, _)| field).eq(expected) {
                    failures += &format!(
                        "{} {}: should fail in {expected:?}, but failed in {failing:?}\n",
                        case.name,
                        form.name()
                    );
                }
                let mut right = case.clone();
                let instead = &exception["instead"];
                right.request.target = instead["target"].as_str().unwrap().to_owned();
                right.double_encode_path = instead["double_encode_path"].as_bool().unwrap();
                failing = run(&right, form);
            }
            for (field, difference) in failing {
                failures += &format!("{} {}: {field}{difference}\n", case.name, form.name());
            }
        }
    }
    // Past the test harness, which would keep the line of a test that passes to itself.
    let line = format!(
        "\naws suite v4a: {} cases, {ran} forms, {excepted} of them excepted, {ran} sample signatures verified\n",
        cases.len()
    );
    std::io::stdout().write_all(line.as_bytes()).unwrap();
    assert!(failures.is_empty(), "\n{failures}");
    assert_eq!((cases.len(), ran, excepted), (38, 76, 4));
}

/// The fields that differ, and how.
type Failing = Vec<(&'static str, String)>;

fn run(case: &Case, form: Form) -> Failing {
    let mut failing = Failing::new();
    let target = &case.request.target;
    let uri = match form {
        Form::Header => target.parse::<Uri>(),
        Form::Query => format!("https://{}{target}", case.request.host()).parse(),
    };
    let uri = match uri {
        Ok(uri) => uri,
        Err(error) => return vec![("request", format!(": {error}"))],
    };
    let mut request = Request::builder()
        .method(case.request.method.as_str())
        .uri(uri)
        .body(())
        .unwrap();
    *request.headers_mut() = case.request.headers.clone();
    if let Err(error) = sign(case, form, request, &mut failing) {
        failing.push(("signing", format!(": {error}")));
    }
    failing
}

fn sign(
    case: &Case,
    form: Form,
    mut request: Request<()>,
    failing: &mut Failing,
) -> Result<(), Error> {
    let signer = Signer::new(case.credentials(), case.region(), case.service(form));
    let (payload, now) = (case.payload(), case.now());
    match form {
        Form::Header => {
            signer.sign(&mut request, payload, now)?;
        }
        Form::Query => {
            let presigned = signer.presign(&request, payload, case.expires_in(), now)?;
            *request.uri_mut() = presigned.uri().unwrap();
            *request.headers_mut() = presigned.headers().clone();
        }
    }
    let authorization = match form {
        Form::Header => Authorization::parse(request.headers()["authorization"].to_str().unwrap())?,
        Form::Query => QueryAuthorization::parse(request.uri().query().unwrap())?.authorization,
    };
    let canonical = CanonicalRequest::new(&request, &case.rules(form), payload)?;
    let (algorithm, date) = (authorization.algorithm, case.date());
    let hash = canonical.hash();
    let string_to_sign = StringToSign::new(algorithm, &date, &authorization.scope, &hash);
    let canonical_text = canonical.to_string();
    let [canonical_file, string_file] =
        ["canonical-request", "string-to-sign"].map(|file| case.file(form, file));
    differ(
        "canonical request",
        &*canonical_file,
        &canonical_text,
        failing,
    );
    differ(
        "string to sign",
        &*string_file,
        string_to_sign.as_str(),
        failing,
    );

    let key = public_key(case)?;
    differ("public key", &key, &signer.public_key()?, failing);
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

/// A signature as it comes: in a header.
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

fn differ<T: PartialEq + Debug + ?Sized>(
    field: &'static str,
    expected: &T,
    actual: &T,
    failing: &mut Failing,
) {
    if expected != actual {
        failing.push((
            field,
            format!("\n  expected {expected:?}\n  actual   {actual:?}"),
        ));
    }
}
