//! Where STS is reached, and for which region it is signed there.

use http::Uri;

use crate::error::Error;
use crate::service::partition::{GLOBAL, Partition};
use crate::sigv4::scope::check_host_label;

/// An endpoint of STS, with the region to sign for.
///
/// The partition (`aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, and the isolated ones) follows from
/// the region's name; a region that is not known counts as one of `aws`.
///
/// IAM User Guide, "AWS STS Regions and endpoints".
///
/// ```
/// use countersign::sts::Endpoint;
///
/// let endpoint = Endpoint::regional("cn-north-1")?;
/// assert_eq!(endpoint.uri(), "https://sts.cn-north-1.amazonaws.com.cn/");
/// assert_eq!(endpoint.region(), "cn-north-1");
/// assert_eq!(Endpoint::global().region(), "us-east-1");
/// assert_eq!(Endpoint::fips("us-west-2")?.uri(), "https://sts-fips.us-west-2.amazonaws.com/");
/// assert!(Endpoint::fips("eu-west-1").is_err());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    uri: Uri,
    region: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Global,
    Regional,
    Custom,
}

/// The regions of the partition `aws` with FIPS endpoints.
const FIPS: [&str; 4] = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];
const NO_FIPS: &str = "STS publishes no FIPS endpoint there";
const NO_DUAL_STACK: &str = "STS publishes no dual-stack endpoint there";

impl Endpoint {
    /// `sts.amazonaws.com`, of the partition `aws`, signed for `us-east-1`. A region's own endpoint
    /// is nearer, and its tokens work in every region.
    pub fn global() -> Self {
        Self {
            uri: Uri::from_static("https://sts.amazonaws.com/"),
            region: "us-east-1".to_owned(),
            kind: Kind::Global,
        }
    }

    /// The endpoint of a region; that of `aws-global` is the [global](Self::global) one.
    ///
    /// # Errors
    /// - [`Error::InvalidRegion`] if the region cannot be part of a host name
    pub fn regional(region: &str) -> Result<Self, Error> {
        if region == GLOBAL {
            return Ok(Self::global());
        }
        Self::of_host("sts", region, Partition::of(region).domain())
    }

    /// The endpoint of a region that is validated under FIPS 140.
    ///
    /// # Errors
    /// A region that has none.
    pub fn fips(region: &str) -> Result<Self, Error> {
        match Partition::of(region) {
            Partition::Aws if FIPS.contains(&region) => {
                Self::of_host("sts-fips", region, "amazonaws.com")
            }
            // All of them are.
            Partition::GovCloud => Self::regional(region),
            _ => Err(none(region, NO_FIPS)),
        }
    }

    /// The endpoint of a region for IPv4 and IPv6.
    ///
    /// # Errors
    /// A region that has none.
    pub fn dual_stack(region: &str) -> Result<Self, Error> {
        let partition = Partition::of(region);
        let (Partition::Aws
        | Partition::GovCloud
        | Partition::China
        | Partition::EuropeanSovereign) = partition
        else {
            return Err(none(region, NO_DUAL_STACK));
        };
        if region == GLOBAL {
            return Err(none(region, NO_DUAL_STACK));
        }
        Self::of_host("sts", region, partition.dual_stack_domain())
    }

    /// The endpoint of a region for IPv4 and IPv6 that is validated under FIPS 140.
    ///
    /// # Errors
    /// A region that has none.
    pub fn fips_dual_stack(region: &str) -> Result<Self, Error> {
        match Partition::of(region) {
            Partition::Aws if FIPS.contains(&region) => {
                Self::of_host("sts-fips", region, "api.aws")
            }
            Partition::GovCloud => Self::of_host("sts-fips", region, "api.aws"),
            _ => Err(none(region, NO_FIPS)),
        }
    }

    /// Any other: a VPC endpoint, a region newer than this crate, a server of one's own.
    ///
    /// # Errors
    /// What is not an absolute URL of `http` or `https`, or has a query.
    pub fn custom(url: &str, region: impl Into<String>) -> Result<Self, Error> {
        let region = region.into();
        let uri = url.parse::<Uri>().ok().filter(|uri| {
            matches!(uri.scheme_str(), Some("https" | "http"))
                && uri.query().is_none()
                && uri.host().is_some_and(|host| !host.is_empty())
        });
        match uri {
            Some(uri) => Ok(Self {
                uri,
                region,
                kind: Kind::Custom,
            }),
            None => Err(none(&region, "not an absolute URL without a query")),
        }
    }

    /// The URL that requests go to.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The region to sign for.
    pub fn region(&self) -> &str {
        &self.region
    }

