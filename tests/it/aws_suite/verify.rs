//! AWS's signing test suite for a server: each signed request verifies, and none with one byte
//! changed in its request line, a signed header or the body.

use ::http::{HeaderName, HeaderValue, Request};
use countersign::PayloadHash;
use countersign::StreamingMode;
use countersign::sigv4::TargetProblem;
use countersign::verify::{
    PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
};

use crate::aws_suite::case::{Case, Form, suite};
use crate::aws_suite::http::Wire;
use crate::aws_suite::{exceptions, report};

#[test]
fn the_v4_suite_verifies_until_a_byte_changes() {
    let counts = run("v4", 1, |case, claim| {
        VerificationKey::derive(&case.credentials(), claim.scope()).unwrap()
    });
    assert_eq!(counts.verified, 76);
    assert!(counts.refused > 20_000, "{}", counts.refused);
}

#[cfg(feature = "sigv4a")]
#[test]
fn the_v4a_suite_verifies_until_a_byte_changes() {
    // ECDSA is slow, so only every 61st byte is changed.
    let counts = run("v4a", 61, |case, _| {
        let credentials = case.credentials();
        let (id, secret_key) = (credentials.access_key_id(), credentials.secret_key());
        let key = countersign::sigv4a::SigningKey::derive(id, secret_key);
        let key = VerificationKey::from_public_key(id, key.unwrap().public_key());
        match credentials.session_token() {
            Some(token) => key.with_session_token(token.clone()),
            None => key,
        }
    });
    assert_eq!(counts.verified, 76);
    assert!(counts.refused > 400, "{}", counts.refused);
}

#[derive(Default)]
struct Counts {
    verified: usize,
    refused: usize,
}

