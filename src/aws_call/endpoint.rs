//! Where a call goes, and the region that it is signed for.

use http::Uri;

use crate::error::Error;
use crate::error::endpoint::EndpointProblem;
use crate::service::hosts::Api;
use crate::sigv4::scope::{check_host_label, check_region};

/// Where a call goes, and the region that it is signed for.
///
/// The host follows from the service, the region's partition, and the two options. Not every
/// service publishes every host: a call that has none is [`Error::NoEndpoint`].
///
/// AWS General Reference, "AWS service endpoints", "FIPS endpoints", "Dual-stack endpoints".
///
/// ```
/// # #[cfg(feature = "ecr")] {
/// use countersign::aws_call::Endpoint;
/// use countersign::ecr::GetAuthorizationToken;
///
/// let ask = GetAuthorizationToken::new();
/// let endpoint = Endpoint::regional("us-west-2")?.with_fips().with_dual_stack();
/// let request = ask.request(&endpoint)?.into_unsigned();
/// assert_eq!(request.uri(), "https://ecr-fips.us-west-2.api.aws/");
/// # }
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    region: String,
    fips: bool,
    dual_stack: bool,
    /// Scheme and authority of a custom endpoint.
    custom: Option<(String, String)>,
}

impl Endpoint {
    /// The service's own endpoint in a region.
    ///
    /// A region that this crate does not know counts as one of the partition `aws`.
    ///
    /// # Errors
    /// - [`Error::InvalidRegion`] if the region is not one label of a host name
    pub fn regional(region: &str) -> Result<Self, Error> {
        check_host_label(region)?;
        Ok(Self {
            region: region.to_owned(),
            fips: false,
            dual_stack: false,
            custom: None,
        })
    }

    /// Any other endpoint: a VPC endpoint, an emulator, a server of your own.
    ///
    /// # Errors
    /// - [`Error::InvalidRegion`] if the region cannot be part of a credential scope
    /// - [`Error::NoEndpoint`] if `url` is not an absolute URL of `http` or `https` without user,
    ///   path and query
    ///
    /// ```
    /// # #[cfg(feature = "ecr")] {
    /// use countersign::aws_call::Endpoint;
    /// use countersign::ecr::GetAuthorizationToken;
    ///
    /// let endpoint = Endpoint::custom("http://127.0.0.1:5000", "eu-west-1")?;
    /// let request = GetAuthorizationToken::new().request(&endpoint)?;
    /// assert_eq!(request.region(), "eu-west-1");
    /// assert_eq!(request.into_unsigned().uri(), "http://127.0.0.1:5000/");
    /// # }
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn custom(url: &str, region: &str) -> Result<Self, Error> {
        check_region(region)?;
        let origin = url.parse::<Uri>().ok().and_then(|uri| {
            let scheme = uri.scheme_str()?;
            let authority = uri.authority()?.as_str();
            let sound = matches!(scheme, "http" | "https")
                && uri.path() == "/"
                && uri.query().is_none()
                && !url.contains('#')
                && !authority.contains('@')
                && uri.host().is_some_and(|host| !host.is_empty());
            sound.then(|| (scheme.to_owned(), authority.to_owned()))
        });
        let Some(origin) = origin else {
            return Err(Error::NoEndpoint {
                region: region.to_owned(),
                problem: EndpointProblem::InvalidUrl,
            });
        };
        Ok(Self {
            region: region.to_owned(),
            fips: false,
            dual_stack: false,
            custom: Some(origin),
        })
    }

    /// Takes the host that is validated under FIPS 140.
    #[must_use]
    pub fn with_fips(mut self) -> Self {
        self.fips = true;
        self
    }

    /// Takes the host that has IPv4 and IPv6 addresses.
    #[must_use]
    pub fn with_dual_stack(mut self) -> Self {
        self.dual_stack = true;
        self
    }

    /// The region that calls are signed for.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Whether it is an endpoint of the caller's own.
    #[cfg(feature = "ecr")]
    pub(crate) fn is_custom(&self) -> bool {
        self.custom.is_some()
    }

    /// `https://HOST`, for a service of the table.
    #[cfg(any(feature = "ecr", feature = "redshift", feature = "signin"))]
    pub(crate) fn origin(&self, api: Api) -> Result<String, Error> {
        self.origin_with_prefix("", api)
    }

    /// `https://PREFIX.HOST`. An IP address has no subdomains, so it takes no prefix.
    pub(crate) fn origin_with_prefix(&self, prefix: &str, api: Api) -> Result<String, Error> {
        let dot = if prefix.is_empty() { "" } else { "." };
        let Some((scheme, authority)) = &self.custom else {
            let host = api.host(&self.region, self.fips, self.dual_stack)?;
            return Ok(format!("https://{prefix}{dot}{host}"));
        };
        if self.fips || self.dual_stack {
            return Err(Error::NoEndpoint {
                region: self.region.clone(),
                problem: EndpointProblem::CustomWithVariant,
            });
        }
        let host = authority
            .rsplit_once(':')
            .map_or(authority.as_str(), |(host, _)| host);
        let is_address = authority.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
        Ok(if is_address {
            format!("{scheme}://{authority}")
        } else {
            format!("{scheme}://{prefix}{dot}{authority}")
        })
    }
}

#[cfg(test)]
#[cfg(feature = "s3")]
mod tests {
    use super::*;

    #[test]
    fn a_custom_endpoint_is_scheme_and_authority() {
        for url in [
            "",
            "/",
            "localhost",
            "localhost:5000",
            "ftp://a/",
            "http://",
            "http://a/b",
            "http://a/?b",
            "http://a/#b",
            "http://user:secret@a/",
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
        ] {
            assert!(Endpoint::regional(region).is_err(), "{region:?}");
        }
    }
}
