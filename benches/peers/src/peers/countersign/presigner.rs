//! `countersign presigner`: many URLs with the same parameters, which are prepared in advance.

use countersign::Presigner;

use super::{now, payload, raw, raw_headers, signer};
use crate::contender::contender;
use crate::peers::Entry;
use crate::proof::Proof;
use crate::work::{LIFETIME, Task, Work};

pub const TYPED: &str = "countersign presigner";
pub const SLICES: &str = "countersign presigner core";

pub fn typed(work: &'static Work) -> Entry {
    if work.task != Task::Presign {
        return Err("only presigns");
    }
    let presigner = presigner(work);
    Ok(contender(
        TYPED,
        || work.request.clone(),
        move |request| presigner.presign(request).expect("a signature"),
        |_, presigned| Proof::of_url(presigned.url()),
    ))
}

pub fn slices(work: &'static Work) -> Entry {
    if work.task != Task::Presign {
        return Err("only presigns");
    }
    let presigner = presigner(work);
    let headers = raw_headers(work, &work.request);
    Ok(contender(
        SLICES,
        || (),
        move |()| {
            presigner
                .presign_raw(&raw(&work.request, &headers))
                .expect("a signature")
        },
        |(), presigned| Proof::of_url(presigned.path_and_query()),
    ))
}

pub fn presigner(work: &Work) -> Presigner {
    signer(work)
        .presigner_with_payload(payload(work), LIFETIME, now())
        .expect("terms that can be")
}
