//! The form of a policy: its fields are filled in, checked and signed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::condition::{Condition, check};
use super::field_names::{FILE_NAME, POLICY, is_bucket, is_exempt, is_reserved};
use super::json;
use super::policy::PostPolicy;
use crate::error::Error;
use crate::error::post_policy::{MalformedPolicy, PostPolicyError};
use crate::sigv4::date::AmzDate;
use crate::sigv4::signature::Signature;
use crate::timestamp::Timestamp;

/// The maximum length of a policy in base64: what S3 accepts for all fields together, 20 KiB.
pub(super) const LONGEST_POLICY: usize = 20 * 1024;
/// The maximum length of an object key, in bytes.
pub(super) const MAX_KEY_LENGTH: usize = 1024;

/// A field of a form: its name and its value.
pub(crate) type Field = (String, String);

/// The signed fields of a form. Anyone who has them can upload within the policy until it expires.
///
/// The form is a credential, so `Debug` prints only the names of fields.
///
/// ```
/// use countersign::post_policy::{PostForm, PostPolicy};
/// use countersign::{Credentials, Signer, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// let now: Timestamp = "2015-12-29T00:00:00Z".parse()?;
/// let policy =
///     PostPolicy::new("bucket", "2015-12-30T12:00:00Z".parse::<Timestamp>()?)
///         .require_eq("key", "me.png");
/// let form: PostForm = signer.sign_post(&policy, [], now)?;
///
/// let mut body = String::new(); // multipart/form-data
/// for (name, value) in form.fields() {
///     body += "--boundary\r\nContent-Disposition: form-data; ";
///     body += &format!("name=\"{name}\"\r\n\r\n{value}\r\n");
/// }
/// assert!(body.contains("name=\"key\"\r\n\r\nme.png\r\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PostForm {
    fields: Vec<Field>,
    expires_at: Timestamp,
    signature: Signature,
}

