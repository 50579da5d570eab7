//! Who signed a request: the access key ID that it claims, and the verification key that the lookup
//! returns for it.
//!
//! The signatures of `team/app` and of the browser uploads were made by botocore 1.43.11, those
//! with the empty secret by a few lines of Python's `hmac`. None is calculated by the code under
//! test.

use std::time::Duration;

use countersign::chunked::{ChunkVerifier, ChunkedEncoding};
use countersign::verify::{
    PendingVerification, SignatureLocation, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{
    CredentialProblem, Credentials, Error, PayloadHash, Signer,
    sigv4::{AmzDate, Authorization, CredentialScope, Signature, SigningKey},
};
use http::Request;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-05-22 10:11:12 UTC);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const HOUR: Duration = Duration::from_secs(3600);

fn credentials(id: &str) -> Credentials {
    Credentials::new(id, SECRET)
}

fn get(uri: &str) -> Request<()> {
    Request::get(uri).body(()).unwrap()
}

/// A request signed in its header and a presigned one, by `credentials` for SQS at `NOW`.
fn both_forms(credentials: &Credentials) -> [Request<()>; 2] {
    let signer = Signer::new(credentials.clone(), "us-east-1", "sqs").unwrap();
    let mut signed = get("https://sqs.us-east-1.amazonaws.com/");
    let url = signer.presign(&signed, HOUR, NOW);
    signer.sign(&mut signed, PayloadHash::EMPTY, NOW).unwrap();
    [signed, get(url.unwrap().url())]
}

/// The access key ID in the proof, if the lookup returns the key of `found`.
fn proven(request: &Request<()>, found: &Credentials) -> Result<String, VerifyError> {
    let claim = SignedRequest::parse(request)?;
    let key = VerificationKey::derive(found, claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "sqs").unwrap();
    let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW)?;
    Ok(verified.access_key_id().to_owned())
}

#[test]
fn a_case_insensitive_lookup_verifies_no_other_access_key_id() {
    for claimed in ["akidexample", "AKIDExample", "AkidExample"] {
        for request in both_forms(&credentials(claimed)) {
            // The lookup ignores case: it finds the user AKIDEXAMPLE, who has this secret.
            let folded = proven(&request, &credentials("AKIDEXAMPLE"));
            assert_eq!(folded, Err(VerifyError::UnknownAccessKeyId), "{claimed}");
            let exact = proven(&request, &credentials(claimed));
            assert_eq!(exact.as_deref(), Ok(claimed));
        }
    }
}

#[test]
fn the_key_of_another_user_with_the_same_secret_verifies_nothing() {
    let sessions = |id: &str| credentials(id).with_session_token("TOKEN");
    for make in [credentials, sessions] as [fn(&str) -> Credentials; 2] {
        let (alice, bob) = (make("AKIDALICE"), make("AKIDBOB"));
        for (signed, found, good) in [
            (&alice, &alice, true),
            (&bob, &bob, true),
            (&alice, &bob, false),
            (&bob, &alice, false),
        ] {
            for request in both_forms(signed) {
                let proven = proven(&request, found);
                if good {
                    assert_eq!(proven.as_deref(), Ok(signed.access_key_id()));
                } else {
                    assert_eq!(proven, Err(VerifyError::UnknownAccessKeyId));
                }
            }
        }
    }
}

/// In a header, the access key ID is not covered by the signature: anyone in between can change it.
#[test]
fn an_access_key_id_changed_in_the_header_is_refused() {
    let [mut request, _] = both_forms(&credentials("AKIDALICE"));
    let header = request.headers()["authorization"].to_str().unwrap();
    let changed = header.replace("AKIDALICE", "AKIDBOB").parse().unwrap();
    request.headers_mut().insert("authorization", changed);
    let refused = proven(&request, &credentials("AKIDALICE"));
    assert_eq!(refused, Err(VerifyError::UnknownAccessKeyId));
}

