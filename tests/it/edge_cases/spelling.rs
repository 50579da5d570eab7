//! Requests that are sent in a spelling other than the canonical one: S3 paths, and hosts in
//! uppercase.

use countersign::StreamingMode;
use countersign::verify::{
    PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{
    ContentSha256, Error, PayloadHash, RawRequest, Rules, Service,
    sigv4::{CanonicalPath, CanonicalRequest},
};
use http::{HeaderValue, Request};
use time::macros::datetime;

use crate::edge_cases::reference::*;

/// The service of a store that verifies the path as it is sent.
fn as_sent() -> Service {
    let mut rules = Rules::S3;
    rules.recode_path = false;
    Service::new("s3", rules)
}

/// A request to S3 for `path` with an unsigned payload, and the signature for the path `signed`.
fn arrives(path: &str, signed: &str) -> Request<()> {
    let signature = signature(s3(signed, ""), "s3");
    Request::get(path)
        .header("host", "bucket.s3.amazonaws.com")
        .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .header("x-amz-date", "20150830T123600Z")
        .header(
            "authorization",
            format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, \
                 SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}"
            ),
        )
        .body(())
        .unwrap()
}

/// The signature is the one that S3 calculates. The URI is unchanged.
#[test]
fn s3_signs_the_recomputed_path_and_leaves_the_uri_alone() {
    let uri = "https://b.s3.amazonaws.com/dt=2026-01-02/part@0.parquet";
    let mut request = get(uri);
    let now = datetime!(2026-01-02 03:04:05 UTC);
    let signature = signer("s3").sign(&mut request, PayloadHash::EMPTY, now);
    assert_eq!(
        signature.unwrap().as_str(),
        "ac5620b8916d44cb183ae6ef625e4a91b628ea512c1bba3ebbb37d68380922f0"
    );
    assert_eq!(request.uri(), uri);
    assert!(!request.headers().contains_key("host"));
}

#[test]
fn presign_writes_the_canonical_path_of_s3_into_the_url() {
    for (sent, canonical) in [
        ("/dt=2026-01-02/part@0", "/dt%3D2026-01-02/part%400"),
        ("/caf%c3%a9/%7Ea", "/caf%C3%A9/~a"),
        ("/é", "/%C3%A9"),
        ("/a%2Fb", "/a/b"),
        ("/a//b/./c/../d=", "/a//b/./c/../d%3D"),
        ("/a%20b", "/a%20b"),
        ("", "/"),
    ] {
        let request = get(&format!("https://bucket.s3.amazonaws.com{sent}?b=1"));
        let text = s3_presigned(canonical, "", "&b=1");
        let presigned = presigns("s3", &request, PayloadHash::Unsigned, &text);
        let start = format!("https://bucket.s3.amazonaws.com{canonical}?b=1&X-Amz-Algorithm=");
        assert!(presigned.url().starts_with(&start), "{}", presigned.url());
        let received = get(presigned.url());
        assert_eq!(verifies("s3", &received, PayloadHash::Unsigned), Ok(()));

        let headers = [("host", &b"bucket.s3.amazonaws.com"[..])];
        let raw = RawRequest {
            method: "GET",
            path: sent,
            query: "b=1",
            headers: &headers,
        };
        let target = signer("s3").presign_raw(&raw, LIFETIME, NOW);
        let own = presigned
            .url()
            .strip_prefix("https://bucket.s3.amazonaws.com");
        assert_eq!(Some(target.unwrap().path_and_query()), own);
        let presigner = signer("s3").presigner(LIFETIME, NOW);
        let many = presigner.unwrap().presign(&request).unwrap();
        assert_eq!(many.url(), presigned.url());
    }
    // For other services the path is sent unchanged.
    let request = get("https://example.amazonaws.com/a=b//%7e/");
    let presigned = signer("service").presign(&request, LIFETIME, NOW);
    let presigned = presigned.unwrap();
    let start = "https://example.amazonaws.com/a=b//%7e/?X-Amz-";
    assert!(presigned.url().starts_with(start), "{}", presigned.url());
}

