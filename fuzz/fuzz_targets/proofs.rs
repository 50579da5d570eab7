//! What a check of a caller-identity proof passes is a harmless `GetCallerIdentity` request to an
//! allowed host, with this server's audience among its signed headers. A proof for this server
//! passes, and verifies by STS's rules. One for another server does not.
//!
//! Input: options, the place and the value of the change, and an audience, a URL or a request.

#![no_main]

use std::time::Duration;

use countersign::Timestamp;
use countersign::tokens::caller_identity::{self, ProofCheck};
use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, PayloadHash};
use countersign_fuzz::{
    ID, Message, NOW, REGION, SECRET, TOKEN, credentials, parameters, tampered, text_of,
};
use http::{HeaderName, HeaderValue, Method, Request};
use libfuzzer_sys::fuzz_target;

const HOSTS: [&str; 2] = ["sts.amazonaws.com", "sts.us-east-1.amazonaws.com"];
const AUDIENCE: HeaderName = HeaderName::from_static("x-audience");
const QUERY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const FORM: &str = "application/x-www-form-urlencoded";

fuzz_target!(|input: &[u8]| {
    let Some((&[options, p0, p1, change], text)) = input.split_first_chunk() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let credentials = credentials(options & 8 != 0);
    let host = HOSTS[usize::from(options >> 4) % 2];
    let place = u16::from_be_bytes([p0, p1]);
    let own = Some(("x-audience", text));
    match options % 4 {
        0 => {
            let proof = caller_identity::presigned(&credentials, REGION, host, own, NOW);
            let Ok(proof) = proof else {
                return;
            };
            assert!(!format!("{proof:?}").contains(SECRET));
            let passes = |url: &str, audience: &str| {
                let passed = check(audience).presigned(url, NOW).ok()?.into_request();
                harmless(&passed, audience);
                Some(passed)
            };
            let passed = passes(proof.expose(), text).expect("a proof for this server");
            assert!(verifies(&passed, &credentials));
            // The URL does not contain the server, so STS must refuse it.
            let other = passes(proof.expose(), "another").expect("a proof for some server");
            assert_eq!(verifies(&other, &credentials), text == "another");
            let changed = tampered(proof.expose().as_bytes(), place, change);
            if let Ok(changed) = std::str::from_utf8(&changed)
                && let Some(changed) = passes(changed, text)
                && verifies(&changed, &credentials)
            {
                assert_eq!(changed.uri().host(), passed.uri().host());
            }
        }
        1 => {
            let proof = caller_identity::signed(&credentials, REGION, host, own, NOW);
            let Ok(proof) = proof else {
                return;
            };
            let mut request = Request::post(proof.url());
            for (name, value) in proof.expose_headers() {
                request = request.header(name, value);
            }
            let request = request.body(proof.body().as_bytes().to_vec());
            let request = request.expect("a request");
            let passed = passes(&request, text).expect("a proof for this server");
            assert!(verifies(&passed, &credentials));
            assert_eq!(passes(&request, "another").is_some(), text == "another");
            let changed = tampered(&text_of(&request), place, change);
            if let Some(changed) = read(&changed, host)
                && let Some(changed) = passes(&changed, text)
                && verifies(&changed, &credentials)
            {
                let same = |name: &str| {
                    let values =
                        [&changed, &passed].map(|request| request.headers().get(name).cloned());
                    values[0] == values[1]
                };
                assert!(same("x-audience") && same("x-amz-date"));
                assert_eq!(changed.body(), passed.body());
            }
        }
        2 => {
            if let Ok(proof) = check("own").presigned(text, NOW) {
                harmless(&proof.into_request(), "own");
            }
        }
        _ => {
            if let Some(request) = read(text.as_bytes(), host) {
                passes(&request, "own");
            }
        }
    }
});

fn check(audience: &str) -> ProofCheck {
    let audience = HeaderValue::from_str(audience).expect("it was signed");
    ProofCheck::new(HOSTS, (AUDIENCE, audience))
}

fn read(text: &[u8], host: &str) -> Option<Request<Vec<u8>>> {
    Message::read(text)?.http(&format!("https://{host}"))
}

fn passes(request: &Request<Vec<u8>>, audience: &str) -> Option<Request<&'static str>> {
    let passed = check(audience).signed(request, NOW).ok()?;
    assert!(!format!("{passed:?}").contains(TOKEN));
    let passed = passed.into_request();
    harmless(&passed, audience);
    Some(passed)
}