    pub(super) fn is_global(&self) -> bool {
        self.kind == Kind::Global
    }

    /// Whether a server other than AWS's may be behind it.
    pub(super) fn is_custom(&self) -> bool {
        self.kind == Kind::Custom
    }

    fn of_host(service: &str, region: &str, domain: &str) -> Result<Self, Error> {
        check_host_label(region)?;
        let url = format!("https://{service}.{region}.{domain}/");
        Ok(Self {
            kind: Kind::Regional,
            ..Self::custom(&url, region)?
        })
    }
}

fn none(region: &str, problem: &'static str) -> Error {
    Error::NoEndpoint {
        region: region.to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition() {
        let host = |endpoint: Result<Endpoint, Error>| {
            endpoint.map_or("none".to_owned(), |endpoint| {
                endpoint.uri().host().unwrap().to_owned()
            })
        };
        for (region, hosts) in [
            (
                "us-east-1",
                [
                    "sts.us-east-1.amazonaws.com",
                    "sts-fips.us-east-1.amazonaws.com",
                    "sts.us-east-1.api.aws",
                    "sts-fips.us-east-1.api.aws",
                ],
            ),
            (
                "eu-north-1",
                [
                    "sts.eu-north-1.amazonaws.com",
                    "none",
                    "sts.eu-north-1.api.aws",
                    "none",
                ],
            ),
            (
                "cn-northwest-1",
                [
                    "sts.cn-northwest-1.amazonaws.com.cn",
                    "none",
                    "sts.cn-northwest-1.api.amazonwebservices.com.cn",
                    "none",
                ],
            ),
            (
                "us-gov-west-1",
                [
                    "sts.us-gov-west-1.amazonaws.com",
                    "sts.us-gov-west-1.amazonaws.com",
                    "sts.us-gov-west-1.api.aws",
                    "sts-fips.us-gov-west-1.api.aws",
                ],
            ),
            (
                "eusc-de-east-1",
                [
                    "sts.eusc-de-east-1.amazonaws.eu",
                    "none",
                    "sts.eusc-de-east-1.api.amazonwebservices.eu",
                    "none",
                ],
            ),
            ("aws-global", ["sts.amazonaws.com", "none", "none", "none"]),
            (
                "us-iso-east-1",
                ["sts.us-iso-east-1.c2s.ic.gov", "none", "none", "none"],
            ),
            (
                "us-isob-east-1",
                ["sts.us-isob-east-1.sc2s.sgov.gov", "none", "none", "none"],
            ),
            (
                "eu-isoe-west-1",
                ["sts.eu-isoe-west-1.cloud.adc-e.uk", "none", "none", "none"],
            ),
            (
                "us-isof-south-1",
                ["sts.us-isof-south-1.csp.hci.ic.gov", "none", "none", "none"],
            ),
        ] {
            let made = [
                Endpoint::regional(region),
                Endpoint::fips(region),
                Endpoint::dual_stack(region),
                Endpoint::fips_dual_stack(region),
            ];
            assert_eq!(made.map(host), hosts, "{region}");
        }
    }

    #[test]
    fn aws_global_is_signed_for_us_east_1() {
        let endpoint = Endpoint::regional("aws-global").unwrap();
        assert_eq!(endpoint.uri(), "https://sts.amazonaws.com/");
        assert_eq!(endpoint.region(), "us-east-1");
        assert_eq!(endpoint, Endpoint::global());
        // Its own regional endpoint stays another one.
        assert_ne!(Endpoint::regional("us-east-1").unwrap(), endpoint);
    }

    #[test]
    fn pseudo_regions_of_other_partitions_are_refused() {
        for region in ["aws-cn-global", "aws-us-gov-global", "aws-iso-global"] {
            for made in [Endpoint::regional(region), Endpoint::dual_stack(region)] {
                assert!(made.unwrap_err().to_string().contains("pseudo-region"));
            }
        }
    }

    #[test]
    fn what_is_no_region_and_no_url() {
        for region in [
            "",
            "-a",
            "a-",
            "US-EAST-1",
            "a.b",
            "a/b",
            "a@b",
            "a b",
            "é",
            "a#",
            "a?",
        ] {
            assert!(Endpoint::regional(region).is_err(), "{region:?}");
            assert!(Endpoint::dual_stack(region).is_err(), "{region:?}");
        }
        assert!(Endpoint::regional(&"a".repeat(64)).is_err());
        for url in [
            "",
            "/",
            "localhost:5000",
            "ftp://a/",
            "http://",
            "http://a/?b",
            "http://a b/",
        ] {
            assert!(Endpoint::custom(url, "us-east-1").is_err(), "{url:?}");
        }
    }
}
