//! Requests that have to be signed before they are sent.

use std::fmt;

use http::Request;

#[cfg(feature = "_endpoint")]
use super::endpoint::Endpoint;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::service::Service;
use crate::sign::pipeline::SigningContext;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signing_key::SigningKey;
use crate::timestamp::Timestamp;

/// A request to a service and a region that has to be signed before it is sent.
///
/// [`sign`](Self::sign) returns the request, so that signing cannot be forgotten. A request that
/// must not be signed, such as one with a web identity, is an [`http::Request`] from the start.
///
/// ```
/// # #[cfg(feature = "sts")] {
/// use countersign::sts::{Endpoint, GetCallerIdentity};
/// use countersign::{Credentials, Timestamp};
///
/// let request = GetCallerIdentity.request(&Endpoint::global())?;
/// assert_eq!((request.service(), request.region()), ("sts", "us-east-1"));
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
/// let request = request.sign(&credentials, now)?;
/// assert_eq!(request.headers()["x-amz-date"], "20260101T000000Z");
/// # }
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a request has to be signed and sent"]
pub struct SignableRequest {
    pub(crate) request: Request<String>,
    pub(crate) service: &'static str,
    pub(crate) region: String,
}

/// An extension of a request that only temporary credentials may sign.
#[derive(Clone)]
struct TemporaryOnly;

impl SignableRequest {
    /// Creates a request that is signed for the region of its endpoint.
    #[cfg(feature = "_endpoint")]
    pub(crate) fn new(
        request: Request<String>,
        service: &'static str,
        endpoint: &Endpoint,
    ) -> Self {
        Self {
            request,
            service,
            region: endpoint.region().to_owned(),
        }
    }

    /// Returns the signing name of the service.
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// Returns the region to sign for: that of the endpoint.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Marks a call that AWS accepts with temporary credentials only.
    #[cfg(feature = "sts")]
    pub(crate) fn for_temporary_credentials(mut self) -> Self {
        self.request.extensions_mut().insert(TemporaryOnly);
        self
    }

    /// Signs the request and returns it.
    ///
    /// # Errors
    /// - everything that [`Signer::new`](crate::Signer::new) and
    ///   [`Signer::sign`](crate::Signer::sign) return
    /// - [`Error::InvalidParameter`] if the call needs temporary credentials, and these have no
    ///   session token
    pub fn sign(
        self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<Request<String>, Error> {
        let now = now.into();
        let Self {
            mut request,
            service,
            region,
        } = self;
        let temporary_only = request.extensions_mut().remove::<TemporaryOnly>().is_some();
        if temporary_only && credentials.session_token().is_none() {
            let problem = "must be temporary: this call needs a session token";
            return Err(Error::invalid_parameter("credentials", problem));
        }
        let context = SigningContext::new(credentials, Service::from(service), None)?;
        let date = context.date(now)?;
        let scope = CredentialScope::new(now, &region, service)?;
        let key = SigningKey::derive(credentials.secret_key(), &scope);
        let payload = PayloadHash::new(request.body());
        context.sign(&mut request, &[], payload, &date, &key)?;
        Ok(request)
    }

    /// Returns the request without a signature, for a [`Signer`](crate::Signer) of your own.
    ///
    /// That signer must be for [`service`](Self::service) and [`region`](Self::region).
    pub fn into_unsigned(mut self) -> Request<String> {
        self.request.extensions_mut().remove::<TemporaryOnly>();
        self.request
    }
}

impl fmt::Debug for SignableRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body of a request to STS can contain an MFA code or a token.
        f.debug_struct("SignableRequest")
            .field("method", self.request.method())
            .field("uri", self.request.uri())
            .field("service", &self.service)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}
