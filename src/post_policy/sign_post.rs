//! Signing a form with Signature Version 4.

use super::field_names::{ALGORITHM, CREDENTIAL, DATE, S3_EXPRESS_TOKEN, SESSION_TOKEN, SIGNATURE};
use super::form::{Field, PostForm, SignPolicy};
use super::policy::PostPolicy;
use crate::error::Error;
use crate::primitives::ascii::own_ascii;
use crate::sign::pipeline::SigningContext;
use crate::sign::signer::Signer;
use crate::sigv4::date::AmzDate;
use crate::sigv4::signature::Algorithm;
use crate::sigv4::signing_key::SigningKey;
use crate::timestamp::Timestamp;

#[cfg(doc)]
use super::PostPolicyError;

impl Signer {
    /// Signs a policy and returns the fields of its form.
    ///
    /// The form contains the fields whose values the policy fixes, then `fields`, then what signing
    /// adds. S3 replaces `${filename}` in `fields` with the file's name before it checks the policy.
    /// Leave out the fields that the page or its user fills in: the policy covers them.
    ///
    /// # Errors
    /// - [`PostPolicyError::FieldNotCovered`] or [`PostPolicyError::FieldNotMet`] if a field does not
    ///   meet the policy, or if the policy does not cover `key`
    /// - [`PostPolicyError::InvalidFieldName`], [`PostPolicyError::ReservedField`] or
    ///   [`PostPolicyError::DuplicateField`] if the form cannot contain a field
    /// - [`PostPolicyError::InvalidKeyLength`], [`PostPolicyError::FileNameInExactCondition`] or
    ///   [`PostPolicyError::EmptyLengthRange`] if no upload can meet the policy
    /// - [`PostPolicyError::Expired`] or [`PostPolicyError::ExpirationOutOfRange`] if the policy has
    ///   expired, or expires outside the years 0 to 9999
    /// - [`PostPolicyError::Malformed`] if the policy is longer than 20 KiB in base64
    /// - [`Error::OutlivesCredentials`] if the policy expires after the credentials
    /// - [`Error::CredentialsExpired`] if the credentials have expired
    /// - [`Error::TimeOutOfRange`] if `now` is outside the years 0 to 9999
    ///
    /// ```
    /// use countersign::post_policy::{PostPolicy, PostPolicyError};
    /// use countersign::{Credentials, Error, Signer, Timestamp};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let now: Timestamp = "2015-12-29T00:00:00Z".parse()?;
    /// let policy =
    ///     PostPolicy::new("bucket", "2015-12-30T12:00:00Z".parse::<Timestamp>()?)
    ///         .require_prefix("key", "user/user1/");
    /// let form =
    ///     signer.sign_post(&policy, [("key", "user/user1/${filename}")], now)?;
    /// assert!(
    ///     form.fields()
    ///         .any(|field| field == ("x-amz-date", "20151229T000000Z"))
    /// );
    ///
    /// let error = signer
    ///     .sign_post(&policy, [("acl", "public-read")], now)
    ///     .unwrap_err();
    /// let field = "acl".to_owned();
    /// assert_eq!(
    ///     error,
    ///     Error::PostPolicy(PostPolicyError::FieldNotCovered { field })
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_post<'f>(
        &self,
        policy: &PostPolicy,
        fields: impl IntoIterator<Item = (&'f str, &'f str)>,
        now: impl Into<Timestamp>,
    ) -> Result<PostForm, Error> {
        let now = now.into();
        let (context, date) = self.context(now)?;
        self.with_key(&date, context, |key| {
            let own = own_fields(context, &date, key);
            PostForm::sign(policy, fields, own, now, context.expiration, sign_with(key))
        })
    }

    /// Signs the exact JSON text of a policy that was made elsewhere.
    ///
    /// The form contains only what signing adds. The caller sends the other fields before it.
    ///
    /// # Errors
    /// - [`PostPolicyError::Malformed`] if the text is not a policy, or is too long
    /// - [`PostPolicyError::FieldNotCovered`] or [`PostPolicyError::FieldNotMet`] if the policy does
    ///   not cover what signing adds, with the values that it will have
    /// - the errors of [`sign_post`](Self::sign_post) about expiration and about policies that no
    ///   upload can meet
    ///
    /// ```
    /// use countersign::{Credentials, Signer, Timestamp};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let policy = r#"{ "expiration": "2015-12-30T12:00:00.000Z", "conditions": [
    ///     {"bucket": "bucket"}, ["starts-with", "$key", ""],
    ///     {"x-amz-credential": "AKIDEXAMPLE/20151229/us-east-1/s3/aws4_request"},
    ///     {"x-amz-algorithm": "AWS4-HMAC-SHA256"}, {"x-amz-date": "20151229T000000Z"}
    /// ] }"#;
    /// let now: Timestamp = "2015-12-29T00:00:00Z".parse()?;
    /// assert_eq!(signer.sign_post_text(policy, now)?.fields().count(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_post_text(
        &self,
        policy: &str,
        now: impl Into<Timestamp>,
    ) -> Result<PostForm, Error> {
        let now = now.into();
        let (context, date) = self.context(now)?;
        self.with_key(&date, context, |key| {
            let own = own_fields(context, &date, key);
            PostForm::sign_text(policy, own, now, context.expiration, sign_with(key))
        })
    }
}

fn sign_with(key: &SigningKey) -> impl SignPolicy {
    |policy: &str| {
        let signature = key.sign(policy);
        (SIGNATURE, signature.as_str().to_owned(), signature)
    }
}

/// The fields that signing adds, in the order of sending.
fn own_fields(context: &SigningContext, date: &AmzDate, key: &SigningKey) -> Vec<Field> {
    let credential = format!("{}/{}", context.access_key_id, key.scope());
    let mut fields = vec![
        (ALGORITHM, Algorithm::HmacSha256.as_str().to_owned()),
        (CREDENTIAL, credential),
        (DATE, date.to_string()),
    ];
    if let Some(token) = &context.session_token {
        let name = match token.header_name {
            SESSION_TOKEN => SESSION_TOKEN,
            _ => S3_EXPRESS_TOKEN,
        };
        fields.push((name, own_ascii(token.header.as_bytes()).to_owned()));
    }
    let owned = |(name, value): (&str, String)| (name.to_owned(), value);
    fields.into_iter().map(owned).collect()
}
