//! AWS's own signing test suite, from the published `aws-sigv4` package, for signing and verifying.
//!
//! Errors of the suite are listed in `exceptions.json`, each with its reason and the corrected
//! value. A listed case that passes is a failure.

#![allow(unreachable_pub, reason = "modules of one test")]

mod case;
mod http;

mod v4;
#[cfg(feature = "sigv4a")]
mod v4a;
mod verify;

use std::fmt::Debug;
use std::io::Write as _;

use ::http::{Request, Uri};
use countersign::{
    Error,
    sigv4::{Authorization, CanonicalRequest, StringToSign},
};
use serde_json::Value;

use case::{Case, Form};

/// The names of the fields that differ, with the difference.
type Failing = Vec<(&'static str, String)>;

/// The errors in the suite of this version, by the name of the case.
fn exceptions(version: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("aws_suite/exceptions.json")).unwrap();
    all[version].clone()
}

/// Signs each case in its header and presigned. Exactly the listed exceptions must fail.
fn sign_all(
    version: &str,
    cases: &[Case],
    sign: impl Fn(&Case, Form, Request<Vec<u8>>, &mut Failing) -> Result<(), Error>,
) {
    let run = |case: &Case, form: Form| {
        let mut failing = Failing::new();
        match request(case, form) {
            Err(problem) => failing.push(("request", format!(": {problem}"))),
            Ok(request) => {
                if let Err(error) = sign(case, form, request, &mut failing) {
                    failing.push(("signing", format!(": {error}")));
                }
            }
        }
        failing
    };
    let exceptions = exceptions(version);
    let (mut ran, mut excepted, mut failures) = (0, 0, String::new());
    for case in cases {
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
                failing = run(&case.put_right(&exception["instead"]), form);
            }
            for (field, difference) in failing {
                failures += &format!("{} {}: {field}{difference}\n", case.name, form.name());
            }
        }
    }
    report(&format!(
        "{version}: {} cases, {ran} forms, {excepted} of them excepted",
        cases.len()
    ));
    assert!(failures.is_empty(), "\n{failures}");
    assert_eq!((cases.len(), ran, excepted), (38, 76, 4));
    let known = |name: &String| cases.iter().any(|case| case.name == *name);
    assert!(exceptions.as_object().unwrap().keys().all(known));
}

/// Writes to standard error directly, as the test harness captures the output of a test that
/// passes.
fn report(line: &str) {
    let line = format!("\naws suite {line}\n");
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}

/// The request of a case: as a server receives it, or as a client presigns it.
fn request(case: &Case, form: Form) -> Result<Request<Vec<u8>>, ::http::Error> {
    let target = &case.request.target;
    let uri: Uri = match form {
        Form::Header => target.parse()?,
        Form::Query => format!("https://{}{target}", case.request.host()).parse()?,
    };
    let mut request = Request::builder()
        .method(case.request.method.as_str())
        .uri(uri)
        .body(case.request.body.clone())?;
    *request.headers_mut() = case.request.headers.clone();
    Ok(request)
}

/// Compares the canonical request and the string to sign with the suite's. Returns the string to
/// sign.
fn check_parts(
    case: &Case,
    form: Form,
    canonical: &CanonicalRequest<'_>,
    authorization: &Authorization<'_>,
    failing: &mut Failing,
) -> StringToSign {
    let (algorithm, scope) = (authorization.algorithm, &authorization.scope);
    let string_to_sign = StringToSign::new(algorithm, &case.date(), scope, &canonical.hash());
    let expected = case.file(form, "canonical-request");
    differ(
        "canonical request",
        &expected,
        &canonical.to_string(),
        failing,
    );
    let expected = case.file(form, "string-to-sign");
    differ(
        "string to sign",
        &*expected,
        string_to_sign.as_str(),
        failing,
    );
    string_to_sign
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
