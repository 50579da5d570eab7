//! The dates of HTTP (RFC 9110, 5.6.7), as Unix seconds.

use time::{Date, Month, OffsetDateTime, Time};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads `Sun, 30 Aug 2015 12:36:00 GMT`, the form of HTTP today. The weekday is not checked.
///
/// `+0000` and `-0000`, which older signers write, mean the same as `GMT`.
pub(crate) fn read(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let mut next = || parts.next();
    let (day, month, year, time, zone) = (next()?, next()?, next()?, next()?, next()?);
    let utc = matches!(zone, "GMT" | "UTC" | "+0000" | "-0000");
    if parts.next().is_some() || !utc || day.len() != 2 {
        return None;
    }
    unix_seconds(day, month, year, time)
}

/// Reads what old clients write: the weekday may be missing, the day may have one digit, and the
/// zone may be an offset such as `-0700`.
#[cfg(feature = "legacy")]
pub(crate) fn read_lenient(text: &str) -> Option<i64> {
    let text = text.split_once(", ").map_or(text, |(_, rest)| rest);
    let mut parts = text.split(' ').filter(|part| !part.is_empty());
    let mut next = || parts.next();
    let (day, month, year, time, zone) = (next()?, next()?, next()?, next()?, next()?);
    if parts.next().is_some() {
        return None;
    }
    let seconds = unix_seconds(day, month, year, time)?;
    if matches!(zone, "GMT" | "UTC") {
        return Some(seconds);
    }
    let (sign, offset) = zone.split_at_checked(1)?;
    let (hours, minutes) = offset.split_at_checked(2)?;
    if minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let offset = i64::from(hours) * 3600 + i64::from(minutes) * 60;
    match sign {
        "+" => Some(seconds - offset),
        "-" => Some(seconds + offset),
        _ => None,
    }
}

/// Writes `Sun, 30 Aug 2015 12:36:00 GMT`. Returns `None` outside the years 0 to 9999.
#[cfg(feature = "legacy")]
pub(crate) fn write(unix_seconds: i64) -> Option<String> {
    let time = OffsetDateTime::from_unix_timestamp(unix_seconds).ok()?;
    let ((year, month, day), (hour, minute, second)) = (time.to_calendar_date(), time.to_hms());
    if !(0..=9999).contains(&year) {
        return None;
    }
    let weekday = time.weekday().to_string();
    let (weekday, month) = (
        weekday.get(..3)?,
        MONTHS.get(usize::from(u8::from(month)) - 1)?,
    );
    Some(format!(
        "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT"
    ))
}

fn unix_seconds(day: &str, month: &str, year: &str, time: &str) -> Option<i64> {
    if year.len() != 4 || time.len() != 8 || !(1..=2).contains(&day.len()) {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let year = i32::from(number(year.get(..2)?)?) * 100 + i32::from(number(year.get(2..)?)?);
    let date = Date::from_calendar_date(year, month, number(day)?).ok()?;
    let mut clock = time.split(':');
    let mut next = || clock.next().filter(|part| part.len() == 2).and_then(number);
    let time = Time::from_hms(next()?, next()?, next()?).ok()?;
    Some(OffsetDateTime::new_utc(date, time).unix_timestamp())
}

fn number(digits: &str) -> Option<u8> {
    let sound = digits.bytes().all(|b| b.is_ascii_digit());
    if sound { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUGUST: i64 = 1_440_938_160;

    #[test]
    fn the_preferred_form_of_http_is_read() {
        for text in [
            "Sun, 30 Aug 2015 12:36:00 GMT",
            "Sun, 30 Aug 2015 12:36:00 -0000",
            "Sun, 30 Aug 2015 12:36:00 +0000",
        ] {
            assert_eq!(read(text), Some(AUGUST), "{text}");
        }
        for text in [
            "",
            "Sun, 30 Aug 2015 12:36:00",
            "Sun, 30 Aug 2015 12:36:00 CET",
            "Sun, 30 Aug 2015 12:36:00 GMT x",
            "Sun, 3 Aug 2015 12:36:00 GMT",
            "Sun, 31 Feb 2015 12:36:00 GMT",
            "Sun, 30 Aug 15 12:36:00 GMT",
            "Sun, 30 Aug 20150830T123600Z 12:36:00 GMT",
            "Sun, 30 Aug 2015 24:36:00 GMT",
            "Sunday, 30-Aug-15 12:36:00 GMT",
            "Sun, é0 Aug 2015 12:36:00 GMT",
            "Sun, 30 Aug 2015 12:3:600 GMT",
            "Sun, 30 Aug 2015 12+36+00 GMT",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    #[cfg(feature = "legacy")]
    fn zones_and_days_of_old_clients_are_read() {
        const MARCH: i64 = 1_175_024_202;
        assert_eq!(
            write(MARCH).as_deref(),
            Some("Tue, 27 Mar 2007 19:36:42 GMT")
        );
        for text in [
            "Tue, 27 Mar 2007 19:36:42 GMT",
            "Tue, 27 Mar 2007 19:36:42 +0000",
            "27 Mar 2007 19:36:42 UTC",
            "Tue, 27 Mar 2007 12:36:42 -0700",
        ] {
            assert_eq!(read_lenient(text), Some(MARCH), "{text}");
        }
        assert_eq!(
            read_lenient("Sun, 1 Apr 2007 00:00:00 GMT"),
            Some(1_175_385_600)
        );
        for text in [
            "",
            "Tue, 27 Mar 2007 19:36:42",
            "Tue, 27 Mar 2007 19:36:42 GMT x",
            "Tue, 27 Mar 07 19:36:42 GMT",
            "Thu, 130 Oct 201 12:00:00 GMT",
            "Tue, 27 mar 2007 19:36:42 GMT",
            "Tue, 32 Mar 2007 19:36:42 GMT",
            "Tue, 27 Mar 2007 19:36:42 +00",
            "Tue, 27 Mar 2007 19:36:42 -2400",
            "Tue, 27 Mar 2007 19:36:42 -00:00",
            "Tue, 27 Mar 2007 19:36:42 +00é0",
            "Tuesday, 27-Mar-07 19:36:42 GMT",
        ] {
            assert_eq!(read_lenient(text), None, "{text}");
        }
        // One second before the year 0, and one after the year 9999.
        assert_eq!(write(-62_167_219_201), None);
        assert_eq!(write(253_402_300_800), None);
    }

    #[test]
    #[cfg(feature = "legacy")]
    fn every_month_is_written_and_read() {
        let dates = "Thu, 01 Jan 2015 Sun, 01 Feb 2015 Sun, 01 Mar 2015 Wed, 01 Apr 2015 \
            Fri, 01 May 2015 Mon, 01 Jun 2015 Wed, 01 Jul 2015 Sat, 01 Aug 2015 \
            Tue, 01 Sep 2015 Thu, 01 Oct 2015 Sun, 01 Nov 2015 Tue, 01 Dec 2015";
        let words: Vec<&str> = dates.split(' ').collect();
        for words in words.chunks(4) {
            let text = format!("{} 00:00:00 GMT", words.join(" "));
            let seconds = read(&text).unwrap();
            assert_eq!(write(seconds).as_deref(), Some(text.as_str()));
        }
    }
}
