//! Endpoints of calls.

#![allow(dead_code, reason = "no feature alone needs all of it")]

use http::Uri;

use crate::error::Error;
use crate::error::endpoint::EndpointProblem;
use crate::service::hosts::{self, Api};
use crate::service::partition::GLOBAL;
use crate::sigv4::scope::{check_host_label, check_region};

/// The endpoint of a call, and the region that the call is signed for.
///
/// The host depends on the service, the region's partition (`aws`, `aws-cn`, `aws-us-gov`,
/// `aws-eusc`, and the isolated ones) and the options for FIPS and dual stack. The call's
/// `request` returns [`Error::NoEndpoint`] if the service has no such host.
///
/// AWS General Reference, "AWS service endpoints", "FIPS endpoints", "Dual-stack endpoints".
///
/// ```
/// # #[cfg(feature = "ecr")] {
/// use countersign::aws_call::Endpoint;
/// use countersign::ecr::GetAuthorizationToken;
///
/// let ask = GetAuthorizationToken::new();
/// let endpoint = Endpoint::regional("us-west-2")?
///     .with_fips()
///     .with_dual_stack();
/// let request = ask.request(&endpoint)?.into_unsigned();
/// assert_eq!(request.uri(), "https://ecr-fips.us-west-2.api.aws/");
/// # }
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    kind: Kind,
    region: String,
    fips: bool,
    dual_stack: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Global,
    Regional,
    Custom {
        scheme: String,
        authority: String,
        path: String,
    },
}

impl Endpoint {
    fn new(kind: Kind, region: &str) -> Self {
        Self {
            kind,
            region: region.to_owned(),
            fips: false,
            dual_stack: false,
        }
    }

    /// Returns the global endpoint, which is signed for `us-east-1`.
    ///
    /// Of the services in this crate, only STS has one: `sts.amazonaws.com`. Prefer the endpoint of a
    /// region: it is nearer, and its tokens work in every region. The global endpoint does
    /// not serve `AssumeRoot`, `GetScopedCredentials` and `GetWebIdentityToken`.
    ///
    /// IAM User Guide, "AWS STS Regions and endpoints".
    pub fn global() -> Self {
        Self::new(Kind::Global, "us-east-1")
    }

    /// Returns the endpoint of the service in a region.
    ///
    /// For `aws-global`, it is the [global](Self::global) endpoint. A region that this crate does not
    /// know counts as a region of the partition `aws`.
    ///
    /// # Errors
    /// - [`Error::InvalidRegion`] if the region is not one label of a host name in lowercase, or is a
    ///   pseudo-region such as `aws-cn-global`
    pub fn regional(region: &str) -> Result<Self, Error> {
        if region == GLOBAL {
            return Ok(Self::global());
        }
        check_host_label(region)?;
        Ok(Self::new(Kind::Regional, region))
    }

    /// Returns a custom endpoint: a VPC endpoint, a store with an STS API, or an emulator.
    ///
    /// The URL may have a port and a path. `region` is the region that the server expects in the
    /// signature.
    ///
    /// # Errors
    /// - [`Error::InvalidRegion`] if the region cannot be part of a credential scope
    /// - [`Error::NoEndpoint`] if `url` is not an absolute URL of `http` or `https`, or has a user, a
    ///   query or a fragment
    pub fn custom(url: &str, region: &str) -> Result<Self, Error> {
        check_region(region)?;
        let kind = url.parse::<Uri>().ok().and_then(|uri| {
            let scheme = uri.scheme_str()?;
            let authority = uri.authority()?.as_str();
            let sound = matches!(scheme, "http" | "https")
                && uri.query().is_none()
                && !url.contains('#')
                && !authority.contains('@')
                && uri.host().is_some_and(|host| !host.is_empty());
            sound.then(|| Kind::Custom {
                scheme: scheme.to_owned(),
                authority: authority.to_owned(),
                path: uri.path().to_owned(),
            })
        });
        let Some(kind) = kind else {
            return Err(no_endpoint(region, EndpointProblem::InvalidUrl));
        };
        Ok(Self::new(kind, region))
    }

    /// Selects the FIPS endpoint, whose cryptography is validated under FIPS 140. A custom or global
    /// endpoint has none: the call's `request` then returns [`Error::NoEndpoint`].
    #[must_use]
    pub fn with_fips(mut self) -> Self {
        self.fips = true;
        self
    }

