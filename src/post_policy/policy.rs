//! Policies, built from conditions.

use super::condition::Condition;
use crate::timestamp::Timestamp;

/// What may be uploaded, and until when.
///
/// A condition must cover every field of the form, except those that signing adds, `file`, and
/// fields whose name begins with `x-ignore-`. Field names are case-insensitive.
///
/// Amazon S3 API Reference, "POST policy".
///
/// ```
/// use countersign::Timestamp;
/// use countersign::post_policy::PostPolicy;
///
/// let expiration: Timestamp = "2015-12-30T12:00:00Z".parse()?;
/// let policy = PostPolicy::new("bucket", expiration)
///     .require_prefix("key", "user/eric/")
///     .require_eq("success_action_status", "201")
///     .content_length_range(1, 1_048_576);
/// assert_eq!(policy.expiration(), expiration);
/// # Ok::<(), countersign::ParseTimestampError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct PostPolicy {
    pub(super) expiration: Timestamp,
    pub(super) conditions: Vec<Condition>,
}

impl PostPolicy {
    /// Creates a policy for uploads to a bucket.
    ///
    /// The policy says its expiration in whole seconds: a fraction is dropped.
    pub fn new(bucket: impl Into<String>, expiration: impl Into<Timestamp>) -> Self {
        let policy = Self {
            expiration: expiration.into(),
            conditions: Vec::new(),
        };
        policy.require_eq("bucket", bucket)
    }

    /// Requires that a field has this value. [`PostForm`](super::PostForm) contains the field.
    pub fn require_eq(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.conditions.push(Condition::Equals {
            field: field.into(),
            value: value.into(),
        });
        self
    }

    /// Requires that a field begins with a prefix.
    ///
    /// With an empty prefix the field may have any value, but it must be present. In a
    /// `Content-Type` of several types, separated by commas, every type must begin with the prefix.
    pub fn require_prefix(mut self, field: impl Into<String>, prefix: impl Into<String>) -> Self {
        self.conditions.push(Condition::StartsWith {
            field: field.into(),
            prefix: prefix.into(),
        });
        self
    }

    /// Limits the length of the file, in bytes. Both limits are inclusive.
    pub fn content_length_range(mut self, min: u64, max: u64) -> Self {
        self.conditions
            .push(Condition::ContentLengthRange { min, max });
        self
    }

    /// The time at which the policy expires.
    pub fn expiration(&self) -> Timestamp {
        self.expiration
    }
}
