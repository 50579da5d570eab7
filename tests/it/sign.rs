//! What signing changes in a request, and that an error changes nothing.

mod headers;
mod presigned;

use std::time::Duration;

use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
use countersign::sigv4::{Algorithm, Authorization, ScopeProblem};
use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{
    ContentSha256, Credentials, Error, PayloadHash, RawRequest, Rules, Service, Signer,
    StreamingMode, Timestamp,
};
use http::{HeaderMap, HeaderValue, Request};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_323_045);
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET_KEY)
        .with_session_token("to/ken==")
        .with_expiration(Timestamp::from_unix_seconds(1_767_326_400))
}

/// Names and values in order, as two `HeaderMap`s are also equal in another order.
fn in_order(headers: &HeaderMap) -> Vec<(String, HeaderValue)> {
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect()
}

/// An upload with every header that signing sets or removes.
fn upload(uri: &str) -> Request<()> {
    let mut request = Request::put(uri);
    for (name, value) in [
        ("transfer-encoding", "chunked"),
        ("content-encoding", "gzip"),
        ("content-length", "5"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("x-amz-security-token", "stale"),
        ("x-amz-date", "20200101T000000Z"),
        ("date", "Wed, 01 Jan 2020 00:00:00 GMT"),
        ("authorization", "AWS4-HMAC-SHA256 stale"),
    ] {
        request = request.header(name, value);
    }
    request.body(()).unwrap()
}

/// Requests that every signer refuses, and one that every signer accepts.
fn requests() -> Vec<(&'static str, Request<()>)> {
    let good = "https://bucket.s3.amazonaws.com/key";
    let mut two_hosts = upload(good);
    for host in ["a", "b"] {
        let host = HeaderValue::from_static(host);
        two_hosts.headers_mut().append("host", host);
    }
    vec![
        ("good", upload(good)),
        (
            "a query that is signed",
            upload(&format!("{good}?X-Amz-Signature=ab")),
        ),
        (
            "a bare plus in the path",
            upload("https://bucket.s3.amazonaws.com/a+b"),
        ),
        ("two hosts", two_hosts),
        ("no host", upload("/key")),
    ]
}

fn stays_as_it_was<T>(
    what: &str,
    expected: bool,
    mut request: Request<()>,
    sign: impl Fn(&mut Request<()>) -> Result<T, Error>,
) {
    let before = in_order(request.headers());
    let signed = sign(&mut request);
    assert_eq!(signed.is_ok(), expected, "{what}: {:?}", signed.err());
    assert_eq!(in_order(request.headers()) == before, !expected, "{what}");
}

fn forms() -> [ChunkedEncoding; 3] {
    let trailers = || [ChecksumAlgorithm::Crc32.into()];
    [
        ChunkedEncoding::signed(5),
        ChunkedEncoding::signed_with_trailers(5, trailers()),
        ChunkedEncoding::unsigned_with_trailers(5, trailers()),
    ]
}

#[test]
fn a_chunked_upload_that_cannot_be_signed_stays_as_it_was() {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    for (what, request) in requests() {
        for form in forms() {
            stays_as_it_was(what, what == "good", request.clone(), |request| {
                signer.sign_chunked(request, form.clone(), NOW)
            });
        }
    }
    // Errors of the clock, of the rules and of the encoding.
    let good = || upload("https://bucket.s3.amazonaws.com/key");
    let late = Timestamp::from_unix_seconds(1_767_326_400);
    let sign =
        |request: &mut Request<()>| signer.sign_chunked(request, ChunkedEncoding::signed(5), late);
    stays_as_it_was("expired", false, good(), sign);
    let mut rules = Rules::S3;
    rules.content_sha256 = ContentSha256::Never;
    let silent = Signer::new(credentials(), "us-east-1", Service::new("s3", rules)).unwrap();
    stays_as_it_was("not announced", false, good(), |request| {
        silent.sign_chunked(request, ChunkedEncoding::signed(5), NOW)
    });
    stays_as_it_was("too large", false, good(), |request| {
        signer.sign_chunked(request, ChunkedEncoding::signed(u64::MAX), NOW)
    });
}

#[test]
#[cfg(feature = "sigv4a")]
fn a_chunked_upload_of_sigv4a_that_cannot_be_signed_stays_as_it_was() {
    let signer = countersign::sigv4a::Signer::new(credentials(), "*", "s3").unwrap();
    for (what, request) in requests() {
        stays_as_it_was(what, what == "good", request, |request| {
            signer.sign_chunked(request, ChunkedEncoding::signed(5), NOW)
        });
    }
}

/// The headers are signed with the values that are sent.
#[test]
fn a_chunked_upload_signs_the_headers_that_it_sets() {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let mut request = upload("https://bucket.s3.amazonaws.com/key");
    let [_, form, _] = forms();
    signer.sign_chunked(&mut request, form, NOW).unwrap();
    let headers = request.headers();
    assert_eq!(headers["content-encoding"], "aws-chunked,gzip");
    assert_eq!(headers["x-amz-decoded-content-length"], "5");
    assert_eq!(headers["x-amz-trailer"], "x-amz-checksum-crc32");
    assert!(!headers.contains_key("transfer-encoding"));
    let authorization = headers["authorization"].to_str().unwrap();
    let authorization = Authorization::parse(authorization).unwrap();
    assert_eq!(
        authorization.signed_headers,
        "content-encoding;content-length;date;host;x-amz-content-sha256;x-amz-date;\
         x-amz-decoded-content-length;x-amz-security-token;x-amz-trailer"
    );
    // A request that already has these headers gets the same signature.
    let mut again = request.clone();
    let payload = Signer::sign_chunked(&signer, &mut again, forms()[1].clone(), NOW)
        .unwrap()
        .payload_hash();
    assert_eq!(again.headers(), request.headers());
    signer.sign(&mut again, payload, NOW).unwrap();
    assert_eq!(again.headers(), request.headers());
}

#[test]
#[cfg(feature = "event-stream")]
fn an_event_stream_that_cannot_be_signed_stays_as_it_was() {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    for (what, request) in requests() {
        stays_as_it_was(what, what == "good", request, |request| {
            signer.sign_events(request, NOW)
        });
    }
    let mut request = Request::post("https://transcribestreaming.us-east-1.amazonaws.com/")
        .body(())
        .unwrap();
    let signer = Signer::new(credentials(), "us-east-1", "transcribe").unwrap();
    signer.sign_events(&mut request, NOW).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains("SignedHeaders=content-type;host;"));
    // A `content-type` of the caller is kept.
    let own = HeaderValue::from_static("application/json");
    request.headers_mut().insert("content-type", own.clone());
    signer.sign_events(&mut request, NOW).unwrap();
    assert_eq!(request.headers()["content-type"], own);
}

