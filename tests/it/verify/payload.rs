//! How the payload of a request is declared and checked.

use countersign::Rules;
use countersign::chunked::{ChunkedEncoding, Trailer};
use countersign::verify::PayloadKind;
use http::HeaderName;

use super::*;

#[test]
fn the_context_of_a_stream_contains_its_trailers_and_length() {
    let mut request = get("https://h.example/k");
    let names = ["x-amz-checksum-crc32", "x-custom"];
    let trailers = names.map(|name| Trailer::new(HeaderName::from_static(name), 3));
    let payload = ChunkedEncoding::signed_with_trailers(5, trailers);
    signer("s3")
        .sign_chunked(&mut request, payload, NOW)
        .unwrap();
    let request = sent("/k", request.headers());
    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let PendingVerification::SignedStream(head) =
        verifier.verify_signature(&claim, &key, NOW).unwrap()
    else {
        panic!("not a stream of signed chunks");
    };
    let (_, context) = head.into_parts();
    assert!(context.trailer().eq(names));
    assert_eq!(context.decoded_content_length(), Some(5));
}

#[test]
fn the_error_names_how_the_payload_was_signed_and_checked() {
    let mut request = get("https://h.example/k");
    signer("s3")
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    let request = sent("/k", request.headers());
    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let error = verifier
        .verify(&claim, &key, PayloadHash::Unsigned, NOW)
        .map(drop)
        .unwrap_err();
    let expected = "payload is signed as a hash, but was checked as unsigned";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_payload_that_is_checked_in_another_way_than_signed_is_refused() {
    let mut stream = get("https://h.example/key");
    let payload = ChunkedEncoding::signed(1);
    let chunks = signer("s3")
        .sign_chunked(&mut stream, payload, NOW)
        .unwrap();
    let mut whole = get("https://h.example/key");
    signer("s3")
        .sign(&mut whole, PayloadHash::Unsigned, NOW)
        .unwrap();
    let (whole, stream) = (
        sent("/key", whole.headers()),
        sent("/key", stream.headers()),
    );
    let claim = SignedRequest::parse(&whole).unwrap();
    let streamed = SignedRequest::parse(&stream).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let not_as_signed = VerifyError::PayloadNotAsSigned {
        signed: PayloadKind::Stream,
        checked: PayloadKind::Unsigned,
    };
    let unsigned = VerifyError::PayloadIsUnsigned;
    for (claim, payload, expected) in [
        (&claim, chunks.payload_hash(), unsigned.clone()),
        (&claim, PayloadHash::EMPTY, unsigned),
        (&streamed, PayloadHash::Unsigned, not_as_signed),
    ] {
        let verified = verifier.verify(claim, &key, payload, NOW);
        assert_eq!(verified.map(drop), Err(expected));
    }
}

/// OpenSearch Serverless and VPC Lattice require it as S3 does, whatever rules the client signs by.
#[test]
fn three_services_require_x_amz_content_sha256() {
    for (service, wants) in [
        ("s3", true),
        ("aoss", true),
        ("vpc-lattice-svcs", true),
        ("sqs", false),
    ] {
        let plain = countersign::Service::new(service, Rules::GENERIC);
        let mut request = get("https://h.example/");
        Signer::new(credentials(), "us-east-1", plain)
            .unwrap()
            .sign(&mut request, PayloadHash::EMPTY, NOW)
            .unwrap();
        let verified = verify(service, &sent("/", request.headers()), NOW);
        let wanted = if wants {
            Err(VerifyError::MissingContentSha256)
        } else {
            Ok(())
        };
        assert_eq!(verified, wanted, "{service}");
    }
}

/// Verifies a request for `service` with this payload. The signatures were made with 20 lines of
/// Python's `hmac`, for `AKIDEXAMPLE` on 2026-01-02 at 03:04:05.
fn arrives(
    service: &'static str,
    request: &Request<&'static str>,
    payload: PayloadHash,
) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse(request)?;
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let now = datetime!(2026-01-02 03:04:30 UTC);
    Verifier::new("us-east-1", service)
        .unwrap()
        .verify(&claim, &key, payload, now)
        .map(drop)
}

