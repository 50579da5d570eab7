//! The floors: only the hashing that the specification requires, of bytes that are prepared.

use std::hint::black_box;

use ecdsa::hazmat::sign_prehashed_rfc6979;
use hmac::{Hmac, KeyInit, Mac};
use p256::{NistP256, NonZeroScalar, ecdsa::Signature};
use sha2::{Digest, Sha256};

use super::{Entry, FLOOR_A, FLOOR_B};
use crate::contender::{Contender, contender};
use crate::proof::{Proof, Signed};
use crate::truth;
use crate::work::{DATETIME, Payload, REGION, Task, Work};

type Key = Hmac<Sha256>;

/// Floor (a): the key is derived each time.
pub fn a(work: &'static Work) -> Entry {
    Ok(match work.task {
        Task::SignAsymmetric => asymmetric(FLOOR_A, work, {
            let (secret, context) = truth::scalar_inputs(work);
            move || truth::scalar_from(black_box(&secret), &context)
        }),
        _ => symmetric(FLOOR_A, work, {
            let secret = format!("AWS4{}", work.identity.secret_key);
            move || derived(secret.as_bytes(), work.service)
        }),
    })
}

/// Floor (b): the key is prepared, as a keyed HMAC state or as a scalar.
pub fn b(work: &'static Work) -> Entry {
    Ok(match work.task {
        Task::SignAsymmetric => {
            let scalar = truth::scalar(work);
            asymmetric(FLOOR_B, work, move || scalar)
        }
        _ => {
            let key = keyed(&truth::signing_key(work, DATETIME));
            symmetric(FLOOR_B, work, move || key.clone())
        }
    })
}

fn symmetric(
    who: &'static str,
    work: &'static Work,
    key: impl Fn() -> Key + 'static,
) -> Box<dyn Contender> {
    let lines = Lines::of(work);
    contender(
        who,
        || (),
        move |()| {
            let hashes = lines.hash();
            let mut key = key();
            key.update(black_box(lines.string_to_sign.as_bytes()));
            let signature: [u8; 32] = key.finalize().into_bytes().into();
            (hashes, signature)
        },
        move |(), (_, signature)| proof(work, hex::encode(signature)),
    )
}

fn asymmetric(
    who: &'static str,
    work: &'static Work,
    scalar: impl Fn() -> NonZeroScalar + 'static,
) -> Box<dyn Contender> {
    let lines = Lines::of(work);
    contender(
        who,
        || (),
        move |()| {
            let hashes = lines.hash();
            let digest = Sha256::digest(black_box(lines.string_to_sign.as_bytes()));
            let (signature, _) =
                sign_prehashed_rfc6979::<NistP256, Sha256>(&scalar(), &digest, &[]);
            (hashes, signature)
        },
        move |(), (_, signature): (_, Signature)| {
            proof(work, hex::encode(signature.to_der().as_bytes()))
        },
    )
}

/// The bytes that are hashed.
struct Lines {
    body: Option<&'static [u8]>,
    canonical_request: Option<String>,
    string_to_sign: String,
}

impl Lines {
    fn of(work: &'static Work) -> Self {
        // The hash of no bytes is a constant.
        let hashed = work.payload == Payload::Hashed && !work.request.body().is_empty();
        let body = hashed.then(|| &work.request.body()[..]);
        if work.task == Task::Chunk {
            let string_to_sign = truth::chunk_string_to_sign(work, DATETIME, truth::SEED);
            return Self {
                body,
                canonical_request: None,
                string_to_sign,
            };
        }
        let payload_hash = truth::payload_hash(work);
        let canonical_request =
            truth::canonical_request(work, DATETIME, &work.signed_headers(), &payload_hash);
        let string_to_sign = truth::string_to_sign(work, DATETIME, &canonical_request);
        Self {
            body,
            canonical_request: Some(canonical_request),
            string_to_sign,
        }
    }

    /// Hashes the body and the canonical request.
    fn hash(&self) -> [Option<[u8; 32]>; 2] {
        let body = black_box(self.body).map(|body| Sha256::digest(body).into());
        let request = black_box(&self.canonical_request)
            .as_ref()
            .map(|text| Sha256::digest(text).into());
        [body, request]
    }
}

fn derived(secret: &[u8], service: &str) -> Key {
    let date = mac(keyed(black_box(secret)), &DATETIME[..8]);
    let region = mac(keyed(&date), REGION);
    let service = mac(keyed(&region), service);
    keyed(&mac(keyed(&service), "aws4_request"))
}

fn keyed(key: &[u8]) -> Key {
    Key::new_from_slice(key).expect("any length will do")
}

fn mac(mut key: Key, text: &str) -> [u8; 32] {
    key.update(text.as_bytes());
    key.finalize().into_bytes().into()
}

fn proof(work: &Work, signature: String) -> Proof {
    match work.task {
        Task::Chunk => Proof::Chunk {
            previous: truth::SEED.to_owned(),
            signature,
        },
        _ => Proof::Signature(Signed {
            datetime: DATETIME.to_owned(),
            signed_headers: work.signed_headers(),
            signature,
        }),
    }
}