#[test]
#[cfg(feature = "legacy")]
fn a_request_of_s3s_old_scheme_that_cannot_be_signed_stays_as_it_was() {
    use countersign::legacy::s3_v2::{Bucket, Signer};

    let signer = Signer::new(credentials()).unwrap();
    let good = "https://bucket.s3.amazonaws.com/key";
    for (uri, sound) in [
        (good, true),
        ("https://bucket.s3.amazonaws.com/key?Signature=ab", false),
        (
            "https://bucket.s3.amazonaws.com/key?x-amz-acl=private",
            false,
        ),
        ("https://bucket.s3.amazonaws.com/key?acl=%zz", false),
    ] {
        stays_as_it_was(uri, sound, upload(uri), |request| {
            signer.sign(request, Bucket::InPath, NOW)
        });
    }
    let late = Timestamp::from_unix_seconds(1_767_326_400);
    stays_as_it_was("expired", false, upload(good), |request| {
        signer.sign(request, Bucket::InPath, late)
    });
}

#[test]
fn sign_buffered_hashes_the_body() {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let put = || Request::put("https://bucket.s3.amazonaws.com/key");
    let mut expected = put().body(()).unwrap();
    let payload = PayloadHash::new("Welcome to Amazon S3.");
    let expected = signer.sign(&mut expected, payload, NOW).unwrap();
    macro_rules! signs_alike {
        ($($body:expr),*) => {
            $(
                let mut request = put().body($body).unwrap();
                assert_eq!(signer.sign_buffered(&mut request, NOW).unwrap(), expected);
                let sent = &request.headers()["x-amz-content-sha256"];
                let hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
                assert_eq!(sent, hash);
            )*
        };
    }
    let text = "Welcome to Amazon S3.";
    signs_alike!(
        text,
        text.to_owned(),
        text.as_bytes(),
        text.as_bytes().to_vec(),
        b"Welcome to Amazon S3.",
        *b"Welcome to Amazon S3."
    );
    #[cfg(feature = "http-body")]
    signs_alike!(bytes::Bytes::from_static(text.as_bytes()));
    let mut empty = put().body(()).unwrap();
    signer.sign_buffered(&mut empty, NOW).unwrap();
    assert_eq!(
        empty.headers()["x-amz-content-sha256"],
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    // After an error the request is unchanged.
    stays_as_it_was("no host", false, upload("/key"), |request| {
        signer.sign_buffered(request, NOW)
    });
}

#[test]
#[cfg(feature = "sigv4a")]
fn sign_buffered_of_sigv4a_hashes_the_body() {
    let signer = countersign::sigv4a::Signer::new(credentials(), "*", "s3").unwrap();
    assert_eq!(signer.expiration(), credentials().expiration());
    let put = Request::put("https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/key");
    let mut request = put.body("Welcome to Amazon S3.").unwrap();
    signer.sign_buffered(&mut request, NOW).unwrap();
    assert_eq!(
        request.headers()["x-amz-content-sha256"],
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
    );
}

#[test]
fn a_presigned_request_becomes_the_request_to_send() {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    assert_eq!(signer.expiration(), credentials().expiration());
    let put = Request::put("https://bucket.s3.amazonaws.com/key")
        .header("content-type", "text/plain")
        .body(())
        .unwrap();
    let minute = Duration::from_secs(60);
    let presigned = signer.presign(&put, minute, NOW).unwrap();
    let request = presigned.clone().into_request("body").unwrap();
    assert_eq!(request.method(), presigned.method());
    assert_eq!(request.uri(), &presigned.uri().unwrap());
    assert_eq!(request.headers(), presigned.headers());
    assert_eq!(*request.body(), "body");
}

#[test]
fn a_presigned_target_of_slices_has_no_origin_and_prints_no_secret() {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let request = RawRequest {
        method: "GET",
        path: "/key",
        query: "versionId=1",
        headers: &[
            ("host", b"bucket.s3.amazonaws.com"),
            ("range", b"bytes=0-9"),
        ],
    };
    let target = signer
        .presign_raw(&request, Duration::from_secs(60), NOW)
        .unwrap();
    assert!(
        target
            .path_and_query()
            .starts_with("/key?versionId=1&X-Amz-Algorithm=")
    );
    assert_eq!(
        (target.method().as_str(), target.headers().len()),
        ("GET", 1)
    );
    assert_eq!(
        target.expires_at(),
        Timestamp::from_unix_seconds(1_767_323_105)
    );
    let debug = format!("{target:?}");
    assert!(
        !debug.contains("ken%3D") && !debug.contains(target.signature().as_str()),
        "{debug}"
    );
    assert_eq!(
        target.clone().into_path_and_query(),
        target.path_and_query()
    );
}

#[test]
fn a_signing_name_may_contain_capital_letters_unless_it_is_a_misspelt_one() {
    let get = || Request::get("https://api.tunneling.iot.us-east-1.amazonaws.com/").body(());
    for name in ["IoTSecuredTunneling", "DynamoDB"] {
        let signer = Signer::new(credentials(), "us-east-1", name).unwrap();
        let mut request = get().unwrap();
        signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let authorization = Authorization::parse(authorization).unwrap();
        assert_eq!(authorization.scope.service(), name);
    }
    for name in [
        "S3",
        "s3Express",
        "S3-Outposts",
        "Glacier",
        "AOSS",
        "IotData",
    ] {
        let refused = Signer::new(credentials(), "us-east-1", name).unwrap_err();
        let expected = ScopeProblem::NotLowercase;
        assert!(
            matches!(refused, Error::InvalidService { problem, .. } if problem == expected),
            "{name}: {refused}"
        );
        assert!(Signer::new(credentials(), "us-east-1", name.to_lowercase()).is_ok());
    }
}

#[test]
fn algorithms_and_payloads_are_written_as_they_are_sent() {
    for (algorithm, name) in [
        (Algorithm::HmacSha256, "AWS4-HMAC-SHA256"),
        (Algorithm::EcdsaP256Sha256, "AWS4-ECDSA-P256-SHA256"),
    ] {
        assert_eq!(algorithm.to_string(), name);
        assert_eq!(name.parse(), Ok(algorithm));
        assert!(name.to_lowercase().parse::<Algorithm>().is_err());
        let events = format!("STREAMING-{name}-EVENTS");
        assert_eq!(StreamingMode::Events.as_str(algorithm), events);
    }
    assert_eq!(
        format!("{:>17}", PayloadHash::Unsigned),
        " UNSIGNED-PAYLOAD"
    );
}

/// A request to a catalog, signed as Iceberg's Java client signs.
fn iceberg(request: http::request::Builder, body: &str) -> HeaderMap {
    let service = Service::new("execute-api", Rules::ICEBERG_REST);
    let key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", key), "us-east-1", service).unwrap();
    let mut request = request
        .uri("https://catalog.example.com/v1/namespaces")
        .body(())
        .unwrap();
    let now = time::macros::datetime!(2026-01-02 03:04:05 UTC);
    for _ in 0..2 {
        // The second time is a retry, which replaces the signature of the first.
        signer
            .sign(&mut request, PayloadHash::new(body), now)
            .unwrap();
    }
    request.headers().clone()
}

const NAMESPACE: &str = r#"{"namespace":["sales"]}"#;

/// The signatures were made with Python's `hmac` and `hashlib`, from a canonical request that was
/// written by hand.
#[test]
fn icebergs_java_client_sends_the_hash_of_a_body_in_base64_and_signs_it_in_hex() {
    let headers = iceberg(Request::post("/"), NAMESPACE);
    let hash = "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQ=";
    assert_eq!(headers["x-amz-content-sha256"], hash);
    let authorization = "AWS4-HMAC-SHA256 \
        Credential=AKIDEXAMPLE/20260102/us-east-1/execute-api/aws4_request, \
        SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
        Signature=123ed8bd4af5d466fbe532804c9a3ccd59398bbf804cd938aa10fdff62df0171";
    assert_eq!(headers["authorization"], authorization);
    assert!(!headers.contains_key("original-authorization"));
}

#[test]
fn the_authorization_header_of_a_catalog_is_kept_and_signed() {
    let login = "Bearer CATALOG-TOKEN";
    let signed = "host;original-authorization;x-amz-content-sha256;x-amz-date";
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for (request, body, hash, signature) in [
        (
            Request::post("/"),
            NAMESPACE,
            "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQ=",
            "c59d5c2509cea82a9b00bd8fb4680bb3337b2b583aff3c73967e72904ae2d4fb",
        ),
        (
            Request::get("/"),
            "",
            empty,
            "4187abc7fbb8b31de9de8329a12357025d0e6f3f2580415fb78a10f3d4c4803d",
        ),
    ] {
        let headers = iceberg(request.header("authorization", login), body);
        assert_eq!(headers["original-authorization"], login);
        assert!(headers["original-authorization"].is_sensitive());
        assert_eq!(headers["x-amz-content-sha256"], hash);
        let authorization = headers["authorization"].to_str().unwrap();
        let end = format!("SignedHeaders={signed}, Signature={signature}");
        assert!(authorization.ends_with(&end), "{authorization}");
        assert_eq!(headers.get_all("authorization").iter().count(), 1);
    }
}

#[test]
fn a_request_signed_by_icebergs_rules_verifies() {
    let headers = iceberg(
        Request::post("/").header("authorization", "Bearer T"),
        NAMESPACE,
    );
    let mut request = Request::post("/v1/namespaces").body(()).unwrap();
    *request.headers_mut() = headers;
    let host = HeaderValue::from_static("catalog.example.com");
    request.headers_mut().insert("host", host);
    for service in [
        Service::from("execute-api"),
        Service::new("execute-api", Rules::ICEBERG_REST),
    ] {
        let claim = SignedRequest::parse(&request).unwrap();
        let key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let credentials = Credentials::new("AKIDEXAMPLE", key);
        let key = VerificationKey::derive(&credentials, claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", service).unwrap();
        let now = time::macros::datetime!(2026-01-02 03:04:30 UTC);
        let verify = |body: &str| {
            verifier
                .verify(&claim, &key, PayloadHash::new(body), now)
                .is_ok()
        };
        assert!(verify(NAMESPACE));
        assert!(!verify("another"));
    }
}

#[test]
fn other_rules_replace_an_authorization_header() {
    let mut request = Request::get("https://sqs.us-east-1.amazonaws.com/")
        .header("authorization", "Bearer TOKEN")
        .body(())
        .unwrap();
    let signer = Signer::new(credentials(), "us-east-1", "sqs").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    assert!(!request.headers().contains_key("original-authorization"));
}
