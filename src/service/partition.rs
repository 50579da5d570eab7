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

    /// What the names of its dual-stack hosts end in, `service.region.` in front.
    #[cfg(any(
        feature = "console",
        feature = "ecr",
        feature = "redshift",
        feature = "s3",
        feature = "signin",
        feature = "tokens"
    ))]
    pub(crate) fn dual_stack_domain(self) -> &'static str {
        match self {
            Self::Aws | Self::GovCloud => "api.aws",
            Self::China => "api.amazonwebservices.com.cn",
            Self::EuropeanSovereign => "api.amazonwebservices.eu",
            Self::Isolated("sc2s.sgov.gov") => "api.aws.scloud",
            Self::Isolated("cloud.adc-e.uk") => "api.cloud-aws.adc-e.uk",
            Self::Isolated("csp.hci.ic.gov") => "api.aws.hci.ic.gov",
            Self::Isolated(_) => "api.aws.ic.gov",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
