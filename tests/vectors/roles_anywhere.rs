//! IAM Roles Anywhere: `CreateSession`, its signature and its response.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::sigv4::{AmzDate, CanonicalRequest};
use countersign::sources::{Error, RolesAnywhere, RolesAnywhereCertificate};
use countersign::{PayloadHash, Rules};
use http::Request;
use serde_json::{Value, json};

use crate::report::Case;
use crate::sigv4::text;
use crate::sources::{credentials, error, response};

pub fn run(case: &mut Case<'_>) {
    match text(case.input, "kind") {
        "sign" => sign(case),
        "sign-error" => {
            let failed = roles_anywhere(case.input).map(drop);
            let told = failed.map_or_else(|it| error(&it), |()| json!({"error": null}));
            case.check("error", case.expected, &told);
        }
        "answer" => answer(case),
        other => case.fail(format!("kind {other}")),
    }
}

fn roles_anywhere(input: &Value) -> Result<RolesAnywhere, Error> {
    let parameters = &input["parameters"];
    let mut it = RolesAnywhere::new(
        text(parameters, "trust_anchor_arn"),
        text(parameters, "profile_arn"),
        text(parameters, "role_arn"),
    )?;
    if let Some(seconds) = parameters["duration_seconds"].as_u64() {
        it = it.with_duration(Duration::from_secs(seconds))?;
    }
    if let Some(name) = parameters["role_session_name"].as_str() {
        it = it.with_role_session_name(name)?;
    }
    if let Some(host) = input["host"].as_str() {
        it = it.with_host(host)?;
    }
    if input["parameters_in"] == "body" {
        it = it.with_parameters_in_body();
    }
    Ok(it)
}

fn certificate(input: &Value) -> RolesAnywhereCertificate {
    let der = |base64: &Value| STANDARD.decode(base64.as_str().unwrap()).unwrap();
    let mut certificate =
        RolesAnywhereCertificate::from_der(&der(&input["certificate_der_base64"])).unwrap();
    for intermediate in input["chain_der_base64"].as_array().unwrap() {
        certificate = certificate.with_intermediate(&der(intermediate)).unwrap();
    }
    certificate
}

fn sign(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let roles_anywhere = roles_anywhere(input).unwrap();
    let certificate = certificate(input);
    let now = text(input, "time").parse::<AmzDate>().unwrap().timestamp();
    case.check("region", text(input, "region"), roles_anywhere.region());
    // The recorded signature of the key. RSA signatures are deterministic.
    let recorded = expected["signature"].as_str();
    let recorded = recorded.or(expected["valid_signature"].as_str()).unwrap();
    let mut string_to_sign = String::new();
    let request = roles_anywhere
        .request(&certificate, now, |signed| {
            string_to_sign = String::from_utf8(signed.to_vec()).unwrap();
            Ok::<_, Error>(hex::decode(recorded).unwrap())
        })
        .unwrap();
    case.check(
        "string_to_sign",
        text(expected, "string_to_sign"),
        &string_to_sign,
    );
    check_request(case, &request);
    let algorithm = text(expected, "algorithm");
    case.check("algorithm", algorithm, certificate.algorithm());
    let authorization = authorization(&request);
    let prefix = text(expected, "authorization_prefix");
    let whole = format!("{prefix}{recorded}");
    case.check("authorization_prefix", &*whole, authorization);
    let part = |name: &str| {
        let (_, value) = authorization.split_once(name).unwrap();
        value.split(", ").next().unwrap().to_owned()
    };
    case.check(
        "credential",
        text(expected, "credential"),
        &part("Credential="),
    );
    case.check(
        "signed_headers",
        text(expected, "signed_headers"),
        &part("SignedHeaders="),
    );
    if let Some(signature) = expected["signature"].as_str() {
        case.check("signature", signature, &part("Signature="));
        let whole = text(expected, "authorization");
        case.check("authorization", whole, authorization);
        return;
    }
    let invalid = text(&expected["invalid_signatures"], "r||s instead of DER");
    let refused = roles_anywhere.request(&certificate, now, |_| {
        Ok::<_, Error>(hex::decode(invalid).unwrap())
    });
    case.check("r||s instead of DER", true, refused.is_err());
    #[cfg(feature = "sigv4a")]
    p256(case, &roles_anywhere, &certificate, now);
}

