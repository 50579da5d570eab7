//! `countersign cold`: a signer that must derive its key first.

use super::{now, payload, signer, typed};
use crate::contender::contender;
use crate::peers::Entry;
use crate::proof::Proof;
use crate::work::{LIFETIME, Task, Work};

pub const WHO: &str = "countersign cold";

pub fn entry(work: &'static Work) -> Entry {
    match work.task {
        Task::Sign => Ok(contender(
            WHO,
            || (work.request.clone(), signer(work)),
            |(request, signer)| typed::sign(signer, request, work),
            |(request, _), ()| Proof::of_headers(request.headers()),
        )),
        Task::Presign => Ok(contender(
            WHO,
            || (work.request.clone(), signer(work)),
            |(request, signer)| {
                signer
                    .presign_with_payload(request, payload(work), LIFETIME, now())
                    .expect("a signature")
            },
            |_, presigned| Proof::of_url(presigned.url()),
        )),
        Task::SignAsymmetric => Err("derives when the signer is made"),
        Task::Chunk | Task::Verify => Err("the key is there before"),
    }
}
