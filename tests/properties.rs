//! What holds for every input.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign::verify::{AccessKey, SignedRequest, Verifier, VerifyError};
use countersign::{
    AmzDate, Authorization, CanonicalHeaders, CanonicalPath, CanonicalQuery, CanonicalRequest,
    CredentialScope, Credentials, Headers, PayloadHash, QueryAuthorization, RawRequest, Rules,
    Service, SessionToken, SessionTokenPlacement, Signer, encode_key, encode_segment,
    session_token_parameter,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use time::{OffsetDateTime, UtcOffset};

const SERVICES: [&str; 8] = [
    "service",
    "s3",
    "s3express",
    "glacier",
    "vpc-lattice-svcs",
    "aoss",
    "iotdevicegateway",
    "execute-api",
];

/// Any time that `time` knows, in any zone.
fn any_time() -> impl Strategy<Value = OffsetDateTime> {
    let (first, last) = (-377_705_116_800_i64, 253_402_300_799_i64);
    (first..=last, 0..1_000_000_000_i64, -86_399..=86_399_i32).prop_map(|(second, nano, offset)| {
        let utc = OffsetDateTime::from_unix_timestamp(second).unwrap();
        let utc = utc.saturating_add(time::Duration::nanoseconds(nano));
        let offset = UtcOffset::from_whole_seconds(offset).unwrap();
        utc.checked_to_offset(offset).unwrap_or(utc)
    })
}

/// A time that can be signed.
fn any_now() -> impl Strategy<Value = OffsetDateTime> {
    (-62_167_219_200_i64..=253_402_300_799 - 700_000)
        .prop_map(|second| OffsetDateTime::from_unix_timestamp(second).unwrap())
}

fn any_payload() -> impl Strategy<Value = PayloadHash> {
    prop_oneof![
        Just(PayloadHash::EMPTY),
        Just(PayloadHash::Unsigned),
        any::<[u8; 32]>().prop_map(PayloadHash::Sha256),
    ]
}

fn any_signer() -> impl Strategy<Value = Signer> {
    any_identity().prop_map(|(credentials, service)| Signer::new(credentials, "us-east-1", service))
}

fn any_identity() -> impl Strategy<Value = (Credentials, Service)> {
    let token = proptest::option::of(("[!-~]{1,40}", any::<bool>()));
    (select(&SERVICES[..]), token, any::<bool>()).prop_map(|(service, token, few)| {
        let mut credentials = Credentials::new("AKIDEXAMPLE", "secret");
        if let Some((token, s3_express)) = token {
            credentials =
                credentials.with_session_token(match s3_express && service.starts_with("s3") {
                    true => SessionToken::s3_express(token),
                    false => token.into(),
                });
        }
        let mut rules = Rules::of(service);
        if few {
            rules.headers = Headers::Required;
        }
        (credentials, Service::new(service, rules))
    })
}

/// A payload that the signer's service takes.
fn payload_for(signer: &Signer, payload: PayloadHash) -> PayloadHash {
    match format!("{signer:?}").contains("vpc-lattice") {
        true => PayloadHash::Unsigned,
        false => payload,
    }
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9!#$%&'*+.^_`|~-]{1,12}",
        "x-amz-[a-z-]{1,8}",
        select(vec![
            "accept",
            "authorization",
            "connection",
            "content-length",
            "content-type",
            "date",
            "user-agent",
            "x-amz-content-sha256",
            "x-amz-date",
            "x-amz-region-set",
            "x-amz-s3session-token",
            "x-amz-security-token",
            "x-amz-sha256-tree-hash",
        ])
        .prop_map(str::to_owned),
    ]
    .prop_filter("the host is set apart", |name| name != "host")
}

fn any_value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => Just(b' '),
        1 => Just(b'\t'),
        8 => 0x21..=0x7e_u8,
        2 => 0x80..=0xff_u8,
    ];
    vec(byte, 0..24)
}

/// Mostly a few, sometimes more than fit on the stack.
fn any_headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let header = || (any_name(), any_value());
    prop_oneof![5 => vec(header(), 0..6), 1 => vec(header(), 20..40)]
}