/// The same order as DynamoDB: first the access key ID, then the signature and the session token.
#[test]
fn another_access_key_id_is_reported_before_the_session_token_and_the_signature() {
    let [request, url] = both_forms(&credentials("AKIDALICE"));
    for request in [request, url] {
        let other = Credentials::new("AKIDBOB", "another").with_session_token("TOKEN");
        let refused = proven(&request, &other.with_expiration(NOW));
        assert_eq!(refused, Err(VerifyError::UnknownAccessKeyId));
    }
}

#[test]
fn a_signing_key_verifies_only_as_the_key_of_its_access_key_id() {
    for request in both_forms(&credentials("AKIDALICE")) {
        let claim = SignedRequest::parse(&request).unwrap();
        let signing_key = SigningKey::derive(&SECRET.into(), claim.scope());
        let verify = |id: &str| {
            let key = VerificationKey::from_signing_key(id, signing_key.clone());
            assert_eq!(key.access_key_id(), id);
            let verifier = Verifier::new("us-east-1", "sqs").unwrap();
            let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW);
            verified.map(drop)
        };
        assert_eq!(verify("AKIDALICE"), Ok(()));
        for other in ["AKIDBOB", "akidalice", "AKIDALICE ", ""] {
            assert_eq!(verify(other), Err(VerifyError::UnknownAccessKeyId));
        }
    }
}

#[test]
fn a_stream_opened_with_another_access_key_id_is_refused() {
    let signer = Signer::new(credentials("AKIDALICE"), "us-east-1", "s3").unwrap();
    let mut request = Request::put("https://bucket.s3.amazonaws.com/key");
    request = request.header("host", "bucket.s3.amazonaws.com");
    let mut request = request.body(()).unwrap();
    let payload = ChunkedEncoding::signed(5);
    signer.sign_chunked(&mut request, payload, NOW).unwrap();
    let claim = SignedRequest::parse(&request).unwrap();
    let open = |id| {
        let key = VerificationKey::derive(&credentials(id), claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let head = verifier.verify_signature(&claim, &key, NOW);
        head.map(|head| matches!(head, PendingVerification::SignedStream(_)))
    };
    assert_eq!(open("AKIDALICE"), Ok(true));
    assert_eq!(open("AKIDBOB"), Err(VerifyError::UnknownAccessKeyId));
}

#[cfg(feature = "sigv4a")]
#[test]
fn a_public_key_verifies_only_as_the_key_of_its_access_key_id() {
    let signer = countersign::sigv4a::Signer::new(credentials("AKIDALICE"), "*", "sqs").unwrap();
    let mut request = get("https://sqs.us-east-1.amazonaws.com/");
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let claim = SignedRequest::parse(&request).unwrap();
    let verify = |id: &str| {
        let key = VerificationKey::from_public_key(id, signer.public_key());
        let verifier = Verifier::new("us-east-1", "sqs").unwrap();
        let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW);
        verified.map(drop)
    };
    assert_eq!(verify("AKIDALICE"), Ok(()));
    assert_eq!(verify("akidalice"), Err(VerifyError::UnknownAccessKeyId));
}

/// `GET /` of SQS at `NOW`, as a server receives it.
fn arrives(target: &str, signature: Option<&str>) -> Request<()> {
    let request = Request::get(target).header("host", "bucket.example.com");
    let Some(signature) = signature else {
        return request.body(()).unwrap();
    };
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260522/us-east-1/sqs/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature={signature}"
    );
    let request = request.header("x-amz-date", "20260522T101112Z");
    let request = request.header("authorization", authorization);
    request.body(()).unwrap()
}

