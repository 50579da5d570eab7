//! What a server routes by: one signature must not be valid for two resources.

use countersign::verify::{ObjectPath, Verified};
use countersign::{Rules, Service};

use super::*;

/// Verifies a request for `service`, and calls `read` with the proof.
fn with_verified<T>(
    verifier: &Verifier,
    message: &Message,
    read: impl FnOnce(Verified<'_>) -> T,
) -> Result<T, VerifyError> {
    let claim = SignedRequest::parse(message)?;
    let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
    let pending = verifier.verify_signature(&claim, &key, NOW)?;
    let verified = match pending {
        PendingVerification::Hashed(pending) => pending.verify(PayloadHash::new(message.body()))?,
        PendingVerification::Unsigned(pending) => pending.accept(),
        other => panic!("a stream: {other:?}"),
    };
    Ok(read(verified))
}

fn verifier(service: &'static str) -> Verifier {
    Verifier::new("us-east-1", service).unwrap()
}

fn path(verifier: &Verifier, message: &Message) -> Result<String, VerifyError> {
    with_verified(verifier, message, |verified| verified.path().into_owned())
}

fn at(mut message: Message, target: &str) -> Message {
    *message.uri_mut() = target.parse().unwrap();
    message
}

#[test]
fn a_signature_for_one_path_is_not_valid_for_another_with_dot_segments() {
    for message in both_forms("execute-api") {
        assert_eq!(path(&verifier("execute-api"), &message).unwrap(), "/key");
        let query = message.uri().query().unwrap().to_owned();
        for spelling in [
            "/admin/../key",
            "/./key",
            "/../key",
            "/admin/./../key",
            "/admin/%2e%2e/key",
            "/admin/%2E./key",
            "/%2e/key",
        ] {
            let message = at(message.clone(), &format!("{spelling}?{query}"));
            let refused = path(&verifier("execute-api"), &message);
            assert_eq!(refused, Err(VerifyError::PathNotNormalized), "{spelling}");
        }
    }
}

/// The request is refused before the key lookup.
#[test]
fn dot_segments_that_the_client_itself_signed_are_refused_before_the_lookup() {
    for target in [
        "/admin/../key",
        "/a/.",
        "/a/..",
        "/%2e%2e/key",
        // Paths with another meaning for a router that decodes first or that cuts off `;`.
        "/public/..%2fadmin",
        "/public%2F..%2Fadmin",
        "/public/..%5Cadmin",
        "/public/..;/admin",
    ] {
        let message = signed(request("GET", target), "execute-api");
        let claim = SignedRequest::parse(&message).unwrap();
        let error = verifier("execute-api").check(&claim, NOW).unwrap_err();
        assert_eq!(error, VerifyError::PathNotNormalized, "{target}");
        for protocol in [
            countersign::verify::Protocol::S3,
            countersign::verify::Protocol::Query,
            countersign::verify::Protocol::Json,
            countersign::verify::Protocol::RestJson,
            countersign::verify::Protocol::Ec2,
        ] {
            assert_eq!(error.status(protocol), 400);
        }
    }
}

#[test]
fn names_that_begin_or_end_with_dots_are_not_dot_segments() {
    for target in [
        "/.well-known/x",
        "/...",
        "/a../b",
        "/..a",
        "/a.b/c.",
        "/a?x=/../b",
        "/.a%2fb",
        "/a;../b",
    ] {
        let message = signed(request("GET", target), "execute-api");
        assert_eq!(verify(&message, "execute-api"), Ok(()), "{target}");
    }
}

#[test]
fn empty_segments_are_collapsed_in_the_path_to_route_by() {
    for (target, routed) in [
        ("/public//items", "/public/items"),
        ("//public/items", "/public/items"),
        ("/public/items//", "/public/items/"),
        ("//", "/"),
        ("/", "/"),
        ("/a%20b//%7Ec", "/a%20b/%7Ec"),
        ("/a%2Fb", "/a%2Fb"),
    ] {
        let message = signed(request("GET", target), "execute-api");
        let path = path(&verifier("execute-api"), &message).unwrap();
        assert_eq!(path, routed, "{target}");
    }
}

#[test]
fn allowed_dot_segments_are_resolved_in_the_path_to_route_by() {
    let lenient = verifier("execute-api").allow_dot_segments();
    let message = signed(request("GET", "/public"), "execute-api");
    for target in ["/admin/../public", "/./public", "/../public", "//public"] {
        let message = at(message.clone(), target);
        assert_eq!(path(&lenient, &message).unwrap(), "/public", "{target}");
    }
    // Escaped dots are not dot segments in a signature.
    let escaped = at(message, "/admin/%2e%2e/public");
    let refused = path(&lenient, &escaped);
    assert_eq!(refused, Err(VerifyError::SignatureMismatch));
}

/// A service that does not normalize paths signs `..` unchanged.
#[test]
fn dot_segments_are_accepted_where_paths_are_signed_as_they_are() {
    for target in ["/bucket/a/../b", "/bucket/./a", "/bucket/.."] {
        let message = signed(request("GET", target), "s3");
        assert_eq!(path(&verifier("s3"), &message).unwrap(), target);
    }
    let mut rules = Rules::GENERIC;
    rules.normalize_path = false;
    let service = Service::new("execute-api", rules);
    let mut message = request("GET", "/a/../b");
    Signer::new(long_term(), "us-east-1", service.clone())
        .unwrap()
        .sign(&mut message, PayloadHash::EMPTY, NOW)
        .unwrap();
    let verifier = Verifier::new("us-east-1", service).unwrap();
    assert_eq!(path(&verifier, &message).unwrap(), "/a/../b");
}

fn object(message: &Message) -> Result<ObjectPath, VerifyError> {
    with_verified(&verifier("s3"), message, |verified| {
        verified.object_path().expect("a path for S3")
    })
}

/// All spellings that have the same signature are the same object.
#[test]
fn spellings_of_one_key_are_one_object_path() {
    let message = signed(request("GET", "/bucket/a%20b/c%3D1"), "s3");
    let expected = object(&message).unwrap();
    assert_eq!(expected.bucket_and_key(), (&b"bucket"[..], &b"a b/c=1"[..]));
    for spelling in [
        "/bucket/a%20b/c=1",
        "/bucket%2Fa%20b%2fc%3d1",
        "/%62ucket/%61%20b/c%3D1",
    ] {
        let message = at(message.clone(), spelling);
        assert_eq!(object(&message), Ok(expected.clone()), "{spelling}");
        // A router that matches the text gets the same text for all of them.
        let path = path(&verifier("s3"), &message).unwrap();
        assert_eq!(path, "/bucket/a%20b/c%3D1", "{spelling}");
    }
    for other in [
        "/bucket/a+b/c%3D1",
        "/bucket/a%2520b/c%3D1",
        "/bucket//a%20b/c%3D1",
    ] {
        let refused = object(&at(message.clone(), other));
        assert_eq!(refused, Err(VerifyError::SignatureMismatch), "{other}");
    }
}

#[test]
fn object_paths_are_split_after_decoding() {
    for (target, bucket, key) in [
        ("/", &b""[..], &b""[..]),
        ("/bucket", b"bucket", b""),
        ("/bucket/", b"bucket", b""),
        ("/bucket/key", b"bucket", b"key"),
        ("/bucket//key", b"bucket", b"/key"),
        ("/bucket/a/../b", b"bucket", b"a/../b"),
        ("/bucket/a%2F..%2Fb", b"bucket", b"a/../b"),
        ("/bucket%2Fother/key", b"bucket", b"other/key"),
        ("/bucket/%FF%00", b"bucket", b"\xff\x00"),
        ("/bucket/a%2Bb", b"bucket", b"a+b"),
    ] {
        let object = object(&signed(request("GET", target), "s3")).unwrap();
        assert_eq!(object.bucket_and_key(), (bucket, key), "{target}");
        let whole = [bucket, b"/", key].concat();
        let whole = if object.as_bytes().len() == bucket.len() + 1 {
            bucket
        } else {
            &whole
        };
        assert_eq!(object.key(), whole, "{target}");
    }
    let message = signed(request("GET", "/bucket/key"), "sqs");
    let none = with_verified(&verifier("sqs"), &message, |verified| {
        verified.object_path()
    });
    assert_eq!(none, Ok(None));
}

fn pairs(message: &Message, service: &'static str) -> Vec<(Vec<u8>, Vec<u8>)> {
    with_verified(&verifier(service), message, |verified| {
        let pairs = verified.query();
        pairs
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    })
    .unwrap()
}

/// A bare `+` is signed as a space, so it is decoded to a space.
#[test]
fn query_pairs_are_decoded_as_they_were_signed() {
    let pair = |name: &[u8], value: &[u8]| (name.to_vec(), value.to_vec());
    for service in ["s3", "execute-api"] {
        let message = request("GET", "/?prefix=a+b&c%2Bd=%2B&%66=%FF&g&h=i=j&&g=1&=k");
        let expected = vec![
            pair(b"prefix", b"a b"),
            pair(b"c+d", b"+"),
            pair(b"f", b"\xff"),
            pair(b"g", b""),
            pair(b"h", b"i=j"),
            pair(b"g", b"1"),
            pair(b"", b"k"),
        ];
        assert_eq!(pairs(&signed(message, service), service), expected);
    }
}

#[test]
fn query_pairs_leave_out_the_parameters_of_the_signature() {
    let message = request("GET", "/key?list=a%20b&x-amz-acl=private");
    let expected = vec![
        (b"list".to_vec(), b"a b".to_vec()),
        (b"x-amz-acl".to_vec(), b"private".to_vec()),
    ];
    for service in ["s3", "execute-api"] {
        let url = presigned(&message, service);
        assert_eq!(pairs(&url, service), expected);
    }
}

#[test]
fn a_signature_for_one_host_is_not_valid_at_another() {
    let own = verifier("execute-api").with_host("bucket.example.com");
    let others = verifier("execute-api").with_host("admin.example.com");
    let wildcard = verifier("execute-api").with_host("*.example.com");
    let wrong = Err(VerifyError::WrongHost {
        host: "bucket.example.com".to_owned(),
    });
    for message in both_forms("execute-api") {
        assert_eq!(verify(&message, "execute-api"), Ok(()));
        for (verifier, expected) in [
            (&own, Ok(())),
            (&wildcard, Ok(())),
            (&others.clone().with_host("Bucket.Example.COM"), Ok(())),
            (&others, wrong.clone()),
        ] {
            let result = verify_with(verifier, &message, &long_term(), NOW);
            assert_eq!(result, expected);
        }
        // Refused before the key lookup.
        let claim = SignedRequest::parse(&message).unwrap();
        assert_eq!(others.check(&claim, NOW), wrong);
    }
}

#[test]
fn the_proof_contains_the_host_that_was_verified() {
    let own = verifier("sqs").with_host("bucket.example.com");
    // HTTP/2: the authority is the host.
    let mut message = signed(request("GET", "/"), "sqs");
    message.headers_mut().remove("host");
    *message.uri_mut() = "https://bucket.example.com/".parse().unwrap();
    assert_eq!(verify_with(&own, &message, &long_term(), NOW), Ok(()));
    // A proxy replaced the host, and the server knows the original one.
    let mut message = signed(request("GET", "/"), "sqs");
    message
        .headers_mut()
        .insert("host", HeaderValue::from_static("10.0.0.7"));
    let claim = SignedRequest::parse(&message).unwrap();
    let upstream = own.check(&claim, NOW).unwrap_err();
    assert!(matches!(upstream, VerifyError::WrongHost { host } if host == "10.0.0.7"));
    let original = claim.clone().with_original_host("bucket.example.com");
    let key = VerificationKey::derive(&long_term(), claim.scope()).unwrap();
    let verified = own
        .verify(&original, &key, PayloadHash::EMPTY, NOW)
        .unwrap();
    assert_eq!(verified.host(), "bucket.example.com");
    // The original host is compared with the allowed ones, too.
    let elsewhere = verifier("sqs").with_host("10.0.0.7");
    assert!(elsewhere.check(&original, NOW).is_err());
}

/// It has the same content as the borrowed form, and outlives the request.
#[test]
fn the_owned_proof_contains_what_was_verified() {
    let message = request("GET", "/bucket/a%20b?x=1+2");
    for (message, is_url) in [
        (signed(message.clone(), "s3"), false),
        (presigned(&message, "s3"), true),
    ] {
        let (owned, payload) = with_verified(&verifier("s3"), &message, |verified| {
            (verified.into_owned(), verified.payload())
        })
        .unwrap();
        assert_eq!(owned.payload(), payload);
        drop(message);
        let owned = std::thread::spawn(move || owned).join().unwrap();
        assert_eq!(owned.access_key_id(), "AKIDEXAMPLE");
        assert_eq!(owned.scope().as_str(), "20260522/us-east-1/s3/aws4_request");
        assert_eq!(owned.date().as_str(), "20260522T101112Z");
        assert_eq!(
            (owned.method(), owned.host()),
            ("GET", "bucket.example.com")
        );
        assert_eq!(owned.path(), "/bucket/a%20b");
        let object = owned.object_path().unwrap();
        assert_eq!(object.bucket_and_key(), (&b"bucket"[..], &b"a b"[..]));
        assert!(owned.query().eq([(&b"x"[..], &b"1 2"[..])]));
        assert!(owned.signed_headers().any(|name| name == "host"));
        assert_eq!(owned.replay_id().is_none(), is_url);
        let printed = format!("{owned:?}");
        assert!(!printed.contains("Signature") && printed.contains("AKIDEXAMPLE"));
    }
}
