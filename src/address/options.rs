//! The options of clients of services with global endpoints.

use crate::address::endpoint::Endpoint;
use crate::address::{Address, AddressError, AddressPart, SigningScheme};
use crate::error::address::HostLabel;
use crate::primitives::host_label::{is_host_label, is_host_labels};
use crate::service::partition::Partition;

/// The options of a client, for each type that has them.
macro_rules! builder {
    ($client:ident) => {
        impl $client {
            /// Creates the addressing of a client in this region, without options.
            pub fn new(region: impl Into<String>) -> Self {
                Self(Options::new(region.into()))
            }

            /// Uses another endpoint than AWS's own: `http(s)://host[:port][/path]`.
            ///
            /// The methods that return an address check it: [`AddressError::InvalidEndpoint`].
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

            /// Uses the names of hosts that are validated under FIPS 140. Whether the region has
            /// one is not checked. Global endpoints have none.
            #[must_use]
            pub fn with_fips(mut self) -> Self {
                self.0.fips = true;
                self
            }
        }
    };
}

pub(super) use builder;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) region: String,
    pub(super) endpoint: Option<String>,
    pub(super) dual_stack: bool,
    pub(super) fips: bool,
}

impl Options {
    pub(super) fn new(region: String) -> Self {
        Self {
            region,
            endpoint: None,
            dual_stack: false,
            fips: false,
        }
    }

    /// What the names of AWS's hosts end in.
    pub(super) fn domain(&self) -> &'static str {
        let partition = Partition::of(&self.region);
        if self.dual_stack {
            partition.dual_stack_domain()
        } else {
            partition.domain()
        }
    }

    /// The address `ID.HOST` of a global endpoint.
    pub(super) fn global(
        &self,
        endpoint_id: &str,
        part: AddressPart,
        service: &'static str,
        host: &str,
    ) -> Result<Address, AddressError> {
        if self.fips {
            let (first, second) = (AddressPart::Fips, part);
            return Err(AddressError::Conflict { first, second });
        }
        let endpoint = self.endpoint()?;
        if !is_host_labels(endpoint_id) {
            return Err(AddressError::InvalidHostLabel {
                name: HostLabel::EndpointId,
                value: endpoint_id.to_owned(),
            });
        }
        let host = format!("{endpoint_id}.{host}");
        // The labels of a custom endpoint stay as they are.
        let endpoint = endpoint.unwrap_or(Endpoint::aws(&host));
        let schemes = vec![SigningScheme::sigv4a(service)];
        Address::new(endpoint, "", "", schemes)
    }

    /// `SERVICE[-fips].REGION.SUFFIX`.
    pub(super) fn regional(
        &self,
        prefix: &str,
        fips: &str,
        service: &'static str,
    ) -> Result<Address, AddressError> {
        let region = self.region.as_str();
        let schemes = vec![SigningScheme::sigv4(service, region)];
        let fips = if self.fips { fips } else { "" };
        let host = format!("{prefix}{fips}.{region}.{}", self.domain());
        let endpoint = self.endpoint()?.unwrap_or(Endpoint::aws(&host));
        Address::new(endpoint, "", "", schemes)
    }

    /// The custom endpoint, after a check of what goes into the host.
    fn endpoint(&self) -> Result<Option<Endpoint<'_>>, AddressError> {
        let custom = self.endpoint.is_some();
        for (option, first) in [
            (self.fips, AddressPart::Fips),
            (self.dual_stack, AddressPart::DualStack),
        ] {
            if option && custom {
                let second = AddressPart::Endpoint;
                return Err(AddressError::Conflict { first, second });
            }
        }
        if !is_host_label(&self.region) {
            return Err(AddressError::InvalidRegion {
                region: self.region.clone(),
            });
        }
        self.endpoint.as_deref().map(Endpoint::parse).transpose()
    }
}
