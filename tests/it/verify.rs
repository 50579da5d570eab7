//! How requests are parsed and verified, and the error responses.

mod aws_codes;
mod error_response;
mod key;
mod payload;
mod signed_request;

use countersign::verify::{
    PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{Credentials, PayloadHash, Signer};
use http::{HeaderMap, HeaderValue, Request};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);

/// The SHA-256 hash of no bytes.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn signer(service: &'static str) -> Signer {
    Signer::new(credentials(), "us-east-1", service).unwrap()
}

fn get(uri: &str) -> Request<()> {
    Request::get(uri).body(()).unwrap()
}

/// A request as a server receives it: the host is in a header, not in the URI.
fn sent(target: &str, headers: &HeaderMap) -> Request<()> {
    let mut request = Request::get(target).body(()).unwrap();
    request
        .headers_mut()
        .insert("host", HeaderValue::from_static("h.example"));
    request.headers_mut().extend(headers.clone());
    request
}

fn verify(
    service: &'static str,
    request: &Request<()>,
    now: OffsetDateTime,
) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse(request)?;
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    match Verifier::new("us-east-1", service)
        .unwrap()
        .verify_signature(&claim, &key, now)?
    {
        PendingVerification::Hashed(head) => head.verify(PayloadHash::EMPTY).map(drop),
        PendingVerification::Unsigned(_)
        | PendingVerification::SignedStream(_)
        | PendingVerification::UnsignedStream(_) => Ok(()),
    }
}
