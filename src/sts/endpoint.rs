//! The hosts of STS, and the regions that their requests are signed for.

use http::Uri;

use crate::error::Error;
use crate::error::endpoint::EndpointProblem;
use crate::service::partition::{GLOBAL, Partition};
use crate::sigv4::scope::{check_host_label, check_region};

/// An endpoint of STS, with the region to sign for.
///
/// The partition (`aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, and the isolated ones) follows from
/// the region's name. An unknown region counts as one of `aws`.
///
/// IAM User Guide, "AWS STS Regions and endpoints".
///
/// ```
/// use countersign::sts::Endpoint;
///
/// let endpoint = Endpoint::regional("cn-north-1")?;
/// assert_eq!(endpoint.uri(), "https://sts.cn-north-1.amazonaws.com.cn/");
/// assert_eq!(endpoint.region(), "cn-north-1");
/// assert!(Endpoint::fips("eu-west-1").is_err());
///
/// // A store that imitates STS, such as MinIO.
/// let store = Endpoint::custom("https://minio.example.com:9000", "us-east-1")?;
/// assert_eq!(store.uri(), "https://minio.example.com:9000/");
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

const GLOBAL_HOST: &str = "sts.amazonaws.com";
/// The regions of the partition `aws` with FIPS endpoints.
const FIPS: [&str; 4] = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];

impl Endpoint {
    /// Returns `sts.amazonaws.com`, of the partition `aws`, signed for `us-east-1`.
    ///
    /// A region's own endpoint is nearer, and its tokens work in every region. The global endpoint
    /// does not serve [`AssumeRoot`], [`GetScopedCredentials`] and [`GetWebIdentityToken`].
    ///
    /// [`AssumeRoot`]: super::AssumeRoot
    /// [`GetScopedCredentials`]: super::GetScopedCredentials
    /// [`GetWebIdentityToken`]: super::GetWebIdentityToken
    pub fn global() -> Self {
        Self {
            uri: Uri::from_static("https://sts.amazonaws.com/"),
            region: "us-east-1".to_owned(),
            kind: Kind::Global,
        }
    }

    /// Returns the endpoint of a region. `aws-global` is the [global](Self::global) one.
    ///
    /// # Errors
    /// - [`Error::InvalidRegion`] if the region cannot be part of a host name
    pub fn regional(region: &str) -> Result<Self, Error> {
        if region == GLOBAL {
            return Ok(Self::global());
        }
        Self::of_host("sts", region, Partition::of(region).domain())
    }

    /// Returns the endpoint of a region that is validated under FIPS 140.
    ///
    /// # Errors
    /// - [`Error::NoEndpoint`] if the region has none
    /// - [`Error::InvalidRegion`] if the region cannot be part of a host name
    pub fn fips(region: &str) -> Result<Self, Error> {
        match Partition::of(region) {
            Partition::Aws if FIPS.contains(&region) => {
                Self::of_host("sts-fips", region, "amazonaws.com")
            }
            // All regional endpoints of AWS GovCloud are validated.
            Partition::GovCloud => Self::regional(region),
            _ => Err(none(region, EndpointProblem::NoFips)),
        }
    }

    /// Returns the endpoint of a region for IPv4 and IPv6.
    ///
    /// # Errors
    /// - [`Error::NoEndpoint`] if the region is `aws-global`
    /// - [`Error::InvalidRegion`] if the region cannot be part of a host name
    pub fn dual_stack(region: &str) -> Result<Self, Error> {
        if region == GLOBAL {
            return Err(none(region, EndpointProblem::NoDualStack));
        }
        Self::of_host("sts", region, Partition::of(region).dual_stack_domain())
    }

    /// Returns the endpoint of a region for IPv4 and IPv6 that is validated under FIPS 140.
    ///
    /// # Errors
    /// - [`Error::NoEndpoint`] if the region has none
    /// - [`Error::InvalidRegion`] if the region cannot be part of a host name
    pub fn fips_dual_stack(region: &str) -> Result<Self, Error> {
        match Partition::of(region) {
            Partition::Aws if FIPS.contains(&region) => {
                Self::of_host("sts-fips", region, "api.aws")
            }
            Partition::GovCloud => Self::of_host("sts-fips", region, "api.aws"),
            _ => Err(none(region, EndpointProblem::NoFips)),
        }
    }

