//! The clock skew that the requests of a layer share.

use std::sync::atomic::{AtomicI64, Ordering};

use http::Response;

use crate::clock_skew::ClockSkew;
use crate::timestamp::Timestamp;

/// In milliseconds: requests are signed to the second.
#[derive(Debug, Default)]
pub(super) struct SharedSkew(AtomicI64);

impl SharedSkew {
    pub(super) fn get(&self) -> ClockSkew {
        ClockSkew::from_millis(self.0.load(Ordering::Relaxed))
    }

    pub(super) fn set(&self, skew: ClockSkew) {
        self.0.store(skew.as_millis(), Ordering::Relaxed);
    }

    /// Learns from a response. An error response gets the measurement among its extensions.
    pub(super) fn learn<B>(
        &self,
        response: &mut Response<B>,
        sent: Timestamp,
        received: Timestamp,
    ) {
        let mut skew = ClockSkew::default();
        let Ok(measurement) = skew.learn(response.headers(), sent, received) else {
            return;
        };
        self.set(skew);
        let status = response.status();
        if status.is_client_error() || status.is_server_error() {
            response.extensions_mut().insert(measurement);
        }
    }
}
