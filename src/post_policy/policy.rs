//! Policies, built from conditions.

use time::OffsetDateTime;

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
    pub(super) expiration: OffsetDateTime,
    pub(super) conditions: Vec<Condition>,
}

impl PostPolicy {
    /// For uploads to a bucket, until a time (in whole seconds; a fraction is dropped).
    pub fn new(bucket: impl Into<String>, expiration: OffsetDateTime) -> Self {
        let policy = Self {
            expiration,
            conditions: Vec::new(),
        };
        policy.equals("bucket", bucket)
    }

    /// A field has this value. It becomes a field of the form.
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
    #[must_use]
    pub fn starts_with(mut self, field: impl Into<String>, prefix: impl Into<String>) -> Self {
        self.conditions.push(Condition::StartsWith {
            field: field.into(),
            prefix: prefix.into(),
        });
        self
    }

    /// The file has so many bytes, both limits included.
    #[must_use]
    pub fn content_length_range(mut self, min: u64, max: u64) -> Self {
        self.conditions
            .push(Condition::ContentLengthRange { min, max });
        self
    }

    /// When it ends.
    pub fn expiration(&self) -> OffsetDateTime {
        self.expiration
    }
}
