//! A guide with one page for each task.
//!
//! The module contains text only. The examples are compiled and run as tests.
//!
//! | page | task |
//! |---|---|
//! | [`clients`] | sign requests for hyper, reqwest, ureq or another HTTP client |
//! | [`stores`] | use MinIO, Ceph, R2, Google Cloud Storage or OSS |
//! | [`credentials`] | refresh credentials before they expire |
//! | [`presigned`] | create presigned URLs |
//! | [`server`] | verify requests on a server |
//! | [`moving`] | migrate from aws-sigv4, reqsign or rusty-s3 |
//! | [`mismatch`] | find the cause of `SignatureDoesNotMatch` |
//!
//! `examples/tasks` contains nine common tasks in at most eight lines each.

#[doc = include_str!("../docs/guide/clients.md")]
pub mod clients {}
#[doc = include_str!("../docs/guide/stores.md")]
pub mod stores {}
#[doc = include_str!("../docs/guide/credentials.md")]
pub mod credentials {}
#[doc = include_str!("../docs/guide/presigned.md")]
pub mod presigned {}
#[doc = include_str!("../docs/guide/server.md")]
pub mod server {}
#[doc = include_str!("../docs/guide/moving.md")]
pub mod moving {}
#[doc = include_str!("../docs/guide/mismatch.md")]
pub mod mismatch {}
