//! Partitions: groups of regions that share nothing with each other, not even a domain.

/// A partition, as it follows from a region's name.
///
/// AWS General Reference, "AWS service endpoints".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Partition {
    Aws,
    China,
    GovCloud,
    EuropeanSovereign,
    Iso,
    IsoB,
    IsoE,
    IsoF,
}

/// What belongs to a partition.
struct Row {
    partition: Partition,
    #[cfg_attr(not(any(feature = "s3", feature = "sigv4a")), allow(dead_code))]
    id: &'static str,
    /// What its regions begin with; empty for `aws`, to which every other region belongs.
    regions: &'static str,
    /// What the names of its hosts end in, `SERVICE.REGION.` in front.
    domain: &'static str,
    /// The same for hosts that IPv6 reaches too.
    dual_stack_domain: &'static str,
}

const fn row(
    partition: Partition,
    id: &'static str,
    regions: &'static str,
    domain: &'static str,
    dual_stack_domain: &'static str,
) -> Row {
    Row {
        partition,
        id,
        regions,
        domain,
        dual_stack_domain,
    }
}

/// The one table of partitions in this crate.
#[rustfmt::skip]
static PARTITIONS: [Row; 8] = [
    row(Partition::China, "aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    row(Partition::GovCloud, "aws-us-gov", "us-gov-", "amazonaws.com", "api.aws"),
    row(Partition::EuropeanSovereign, "aws-eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    row(Partition::Iso, "aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    row(Partition::IsoB, "aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    row(Partition::IsoE, "aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    row(Partition::IsoF, "aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    AWS,
];

const AWS: Row = row(Partition::Aws, "aws", "", "amazonaws.com", "api.aws");

impl Partition {
    /// Returns the partition of a region. An unknown region counts as one of `aws`.
    pub(crate) fn of(region: &str) -> Self {
        PARTITIONS
            .iter()
            .find(|row| region.starts_with(row.regions))
            .unwrap_or(&AWS)
            .partition
    }

    /// Returns the partition that an ARN names.
    #[cfg(feature = "s3")]
    pub(crate) fn with_id(id: &str) -> Option<Self> {
        let row = PARTITIONS.iter().find(|row| row.id == id)?;
        Some(row.partition)
    }

    fn row(self) -> &'static Row {
        PARTITIONS
            .iter()
            .find(|row| row.partition == self)
            .unwrap_or(&AWS)
    }

    /// The name in ARNs.
    #[cfg(any(feature = "s3", feature = "sigv4a"))]
    pub(crate) fn id(self) -> &'static str {
        self.row().id
    }

    /// What the names of its hosts end in, `service.region.` in front.
    pub(crate) fn domain(self) -> &'static str {
        self.row().domain
    }

    /// What the names of its dual-stack hosts end in, of services that have a domain for them.
    pub(crate) fn dual_stack_domain(self) -> &'static str {
        self.row().dual_stack_domain
    }

    /// Every partition, with the more specific prefixes first.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        PARTITIONS.iter().map(|row| row.partition)
    }

    /// What the names of its dual-stack hosts end in: `service.region.api.` in front, or `on.` for
    /// what a customer makes. For `on.` only the one of `aws` is documented.
    #[cfg(feature = "codeartifact")]
    pub(crate) fn dual_stack_root(self) -> &'static str {
        let domain = self.dual_stack_domain();
        domain.strip_prefix("api.").unwrap_or(domain)
    }
}

/// What the names of AWS's hosts end in, of all partitions.
#[cfg(feature = "tokens")]
pub(crate) const DNS_SUFFIXES: [&str; 21] = [
    "amazonaws.com",
    "on.aws",
    "api.aws",
    "amazonaws.com.cn",
    "on.amazonwebservices.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "on.amazonwebservices.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "on.aws.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "on.aws.scloud",
    "api.aws.scloud",
    "csp.hci.ic.gov",
    "on.aws.hci.ic.gov",
    "api.aws.hci.ic.gov",
    "cloud.adc-e.uk",
    "on.cloud-aws.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
];

/// Whether a label of a host has the form of a region, `us-gov-west-1`, also of one that is newer
/// than this crate.
#[cfg(feature = "tokens")]
pub(crate) fn is_region(label: &str) -> bool {
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let Some((place, number)) = label.rsplit_once('-') else {
        return false;
    };
    (1..=2).contains(&number.len())
        && digits(number)
        && place.contains('-')
        && place.split('-').all(letters)
        && place.find('-').is_some_and(|end| (2..=4).contains(&end))
}

/// The SDKs' name for the endpoints that all regions of the partition `aws` share.
#[cfg(any(feature = "_endpoint", feature = "tokens"))]
pub(crate) const GLOBAL: &str = "aws-global";

/// The region in the credential scope: STS's global endpoint is signed for `us-east-1`.
#[cfg(feature = "tokens")]
pub(crate) fn signing_region(region: &str) -> &str {
    if region == GLOBAL {
        "us-east-1"
    } else {
        region
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "tokens")]
    #[test]
    fn a_region_has_an_area_a_direction_and_a_number() {
        for label in [
            "us-east-1",
            "ap-southeast-12",
            "us-gov-west-1",
            "us-isob-east-1",
            "eusc-de-east-1",
            "mx-central-1",
        ] {
            assert!(is_region(label), "{label}");
        }
        for label in [
            "",
            "global",
            "abc",
            "us-east",
            "us-1",
            "us-east-1a",
            "us-east-",
            "-east-1",
            "us--1",
            "us-east-100",
            "US-EAST-1",
            "cluster-ab12-1",
            "aws-global",
            "customer-east-1",
        ] {
            assert!(!is_region(label), "{label}");
        }
    }

    #[test]
    fn each_region_belongs_to_the_domains_of_its_partition() {
        for (region, domain, dual_stack) in [
            ("eu-west-1", "amazonaws.com", "api.aws"),
            ("us-gov-east-1", "amazonaws.com", "api.aws"),
            (
                "cn-north-1",
                "amazonaws.com.cn",
                "api.amazonwebservices.com.cn",
            ),
            ("eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"),
            ("us-iso-west-1", "c2s.ic.gov", "api.aws.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov", "api.aws.scloud"),
            ("eu-isoe-west-1", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
            ("us-isof-south-1", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
            ("xx-new-1", "amazonaws.com", "api.aws"),
        ] {
            let partition = Partition::of(region);
            assert_eq!(partition.domain(), domain, "{region}");
            assert_eq!(partition.dual_stack_domain(), dual_stack, "{region}");
        }
    }

    #[test]
    fn each_partition_has_one_row() {
        assert_eq!(Partition::all().count(), 8);
        for partition in Partition::all() {
            assert_eq!(partition.row().partition, partition);
        }
    }
}
