//! The server's clock, as the requests of a layer know it: the local clock and the clock skew.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use http::Response;
use http::header::DATE;

use crate::clock_skew::ClockSkew;
use crate::timestamp::Timestamp;
use crate::tower::clock::Clock;

pub(super) struct ServerClock {
    local: Box<dyn Clock>,
    learned: RwLock<Learned>,
}

struct Learned {
    skew: ClockSkew,
    /// The `Date` that showed it, and the second in which the request was sent.
    from: Option<([u8; IMF_FIXDATE], i64)>,
}

/// The length of `Sun, 06 Nov 1994 08:49:37 GMT`.
const IMF_FIXDATE: usize = 29;

/// The largest skew that is learned without TLS: a clock in the wrong time zone is corrected.
const LARGEST_WITHOUT_TLS: Duration = Duration::from_secs(24 * 60 * 60);

impl ServerClock {
    pub(super) fn new(local: impl Clock + 'static, skew: ClockSkew) -> Self {
        let learned = Learned { skew, from: None };
        Self {
            local: Box::new(local),
            learned: RwLock::new(learned),
        }
    }

    pub(super) fn local(&self) -> Timestamp {
        self.local.now()
    }

    pub(super) fn skew(&self) -> ClockSkew {
        self.read().skew
    }

    pub(super) fn set_skew(&self, skew: ClockSkew) {
        self.write(Learned { skew, from: None });
    }

    /// Learns from a response. An error response gets the measurement among its extensions.
    ///
    /// A client with many requests gets the same `Date` again and again, and a second one of the same
    /// second says nothing new. Without TLS anyone on the network can write the `Date`, so a larger
    /// skew is ignored.
    pub(super) fn learn<B>(&self, response: &mut Response<B>, sent: Timestamp, over_tls: bool) {
        let Some(date) = response.headers().get(DATE) else {
            return;
        };
        let status = response.status();
        let is_error = status.is_client_error() || status.is_server_error();
        let from = date.as_bytes().try_into();
        let from = from.ok().map(|date| (date, sent.unix_seconds()));
        if !is_error && from.is_some() && self.read().from == from {
            return;
        }
        let mut skew = ClockSkew::default();
        if let Ok(measurement) = skew.learn(response.headers(), sent, self.local())
            && (over_tls || skew.magnitude() <= LARGEST_WITHOUT_TLS)
        {
            self.write(Learned { skew, from });
            if is_error {
                response.extensions_mut().insert(measurement);
            }
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Learned> {
        self.learned.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, learned: Learned) {
        *self.learned.write().unwrap_or_else(PoisonError::into_inner) = learned;
    }
}
