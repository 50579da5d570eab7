//! The source of a layer's signers.

use std::borrow::Cow;
#[cfg(feature = "sources")]
use std::task::Waker;
use std::task::{Context, Poll};

use crate::sign::signer::Signer;
use crate::timestamp::Timestamp;
use crate::tower::sign::by_host::HostSigners;
use crate::tower::sign::error::SignError;
#[cfg(feature = "sources")]
use crate::tower::sign::refreshing::Refreshing;
use crate::tower::sign::request_signer::RequestSigner;

/// The signer of a [`SignLayer`](super::SignLayer): always the same one, or one that is refreshed.
///
/// A [`Signer`], a [`sigv4a::Signer`](crate::sigv4a::Signer), [`HostSigners`] and `Refreshing` (feature
/// `sources`) convert into it.
#[derive(Clone, Debug)]
pub struct Signers(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Fixed(RequestSigner),
    #[cfg(feature = "sources")]
    Refreshing(Refreshing),
}

impl From<RequestSigner> for Signers {
    fn from(signer: RequestSigner) -> Self {
        Self(Kind::Fixed(signer))
    }
}

impl From<Signer> for Signers {
    fn from(signer: Signer) -> Self {
        RequestSigner::from(signer).into()
    }
}

#[cfg(feature = "sigv4a")]
impl From<crate::sigv4a::Signer> for Signers {
    fn from(signer: crate::sigv4a::Signer) -> Self {
        RequestSigner::from(signer).into()
    }
}

impl From<HostSigners> for Signers {
    fn from(signers: HostSigners) -> Self {
        RequestSigner::from(signers).into()
    }
}

#[cfg(feature = "sources")]
impl From<Refreshing> for Signers {
    fn from(signers: Refreshing) -> Self {
        Self(Kind::Refreshing(signers))
    }
}

#[cfg_attr(
    not(feature = "sources"),
    allow(unused_variables, reason = "nothing is refreshed")
)]
impl Signers {
    /// Gets the signer for the next request if it is refreshed. `None` if it is always the same.
    pub(super) fn poll(
        &self,
        context: &mut Context<'_>,
        now: impl FnOnce() -> Timestamp,
    ) -> Poll<Option<Result<RequestSigner, SignError>>> {
        match &self.0 {
            Kind::Fixed(_) => Poll::Ready(None),
            #[cfg(feature = "sources")]
            Kind::Refreshing(signers) => signers.poll(context, now()).map(Some),
        }
    }

    /// Returns the signer of a request. `polled` is the result of [`poll`](Self::poll).
    pub(super) fn signer(
        &self,
        polled: Option<Result<RequestSigner, SignError>>,
        now: Timestamp,
    ) -> Result<Cow<'_, RequestSigner>, SignError> {
        match (polled, &self.0) {
            (Some(signer), _) => signer.map(Cow::Owned),
            (None, Kind::Fixed(signer)) => Ok(Cow::Borrowed(signer)),
            // The caller did not wait until the service was ready.
            #[cfg(feature = "sources")]
            (None, Kind::Refreshing(signers)) => {
                let mut context = Context::from_waker(Waker::noop());
                match signers.poll(&mut context, now) {
                    Poll::Ready(signer) => signer.map(Cow::Owned),
                    Poll::Pending => Err(SignError::CredentialsUnavailable { retry_at: now }),
                }
            }
        }
    }
}
