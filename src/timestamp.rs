//! Points in time, as every public function takes and returns them.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcDateTime};

/// A point in time: seconds and nanoseconds since 1970-01-01T00:00:00 UTC.
///
/// Every function that depends on the time takes it as an argument: `now: impl Into<Timestamp>`. Only
/// the layers of the feature `tower` read a clock. A [`SystemTime`] converts as it is, and the types of the
/// crate `time` do with the feature `time-03`.
///
/// `Display` writes [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) in UTC, and `FromStr` reads
/// it. A fraction of a second is written only if there is one.
///
/// ```
/// use countersign::Timestamp;
/// use std::time::{Duration, SystemTime};
///
/// let now = Timestamp::from(SystemTime::now());
/// assert!(now > Timestamp::from_unix_seconds(1_440_938_160));
///
/// let time: Timestamp = "2015-08-30T14:36:00+02:00".parse()?;
/// assert_eq!(time.unix_seconds(), 1_440_938_160);
/// assert_eq!(
///     (time + Duration::from_millis(500)).to_string(),
///     "2015-08-30T12:36:00.5Z"
/// );
/// # Ok::<(), countersign::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

const NANOSECONDS: u32 = 1_000_000_000;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self::from_unix_seconds(0);
    pub(crate) const MAX: Self = Self {
        seconds: i64::MAX,
        nanoseconds: NANOSECONDS - 1,
    };

    /// Creates the point in time that is so many seconds after 1970-01-01T00:00:00 UTC.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self {
            seconds,
            nanoseconds: 0,
        }
    }

    /// Creates the point in time that is so many milliseconds after 1970-01-01T00:00:00 UTC.
    #[allow(clippy::cast_possible_truncation, reason = "under 1,000,000,000")]
    #[allow(
        clippy::cast_sign_loss,
        reason = "a remainder of Euclid is not negative"
    )]
    pub const fn from_unix_millis(milliseconds: i64) -> Self {
        Self {
            seconds: milliseconds.div_euclid(1000),
            nanoseconds: milliseconds.rem_euclid(1000) as u32 * 1_000_000,
        }
    }

    /// The whole seconds since 1970-01-01T00:00:00 UTC, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// The whole milliseconds since 1970-01-01T00:00:00 UTC, rounded down. Times that an `i64`
    /// cannot express are the nearest one that it can.
    pub const fn unix_millis(self) -> i64 {
        let milliseconds = self.nanoseconds / 1_000_000;
        self.seconds
            .saturating_mul(1000)
            .saturating_add(milliseconds as i64)
    }

    /// The nanoseconds since the last whole second: 0 to 999,999,999.
    pub const fn subsec_nanos(self) -> u32 {
        self.nanoseconds
    }

    /// The time from `earlier` to this; zero if `earlier` is later.
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        if self <= earlier {
            return Duration::ZERO;
        }
        let whole = self.seconds.abs_diff(earlier.seconds);
        let (seconds, nanoseconds) = match self.nanoseconds.checked_sub(earlier.nanoseconds) {
            Some(nanoseconds) => (whole, nanoseconds),
            // The later time is at least a second on: `whole` is not zero.
            None => (
                whole.saturating_sub(1),
                self.nanoseconds + NANOSECONDS - earlier.nanoseconds,
            ),
        };
        Duration::new(seconds, nanoseconds)
    }

    /// The calendar's view; `None` outside of the years that `time` knows.
    pub(crate) fn to_utc(self) -> Option<UtcDateTime> {
        UtcDateTime::from_unix_timestamp(self.seconds).ok()
    }

    pub(crate) fn from_date_time(time: OffsetDateTime) -> Self {
        Self {
            seconds: time.unix_timestamp(),
            nanoseconds: time.nanosecond(),
        }
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Self::UNIX_EPOCH + since,
            Err(before) => Self::UNIX_EPOCH - before.duration(),
        }
    }
}

/// A time that the platform's clock cannot express becomes 1970-01-01T00:00:00 UTC.
impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        let whole = Duration::from_secs(time.seconds.unsigned_abs());
        let nanoseconds = Duration::from_nanos(time.nanoseconds.into());
        let seconds = if time.seconds < 0 {
            UNIX_EPOCH.checked_sub(whole)
        } else {
            UNIX_EPOCH.checked_add(whole)
        };
        seconds
            .and_then(|seconds| seconds.checked_add(nanoseconds))
            .unwrap_or(UNIX_EPOCH)
    }
}

#[cfg(feature = "time-03")]
impl From<OffsetDateTime> for Timestamp {
    fn from(time: OffsetDateTime) -> Self {
        Self::from_date_time(time)
    }
}

#[cfg(feature = "time-03")]
impl From<UtcDateTime> for Timestamp {
    fn from(time: UtcDateTime) -> Self {
        Self::from_date_time(time.into())
    }
}

#[cfg(feature = "time-03")]
impl TryFrom<Timestamp> for OffsetDateTime {
    type Error = time::error::ComponentRange;

    fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
        Self::from_unix_timestamp(time.seconds)?.replace_nanosecond(time.nanoseconds)
    }
}

/// The result is the latest time that can be expressed if the sum is later.
impl Add<Duration> for Timestamp {
    type Output = Self;

