//! The proof of a verified form.

use std::fmt;

use super::fields::Filled;
use crate::sigv4::scope::CredentialScope;

/// A proof: the owner of the access key signed the form, and the upload meets its policy.
///
/// Both `SignedPost` types return it, that of Signature Version 4 and that of the older scheme.
///
/// ```
/// use countersign::post_policy::{PostPolicy, SignedPost, Upload};
/// use countersign::verify::{VerificationKey, Verifier};
/// use countersign::{Credentials, Signer, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials.clone(), "eu-west-1", "s3")?;
/// let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
/// let expires = now + std::time::Duration::from_secs(60);
/// let policy = PostPolicy::new("bucket", expires)
///     .require_prefix("key", "user/")
///     .require_eq("acl", "private");
/// let form = signer.sign_post(&policy, [("key", "user/${filename}")], now)?;
///
/// let fields: Vec<(&str, &str)> = form.fields().collect();
/// let claim = SignedPost::parse(&fields)?;
/// let key = VerificationKey::derive(&credentials, claim.scope())?;
/// let verifier = Verifier::new("eu-west-1", "s3")?;
/// let upload = Upload {
///     bucket: "bucket",
///     file_name: "me.png",
///     file_length: 4096,
/// };
/// let verified = claim.verify(&verifier, &key, &upload, now)?;
/// // Act only on these values.
/// assert_eq!(verified.key(), "user/me.png");
/// assert_eq!(verified.field("acl"), Some("private"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct VerifiedPost<'a> {
    access_key_id: &'a str,
    scope: Option<CredentialScope>,
    filled: Filled<'a>,
}

impl<'a> VerifiedPost<'a> {
    pub(crate) fn new(
        access_key_id: &'a str,
        scope: Option<CredentialScope>,
        filled: Filled<'a>,
    ) -> Self {
        Self {
            access_key_id,
            scope,
            filled,
        }
    }

    /// The access key ID of the signer.
    pub fn access_key_id(&self) -> &'a str {
        self.access_key_id
    }

    /// The credential scope, or `None` if the form is signed by the scheme before Signature Version
    /// 4.
    pub fn scope(&self) -> Option<&CredentialScope> {
        self.scope.as_ref()
    }

    /// The key to store the file under, with the file's name in place of `${filename}`.
    ///
    /// The client chose that name, and it may contain `/` and `..`. In S3 these are ordinary
    /// characters of a key. Do not use the key as a path of a file system.
    pub fn key(&self) -> &str {
        self.filled.key()
    }

    /// The value of a form field that the policy covers, with `${filename}` replaced.
    ///
    /// This is the value that was checked against the policy. It is `None` for fields that need no
    /// condition, such as `x-ignore-…`.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.filled.covered(name)
    }
}

impl fmt::Debug for VerifiedPost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedPost")
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope)
            .field("key", &self.key())
            .finish_non_exhaustive()
    }
}
