//! Payload hashes.

use countersign::chunked::ChunkedEncoding;
use countersign::{
    ContentSha256, Credentials, Error, PayloadHash, RawRequest, Rules, Service, Signer,
};
use http::{HeaderValue, Request};
use time::macros::datetime;

use crate::edge_cases::reference::*;

/// The SHA-256 hash of `hello`.
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

#[test]
fn s3_requests_carry_the_payload_hash_header() {
    for service in ["s3", "s3express", "s3-outposts", "s3-object-lambda"] {
        let mut request = get("https://bucket.s3.amazonaws.com/k");
        let canonical = s3("/k", "").replace("UNSIGNED-PAYLOAD", HELLO);
        signs(service, &mut request, PayloadHash::new("hello"), canonical);
        assert_eq!(request.headers()["x-amz-content-sha256"], HELLO);
    }
    // Amazon S3 API Reference, "Signature calculations for the Authorization header", `GET` object.
    let credentials = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    );
    let mut request = get("https://examplebucket.s3.amazonaws.com/test.txt");
    let range = HeaderValue::from_static("bytes=0-9");
    request.headers_mut().insert("range", range);
    let signature = Signer::new(credentials, "us-east-1", "s3")
        .unwrap()
        .sign(
            &mut request,
            PayloadHash::EMPTY,
            datetime!(2013-05-24 0:00 UTC),
        )
        .unwrap();
    assert_eq!(
        signature.as_str(),
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    );
    // Other services hash the payload themselves.
    let mut request = get("https://example.amazonaws.com/");
    signs("service", &mut request, PayloadHash::EMPTY, plain("/", ""));
    assert!(!request.headers().contains_key("x-amz-content-sha256"));
}

#[test]
fn opensearch_serverless_has_rules_of_its_own() {
    let mut request = Request::post("https://x.us-east-1.aoss.amazonaws.com/a/_search")
        .header("content-length", "5")
        .header("content-type", "application/json")
        .body("hello")
        .unwrap();
    let canonical = format!(
        "POST\n/a/_search\n\ncontent-type:application/json\n\
         host:x.us-east-1.aoss.amazonaws.com\nx-amz-content-sha256:{HELLO}\n\
         x-amz-date:20150830T123600Z\n\n\
         content-type;host;x-amz-content-sha256;x-amz-date\n{HELLO}"
    );
    signs("aoss", &mut request, PayloadHash::new("hello"), canonical);
    assert_eq!(request.headers()["x-amz-content-sha256"], HELLO);
    assert_eq!(request.headers()["content-length"], "5");

    let presigned = presigns(
        "aoss",
        &get("https://x.us-east-1.aoss.amazonaws.com/"),
        PayloadHash::EMPTY,
        format!(
            "GET\n/\nX-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Faoss%2Faws4_request\
             &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900\
             &X-Amz-SignedHeaders=host%3Bx-amz-content-sha256\n\
             host:x.us-east-1.aoss.amazonaws.com\nx-amz-content-sha256:{EMPTY}\n\n\
             host;x-amz-content-sha256\n{EMPTY}"
        ),
    );
    assert_eq!(presigned.headers()["x-amz-content-sha256"], EMPTY);
}

/// Without the header a server would not know that the body is chunked.
#[test]
fn a_stream_that_the_rules_do_not_announce_is_refused() {
    let mut rules = Rules::S3;
    rules.content_sha256 = ContentSha256::Never;
    let service = Service::new("store", rules);
    let signer = Signer::new(credentials(), "us-east-1", service).unwrap();
    let mut request = get("https://store.example.com/key");
    let before = request.clone();
    let refused = signer.sign_chunked(&mut request, ChunkedEncoding::signed(9000), NOW);
    let error = Error::StreamNotAnnounced {
        service: "store".to_owned(),
    };
    assert_eq!(refused.map(drop), Err(error));
    assert_eq!(request.headers(), before.headers());
}

#[test]
fn an_unsigned_payload_is_announced_in_a_header() {
    for service in ["service", "s3", "aoss", "vpc-lattice-svcs", "glacier"] {
        let mut request = get("https://example.amazonaws.com/");
        let canonical = s3("/", "").replace("bucket.s3.", "example.");
        signs(service, &mut request, PayloadHash::Unsigned, canonical);
        assert_eq!(
            request.headers()["x-amz-content-sha256"],
            "UNSIGNED-PAYLOAD"
        );
    }
    // Also in a URL, if the rules say that the service reads the header.
    let mut rules = Rules::GENERIC;
    rules.content_sha256 = ContentSha256::Always;
    let service = Service::new("service", rules);
    let request = get("https://example.amazonaws.com/");
    let canonical = "GET\n/\nX-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request\
        &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900\
        &X-Amz-SignedHeaders=host%3Bx-amz-content-sha256\n\
        host:example.amazonaws.com\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n\n\
        host;x-amz-content-sha256\nUNSIGNED-PAYLOAD";
    let presigned = presigns(service, &request, PayloadHash::Unsigned, canonical);
    let told = &presigned.headers()["x-amz-content-sha256"];
    assert_eq!(told, "UNSIGNED-PAYLOAD");
}

