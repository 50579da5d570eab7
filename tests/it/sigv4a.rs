//! Signature Version 4A, where the vectors do not cover it.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may"
)]

use std::time::Duration;

use countersign::sigv4a::{PublicKey, Signer, SigningKey};
use countersign::{
    Credentials, Error, PayloadHash, RawRequest, Rules, SessionToken,
    sigv4::{
        AmzDate, Authorization, CanonicalRequest, QueryAuthorization, Signature, StringToSign,
    },
};
use http::Request;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const MRAP: &str = "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/a%20key";

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET_KEY)
}

fn get(url: &str) -> Request<()> {
    Request::get(url).body(()).unwrap()
}

/// Parses a signature in an `authorization` header.
fn signature(hex: &str) -> Result<Signature, Error> {
    let header = format!(
        "AWS4-ECDSA-P256-SHA256 Credential=A/20150830/s/aws4_request,SignedHeaders=host,Signature={hex}"
    );
    Authorization::parse(&header).map(|authorization| authorization.signature)
}

/// Whether the signature of a request is one of the key over the request as it is now.
fn verifies(key: &PublicKey, request: &Request<()>, rules: &Rules, payload: PayloadHash) -> bool {
    let header = request.headers().get("authorization");
    let header = header.map(|header| header.to_str().unwrap());
    let query = request.uri().query().unwrap_or_default();
    let authorization = match header {
        Some(header) => Authorization::parse(header).unwrap(),
        None => QueryAuthorization::parse(query).unwrap().authorization,
    };
    let canonical = CanonicalRequest::new(request, rules, payload).unwrap();
    let string_to_sign = StringToSign::new(
        authorization.algorithm,
        &AmzDate::new(NOW).unwrap(),
        &authorization.scope,
        &canonical.hash(),
    );
    key.verifies(string_to_sign, &authorization.signature)
}

#[test]
fn the_token_is_sent_under_the_name_that_was_signed() {
    let token = "AQoDYXdzEPT//////////wEXAMPLE";
    for (token, name, parameter) in [
        (
            SessionToken::from(token),
            "x-amz-security-token",
            "X-Amz-Security-Token",
        ),
        (
            SessionToken::s3_express(token),
            "x-amz-s3session-token",
            "X-Amz-S3session-Token",
        ),
    ] {
        let other = ["x-amz-security-token", "x-amz-s3session-token"]
            .into_iter()
            .find(|other| *other != name)
            .unwrap();
        let signer =
            Signer::new(credentials().with_session_token(token.clone()), "*", "s3").unwrap();
        let key = signer.public_key();

        let mut request = get(MRAP);
        signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
        assert_eq!(request.headers()[name], token.expose());
        assert!(!request.headers().contains_key(other));
        let header = request.headers()["authorization"].to_str().unwrap();
        let signed_headers = Authorization::parse(header)
            .unwrap()
            .signed_headers
            .into_owned();
        assert!(signed_headers.split(';').any(|signed| signed == name));
        assert!(!signed_headers.contains(other));
        assert!(verifies(&key, &request, &Rules::S3, PayloadHash::EMPTY));

        let unsigned = PayloadHash::Unsigned;
        let presigned = signer
            .presign_with_payload(&get(MRAP), unsigned, Duration::from_secs(60), NOW)
            .unwrap();
        assert_eq!(presigned.url().matches("oken=").count(), 1);
        assert!(
            presigned
                .url()
                .contains(&format!("&{parameter}=AQoDYXdzEPT%2F"))
        );
        assert!(verifies(&key, &get(presigned.url()), &Rules::S3, unsigned));
    }
}

