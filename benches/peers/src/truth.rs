//! The specification, implemented plainly: every signature is compared with it.
//!
//! It shares no code with countersign or with any peer, and it does not parse: the lines that
//! depend on the request are in [`Work`], written by hand.

use bytes::Bytes;
use ecdsa::hazmat::sign_prehashed_rfc6979;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, Request};
use p256::{NistP256, NonZeroScalar};
use sha2::{Digest, Sha256};

use crate::work::{DATETIME, LIFETIME, Payload, REGION, Task, Work};

/// The signature of the previous chunk, for contenders that keep no chain.
pub const SEED: &str = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub fn payload_hash(work: &Work) -> String {
    match work.payload {
        Payload::Unsigned => "UNSIGNED-PAYLOAD".to_owned(),
        Payload::Hashed => hex::encode(Sha256::digest(work.request.body())),
    }
}

/// The canonical request with these signed headers (lowercase and sorted) at this time.
pub fn canonical_request(
    work: &Work,
    datetime: &str,
    signed_headers: &[String],
    payload_hash: &str,
) -> String {
    let headers: String = signed_headers
        .iter()
        .map(|name| {
            format!(
                "{name}:{}\n",
                header_value(work, datetime, name, payload_hash)
            )
        })
        .collect();
    format!(
        "{}\n{}\n{}\n{headers}\n{}\n{payload_hash}",
        work.request.method(),
        work.canonical_path,
        canonical_query(work, datetime, signed_headers),
        signed_headers.join(";"),
    )
}

pub fn string_to_sign(work: &Work, datetime: &str, canonical_request: &str) -> String {
    let algorithm = algorithm(work);
    let scope = scope(work, datetime);
    format!(
        "{algorithm}\n{datetime}\n{scope}\n{}",
        hex::encode(Sha256::digest(canonical_request))
    )
}

/// The string to sign of a chunk that is the whole body.
pub fn chunk_string_to_sign(work: &Work, datetime: &str, previous: &str) -> String {
    let scope = scope(work, datetime);
    let hash = hex::encode(Sha256::digest(work.request.body()));
    format!("AWS4-HMAC-SHA256-PAYLOAD\n{datetime}\n{scope}\n{previous}\n{EMPTY}\n{hash}")
}

pub fn signature(work: &Work, datetime: &str, string_to_sign: &str) -> String {
    if work.task == Task::SignAsymmetric {
        let digest = Sha256::digest(string_to_sign);
        let (signature, _) =
            sign_prehashed_rfc6979::<NistP256, Sha256>(&scalar(work), &digest, &[]);
        return hex::encode(signature.to_der().as_bytes());
    }
    hex::encode(hmac(&signing_key(work, datetime), string_to_sign))
}

/// The request as a server receives it, with all headers signed that should be.
pub fn signed_request(work: &Work) -> Request<Bytes> {
    let signed_headers = work.signed_headers();
    let payload_hash = payload_hash(work);
    let canonical_request = canonical_request(work, DATETIME, &signed_headers, &payload_hash);
    let signature = signature(
        work,
        DATETIME,
        &string_to_sign(work, DATETIME, &canonical_request),
    );
    let mut request = work.request.clone();
    *request.uri_mut() = work
        .request
        .uri()
        .path_and_query()
        .expect("a path")
        .to_string()
        .parse()
        .expect("a path");
    for name in &signed_headers {
        let value = header_value(work, DATETIME, name, &payload_hash)
            .parse()
            .expect("a header value");
        request.headers_mut().insert(
            HeaderName::from_bytes(name.as_bytes()).expect("a header name"),
            value,
        );
    }
    let authorization = format!(
        "{} Credential={}/{}, SignedHeaders={}, Signature={signature}",
        algorithm(work),
        work.identity.access_key_id,
        scope(work, DATETIME),
        signed_headers.join(";"),
    );
    request.headers_mut().insert(
        "authorization",
        authorization.parse().expect("a header value"),
    );
    request
}

pub fn signing_key(work: &Work, datetime: &str) -> [u8; 32] {
    let secret = format!("AWS4{}", work.identity.secret_key);
    let date = hmac(secret.as_bytes(), &datetime[..8]);
    hmac(&hmac(&hmac(&date, REGION), work.service), "aws4_request")
}

/// The private key of SigV4A for the first counter. (A second one is needed once in 4,000,000,000
/// keys.)
pub fn scalar(work: &Work) -> NonZeroScalar {
    let (secret, context) = scalar_inputs(work);
    scalar_from(&secret, &context)
}

pub fn scalar_inputs(work: &Work) -> (Vec<u8>, Vec<u8>) {
    let secret = format!("AWS4A{}", work.identity.secret_key).into_bytes();
    let id = work.identity.access_key_id.as_bytes();
    let context = [
        b"\0\0\0\x01AWS4-ECDSA-P256-SHA256\0",
        id,
        b"\x01",
        b"\0\0\x01\0",
    ]
    .concat();
    (secret, context)
}

pub fn scalar_from(secret: &[u8], context: &[u8]) -> NonZeroScalar {
    let mut candidate = hmac(secret, context);
    // Adds one to a number of 32 bytes.
    for byte in candidate.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    Option::from(NonZeroScalar::from_repr(candidate.into())).expect("a scalar")
}

pub fn scope(work: &Work, datetime: &str) -> String {
    let (date, service) = (&datetime[..8], work.service);
    match work.task {
        Task::SignAsymmetric => format!("{date}/{service}/aws4_request"),
        _ => format!("{date}/{REGION}/{service}/aws4_request"),
    }
}

fn algorithm(work: &Work) -> &'static str {
    match work.task {
        Task::SignAsymmetric => "AWS4-ECDSA-P256-SHA256",
        _ => "AWS4-HMAC-SHA256",
    }
}

fn header_value<'a>(
    work: &'a Work,
    datetime: &'a str,
    name: &str,
    payload_hash: &'a str,
) -> &'a str {
    match name {
        "host" => work.host(),
        "x-amz-date" => datetime,
        "x-amz-content-sha256" => payload_hash,
        "x-amz-security-token" => work.identity.session_token.expect("a token to sign"),
        "x-amz-region-set" => REGION,
        _ => work.request.headers()[name].to_str().expect("text"),
    }
}

fn canonical_query(work: &Work, datetime: &str, signed_headers: &[String]) -> String {
    if work.task != Task::Presign {
        return work.canonical_query.clone();
    }
    let credential = format!("{}/{}", work.identity.access_key_id, scope(work, datetime));
    let mut query = vec![
        format!("X-Amz-Algorithm={}", algorithm(work)),
        format!("X-Amz-Credential={}", encoded(&credential)),
        format!("X-Amz-Date={datetime}"),
        format!("X-Amz-Expires={}", LIFETIME.as_secs()),
        format!("X-Amz-SignedHeaders={}", encoded(&signed_headers.join(";"))),
    ];
    query.extend(
        work.identity
            .session_token
            .map(|token| format!("X-Amz-Security-Token={}", encoded(token))),
    );
    query.extend(
        work.canonical_query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(str::to_owned),
    );
    // No name is a prefix of another one, so the pairs sort like their names.
    query.sort_unstable();
    query.join("&")
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn hmac(key: &[u8], text: impl AsRef<[u8]>) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.update(text.as_ref());
    mac.finalize().into_bytes().into()
}
