//! The source of a layer's signers.

#[cfg(feature = "sources")]
use std::task::Waker;
use std::task::{Context, Poll};

use http::Request;
use http_body::Body;

use crate::primitives::body::BoxError;
use crate::sign::signer::Signer;
use crate::timestamp::Timestamp;
use crate::tower::sign::body::SignedBody;
use crate::tower::sign::by_host::HostSigners;
use crate::tower::sign::error::SignError;
#[cfg(feature = "sources")]
use crate::tower::sign::refreshing::Refreshing;
use crate::tower::sign::request_signer::{Options, RequestSigner};

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

/// The time of a request.
#[derive(Clone, Copy)]
pub(super) struct Times {
    /// By the local clock, for the decision to refresh.
    #[cfg_attr(
        not(feature = "sources"),
        allow(dead_code, reason = "nothing is refreshed")
    )]
    pub(super) local: Timestamp,
    /// By the server's clock, for the signature.
    pub(super) signing: Timestamp,
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

    /// Signs a request with what [`poll`](Self::poll) returned.
    pub(super) fn sign<B>(
        &self,
        leased: Option<Result<RequestSigner, SignError>>,
        request: Request<B>,
        options: Options,
        times: Times,
    ) -> Result<Request<SignedBody<B>>, SignError>
    where
        B: Body<Error: Into<BoxError>> + Unpin,
    {
        if let Some(leased) = leased {
            return leased?.sign(request, options, times.signing);
        }
        match &self.0 {
            Kind::Fixed(signer) => signer.sign(request, options, times.signing),
            // The caller did not wait until the service was ready.
            #[cfg(feature = "sources")]
            Kind::Refreshing(signers) => {
                let mut context = Context::from_waker(Waker::noop());
                match signers.poll(&mut context, times.local) {
                    Poll::Ready(signer) => signer?.sign(request, options, times.signing),
                    Poll::Pending => Err(SignError::CredentialsUnavailable {
                        retry_at: times.local,
                    }),
                }
            }
        }
    }
}
