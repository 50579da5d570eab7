//! Browser uploads, signed as before Signature Version 4.

use std::fmt;

use super::{Signer, TOKEN, hex_of};
use crate::credentials::{Credentials, SessionToken};
use crate::error::Error;
use crate::legacy::claim::{Claim, own_id};
use crate::legacy::{Verified, base64, check, hmac_sha1};
use crate::post_policy::fields::{Fields, Filled};
use crate::post_policy::form::{encode, fill, text_with};
use crate::post_policy::{
    ACCESS_KEY_ID, OLD_SIGNATURE, POLICY, PolicyError, PostForm, PostPolicy, Upload, VERSION_4,
};
use crate::timestamp::Timestamp;
use crate::verify::{SignatureLocation, VerifyError};

impl Signer {
    /// Signs a policy, and makes the form of it: the fields whose values the policy fixes, then
    /// `fields`, then `AWSAccessKeyId`, `x-amz-security-token` where the credentials have one (the
    /// policy covers it), `policy` and `signature`. [`PostForm::signature`] is the same in hex.
    ///
    /// # Errors
    /// As [`sign_post`](crate::Signer::sign_post) of Signature Version 4.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::s3_v2::Signer;
    /// use countersign::post_policy::PostPolicy;
    /// use time::macros::datetime;
    ///
    /// let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
    /// let policy = PostPolicy::new("johnsmith", datetime!(2007-12-01 12:00 UTC)).starts_with("key", "user/eric/");
    /// let form = signer.sign_post(&policy, [("key", "user/eric/${filename}")], datetime!(2007-11-30 12:00 UTC))?;
    /// let names: Vec<&str> = form.fields().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["key", "AWSAccessKeyId", "policy", "signature"]);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn sign_post<'f>(
        &self,
        policy: &PostPolicy,
        fields: impl IntoIterator<Item = (&'f str, &'f str)>,
        now: impl Into<Timestamp>,
    ) -> Result<PostForm, Error> {
        let now = now.into();
        let credentials = &self.credentials;
        check(credentials, now)?;
        let mut fields = fill(policy, fields, credentials.expiration(), now)?;
        let token = credentials.session_token();
        let token = token.map(|token| (TOKEN.to_owned(), token.expose().to_owned()));
        let text = encode(&text_with(policy, token.as_slice()))?;
        let mac = hmac_sha1(credentials.secret_key(), text.as_bytes());
        fields.push((
            ACCESS_KEY_ID.to_owned(),
            credentials.access_key_id().to_owned(),
        ));
        fields.extend(token);
        fields.push((POLICY.to_owned(), text));
        fields.push((OLD_SIGNATURE.to_owned(), base64(&mac)));
        Ok(PostForm {
            fields,
            expires_at: policy.expiration(),
            signature: hex_of(&mac),
        })
    }
}

