//! The hosts that a token may be sent to, and the target of a request.

use std::net::Ipv6Addr;

use http::header::HOST;
use http::{HeaderMap, Uri};

use crate::error::Error;
use crate::error::host::HostProblem;
use crate::request::is_loopback;

/// The hosts and schemes that a token may be sent to.
#[derive(Clone, Debug, Default)]
pub(super) struct Hosts {
    hosts: Vec<Host>,
    any_host: bool,
    http: bool,
}

#[derive(Clone, Debug)]
enum Host {
    /// From the caller: a name and an optional port, checked when the token is used.
    Named(String),
    /// From a service's module: `*` is one label, `#` is one digit.
    #[allow(dead_code, reason = "only some features make tokens")]
    Pattern(String),
}

impl Hosts {
    pub(super) fn add(&mut self, host: String) {
        self.hosts.push(Host::Named(host));
    }

    #[allow(dead_code, reason = "only some features make tokens")]
    pub(super) fn add_pattern(&mut self, pattern: String) {
        self.hosts.push(Host::Pattern(pattern));
    }

    pub(super) fn allow_any_host(&mut self) {
        self.any_host = true;
    }

    pub(super) fn allow_http(&mut self) {
        self.http = true;
    }

    pub(super) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(|host| match host {
            Host::Named(text) | Host::Pattern(text) => text.as_str(),
        })
    }

    /// Whether the token names no host and does not allow every host.
    #[cfg(feature = "codeartifact")]
    pub(super) fn is_open(&self) -> bool {
        !self.any_host && self.hosts.is_empty()
    }

    pub(super) fn check(&self, target: &Target) -> Result<(), Error> {
        if target.scheme == Scheme::Http && !self.http && !is_loopback(&target.host) {
            return Err(Error::BearerTokenNeedsHttps {
                scheme: "http".to_owned(),
            });
        }
        if self.any_host {
            return Ok(());
        }
        if self.hosts.is_empty() {
            return Err(Error::BearerTokenWithoutHost);
        }
        for host in &self.hosts {
            if host.admits(target)? {
                return Ok(());
            }
        }
        let hosts: Vec<&str> = self.hosts().collect();
        Err(Error::BearerTokenForAnotherHost {
            hosts: hosts.join(", "),
            host: target.to_text(),
        })
    }
}

impl Host {
    fn admits(&self, target: &Target) -> Result<bool, Error> {
        match self {
            Self::Named(text) => {
                let (host, port) = split(text)
                    .map_err(|problem| Error::invalid_parameter("host", problem.rule()))?;
                let port = port.unwrap_or_else(|| target.scheme.port());
                Ok(host == target.host && port == target.port)
            }
            Self::Pattern(pattern) => {
                Ok(target.port == target.scheme.port() && matches(pattern, &target.host))
            }
        }
    }
}

