//! `countersign`: an `http` request is signed, presigned or verified.

use bytes::Bytes;
use countersign::chunked::ChunkedEncoding;
use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{PayloadHash, Signer, Timestamp};
use http::Request;

use super::{access_key, asymmetric_signer, now, payload, signer};
use crate::contender::{Contender, contender};
use crate::peers::{Entry, verdicts};
use crate::proof::{Proof, signature_of};
use crate::truth;
use crate::work::{LIFETIME, REGION, Task, Work};

pub const WHO: &str = "countersign";

pub fn entry(work: &'static Work) -> Entry {
    Ok(match work.task {
        Task::Sign => {
            let signer = signer(work);
            contender(
                WHO,
                || work.request.clone(),
                move |request| sign(&signer, request, work),
                |request, ()| Proof::of_headers(request.headers()),
            )
        }
        Task::SignAsymmetric => {
            let (signer, now) = (asymmetric_signer(work), now());
            contender(
                WHO,
                || work.request.clone(),
                move |request| {
                    signer
                        .sign(request, payload(work), now)
                        .expect("a signature")
                },
                |request, _| Proof::of_headers(request.headers()),
            )
        }
        Task::Presign => {
            let (signer, now) = (signer(work), now());
            contender(
                WHO,
                || work.request.clone(),
                move |request| {
                    signer
                        .presign_with_payload(request, payload(work), LIFETIME, now)
                        .expect("a signature")
                },
                |_, presigned| Proof::of_url(presigned.url()),
            )
        }
        Task::Chunk => chunk(work),
        Task::Verify => verifier(work),
    })
}

pub fn sign(signer: &Signer, request: &mut Request<Bytes>, work: &Work) {
    signer
        .sign(request, payload(work), now())
        .expect("a signature");
}

/// The first of several chunks of an upload.
fn chunk(work: &'static Work) -> Box<dyn Contender> {
    let chunk = work.request.body();
    let mut request = work.request.clone();
    let upload = ChunkedEncoding::signed(2 * chunk.len() as u64);
    let chunks = signer(work)
        .sign_chunked(&mut request, upload, now())
        .expect("a signature");
    let seed = signature_of(request.headers());
    contender(
        WHO,
        move || chunks.clone(),
        move |chunks| chunks.header(chunk).expect("a chunk as announced"),
        move |_, header| Proof::Chunk {
            previous: seed.clone(),
            signature: header.signature().expect("a signature").as_str().to_owned(),
        },
    )
}

fn verifier(work: &'static Work) -> Box<dyn Contender> {
    let verifier = Verifier::new(REGION, work.service).unwrap();
    let (key, now) = (access_key(work), now());
    let (verifier, key) = (&*Box::leak(Box::new(verifier)), &*Box::leak(Box::new(key)));
    contender(
        WHO,
        || truth::signed_request(work),
        move |request| verify(request, verifier, key, now),
        move |_, _| verdicts(work, |request| verify(request, verifier, key, now)),
    )
}

fn verify(
    request: &Request<Bytes>,
    verifier: &Verifier,
    key: &VerificationKey,
    now: Timestamp,
) -> bool {
    SignedRequest::parse(request)
        .and_then(|claim| {
            verifier
                .verify(&claim, key, PayloadHash::Unsigned, now)
                .map(drop)
        })
        .is_ok()
}
