//! Which service a host belongs to, and for which region it is signed.

mod table;

use crate::primitives::host_label::is_host_label;
use crate::service::partition::Partition;
use table::HOSTS;

/// No prefix has more labels.
const MOST_LABELS: usize = 4;
/// The longest name that DNS has.
const LONGEST_HOST: usize = 253;

/// Returns the service whose host this is: its signing name, and the region if the host tells it.
///
/// The signing name is often not the first label of the host: `email.…` signs as `ses`. Known are
/// the hosts of AWS's services in all partitions: regional, global, FIPS, dual-stack, those of VPC
/// endpoints (`vpce-…`), virtual-hosted buckets, and access points. A port is ignored. A host that
/// is not known is `None`, never a guess; so is a host of a private DNS name or a proxy.
///
/// ```
/// use countersign::service_of_host;
///
/// let email = service_of_host("email.eu-west-1.amazonaws.com").unwrap();
/// assert_eq!(
///     (email.service(), email.region()),
///     ("ses", Some("eu-west-1"))
/// );
///
/// let bucket =
///     service_of_host("my.photos.s3.dualstack.cn-north-1.amazonaws.com.cn")
///         .unwrap();
/// assert_eq!(
///     (bucket.service(), bucket.region()),
///     ("s3", Some("cn-north-1"))
/// );
///
/// let global = service_of_host("iam.amazonaws.com").unwrap();
/// assert_eq!(
///     (global.service(), global.region()),
///     ("iam", Some("us-east-1"))
/// );
///
/// assert_eq!(service_of_host("email.example.com"), None);
/// ```
pub fn service_of_host(host: &str) -> Option<HostService> {
    let host = without_port(host)?;
    if host.len() > LONGEST_HOST {
        return None;
    }
    let host = host.to_ascii_lowercase();
    if let Some(name) = host.strip_suffix(SIGN_IN) {
        return sign_in(name);
    }
    // GovCloud shares its domains with `aws`: the region tells the two apart.
    Partition::all().find_map(|partition| {
        [partition.domain(), partition.dual_stack_domain()]
            .into_iter()
            .find_map(|domain| in_domain(&host, domain, partition))
    })
}

/// A service as its host tells it.
///
/// ```
/// use countersign::service_of_host;
///
/// // Signature Version 4A, for all regions.
/// let host = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com";
/// let access_point = service_of_host(host).unwrap();
/// assert_eq!(
///     (access_point.service(), access_point.region()),
///     ("s3", Some("*"))
/// );
///
/// // The bucket may be in any region.
/// let accelerated =
///     service_of_host("photos.s3-accelerate.amazonaws.com").unwrap();
/// assert_eq!((accelerated.service(), accelerated.region()), ("s3", None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostService {
    service: &'static str,
    region: Option<String>,
}

