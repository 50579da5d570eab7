//! An S3 server in the test process, and a plain HTTP client for it.
//!
//! The server is [`s3s`], which shares no code with countersign: it parses, canonicalizes and
//! verifies SigV4 itself. Added are a store in memory ([`store`]), which accepts every key, an
//! access check ([`access`]) for requests that AWS refuses and `s3s` accepts, and the part of STS
//! ([`sts`]) that returns temporary credentials.

pub mod access;
pub mod accounts;
pub mod callers;
pub mod client;
mod example;
pub mod keys;
pub mod large;
pub mod layered;
pub mod report;
pub mod server;
pub mod signed;
pub mod store;
pub mod sts;

pub use example::example;

/// The region of the server. A signature for another region is refused.
pub const REGION: &str = "us-east-1";
