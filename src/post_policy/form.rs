//! Forms, signed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::condition::{self, Condition, Fault};
use super::policy::PostPolicy;
use super::{
    ALGORITHM, CREDENTIAL, DATE, FILE_NAME, LONGEST_POLICY, MAX_KEY_LENGTH, POLICY,
    S3_EXPRESS_TOKEN, SESSION_TOKEN, SIGNATURE, VERSION_2, VERSION_4, is_exempt, is_replaced, json,
};
use crate::error::Error;
use crate::primitives::encode::ascii;
use crate::sign::pipeline::SigningContext;
use crate::sign::signer::Signer;
use crate::sigv4::date::AmzDate;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::signing_key::SigningKey;
use crate::timestamp::Timestamp;

impl Signer {
    /// Signs a policy, and makes the form of it.
    ///
    /// The form has the fields whose values the policy fixes, then `fields` (what is filled in
    /// beforehand), then what signing adds. S3 replaces `${filename}` in any of `fields` with the
    /// file's name before it checks the policy. Fields that the page or
    /// its user fills in need not be given; the policy covers them.
    ///
    /// # Errors
    /// A field that no condition covers, or that does not meet one; one of those that signing adds;
    /// a key that is empty or longer than 1,024 bytes; an exact condition on a value that contains
    /// `${filename}`, which no upload meets; a policy that does not cover `key`, that no file can meet,
    /// that has ended, that is longer than 20 KB, or that outlives the credentials; otherwise as [`sign`](Self::sign).
    ///
    /// ```
    /// use countersign::post_policy::PostPolicy;
    /// use countersign::{Credentials, Error, Signer};
    /// use time::macros::datetime;
    ///
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// let now = datetime!(2015-12-29 0:00 UTC);
    /// let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC))
    ///     .starts_with("key", "user/user1/");
    /// let form = signer.sign_post(&policy, [("key", "user/user1/${filename}")], now)?;
    /// assert!(form.fields().any(|field| field == ("x-amz-date", "20151229T000000Z")));
    ///
    /// let refused = signer.sign_post(&policy, [("acl", "public-read")], now);
    /// assert!(matches!(refused, Err(Error::FieldNotCovered { field }) if field == "acl"));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn sign_post<'f>(
        &self,
        policy: &PostPolicy,
        fields: impl IntoIterator<Item = (&'f str, &'f str)>,
        now: impl Into<Timestamp>,
    ) -> Result<PostForm, Error> {
        let now = now.into();
        let (context, date) = self.context(now)?;
        let mut form = fill(policy, fields, context.expiration, now)?;
        self.with_key(&date, context, |key| {
            let own = own_fields(context, &date, key);
            let text = text_with(policy, &own);
            form.extend(own);
            seal(form, &text, policy.expiration, key)
        })
    }

    /// Signs the exact JSON text of a policy that somebody else made. The form has only what
    /// signing adds; all other fields go before these.
    ///
    /// # Errors
    /// A text that is no policy; one that does not cover what signing adds, with the values that it
    /// will have; otherwise as [`sign_post`](Self::sign_post).
    ///
    /// ```
    /// use countersign::{Credentials, Signer};
    /// use time::macros::datetime;
    ///
    /// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// let policy = r#"{ "expiration": "2015-12-30T12:00:00.000Z", "conditions": [
    ///     {"bucket": "bucket"}, ["starts-with", "$key", ""],
    ///     {"x-amz-credential": "AKIDEXAMPLE/20151229/us-east-1/s3/aws4_request"},
    ///     {"x-amz-algorithm": "AWS4-HMAC-SHA256"}, {"x-amz-date": "20151229T000000Z"}
    /// ] }"#;
    /// let form = signer.sign_post_text(policy, datetime!(2015-12-29 0:00 UTC))?;
    /// assert_eq!(form.fields().count(), 5);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn sign_post_text(
        &self,
        policy: &str,
        now: impl Into<Timestamp>,
    ) -> Result<PostForm, Error> {
        let now = now.into();
        let (context, date) = self.context(now)?;
        let read = json::read(policy).map_err(Error::InvalidPolicy)?;
        check_end(&read, context.expiration, now)?;
        check_uploads(&read)?;
        self.with_key(&date, context, |key| {
            let own = own_fields(context, &date, key);
            for (field, value) in &own {
                check(&read, field, value)?;
            }
            seal(own, policy, read.expiration, key)
        })
    }
}

