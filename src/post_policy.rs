//! Browser uploads to Amazon S3: forms that anyone can send, within a signed policy.
//!
//! A server describes what may be uploaded ([`PostPolicy`]) and signs it ([`Signer::sign_post`]).
//! It puts the fields of the [`PostForm`] into an HTML form of type `multipart/form-data`, before
//! the field `file`. The browser sends the form to the bucket's URL.
//!
//! A store reads the claim of a form with [`SignedPost::parse`] and looks up the key.
//! [`SignedPost::verify`] then checks the signature and every condition.
//!
//! `legacy::s3_v2` (feature `legacy`) signs and verifies forms of the scheme before Signature
//! Version 4, with the same policies.
//!
//! Amazon S3 API Reference, "Authenticating requests in browser-based uploads using POST" and
//! "POST policy".
//!
//! ```
//! use countersign::post_policy::PostPolicy;
//! use countersign::{Credentials, Signer, Timestamp};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let signer = Signer::new(credentials, "eu-west-1", "s3")?;
//! let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! let policy =
//!     PostPolicy::new("bucket", "2026-01-01T13:00:00Z".parse::<Timestamp>()?)
//!         .require_prefix("key", "user/eric/")
//!         .require_eq("acl", "public-read")
//!         .require_prefix("Content-Type", "image/")
//!         .content_length_range(1, 1_048_576);
//! let fields = [("key", "user/eric/${filename}")];
//! let form = signer.sign_post(&policy, fields, now)?;
//!
//! // The page adds `Content-Type`, and `file` as the last field.
//! let names: Vec<&str> = form.fields().map(|(name, _)| name).collect();
//! assert_eq!(names[..2], ["acl", "key"]);
//! assert_eq!(
//!     names[2..5],
//!     ["x-amz-algorithm", "x-amz-credential", "x-amz-date"]
//! );
//! assert_eq!(names[5..], ["policy", "x-amz-signature"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod condition;
mod error;
pub(crate) mod field_names;
pub(crate) mod fields;
pub(crate) mod form;
mod json;
mod policy;
mod sign_post;
mod signed_post;
mod upload;
mod verified_post;

pub use crate::error::post_policy::{MalformedPolicy, PostPolicyError};
pub use error::PolicyError;
pub use form::PostForm;
pub use policy::PostPolicy;
pub use signed_post::SignedPost;
pub use upload::Upload;
pub use verified_post::VerifiedPost;

#[cfg(doc)]
use crate::Signer;