    #[expect(
        clippy::suspicious_arithmetic_impl,
        reason = "nanoseconds carry into seconds"
    )]
    fn add(self, duration: Duration) -> Self {
        let nanoseconds = self.nanoseconds + duration.subsec_nanos();
        let sum = i64::try_from(duration.as_secs())
            .ok()
            .and_then(|seconds| self.seconds.checked_add(seconds))
            .and_then(|seconds| seconds.checked_add((nanoseconds / NANOSECONDS).into()));
        sum.map_or(Self::MAX, |seconds| Self {
            seconds,
            nanoseconds: nanoseconds % NANOSECONDS,
        })
    }
}

/// The result is the earliest time that can be expressed if the difference is earlier.
impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let nanoseconds = self.nanoseconds + NANOSECONDS - duration.subsec_nanos();
        let borrowed = i64::from(nanoseconds < NANOSECONDS);
        let difference = i64::try_from(duration.as_secs())
            .ok()
            .and_then(|seconds| self.seconds.checked_sub(seconds))
            .and_then(|seconds| seconds.checked_sub(borrowed));
        difference.map_or(Self::from_unix_seconds(i64::MIN), |seconds| Self {
            seconds,
            nanoseconds: nanoseconds % NANOSECONDS,
        })
    }
}

/// A text is not a date and time of RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed timestamp, expected RFC 3339 as in 2026-01-02T03:04:05Z")]
pub struct ParseTimestampError(());

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Reads a date and time of RFC 3339, with any offset: `2026-01-02T03:04:05Z`.
    ///
    /// # Errors
    /// - [`ParseTimestampError`] if the text has another form or the date does not exist
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        OffsetDateTime::parse(text, &Rfc3339)
            .map(Self::from_date_time)
            .map_err(|_| ParseTimestampError(()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(utc) = self.to_utc() else {
            return write!(f, "{} seconds since the Unix epoch", self.seconds);
        };
        let ((year, month, day), (h, m, s)) = (utc.to_calendar_date(), utc.as_hms());
        let month = u8::from(month);
        let sign = if year < 0 { "-" } else { "" };
        let year = year.unsigned_abs();
        write!(
            f,
            "{sign}{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}"
        )?;
        if self.nanoseconds != 0 {
            let fraction = format!("{:09}", self.nanoseconds);
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_timestamp_is_read_and_written_as_in_rfc_3339() {
        for text in [
            "0000-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999999Z",
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59.25Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(at(text).to_string(), text);
        }
        assert_eq!(at("2026-01-02T05:04:05+02:00"), at("2026-01-02T03:04:05Z"));
        for text in [
            "",
            "2026-01-02",
            "2026-02-30T00:00:00Z",
            "2026-01-02T03:04:05",
            "Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn seconds_are_counted_from_the_unix_epoch() {
        let time = at("1969-12-31T23:59:59.25Z");
        assert_eq!(
            (time.unix_seconds(), time.subsec_nanos()),
            (-1, 250_000_000)
        );
        assert_eq!(time.unix_millis(), -750);
        assert_eq!(Timestamp::from_unix_millis(-750), time);
        assert_eq!(Timestamp::from_unix_millis(1_500).unix_millis(), 1_500);
    }

    #[test]
    fn system_time_converts_both_ways() {
        for text in [
            "1905-03-04T05:06:07.5Z",
            "1970-01-01T00:00:00Z",
            "2026-01-02T03:04:05.25Z",
        ] {
            let time = at(text);
            assert_eq!(Timestamp::from(SystemTime::from(time)), time, "{text}");
        }
    }

    #[test]
    fn sums_and_differences_saturate() {
        let (first, last) = (Timestamp::from_unix_seconds(i64::MIN), Timestamp::MAX);
        assert_eq!(last + Duration::from_nanos(1), last);
        assert_eq!(first + Duration::MAX, last);
        assert_eq!(first - Duration::from_nanos(1), first);
        assert_eq!(last - Duration::MAX, first);
        let time = at("2026-01-02T03:04:05.75Z");
        assert_eq!(
            time + Duration::from_millis(500),
            at("2026-01-02T03:04:06.25Z")
        );
        assert_eq!(
            time - Duration::from_millis(1_000),
            at("2026-01-02T03:04:04.75Z")
        );
        assert_eq!(
            time - Duration::from_millis(800),
            at("2026-01-02T03:04:04.95Z")
        );
    }

    #[test]
    fn durations_between_are_never_negative() {
        let (a, b) = (at("2026-01-02T03:04:05.75Z"), at("2026-01-02T03:04:07.25Z"));
        assert_eq!(b.saturating_duration_since(a), Duration::from_millis(1_500));
        assert_eq!(a.saturating_duration_since(b), Duration::ZERO);
        let half = at("2026-01-02T03:04:05.25Z");
        assert_eq!(
            a.saturating_duration_since(half),
            Duration::from_millis(500)
        );
        let whole = at("2026-01-02T03:04:06.75Z");
        assert_eq!(whole.saturating_duration_since(a), Duration::from_secs(1));
        let (first, last) = (Timestamp::from_unix_seconds(i64::MIN), Timestamp::MAX);
        assert_eq!(
            last.saturating_duration_since(first),
            Duration::new(u64::MAX, NANOSECONDS - 1)
        );
    }

    #[test]
    fn times_beyond_the_calendar_are_written_in_seconds() {
        assert_eq!(
            Timestamp::from_unix_seconds(i64::MAX).to_string(),
            "9223372036854775807 seconds since the Unix epoch"
        );
    }
}
