//! scratchstack-aws-signature, which only verifies. It always hashes the body, so its request is
//! signed with the hash of an empty body.

use bytes::Bytes;
use chrono::DateTime;
use http::Request;
use scratchstack_aws_signature::{
    GetSigningKeyRequest, GetSigningKeyResponse, KSecretKey, KSigningKey,
    NO_ADDITIONAL_SIGNED_HEADERS, SignatureOptions, service_for_signing_key_fn,
    sigv4_validate_request,
};

use super::{Entry, ready, verdicts};
use crate::contender::contender;
use crate::truth;
use crate::work::{Payload, REGION, SECONDS, Task, Work};

pub const WHO: &str = "scratchstack-aws-signature";

pub fn entry(work: &'static Work) -> Entry {
    if work.task != Task::Verify {
        return Err("only verifies");
    }
    let work: &Work = Box::leak(Box::new(Work {
        payload: Payload::Hashed,
        ..work.clone()
    }));
    let now = DateTime::from_timestamp(SECONDS, 0).expect("a time");
    let secret: KSecretKey = work
        .identity
        .secret_key
        .parse()
        .expect("a key of forty characters");
    let key = secret.to_ksigning(now.date_naive(), REGION, work.service);
    Ok(contender(
        WHO,
        || Some(truth::signed_request(work)),
        move |request| verify(request.take().expect("one request each"), work, key),
        move |_, _| verdicts(work, |request| verify(request.clone(), work, key)),
    ))
}

fn verify(request: Request<Bytes>, work: &Work, key: KSigningKey) -> bool {
    let look_up = move |_: GetSigningKeyRequest| async move {
        Ok(GetSigningKeyResponse::builder().signing_key(key).build()?)
    };
    let mut keys = service_for_signing_key_fn(look_up);
    let now = DateTime::from_timestamp(SECONDS, 0).expect("a time");
    ready(sigv4_validate_request(
        request,
        REGION,
        work.service,
        &mut keys,
        now,
        &NO_ADDITIONAL_SIGNED_HEADERS,
        SignatureOptions::S3,
    ))
    .is_ok()
}
