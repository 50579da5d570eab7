//! In both schemes before Signature Version 4, a signed request verifies, and with one byte changed
//! only if that byte has no meaning. Two requests have one string to sign exactly if they have one
//! meaning.
//!
//! Input: options, the place and the value of the change, the length of the first request; two
//! requests.

#![no_main]

use std::collections::BTreeMap;
use std::time::Duration;

use countersign::legacy::s3_v2::{self, Bucket};
use countersign::legacy::{SignedRequest, sigv2};
use countersign::verify::{SignatureLocation, VerifyError};
use countersign::{Credentials, Timestamp};
use countersign_fuzz::{
    ID, Message, NOW, SECRET, TOKEN, credentials, in_cgi, says, tampered, text_of,
};
use http::{HeaderMap, Request, Uri};
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;

type Sent = Request<Vec<u8>>;

/// The query parameters that S3's scheme signs. Amazon S3 User Guide, "Signing and authenticating
/// REST requests", and those of stores that implement it.
const SIGNED: [&str; 35] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

#[derive(Clone, Copy, PartialEq)]
enum Scheme {
    QueryService,
    FormService,
    StoreHeader,
    StoreQuery,
}

/// The parts of a request that a signature of these schemes covers.
#[derive(Debug, PartialEq)]
struct Meaning {
    method: String,
    /// Not covered by S3's scheme.
    host: String,
    path: String,
    parameters: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    headers: BTreeMap<String, Vec<u8>>,
    /// `content-md5`, `content-type`, and the date or the expiration.
    lines: [Vec<u8>; 3],
}

fuzz_target!(|input: &[u8]| {
    let Some((&[options, p0, p1, change, l0, l1], texts)) = input.split_first_chunk() else {
        return;
    };
    let scheme = match options % 4 {
        0 => Scheme::QueryService,
        1 => Scheme::FormService,
        2 => Scheme::StoreHeader,
        _ => Scheme::StoreQuery,
    };
    let bucket = match options & 4 {
        0 => Bucket::InPath,
        _ => Bucket::InHost("bucket"),
    };
    let credentials = credentials(options & 8 != 0);
    let length = usize::from(u16::from_be_bytes([l0, l1])).min(texts.len());
    let (first, second) = texts.split_at(length);
    let Some(first_request) = read(first) else {
        return;
    };
    if let Some(second) = read(second) {
        one_text_one_meaning(scheme, bucket, &first_request, &second);
    }

    let Some(sent) = sign(scheme, bucket, &credentials, first_request) else {
        return;
    };
    let verified = verify(scheme, bucket, &credentials, &sent);
    if sent
        .headers()
        .keys()
        .any(|name| is_taken_for_amz(name.as_str()))
    {
        // S3's scheme does not sign this header, and a CGI gateway cannot distinguish it from one
        // that is signed.
        return;
    }
    verified.expect("what was signed");
    for other in [
        Credentials::new(ID, "secret"),
        Credentials::new("AKIDANOTHER", SECRET),
        credentials.clone().with_session_token("other"),
    ] {
        verify(scheme, bucket, &other, &sent).expect_err("other credentials");
    }
    let wire = text_of(&sent);
    let changed = tampered(&wire, u16::from_be_bytes([p0, p1]), change);
    if let Some(changed) = read(&changed)
        && verify(scheme, bucket, &credentials, &changed).is_ok()
    {
        let before = meaning(scheme, bucket, &sent).expect("what was signed");
        assert_eq!(Some(before), meaning(scheme, bucket, &changed));
    }
});

