//! A signed request verifies, in slices and in the types of `http`, and with one byte changed only
//! if that byte has no meaning.
//!
//! Input: options, the place and the value of the change, the request.

#![no_main]

use countersign::verify::{SignedRequest, VerificationKey, VerifyError};
use countersign::{Credentials, PayloadHash, Rules, Signer};
use countersign_fuzz::{
    ID, Message, NOW, REGION, SECRET, TOKEN, credentials, says, service, tampered, verify,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[options, p0, p1, change], text)) = input.split_first_chunk() else {
        return;
    };
    let message = Message::read(text).filter(|message| !message.repeats_itself());
    let Some(message) = message else {
        return;
    };
    let (service, unsigned) = (service(options), options & 16 != 0);
    let credentials = credentials(options & 8 != 0);
    let signer = Signer::new(credentials.clone(), REGION, service).unwrap();
    let payload = if unsigned {
        PayloadHash::Unsigned
    } else {
        PayloadHash::new(message.body)
    };
    let Ok(added) = signer.sign_raw(&message.raw(), payload, NOW) else {
        return;
    };
    let mut sent = message.clone();
    sent.headers.retain(|(name, _)| !added.replaces(name));
    sent.headers
        .extend(added.iter().map(|(name, value)| (name, value.as_bytes())));
    verify_by(&sent, service, &credentials, unsigned).expect("what was signed");

    // Signing again changes nothing.
    let again = signer
        .sign_raw(&sent.raw(), payload, NOW)
        .expect("once more");
    assert_eq!(again.signature(), added.signature());
    // The types of `http` get the same signature.
    if let Some(mut request) = message.http("") {
        let signature = signer
            .sign(&mut request, payload, NOW)
            .expect("what slices can sign");
        assert_eq!(&signature, added.signature());
        let claim = SignedRequest::parse(&request).expect("what was signed");
        assert_eq!(claim.access_key_id(), ID);
        let printed = format!("{request:?} {claim:?} {signer:?} {added:?}");
        for secret in [SECRET, TOKEN, signature.as_str()] {
            // Unless the request itself contains it elsewhere.
            let said = says(text, secret) > 0;
            assert!(said || !printed.contains(secret), "{printed}");
        }
    }

    // Another key, another token or another body is refused.
    for other in [
        Credentials::new(ID, "secret"),
        credentials.clone().with_session_token("other"),
    ] {
        verify_by(&sent, service, &other, unsigned).expect_err("other credentials");
    }
    if !unsigned {
        let body = [message.body, b"x"].concat();
        let more = Message {
            body: &body,
            ..sent.clone()
        };
        verify_by(&more, service, &credentials, unsigned).expect_err("another body");
    }
    let wire = sent.write();
    let changed = tampered(&wire, u16::from_be_bytes([p0, p1]), change);
    if let Some(changed) = Message::read(&changed)
        && verify_by(&changed, service, &credentials, unsigned).is_ok()
    {
        let claim = SignedRequest::parse_raw(&sent.raw()).expect("what was signed");
        let signed: Vec<&str> = claim.signed_headers().collect();
        let rules = Rules::of(service);
        assert_eq!(
            sent.meaning(&rules, &signed),
            changed.meaning(&rules, &signed)
        );
        assert!(unsigned || sent.body == changed.body);
    }
});

/// Verifies with the key of these credentials, if the claim has their access key ID.
fn verify_by(
    message: &Message<'_>,
    service: &str,
    credentials: &Credentials,
    unsigned: bool,
) -> Result<(), VerifyError> {
    let request = message.raw();
    let claim = SignedRequest::parse_raw(&request)?;
    if claim.access_key_id() != credentials.access_key_id() {
        return Err(VerifyError::UnknownAccessKeyId);
    }
    let key = VerificationKey::derive(credentials, claim.scope()).expect("a secret");
    verify(message, service, &key, unsigned)
}
