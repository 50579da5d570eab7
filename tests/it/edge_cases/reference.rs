//! An independent implementation of the signature in a few lines of HMAC, and the requests that the
//! tests share.

use std::time::Duration;

use countersign::verify::{SignedRequest, VerificationKey, Verifier, VerifyError};
use countersign::{
    Credentials, PayloadHash, Presigned, Rules, Service, Signer, sigv4::CanonicalRequest,
};
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::datetime;

pub const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// The SHA-256 hash of no bytes.
pub const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
pub const REGION: &str = "us-east-1";
pub const LIFETIME: Duration = Duration::from_secs(900);

pub fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET)
}

pub fn signer(service: impl Into<Service>) -> Signer {
    Signer::new(credentials(), REGION, service).unwrap()
}

pub fn get(uri: &str) -> Request<()> {
    Request::get(uri).body(()).unwrap()
}

/// The canonical request of a `GET` of `https://example.amazonaws.com`, as most services sign it.
pub fn plain(path: &str, query: &str) -> String {
    format!(
        "GET\n{path}\n{query}\n\
         host:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\n\
         host;x-amz-date\n{EMPTY}"
    )
}

/// The canonical request of a `GET` of `https://bucket.s3.amazonaws.com` with an unsigned payload.
pub fn s3(path: &str, query: &str) -> String {
    format!(
        "GET\n{path}\n{query}\n\
         host:bucket.s3.amazonaws.com\n\
         x-amz-content-sha256:UNSIGNED-PAYLOAD\n\
         x-amz-date:20150830T123600Z\n\n\
         host;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD"
    )
}

/// The same, presigned for 900 seconds. The caller's own parameters are sorted `before` and `after`
/// those of the signature.
pub fn s3_presigned(path: &str, before: &str, after: &str) -> String {
    format!(
        "GET\n{path}\n{before}\
         X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host{after}\n\
         host:bucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD"
    )
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key)
        .unwrap()
        .chain_update(text)
        .finalize()
        .into_bytes()
        .to_vec()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The signature of a canonical request at [`NOW`] in [`REGION`].
pub fn signature(canonical: impl AsRef<[u8]>, service: &str) -> String {
    signature_at(canonical, "20150830T123600Z", REGION, service)
}

pub fn signature_at(
    canonical: impl AsRef<[u8]>,
    date: &str,
    region: &str,
    service: &str,
) -> String {
    let day = &date[..8];
    let hash = hex(&Sha256::digest(canonical));
    let string_to_sign =
        format!("AWS4-HMAC-SHA256\n{date}\n{day}/{region}/{service}/aws4_request\n{hash}");
    signature_of(&string_to_sign, day, region, service)
}

/// The signature of a string to sign.
pub fn signature_of(string_to_sign: &str, day: &str, region: &str, service: &str) -> String {
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in [day, region, service, "aws4_request", string_to_sign] {
        key = hmac(&key, part.as_bytes());
    }
    hex(&key)
}

/// The signature of `GET /` is that of AWS's suite (get-vanilla).
#[test]
fn the_reference_agrees_with_aws() {
    assert_eq!(
        signature(plain("/", ""), "service"),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    );
}

/// Signs a request, and proves by the signature that this canonical request was signed.
#[track_caller]
pub fn signs<B>(
    service: impl Into<Service>,
    request: &mut Request<B>,
    payload: PayloadHash,
    canonical: impl AsRef<[u8]>,
) {
    let service = service.into();
    let (name, rules) = (service.name().to_owned(), service.rules().clone());
    let made = signer(service).sign(request, payload, NOW).unwrap();
    if made.as_str() != signature(&canonical, &name) {
        // The crate's own canonical request shows the difference if the test fails.
        let said = CanonicalRequest::new(request, &rules, payload).unwrap();
        assert_eq!(
            said.to_string(),
            String::from_utf8_lossy(canonical.as_ref())
        );
        panic!("the signed canonical request differs from CanonicalRequest");
    }
}

/// Like [`signs`], for a `GET` to most services.
#[track_caller]
pub fn signs_plain(target: &str, path: &str, query: &str) {
    let mut request = get(&format!("https://example.amazonaws.com{target}"));
    signs(
        "service",
        &mut request,
        PayloadHash::EMPTY,
        plain(path, query),
    );
}

/// Like [`signs`], for a `GET` to S3.
#[track_caller]
pub fn signs_s3(target: &str, path: &str, query: &str) {
    let mut request = get(&format!("https://bucket.s3.amazonaws.com{target}"));
    signs("s3", &mut request, PayloadHash::Unsigned, s3(path, query));
}

/// Presigns a request, and proves by the signature that this canonical request was signed.
#[track_caller]
pub fn presigns(
    service: impl Into<Service>,
    request: &Request<()>,
    payload: PayloadHash,
    canonical: impl AsRef<[u8]>,
) -> Presigned {
    let service = service.into();
    let (name, rules) = (service.name().to_owned(), service.rules().clone());
    let presigned = signer(service)
        .presign_with_payload(request, payload, LIFETIME, NOW)
        .unwrap();
    if presigned.signature().as_str() != signature(&canonical, &name) {
        let mut sent = get(presigned.url());
        sent.headers_mut().extend(presigned.headers().clone());
        let said = CanonicalRequest::new(&sent, &rules, payload).unwrap();
        assert_eq!(
            said.to_string(),
            String::from_utf8_lossy(canonical.as_ref())
        );
        panic!("the signed canonical request differs from CanonicalRequest");
    }
    presigned
}

/// The path in the canonical request.
pub fn path_line(path: &str, rules: &Rules) -> String {
    countersign::sigv4::CanonicalPath::new(path, rules)
        .unwrap()
        .to_string()
}

/// Whether a request verifies at [`NOW`], as it was received.
pub fn verifies<B>(
    service: impl Into<Service>,
    request: &Request<B>,
    payload: PayloadHash,
) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse(request)?;
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    Verifier::new(REGION, service)
        .unwrap()
        .verify(&claim, &key, payload, NOW)
        .map(drop)
}