fn authorization(request: &Request<String>) -> &str {
    request.headers()["authorization"].to_str().unwrap()
}

fn check_request(case: &mut Case<'_>, request: &Request<String>) {
    let expected = case.expected;
    case.check(
        "method",
        text(expected, "method"),
        request.method().as_str(),
    );
    case.check("url", text(expected, "url"), &request.uri().to_string());
    case.check("body", text(expected, "body"), request.body());
    let host = request.uri().authority().unwrap().as_str();
    let headers = request.headers().iter();
    let headers = headers.filter(|(name, _)| *name != "authorization");
    let headers = headers.map(|(name, value)| [name.as_str(), value.to_str().unwrap()]);
    let mut headers: Vec<[&str; 2]> = headers.chain([["host", host]]).collect();
    headers.sort_unstable();
    case.check("headers", &expected["headers"], &json!(headers));
    let payload = PayloadHash::new(request.body());
    let canonical = CanonicalRequest::new(request, &Rules::GENERIC, payload).unwrap();
    case.check(
        "canonical_request",
        text(expected, "canonical_request"),
        &canonical.to_string(),
    );
}

/// Verifies our signature with the key of the certificate, as the recorded ones are.
#[cfg(feature = "sigv4a")]
fn p256(
    case: &mut Case<'_>,
    roles_anywhere: &RolesAnywhere,
    certificate: &RolesAnywhereCertificate,
    now: countersign::Timestamp,
) {
    use countersign::sigv4::Authorization;
    use countersign::sigv4a::PublicKey;
    use countersign::sources::RolesAnywhereKey;

    let (input, expected) = (case.input, case.expected);
    let pem = text(input, "public_key_pem");
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(base64).unwrap();
    let public_key = PublicKey::from_sec1(&der[der.len() - 65..]).unwrap();
    let verifies = |hex: &str| {
        let header = format!(
            "AWS4-ECDSA-P256-SHA256 Credential=A/20150830/s/aws4_request, SignedHeaders=host, Signature={hex}"
        );
        let parsed = Authorization::parse(&header);
        parsed.is_ok_and(|it| public_key.verifies(text(expected, "string_to_sign"), &it.signature))
    };
    let key = RolesAnywhereKey::from_pem(text(input, "private_key_pkcs8_pem")).unwrap();
    let request = roles_anywhere
        .request(certificate, now, |signed| key.sign(signed))
        .unwrap();
    let (_, signature) = authorization(&request).split_once("Signature=").unwrap();
    case.check("signature", true, verifies(signature));
    let valid = text(expected, "valid_signature");
    case.check("valid_signature", true, verifies(valid));
    for (name, invalid) in expected["invalid_signatures"].as_object().unwrap() {
        case.check(name, false, verifies(invalid.as_str().unwrap()));
    }
}

fn answer(case: &mut Case<'_>) {
    let expected = case.expected;
    let parameters = json!({"parameters": {
        "trust_anchor_arn": "arn:aws:rolesanywhere:eu-west-1:210987654321:trust-anchor/a1",
        "profile_arn": "arn:aws:rolesanywhere:eu-west-1:210987654321:profile/0f",
        "role_arn": "arn:aws:iam::210987654321:role/on-prem",
    }});
    let roles_anywhere = roles_anywhere(&parameters).unwrap();
    let told = match roles_anywhere.read(&response(case.input)) {
        Err(failure) => error(&failure),
        Ok(session) => json!({
            "credentials": credentials(&session.credentials),
            "subject_arn": session.subject_arn,
            "source_identity": session.source_identity,
            "packed_policy_size": session.packed_policy_size,
        }),
    };
    case.check("result", expected, &told);
}
