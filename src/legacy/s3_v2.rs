//! The scheme of Amazon S3's REST API before Signature Version 4.
//!
//! The header form is `Authorization: AWS ID:signature`, and the query form has the parameters
//! `Signature` and `Expires`. The signature is an HMAC-SHA1 over the method, a few headers, the
//! bucket, the path and the sub-resources. It covers no host and no other parameters. It covers the
//! body only by `content-md5`, which the store must check.
//!
//! Use it only for stores and clients without Signature Version 4.
//!
//! With the feature `post-policy`, `Signer::sign_post` signs browser uploads, and `SignedPost` reads
//! and verifies them.
//!
//! Amazon S3 User Guide, "Signing and authenticating REST requests".
//!
//! ```
//! use countersign::legacy::s3_v2::{Bucket, Signer};
//! use countersign::{Credentials, Timestamp};
//!
//! let secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
//! let signer =
//!     Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key))?;
//! let url = "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg";
//! let mut request = http::Request::get(url).body(())?;
//! let now: Timestamp = "2007-03-27T19:36:42Z".parse()?;
//! signer.sign(&mut request, Bucket::InHost("johnsmith"), now)?;
//! let authorization = request.headers()["authorization"].to_str()?;
//! assert!(authorization.starts_with("AWS AKIAIOSFODNN7EXAMPLE:"));
//! assert_eq!(request.headers()["date"], "Tue, 27 Mar 2007 19:36:42 GMT");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`SignedRequest::parse_s3_v2`](super::SignedRequest::parse_s3_v2) reads a request that arrives.

mod claim;
#[cfg(feature = "post-policy")]
mod post;
mod resource;
mod signer;
mod string_to_sign;
mod unsigned;

pub(super) use claim::read_claim;
#[cfg(feature = "post-policy")]
pub use post::SignedPost;
pub use resource::Bucket;
pub use signer::Signer;
pub use string_to_sign::string_to_sign;
pub use unsigned::{UNSIGNED_OPERATIONS, unsigned_operation};

#[cfg(feature = "post-policy")]
pub use crate::post_policy::VerifiedPost;
