//! When to fetch new credentials.

use std::time::Duration;

use crate::timestamp::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);

/// When to fetch new credentials, and how soon to try again after a failure.
///
/// | time left | urgency |
/// |---|---|
/// | more than 5 minutes, or no expiration | [`None`](RefreshUrgency::None) |
/// | 5 minutes or less, less the jitter | [`Advisory`](RefreshUrgency::Advisory) |
/// | 1 minute or less | [`Mandatory`](RefreshUrgency::Mandatory) |
/// | nothing | [`Expired`](RefreshUrgency::Expired) |
///
/// ```
/// use countersign::Timestamp;
/// use countersign::sources::{RefreshPolicy, RefreshUrgency};
/// use std::time::Duration;
///
/// // A random time of up to a minute, so that many processes do not
/// // refresh at once.
/// let policy = RefreshPolicy::default().with_jitter(Duration::from_secs(20));
/// let now = Timestamp::from_unix_seconds(1_893_553_445);
/// let left = |seconds| {
///     let expiration = now + Duration::from_secs(seconds);
///     policy.urgency(Some(expiration), now)
/// };
/// assert_eq!(left(281), RefreshUrgency::None);
/// assert_eq!(left(280), RefreshUrgency::Advisory);
/// assert_eq!(left(60), RefreshUrgency::Mandatory);
/// assert_eq!(left(0), RefreshUrgency::Expired);
/// assert_eq!(policy.urgency(None, now), RefreshUrgency::None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RefreshPolicy {
    advisory: Duration,
    mandatory: Duration,
    pub(super) retry: Duration,
    pub(super) stalled: Duration,
    jitter: Duration,
}

/// How urgently new credentials are needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum RefreshUrgency {
    /// Not yet.
    None,
    /// Soon: one caller refreshes, and a failure does not matter.
    Advisory,
    /// Now: the caller that refreshes should wait for the new credentials.
    Mandatory,
    /// Too late: the credentials expired.
    Expired,
}

impl Default for RefreshPolicy {
    /// Advisory at 5 minutes, mandatory at 1 minute, 30 seconds between tries, no jitter.
    fn default() -> Self {
        Self {
            advisory: 5 * MINUTE,
            mandatory: MINUTE,
            retry: Duration::from_secs(30),
            stalled: MINUTE,
            jitter: Duration::ZERO,
        }
    }
}

impl RefreshPolicy {
    /// Sets a random time, of which at most a minute is taken from the advisory time.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Duration) -> Self {
        self.jitter = jitter.min(MINUTE);
        self
    }

    /// Sets how long before the expiration a refresh is advisory.
    ///
    /// Choose less than the lifetime of the values: one minute for a session of S3 Express, which
    /// lives for five.
    #[must_use]
    pub fn with_advisory(mut self, advisory: Duration) -> Self {
        self.advisory = advisory;
        self
    }

    /// Sets how long before the expiration a refresh is mandatory.
    #[must_use]
    pub fn with_mandatory(mut self, mandatory: Duration) -> Self {
        self.mandatory = mandatory;
        self
    }

    /// Sets the shortest time between two tries: after a failure, and after a success if the new
    /// value is due for a refresh at once.
    #[must_use]
    pub fn with_retry(mut self, retry: Duration) -> Self {
        self.retry = retry;
        self
    }

    /// Sets after which time a refresh that has not ended counts as failed.
    #[must_use]
    pub fn with_stalled(mut self, stalled: Duration) -> Self {
        self.stalled = stalled;
        self
    }

    /// Returns how urgently new credentials are needed.
    pub fn urgency(
        &self,
        expiration: Option<Timestamp>,
        now: impl Into<Timestamp>,
    ) -> RefreshUrgency {
        let Some(expiration) = expiration else {
            return RefreshUrgency::None;
        };
        let left = expiration.saturating_duration_since(now.into());
        if left.is_zero() {
            RefreshUrgency::Expired
        } else if left <= self.mandatory {
            RefreshUrgency::Mandatory
        } else if left <= self.advisory.saturating_sub(self.jitter) {
            RefreshUrgency::Advisory
        } else {
            RefreshUrgency::None
        }
    }
}
