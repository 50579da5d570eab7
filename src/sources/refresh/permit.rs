//! The permit to refresh a value.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{State, Validity, lock};
use crate::timestamp::Timestamp;

/// The permit to refresh the value of a [`RefreshCell`](super::RefreshCell); one is out at a time.
///
/// A permit that is dropped, for example by a cancelled task, counts as a failed try. It borrows
/// nothing, so it can be moved to another thread or task.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::sources::{Lease, RefreshCell, RefreshPolicy, Validity};
///
/// let now = Timestamp::from_unix_seconds(1_893_553_445);
/// let cell = RefreshCell::new(RefreshPolicy::default());
/// let Lease::Refresh { permit, .. } = cell.get(now) else {
///     panic!("an empty cell asks for a value");
/// };
/// permit.succeed("token", Validity::until(None), now);
/// assert!(matches!(cell.get(now), Lease::Current(token) if *token == "token"));
/// ```
pub struct RefreshPermit<T> {
    pub(super) state: Arc<Mutex<State<T>>>,
    pub(super) retry: Duration,
    pub(super) number: u64,
    pub(super) since: Timestamp,
    pub(super) ended: bool,
}

impl<T> RefreshPermit<T> {
    /// Puts a new value into the cell, and returns it.
    ///
    /// A value that has already expired is stored too, and counts as a failed try.
    pub fn succeed(mut self, value: T, validity: Validity, now: impl Into<Timestamp>) -> Arc<T> {
        let now = now.into();
        let value = Arc::new(value);
        let good = validity.next_try.is_some()
            || validity
                .expiration
                .is_none_or(|expiration| expiration > now);
        let new = (Arc::clone(&value), validity);
        let old = lock(&self.state).value.replace(new);
        // Outside of the lock: it may be the last reference, and take its time.
        drop(old);
        // A value that lives for minutes would otherwise be refreshed by each call.
        let pause = now + self.retry;
        self.end(if good {
            validity.expiration.map(|expiration| pause.min(expiration))
        } else {
            Some(pause)
        });
        value
    }

    /// Ends a failed refresh. The next try is 30 seconds later, or as the policy says.
    pub fn fail(mut self, now: impl Into<Timestamp>) {
        self.end(Some(now.into() + self.retry));
    }

    fn end(&mut self, not_before: Option<Timestamp>) {
        self.ended = true;
        let mut state = lock(&self.state);
        // A stalled permit does not end the one that took its place.
        if state
            .refreshing
            .is_some_and(|(number, _)| number == self.number)
        {
            state.refreshing = None;
            state.not_before = not_before;
        }
    }
}

impl<T> Drop for RefreshPermit<T> {
    fn drop(&mut self) {
        if !self.ended {
            self.end(Some(self.since + self.retry));
        }
    }
}

impl<T> fmt::Debug for RefreshPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshPermit")
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}
