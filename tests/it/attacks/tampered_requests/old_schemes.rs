//! The schemes before Signature Version 4: what still verifies has the meaning that was signed, as
//! far as the scheme covers it.

use std::collections::BTreeMap;

use countersign::legacy::s3_v2::{self, Bucket};
use countersign::legacy::{self, sigv2};
use countersign::verify::SignatureLocation;

use super::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scheme {
    QueryService,
    FormService,
    StoreHeader,
    StoreQuery,
}

/// The parts of a request that its signature covers. In S3's scheme these exclude the host, the
/// body, and most parameters.
#[derive(Debug, PartialEq)]
struct Covered {
    access_key_id: String,
    location: SignatureLocation,
    method: String,
    host: String,
    path: String,
    parameters: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    headers: BTreeMap<String, Vec<u8>>,
    dates: Vec<Vec<u8>>,
}

/// The sub-resources in the requests below and in their changes. Amazon S3 User Guide, "Signing and
/// authenticating REST requests".
const SUB_RESOURCES: [&[u8]; 4] = [b"acl", b"partNumber", b"response-content-type", b"uploadId"];

fn http(wire: &Wire) -> Option<Message> {
    let mark = if wire.query.is_empty() { "" } else { "?" };
    let target = format!("{}{mark}{}", wire.path, wire.query);
    let mut request = Request::builder().method(&*wire.method).uri(target);
    for (name, value) in &wire.headers {
        request = request.header(name, HeaderValue::from_bytes(value).ok()?);
    }
    let request = request.body(wire.body.clone()).ok()?;
    // A fragment is removed.
    let kept = (
        request.uri().path(),
        request.uri().query().unwrap_or_default(),
    );
    (kept == (wire.path.as_str(), wire.query.as_str())).then_some(request)
}

fn verify(scheme: Scheme, bucket: Bucket<'_>, wire: &Wire) -> Option<Covered> {
    let request = http(wire)?;
    let form = std::str::from_utf8(&wire.body);
    let claim = match scheme {
        Scheme::QueryService => legacy::SignedRequest::parse_sigv2(&request, None),
        Scheme::FormService => legacy::SignedRequest::parse_sigv2(&request, Some(form.ok()?)),
        Scheme::StoreHeader | Scheme::StoreQuery => {
            legacy::SignedRequest::parse_s3_v2(&request, bucket)
        }
    };
    let claim = claim.ok()?;
    let known = match claim.access_key_id() {
        "AKIDEXAMPLE" => long_term(),
        _ => temporary(),
    };
    let verified = claim.verify(&known, NOW).ok()?;
    let mut covered = match scheme {
        Scheme::QueryService => query_service(&request, &wire.query),
        Scheme::FormService => query_service(&request, &form.ok()?.replace('+', "%20")),
        Scheme::StoreHeader | Scheme::StoreQuery => store(&request),
    };
    covered.access_key_id = verified.access_key_id().to_owned();
    covered.location = claim.form();
    Some(covered)
}

fn pairs(text: &str) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let pieces = text.split('&').filter(|piece| !piece.is_empty());
    let mut pairs: Vec<_> = pieces
        .map(|piece| match piece.split_once('=') {
            Some((name, value)) => (unescape(name), Some(unescape(value))),
            None => (unescape(piece), None),
        })
        .collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    pairs
}

fn nothing(request: &Message) -> Covered {
    Covered {
        access_key_id: String::new(),
        location: SignatureLocation::Header,
        method: request.method().to_string(),
        host: String::new(),
        path: request.uri().path().to_owned(),
        parameters: vec![],
        headers: BTreeMap::new(),
        dates: vec![],
    }
}

fn query_service(request: &Message, text: &str) -> Covered {
    let mut parameters = pairs(text);
    for (name, value) in &mut parameters {
        value.get_or_insert_default();
        // If the signature still verifies, the other parts are unchanged.
        if name == b"Signature" {
            *value = None;
        }
    }
    let host = request.headers()["host"].to_str().unwrap();
    Covered {
        host: host.trim().to_ascii_lowercase(),
        parameters,
        ..nothing(request)
    }
}