#[test]
fn an_empty_secret_verifies_no_request() {
    let query = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20260522%2Fus-east-1%2Fsqs%2Faws4_request\
        &X-Amz-Date=20260522T101112Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=";
    for (secret, header, url, expected) in [
        (
            SECRET,
            "0d436784091e53e5f8be9fc365d70af9dcd35430064973c3a0500a2ab1f18113",
            "4c939e642b854d5a4a0cf2ad39e5b1b603af726a9aa39abc1fa48bc720092f65",
            Ok(()),
        ),
        (
            "",
            "82968bd91d4e8247e715e809b9422c982c1a6a306b986ee9120422ac45439f2c",
            "91fbc075ec21d6e9247df1a546bb3d9fed0d226e7971226152b729cf1bead71e",
            Err(VerifyError::SignatureMismatch),
        ),
    ] {
        for request in [
            arrives("/", Some(header)),
            arrives(&format!("{query}{url}"), None),
        ] {
            let claim = SignedRequest::parse(&request).unwrap();
            let key = SigningKey::derive(&secret.into(), claim.scope());
            let key = VerificationKey::from_signing_key("AKIDEXAMPLE", key);
            let verifier = Verifier::new("us-east-1", "sqs").unwrap();
            let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW);
            assert_eq!(verified.map(drop), expected, "{secret:?}");
        }
    }
}

#[test]
fn no_verification_key_is_derived_from_an_empty_secret() {
    let scope = "20260522/us-east-1/sqs/aws4_request"
        .parse::<CredentialScope>()
        .unwrap();
    let empty = Error::InvalidSecretKey(CredentialProblem::Empty);
    for credentials in [
        Credentials::new("AKIDEXAMPLE", ""),
        Credentials::new("ASIAEXAMPLE", "").with_session_token("TOKEN"),
    ] {
        let refused = VerificationKey::derive(&credentials, &scope).map(drop);
        assert_eq!(refused, Err(empty.clone()));
    }
    assert!(VerificationKey::derive(&Credentials::new("AKIDEXAMPLE", "s"), &scope).is_ok());
    #[cfg(feature = "sigv4a")]
    {
        use countersign::sigv4a::SigningKey;

        let derive = |secret: &str| SigningKey::derive("AKIDEXAMPLE", &secret.into()).map(drop);
        assert_eq!(derive(""), Err(empty));
        assert_eq!(derive("s"), Ok(()));
    }
}

/// A signature of 64 zeros.
fn zeros() -> Signature {
    let header = format!(
        "AWS4-HMAC-SHA256 Credential=A/20260522/us-east-1/s3/aws4_request, SignedHeaders=host, \
         Signature={}",
        "0".repeat(64)
    );
    Authorization::parse(&header).unwrap().signature
}

#[test]
fn an_empty_secret_verifies_no_chunk() {
    let scope = "20260522/us-east-1/s3/aws4_request"
        .parse::<CredentialScope>()
        .unwrap();
    let date = AmzDate::new(NOW).unwrap();
    for (secret, signatures, good) in [
        (
            SECRET,
            [
                "2bc5ea585273acd861d2726884e0058ad119f58c6c0ccea621c918c3bb2f48eb",
                "8cd6ca185e4262ec43596346d714a2a1aa4270c61162a532e00e1a870d028aae",
            ],
            true,
        ),
        (
            "",
            [
                "dd41b90eaecc1365ec5d267b2ed54432225d9f81cd5d464dbf4e547c8ab3e486",
                "faa83e0b86f8dea1c3dd98021d6268344716384b91c2985a5f581153961353db",
            ],
            false,
        ),
    ] {
        let [first, last] = signatures;
        let wire =
            format!("5;chunk-signature={first}\r\nhello\r\n0;chunk-signature={last}\r\n\r\n");
        let key = SigningKey::derive(&secret.into(), &scope);
        let key = VerificationKey::from_signing_key("AKIDEXAMPLE", key);
        let payload = ChunkedEncoding::signed(5);
        let mut chunks = ChunkVerifier::for_payload(&payload, &zeros(), &date, &scope, key);
        let (mut data, mut rest) = (Vec::new(), wire.as_bytes());
        while !rest.is_empty() {
            let Ok(decoded) = chunks.decode(rest) else {
                break;
            };
            data.extend_from_slice(decoded.data);
            rest = &rest[decoded.consumed..];
        }
        assert_eq!(data, if good { &b"hello"[..] } else { b"" });
        assert_eq!(chunks.finish().is_ok(), good);
    }
}

