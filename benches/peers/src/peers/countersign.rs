//! countersign itself: `countersign` takes and gives an `http` request, `countersign core` takes
//! slices and gives what to add, and `countersign cold` is the first with a signer that has no key
//! yet.

use bytes::Bytes;
use countersign::{Credentials, PayloadHash, Presigned, RawRequest, Signer};
use http::Request;
use time::OffsetDateTime;

use super::Entry;
use crate::contender::contender;
use crate::proof::Proof;
use crate::work::{LIFETIME, Payload, REGION, SECONDS, Task, Work};

pub const HTTP: &str = "countersign";
pub const CORE: &str = "countersign core";
pub const COLD: &str = "countersign cold";

pub fn http(work: &'static Work) -> Entry {
    let (signer, now) = (signer(work), now());
    match work.task {
        Task::Sign => Ok(contender(
            HTTP,
            || work.request.clone(),
            move |request| {
                signer
                    .sign(request, payload(work, request.body()), now)
                    .expect("a signature")
            },
            |request, _| Proof::of_headers(request.headers()),
        )),
        Task::Presign => Ok(contender(
            HTTP,
            || work.request.clone(),
            move |request| presign(&signer, request, work, now),
            |_, presigned| Proof::of_url(presigned.url()),
        )),
        _ => Err("not there yet"),
    }
}

pub fn core(work: &'static Work) -> Entry {
    let (signer, now) = (signer(work), now());
    let signer: &'static Signer = Box::leak(Box::new(signer));
    let headers = raw_headers(work);
    match work.task {
        Task::Sign => Ok(contender(
            CORE,
            || (),
            move |()| {
                let request = raw(work, &headers);
                signer
                    .sign_raw(&request, payload(work, work.request.body()), now)
                    .expect("a signature")
            },
            move |(), added| {
                let mut sent = work.request.headers().clone();
                sent.extend(
                    added
                        .iter()
                        .map(|(name, value)| (name.parse().ok(), value.parse().expect("a value"))),
                );
                Proof::of_headers(&sent)
            },
        )),
        Task::Presign => Ok(contender(
            CORE,
            || (),
            move |()| {
                let request = raw(work, &headers);
                let payload = payload(work, work.request.body());
                signer
                    .presign_raw(&request, payload, LIFETIME, now)
                    .expect("a signature")
            },
            |(), presigned| Proof::of_url(presigned.url()),
        )),
        _ => Err("not there yet"),
    }
}

pub fn cold(work: &'static Work) -> Entry {
    let now = now();
    match work.task {
        Task::Sign => Ok(contender(
            COLD,
            || (work.request.clone(), signer(work)),
            move |(request, signer)| {
                signer
                    .sign(request, payload(work, request.body()), now)
                    .expect("a signature")
            },
            |(request, _), _| Proof::of_headers(request.headers()),
        )),
        Task::Presign => Ok(contender(
            COLD,
            || (work.request.clone(), signer(work)),
            move |(request, signer)| presign(signer, request, work, now),
            |_, presigned| Proof::of_url(presigned.url()),
        )),
        _ => Err("nothing is derived"),
    }
}

fn presign(
    signer: &Signer,
    request: &Request<Bytes>,
    work: &Work,
    now: OffsetDateTime,
) -> Presigned {
    signer
        .presign(request, payload(work, request.body()), LIFETIME, now)
        .expect("a signature")
}

fn signer(work: &Work) -> Signer {
    let identity = work.identity;
    let credentials = Credentials::new(identity.access_key_id, identity.secret_key);
    let credentials = match identity.session_token {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    };
    Signer::new(credentials, REGION, work.service)
}

fn payload(work: &Work, body: &[u8]) -> PayloadHash {
    match work.payload {
        Payload::Unsigned => PayloadHash::Unsigned,
        Payload::Hashed if body.is_empty() => PayloadHash::EMPTY,
        Payload::Hashed => PayloadHash::of(body),
    }
}

/// The headers as slices, with the host, which no URL gives here.
fn raw_headers(work: &'static Work) -> Vec<(&'static str, &'static [u8])> {
    let own = work
        .request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()));
    own.chain([("host", work.host().as_bytes())]).collect()
}

fn raw<'a>(work: &'a Work, headers: &'a [(&'a str, &'a [u8])]) -> RawRequest<'a> {
    let uri = work.request.uri();
    RawRequest {
        method: work.request.method().as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        headers,
    }
}

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(SECONDS).expect("a time")
}
