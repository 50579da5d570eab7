//! Where the layers take the time from.

use std::time::SystemTime;

use crate::timestamp::Timestamp;

/// A clock that the layers read once for each request.
///
/// Every `Fn() -> Timestamp` is one, for example a fixed time in a test.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::tower::clock::{Clock, SystemClock};
///
/// let fixed: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let clock = move || fixed;
/// assert_eq!(clock.now(), fixed);
/// assert!(SystemClock.now() > fixed);
/// # Ok::<(), countersign::ParseTimestampError>(())
/// ```
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}
