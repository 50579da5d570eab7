//! The clock of a layer.

use std::time::SystemTime;

use crate::timestamp::Timestamp;

/// A source of the current time, for a layer.
///
/// [`SystemClock`] is the default. A closure that returns a [`Timestamp`] is a clock too.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::tower::Clock;
///
/// let stopped = || Timestamp::from_unix_seconds(1_767_268_800);
/// assert_eq!(stopped.now().to_string(), "2026-01-01T12:00:00Z");
/// ```
pub trait Clock: Send + Sync {
    /// Returns the current time.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// The clock of the operating system.
///
/// The target `wasm32-unknown-unknown` has none: give the layer a closure there.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}
