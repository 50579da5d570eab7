//! Requests for authorization tokens, and the answers.

use countersign::codeartifact::GetAuthorizationToken;
use countersign::{
    PayloadHash, Rules,
    sigv4::{CanonicalRequest, CredentialScope, StringToSign},
};
use http::{Request, Response};
use serde_json::{Value, json};

use crate::report::Case;
use crate::sigv4::{credentials, now, text};

pub fn run(case: &mut Case<'_>) {
    match text(case.input, "kind") {
        "request" => request(case),
        "response" => response(case),
        other => case.fail(format!("kind {other}")),
    }
}

fn request(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let parameters = &input["parameters"];
    let mut ask = GetAuthorizationToken::new(text(parameters, "domain"), text(input, "region"));
    ask.domain_owner = parameters["domainOwner"].as_str();
    ask.duration_seconds = parameters["durationSeconds"]
        .as_u64()
        .map(|seconds| u32::try_from(seconds).unwrap());
    let request = ask.request().unwrap();
    assert_eq!(request.service(), "codeartifact");
    assert_eq!(request.region(), text(input, "region"));
    let request: Request<String> = request.sign(&credentials(input), now(input)).unwrap();
    case.check(
        "method",
        text(expected, "method"),
        request.method().as_str(),
    );
    case.check("url", text(expected, "url"), &request.uri().to_string());
    case.check("body", text(expected, "body"), request.body());
    let authorization = request.headers()["authorization"].to_str().unwrap();
    case.check(
        "authorization",
        text(expected, "authorization"),
        authorization,
    );
    let signature = authorization.rsplit_once("Signature=").unwrap().1;
    case.check("signature", text(expected, "signature"), signature);

    let canonical = CanonicalRequest::new(&request, &Rules::GENERIC, PayloadHash::EMPTY).unwrap();
    case.check(
        "canonical_request",
        text(expected, "canonical_request"),
        &canonical.to_string(),
    );
    let scope = CredentialScope::new(now(input), text(input, "region"), "codeartifact").unwrap();
    let date = countersign::sigv4::AmzDate::new(now(input)).unwrap();
    let algorithm = countersign::sigv4::Algorithm::HmacSha256;
    let string_to_sign = StringToSign::new(algorithm, &date, &scope, &canonical.hash());
    case.check(
        "string_to_sign",
        text(expected, "string_to_sign"),
        &string_to_sign.to_string(),
    );
}

fn response(case: &mut Case<'_>) {
    let input = case.input;
    let mut response =
        Response::builder().status(u16::try_from(input["status"].as_u64().unwrap()).unwrap());
    for header in input["headers"].as_array().unwrap() {
        response = response.header(header[0].as_str().unwrap(), header[1].as_str().unwrap());
    }
    let response = response.body(text(input, "body")).unwrap();
    let parsed = match GetAuthorizationToken::new("domain", "us-east-1").parse(&response) {
        Ok(token) => {
            assert_eq!(token.service(), Some("codeartifact"));
            assert_eq!(token.region(), Some("us-east-1"));
            let milliseconds = token.expiration().unwrap().unix_millis();
            json!({
                "authorizationToken": token.expose(),
                "expiration": {"epoch_ms": milliseconds},
            })
        }
        Err(error) => json!({"Error": {"Message": error.message(), "Code": error.code()}}),
    };
    case.check::<&Value>("parsed", &case.expected["parsed"], &parsed);
}
