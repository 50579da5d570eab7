//! Browser uploads in the scheme before Signature Version 4.

use std::fmt;

use super::signer::{Signer, signature};
use crate::credentials::{Credentials, SessionToken};
use crate::error::Error;
use crate::legacy::claim::{Claim, WINDOW, own_id};
use crate::legacy::signing::{SignatureMethod, base64, check_expiration, hmac_sha1};
use crate::post_policy::field_names::{
    ACCESS_KEY_ID, OLD_SIGNATURE, POLICY, SESSION_TOKEN, VERSION_4,
};
use crate::post_policy::fields::Fields;
use crate::post_policy::{PolicyError, PostForm, PostPolicy, Upload, VerifiedPost};
use crate::timestamp::Timestamp;
use crate::verify::{SignatureLocation, VerifyError};

#[cfg(doc)]
use crate::post_policy::PostPolicyError;

impl Signer {
    /// Signs a policy and returns the fields of its form.
    ///
    /// The form contains the fields whose values the policy fixes, then `fields`, then
    /// `AWSAccessKeyId`, the session token, `policy` and `signature`. The policy also covers the
    /// session token. [`PostForm::signature`] is the same signature in hexadecimal digits.
    ///
    /// # Errors
    /// - [`Error::PostPolicy`] with any variant of [`PostPolicyError`], as
    ///   [`sign_post`](crate::Signer::sign_post) of Signature Version 4 lists them
    /// - [`Error::OutlivesCredentials`] if the policy expires after the credentials
    /// - [`Error::CredentialsExpired`] if the credentials have expired
    ///
    /// ```
    /// use countersign::legacy::s3_v2::Signer;
    /// use countersign::post_policy::PostPolicy;
    /// use countersign::{Credentials, Timestamp};
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"))?;
    /// let now: Timestamp = "2007-11-30T12:00:00Z".parse()?;
    /// let policy = PostPolicy::new(
    ///     "johnsmith",
    ///     "2007-12-01T12:00:00Z".parse::<Timestamp>()?,
    /// )
    /// .require_prefix("key", "user/eric/");
    /// let form =
    ///     signer.sign_post(&policy, [("key", "user/eric/${filename}")], now)?;
    /// let names: Vec<&str> = form.fields().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["key", "AWSAccessKeyId", "policy", "signature"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_post<'f>(
        &self,
        policy: &PostPolicy,
        fields: impl IntoIterator<Item = (&'f str, &'f str)>,
        now: impl Into<Timestamp>,
    ) -> Result<PostForm, Error> {
        let now = now.into();
        let credentials = &self.credentials;
        check_expiration(credentials, now)?;
        let id = credentials.access_key_id().to_owned();
        let mut own = vec![(ACCESS_KEY_ID.to_owned(), id)];
        if let Some(token) = credentials.session_token() {
            own.push((SESSION_TOKEN.to_owned(), token.expose().to_owned()));
        }
        let expiration = credentials.expiration();
        PostForm::sign(policy, fields, own, now, expiration, |policy: &str| {
            let mac = hmac_sha1(credentials.secret_key(), policy.as_bytes());
            (OLD_SIGNATURE, base64(&mac), signature(&mac))
        })
    }
}

/// The claim of a signed form. It proves nothing until [`verify`](Self::verify) succeeds.
///
/// ```
/// use countersign::legacy::s3_v2::SignedPost;
/// use countersign::post_policy::Upload;
/// use countersign::{Credentials, Timestamp};
/// # use countersign::{legacy::s3_v2::Signer, post_policy::PostPolicy};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
/// # let policy = PostPolicy::new("bucket", now + std::time::Duration::from_secs(60)).require_prefix("key", "user/");
/// # let form = Signer::new(credentials.clone())?.sign_post(&policy, [("key", "user/${filename}")], now)?;
/// // The fields before `file`, from a reader of `multipart/form-data`.
/// let fields: Vec<(&str, &str)> = form.fields().collect();
/// let claim = SignedPost::parse(&fields)?;
///
/// // Look up the credentials by the access key ID, then verify.
/// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE");
/// let upload = Upload {
///     bucket: "bucket",
///     file_name: "me.png",
///     file_length: 4096,
/// };
/// let verified = claim.verify(&credentials, &upload, now)?;
/// assert_eq!(verified.key(), "user/me.png");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SignedPost<'a> {
    fields: Fields<'a>,
    claim: Claim,
    policy: &'a str,
}