/// A client removes `.` and `..`, so a URL with such a segment would reach another key.
#[test]
fn a_presigned_url_gains_no_dot_segments() {
    for (sent, on_the_wire, canonical) in [
        ("/a/..%2Fb", "/a/..%2Fb", "/a/../b"),
        ("/a%2F..%2Fb/c=", "/a%2F..%2Fb/c%3D", "/a/../b/c%3D"),
        ("/a/%2E%2E/b", "/a/%2E%2E/b", "/a/../b"),
        ("/%2e/b", "/%2e/b", "/./b"),
        ("/a%2F.", "/a%2F.", "/a/."),
        // These are not dot segments.
        ("/a%2F...%2Fb", "/a/.../b", "/a/.../b"),
        ("/%2Ea/b%2E%2E", "/.a/b..", "/.a/b.."),
    ] {
        let request = get(&format!("https://bucket.s3.amazonaws.com{sent}"));
        let text = s3_presigned(canonical, "", "");
        let presigned = presigns("s3", &request, PayloadHash::Unsigned, text);
        let start = format!("https://bucket.s3.amazonaws.com{on_the_wire}?X-Amz-Algorithm=");
        assert!(presigned.url().starts_with(&start), "{}", presigned.url());
        let received = get(presigned.url());
        assert_eq!(verifies("s3", &received, PayloadHash::Unsigned), Ok(()));
    }
}

#[test]
fn a_rule_signs_the_path_of_s3_as_it_is_sent() {
    for path in ["/dt=1/part@0", "/a%2Fb", "/%c3%a9", "/a+b", "/a//../b"] {
        let mut request = get(&format!("https://bucket.s3.amazonaws.com{path}"));
        let payload = PayloadHash::Unsigned;
        signs(as_sent(), &mut request, payload, s3(path, ""));
        assert_eq!(verifies(as_sent(), &request, payload), Ok(()), "{path}");
        let request = get(&format!("https://bucket.s3.amazonaws.com{path}"));
        let presigned = presigns(as_sent(), &request, payload, s3_presigned(path, "", ""));
        assert!(presigned.url().contains(&format!(".com{path}?X-Amz-")));
    }
    // A server with this rule accepts no other text.
    let recomputed = arrives("/dt=1", "/dt%3D1");
    assert_eq!(verifies("s3", &recomputed, PayloadHash::Unsigned), Ok(()));
    assert_eq!(
        verifies(as_sent(), &recomputed, PayloadHash::Unsigned),
        Err(VerifyError::SignatureMismatch)
    );
}

#[test]
fn a_bare_plus_in_a_path_of_s3_is_refused_and_the_error_names_encode_key() {
    for service in ["s3", "s3express", "s3-outposts", "s3-object-lambda"] {
        let mut request = get("https://bucket.s3.amazonaws.com/a/b+c.txt");
        let signed = signer(service).sign(&mut request, PayloadHash::Unsigned, NOW);
        let error = signed.unwrap_err();
        assert!(
            matches!(error, Error::InvalidPath { position: 4, .. }),
            "{error}"
        );
        assert!(error.to_string().contains("encode_key"), "{error}");
        assert!(request.headers().is_empty());
        let presigned = signer(service).presign(&request, LIFETIME, NOW);
        assert_eq!(presigned.unwrap_err(), error);
        let canonical = CanonicalRequest::new(&request, &Rules::S3, PayloadHash::Unsigned);
        assert_eq!(canonical.unwrap_err(), error);
    }
    // The output of `encode_key` is signed. For other services, a bare plus is signed, too.
    signs_s3("/a/b%2Bc.txt", "/a/b%2Bc.txt", "");
    signs_plain("/a/b+c.txt", "/a/b%2Bc.txt", "");
}

#[test]
fn a_malformed_escape_in_a_path_is_refused() {
    for (path, at) in [
        ("/a%zz", 2),
        ("/%", 1),
        ("/a%4", 2),
        ("/a%4g", 2),
        ("/a%%41", 2),
        ("/%41/%C3%A9%é", 11),
    ] {
        for service in [Service::from("sqs"), Service::S3, as_sent()] {
            let mut request = get(&format!("https://h.example{path}"));
            let signed = signer(service.clone()).sign(&mut request, PayloadHash::EMPTY, NOW);
            let error = signed.unwrap_err();
            assert!(
                matches!(error, Error::InvalidPath { position, .. } if position == at),
                "{path}: {error}"
            );
            assert!(request.headers().is_empty());
            let presigned = signer(service.clone()).presign(&request, LIFETIME, NOW);
            assert_eq!(presigned.unwrap_err(), error);
            let path = CanonicalPath::new(path, service.rules());
            assert_eq!(path.unwrap_err(), error);
        }
        let received = arrives(path, path);
        assert!(matches!(
            verifies("s3", &received, PayloadHash::Unsigned),
            Err(VerifyError::InvalidTarget { .. })
        ));
    }
}

