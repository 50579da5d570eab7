//! Rotation: two secrets of one access key ID are valid at the same time.

use super::*;

const TOMORROW: OffsetDateTime = datetime!(2026-05-23 10:11:12 UTC);

fn with_secret(secret: &str) -> Credentials {
    Credentials::new("AKIDEXAMPLE", secret)
}

/// A verification key of `new` with `old` as the previous one.
fn rotating(claim: &SignedRequest<'_>, new: &Credentials, old: &Credentials) -> VerificationKey {
    let previous = VerificationKey::derive(old, claim.scope()).unwrap();
    VerificationKey::derive(new, claim.scope())
        .unwrap()
        .with_previous_key(previous)
}

fn verify_rotating(
    message: &Message,
    new: &Credentials,
    old: &Credentials,
) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse(message)?;
    let key = rotating(&claim, new, old);
    let service = claim.scope().service().to_owned();
    let verifier = Verifier::new("us-east-1", service).unwrap();
    match verifier.verify_signature(&claim, &key, NOW)? {
        PendingVerification::Hashed(pending) => {
            pending.verify(PayloadHash::new(message.body())).map(drop)
        }
        PendingVerification::Unsigned(pending) => {
            let _ = pending.accept();
            Ok(())
        }
        other => panic!("a stream: {other:?}"),
    }
}

#[test]
fn either_key_verifies_during_a_rotation() {
    let (new, old, other) = (with_secret("new"), with_secret("old"), with_secret("other"));
    for service in ["s3", "sqs"] {
        for (credentials, expected) in [
            (&new, Ok(())),
            (&old, Ok(())),
            (&other, Err(VerifyError::SignatureMismatch)),
        ] {
            let header = signed_by(credentials.clone(), request("PUT", "/a=b"), service);
            let url = presigned_by(credentials.clone(), &request("GET", "/key"), service);
            for message in [header, url] {
                assert_eq!(verify_rotating(&message, &new, &old), expected);
            }
        }
    }
}

#[test]
fn a_previous_key_that_has_expired_verifies_nothing() {
    let (new, old) = (with_secret("new"), with_secret("old"));
    let message = signed_by(old.clone(), request("GET", "/"), "sqs");
    for (expiration, expected) in [
        (TOMORROW, Ok(())),
        (NOW, Err(VerifyError::SignatureMismatch)),
    ] {
        let old = old.clone().with_expiration(expiration);
        assert_eq!(verify_rotating(&message, &new, &old), expected);
    }
}

/// A previous key must have the same access key ID.
#[test]
fn a_previous_key_of_another_access_key_id_verifies_nothing() {
    let (new, other) = (with_secret("new"), Credentials::new("AKIDOTHER", "old"));
    // Signed with the secret of one user, and the access key ID of the other.
    let message = signed_by(with_secret("old"), request("GET", "/"), "sqs");
    let refused = verify_rotating(&message, &new, &other);
    assert_eq!(refused, Err(VerifyError::SignatureMismatch));
    let message = signed_by(other.clone(), request("GET", "/"), "sqs");
    assert_eq!(verify_rotating(&message, &new, &other), Ok(()));
    let claim = SignedRequest::parse(&message).unwrap();
    let key = rotating(&claim, &new, &other);
    let verifier = Verifier::new("us-east-1", "sqs").unwrap();
    let verified = verifier
        .verify(&claim, &key, PayloadHash::EMPTY, NOW)
        .unwrap();
    assert_eq!(verified.access_key_id(), "AKIDOTHER");
}

/// Each session token is valid with its own key only.
#[test]
fn session_tokens_are_not_mixed_during_a_rotation() {
    let session = |secret: &str, token: &str| with_secret(secret).with_session_token(token);
    let (new, old) = (session("new", "token-1"), session("old", "token-2"));
    for (signer, good) in [
        (session("new", "token-1"), true),
        (session("old", "token-2"), true),
        (session("new", "token-2"), false),
        (session("old", "token-1"), false),
    ] {
        let message = signed_by(signer, request("GET", "/"), "sqs");
        assert_eq!(verify_rotating(&message, &new, &old).is_ok(), good);
    }
}

/// The chunks are verified with the key that verified the request.
#[test]
fn chunks_are_verified_with_the_key_that_signed_the_request() {
    use countersign::chunked::{ChunkVerifier, ChunkedEncoding};

    let (new, old) = (with_secret("new"), with_secret("old"));
    for credentials in [&new, &old] {
        let mut message = request("PUT", "/key");
        let signer = Signer::new(credentials.clone(), "us-east-1", "s3").unwrap();
        let encoding = ChunkedEncoding::signed(5);
        let mut chunks = signer.sign_chunked(&mut message, encoding, NOW).unwrap();
        let header = chunks.header("hello").unwrap();
        let wire = [header.as_ref(), b"hello", &chunks.finish().unwrap()].concat();

        let claim = SignedRequest::parse(&message).unwrap();
        let key = rotating(&claim, &new, &old);
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let pending = verifier.verify_signature(&claim, &key, NOW).unwrap();
        let PendingVerification::SignedStream(pending) = pending else {
            panic!("not a stream");
        };
        let (_, context) = pending.into_parts();
        let (mut chunks, mut input) = (ChunkVerifier::new(&context).unwrap(), &wire[..]);
        while !input.is_empty() {
            let consumed = chunks.decode(input).unwrap().consumed;
            input = &input[consumed..];
        }
        assert!(chunks.finish().is_ok());
    }
}

/// Browser uploads are verified with either key, too.
#[cfg(feature = "post-policy")]
#[test]
fn forms_are_verified_with_either_key() {
    use countersign::post_policy::{PostPolicy, SignedPost, Upload};

    let (new, old, other) = (with_secret("new"), with_secret("old"), with_secret("other"));
    for (credentials, good) in [(&new, true), (&old, true), (&other, false)] {
        let policy = PostPolicy::new("bucket", TOMORROW).require_eq("key", "a.png");
        let signer = Signer::new(credentials.clone(), "us-east-1", "s3").unwrap();
        let form = signer.sign_post(&policy, [], NOW).unwrap();
        let fields: Vec<(&str, &str)> = form.fields().collect();
        let claim = SignedPost::parse(&fields).unwrap();
        let previous = VerificationKey::derive(&old, claim.scope()).unwrap();
        let key = VerificationKey::derive(&new, claim.scope()).unwrap();
        let key = key.with_previous_key(previous);
        let upload = Upload {
            bucket: "bucket",
            file_name: "a.png",
            file_length: 1,
        };
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        assert_eq!(claim.verify(&verifier, &key, &upload, NOW).is_ok(), good);
    }
}
