//! Searches for the text that was signed: tries mistakes of signers with the secret access key.

use http::uri::Uri;

use crate::credentials::SecretKey;
use crate::request::host_of;
use crate::sigv4::object_key::encode_key;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::signature::Algorithm;
use crate::sigv4::signing_key::SigningKey;

use super::compare::path::canonical as canonical_path;
use super::expected::Expected;
use super::lines::Lines;
use super::text::decode;

/// The text that a signature turned out to sign.
pub(super) enum Found {
    /// The expected canonical request.
    AsExpected,
    /// Another canonical request.
    Other(Lines),
    /// The expected canonical request, with white space added to the secret or removed from it.
    WhiteSpace,
    /// None of the texts that were tried.
    Nothing,
}

/// Tries the mistakes that signers make, alone and combined: at most a few thousand hashes.
///
/// `None` for a signature of SigV4A, and for headers that are not UTF-8: their text is unknown.
pub(super) fn search(
    expected: &Expected,
    uri: &Uri,
    payload: Option<PayloadHash>,
    secret_key: &SecretKey,
) -> Option<Found> {
    if !can_be_tried(expected) {
        return None;
    }
    let key = SigningKey::derive(secret_key, &expected.scope);
    let signs = |key: &SigningKey, lines: &Lines| signs_with(key, expected, lines);
    let payloads = payloads(&expected.lines, payload);
    if let Some(right) = of_payloads(&expected.lines, &payloads).find(|lines| signs(&key, lines)) {
        return Some(if payloads.first() == right.payload.as_ref() {
            Found::AsExpected
        } else {
            Found::Other(right)
        });
    }
    for spaced in spaced(secret_key.expose()) {
        let key = SigningKey::derive(&spaced, &expected.scope);
        if of_payloads(&expected.lines, &payloads).any(|lines| signs(&key, &lines)) {
            return Some(Found::WhiteSpace);
        }
    }
    let (paths, queries) = (paths(&expected.lines.path, uri), queries(expected, uri));
    for headers in header_variants(&expected.lines, uri) {
        for path in &paths {
            for query in &queries {
                let lines = Lines {
                    path: path.clone(),
                    query: query.clone(),
                    ..headers.clone()
                };
                let found = of_payloads(&lines, &payloads).find(|lines| signs(&key, lines));
                if let Some(lines) = found {
                    return Some(Found::Other(lines));
                }
            }
        }
    }
    Some(Found::Nothing)
}

/// Whether this secret signed these lines.
pub(super) fn signs(expected: &Expected, lines: &Lines, secret_key: &SecretKey) -> bool {
    can_be_tried(expected)
        && signs_with(
            &SigningKey::derive(secret_key, &expected.scope),
            expected,
            lines,
        )
}

fn signs_with(key: &SigningKey, expected: &Expected, lines: &Lines) -> bool {
    key.sign(expected.string_to_sign(&lines.to_text())) == expected.signature
}

fn can_be_tried(expected: &Expected) -> bool {
    expected.algorithm == Algorithm::HmacSha256 && expected.exact
}

fn of_payloads<'a>(lines: &'a Lines, payloads: &'a [String]) -> impl Iterator<Item = Lines> + 'a {
    payloads.iter().map(|payload| Lines {
        payload: Some(payload.clone()),
        ..lines.clone()
    })
}

/// The payload hash that should be signed comes first, if known.
fn payloads(lines: &Lines, payload: Option<PayloadHash>) -> Vec<String> {
    let text = |payload: PayloadHash| payload.to_hashed_payload().as_str().to_owned();
    let mut payloads: Vec<String> = lines.payload.iter().cloned().collect();
    let others = payload.into_iter().map(text);
    for other in others.chain([text(PayloadHash::EMPTY), text(PayloadHash::Unsigned)]) {
        push_new(&mut payloads, other);
    }
    payloads
}

fn spaced(secret: &str) -> Vec<SecretKey> {
    let trimmed = secret.trim();
    let mut secrets = Vec::new();
    if trimmed != secret {
        secrets.push(SecretKey::from(trimmed));
    }
    for end in ["\n", "\r\n", " ", "\r", "\t", "\n\n"] {
        secrets.push(SecretKey::from(format!("{trimmed}{end}")));
        secrets.push(SecretKey::from(format!("{end}{trimmed}")));
    }
    secrets.push(SecretKey::from(format!("\"{trimmed}\"")));
    secrets.push(SecretKey::from(format!("'{trimmed}'")));
    secrets
}

fn paths(canonical: &str, uri: &Uri) -> Vec<String> {
    let mut paths = vec![canonical.to_owned()];
    let sent = uri.path();
    for (normalize, encode) in [(false, false), (true, false), (false, true), (true, true)] {
        if let Some(path) = canonical_path(sent, normalize, encode) {
            push_new(&mut paths, path);
        }
    }
    let plain = decode(sent);
    push_new(&mut paths, encode_key(&plain));
    push_new(&mut paths, sent.replace("%20", "+"));
    push_new(&mut paths, plain);
    paths
}

fn queries(expected: &Expected, uri: &Uri) -> Vec<String> {
    let canonical = expected.lines.query.clone();
    let sent: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|piece| !piece.starts_with("X-Amz-Signature="))
        .collect();
    let as_sent = sent.join("&");
    let mut sorted = sent;
    sorted.sort_unstable();
    let sorted = sorted.join("&");
    let mut queries = vec![canonical.clone()];
    queries.extend(expected.query_with_plus.clone());
    for query in [
        as_sent,
        sorted,
        canonical.replace("%2B", "%20"),
        canonical.replace("%20", "+"),
        canonical.replace("%20", "%2B"),
        canonical.replace('%', "%25"),
        canonical.replace("%2F", "/"),
        String::new(),
    ] {
        push_new(&mut queries, query);
    }
    queries
}

fn header_variants(lines: &Lines, uri: &Uri) -> Vec<Lines> {
    let host = lines.header("host").unwrap_or_default();
    let mut hosts = vec![host.to_owned()];
    hosts.extend(host.rsplit_once(':').map(|(name, _)| name.to_owned()));
    hosts.extend([":443", ":80"].map(|port| format!("{host}{port}")));
    hosts.push(host.to_ascii_lowercase());
    let as_written = host_of(uri).filter(|written| written.eq_ignore_ascii_case(host));
    hosts.extend(as_written.map(str::to_owned));
    let with_host = |host: String| {
        let mut changed = lines.clone();
        for (_, value) in changed
            .headers
            .iter_mut()
            .filter(|(name, _)| name == "host")
        {
            value.clone_from(&host);
        }
        changed
    };
    let mut variants: Vec<Lines> = hosts.into_iter().map(with_host).collect();
    let mut without_token = lines.clone();
    let token = "x-amz-security-token";
    without_token.headers.retain(|(name, _)| name != token);
    without_token.signed_headers = lines.signed_headers.replace(&format!(";{token}"), "");
    variants.push(without_token);
    variants.dedup();
    variants
}

fn push_new(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}
