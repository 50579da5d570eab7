//! A request that arrived as it was signed has no cause. One that no longer verifies has a cause.
//! No secret is printed, whatever is explained and whatever the server responded.
//!
//! Input: options, the place and the value of the change, the request. Its body is also the
//! response.

#![no_main]

use std::time::Duration;

use countersign::explain::{Cause, Diagnosis, Explainer};
use countersign::verify::{
    PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{Credentials, PayloadHash, SecretKey, Service, Signer};
use countersign_fuzz::{Message, NOW, REGION, SECRET, TOKEN, credentials, says, service, tampered};
use http::{Request, Response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[options, p0, p1, change], text)) = input.split_first_chunk() else {
        return;
    };
    let message = Message::read(text).filter(|message| !message.repeats_itself());
    let Some(message) = message else {
        return;
    };
    let service = Service::from(service(options));
    let (unsigned, presigned) = (options & 16 != 0, options & 32 != 0);
    let credentials = credentials(options & 8 != 0);
    let signer = Signer::new(credentials.clone(), REGION, service.clone()).unwrap();
    let payload = if unsigned {
        PayloadHash::Unsigned
    } else {
        PayloadHash::new(message.body)
    };
    let Some((wire, signature)) = sign(&message, &signer, payload, presigned) else {
        return;
    };
    let sent = Message::read(&wire).expect("what was written");
    let Some(request) = sent.http("") else {
        return;
    };
    verify(&request, &service, &credentials, unsigned).expect("what was signed");
    let changed = tampered(&wire, u16::from_be_bytes([p0, p1]), change);
    // A changed byte can turn other text into a secret.
    let said = |secret| says(text, secret) > 0 || says(&changed, secret) > says(&wire, secret);
    let hidden = |diagnosis: &Diagnosis| {
        let shown = format!("{diagnosis} {diagnosis:?} {diagnosis:#?}");
        for secret in [SECRET, TOKEN, signature.as_str()] {
            assert!(said(secret) || !shown.contains(secret), "{shown}");
        }
        assert!(said(SECRET) || !diagnosis.expose().contains(SECRET));
    };

    // The request as it was signed.
    let hash = PayloadHash::new(message.body);
    let described = |request| Explainer::new(request, &service).with_payload(hash);
    let ours = described(&request)
        .with_captured_payload(hash)
        .with_secret_key(SecretKey::from(SECRET));
    for diagnosis in [
        ours.captured(&request),
        ours.check(),
        described(&request).check(),
    ] {
        // A host of another service refuses the request, also if it is signed correctly.
        let other_host = matches!(diagnosis.cause(), Some(Cause::OtherHost { .. }));
        assert!(other_host || diagnosis.cause().is_none(), "{diagnosis}");
    }
    let success = ours.response(&Response::new(message.body));
    assert_eq!(success.expect("success").cause(), None);
    for shown in [ours.canonical_request(), ours.string_to_sign()] {
        let shown = shown.expect("what was signed");
        let shown = format!("{shown} {shown:?} {ours:?}");
        assert!(said(SECRET) || !shown.contains(SECRET));
        assert!(said(TOKEN) || !shown.contains(TOKEN));
    }

    // With one byte changed.
    let captured = Message::read(&changed).and_then(|changed| changed.http(""));
    if let Some(captured) = captured {
        let theirs =
            Explainer::new(&captured, &service).with_payload(PayloadHash::new(captured.body()));
        let compared = described(&request).with_captured_payload(PayloadHash::new(captured.body()));
        let diagnosis = compared.captured(&captured);
        hidden(&diagnosis);
        let verified = verify(&captured, &service, &credentials, unsigned);
        assert!(
            verified.is_ok() || diagnosis.cause().is_some(),
            "{captured:?}"
        );
        // The response of S3, with the text that it calculated.
        if let (Err(VerifyError::SignatureMismatch), Some(answer)) = (verified, mismatch(&theirs))
            && let Ok(diagnosis) = ours.error_body(answer)
        {
            hidden(&diagnosis);
            assert!(diagnosis.cause().is_some(), "{captured:?}");
        }
        hidden(&theirs.with_secret_key(SecretKey::from(SECRET)).check());
    }

    // Any response.
    let sides = [described(&request), ours];
    for status in [403, 400] {
        let mut response = Response::new(message.body);
        *response.status_mut() = status.try_into().expect("a status");
        *response.headers_mut() = request.headers().clone();
        for side in &sides {
            if let Ok(diagnosis) = side.response(&response) {
                hidden(&diagnosis);
            }
        }
    }
});

fn mismatch(received: &Explainer) -> Option<String> {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let canonical_request = received.canonical_request().ok()?;
    let string_to_sign = received.string_to_sign().ok()?;
    Some(format!(
        "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{}</StringToSign>\
         <CanonicalRequest>{}</CanonicalRequest></Error>",
        escaped(string_to_sign.expose()),
        escaped(canonical_request.expose()),
    ))
}

/// The request as it is sent, and its signature.
fn sign(
    message: &Message<'_>,
    signer: &Signer,
    payload: PayloadHash,
    presigned: bool,
) -> Option<(Vec<u8>, String)> {
    if presigned {
        let hour = Duration::from_secs(3600);
        let url = signer
            .presign_raw_with_payload(&message.raw(), payload, hour, NOW)
            .ok()?;
        let (path, query) = url.path_and_query().split_once('?')?;
        let host = message.headers.iter().find(|(name, _)| *name == "host")?;
        let headers = url
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()));
        let headers = std::iter::once(*host).chain(headers).collect();
        let sent = Message {
            path,
            query,
            headers,
            ..message.clone()
        };
        return Some((sent.write(), url.signature().as_str().to_owned()));
    }
    let raw = message.raw();
    let added = signer.sign_raw(&raw, payload, NOW).ok()?;
    let mut sent = message.clone();
    sent.headers.retain(|(name, _)| !added.replaces(name));
    sent.headers
        .extend(added.iter().map(|(name, value)| (name, value.as_bytes())));
    Some((sent.write(), added.signature().as_str().to_owned()))
}

fn verify(
    request: &Request<Vec<u8>>,
    service: &Service,
    credentials: &Credentials,
    unsigned: bool,
) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse(request)?;
    let key = VerificationKey::derive(credentials, claim.scope()).expect("a secret");
    match Verifier::new(REGION, service.clone())
        .unwrap()
        .allow_dot_segments()
        .verify_signature(&claim, &key, NOW)?
    {
        PendingVerification::Hashed(head) => head.verify(PayloadHash::new(request.body()))?,
        PendingVerification::Unsigned(head) if unsigned => head.accept(),
        PendingVerification::Unsigned(_)
        | PendingVerification::SignedStream(_)
        | PendingVerification::UnsignedStream(_) => panic!("not as it was signed"),
    };
    Ok(())
}