/// The form before it is signed: what the policy fixes, and what the caller gives. `end` is that of
/// the credentials.
pub(crate) fn fill<'f>(
    policy: &PostPolicy,
    fields: impl IntoIterator<Item = (&'f str, &'f str)>,
    end: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<(String, String)>, Error> {
    check_end(policy, end, now)?;
    check_uploads(policy)?;
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
        return Err(Error::FieldNotCovered { field });
    }
    Ok(form)
}

/// The text of a policy that also covers what signing adds.
pub(crate) fn text_with(policy: &PostPolicy, own: &[(String, String)]) -> String {
    let mut conditions = policy.conditions.clone();
    conditions.extend(
        own.iter()
            .cloned()
            .map(|(field, value)| Condition::Equals { field, value }),
    );
    json::write(policy.expiration, &conditions)
}

/// A policy as it is sent, which is what is signed.
pub(crate) fn encode(policy: &str) -> Result<String, Error> {
    let policy = STANDARD.encode(policy);
    if policy.len() > LONGEST_POLICY {
        return Err(Error::InvalidPolicy("is longer than 20 KB"));
    }
    Ok(policy)
}

fn check_end(policy: &PostPolicy, end: Option<Timestamp>, now: Timestamp) -> Result<(), Error> {
    let expiration = policy.expiration;
    if AmzDate::new(expiration).is_err() {
        return Err(Error::InvalidPolicy("ends outside the years 0 to 9999"));
    }
    if expiration <= now {
        return Err(Error::PolicyExpired { expiration, now });
    }
    match end {
        Some(end) if end < expiration => Err(Error::OutlivesCredentials {
            expires_at: expiration,
            expiration: end,
        }),
        _ => Ok(()),
    }
}

/// Whether any upload could meet what is asked of the bucket and of the file, which are no fields.
fn check_uploads(policy: &PostPolicy) -> Result<(), Error> {
    let (mut least, mut most) = (0, u64::MAX);
    for condition in &policy.conditions {
        match condition {
            Condition::Equals { field, value }
                if is_replaced(field) && value.contains(FILE_NAME) =>
            {
                return Err(Error::InvalidField {
                    field: field.clone(),
                    problem: "has `${filename}` in an exact condition, which is compared with the \
                        file's name filled in: use a prefix",
                });
            }
            Condition::Equals { field, value } if is_bucket(field) => check(policy, field, value)?,
            Condition::Equals { field, value } => check_key(field, value)?,
            Condition::ContentLengthRange { min, max } => {
                (least, most) = (least.max(*min), most.min(*max));
            }
            Condition::StartsWith { .. } => {}
        }
    }
    if least > most {
        return Err(Error::InvalidPolicy("has a range that no file is in"));
    }
    Ok(())
}

/// Refuses a key that no file's name makes short or long enough.
fn check_key(field: &str, value: &str) -> Result<(), Error> {
    let fixed = value.len() - FILE_NAME.len() * value.matches(FILE_NAME).count();
    if field.eq_ignore_ascii_case("key") && (value.is_empty() || fixed > MAX_KEY_LENGTH) {
        return Err(Error::InvalidField {
            field: field.to_owned(),
            problem: "must be 1 to 1024 bytes long",
        });
    }
    Ok(())
}

fn is_bucket(field: &str) -> bool {
    field.eq_ignore_ascii_case("bucket")
}

fn check(policy: &PostPolicy, field: &str, value: &str) -> Result<(), Error> {
    condition::check(&policy.conditions, field, value).map_err(|fault| {
        let field = field.to_owned();
        match fault {
            Fault::NotCovered => Error::FieldNotCovered { field },
            Fault::NotMet => Error::InvalidField {
                field,
                problem: "does not meet the policy",
            },
        }
    })
}

