//! A signer that is refreshed.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, Wake, Waker};

use crate::sources::{Lease, RefreshCell, RefreshPermit, RefreshUrgency};
use crate::timestamp::Timestamp;
use crate::tower::sign::error::SignError;
use crate::tower::sign::request_signer::RequestSigner;

/// A signer whose credentials expire, with a function that refreshes it.
///
/// The signer is in a [`RefreshCell`]. When the cell needs a new value, the function gets a permit, and
/// returns a future that ends with [`succeed`](RefreshPermit::succeed) or
/// [`fail`](RefreshPermit::fail). A clone is cheap.
///
/// - While the current signer is valid, requests are signed with it, and each request polls the future.
///   With a runtime, spawn the work and let the future wait for it, so that it continues between
///   requests.
/// - If there is no valid signer, or the refresh is [mandatory](RefreshUrgency::Mandatory), the service
///   is [not ready](tower_service::Service::poll_ready) until the future ends.
/// - If the refresh fails and there is no valid signer, requests fail with
///   [`SignError::CredentialsUnavailable`] until the next attempt.
///
/// The function itself must not block, and must not send requests through the layer that waits for
/// it.
///
/// ```
/// use countersign::sources::{RefreshCell, RefreshPermit, RefreshPolicy, Validity};
/// use countersign::tower::sign::{Refreshing, SignLayer};
/// use countersign::{Credentials, Signer};
/// use std::time::SystemTime;
///
/// let cell = RefreshCell::new(RefreshPolicy::default());
/// let signers = Refreshing::new(cell, |permit: RefreshPermit<Signer>| async move {
///     // A program asks a chain of sources, or STS, and awaits the responses here.
///     let credentials = Credentials::new("AKIDEXAMPLE", "secret");
///     let now = SystemTime::now();
///     match Signer::new(credentials, "eu-west-1", "sqs") {
///         Ok(signer) => {
///             permit.succeed(signer, Validity::until(None), now);
///         }
///         Err(_) => permit.fail(now),
///     }
/// });
/// let layer = SignLayer::new(signers);
/// assert_eq!(layer.clock_skew().as_millis(), 0);
/// ```
#[derive(Clone)]
pub struct Refreshing(Arc<dyn Lend>);

type Refresh = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A [`Lender`] of any type of signer.
trait Lend: Send + Sync {
    fn poll(
        &self,
        context: &mut Context<'_>,
        now: Timestamp,
    ) -> Poll<Result<RequestSigner, SignError>>;
}

struct Lender<T, F> {
    cell: RefreshCell<T>,
    refresh: F,
    /// Locked for a few instructions.
    started: Mutex<Started>,
    /// Locked while it is polled, so it is only tried.
    running: Mutex<Option<Refresh>>,
    /// The tasks that wait for the running refresh.
    waiting: Arc<Wakers>,
    /// The tasks that found `running` locked.
    contending: Wakers,
}

#[derive(Default)]
struct Started {
    /// A refresh that was not polled yet.
    next: Option<Refresh>,
    /// Whether there is one, here or in `running`.
    is_any: bool,
}

impl Refreshing {
    /// Creates it from a cell, which may be empty, and the function that refreshes the cell.
    pub fn new<T, F, R>(cell: RefreshCell<T>, refresh: F) -> Self
    where
        T: Clone + Into<RequestSigner> + Send + Sync + 'static,
        F: Fn(RefreshPermit<T>) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(Lender {
            cell,
            refresh: move |permit| -> Refresh { Box::pin(refresh(permit)) },
            started: Mutex::default(),
            running: Mutex::default(),
            waiting: Arc::default(),
            contending: Wakers::default(),
        }))
    }

    pub(super) fn poll(
        &self,
        context: &mut Context<'_>,
        now: Timestamp,
    ) -> Poll<Result<RequestSigner, SignError>> {
        self.0.poll(context, now)
    }
}

