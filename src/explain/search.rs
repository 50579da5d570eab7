//! What was really signed, found with the secret access key by trying.

use http::uri::Uri;

use crate::credentials::SecretKey;
use crate::primitives::encode::encode_key;
use crate::request::host_of;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::signature::Algorithm;
use crate::sigv4::signing_key::SigningKey;

use super::compare::path::canonical as canonical_path;
use super::hide::decode;
use super::lines::Lines;
use super::rebuilt::Rebuilt;

/// What a signature turned out to be of.
pub(super) enum Found {
    /// Of the request as it should be signed.
    AsRebuilt,
    /// Of something else.
    Other(Lines),
    /// Of the request, with a secret that has white space around it, or around which there was none.
    WhiteSpace,
    /// Of nothing that anybody thought of.
    Nothing,
}

/// Tries the mistakes that signers make, alone and together. At most a few thousand hashes. `None`
/// where there is nothing that could be tried.
pub(super) fn search(
    rebuilt: &Rebuilt,
    uri: &Uri,
    payload: Option<PayloadHash>,
    secret_key: &SecretKey,
) -> Option<Found> {
    if rebuilt.algorithm != Algorithm::HmacSha256 || !rebuilt.exact {
        return None;
    }
    let key = SigningKey::derive(secret_key, &rebuilt.scope);
    let signs = |key: &SigningKey, lines: &Lines| {
        key.sign(rebuilt.string_to_sign(&lines.to_text())) == rebuilt.signature
    };
    let payloads = payloads(&rebuilt.lines, payload);
    if let Some(right) = of_payloads(&rebuilt.lines, &payloads).find(|lines| signs(&key, lines)) {
        return Some(if payloads.first() == right.payload.as_ref() {
            Found::AsRebuilt
        } else {
            Found::Other(right)
        });
    }
    for spaced in spaced(secret_key.expose()) {
        let key = SigningKey::derive(&spaced, &rebuilt.scope);
        if of_payloads(&rebuilt.lines, &payloads).any(|lines| signs(&key, &lines)) {
            return Some(Found::WhiteSpace);
        }
    }
    let (paths, queries) = (
        paths(&rebuilt.lines.path, uri),
        queries(&rebuilt.lines, uri),
    );
    for headers in header_variants(&rebuilt.lines, uri) {
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

fn of_payloads<'a>(lines: &'a Lines, payloads: &'a [String]) -> impl Iterator<Item = Lines> + 'a {
    payloads.iter().map(|payload| Lines {
        payload: Some(payload.clone()),
        ..lines.clone()
    })
}

/// The one that should be signed first, where it is known.
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

fn queries(lines: &Lines, uri: &Uri) -> Vec<String> {
    let canonical = lines.query.clone();
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
    let mut variants = vec![lines.clone()];
    let with = |change: &dyn Fn(&str) -> Option<String>| {
        let mut changed = lines.clone();
        for (name, value) in &mut changed.headers {
            if name == "host"
                && let Some(host) = change(value)
            {
                *value = host;
            }
        }
        changed
    };
    let without_port = |host: &str| Some(host.rsplit_once(':')?.0.to_owned());
    variants.push(with(&without_port));
    for port in [":443", ":80"] {
        variants.push(with(&|host: &str| Some(format!("{host}{port}"))));
    }
    variants.push(with(&|host: &str| Some(host.to_ascii_lowercase())));
    let as_written = |host: &str| {
        let written = host_of(uri).filter(|written| written.eq_ignore_ascii_case(host));
        written.map(str::to_owned)
    };
    variants.push(with(&as_written));
    let mut without_token = lines.clone();
    without_token
        .headers
        .retain(|(name, _)| name != "x-amz-security-token");
    without_token.signed_headers = lines.signed_headers.replace(";x-amz-security-token", "");
    variants.push(without_token);
    variants.dedup();
    variants
}

fn push_new(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}
