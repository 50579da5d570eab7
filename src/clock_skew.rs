//! Clock skew: corrects a wrong local clock from the responses of servers.
//!
//! AWS refuses a request whose time is wrong by more than a few minutes, usually with
//! `RequestTimeTooSkewed` or `SignatureDoesNotMatch`. Every response has the server's time in its
//! `Date` header, and [`ClockSkew`] learns from it:
//!
//! 1. Sign each request at [`signing_time`](ClockSkew::signing_time).
//! 2. Pass the headers of every response to [`learn`](ClockSkew::learn), also of successful ones.
//! 3. If the response is an error, ask the [`Measurement`] whether a retry is
//!    [worthwhile](Measurement::is_worth_a_retry), and sign the request again.
//!
//! Do not correct the time of presigned URLs. Often another machine uses them, and the time decides
//! when they expire.
//!
//! ```
//! use countersign::clock_skew::ClockSkew;
//! use countersign::{Credentials, PayloadHash, Signer, Timestamp};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let signer = Signer::new(credentials, "us-east-1", "sqs")?;
//! let url = "https://sqs.us-east-1.amazonaws.com/";
//! let mut skew = ClockSkew::default();
//!
//! // The clock of this machine is one hour slow.
//! let sent: Timestamp = "2026-07-01T11:00:00Z".parse()?;
//! let mut request = http::Request::get(url).body(())?;
//! signer.sign(&mut request, PayloadHash::EMPTY, skew.signing_time(sent))?;
//!
//! // Send it; then:
//! # let response = http::Response::builder().status(403).header("date", "Wed, 01 Jul 2026 12:00:01 GMT").body(())?;
//! # let code = "SignatureDoesNotMatch";
//! let received = "2026-07-01T11:00:02Z".parse::<Timestamp>()?;
//! let measurement = skew.learn(response.headers(), sent, received);
//! if measurement.is_ok_and(|measurement| measurement.is_worth_a_retry(code)) {
//!     let now: Timestamp = "2026-07-01T11:00:03Z".parse()?;
//!     let mut retry = http::Request::get(url).body(())?;
//!     signer.sign(&mut retry, PayloadHash::EMPTY, skew.signing_time(now))?;
//!     assert_eq!(retry.headers()["x-amz-date"], "20260701T120003Z");
//! }
//! # assert_eq!(skew.as_millis(), 3_600_000);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::time::Duration;

use http::HeaderMap;
use http::header::{AGE, DATE};

use crate::primitives::http_date;
use crate::timestamp::Timestamp;

/// The longest round trip. After a longer one, it is unclear when the server wrote its `Date`.
const LONGEST_ROUND_TRIP: Duration = Duration::from_secs(15 * 60);
/// AWS accepts a skew of five minutes. If it is below four, the clock was not the reason.
const RETRY_ABOVE: Duration = Duration::from_secs(4 * 60);
/// The error codes for a request whose time is wrong.
const CODES: [&str; 5] = [
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
    "RequestTimeTooSkewed",
    "AccessDeniedException",
];

/// The difference between the server's clock and the local clock.
///
/// It is positive if the server's clock is ahead.
///
/// Keep one for each service endpoint, or one for all endpoints of AWS: the skew is that of the
/// local clock. The default is no skew.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::clock_skew::ClockSkew;
///
/// let skew = ClockSkew::from_millis(-300_000);
/// let now: Timestamp = "2026-07-01T12:00:00Z".parse()?;
/// assert_eq!(skew.signing_time(now).to_string(), "2026-07-01T11:55:00Z");
/// assert_eq!(ClockSkew::default().signing_time(now), now);
/// # Ok::<(), countersign::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockSkew {
    /// Two timestamps are less than 2^95 nanoseconds apart.
    nanoseconds: i128,
}