/// A signed form as it arrived: a claim, until [`verify`](Self::verify) has proven it.
///
/// ```
/// use countersign::Credentials;
/// use countersign::legacy::s3_v2::{SignedPost, Signer};
/// use countersign::post_policy::{PostPolicy, Upload};
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now = datetime!(2026-01-01 12:00 UTC);
/// # let policy = PostPolicy::new("bucket", datetime!(2026-01-01 13:00 UTC)).starts_with("key", "user/");
/// # let form = Signer::new(credentials.clone()).sign_post(&policy, [("key", "user/${filename}")], now)?;
/// # let fields: Vec<(&str, &str)> = form.fields().collect();
/// // the fields before `file`, which a reader of `multipart/form-data` found
/// let claim = SignedPost::parse(&fields)?;
/// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE"); // look it up
/// let upload = Upload { bucket: "bucket", file_name: "me.png", file_length: 4096 };
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
    /// Reads the fields that came before `file`, names and values. Nothing behind `file` may be
    /// used.
    ///
    /// # Errors
    /// A form that is not signed, not in this way, or in two; a field that came twice.
    ///
    /// ```
    /// use countersign::legacy::s3_v2::SignedPost;
    /// use countersign::verify::VerifyError;
    ///
    /// let fields = [("AWSAccessKeyId", "AKIDEXAMPLE"), ("policy", "e30="), ("signature", "a"), ("x-amz-signature", "b")];
    /// let error = SignedPost::parse(&fields).unwrap_err();
    /// assert_eq!(error, VerifyError::SeveralAuthentications.into());
    /// ```
    pub fn parse(fields: &'a [(&'a str, &'a str)]) -> Result<Self, PolicyError> {
        let fields = Fields::new(fields)?;
        let id = fields.find(ACCESS_KEY_ID).filter(|id| !id.is_empty());
        let (Some(id), Some(signature)) = (id, fields.find(OLD_SIGNATURE)) else {
            return Err(VerifyError::MissingAuthentication.into());
        };
        if fields.has_any(&VERSION_4) {
            return Err(VerifyError::SeveralAuthentications.into());
        }
        let claim = Claim {
            form: SignatureLocation::Fields,
            access_key_id: own_id(id, SignatureLocation::Fields)?,
            session_token: fields.find(TOKEN).map(Into::into),
            time: None,
            signature: signature.to_owned(),
        };
        Ok(Self {
            fields,
            claim,
            policy: fields.need(POLICY)?,
        })
    }

    /// Takes forms whose fields are longer than 20 KiB, which is the most that S3 takes.
    ///
    /// The limit is for the names and values of all fields but `policy` and `file`, in bytes, with the
    /// file's name for each `${filename}`.
    ///
    /// ```
    /// use countersign::{legacy::s3_v2::SignedPost, post_policy::PolicyError};
    ///
    /// fn parse<'a>(fields: &'a [(&'a str, &'a str)]) -> Result<SignedPost<'a>, PolicyError> {
    ///     Ok(SignedPost::parse(fields)?.with_max_fields_length(64 * 1024)) // much metadata
    /// }
    /// # let fields = [("AWSAccessKeyId", "AKIDEXAMPLE"), ("policy", "e30="), ("signature", "forged")];
    /// # assert!(parse(&fields).is_ok());
    /// ```
    #[must_use]
    pub fn with_max_fields_length(mut self, bytes: usize) -> Self {
        self.fields = self.fields.with_max_length(bytes);
        self
    }

    /// The access key ID, not proven yet.
    ///
    /// ```
    /// use countersign::legacy::s3_v2::SignedPost;
    ///
    /// let fields = [("AWSAccessKeyId", "AKIDEXAMPLE"), ("policy", "e30="), ("signature", "forged")];
    /// let claim = SignedPost::parse(&fields)?;
    /// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE"); // whose secret key is asked for
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn access_key_id(&self) -> &str {
        &self.claim.access_key_id
    }

    /// The session token, not proven yet.
    ///
    /// ```
    /// use countersign::legacy::s3_v2::SignedPost;
    ///
    /// let fields = [
    ///     ("AWSAccessKeyId", "ASIAEXAMPLE"), ("x-amz-security-token", "token"),
    ///     ("policy", "e30="), ("signature", "forged"),
    /// ];
    /// let claim = SignedPost::parse(&fields)?;
    /// assert!(claim.session_token().is_some_and(|token| token.expose() == "token"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn session_token(&self) -> Option<&SessionToken> {
        self.claim.session_token.as_ref()
    }

    /// Checks everything, with the credentials that belong to its access key ID: their session token,
    /// where they have one, must be the form's; the signature; the lengths of the fields and of the
    /// key, with the file's name in them; that the policy lasts; every condition; and that one covers
    /// every field.
    ///
    /// # Errors
    /// The first rule that is broken, in this order.
    ///
    /// ```
    /// use countersign::Credentials;
    /// use countersign::legacy::s3_v2::{SignedPost, Signer};
    /// use countersign::post_policy::{PolicyError, PostPolicy, Upload};
    /// use time::macros::datetime;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let (now, end) = (datetime!(2026-01-01 12:00 UTC), datetime!(2026-01-01 13:00 UTC));
    /// let policy = PostPolicy::new("bucket", end).equals("key", "me.png");
    /// let form = Signer::new(credentials.clone()).sign_post(&policy, [], now)?;
    /// let fields: Vec<(&str, &str)> = form.fields().collect();
    /// let claim = SignedPost::parse(&fields)?;
    /// let upload = Upload { bucket: "bucket", file_name: "me.png", file_length: 4096 };
    /// assert!(claim.verify(&credentials, &upload, now).is_ok());
    /// let late = claim.verify(&credentials, &upload, end);
    /// assert!(matches!(late, Err(PolicyError::Expired { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(
        &self,
        credentials: &Credentials,
        upload: &Upload<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<VerifiedPost<'_>, PolicyError> {
        let now = now.into();
        let mac = hmac_sha1(credentials.secret_key(), self.policy.as_bytes());
        let signer = self.claim.verify(credentials, now, &base64(&mac))?;
        Ok(VerifiedPost {
            signer,
            filled: self.fields.check(self.policy, upload, now)?,
        })
    }
}

