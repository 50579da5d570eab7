//! The hosts of AWS's services: service × partition × FIPS × dual stack, in one table.

use crate::error::Error;
use crate::error::endpoint::EndpointProblem;
use crate::service::partition::Partition;

/// A service whose hosts the table knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    #[cfg(feature = "codeartifact")]
    CodeArtifact,
    /// Where the console signs users in.
    #[cfg(feature = "console")]
    Console,
    #[cfg(feature = "ecr")]
    Ecr,
    #[cfg(feature = "ecr")]
    EcrPublic,
    #[cfg(feature = "redshift")]
    Redshift,
    #[cfg(feature = "redshift")]
    RedshiftServerless,
    /// An account goes in front: `111122223333.s3-control…`.
    #[cfg(feature = "s3")]
    S3Control,
    #[cfg(feature = "signin")]
    Signin,
    #[cfg(any(feature = "sts", feature = "tokens"))]
    Sts,
    #[cfg(feature = "tokens")]
    SesSmtp,
}

/// The host of STS for all regions of the partition `aws`.
#[cfg(any(feature = "_endpoint", feature = "tokens"))]
pub(crate) const STS_GLOBAL: &str = "sts.amazonaws.com";

/// The regions of the partition `aws` in which STS has FIPS endpoints.
#[cfg(any(feature = "sts", feature = "tokens"))]
const STS_FIPS: [&str; 4] = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];

/// Host names with `{R}` for the region, `{S}` for the partition's domain and `{D}` for its
/// dual-stack domain. An empty name means that AWS documents no such host.
struct Hosts {
    plain: &'static str,
    fips: &'static str,
    dual_stack: &'static str,
    fips_dual_stack: &'static str,
}

#[allow(dead_code, reason = "not every service needs it")]
const NONE: &str = "";

#[allow(dead_code, reason = "not every service needs it")]
impl Hosts {
    const fn plain(plain: &'static str) -> Self {
        Self {
            plain,
            fips: NONE,
            dual_stack: NONE,
            fips_dual_stack: NONE,
        }
    }
}