#[test]
fn the_region_set_is_signed() {
    let signer = Signer::new(credentials(), "us-east-1,eu-west-1", "s3").unwrap();
    let key = signer.public_key();
    let mut request = get(MRAP);
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    assert!(verifies(&key, &request, &Rules::S3, PayloadHash::EMPTY));
    request
        .headers_mut()
        .insert("x-amz-region-set", "*".parse().unwrap());
    assert!(!verifies(&key, &request, &Rules::S3, PayloadHash::EMPTY));

    // The region set of an earlier signature is replaced.
    Signer::new(credentials(), "*", "s3")
        .unwrap()
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    assert_eq!(request.headers()["x-amz-region-set"], "*");
    assert!(verifies(&key, &request, &Rules::S3, PayloadHash::EMPTY));

    let unsigned = PayloadHash::Unsigned;
    let presigned = signer
        .presign_with_payload(&get(MRAP), unsigned, Duration::from_secs(60), NOW)
        .unwrap();
    assert!(verifies(&key, &get(presigned.url()), &Rules::S3, unsigned));
    let other = presigned.url().replace("us-east-1%2Ceu-west-1", "%2A");
    assert!(!verifies(&key, &get(&other), &Rules::S3, unsigned));
}

/// As in SigV4: a path of S3 is decoded and encoded again, a bare plus in a query is a space, and a
/// host is in lowercase.
#[test]
fn the_canonical_request_is_that_of_sigv4() {
    let signer = Signer::new(credentials(), "*", "s3").unwrap();
    let key = signer.public_key();
    let canonical = "GET\n/dt%3D1/a%40b\nprefix=a%20b\nhost:h.example\n\
        x-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20150830T123600Z\nx-amz-region-set:*\n\n\
        host;x-amz-content-sha256;x-amz-date;x-amz-region-set\nUNSIGNED-PAYLOAD";
    let signs = |canonical: &str, signature: &Signature| {
        let hash = Sha256::digest(canonical);
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let scope = "20150830/s3/aws4_request";
        let text = format!("AWS4-ECDSA-P256-SHA256\n20150830T123600Z\n{scope}\n{hash}");
        key.verifies(text, signature)
    };
    let mut request = get("https://H.example/dt=1/a@b?prefix=a+b");
    let signature = signer.sign(&mut request, PayloadHash::Unsigned, NOW);
    assert!(signs(canonical, &signature.unwrap()));
    assert_eq!(request.headers()["host"], "h.example");

    // A server accepts both texts of the path, but the plus only as a space.
    let verifier = countersign::verify::Verifier::for_any_region("s3").unwrap();
    let known = countersign::verify::VerificationKey::from_public_key(
        credentials().access_key_id(),
        key.clone(),
    );
    let verify = |request: &Request<()>| {
        let claim = countersign::verify::SignedRequest::parse(request)?;
        verifier
            .verify(&claim, &known, PayloadHash::Unsigned, NOW)
            .map(drop)
    };
    for (target, good) in [
        ("/dt=1/a@b?prefix=a+b", true),
        ("/dt%3D1/a%40b?prefix=a%20b", true),
        ("/dt=1/a@b?prefix=a%2Bb", false),
        ("/dt=1/a@c?prefix=a+b", false),
    ] {
        let mut received = request.clone();
        *received.uri_mut() = target.parse().unwrap();
        assert_eq!(verify(&received).is_ok(), good, "{target}");
    }

    let request = get("https://H.example/dt=1/a@b?prefix=a+b");
    let minute = Duration::from_secs(60);
    let presigned = signer.presign(&request, minute, NOW);
    let presigned = presigned.unwrap();
    let start = "https://h.example/dt%3D1/a%40b?prefix=a%20b&X-Amz-Algorithm=";
    assert!(presigned.url().starts_with(start), "{}", presigned.url());
    assert_eq!(verify(&get(presigned.url())), Ok(()));
}

#[test]
fn signing_with_sigv4_removes_the_region_set() {
    let mut request = get(MRAP);
    Signer::new(credentials(), "*", "s3")
        .unwrap()
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    let signer = countersign::Signer::new(credentials(), "us-east-1", "s3").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    assert!(!request.headers().contains_key("x-amz-region-set"));
}