/// OpenDAL, aws4 and others send `( ) ! * '` bare and sign them escaped. Some versions of curl sign
/// the path as it is sent.
#[test]
fn a_server_of_s3_accepts_the_signature_of_either_text() {
    let payload = PayloadHash::Unsigned;
    for (sent, signed) in [
        ("/a(b)!*'", "/a%28b%29%21%2A%27"),
        ("/a(b)!*'", "/a(b)!*'"),
        ("/%c3%a9", "/%C3%A9"),
        ("/%c3%a9", "/%c3%a9"),
        ("/é", "/%C3%A9"),
        ("/a+b", "/a+b"),
        ("/a+b", "/a%2Bb"),
    ] {
        assert_eq!(verifies("s3", &arrives(sent, signed), payload), Ok(()));
    }
    let mismatch = Err(VerifyError::SignatureMismatch);
    for (sent, signed) in [
        // A plus has one meaning only.
        ("/a+b", "/a%20b"),
        ("/a%20b", "/a+b"),
        // A text of the same key that is neither the canonical one nor the one that was sent.
        ("/a(b)", "/a(b%29"),
        ("/a%28b%29", "/a(b)"),
        // A canonical request contains ASCII only.
        ("/é", "/é"),
        ("/a%2528", "/a%28"),
        ("/a(", "/a%2528"),
    ] {
        let result = verifies("s3", &arrives(sent, signed), payload);
        assert_eq!(result, mismatch, "{sent} {signed}");
    }
    // Other services have one text.
    let mut request = get("https://example.amazonaws.com/a(b)");
    let signed = signer("service").sign(&mut request, PayloadHash::EMPTY, NOW);
    let text = plain("/a(b)", "");
    assert_ne!(signed.unwrap().as_str(), signature(text, "service"));
}

/// For each way in which a payload is signed.
#[test]
fn either_text_is_accepted_with_every_payload() {
    let text = |path: &str, hash: &str| {
        format!(
            "PUT\n{path}\n\nhost:bucket.s3.amazonaws.com\nx-amz-content-sha256:{hash}\n\
             x-amz-date:20150830T123600Z\nx-amz-decoded-content-length:1\n\n\
             host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length\n{hash}"
        )
    };
    for hash in [EMPTY, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"] {
        for (signed, good) in [("/a=b", true), ("/a%3Db", true), ("/a%3db", false)] {
            let signature = signature(text(signed, hash), "s3");
            let request = Request::put("/a=b")
                .header("host", "bucket.s3.amazonaws.com")
                .header("x-amz-content-sha256", hash)
                .header("x-amz-date", "20150830T123600Z")
                .header("x-amz-decoded-content-length", "1")
                .header(
                    "authorization",
                    format!(
                        "AWS4-HMAC-SHA256 \
                         Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, \
                         SignedHeaders=host;x-amz-content-sha256;x-amz-date;\
                         x-amz-decoded-content-length, Signature={signature}"
                    ),
                )
                .body(())
                .unwrap();
            let claim = SignedRequest::parse(&request).unwrap();
            let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
            let verifier = Verifier::new(REGION, "s3").unwrap();
            match verifier.verify_signature(&claim, &key, NOW) {
                Ok(PendingVerification::Hashed(head)) => {
                    assert!(good && hash == EMPTY);
                    assert!(head.verify(PayloadHash::EMPTY).is_ok());
                }
                Ok(PendingVerification::SignedStream(head)) => {
                    assert!(good && head.payload() == StreamingMode::Chunks);
                    // The chain of chunks starts with the signature that was received.
                    assert_eq!(head.into_parts().1.signature().as_str(), signature);
                }
                Ok(head) => panic!("{head:?}"),
                Err(error) => {
                    assert_eq!(error, VerifyError::SignatureMismatch);
                    assert!(!good, "{signed}");
                }
            }
        }
    }

    // If only the payload determines the hash, both texts are compared after it is known.
    let mut rules = Rules::S3;
    rules.content_sha256 = ContentSha256::Never;
    let store = Service::new("service", rules);
    for (signed, good) in [("/a=b", true), ("/a%3Db", true), ("/a%3db", false)] {
        let signature = signature(plain(signed, ""), "service");
        let request = Request::get("/a=b")
            .header("host", "example.amazonaws.com")
            .header("x-amz-date", "20150830T123600Z")
            .header(
                "authorization",
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                     SignedHeaders=host;x-amz-date, Signature={signature}"
                ),
            )
            .body(())
            .unwrap();
        let expected = match good {
            true => Ok(()),
            false => Err(VerifyError::SignatureMismatch),
        };
        let result = verifies(store.clone(), &request, PayloadHash::EMPTY);
        assert_eq!(result, expected, "{signed}");
        let other = verifies(store.clone(), &request, PayloadHash::new("x"));
        assert_eq!(other, Err(VerifyError::SignatureMismatch));
    }
}