/// Paths as the `http` crate takes them: what is legal, and some of what is not.
fn any_path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/".to_owned()),
        Just("/.".to_owned()),
        Just("/..".to_owned()),
        Just("//".to_owned()),
        "%[0-9A-Fa-f]{2}",
        "[a-zA-Z0-9._~!$&'()*+,;=:@-]{1,6}",
        "[é文]",
    ];
    vec(piece, 0..12).prop_map(|pieces| format!("/{}", pieces.concat()))
}

/// Queries that can be signed.
fn any_query() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("&".to_owned()),
        Just("=".to_owned()),
        Just("X-Amz-".to_owned()),
        Just("x-id=".to_owned()),
        "%[0-9A-Fa-f]{2}",
        "[a-zA-Z0-9._~!$'()*+,;:@/?-]{1,6}",
        "[é文]",
    ];
    let reserved = |query: &String| {
        let query = query.to_lowercase();
        let names = ["alg", "cre", "dat", "sig", "exp", "reg", "sec", "s3s"];
        !names.iter().any(|name| query.contains(name)) && !query.contains("%5")
    };
    vec(piece, 0..24)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("a parameter of the signer's", reserved)
}

fn request(uri: &str, headers: &[(String, Vec<u8>)]) -> Request<()> {
    let mut request = Request::get(uri).body(()).unwrap();
    *request.headers_mut() = header_map(headers);
    request
}

fn header_map(headers: &[(String, Vec<u8>)]) -> HeaderMap {
    let pair = |(name, value): &(String, Vec<u8>)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_bytes(value).unwrap())
    };
    let mut map = HeaderMap::new();
    for (name, value) in headers.iter().map(pair) {
        map.append(name, value);
    }
    map
}

fn slices(headers: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    let host = [("host", &b"example.com"[..])];
    let headers = headers.iter().map(|(name, value)| (&**name, &**value));
    host.into_iter().chain(headers).collect()
}

proptest! {
    #[test]
    fn signing_twice_is_signing_once(
        signer in any_signer(),
        path in any_path(),
        query in any_query(),
        headers in any_headers(),
        payload in any_payload(),
        now in any_now(),
    ) {
        let payload = payload_for(&signer, payload);
        let mut request = request(&format!("https://example.com{path}?{query}"), &headers);
        let once = signer.sign(&mut request, payload, now).unwrap();
        let after = request.headers().clone();
        let twice = signer.sign(&mut request, payload, now).unwrap();
        prop_assert_eq!(once, twice);
        prop_assert_eq!(&after, request.headers());
    }

    /// Headers of different names may come in any order; those of one name keep theirs.
    #[test]
    fn the_order_of_headers_does_not_matter(
        signer in any_signer(),
        headers in any_headers(),
        other_first in any::<u64>(),
        now in any_now(),
    ) {
        let mut shuffled = headers.clone();
        // Some other order, by something that depends on the name alone.
        shuffled.sort_by_key(|(name, _)| {
            name.bytes().fold(other_first, |hash, b| hash.rotate_left(7) ^ u64::from(b))
        });
        let sign = |headers| {
            let mut request = request("https://example.com/a", headers);
            signer.sign(&mut request, PayloadHash::Unsigned, now).unwrap()
        };
        let signature = sign(&headers);
        prop_assert_eq!(signature, sign(&shuffled));
        // And slices say the same.
        for headers in [&headers, &shuffled] {
            let mut headers = slices(headers);
            headers.rotate_left(1);
            let raw = RawRequest { method: "GET", path: "/a", query: "", headers: &headers };
            let added = signer.sign_raw(&raw, PayloadHash::Unsigned, now).unwrap();
            prop_assert_eq!(&signature, added.signature());
        }
    }

    #[test]
    fn presigning_keeps_the_callers_bytes(
        signer in any_signer(),
        path in any_path(),
        query in any_query(),
        headers in any_headers(),
        payload in any_payload(),
        seconds in 1..=604_800_u64,
        now in any_now(),
    ) {
        let payload = payload_for(&signer, payload);
        let uri = format!("https://example.com:8443{path}?{query}");
        let request = request(&uri, &headers);
        let presigned = signer
            .presign(&request, payload, Duration::from_secs(seconds), now)
            .unwrap();
        let separator = if query.is_empty() { "" } else { "&" };
        let start = format!("{uri}{separator}X-Amz-Algorithm=AWS4-HMAC-SHA256&");
        prop_assert!(presigned.url().starts_with(&start), "{}", presigned.url());
        prop_assert_eq!(presigned.url(), presigned.uri().to_string());
        prop_assert_eq!(presigned.expires_at(), now + Duration::from_secs(seconds));
        // What was added reads back, once.
        let sent = presigned.url().split_once('?').unwrap().1;
        let read = QueryAuthorization::parse(sent).unwrap();
        prop_assert_eq!(&read.authorization.signature, presigned.signature());
        prop_assert_eq!(read.expires_in, Some(seconds));
        // Every signed header is handed out, but for the URL's own host.
        let names: Vec<&str> = read.authorization.signed_headers.split(';').collect();
        prop_assert!(names.contains(&"host"));
        prop_assert_eq!(names.len(), presigned.headers().keys_len() + 1);
        for name in presigned.headers().keys() {
            prop_assert!(names.contains(&name.as_str()));
        }
        // And slices make the same target.
        let mut headers = slices(&headers);
        headers[0].1 = b"example.com:8443";
        let raw = RawRequest { method: "GET", path: &path, query: &query, headers: &headers };
        let target = signer
            .presign_raw(&raw, payload, Duration::from_secs(seconds), now)
            .unwrap();
        // A URI without a query has no `?`, slices cannot tell.
        let own = presigned.url().strip_prefix("https://example.com:8443").unwrap();
        prop_assert_eq!(own, target.url());
    }
}

