//! The keys that have verified a request.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Algorithm;
use crate::timestamp::Timestamp;
use crate::verify::{SignedRequest, VerificationKey};

/// The default number of keys.
const CAPACITY: usize = 4096;
/// The default time that a key stays.
const LIFETIME: Duration = Duration::from_secs(300);

/// A bounded cache of verification keys, which saves the lookup and the derivation.
///
/// The layer inserts a key only after it has verified a request, so requests that claim invented
/// access key IDs take no room. A key is found again for the same access key ID, credential scope,
/// algorithm and session token. If a cached key does not verify a request, the layer looks the key
/// up again, so a changed secret is accepted at once. A removed one verifies until its
/// [lifetime](Self::with_lifetime) is over, unless the server calls [`remove`](Self::remove).
///
/// A full cache drops the keys that were not used for the longest time. A clone shares the cache.
///
/// ```
/// use countersign::tower::verify::KeyCache;
/// use std::time::Duration;
///
/// let cache = KeyCache::new(10_000).with_lifetime(Duration::from_secs(60));
/// // Pass a clone to the layer, and keep one to remove users.
/// cache.remove("AKIDEXAMPLE");
/// assert!(cache.is_empty());
/// ```
#[derive(Clone)]
pub struct KeyCache {
    capacity: usize,
    lifetime: Duration,
    keys: Arc<Mutex<Generations>>,
}

/// The part of a claim that selects its key. Clients choose all of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct CacheKey {
    access_key_id: String,
    scope: CredentialScope,
    algorithm: Algorithm,
    /// The SHA-256, so that comparing takes the same time for every token.
    session_token: Option<[u8; 32]>,
}

impl CacheKey {
    pub(super) fn of(claim: &SignedRequest<'_>) -> Self {
        Self {
            access_key_id: claim.access_key_id().to_owned(),
            scope: *claim.scope(),
            algorithm: claim.algorithm(),
            session_token: claim.session_token_hash(),
        }
    }
}

/// Two maps of half the capacity each. When the recent one is full, it becomes the old one. What is
/// used moves to the recent one, so the oldest keys go without a list of their order.
#[derive(Default)]
struct Generations {
    recent: HashMap<CacheKey, Cached>,
    old: HashMap<CacheKey, Cached>,
    /// Counts the removals: a key that was looked up before one is not inserted after it.
    removals: u64,
}

struct Cached {
    key: VerificationKey,
    since: Timestamp,
}

/// The state of the cache at a miss. It is needed to insert the key that is then looked up.
#[derive(Clone, Copy)]
pub(super) struct Ticket(u64);

impl KeyCache {
    /// Creates a cache for at most this many keys. With 0 it keeps none.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            lifetime: LIFETIME,
            keys: Arc::default(),
        }
    }

    /// Sets how long a key stays without being looked up again: 5 minutes by default.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Removes all keys of an access key ID, because it was disabled or its secret was changed.
    ///
    /// A key of this ID that is being looked up at the moment is not inserted either.
    pub fn remove(&self, access_key_id: &str) {
        let mut keys = self.lock();
        keys.removals = keys.removals.wrapping_add(1);
        let is_other = |key: &CacheKey| key.access_key_id != access_key_id;
        keys.recent.retain(|key, _| is_other(key));
        keys.old.retain(|key, _| is_other(key));
    }

    /// Removes all keys.
    pub fn clear(&self) {
        let mut keys = self.lock();
        keys.removals = keys.removals.wrapping_add(1);
        keys.recent.clear();
        keys.old.clear();
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        let keys = self.lock();
        keys.recent.len() + keys.old.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn find(&self, key: &CacheKey, now: Timestamp) -> (Option<VerificationKey>, Ticket) {
        let mut keys = self.lock();
        let ticket = Ticket(keys.removals);
        let is_fresh = |cached: &Cached| {
            cached.since <= now && now.saturating_duration_since(cached.since) < self.lifetime
        };
        if let Some(cached) = keys.recent.get(key) {
            if is_fresh(cached) {
                return (Some(cached.key.clone()), ticket);
            }
            keys.recent.remove(key);
        }
        let Some(cached) = keys.old.remove(key).filter(is_fresh) else {
            return (None, ticket);
        };
        let found = cached.key.clone();
        self.put(&mut keys, key.clone(), cached);
        (Some(found), ticket)
    }

    /// Inserts a key that has just verified a request.
    pub(super) fn insert(
        &self,
        key: CacheKey,
        verified_by: VerificationKey,
        since: Timestamp,
        ticket: Ticket,
    ) {
        let mut keys = self.lock();
        if keys.removals == ticket.0 {
            keys.old.remove(&key);
            let cached = Cached {
                key: verified_by,
                since,
            };
            self.put(&mut keys, key, cached);
        }
    }

    fn put(&self, keys: &mut Generations, key: CacheKey, cached: Cached) {
        let half = self.capacity.div_ceil(2);
        if half == 0 {
            return;
        }
        if keys.recent.len() >= half && !keys.recent.contains_key(&key) {
            keys.old = std::mem::take(&mut keys.recent);
        }
        keys.recent.insert(key, cached);
        // At most one too many, if the capacity is odd.
        let room = self.capacity.saturating_sub(keys.recent.len());
        while keys.old.len() > room {
            let Some(key) = keys.old.keys().next().cloned() else {
                return;
            };
            keys.old.remove(&key);
        }
    }

    /// A panic while the lock was held leaves two maps that are still valid.
    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for KeyCache {
    /// A cache for 4,096 keys.
    fn default() -> Self {
        Self::new(CAPACITY)
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache")
            .field("capacity", &self.capacity)
            .field("lifetime", &self.lifetime)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
