//! Do we agree with another signer? Some thousand random requests from a fixed seed, signed by the
//! crate `aws-sigv4` and by countersign. [`exceptions`] lists where that crate differs from AWS's
//! rules.

mod draft;
mod exceptions;
mod signers;

use countersign_interop::report;
use fastrand::Rng;

use draft::Draft;
use exceptions::{EXCEPTIONS, Exception, Then};
use signers::{ours, theirs};

const SEED: u64 = 20_150_830;
const REQUESTS: usize = 6_000;

#[test]
fn random_requests_get_the_same_signature() {
    let mut random = Rng::with_seed(SEED);
    let (mut plain, mut mended, mut differed, mut refused) = (0, 0, 0, 0);
    let mut met = vec![0; EXCEPTIONS.len()];
    // How often an exception made a difference that no other one explains.
    let mut needed = vec![0; EXCEPTIONS.len()];

    for number in 0..REQUESTS {
        let draft = Draft::random(&mut random);
        let context = || format!("request {number} of seed {SEED}: {draft:#?}");
        let (mut differ, mut refuse) = (false, false);
        let mut mend = draft.clone();
        let mut applying = Vec::new();
        for (i, exception) in EXCEPTIONS.iter().enumerate() {
            if (exception.applies)(&draft) {
                match exception.then {
                    Then::AgreeOn(change) => change(&mut mend),
                    Then::Differ => differ = true,
                    Then::WeRefuse => refuse = true,
                }
                met[i] += 1;
                applying.push(i);
            }
        }

        let ours = ours(&draft);
        let unchanged = theirs(&draft);
        if let [alone] = applying[..] {
            needed[alone] += usize::from(ours.as_ref() != Ok(&unchanged));
        }
        if refuse {
            assert!(ours.is_err(), "not refused: {}", context());
            refused += 1;
            continue;
        }
        let ours = ours.unwrap_or_else(|error| panic!("{error}: {}", context()));
        if differ {
            assert_ne!(ours, unchanged, "{}", context());
            differed += 1;
        } else if applying.is_empty() {
            assert_eq!(ours, unchanged, "{}", context());
            plain += 1;
        } else {
            assert_eq!(ours, theirs(&mend), "{}", context());
            mended += 1;
        }
    }

    report::line(&format!(
        "aws-sigv4: {REQUESTS} requests: {plain} signed alike, {mended} alike once an exception \
         is mended, {differed} differ by an exception, {refused} refused by one"
    ));
    for ((Exception { what, why, .. }, met), needed) in EXCEPTIONS.iter().zip(met).zip(needed) {
        report::line(&format!("aws-sigv4: {met} times: {what}: {why}"));
        assert!(
            needed > 0,
            "{what}: an exception that makes no difference is none"
        );
    }
    assert!(
        plain >= REQUESTS * 2 / 5,
        "{plain} are too few to prove anything"
    );
}
