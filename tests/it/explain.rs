//! Why a signature does not match: each cause is found in a signed request that was changed, or in
//! a response as AWS's services write it.

#![allow(unreachable_pub, reason = "modules of one test")]

mod correct;
mod denied;
mod hostile;
mod hosts;
mod on_the_way;
mod other_schemes;
mod own_host;
mod printed;
mod raw;
mod responses;
mod secrets;
mod server;
mod signers;
mod spellings;
mod stated_causes;
mod without_a_response;

#[test]
fn at_least_sixty_mistakes_are_explained() {
    let all = on_the_way::CASES.len() + signers::CASES.len() + responses::CASES.len();
    assert!(all >= 60, "{all}");
}
