//! ARNs in place of the name of a bucket.

use crate::address::arn::Arn;
use crate::address::endpoint::Endpoint;
use crate::address::{Address, AddressError, AddressPart, SigningScheme};
use crate::error::address::{ArnProblem, HostLabel};
use crate::primitives::host_label::{is_host_label, is_host_labels};
use crate::s3::address::{Client, label};
use crate::service::partition::Partition;

impl Client<'_> {
    pub(super) fn arn(&self, text: &str) -> Result<Address, AddressError> {
        let arn = Arn::parse(text)?;
        let mut resource = arn.resource();
        let kind = resource.next().unwrap_or_default();
        if kind.is_empty() {
            return Err(arn.invalid(ArnProblem::NoResourceType));
        }
        self.refuse(
            self.options.path_style,
            AddressPart::PathStyle,
            AddressPart::Arn,
        )?;
        match (arn.service, kind) {
            ("s3", "accesspoint") => {
                let name = only(&arn, resource)?;
                if arn.region.is_empty() {
                    self.multi_region_access_point(&arn, name)
                } else {
                    self.access_point(&arn, name)
                }
            }
            ("s3-object-lambda", "accesspoint") => {
                let name = only(&arn, resource)?;
                self.object_lambda(&arn, name)
            }
            ("s3-outposts", "outpost") => self.outposts_access_point(&arn, resource),
            _ => Err(arn.invalid(ArnProblem::NotAnAccessPoint)),
        }
    }

    /// `NAME-ACCOUNT.s3-accesspoint[-fips][.dualstack].REGION.SUFFIX`.
    fn access_point(&self, arn: &Arn<'_>, name: &str) -> Result<Address, AddressError> {
        let part = AddressPart::AccessPoint;
        self.refuse(self.options.accelerate, AddressPart::Accelerate, part)?;
        self.regional_access_point(arn, name, part, "s3-accesspoint", "s3")
    }

    /// `NAME-ACCOUNT.s3-object-lambda[-fips].REGION.SUFFIX`.
    fn object_lambda(&self, arn: &Arn<'_>, name: &str) -> Result<Address, AddressError> {
        let part = AddressPart::ObjectLambda;
        self.refuse_both(part)?;
        self.regional_access_point(arn, name, part, "s3-object-lambda", "s3-object-lambda")
    }

    fn regional_access_point(
        &self,
        arn: &Arn<'_>,
        name: &str,
        part: AddressPart,
        prefix: &str,
        service: &'static str,
    ) -> Result<Address, AddressError> {
        if self.options.forbid_access_points {
            return Err(AddressError::Disabled { part });
        }
        let region = self.region_of(arn)?;
        label(HostLabel::AccountId, arn.account)?;
        label(HostLabel::AccessPointName, name)?;
        let schemes = vec![SigningScheme::sigv4(service, region)];
        let labels = format!("{name}-{}.", arn.account);
        // The two are one label.
        label(
            HostLabel::AccessPointWithAccount,
            labels.trim_end_matches('.'),
        )?;
        self.address(&self.host(prefix, region), &labels, "", schemes)
    }

    /// `ALIAS.accesspoint.s3-global.SUFFIX`, whatever the endpoint.
    fn multi_region_access_point(
        &self,
        arn: &Arn<'_>,
        alias: &str,
    ) -> Result<Address, AddressError> {
        let part = AddressPart::MultiRegionAccessPoint;
        if !is_host_labels(alias) {
            return Err(AddressError::InvalidHostLabel {
                name: HostLabel::MultiRegionAlias,
                value: alias.to_owned(),
            });
        }
        self.refuse_both(part)?;
        self.refuse(self.options.fips, AddressPart::Fips, part)?;
        if self.options.forbid_multi_region_access_points {
            return Err(AddressError::Disabled { part });
        }
        if Partition::with_id(arn.partition) != Some(self.partition) {
            return Err(self.partition_mismatch(arn.partition));
        }
        let host = format!("{alias}.accesspoint.s3-global.{}", self.partition.domain());
        let schemes = vec![SigningScheme::sigv4a("s3")];
        Address::new(Endpoint::aws(&host), "", "", schemes)
    }

    /// The region of an ARN, which is the one to sign for.
    pub(super) fn region_of<'a>(&self, arn: &Arn<'a>) -> Result<&'a str, AddressError> {
        if arn.region.is_empty() {
            return Err(arn.invalid(ArnProblem::NoRegion));
        }
        if self.options.forbid_arn_region && arn.region != self.region {
            return Err(AddressError::RegionMismatch {
                arn: arn.region.to_owned(),
                client: self.region.to_owned(),
            });
        }
        let partition = Partition::of(arn.region);
        if partition != self.partition {
            return Err(self.partition_mismatch(partition.id()));
        }
        if !is_host_label(arn.region) {
            return Err(AddressError::InvalidRegion {
                region: arn.region.to_owned(),
            });
        }
        Ok(arn.region)
    }

    fn partition_mismatch(&self, arn: &str) -> AddressError {
        AddressError::PartitionMismatch {
            arn: arn.to_owned(),
            region: self.region.to_owned(),
            client: self.partition.id(),
        }
    }
}

/// The one part that follows the type of resource.
fn only<'a>(
    arn: &Arn<'a>,
    mut resource: impl Iterator<Item = &'a str>,
) -> Result<&'a str, AddressError> {
    let name = resource.next().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| arn.invalid(ArnProblem::NoAccessPointName))?;
    match resource.next() {
        None => Ok(name),
        Some(_) => Err(arn.invalid(ArnProblem::PartOfAccessPoint)),
    }
}
