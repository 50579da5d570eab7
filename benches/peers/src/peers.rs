//! The contenders, and the work that each cannot do, with the reason.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderValue, Request};

use crate::contender::Contender;
use crate::proof::Proof;
use crate::truth;
use crate::work::Work;

pub mod aws_sigv4;
pub mod countersign;
mod floor;
pub mod object_store;
pub mod reqsign;
pub mod rusty_s3;
#[cfg(feature = "s3s")]
pub mod s3s_sigv4;
#[cfg(not(feature = "s3s"))]
pub mod s3s_sigv4 {
    pub const WHO: &str = "s3s-sigv4";

    pub fn entry(_: &'static super::Work) -> super::Entry {
        Err("not built: it asks for Rust 1.96, and for `--features s3s`")
    }
}
pub mod scratchstack;

use countersign::presigner;

/// A contender, or the reason why there is none.
type Entry = Result<Box<dyn Contender>, &'static str>;

pub const FLOOR_A: &str = "floor (a)";
pub const FLOOR_B: &str = "floor (b)";

/// The contenders that are also measured with growing requests.
pub const CLOSE: [&str; 5] = [
    FLOOR_A,
    FLOOR_B,
    countersign::slices::WHO,
    countersign::typed::WHO,
    aws_sigv4::WHO,
];

/// All contenders for a piece of work, beginning with the floors.
pub fn entries(work: &'static Work) -> [(&'static str, Entry); 13] {
    [
        (FLOOR_A, floor::a(work)),
        (FLOOR_B, floor::b(work)),
        (countersign::slices::WHO, countersign::slices::entry(work)),
        (countersign::typed::WHO, countersign::typed::entry(work)),
        (countersign::cold::WHO, countersign::cold::entry(work)),
        (presigner::SLICES, presigner::slices(work)),
        (presigner::TYPED, presigner::typed(work)),
        (aws_sigv4::WHO, aws_sigv4::entry(work)),
        (reqsign::WHO, reqsign::entry(work)),
        (object_store::WHO, object_store::entry(work)),
        (rusty_s3::WHO, rusty_s3::entry(work)),
        (s3s_sigv4::WHO, s3s_sigv4::entry(work)),
        (scratchstack::WHO, scratchstack::entry(work)),
    ]
}

/// The output of a future that is ready at once.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("credentials and keys are at hand"),
    }
}

/// Verifies the right request, and one with the last digit of the signature changed.
fn verdicts(work: &Work, verify: impl Fn(&Request<Bytes>) -> bool) -> Proof {
    let genuine = truth::signed_request(work);
    let mut forged = genuine.clone();
    let authorization = forged
        .headers_mut()
        .get_mut("authorization")
        .expect("a signed request");
    let mut text = authorization.to_str().expect("text").to_owned();
    let last = text.pop().expect("a digit");
    text.push(if last == '0' { '1' } else { '0' });
    *authorization = HeaderValue::try_from(text).expect("text");
    Proof::Verdicts {
        genuine: verify(&genuine),
        forged: verify(&forged),
    }
}
