//! s3s-sigv4: the parts of an S3 server, assembled here as a caller would. The key is derived once
//! and kept, which its API allows. Its input must be decoded and sorted.

use std::borrow::Cow;
use std::fmt::Write;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request};
use percent_encoding::percent_decode_str;
use s3s_sigv4::{
    AmzDate, AuthorizationV4, Payload as Hash, calculate_signature_with_key,
    create_canonical_request_with_raw_uri_path, create_chunk_string_to_sign, create_string_to_sign,
    derive_signing_key,
};
use sha2::{Digest, Sha256};

use super::{Entry, verdicts};
use crate::contender::contender;
use crate::proof::Proof;
use crate::truth;
use crate::work::{DATETIME, Payload, REGION, Task, Work};

pub const WHO: &str = "s3s-sigv4";

pub fn entry(work: &'static Work) -> Entry {
    let date = DATETIME.parse::<AmzDate>().ok().expect("a date");
    let key = derive_signing_key(work.identity.secret_key, &date, REGION, work.service);
    match work.task {
        Task::Sign => Ok(contender(
            WHO,
            || work.request.clone(),
            move |request| sign(request, work, &key, &date),
            |request, ()| Proof::of_headers(request.headers()),
        )),
        Task::Chunk => Ok(contender(
            WHO,
            || (),
            move |()| {
                let chunk = std::slice::from_ref(work.request.body());
                let string_to_sign =
                    create_chunk_string_to_sign(&date, REGION, work.service, truth::SEED, chunk);
                hex::encode(calculate_signature_with_key(&string_to_sign, &key))
            },
            |(), signature| Proof::Chunk {
                previous: truth::SEED.to_owned(),
                signature,
            },
        )),
        Task::Verify => Ok(contender(
            WHO,
            || truth::signed_request(work),
            move |request| verify(request, work, &key),
            move |_, _| verdicts(work, |request| verify(request, work, &key)),
        )),
        Task::Presign => Err("its caller builds the URL"),
        Task::SignAsymmetric => Err("SigV4 only"),
    }
}

fn sign(request: &mut Request<Bytes>, work: &Work, key: &[u8; 32], date: &AmzDate) {
    let hash;
    let payload = match work.payload {
        Payload::Unsigned => Hash::Unsigned,
        Payload::Hashed => {
            hash = hex::encode(Sha256::digest(request.body()));
            Hash::SingleChunk(&hash)
        }
    };
    let headers = request.headers_mut();
    headers.insert(
        "x-amz-date",
        HeaderValue::from_str(&date.fmt_iso8601()).expect("text"),
    );
    if let Some(token) = work.identity.session_token {
        headers.insert("x-amz-security-token", HeaderValue::from_static(token));
    }
    match payload {
        Hash::SingleChunk(hash) if work.sends_payload_hash() => {
            headers.insert(
                "x-amz-content-sha256",
                HeaderValue::from_str(hash).expect("text"),
            );
        }
        Hash::Unsigned => {
            headers.insert(
                "x-amz-content-sha256",
                HeaderValue::from_static("UNSIGNED-PAYLOAD"),
            );
        }
        _ => {}
    }

    let uri = request.uri();
    let mut signed = Vec::with_capacity(request.headers().len() + 1);
    signed.push(("host", uri.host().expect("a host")));
    let own = request
        .headers()
        .iter()
        .filter(|(name, _)| *name != "user-agent");
    signed.extend(own.map(|(name, value)| (name.as_str(), value.to_str().expect("text"))));
    signed.sort_unstable_by_key(|(name, _)| *name);
    let query = decoded(uri.query());
    let canonical_request = create_canonical_request_with_raw_uri_path(
        request.method().as_str(),
        uri.path(),
        &query,
        &signed,
        payload,
    );
    let string_to_sign = create_string_to_sign(&canonical_request, date, REGION, work.service);
    let signature = hex::encode(calculate_signature_with_key(&string_to_sign, key));

    let (access_key_id, date, service) =
        (work.identity.access_key_id, date.fmt_date(), work.service);
    let mut authorization = String::with_capacity(512);
    let _ = write!(
        authorization,
        "AWS4-HMAC-SHA256 Credential={access_key_id}/{date}/{REGION}/{service}/aws4_request, SignedHeaders=",
    );
    for (position, (name, _)) in signed.iter().enumerate() {
        authorization.push_str(if position == 0 { "" } else { ";" });
        authorization.push_str(name);
    }
    let _ = write!(authorization, ", Signature={signature}");
    request.headers_mut().insert(
        "authorization",
        HeaderValue::try_from(authorization).expect("text"),
    );
}

fn verify(request: &Request<Bytes>, work: &Work, key: &[u8; 32]) -> bool {
    let header = |name: &str| text(request.headers(), name);
    let authorization =
        AuthorizationV4::parse(header("authorization")).expect("an Authorization header");
    let date = header("x-amz-date")
        .parse::<AmzDate>()
        .ok()
        .expect("a date");
    let signed: Vec<_> = authorization
        .signed_headers
        .iter()
        .map(|name| (*name, header(name)))
        .collect();
    let query = decoded(request.uri().query());
    let canonical_request = create_canonical_request_with_raw_uri_path(
        request.method().as_str(),
        request.uri().path(),
        &query,
        &signed,
        Hash::Unsigned,
    );
    let string_to_sign = create_string_to_sign(&canonical_request, &date, REGION, work.service);
    hex::encode(calculate_signature_with_key(&string_to_sign, key)) == authorization.signature
}

fn decoded(query: Option<&str>) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let decode = |text| percent_decode_str(text).decode_utf8().expect("UTF-8");
    query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().expect("text")
}