/// What a request says to an HTTP server, in a form that two requests share exactly where the
/// documentation folds them into one: an independent reading, not a canonical request.
#[derive(PartialEq, Eq, Debug)]
struct Meaning {
    method: String,
    /// Segments and whether a slash ends them; for S3 the path itself.
    path: (Vec<String>, bool),
    query: Vec<(Vec<u8>, Vec<u8>)>,
    headers: BTreeMap<String, Vec<u8>>,
    payload: String,
}

fn meaning(
    request: &RawRequest<'_>,
    payload: PayloadHash,
    s3: bool,
    signed: impl Fn(&str) -> bool,
) -> Meaning {
    let path = match s3 {
        _ if request.path.is_empty() => (vec![], !s3),
        true => (vec![request.path.to_owned()], false),
        false => {
            let mut kept: Vec<String> = Vec::new();
            for segment in request.path.split('/') {
                match segment {
                    "" | "." => {}
                    ".." => drop(kept.pop()),
                    other => kept.push(other.to_owned()),
                }
            }
            let slash = kept.is_empty() || request.path.ends_with('/');
            (kept, slash)
        }
    };
    // S3's empty path counts as `/`.
    let path = match path {
        (kept, false) if s3 && kept.is_empty() => (vec!["/".to_owned()], false),
        path => path,
    };
    let mut query: Vec<_> = request
        .query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            (unescape(name), unescape(value))
        })
        .collect();
    query.sort();
    let mut headers: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (name, value) in request.headers {
        if !signed(name) {
            continue;
        }
        let words = value.split(|b| matches!(b, b' ' | b'\t'));
        let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
        let value = words.join(&b' ');
        match headers.get_mut(*name) {
            Some(values) => {
                values.push(b',');
                values.extend(value);
            }
            None => drop(headers.insert((*name).to_owned(), value)),
        }
    }
    Meaning {
        method: request.method.to_owned(),
        path,
        query,
        headers,
        payload: format!("{payload:?}"),
    }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if let (b'%', [high, low, tail @ ..]) = (byte, tail) {
            let hex = [*high, *low];
            let hex = std::str::from_utf8(&hex).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = tail;
        } else {
            bytes.push(*byte);
        }
    }
    bytes
}