impl Api {
    fn hosts(self, partition: Partition) -> Hosts {
        match (self, partition) {
            #[cfg(feature = "codeartifact")]
            (Self::CodeArtifact, _) => Hosts {
                plain: "codeartifact.{R}.{S}",
                fips: "codeartifact-fips.{R}.{S}",
                dual_stack: "codeartifact.{R}.{D}",
                fips_dual_stack: "codeartifact-fips.{R}.{D}",
            },
            #[cfg(feature = "console")]
            (Self::Console, Partition::Aws) => Hosts::plain("{R}.signin.aws.amazon.com"),
            // One for all regions.
            #[cfg(feature = "console")]
            (Self::Console, Partition::China) => Hosts::plain("signin.amazonaws.cn"),
            #[cfg(feature = "console")]
            (Self::Console, Partition::GovCloud) => Hosts::plain("signin.amazonaws-us-gov.com"),
            #[cfg(feature = "console")]
            (Self::Console, Partition::EuropeanSovereign) => {
                Hosts::plain("{R}.signin.amazonaws-eusc.eu")
            }
            #[cfg(feature = "console")]
            (Self::Console, _) => Hosts::plain(NONE),
            #[cfg(feature = "ecr")]
            (Self::Ecr, _) => Hosts {
                plain: "api.ecr.{R}.{S}",
                fips: "api.ecr-fips.{R}.{S}",
                dual_stack: "ecr.{R}.{D}",
                fips_dual_stack: "ecr-fips.{R}.{D}",
            },
            #[cfg(feature = "ecr")]
            (Self::EcrPublic, Partition::Aws) => Hosts {
                dual_stack: "ecr-public.{R}.{D}",
                ..Hosts::plain("api.ecr-public.{R}.{S}")
            },
            #[cfg(feature = "ecr")]
            (Self::EcrPublic, _) => Hosts::plain(NONE),
            // The host of GovCloud is validated under FIPS 140 already.
            #[cfg(feature = "redshift")]
            (Self::Redshift, Partition::GovCloud) => Hosts {
                plain: "redshift.{R}.{S}",
                fips: "redshift.{R}.{S}",
                dual_stack: "redshift.{R}.{D}",
                fips_dual_stack: "redshift-fips.{R}.{D}",
            },
            #[cfg(feature = "redshift")]
            (Self::Redshift, _) => Hosts {
                plain: "redshift.{R}.{S}",
                fips: "redshift-fips.{R}.{S}",
                dual_stack: "redshift.{R}.{D}",
                fips_dual_stack: "redshift-fips.{R}.{D}",
            },
            #[cfg(feature = "redshift")]
            (Self::RedshiftServerless, _) => Hosts {
                plain: "redshift-serverless.{R}.{S}",
                fips: "redshift-serverless-fips.{R}.{S}",
                dual_stack: "redshift-serverless.{R}.{D}",
                fips_dual_stack: "redshift-serverless-fips.{R}.{D}",
            },
            #[cfg(feature = "s3")]
            (Self::S3Control, _) => Hosts {
                plain: "s3-control.{R}.{S}",
                fips: "s3-control-fips.{R}.{S}",
                dual_stack: "s3-control.dualstack.{R}.{S}",
                fips_dual_stack: "s3-control-fips.dualstack.{R}.{S}",
            },
            #[cfg(feature = "signin")]
            (Self::Signin, Partition::Aws) => Hosts::plain("{R}.oauth.signin.aws"),
            #[cfg(feature = "signin")]
            (Self::Signin, Partition::China) => Hosts::plain("{R}.signin.amazonaws.cn"),
            #[cfg(feature = "signin")]
            (Self::Signin, Partition::GovCloud) => Hosts::plain("{R}.signin.amazonaws-us-gov.com"),
            #[cfg(feature = "signin")]
            (Self::Signin, Partition::EuropeanSovereign) => {
                Hosts::plain("{R}.signin.amazonaws-eusc.eu")
            }
            #[cfg(feature = "signin")]
            (Self::Signin, Partition::Iso) => Hosts::plain("{R}.signin.c2shome.ic.gov"),
            #[cfg(feature = "signin")]
            (Self::Signin, Partition::IsoB) => Hosts::plain("{R}.signin.sc2shome.sgov.gov"),
            #[cfg(feature = "signin")]
            (Self::Signin, Partition::IsoE) => Hosts::plain("{R}.signin.csphome.adc-e.uk"),
            #[cfg(feature = "signin")]
            (Self::Signin, Partition::IsoF) => Hosts::plain("{R}.signin.csphome.hci.ic.gov"),
            #[cfg(any(feature = "sts", feature = "tokens"))]
            (Self::Sts, Partition::Aws) => Hosts {
                plain: "sts.{R}.{S}",
                fips: "sts-fips.{R}.{S}",
                dual_stack: "sts.{R}.{D}",
                fips_dual_stack: "sts-fips.{R}.{D}",
            },
            // All regional endpoints of AWS GovCloud are validated.
            #[cfg(any(feature = "sts", feature = "tokens"))]
            (Self::Sts, Partition::GovCloud) => Hosts {
                plain: "sts.{R}.{S}",
                fips: "sts.{R}.{S}",
                dual_stack: "sts.{R}.{D}",
                fips_dual_stack: "sts-fips.{R}.{D}",
            },
            #[cfg(any(feature = "sts", feature = "tokens"))]
            (Self::Sts, _) => Hosts {
                dual_stack: "sts.{R}.{D}",
                ..Hosts::plain("sts.{R}.{S}")
            },
            #[cfg(feature = "tokens")]
            (Self::SesSmtp, _) => Hosts::plain("email-smtp.{R}.{S}"),
        }
    }

    /// The host that all regions of the partition `aws` share.
    #[cfg(feature = "_endpoint")]
    pub(crate) fn global_host(self) -> &'static str {
        #[cfg(any(feature = "sts", feature = "tokens"))]
        if self == Self::Sts {
            return STS_GLOBAL;
        }
        NONE
    }

    /// The host in a region, which is a label of a host name already.
    pub(crate) fn host(self, region: &str, fips: bool, dual_stack: bool) -> Result<String, Error> {
        let partition = Partition::of(region);
        let hosts = self.hosts(partition);
        let (template, problem) = match (fips, dual_stack) {
            (false, false) => (hosts.plain, EndpointProblem::NotOffered),
            (true, false) => (hosts.fips, EndpointProblem::NoFips),
            (false, true) => (hosts.dual_stack, EndpointProblem::NoDualStack),
            (true, true) => (hosts.fips_dual_stack, EndpointProblem::NoDualStackFips),
        };
        #[cfg(any(feature = "sts", feature = "tokens"))]
        let template = match self {
            // Not in every region of the partition.
            Self::Sts if fips && partition == Partition::Aws && !STS_FIPS.contains(&region) => NONE,
            _ => template,
        };
        if template.is_empty() {
            return Err(Error::NoEndpoint {
                region: region.to_owned(),
                problem,
            });
        }
        Ok(template
            .replace("{R}", region)
            .replace("{S}", partition.domain())
            .replace("{D}", partition.dual_stack_domain()))
    }
}

#[cfg(test)]
#[cfg(all(
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin",
    feature = "tokens"
))]
mod tests {
    use super::*;