#[test]
fn invalid_region_sets_are_refused() {
    for region_set in [
        "",
        "us-east-1,",
        "us-east-1, eu-west-1",
        ",",
        "a/b",
        "us-east-1\n",
    ] {
        let error = Signer::new(credentials(), region_set, "s3").unwrap_err();
        assert!(
            matches!(
                error,
                Error::InvalidRegionSet { .. } | Error::InvalidRegion { .. }
            ),
            "{region_set:?}: {error}"
        );
    }
    let error = Signer::new(credentials(), "us-east-1, eu-west-1", "s3");
    assert_eq!(
        error.unwrap_err().to_string(),
        "region set \"us-east-1, eu-west-1\" contains white space: its regions are joined with `,` alone"
    );
}

#[test]
fn slices_and_http_requests_are_signed_equally() {
    let signer = Signer::new(credentials(), "*", "events").unwrap();
    let key = signer.public_key();
    let mut request = get("https://abc.endpoint.events.amazonaws.com/a//b?x=1");
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let headers: [(&str, &[u8]); 1] = [("host", b"abc.endpoint.events.amazonaws.com")];
    let raw = RawRequest {
        method: "GET",
        path: "/a//b",
        query: "x=1",
        headers: &headers,
    };
    let added = signer.sign_raw(&raw, PayloadHash::EMPTY, NOW).unwrap();
    // An ECDSA signature may differ each time. Everything else is equal.
    let mut same = get("https://abc.endpoint.events.amazonaws.com/a//b?x=1");
    for (name, value) in added.iter() {
        same.headers_mut().insert(name, value.parse().unwrap());
    }
    assert!(verifies(&key, &same, &Rules::GENERIC, PayloadHash::EMPTY));
    same.headers_mut().remove("authorization");
    request.headers_mut().remove("authorization");
    assert_eq!(same.headers(), request.headers());

    let minute = Duration::from_secs(60);
    let presigned = signer
        .presign_raw_with_payload(&raw, PayloadHash::EMPTY, minute, NOW)
        .unwrap();
    let url = format!(
        "https://abc.endpoint.events.amazonaws.com{}",
        presigned.path_and_query()
    );
    assert!(verifies(
        &key,
        &get(&url),
        &Rules::GENERIC,
        PayloadHash::EMPTY
    ));
}

#[test]
fn keys_depend_on_the_access_key_id_and_the_secret() {
    let key = |id, secret: &str| SigningKey::derive(id, &secret.into()).unwrap().public_key();
    assert_eq!(
        key("AKIDEXAMPLE", SECRET_KEY),
        key("AKIDEXAMPLE", SECRET_KEY)
    );
    assert_ne!(
        key("AKIDEXAMPLE", SECRET_KEY),
        key("AKIDEXAMPLF", SECRET_KEY)
    );
    assert_ne!(
        key("AKIDEXAMPLE", SECRET_KEY),
        key("AKIDEXAMPLE", &SECRET_KEY.to_lowercase())
    );
}

