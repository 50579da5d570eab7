//! object_store, whose signer is public. It reads the clock and derives the key for each request.
//! It has no chunks and no SigV4A, and does not verify.

use http::{Method, Request};
use object_store::aws::{AmazonS3, AmazonS3Builder, AwsAuthorizer, AwsCredential};
use object_store::client::HttpRequestBody;
use object_store::path::Path;
use object_store::signer::Signer;

use super::{Entry, ready};
use crate::contender::{Contender, contender};
use crate::proof::Proof;
use crate::work::{BUCKET, KEY, LIFETIME, Payload, REGION, Task, Work};

pub const WHO: &str = "object_store";

pub fn entry(work: &'static Work) -> Entry {
    match work.task {
        Task::Sign => Ok(sign(work)),
        Task::Presign => presign(work),
        Task::SignAsymmetric | Task::Chunk => Err("SigV4 requests only"),
        Task::Verify => Err("only signs"),
    }
}

fn sign(work: &'static Work) -> Box<dyn Contender> {
    let credential = AwsCredential {
        key_id: work.identity.access_key_id.to_owned(),
        secret_key: work.identity.secret_key.to_owned(),
        token: work.identity.session_token.map(str::to_owned),
    };
    contender(
        WHO,
        || {
            let (parts, body) = work.request.clone().into_parts();
            Request::from_parts(parts, HttpRequestBody::from(body))
        },
        move |request| {
            AwsAuthorizer::new(&credential, work.service, REGION)
                .with_sign_payload(work.payload == Payload::Hashed)
                .try_authorize(request, None)
                .expect("a signature");
        },
        |request, ()| Proof::of_headers(request.headers()),
    )
}

/// It makes the URL itself from the key of the object.
fn presign(work: &'static Work) -> Entry {
    let store = store(work);
    let key = Path::from(KEY);
    Ok(contender(
        WHO,
        || (),
        move |()| ready(store.signed_url(Method::GET, &key, LIFETIME)).expect("a signature"),
        |(), url| Proof::of_url(url.as_str()),
    ))
}

fn store(work: &Work) -> AmazonS3 {
    let builder = AmazonS3Builder::new()
        .with_region(REGION)
        .with_bucket_name(BUCKET)
        .with_virtual_hosted_style_request(true)
        .with_access_key_id(work.identity.access_key_id)
        .with_secret_access_key(work.identity.secret_key);
    let builder = match work.identity.session_token {
        Some(token) => builder.with_token(token),
        None => builder,
    };
    builder.build().expect("a store")
}
