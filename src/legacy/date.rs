//! The formats of times in these schemes.

use std::time::Duration;

use crate::primitives::http_date;
use crate::sigv4::date::{AmzDate, read_instant};
use crate::timestamp::Timestamp;

/// `2011-10-03T15:19:30Z`; `None` outside the years 0 to 9999.
pub(super) fn timestamp(now: Timestamp) -> Option<String> {
    AmzDate::new(now)
        .ok()
        .map(|date| date.timestamp().to_string())
}

/// Reads `2011-10-03T15:19:30`, with or without a fraction of a second, which is dropped.
///
/// The time is in UTC (`Z` or no suffix), or at an offset (`-07:00`). XML Schema, `dateTime`.
pub(super) fn read_timestamp(text: &str) -> Option<Timestamp> {
    let (time, rest) = text.split_at_checked("0000-00-00T00:00:00".len())?;
    let time = read_instant(time)?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (rest.len() < fraction.len()).then_some(rest)?
        }
        None => rest,
    };
    match rest {
        "" | "Z" => Some(time),
        _ => {
            let (hours, minutes) = rest.split_once(':')?;
            at_offset(time, hours, minutes)
        }
    }
}

/// `Tue, 27 Mar 2007 19:36:42 GMT`, the date of HTTP (RFC 9110, 5.6.7); `None` outside the years 0
/// to 9999.
pub(super) fn http_date(now: Timestamp) -> Option<String> {
    http_date::write(now.unix_seconds())
}

/// Reads the date of HTTP, or `20070327T193642Z`, which `x-amz-date` may have.
///
/// Old clients write `+0000` for `GMT`. The weekday may be wrong or missing.
pub(super) fn read_http_date(text: &str) -> Option<Timestamp> {
    http_date::read_lenient(text)
        .map(Timestamp::from_unix_seconds)
        .or_else(|| Some(AmzDate::of_bytes(text.as_bytes())?.timestamp()))
}

fn at_offset(time: Timestamp, hours: &str, minutes: &str) -> Option<Timestamp> {
    let number = |digits: &str, most: u64| -> Option<u64> {
        let sound = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        let number = if sound { digits.parse().ok() } else { None };
        number.filter(|number| *number <= most)
    };
    let (sign, hours) = hours.split_at_checked(1)?;
    let seconds = number(hours, 23)? * 3600 + number(minutes, 59)? * 60;
    let offset = Duration::from_secs(seconds);
    match sign {
        "+" => Some(time - offset),
        "-" => Some(time + offset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    /// RFC 9110, 5.6.7: the names of the months, as they are written and as they are read.
    #[test]
    fn each_month_is_written_and_read_by_its_name() {
        let dates = "Thu, 01 Jan 2015 Sun, 01 Feb 2015 Sun, 01 Mar 2015 Wed, 01 Apr 2015 \
            Fri, 01 May 2015 Mon, 01 Jun 2015 Wed, 01 Jul 2015 Sat, 01 Aug 2015 \
            Tue, 01 Sep 2015 Thu, 01 Oct 2015 Sun, 01 Nov 2015 Tue, 01 Dec 2015";
        let words: Vec<&str> = dates.split(' ').collect();
        for (month, words) in (1..=12).zip(words.chunks(4)) {
            let text = format!("{} 00:00:00 GMT", words.join(" "));
            let january = datetime!(2015-01-01 00:00 UTC);
            let date = january.replace_month(time::Month::try_from(month).unwrap());
            let date = date.unwrap();
            assert_eq!(http_date(date.into()).unwrap(), text);
            assert_eq!(read_http_date(&text), Some(date.into()));
        }
    }

    #[test]
    fn the_largest_offset_is_23_hours_59_minutes() {
        let time = Some(datetime!(2011-10-03 15:19:30 UTC));
        assert_eq!(
            read_timestamp("2011-10-04T15:18:30+23:59"),
            time.map(Into::into)
        );
        assert_eq!(
            read_timestamp("2011-10-02T15:20:30-23:59"),
            time.map(Into::into)
        );
    }

    #[test]
    fn a_timestamp_is_written_in_utc_and_read_with_any_offset() {
        let now = datetime!(2011-10-03 15:19:30.9 UTC);
        let whole = datetime!(2011-10-03 15:19:30 UTC);
        assert_eq!(timestamp(now.into()).unwrap(), "2011-10-03T15:19:30Z");
        assert_eq!(
            timestamp(datetime!(2011-10-03 08:19:30 -7).into()).unwrap(),
            "2011-10-03T15:19:30Z"
        );
        for text in [
            "2011-10-03T15:19:30Z",
            "2011-10-03T15:19:30",
            "2011-10-03T15:19:30.000Z",
            "2011-10-03T08:19:30-07:00",
            "2011-10-03T17:04:30.5+01:45",
        ] {
            assert_eq!(read_timestamp(text), Some(whole.into()), "{text}");
        }
        for text in [
            "",
            "2011-10-03",
            "2011-10-03 15:19:30Z",
            "2011-10-03T15:19:3",
            "2011-1-003T15:19:30Z",
            "2011-10-03T15:19:30.Z",
            "2011-10-03T15:19:30z",
            "2011-10-03T15:19:30ZZ",
            "2011-10-03T15:19:30-0700",
            "2011-10-03T15:19:30-24:00",
            "2011-10-03T15:19:30-00:60",
            "2011-10-03T15:19:30 07:00",
            "2011-10-03T15:19:30-é:00",
            "2011-02-30T15:19:30Z",
            "2011-10-03T15:19:3é",
        ] {
            assert_eq!(read_timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_has_the_form_of_http_or_of_signature_version_4() {
        let now = datetime!(2007-03-27 19:36:42 UTC);
        let text = "Tue, 27 Mar 2007 19:36:42 GMT";
        assert_eq!(http_date(now.into()).unwrap(), text);
        for text in [text, "20070327T193642Z"] {
            assert_eq!(read_http_date(text), Some(now.into()), "{text}");
        }
        for text in ["", "Tue, 27 Mar 07 19:36:42 GMT", "20070327T193642"] {
            assert_eq!(read_http_date(text), None, "{text}");
        }
    }
}
