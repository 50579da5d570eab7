//! A request that is signed for several regions verifies in exactly these, signed in the header and
//! presigned, and with one byte changed only if that byte has no meaning. No other key verifies it.
//!
//! Input: options, the place and the value of the change, the length of the region set, the region
//! set, the request.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use countersign::sigv4a::{PublicKey, Signer};
use countersign::verify::{SignedRequest, VerificationKey, VerifyError};
use countersign::{Credentials, PayloadHash, Rules};
use countersign_fuzz::{
    ID, Message, NOW, REGION, SECRET, credentials, says, service, tampered, verify,
};
use libfuzzer_sys::fuzz_target;

/// A key depends on the access key ID and the secret access key only.
fn public_key(secret: &str) -> PublicKey {
    let credentials = Credentials::new(ID, secret);
    let signer = Signer::new(credentials, "*", "service").expect("credentials");
    signer.public_key()
}
static OWN: LazyLock<PublicKey> = LazyLock::new(|| public_key(SECRET));
static ANOTHER: LazyLock<PublicKey> = LazyLock::new(|| public_key("another"));

fuzz_target!(|input: &[u8]| {
    let Some((&[options, p0, p1, change, length], texts)) = input.split_first_chunk() else {
        return;
    };
    let (region_set, text) = texts.split_at(usize::from(length).min(texts.len()));
    let Ok(region_set) = std::str::from_utf8(region_set) else {
        return;
    };
    let message = Message::read(text).filter(|message| !message.repeats_itself());
    let Some(message) = message else {
        return;
    };
    let (service, presigned) = (service(options), options & 32 != 0);
    let no_body = matches!(message.method, "GET" | "HEAD" | "DELETE" | "OPTIONS");
    let unsigned = match service {
        "s3" | "s3express" if presigned => no_body || options & 16 != 0,
        "vpc-lattice-svcs" if presigned => true,
        "aoss" if presigned => options & 16 != 0,
        _ if presigned => false,
        _ => options & 16 != 0,
    };
    let payload = match unsigned {
        true => PayloadHash::Unsigned,
        false => PayloadHash::new(message.body),
    };
    let credentials = credentials(options & 8 != 0);
    let signer = Signer::new(credentials.clone(), region_set, service);
    let regions: Vec<&str> = region_set.split(',').collect();
    let Ok(signer) = signer else {
        let sound = |region: &&str| {
            region
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'/')
                && (1..=64).contains(&region.len())
        };
        assert!(!regions.iter().all(sound), "{region_set:?}");
        return;
    };

    let target;
    let mut sent = message.clone();
    if presigned {
        let hour = Duration::from_secs(3600);
        let signed = signer.presign_raw_with_payload(&message.raw(), payload, hour, NOW);
        let Ok(signed) = signed else {
            return;
        };
        target = signed;
        let printed = format!("{signer:?} {target:?}");
        assert!(says(text, SECRET) > 0 || !printed.contains(SECRET));
        (sent.path, sent.query) = target.path_and_query().split_once('?').expect("a query");
        let headers = target.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
        sent.headers.retain(|(name, _)| *name == "host");
        sent.headers.extend(headers);
        check(
            &message,
            &sent,
            service,
            &credentials,
            unsigned,
            &regions,
            [p0, p1, change],
        );
    } else {
        let Ok(added) = signer.sign_raw(&message.raw(), payload, NOW) else {
            return;
        };
        sent.headers.retain(|(name, _)| !added.replaces(name));
        sent.headers
            .extend(added.iter().map(|(name, value)| (name, value.as_bytes())));
        check(
            &message,
            &sent,
            service,
            &credentials,
            unsigned,
            &regions,
            [p0, p1, change],
        );
    }
});

fn check(
    message: &Message<'_>,
    sent: &Message<'_>,
    service: &str,
    credentials: &Credentials,
    unsigned: bool,
    regions: &[&str],
    [p0, p1, change]: [u8; 3],
) {
    let own = key(credentials, &OWN);
    let mine = regions
        .iter()
        .any(|pattern| matches(pattern.as_bytes(), REGION.as_bytes()));
    let verified = verify(sent, service, &own, unsigned);
    let wrong_region = matches!(verified, Err(VerifyError::WrongRegion { .. }));
    assert_eq!(
        (verified.is_ok(), wrong_region),
        (mine, !mine),
        "{verified:?}"
    );

    let wire = sent.write();
    let changed = tampered(&wire, u16::from_be_bytes([p0, p1]), change);
    if let Some(changed) = Message::read(&changed)
        && verify(&changed, service, &own, unsigned).is_ok()
    {
        let raw = sent.raw();
        let claim = SignedRequest::parse_raw(&raw).expect("what was signed");
        let signed: Vec<&str> = claim.signed_headers().collect();
        let rules = Rules::of(service);
        assert_eq!(
            sent.meaning(&rules, &signed),
            changed.meaning(&rules, &signed)
        );
        assert!(unsigned || sent.body == changed.body);
    }
    // One in eight, because each of these takes as long as everything above.
    if mine && change % 8 == 0 {
        let token = credentials.clone().with_session_token("other");
        for wrong in [key(credentials, &ANOTHER), key(&token, &OWN)] {
            verify(sent, service, &wrong, unsigned).expect_err("another key");
        }
        if !unsigned {
            let body = [message.body, b"x"].concat();
            let more = Message {
                body: &body,
                ..sent.clone()
            };
            verify(&more, service, &own, unsigned).expect_err("another body");
        }
    }
}

fn key(credentials: &Credentials, public_key: &PublicKey) -> VerificationKey {
    let key = VerificationKey::from_public_key(ID, public_key.clone());
    match credentials.session_token() {
        Some(token) => key.with_session_token(token.expose()),
        None => key,
    }
}

/// Whether a pattern with `*` matches a text.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', b'*', ..], _) => matches(&pattern[1..], text),
        ([b'*', rest @ ..], _) => {
            matches(rest, text)
                || text
                    .split_first()
                    .is_some_and(|(_, text)| matches(pattern, text))
        }
        ([one, rest @ ..], [other, text @ ..]) if one == other => matches(rest, text),
        _ => false,
    }
}
