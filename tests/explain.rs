//! Why a signature did not match: each cause, made by really breaking a signed request, or told by
//! an answer as the services write it.

#![cfg(feature = "explain")]
#![allow(unreachable_pub, reason = "modules of one test")]

#[path = "explain/alone.rs"]
mod alone;
#[path = "explain/answers.rs"]
mod answers;
#[path = "explain/correct.rs"]
mod correct;
#[path = "explain/hostile.rs"]
mod hostile;
#[path = "explain/hosts.rs"]
mod hosts;
#[path = "explain/on_the_way.rs"]
mod on_the_way;
#[path = "explain/other_schemes.rs"]
mod other_schemes;
#[path = "explain/own_host.rs"]
mod own_host;
#[path = "explain/printed.rs"]
mod printed;
#[path = "explain/secrets.rs"]
mod secrets;
#[path = "explain/server.rs"]
mod server;
#[path = "explain/signers.rs"]
mod signers;
#[path = "explain/words.rs"]
mod words;

/// The issue asks for at least 60.
#[test]
fn enough_is_broken() {
    let all = on_the_way::CASES.len() + signers::CASES.len() + answers::CASES.len();
    assert!(all >= 60, "{all}");
}
