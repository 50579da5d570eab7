//! Forms that arrive, signed with Signature Version 4.

use std::fmt;

use super::error::PolicyError;
use super::field_names::{
    ALGORITHM, CREDENTIAL, DATE, POLICY, S3_EXPRESS_TOKEN, SESSION_TOKEN, SIGNATURE, VERSION_2,
};
use super::fields::Fields;
use super::upload::Upload;
use super::verified_post::VerifiedPost;
use crate::credentials::SessionToken;
use crate::error::authorization::AuthorizationProblem;
use crate::sigv4::authorization::parse_credential;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::timestamp::Timestamp;
use crate::verify::{
    SignatureLocation, Token, VerificationKey, Verifier, VerifyError, any_key, check_credentials,
};

const FORM: SignatureLocation = SignatureLocation::Fields;

/// The claim of a signed form. It proves nothing until [`verify`](Self::verify) succeeds.
///
/// Amazon S3 API Reference, "Authenticating requests in browser-based uploads using POST".
///
/// ```
/// use countersign::post_policy::{SignedPost, Upload};
/// use countersign::verify::{VerificationKey, Verifier};
/// use countersign::{Credentials, Service, Timestamp};
/// # use countersign::{Signer, post_policy::PostPolicy};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
/// # let policy = PostPolicy::new("bucket", now + std::time::Duration::from_secs(60)).require_prefix("key", "user/");
/// # let form = Signer::new(credentials.clone(), "eu-west-1", "s3")?.sign_post(&policy, [("key", "user/${filename}")], now)?;
/// // The fields before `file`, from a reader of `multipart/form-data`.
/// let fields: Vec<(&str, &str)> = form.fields().collect();
/// let claim = SignedPost::parse(&fields)?;
///
/// // Look up the credentials by the access key ID, then derive the key.
/// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE");
/// let key = VerificationKey::derive(&credentials, claim.scope())?;
/// let verifier = Verifier::new("eu-west-1", Service::S3)?;
/// let upload = Upload {
///     bucket: "bucket",
///     file_name: "me.png",
///     file_length: 4096,
/// };
/// let verified = claim.verify(&verifier, &key, &upload, now)?;
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

impl<'a> SignedPost<'a> {
    /// Reads the fields that precede `file`, as names and values. Ignore any field after `file`.
    ///
    /// # Errors
    /// - [`VerifyError::MissingAuthentication`] if the form is not signed with Signature Version 4
    /// - [`VerifyError::SeveralAuthentications`] if it also has fields of the older scheme
    /// - [`VerifyError::UnknownAlgorithm`] if it is signed by another algorithm
    /// - [`VerifyError::Malformed`] if the credential or the signature is missing or malformed, such
    ///   as an access key ID that is not 1 to 128 printable ASCII characters
    /// - [`VerifyError::MissingDate`] or [`VerifyError::InvalidDate`] if `x-amz-date` is missing or
    ///   malformed
    /// - [`VerifyError::Repeated`] if it has two session tokens
    /// - [`PolicyError::RepeatedField`] if a field appears more than once
    /// - [`PolicyError::FieldMissing`] if it has no policy
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
        let credential = find(CREDENTIAL).ok_or(malformed(AuthorizationProblem::Missing {
            name: "x-amz-credential",
        }))?;
        let (access_key_id, scope) = parse_credential(Algorithm::HmacSha256, credential)
            .map_err(|_| malformed(AuthorizationProblem::InvalidCredentialField))?;
        let signature = Signature::parse(Algorithm::HmacSha256, signature)
            .map_err(|_| malformed(AuthorizationProblem::InvalidSignature))?;
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
    pub fn access_key_id(&self) -> &'a str {
        self.access_key_id
    }

    /// The credential scope that the form claims, to derive the key for.
    pub fn scope(&self) -> &CredentialScope {
        &self.scope
    }

    /// The session token that the form contains. It is unverified.
    pub fn session_token(&self) -> Option<SessionToken> {
        self.token.as_ref().map(Token::to_session_token)
    }

    /// Verifies the form and the upload.
    ///
    /// In this order, it checks the credential scope, the session token, the expiration of the key,
    /// the signature, the lengths of the fields and of the object key, the expiration of the policy,
    /// every condition, and that a condition covers every field.
    ///
    /// # Errors
    /// - [`PolicyError::Signature`] with [`VerifyError::WrongDay`], [`VerifyError::WrongRegion`],
    ///   [`VerifyError::WrongService`], [`VerifyError::UnknownAccessKeyId`],
    ///   [`VerifyError::InvalidSessionToken`], [`VerifyError::CredentialsExpired`] or
    ///   [`VerifyError::SignatureMismatch`]
    /// - any other variant of [`PolicyError`] if the upload does not meet the policy
    ///
    /// [`SignedPost`] has an example.
    pub fn verify(
        &self,
        verifier: &Verifier,
        key: &VerificationKey,
        upload: &Upload<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<VerifiedPost<'a>, PolicyError> {
        let now = now.into();
        verifier.check_scope(FORM, &self.scope, &self.date, None)?;
        any_key(key, |key| {
            check_credentials(self.access_key_id, self.token.as_ref(), key, now)?;
            let fits = key.fits(Algorithm::HmacSha256, &self.scope);
            if fits && key.verifies(self.policy.as_bytes(), &self.signature) {
                Ok(())
            } else {
                Err(VerifyError::SignatureMismatch)
            }
        })?;
        let filled = self.fields.check(self.policy, upload, now)?;
        Ok(VerifiedPost::new(
            self.access_key_id,
            Some(self.scope),
            filled,
        ))
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
