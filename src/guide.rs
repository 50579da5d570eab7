//! A guide with one page for each task.
//!
//! The module contains text only. The examples are compiled and run as tests.
//!
//! | page | task |
//! |---|---|
//! | [`clients`] | sign requests for hyper, reqwest, ureq or another HTTP client |
//! | [`stores`] | use MinIO, Ceph, R2, Google Cloud Storage or OSS |
//! | [`credentials`] | refresh credentials before they expire |
//! | [`bearer`] | get and use bearer tokens |
//! | [`logins`] | log in to a registry, a database, a broker or another cloud |
//! | [`presigned`] | create presigned URLs |
//! | [`server`] | verify requests on a server |
//! | [`moving`] | migrate from aws-sigv4, reqsign or rusty-s3 |
//! | [`mismatch`] | find the cause of `SignatureDoesNotMatch` |
//!
//! The programs in `examples/` do common tasks in a few lines each.

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