impl HostService {
    /// Returns the signing name of the service. Case matters.
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// Returns the region to sign for, or `*` for Signature Version 4A. `None` if the host does not
    /// tell.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}

/// What is known of the hosts with a prefix: a letter for each.
mod known {
    /// `PREFIX.REGION.DOMAIN`.
    pub(super) const REGIONAL: char = 'r';
    /// `PREFIX.DOMAIN`, for us-east-1; in the other partitions `PREFIX.REGION.DOMAIN`.
    pub(super) const GLOBAL: char = 'g';
    /// `LABEL.PREFIX.DOMAIN`, for all regions.
    pub(super) const ALL_REGIONS: char = 'a';
    /// `PREFIX.DOMAIN`, without a word on the region.
    pub(super) const UNTOLD: char = 'u';
    /// `REGION.PREFIX.DOMAIN`.
    pub(super) const BEHIND_REGION: char = 'b';
    /// Labels can precede: a bucket, an account, an id.
    pub(super) const LABELS: char = 'l';
    /// There is `PREFIX-fips` too.
    pub(super) const FIPS: char = 'f';
}

/// The one domain that is no partition's own.
const SIGN_IN: &str = ".signin.aws.amazon.com";

fn sign_in(region: &str) -> Option<HostService> {
    let known = is_region(region, Partition::of(region)) && Partition::of(region) == Partition::Aws;
    known.then(|| HostService {
        service: "signin",
        region: Some(region.to_owned()),
    })
}

/// A host may have a port, of digits.
fn without_port(host: &str) -> Option<&str> {
    match host.split_once(':') {
        None => Some(host),
        Some((host, port)) => port
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(host),
    }
}

fn in_domain(host: &str, domain: &str, partition: Partition) -> Option<HostService> {
    let name = host.strip_suffix(domain)?.strip_suffix('.')?;
    let labels: Vec<&str> = name.split('.').collect();
    let are_labels = labels.iter().all(|label| is_label_of_a_host(label));
    are_labels.then(|| in_partition(&labels, partition))?
}

/// Buckets of old have underscores in their names.
fn is_label_of_a_host(label: &str) -> bool {
    is_host_label(label)
        || (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

fn in_partition(labels: &[&str], partition: Partition) -> Option<HostService> {
    let told = |service, region: &str| HostService {
        service,
        region: Some(region.to_owned()),
    };
    match labels {
        [front @ .., region, "vpce"] if is_region(region, partition) => {
            Some(told(of_vpc_endpoint(front)?, region))
        }
        [front @ .., region] if is_region(region, partition) => {
            let regional = |what: &str| {
                what.contains(known::REGIONAL)
                    || what.contains(known::GLOBAL) && partition != Partition::Aws
            };
            let service = of_prefix(front, |what, _| regional(what)).or_else(|| of_zone(front))?;
            Some(told(service, region))
        }
        // S3's hosts of old: s3-us-west-2.amazonaws.com.
        [.., last] if partition == Partition::Aws => last
            .strip_prefix("s3-")
            .filter(|region| is_region(region, partition))
            .map(|region| told("s3", region))
            .or_else(|| without_region(labels, partition)),
        _ => without_region(labels, partition),
    }
}

/// The prefixes of hosts that take bearer tokens, by the service models of AWS's SDKs.
#[cfg(any(feature = "signin", feature = "tokens"))]
const BEARER_PREFIXES: [&str; 4] = [
    "account-access-runtime",
    "agent-registry",
    "bedrock",
    "bedrock-runtime",
];

/// The hosts of a service in a region that take bearer tokens, those of FIPS too.
#[cfg(any(feature = "signin", feature = "tokens"))]
pub(crate) fn bearer_hosts(service: &str, region: &str) -> Vec<String> {
    let domain = Partition::of(region).domain();
    BEARER_PREFIXES
        .iter()
        .filter_map(|prefix| Some((prefix, row(prefix)?)))
        .filter(|(_, (name, _))| *name == service)
        .flat_map(|(prefix, (_, what))| {
            let fips = what.contains(known::FIPS).then_some("-fips");
            let forms = [Some(""), fips].into_iter().flatten();
            forms.map(move |fips| format!("{prefix}{fips}.{region}.{domain}"))
        })
        .collect()
}

/// Hosts whose last label is not a region.
fn without_region(labels: &[&str], partition: Partition) -> Option<HostService> {
    let found = |service, region: Option<&str>| HostService {
        service,
        region: region.map(str::to_owned),
    };
    let mut before = None;
    let behind = of_prefix(labels, |what, at| {
        let region = at.checked_sub(1).and_then(|at| labels.get(at).copied());
        before = region.filter(|region| is_region(region, partition));
        what.contains(known::BEHIND_REGION)
            && before.is_some()
            && (at == 1 || what.contains(known::LABELS))
    });
    if let Some(service) = behind {
        return Some(found(service, before));
    }
    if let Some(service) = of_prefix(labels, |what, at| {
        what.contains(known::ALL_REGIONS) && at > 0
    }) {
        return Some(found(service, Some("*")));
    }
    if partition != Partition::Aws {
        return None;
    }
    if let Some(service) = of_prefix(labels, |what, _| what.contains(known::GLOBAL)) {
        return Some(found(service, Some("us-east-1")));
    }
    let service = of_prefix(labels, |what, _| what.contains(known::UNTOLD))?;
    Some(found(service, None))
}

/// The service with the longest prefix that these labels end in, of those that fit.
///
/// `fits` sees what is known of the prefix, and how many labels precede it.
fn of_prefix(labels: &[&str], mut fits: impl FnMut(&str, usize) -> bool) -> Option<&'static str> {
    let (labels, dual_stack) = match labels {
        [front @ .., "dualstack"] => (front, true),
        labels => (labels, false),
    };
    let first = labels.len().saturating_sub(MOST_LABELS);
    (first..labels.len()).find_map(|at| {
        let prefix = labels.get(at..)?.join(".");
        let plain = prefix.strip_suffix("-fips");
        let forms = [(Some(prefix.as_str()), false), (plain, true)];
        forms.into_iter().find_map(|(prefix, fips)| {
            let (service, what) = row(prefix?)?;
            let known = (!fips || what.contains(known::FIPS))
                && (!dual_stack || service.starts_with("s3"))
                && (at == 0 || what.contains([known::LABELS, known::BEHIND_REGION]))
                && fits(what, at);
            known.then_some(service)
        })
    })
}

/// The signing name of a prefix, and what is known of its hosts.
fn row(prefix: &str) -> Option<(&'static str, &'static str)> {
    let at = HOSTS
        .binary_search_by(|(known, ..)| (*known).cmp(prefix))
        .ok()?;
    HOSTS.get(at).map(|(_, service, what)| (*service, *what))
}

/// `BUCKET.s3express[-fips]-ZONE`.
fn of_zone(labels: &[&str]) -> Option<&'static str> {
    let labels = match labels {
        [front @ .., "dualstack"] => front,
        labels => labels,
    };
    let [_, zone] = labels else {
        return None;
    };
    let zone = zone.strip_prefix("s3express-")?;
    let zone = zone.strip_prefix("fips-").unwrap_or(zone);
    let (_, number) = zone.rsplit_once("-az")?;
    let number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    number.then_some("s3express")
}

/// `vpce-ID[-ZONE].PREFIX`, and S3's with `bucket`, `accesspoint` or `control` in front.
fn of_vpc_endpoint(labels: &[&str]) -> Option<&'static str> {
    let at = labels.iter().position(|label| label.starts_with("vpce-"))?;
    let (front, prefix) = labels.split_at_checked(at)?;
    let prefix = prefix.get(1..)?;
    let service = of_prefix(prefix, |what, at| at == 0 && what.contains(known::REGIONAL))?;
    let of_s3 = matches!(front, [.., "bucket" | "accesspoint" | "control"]) && service == "s3";
    (front.is_empty() || of_s3).then_some(service)
}

/// Whether the label is the name of a region of the partition.
fn is_region(label: &str, partition: Partition) -> bool {
    const CONTINENTS: [&str; 9] = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"];
    if Partition::of(label) != partition {
        return false;
    }
    let mut parts = label.split('-');
    let (first, last) = (parts.next(), parts.next_back());
    let number = last.is_some_and(|last| {
        !last.is_empty() && last.len() <= 2 && last.bytes().all(|byte| byte.is_ascii_digit())
    });
    let mut words = 0;
    let are_words = parts.all(|word| {
        words += 1;
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    let known = match partition {
        Partition::Aws => words == 1 && first.is_some_and(|first| CONTINENTS.contains(&first)),
        Partition::China | Partition::Iso | Partition::IsoB | Partition::IsoE | Partition::IsoF => {
            words >= 1
        }
        Partition::GovCloud | Partition::EuropeanSovereign => words == 2,
    };
    number && are_words && known
}
