//! Buckets by name. The form of a name tells the kind of bucket.

use crate::address::endpoint::is_ipv4;
use crate::address::{Address, AddressError, AddressPart};
use crate::error::address::BucketProblem;
use crate::primitives::host_label::{is_host_label, is_host_labels};
use crate::s3::address::{Addressing, Client};
use crate::service::partition::Partition;
use crate::sigv4::object_key::encode_segment;

impl Addressing {
    /// Returns the address of a bucket, by its name, its alias or its ARN.
    ///
    /// A directory bucket and its access points are known by their suffix (`--x-s3`, `--xa-s3`), an
    /// Outposts access point alias by `--op-s3`. ARNs name access points, Multi-Region Access
    /// Points, Object Lambda access points, and access points on Outposts. A name that cannot be
    /// part of a host name goes into the path, and over `https` also one with a dot, because no
    /// certificate covers it.
    ///
    /// # Errors
    /// - [`AddressError::Conflict`] if two options exclude each other, or an option excludes the kind
    ///   of bucket
    /// - [`AddressError::InvalidRegion`] if the region is empty or cannot be part of a host name
    /// - [`AddressError::InvalidEndpoint`] if the custom endpoint is not a base URL
    /// - [`AddressError::InvalidBucket`] if the name cannot be addressed
    /// - [`AddressError::InvalidArn`] or [`AddressError::InvalidHostLabel`] if the ARN is malformed,
    ///   or is not one of those above
    /// - [`AddressError::PartitionMismatch`] if the ARN is of another partition than the region
    /// - [`AddressError::RegionMismatch`] or [`AddressError::Disabled`] if the options forbid the ARN
    ///
    /// ```
    /// use countersign::s3::Addressing;
    ///
    /// let addressing = Addressing::new("us-west-2");
    /// for (bucket, host) in [
    ///     ("photos-2026", "photos-2026.s3.us-west-2.amazonaws.com"),
    ///     ("Photos", "s3.us-west-2.amazonaws.com"),
    ///     (
    ///         "logs--usw2-az1--x-s3",
    ///         "logs--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com",
    ///     ),
    ///     (
    ///         "arn:aws:s3:us-west-2:123456789012:accesspoint/finance",
    ///         "finance-123456789012.s3-accesspoint.us-west-2.amazonaws.com",
    ///     ),
    /// ] {
    ///     assert_eq!(addressing.bucket(bucket)?.host(), host);
    /// }
    /// # Ok::<(), countersign::s3::AddressError>(())
    /// ```
    pub fn bucket(&self, bucket: &str) -> Result<Address, AddressError> {
        let client = Client::new(self)?;
        if bucket.ends_with("--x-s3") || bucket.ends_with("--xa-s3") {
            return client.directory_bucket(bucket);
        }
        if let Some(address) = client.outposts_alias(bucket) {
            return address;
        }
        if bucket.starts_with("arn:") {
            return client.arn(bucket);
        }
        client.plain(bucket)
    }
}

impl Client<'_> {
    fn plain(&self, bucket: &str) -> Result<Address, AddressError> {
        // HTTP clients remove such a segment of a path.
        if matches!(bucket, "" | "." | "..") {
            return Err(BucketProblem::NotAName.of(bucket));
        }
        if !self.options.path_style && is_hostable(bucket) {
            return self.virtual_hosted(bucket);
        }
        // A TLS certificate covers one label, so a name with dots precedes the host only without TLS.
        let over_http = self
            .endpoint
            .filter(|endpoint| endpoint.scheme == "http" && !endpoint.is_ip);
        if let Some(endpoint) = over_http
            && !self.options.path_style
            && is_hostable_with_dots(bucket)
        {
            return Address::new(endpoint, &format!("{bucket}."), "", self.schemes());
        }
        self.refuse(
            self.options.accelerate,
            AddressPart::Accelerate,
            AddressPart::PathStyle,
        )?;
        self.regional(&format!("/{}", encode_segment(bucket)))
    }

    fn virtual_hosted(&self, bucket: &str) -> Result<Address, AddressError> {
        if self.endpoint.is_some_and(|endpoint| endpoint.is_ip) {
            return self.regional(&format!("/{bucket}"));
        }
        let host = if self.options.accelerate {
            let in_china = self.partition == Partition::China;
            self.refuse(in_china, AddressPart::Accelerate, AddressPart::China)?;
            let (dual_stack, domain) = (self.dual_stack(), self.partition.domain());
            format!("s3-accelerate{dual_stack}.{domain}")
        } else {
            self.s3_host()
        };
        self.address(&host, &format!("{bucket}."), "", self.schemes())
    }
}

/// Whether the name can be a label in front of a host that TLS protects.
pub(super) fn is_hostable(bucket: &str) -> bool {
    bucket.len() >= 3 && is_host_label(bucket)
}

fn is_hostable_with_dots(bucket: &str) -> bool {
    (3..=63).contains(&bucket.len()) && is_host_labels(bucket) && !is_ipv4(bucket)
}
