//! An S3 server in the test process, and a plain HTTP client to reach it.
//!
//! The server is [`s3s`], which knows nothing of countersign: it parses, canonicalises and checks
//! SigV4 with its own code. Around it stand a store in memory ([`store`]), so that every key works
//! and no file system has a say; an access check ([`access`]) for what AWS refuses and `s3s` lets
//! through; and enough of STS ([`sts`]) to hand out temporary credentials.

pub mod access;
pub mod accounts;
pub mod callers;
pub mod client;
pub mod keys;
pub mod large;
pub mod layered;
pub mod report;
pub mod server;
pub mod signed;
pub mod store;
pub mod sts;

/// The server's region; a signature for any other is refused.
pub const REGION: &str = "us-east-1";
