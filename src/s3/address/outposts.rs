//! Access points of S3 on Outposts.

use crate::address::arn::Arn;
use crate::address::{Address, AddressError, AddressPart, SigningScheme};
use crate::error::address::{ArnProblem, BucketProblem, HostLabel};
use crate::primitives::host_label::is_host_label;
use crate::s3::address::{Client, label};

/// What an ARN of S3 on Outposts names: `outpost/OUTPOST/KIND/NAME`.
pub(super) struct Resource<'a> {
    pub(super) outpost: &'a str,
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
}

impl<'a> Resource<'a> {
    /// Reads what follows `outpost`.
    pub(super) fn read(
        arn: &Arn<'a>,
        mut resource: impl Iterator<Item = &'a str>,
    ) -> Result<Self, AddressError> {
        let mut next = |problem| {
            let part = resource.next().filter(|part| !part.is_empty());
            part.ok_or_else(|| arn.invalid(problem))
        };
        let outpost = next(ArnProblem::NoOutpost)?;
        label(HostLabel::OutpostId, outpost)?;
        let kind = next(ArnProblem::NoOutpostResource)?;
        let name = next(ArnProblem::NoOutpostResourceName)?;
        if resource.next().is_some() {
            return Err(arn.invalid(ArnProblem::PartOfOutpostResource));
        }
        Ok(Self {
            outpost,
            kind,
            name,
        })
    }
}

impl Client<'_> {
    fn refuse_outposts(&self) -> Result<(), AddressError> {
        let part = AddressPart::Outposts;
        self.refuse_both(part)?;
        self.refuse(self.options.fips, AddressPart::Fips, part)
    }

    /// `NAME-ACCOUNT.OUTPOST.s3-outposts.REGION.SUFFIX`.
    pub(super) fn outposts_access_point<'a>(
        &self,
        arn: &Arn<'a>,
        resource: impl Iterator<Item = &'a str>,
    ) -> Result<Address, AddressError> {
        self.refuse_outposts()?;
        let resource = Resource::read(arn, resource)?;
        if resource.kind != "accesspoint" {
            return Err(arn.invalid(ArnProblem::OtherThanAccessPoint));
        }
        let region = self.region_of(arn)?;
        label(HostLabel::AccountId, arn.account)?;
        label(HostLabel::AccessPointName, resource.name)?;
        let first = format!("{}-{}", resource.name, arn.account);
        label(HostLabel::AccessPointWithAccount, &first)?;
        let labels = format!("{first}.{}.", resource.outpost);
        self.address(
            &self.host("s3-outposts", region),
            &labels,
            "",
            schemes(region),
        )
    }

    /// The address of an access point's alias, which contains the outpost at a fixed distance from its
    /// end. `None` if the name is too short for an alias.
    pub(super) fn outposts_alias(&self, bucket: &str) -> Option<Result<Address, AddressError>> {
        if !bucket.ends_with("--op-s3") || !bucket.is_ascii() {
            return None;
        }
        let start = bucket.len().checked_sub(50)?;
        let hardware = bucket.get(start..=start)?;
        let outpost = bucket.get(start + 1..start + 18)?;
        Some(self.outposts_alias_at(bucket, hardware, outpost))
    }

    fn outposts_alias_at(
        &self,
        bucket: &str,
        hardware: &str,
        outpost: &str,
    ) -> Result<Address, AddressError> {
        self.refuse_outposts()?;
        self.refuse(
            self.endpoint.is_some(),
            AddressPart::Endpoint,
            AddressPart::Outposts,
        )?;
        label(HostLabel::OutpostId, outpost)?;
        if !is_host_label(bucket) {
            return Err(BucketProblem::NotHostLabel.of(bucket));
        }
        let outpost = match hardware {
            "e" => "ec2".to_owned(),
            "o" => format!("op-{outpost}"),
            _ => return Err(BucketProblem::UnknownOutpost.of(bucket)),
        };
        let host = self.host("s3-outposts", self.region);
        let labels = format!("{bucket}.{outpost}.");
        self.address(&host, &labels, "", schemes(self.region))
    }
}

/// SigV4A for all regions first, then SigV4 for one.
fn schemes(region: &str) -> Vec<SigningScheme> {
    vec![
        SigningScheme::sigv4a("s3-outposts"),
        SigningScheme::sigv4("s3-outposts", region),
    ]
}
