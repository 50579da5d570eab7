//! The key value store of Amazon CloudFront.

use crate::address::arn::Arn;
use crate::address::endpoint::Endpoint;
use crate::address::{Address, AddressError, AddressPart, SigningScheme};
use crate::error::address::ArnProblem;
use crate::error::address::HostLabel;
use crate::primitives::host_label::is_host_label;
use crate::service::partition::Partition;

/// A key value store of Amazon CloudFront, by its ARN.
///
/// It is global: its requests are signed with Signature Version 4A, for all regions.
///
/// ```
/// use countersign::address::KeyValueStore;
///
/// let arn = "arn:aws:cloudfront::123456789012:key-value-store/\
///     b1234567-89ab-cdef-0123-456789abcdef";
/// let address = KeyValueStore::new(arn).address()?;
/// assert_eq!(
///     address.url(),
///     "https://123456789012.cloudfront-kvs.global.api.aws"
/// );
/// # Ok::<(), countersign::address::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyValueStore {
    arn: String,
    region: Option<String>,
    endpoint: Option<String>,
    fips: bool,
}

impl KeyValueStore {
    /// Creates the store with this ARN, without options.
    pub fn new(arn: impl Into<String>) -> Self {
        Self {
            arn: arn.into(),
            region: None,
            endpoint: None,
            fips: false,
        }
    }

    /// Sets the client's region, whose partition must be that of the ARN.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Uses another endpoint than AWS's own: `http(s)://host[:port][/path]`.
    ///
    /// [`address`](Self::address) checks it.
    #[must_use]
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Requires a host that is validated under FIPS 140. There is none, so
    /// [`address`](Self::address) returns an error.
    #[must_use]
    pub fn with_fips(mut self) -> Self {
        self.fips = true;
        self
    }

    /// Returns the address of the store.
    ///
    /// # Errors
    /// - [`AddressError::Conflict`] if FIPS is on, or the ARN is of a partition other than `aws`
    /// - [`AddressError::InvalidArn`] if the ARN is malformed, or not of a key value store
    /// - [`AddressError::InvalidHostLabel`] if the account cannot be part of a host name
    /// - [`AddressError::PartitionMismatch`] if the client's region is of another partition
    /// - [`AddressError::InvalidEndpoint`] if the custom endpoint is not a base URL
    pub fn address(&self) -> Result<Address, AddressError> {
        let conflict = |first| {
            let second = AddressPart::KeyValueStore;
            Err(AddressError::Conflict { first, second })
        };
        if self.fips {
            return conflict(AddressPart::Fips);
        }
        let arn = Arn::parse(&self.arn)?;
        if (arn.service, arn.resource().next()) != ("cloudfront", Some("key-value-store")) {
            return Err(arn.invalid(ArnProblem::NotAKeyValueStore));
        }
        if !arn.region.is_empty() {
            return Err(arn.invalid(ArnProblem::UnexpectedRegion));
        }
        if arn.partition != Partition::Aws.id() {
            return conflict(AddressPart::OtherPartition);
        }
        if let Some(region) = &self.region {
            let client = Partition::of(region);
            if client != Partition::Aws {
                return Err(AddressError::PartitionMismatch {
                    arn: arn.partition.to_owned(),
                    region: region.clone(),
                    client: client.id(),
                });
            }
        }
        if !is_host_label(arn.account) {
            return Err(AddressError::InvalidHostLabel {
                name: HostLabel::AccountId,
                value: arn.account.to_owned(),
            });
        }
        let account = format!("{}.", arn.account);
        let schemes = vec![SigningScheme::sigv4a("cloudfront-keyvaluestore")];
        let host = format!(
            "cloudfront-kvs.global.{}",
            Partition::Aws.dual_stack_domain()
        );
        let endpoint = self.endpoint.as_deref().map(Endpoint::parse).transpose()?;
        Address::new(
            endpoint.unwrap_or(Endpoint::aws(&host)),
            &account,
            "",
            schemes,
        )
    }
}