/// Requests over so small an alphabet that many of them mean the same.
fn close_request() -> impl Strategy<Value = (String, String, String, Vec<(String, Vec<u8>)>)> {
    let method = select(vec!["GET", "get", "PUT"]).prop_map(str::to_owned);
    let piece = select(vec![
        "/", "/", "/", ".", "..", "a", "%2F", "%2f", "%2E", "b", "é", ":", "%3A",
    ]);
    let path = vec(piece, 0..5).prop_map(|pieces| match pieces.is_empty() {
        true => String::new(),
        false => format!("/{}", pieces.concat()),
    });
    let piece = select(vec![
        "&",
        "&",
        "=",
        "a",
        "%61",
        "b",
        "+",
        "%2B",
        "%2b",
        "%20",
        "%FF",
        "%FE",
        "%EF%BF%BD",
        "é",
        "%C3%A9",
        "%c3%a9",
        "%26",
        "%3D",
        "%25",
        "/",
        "-",
        ".",
        "~",
        "%7e",
    ]);
    let query = vec(piece, 0..6).prop_map(|pieces| pieces.concat());
    let name = select(vec!["x-a", "x-a", "x-b", "x-amz-a", "user-agent"]).prop_map(str::to_owned);
    let value: Vec<&[u8]> = vec![
        b" ", b"  ", b"\t", b"a", b"a", b",", b"b", b"\"", b";", b":", b"\xff", b"\xfe",
    ];
    let value = vec(select(value), 0..4).prop_map(|pieces| pieces.concat());
    let headers = vec((name, value), 0..4);
    (method, path, query, headers)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Requests that mean something different never share a canonical request, and requests that
    /// mean the same always do. Each part is close to another's in turn, the rest is equal.
    #[test]
    fn different_requests_have_different_canonical_forms(
        one in close_request(),
        other in close_request(),
        differing in 0..5_usize,
        payloads in (any_payload(), any_payload()),
        s3 in any::<bool>(),
    ) {
        let rules = if s3 { Rules::S3 } else { Rules::GENERIC };
        let mut second = one.clone();
        let mut second_payload = payloads.0;
        match differing {
            0 => second.0 = other.0,
            1 => second.1 = other.1,
            2 => second.2 = other.2,
            3 => second.3 = other.3,
            _ => second_payload = payloads.1,
        }
        let read = |(method, path, query, headers): &(String, String, String, Vec<_>), payload| {
            let headers = slices(headers);
            let request = RawRequest { method, path, query, headers: &headers };
            let canonical = CanonicalRequest::of_raw(&request, &rules, payload).unwrap();
            (canonical.to_bytes(), canonical.hash(), meaning(&request, payload, s3, |name| name != "user-agent"))
        };
        let first = read(&one, payloads.0);
        let second = read(&second, second_payload);
        prop_assert_eq!(first.0 == second.0, first.2 == second.2, "{:?}\n{:?}", first.2, second.2);
        prop_assert_eq!(first.1 == second.1, first.2 == second.2);
    }
}

