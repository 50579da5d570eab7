//! Forms as they arrive.

use std::fmt;

use super::error::PolicyError;
use super::fields::{Fields, Filled};
use super::{
    ALGORITHM, CREDENTIAL, DATE, POLICY, S3_EXPRESS_TOKEN, SESSION_TOKEN, SIGNATURE, VERSION_2,
};
use crate::credentials::SessionToken;
use crate::sigv4::authorization::parse_credential;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::timestamp::Timestamp;
use crate::verify::{
    SignatureLocation, Token, Verifier, VerifyError, VerifyingKey, check_credentials,
};

const FORM: SignatureLocation = SignatureLocation::Fields;

/// A signed form as it arrived: a claim, which proves nothing yet.
///
/// Amazon S3 API Reference, "Authenticating requests in browser-based uploads using POST".
///
/// ```
/// use countersign::post_policy::{PostPolicy, SignedPost, Upload};
/// use countersign::verify::{VerificationKey, Verifier};
/// use countersign::{Credentials, Service, Signer};
/// use time::macros::datetime;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now = datetime!(2026-01-01 12:00 UTC);
/// # let signer = Signer::new(credentials.clone(), "eu-west-1", "s3")?;
/// # let policy = PostPolicy::new("bucket", datetime!(2026-01-01 13:00 UTC)).starts_with("key", "user/");
/// # let form = signer.sign_post(&policy, [("key", "user/${filename}")], now)?;
/// # let fields: Vec<(&str, &str)> = form.fields().collect();
/// // the fields before `file`, which a reader of `multipart/form-data` found
/// let claim = SignedPost::parse(&fields)?;
/// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE"); // look it up
/// let key = VerificationKey::derive(&credentials, claim.scope())?;
/// let upload = Upload { bucket: "bucket", file_name: "me.png", file_length: 4096 };
/// let verified = claim.verify(&Verifier::new("eu-west-1", Service::S3)?, &key, &upload, now)?;
/// assert_eq!(verified.key(), "user/me.png");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SignedPost<'a> {
    fields: Fields<'a>,
    access_key_id: &'a str,
    scope: CredentialScope,
    date: AmzDate,
    token: Option<Token<'a>>,
    policy: &'a str,
    signature: Signature,
}

/// What is known of an upload besides its fields.
///
/// ```
/// use countersign::post_policy::Upload;
///
/// let file = b"\x89PNG...";
/// let upload = Upload {
///     bucket: "sigv4examplebucket",
///     file_name: "me.png", // of `Content-Disposition: form-data; name="file"; filename="me.png"`
///     file_length: file.len() as u64,
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload<'a> {
    /// The bucket that the form was sent to.
    pub bucket: &'a str,
    /// The file's name as the browser sent it, for `${filename}` in the form's fields. Only the part
    /// after the last `/` or `\` counts.
    pub file_name: &'a str,
    /// How many bytes the file really has. Where it is not read yet, check again when it is.
    pub file_length: u64,
}

