//! Partitions: groups of regions that share nothing with each other, not even a domain.

/// A partition, as it follows from a region's name.
///
/// AWS General Reference, "AWS service endpoints".
#[derive(Clone, Copy)]
pub(crate) enum Partition {
    Aws,
    China,
    GovCloud,
    EuropeanSovereign,
    /// The domain of its hosts.
    Isolated(&'static str),
}

impl Partition {
    /// A region that is not known counts as one of `aws`.
    pub(crate) fn of(region: &str) -> Self {
        // The longer names first: `us-isob-` is not `us-iso-`.
        for (prefix, partition) in [
            ("cn-", Self::China),
            ("us-gov-", Self::GovCloud),
            ("eusc-", Self::EuropeanSovereign),
            ("us-isob-", Self::Isolated("sc2s.sgov.gov")),
            ("us-isof-", Self::Isolated("csp.hci.ic.gov")),
            ("eu-isoe-", Self::Isolated("cloud.adc-e.uk")),
            ("us-iso-", Self::Isolated("c2s.ic.gov")),
        ] {
            if region.starts_with(prefix) {
                return partition;
            }
        }
        Self::Aws
    }

    /// What the names of its hosts end in, `service.region.` in front.
    pub(crate) fn domain(self) -> &'static str {
        match self {
            Self::Aws | Self::GovCloud => "amazonaws.com",
            Self::China => "amazonaws.com.cn",
            Self::EuropeanSovereign => "amazonaws.eu",
            Self::Isolated(domain) => domain,
        }
    }

    /// What the names of its dual-stack hosts end in: `service.region.api.` in front, or `on.` for
    /// what a customer makes. For `on.` only the one of `aws` is documented.
    #[cfg(feature = "codeartifact")]
    pub(crate) fn dual_stack_root(self) -> &'static str {
        match self {
            Self::Aws | Self::GovCloud => "aws",
            Self::China => "amazonwebservices.com.cn",
            Self::EuropeanSovereign => "amazonwebservices.eu",
            Self::Isolated("sc2s.sgov.gov") => "aws.scloud",
            Self::Isolated("csp.hci.ic.gov") => "aws.hci.ic.gov",
            Self::Isolated("cloud.adc-e.uk") => "cloud-aws.adc-e.uk",
            Self::Isolated(_) => "aws.ic.gov",
        }
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
    fn domains() {
        for (region, domain) in [
            ("eu-west-1", "amazonaws.com"),
            ("us-gov-east-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
            ("us-iso-west-1", "c2s.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("xx-new-1", "amazonaws.com"),
        ] {
            assert_eq!(Partition::of(region).domain(), domain, "{region}");
        }
    }
}
