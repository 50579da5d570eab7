//! For any request: an `authorization` header or query that is parsed is written and parsed again
//! as the same, slices and the types of `http` make the same claim, and it verifies with no other
//! key than the one that signed it, and not with one byte changed.
//!
//! Input: options, the place and the value of the change, the request, signed or not.

#![no_main]

use countersign::verify::{
    PendingVerification, SignatureLocation, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{
    Credentials, PayloadHash, Rules, Service,
    sigv4::{Algorithm, Authorization, QueryAuthorization},
};
use countersign_fuzz::{Message, SECRET, tampered};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[p0, p1, change], text)) = input.split_first_chunk() else {
        return;
    };
    let Some(message) = Message::read(text) else {
        return;
    };
    let header = message
        .headers
        .iter()
        .find(|(name, _)| *name == "authorization");
    let header = header.and_then(|(_, value)| std::str::from_utf8(value).ok());
    let in_header = header.and_then(|text| Authorization::parse(text).ok());
    let in_query = QueryAuthorization::parse(message.query).ok();
    for authorization in in_header
        .iter()
        .chain(in_query.iter().map(|query| &query.authorization))
    {
        let written = authorization.to_header();
        // A query can contain values that no header can.
        let id_and_names = [&authorization.access_key_id, &authorization.signed_headers];
        if id_and_names
            .iter()
            .all(|text| !text.contains([',', ' ', '\t']))
        {
            assert_eq!(Authorization::parse(&written).as_ref(), Ok(authorization));
        }
    }

    let raw = message.raw();
    let claim = SignedRequest::parse_raw(&raw);
    if let Some(request) = message.http("") {
        match (&claim, SignedRequest::parse(&request)) {
            (Ok(slices), Ok(types)) => {
                assert_eq!(said(slices), said(&types));
                assert!(slices.signed_headers().eq(types.signed_headers()));
            }
            // The errors may differ: `HeaderMap` has another order of headers.
            (Err(_), Err(_)) => {}
            (slices, types) => panic!("{slices:?}, but {types:?}"),
        }
    }
    let Ok(claim) = claim else {
        return;
    };
    // The parsers for one header or query agree. For a query they require UTF-8, also of the token.
    let authorization = match claim.form() {
        SignatureLocation::Query => in_query.as_ref().map(|query| {
            assert_eq!(
                (&query.date, query.expires_in),
                (claim.date(), claim.expires_in())
            );
            &query.authorization
        }),
        _ => Some(in_header.as_ref().expect("what the claim was read from")),
    };
    if let Some(authorization) = authorization {
        assert_eq!(claim.access_key_id(), authorization.access_key_id);
        assert_eq!(claim.scope(), &authorization.scope);
        assert!(
            claim
                .signed_headers()
                .eq(authorization.signed_headers.split(';'))
        );
        let signature = authorization.signature.as_str();
        let shown = [message.method, message.path, claim.access_key_id()];
        let said = shown.iter().any(|shown| shown.contains(signature));
        assert!(said || !format!("{claim:?}").contains(signature));
    }

    let own = verify(&message, SECRET);
    let error = verify(&message, "another").expect_err("another key");
    if own.is_ok() {
        assert_eq!(error, VerifyError::SignatureMismatch);
        let changed = tampered(text, u16::from_be_bytes([p0, p1]), change);
        if let Some(changed) = Message::read(&changed)
            && verify(&changed, SECRET).is_ok()
        {
            let signed: Vec<&str> = claim.signed_headers().collect();
            let rules = Rules::of(claim.scope().service());
            assert_eq!(
                message.meaning(&rules, &signed),
                changed.meaning(&rules, &signed)
            );
        }
    }
});

fn said(claim: &SignedRequest<'_>) -> impl PartialEq + std::fmt::Debug {
    (
        claim.access_key_id().to_owned(),
        *claim.scope(),
        *claim.date(),
        claim.form(),
        claim.algorithm(),
        claim.expires_in(),
        claim.session_token().map(|token| token.expose().to_owned()),
    )
}

/// At the right time and place and with the token of the request: only the key is another one.
fn verify(message: &Message<'_>, secret: &str) -> Result<(), VerifyError> {
    let request = message.raw();
    let claim = SignedRequest::parse_raw(&request)?;
    if claim.algorithm() != Algorithm::HmacSha256 {
        return Err(VerifyError::SignatureMismatch);
    }
    let scope = claim.scope();
    let mut credentials = Credentials::new(claim.access_key_id(), secret);
    if let Some(token) = claim.session_token() {
        credentials = credentials.with_session_token(token);
    }
    let key = VerificationKey::derive(&credentials, scope).expect("a secret");
    let region = scope.region().expect("a SigV4 scope");
    // No server has a service such as `aosS`, which gets the rules of `aoss`.
    let Ok(verifier) = Verifier::new(region, Service::from(scope.service())) else {
        return Err(VerifyError::SignatureMismatch);
    };
    match verifier.verify_signature(&claim, &key, claim.date().timestamp())? {
        PendingVerification::Hashed(head) => head.verify(PayloadHash::new(message.body))?,
        PendingVerification::Unsigned(head) => head.accept(),
        PendingVerification::SignedStream(head) => head.into_parts().0,
        PendingVerification::UnsignedStream(head) => head.accept().0,
    };
    Ok(())
}