impl<'a> SignedPost<'a> {
    /// Reads the fields that came before `file`, names and values. Nothing behind `file` may be
    /// used.
    ///
    /// # Errors
    /// A form that is not signed, not in this way, or in two; a field that came twice.
    ///
    /// ```
    /// use countersign::post_policy::{PolicyError, SignedPost};
    /// use countersign::verify::VerifyError;
    ///
    /// let fields = [("key", "user/user1/me.png"), ("Content-Type", "image/png")];
    /// let error = SignedPost::parse(&fields).unwrap_err(); // a bucket that anybody may write to?
    /// assert_eq!(error, PolicyError::Signature(VerifyError::MissingAuthentication));
    ///
    /// let fields = [("key", "user/user1/me.png"), ("Key", "user/user2/me.png")];
    /// assert_eq!(SignedPost::parse(&fields).unwrap_err().to_string(), "the field `Key` is there twice");
    /// ```
    pub fn parse(fields: &'a [(&'a str, &'a str)]) -> Result<Self, PolicyError> {
        let fields = Fields::new(fields)?;
        let find = |name: &str| fields.find(name);
        let malformed = |problem| VerifyError::Malformed {
            form: FORM,
            problem,
        };
        let (Some(algorithm), Some(signature)) = (find(ALGORITHM), find(SIGNATURE)) else {
            return Err(VerifyError::MissingAuthentication.into());
        };
        if fields.has_any(&VERSION_2) {
            return Err(VerifyError::SeveralAuthentications.into());
        }
        if algorithm != Algorithm::HmacSha256.as_str() {
            return Err(VerifyError::UnknownAlgorithm { form: FORM }.into());
        }
        let credential = find(CREDENTIAL).ok_or(malformed("`x-amz-credential` is missing"))?;
        let (access_key_id, scope) = parse_credential(Algorithm::HmacSha256, credential)
            .map_err(|_| malformed("`x-amz-credential` is not of the form ID/SCOPE"))?;
        let signature = Signature::parse(Algorithm::HmacSha256, signature)
            .map_err(|_| malformed("`x-amz-signature` is not 64 hex digits"))?;
        let date = find(DATE).ok_or(VerifyError::MissingDate { form: FORM })?;
        let date =
            AmzDate::of_bytes(date.as_bytes()).ok_or(VerifyError::InvalidDate { form: FORM })?;
        let token = match (find(SESSION_TOKEN), find(S3_EXPRESS_TOKEN)) {
            (Some(_), Some(_)) => {
                let name = SESSION_TOKEN;
                return Err(VerifyError::Repeated { name }.into());
            }
            (Some(token), None) => Some(Token::header(token.as_bytes(), false)),
            (None, token) => token.map(|token| Token::header(token.as_bytes(), true)),
        };
        Ok(Self {
            fields,
            access_key_id,
            scope,
            date,
            token,
            policy: fields.need(POLICY)?,
            signature,
        })
    }

    /// Takes forms whose fields are longer than 20 KiB, which is the most that S3 takes.
    ///
    /// The limit is for the names and values of all fields but `policy` and `file`, in bytes, with the
    /// file's name for each `${filename}`.
    ///
    /// ```
    /// use countersign::post_policy::{PolicyError, SignedPost};
    ///
    /// fn parse<'a>(fields: &'a [(&'a str, &'a str)]) -> Result<SignedPost<'a>, PolicyError> {
    ///     Ok(SignedPost::parse(fields)?.with_max_fields_length(64 * 1024)) // much metadata
    /// }
    /// # let fields = [
    /// #     ("x-amz-algorithm", "AWS4-HMAC-SHA256"), ("x-amz-date", "20151229T000000Z"), ("policy", "e30="),
    /// #     ("x-amz-credential", "AKIDEXAMPLE/20151229/us-east-1/s3/aws4_request"),
    /// #     ("x-amz-signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"),
    /// # ];
    /// # assert!(parse(&fields).is_ok());
    /// ```
    #[must_use]
    pub fn with_max_fields_length(mut self, bytes: usize) -> Self {
        self.fields = self.fields.with_max_length(bytes);
        self
    }

