//! reqsign-aws-v4. It reads the clock and derives the key for each request, and signs every header.
//! Its caller hashes the body. It has no chunks and no SigV4A, and does not verify.

use http::HeaderValue;
use http::request::Parts;
use reqsign_aws_v4::{Credential, RequestSigner};
use reqsign_core::hash::hex_sha256;
use reqsign_core::{Context, SignRequest};

use super::{Entry, ready};
use crate::contender::contender;
use crate::proof::Proof;
use crate::work::{LIFETIME, Payload, REGION, Task, Work};

pub const WHO: &str = "reqsign-aws-v4";

pub fn entry(work: &'static Work) -> Entry {
    let expires_in = match work.task {
        Task::Sign => None,
        Task::Presign => Some(LIFETIME),
        Task::SignAsymmetric | Task::Chunk => return Err("SigV4 requests only"),
        Task::Verify => return Err("only signs"),
    };
    let context = Context::new();
    let signer = RequestSigner::new(work.service, REGION);
    let credential = credential(work);
    Ok(contender(
        WHO,
        || work.request.clone().into_parts().0,
        move |parts| {
            if work.payload == Payload::Hashed {
                let hash =
                    HeaderValue::try_from(hex_sha256(work.request.body())).expect("hex digits");
                parts.headers.insert("x-amz-content-sha256", hash);
            }
            ready(signer.sign_request(&context, parts, Some(&credential), expires_in))
                .expect("a signature");
        },
        move |parts: Parts, ()| match work.task {
            Task::Presign => Proof::of_url(&parts.uri.to_string()),
            _ => Proof::of_headers(&parts.headers),
        },
    ))
}

fn credential(work: &Work) -> Credential {
    Credential {
        access_key_id: work.identity.access_key_id.to_owned(),
        secret_access_key: work.identity.secret_key.to_owned(),
        session_token: work.identity.session_token.map(str::to_owned),
        expires_in: None,
    }
}
