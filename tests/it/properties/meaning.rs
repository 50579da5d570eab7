//! The meaning of requests: two requests have the same canonical form exactly if they have the same
//! meaning.

use std::collections::BTreeMap;

use countersign::{PayloadHash, RawRequest, Rules, sigv4::CanonicalRequest};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::properties::inputs::{any_payload, slices};

/// The meaning of a request to an HTTP server, independent of the canonical request. Requests that
/// the documentation folds into one have the same meaning.
#[derive(PartialEq, Eq, Debug)]
pub struct Meaning {
    method: String,
    /// The segments, and whether the path ends in a slash. For S3, the decoded path.
    path: (Vec<Vec<u8>>, bool),
    query: Vec<(Vec<u8>, Vec<u8>)>,
    headers: BTreeMap<String, Vec<u8>>,
    payload: String,
}

pub fn meaning(
    request: &RawRequest<'_>,
    payload: PayloadHash,
    s3: bool,
    signed: impl Fn(&str) -> bool,
) -> Meaning {
    let path = match s3 {
        _ if request.path.is_empty() => (vec![], !s3),
        true => (vec![unescape(request.path)], false),
        false => {
            let mut kept: Vec<Vec<u8>> = Vec::new();
            for segment in request.path.split('/') {
                match segment {
                    "" | "." => {}
                    ".." => drop(kept.pop()),
                    other => kept.push(other.into()),
                }
            }
            let slash = kept.is_empty() || request.path.ends_with('/');
            (kept, slash)
        }
    };
    // For S3, an empty path is `/`.
    let path = match path {
        (kept, false) if s3 && kept.is_empty() => (vec![b"/".to_vec()], false),
        path => path,
    };
    let mut query: Vec<_> = request
        .query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            // A bare plus is a space.
            let read = |text: &str| unescape(&text.replace('+', "%20"));
            (read(name), read(value))
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

pub fn unescape(text: &str) -> Vec<u8> {
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

/// Requests over an alphabet so small that many of them have the same meaning.
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

    /// Requests with different meanings never have the same canonical request, and requests with
    /// the same meaning always do. In each case one part differs slightly, and the rest is equal.
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
            let canonical = CanonicalRequest::from_raw(&request, &rules, payload).unwrap();
            (canonical.to_bytes(), canonical.hash(), meaning(&request, payload, s3, |name| name != "user-agent"))
        };
        let first = read(&one, payloads.0);
        let second = read(&second, second_payload);
        prop_assert_eq!(first.0 == second.0, first.2 == second.2, "{:?}\n{:?}", first.2, second.2);
        prop_assert_eq!(first.1 == second.1, first.2 == second.2);
    }
}