/// RFC 6979, A.2.5: the deterministic signature of "sample". Its private key is not derived from
/// credentials, so it can only be verified here.
#[test]
fn only_exact_der_signatures_verify() {
    let point = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
        7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    let key = PublicKey::from_sec1(&unhex(point)).unwrap();
    let r = "00efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
    let s = "00f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
    let order = "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let der = |r: &str, s: &str| {
        let body = format!("02{:02x}{r}02{:02x}{s}", r.len() / 2, s.len() / 2);
        format!("30{:02x}{body}", body.len() / 2)
    };
    let good = der(r, s);
    assert!(key.verifies("sample", &signature(&good).unwrap()));
    assert!(!key.verifies("Sample", &signature(&good).unwrap()));
    // Uppercase digits are accepted.
    assert!(key.verifies("sample", &signature(&good.to_uppercase()).unwrap()));
    // The ECDSA signature (r, n - s) is valid, too.
    let high = "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9";
    assert!(key.verifies("sample", &signature(&der(r, high)).unwrap()));

    let body = &good[4..];
    for (what, bad) in [
        ("a trailing byte", format!("{good}00")),
        ("a byte less", good[..good.len() - 2].to_owned()),
        ("a long length", format!("3081{}", &good[2..])),
        ("no definite length", format!("3080{body}0000")),
        ("another tag", format!("31{}", &good[2..])),
        ("another inner tag", good.replacen("0221", "0321", 1)),
        ("a needless zero", der(&format!("00{r}"), s)),
        ("a negative r", der(&r[2..], s)),
        ("a negative s", der(r, &s[2..])),
        ("r = 0", der("00", s)),
        ("s = 0", der(r, "00")),
        ("r = N", der(order, s)),
        ("s = N", der(r, order)),
        ("an empty integer", der("", s)),
        ("three integers", format!("304902{}020100", &good[6..])),
        ("the bare integers", format!("{}{}", &r[2..], &s[2..])),
        ("nothing but zeros", "00".repeat(72)),
        ("padding", format!("{good}**")),
    ] {
        let verifies = signature(&bad).is_ok_and(|bad| key.verifies("sample", &bad));
        assert!(!verifies, "{what}: {bad}");
    }
}

#[test]
fn an_invalid_point_is_no_public_key() {
    let key = SigningKey::derive("AKIDEXAMPLE", &SECRET_KEY.into())
        .unwrap()
        .public_key();
    let point = key.to_sec1();
    assert_eq!(PublicKey::from_sec1(&point), Ok(key.clone()));
    let mut compressed = point[..33].to_vec();
    compressed[0] = 2 + (point[64] & 1);
    assert_eq!(PublicKey::from_sec1(&compressed), Ok(key));

    let mut off = point;
    off[64] ^= 1;
    for bad in [&[][..], &[0], &[4; 65], &point[..64], &point[1..], &off] {
        assert_eq!(
            PublicKey::from_sec1(bad),
            Err(Error::InvalidPublicKey),
            "{bad:?}"
        );
    }
}

#[test]
fn debug_contains_no_secret() {
    let signer = Signer::new(credentials().with_session_token("SECRETTOKEN"), "*", "s3").unwrap();
    let key = SigningKey::derive("AKIDEXAMPLE", &SECRET_KEY.into()).unwrap();
    let text = format!("{signer:?} {key:?} {:?}", key.sign("text"));
    assert!(text.contains("AKIDEXAMPLE"));
    assert!(!text.contains("SECRETTOKEN") && !text.contains("wJalr"));
    // The private key of these credentials, from the vectors.
    assert!(!text.contains("7efc8c0e"));
}

fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap())
        .collect()
}

/// Verification with the public key only.
mod verifying {
    use countersign::chunked::{ChunkVerifier, ChunkedEncoding, Trailer};
    use countersign::sigv4::SigningKey as SymmetricKey;
    use countersign::verify::{
        PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
    };

    use super::*;

    fn verify(
        verifier: &Verifier,
        key: &PublicKey,
        request: &Request<()>,
        payload: PayloadHash,
    ) -> Result<(), VerifyError> {
        let claim = SignedRequest::parse(request)?;
        let key = VerificationKey::from_public_key("AKIDEXAMPLE", key.clone());
        verifier.verify(&claim, &key, payload, NOW).map(drop)
    }

