#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Of the library alone, not of tests and examples: no input may panic, and nothing is printed.
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

pub mod bearer;
pub mod chunked;
#[cfg(feature = "codeartifact")]
pub mod codeartifact;
#[cfg(feature = "event-stream")]
pub mod event_stream;
#[cfg(feature = "explain")]
pub mod explain;
pub mod guide;
#[cfg(feature = "legacy")]
pub mod legacy;
#[cfg(feature = "post-policy")]
pub mod post_policy;
#[cfg(feature = "s3-express")]
pub mod s3_express;
#[cfg(feature = "sigv4a")]
pub mod sigv4a;
#[cfg(feature = "sts")]
pub mod sts;
#[cfg(feature = "tokens")]
pub mod tokens;
pub mod verify;

mod access_key_id;
mod amz_date;
mod attach;
mod authorization;
mod canonical;
mod credentials;
mod encode;
mod error;
mod identity;
mod key;
mod list;
#[cfg(any(feature = "codeartifact", feature = "sts", feature = "tokens"))]
mod partition;
mod payload;
mod presigned;
mod presigner;
mod request;
mod scope;
mod service;
#[cfg(any(feature = "sts", feature = "s3-express", feature = "codeartifact"))]
mod service_error;
mod signature;
mod signer;
mod string_to_sign;
#[cfg(any(feature = "sts", feature = "s3-express", feature = "codeartifact"))]
mod to_sign;
#[cfg(any(feature = "sts", feature = "s3-express", feature = "explain"))]
mod xml;

pub use access_key_id::{IdPrefix, account_id};
pub use amz_date::AmzDate;
pub use attach::{AddedHeaders, attach_session_token, session_token_parameter};
pub use authorization::{Authorization, QueryAuthorization};
pub use canonical::CanonicalRequest;
pub use canonical::headers::CanonicalHeaders;
pub use canonical::path::CanonicalPath;
pub use canonical::query::CanonicalQuery;
pub use credentials::{Credentials, SecretKey, SessionToken};
pub use encode::{encode_key, encode_segment};
pub use error::Error;
pub use key::SigningKey;
pub use payload::{HashedPayload, PayloadHash, Streaming};
pub use presigned::Presigned;
pub use presigner::Presigner;
pub use request::{HttpRequest, RawRequest};
pub use scope::CredentialScope;
pub use service::{ContentSha256, Headers, Rules, Service, SessionTokenPlacement};
pub use signature::{Algorithm, Signature};
pub use signer::Signer;
pub use string_to_sign::StringToSign;
