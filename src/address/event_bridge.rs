//! Amazon EventBridge: regional and global endpoints.

use crate::address::options::Options;
use crate::address::{Address, AddressError, AddressPart};
use crate::service::partition::Partition;

/// The Region and the options of an Amazon EventBridge client, from which addresses follow.
///
/// A global endpoint fails over between Regions. Its requests are signed with Signature Version 4A,
/// for all Regions.
///
/// ```
/// use countersign::address::{EventBridge, SigningScheme};
///
/// let events = EventBridge::new("eu-west-1");
/// let global = events.global("abcde.veo")?;
/// assert_eq!(global.host(), "abcde.veo.endpoint.events.amazonaws.com");
/// let expected = SigningScheme::SigV4A { service: "events".into(), region_set: "*".into() };
/// assert_eq!(global.schemes(), [expected]);
///
/// let regional = events.regional()?;
/// assert_eq!(regional.host(), "events.eu-west-1.amazonaws.com");
/// # Ok::<(), countersign::address::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventBridge(Options);

impl EventBridge {
    /// Creates the addressing of a client in this Region, without options.
    pub fn new(region: impl Into<String>) -> Self {
        Self(Options::new(region.into()))
    }

    /// Uses another endpoint than AWS's own: `http(s)://host[:port][/path]`.
    ///
    /// A verb checks it: [`AddressError::InvalidEndpoint`].
    #[must_use]
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.0.endpoint = Some(url.into());
        self
    }

    /// Uses hosts that IPv4 and IPv6 reach.
    #[must_use]
    pub fn with_dual_stack(mut self) -> Self {
        self.0.dual_stack = true;
        self
    }

    /// Uses hosts that are validated under FIPS 140. Global endpoints have none.
    #[must_use]
    pub fn with_fips(mut self) -> Self {
        self.0.fips = true;
        self
    }

    /// Returns the address of a global endpoint, by its id.
    ///
    /// # Errors
    /// - [`AddressError::Conflict`] if FIPS is on, or dual stack with a custom endpoint
    /// - [`AddressError::InvalidRegion`] if the Region cannot be part of a host name
    /// - [`AddressError::InvalidHostLabel`] if the id cannot be part of a host name
    /// - [`AddressError::InvalidEndpoint`] if the custom endpoint is no base URL
    ///
    /// ```
    /// use countersign::address::EventBridge;
    ///
    /// let error = EventBridge::new("eu-west-1").with_fips().global("abcde.veo").unwrap_err();
    /// assert_eq!(error.to_string(), "FIPS cannot be combined with a global endpoint of EventBridge");
    /// ```
    pub fn global(&self, endpoint_id: &str) -> Result<Address, AddressError> {
        self.0.global(
            endpoint_id,
            AddressPart::EventBridgeGlobal,
            "events",
            |partition, dual_stack| {
                let domain = if dual_stack {
                    partition.dual_stack_domain()
                } else {
                    partition.domain()
                };
                format!("endpoint.events.{domain}")
            },
        )
    }

    /// Returns the address of the Region's own endpoint, signed with Signature Version 4.
    ///
    /// # Errors
    /// - [`AddressError::Conflict`] if FIPS or dual stack is on together with a custom endpoint
    /// - [`AddressError::InvalidRegion`] if the Region cannot be part of a host name
    /// - [`AddressError::InvalidEndpoint`] if the custom endpoint is no base URL
    ///
    /// ```
    /// use countersign::address::EventBridge;
    ///
    /// let address = EventBridge::new("us-east-1").with_fips().regional()?;
    /// assert_eq!(address.url(), "https://events-fips.us-east-1.amazonaws.com");
    /// # Ok::<(), countersign::address::AddressError>(())
    /// ```
    pub fn regional(&self) -> Result<Address, AddressError> {
        // GovCloud's own hosts are validated, under the plain name.
        let gov_cloud = Partition::of(&self.0.region) == Partition::GovCloud;
        let plain = gov_cloud && !self.0.dual_stack;
        self.0
            .regional("events", if plain { "" } else { "-fips" }, "events")
    }
}
