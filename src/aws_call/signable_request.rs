//! A request that is of no use until it is signed.

use std::fmt;

use http::Request;

use crate::credentials::Credentials;
use crate::error::Error;
use crate::service::Service;
use crate::sign::pipeline::SigningContext;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signing_key::SigningKey;
use crate::timestamp::Timestamp;

/// A request for a service and a region that still has to be signed.
///
/// [`sign`](Self::sign) is the way out, so that it cannot be forgotten. Requests that must not be
/// signed, as for web identities, never come in this type.
///
/// ```
/// # #[cfg(feature = "sts")] {
/// use countersign::{sts, Credentials, Timestamp};
///
/// let to_sign = sts::GetCallerIdentity.request(&sts::Endpoint::global());
/// assert_eq!((to_sign.service(), to_sign.region()), ("sts", "us-east-1"));
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let request = to_sign.sign(&credentials, "2026-01-01T00:00:00Z".parse::<Timestamp>()?)?;
/// assert!(request.headers().contains_key("authorization"));
/// # }
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct SignableRequest {
    pub(crate) request: Request<String>,
    pub(crate) service: &'static str,
    pub(crate) region: String,
}

impl SignableRequest {
    /// The signing name of the service.
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// The region to sign for: that of the endpoint.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Signs the request and hands it out.
    ///
    /// # Errors
    /// As [`Signer::sign`](crate::Signer::sign).
    ///
    /// ```
    /// # #[cfg(feature = "sts")] {
    /// use countersign::{sts, Credentials, Timestamp};
    ///
    /// let to_sign = sts::GetCallerIdentity.request(&sts::Endpoint::global());
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    /// let request = to_sign.sign(&credentials, "2026-01-01T00:00:00Z".parse::<Timestamp>()?)?;
    /// assert_eq!(request.headers()["x-amz-date"], "20260101T000000Z");
    /// # }
    /// # Ok::<(), countersign::Error>(())
    /// ```
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
        let context = SigningContext::new(credentials, Service::from(service), None)?;
        let date = context.date(now)?;
        let scope = CredentialScope::new(now, &region, service)?;
        let key = SigningKey::derive(credentials.secret_key(), &scope);
        let payload = PayloadHash::new(request.body());
        context.sign(&mut request, &[], payload, &date, &key)?;
        Ok(request)
    }

    /// The request as it is, for those who sign it with a [`Signer`](crate::Signer) of their own:
    /// one for [`service`](Self::service) and [`region`](Self::region).
    pub fn into_unsigned(self) -> Request<String> {
        self.request
    }
}

impl fmt::Debug for SignableRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body of a request to STS can hold an MFA code or a token.
        f.debug_struct("SignableRequest")
            .field("method", self.request.method())
            .field("uri", self.request.uri())
            .field("service", &self.service)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}
