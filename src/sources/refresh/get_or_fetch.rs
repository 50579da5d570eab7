//! One call that returns the value of a cell, and fetches a new one if that is due.

use std::sync::Arc;

use super::{Lease, RefreshCell, RefreshPermit, Validity};
use crate::timestamp::Timestamp;

/// Why a [`RefreshCell`] has no value for the caller.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::sources::{FetchError, RefreshCell, RefreshPolicy};
///
/// let now = Timestamp::from_unix_seconds(1_893_553_445);
/// let cell = RefreshCell::<u32>::new(RefreshPolicy::default());
/// let error = cell.get_or_fetch(now, || Err("no network")).unwrap_err();
/// assert_eq!(error, FetchError::Failed("no network"));
/// // For 30 seconds there is no second try.
/// let error = cell.get_or_fetch(now, || Err("not called")).unwrap_err();
/// assert!(matches!(error, FetchError::Unavailable { .. }));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError<E> {
    /// The value could not be fetched, and the cell has none that is still good.
    #[error("{0}")]
    Failed(E),
    /// The cell has no value: another caller fetches it, or the last try failed a moment ago.
    #[error("no credentials at the moment, retry at {retry_at}")]
    Unavailable {
        /// The time from which a caller may try again.
        retry_at: Timestamp,
    },
}

impl<T> RefreshCell<T> {
    /// Returns the value. If this caller is asked to refresh it, `fetch` is called first.
    ///
    /// `fetch` blocks this caller alone: the others go on with the current value. If it fails, the
    /// current value is returned while it is good.
    ///
    /// # Errors
    /// - [`FetchError::Failed`] if `fetch` failed, and no value is good
    /// - [`FetchError::Unavailable`] if another caller fetches the first value, or failed a moment
    ///   ago
    ///
    /// ```
    /// use countersign::sources::{RefreshCell, RefreshPolicy, ResolvedCredentials};
    /// use countersign::{Credentials, Signer, Timestamp};
    /// use std::sync::Arc;
    /// use std::time::Duration;
    ///
    /// # let now = Timestamp::from_unix_seconds(1_893_553_445);
    /// let cell = RefreshCell::new(RefreshPolicy::default());
    /// let fetch = || {
    ///     // Here a chain finds credentials.
    ///     let expiration = now + Duration::from_secs(3600);
    ///     let credentials = Credentials::new("ASIAEXAMPLE", "secret")
    ///         .with_expiration(expiration);
    ///     let found = ResolvedCredentials::from(credentials);
    ///     let validity = found.validity();
    ///     let signer = Signer::new(found.into_credentials(), "eu-west-1", "s3")?;
    ///     Ok::<_, countersign::Error>((signer, validity))
    /// };
    /// let signer = cell.get_or_fetch(now, fetch)?;
    /// let same = cell.get_or_fetch(now, fetch)?; // calls `fetch` no more
    /// assert!(Arc::ptr_eq(&signer, &same));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_or_fetch<E>(
        &self,
        now: impl Into<Timestamp>,
        fetch: impl FnOnce() -> Result<(T, Validity), E>,
    ) -> Result<Arc<T>, FetchError<E>> {
        let now = now.into();
        match self.turn(now)? {
            Turn::Current(value) => Ok(value),
            Turn::Fetch(current, permit) => end(current, permit, fetch(), now),
        }
    }

    /// Does the same as [`get_or_fetch`](Self::get_or_fetch) with an asynchronous `fetch`, on any
    /// runtime.
    ///
    /// A future that is dropped before it is ready counts as a failed try.
    ///
    /// # Errors
    /// - [`FetchError::Failed`] if `fetch` failed, and no value is good
    /// - [`FetchError::Unavailable`] if another caller fetches the first value, or failed a moment
    ///   ago
    ///
    /// ```
    /// use countersign::sources::{FetchError, RefreshCell, RefreshPolicy, Validity};
    ///
    /// # use std::{pin::pin, task::{Context, Poll, Waker}};
    /// # let now = countersign::Timestamp::from_unix_seconds(1_893_553_445);
    /// let cell = RefreshCell::new(RefreshPolicy::default());
    /// let task = async {
    ///     // In the inner future a chain finds credentials.
    ///     let fetch = || async { Ok(("a signer", Validity::until(None))) };
    ///     let signer = cell.get_or_fetch_async(now, fetch).await?;
    ///     Ok::<_, FetchError<String>>(*signer)
    /// };
    /// # let Poll::Ready(result) = pin!(task).poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
    /// assert_eq!(result, Ok("a signer"));
    /// ```
    pub async fn get_or_fetch_async<E, F>(
        &self,
        now: impl Into<Timestamp>,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<T>, FetchError<E>>
    where
        F: Future<Output = Result<(T, Validity), E>>,
    {
        let now = now.into();
        match self.turn(now)? {
            Turn::Current(value) => Ok(value),
            Turn::Fetch(current, permit) => end(current, permit, fetch().await, now),
        }
    }

    fn turn<E>(&self, now: Timestamp) -> Result<Turn<T>, FetchError<E>> {
        match self.get(now) {
            Lease::Current(value) => Ok(Turn::Current(value)),
            Lease::Refresh {
                current, permit, ..
            } => Ok(Turn::Fetch(current, permit)),
            Lease::Unavailable { retry_at } => Err(FetchError::Unavailable { retry_at }),
        }
    }
}