    /// The hosts of one region: plain, FIPS, dual stack, both.
    fn hosts(api: Api, region: &str) -> [String; 4] {
        [(false, false), (true, false), (false, true), (true, true)].map(|(fips, dual_stack)| {
            api.host(region, fips, dual_stack)
                .unwrap_or_else(|_| "none".to_owned())
        })
    }

    #[test]
    fn each_service_has_its_hosts_in_each_partition() {
        for (api, region, expected) in [
            (
                Api::Ecr,
                "us-west-2",
                [
                    "api.ecr.us-west-2.amazonaws.com",
                    "api.ecr-fips.us-west-2.amazonaws.com",
                    "ecr.us-west-2.api.aws",
                    "ecr-fips.us-west-2.api.aws",
                ],
            ),
            (
                Api::Ecr,
                "eusc-de-east-1",
                [
                    "api.ecr.eusc-de-east-1.amazonaws.eu",
                    "api.ecr-fips.eusc-de-east-1.amazonaws.eu",
                    "ecr.eusc-de-east-1.api.amazonwebservices.eu",
                    "ecr-fips.eusc-de-east-1.api.amazonwebservices.eu",
                ],
            ),
            (
                Api::EcrPublic,
                "us-east-1",
                [
                    "api.ecr-public.us-east-1.amazonaws.com",
                    "none",
                    "ecr-public.us-east-1.api.aws",
                    "none",
                ],
            ),
            (Api::EcrPublic, "cn-north-1", ["none"; 4]),
            (
                Api::Redshift,
                "us-gov-west-1",
                [
                    "redshift.us-gov-west-1.amazonaws.com",
                    "redshift.us-gov-west-1.amazonaws.com",
                    "redshift.us-gov-west-1.api.aws",
                    "redshift-fips.us-gov-west-1.api.aws",
                ],
            ),
            (
                Api::RedshiftServerless,
                "cn-north-1",
                [
                    "redshift-serverless.cn-north-1.amazonaws.com.cn",
                    "redshift-serverless-fips.cn-north-1.amazonaws.com.cn",
                    "redshift-serverless.cn-north-1.api.amazonwebservices.com.cn",
                    "redshift-serverless-fips.cn-north-1.api.amazonwebservices.com.cn",
                ],
            ),
            (
                Api::S3Control,
                "us-iso-east-1",
                [
                    "s3-control.us-iso-east-1.c2s.ic.gov",
                    "s3-control-fips.us-iso-east-1.c2s.ic.gov",
                    "s3-control.dualstack.us-iso-east-1.c2s.ic.gov",
                    "s3-control-fips.dualstack.us-iso-east-1.c2s.ic.gov",
                ],
            ),
            (
                Api::Signin,
                "us-east-1",
                ["us-east-1.oauth.signin.aws", "none", "none", "none"],
            ),
            (
                Api::SesSmtp,
                "us-gov-west-1",
                [
                    "email-smtp.us-gov-west-1.amazonaws.com",
                    "none",
                    "none",
                    "none",
                ],
            ),
        ] {
            assert_eq!(hosts(api, region), expected, "{api:?} {region}");
        }
    }

    #[test]
    fn sign_in_has_a_host_of_its_own_in_each_partition() {
        for (region, host) in [
            ("cn-north-1", "cn-north-1.signin.amazonaws.cn"),
            ("us-gov-west-1", "us-gov-west-1.signin.amazonaws-us-gov.com"),
            ("eusc-de-east-1", "eusc-de-east-1.signin.amazonaws-eusc.eu"),
            ("us-iso-east-1", "us-iso-east-1.signin.c2shome.ic.gov"),
            ("us-isob-east-1", "us-isob-east-1.signin.sc2shome.sgov.gov"),
            ("eu-isoe-west-1", "eu-isoe-west-1.signin.csphome.adc-e.uk"),
            (
                "us-isof-south-1",
                "us-isof-south-1.signin.csphome.hci.ic.gov",
            ),
        ] {
            assert_eq!(Api::Signin.host(region, false, false).unwrap(), host);
            assert!(Api::Signin.host(region, true, false).is_err(), "{region}");
        }
    }

    #[test]
    fn the_console_has_one_host_for_china_and_one_for_govcloud() {
        for (region, host) in [
            ("eu-west-1", "eu-west-1.signin.aws.amazon.com"),
            ("cn-northwest-1", "signin.amazonaws.cn"),
            ("us-gov-east-1", "signin.amazonaws-us-gov.com"),
            ("eusc-de-east-1", "eusc-de-east-1.signin.amazonaws-eusc.eu"),
            ("us-iso-east-1", "none"),
        ] {
            assert_eq!(hosts(Api::Console, region), [host, "none", "none", "none"]);
        }
    }
}