impl ClockSkew {
    /// Creates a skew, for example one that an earlier run of the program stored.
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self {
            nanoseconds: milliseconds as i128 * 1_000_000,
        }
    }

    /// Returns the skew in milliseconds, rounded towards zero.
    pub fn as_millis(self) -> i64 {
        let limit = if self.nanoseconds < 0 {
            i64::MIN
        } else {
            i64::MAX
        };
        i64::try_from(self.nanoseconds / 1_000_000).unwrap_or(limit)
    }

    /// Returns the time to sign a request with: the server's time at the local time `now`.
    ///
    /// Use it for signatures in headers only. A presigned URL is signed with `now` itself.
    pub fn signing_time(self, now: impl Into<Timestamp>) -> Timestamp {
        let now = now.into();
        if self.nanoseconds < 0 {
            now - self.magnitude()
        } else {
            now + self.magnitude()
        }
    }

    /// Measures the skew from a response, stores it, and returns the measurement.
    ///
    /// `sent` is the time at which the request was signed, and `received` the time at which the
    /// response headers arrived. Both are uncorrected times of the local clock. After an error, the
    /// stored skew is unchanged.
    ///
    /// The skew can be any size. Pass only responses that you trust: over plain HTTP, anyone on the
    /// network can write a `Date`, and so choose the time of the next signatures.
    ///
    /// # Errors
    /// - [`Unmeasurable::Cached`] if the response has an `Age` header
    /// - [`Unmeasurable::DateMissing`] if it has no `Date` header
    /// - [`Unmeasurable::DateUnreadable`] if `Date` is not an IMF-fixdate, or appears more than once
    /// - [`Unmeasurable::TooSlow`] if the round trip took more than 15 minutes
    ///
    /// ```
    /// use countersign::Timestamp;
    /// use countersign::clock_skew::{ClockSkew, Unmeasurable};
    ///
    /// let sent: Timestamp = "2026-07-01T12:00:00Z".parse()?;
    /// let received: Timestamp = "2026-07-01T12:00:02Z".parse()?;
    /// let response = http::Response::builder()
    ///     .header("date", "Wed, 01 Jul 2026 12:30:01 GMT")
    ///     .body(())?;
    /// let mut skew = ClockSkew::default();
    /// skew.learn(response.headers(), sent, received)?;
    /// assert_eq!(skew.as_millis(), 30 * 60 * 1000);
    ///
    /// // A response without a date changes nothing.
    /// let response = http::Response::new(());
    /// assert_eq!(
    ///     skew.learn(response.headers(), sent, received),
    ///     Err(Unmeasurable::DateMissing)
    /// );
    /// assert_eq!(skew.as_millis(), 30 * 60 * 1000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn learn(
        &mut self,
        headers: &HeaderMap,
        sent: impl Into<Timestamp>,
        received: impl Into<Timestamp>,
    ) -> Result<Measurement, Unmeasurable> {
        let measurement = measure(headers, sent.into(), received.into())?;
        *self = measurement.skew;
        Ok(measurement)
    }

    pub(crate) fn magnitude(self) -> Duration {
        let nanoseconds = self.nanoseconds.unsigned_abs();
        let seconds = u64::try_from(nanoseconds / 1_000_000_000).unwrap_or(u64::MAX);
        let rest = u64::try_from(nanoseconds % 1_000_000_000).unwrap_or_default();
        Duration::from_secs(seconds).saturating_add(Duration::from_nanos(rest))
    }
}

fn measure(
    headers: &HeaderMap,
    sent: Timestamp,
    received: Timestamp,
) -> Result<Measurement, Unmeasurable> {
    // The response comes from a cache, with the Date of an earlier response.
    if headers.contains_key(AGE) {
        return Err(Unmeasurable::Cached);
    }
    let mut dates = headers.get_all(DATE).iter();
    let date = dates.next().ok_or(Unmeasurable::DateMissing)?;
    let date = date.to_str().ok().filter(|_| dates.next().is_none());
    let date = date
        .and_then(imf_fixdate)
        .ok_or(Unmeasurable::DateUnreadable)?;
    // The round trip is negative if the clock was set back. It then counts as zero.
    let round_trip = received.saturating_duration_since(sent);
    if round_trip > LONGEST_ROUND_TRIP {
        return Err(Unmeasurable::TooSlow);
    }
    let nanoseconds = nanoseconds(date) - nanoseconds(sent + round_trip / 2);
    Ok(Measurement {
        skew: ClockSkew { nanoseconds },
    })
}

/// Parses `Sun, 06 Nov 1994 08:49:37 GMT`, but not the two obsolete forms of RFC 9110.
fn imf_fixdate(text: &str) -> Option<Timestamp> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let day = text.get(..3)?;
    (text.len() == 29 && text.ends_with(" GMT") && DAYS.contains(&day)).then_some(())?;
    http_date::read(text).map(Timestamp::from_unix_seconds)
}

fn nanoseconds(time: Timestamp) -> i128 {
    i128::from(time.unix_seconds()) * 1_000_000_000 + i128::from(time.subsec_nanos())
}

/// The clock skew of one response.
///
/// [`ClockSkew::learn`] returns it. Only the skew of the error response itself is a reason to retry:
/// skews of earlier responses were already corrected when the request was signed.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::clock_skew::ClockSkew;
///
/// let sent: Timestamp = "2026-07-01T12:00:00Z".parse()?;
/// let response = http::Response::builder()
///     .header("date", "Wed, 01 Jul 2026 12:05:00 GMT")
///     .body(())?;
/// let measurement =
///     ClockSkew::default().learn(response.headers(), sent, sent)?;
/// assert_eq!(measurement.skew().as_millis(), 300_000);
/// assert!(measurement.is_worth_a_retry("RequestTimeTooSkewed"));
/// assert!(!measurement.is_worth_a_retry("NoSuchBucket"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measurement {
    skew: ClockSkew,
}

impl Measurement {
    /// Returns the measured skew.
    pub fn skew(self) -> ClockSkew {
        self.skew
    }

    /// Whether the request may succeed if it is signed again, after an error with this code.
    ///
    /// This is the case if the clocks differ by more than 4 minutes and the code is one of
    /// `InvalidSignatureException`, `SignatureDoesNotMatch`, `AuthFailure`, `RequestTimeTooSkewed`
    /// and `AccessDeniedException`. The HTTP status does not matter. Limit the
    /// number of retries: a wrong secret has the same codes.
    pub fn is_worth_a_retry(self, error_code: &str) -> bool {
        self.skew.magnitude() > RETRY_ABOVE && CODES.contains(&error_code)
    }
}

