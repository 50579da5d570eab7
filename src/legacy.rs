//! The two schemes before Signature Version 4, both called version 2.
//!
//! [`sigv2`] is the scheme of the query services, and [`s3_v2`] is that of Amazon S3's REST API.
//!
//! Use them only where Signature Version 4 is not available: for `SimpleDB`, and for old
//! S3-compatible stores and their clients. Newer regions and services of AWS refuse them, as do
//! buckets that were created after June 2020. The signature does not cover the body, covers few
//! headers, and is valid in every region.
//!
//! A server reads the claim of a request with [`SignedRequest`] and looks up the credentials by its
//! access key ID. [`SignedRequest::verify`] then checks the signature. A request is valid from 15
//! minutes before to 15 minutes after the time that it contains, unless it contains an expiration. A
//! browser upload (`s3_v2::SignedPost`, feature `post-policy`) is valid as long as its policy.
//!
//! ```
//! use countersign::legacy::{
//!     SignedRequest,
//!     s3_v2::{Bucket, Signer},
//! };
//! use countersign::{Credentials, Timestamp};
//!
//! // A client of an old store signs ...
//! let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let url = "https://store.example.com/bucket/key";
//! let mut request = http::Request::get(url).body(())?;
//! let signer = Signer::new(credentials.clone())?;
//! signer.sign(&mut request, Bucket::InPath, now)?;
//!
//! // ... and the store verifies.
//! let claim = SignedRequest::parse_s3_v2(&request, Bucket::InPath)?;
//! let verified = claim.verify(&credentials, now)?;
//! assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod claim;
mod date;
mod parameters;
pub mod s3_v2;
mod signed_request;
mod signing;
pub mod sigv2;

pub use crate::error::legacy::LegacyError;
pub use claim::Verified;
pub use signed_request::SignedRequest;