    #[test]
    fn header_and_url_verify_with_the_public_key() {
        let signer = Signer::new(credentials(), "us-*,eu-west-1", "s3").unwrap();
        let key = signer.public_key();
        let mut signed = get(MRAP);
        signer.sign(&mut signed, PayloadHash::EMPTY, NOW).unwrap();
        let unsigned = PayloadHash::Unsigned;
        let minute = Duration::from_secs(60);
        let presigned = signer
            .presign_with_payload(&get(MRAP), unsigned, minute, NOW)
            .unwrap();
        let presigned = get(presigned.url());
        for (request, payload) in [(&signed, PayloadHash::EMPTY), (&presigned, unsigned)] {
            for (region, covered) in [
                ("us-east-1", true),
                ("eu-west-1", true),
                ("eu-west-2", false),
            ] {
                let verifier = Verifier::new(region, "s3").unwrap();
                let verified = verify(&verifier, &key, request, payload);
                assert_eq!(verified.is_ok(), covered, "{region}: {verified:?}");
                if !covered {
                    assert!(matches!(verified, Err(VerifyError::WrongRegion { .. })));
                }
            }
            let verifier = Verifier::new("us-east-1", "s3").unwrap();
            let other =
                Signer::new(Credentials::new("AKIDEXAMPLF", SECRET_KEY), "*", "s3").unwrap();
            let other = other.public_key();
            let mismatch = Err(VerifyError::SignatureMismatch);
            assert_eq!(verify(&verifier, &other, request, payload), mismatch);

            let mut changed = request.clone();
            *changed.uri_mut() = request
                .uri()
                .to_string()
                .replace("a%20key", "b%20key")
                .parse()
                .unwrap();
            assert_eq!(verify(&verifier, &key, &changed, payload), mismatch);
        }

        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let mut unset = signed.clone();
        unset.headers_mut().remove("x-amz-region-set");
        assert!(verify(&verifier, &key, &unset, PayloadHash::EMPTY).is_err());
        let mut wider = signed.clone();
        wider
            .headers_mut()
            .insert("x-amz-region-set", "*".parse().unwrap());
        let refused = verify(&verifier, &key, &wider, PayloadHash::EMPTY);
        assert_eq!(refused, Err(VerifyError::SignatureMismatch));
    }

    /// A key of one algorithm does not verify a request of the other.
    #[test]
    fn a_key_of_one_algorithm_verifies_nothing_of_the_other() {
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let signer = Signer::new(credentials(), "*", "s3").unwrap();
        let mut several = get(MRAP);
        signer.sign(&mut several, PayloadHash::EMPTY, NOW).unwrap();
        let claim = SignedRequest::parse(&several).unwrap();
        let symmetric = SymmetricKey::derive(credentials().secret_key(), claim.scope());
        let symmetric = VerificationKey::from_signing_key("AKIDEXAMPLE", symmetric);
        let refused = verifier.verify(&claim, &symmetric, PayloadHash::EMPTY, NOW);
        assert_eq!(refused.map(drop), Err(VerifyError::SignatureMismatch));

        let mut one = get(MRAP);
        let symmetric = countersign::Signer::new(credentials(), "us-east-1", "s3").unwrap();
        symmetric.sign(&mut one, PayloadHash::EMPTY, NOW).unwrap();
        let key = signer.public_key();
        let refused = verify(&verifier, &key, &one, PayloadHash::EMPTY);
        assert_eq!(refused, Err(VerifyError::SignatureMismatch));
    }

