//! A presigned URL verifies in its lifetime, and neither before nor after. Slices, the types of
//! `http` and a presigner make the same URL. With one byte changed it verifies only if that byte
//! has no meaning.
//!
//! Input: options, lifetime, the place and the value of the change, the request.

#![no_main]

use std::time::Duration;

use countersign::verify::{
    PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{Credentials, PayloadHash, Rules, Service, Signer};
use countersign_fuzz::{
    ID, Message, NOW, REGION, SECRET, TOKEN, credentials, path as meaning_of, says, service,
    tampered,
};
use libfuzzer_sys::fuzz_target;
use time::OffsetDateTime;

fuzz_target!(|input: &[u8]| {
    let Some((&[options, e0, e1, e2, p0, p1, change], text)) = input.split_first_chunk() else {
        return;
    };
    let message = Message::read(text).filter(|message| !message.repeats_itself());
    let Some(message) = message else {
        return;
    };
    let service = service(options);
    let no_body = matches!(message.method, "GET" | "HEAD" | "DELETE" | "OPTIONS");
    // Payloads that a URL can express. Others are refused.
    let unsigned = match service {
        "s3" | "s3express" => no_body || options & 16 != 0,
        "vpc-lattice-svcs" => true,
        "aoss" => options & 16 != 0,
        _ => false,
    };
    let credentials = credentials(options & 8 != 0);
    let signer = Signer::new(credentials.clone(), REGION, service).unwrap();
    let payload = if unsigned {
        PayloadHash::Unsigned
    } else {
        PayloadHash::new(message.body)
    };
    let expires_in = Duration::from_secs(u32::from_be_bytes([0, e0, e1, e2]).into());
    let presigned = signer.presign_raw_with_payload(&message.raw(), payload, expires_in, NOW);
    assert!(presigned.is_err() || (1..=604_800).contains(&expires_in.as_secs()));
    let Ok(presigned) = presigned else {
        return;
    };

    // The caller's query and path are sent. A plus in the query becomes `%20`, and a path of S3 is
    // in canonical encoding, without additional dot segments.
    let (path, query) = presigned.path_and_query().split_once('?').expect("a query");
    let rules = Rules::of(service);
    assert_eq!(meaning_of(path, &rules), meaning_of(message.path, &rules));
    if rules.recode_path {
        let dots = |path: &str| {
            let segments = path.split('/');
            segments
                .filter(|segment| matches!(*segment, "." | ".."))
                .count()
        };
        assert_eq!(dots(path), dots(message.path));
    } else {
        assert!(path == message.path || (message.path.is_empty() && path == "/"));
    }
    assert!(query.starts_with(&message.query.replace('+', "%20")));
    let host = message
        .headers
        .iter()
        .find(|(name, _)| *name == "host")
        .expect("a host");
    let headers = presigned.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let headers = std::iter::once(*host).chain(headers).collect();
    let sent = Message {
        path,
        query,
        headers,
        ..message.clone()
    };
    let end = NOW + expires_in;
    assert_eq!(presigned.expires_at(), end.into());
    for in_time in [NOW - Duration::from_secs(900), NOW, end] {
        verify(&sent, service, &credentials, unsigned, in_time).expect("what was presigned");
    }
    for out_of_time in [NOW - Duration::from_secs(901), end + Duration::from_secs(1)] {
        verify(&sent, service, &credentials, unsigned, out_of_time).expect_err("another time");
    }

    let presigner = signer
        .presigner_with_payload(payload, expires_in, NOW)
        .expect("the same terms");
    let one = presigner
        .presign_raw(&message.raw())
        .expect("what can be presigned");
    assert_eq!(
        (one.path_and_query(), one.headers()),
        (presigned.path_and_query(), presigned.headers())
    );
    let origin = std::str::from_utf8(host.1)
        .ok()
        .map(|host| format!("https://{host}"));
    let request = origin.as_ref().and_then(|origin| message.http(origin));
    if let (Some(origin), Some(request)) = (&origin, request)
        && request
            .uri()
            .authority()
            .is_some_and(|own| own.as_str().as_bytes() == host.1)
        && !origin.contains('@')
    {
        let types = signer.presign_with_payload(&request, payload, expires_in, NOW);
        let types = types.expect("what slices can presign");
        assert_eq!(types.signature(), presigned.signature());
        let (target, _) = types.url().split_once('?').expect("a query");
        assert_eq!(target, format!("{}{path}", origin.to_ascii_lowercase()));
        assert!(types.url().ends_with(query));
    }
    let printed = format!("{presigned:?} {presigner:?}");
    for secret in [SECRET, TOKEN, presigned.signature().as_str()] {
        let said = says(text, secret) > 0;
        assert!(said || !printed.contains(secret), "{printed}");
    }

    for other in [
        Credentials::new(ID, "secret"),
        credentials.clone().with_session_token("other"),
    ] {
        verify(&sent, service, &other, unsigned, NOW).expect_err("other credentials");
    }
    let wire = sent.write();
    let changed = tampered(&wire, u16::from_be_bytes([p0, p1]), change);
    if let Some(changed) = Message::read(&changed)
        && verify(&changed, service, &credentials, unsigned, NOW).is_ok()
    {
        let raw = sent.raw();
        let claim = SignedRequest::parse_raw(&raw).expect("what was presigned");
        let signed: Vec<&str> = claim.signed_headers().collect();
        assert_eq!(
            sent.meaning(&rules, &signed),
            changed.meaning(&rules, &signed)
        );
        assert!(unsigned || sent.body == changed.body);
    }
});

fn verify(
    message: &Message<'_>,
    service: &str,
    credentials: &Credentials,
    unsigned: bool,
    now: OffsetDateTime,
) -> Result<(), VerifyError> {
    let request = message.raw();
    let claim = SignedRequest::parse_raw(&request)?;
    if claim.access_key_id() != credentials.access_key_id() {
        return Err(VerifyError::UnknownAccessKeyId);
    }
    let key = VerificationKey::derive(credentials, claim.scope()).expect("a secret");
    let verifier = Verifier::new(REGION, Service::from(service))
        .unwrap()
        .allow_dot_segments();
    match verifier.verify_signature(&claim, &key, now)? {
        PendingVerification::Hashed(head) => head.verify(PayloadHash::new(message.body))?,
        PendingVerification::Unsigned(head) if unsigned => head.accept(),
        PendingVerification::Unsigned(_)
        | PendingVerification::SignedStream(_)
        | PendingVerification::UnsignedStream(_) => panic!("not as it was signed"),
    };
    Ok(())
}
