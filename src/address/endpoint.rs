//! Endpoints: the hosts that AWS has, and custom ones.

use http::Uri;

use crate::error::address::AddressError;

/// `http(s)://host[:port][/path]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint<'a> {
    pub(crate) scheme: &'static str,
    /// The host, with its port.
    pub(crate) authority: &'a str,
    /// Without a slash at its end.
    pub(crate) path: &'a str,
    /// Whether the host is an IP address, which labels cannot precede.
    pub(crate) is_ip: bool,
}

impl<'a> Endpoint<'a> {
    /// A host of AWS. All of them speak TLS.
    pub(crate) fn aws(host: &'a str) -> Self {
        Self {
            scheme: "https",
            authority: host,
            path: "",
            is_ip: false,
        }
    }

    /// Reads a custom endpoint.
    pub(crate) fn parse(url: &'a str) -> Result<Self, AddressError> {
        Self::read(url).ok_or_else(|| AddressError::InvalidEndpoint {
            // What precedes an `@` may be a password.
            endpoint: url.rsplit('@').next().unwrap_or_default().to_owned(),
        })
    }

    fn read(url: &'a str) -> Option<Self> {
        let (scheme, rest) = match url.strip_prefix("https://") {
            Some(rest) => ("https", rest),
            None => ("http", url.strip_prefix("http://")?),
        };
        let path_start = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(path_start)?;
        // `http` reads the ports, the brackets and the characters of both.
        let uri: Uri = url.parse().ok()?;
        let host = uri.host()?;
        let plain = uri.query().is_none() && !url.contains(['#', '?', '@', '\\']);
        // For an invalid port, `http` returns none.
        let port = authority.strip_prefix(host)?;
        let port_is_read = port.is_empty() || uri.port_u16().is_some();
        if !plain || host.is_empty() || !port_is_read {
            return None;
        }
        let is_ip = host.starts_with('[') || is_ipv4(host);
        Some(Self {
            scheme,
            authority,
            path: path.trim_end_matches('/'),
            is_ip,
        })
    }
}

pub(crate) fn is_ipv4(host: &str) -> bool {
    let mut parts = 0;
    host.split('.').all(|part| {
        parts += 1;
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    }) && parts == 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints() {
        let read = Endpoint::parse("https://gw.example.com:8443/s3/").unwrap();
        assert_eq!(
            (read.scheme, read.authority, read.path, read.is_ip),
            ("https", "gw.example.com:8443", "/s3", false)
        );
        for (url, is_ip) in [
            ("http://127.0.0.1:9000", true),
            ("http://[::1]:9000/", true),
            ("http://localhost", false),
            ("http://1.2.3.4.example", false),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().is_ip, is_ip, "{url}");
        }
        for url in [
            "",
            "store.example.com",
            "ftp://store.example.com",
            "https://",
            "https:///path",
            "https://a?x=1",
            "https://a#b",
            "https://user@a",
            "https://a b",
            "https://a:",
            "https://a:99999",
            "https://[::1",
            "HTTPS://a",
        ] {
            assert!(Endpoint::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_password_is_not_part_of_the_error() {
        let error = Endpoint::parse("https://user:hunter2@host").unwrap_err();
        assert!(error.to_string().contains("\"host\""));
        assert!(!format!("{error:?}{error}").contains("hunter2"));
    }
}