    /// Selects the dual-stack endpoint, which has IPv4 and IPv6 addresses. A custom or global
    /// endpoint has none: the call's `request` then returns [`Error::NoEndpoint`].
    #[must_use]
    pub fn with_dual_stack(mut self) -> Self {
        self.dual_stack = true;
        self
    }

    /// Returns the region that calls are signed for.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Whether the server may be other than AWS.
    pub(crate) fn is_custom(&self) -> bool {
        matches!(self.kind, Kind::Custom { .. }) && !self.is_global()
    }

    /// Whether it is the global endpoint of STS, also if it was given as a custom URL.
    pub(crate) fn is_global(&self) -> bool {
        match &self.kind {
            Kind::Global => true,
            Kind::Regional => false,
            Kind::Custom { authority, .. } => {
                let host = authority.split(':').next().unwrap_or_default();
                let host = host.strip_suffix('.').unwrap_or(host);
                host.eq_ignore_ascii_case(hosts::STS_GLOBAL)
            }
        }
    }

    /// `https://HOST`, or the custom URL without a slash at its end.
    pub(crate) fn origin(&self, api: Api) -> Result<String, Error> {
        self.origin_with_prefix("", api)
    }

    /// The URL of calls that have no path of their own.
    pub(crate) fn url(&self, api: Api) -> Result<String, Error> {
        let origin = self.origin(api)?;
        Ok(match &self.kind {
            Kind::Custom { path, .. } if !path.ends_with('/') => origin,
            _ => format!("{origin}/"),
        })
    }

    /// `https://PREFIX.HOST`. An IP address has no subdomains, so it takes no prefix.
    pub(crate) fn origin_with_prefix(&self, prefix: &str, api: Api) -> Result<String, Error> {
        let dot = if prefix.is_empty() { "" } else { "." };
        let (scheme, authority, path) = match &self.kind {
            Kind::Global => {
                let problem = match (api.global_host(), self.fips, self.dual_stack) {
                    ("", ..) => EndpointProblem::NotGlobal,
                    (_, true, _) => EndpointProblem::NoFips,
                    (_, _, true) => EndpointProblem::NoDualStack,
                    (host, ..) => return Ok(format!("https://{host}")),
                };
                return Err(no_endpoint(GLOBAL, problem));
            }
            Kind::Regional => {
                let host = api.host(&self.region, self.fips, self.dual_stack)?;
                return Ok(format!("https://{prefix}{dot}{host}"));
            }
            Kind::Custom {
                scheme,
                authority,
                path,
            } => (scheme, authority, path.strip_suffix('/').unwrap_or(path)),
        };
        if self.fips || self.dual_stack {
            return Err(no_endpoint(
                &self.region,
                EndpointProblem::CustomWithVariant,
            ));
        }
        let host = authority
            .rsplit_once(':')
            .map_or(authority.as_str(), |(host, _)| host);
        let is_address = authority.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
        Ok(if is_address {
            format!("{scheme}://{authority}{path}")
        } else {
            format!("{scheme}://{prefix}{dot}{authority}{path}")
        })
    }
}

fn no_endpoint(region: &str, problem: EndpointProblem) -> Error {
    Error::NoEndpoint {
        region: region.to_owned(),
        problem,
    }
}

#[cfg(test)]
#[cfg(all(feature = "redshift", feature = "s3", feature = "sts"))]
mod tests {
    use super::*;

    #[test]
    fn a_custom_endpoint_is_scheme_authority_and_path() {
        for url in [
            "",
            "/",
            "localhost",
            "localhost:5000",
            "ftp://a/",
            "http://",
            "http://a/?b",
            "http://a/#b",
            "http://user:secret@a/",
            "https://user@a/",
            "http://a b/",
        ] {
            let error = Endpoint::custom(url, "us-east-1").unwrap_err();
            assert!(!error.to_string().contains("secret"), "{url}");
        }
        let endpoint = |url| {
            Endpoint::custom(url, "us-east-1")
                .unwrap()
                .origin_with_prefix("1", Api::S3Control)
                .unwrap()
        };
        assert_eq!(endpoint("https://a.example"), "https://1.a.example");
        assert_eq!(
            endpoint("http://a.example:8080/"),
            "http://1.a.example:8080"
        );
        assert_eq!(endpoint("http://127.0.0.1:5000"), "http://127.0.0.1:5000");
        assert_eq!(endpoint("http://[::1]:5000"), "http://[::1]:5000");
        assert_eq!(endpoint("http://[::1]"), "http://[::1]");
        assert_eq!(endpoint("http://a.example/b/"), "http://1.a.example/b");
    }

