//! Signed requests with random changes: what still verifies has the meaning that was signed. The
//! meaning is determined twice, by the crate and independently of it.

#[cfg(feature = "legacy")]
mod old_schemes;

use countersign::chunked::{ChecksumAlgorithm, ChunkVerifier, ChunkedEncoding};
use countersign::verify::{StreamContext, Verified};
use countersign::{RawRequest, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::properties::meaning::{Meaning, meaning, unescape};

/// A request as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wire {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

/// Everything that a server uses after it has verified a request.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    access_key_id: String,
    scope: String,
    date: String,
    /// From the crate: the path to route by, the object, the query, the host.
    path: String,
    object: Option<(Vec<u8>, Vec<u8>)>,
    query: Vec<(Vec<u8>, Vec<u8>)>,
    host: String,
    headers: Vec<(String, Option<Vec<u8>>)>,
    /// Independent of the crate.
    meaning: Meaning,
    data: Vec<u8>,
    trailers: Trailers,
}

impl Wire {
    fn new(message: &Message) -> Self {
        let headers = message.headers().iter();
        Self {
            method: message.method().to_string(),
            path: message.uri().path().to_owned(),
            query: message.uri().query().unwrap_or_default().to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
                .collect(),
            body: message.body().clone(),
        }
    }

    fn verify(&self, server: &Server) -> Option<Outcome> {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let request = RawRequest {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
        };
        let claim = SignedRequest::parse_raw(&request).ok()?;
        let key = (server.key)(&claim)?;
        let now = server.now.unwrap_or(NOW.into());
        let pending = server.verifier.verify_signature(&claim, &key, now).ok()?;
        let (verified, data, trailers) = match pending {
            PendingVerification::Hashed(pending) => {
                let verified = pending.verify(PayloadHash::new(&self.body)).ok()?;
                (verified, self.body.clone(), vec![])
            }
            // The body is not signed.
            PendingVerification::Unsigned(pending) => (pending.accept(), vec![], vec![]),
            PendingVerification::SignedStream(pending) => {
                let (verified, context) = pending.into_parts();
                let (data, trailers) = decode(&context, &self.body)?;
                (verified, data, trailers)
            }
            PendingVerification::UnsignedStream(pending) => (pending.accept().0, vec![], vec![]),
        };
        Some(Outcome::new(&verified, &request, server.s3, data, trailers))
    }

    fn change(&mut self, change: &Change) {
        let Change {
            kind,
            at,
            other,
            text,
            byte,
        } = change;
        let edit = |target: &mut String| insert(target, *at, text);
        let edit_bytes = |target: &mut Vec<u8>| {
            let index = at.index(target.len() + 1);
            match (byte % 3, target.get_mut(index)) {
                (0, _) | (_, None) => target.insert(index, byte / 3 + b' '),
                (1, Some(_)) => drop(target.remove(index)),
                (_, Some(value)) => *value ^= 1 << (byte % 7),
            }
        };
        let count = self.headers.len();
        match kind {
            0 => edit(&mut self.path),
            1 => edit(&mut self.query),
            2 => escape_one(&mut self.path, *at),
            3 => escape_one(&mut self.query, *at),
            4 => edit_text(&mut self.path, *at, *byte),
            5 => edit_text(&mut self.query, *at, *byte),
            6 => edit_text(&mut self.method, *at, *byte),
            7 if count > 0 => edit_bytes(&mut self.headers[other.index(count)].1),
            8 if count > 0 => {
                let header = self.headers[other.index(count)].clone();
                self.headers.insert(at.index(count + 1), header);
            }
            9 if count > 0 => drop(self.headers.remove(other.index(count))),
            10 if count > 0 => self.headers.swap(at.index(count), other.index(count)),
            11 => {
                let names = [
                    "x-amz-acl",
                    "x-amz-meta-a",
                    "host",
                    "content-type",
                    "x-amz-date",
                    "date",
                    "x-amz-content-sha256",
                    "x-amz-security-token",
                    "x-amz-trailer",
                    "range",
                    "x-amz-decoded-content-length",
                    "x-amz-region-set",
                    "X-Amz-Acl",
                    "content-md5",
                    "authorization",
                ];
                let name = names[other.index(names.len())].to_owned();
                let header = (name, text.as_bytes().to_vec());
                self.headers.insert(at.index(count + 1), header);
            }
            12 if count > 0 => {
                // A header becomes a query parameter.
                let (name, value) = self.headers[other.index(count)].clone();
                let value = String::from_utf8_lossy(&value).replace(' ', "%20");
                self.query.push_str(&format!("&{name}={value}"));
            }
            13 if count > 1 => {
                // Two headers swap their values.
                let (one, two) = (at.index(count), other.index(count));
                let value = self.headers[one].1.clone();
                self.headers[one].1 = std::mem::replace(&mut self.headers[two].1, value);
            }
            14 => std::mem::swap(&mut self.path, &mut self.query),
            _ => edit_bytes(&mut self.body),
        }
    }
}

