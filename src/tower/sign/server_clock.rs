//! The server's clock, as the requests of a layer know it: the local clock and the clock skew.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use http::Response;
use http::header::DATE;

use crate::clock_skew::ClockSkew;
use crate::timestamp::Timestamp;
use crate::tower::clock::Clock;

pub(super) struct ServerClock {
    local: Box<dyn Clock>,
    /// In milliseconds: requests are signed to the second.
    skew: AtomicI64,
    /// The fingerprint of the last `Date` and of the second in which its request was sent.
    seen: AtomicU64,
}

impl ServerClock {
    pub(super) fn new(local: impl Clock + 'static, skew: ClockSkew) -> Self {
        Self {
            local: Box::new(local),
            skew: AtomicI64::new(skew.as_millis()),
            seen: AtomicU64::new(0),
        }
    }

    pub(super) fn local(&self) -> Timestamp {
        self.local.now()
    }

    pub(super) fn skew(&self) -> ClockSkew {
        ClockSkew::from_millis(self.skew.load(Ordering::Relaxed))
    }

    pub(super) fn set_skew(&self, skew: ClockSkew) {
        self.skew.store(skew.as_millis(), Ordering::Relaxed);
    }

    /// Learns from a response. An error response gets the measurement among its extensions.
    ///
    /// A client with many requests gets the same `Date` again and again, and a second one of the same
    /// second says nothing new.
    pub(super) fn learn<B>(&self, response: &mut Response<B>, sent: Timestamp) {
        let Some(date) = response.headers().get(DATE) else {
            return;
        };
        let status = response.status();
        let is_error = status.is_client_error() || status.is_server_error();
        let fingerprint = fingerprint(date.as_bytes(), sent);
        if !is_error && self.seen.load(Ordering::Relaxed) == fingerprint {
            return;
        }
        let mut skew = ClockSkew::default();
        let Ok(measurement) = skew.learn(response.headers(), sent, self.local()) else {
            return;
        };
        self.set_skew(skew);
        self.seen.store(fingerprint, Ordering::Relaxed);
        if is_error {
            response.extensions_mut().insert(measurement);
        }
    }
}

/// A number that differs for different dates and seconds. A server could choose a date that collides,
/// but it could choose a wrong date as well.
fn fingerprint(date: &[u8], sent: Timestamp) -> u64 {
    // Odd, with bits all over: the fraction of the golden ratio.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(FACTOR).rotate_left(29);
    let (words, rest) = date.as_chunks::<8>();
    let rest = rest
        .iter()
        .fold(0, |word, &byte| word << 8 | u64::from(byte));
    let seed = mix(FACTOR, sent.unix_seconds().cast_unsigned());
    let sum = words
        .iter()
        .fold(seed, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    mix(sum, rest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_and_seconds_have_fingerprints_of_their_own() {
        let mut seen = std::collections::HashSet::new();
        for date in [
            "",
            "Fri, 02 Jan 2026 03:04:05 GMT",
            "Fri, 02 Jan 2026 03:04:06 GMT",
            "Sat, 03 Jan 2026 03:04:05 GMT",
            "Fri, 02 Jan 2027 03:04:05 GMT",
        ] {
            for seconds in 0..1000 {
                let sent = Timestamp::from_unix_seconds(1_767_268_800 + seconds);
                let first = fingerprint(date.as_bytes(), sent);
                let same_second = sent + Duration::from_millis(999);
                assert_eq!(first, fingerprint(date.as_bytes(), same_second));
                assert!(seen.insert(first), "{date} {sent}");
            }
        }
    }
}