proptest! {
    /// A canonical query is its own canonical form, in order and in encoding.
    #[test]
    fn a_canonical_query_is_canonical(query in any_query()) {
        let once = CanonicalQuery::new(&query).unwrap().to_string();
        prop_assert_eq!(&CanonicalQuery::new(&once).unwrap().to_string(), &once);
        let mut pairs: Vec<(&str, &str)> =
            once.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap()).collect();
        let sorted = pairs.clone();
        pairs.sort_unstable();
        prop_assert_eq!(pairs, sorted);
    }

    #[test]
    fn keys_and_segments_come_back(key in vec(any::<u8>(), 0..40)) {
        let (encoded, segment) = (encode_key(&key), encode_segment(&key));
        prop_assert_eq!(unescape(&encoded), key.clone());
        prop_assert_eq!(unescape(&segment), key);
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~%".contains(c);
        prop_assert!(segment.chars().all(allowed) && encoded.replace('/', "").chars().all(allowed));
        // A path that was built so is the same on the wire and in S3's canonical form.
        let path = format!("/{encoded}");
        prop_assert_eq!(CanonicalPath::new(&path, &Rules::S3).unwrap().to_string(), path);
    }

    #[test]
    fn dates_and_scopes_come_back(now in any_now(), region in "[!-+.0-~-]{1,64}", service in "[!-+.0-~-]{1,64}") {
        let date = AmzDate::new(now).unwrap();
        prop_assert_eq!(date.to_date_time(), now);
        prop_assert_eq!(AmzDate::parse(date.as_str()), Some(date));
        let scope = CredentialScope::new(now, &region, &service).unwrap();
        prop_assert_eq!(CredentialScope::parse(scope.as_str()).unwrap(), scope);
        prop_assert_eq!((scope.region(), scope.service()), (Some(&*region), &*service));
        prop_assert_eq!(scope.day(), date.day());
    }

    /// Whatever can be signed, its authorization reads back.
    #[test]
    fn authorizations_come_back(id in "[!-+.-~-]{1,40}", headers in any_headers(), now in any_now()) {
        let signer = Signer::new(Credentials::new(id.clone(), "secret"), "us-east-1", "s3");
        let mut request = request("https://example.com/", &headers);
        let signature = signer.sign(&mut request, PayloadHash::EMPTY, now).unwrap();
        let header = request.headers()["authorization"].to_str().unwrap();
        let read = Authorization::parse(header).unwrap();
        prop_assert_eq!(&read.access_key_id, &id);
        prop_assert_eq!(&read.signature, &signature);
        prop_assert_eq!(read.to_header(), header);
        let canonical = CanonicalRequest::new(&request, &Rules::S3, PayloadHash::EMPTY).unwrap();
        prop_assert_eq!(&read.signed_headers, &canonical.signed_headers());
    }
}

/// A request as a server gets it, in parts that can be changed.
#[derive(Clone, Debug)]
struct Arrived {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    payload: PayloadHash,
}

