//! AWS's own signing test suite, as the published `aws-sigv4` package carries it.
//!
//! Every case in header and in query form: canonical request, string to sign, signature and signed
//! request. (The server's side is in `aws_suite_verify.rs`.) What the suite gets wrong stands in `aws_suite_exceptions.json`, each with its reason
//! and with what the case says once it is put right; a case that passes unexpectedly fails.

#![allow(unreachable_pub, reason = "modules of one test")]

#[path = "aws_suite/case.rs"]
mod case;
#[path = "aws_suite/http.rs"]
mod http;

use std::fmt::Debug;
use std::io::Write as _;

use ::http::{HeaderValue, Request, Uri};
use countersign::{
    Authorization, CanonicalRequest, Credentials, Error, PayloadHash, QueryAuthorization,
    RawRequest, Rules, Signer, StringToSign,
};
use serde_json::Value;
use time::macros::datetime;

use case::{Case, Form, suite};
use http::Wire;

#[test]
fn v4() {
    let (cases, without_context) = Case::all(&suite("v4"));
    assert_eq!(without_context, ["double-encode-path", "double-url-encode"]);
    let exceptions: Value =
        serde_json::from_str(include_str!("aws_suite_exceptions.json")).unwrap();
    let exceptions = &exceptions["v4"];

    let (mut ran, mut excepted, mut failures) = (0, 0, String::new());
    for each in &cases {
        let exception = &exceptions[&each.name];
        for form in Form::BOTH {
            ran += 1;
            let right;
            let mut case = each;
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
                right = put_right(case, &exception["instead"]);
                case = &right;
                failing = run(case, form);
            }
            for (field, difference) in failing {
                failures += &format!("{} {}: {field}{difference}\n", case.name, form.name());
            }
        }
    }
    // Past the test harness, which would keep the line of a test that passes to itself.
    let line = format!(
        "\naws suite v4: {} cases, {ran} forms, {excepted} of them excepted\n",
        cases.len()
    );
    std::io::stdout().write_all(line.as_bytes()).unwrap();
    assert!(failures.is_empty(), "\n{failures}");
    assert_eq!((cases.len(), ran, excepted), (38, 76, 4));
    let known = |name: &String| cases.iter().any(|case| case.name == *name);
    assert!(exceptions.as_object().unwrap().keys().all(known));
}

/// The case as the exception says that it should have been.
fn put_right(case: &Case, instead: &Value) -> Case {
    let mut right = case.clone();
    right.request.target = instead["target"].as_str().unwrap().to_owned();
    right.double_encode_path = instead["double_encode_path"].as_bool().unwrap();
    right
}