/// Signs the base64 text of a policy. Returns the name and the value of a field, and the signature.
pub(crate) trait SignPolicy: FnOnce(&str) -> (&'static str, String, Signature) {}

impl<F: FnOnce(&str) -> (&'static str, String, Signature)> SignPolicy for F {}

impl PostForm {
    /// Fills in the form of a policy and signs it. The policy also covers `own`, which the scheme adds.
    pub(crate) fn sign<'f>(
        policy: &PostPolicy,
        fields: impl IntoIterator<Item = (&'f str, &'f str)>,
        own: Vec<Field>,
        now: Timestamp,
        credentials_expiration: Option<Timestamp>,
        sign: impl SignPolicy,
    ) -> Result<Self, Error> {
        check_expiration(policy, now, credentials_expiration)?;
        check_uploads(policy)?;
        let mut form = fill(policy, fields)?;
        let covered = own.iter().filter(|(field, _)| !is_exempt(field));
        let covered = covered
            .cloned()
            .map(|(field, value)| Condition::Equals { field, value });
        let conditions: Vec<Condition> = policy.conditions.iter().cloned().chain(covered).collect();
        let text = json::write(policy.expiration, &conditions);
        form.extend(own);
        Self::encode_and_sign(form, &text, policy.expiration, sign)
    }

    /// Signs the exact text of a policy, which must cover `own`.
    pub(super) fn sign_text(
        text: &str,
        own: Vec<Field>,
        now: Timestamp,
        credentials_expiration: Option<Timestamp>,
        sign: impl SignPolicy,
    ) -> Result<Self, Error> {
        let policy = json::read(text).map_err(PostPolicyError::from)?;
        check_expiration(&policy, now, credentials_expiration)?;
        check_uploads(&policy)?;
        for (field, value) in &own {
            check(&policy.conditions, field, value).map_err(PostPolicyError::from)?;
        }
        Self::encode_and_sign(own, text, policy.expiration, sign)
    }

    /// Adds the fields of the policy and of its signature.
    fn encode_and_sign(
        mut fields: Vec<Field>,
        policy: &str,
        expires_at: Timestamp,
        sign: impl SignPolicy,
    ) -> Result<Self, Error> {
        let policy = STANDARD.encode(policy);
        check_length(&policy).map_err(PostPolicyError::from)?;
        let (name, value, signature) = sign(&policy);
        fields.push((POLICY.to_owned(), policy));
        fields.push((name.to_owned(), value));
        Ok(Self {
            fields,
            expires_at,
            signature,
        })
    }

    /// The names and values of the fields, in the order of sending. `file` follows as the last field.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The time at which the policy expires.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The signature. For a form of the older scheme, it is the MAC in hexadecimal digits.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }
}

impl fmt::Debug for PostForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields().map(|(name, _)| name).collect();
        f.debug_struct("PostForm")
            .field("fields", &names)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Checks the length of a policy in base64.
pub(super) fn check_length(policy: &str) -> Result<(), MalformedPolicy> {
    match policy.len() {
        0..=LONGEST_POLICY => Ok(()),
        length => Err(MalformedPolicy::TooLong {
            length,
            longest: LONGEST_POLICY,
        }),
    }
}

fn check_expiration(
    policy: &PostPolicy,
    now: Timestamp,
    credentials_expiration: Option<Timestamp>,
) -> Result<(), Error> {
    let expiration = policy.expiration;
    if AmzDate::new(expiration).is_err() {
        return Err(PostPolicyError::ExpirationOutOfRange { expiration }.into());
    }
    if expiration <= now {
        return Err(PostPolicyError::Expired { expiration, now }.into());
    }
    match credentials_expiration {
        Some(end) if end < expiration => Err(Error::OutlivesCredentials {
            expires_at: expiration,
            expiration: end,
        }),
        _ => Ok(()),
    }
}

/// Checks that an upload can meet the conditions on the bucket, the key and the file.
fn check_uploads(policy: &PostPolicy) -> Result<(), PostPolicyError> {
    let (mut least, mut most) = (0, u64::MAX);
    for condition in &policy.conditions {
        match condition {
            Condition::Equals { field, value } => {
                if !is_reserved(field) && value.contains(FILE_NAME) {
                    let field = field.clone();
                    return Err(PostPolicyError::FileNameInExactCondition { field });
                }
                if is_bucket(field) {
                    check(&policy.conditions, field, value)?;
                }
                check_key(field, value)?;
            }
            Condition::ContentLengthRange { min, max } => {
                (least, most) = (least.max(*min), most.min(*max));
            }
            Condition::StartsWith { .. } => {}
        }
    }
    if least > most {
        let (min, max) = (least, most);
        return Err(PostPolicyError::EmptyLengthRange { min, max });
    }
    Ok(())
}

/// Refuses a key that is empty, or too long for every file name.
fn check_key(field: &str, value: &str) -> Result<(), PostPolicyError> {
    let length = value.len() - FILE_NAME.len() * value.matches(FILE_NAME).count();
    if field.eq_ignore_ascii_case("key") && (value.is_empty() || length > MAX_KEY_LENGTH) {
        return Err(PostPolicyError::InvalidKeyLength { length });
    }
    Ok(())
}

/// The fields that the policy fixes, then the caller's.
fn fill<'f>(
    policy: &PostPolicy,
    fields: impl IntoIterator<Item = (&'f str, &'f str)>,
) -> Result<Vec<Field>, PostPolicyError> {
    let mut form = Vec::new();
    for condition in &policy.conditions {
        if let Condition::Equals { field, value } = condition
            && !is_bucket(field)
        {
            add(&mut form, policy, field, value)?;
        }
    }
    for (field, value) in fields {
        add(&mut form, policy, field, value)?;
    }
    if !policy.conditions.iter().any(|one| one.covers("key")) {
        let field = "key".to_owned();
        return Err(PostPolicyError::FieldNotCovered { field });
    }
    Ok(form)
}

/// Adds a field, unless the form already contains it with the same value.
fn add(
    form: &mut Vec<Field>,
    policy: &PostPolicy,
    name: &str,
    value: &str,
) -> Result<(), PostPolicyError> {
    let field = name.to_owned();
    if name.is_empty() || name.chars().any(|c| c.is_control() || c == '"') {
        return Err(PostPolicyError::InvalidFieldName { field });
    }
    if is_reserved(name) {
        return Err(PostPolicyError::ReservedField { field });
    }
    check_key(name, value)?;
    if !is_exempt(name) {
        check(&policy.conditions, name, value)?;
        if value.contains(FILE_NAME) {
            // A prefix may match only because of the text `${filename}`.
            check(&policy.conditions, name, &value.replace(FILE_NAME, ""))?;
        }
    }
    let mut own = form.iter();
    match own.find(|(own, _)| own.eq_ignore_ascii_case(name)) {
        None => form.push((field, value.to_owned())),
        Some((_, same)) if same == value => {}
        Some(_) => return Err(PostPolicyError::DuplicateField { field }),
    }
    Ok(())
}