/// Why the clock skew cannot be measured from a response.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::clock_skew::{ClockSkew, Unmeasurable};
///
/// // A response from a cache has an old `Date`.
/// let response = http::Response::builder()
///     .header("date", "Wed, 01 Jul 2026 12:00:01 GMT")
///     .header("age", "86400")
///     .body(())?;
/// let now: Timestamp = "2026-07-02T12:00:01Z".parse()?;
/// let unmeasurable = ClockSkew::default()
///     .learn(response.headers(), now, now)
///     .unwrap_err();
/// assert_eq!(unmeasurable, Unmeasurable::Cached);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Unmeasurable {
    /// The response has an `Age` header, so it comes from a cache.
    #[error("response has an `Age` header, so its `Date` may be old")]
    Cached,
    /// The response has no `Date` header.
    #[error("response has no `Date` header")]
    DateMissing,
    /// The `Date` header is not an IMF-fixdate, or appears more than once.
    #[error("`Date` header must appear once, in the form `Sun, 06 Nov 1994 08:49:37 GMT`")]
    DateUnreadable,
    /// The round trip took more than 15 minutes.
    #[error("round trip took more than 15 minutes")]
    TooSlow,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_imf_fixdate_is_read() {
        let read = imf_fixdate("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(read.to_string(), "1994-11-06T08:49:37Z");
        for text in [
            "",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 -0000",
            "Xyz, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:60 GMT ",
            "Sun, 31 Feb 1994 08:49:37 GMT",
        ] {
            assert_eq!(imf_fixdate(text), None, "{text}");
        }
    }

    #[test]
    fn two_dates_are_unreadable() {
        let mut headers = HeaderMap::new();
        headers.append(DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        let now = Timestamp::UNIX_EPOCH;
        assert!(ClockSkew::default().learn(&headers, now, now).is_ok());
        headers.append(DATE, "Sun, 06 Nov 1994 08:49:38 GMT".parse().unwrap());
        let mut skew = ClockSkew::from_millis(7);
        let ignored = skew.learn(&headers, now, now);
        assert_eq!(ignored, Err(Unmeasurable::DateUnreadable));
        assert_eq!(skew, ClockSkew::from_millis(7));
    }

    /// The round trip is halved: the server wrote its date in the middle of it.
    #[test]
    fn the_skew_is_measured_at_the_middle_of_the_round_trip() {
        let mut headers = HeaderMap::new();
        headers.append(DATE, "Sun, 06 Nov 1994 08:50:00 GMT".parse().unwrap());
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let skew = |sent: &str, received: &str| {
            let measured = ClockSkew::default().learn(&headers, at(sent), at(received));
            measured.map(|measured| measured.skew().as_millis())
        };
        let sent = "1994-11-06T08:49:37.250Z";
        assert_eq!(skew(sent, "1994-11-06T08:49:41.250Z"), Ok(20_750));
        let late = "1994-11-06T08:51:00.5Z";
        assert_eq!(skew(late, "1994-11-06T08:51:00.5Z"), Ok(-60_500));
        // Fifteen minutes are not too long.
        assert_eq!(skew(sent, "1994-11-06T09:04:37.250Z"), Ok(-427_250));
        let slow = skew(sent, "1994-11-06T09:04:37.251Z");
        assert_eq!(slow, Err(Unmeasurable::TooSlow));
    }

    #[test]
    fn a_skew_of_more_than_four_minutes_is_worth_a_retry() {
        for (milliseconds, expected) in [(240_000, false), (240_001, true), (-240_001, true)] {
            let skew = ClockSkew::from_millis(milliseconds);
            let measurement = Measurement { skew };
            let is_worth_it = measurement.is_worth_a_retry("SignatureDoesNotMatch");
            assert_eq!(is_worth_it, expected, "{milliseconds}");
        }
    }

    #[test]
    fn milliseconds_are_rounded_towards_zero_and_saturate() {
        for (nanoseconds, expected) in [
            (1_999_999, 1),
            (-1_999_999, -1),
            (i128::from(i64::MAX) * 2_000_000, i64::MAX),
            (i128::from(i64::MIN) * 2_000_000, i64::MIN),
        ] {
            assert_eq!(ClockSkew { nanoseconds }.as_millis(), expected);
        }
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let mut headers = HeaderMap::new();
        headers.append(DATE, "Fri, 31 Dec 9999 23:59:59 GMT".parse().unwrap());
        let (first, last) = (Timestamp::from_unix_seconds(i64::MIN), Timestamp::MAX);
        for time in [first, last] {
            let mut skew = ClockSkew::default();
            let measurement = skew.learn(&headers, time, time).unwrap();
            assert!(measurement.is_worth_a_retry("AuthFailure"));
            // A sum outside the range of timestamps saturates.
            let _ = (skew.signing_time(time), skew.as_millis());
        }
        let longest = ClockSkew::from_millis(i64::MAX);
        assert_eq!(longest.signing_time(last), last);
        let _ = ClockSkew::from_millis(i64::MIN).signing_time(first);
    }
}
