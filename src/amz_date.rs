//! Request timestamps: `OffsetDateTime` and `20150830T123600Z`.

use std::fmt;

use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

use crate::encode::ascii;

/// A request timestamp in the form of `X-Amz-Date`: ISO 8601 basic, UTC, whole seconds.
///
/// AWS: "Elements of an AWS API request signature", *Request date*.
///
/// ```
/// use countersign::AmzDate;
/// use time::macros::datetime;
///
/// let date = AmzDate::new(datetime!(2015-08-30 14:36:00.5 +2)).expect("a year of four digits");
/// assert_eq!(date.to_string(), "20150830T123600Z");
/// assert_eq!(date.day(), "20150830");
/// assert_eq!(AmzDate::parse("20150830T123600Z"), Some(date));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AmzDate([u8; 16]);

impl AmzDate {
    /// `now` in UTC, its fraction of a second dropped. `None` outside the years 0 to 9999, which
    /// four digits cannot say.
    ///
    /// ```
    /// use countersign::AmzDate;
    /// use time::macros::datetime;
    ///
    /// let date = AmzDate::new(datetime!(2015-08-30 12:36:00.999 UTC));
    /// assert_eq!(date, AmzDate::parse("20150830T123600Z"));
    /// assert_eq!(AmzDate::new(datetime!(-0001-01-01 0:00 UTC)), None);
    /// ```
    pub fn new(now: OffsetDateTime) -> Option<Self> {
        let now = now.checked_to_offset(UtcOffset::UTC)?;
        let (year, month, day) = now.to_calendar_date();
        let (hour, minute, second) = now.to_hms();
        let year = u16::try_from(year).ok()?;
        let [c, y] = [
            u8::try_from(year / 100).ok()?,
            u8::try_from(year % 100).ok()?,
        ];
        let [c, y, m, d] = [c, y, u8::from(month), day].map(two_digits);
        let [h, i, s] = [hour, minute, second].map(two_digits);
        (year <= 9999).then_some(Self([
            c[0], c[1], y[0], y[1], m[0], m[1], d[0], d[1], b'T', h[0], h[1], i[0], i[1], s[0],
            s[1], b'Z',
        ]))
    }

    /// Reads exactly `YYYYMMDDTHHMMSSZ`, a real point in time.
    ///
    /// ```
    /// use countersign::AmzDate;
    ///
    /// assert!(AmzDate::parse("20150830T123600Z").is_some());
    /// assert!(AmzDate::parse("2015-08-30T12:36:00Z").is_none());
    /// assert!(AmzDate::parse("20150230T123600Z").is_none()); // no such day
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        Self::of_bytes(text.as_bytes())
    }

    pub(crate) fn of_bytes(text: &[u8]) -> Option<Self> {
        let date = Self(text.try_into().ok()?);
        date.read().map(|_| date)
    }

    /// The point in time.
    ///
    /// ```
    /// use countersign::AmzDate;
    /// use time::macros::datetime;
    ///
    /// let date = AmzDate::parse("20150830T123600Z").expect("a request timestamp");
    /// assert_eq!(date.to_date_time(), datetime!(2015-08-30 12:36 UTC));
    /// ```
    pub fn to_date_time(&self) -> OffsetDateTime {
        // What was made or parsed can be read.
        self.read().unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    fn read(self) -> Option<OffsetDateTime> {
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
        ] = self.0
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
        Some(OffsetDateTime::new_utc(date, time))
    }

    /// The day, `YYYYMMDD`: the first part of a credential scope.
    ///
    /// ```
    /// use countersign::AmzDate;
    ///
    /// let date = AmzDate::parse("20150830T123600Z").expect("a request timestamp");
    /// assert_eq!(date.day(), "20150830");
    /// ```
    pub fn day(&self) -> &str {
        ascii(self.day_bytes())
    }

    pub(crate) fn day_bytes(&self) -> &[u8; 8] {
        self.0.first_chunk().unwrap_or(b"        ")
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The whole text.
    ///
    /// ```
    /// use countersign::AmzDate;
    /// use time::macros::datetime;
    ///
    /// let date = AmzDate::new(datetime!(2013-05-24 0:00 UTC)).expect("a year of four digits");
    /// assert_eq!(date.as_str(), "20130524T000000Z");
    /// ```
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

/// A time in seconds since 1970, to the millisecond: a `double` does not promise more.
#[cfg(any(feature = "sts", feature = "codeartifact"))]
pub(crate) fn from_epoch(seconds: f64) -> Option<OffsetDateTime> {
    // A value beyond an `i64` saturates, and is then beyond the years that a time can have.
    #[allow(clippy::cast_possible_truncation, reason = "saturates")]
    let milliseconds = (seconds * 1e3).round() as i64;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok()
}

/// A point in time as errors tell it: `2015-08-30T12:36:00Z`, in UTC, to the second.
pub(crate) fn instant(time: OffsetDateTime) -> String {
    let Some(utc) = time.checked_to_offset(UtcOffset::UTC) else {
        // Beyond the years that `time` knows, only its own zone can say it.
        return time.to_string();
    };
    let ((year, month, day), (h, m, s)) = (utc.to_calendar_date(), utc.to_hms());
    let sign = if year < 0 { "-" } else { "" };
    format!(
        "{sign}{:04}-{:02}-{day:02}T{h:02}:{m:02}:{s:02}Z",
        year.unsigned_abs(),
        u8::from(month)
    )
}

/// Reads exactly `2015-08-30T12:36:00`, in UTC.
#[cfg(any(feature = "legacy", feature = "post-policy"))]
pub(crate) fn read_instant(text: &str) -> Option<OffsetDateTime> {
    let date = AmzDate::parse(&format!("{}Z", text.replace(['-', ':'], "")))?.to_date_time();
    // The separators were where they are written.
    (instant(date).strip_suffix('Z')? == text).then_some(date)
}

fn two_digits(n: u8) -> [u8; 2] {
    [b'0' + n / 10, b'0' + n % 10]
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
    use time::macros::datetime;

    use super::*;

    #[test]
    fn bounds() {
        let text = |now| AmzDate::new(now).map(|date| date.to_string());
        assert_eq!(
            text(datetime!(0000-01-01 00:00:00 UTC)).as_deref(),
            Some("00000101T000000Z")
        );
        assert_eq!(
            text(datetime!(9999-12-31 23:59:59.999 UTC)).as_deref(),
            Some("99991231T235959Z")
        );
        assert_eq!(text(datetime!(-0001-12-31 23:59:59 UTC)), None);
        assert_eq!(text(datetime!(0000-01-01 00:00:00 +1)), None);
        assert_eq!(text(datetime!(9999-12-31 23:59:59 -1)), None);
        assert_eq!(
            text(datetime!(2015-08-30 00:30:00 +1)).as_deref(),
            Some("20150829T233000Z")
        );
    }

    #[test]
    fn reads_only_its_own_form() {
        for text in ["20150830T123600Z", "00000101T000000Z", "20240229T235959Z"] {
            assert_eq!(AmzDate::parse(text).unwrap().as_str(), text);
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
            assert_eq!(AmzDate::parse(text), None, "{text}");
        }
    }
}
