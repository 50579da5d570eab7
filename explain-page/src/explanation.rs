//! The explanation of pasted text, as JSON for the page.

use countersign::explain::{Diagnosis, Difference, Explainer};
use countersign::verify::SignedRequest;
use countersign::{PayloadHash, SecretKey, service_of_host};
use http::Request;
use serde_json::{Value, json};

use crate::paste::{self, Received, Sent};

/// Explains a JSON object with the strings `request`, `response` and `secret`, of which the last two
/// may be empty. Returns a JSON object with either `problem` or the explanation.
pub fn explain(input: &str) -> String {
    let input: Value = serde_json::from_str(input).unwrap_or_default();
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    let explanation = explained(text("request"), text("response"), text("secret"));
    let explanation = explanation.unwrap_or_else(|problem| json!({ "problem": problem }));
    explanation.to_string()
}

fn explained(request: &str, response: &str, secret: &str) -> Result<Value, String> {
    if request.trim().is_empty() {
        return Err("Paste the request first.".into());
    }
    let Sent { request, body } = paste::request(request)?;
    let mut explainer = Explainer::new(&request, service_of(&request));
    if let Some(body) = body {
        explainer = explainer.with_payload(PayloadHash::new(body));
    }
    if !secret.is_empty() {
        explainer = explainer.with_secret_key(SecretKey::from(secret));
    }
    let diagnosis = if response.trim().is_empty() {
        explainer.check()
    } else {
        match paste::response(response)? {
            Received::Response(response) => explainer.response(&response),
            Received::Body(body) => explainer.error_body(body),
        }
        .map_err(|error| format!("The {error}."))?
    };
    let canonical = explainer.canonical_request().ok();
    let to_sign = explainer.string_to_sign().ok();
    Ok(json!({
        "code": diagnosis.code(),
        "findings": findings(&diagnosis),
        "canonicalRequest": canonical.as_ref().map(ToString::to_string),
        "stringToSign": to_sign.as_ref().map(ToString::to_string),
    }))
}

/// The service that the request was signed for, else that of its host.
fn service_of(request: &Request<()>) -> String {
    if let Ok(signed) = SignedRequest::parse(request) {
        return signed.scope().service().to_owned();
    }
    let host = request
        .headers()
        .get("host")
        .and_then(|host| host.to_str().ok());
    let service = host.and_then(service_of_host);
    service.map_or("s3", |known| known.service()).to_owned()
}

fn findings(diagnosis: &Diagnosis) -> Vec<Value> {
    let findings = diagnosis.findings().iter();
    let findings = findings.map(|finding| {
        json!({
            "cause": finding.cause().to_string(),
            "advice": finding.cause().advice(),
            "difference": finding.difference().map(difference),
        })
    });
    findings.collect()
}

fn difference(line: &Difference) -> Value {
    let (signed, received) = (line.signed(), line.received());
    // The hidden values differ, so there is no character to mark.
    let hidden = line.position().is_none();
    let [signed, received] = if hidden {
        [[signed, "", ""], [received, "", ""]]
    } else {
        marked(signed, received)
    };
    json!({ "part": line.part(), "signed": signed, "received": received, "hidden": hidden })
}

/// Splits each text into what comes before the difference, the difference, and what comes after.
fn marked<'t>(a: &'t str, b: &'t str) -> [[&'t str; 3]; 2] {
    let same = |(a, b): &(char, char)| a == b;
    let length = |(a, _): (char, char)| a.len_utf8();
    let before = a.chars().zip(b.chars()).take_while(same).map(length).sum();
    let ends = a[before..].chars().rev().zip(b[before..].chars().rev());
    let after: usize = ends.take_while(same).map(length).sum();
    [a, b].map(|text| {
        let end = text.len() - after;
        [&text[..before], &text[before..end], &text[end..]]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_that_differ_are_marked() {
        let cases = [
            (
                "host:a.example",
                "host:b.example",
                ["host:", "a", ".example"],
                ["host:", "b", ".example"],
            ),
            (
                "/a%20b",
                "/a%2520b",
                ["/a%2", "", "0b"],
                ["/a%2", "52", "0b"],
            ),
            ("", "x", ["", "", ""], ["", "x", ""]),
            ("äb", "ab", ["", "ä", "b"], ["", "a", "b"]),
            ("aa", "aaa", ["aa", "", ""], ["aa", "a", ""]),
        ];
        for (signed, received, left, right) in cases {
            assert_eq!(marked(signed, received), [left, right]);
        }
    }

    #[test]
    fn nothing_pasted_is_not_a_panic() {
        for input in ["", "null", "[]", "{}", r#"{"request":" "}"#] {
            assert_eq!(explain(input), r#"{"problem":"Paste the request first."}"#);
        }
    }

    #[test]
    fn a_request_without_a_signature_is_explained() {
        let input = json!({ "request": "GET /key HTTP/1.1\nhost: bucket.s3.amazonaws.com" });
        let output: Value = serde_json::from_str(&explain(&input.to_string())).unwrap();
        assert_eq!(
            output["findings"][0]["cause"],
            "The request has no signature."
        );
        assert_eq!(output["canonicalRequest"], Value::Null);
    }
}
