//! A cell with a value that expires, which many callers share.

mod get_or_fetch;
mod permit;
mod policy;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ResolvedCredentials;
use crate::timestamp::Timestamp;

pub use get_or_fetch::FetchError;
pub use permit::RefreshPermit;
pub use policy::{RefreshPolicy, RefreshUrgency};

/// How long the value in a [`RefreshCell`] is valid.
///
/// [`ResolvedCredentials::validity`] returns it.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::sources::{Lease, RefreshCell, RefreshPolicy, Validity};
/// use std::time::Duration;
///
/// let now = Timestamp::from_unix_seconds(1_893_553_445);
/// let hour = Validity::until(Some(now + Duration::from_secs(3600)));
/// let cell = RefreshCell::with_value(RefreshPolicy::default(), "token", hour);
/// assert!(matches!(cell.get(now), Lease::Current(token) if *token == "token"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Validity {
    expiration: Option<Timestamp>,
    next_try: Option<Timestamp>,
}

impl Validity {
    /// Creates the validity of a value that expires, or never does.
    pub fn until(expiration: Option<Timestamp>) -> Self {
        Self {
            expiration,
            next_try: None,
        }
    }
}

impl ResolvedCredentials {
    /// Returns how long a [`RefreshCell`] may return the credentials.
    ///
    /// Expired credentials of instance metadata are returned until new ones are there. The cell asks
    /// for new ones at [`next_try`](Self::next_try).
    pub fn validity(&self) -> Validity {
        Validity {
            expiration: self.expiration(),
            next_try: self.next_try(),
        }
    }
}

/// A cell with a value that expires, which many callers share: credentials, or a
/// [`Signer`](crate::Signer) with them.
///
/// [`get_or_fetch`](Self::get_or_fetch) is the usual call: it returns the value, and fetches a new
/// one if that is due. It calls [`get`](Self::get), which never waits for a refresh: it returns the
/// current value, and asks one caller to refresh it. The other callers continue with the current
/// value, or get [`Lease::Unavailable`] if there is none. The cell does no I/O and needs no
/// runtime, so it works in blocking and async code. A clone shares the value.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::sources::{Lease, RefreshCell, RefreshPolicy, Validity};
/// use std::time::Duration;
///
/// let now = Timestamp::from_unix_seconds(1_893_553_445);
/// let cell = RefreshCell::new(RefreshPolicy::default());
/// // An empty cell gives the first caller the permit to fetch a value.
/// let Lease::Refresh { permit, .. } = cell.get(now) else {
///     panic!("no permit")
/// };
/// // Another caller waits until then.
/// assert!(matches!(cell.get(now), Lease::Unavailable { .. }));
///
/// // The first caller fetches the value, for example by a chain of sources.
/// let expiration = now + Duration::from_secs(3600);
/// permit.succeed("signer 1", Validity::until(Some(expiration)), now);
/// let Lease::Current(value) = cell.get(now) else {
///     panic!("no value")
/// };
/// assert_eq!(*value, "signer 1");
///
/// // Five minutes before the expiration, one caller refreshes. All callers
/// // have a value meanwhile.
/// let later = now + Duration::from_secs(3400);
/// let first = cell.get(later);
/// let Lease::Refresh { current, .. } = &first else {
///     panic!("no permit")
/// };
/// assert_eq!(current.as_deref(), Some(&"signer 1"));
/// assert!(matches!(cell.get(later), Lease::Current(_)));
/// ```
pub struct RefreshCell<T> {
    policy: RefreshPolicy,
    state: Arc<Mutex<State<T>>>,
}

struct State<T> {
    value: Option<(Arc<T>, Validity)>,
    /// The permit that is out: its number, and since when.
    refreshing: Option<(u64, Timestamp)>,
    permits: u64,
    not_before: Option<Timestamp>,
}

