//! Directory buckets of S3 Express One Zone, and their access points.

use crate::address::endpoint::Endpoint;
use crate::address::{Address, AddressError, AddressPart, SigningScheme};
use crate::error::address::BucketProblem;
use crate::primitives::host_label::is_host_label;
use crate::s3::address::bucket::is_hostable;
use crate::s3::address::{Addressing, Client};
use crate::sigv4::object_key::encode_segment;

/// The possible lengths of the name of a zone. `use1-az4` is the shortest.
const ZONE_LENGTHS: [usize; 5] = [8, 9, 13, 14, 20];

impl Addressing {
    /// Returns the address of the calls that create, list and configure directory buckets.
    ///
    /// They are signed with the caller's own credentials, without a session. `None` is for
    /// `ListDirectoryBuckets`.
    ///
    /// # Errors
    /// - everything that [`buckets`](Self::buckets) returns
    /// - [`AddressError::InvalidBucket`] if the name is not of the form `NAME--ZONE--x-s3`
    ///
    /// ```
    /// use countersign::s3::Addressing;
    ///
    /// let addressing = Addressing::new("us-west-2");
    /// let address =
    ///     addressing.directory_bucket_control(Some("logs--usw2-az1--x-s3"))?;
    /// assert_eq!(
    ///     address.url(),
    ///     "https://s3express-control.us-west-2.amazonaws.com/logs--usw2-az1--x-s3"
    /// );
    /// # Ok::<(), countersign::s3::AddressError>(())
    /// ```
    pub fn directory_bucket_control(&self, bucket: Option<&str>) -> Result<Address, AddressError> {
        let client = Client::new(self)?;
        let path = match bucket {
            None => String::new(),
            Some(bucket) if bucket.ends_with("--x-s3") && is_hostable(bucket) => {
                let part = AddressPart::DirectoryBucket;
                client.refuse(self.accelerate, AddressPart::Accelerate, part)?;
                format!("/{bucket}")
            }
            Some(bucket) => return Err(BucketProblem::NoZone.of(bucket)),
        };
        let schemes = vec![SigningScheme::sigv4("s3express", client.region)];
        let host = client.host("s3express-control", client.region);
        client.address(&host, "", &path, schemes)
    }
}

impl Client<'_> {
    /// `BUCKET.s3express[-fips]-ZONE[.dualstack].REGION.SUFFIX`.
    pub(super) fn directory_bucket(&self, bucket: &str) -> Result<Address, AddressError> {
        self.refuse(
            self.options.accelerate,
            AddressPart::Accelerate,
            AddressPart::DirectoryBucket,
        )?;
        let region = self.region.to_owned();
        let schemes = vec![if self.options.no_express_session {
            SigningScheme::sigv4("s3express", self.region)
        } else {
            SigningScheme::S3ExpressSession { region }
        }];
        if let Some(endpoint) = self.endpoint.filter(|endpoint| endpoint.is_ip) {
            let path = format!("/{}", encode_segment(bucket));
            return Address::new(endpoint, "", &path, schemes);
        }
        if !is_hostable(bucket) {
            return Err(BucketProblem::NotDirectoryBucketName.of(bucket));
        }
        let labels = format!("{bucket}.");
        if let Some(endpoint) = self.endpoint {
            return Address::new(endpoint, &labels, "", schemes);
        }
        let zone = zone(bucket).ok_or_else(|| BucketProblem::NoZone.of(bucket))?;
        let (fips, dual_stack) = (self.fips(), self.dual_stack());
        let (region, domain) = (self.region, self.partition.domain());
        let host = format!("s3express{fips}-{zone}{dual_stack}.{region}.{domain}");
        Address::new(Endpoint::aws(&host), &labels, "", schemes)
    }
}

/// The zone in a name, `--ZONE--x-s3` or `--ZONE--xa-s3`.
fn zone(bucket: &str) -> Option<&str> {
    let name = bucket
        .strip_suffix("--x-s3")
        .or_else(|| bucket.strip_suffix("--xa-s3"))?;
    ZONE_LENGTHS.into_iter().find_map(|length| {
        let (name, zone) = name.split_at_checked(name.len().checked_sub(length)?)?;
        let is_zone = name.len() > 2 && name.ends_with("--") && is_host_label(zone);
        is_zone.then_some(zone)
    })
}
