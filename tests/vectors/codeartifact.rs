//! Requests for authorization tokens, and their responses.

use countersign::codeartifact::{GetAuthorizationToken, Repository};
use countersign::{
    Error, PayloadHash, Rules,
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
        "repository-host" => repository_host(case),
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
    ask.fips = input["fips"].as_bool().unwrap_or(false);
    ask.dual_stack = input["dualstack"].as_bool().unwrap_or(false);
    let request = match ask.request() {
        Ok(request) => request,
        Err(error) => return refused(case, &error),
    };
    case.check("error", &Value::Null, &expected["error"]);
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
    // The newer cases have a separate member for what is signed.
    let expected = match &expected["signing"] {
        Value::Null => expected,
        signing => signing,
    };
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

fn repository_host(case: &mut Case<'_>) {
    let input = case.input;
    let [domain, owner, region] =
        ["domain", "domain_owner", "region"].map(|name| text(input, name));
    let repository = match Repository::new(domain, owner, region, "repository") {
        Ok(repository) => repository,
        Err(error) => return refused(case, &error),
    };
    let repository = match text(input, "endpoint_type") {
        "dualstack" => repository.dual_stack(),
        _ => repository,
    };
    case.check("host", text(case.expected, "host"), &repository.host());
}

/// The name of the parameter as the service or the vectors write it.
fn refused(case: &mut Case<'_>, error: &Error) {
    let Error::InvalidParameter { parameter, .. } = error else {
        return case.fail(format!("refused: {error}"));
    };
    let expected = case.expected["error"]["parameter"].as_str().unwrap_or("");
    let known = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    case.check("error.parameter", known(expected), known(parameter));
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