    /// Whose key to look up.
    ///
    /// ```
    /// # use countersign::{post_policy::{PostPolicy, SignedPost}, Credentials, Signer};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).equals("key", "me.png");
    /// # let form = Signer::new(credentials, "us-east-1", "s3")?.sign_post(&policy, [], datetime!(2015-12-29 0:00 UTC))?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// let claim = SignedPost::parse(&fields)?;
    /// assert_eq!(claim.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn access_key_id(&self) -> &'a str {
        self.access_key_id
    }

    /// For what to derive it.
    ///
    /// ```
    /// # use countersign::{post_policy::{PostPolicy, SignedPost}, Credentials, Signer};
    /// # use countersign::verify::VerificationKey;
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).equals("key", "me.png");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let form = signer.sign_post(&policy, [], datetime!(2015-12-29 0:00 UTC))?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// let claim = SignedPost::parse(&fields)?;
    /// assert_eq!(claim.scope().as_str(), "20151229/us-east-1/s3/aws4_request");
    /// let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scope(&self) -> &CredentialScope {
        &self.scope
    }

    /// The session token that came, where there is one.
    ///
    /// ```
    /// # use countersign::{post_policy::{PostPolicy, SignedPost}, Credentials, Signer};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    /// #     .with_session_token("AQoDYXdzEPT//////////wEXAMPLE");
    /// # let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).equals("key", "me.png");
    /// # let form = Signer::new(credentials, "us-east-1", "s3")?.sign_post(&policy, [], datetime!(2015-12-29 0:00 UTC))?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// let claim = SignedPost::parse(&fields)?; // signed with temporary credentials
    /// assert!(claim.session_token().is_some_and(|token| token.expose() == "AQoDYXdzEPT//////////wEXAMPLE"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn session_token(&self) -> Option<SessionToken> {
        self.token.as_ref().map(Token::to_session_token)
    }

    /// Checks everything: the scope, by the verifier's region and service; the session token and
    /// whether the key has ended; the signature; the lengths of the fields and of the key, with the
    /// file's name in them; that the policy lasts; every condition; and that one covers every field.
    ///
    /// # Errors
    /// The first rule that is broken, in this order.
    ///
    /// ```
    /// # use countersign::{post_policy::{PolicyError, PostPolicy, SignedPost, Upload}, Credentials, Service, Signer};
    /// # use countersign::verify::{VerificationKey, Verifier};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).equals("key", "me.png");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let now = datetime!(2015-12-29 0:00 UTC);
    /// # let form = signer.sign_post(&policy, [], now)?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// let verifier = Verifier::new("us-east-1", Service::S3)?;
    /// let claim = SignedPost::parse(&fields)?;
    /// let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// let mut upload = Upload { bucket: "sigv4examplebucket", file_name: "me.png", file_length: 4096 };
    /// assert!(claim.verify(&verifier, &key, &upload, now).is_ok());
    ///
    /// upload.bucket = "another-bucket";
    /// let refused = claim.verify(&verifier, &key, &upload, now);
    /// assert!(matches!(refused, Err(PolicyError::FieldNotMet { field }) if field == "bucket"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify<K: VerifyingKey>(
        &self,
        verifier: &Verifier,
        key: &K,
        upload: &Upload<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<VerifiedPost<'a>, PolicyError> {
        let now = now.into();
        verifier.check_scope(FORM, &self.scope, &self.date, None)?;
        check_credentials(self.access_key_id, self.token.as_ref(), key, now)?;
        let fits = key.algorithm() == Algorithm::HmacSha256 && key.fits(&self.scope);
        if !fits || !key.verifies(self.policy.as_bytes(), &self.signature) {
            return Err(VerifyError::SignatureMismatch.into());
        }
        let filled = self.fields.check(self.policy, upload, now)?;
        Ok(VerifiedPost {
            claim: self.clone(),
            filled,
        })
    }
}

impl fmt::Debug for SignedPost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedPost")
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope)
            .field("date", &self.date)
            .finish_non_exhaustive()
    }
}

/// A proof: the form was signed by the holder of this access key, and the upload is within its
/// policy.
///
/// ```
/// use countersign::post_policy::VerifiedPost;
///
/// /// Takes nothing but what was verified.
/// fn store(post: &VerifiedPost<'_>, file: &[u8]) {
///     println!("{} wrote {} bytes to {}", post.access_key_id(), file.len(), post.key());
/// }
/// ```
#[derive(Clone)]
pub struct VerifiedPost<'a> {
    claim: SignedPost<'a>,
    filled: Filled<'a>,
}

