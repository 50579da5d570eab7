//! Browser uploads: the exact text of a policy, its signature, and all fields of the form.

use std::collections::BTreeMap;

use countersign::Timestamp;
use countersign::post_policy::{PolicyError, PostPolicy, SignedPost, Upload};
use countersign::verify::{VerificationKey, Verifier};
use countersign::{Credentials, Signer};
use serde_json::Value;

use crate::report::Case;
use crate::sigv4::{credentials, now, text};

pub fn run(case: &mut Case<'_>) {
    let input = case.input;
    let (region, service) = (text(input, "region"), text(input, "service"));
    let (now, credentials) = (now(input), credentials(input));
    let signer = Signer::new(credentials.clone(), region.to_owned(), service.to_owned()).unwrap();
    let policy = text(input, "policy_json");
    let form = match signer.sign_post_text(policy, now) {
        Ok(form) => form,
        Err(error) => return case.fail(format!("refused: {error}")),
    };
    let signature = text(case.expected, "signature");
    case.check("signature", signature, form.signature().as_str());
    let added: BTreeMap<&str, &str> = form.fields().collect();
    case.check("signature field", signature, added["x-amz-signature"]);
    let base64 = text(case.expected, "policy_base64");
    case.check("policy_base64", base64, added["policy"]);

    let mut fields: Vec<(&str, &str)> = Vec::new();
    if let Some(extra) = input["extra_fields"].as_object() {
        fields.extend(
            extra
                .iter()
                .map(|(name, value)| (&name[..], value.as_str().unwrap())),
        );
    }
    fields.extend(input["key"].as_str().map(|key| ("key", key)));
    fields.extend(form.fields());
    if let Some(expected) = case.expected["fields"].as_object() {
        let expected: BTreeMap<&str, &str> = expected
            .iter()
            .map(|(name, value)| (&name[..], value.as_str().unwrap()))
            .collect();
        case.check("fields", expected, fields.iter().copied().collect());
        verified(case, &fields, &credentials, now);
    }
    if let Some(url) = case.expected["url"].as_str() {
        // An endpoint. The caller chooses it, and it is not signed.
        case.check(
            "url",
            true,
            url.starts_with("https://sigv4examplebucket.s3."),
        );
    }
    built(case, &signer, input, &credentials, now);
}

/// Verifies the form: the signature is right in all cases, but only two of the forms have all
/// fields that their policies require.
fn verified(
    case: &mut Case<'_>,
    fields: &[(&str, &str)],
    credentials: &Credentials,
    now: Timestamp,
) {
    let claim = SignedPost::parse(fields).unwrap();
    let key = VerificationKey::derive(credentials, claim.scope()).unwrap();
    let verifier = Verifier::new(
        text(case.input, "region"),
        text(case.input, "service").to_owned(),
    )
    .unwrap();
    let upload = Upload {
        bucket: "sigv4examplebucket",
        file_name: "a.png",
        file_length: 1024,
    };
    let said = match claim.verify(&verifier, &key, &upload, now) {
        Ok(_) => "verified",
        Err(PolicyError::Signature(_)) => "not signed",
        Err(_) => "signed, and outside its policy",
    };
    let expected = match text(case.case, "id") {
        "post-policy-v001" | "post-policy-v005" => "verified",
        _ => "signed, and outside its policy",
    };
    case.check("verified", expected, said);
}

/// A policy that is built has the same fields, except for its text and its signature.
fn built(
    case: &mut Case<'_>,
    signer: &Signer,
    input: &Value,
    credentials: &Credentials,
    now: Timestamp,
) {
    let Some(key) = input["key"].as_str() else {
        return;
    };
    let mut policy = PostPolicy::new(
        "sigv4examplebucket",
        now + std::time::Duration::from_secs(3600),
    );
    policy = match key.strip_suffix("${filename}") {
        Some(prefix) => policy.require_prefix("key", prefix),
        None => policy.require_eq("key", key),
    };
    let extra: Vec<(&str, &str)> = input["extra_fields"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (&name[..], value.as_str().unwrap()))
        .collect();
    for (name, value) in &extra {
        policy = policy.require_eq(*name, *value);
    }
    let form = signer.sign_post(&policy, [("key", key)], now).unwrap();
    let unsigned = |(name, _): &(&str, &str)| !["policy", "x-amz-signature"].contains(name);
    let expected: BTreeMap<&str, &str> = case.expected["fields"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (&name[..], value.as_str().unwrap()))
        .filter(unsigned)
        .collect();
    case.check(
        "fields of a policy that was built",
        expected,
        form.fields().filter(unsigned).collect(),
    );
    let fields: Vec<(&str, &str)> = form.fields().collect();
    let claim = SignedPost::parse(&fields).unwrap();
    let access_key = VerificationKey::derive(credentials, claim.scope()).unwrap();
    let verifier = Verifier::new(text(input, "region"), text(input, "service").to_owned()).unwrap();
    let upload = Upload {
        bucket: "sigv4examplebucket",
        file_name: "C:\\photos\\a.png",
        file_length: 1024,
    };
    let verified = claim.verify(&verifier, &access_key, &upload, now).unwrap();
    case.check(
        "key",
        key.replace("${filename}", "a.png").as_str(),
        verified.key(),
    );
}
