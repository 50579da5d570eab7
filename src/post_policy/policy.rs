//! Policies, built from conditions.

use crate::timestamp::Timestamp;

use super::condition::Condition;

/// What may be uploaded, and until when.
///
/// Every field of the form must be covered by a condition, but for those that signing adds, `file`,
/// and what begins with `x-ignore-`. Names of fields are the same in upper and lower case.
///
/// Amazon S3 API Reference, "POST policy".
///
/// ```
/// use countersign::post_policy::PostPolicy;
/// use time::macros::datetime;
///
/// let policy = PostPolicy::new("bucket", datetime!(2015-12-30 12:00 UTC))
///     .starts_with("key", "user/eric/")
///     .equals("success_action_status", "201")
///     .content_length_range(1, 1_048_576);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostPolicy {
    pub(super) expiration: Timestamp,
    pub(super) conditions: Vec<Condition>,
}

impl PostPolicy {
    /// For uploads to a bucket, until a time (in whole seconds; a fraction is dropped).
    ///
    /// ```
    /// use countersign::post_policy::PostPolicy;
    /// use time::macros::datetime;
    ///
    /// let now = datetime!(2015-12-29 0:00 UTC);
    /// let an_hour = time::Duration::hours(1);
    /// let policy = PostPolicy::new("sigv4examplebucket", now + an_hour).starts_with("key", "user/user1/");
    /// ```
    pub fn new(bucket: impl Into<String>, expiration: impl Into<Timestamp>) -> Self {
        let expiration = expiration.into();
        let policy = Self {
            expiration,
            conditions: Vec::new(),
        };
        policy.equals("bucket", bucket)
    }

    /// A field has this value. It becomes a field of the form.
    ///
    /// ```
    /// # use countersign::{post_policy::PostPolicy, Credentials, Signer};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// # let (now, end) = (datetime!(2015-12-29 0:00 UTC), datetime!(2015-12-30 12:00 UTC));
    /// let policy = PostPolicy::new("sigv4examplebucket", end).equals("key", "me.png").equals("acl", "private");
    /// let form = signer.sign_post(&policy, [], now)?;
    /// assert!(form.fields().any(|field| field == ("acl", "private")));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    #[must_use]
    pub fn equals(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.conditions.push(Condition::Equals {
            field: field.into(),
            value: value.into(),
        });
        self
    }

    /// A field begins with this; with the empty prefix it may be anything, but must be there. Of
    /// `Content-Type`, each of several types counts.
    ///
    /// ```
    /// # use countersign::{post_policy::PostPolicy, Credentials, Signer};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let signer = Signer::new(credentials, "us-east-1", "s3")?;
    /// # let (now, end) = (datetime!(2015-12-29 0:00 UTC), datetime!(2015-12-30 12:00 UTC));
    /// let policy = PostPolicy::new("sigv4examplebucket", end)
    ///     .starts_with("key", "user/user1/")
    ///     .starts_with("x-amz-meta-tag", ""); // whatever the user types
    /// let error = signer.sign_post(&policy, [("key", "user/user2/me.png")], now).unwrap_err();
    /// assert!(matches!(error, countersign::Error::InvalidField { field, .. } if field == "key"));
    /// ```
    #[must_use]
    pub fn starts_with(mut self, field: impl Into<String>, prefix: impl Into<String>) -> Self {
        self.conditions.push(Condition::StartsWith {
            field: field.into(),
            prefix: prefix.into(),
        });
        self
    }

    /// The file has so many bytes, both limits included.
    ///
    /// ```
    /// # use countersign::{post_policy::{PolicyError, PostPolicy, SignedPost, Upload}, Credentials, Service, Signer};
    /// # use countersign::verify::{VerificationKey, Verifier};
    /// # use time::macros::datetime;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
    /// # let verifier = Verifier::new("us-east-1", Service::S3)?;
    /// # let (now, end) = (datetime!(2015-12-29 0:00 UTC), datetime!(2015-12-30 12:00 UTC));
    /// let policy = PostPolicy::new("sigv4examplebucket", end).equals("key", "me.png").content_length_range(1, 1_048_576);
    /// # let form = signer.sign_post(&policy, [], now)?;
    /// # let fields: Vec<(&str, &str)> = form.fields().collect();
    /// # let claim = SignedPost::parse(&fields)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    ///
    /// // Where the form arrives:
    /// let upload = Upload { bucket: "sigv4examplebucket", file_name: "me.png", file_length: 1_048_577 };
    /// let refused = claim.verify(&verifier, &key, &upload, now);
    /// assert!(matches!(refused, Err(PolicyError::FileTooLarge { max: 1_048_576, .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn content_length_range(mut self, min: u64, max: u64) -> Self {
        self.conditions
            .push(Condition::ContentLengthRange { min, max });
        self
    }

    /// When it ends.
    ///
    /// ```
    /// use countersign::post_policy::PostPolicy;
    /// use time::macros::datetime;
    ///
    /// let policy = PostPolicy::new("sigv4examplebucket", datetime!(2015-12-30 12:00 UTC));
    /// assert_eq!(policy.expiration(), datetime!(2015-12-30 12:00 UTC));
    /// ```
    pub fn expiration(&self) -> Timestamp {
        self.expiration
    }
}