/// Some clients send a host as it is written, others in lowercase.
#[test]
fn signing_adds_a_lowercase_host_only_if_the_uri_has_uppercase_letters() {
    let text = |host: &str| {
        format!("GET\n/\n\nhost:{host}\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n{EMPTY}")
    };
    let payload = PayloadHash::EMPTY;
    let mut request = get("https://User@STS.us-east-1.amazonaws.COM:443/");
    let canonical = text("sts.us-east-1.amazonaws.com");
    signs("sts", &mut request, payload, &canonical);
    assert_eq!(request.headers()["host"], "sts.us-east-1.amazonaws.com");
    assert_eq!(
        request.uri(),
        "https://User@STS.us-east-1.amazonaws.COM:443/"
    );
    // Signing again makes the same request.
    signs("sts", &mut request, payload, &canonical);
    assert_eq!(request.headers().get_all("host").iter().count(), 1);
    // As a server receives it: by HTTP/1.1, and by HTTP/2 with the authority as it was written.
    let mut received = request.clone();
    *received.uri_mut() = "/".parse().unwrap();
    assert_eq!(verifies("sts", &received, payload), Ok(()));
    assert_eq!(verifies("sts", &request, payload), Ok(()));

    let mut lowercase = get("https://sts.us-east-1.amazonaws.com/");
    signs("sts", &mut lowercase, payload, &canonical);
    assert!(!lowercase.headers().contains_key("host"));

    // A `host` header of the caller is signed unchanged.
    let mut own = get("https://STS.us-east-1.amazonaws.com/");
    let host = HeaderValue::from_static("Sts.Example");
    own.headers_mut().insert("host", host);
    signs("sts", &mut own, payload, text("Sts.Example"));
    assert_eq!(own.headers()["host"], "Sts.Example");

    // After an error nothing was added.
    let mut refused = get("https://STS.us-east-1.amazonaws.com/?a=%");
    assert!(signer("sts").sign(&mut refused, payload, NOW).is_err());
    assert!(refused.headers().is_empty());
}

#[test]
fn a_presigned_url_and_its_signature_have_the_host_in_lowercase() {
    let canonical = s3_presigned("/Key", "", "&Q=X");
    let request = get("https://User@BUCKET.s3.Amazonaws.com/Key?Q=X");
    // `Q` sorts before the parameters of the signature.
    let canonical = canonical
        .replace("&Q=X", "")
        .replace("X-Amz-Algorithm", "Q=X&X-Amz-Algorithm");
    let presigned = presigns("s3", &request, PayloadHash::Unsigned, &canonical);
    let start = "https://bucket.s3.amazonaws.com/Key?Q=X&X-Amz-Algorithm=";
    assert!(presigned.url().starts_with(start), "{}", presigned.url());
    assert!(presigned.headers().is_empty());
    let received = get(presigned.url());
    assert_eq!(verifies("s3", &received, PayloadHash::Unsigned), Ok(()));

    // A header that equals the host of the URL need not be sent.
    let mut same = request.clone();
    let host = HeaderValue::from_static("bucket.s3.amazonaws.com");
    same.headers_mut().insert("host", host);
    let presigned = presigns("s3", &same, PayloadHash::Unsigned, &canonical);
    assert!(presigned.headers().is_empty());
    // A header with other letters is signed unchanged, and must be sent.
    let host = HeaderValue::from_static("BUCKET.s3.amazonaws.com");
    same.headers_mut().insert("host", host);
    let canonical = canonical.replace("host:bucket", "host:BUCKET");
    let presigned = presigns("s3", &same, PayloadHash::Unsigned, canonical);
    assert_eq!(presigned.headers()["host"], "BUCKET.s3.amazonaws.com");
}
