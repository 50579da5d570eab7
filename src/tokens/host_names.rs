//! Checks of hosts and names before they become parts of a URL.

use crate::error::Error;
use crate::service::partition::{DNS_SUFFIXES, is_region};

/// Checks a host with a port, `db.example.com:5432`, and returns it in lowercase.
pub(super) fn host_and_port(parameter: &str, text: &str) -> Result<String, Error> {
    match split(parameter, text)? {
        (host, Some(port)) => Ok(format!("{host}:{port}")),
        _ => {
            let problem = "must have a port, as in `db.example.com:5432`";
            Err(Error::invalid_parameter(parameter, problem))
        }
    }
}

/// Checks a host without a port, and returns it in lowercase.
pub(super) fn host(parameter: &str, text: &str) -> Result<String, Error> {
    match split(parameter, text)? {
        (host, None) => Ok(host),
        _ => Err(Error::invalid_parameter(parameter, "must not have a port")),
    }
}

/// Checks a host with port 443 or none, and returns the host in lowercase.
pub(super) fn host_on_443(parameter: &str, text: &str) -> Result<String, Error> {
    match split(parameter, text)? {
        (host, None | Some("443")) => Ok(host),
        _ => {
            let problem = "must not have a port other than 443";
            Err(Error::invalid_parameter(parameter, problem))
        }
    }
}

/// Checks that the region in a host name, if it contains one, is the region that is signed for.
///
/// The service would reject such a token without a reason. `services` are the labels beside the
/// region, which comes after them, as in `ID.dsql.REGION.on.aws`, or before them. A host outside AWS
/// contains no region.
pub(super) fn check_host_region(host: &str, services: &[&str], region: &str) -> Result<(), Error> {
    let host = without_port(host).to_ascii_lowercase();
    let Some((name, _)) = dns_suffix(&host) else {
        return Ok(());
    };
    let name = name.strip_suffix(".vpce").unwrap_or(name);
    let mut labels = name.rsplit('.');
    let last = (
        labels.next().unwrap_or_default(),
        labels.next().unwrap_or_default(),
    );
    let stated = match last {
        (stated, service) | (service, stated)
            if services.contains(&service) && is_region(stated) =>
        {
            stated
        }
        _ => return Ok(()),
    };
    if stated == region {
        return Ok(());
    }
    let problem = "does not match the region in the host name";
    Err(Error::invalid_parameter("region", problem))
}

/// Splits a host name into the name and the AWS suffix.
pub(super) fn dns_suffix(host: &str) -> Option<(&str, &'static str)> {
    DNS_SUFFIXES.iter().find_map(|suffix| {
        let name = host.strip_suffix(suffix)?.strip_suffix('.')?;
        Some((name, *suffix))
    })
}

pub(super) fn without_port(host: &str) -> &str {
    host.split(':').next().unwrap_or_default()
}

fn split<'a>(parameter: &str, text: &'a str) -> Result<(String, Option<&'a str>), Error> {
    let problem = |problem| Err(Error::invalid_parameter(parameter, problem));
    if text.contains("://") {
        return problem(
            "contains a scheme: pass the host name only, with its port where one is required",
        );
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if host.is_empty() {
        return problem("is empty");
    }
    if !host.bytes().all(byte) {
        return problem("must be ASCII letters, digits, `-`, `_` and `.`");
    }
    if host.split('.').any(str::is_empty) || host.len() > 253 {
        return problem("must be at most 253 characters, without an empty label");
    }
    let is_port = |port: &str| {
        port.bytes().all(|b| b.is_ascii_digit())
            && !port.starts_with('0')
            && port.parse::<u16>().is_ok()
    };
    if port.is_some_and(|port| !is_port(port)) {
        return problem("has an invalid port: it must be between 1 and 65535");
    }
    Ok((host.to_ascii_lowercase(), port))
}

/// Checks that a name is not empty.
pub(super) fn required(parameter: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        Err(Error::invalid_parameter(parameter, "is empty"))
    } else {
        Ok(())
    }
}

