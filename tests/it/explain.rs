//! Why a signature did not match: each cause, made by really breaking a signed request, or told by
//! an answer as the services write it.

#![allow(unreachable_pub, reason = "modules of one test")]

mod alone;
mod answers;
mod correct;
mod hostile;
mod hosts;
mod on_the_way;
mod other_schemes;
mod own_host;
mod printed;
mod secrets;
mod server;
mod signers;
mod words;

/// The issue asks for at least 60.
#[test]
fn enough_is_broken() {
    let all = on_the_way::CASES.len() + signers::CASES.len() + answers::CASES.len();
    assert!(all >= 60, "{all}");
}
