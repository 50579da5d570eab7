//! One signature by every way in: a request, its parts, slices; a signer, a presigner.

use std::collections::HashSet;
use std::time::Duration;

use countersign::{
    CredentialScope, Credentials, PayloadHash, RawRequest, SecretKey, SessionToken, Signer,
};
use http::Request;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
const HOUR: Duration = Duration::from_secs(3600);
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE//+a==";

fn signer() -> Signer {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token(TOKEN);
    Signer::new(credentials, "eu-central-1", "s3")
}

fn request() -> Request<()> {
    let uri = "https://bucket.s3.amazonaws.com/key?versionId=a";
    Request::get(uri)
        .header("host", "bucket.s3.amazonaws.com")
        .body(())
        .unwrap()
}

const HEADERS: &[(&str, &[u8])] = &[("host", b"bucket.s3.amazonaws.com")];

fn slices() -> RawRequest<'static> {
    RawRequest {
        method: "GET",
        path: "/key",
        query: "versionId=a",
        headers: HEADERS,
    }
}

#[test]
fn signing() {
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
    // What is there already and would stand twice.
    for name in [
        "authorization",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-content-sha256",
    ] {
        assert!(added.replaces(name), "{name}");
    }
    for name in ["host", "date", "Authorization", ""] {
        assert!(!added.replaces(name), "{name}");
    }
}

#[test]
fn presigning() {
    let (signer, payload) = (signer(), PayloadHash::Unsigned);
    let whole = signer.presign(&request(), payload, HOUR, NOW).unwrap();
    let (parts, ()) = request().into_parts();
    let of_parts = signer.presign(&parts, payload, HOUR, NOW).unwrap();
    assert_eq!(of_parts.url(), whole.url());
    let target = whole
        .url()
        .strip_prefix("https://bucket.s3.amazonaws.com")
        .unwrap();
    let of_slices = signer.presign_raw(&slices(), payload, HOUR, NOW).unwrap();
    assert_eq!(of_slices.url(), target);

    let presigner = signer.presigner(payload, HOUR, NOW).unwrap();
    assert_eq!(presigner.presign(&request()).unwrap().url(), whole.url());
    assert_eq!(presigner.presign(&parts).unwrap().url(), whole.url());
    assert_eq!(presigner.presign_raw(&slices()).unwrap().url(), target);

    // An empty path counts as `/`.
    let root = |path| {
        let slices = RawRequest { path, ..slices() };
        let presigned = signer.presign_raw(&slices, payload, HOUR, NOW).unwrap();
        presigned.url().to_owned()
    };
    assert_eq!(root(""), root("/"));
    assert!(root("").starts_with("/?versionId=a&X-Amz-"));
}

/// A cache of keys goes by the scope.
#[test]
fn scopes() {
    assert_eq!(signer().region(), "eu-central-1");
    let scope = |region| CredentialScope::new(NOW, region, "s3").unwrap();
    let mut scopes = HashSet::from([scope("us-east-1"), scope("eu-west-1")]);
    assert!(!scopes.insert(scope("us-east-1")));
    assert!(scopes.insert(scope("us-east-2")));
    assert!(
        scopes.contains(&CredentialScope::parse("20260102/eu-west-1/s3/aws4_request").unwrap())
    );
}

#[test]
fn texts_become_secrets() {
    let text = String::from(TOKEN);
    assert_eq!(SecretKey::from(&text).expose(), TOKEN);
    assert_eq!(SessionToken::from(&text).expose(), TOKEN);
    assert_eq!(
        SessionToken::from(&text).header_name(),
        "x-amz-security-token"
    );
}