/// The canonical request of a presigned `GET` for a service, with this payload hash.
fn presigned_get(service: &str, names: &str, lines: &str, hash: &str) -> String {
    format!(
        "GET\n/\nX-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2F{service}%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders={names}\n\
         host:example.amazonaws.com\n{lines}\n{}\n{hash}",
        names.replace("%3B", ";")
    )
}

#[test]
fn presign_signs_the_payload_that_the_service_and_the_method_imply() {
    let unsigned = "UNSIGNED-PAYLOAD";
    let line = format!("x-amz-content-sha256:{unsigned}\n");
    let empty_line = format!("x-amz-content-sha256:{EMPTY}\n");
    let both = "host%3Bx-amz-content-sha256";
    for (service, names, lines, hash) in [
        ("s3", "host", "", unsigned),
        ("s3express", "host", "", unsigned),
        ("s3-outposts", "host", "", unsigned),
        ("s3-object-lambda", "host", "", unsigned),
        ("sqs", "host", "", EMPTY),
        ("execute-api", "host", "", EMPTY),
        ("aoss", both, &empty_line, EMPTY),
        ("vpc-lattice-svcs", both, &line, unsigned),
    ] {
        for method in ["GET", "HEAD", "DELETE", "OPTIONS"] {
            let mut request = get("https://example.amazonaws.com/");
            *request.method_mut() = method.parse().unwrap();
            let canonical = presigned_get(service, names, lines, hash).replacen("GET", method, 1);
            let expected = signature(canonical, service);
            let signer = signer(service);
            let raw = RawRequest {
                method,
                path: "/",
                query: "",
                headers: &[("host", b"example.amazonaws.com")],
            };
            let presigner = signer.presigner(LIFETIME, NOW).unwrap();
            for signature in [
                *signer.presign(&request, LIFETIME, NOW).unwrap().signature(),
                *signer.presign_raw(&raw, LIFETIME, NOW).unwrap().signature(),
                *presigner.presign(&request).unwrap().signature(),
                *presigner.presign_raw(&raw).unwrap().signature(),
            ] {
                assert_eq!(signature.as_str(), expected, "{service} {method}");
            }
        }
    }
}

#[test]
fn presign_wants_the_payload_of_a_method_with_a_body_outside_s3() {
    for method in ["POST", "PUT", "PATCH", "TRACE", "PROPFIND"] {
        let mut request = get("https://example.amazonaws.com/");
        *request.method_mut() = method.parse().unwrap();
        let error = signer("sqs").presign(&request, LIFETIME, NOW).unwrap_err();
        let (service, owned) = ("sqs".to_owned(), method.to_owned());
        let expected = Error::PayloadRequired {
            service,
            method: owned,
        };
        assert_eq!(error, expected);
        assert!(
            error.to_string().contains("`presign_with_payload`"),
            "{error}"
        );
        let presigner = signer("sqs").presigner(LIFETIME, NOW).unwrap();
        assert_eq!(presigner.presign(&request).unwrap_err(), expected);

        // With the payload the URL is presigned. S3's family needs none.
        let payload = PayloadHash::new("hello");
        let canonical = presigned_get("sqs", "host", "", HELLO).replacen("GET", method, 1);
        presigns("sqs", &request, payload, canonical);
        let canonical =
            presigned_get("s3", "host", "", "UNSIGNED-PAYLOAD").replacen("GET", method, 1);
        let presigned = signer("s3").presign(&request, LIFETIME, NOW).unwrap();
        assert_eq!(presigned.signature().as_str(), signature(canonical, "s3"));
    }
}

#[test]
fn presign_refuses_a_payload_hash_that_no_browser_could_announce() {
    for payload in [PayloadHash::EMPTY, PayloadHash::new("hello")] {
        for method in ["GET", "HEAD", "DELETE", "OPTIONS"] {
            let mut request = get("https://example.amazonaws.com/");
            *request.method_mut() = method.parse().unwrap();
            let error = signer("s3")
                .presign_with_payload(&request, payload, LIFETIME, NOW)
                .unwrap_err();
            let (service, method) = ("s3".to_owned(), method.to_owned());
            assert_eq!(error, Error::PayloadHashInUrl { service, method });
        }
    }
    // An upload can be bound to its body. The program that sends it gets the header.
    let mut request = get("https://example.amazonaws.com/");
    *request.method_mut() = http::Method::PUT;
    let lines = format!("x-amz-content-sha256:{HELLO}\n");
    let canonical = presigned_get("s3", "host%3Bx-amz-content-sha256", &lines, HELLO);
    let canonical = canonical.replacen("GET", "PUT", 1);
    let presigned = presigns("s3", &request, PayloadHash::new("hello"), canonical);
    assert_eq!(presigned.headers()["x-amz-content-sha256"], HELLO);
    // A URL that contains the hash itself needs no header.
    let declared = format!("https://example.amazonaws.com/?X-Amz-Content-Sha256={EMPTY}");
    let presigned = signer("s3")
        .presign_with_payload(&get(&declared), PayloadHash::EMPTY, LIFETIME, NOW)
        .unwrap();
    assert!(presigned.headers().is_empty());
}

