//! The S3 Control API, for access points, batch jobs, access grants, and S3 on Outposts.

use http::{HeaderName, HeaderValue};

use crate::address::arn::Arn;
use crate::address::{Address, AddressError, AddressPart, SigningScheme};
use crate::error::address::{ArnProblem, HostLabel};
use crate::s3::address::outposts::Resource;
use crate::s3::address::{Addressing, Client, label};
use crate::service::partition::Partition;

const ACCOUNT: HeaderName = HeaderName::from_static("x-amz-account-id");
const OUTPOST: HeaderName = HeaderName::from_static("x-amz-outpost-id");

/// What a call of the S3 Control API is about.
///
/// ```
/// use countersign::s3::{Addressing, ControlTarget};
///
/// let arn = "arn:aws:s3-outposts:us-west-2:123456789012:\
///            outpost/op-01234567890123456/bucket/reports";
/// let target = ControlTarget::Bucket(arn);
/// let address = Addressing::new("us-west-2").control(None, target)?;
/// assert_eq!(address.url(), "https://s3-outposts.us-west-2.amazonaws.com");
/// assert_eq!(
///     address.headers()["x-amz-outpost-id"],
///     "op-01234567890123456"
/// );
/// # Ok::<(), countersign::s3::AddressError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ControlTarget<'a> {
    /// The account: batch jobs, access grants, Multi-Region Access Points, Storage Lens …
    Account,
    /// An access point, by its name or its Outposts ARN.
    AccessPoint(&'a str),
    /// A bucket, by its name or its Outposts ARN.
    Bucket(&'a str),
    /// An outpost, by its id.
    Outpost(&'a str),
}

impl Addressing {
    /// Returns the address of a call of the S3 Control API.
    ///
    /// `account_id` is the account that the call is about. It is part of the host name, except where
    /// an ARN, an outpost or a directory bucket's access point names the host. Transfer Acceleration
    /// is not for this API: the option has no effect.
    ///
    /// # Errors
    /// - [`AddressError::Conflict`] if two options exclude each other, or an option excludes the target
    /// - [`AddressError::InvalidRegion`] if the region is empty or cannot be part of a host name
    /// - [`AddressError::InvalidEndpoint`] if the custom endpoint is not a base URL
    /// - [`AddressError::InvalidArn`] or [`AddressError::InvalidHostLabel`] if the ARN, the account or
    ///   the outpost is malformed
    /// - [`AddressError::PartitionMismatch`] or [`AddressError::RegionMismatch`] if the ARN is of
    ///   another partition than the region, or of a region that the options forbid
    /// - [`AddressError::AccountMissing`] if the host name needs an account and there is none
    /// - [`AddressError::AccountMismatch`] if the account is other than that of the ARN
    ///
    /// ```
    /// use countersign::s3::{Addressing, ControlTarget};
    ///
    /// let addressing = Addressing::new("us-west-2");
    /// let address = addressing
    ///     .control(Some("123456789012"), ControlTarget::AccessPoint("finance"))?;
    /// assert_eq!(
    ///     address.host(),
    ///     "123456789012.s3-control.us-west-2.amazonaws.com"
    /// );
    /// # Ok::<(), countersign::s3::AddressError>(())
    /// ```
    pub fn control(
        &self,
        account_id: Option<&str>,
        target: ControlTarget<'_>,
    ) -> Result<Address, AddressError> {
        let client = Client::new(self)?;
        let (arn, resource_type) = match target {
            ControlTarget::Outpost(id) => {
                label(HostLabel::OutpostId, id)?;
                return client.outposts_control(client.region);
            }
            ControlTarget::AccessPoint(name) if name.ends_with("--xa-s3") => {
                return client.directory_access_point_control();
            }
            ControlTarget::AccessPoint(arn) if arn.starts_with("arn:") => (arn, "accesspoint"),
            ControlTarget::Bucket(arn) if arn.starts_with("arn:") => (arn, "bucket"),
            _ => return client.account_control(account_id),
        };
        client.outposts_arn(account_id, arn, resource_type)
    }
}

impl Client<'_> {
    /// `ACCOUNT.s3-control[-fips][.dualstack].REGION.SUFFIX`.
    fn account_control(&self, account_id: Option<&str>) -> Result<Address, AddressError> {
        let account_id = account_id.ok_or(AddressError::AccountMissing)?;
        label(HostLabel::AccountId, account_id)?;
        let host = self.host("s3-control", self.region);
        self.address(&host, &format!("{account_id}."), "", self.schemes())
    }

    /// `s3express-control[-fips].REGION.SUFFIX`.
    fn directory_access_point_control(&self) -> Result<Address, AddressError> {
        self.refuse(
            self.options.dual_stack,
            AddressPart::DualStack,
            AddressPart::DirectoryBucket,
        )?;
        let schemes = vec![SigningScheme::sigv4("s3express", self.region)];
        self.address(
            &self.host("s3express-control", self.region),
            "",
            "",
            schemes,
        )
    }

    fn outposts_arn(
        &self,
        account_id: Option<&str>,
        text: &str,
        kind: &str,
    ) -> Result<Address, AddressError> {
        let arn = Arn::parse(text)?;
        let mut resource = arn.resource();
        if (arn.service, resource.next()) != ("s3-outposts", Some("outpost")) {
            return Err(arn.invalid(ArnProblem::NotOutposts));
        }
        let resource = Resource::read(&arn, resource)?;
        if resource.kind != kind {
            return Err(arn.invalid(ArnProblem::WrongResourceType));
        }
        let region = self.region_of(&arn)?;
        label(HostLabel::AccountId, arn.account)?;
        if let Some(given) = account_id.filter(|given| *given != arn.account) {
            return Err(AddressError::AccountMismatch {
                arn: arn.account.to_owned(),
                given: given.to_owned(),
            });
        }
        let header =
            |text| HeaderValue::from_str(text).map_err(|_| arn.invalid(ArnProblem::NotHeaderValue));
        let address = self.outposts_control(region)?;
        Ok(address
            .with_header(ACCOUNT, header(arn.account)?)
            .with_header(OUTPOST, header(resource.outpost)?))
    }

    /// `s3-outposts[-fips].REGION.SUFFIX`. Dual stack has another suffix.
    fn outposts_control(&self, region: &str) -> Result<Address, AddressError> {
        let partition = Partition::of(region);
        let domain = if self.options.dual_stack {
            partition.dual_stack_domain()
        } else {
            partition.domain()
        };
        let host = format!("s3-outposts{}.{region}.{domain}", self.fips());
        let schemes = vec![SigningScheme::sigv4("s3-outposts", region)];
        self.address(&host, "", "", schemes)
    }
}
