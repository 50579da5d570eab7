//! Signing with Signature Version 4: canonical request, string to sign, signature and signed
//! request.

use ::http::{HeaderValue, Request};
use countersign::{
    Credentials, Error, PayloadHash, RawRequest, Rules, Signer,
    sigv4::{Authorization, CanonicalRequest, QueryAuthorization, StringToSign},
};
use time::macros::datetime;

use crate::aws_suite::case::{Case, Form, suite};
use crate::aws_suite::http::Wire;
use crate::aws_suite::{Failing, check_parts, differ, sign_all};

#[test]
fn every_case_of_the_v4_suite_is_signed_as_expected() {
    let (cases, without_context) = Case::all(&suite("v4"));
    assert_eq!(without_context, ["double-encode-path", "double-url-encode"]);
    sign_all("v4", &cases, |case, form, request, failing| match form {
        Form::Header => sign(case, request, failing),
        Form::Query => presign(case, &request, failing),
    });
}

fn sign(case: &Case, mut request: Request<Vec<u8>>, failing: &mut Failing) -> Result<(), Error> {
    let (signer, payload, now) = (case.signer(Form::Header), case.payload(), case.now());
    let signature = signer.sign(&mut request, payload, now)?;
    let canonical = CanonicalRequest::new(&request, &case.rules(Form::Header), payload)?;
    let header = request.headers()["authorization"].to_str().unwrap();
    let authorization = Authorization::parse(header)?;
    check(case, Form::Header, &canonical, &authorization, failing);
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
    let presigned = signer.presign_with_payload(request, payload, case.expires_in(), now)?;
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
    check(case, Form::Query, &canonical, &query.authorization, failing);
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
    let presigned = signer.presign_raw_with_payload(&raw, payload, case.expires_in(), now)?;
    differ(
        "target of slices",
        &*signed.target,
        presigned.path_and_query(),
        failing,
    );
    Ok(())
}

/// The request in slices. The caller keeps its headers.
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

/// Compares the canonical request, the string to sign and the signature.
fn check(
    case: &Case,
    form: Form,
    canonical: &CanonicalRequest<'_>,
    authorization: &Authorization<'_>,
    failing: &mut Failing,
) {
    check_parts(case, form, canonical, authorization, failing);
    let expected = case.file(form, "signature");
    let signature = authorization.signature.as_str();
    differ("signature", &*expected, signature, failing);
}

fn check_signed(case: &Case, form: Form, made: &Wire, failing: &mut Failing) {
    let expected = case.signed_request(form);
    let (expected, made) = (expected.sorted(), made.sorted());
    differ("signed request", &expected, &made, failing);
}

/// Two cases are in an older format without a context. Their settings are in the expected results.
#[test]
fn the_two_v4_cases_without_context_are_signed_as_expected() {
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
        // The request of one case has another date than its canonical request. Signing replaces it.
        let secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let signer = Signer::new(
            Credentials::new("AKIDEXAMPLE", secret_key),
            "us-east-2",
            "lambda",
        )
        .unwrap();
        let now = datetime!(2021-05-11 15:40:45 UTC);
        signer.sign(&mut request, PayloadHash::EMPTY, now).unwrap();
        let canonical =
            CanonicalRequest::new(&request, &Rules::GENERIC, PayloadHash::EMPTY).unwrap();
        assert_eq!(
            canonical.to_string(),
            read(case, "header-canonical-request"),
            "{case}"
        );
        // The other files of this case contradict each other.
        if case == "double-url-encode" {
            let authorization = request.headers()["authorization"].to_str().unwrap();
            let authorization = Authorization::parse(authorization).unwrap();
            let date = countersign::sigv4::AmzDate::new(now).unwrap();
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
