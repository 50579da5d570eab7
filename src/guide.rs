//! How it is done: a page for each kind of work. There is nothing in here but text, and its
//! examples run.
//!
//! | page | for those who |
//! |---|---|
//! | [`clients`] | sign what hyper, reqwest, ureq or another client sends |
//! | [`stores`] | talk to MinIO, Ceph, R2, Google Cloud Storage or OSS |
//! | [`credentials`] | have credentials that end |
//! | [`bearer`] | need a bearer token in place of a signature |
//! | [`logins`] | log in to a registry, a database, a broker or another cloud |
//! | [`presigned`] | hand out URLs |
//! | [`server`] | verify what arrives |
//! | [`moving`] | come from aws-sigv4, reqsign or rusty-s3 |
//! | [`mismatch`] | read `SignatureDoesNotMatch` |
//!
//! Nine usual tasks, in at most eight lines each, are in `examples/tasks`.

#[doc = include_str!("../docs/guide/clients.md")]
pub mod clients {}
#[doc = include_str!("../docs/guide/stores.md")]
pub mod stores {}
#[doc = include_str!("../docs/guide/credentials.md")]
pub mod credentials {}
#[doc = include_str!("../docs/guide/bearer.md")]
pub mod bearer {}
#[doc = include_str!("../docs/guide/logins.md")]
pub mod logins {}
#[doc = include_str!("../docs/guide/presigned.md")]
pub mod presigned {}
#[doc = include_str!("../docs/guide/server.md")]
pub mod server {}
#[doc = include_str!("../docs/guide/moving.md")]
pub mod moving {}
#[doc = include_str!("../docs/guide/mismatch.md")]
pub mod mismatch {}
