//! Faults of other signers and verifiers, row by row of `docs/edge-cases.md`.
//!
//! The expected values are canonical requests that are written out by hand, and their signatures by
//! a few lines of HMAC ([`reference`]). None is calculated by the code under test.

#![allow(unreachable_pub, reason = "modules of one test")]

mod bad_input;
#[cfg(feature = "event-stream")]
mod event_stream;
mod headers;
mod path;
mod payload;
mod query;
mod reference;
#[cfg(feature = "s3")]
mod s3_express;
mod spelling;
mod tokens;