fn run(
    version: &str,
    step: usize,
    key: impl Fn(&Case, &SignedRequest<'_>) -> VerificationKey,
) -> Counts {
    let (mut cases, _) = Case::all(&suite(version));
    let exceptions = exceptions(version);
    let (mut counts, mut failures) = (Counts::default(), String::new());
    for case in &mut cases {
        // Corrected by the exceptions for signing, which have the reasons.
        if exceptions[&case.name]["instead"]["double_encode_path"] == false {
            case.double_encode_path = false;
        }
        for form in Form::BOTH {
            let signed = case.signed_request(form);
            let verify = |wire: &Wire| verify(case, form, wire, &key);
            if let Err(error) = verify(&signed) {
                failures += &format!("{} {form:?}: {error}\n", case.name);
                continue;
            }
            counts.verified += 1;
            for (what, changed) in changes(&signed, step) {
                counts.refused += 1;
                if verify(&changed).is_ok() {
                    failures += &format!("{} {form:?}: good although {what}\n", case.name);
                }
            }
        }
    }
    let Counts { verified, refused } = counts;
    report(&format!(
        "{version}: {verified} signed requests verified, {refused} refused with one byte changed"
    ));
    assert!(failures.is_empty(), "\n{failures}");
    counts
}

fn verify(
    case: &Case,
    form: Form,
    wire: &Wire,
    key: impl Fn(&Case, &SignedRequest<'_>) -> VerificationKey,
) -> Result<(), VerifyError> {
    let Ok(mut request) = Request::builder()
        .method(wire.method.as_str())
        .uri(&wire.target)
        .body(())
    else {
        return Err(VerifyError::InvalidTarget {
            problem: TargetProblem::HttpCharacter,
        });
    };
    *request.headers_mut() = wire.headers.clone();
    let claim = SignedRequest::parse(&request)?;
    // A signature in a header does not cover the access key ID, but the key compares it.
    let key = key(case, &claim);
    // In the suite for v4a the region is a region set. Any region of it works.
    let region = case.region().split(',').next().unwrap();
    let verifier = Verifier::new(region.replace('*', "us-east-1"), case.service(form))
        .unwrap()
        .allow_dot_segments();
    match verifier.verify_signature(&claim, &key, case.now())? {
        PendingVerification::Hashed(head) => head.verify(PayloadHash::new(&wire.body)).map(drop),
        PendingVerification::Unsigned(_) => panic!("the suite signs every payload"),
        PendingVerification::SignedStream(head) => {
            let kind: StreamingMode = head.payload();
            panic!("the suite has no streams: {kind:?}")
        }
        PendingVerification::UnsignedStream(_) => panic!("the suite has no streams"),
    }
}

/// The request with one byte changed, at each place where that changes the meaning.
fn changes(signed: &Wire, step: usize) -> impl Iterator<Item = (String, Wire)> {
    let mut changes: Vec<(String, Wire)> = Vec::new();
    let text_changes = |text: &str| -> Vec<String> {
        let visible = (0..text.len()).filter(|&i| text.as_bytes()[i].is_ascii_graphic());
        visible.map(|i| changed(text, i)).collect()
    };
    for method in text_changes(&signed.method) {
        changes.push((
            format!("the method is {method}"),
            Wire {
                method,
                ..signed.clone()
            },
        ));
    }
    let (path, query) = signed
        .target
        .split_once('?')
        .unwrap_or((&signed.target, ""));
    // A change in a segment that is removed has no effect.
    let paths = match path.contains("/.") || path.contains("//") {
        true => vec![format!("{path}x"), format!("/x{path}")],
        false => text_changes(&path[1..])
            .into_iter()
            .map(|rest| format!("/{rest}"))
            .collect(),
    };
    let with_query = |path: &str, query: &str| match query {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    };
    let targets = paths.iter().map(|path| with_query(path, query));
    let targets = targets.chain(
        text_changes(query)
            .into_iter()
            .map(|query| with_query(path, &query)),
    );
    let longer = [format!("{path}x"), format!("{path}?{query}&x=1")];
    for target in targets.chain(longer.map(|target| target.replace("?&", "?"))) {
        changes.push((
            format!("the target is {target}"),
            Wire {
                target,
                ..signed.clone()
            },
        ));
    }
    for (name, value) in headers(signed) {
        for i in 0..value.len() {
            if !value[i].is_ascii_graphic() {
                continue;
            }
            let mut other = value.clone();
            other[i] = next(other[i]);
            let mut wire = signed.clone();
            replace(&mut wire, &name, &value, &other);
            changes.push((
                format!("{name} is {}", String::from_utf8_lossy(&other)),
                wire,
            ));
        }
    }
    for i in 0..=signed.body.len() {
        let mut wire = signed.clone();
        match wire.body.get_mut(i) {
            Some(byte) => *byte ^= 1,
            None => wire.body.push(b'x'),
        }
        changes.push((format!("byte {i} of the body is another"), wire));
    }
    changes.into_iter().step_by(step)
}

/// The signed headers and the signature.
fn headers(signed: &Wire) -> Vec<(HeaderName, Vec<u8>)> {
    let text = format!(
        "{:?} {}",
        signed.headers.get("authorization"),
        signed.target
    );
    let list = text.split("SignedHeaders=").nth(1).unwrap();
    let list = list.split([',', '&']).next().unwrap().replace("%3B", ";");
    let names: Vec<&str> = list.split(';').collect();
    let all = signed.headers.iter();
    all.filter(|(name, _)| *name == "authorization" || names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.as_bytes().to_vec()))
        .collect()
}

/// Replaces one value of a header that may be repeated.
fn replace(wire: &mut Wire, name: &HeaderName, value: &[u8], other: &[u8]) {
    let values: Vec<HeaderValue> = wire.headers.get_all(name).iter().cloned().collect();
    wire.headers.remove(name);
    let mut done = false;
    for old in values {
        let this = !done && old.as_bytes() == value;
        done |= this;
        let new = if this {
            HeaderValue::from_bytes(other).unwrap()
        } else {
            old
        };
        wire.headers.append(name.clone(), new);
    }
}

fn changed(text: &str, i: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[i] = next(bytes[i]);
    String::from_utf8(bytes).unwrap()
}

/// Another character of the same kind: a digit, a letter of the same case, or another visible byte.
fn next(byte: u8) -> u8 {
    match byte {
        b'0'..=b'8' | b'a'..=b'y' | b'A'..=b'Y' => byte + 1,
        b'9' => b'0',
        b'z' => b'a',
        b'Z' => b'A',
        _ => b'x',
    }
}