#[cfg(feature = "event-stream")]
#[test]
fn an_empty_secret_verifies_no_event() {
    use countersign::event_stream::{Event, EventError, EventVerifier, Message, Value, encode};

    let scope = "20260522/us-east-1/transcribe/aws4_request"
        .parse::<CredentialScope>()
        .unwrap();
    for (secret, signature, expected) in [
        (
            SECRET,
            "87cb4aded295fc47ca5484f812d139385c7ac9e03cbfd6186f77434c7bafa531",
            Ok(Event::Message(b"hello")),
        ),
        (
            "",
            "8d008477b5c7894cc48b4eb62458c8c67982996d329bfa44f3448399954493c7",
            Err(EventError::SignatureMismatch),
        ),
    ] {
        let signature = hex::decode(signature).unwrap();
        let headers = [
            (":date", Value::Timestamp(1_779_444_672_000)),
            (":chunk-signature", Value::Bytes(&signature)),
        ];
        let mut frame = Vec::new();
        encode(&headers, b"hello", &mut frame).unwrap();
        let credentials = Credentials::new("AKIDEXAMPLE", secret);
        let mut verifier = EventVerifier::from_signature(&credentials, &scope, &zeros());
        let event = verifier.verify(&Message::decode(&frame).unwrap(), NOW);
        assert_eq!(event, expected, "{secret:?}");
    }
}

/// The time of botocore's signatures, for the forms and for the IDs with `/`.
const JANUARY: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

#[cfg(feature = "post-policy")]
mod forms {
    use countersign::post_policy::{PolicyError, PostPolicy, SignedPost, Upload};

    use super::*;

    /// `{"expiration": "2026-01-02T04:04:05Z", "conditions": [{"bucket": "bucket"}, {"key": "key"},
    /// {"x-amz-algorithm": …}, {"x-amz-credential": "AKIDEXAMPLE/…"}, {"x-amz-date": …}]}`
    const POLICY: &str = "eyJleHBpcmF0aW9uIjogIjIwMjYtMDEtMDJUMDQ6MDQ6MDVaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAiYnVja2V0In0sIHsia2V5IjogImtleSJ9LCB7IngtYW16LWFsZ29yaXRobSI6ICJBV1M0LUhNQUMtU0hBMjU2In0sIHsieC1hbXotY3JlZGVudGlhbCI6ICJBS0lERVhBTVBMRS8yMDI2MDEwMi91cy1lYXN0LTEvczMvYXdzNF9yZXF1ZXN0In0sIHsieC1hbXotZGF0ZSI6ICIyMDI2MDEwMlQwMzA0MDVaIn1dfQ==";
    /// The same policy with `team/app`.
    const TEAM_POLICY: &str = "eyJleHBpcmF0aW9uIjogIjIwMjYtMDEtMDJUMDQ6MDQ6MDVaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAiYnVja2V0In0sIHsia2V5IjogImtleSJ9LCB7IngtYW16LWFsZ29yaXRobSI6ICJBV1M0LUhNQUMtU0hBMjU2In0sIHsieC1hbXotY3JlZGVudGlhbCI6ICJ0ZWFtL2FwcC8yMDI2MDEwMi91cy1lYXN0LTEvczMvYXdzNF9yZXF1ZXN0In0sIHsieC1hbXotZGF0ZSI6ICIyMDI2MDEwMlQwMzA0MDVaIn1dfQ==";
    const SIGNATURE: &str = "74b6c12404f1174605f0dffad70056d57175a9fae91962a17a665d5790f605e2";
    const TEAM_SIGNATURE: &str = "67e0bcb708032a30aa35308ada31239950b0f32289198685b8a98fb1f99257b4";
    const EMPTY_SECRETS_SIGNATURE: &str =
        "dd60cee2f030f50ba4753df8be71dc2c2ef6c30076cb0eadb2441fd796847dfe";

    fn verify(
        [credential, policy, signature]: [&str; 3],
        key: impl FnOnce(&CredentialScope) -> VerificationKey,
    ) -> Result<String, PolicyError> {
        let fields = [
            ("key", "key"),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-credential", credential),
            ("x-amz-date", "20260102T030405Z"),
            ("policy", policy),
            ("x-amz-signature", signature),
        ];
        let claim = SignedPost::parse(&fields)?;
        let key = key(claim.scope());
        let upload = Upload {
            bucket: "bucket",
            file_name: "a.txt",
            file_length: 1,
        };
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let verified = claim.verify(&verifier, &key, &upload, JANUARY)?;
        Ok(verified.access_key_id().to_owned())
    }

