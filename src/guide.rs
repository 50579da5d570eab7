//! The guide: one page for each kind of work, with examples that run.
//!
//! | page | how to |
//! |---|---|
//! | [`clients`] | sign what hyper, reqwest, ureq or another HTTP client sends |
//! | [`addresses`] | choose host, region and service name: Lambda URLs, OpenSearch, access points |
//! | [`uploads`] | upload bytes, files and streams, with checksums, in parts or from a browser |
//! | [`stores`] | talk to MinIO, Ceph, R2, Google Cloud Storage or OSS |
//! | [`credentials`] | find credentials, and refresh temporary ones |
//! | [`sts`] | assume a role, and get temporary credentials from STS |
//! | [`bearer`] | use a bearer token in place of a signature |
//! | [`logins`] | log in to a registry, a database, a broker or another cloud |
//! | [`presigned`] | create presigned URLs |
//! | [`server`] | verify requests on a server |
//! | [`proxies`] | pass signed requests on, or sign them again for another server |
//! | [`cryptography`] | choose RustCrypto, AWS-LC or its FIPS module, and what may be claimed |
//! | [`wasm`] | sign in a browser, in a worker or in a plug-in |
//! | [`moving`] | move from aws-sigv4, reqsign or rusty-s3 |
//! | [`mismatch`] | find the cause of `SignatureDoesNotMatch` |
//!
//! In the repository, `examples/tour.rs` shows all of the main work in one run. `examples/explain.rs`
//! explains a captured request. `tests/interop/examples` has programs with HTTP clients and servers:
//! they send, upload, verify, and find credentials.

#[doc = include_str!("../docs/guide/clients.md")]
pub mod clients {}
#[doc = include_str!("../docs/guide/addresses.md")]
pub mod addresses {}
#[doc = include_str!("../docs/guide/uploads.md")]
pub mod uploads {}
#[doc = include_str!("../docs/guide/stores.md")]
pub mod stores {}
#[doc = include_str!("../docs/guide/credentials.md")]
pub mod credentials {}
#[doc = include_str!("../docs/guide/sts.md")]
pub mod sts {}
#[doc = include_str!("../docs/guide/bearer.md")]
pub mod bearer {}
#[doc = include_str!("../docs/guide/logins.md")]
pub mod logins {}
#[doc = include_str!("../docs/guide/presigned.md")]
pub mod presigned {}
#[doc = include_str!("../docs/guide/server.md")]
pub mod server {}
#[doc = include_str!("../docs/guide/proxies.md")]
pub mod proxies {}
#[doc = include_str!("../docs/guide/cryptography.md")]
pub mod cryptography {}
#[doc = include_str!("../docs/guide/wasm.md")]
pub mod wasm {}
#[doc = include_str!("../docs/guide/moving.md")]
pub mod moving {}
#[doc = include_str!("../docs/guide/mismatch.md")]
pub mod mismatch {}
