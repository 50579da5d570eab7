//! Replays: a signature has one replay identifier, however the request is spelled.

use super::*;

fn replay_id(message: &Message, service: &'static str) -> Option<[u8; 32]> {
    let claim = SignedRequest::parse(message).unwrap();
    let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", service).unwrap();
    match verifier.verify_signature(&claim, &key, NOW).unwrap() {
        PendingVerification::Hashed(pending) => pending
            .verify(PayloadHash::new(message.body()))
            .unwrap()
            .replay_id(),
        PendingVerification::Unsigned(pending) => pending.accept().replay_id(),
        other => panic!("a stream: {other:?}"),
    }
}

/// IAM User Guide, "Create a signed AWS API request": request, string to sign and signature are
/// those of the example. The identifier was calculated with `sha256sum`.
#[test]
fn replay_id_is_the_hash_of_algorithm_access_key_id_and_string_to_sign() {
    let request = Request::get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
        .header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .header("x-amz-date", "20150830T123600Z")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        )
        .body(())
        .unwrap();
    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "iam").unwrap();
    let now = datetime!(2015-08-30 12:36 UTC);
    let verified = verifier
        .verify(&claim, &key, PayloadHash::EMPTY, now)
        .unwrap();
    assert_eq!(
        hex::encode(verified.replay_id().unwrap()),
        "76f1e9106fc2e0c9265b1f76936a057a6d9d9a5cfdad15c37d0ae681bb75d75e"
    );
}

#[test]
fn spellings_of_one_signed_request_have_one_replay_id() {
    for service in ["s3", "sqs"] {
        let message = signed(request("GET", "/a%20b?x=1&y=2"), service);
        let expected = replay_id(&message, service);
        assert!(expected.is_some());
        let upper = with_authorization(message.clone(), |header| {
            let (start, signature) = header.split_once("Signature=").unwrap();
            format!("{start}Signature={}", signature.to_uppercase())
        });
        let spaced = with_authorization(message.clone(), |header| header.replace(", ", ",   "));
        let mut reordered = message.clone();
        *reordered.uri_mut() = "/a%20b?y=2&x=%31".parse().unwrap();
        let added = with_header(message.clone(), "x-forwarded-for", "203.0.113.7");
        for same in [upper, spaced, reordered, added] {
            assert_eq!(replay_id(&same, service), expected, "{service}");
        }
    }
}

#[test]
fn different_requests_have_different_replay_ids() {
    let ids: Vec<_> = ["/a", "/b", "/a?x", "/a/"]
        .into_iter()
        .map(|target| replay_id(&signed(request("GET", target), "sqs"), "sqs"))
        .chain([
            replay_id(&signed(request("PUT", "/a"), "sqs"), "sqs"),
            replay_id(&signed(request("GET", "/a"), "s3"), "s3"),
        ])
        .collect();
    for (i, id) in ids.iter().enumerate() {
        assert!(!ids[..i].contains(id), "{i}");
    }
}

/// Equal strings to sign of two users are two requests.
#[test]
fn two_users_with_one_secret_have_different_replay_ids() {
    let id = |access_key_id: &str| {
        let credentials = Credentials::new(access_key_id, long_term().secret_key().expose());
        let message = signed_by(credentials.clone(), request("GET", "/"), "sqs");
        let claim = SignedRequest::parse(&message).unwrap();
        let key = VerificationKey::derive(&credentials, claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", "sqs").unwrap();
        let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW);
        verified.unwrap().replay_id().unwrap()
    };
    assert_ne!(id("AKIDEXAMPLE"), id("AKIDOTHER"));
}

#[test]
fn presigned_urls_have_no_replay_id() {
    for service in ["s3", "sqs"] {
        let url = presigned(&request("GET", "/key"), service);
        assert_eq!(replay_id(&url, service), None);
    }
}

/// For an ECDSA signature (r, s), (r, n - s) is valid too, and everyone can calculate it.
#[cfg(feature = "sigv4a")]
#[test]
fn both_values_of_an_ecdsa_signature_have_one_replay_id() {
    /// FIPS 186-4, D.1.2.3: the order of P-256.
    const N: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

    /// The signature (r, n - s) for a signature (r, s) in DER.
    fn negated(der: &[u8]) -> Vec<u8> {
        let r_length = usize::from(der[3]);
        let r = &der[2..4 + r_length];
        let s = &der[6 + r_length..];
        let mut padded = vec![0; 32_usize.saturating_sub(s.len())];
        padded.extend(&s[s.len().saturating_sub(32)..]);
        let n = hex::decode(N).unwrap();
        let mut difference = vec![0_u8; 32];
        let mut borrow = 0_i32;
        for i in (0..32).rev() {
            let digit = i32::from(n[i]) - i32::from(padded[i]) - borrow;
            borrow = i32::from(digit < 0);
            difference[i] = u8::try_from(digit.rem_euclid(256)).unwrap();
        }
        while difference.len() > 1 && difference[0] == 0 && difference[1] < 0x80 {
            difference.remove(0);
        }
        if difference[0] >= 0x80 {
            difference.insert(0, 0);
        }
        let length = u8::try_from(difference.len()).unwrap();
        let body = [r, &[2, length][..], &difference].concat();
        [&[0x30, u8::try_from(body.len()).unwrap()][..], &body].concat()
    }

    let signer = countersign::sigv4a::Signer::new(long_term(), "*", "sqs").unwrap();
    let mut message = request("GET", "/");
    signer.sign(&mut message, PayloadHash::EMPTY, NOW).unwrap();
    let id = |message: &Message| {
        let claim = SignedRequest::parse(message).unwrap();
        let key = VerificationKey::from_public_key("AKIDEXAMPLE", signer.public_key());
        let verifier = Verifier::new("us-east-1", "sqs").unwrap();
        let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW);
        verified.map(|verified| verified.replay_id().unwrap())
    };
    let spelled_otherwise = with_authorization(message.clone(), |header| {
        let (start, signature) = header.split_once("Signature=").unwrap();
        let der = negated(&hex::decode(signature).unwrap());
        format!("{start}Signature={}", hex::encode(der))
    });
    assert_ne!(
        message.headers()["authorization"],
        spelled_otherwise.headers()["authorization"]
    );
    assert_eq!(id(&spelled_otherwise), id(&message));
}
