//! Addresses of calls: the base URL, and how requests to it are signed.
//!
//! A signature for the wrong host, region or service name is the most common mismatch. An
//! [`Address`] keeps them together:
//!
//! - [`s3::Addressing`](crate::s3::Addressing) returns the address of a bucket, an access point or
//!   another ARN of S3 (feature `s3`).
//! - [`EventBridge`], [`Ses`] and [`KeyValueStore`] return the addresses of global endpoints, which
//!   accept only Signature Version 4A (feature `sigv4a`).
//!
//! ```
//! use countersign::address::{EventBridge, SigningScheme};
//! use countersign::{Credentials, PayloadHash, Timestamp};
//!
//! let address = EventBridge::new("us-east-1").global("abcde.veo")?;
//! assert_eq!(
//!     address.url(),
//!     "https://abcde.veo.endpoint.events.amazonaws.com"
//! );
//! let all_regions = SigningScheme::SigV4A {
//!     service: "events".into(),
//!     region_set: "*".into(),
//! };
//! assert_eq!(address.schemes(), [all_regions]);
//!
//! let signer = address.signer(Credentials::new("AKIDEXAMPLE", "secret"))?;
//! let now = Timestamp::from_unix_seconds(1_767_268_800);
//! let url = format!("{}/", address.url());
//! let mut request = http::Request::post(url).body("{}")?;
//! signer.sign(&mut request, PayloadHash::new("{}"), now)?;
//! assert_eq!(request.headers()["x-amz-region-set"], "*");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod arn;
pub(crate) mod endpoint;
#[cfg(feature = "sigv4a")]
mod event_bridge;
#[cfg(feature = "sigv4a")]
mod key_value_store;
#[cfg(feature = "sigv4a")]
mod options;
#[cfg(feature = "sigv4a")]
mod ses;
mod signer;

use std::borrow::Cow;

use http::HeaderMap;
#[cfg(feature = "s3")]
use http::{HeaderName, HeaderValue};

use crate::sigv4::object_key::encode_key;
use endpoint::Endpoint;

pub use crate::error::address::{AddressError, AddressPart, ArnProblem, HostLabel};
#[cfg(feature = "sigv4a")]
pub use event_bridge::EventBridge;
#[cfg(feature = "sigv4a")]
pub use key_value_store::KeyValueStore;
#[cfg(feature = "sigv4a")]
pub use ses::Ses;
pub use signer::AddressSigner;

/// Where requests go, and how they are signed there.
///
/// ```
/// use countersign::s3::Addressing;
///
/// let address = Addressing::new("eu-west-1").bucket("photos-2026")?;
/// assert_eq!(
///     address.url(),
///     "https://photos-2026.s3.eu-west-1.amazonaws.com"
/// );
/// assert_eq!(address.host(), "photos-2026.s3.eu-west-1.amazonaws.com");
/// assert_eq!(
///     address.object_url("a b.jpg"),
///     "https://photos-2026.s3.eu-west-1.amazonaws.com/a%20b.jpg"
/// );
///
/// // TLS certificates do not cover a host name with such a bucket name.
/// let address = Addressing::new("eu-west-1").bucket("my.photos")?;
/// assert_eq!(
///     address.object_url("a.jpg"),
///     "https://s3.eu-west-1.amazonaws.com/my.photos/a.jpg"
/// );
/// assert_eq!(address.path_prefix(), "/my.photos");
/// # Ok::<(), countersign::s3::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    url: String,
    /// The positions of the host and of the path in `url`.
    host_start: usize,
    path_start: usize,
    schemes: Vec<SigningScheme>,
    headers: HeaderMap,
}

impl Address {
    /// At an endpoint, below its path: the custom one, or [one of AWS](Endpoint::aws).
    ///
    /// `labels`, each with its dot, precede the host, which then must not be an IP address.
    pub(crate) fn new(
        endpoint: Endpoint<'_>,
        labels: &str,
        path_prefix: &str,
        schemes: Vec<SigningScheme>,
    ) -> Result<Self, AddressError> {
        let Endpoint {
            scheme,
            authority,
            path,
            is_ip,
        } = endpoint;
        if is_ip && !labels.is_empty() {
            return Err(AddressError::Conflict {
                first: AddressPart::IpEndpoint,
                second: AddressPart::HostLabel,
            });
        }
        let host_start = scheme.len() + "://".len();
        Ok(Self {
            url: format!("{scheme}://{labels}{authority}{path}{path_prefix}"),
            host_start,
            path_start: host_start + labels.len() + authority.len(),
            schemes,
            headers: HeaderMap::new(),
        })
    }

    #[cfg(feature = "s3")]
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Returns the base URL, without a slash at its end: append a path that begins with `/`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the host, with the port if the endpoint has one.
    pub fn host(&self) -> &str {
        self.url
            .get(self.host_start..self.path_start)
            .unwrap_or_default()
    }

    /// Returns the path before that of the call. It is often empty, and never ends in a slash.
    pub fn path_prefix(&self) -> &str {
        self.url.get(self.path_start..).unwrap_or_default()
    }

    /// Returns how requests can be signed, in the order of preference.
    pub fn schemes(&self) -> &[SigningScheme] {
        &self.schemes
    }

    /// Returns the headers that a request needs at this address. Set them before you sign it.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the URL of an object: the key is percent-encoded and appended.
    pub fn object_url(&self, key: impl AsRef<[u8]>) -> String {
        format!("{}/{}", self.url, encode_key(key))
    }
}

/// How requests to an address are signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SigningScheme {
    /// Signature Version 4.
    SigV4 {
        /// The signing name.
        service: Cow<'static, str>,
        /// The region to sign for.
        region: String,
    },
    /// Signature Version 4A.
    SigV4A {
        /// The signing name.
        service: Cow<'static, str>,
        /// The region set to sign for.
        region_set: Cow<'static, str>,
    },
    /// Signature Version 4 for `s3express`, with the credentials of a session.
    S3ExpressSession {
        /// The region to sign for.
        region: String,
    },
}

impl SigningScheme {
    pub(crate) fn sigv4(service: &'static str, region: &str) -> Self {
        Self::SigV4 {
            service: service.into(),
            region: region.to_owned(),
        }
    }

    /// For all regions.
    pub(crate) fn sigv4a(service: &'static str) -> Self {
        Self::SigV4A {
            service: service.into(),
            region_set: "*".into(),
        }
    }
}