impl<T, F> Lend for Lender<T, F>
where
    T: Clone + Into<RequestSigner> + Send + Sync,
    F: Fn(RefreshPermit<T>) -> Refresh + Send + Sync,
{
    fn poll(
        &self,
        context: &mut Context<'_>,
        now: Timestamp,
    ) -> Poll<Result<RequestSigner, SignError>> {
        let (current, is_any) = self.lease(now);
        if let Some(signer) = current {
            if is_any {
                self.drive(None);
            }
            return Poll::Ready(Ok(signer));
        }
        if is_any {
            self.drive(Some(context.waker()));
        }
        // Under the lock, so that no refresh starts in between.
        let started = lock(&self.started);
        if started.is_any {
            return Poll::Pending;
        }
        Poll::Ready(match self.cell.get(now) {
            Lease::Current(signer)
            | Lease::Refresh {
                current: Some(signer),
                ..
            } => Ok(T::clone(&signer).into()),
            Lease::Refresh { current: None, .. } => {
                Err(SignError::CredentialsUnavailable { retry_at: now })
            }
            Lease::Unavailable { retry_at } => Err(SignError::CredentialsUnavailable { retry_at }),
        })
    }
}

impl<T, F> Lender<T, F>
where
    T: Clone + Into<RequestSigner>,
    F: Fn(RefreshPermit<T>) -> Refresh,
{
    /// The signer to use without waiting, and whether a refresh is on its way.
    fn lease(&self, now: Timestamp) -> (Option<RequestSigner>, bool) {
        let mut started = lock(&self.started);
        let current = match self.cell.get(now) {
            Lease::Current(signer) => Some(signer),
            Lease::Unavailable { .. } => None,
            Lease::Refresh {
                current,
                urgency,
                permit,
            } => {
                started.next = Some((self.refresh)(permit));
                started.is_any = true;
                current.filter(|_| urgency <= RefreshUrgency::Advisory)
            }
        };
        let current = current.map(|signer| T::clone(&signer).into());
        (current, started.is_any)
    }
}

impl<T, F> Lender<T, F> {
    /// Polls the refresh. If it does not end, and the caller waits, the caller will be woken.
    fn drive(&self, waiting: Option<&Waker>) {
        let mut running = try_lock(&self.running);
        if let Some(waker) = waiting {
            self.waiting.add(waker);
            if running.is_none() {
                self.contending.add(waker);
                // The holder may have unlocked it before the waker was added.
                running = try_lock(&self.running);
            }
        }
        let Some(mut running) = running else {
            return;
        };
        let waker = Waker::from(Arc::clone(&self.waiting));
        let mut context = Context::from_waker(&waker);
        let has_ended = loop {
            let mut started = lock(&self.started);
            // A new one takes the place of one that stalled. Taken out, so that none is polled again
            // after a panic.
            let Some(mut refresh) = started.next.take().or_else(|| running.take()) else {
                started.is_any = false;
                break true;
            };
            drop(started);
            if refresh.as_mut().poll(&mut context).is_pending() {
                *running = Some(refresh);
                break false;
            }
            *running = None;
        };
        drop(running);
        if has_ended {
            self.waiting.wake_all();
        }
        self.contending.wake_all();
    }
}

/// Only the caller's functions can panic while a lock is held, and they leave the state consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// The tasks to wake, each once, by the two addresses that [`Waker::will_wake`] compares.
#[derive(Default)]
struct Wakers(Mutex<HashMap<[usize; 2], Waker>>);

impl Wakers {
    fn add(&self, waker: &Waker) {
        let task = [
            waker.data().addr(),
            std::ptr::from_ref(waker.vtable()).addr(),
        ];
        lock(&self.0).entry(task).or_insert_with(|| waker.clone());
    }

    fn wake_all(&self) {
        let wakers = std::mem::take(&mut *lock(&self.0));
        wakers.into_values().for_each(Waker::wake);
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }
}

impl fmt::Debug for Refreshing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refreshing").finish_non_exhaustive()
    }
}