impl<'a> VerifiedPost<'a> {
    /// Who signed.
    ///
    /// ```
    /// # use countersign::{post_policy::{PostPolicy, SignedPost, Upload}, Credentials, Service, Signer};
    /// # use countersign::verify::{VerificationKey, Verifier};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).equals("key", "me.png");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let now = datetime!(2015-12-29 0:00 UTC);
    /// # let form = signer.sign_post(&policy, [], now)?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// # let verifier = Verifier::new("us-east-1", Service::S3)?;
    /// # let claim = SignedPost::parse(&fields)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let upload = Upload { bucket: "sigv4examplebucket", file_name: "me.png", file_length: 4096 };
    /// let verified = claim.verify(&verifier, &key, &upload, now)?;
    /// assert_eq!(verified.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn access_key_id(&self) -> &'a str {
        self.claim.access_key_id
    }

    /// For which day, region and service.
    ///
    /// ```
    /// # use countersign::{post_policy::{PostPolicy, SignedPost, Upload}, Credentials, Service, Signer};
    /// # use countersign::verify::{VerificationKey, Verifier};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).equals("key", "me.png");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let now = datetime!(2015-12-29 0:00 UTC);
    /// # let form = signer.sign_post(&policy, [], now)?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// # let verifier = Verifier::new("us-east-1", Service::S3)?;
    /// # let claim = SignedPost::parse(&fields)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let upload = Upload { bucket: "sigv4examplebucket", file_name: "me.png", file_length: 4096 };
    /// let verified = claim.verify(&verifier, &key, &upload, now)?;
    /// assert_eq!((verified.scope().day(), verified.scope().service()), ("20151229", "s3"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scope(&self) -> &CredentialScope {
        &self.claim.scope
    }

    /// The key to store the file under, with the file's name for `${filename}`.
    ///
    /// ```
    /// # use countersign::{post_policy::{PostPolicy, SignedPost, Upload}, Credentials, Service, Signer};
    /// # use countersign::verify::{VerificationKey, Verifier};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).starts_with("key", "user/user1/");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let now = datetime!(2015-12-29 0:00 UTC);
    /// # let form = signer.sign_post(&policy, [("key", "user/user1/${filename}")], now)?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// # let verifier = Verifier::new("us-east-1", Service::S3)?;
    /// # let claim = SignedPost::parse(&fields)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// // The form's field `key` is `user/user1/${filename}`.
    /// let upload = Upload { bucket: "sigv4examplebucket", file_name: "C:\\photos\\me.png", file_length: 4096 };
    /// let verified = claim.verify(&verifier, &key, &upload, now)?;
    /// assert_eq!(verified.key(), "user/user1/me.png");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key(&self) -> &str {
        self.filled.key()
    }

    /// The value of a field that the policy covers, with the file's name for `${filename}`: what the
    /// policy was checked against.
    ///
    /// ```
    /// use countersign::post_policy::{PostPolicy, SignedPost, Upload};
    /// use countersign::verify::{VerificationKey, Verifier};
    /// use countersign::{Credentials, Service, Signer};
    /// use time::macros::datetime;
    ///
    /// # let now = datetime!(2026-01-01 12:00 UTC);
    /// # let credentials = Credentials::new("ASIAEXAMPLE", "secret").with_session_token("token");
    /// # let signer = Signer::new(credentials.clone(), "eu-west-1", "s3")?;
    /// let policy = PostPolicy::new("bucket", datetime!(2026-01-01 13:00 UTC)).equals("key", "a.png").equals("acl", "private");
    /// let form = signer.sign_post(&policy, [("key", "a.png"), ("acl", "private")], now)?;
    /// assert_eq!(form.expires_at(), datetime!(2026-01-01 13:00 UTC));
    ///
    /// let fields: Vec<(&str, &str)> = form.fields().collect();
    /// let claim = SignedPost::parse(&fields)?;
    /// assert!(claim.session_token().is_some_and(|token| token.expose() == "token"));
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let upload = Upload { bucket: "bucket", file_name: "me.png", file_length: 4096 };
    /// let verified = claim.verify(&Verifier::new("eu-west-1", Service::S3)?, &key, &upload, now)?;
    /// assert_eq!((verified.key(), verified.field("acl")), ("a.png", Some("private")));
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
            .field("scope", self.scope())
            .field("key", &self.key())
            .finish_non_exhaustive()
    }
}
