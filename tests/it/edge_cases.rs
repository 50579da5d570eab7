//! What broke other signers in the field, a test a row of the collection, named after its number.
//!
//! What is expected is a canonical request in full, written down by hand, and the signature that
//! a few lines of HMAC make of it ([`reference`]): nothing here is computed by the code under test.

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