/// What [`RefreshCell::get`] returns.
// Exhaustive on purpose: each case needs its own action.
#[derive(Debug)]
pub enum Lease<T> {
    /// A value to use.
    Current(Arc<T>),
    /// This caller is asked to refresh the value.
    Refresh {
        /// The value to use meanwhile; `None` if there is none that is still good.
        current: Option<Arc<T>>,
        /// How urgent it is. For [`Advisory`](RefreshUrgency::Advisory) use the current value, and
        /// refresh in the background.
        urgency: RefreshUrgency,
        /// The permit: end it with [`succeed`](RefreshPermit::succeed) or
        /// [`fail`](RefreshPermit::fail).
        permit: RefreshPermit<T>,
    },
    /// There is no value: another caller refreshes it, or the last try failed a moment ago.
    Unavailable {
        /// The time from which a caller may try again. If another caller succeeds, a value is there
        /// earlier.
        retry_at: Timestamp,
    },
}

impl<T> RefreshCell<T> {
    /// Creates an empty cell.
    pub fn new(policy: RefreshPolicy) -> Self {
        let state = State {
            value: None,
            refreshing: None,
            permits: 0,
            not_before: None,
        };
        Self {
            policy,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Creates a cell with a value.
    pub fn with_value(policy: RefreshPolicy, value: T, validity: Validity) -> Self {
        let cell = Self::new(policy);
        lock(&cell.state).value = Some((Arc::new(value), validity));
        cell
    }

    /// Returns the value, or asks this caller to refresh it. It never waits for a refresh.
    pub fn get(&self, now: impl Into<Timestamp>) -> Lease<T> {
        self.lease(now.into())
    }

    fn lease(&self, now: Timestamp) -> Lease<T> {
        let mut state = lock(&self.state);
        let (urgency, current) = match &state.value {
            None => (RefreshUrgency::Expired, None),
            Some((value, validity)) => match validity.next_try {
                // Credentials that were served expired: good until there are new ones.
                Some(next_try) if now >= next_try => (RefreshUrgency::Advisory, Some(value)),
                Some(_) => (RefreshUrgency::None, Some(value)),
                None => match self.policy.urgency(validity.expiration, now) {
                    RefreshUrgency::Expired => (RefreshUrgency::Expired, None),
                    urgency => (urgency, Some(value)),
                },
            },
        };
        let current = current.cloned();
        let stalled_at = state
            .refreshing
            .map(|(_, since)| since + self.policy.stalled);
        let wait = [stalled_at, state.not_before].into_iter().flatten().max();
        match (wait.filter(|until| now < *until), current) {
            (_, Some(value)) if urgency == RefreshUrgency::None => Lease::Current(value),
            (Some(_), Some(value)) => Lease::Current(value),
            (Some(retry_at), None) => Lease::Unavailable { retry_at },
            (None, current) => {
                state.permits += 1;
                let number = state.permits;
                state.refreshing = Some((number, now));
                let permit = RefreshPermit {
                    state: Arc::clone(&self.state),
                    retry: self.policy.retry,
                    number,
                    since: now,
                    ended: false,
                };
                Lease::Refresh {
                    current,
                    urgency,
                    permit,
                }
            }
        }
    }
}

/// The lock is held for a few instructions, in which nothing panics.
fn lock<T>(state: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Clone for RefreshCell<T> {
    fn clone(&self) -> Self {
        Self {
            policy: self.policy,
            state: Arc::clone(&self.state),
        }
    }
}

impl<T> fmt::Debug for RefreshCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshCell")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_893_553_445);

    fn at(seconds: u64) -> Timestamp {
        NOW + Duration::from_secs(seconds)
    }

    fn cell(lifetime: u64) -> RefreshCell<u32> {
        RefreshCell::with_value(
            RefreshPolicy::default(),
            1,
            Validity::until(Some(at(lifetime))),
        )
    }

    fn permit<T: fmt::Debug>(lease: Lease<T>) -> RefreshPermit<T> {
        match lease {
            Lease::Refresh { permit, .. } => permit,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_value_that_lives_for_minutes_is_not_refreshed_by_each_call() {
        let cell = cell(0);
        for (seconds, fetches) in [(0, true), (1, false), (29, false), (30, true), (31, false)] {
            match cell.get(at(seconds)) {
                Lease::Refresh { permit, .. } if fetches => {
                    let validity = Validity::until(Some(at(seconds + 300)));
                    permit.succeed(2, validity, at(seconds));
                }
                Lease::Current(_) if !fetches => {}
                other => panic!("after {seconds} s: {other:?}"),
            }
        }
        // No pause outlives the value.
        let validity = Validity::until(Some(at(63)));
        permit(cell.get(at(61))).succeed(3, validity, at(61));
        assert!(matches!(cell.get(at(62)), Lease::Current(_)));
        permit(cell.get(at(63))).succeed(4, Validity::until(None), at(63));
        assert!(matches!(cell.get(at(64)), Lease::Current(_)));
    }

    #[test]
    fn one_caller_refreshes_while_the_others_go_on() {
        let cell = cell(600);
        assert!(matches!(cell.get(at(299)), Lease::Current(_)));
        let Lease::Refresh {
            current,
            urgency,
            permit,
        } = cell.get(at(300))
        else {
            panic!("advisory");
        };
        assert_eq!(
            (current.as_deref(), urgency),
            (Some(&1), RefreshUrgency::Advisory)
        );
        // Up to the last second, also where the refresh is mandatory.
        let others = cell.clone();
        for seconds in [300, 350] {
            assert!(matches!(others.get(at(seconds)), Lease::Current(value) if *value == 1));
        }
        permit.succeed(2, Validity::until(Some(at(4000))), at(351));
        assert!(matches!(others.get(at(351)), Lease::Current(value) if *value == 2));
    }

    #[test]
    fn a_failed_try_is_repeated_after_thirty_seconds() {
        let cell = cell(600);
        permit(cell.get(at(310))).fail(at(312));
        assert!(matches!(cell.get(at(341)), Lease::Current(_)));
        // Dropped: counted from when it was taken.
        drop(permit(cell.get(at(342))));
        assert!(matches!(cell.get(at(371)), Lease::Current(_)));
        drop(permit(cell.get(at(372))));
        let Lease::Refresh { urgency, .. } = cell.get(at(550)) else {
            panic!("mandatory");
        };
        assert_eq!(urgency, RefreshUrgency::Mandatory);
    }

    #[test]
    fn an_expired_value_is_not_handed_out() {
        let cell = cell(600);
        let Lease::Refresh {
            current: None,
            urgency,
            permit,
        } = cell.get(at(600))
        else {
            panic!("expired");
        };
        assert_eq!(urgency, RefreshUrgency::Expired);
        assert!(
            matches!(cell.get(at(601)), Lease::Unavailable { retry_at } if retry_at == at(660))
        );
        permit.fail(at(610));
        assert!(
            matches!(cell.get(at(611)), Lease::Unavailable { retry_at } if retry_at == at(640))
        );
        // A new value that expired already is no reason to ask again at once.
        let permit = self::permit(cell.get(at(640)));
        permit.succeed(2, Validity::until(Some(at(620))), at(641));
        assert!(matches!(cell.get(at(642)), Lease::Unavailable { .. }));
    }

    #[test]
    fn a_stalled_refresh_does_not_block_the_next_one() {
        let cell = cell(600);
        let stalled = permit(cell.get(at(300)));
        assert!(matches!(cell.get(at(359)), Lease::Current(_)));
        let second = permit(cell.get(at(360)));
        drop(stalled); // ends nothing
        assert!(matches!(cell.get(at(361)), Lease::Current(_)));
        second.succeed(3, Validity::until(None), at(362));
        assert!(matches!(cell.get(at(100_000)), Lease::Current(value) if *value == 3));
    }

    #[test]
    fn expired_credentials_of_an_instance_are_handed_out_until_the_next_ones() {
        let validity = Validity {
            expiration: Some(at(0)),
            next_try: Some(at(300)),
        };
        let cell = RefreshCell::with_value(RefreshPolicy::default(), 1, validity);
        assert!(matches!(cell.get(at(299)), Lease::Current(_)));
        let permit = permit(cell.get(at(300)));
        permit.fail(at(301));
        assert!(matches!(cell.get(at(330)), Lease::Current(_)));
        assert!(matches!(
            cell.get(at(331)),
            Lease::Refresh {
                current: Some(_),
                ..
            }
        ));
    }

    #[test]
    fn many_threads_get_one_permit() {
        let cell = cell(600);
        let permits: usize = std::thread::scope(|scope| {
            let get = || match cell.get(at(400)) {
                Lease::Refresh { permit, .. } => {
                    std::mem::forget(permit);
                    1
                }
                Lease::Current(_) => 0,
                Lease::Unavailable { .. } => panic!("the value is still good"),
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(get)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(permits, 1);
    }
}
