//! What broke other signers in the field, a test a row of the collection, named after its number.
//!
//! What is expected is a canonical request in full, written down by hand, and the signature that
//! a few lines of HMAC make of it ([`reference`]): nothing here is computed by the code under test.

#![allow(unreachable_pub, reason = "modules of one test")]

#[path = "edge_cases/bad_input.rs"]
mod bad_input;
#[cfg(feature = "event-stream")]
#[path = "edge_cases/event_stream.rs"]
mod event_stream;
#[path = "edge_cases/headers.rs"]
mod headers;
#[path = "edge_cases/path.rs"]
mod path;
#[path = "edge_cases/payload.rs"]
mod payload;
#[path = "edge_cases/query.rs"]
mod query;
#[path = "edge_cases/reference.rs"]
mod reference;
#[cfg(feature = "s3")]
#[path = "edge_cases/s3_express.rs"]
mod s3_express;
#[path = "edge_cases/spelling.rs"]
mod spelling;
#[path = "edge_cases/tokens.rs"]
mod tokens;
