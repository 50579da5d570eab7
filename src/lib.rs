// Markdown uses the first definition of a link. docs.rs has no picture files, so the first definition
// contains the picture.
#![doc = include_str!("../docs/explain-page.md")]
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// No badges for the private features `_…`: the page of each module names its own feature.
#![cfg_attr(
    docsrs,
    doc(auto_cfg(hide(
        feature = "_aws-call",
        feature = "_endpoint",
        feature = "_json",
        feature = "_xml"
    )))
)]
// For the library only, not for tests and examples: no input may panic, and nothing is printed.
#![warn(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::todo,
    clippy::unreachable,
    clippy::unwrap_used
)]

// First, so that the page of `Signer` begins with its constructor: rustdoc follows this order.
mod error;
mod primitives;
mod request;
mod service;
mod sign;
mod timestamp;

#[cfg(any(feature = "s3", feature = "sigv4a"))]
pub mod address;
#[cfg(feature = "_aws-call")]
pub mod aws_call;
pub mod bearer;
pub mod chunked;
pub mod clock_skew;
#[cfg(feature = "cloudfront")]
pub mod cloudfront;
#[cfg(feature = "codeartifact")]
pub mod codeartifact;
#[cfg(feature = "console")]
pub mod console;
pub mod credentials;
pub mod crypto;
#[cfg(feature = "ecr")]
pub mod ecr;
#[cfg(feature = "event-stream")]
pub mod event_stream;
#[cfg(feature = "explain")]
pub mod explain;
pub mod guide;
#[cfg(feature = "legacy")]
pub mod legacy;
#[cfg(feature = "post-policy")]
pub mod post_policy;
#[cfg(feature = "redshift")]
pub mod redshift;
#[cfg(feature = "http-body")]
pub mod resign;
#[cfg(feature = "s3")]
pub mod s3;
#[cfg(feature = "signin")]
pub mod signin;
pub mod sigv4;
#[cfg(feature = "sigv4a")]
pub mod sigv4a;
#[cfg(feature = "sources")]
pub mod sources;
#[cfg(feature = "sts")]
pub mod sts;
#[cfg(feature = "tokens")]
pub mod tokens;
#[cfg(feature = "tower")]
pub mod tower;
pub mod verify;

pub use credentials::{Credentials, SecretKey, SessionToken};
pub use error::Error;
pub use error::credential::CredentialProblem;
pub use error::endpoint::EndpointProblem;
pub use error::parameter::ParameterProblem;
pub use request::{HttpRequest, RawRequest};
pub use service::signing_names::{HostService, service_of_host};
pub use service::{ContentSha256, HeaderSelection, Rules, Service, SessionTokenPlacement};
pub use sign::added_headers::AddedHeaders;
pub use sign::buffered::BufferedBody;
pub use sign::presigned::{Presigned, PresignedTarget};
pub use sign::presigner::Presigner;
pub use sign::signer::Signer;
pub use sigv4::object_key::{encode_key, encode_segment};
pub use sigv4::payload_hash::{PayloadHash, StreamingMode};
pub use timestamp::{ParseTimestampError, Timestamp};