    /// Returns another endpoint: a VPC endpoint, a store that imitates STS, or a test server.
    ///
    /// The URL may have a port and a path. `region` is the one that the server expects in the
    /// signature.
    ///
    /// # Errors
    /// - [`Error::NoEndpoint`] unless the URL is absolute, of `http` or `https`, and without query
    ///   and user information
    /// - [`Error::InvalidRegion`] if the region cannot be part of a credential scope
    pub fn custom(url: &str, region: impl Into<String>) -> Result<Self, Error> {
        let region = region.into();
        check_region(&region)?;
        let uri = url.parse::<Uri>().ok().filter(|uri| {
            matches!(uri.scheme_str(), Some("https" | "http"))
                && uri.query().is_none()
                && uri.host().is_some_and(|host| !host.is_empty())
                && !uri
                    .authority()
                    .is_some_and(|host| host.as_str().contains('@'))
        });
        let Some(uri) = uri else {
            let problem = EndpointProblem::InvalidStsUrl;
            return Err(none(&region, problem));
        };
        // The global endpoint, written out, stays the global endpoint.
        let host = uri
            .host()
            .map(|host| host.strip_suffix('.').unwrap_or(host));
        let is_global = host.is_some_and(|host| host.eq_ignore_ascii_case(GLOBAL_HOST));
        let kind = if is_global {
            Kind::Global
        } else {
            Kind::Custom
        };
        Ok(Self { uri, region, kind })
    }

    /// Returns the URL of requests.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the region to sign for.
    pub fn region(&self) -> &str {
        &self.region
    }

    pub(super) fn is_global(&self) -> bool {
        self.kind == Kind::Global
    }

    /// Whether the server may be other than AWS.
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

fn none(region: &str, problem: EndpointProblem) -> Error {
    Error::NoEndpoint {
        region: region.to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_hosts() {
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
                [
                    "sts.us-iso-east-1.c2s.ic.gov",
                    "none",
                    "sts.us-iso-east-1.api.aws.ic.gov",
                    "none",
                ],
            ),
            (
                "us-isob-east-1",
                [
                    "sts.us-isob-east-1.sc2s.sgov.gov",
                    "none",
                    "sts.us-isob-east-1.api.aws.scloud",
                    "none",
                ],
            ),
            (
                "eu-isoe-west-1",
                [
                    "sts.eu-isoe-west-1.cloud.adc-e.uk",
                    "none",
                    "sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
                    "none",
                ],
            ),
            (
                "us-isof-south-1",
                [
                    "sts.us-isof-south-1.csp.hci.ic.gov",
                    "none",
                    "sts.us-isof-south-1.api.aws.hci.ic.gov",
                    "none",
                ],
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
    fn an_invalid_region_or_url_is_refused() {
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
            "https://user:password@sts.example.com/",
            "https://user@sts.example.com/",
        ] {
            assert!(Endpoint::custom(url, "us-east-1").is_err(), "{url:?}");
        }
    }

    #[test]
    fn the_global_host_is_the_global_endpoint_in_every_spelling() {
        for url in [
            "https://sts.amazonaws.com",
            "https://STS.amazonaws.com/",
            "https://sts.amazonaws.com./",
            "https://sts.amazonaws.com:443/",
        ] {
            let endpoint = Endpoint::custom(url, "us-east-1").unwrap();
            assert!(endpoint.is_global() && !endpoint.is_custom(), "{url}");
        }
        for url in [
            "https://sts.amazonaws.com.example.com/",
            "https://sts.us-east-1.amazonaws.com/",
            "https://xsts.amazonaws.com/",
            "https://example.com/sts.amazonaws.com",
        ] {
            let endpoint = Endpoint::custom(url, "us-east-1").unwrap();
            assert!(!endpoint.is_global() && endpoint.is_custom(), "{url}");
        }
    }

    #[test]
    fn a_custom_endpoint_needs_a_region_that_a_scope_can_contain() {
        for region in ["us-east-1", "default", "RegionOne"] {
            let endpoint = Endpoint::custom("https://sts.example.com", region).unwrap();
            assert_eq!(endpoint.region(), region);
        }
        for region in ["", "a/b", "a b", "a\nb"] {
            let refused = Endpoint::custom("https://sts.example.com", region);
            assert!(
                matches!(refused, Err(Error::InvalidRegion { .. })),
                "{region:?}"
            );
        }
    }
}