#[test]
fn presign_refuses_an_unsigned_payload_where_the_service_hashes_it() {
    for service in ["sqs", "execute-api", "glacier"] {
        let request = get("https://example.amazonaws.com/");
        let payload = PayloadHash::Unsigned;
        let error = signer(service)
            .presign_with_payload(&request, payload, LIFETIME, NOW)
            .unwrap_err();
        let service = service.to_owned();
        assert_eq!(error, Error::UnsignedPayloadInUrl { service });
    }
}

#[test]
fn presigned_urls_for_vpc_lattice_announce_the_payload() {
    let request = get("https://example.amazonaws.com/");
    let canonical = "GET\n/\nX-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fvpc-lattice-svcs%2Faws4_request\
        &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900\
        &X-Amz-SignedHeaders=host%3Bx-amz-content-sha256\n\
        host:example.amazonaws.com\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n\n\
        host;x-amz-content-sha256\nUNSIGNED-PAYLOAD";
    let presigned = presigns(
        "vpc-lattice-svcs",
        &request,
        PayloadHash::Unsigned,
        canonical,
    );
    // The user of the URL must send the header.
    assert_eq!(
        presigned.headers()["x-amz-content-sha256"],
        "UNSIGNED-PAYLOAD"
    );

    // VPC Lattice does not support signed payloads.
    let signer = signer("vpc-lattice-svcs");
    let mut request = request;
    let refused = Error::PayloadMustBeUnsigned {
        service: "vpc-lattice-svcs".to_owned(),
    };
    let signed = signer.sign(&mut request, PayloadHash::EMPTY, NOW);
    assert_eq!(signed.unwrap_err(), refused);
    let presigned = signer.presign_with_payload(&request, PayloadHash::EMPTY, LIFETIME, NOW);
    assert_eq!(presigned.unwrap_err(), refused);
    assert!(request.headers().is_empty());
}

/// Compiles only if `PayloadHash` does not implement `Default`.
trait HasNoDefault<Ambiguous> {
    fn holds() {}
}
impl<T> HasNoDefault<()> for T {}
struct Defaulted;
impl<T: Default> HasNoDefault<Defaulted> for T {}

#[test]
fn the_payload_hash_has_no_default() {
    <PayloadHash as HasNoDefault<_>>::holds();
    // The payload of the caller is signed, whatever header the request has.
    for (payload, hash) in [
        (PayloadHash::EMPTY, EMPTY),
        (PayloadHash::new("hello"), HELLO),
    ] {
        let mut request = Request::get("https://example.amazonaws.com/")
            .body("another body")
            .unwrap();
        let canonical = plain("/", "").replace(EMPTY, hash);
        signs("service", &mut request, payload, canonical);
    }
}

#[test]
fn glacier_gets_the_payload_hash_header_beside_a_tree_hash() {
    let mut request = Request::put("https://glacier.us-east-1.amazonaws.com/-/vaults/examplevault")
        .header("x-amz-glacier-version", "2012-06-01")
        .body(())
        .unwrap();
    // Amazon S3 Glacier Developer Guide, "Signing requests": its canonical request with another
    // time.
    let canonical = format!(
        "PUT\n/-/vaults/examplevault\n\nhost:glacier.us-east-1.amazonaws.com\n\
         x-amz-date:20150830T123600Z\nx-amz-glacier-version:2012-06-01\n\n\
         host;x-amz-date;x-amz-glacier-version\n{EMPTY}"
    );
    signs("glacier", &mut request, PayloadHash::EMPTY, canonical);

    let mut request = Request::post("https://glacier.us-east-1.amazonaws.com/-/vaults/v/archives")
        .header("x-amz-sha256-tree-hash", HELLO)
        .body("hello")
        .unwrap();
    let canonical = format!(
        "POST\n/-/vaults/v/archives\n\nhost:glacier.us-east-1.amazonaws.com\n\
         x-amz-content-sha256:{HELLO}\nx-amz-date:20150830T123600Z\n\
         x-amz-sha256-tree-hash:{HELLO}\n\n\
         host;x-amz-content-sha256;x-amz-date;x-amz-sha256-tree-hash\n{HELLO}"
    );
    signs(
        "glacier",
        &mut request,
        PayloadHash::new("hello"),
        canonical,
    );
}
