//! Signers for the hosts of requests, created when they are needed.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use http::header::HOST;
use http::request::Parts;

use crate::credentials::Credentials;
use crate::error::Error;
use crate::request::host_of;
use crate::service::signing_names::service_of_host;
use crate::sign::signer::Signer;
use crate::tower::sign::error::SignError;
use crate::tower::sign::single_signer::SingleSigner;

/// The largest number of hosts that are remembered: a client may have a host for each bucket. One
/// more host clears the list.
const MOST_HOSTS: usize = 256;

/// Signs each request for the service and the region of its host.
///
/// It knows the hosts of AWS, as [`service_of_host`] does. For a store, a proxy or a private DNS
/// name, use a [`Signer`]. For a directory bucket, use a [`Signer`] with the credentials of its
/// session. Requests to a host of all regions are signed with SigV4A (feature `sigv4a`).
///
/// ```
/// use countersign::Credentials;
/// use countersign::tower::sign::{HostSigners, SignLayer};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// // Some hosts name no region, such as `bucket.s3-accelerate.amazonaws.com`.
/// // Requests to them are signed for the default region.
/// let signers =
///     HostSigners::new(credentials)?.with_default_region("eu-west-1");
/// let layer = SignLayer::new(signers);
/// assert_eq!(layer.clock_skew().as_millis(), 0);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct HostSigners {
    credentials: Credentials,
    default_region: Option<String>,
    known: Arc<RwLock<HashMap<String, SingleSigner>>>,
}

impl HostSigners {
    /// Creates the signers of these credentials.
    ///
    /// # Errors
    /// - [`Error::InvalidAccessKeyId`], [`Error::InvalidSecretKey`] or [`Error::InvalidSessionToken`]
    ///   if a part of the credentials is malformed
    pub fn new(credentials: Credentials) -> Result<Self, Error> {
        // So that the error is returned where the mistake is made.
        Signer::new(credentials.clone(), "us-east-1", "sts")?;
        Ok(Self {
            credentials,
            default_region: None,
            known: Arc::default(),
        })
    }

    /// Sets the region for hosts whose names contain no region.
    #[must_use]
    pub fn with_default_region(self, region: impl Into<String>) -> Self {
        Self {
            default_region: Some(region.into()),
            known: Arc::default(),
            ..self
        }
    }

    pub(super) fn signer(&self, parts: &Parts) -> Result<SingleSigner, SignError> {
        let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = header.or_else(|| host_of(&parts.uri)).unwrap_or_default();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(signer) = known.get(host) {
            return Ok(signer.clone());
        }
        drop(known);
        let signer = self.new_signer(host)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_HOSTS {
            known.clear();
        }
        known.insert(host.to_owned(), signer.clone());
        Ok(signer)
    }

    fn new_signer(&self, host: &str) -> Result<SingleSigner, SignError> {
        let owned = || host.to_owned();
        let found =
            service_of_host(host).ok_or_else(|| SignError::UnknownHost { host: owned() })?;
        let region = found.region().or(self.default_region.as_deref());
        let region = region.ok_or_else(|| SignError::UnknownRegion { host: owned() })?;
        let credentials = self.credentials.clone();
        if region != "*" {
            let signer = Signer::new(credentials, region, found.service())?;
            return Ok(SingleSigner::SigV4(signer));
        }
        #[cfg(feature = "sigv4a")]
        return Ok(SingleSigner::SigV4a(crate::sigv4a::Signer::new(
            credentials,
            "*",
            found.service(),
        )?));
        #[cfg(not(feature = "sigv4a"))]
        Err(SignError::NeedsSigV4a { host: owned() })
    }
}

impl fmt::Debug for HostSigners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostSigners")
            .field("credentials", &self.credentials)
            .field("default_region", &self.default_region)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounded_number_of_hosts_is_remembered() {
        let signers = HostSigners::new(Credentials::new("AKIDEXAMPLE", "secret")).unwrap();
        for bucket in 0..=MOST_HOSTS {
            let remembered = signers.known.read().unwrap().len();
            assert_eq!(remembered, bucket);
            let url = format!("https://bucket-{bucket}.s3.eu-west-1.amazonaws.com/");
            let (parts, ()) = http::Request::get(url).body(()).unwrap().into_parts();
            for _ in 0..2 {
                assert!(signers.signer(&parts).is_ok());
            }
        }
        // One more host than the list holds clears it.
        assert_eq!(signers.known.read().unwrap().len(), 1);
    }
}