fn sign(
    scheme: Scheme,
    bucket: Bucket<'_>,
    credentials: &Credentials,
    mut request: Sent,
) -> Option<Sent> {
    let query_service = sigv2::Signer::new(credentials.clone()).expect("credentials");
    let store = s3_v2::Signer::new(credentials.clone()).expect("credentials");
    let said = |secret: &str| says(&text_of(&request), secret) > 0;
    let said = [SECRET, TOKEN].map(said);
    match scheme {
        Scheme::QueryService => {
            *request.uri_mut() = query_service.sign_query(&request, NOW).ok()?;
        }
        Scheme::FormService => {
            let form = String::from_utf8(request.body().clone()).ok()?;
            *request.body_mut() = query_service.sign_form(&request, &form, NOW).ok()?.into();
        }
        Scheme::StoreHeader => store.sign(&mut request, bucket, NOW).ok()?,
        Scheme::StoreQuery => {
            let lifetime = Duration::from_secs(3600);
            let presigned = store.presign(&request, bucket, lifetime, NOW).ok()?;
            for (said, secret) in said.into_iter().zip([SECRET, TOKEN]) {
                assert!(said || !format!("{presigned:?}").contains(secret));
            }
            let host = request.headers().get("host").cloned();
            *request.uri_mut() = presigned.uri().ok()?;
            *request.headers_mut() = presigned.headers().clone();
            if let Some(host) = host {
                request.headers_mut().insert("host", host);
            }
        }
    }
    // Verifiers refuse these requests in any case: two hosts, a repeated header.
    let unreadable = matches!(
        claim(scheme, bucket, &request),
        Err(VerifyError::SeveralHosts
            | VerifyError::SeveralAuthentications
            | VerifyError::Repeated { .. }
            | VerifyError::InvalidHeader)
    );
    // The caller set the time.
    let own_time = matches!(
        verify(scheme, bucket, credentials, &request),
        Err(VerifyError::Expired { .. }
            | VerifyError::NotYetCurrent { .. }
            | VerifyError::Malformed { .. })
    );
    let own_time = own_time && matches!(scheme, Scheme::QueryService | Scheme::FormService);
    (!unreadable && !own_time).then_some(request)
}

fn claim(scheme: Scheme, bucket: Bucket<'_>, request: &Sent) -> Result<SignedRequest, VerifyError> {
    match scheme {
        Scheme::QueryService => SignedRequest::parse_sigv2(request, None),
        Scheme::FormService => {
            let form = std::str::from_utf8(request.body());
            SignedRequest::parse_sigv2(request, Some(form.unwrap_or("=&=")))
        }
        Scheme::StoreHeader | Scheme::StoreQuery => SignedRequest::parse_s3_v2(request, bucket),
    }
}

fn verify(
    scheme: Scheme,
    bucket: Bucket<'_>,
    credentials: &Credentials,
    request: &Sent,
) -> Result<(), VerifyError> {
    let claim = claim(scheme, bucket, request)?;
    let verified = claim.verify(credentials, Timestamp::from(NOW))?;
    assert_eq!(verified.access_key_id(), credentials.access_key_id());
    let location = match scheme {
        Scheme::QueryService | Scheme::StoreQuery => SignatureLocation::Query,
        Scheme::FormService => SignatureLocation::Fields,
        Scheme::StoreHeader => SignatureLocation::Header,
    };
    assert_eq!(claim.form(), location);
    Ok(())
}

/// A request to the host in its `host` header.
fn read(text: &[u8]) -> Option<Sent> {
    let message = Message::read(text)?;
    let host = message.headers.iter().find(|(name, _)| *name == "host");
    let host = host.and_then(|(_, host)| std::str::from_utf8(host).ok());
    message.http(&format!("https://{}", host.unwrap_or("example.com").trim()))
}

/// Compares two requests, signed or not.
fn one_text_one_meaning(scheme: Scheme, bucket: Bucket<'_>, first: &Sent, second: &Sent) {
    let text = |request: &Sent| match scheme {
        Scheme::QueryService => sigv2::string_to_sign(request, None)
            .ok()
            .map(String::into_bytes),
        Scheme::FormService => {
            let form = std::str::from_utf8(request.body()).ok()?;
            let text = sigv2::string_to_sign(request, Some(form));
            text.ok().map(String::into_bytes)
        }
        Scheme::StoreHeader | Scheme::StoreQuery => s3_v2::string_to_sign(request, bucket).ok(),
    };
    if let (Some(ours), Some(theirs)) = (text(first), text(second)) {
        let one = meaning(scheme, bucket, first).expect("it has a text");
        let other = meaning(scheme, bucket, second).expect("it has a text");
        assert_eq!(ours == theirs, one == other, "{one:?} {other:?}");
    }
}