enum Turn<T> {
    Current(Arc<T>),
    Fetch(Option<Arc<T>>, RefreshPermit<T>),
}

fn end<T, E>(
    current: Option<Arc<T>>,
    permit: RefreshPermit<T>,
    fetched: Result<(T, Validity), E>,
    now: Timestamp,
) -> Result<Arc<T>, FetchError<E>> {
    match fetched {
        Ok((value, validity)) => Ok(permit.succeed(value, validity, now)),
        Err(error) => {
            permit.fail(now);
            current.ok_or(FetchError::Failed(error))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use super::*;
    use crate::sources::RefreshPolicy;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_893_553_445);

    fn at(seconds: u64) -> Timestamp {
        NOW + Duration::from_secs(seconds)
    }

    fn until(seconds: u64) -> Validity {
        Validity::until(Some(at(seconds)))
    }

    #[test]
    fn a_failed_fetch_returns_the_current_value_until_it_expires() {
        let cell = RefreshCell::with_value(RefreshPolicy::default(), 1, until(600));
        let get = |seconds| cell.get_or_fetch(at(seconds), || Err("refused"));
        assert_eq!(get(100).map(|value| *value), Ok(1));
        assert_eq!(get(400).map(|value| *value), Ok(1));
        assert_eq!(get(599).map(|value| *value), Ok(1));
        let retry_at = at(629);
        assert_eq!(get(600), Err(FetchError::Unavailable { retry_at }));
        assert_eq!(get(630), Err(FetchError::Failed("refused")));
        let fetched = cell.get_or_fetch(at(660), || Ok::<_, &str>((2, until(1000))));
        assert_eq!(fetched.map(|value| *value), Ok(2));
        assert_eq!(get(661).map(|value| *value), Ok(2));
    }

    #[test]
    fn others_go_on_while_one_fetches_and_a_dropped_future_is_a_failed_try() {
        let cell = RefreshCell::with_value(RefreshPolicy::default(), 1, until(600));
        let mut context = Context::from_waker(Waker::noop());
        {
            let pending = || std::future::pending::<Result<(u32, Validity), &str>>();
            let mut first = pin!(cell.get_or_fetch_async(at(400), pending));
            assert!(first.as_mut().poll(&mut context).is_pending());
            let other = cell.get_or_fetch(at(401), || Err("not called"));
            assert_eq!(other.map(|value| *value), Ok(1));
        }
        let ready = || std::future::ready(Ok::<_, &str>((2, until(1000))));
        let mut early = pin!(cell.get_or_fetch_async(at(429), ready));
        assert_eq!(
            early.as_mut().poll(&mut context),
            Poll::Ready(Ok(Arc::new(1)))
        );
        let mut second = pin!(cell.get_or_fetch_async(at(430), ready));
        assert_eq!(
            second.as_mut().poll(&mut context),
            Poll::Ready(Ok(Arc::new(2)))
        );
    }

    #[test]
    fn the_future_can_go_to_another_thread() {
        fn is_send<T: Send>(value: T) -> T {
            value
        }
        let cell = RefreshCell::new(RefreshPolicy::default());
        let fetch = || async { Ok::<_, String>((1, until(600))) };
        let mut future = pin!(is_send(cell.get_or_fetch_async(NOW, fetch)));
        let mut context = Context::from_waker(Waker::noop());
        let polled = future.as_mut().poll(&mut context);
        assert!(matches!(polled, Poll::Ready(Ok(value)) if *value == 1));
    }

    #[test]
    fn an_error_tells_what_failed_or_when_to_ask_again() {
        let failed = FetchError::Failed("STS refused").to_string();
        assert_eq!(failed, "STS refused");
        let retry_at = Timestamp::from_unix_seconds(1_893_553_445);
        let unavailable = FetchError::<String>::Unavailable { retry_at }.to_string();
        assert_eq!(
            unavailable,
            "no credentials at the moment, retry at 2030-01-02T03:04:05Z"
        );
    }
}