impl Outcome {
    fn new(
        verified: &Verified<'_>,
        request: &RawRequest<'_>,
        s3: bool,
        data: Vec<u8>,
        trailers: Trailers,
    ) -> Self {
        let mut query: Vec<_> = verified
            .query()
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        // The order of parameters has no meaning.
        query.sort();
        let in_query = verified.form() == countersign::verify::SignatureLocation::Query;
        let signed_query: Vec<&str> = request
            .query
            .split('&')
            .filter(|piece| {
                let name = piece.split('=').next().unwrap_or_default();
                !(in_query && unescape(name) == b"X-Amz-Signature")
            })
            .collect();
        let signed_query = signed_query.join("&");
        let read = RawRequest {
            query: &signed_query,
            ..*request
        };
        let signed: Vec<&str> = verified.signed_headers().collect();
        let is_signed = |name: &str| signed.contains(&name);
        let object = verified.object_path().map(|object| {
            let (bucket, key) = object.bucket_and_key();
            (bucket.to_vec(), key.to_vec())
        });
        Self {
            access_key_id: verified.access_key_id().to_owned(),
            scope: verified.scope().as_str().to_owned(),
            date: verified.date().as_str().to_owned(),
            path: verified.path().into_owned(),
            object,
            query,
            host: verified.host().trim().to_owned(),
            headers: verified
                .signed_headers()
                .map(|name| {
                    let value = verified.header(name).map(std::borrow::Cow::into_owned);
                    assert_eq!(verified.into_owned().header(name), value.as_deref());
                    (name.to_owned(), value)
                })
                .collect(),
            meaning: meaning(&read, PayloadHash::Unsigned, s3, is_signed),
            data,
            trailers,
        }
    }
}

type KeyLookup = dyn Fn(&SignedRequest<'_>) -> Option<VerificationKey>;

/// The keys of a server, and what it accepts.
struct Server {
    verifier: Verifier,
    key: Box<KeyLookup>,
    s3: bool,
    /// `NOW` if it is `None`.
    now: Option<Timestamp>,
}

impl Server {
    fn new(service: &'static str, credentials: Credentials) -> Self {
        Self {
            verifier: Verifier::new("us-east-1", service).unwrap(),
            key: Box::new(move |claim| VerificationKey::derive(&credentials, claim.scope()).ok()),
            s3: service == "s3",
            now: None,
        }
    }

    #[cfg(feature = "sigv4a")]
    fn with_public_key(service: &'static str, key: countersign::sigv4a::PublicKey) -> Self {
        let key = move |_: &SignedRequest<'_>| {
            Some(VerificationKey::from_public_key("AKIDEXAMPLE", key.clone()))
        };
        Self {
            verifier: Verifier::new("us-east-1", service).unwrap(),
            key: Box::new(key),
            s3: service == "s3",
            now: None,
        }
    }
}

/// Names and values.
type Trailers = Vec<(String, String)>;