    fn of(id: &str, secret: &str) -> impl FnOnce(&CredentialScope) -> VerificationKey {
        move |scope| {
            let key = SigningKey::derive(&secret.into(), scope);
            VerificationKey::from_signing_key(id, key)
        }
    }

    #[test]
    fn an_empty_secret_verifies_no_form() {
        let credential = "AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request";
        let good = verify([credential, POLICY, SIGNATURE], of("AKIDEXAMPLE", SECRET));
        assert_eq!(good.unwrap(), "AKIDEXAMPLE");
        let form = [credential, POLICY, EMPTY_SECRETS_SIGNATURE];
        let refused = verify(form, of("AKIDEXAMPLE", "")).unwrap_err();
        assert!(matches!(
            refused,
            PolicyError::Signature(VerifyError::SignatureMismatch)
        ));
    }

    #[test]
    fn a_form_with_another_access_key_id_is_refused() {
        let credential = "AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request";
        for other in ["akidexample", "AKIDBOB"] {
            let form = [credential, POLICY, SIGNATURE];
            let refused = verify(form, of(other, SECRET)).unwrap_err();
            assert!(matches!(
                refused,
                PolicyError::Signature(VerifyError::UnknownAccessKeyId)
            ));
        }
    }

    #[test]
    fn a_form_of_an_id_with_a_slash_is_read_from_the_right() {
        let credential = "team/app/20260102/us-east-1/s3/aws4_request";
        let form = [credential, TEAM_POLICY, TEAM_SIGNATURE];
        assert_eq!(verify(form, of("team/app", SECRET)).unwrap(), "team/app");
        // The access key IDs that a parser from the left would find.
        for other in ["team", "app", "team/app/20260102"] {
            assert!(verify(form, of(other, SECRET)).is_err());
        }
        let policy = PostPolicy::new("bucket", JANUARY + HOUR).require_eq("key", "key");
        let signer = Signer::new(credentials("team/app"), "us-east-1", "s3").unwrap();
        let form = signer.sign_post(&policy, [], JANUARY).unwrap();
        let mut fields = form.fields();
        let (_, sent) = fields
            .find(|(name, _)| *name == "x-amz-credential")
            .unwrap();
        assert_eq!(sent, credential);
    }
}

#[test]
fn an_id_with_a_slash_is_signed_and_read_from_the_right() {
    let known = credentials("team/app");
    let signer = Signer::new(known.clone(), "us-east-1", "sqs").unwrap();
    let mut request = get("https://sqs.us-east-1.amazonaws.com/");
    signer
        .sign(&mut request, PayloadHash::EMPTY, JANUARY)
        .unwrap();
    assert_eq!(
        request.headers()["authorization"],
        "AWS4-HMAC-SHA256 Credential=team/app/20260102/us-east-1/sqs/aws4_request, \
         SignedHeaders=host;x-amz-date, \
         Signature=9f745a048bcdd22cc7dd6862f885edaf821fc93439e5bbd90e26dd990e6dc141"
    );
    let store = Signer::new(known, "us-east-1", "s3").unwrap();
    let object = get("https://bucket.store.example.com/key");
    let url = store.presign(&object, HOUR, JANUARY).unwrap();
    assert_eq!(
        url.url(),
        "https://bucket.store.example.com/key?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=team%2Fapp%2F20260102%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=f26e11dedd15177401844b0523e214e25168353dfd4bb958237327b5f9619e3f"
    );

    for (request, service, form, payload) in [
        (
            request,
            "sqs",
            SignatureLocation::Header,
            PayloadHash::EMPTY,
        ),
        (
            get(url.url()),
            "s3",
            SignatureLocation::Query,
            PayloadHash::Unsigned,
        ),
    ] {
        let claim = SignedRequest::parse(&request).unwrap();
        assert_eq!((claim.access_key_id(), claim.form()), ("team/app", form));
        assert_eq!(claim.scope().day(), "20260102");
        let verify = |id| {
            let key = VerificationKey::derive(&credentials(id), claim.scope()).unwrap();
            let verifier = Verifier::new("us-east-1", service).unwrap();
            verifier.verify(&claim, &key, payload, JANUARY).map(drop)
        };
        assert_eq!(verify("team/app"), Ok(()));
        for other in ["team", "app", "team/other", "other/app"] {
            assert_eq!(verify(other), Err(VerifyError::UnknownAccessKeyId));
        }
    }
}