    #[test]
    fn the_key_of_a_claim_is_derived_from_its_credentials() {
        let session = credentials().with_session_token("TOKEN");
        let mut request = get(MRAP);
        let signer = Signer::new(session.clone(), "us-*", "s3").unwrap();
        signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
        let claim = SignedRequest::parse(&request).unwrap();
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let verify = |credentials: &Credentials| {
            let key = VerificationKey::derive(credentials, claim.scope())?;
            assert_eq!(key.access_key_id(), credentials.access_key_id());
            Ok(verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW).err())
        };
        assert_eq!(verify(&session), Ok(None));
        let of = |id, secret| Credentials::new(id, secret).with_session_token("TOKEN");
        for (other, refused) in [
            (of("AKIDEXAMPLE", "another"), VerifyError::SignatureMismatch),
            (
                of("AKIDEXAMPLF", SECRET_KEY),
                VerifyError::UnknownAccessKeyId,
            ),
            (credentials(), VerifyError::InvalidSessionToken),
            (
                session.clone().with_expiration(NOW),
                VerifyError::CredentialsExpired {
                    expiration: NOW.into(),
                    now: NOW.into(),
                },
            ),
        ] {
            assert_eq!(verify(&other), Ok(Some(refused)));
        }
        assert!(matches!(
            verify(&of("AKIDEXAMPLE", "")),
            Err(Error::InvalidSecretKey(_))
        ));
    }

    #[test]
    fn the_session_token_belongs_to_the_key() {
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let signer = Signer::new(credentials().with_session_token("TOKEN"), "*", "s3").unwrap();
        let mut request = get(MRAP);
        signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
        let claim = SignedRequest::parse(&request).unwrap();
        let key = signer.public_key();
        for (token, good) in [("TOKEN", true), ("OTHER", false)] {
            let key = VerificationKey::from_public_key("AKIDEXAMPLE", key.clone());
            let key = key.with_session_token(token);
            let verified = verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW);
            assert_eq!(verified.is_ok(), good);
        }
        let key = VerificationKey::from_public_key("AKIDEXAMPLE", key);
        let verified = verifier
            .verify(&claim, &key, PayloadHash::EMPTY, NOW)
            .map(drop);
        assert_eq!(verified, Err(VerifyError::InvalidSessionToken));
    }

    /// Verifies an upload with trailers, its head and its chunks.
    fn receive(key: &PublicKey, head: &Request<()>, body: &[u8]) -> Option<Vec<u8>> {
        let claim = SignedRequest::parse(head).unwrap();
        let verifier = Verifier::new("eu-west-1", "s3").unwrap();
        let key = VerificationKey::from_public_key("AKIDEXAMPLE", key.clone());
        let Ok(PendingVerification::SignedStream(head)) =
            verifier.verify_signature(&claim, &key, NOW)
        else {
            panic!("not a stream");
        };
        let (_, seed) = head.into_parts();
        let mut chunks = ChunkVerifier::new(&seed).unwrap();
        let (mut data, mut input) = (Vec::new(), body);
        while !input.is_empty() {
            let decoded = chunks.decode(input).ok()?;
            data.extend_from_slice(decoded.data);
            input = &input[decoded.consumed..];
        }
        chunks.finish().ok().map(|_| data)
    }

    #[test]
    fn chunks_and_trailers_verify_with_the_public_key_alone() {
        let signer = Signer::new(credentials(), "eu-*", "s3").unwrap();
        let key = signer.public_key();
        let mut head = Request::put(MRAP).body(()).unwrap();
        let trailer = Trailer::new("x-amz-meta-end".parse().unwrap(), 3);
        let payload = ChunkedEncoding::signed_with_trailers(20_000, [trailer]);
        let payload = payload.with_chunk_size(8192);
        let mut chunks = signer.sign_chunked(&mut head, payload, NOW).unwrap();
        let mut body = Vec::new();
        for chunk in [7; 20_000].chunks(8192) {
            body.extend_from_slice(chunks.header(chunk).unwrap().as_ref());
            body.extend_from_slice(chunk);
        }
        body.extend(chunks.finish_with([("x-amz-meta-end", "yes")]).unwrap());
        assert_eq!(head.headers()["content-length"], body.len().to_string());

        assert_eq!(receive(&key, &head, &body), Some(vec![7; 20_000]));
        // A byte in the data of each chunk, in a signature, in the padding and in the trailer is
        // changed.
        let at = |text: &str| {
            let text = text.as_bytes();
            body.windows(text.len())
                .position(|window| window == text)
                .unwrap()
        };
        for changed in [200, 9000, 18_000, at("chunk-signature=30") + 40, at("yes")] {
            let mut bad = body.clone();
            bad[changed] = if bad[changed] == b'0' { b'1' } else { b'0' };
            assert_eq!(receive(&key, &head, &bad), None, "byte {changed}");
        }
        assert_eq!(receive(&key, &head, &body[..body.len() - 2]), None);
    }
}