fn decode(context: &StreamContext, body: &[u8]) -> Option<(Vec<u8>, Trailers)> {
    let mut chunks = ChunkVerifier::new(context).ok()?;
    let (mut data, mut rest) = (Vec::new(), body);
    while !rest.is_empty() {
        let decoded = chunks.decode(rest).ok()?;
        data.extend_from_slice(decoded.data);
        rest = &rest[decoded.consumed..];
    }
    let trailers = chunks.finish_with(|_, _| None).ok()?;
    let trailers = trailers.iter().map(|(name, value)| {
        let value = value.to_str().unwrap().to_owned();
        (name.to_string(), value)
    });
    Some((data, trailers.collect()))
}

/// A change. Not every kind uses all fields.
#[derive(Clone, Debug)]
struct Change {
    kind: u8,
    at: Index,
    other: Index,
    text: &'static str,
    byte: u8,
}

fn insert(target: &mut String, at: Index, text: &str) {
    let places: Vec<usize> = (0..=target.len())
        .filter(|&place| target.is_char_boundary(place))
        .collect();
    target.insert_str(places[at.index(places.len())], text);
}

/// Replaces a character by its escape, or changes the case of an escape.
fn escape_one(target: &mut String, at: Index) {
    if target.is_empty() || !target.is_ascii() {
        return;
    }
    let place = at.index(target.len());
    let byte = target.as_bytes()[place];
    let escape = match byte {
        b'%' => target[place..]
            .chars()
            .take(3)
            .collect::<String>()
            .to_lowercase(),
        _ => format!("%{byte:02x}"),
    };
    let end = if byte == b'%' {
        place + escape.len()
    } else {
        place + 1
    };
    target.replace_range(place..end, &escape);
}

fn edit_text(target: &mut String, at: Index, byte: u8) {
    let mut characters: Vec<char> = target.chars().collect();
    let place = at.index(characters.len() + 1);
    let new = char::from(byte % 94 + 33);
    match (byte % 3, place < characters.len()) {
        (0, _) | (_, false) => characters.insert(place, new),
        (1, true) => drop(characters.remove(place)),
        _ => characters[place] = new,
    }
    *target = characters.into_iter().collect();
}

fn any_change() -> impl Strategy<Value = Change> {
    let texts = vec![
        "/",
        "//",
        "/./",
        "/x/..",
        "/../",
        "/%2e%2e/",
        "%2F",
        "%2f..%2f",
        "+",
        "%20",
        "%2B",
        "%00",
        "&",
        "&&",
        "=",
        "&a=1",
        "&a",
        "%26",
        "%3D",
        ";",
        "a",
        "A",
        "\\",
        "%",
        "&x-amz-acl=private",
        "&X-Amz-Expires=9",
        "&X-Amz-Signature=00",
        "?",
        "#",
        "private",
        "&uploadId=1",
        "&Expires=9",
        "&Signature=AA%3D%3D",
        "%26acl",
        "%0A",
        " ",
        "\t",
        ",",
        "1",
    ];
    (
        0..18_u8,
        any::<Index>(),
        any::<Index>(),
        select(texts),
        any::<u8>(),
    )
        .prop_map(|(kind, at, other, text, byte)| Change {
            kind,
            at,
            other,
            text,
            byte,
        })
}

/// Requests as clients sign them.
fn any_message() -> impl Strategy<Value = Message> {
    let target = select(vec![
        "/bucket/a%20b/c=1?prefix=x+y&b=1&a=%2F",
        "/bucket//key?a=2&a=1&=&b",
        "/bucket/%C3%A9%2Bz?response-content-type=a%26b",
        "/",
        "/items/~7?x-amz-meta=1",
    ]);
    let headers = select(vec![
        vec![],
        vec![("x-amz-acl", "private"), ("content-type", "text/plain")],
        vec![
            ("x-amz-meta-a", "1"),
            ("x-amz-meta-a", "2, 3"),
            ("range", "bytes=0-9"),
        ],
    ]);
    let method = select(vec!["GET", "PUT", "DELETE"]);
    let body = select(vec![&b""[..], b"{}", b"body"]);
    (target, headers, method, body).prop_map(|(target, headers, method, body)| {
        let mut message = request(method, target);
        for (name, value) in headers {
            message = with_header(message, name, value);
        }
        *message.body_mut() = body.to_vec();
        message
    })
}