/// Verifies by STS's rules.
fn verifies(request: &Request<&'static str>, credentials: &Credentials) -> bool {
    let Ok(claim) = SignedRequest::parse(request) else {
        return false;
    };
    if claim.access_key_id() != ID {
        return false;
    }
    let key = VerificationKey::derive(credentials, claim.scope()).expect("a secret");
    let verifier = Verifier::new(REGION, "sts").expect("a region");
    match verifier.verify_signature(&claim, &key, NOW) {
        Ok(PendingVerification::Hashed(head)) => {
            head.verify(PayloadHash::new(request.body())).is_ok()
        }
        _ => false,
    }
}

fn harmless(request: &Request<&'static str>, audience: &str) {
    let uri = request.uri();
    assert_eq!((uri.scheme_str(), uri.path()), (Some("https"), "/"));
    assert!(HOSTS.contains(&uri.authority().expect("a host").as_str()));
    let query = uri.query().unwrap_or_default();
    let parameters = parameters(query);
    let value = |wanted: &str| {
        let is = |name: &[u8]| name.eq_ignore_ascii_case(wanted.as_bytes());
        let mut found = parameters.iter().filter(|(name, _)| is(name));
        let first = found
            .next()
            .map(|(_, value)| String::from_utf8(value.clone()).expect("text"));
        assert!(found.next().is_none(), "{wanted} twice");
        first
    };
    let presigned = query.contains("X-Amz-Signature");
    match (request.method(), query, *request.body()) {
        (&Method::POST, "", body) => assert_eq!(body, QUERY),
        (&Method::POST | &Method::GET, QUERY, "") => {}
        (&Method::GET, _, "") => {
            assert!(presigned);
            assert_eq!(value("Action").as_deref(), Some("GetCallerIdentity"));
            assert_eq!(value("Version").as_deref(), Some("2011-06-15"));
            let own = |name: &[u8]| {
                name == b"Action" || name == b"Version" || name.starts_with(b"X-Amz-")
            };
            assert!(parameters.iter().all(|(name, _)| own(name)));
        }
        other => panic!("{other:?}"),
    }

    let header = |name: &str| {
        let mut values = request.headers().get_all(name).iter();
        let first = values
            .next()
            .map(|value| value.to_str().expect("text").to_owned());
        assert!(values.next().is_none(), "{name} twice");
        first
    };
    assert_eq!(
        header("x-audience").expect("this server").trim(),
        audience.trim()
    );
    let (credential, signed, date) = match header("authorization") {
        None => (
            value("X-Amz-Credential").expect("a claim"),
            value("X-Amz-SignedHeaders").expect("a claim"),
            value("X-Amz-Date").expect("a claim"),
        ),
        Some(authorization) => {
            assert!(!presigned);
            let part = |name: &str| {
                let mut parts = authorization.split([',', ' ', '\t']);
                let value = parts.find_map(|part| part.strip_prefix(name));
                value.expect("a claim").to_owned()
            };
            let date = header("x-amz-date").expect("a claim");
            (
                part("Credential="),
                part("SignedHeaders="),
                date.trim().to_owned(),
            )
        }
    };
    let signed: Vec<&str> = signed.split(';').collect();
    assert!(signed.contains(&"x-audience") && signed.contains(&"host"));
    assert!(credential.ends_with("/sts/aws4_request"), "{credential}");
    let digits = |at: usize| -> u64 { date[at..at + 2].parse().expect("digits") };
    let iso = format!(
        "{}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        &date[..4],
        digits(4),
        digits(6),
        digits(9),
        digits(11),
        digits(13)
    );
    let date: Timestamp = iso.parse().expect("a date");
    let now = Timestamp::from(NOW);
    assert!(now - Duration::from_secs(900) <= date && date <= now + Duration::from_secs(300));
    for (name, value) in request.headers() {
        let name = name.as_str();
        assert!(
            name == "authorization" || signed.contains(&name),
            "{name} is not signed"
        );
        match name {
            "authorization" | "x-audience" | "x-amz-date" | "x-amz-security-token" => {}
            "content-length" => assert_eq!(value, &request.body().len().to_string()),
            "content-type" => {
                let value = value.to_str().expect("text").to_ascii_lowercase();
                assert!(value.starts_with(FORM));
            }
            "x-amz-content-sha256" => assert_eq!(value.len(), 64),
            // These change at most the format of the response.
            "accept" | "accept-encoding" | "accept-language" | "user-agent"
            | "x-amz-user-agent" => {}
            _ if name.starts_with("amz-sdk-") || name.starts_with("aws-sdk-") => {}
            _ => panic!("{name} is passed on"),
        }
    }
}