impl fmt::Debug for SignedPost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedPost")
            .field("access_key_id", &self.claim.access_key_id)
            .finish_non_exhaustive()
    }
}

/// A proof: the form was signed by the holder of this access key, and the upload is within its
/// policy.
///
/// ```
/// use countersign::legacy::s3_v2::VerifiedPost;
///
/// /// Takes nothing but what was verified.
/// fn store(post: &VerifiedPost<'_>, file: &[u8]) {
///     println!("{} wrote {} bytes to {}", post.access_key_id(), file.len(), post.key());
/// }
/// ```
#[derive(Clone)]
pub struct VerifiedPost<'a> {
    signer: Verified<'a>,
    filled: Filled<'a>,
}

impl<'a> VerifiedPost<'a> {
    /// The access key ID of those who signed it.
    ///
    /// ```
    /// # use countersign::{legacy::s3_v2::{SignedPost, Signer}, post_policy::{PostPolicy, Upload}, Credentials};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let now = datetime!(2026-01-01 12:00 UTC);
    /// # let policy = PostPolicy::new("bucket", datetime!(2026-01-01 13:00 UTC)).starts_with("key", "user/").equals("acl", "private");
    /// # let form = Signer::new(credentials.clone()).sign_post(&policy, [("key", "user/${filename}"), ("x-ignore-me", "")], now)?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// # let upload = Upload { bucket: "bucket", file_name: "me.png", file_length: 4096 };
    /// let claim = SignedPost::parse(&fields)?;
    /// let verified = claim.verify(&credentials, &upload, now)?;
    /// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn access_key_id(&self) -> &'a str {
        self.signer.access_key_id()
    }

    /// The key to store the file under, with the file's name for `${filename}`.
    ///
    /// ```
    /// # use countersign::{legacy::s3_v2::{SignedPost, Signer}, post_policy::{PostPolicy, Upload}, Credentials};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let now = datetime!(2026-01-01 12:00 UTC);
    /// # let policy = PostPolicy::new("bucket", datetime!(2026-01-01 13:00 UTC)).starts_with("key", "user/").equals("acl", "private");
    /// # let form = Signer::new(credentials.clone()).sign_post(&policy, [("key", "user/${filename}"), ("x-ignore-me", "")], now)?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// # let upload = Upload { bucket: "bucket", file_name: "me.png", file_length: 4096 };
    /// let claim = SignedPost::parse(&fields)?;
    /// let verified = claim.verify(&credentials, &upload, now)?; // the field `key` is `user/${filename}`
    /// assert_eq!(verified.key(), "user/me.png");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key(&self) -> &str {
        self.filled.key()
    }

    /// The value of a field that the policy covers, with the file's name for `${filename}`: what the
    /// policy was checked against.
    ///
    /// ```
    /// # use countersign::{legacy::s3_v2::{SignedPost, Signer}, post_policy::{PostPolicy, Upload}, Credentials};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let now = datetime!(2026-01-01 12:00 UTC);
    /// # let policy = PostPolicy::new("bucket", datetime!(2026-01-01 13:00 UTC)).starts_with("key", "user/").equals("acl", "private");
    /// # let form = Signer::new(credentials.clone()).sign_post(&policy, [("key", "user/${filename}"), ("x-ignore-me", "")], now)?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// # let upload = Upload { bucket: "bucket", file_name: "me.png", file_length: 4096 };
    /// let claim = SignedPost::parse(&fields)?;
    /// let verified = claim.verify(&credentials, &upload, now)?;
    /// assert_eq!((verified.field("acl"), verified.field("x-ignore-me")), (Some("private"), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn field(&self, name: &str) -> Option<&str> {
        self.filled.covered(name)
    }
}

impl fmt::Debug for VerifiedPost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedPost")
            .field("access_key_id", &self.access_key_id())
            .field("key", &self.key())
            .finish_non_exhaustive()
    }
}