fn meaning(scheme: Scheme, bucket: Bucket<'_>, request: &Sent) -> Option<Meaning> {
    let path = match request.uri().path() {
        "" => "/",
        path => path,
    };
    let method = request.method().as_str().to_owned();
    let body = std::str::from_utf8(request.body()).ok();
    Some(match scheme {
        Scheme::QueryService | Scheme::FormService => {
            let spaces = body.unwrap_or_default().replace('+', "%20");
            let text = match scheme {
                Scheme::QueryService => request.uri().query().unwrap_or_default(),
                _ => &spaces,
            };
            let mut parameters = parameters(text);
            parameters.retain(|(name, _)| name != b"Signature");
            for (_, value) in &mut parameters {
                value.get_or_insert_default();
            }
            let host = match request.headers().get("host") {
                Some(host) => host.to_str().ok()?.trim().to_owned(),
                None => host_of(request.uri())?,
            };
            Meaning {
                method,
                host: host.to_ascii_lowercase(),
                path: path.to_owned(),
                parameters,
                headers: BTreeMap::new(),
                lines: Default::default(),
            }
        }
        Scheme::StoreHeader | Scheme::StoreQuery => store_meaning(bucket, request, method, path),
    })
}

fn store_meaning(bucket: Bucket<'_>, request: &Sent, method: String, path: &str) -> Meaning {
    let all = parameters(request.uri().query().unwrap_or_default());
    let named = |wanted: &str| {
        let found = all.iter().find(|(name, _)| name == wanted.as_bytes());
        found.map(|(_, value)| value.clone().unwrap_or_default())
    };
    let mut headers = BTreeMap::<String, Vec<u8>>::new();
    let mut add = |name: &str, value: &[u8]| {
        headers
            .entry(name.to_owned())
            .and_modify(|joined| joined.push(b','))
            .or_default()
            .extend(value.trim_ascii());
    };
    for (name, value) in request.headers() {
        if name.as_str().starts_with("x-amz-") {
            add(name.as_str(), value.as_bytes());
        }
    }
    let in_query = named("Signature").is_some();
    for (name, value) in all.iter().filter(|_| in_query) {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if name.starts_with("x-amz-") {
            add(&name, value.as_deref().unwrap_or_default());
        }
    }
    let line = |headers: &HeaderMap, name: &str| {
        let value = headers.get(name).map(|value| value.as_bytes());
        value.unwrap_or_default().trim_ascii().to_vec()
    };
    let date = match in_query {
        true => named("Expires").unwrap_or_default(),
        false if request.headers().contains_key("x-amz-date") => Vec::new(),
        false => line(request.headers(), "date"),
    };
    let mut parameters = all;
    parameters.retain(|(name, _)| SIGNED.iter().any(|signed| signed.as_bytes() == name));
    let path = match bucket {
        Bucket::InHost(bucket) => format!("/{bucket}{path}"),
        Bucket::InPath => path.to_owned(),
    };
    Meaning {
        method,
        host: String::new(),
        path,
        parameters,
        headers,
        lines: [
            line(request.headers(), "content-md5"),
            line(request.headers(), "content-type"),
            date,
        ],
    }
}

/// The parameters by name. Values of one name keep their order.
fn parameters(query: &str) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let decoded = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let pieces = query.split('&').filter(|piece| !piece.is_empty());
    let mut all: Vec<_> = pieces
        .map(|piece| match piece.split_once('=') {
            Some((name, value)) => (decoded(name), Some(decoded(value))),
            None => (decoded(piece), None),
        })
        .collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

/// The host as an HTTP client sends it.
fn host_of(uri: &Uri) -> Option<String> {
    let (host, port) = (uri.host()?, uri.port_u16());
    Some(match port {
        Some(port) if port != 443 => format!("{host}:{port}"),
        _ => host.to_owned(),
    })
}

/// Whether CGI shows this header as an `x-amz-*` header.
fn is_taken_for_amz(name: &str) -> bool {
    !name.starts_with("x-amz-") && in_cgi(name).starts_with("x-amz-")
}