/// Adds a field to the form, unless it is there already.
fn add(
    form: &mut Vec<(String, String)>,
    policy: &PostPolicy,
    field: &str,
    value: &str,
) -> Result<(), Error> {
    let own = [DATE, POLICY, SESSION_TOKEN, "file"];
    let mut own = own.iter().chain(&VERSION_4).chain(&VERSION_2);
    let is = |name: &str| field.eq_ignore_ascii_case(name);
    let problem = if field.is_empty() || field.chars().any(|c| c.is_control() || c == '"') {
        Some("is not the name of a field")
    } else if own.any(|own| is(own)) {
        Some("is not for the caller to set")
    } else {
        None
    };
    if let Some(problem) = problem {
        let field = field.to_owned();
        return Err(Error::InvalidField { field, problem });
    }
    check_key(field, value)?;
    if !is_exempt(field) {
        check(policy, field, value)?;
        if is_replaced(field) && value.contains(FILE_NAME) {
            // A prefix that only the text `${filename}` meets.
            check(policy, field, &value.replace(FILE_NAME, ""))?;
        }
    }
    match form.iter().find(|(name, _)| is(name)) {
        None => form.push((field.to_owned(), value.to_owned())),
        Some((_, same)) if same == value => {}
        Some(_) => {
            return Err(Error::InvalidField {
                field: field.to_owned(),
                problem: "is there twice",
            });
        }
    }
    Ok(())
}

/// What signing adds, in the order in which it is sent.
fn own_fields(context: &SigningContext, date: &AmzDate, key: &SigningKey) -> Vec<(String, String)> {
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
        fields.push((name, ascii(token.header.as_bytes()).to_owned()));
    }
    let owned = |(name, value): (&str, String)| (name.to_owned(), value);
    fields.into_iter().map(owned).collect()
}

fn seal(
    mut fields: Vec<(String, String)>,
    policy: &str,
    expires_at: Timestamp,
    key: &SigningKey,
) -> Result<PostForm, Error> {
    let policy = encode(policy)?;
    let signature = key.sign(&policy);
    fields.push((POLICY.to_owned(), policy));
    fields.push((SIGNATURE.to_owned(), signature.as_str().to_owned()));
    Ok(PostForm {
        fields,
        expires_at,
        signature,
    })
}

/// The fields of a form, signed: whoever has them can upload, within the policy, until it ends.
///
/// It is a credential, so `Debug` prints names only.
///
/// ```
/// # use countersign::{post_policy::{PostForm, PostPolicy}, Credentials, Signer};
/// # use time::macros::datetime;
/// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// # let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// # let now = datetime!(2015-12-29 0:00 UTC);
/// let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).equals("key", "me.png");
/// let form: PostForm = signer.sign_post(&policy, [], now)?;
/// assert!(!format!("{form:?}").contains(form.signature().as_str()));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct PostForm {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) expires_at: Timestamp,
    pub(crate) signature: Signature,
}

impl PostForm {
    /// Names and values, in the order in which they are sent. `file` comes after them, as the last.
    ///
    /// ```
    /// # use countersign::{post_policy::PostPolicy, Credentials, Signer};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// # let now = datetime!(2015-12-29 0:00 UTC);
    /// # let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).equals("key", "me.png");
    /// let form = signer.sign_post(&policy, [], now)?;
    /// let mut body = String::new(); // multipart/form-data
    /// for (name, value) in form.fields() {
    ///     body += &format!("--boundary\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    /// }
    /// assert!(body.starts_with("--boundary\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nme.png\r\n"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// When the policy ends.
    ///
    /// ```
    /// # use countersign::{post_policy::PostPolicy, Credentials, Signer};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// # let now = datetime!(2015-12-29 0:00 UTC);
    /// let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).equals("key", "me.png");
    /// let form = signer.sign_post(&policy, [], now)?;
    /// assert_eq!(form.expires_at(), datetime!(2015-12-30 12:00 UTC));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The signature in it.
    ///
    /// ```
    /// # use countersign::{post_policy::PostPolicy, Credentials, Signer};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// # let now = datetime!(2015-12-29 0:00 UTC);
    /// # let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC)).equals("key", "me.png");
    /// let form = signer.sign_post(&policy, [], now)?;
    /// let sent = form.fields().find(|(name, _)| *name == "x-amz-signature");
    /// assert_eq!(sent, Some(("x-amz-signature", form.signature().as_str())));
    /// # Ok::<(), countersign::Error>(())
    /// ```
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
