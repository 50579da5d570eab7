//! The dates of a `date` header.

use crate::sigv4::date::AmzDate;

/// Reads the date of HTTP, `Sun, 30 Aug 2015 12:36:00 GMT` (RFC 9110, 5.6.7, its preferred form;
/// `+0000` and `-0000`, which older signers write, mean the same). The weekday is not looked at.
pub(crate) fn http_date(text: &str) -> Option<AmzDate> {
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let mut next = || parts.next();
    let (day, month, year, time, zone) = (next()?, next()?, next()?, next()?, next()?);
    let utc = matches!(zone, "GMT" | "UTC" | "+0000" | "-0000");
    if parts.next().is_some() || !utc || day.len() != 2 || year.len() != 4 {
        return None;
    }
    let [h1, h2, b':', m1, m2, b':', s1, s2] = time.as_bytes() else {
        return None;
    };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let mut iso = [0; 16];
    let [m_tens, m_ones] = [month / 10, month % 10].map(|n| b"0123456789".get(n));
    let bytes = [
        year.as_bytes(),
        &[*m_tens?, *m_ones?],
        day.as_bytes(),
        b"T",
        &[*h1, *h2, *m1, *m2, *s1, *s2],
        b"Z",
    ];
    for (slot, byte) in iso.iter_mut().zip(bytes.into_iter().flatten()) {
        *slot = *byte;
    }
    AmzDate::of_bytes(&iso)
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_http() {
        for text in [
            "Sun, 30 Aug 2015 12:36:00 GMT",
            "Sun, 30 Aug 2015 12:36:00 -0000",
            "Sun, 30 Aug 2015 12:36:00 +0000",
        ] {
            assert_eq!(http_date(text).unwrap().as_str(), "20150830T123600Z");
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
        ] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }
}