#[cfg(feature = "explain")]
#[test]
fn explain_reads_an_id_with_a_slash() {
    use countersign::explain::{Cause, Explainer};

    for request in both_forms(&credentials("team/app")) {
        let sent = |secret: &str| {
            Explainer::new(&request, "sqs")
                .with_secret_key(secret.into())
                .check()
        };
        assert_eq!(sent(SECRET).cause(), None);
        let other = Some(&Cause::SignatureNotReproduced);
        assert_eq!(sent("another").cause(), other);
    }
}

fn refused(id: &str, secret: &str) -> Option<Error> {
    let signer = match Signer::new(Credentials::new(id, secret), "us-east-1", "sqs") {
        Ok(signer) => signer,
        Err(error) => return Some(error),
    };
    // Credentials that the constructor accepts can sign.
    let mut request = get("https://sqs.us-east-1.amazonaws.com/");
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    assert!(request.headers().contains_key("authorization"));
    None
}

#[test]
fn a_swap_of_id_and_secret_is_detected_by_the_secret() {
    for id in ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"] {
        let error = refused(SECRET, id).unwrap();
        assert_eq!(
            error.to_string(),
            "secret access key looks like an access key ID: are the two swapped?"
        );
    }
    for (id, secret) in [
        ("AKIAIOSFODNN7EXAMPLE", SECRET),
        ("team/app", SECRET),
        ("AKIAIOSFODNN7EXAMPLE", "minioadmin"),
        // A secret of 40 random characters begins like an access key ID once in 17 million.
        ("AKIDEXAMPLE", "AKIAtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEYabc"),
        ("AKIDEXAMPLE", "ASIA+nFEMI/K7MDENG+bPxRfiCYEXAMPLEKEYabc"),
        ("AKIDEXAMPLE", "AKIDEXAMPLE"),
    ] {
        assert_eq!(refused(id, secret), None, "{id}");
    }
}

/// IAM API Reference: an access key ID has at most 128 characters.
#[test]
fn a_received_access_key_id_is_visible_ascii_of_at_most_128_bytes() {
    let signature = "0".repeat(64);
    let in_header = |id: &str| {
        let header = format!(
            "AWS4-HMAC-SHA256 Credential={id}/20260522/us-east-1/sqs/aws4_request, \
             SignedHeaders=host, Signature={signature}"
        );
        Authorization::parse(&header).map(|it| it.access_key_id.into_owned())
    };
    let in_query = |id: &str| {
        let id: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential={id}%2F20260522%2Fus-east-1%2Fsqs%2Faws4_request\
             &X-Amz-Date=20260522T101112Z&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
        );
        let parsed = countersign::sigv4::QueryAuthorization::parse(&query);
        parsed.map(|it| it.authorization.access_key_id.into_owned())
    };
    for id in [
        "A",
        "team/app",
        "a/b/c",
        "/a",
        "a=b;c\"~!",
        &"x".repeat(128),
    ] {
        assert_eq!(in_query(id).as_deref(), Ok(id));
        assert_eq!(in_header(id).as_deref(), Ok(id));
    }
    for id in [
        "",
        "a b",
        " a",
        "a,b",
        "a\nb",
        "a\tb",
        "a\u{7f}",
        "é",
        &"x".repeat(129),
        &"/".repeat(200),
    ] {
        for refused in [in_query(id), in_header(id)] {
            assert!(
                matches!(refused, Err(Error::MalformedAuthorization(_))),
                "{id}"
            );
        }
    }
}