/// Each streaming literal with its mode, signed by hand.
#[test]
fn each_streaming_literal_has_its_own_mode() {
    use countersign::StreamingMode;
    use countersign::sigv4::{Algorithm, CredentialScope};
    use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
    use sha2::{Digest, Sha256};

    let (date, scope) = (AmzDate::new(NOW).unwrap(), "20150830/s3/aws4_request");
    let key = SigningKey::derive("AKIDEXAMPLE", &SECRET_KEY.into()).unwrap();
    let public_key = key.public_key();
    for (literal, mode) in [
        (
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
            StreamingMode::Chunks,
        ),
        (
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
            StreamingMode::ChunksAndTrailer,
        ),
        (
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            StreamingMode::UnsignedAndTrailer,
        ),
        (
            "STREAMING-AWS4-ECDSA-P256-SHA256-EVENTS",
            StreamingMode::Events,
        ),
    ] {
        let headers = [
            ("host", "h"),
            ("x-amz-content-sha256", literal),
            ("x-amz-date", "20150830T123600Z"),
            ("x-amz-decoded-content-length", "1"),
            ("x-amz-region-set", "*"),
            ("x-amz-trailer", "x-amz-checksum-crc32"),
        ];
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let names = headers.map(|(name, _)| name).join(";");
        let canonical = format!("PUT\n/k\n\n{lines}\n{names}\n{literal}");
        let string_to_sign = StringToSign::new(
            Algorithm::EcdsaP256Sha256,
            &date,
            &scope.parse::<CredentialScope>().unwrap(),
            &Sha256::digest(canonical).into(),
        );
        let mut request = Request::put("/k").header(
            "authorization",
            format!(
                "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={names}, \
                 Signature={}",
                key.sign(string_to_sign).as_str()
            ),
        );
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(()).unwrap();
        let claim = SignedRequest::parse(&request).unwrap();
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let key = VerificationKey::from_public_key("AKIDEXAMPLE", public_key.clone());
        let (_, context) = match verifier.verify_signature(&claim, &key, NOW) {
            Ok(PendingVerification::SignedStream(pending)) => pending.into_parts(),
            Ok(PendingVerification::UnsignedStream(pending)) => pending.accept(),
            other => panic!("{literal}: {other:?}"),
        };
        assert_eq!(context.payload(), mode);
    }
}

/// The longest header of a chunk has 16 digits, and follows another chunk.
#[test]
#[cfg(target_pointer_width = "64")]
fn a_chunk_header_has_up_to_16_digits() {
    use countersign::chunked::ChunkedEncoding;

    let size = 1_u64 << 60;
    let payload = ChunkedEncoding::signed(2 * size).with_chunk_size(1 << 60);
    let signer = Signer::new(credentials(), "*", "s3").unwrap();
    let mut request = Request::put(MRAP).body(()).unwrap();
    let mut chunks = signer.sign_chunked(&mut request, payload, NOW).unwrap();
    let first = chunks.header_of_hash(size, &[0; 32]).unwrap();
    let start = b"1000000000000000;chunk-signature=";
    // The signature is padded to 144 characters.
    assert_eq!(first.as_ref().len(), start.len() + 144 + 2);
    let second = chunks.header_of_hash(size, &[0; 32]).unwrap();
    let text = second.as_ref();
    assert!(
        text.strip_prefix(b"\r\n")
            .is_some_and(|text| text.starts_with(start))
    );
    assert!(text.ends_with(b"\r\n"));
    assert_eq!(text.len(), 2 + start.len() + 144 + 2);
}

#[test]
fn a_signer_returns_its_region_set_and_service() {
    let signer = Signer::new(credentials(), "us-east-1,eu-*", "s3").unwrap();
    assert_eq!(signer.region_set(), "us-east-1,eu-*");
    assert_eq!(signer.service().name(), "s3");
}
