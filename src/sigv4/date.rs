//! The date of a request: `20150830T123600Z`.

use std::fmt;
use std::str::FromStr;

use time::{Date, Month, Time, UtcDateTime};

use crate::error::Error;
use crate::primitives::ascii::own_ascii;
use crate::primitives::http_date;
use crate::primitives::inline_text::first;
use crate::timestamp::Timestamp;

/// The date of a request as `X-Amz-Date` carries it: ISO 8601 basic, UTC, whole seconds.
///
/// `Display` and `FromStr` use exactly the form `YYYYMMDDTHHMMSSZ`.
///
/// AWS: "Elements of an AWS API request signature", *Request date*.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::sigv4::AmzDate;
///
/// let now: Timestamp = "2015-08-30T14:36:00.5+02:00".parse()?;
/// let date = AmzDate::new(now)?;
/// assert_eq!(date.to_string(), "20150830T123600Z");
/// assert_eq!(date.day(), "20150830");
/// assert_eq!("20150830T123600Z".parse(), Ok(date));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AmzDate {
    text: [u8; 16],
    seconds: i64,
}

impl AmzDate {
    /// Creates the date of a request signed at `now`; a fraction of a second is dropped.
    ///
    /// # Errors
    /// - [`Error::TimeOutOfRange`] if the time is outside the years 0 to 9999
    pub fn new(now: impl Into<Timestamp>) -> Result<Self, Error> {
        Self::at(now.into())
    }

    fn at(now: Timestamp) -> Result<Self, Error> {
        Self::of_calendar(now).ok_or(Error::TimeOutOfRange { now })
    }

    fn of_calendar(now: Timestamp) -> Option<Self> {
        let utc = now.to_utc()?;
        let (year, month, day) = utc.to_calendar_date();
        let (hour, minute, second) = utc.as_hms();
        let year = u16::try_from(year).ok().filter(|year| *year <= 9999)?;
        let [c, y] = [year / 100, year % 100].map(|two| u8::try_from(two).ok());
        let [c, y, m, d] = [c?, y?, u8::from(month), day].map(two_digits);
        let [h, i, s] = [hour, minute, second].map(two_digits);
        Some(Self {
            text: [
                c[0], c[1], y[0], y[1], m[0], m[1], d[0], d[1], b'T', h[0], h[1], i[0], i[1], s[0],
                s[1], b'Z',
            ],
            seconds: now.unix_seconds(),
        })
    }

    /// Reads exactly `YYYYMMDDTHHMMSSZ`, a date that exists.
    pub(crate) fn of_bytes(text: &[u8]) -> Option<Self> {
        let text: [u8; 16] = text.try_into().ok()?;
        let [
            c0,
            c1,
            y0,
            y1,
            m0,
            m1,
            d0,
            d1,
            b'T',
            h0,
            h1,
            i0,
            i1,
            s0,
            s1,
            b'Z',
        ] = text
        else {
            return None;
        };
        let number = |a: u8, b: u8| {
            (a.is_ascii_digit() && b.is_ascii_digit()).then(|| (a - b'0') * 10 + (b - b'0'))
        };
        let year = i32::from(number(c0, c1)?) * 100 + i32::from(number(y0, y1)?);
        let month = Month::try_from(number(m0, m1)?).ok()?;
        let date = Date::from_calendar_date(year, month, number(d0, d1)?).ok()?;
        let time = Time::from_hms(number(h0, h1)?, number(i0, i1)?, number(s0, s1)?).ok()?;
        let seconds = UtcDateTime::new(date, time).unix_timestamp();
        Some(Self { text, seconds })
    }

    /// Reads the date of HTTP, `Sun, 30 Aug 2015 12:36:00 GMT`.
    pub(crate) fn from_http(text: &str) -> Option<Self> {
        let seconds = http_date::read(text)?;
        Self::at(Timestamp::from_unix_seconds(seconds)).ok()
    }

    /// Returns the point in time, in whole seconds.
    pub fn timestamp(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.seconds)
    }

    /// Returns the day, `YYYYMMDD`: the first part of a credential scope.
    pub fn day(&self) -> &str {
        own_ascii(self.day_bytes())
    }

    pub(crate) fn day_bytes(&self) -> &[u8; 8] {
        first(&self.text)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.text
    }

    /// Returns the date as text, `YYYYMMDDTHHMMSSZ`.
    pub fn as_str(&self) -> &str {
        own_ascii(&self.text)
    }
}

/// Reads seconds since 1970 to the millisecond, the precision that a `double` guarantees.
#[cfg(feature = "_json")]
pub(crate) fn from_epoch(seconds: f64) -> Option<Timestamp> {
    // A value out of the range of `i64` saturates, and is then out of the range of years.
    #[allow(clippy::cast_possible_truncation, reason = "saturates")]
    let milliseconds = (seconds * 1e3).round() as i64;
    Some(Timestamp::from_unix_millis(milliseconds)).filter(|time| AmzDate::new(*time).is_ok())
}

/// Reads exactly `2015-08-30T12:36:00`, in UTC.
#[cfg(any(feature = "legacy", feature = "post-policy"))]
pub(crate) fn read_instant(text: &str) -> Option<Timestamp> {
    let basic = format!("{}Z", text.replace(['-', ':'], ""));
    let time = AmzDate::of_bytes(basic.as_bytes())?.timestamp();
    // The separators are in the right places too.
    (time.to_string().strip_suffix('Z')? == text).then_some(time)
}

fn two_digits(n: u8) -> [u8; 2] {
    [b'0' + n / 10, b'0' + n % 10]
}

impl FromStr for AmzDate {
    type Err = Error;

    /// # Errors
    /// - [`Error::InvalidDate`] unless the text is `YYYYMMDDTHHMMSSZ` and the date exists
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::of_bytes(text.as_bytes()).ok_or_else(|| Error::InvalidDate {
            text: text.to_owned(),
        })
    }
}

impl From<AmzDate> for Timestamp {
    fn from(date: AmzDate) -> Self {
        date.timestamp()
    }
}

impl fmt::Display for AmzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AmzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_a_year_of_four_digits() {
        let text =
            |now: &str| AmzDate::new(now.parse::<Timestamp>().unwrap()).map(|d| d.to_string());
        let out = |seconds| AmzDate::new(Timestamp::from_unix_seconds(seconds)).is_err();
        assert_eq!(
            text("0000-01-01T00:00:00Z").as_deref(),
            Ok("00000101T000000Z")
        );
        assert_eq!(
            text("9999-12-31T23:59:59.999Z").as_deref(),
            Ok("99991231T235959Z")
        );
        assert_eq!(
            text("2015-08-30T00:30:00+01:00").as_deref(),
            Ok("20150829T233000Z")
        );
        // One second before the year 0, one second after the year 9999.
        assert!(out(-62_167_219_201));
        assert!(out(253_402_300_800));
        assert!(out(i64::MIN) && out(i64::MAX));
    }

    #[test]
    fn a_date_is_read_in_its_own_form_only() {
        for text in ["20150830T123600Z", "00000101T000000Z", "20240229T235959Z"] {
            assert_eq!(text.parse::<AmzDate>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "20150830",
            "20150830T123600",
            "20150830t123600Z",
            "20150830T123600z",
            "20150230T000000Z",
            "20150830T240000Z",
            "20150830T126000Z",
            "20150830T123660Z",
            "2015083+T123600Z",
            "20150830T1236000Z",
            "20151330T123600Z",
            "2015 830T123600Z",
        ] {
            assert!(text.parse::<AmzDate>().is_err(), "{text}");
        }
    }
}
