//! The region that a host of AWS states.

use crate::error::Error;
use crate::service::partition::Partition;

/// Refuses a region other than the one in a host's name: `SERVICE.REGION.DOMAIN`, or
/// `REGION.SERVICE.DOMAIN`, with labels in front. Other names state none.
pub(super) fn check_stated_region(host: &str, service: &str, region: &str) -> Result<(), Error> {
    let labels: Vec<&str> = host.split('.').collect();
    let stated = labels.windows(2).enumerate().find_map(|(i, pair)| {
        let [first, second] = *pair else { return None };
        let stated = match (first == service, second == service) {
            (true, _) => second,
            (_, true) => first,
            _ => return None,
        };
        // The rest must be the domain of that region's partition.
        let domain = labels.get(i + 2..)?.join(".");
        (domain == Partition::of(stated).domain()).then_some(stated)
    });
    match stated {
        Some(stated) if stated != region => Err(Error::invalid_parameter(
            "region",
            "differs from the region in the host name",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check_stated_region;

    #[test]
    fn the_region_in_a_host_name_must_be_the_one_that_is_signed_for() {
        for (host, service, stated) in [
            (
                "db.cluster-a.us-east-2.neptune.amazonaws.com",
                "neptune",
                "us-east-2",
            ),
            (
                "db.cluster-a.neptune.cn-north-1.amazonaws.com.cn",
                "neptune",
                "cn-north-1",
            ),
            (
                "id.appsync-api.eusc-de-east-1.amazonaws.eu",
                "appsync-api",
                "eusc-de-east-1",
            ),
        ] {
            assert!(check_stated_region(host, service, stated).is_ok(), "{host}");
            assert!(
                check_stated_region(host, service, "eu-west-1").is_err(),
                "{host}"
            );
        }
        for host in [
            "localhost",
            "neptune",
            "api.example.com",
            "neptune.us-east-2.example.com",
            "db.us-east-2.neptune.amazonaws.com.example.com",
            "us-east-2.neptune.amazonaws.com.cn",
        ] {
            assert!(
                check_stated_region(host, "neptune", "eu-west-1").is_ok(),
                "{host}"
            );
        }
    }
}
