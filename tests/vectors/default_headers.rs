//! The headers that are signed by default.

use std::time::Duration;

use countersign::{
    Credentials, PayloadHash, Rules, Service, Signer,
    sigv4::{Authorization, QueryAuthorization},
};
use http::{HeaderName, Request};
use serde_json::Value;
use time::macros::datetime;

use crate::report::Case;
use crate::sigv4::text;

pub fn run(case: &mut Case<'_>) {
    let input = case.input;
    let service = match text(input, "family") {
        "generic" => "service",
        "s3" => "s3",
        other => panic!("family: {other}"),
    };
    let mut rules = Rules::of(service);
    for name in names(&input["also_sign"]) {
        rules = rules.also_sign(name);
    }
    for name in names(&input["never_sign"]) {
        rules = rules.never_sign(name).unwrap();
    }
    let mut credentials = Credentials::new("AKIDEXAMPLE", "secret");
    if let Some(token) = input["session_token"].as_str() {
        credentials = credentials.with_session_token(token);
    }
    let signer = Signer::new(credentials, "us-east-1", Service::new(service, rules)).unwrap();
    let now = datetime!(2026-01-02 03:04:05 UTC);

    let mut request = Request::get("https://example.amazonaws.com/")
        .body(())
        .unwrap();
    for header in input["headers"].as_array().into_iter().flatten() {
        let name: HeaderName = header[0].as_str().unwrap().parse().unwrap();
        let value = header[1].as_str().unwrap().parse().unwrap();
        request.headers_mut().append(name, value);
    }
    let signed_headers = match text(input, "location") {
        "header" => {
            signer.sign(&mut request, PayloadHash::EMPTY, now).unwrap();
            let authorization = request.headers()["authorization"].to_str().unwrap();
            let authorization = Authorization::parse(authorization).unwrap();
            authorization.signed_headers.into_owned()
        }
        "query" => {
            let minute = Duration::from_secs(60);
            let presigned = signer.presign(&request, minute, now).unwrap();
            let uri = presigned.uri().unwrap();
            let query = QueryAuthorization::parse(uri.query().unwrap()).unwrap();
            query.authorization.signed_headers.into_owned()
        }
        other => panic!("location: {other}"),
    };
    case.check(
        "signed_headers",
        text(case.expected, "signed_headers"),
        &*signed_headers,
    );
    let signed: Vec<&str> = signed_headers.split(';').collect();
    let mut unsigned: Vec<&str> = request
        .headers()
        .keys()
        .map(HeaderName::as_str)
        .filter(|name| !signed.contains(name) && *name != "authorization")
        .collect();
    unsigned.sort_unstable();
    let mut expected: Vec<&str> = case.expected["unsigned"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|name| *name != "authorization")
        .collect();
    expected.sort_unstable();
    case.check("unsigned", expected, unsigned);
}

fn names(list: &Value) -> impl Iterator<Item = HeaderName> {
    let names = list.as_array().into_iter().flatten();
    names.map(|name| name.as_str().unwrap().parse().unwrap())
}