fn store(request: &Message) -> Covered {
    let all = pairs(request.uri().query().unwrap_or_default());
    let mut headers: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut add = |name: &str, value: &[u8]| {
        let value = value.trim_ascii();
        match headers.get_mut(name) {
            Some(values) => {
                values.push(b',');
                values.extend(value);
            }
            None => drop(headers.insert(name.to_owned(), value.to_vec())),
        }
    };
    for (name, value) in request.headers() {
        if name.as_str().starts_with("x-amz-") {
            add(name.as_str(), value.as_bytes());
        }
    }
    for (name, value) in &all {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if name.starts_with("x-amz-") {
            add(&name, value.as_deref().unwrap_or_default());
        }
    }
    let line = |name: &str| {
        let value = request.headers().get(name).map(HeaderValue::as_bytes);
        value.unwrap_or_default().trim_ascii().to_vec()
    };
    // In a request without a signature in its query, this is an ordinary parameter.
    let in_query = all.iter().any(|(name, _)| name == b"Signature");
    let expires = all.iter().find(|(name, _)| name == b"Expires" && in_query);
    let expires = expires.and_then(|(_, value)| value.clone());
    let by_amz_date = request.headers().contains_key("x-amz-date");
    // `date` is used only if nothing else contains the time of the request.
    let date = match &expires {
        Some(expires) => expires.clone(),
        None if by_amz_date => vec![],
        None => line("date"),
    };
    Covered {
        parameters: all
            .into_iter()
            .filter(|(name, _)| SUB_RESOURCES.contains(&&**name))
            .collect(),
        headers,
        dates: vec![line("content-md5"), line("content-type"), date],
        ..nothing(request)
    }
}

fn sign(
    scheme: Scheme,
    bucket: Bucket<'_>,
    credentials: Credentials,
    mut message: Message,
) -> Message {
    let query_service = sigv2::Signer::new(credentials.clone()).unwrap();
    let store = s3_v2::Signer::new(credentials).unwrap();
    match scheme {
        Scheme::QueryService => {
            *message.uri_mut() = query_service.sign_query(&message, NOW).unwrap();
        }
        Scheme::FormService => {
            let form = message.uri().query().unwrap_or_default().to_owned();
            *message.uri_mut() = message.uri().path().parse().unwrap();
            let body = query_service.sign_form(&message, &form, NOW).unwrap();
            *message.body_mut() = body.into();
        }
        Scheme::StoreHeader => store.sign(&mut message, bucket, NOW).unwrap(),
        Scheme::StoreQuery => {
            let mut absolute = message.clone();
            *absolute.uri_mut() = format!("https://bucket.example.com{}", message.uri())
                .parse()
                .unwrap();
            let hour = Duration::from_secs(3600);
            let url = store.presign(&absolute, bucket, hour, NOW).unwrap();
            let uri = url.uri().unwrap();
            *message.uri_mut() = uri.path_and_query().unwrap().as_str().parse().unwrap();
            for name in ["x-amz-security-token", "range"] {
                message.headers_mut().remove(name);
            }
        }
    }
    message
}

fn any_old_message() -> impl Strategy<Value = Message> {
    let target = select(vec![
        "/bucket/a%20b/c=1?uploadId=a%26b&partNumber=1&prefix=x",
        "/bucket//key?acl",
        "/",
        "/items/~7?Action=List&a=%2F%20&response-content-type=a%3Db",
    ]);
    let headers = select(vec![
        vec![],
        vec![("x-amz-acl", "private"), ("content-type", "text/plain")],
        vec![
            ("x-amz-meta-a", "1"),
            ("x-amz-meta-a", "2, 3"),
            ("x-amz-date", "set when signed"),
        ],
    ]);
    let method = select(vec!["GET", "PUT", "POST"]);
    (target, headers, method).prop_map(|(target, headers, method)| {
        let mut message = request(method, target);
        for (name, value) in headers {
            message = with_header(message, name, value);
        }
        message
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_changed_request_of_an_old_scheme_means_what_was_signed(
        message in any_old_message(),
        scheme in select(vec![
            Scheme::QueryService,
            Scheme::FormService,
            Scheme::StoreHeader,
            Scheme::StoreQuery,
        ]),
        in_host in any::<bool>(),
        session in any::<bool>(),
        changes in vec(any_change(), 16),
    ) {
        let bucket = if in_host { Bucket::InHost("bucket") } else { Bucket::InPath };
        let credentials = if session { temporary() } else { long_term() };
        let mut message = message;
        if scheme == Scheme::StoreQuery {
            // The query contains the time of the signature.
            message.headers_mut().remove("x-amz-date");
        }
        let wire = Wire::new(&sign(scheme, bucket, credentials, message));
        let meant = verify(scheme, bucket, &wire);
        prop_assert!(meant.is_some(), "not verified: {wire:?}");
        let mut changed_often = wire.clone();
        for change in &changes {
            let mut changed = wire.clone();
            changed.change(change);
            changed_often.change(change);
            for changed in [&changed, &changed_often] {
                if let Some(covered) = verify(scheme, bucket, changed) {
                    prop_assert_eq!(Some(&covered), meant.as_ref(), "{:?}\n{:?}", change, changed);
                }
            }
        }
    }
}