/// Checks the name of a cache or cluster, the host of its token's URL.
pub(super) fn one_label(parameter: &str, text: &str) -> Result<(), Error> {
    required(parameter, text)?;
    if text.contains(['.', ':', '/']) {
        return Err(Error::invalid_parameter(
            parameter,
            "must be the name alone, without a domain or a port",
        ));
    }
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        let problem = "must be ASCII letters, digits and `-`";
        return Err(Error::invalid_parameter(parameter, problem));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_lowercased_and_checked() {
        assert_eq!(
            host_and_port("host", "Db.Example:5432").unwrap(),
            "db.example:5432"
        );
        assert_eq!(
            host_and_port("host", "db.example:443").unwrap(),
            "db.example:443"
        );
        assert_eq!(
            host("host", "x.dsql.us-east-1.on.aws").unwrap(),
            "x.dsql.us-east-1.on.aws"
        );
        assert_eq!(host_on_443("host", "h.example:443").unwrap(), "h.example");
        assert_eq!(host_on_443("host", "h.example").unwrap(), "h.example");
        let long = "a".repeat(254);
        for text in [
            "",
            ":",
            ":5432",
            "db:",
            "db:0",
            "db:05432",
            "db:65536",
            "db:+5",
            "db:5432/",
            "db:1:2",
            "https://db:5432",
            "postgres://app:secret@db:5432/app",
            "app@db:5432",
            "db /x:5432",
            "db..x:5432",
            ".db:5432",
            "db.:5432",
            "d b:5432",
            "db?x:5432",
            "d\u{e9}:5432",
            "db\n:1",
            "[::1]:5432",
            "//db:5432",
            &long,
        ] {
            for check in [host_and_port, host, host_on_443] {
                let error = check("host", text).unwrap_err();
                assert!(
                    matches!(error, Error::InvalidParameter { .. }),
                    "{text:?}: {error}"
                );
                assert!(!error.to_string().contains("secret"));
            }
        }
        assert!(host_and_port("host", "db").is_err() && host("host", "db:5432").is_err());
        assert!(host_on_443("host", "db:8443").is_err());
    }

    #[test]
    fn a_host_of_another_region_is_refused() {
        for (host, service, region, fits) in [
            ("x.dsql.us-east-1.on.aws", "dsql", "us-east-1", true),
            ("x.dsql.us-east-1.on.aws", "dsql", "us-west-2", false),
            ("x.dsql.global.on.aws", "dsql", "us-west-2", true),
            (
                "x.dsql.us-east-1.on.aws.example.com",
                "dsql",
                "us-west-2",
                true,
            ),
            ("x.lambda-url.us-east-1.on.aws", "dsql", "us-west-2", true),
            (
                "x.iot.cn-north-1.amazonaws.com.cn",
                "iot",
                "cn-north-1",
                true,
            ),
            (
                "x.iot.cn-north-1.amazonaws.com.cn",
                "iot",
                "us-west-2",
                false,
            ),
            (
                "x.iot.us-east-1.vpce.amazonaws.com",
                "iot",
                "us-west-2",
                false,
            ),
            (
                "db.us-east-2.neptune.amazonaws.com",
                "neptune",
                "us-east-2",
                true,
            ),
            (
                "db.us-east-2.neptune.amazonaws.com",
                "neptune",
                "eu-west-1",
                false,
            ),
            (
                "db.neptune.cn-north-1.amazonaws.com.cn",
                "neptune",
                "eu-west-1",
                false,
            ),
            (
                "id.appsync-api.eusc-de-east-1.amazonaws.eu",
                "appsync-api",
                "eusc-de-east-1",
                true,
            ),
            (
                "id.appsync-api.eusc-de-east-1.amazonaws.eu",
                "appsync-api",
                "eu-west-1",
                false,
            ),
            (
                "neptune.us-east-2.example.com",
                "neptune",
                "eu-west-1",
                true,
            ),
            (
                "db.us-east-2.neptune.amazonaws.com.example.com",
                "neptune",
                "eu-west-1",
                true,
            ),
            ("neptune", "neptune", "eu-west-1", true),
            ("iot.example.com", "iot", "us-west-2", true),
            ("sts.amazonaws.com", "sts", "us-west-2", true),
            ("", "sts", "us-west-2", true),
        ] {
            let found = check_host_region(host, &[service], region);
            assert_eq!(found.is_ok(), fits, "{host} {region}");
        }
    }

    #[test]
    fn a_name_is_one_host_label() {
        assert!(one_label("cache name", "my-cache-1").is_ok());
        for text in ["", "a.b", "a:1", "http://a", "a b", "a_b", "\u{e9}"] {
            assert!(one_label("cache name", text).is_err(), "{text:?}");
        }
    }
}
