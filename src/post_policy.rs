//! Browser uploads to Amazon S3: a form that anybody can send, within a policy that is signed.
//!
//! A server decides what may be uploaded ([`PostPolicy`]), signs that ([`Signer::sign_post`]) and
//! puts the fields of the [`PostForm`] into an HTML form of the type `multipart/form-data`, before
//! the field `file`, which comes last. The browser sends it to the bucket's URL.
//!
//! Whoever receives such forms reads the claim with [`SignedPost::parse`], looks up the key, and
//! checks the signature and every condition with [`SignedPost::verify`].
//!
//! Forms that are signed as before Signature Version 4 are made and checked by `legacy::s3_v2`
//! (feature `legacy`), within the same policies.
//!
//! Amazon S3 API Reference, "Authenticating requests in browser-based uploads using POST" and
//! "POST policy".
//!
//! ```
//! use countersign::post_policy::PostPolicy;
//! use countersign::{Credentials, Signer};
//! use time::macros::datetime;
//!
//! let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "eu-west-1", "s3")?;
//! let policy = PostPolicy::new("bucket", datetime!(2026-01-01 13:00 UTC))
//!     .starts_with("key", "user/eric/")
//!     .equals("acl", "public-read")
//!     .starts_with("Content-Type", "image/")
//!     .content_length_range(1, 1_048_576);
//! let fields = [("key", "user/eric/${filename}")];
//! let form = signer.sign_post(&policy, fields, datetime!(2026-01-01 12:00 UTC))?;
//!
//! let names: Vec<&str> = form.fields().map(|(name, _)| name).collect();
//! assert_eq!(names, [
//!     "acl", "key", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "policy", "x-amz-signature",
//! ]);
//! // `Content-Type` is for the page to fill in, and `file` follows.
//! # Ok::<(), countersign::Error>(())
//! ```

mod condition;
mod error;
pub(crate) mod fields;
pub(crate) mod form;
mod json;
mod policy;
mod signed_post;

pub use error::PolicyError;
pub use form::PostForm;
pub use policy::PostPolicy;
pub use signed_post::{SignedPost, Upload, VerifiedPost};

const ALGORITHM: &str = "x-amz-algorithm";
const CREDENTIAL: &str = "x-amz-credential";
const DATE: &str = "x-amz-date";
pub(crate) const POLICY: &str = "policy";
const SIGNATURE: &str = "x-amz-signature";
const SESSION_TOKEN: &str = "x-amz-security-token";
const S3_EXPRESS_TOKEN: &str = "X-Amz-S3session-Token";
pub(crate) const ACCESS_KEY_ID: &str = "AWSAccessKeyId";
pub(crate) const OLD_SIGNATURE: &str = "signature";

/// What only this form has, and what only the one before Signature Version 4 has. A form with both
/// could be taken for the one by one reader and for the other by another.
pub(crate) const VERSION_4: [&str; 4] = [ALGORITHM, CREDENTIAL, SIGNATURE, S3_EXPRESS_TOKEN];
pub(crate) const VERSION_2: [&str; 2] = [ACCESS_KEY_ID, OLD_SIGNATURE];

/// The longest policy, in base64: what S3 takes for all fields together, 20 KB.
const LONGEST_POLICY: usize = 20 * 1024;

/// What a form says for the name of its file.
const FILE_NAME: &str = "${filename}";

/// The longest key of an object, in bytes.
const MAX_KEY_LENGTH: usize = 1024;

/// How long the fields of a form may be by default, in bytes. S3 takes 20 KB.
const MAX_FIELDS_LENGTH: usize = 20 * 1024;

/// Whether `${filename}` is replaced in a field. It is not in those from which a claim is read.
fn is_replaced(field: &str) -> bool {
    ![DATE, POLICY, SESSION_TOKEN, "file"]
        .iter()
        .chain(&VERSION_4)
        .chain(&VERSION_2)
        .any(|name| field.eq_ignore_ascii_case(name))
}

/// Whether no condition has to cover a field.
fn is_exempt(field: &str) -> bool {
    const IGNORED: &str = "x-ignore-";
    let begins = field.get(..IGNORED.len());
    [POLICY, SIGNATURE, "file"]
        .iter()
        .chain(&VERSION_2)
        .any(|name| field.eq_ignore_ascii_case(name))
        || begins.is_some_and(|begin| begin.eq_ignore_ascii_case(IGNORED))
}

#[cfg(doc)]
use crate::Signer;