/// The header is the hash in base64, and is signed so. The last line of the canonical request is
/// the hash in hex.
#[test]
fn the_base64_hash_of_icebergs_java_client_is_verified() {
    const BODY: &str = r#"{"namespace":["sales"]}"#;
    const HASH: &str = "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQ=";
    let request = |service: &str, hash: &str| {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/{service}/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
             Signature=123ed8bd4af5d466fbe532804c9a3ccd59398bbf804cd938aa10fdff62df0171"
        );
        Request::post("/v1/namespaces")
            .header("host", "catalog.example.com")
            .header("x-amz-date", "20260102T030405Z")
            .header("x-amz-content-sha256", hash)
            .header("authorization", authorization)
            .body(BODY)
            .unwrap()
    };
    let sent = request("execute-api", HASH);
    let verify = |payload| arrives("execute-api", &sent, payload);
    assert_eq!(verify(PayloadHash::new(BODY)), Ok(()));
    assert_eq!(
        verify(PayloadHash::new("another")),
        Err(VerifyError::ContentSha256Mismatch)
    );
    assert!(matches!(
        verify(PayloadHash::Unsigned),
        Err(VerifyError::PayloadNotAsSigned { .. })
    ));
    // S3 expects the hash in hex.
    let s3 = arrives("s3", &request("s3", HASH), PayloadHash::new(BODY));
    assert_eq!(s3, Err(VerifyError::InvalidContentSha256));
    // Too short, too long, with nonzero trailing bits, with an invalid character, in base64url.
    for wrong in [
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQ",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQA",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQ==",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRj==",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjR=",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRj!=",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CG-jQ=",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CG_jQ=",
    ] {
        let refused = arrives(
            "execute-api",
            &request("execute-api", wrong),
            PayloadHash::new(BODY),
        );
        assert_eq!(refused, Err(VerifyError::InvalidContentSha256), "{wrong}");
    }
}

/// A URL that declares no payload: other services hash the body.
#[test]
fn a_url_without_a_payload_hash_is_unsigned_for_s3_and_vpc_lattice_only() {
    const BODY: &str = r#"{"namespace":["sales"]}"#;
    let url = |service: &str, signature: &str| {
        let target = format!(
            "/index/_search?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2F{service}%2Faws4_request\
             &X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
             &X-Amz-Signature={signature}"
        );
        let request = Request::post(target).header("host", "search.example.com");
        request.body(BODY).unwrap()
    };
    for (service, hashed, unsigned, is_hashed) in [
        (
            "aoss",
            "7e18a21021928dfef5b6d20035eddbca89084124cc9bbc4adc87f47c62bd5b8a",
            "9bebbc17b863267fba91a7642d44e908ee7191494e28ca948e749806d681b493",
            true,
        ),
        (
            "es",
            "22d2af3a299a4a799aecaab39b04e380fa1cd9aacd0b085cf29fc3b953974656",
            "864dc4ba27415441b98de81e69e02e636fa6473e2b705b8fca90cd2e184a7323",
            true,
        ),
        (
            "s3",
            "60243e11e37075a97ac3760768f830f652d6587a15a61249bf031146f5316869",
            "7bb433685d9746e5284c14cf1fa4cef9a0c225d47b6dff30c0238ea82c710183",
            false,
        ),
        (
            "vpc-lattice-svcs",
            "bd3d8cb92e4e7ae9ba5d937666a81f952ed7c4d2c8dec852ad8ffba4a59f4fcc",
            "55857243b092b8904478328370193b002d1f2aca1aff8973308224941a06065e",
            false,
        ),
    ] {
        let hash = arrives(service, &url(service, hashed), PayloadHash::new(BODY));
        assert_eq!(hash.is_ok(), is_hashed, "{service}: {hash:?}");
        let none = arrives(service, &url(service, unsigned), PayloadHash::Unsigned);
        assert_eq!(none.is_ok(), !is_hashed, "{service}: {none:?}");
    }
}