fn matches(pattern: &str, host: &str) -> bool {
    let label = |(pattern, label): (&str, &str)| {
        let byte = |(p, b): (u8, u8)| p == b || (p == b'#' && b.is_ascii_digit());
        pattern == "*"
            || (pattern.len() == label.len() && pattern.bytes().zip(label.bytes()).all(byte))
    };
    pattern.split('.').count() == host.split('.').count()
        && pattern.split('.').zip(host.split('.')).all(label)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scheme {
    Https,
    Http,
}

impl Scheme {
    fn port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

/// The scheme, host and port that a request is sent to.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Target {
    scheme: Scheme,
    /// Lowercase. An IPv6 address is in brackets.
    host: String,
    port: u16,
}

impl Target {
    /// Reads the target from the URI. A `host` header must repeat it.
    pub(super) fn of(uri: &Uri, headers: &HeaderMap) -> Result<Self, Error> {
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(Error::BearerTokenNeedsUri);
        };
        let scheme = match scheme {
            scheme if scheme.eq_ignore_ascii_case("https") => Scheme::Https,
            scheme if scheme.eq_ignore_ascii_case("http") => Scheme::Http,
            scheme => {
                return Err(Error::BearerTokenNeedsHttps {
                    scheme: scheme.to_owned(),
                });
            }
        };
        let target = Self::new(scheme, authority.as_str())?;
        let mut named = headers.get_all(HOST).iter();
        if let Some(host) = named.next() {
            // A load balancer routes by this header, whatever address the client connects to.
            let same = host
                .to_str()
                .ok()
                .and_then(|host| Self::new(scheme, host).ok())
                .is_some_and(|host| host == target);
            if !same || named.next().is_some() {
                return Err(Error::BearerTokenHost(HostProblem::HeaderDiffers));
            }
        }
        Ok(target)
    }

    /// The target of a TLS connection to a host.
    pub(super) fn https(host: &str) -> Result<Self, Error> {
        Self::new(Scheme::Https, host)
    }

    fn new(scheme: Scheme, authority: &str) -> Result<Self, Error> {
        let (host, port) = split(authority).map_err(Error::BearerTokenHost)?;
        Ok(Self {
            scheme,
            host,
            port: port.unwrap_or_else(|| scheme.port()),
        })
    }

    fn to_text(&self) -> String {
        if self.port == self.scheme.port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// Splits a host, which it turns to lowercase, from its port.
///
/// A valid host that two programs could read in two ways is an error too.
fn split(text: &str) -> Result<(String, Option<u16>), HostProblem> {
    if text.contains('@') {
        return Err(HostProblem::UserInformation);
    }
    if text.contains('/') {
        return Err(HostProblem::InvalidHost);
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']').ok_or(HostProblem::InvalidHost)?;
        let address: Ipv6Addr = address.parse().map_err(|_| HostProblem::InvalidHost)?;
        return Ok((format!("[{address}]"), port_of(port)?));
    }
    let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
    if host.ends_with('.') {
        return Err(HostProblem::TrailingDot);
    }
    let byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if host.len() > 253 || !host.bytes().all(byte) || host.split('.').any(str::is_empty) {
        return Err(HostProblem::InvalidHost);
    }
    Ok((host.to_ascii_lowercase(), port_of(port)?))
}

/// Parses an optional port, a colon and digits.
fn port_of(text: &str) -> Result<Option<u16>, HostProblem> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.strip_prefix(':').unwrap_or_default();
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    let port = digits.parse().ok().filter(|_| plain);
    port.map(Some).ok_or(HostProblem::InvalidPort)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_one_label_or_one_digit() {
        let pattern = "d-####.*.example.com";
        assert!(matches(pattern, "d-1234.a.example.com"));
        for host in [
            "d-123.a.example.com",
            "d-12345.a.example.com",
            "d-123a.a.example.com",
            "d-1234.a.b.example.com",
            "d-1234.example.com",
            "e-1234.a.example.com",
            "d-1234.a.example.com.evil.example",
        ] {
            assert!(!matches(pattern, host), "{host}");
        }
    }

    #[test]
    fn hosts_are_lowercased_and_split_from_their_ports() {
        for (text, host, port) in [
            ("Example.COM", "example.com", None),
            ("example.com:8443", "example.com", Some(8443)),
            ("[::1]:80", "[::1]", Some(80)),
            ("[0:0:0:0:0:0:0:1]", "[::1]", None),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", None),
        ] {
            assert_eq!(split(text), Ok((host.to_owned(), port)), "{text}");
        }
        for text in [
            "",
            ".",
            "a.",
            "a..b",
            ".a",
            "a:",
            "a:0",
            "a:01",
            "a:65536",
            "a:+1",
            "a:1:2",
            "a b",
            "a/b",
            "a@b",
            "@a",
            "a%2eb",
            "b\u{fc}cher.example",
            "[::1",
            "[]",
            "[v1.a]",
            "::1",
            "[::1%25eth0]",
            "[::1]x",
            "a\\b",
            "https://a",
            "a#b",
            "a?b",
            "*.a",
        ] {
            assert!(split(text).is_err(), "{text}");
        }
    }
}