    #[test]
    fn a_custom_endpoint_takes_no_option() {
        let endpoint = Endpoint::custom("https://a.example", "us-east-1").unwrap();
        assert!(endpoint.origin_with_prefix("1", Api::S3Control).is_ok());
        for endpoint in [endpoint.clone().with_fips(), endpoint.with_dual_stack()] {
            let refused = endpoint.origin_with_prefix("1", Api::S3Control);
            assert!(matches!(refused, Err(Error::NoEndpoint { .. })));
        }
    }

    #[test]
    fn a_region_is_one_label_of_a_host() {
        for region in [
            "",
            "-a",
            "US-EAST-1",
            "a.b",
            "a/b",
            "a@b",
            "a b",
            "a#",
            "a?",
            "a-",
            "\u{e9}",
        ] {
            assert!(Endpoint::regional(region).is_err(), "{region:?}");
        }
        assert!(Endpoint::regional(&"a".repeat(64)).is_err());
    }

    #[test]
    fn only_sts_has_a_global_endpoint() {
        let refused = Endpoint::global().url(Api::Redshift);
        assert_eq!(
            refused,
            Err(no_endpoint(GLOBAL, EndpointProblem::NotGlobal))
        );
    }

    #[test]
    fn a_custom_url_is_used_as_it_is() {
        for (url, used) in [
            ("https://a.example", "https://a.example/"),
            ("https://a.example:4443/sts", "https://a.example:4443/sts"),
            ("https://a.example:4443/sts/", "https://a.example:4443/sts/"),
        ] {
            let endpoint = Endpoint::custom(url, "us-east-1").unwrap();
            assert_eq!(endpoint.url(Api::Sts).unwrap(), used);
        }
    }

    /// The hosts of STS: plain, FIPS, dual stack, both.
    fn hosts(region: &str) -> [String; 4] {
        let endpoint = Endpoint::regional(region).unwrap();
        let made = [
            endpoint.clone(),
            endpoint.clone().with_fips(),
            endpoint.clone().with_dual_stack(),
            endpoint.with_fips().with_dual_stack(),
        ];
        made.map(|endpoint| endpoint.url(Api::Sts).unwrap_or("none".to_owned()))
    }

    #[test]
    fn each_partition_has_its_hosts() {
        for (region, domain, dual_stack) in [
            ("eu-north-1", "amazonaws.com", "api.aws"),
            (
                "cn-northwest-1",
                "amazonaws.com.cn",
                "api.amazonwebservices.com.cn",
            ),
            ("eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"),
            ("us-iso-east-1", "c2s.ic.gov", "api.aws.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov", "api.aws.scloud"),
            ("eu-isoe-west-1", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
            ("us-isof-south-1", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        ] {
            let plain = format!("https://sts.{region}.{domain}/");
            let dual_stack = format!("https://sts.{region}.{dual_stack}/");
            assert_eq!(hosts(region), [&plain, "none", &dual_stack, "none"]);
        }
        // Regions with FIPS.
        assert_eq!(
            hosts("us-east-1"),
            [
                "https://sts.us-east-1.amazonaws.com/",
                "https://sts-fips.us-east-1.amazonaws.com/",
                "https://sts.us-east-1.api.aws/",
                "https://sts-fips.us-east-1.api.aws/",
            ]
        );
        assert_eq!(
            hosts("us-gov-west-1"),
            [
                "https://sts.us-gov-west-1.amazonaws.com/",
                "https://sts.us-gov-west-1.amazonaws.com/",
                "https://sts.us-gov-west-1.api.aws/",
                "https://sts-fips.us-gov-west-1.api.aws/",
            ]
        );
        let global = ["https://sts.amazonaws.com/", "none", "none", "none"];
        assert_eq!(hosts("aws-global"), global);
    }

    #[test]
    fn aws_global_is_the_global_endpoint() {
        let endpoint = Endpoint::regional("aws-global").unwrap();
        assert_eq!(endpoint.region(), "us-east-1");
        assert_eq!(endpoint, Endpoint::global());
        // The regional endpoint of us-east-1 is another one.
        assert_ne!(Endpoint::regional("us-east-1").unwrap(), endpoint);
    }

    #[test]
    fn pseudo_regions_of_other_partitions_are_refused() {
        for region in ["aws-cn-global", "aws-us-gov-global", "aws-iso-global"] {
            let refused = Endpoint::regional(region).unwrap_err();
            assert!(refused.to_string().contains("pseudo-region"));
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
