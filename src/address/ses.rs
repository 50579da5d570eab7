//! Amazon SES (API v2): regional and global endpoints.

use crate::address::options::{Options, builder};
use crate::address::{Address, AddressError, AddressPart};
use crate::service::partition::Partition;

/// The region and the options of an Amazon SES client (API v2), from which addresses follow.
///
/// A global endpoint fails over between regions. Its requests are signed with Signature Version 4A,
/// for all regions.
///
/// ```
/// use countersign::address::{Ses, SigningScheme};
///
/// let ses = Ses::new("eu-west-1");
/// let global = ses.global("a1b2c3d4.g3h")?;
/// assert_eq!(global.host(), "a1b2c3d4.g3h.endpoints.email.amazonaws.com");
/// let expected = SigningScheme::SigV4A {
///     service: "ses".into(),
///     region_set: "*".into(),
/// };
/// assert_eq!(global.schemes(), [expected]);
///
/// let regional = ses.regional()?;
/// assert_eq!(regional.host(), "email.eu-west-1.amazonaws.com");
/// # Ok::<(), countersign::address::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ses(Options);

builder!(Ses);

impl Ses {
    /// Returns the address of a global endpoint, by its id.
    ///
    /// # Errors
    /// - [`AddressError::Conflict`] if FIPS is on, or dual stack with a custom endpoint
    /// - [`AddressError::InvalidRegion`] if the region cannot be part of a host name
    /// - [`AddressError::InvalidHostLabel`] if the id cannot be part of a host name
    /// - [`AddressError::InvalidEndpoint`] if the custom endpoint is not a base URL
    pub fn global(&self, endpoint_id: &str) -> Result<Address, AddressError> {
        let middle = match (Partition::of(&self.0.region), self.0.dual_stack) {
            (Partition::GovCloud, _) => "us-gov.",
            (_, true) => "global.",
            (_, false) => "",
        };
        let host = format!("endpoints.email.{middle}{}", self.0.domain());
        self.0
            .global(endpoint_id, AddressPart::SesGlobal, "ses", &host)
    }

    /// Returns the address of the region's own endpoint, signed with Signature Version 4.
    ///
    /// # Errors
    /// - [`AddressError::Conflict`] if FIPS or dual stack is on together with a custom endpoint
    /// - [`AddressError::InvalidRegion`] if the region cannot be part of a host name
    /// - [`AddressError::InvalidEndpoint`] if the custom endpoint is not a base URL
    pub fn regional(&self) -> Result<Address, AddressError> {
        self.0.regional("email", "-fips", "ses")
    }
}
