//! `http::Request`, `http::request::Parts` and `RawRequest` have the same signatures.

use std::time::Duration;

use countersign::{Credentials, PayloadHash, RawRequest, Signer};
use http::Request;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

const HOUR: Duration = Duration::from_secs(3600);

const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE//+a==";

fn signer() -> Signer {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token(TOKEN);
    Signer::new(credentials, "eu-central-1", "s3").unwrap()
}

fn request() -> Request<()> {
    let uri = "https://bucket.s3.amazonaws.com/key?versionId=a";
    Request::put(uri)
        .header("host", "bucket.s3.amazonaws.com")
        .header("x-amz-meta-a", "v")
        .body(())
        .unwrap()
}

const HEADERS: &[(&str, &[u8])] = &[("host", b"bucket.s3.amazonaws.com"), ("x-amz-meta-a", b"v")];

fn slices() -> RawRequest<'static> {
    RawRequest {
        method: "PUT",
        path: "/key",
        query: "versionId=a",
        headers: HEADERS,
    }
}

#[test]
fn a_request_its_parts_and_slices_have_one_signature() {
    let mut whole = request();
    let signature = signer()
        .sign(&mut whole, PayloadHash::Unsigned, NOW)
        .unwrap();
    let (mut parts, ()) = request().into_parts();
    let of_parts = signer()
        .sign(&mut parts, PayloadHash::Unsigned, NOW)
        .unwrap();
    assert_eq!(of_parts, signature);
    assert_eq!(&parts.headers, whole.headers());

    let signer = signer();
    let added = signer
        .sign_raw(&slices(), PayloadHash::Unsigned, NOW)
        .unwrap();
    assert_eq!(added.signature(), &signature);
    for (name, value) in added.iter() {
        assert_eq!(whole.headers()[name], value);
    }
}

#[test]
fn a_signer_and_a_presigner_make_the_same_url() {
    let (signer, payload) = (signer(), PayloadHash::Unsigned);
    let whole = signer
        .presign_with_payload(&request(), payload, HOUR, NOW)
        .unwrap();
    let (parts, ()) = request().into_parts();
    let of_parts = signer
        .presign_with_payload(&parts, payload, HOUR, NOW)
        .unwrap();
    assert_eq!(of_parts.url(), whole.url());
    let target = whole
        .url()
        .strip_prefix("https://bucket.s3.amazonaws.com")
        .unwrap();
    let of_slices = signer
        .presign_raw_with_payload(&slices(), payload, HOUR, NOW)
        .unwrap();
    assert_eq!(of_slices.path_and_query(), target);

    let presigner = signer.presigner_with_payload(payload, HOUR, NOW).unwrap();
    assert_eq!(presigner.presign(&request()).unwrap().url(), whole.url());
    assert_eq!(presigner.presign(&parts).unwrap().url(), whole.url());
    assert_eq!(
        presigner.presign_raw(&slices()).unwrap().path_and_query(),
        target
    );

    // An empty path is sent as `/`.
    let root = |path| {
        let slices = RawRequest { path, ..slices() };
        let presigned = signer
            .presign_raw_with_payload(&slices, payload, HOUR, NOW)
            .unwrap();
        presigned.path_and_query().to_owned()
    };
    assert_eq!(root(""), root("/"));
    assert!(root("").starts_with("/?versionId=a&X-Amz-"));
}
