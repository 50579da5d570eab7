//! What can be signed at all is verified, and not with another path.

#![no_main]

use arbitrary::Arbitrary;
use countersign::verify::{AccessKey, Head, SignedRequest, Verifier, VerifyError};
use countersign::{Credentials, PayloadHash, RawRequest, Service, Signer};
use libfuzzer_sys::fuzz_target;
use time::macros::datetime;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    s3: bool,
    token: bool,
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: Vec<(&'a str, &'a [u8])>,
    body: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let now = datetime!(2026-01-02 03:04:05 UTC);
    let service = if input.s3 { "s3" } else { "service" };
    let mut credentials = Credentials::new("AKIDEXAMPLE", "secret");
    if input.token {
        credentials = credentials.with_session_token("token/+==");
    }
    let mut headers = vec![("host", &b"example.com"[..])];
    headers.extend(&input.headers);
    let request = RawRequest {
        method: input.method,
        path: input.path,
        query: input.query,
        headers: &headers,
    };
    let signer = Signer::new(credentials.clone(), "us-east-1", service);
    let payload = PayloadHash::of(input.body);
    let Ok(added) = signer.sign_raw(&request, payload, now) else {
        return;
    };
    let mut sent: Vec<(&str, &[u8])> =
        headers.iter().copied().filter(|(name, _)| !added.replaces(name)).collect();
    sent.extend(added.iter().map(|(name, value)| (name, value.as_bytes())));

    let verify = |path: &str| -> Result<(), VerifyError> {
        let received = RawRequest { path, headers: &sent, ..request };
        let claim = SignedRequest::parse_raw(&received)?;
        let key = AccessKey::derive(&credentials, claim.scope());
        let verifier = Verifier::new("us-east-1", Service::from(service));
        match verifier.verify_head(&claim, &key, now)? {
            Head::Hashed(head) => head.verify(payload).map(drop),
            Head::Unsigned(_) | Head::Streaming(_) => panic!("the hash was signed"),
        }
    };
    verify(input.path).expect("what was signed");
    verify(&format!("{}/x", input.path)).expect_err("another path");
});