/// Each changed request that verifies has the meaning of the original.
fn check(wire: &Wire, server: &Server, changes: &[Change]) -> Result<(), TestCaseError> {
    let meant = wire.verify(server);
    prop_assert!(meant.is_some(), "not verified: {wire:?}");
    let mut changed_often = wire.clone();
    for change in changes {
        let mut changed = wire.clone();
        changed.change(change);
        changed_often.change(change);
        for changed in [&changed, &changed_often] {
            if let Some(outcome) = changed.verify(server) {
                prop_assert_eq!(
                    Some(&outcome),
                    meant.as_ref(),
                    "{:?}\n{:?}",
                    change,
                    changed
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn a_changed_header_signed_request_means_what_was_signed(
        message in any_message(),
        service in select(vec!["s3", "execute-api"]),
        session in any::<bool>(),
        changes in vec(any_change(), 16),
    ) {
        let credentials = if session { temporary() } else { long_term() };
        let message = signed_by(credentials.clone(), message, service);
        check(&Wire::new(&message), &Server::new(service, credentials), &changes)?;
    }

    #[test]
    fn a_changed_presigned_url_means_what_was_signed(
        message in any_message(),
        service in select(vec!["s3", "execute-api"]),
        session in any::<bool>(),
        changes in vec(any_change(), 16),
    ) {
        let credentials = if session { temporary() } else { long_term() };
        let message = presigned_by(credentials.clone(), &message, service);
        check(&Wire::new(&message), &Server::new(service, credentials), &changes)?;
    }

    #[test]
    fn a_changed_chunked_upload_means_what_was_signed(
        data in select(vec![vec![], b"hello".to_vec(), vec![b'a'; 9000]]),
        trailer in any::<bool>(),
        changes in vec(any_change(), 16),
    ) {
        let mut message = request("PUT", "/bucket/a%20b");
        let length = data.len() as u64;
        let encoding = match trailer {
            true => ChunkedEncoding::signed_with_trailers(length, [ChecksumAlgorithm::Crc32.into()]),
            false => ChunkedEncoding::signed(length),
        };
        let signer = Signer::new(long_term(), "us-east-1", "s3").unwrap();
        let mut chunks = signer
            .sign_chunked(&mut message, encoding.with_chunk_size(8192), NOW)
            .unwrap();
        let mut wire = Vec::new();
        for chunk in data.chunks(8192) {
            wire.extend_from_slice(chunks.header(chunk).unwrap().as_ref());
            wire.extend_from_slice(chunk);
        }
        let crc = match data.len() {
            // Calculated with zlib.
            0 => "AAAAAA==",
            5 => "NhCmhg==",
            _ => NINE_THOUSAND,
        };
        let trailers = [("x-amz-checksum-crc32", crc)];
        wire.extend(match trailer {
            true => chunks.finish_with(trailers).unwrap(),
            false => chunks.finish().unwrap(),
        });
        *message.body_mut() = wire;
        check(&Wire::new(&message), &Server::new("s3", long_term()), &changes)?;
    }
}

/// Requests that clients of S3 sent to the example store, one of each kind: boto3, curl, the
/// clients of MinIO, polars, pyarrow, rclone, restic, s3cmd, aws4, aws4fetch.
fn recorded() -> Vec<Wire> {
    let text = include_str!("recorded_requests.json");
    let requests: serde_json::Value = serde_json::from_str(text).unwrap();
    let requests = requests.as_array().unwrap().iter();
    requests
        .map(|request| {
            let text = |name: &str| request[name].as_str().unwrap().to_owned();
            let target = text("target");
            let (path, query) = target.split_once('?').unwrap_or((&target, ""));
            let headers = request["headers"].as_array().unwrap().iter();
            Wire {
                method: text("method"),
                path: path.to_owned(),
                query: query.to_owned(),
                headers: headers
                    .map(|header| {
                        let text = |index: usize| header[index].as_str().unwrap().to_owned();
                        (text(0), text(1).into_bytes())
                    })
                    .collect(),
                body: text("body").into_bytes(),
            }
        })
        .collect()
}

/// A server whose clock is that of the request.
fn at_its_time(wire: &Wire) -> Server {
    let headers = wire.headers.iter();
    let headers: Vec<(&str, &[u8])> = headers.map(|(name, value)| (&**name, &**value)).collect();
    let request = RawRequest {
        method: &wire.method,
        path: &wire.path,
        query: &wire.query,
        headers: &headers,
    };
    let claim = SignedRequest::parse_raw(&request).unwrap();
    let mut server = Server::new("s3", long_term());
    server.now = Some(claim.date().timestamp());
    server
}

#[test]
fn requests_of_real_clients_verify() {
    for wire in recorded() {
        assert!(wire.verify(&at_its_time(&wire)).is_some(), "{wire:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_changed_request_of_a_real_client_means_what_was_signed(
        wire in select(recorded()),
        changes in vec(any_change(), 16),
    ) {
        let server = at_its_time(&wire);
        check(&wire, &server, &changes)?;
    }
}

/// The CRC-32 of 9,000 times `a` in base64, calculated with zlib.
const NINE_THOUSAND: &str = "JzgpAA==";

#[cfg(feature = "sigv4a")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_changed_url_presigned_for_several_regions_means_what_was_signed(
        message in any_message(),
        service in select(vec!["s3", "execute-api"]),
        changes in vec(any_change(), 8),
    ) {
        let signer = countersign::sigv4a::Signer::new(long_term(), "us-*", service).unwrap();
        let mut absolute = message.clone();
        *absolute.uri_mut() = format!("https://bucket.example.com{}", message.uri()).parse().unwrap();
        let payload = match service {
            "s3" => PayloadHash::Unsigned,
            _ => PayloadHash::new(message.body()),
        };
        let hour = Duration::from_secs(3600);
        let url = signer.presign_with_payload(&absolute, payload, hour, NOW).unwrap();
        let target = url.uri().unwrap().path_and_query().unwrap().clone();
        let mut sent = request(message.method().as_str(), target.as_str());
        sent.headers_mut().extend(url.headers().clone());
        *sent.body_mut() = message.body().clone();
        let server = Server::with_public_key(service, signer.public_key());
        check(&Wire::new(&sent), &server, &changes)?;
    }

    #[test]
    fn a_changed_chunked_upload_for_several_regions_means_what_was_signed(
        data in select(vec![vec![], b"hello".to_vec(), vec![b'a'; 9000]]),
        changes in vec(any_change(), 8),
    ) {
        let mut message = request("PUT", "/bucket/a%20b");
        let encoding = ChunkedEncoding::signed(data.len() as u64).with_chunk_size(8192);
        let signer = countersign::sigv4a::Signer::new(long_term(), "*", "s3").unwrap();
        let mut chunks = signer.sign_chunked(&mut message, encoding, NOW).unwrap();
        let mut wire = Vec::new();
        for chunk in data.chunks(8192) {
            wire.extend_from_slice(chunks.header(chunk).unwrap().as_ref());
            wire.extend_from_slice(chunk);
        }
        wire.extend(chunks.finish().unwrap());
        *message.body_mut() = wire;
        let server = Server::with_public_key("s3", signer.public_key());
        check(&Wire::new(&message), &server, &changes)?;
    }

    #[test]
    fn a_changed_request_signed_for_several_regions_means_what_was_signed(
        message in any_message(),
        service in select(vec!["s3", "execute-api"]),
        changes in vec(any_change(), 8),
    ) {
        let regions = "us-east-1,eu-*";
        let signer = countersign::sigv4a::Signer::new(long_term(), regions, service).unwrap();
        let mut message = message;
        let payload = PayloadHash::new(message.body());
        signer.sign(&mut message, payload, NOW).unwrap();
        let server = Server::with_public_key(service, signer.public_key());
        check(&Wire::new(&message), &server, &changes)?;
    }
}

#[cfg(feature = "post-policy")]
#[derive(Clone, Copy, Debug)]
enum FormScheme {
    Version4,
    #[cfg(feature = "legacy")]
    Old,
}

#[cfg(feature = "post-policy")]
const FORM_SCHEMES: &[FormScheme] = &[
    FormScheme::Version4,
    #[cfg(feature = "legacy")]
    FormScheme::Old,
];

#[cfg(feature = "post-policy")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The policy below leaves only the length of the file open.
    #[test]
    fn a_changed_form_means_what_was_signed(
        changes in vec((0..7_u8, any::<Index>(), any::<Index>(), select(vec![
            "a.png", "b.png", "", "acl", "key", "Key", "public-read", "x-amz-meta-a", "bucket",
            "${filename}", "policy", "x-amz-signature", "x-ignore-a", "success_action_redirect",
            "signature", "AWSAccessKeyId", "x-amz-security-token",
        ]), any::<u8>()), 8),
        file_name in select(vec!["a.png", "b.png", "x/a.png", ""]),
        bucket in select(vec!["bucket", "bucket", "another"]),
        file_length in 0..20_u64,
        scheme in select(FORM_SCHEMES.to_vec()),
    ) {
        use countersign::post_policy::{PostPolicy, SignedPost, Upload};

        let policy = PostPolicy::new("bucket", datetime!(2026-05-23 10:11:12 UTC))
            .require_eq("key", "a.png")
            .require_eq("acl", "private")
            .content_length_range(1, 10);
        let given = [("key", "a.png"), ("acl", "private")];
        let form = match scheme {
            FormScheme::Version4 => {
                let signer = Signer::new(long_term(), "us-east-1", "s3").unwrap();
                signer.sign_post(&policy, given, NOW).unwrap()
            }
            #[cfg(feature = "legacy")]
            FormScheme::Old => {
                let signer = countersign::legacy::s3_v2::Signer::new(long_term()).unwrap();
                signer.sign_post(&policy, given, NOW).unwrap()
            }
        };
        let mut fields: Vec<(String, String)> = form
            .fields()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let verify = |fields: &[(String, String)]| {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (&**name, &**value)).collect();
            let upload = Upload { bucket, file_name, file_length };
            // The server accepts either scheme, or both.
            let claim = SignedPost::parse(&fields);
            let new = claim.as_ref().ok().and_then(|claim| {
                let key = VerificationKey::derive(&long_term(), claim.scope()).ok()?;
                claim.verify(&verifier, &key, &upload, NOW).ok()
            });
            #[cfg(feature = "legacy")]
            let old_claim = countersign::legacy::s3_v2::SignedPost::parse(&fields);
            #[cfg(feature = "legacy")]
            let old = old_claim.as_ref().ok().and_then(|claim| {
                claim.verify(&long_term(), &upload, NOW).ok()
            });
            #[cfg(not(feature = "legacy"))]
            let old = None;
            let by = (new.is_some(), old.is_some());
            let verified = new.or(old)?;
            let acl = verified.field("acl").map(str::to_owned);
            Some((by, verified.access_key_id().to_owned(), verified.key().to_owned(), acl))
        };
        let sound = bucket == "bucket" && (1..=10).contains(&file_length);
        prop_assert_eq!(verify(&fields).is_some(), sound);
        let by = match scheme {
            FormScheme::Version4 => (true, false),
            #[cfg(feature = "legacy")]
            FormScheme::Old => (false, true),
        };
        let (id, key, acl) = ("AKIDEXAMPLE", "a.png", "private");
        let meant = (by, id.to_owned(), key.to_owned(), Some(acl.to_owned()));
        for (kind, at, other, text, byte) in changes {
            let count = fields.len();
            let (one, two) = (at.index(count.max(1)), other.index(count.max(1)));
            match kind {
                _ if count == 0 => fields.push((text.to_owned(), text.to_owned())),
                0 => edit_text(&mut fields[one].1, other, byte),
                1 => edit_text(&mut fields[one].0, other, byte),
                2 => fields[one].1 = text.to_owned(),
                3 => fields.insert(one, (text.to_owned(), "private".to_owned())),
                4 => drop(fields.remove(one)),
                5 => fields.swap(one, two),
                _ => {
                    let field = fields[one].clone();
                    fields.insert(two, field);
                }
            }
            if let Some(outcome) = verify(&fields) {
                prop_assert!(sound);
                prop_assert_eq!(&outcome, &meant, "{:?}", fields);
            }
        }
    }
}