impl<'a> SignedPost<'a> {
    /// Reads the fields that precede `file`, as names and values. Ignore any field after `file`.
    ///
    /// # Errors
    /// - [`VerifyError::MissingAuthentication`] if the form is not signed in this scheme
    /// - [`VerifyError::SeveralAuthentications`] if it also has fields of Signature Version 4
    /// - [`VerifyError::Malformed`] if the access key ID is not 1 to 128 printable ASCII characters
    /// - [`PolicyError::RepeatedField`] if a field appears more than once
    /// - [`PolicyError::FieldMissing`] if it has no policy
    pub fn parse(fields: &'a [(&'a str, &'a str)]) -> Result<Self, PolicyError> {
        let fields = Fields::new(fields)?;
        let id = fields.find(ACCESS_KEY_ID).filter(|id| !id.is_empty());
        let (Some(id), Some(signature)) = (id, fields.find(OLD_SIGNATURE)) else {
            return Err(VerifyError::MissingAuthentication.into());
        };
        if fields.has_any(&VERSION_4) {
            return Err(VerifyError::SeveralAuthentications.into());
        }
        let location = SignatureLocation::Fields;
        let access_key_id = own_id(id, location)?;
        let policy = fields.need(POLICY)?;
        let claim = Claim {
            location,
            access_key_id,
            session_token: fields.find(SESSION_TOKEN).map(Into::into),
            time: None,
            method: SignatureMethod::HmacSha1,
            signature: signature.to_owned(),
            string_to_sign: policy.into(),
        };
        Ok(Self {
            fields,
            claim,
            policy,
        })
    }

    /// Sets the maximum length of the form fields, in bytes. The default is that of S3, 20 KiB.
    ///
    /// The limit counts the names and values of all fields except `policy` and `file`, with each
    /// `${filename}` replaced.
    #[must_use]
    pub fn with_max_fields_length(mut self, bytes: usize) -> Self {
        self.fields = self.fields.with_max_length(bytes);
        self
    }

    /// The access key ID that the form claims. It is unverified: use it only to look up the key.
    pub fn access_key_id(&self) -> &str {
        &self.claim.access_key_id
    }

    /// The session token that the form contains. It is unverified.
    pub fn session_token(&self) -> Option<&SessionToken> {
        self.claim.session_token.as_ref()
    }

    /// Verifies the form and the upload with the credentials of the access key ID.
    ///
    /// In this order, it checks the session token, the expiration of the credentials, the signature,
    /// the lengths of the fields and of the object key, the expiration of the policy, every condition,
    /// and that a condition covers every field.
    ///
    /// # Errors
    /// - [`PolicyError::Signature`] with [`VerifyError::UnknownAccessKeyId`],
    ///   [`VerifyError::InvalidSessionToken`], [`VerifyError::CredentialsExpired`] or
    ///   [`VerifyError::SignatureMismatch`]
    /// - [`PolicyError::Signature`] with [`VerifyError::UnknownAlgorithm`] if
    ///   [only approved algorithms](crate::crypto::allow_only_approved) are allowed
    /// - any other variant of [`PolicyError`] if the upload does not meet the policy
    ///
    /// [`SignedPost`] has an example.
    pub fn verify(
        &self,
        credentials: &Credentials,
        upload: &Upload<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<VerifiedPost<'_>, PolicyError> {
        let now = now.into();
        let signer = self.claim.verify(credentials, WINDOW, now)?;
        let filled = self.fields.check(self.policy, upload, now)?;
        Ok(VerifiedPost::new(signer.access_key_id(), None, filled))
    }
}

impl fmt::Debug for SignedPost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedPost")
            .field("access_key_id", &self.claim.access_key_id)
            .finish_non_exhaustive()
    }
}
