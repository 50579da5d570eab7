//! `countersign core`: a request in slices. The headers or parameters to add are returned.

use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{AddedHeaders, PayloadHash, RawRequest, Timestamp};

use super::{access_key, asymmetric_signer, now, payload, raw, raw_headers, signer};
use crate::contender::{Contender, contender};
use crate::peers::{Entry, verdicts};
use crate::proof::Proof;
use crate::truth;
use crate::work::{LIFETIME, REGION, Task, Work};

pub const WHO: &str = "countersign core";

pub fn entry(work: &'static Work) -> Entry {
    let headers = raw_headers(work, &work.request);
    let now = now();
    Ok(match work.task {
        Task::Sign => {
            // The result borrows the token.
            let signer = &*Box::leak(Box::new(signer(work)));
            contender(
                WHO,
                || (),
                move |()| {
                    signer
                        .sign_raw(&raw(&work.request, &headers), payload(work), now)
                        .expect("a signature")
                },
                |(), added| proof(work, &added),
            )
        }
        Task::SignAsymmetric => {
            let signer = &*Box::leak(Box::new(asymmetric_signer(work)));
            contender(
                WHO,
                || (),
                move |()| {
                    signer
                        .sign_raw(&raw(&work.request, &headers), payload(work), now)
                        .expect("a signature")
                },
                |(), added| proof(work, &added),
            )
        }
        Task::Presign => {
            let signer = signer(work);
            contender(
                WHO,
                || (),
                move |()| {
                    signer
                        .presign_raw_with_payload(
                            &raw(&work.request, &headers),
                            payload(work),
                            LIFETIME,
                            now,
                        )
                        .expect("a signature")
                },
                |(), presigned| Proof::of_url(presigned.path_and_query()),
            )
        }
        Task::Verify => verifier(work),
        Task::Chunk => return Err("a chunk is a slice anyway"),
    })
}

/// The request as it is sent.
fn proof(work: &Work, added: &AddedHeaders<'_>) -> Proof {
    let mut sent = work.request.headers().clone();
    for (name, value) in added.iter() {
        sent.insert(name, value.parse().expect("a header value"));
    }
    Proof::of_headers(&sent)
}

fn verifier(work: &'static Work) -> Box<dyn Contender> {
    let request = &*Box::leak(Box::new(truth::signed_request(work)));
    let headers = raw_headers(work, request);
    let verifier = &*Box::leak(Box::new(Verifier::new(REGION, work.service).unwrap()));
    let key = &*Box::leak(Box::new(access_key(work)));
    let now = now();
    contender(
        WHO,
        || (),
        move |()| verify(&raw(request, &headers), verifier, key, now),
        move |(), _| {
            verdicts(work, |request| {
                let headers = raw_headers(work, request);
                verify(&raw(request, &headers), verifier, key, now)
            })
        },
    )
}

fn verify(
    request: &RawRequest<'_>,
    verifier: &Verifier,
    key: &VerificationKey,
    now: Timestamp,
) -> bool {
    SignedRequest::parse_raw(request)
        .and_then(|claim| {
            verifier
                .verify(&claim, key, PayloadHash::Unsigned, now)
                .map(drop)
        })
        .is_ok()
}
