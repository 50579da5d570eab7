//! The kind and region of an RDS endpoint, from its host name.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::host_names::{dns_suffix, without_port};
use crate::service::partition::is_region;

/// The kind and region of a database endpoint, read from its host name.
///
/// | host | kind |
/// |---|---|
/// | `NAME.ID.REGION.rds.amazonaws.com` | [`Instance`](RdsHostKind::Instance) |
/// | `NAME.cluster-ID.…` | [`ClusterWriter`](RdsHostKind::ClusterWriter) |
/// | `NAME.cluster-ro-ID.…` | [`ClusterReader`](RdsHostKind::ClusterReader) |
/// | `NAME.cluster-custom-ID.…` | [`ClusterCustom`](RdsHostKind::ClusterCustom) |
/// | `NAME.proxy-ID.…`, `NAME.endpoint.proxy-ID.…` | [`Proxy`](RdsHostKind::Proxy) |
/// | `NAME.shardgrp-ID.…` | [`ShardGroup`](RdsHostKind::ShardGroup) |
/// | `NAME.global-ID.global.rds.amazonaws.com` | [`Global`](RdsHostKind::Global), no region |
/// | an IP address | [`IpAddress`](RdsHostKind::IpAddress), no region |
/// | any other name, such as `localhost` | [`Other`](RdsHostKind::Other), no region |
///
/// In some partitions `rds` comes before the region: `NAME.ID.rds.cn-northwest-1.amazonaws.com.cn`.
/// Letter case does not matter, and a port is ignored.
///
/// Amazon RDS User Guide, "Finding the connection information for a DB instance"; Aurora User Guide,
/// "Amazon Aurora endpoint connections".
///
/// ```
/// use countersign::tokens::{RdsHost, RdsHostKind};
///
/// let host =
///     RdsHost::of("d.cluster-ro-abcdefghijkl.eu-west-1.rds.amazonaws.com");
/// assert_eq!(host.kind(), RdsHostKind::ClusterReader);
/// assert_eq!(host.region(), Some("eu-west-1"));
/// let host =
///     RdsHost::of("orders.global-ab12cd34ef56.global.rds.amazonaws.com");
/// assert_eq!(host.kind(), RdsHostKind::Global);
/// assert_eq!(host.region(), None);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RdsHost {
    kind: RdsHostKind,
    region: Option<String>,
}

/// The kind of an RDS endpoint.
///
/// ```
/// use countersign::tokens::{RdsHost, RdsHostKind};
///
/// let host = RdsHost::of("p.proxy-abcdefghijkl.us-east-1.rds.amazonaws.com");
/// assert_eq!(host.kind(), RdsHostKind::Proxy);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RdsHostKind {
    /// One database instance.
    Instance,
    /// The writer of an Aurora cluster, or of a Multi-AZ DB cluster.
    ClusterWriter,
    /// The readers of a cluster.
    ClusterReader,
    /// A custom endpoint of a cluster.
    ClusterCustom,
    /// An RDS Proxy, or an additional endpoint of one.
    Proxy,
    /// A shard group of Aurora Limitless Database.
    ShardGroup,
    /// The writer of an Aurora global database, in its current region.
    Global,
    /// An IP address.
    IpAddress,
    /// A name that is not one of RDS.
    Other,
}

impl RdsHost {
    /// Reads the kind and the region from a host name.
    pub fn of(host: &str) -> Self {
        let of_kind = |kind| Self { kind, region: None };
        let address = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let address = address.map_or(host, |(address, _)| address);
        let v4 = without_port(host).parse::<Ipv4Addr>();
        if v4.is_ok() || address.parse::<Ipv6Addr>().is_ok() {
            return of_kind(RdsHostKind::IpAddress);
        }
        let host = without_port(host).to_ascii_lowercase();
        let Some(name) = dns_suffix(&host).map(|(name, _)| name) else {
            return of_kind(RdsHostKind::Other);
        };
        let labels: Vec<&str> = name.split('.').collect();
        let (name, place) = match labels.as_slice() {
            [name @ .., place, "rds"] | [name @ .., "rds", place] => (name, *place),
            _ => return of_kind(RdsHostKind::Other),
        };
        let kind = kind(name);
        if kind == RdsHostKind::Global {
            let kind = match place {
                "global" => kind,
                _ => RdsHostKind::Other,
            };
            return of_kind(kind);
        }
        if !is_region(place) {
            return of_kind(RdsHostKind::Other);
        }
        Self {
            kind,
            region: Some(place.to_owned()),
        }
    }

    /// Returns the kind of endpoint.
    pub fn kind(&self) -> RdsHostKind {
        self.kind
    }

    /// Returns the region in the name, in lowercase.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}

/// The kind of endpoint, by the labels before the region and `rds`.
fn kind(labels: &[&str]) -> RdsHostKind {
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric());
    let id = match labels {
        [name, id] if !name.is_empty() => *id,
        [name, "endpoint", id] if !name.is_empty() && id.starts_with("proxy-") => *id,
        _ => return RdsHostKind::Other,
    };
    // Longer prefixes first, because `cluster-` also matches `cluster-ro-`.
    for (prefix, kind) in [
        ("cluster-custom-", RdsHostKind::ClusterCustom),
        ("cluster-ro-", RdsHostKind::ClusterReader),
        ("cluster-", RdsHostKind::ClusterWriter),
        ("proxy-", RdsHostKind::Proxy),
        ("shardgrp-", RdsHostKind::ShardGroup),
        ("global-", RdsHostKind::Global),
        ("", RdsHostKind::Instance),
    ] {
        if id.strip_prefix(prefix).is_some_and(is_id) {
            return kind;
        }
    }
    RdsHostKind::Other
}
