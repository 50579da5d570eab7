//! Amazon EventBridge: regional and global endpoints.

use crate::address::options::{Options, builder};
use crate::address::{Address, AddressError, AddressPart};
use crate::service::partition::Partition;

/// The region and the options of an Amazon EventBridge client, from which addresses follow.
///
/// A global endpoint fails over between regions. Its requests are signed with Signature Version 4A,
/// for all regions.
///
/// ```
/// use countersign::address::{EventBridge, SigningScheme};
///
/// let events = EventBridge::new("eu-west-1");
/// let global = events.global("abcde.veo")?;
/// assert_eq!(global.host(), "abcde.veo.endpoint.events.amazonaws.com");
/// let expected = SigningScheme::SigV4A {
///     service: "events".into(),
///     region_set: "*".into(),
/// };
/// assert_eq!(global.schemes(), [expected]);
///
/// let regional = events.regional()?;
/// assert_eq!(regional.host(), "events.eu-west-1.amazonaws.com");
/// # Ok::<(), countersign::address::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventBridge(Options);

builder!(EventBridge);

impl EventBridge {
    /// Returns the address of a global endpoint, by its id.
    ///
    /// # Errors
    /// - [`AddressError::Conflict`] if FIPS is on, or dual stack with a custom endpoint
    /// - [`AddressError::InvalidRegion`] if the region cannot be part of a host name
    /// - [`AddressError::InvalidHostLabel`] if the id cannot be part of a host name
    /// - [`AddressError::InvalidEndpoint`] if the custom endpoint is not a base URL
    pub fn global(&self, endpoint_id: &str) -> Result<Address, AddressError> {
        let host = format!("endpoint.events.{}", self.0.domain());
        self.0
            .global(endpoint_id, AddressPart::EventBridgeGlobal, "events", &host)
    }

    /// Returns the address of the region's own endpoint, signed with Signature Version 4.
    ///
    /// # Errors
    /// - [`AddressError::Conflict`] if FIPS or dual stack is on together with a custom endpoint
    /// - [`AddressError::InvalidRegion`] if the region cannot be part of a host name
    /// - [`AddressError::InvalidEndpoint`] if the custom endpoint is not a base URL
    pub fn regional(&self) -> Result<Address, AddressError> {
        // GovCloud's own hosts are validated, under the plain name.
        let gov_cloud = Partition::of(&self.0.region) == Partition::GovCloud;
        let plain = gov_cloud && !self.0.dual_stack;
        self.0
            .regional("events", if plain { "" } else { "-fips" }, "events")
    }
}