/// The fields that differ, and how.
type Failing = Vec<(&'static str, String)>;

fn run(case: &Case, form: Form) -> Failing {
    let mut failing = Failing::new();
    let (authority, target) = (case.request.host(), &case.request.target);
    // As a server reads it, and as a client that presigns has it.
    let uri = match form {
        Form::Header => target.parse(),
        Form::Query => format!("https://{authority}{target}").parse(),
    };
    let uri: Uri = match uri {
        Ok(uri) => uri,
        Err(error) => {
            failing.push(("request", format!(": {error}")));
            return failing;
        }
    };
    let mut request = Request::builder()
        .method(case.request.method.as_str())
        .uri(uri)
        .body(case.request.body.clone())
        .unwrap();
    *request.headers_mut() = case.request.headers.clone();
    let result = match form {
        Form::Header => sign(case, request, &mut failing),
        Form::Query => presign(case, &request, &mut failing),
    };
    if let Err(error) = result {
        failing.push(("signing", format!(": {error}")));
    }
    failing
}

fn sign(case: &Case, mut request: Request<Vec<u8>>, failing: &mut Failing) -> Result<(), Error> {
    let (signer, payload, now) = (case.signer(Form::Header), case.payload(), case.now());
    let signature = signer.sign(&mut request, payload, now)?;
    let canonical = CanonicalRequest::new(&request, &case.rules(Form::Header), payload)?;
    let header = request.headers()["authorization"].to_str().unwrap();
    let authorization = Authorization::parse(header)?;
    check_parts(case, Form::Header, &canonical, &authorization, failing);
    let signed = Wire {
        target: request.uri().to_string(),
        headers: request.headers().clone(),
        ..case.request.clone()
    };
    check_signed(case, Form::Header, &signed, failing);

    let raw_headers = raw_headers(&case.request);
    let added = signer.sign_raw(&raw(&case.request, &raw_headers), payload, now)?;
    differ(
        "signature of slices",
        &signature,
        added.signature(),
        failing,
    );
    let mut headers = case.request.headers.clone();
    for (name, value) in added.iter() {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    differ("headers of slices", request.headers(), &headers, failing);
    Ok(())
}

fn presign(case: &Case, request: &Request<Vec<u8>>, failing: &mut Failing) -> Result<(), Error> {
    let (signer, payload, now) = (case.signer(Form::Query), case.payload(), case.now());
    let presigned = signer.presign(request, payload, case.expires_in(), now)?;
    let uri = presigned.uri().unwrap();
    let mut sent = Request::builder()
        .method(presigned.method())
        .uri(&uri)
        .body(())
        .unwrap();
    *sent.headers_mut() = presigned.headers().clone();
    let canonical = CanonicalRequest::new(&sent, &case.rules(Form::Query), payload)?;
    let query = QueryAuthorization::parse(uri.query().unwrap())?;
    differ("date", &case.date(), &query.date, failing);
    differ(
        "signature",
        presigned.signature(),
        &query.authorization.signature,
        failing,
    );
    check_parts(case, Form::Query, &canonical, &query.authorization, failing);
    let mut signed = Wire {
        target: uri.path_and_query().unwrap().to_string(),
        headers: presigned.headers().clone(),
        ..case.request.clone()
    };
    signed
        .headers
        .insert("host", uri.host().unwrap().parse().unwrap());
    check_signed(case, Form::Query, &signed, failing);

    let raw_headers = raw_headers(&case.request);
    let raw = raw(&case.request, &raw_headers);
    let presigned = signer.presign_raw(&raw, payload, case.expires_in(), now)?;
    differ(
        "target of slices",
        &*signed.target,
        presigned.url(),
        failing,
    );
    Ok(())
}

/// A request in slices; its headers must be kept elsewhere.
fn raw<'a>(request: &'a Wire, headers: &'a [(&'a str, &'a [u8])]) -> RawRequest<'a> {
    let target = &request.target;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    RawRequest {
        method: &request.method,
        path,
        query,
        headers,
    }
}

fn raw_headers(request: &Wire) -> Vec<(&str, &[u8])> {
    request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect()
}

fn check_parts(
    case: &Case,
    form: Form,
    canonical: &CanonicalRequest<'_>,
    authorization: &Authorization<'_>,
    failing: &mut Failing,
) {
    let string_to_sign = StringToSign::new(
        authorization.algorithm,
        &case.date(),
        &authorization.scope,
        &canonical.hash(),
    );
    let signature = authorization.signature.as_str();
    for (field, file, actual) in [
        (
            "canonical request",
            "canonical-request",
            &*canonical.to_string(),
        ),
        ("string to sign", "string-to-sign", string_to_sign.as_str()),
        ("signature", "signature", signature),
    ] {
        differ(field, &*case.file(form, file), actual, failing);
    }
}

fn check_signed(case: &Case, form: Form, made: &Wire, failing: &mut Failing) {
    let expected = signed(case, form);
    differ(
        "signed request",
        &expected.sorted(),
        &made.sorted(),
        failing,
    );
}

/// The suite's own signed request.
fn signed(case: &Case, form: Form) -> Wire {
    let mut signed = Wire::read(&case.file(form, "signed-request"));
    // Two cases have a raw space here, which is sent as an escape or not at all.
    signed.target = signed.target.replace(' ', "%20");
    signed
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

/// The two cases in an older format, without a context: what they need stands in their answers.
#[test]
fn v4_without_context() {
    let suite = suite("v4");
    let read = |case: &str, file: &str| {
        std::fs::read_to_string(suite.join(case).join(format!("{file}.txt"))).unwrap()
    };
    for case in ["double-encode-path", "double-url-encode"] {
        let wire = Wire::read(&read(case, "request"));
        let mut request = Request::builder()
            .method(wire.method.as_str())
            .uri(&wire.target)
            .body(())
            .unwrap();
        *request.headers_mut() = wire.headers.clone();
        // The request of one of them has another date than its canonical form: the signer's own
        // replaces it.
        let secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let signer = Signer::new(
            Credentials::new("AKIDEXAMPLE", secret_key),
            "us-east-2",
            "lambda",
        );
        let now = datetime!(2021-05-11 15:40:45 UTC);
        signer.sign(&mut request, PayloadHash::EMPTY, now).unwrap();
        let canonical =
            CanonicalRequest::new(&request, &Rules::GENERIC, PayloadHash::EMPTY).unwrap();
        assert_eq!(
            canonical.to_string(),
            read(case, "header-canonical-request"),
            "{case}"
        );
        // The other answers of that one contradict each other.
        if case == "double-url-encode" {
            let authorization = request.headers()["authorization"].to_str().unwrap();
            let authorization = Authorization::parse(authorization).unwrap();
            let date = countersign::AmzDate::new(now).unwrap();
            let string_to_sign = StringToSign::new(
                authorization.algorithm,
                &date,
                &authorization.scope,
                &canonical.hash(),
            );
            assert_eq!(
                string_to_sign.as_str(),
                read(case, "header-string-to-sign").trim_end()
            );
            let expected = Wire::read(&read(case, "header-signed-request"));
            let signed = Wire {
                headers: request.headers().clone(),
                ..wire
            };
            assert_eq!(signed.sorted(), expected.sorted());
        }
    }
}