impl Arrived {
    fn new(method: &str, uri: &str, headers: &HeaderMap, payload: PayloadHash) -> Self {
        let target = uri.strip_prefix("https://example.com").unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
        let host = [("host".to_owned(), b"example.com".to_vec())];
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.chain(host).collect(),
            payload,
        }
    }

    /// One character of one part put in, taken out or replaced.
    fn change(&mut self, part: usize, at: prop::sample::Index, how: usize, character: char) {
        let edit = |text: &mut String| {
            let mut characters: Vec<char> = text.chars().collect();
            let position = at.index(characters.len() + 1);
            match how {
                0 => characters.insert(position, character),
                _ if position == characters.len() => characters.push(character),
                1 => drop(characters.remove(position)),
                _ => characters[position] = character,
            }
            *text = characters.into_iter().collect();
        };
        match part {
            0 => edit(&mut self.method),
            1 => edit(&mut self.path),
            2 => edit(&mut self.query),
            3 => self.payload = PayloadHash::of([u8::try_from(character).unwrap()]),
            header => {
                let count = self.headers.len();
                let (name, value) = &mut self.headers[header % count];
                // The authorization says what is signed, and is no part of it.
                if let (true, Ok(mut text)) =
                    (name != "authorization", String::from_utf8(value.clone()))
                {
                    edit(&mut text);
                    *value = text.into_bytes();
                }
            }
        }
    }

    /// What is signed of it, where these headers are.
    fn signed(&self, names: &[String], s3: bool) -> Meaning {
        self.lend(|request| {
            meaning(request, self.payload, s3, |name| {
                names.iter().any(|signed| signed == name)
            })
        })
    }

    fn lend<T>(&self, read: impl FnOnce(&RawRequest<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let Self {
            method,
            path,
            query,
            ..
        } = self;
        read(&RawRequest {
            method,
            path,
            query,
            headers: &headers,
        })
    }

    /// Verified, the names of the signed headers.
    fn verify(
        &self,
        credentials: &Credentials,
        service: &Service,
        now: OffsetDateTime,
    ) -> Result<Vec<String>, VerifyError> {
        self.lend(|request| {
            let claim = SignedRequest::parse_raw(request)?;
            let key = AccessKey::derive(credentials, claim.scope());
            let verifier = Verifier::new("us-east-1", service.clone());
            let verified = verifier.verify(&claim, &key, self.payload, now)?;
            Ok(verified.signed_headers().map(str::to_owned).collect())
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// What is signed verifies, in both forms; and once it means something else it does not.
    #[test]
    fn what_is_signed_verifies_and_what_is_changed_does_not(
        (credentials, service) in any_identity(),
        path in any_path(),
        query in any_query(),
        headers in any_headers(),
        payload in any_payload(),
        presign in any::<bool>(),
        now in any_now(),
        changes in vec((0..12_usize, any::<prop::sample::Index>(), 0..3_usize, select(
            "abcZ019-._~/%+&=?,;: \t*'\"".chars().collect::<Vec<_>>()
        )), 12),
    ) {
        let signer = Signer::new(credentials.clone(), "us-east-1", service.clone());
        let payload = payload_for(&signer, payload);
        let mut request = request(&format!("https://example.com{path}?{query}"), &headers);
        let arrived = if presign {
            let lifetime = Duration::from_secs(60);
            let presigned = signer.presign(&request, payload, lifetime, now).unwrap();
            Arrived::new("GET", presigned.url(), presigned.headers(), payload)
        } else {
            signer.sign(&mut request, payload, now).unwrap();
            Arrived::new("GET", &request.uri().to_string(), request.headers(), payload)
        };
        let names = arrived.verify(&credentials, &service, now);
        prop_assert!(names.is_ok(), "{:?} {:?}", names, arrived);
        let names = names.unwrap();
        let s3 = !service.rules().normalize_path;
        let meant = arrived.signed(&names, s3);
        for (part, at, how, character) in changes {
            let mut changed = arrived.clone();
            changed.change(part, at, how, character);
            if changed.verify(&credentials, &service, now).is_ok() {
                prop_assert_eq!(&changed.signed(&names, s3), &meant, "{:?}", changed);
            }
        }
    }
}

/// Text of all kinds: any, and close to what is meant.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,30}",
        any_path(),
        any_query(),
        "(AWS4-(HMAC|ECDSA-P256)-SHA256 ?)?((Credential|SignedHeaders|Signature)=[0-9a-z/;]{0,70},? ?){0,4}",
        "[0-9]{8}/[a-z/]{0,20}/aws4_request",
        "((X-Amz-(Algorithm|Credential|Date|SignedHeaders|Signature|Expires)=[0-9A-Za-z%/-]{0,20})&?){0,8}",
        "[0-9TZ]{14,18}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_text_panics(text in any_text(), other in any_text(), bytes in vec(any::<u8>(), 0..64)) {
        let _ = Authorization::parse(&text).map(|read| read.to_header());
        let _ = QueryAuthorization::parse(&text);
        let _ = CredentialScope::parse(&text).map(|read| (read.service().to_owned(), read.region().map(str::to_owned)));
        let _ = AmzDate::parse(&text).map(|date| date.to_date_time());
        let _ = session_token_parameter(&(&*text).into());
        let _ = countersign::attach_session_token(&mut HeaderMap::new(), &(&*text).into());
        let _ = CanonicalPath::new(&text, &Rules::GENERIC).map(|path| path.to_string());
        let _ = CanonicalPath::new(&text, &Rules::S3).map(|path| path.to_string());
        let _ = CanonicalQuery::new(&text).map(|query| query.to_string());
        let _ = CanonicalHeaders::new([(&*text, &*bytes), (&*other, &*bytes)])
            .map(|headers| (headers.to_string(), headers.signed_headers()));
        let _ = (encode_key(&text), encode_segment(&bytes), Rules::of(&text), Service::from(text));
    }

    #[test]
    fn no_request_in_slices_panics(
        method in any_text(),
        path in any_text(),
        query in any_text(),
        names in vec(any_text(), 0..4),
        value in vec(any::<u8>(), 0..16),
        service in select(&SERVICES[..]),
        payload in any_payload(),
        seconds in any::<u64>(),
        now in any_time(),
    ) {
        let signer = Signer::new(Credentials::new("AKID", "secret").with_session_token("t"), "r", service);
        let mut headers = vec![("host", &b"h"[..])];
        headers.extend(names.iter().map(|name| (&**name, &*value)));
        let lifetime = Duration::from_secs(seconds);
        // All of it wrong, or only one part.
        for (method, path, query, headers) in [
            (&*method, &*path, &*query, &*headers),
            (&method, "/", "", &headers[..1]),
            ("GET", &path, "", &headers[..1]),
            ("GET", "/", &query, &headers[..1]),
            ("GET", "/", "", &headers),
        ] {
            let request = RawRequest { method, path, query, headers };
            let _ = signer.sign_raw(&request, payload, now).map(|added| added.iter().count());
            let _ = signer
                .presign_raw(&request, payload, lifetime, now)
                .map(|presigned| (presigned.uri(), presigned.expires_at()));
        }
    }

    #[test]
    fn no_http_request_panics(
        uri in prop_oneof![any_text(), any_text().prop_map(|text| format!("https://{text}")), any_path(), any_query().prop_map(|query| format!("/?{query}"))],
        method in "[A-Za-z*!-]{1,8}",
        headers in any_headers(),
        hosts in vec(any_value(), 0..3),
        service in select(&SERVICES[..]),
        payload in any_payload(),
        seconds in any::<u64>(),
        now in any_time(),
    ) {
        let Ok(uri) = uri.parse::<Uri>() else { return Ok(()) };
        let mut request = Request::builder().method(&*method).uri(uri).body(()).unwrap();
        *request.headers_mut() = header_map(&headers);
        for host in &hosts {
            request.headers_mut().append("host", HeaderValue::from_bytes(host).unwrap());
        }
        let before = request.clone();
        let signer = Signer::new(Credentials::new("AKID", "secret").with_session_token("t"), "r", service);
        let _ = signer.presign(&request, payload, Duration::from_secs(seconds), now).map(|url| url.uri());
        let _ = CanonicalRequest::new(&request, &Rules::of(service), payload).map(|text| text.to_string());
        // After an error the request is as it was.
        if signer.sign(&mut request, payload, now).is_err() {
            prop_assert_eq!(request.headers(), before.headers());
        } else {
            prop_assert!(request.headers().contains_key("authorization"));
        }
        prop_assert_eq!(request.uri(), before.uri());
    }

    #[test]
    fn no_name_key_or_time_panics(
        id in any_text(),
        secret in any_text(),
        token in proptest::option::of(any_text()),
        region in any_text(),
        service in any_text(),
        expiration in proptest::option::of(any_time()),
        seconds in prop_oneof![any::<u64>(), 0..=604_801_u64],
        after_signing in any::<bool>(),
        now in any_time(),
    ) {
        let mut credentials = Credentials::new(id, secret);
        if let Some(token) = token {
            credentials = credentials.with_session_token(token);
        }
        if let Some(expiration) = expiration {
            credentials = credentials.with_expiration(expiration);
        }
        let mut rules = Rules::of(&service);
        if after_signing {
            rules.session_token = SessionTokenPlacement::AfterSigning;
        }
        let _ = CredentialScope::new(now, &region, &service);
        let _ = AmzDate::new(now);
        let names = [(&*region, &*service), ("r", "s")];
        for (region, service) in names {
            let service = Service::new(service.to_owned(), rules.clone());
            for credentials in [credentials.clone(), Credentials::new("AKID", "secret")] {
                let signer = Signer::new(credentials, region, service.clone());
                let mut request = Request::get("https://h/").body(()).unwrap();
                let lifetime = Duration::from_secs(seconds);
                let presigned = signer.presign(&request, PayloadHash::Unsigned, lifetime, now);
                let signed = signer.sign(&mut request, PayloadHash::Unsigned, now);
                let errors = [signed.err(), presigned.err()];
                for error in errors.into_iter().flatten() {
                    let _ = (error.to_string(), format!("{error:?}{signer:?}"));
                }
            }
        }
    }
}
