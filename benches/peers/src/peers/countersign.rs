//! countersign in each of its forms.

use bytes::Bytes;
use countersign::verify::VerificationKey;
use countersign::{
    Credentials, PayloadHash, RawRequest, Signer, Timestamp, sigv4::CredentialScope, sigv4a,
};
use http::Request;

use crate::truth;
use crate::work::{DATETIME, Payload, REGION, SECONDS, Work};

pub mod cold;
pub mod presigner;
pub mod slices;
pub mod typed;

type Headers<'a> = Vec<(&'a str, &'a [u8])>;

fn signer(work: &Work) -> Signer {
    Signer::new(credentials(work), REGION, work.service).unwrap()
}

fn asymmetric_signer(work: &Work) -> sigv4a::Signer {
    sigv4a::Signer::new(credentials(work), REGION, work.service).unwrap()
}

fn credentials(work: &Work) -> Credentials {
    let identity = work.identity;
    let credentials = Credentials::new(identity.access_key_id, identity.secret_key);
    match identity.session_token {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    }
}

/// The key that a server has looked up.
fn access_key(work: &Work) -> VerificationKey {
    let scope = truth::scope(work, DATETIME)
        .parse::<CredentialScope>()
        .expect("a scope");
    VerificationKey::derive(&credentials(work), &scope).expect("a secret")
}

fn payload(work: &Work) -> PayloadHash {
    let body = work.request.body();
    match work.payload {
        Payload::Unsigned => PayloadHash::Unsigned,
        Payload::Hashed if body.is_empty() => PayloadHash::EMPTY,
        Payload::Hashed => PayloadHash::new(body),
    }
}

/// The headers as slices. They include the host, as a path contains none.
fn raw_headers<'a>(work: &'a Work, request: &'a Request<Bytes>) -> Headers<'a> {
    let own = request.headers().iter();
    let own = own.map(|(name, value)| (name.as_str(), value.as_bytes()));
    own.filter(|(name, _)| *name != "host")
        .chain([("host", work.host().as_bytes())])
        .collect()
}

fn raw<'a>(request: &'a Request<Bytes>, headers: &'a Headers<'a>) -> RawRequest<'a> {
    RawRequest {
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        headers,
    }
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(SECONDS)
}
