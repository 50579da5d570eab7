//! The table of hosts in `src/service/signing_names/table.rs` is made from
//! `docs/data/signing-names.csv` by this test: `WRITE_TABLE=1 cargo test --test meta
//! signing_names`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use countersign::service_of_host;

/// Hosts that the list does not contain, from the documentation of each service.
const MORE: [(&str, &str, &str); 10] = [
    // IAM User Guide, "AWS STS Regions and endpoints".
    ("sts", "sts", "g"),
    // Amazon S3 User Guide, "Virtual hosting of buckets".
    ("s3", "s3", "lu"),
    ("s3-control", "s3", "l"),
    ("s3-accesspoint", "s3", "f"),
    // API Gateway Developer Guide, "Invoke REST APIs".
    ("execute-api", "execute-api", "rl"),
    // OpenSearch Service Developer Guide, endpoints of domains and collections.
    ("aoss", "aoss", "bl"),
    ("es", "es", "bl"),
    ("neptune-graph", "neptune-graph", "l"),
    // Amazon SES Developer Guide, global endpoints; with dual stack, and in GovCloud.
    ("endpoints.email.global", "ses", "al"),
    ("endpoints.email.us-gov", "ses", "al"),
];

struct Row {
    prefix: String,
    host: String,
    fips: String,
    name: String,
    global_region: String,
    operations: Vec<String>,
    auth: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join("docs/data/signing-names.csv")).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let read = |line: &str| {
        assert!(!line.contains('"'), "a quoted field: {line}");
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields.len(), names.len(), "{line}");
        let field = |name: &str| {
            let at = names.iter().position(|known| *known == name).unwrap();
            fields[at].to_owned()
        };
        Row {
            prefix: field("host_prefix"),
            host: field("host"),
            fips: field("fips_host_prefix"),
            name: field("signing_name"),
            global_region: field("global_region"),
            operations: field("operation_prefixes")
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            auth: field("auth"),
        }
    };
    lines.map(read).collect()
}

/// The letters for a host, as in `src/service/signing_names.rs`.
fn letters(row: &Row) -> BTreeSet<char> {
    let mut letters = BTreeSet::new();
    let behind = row.host.split_once(&row.prefix).unwrap().1;
    let front = row.host.starts_with('{');
    letters.insert(if row.host.starts_with("{region}") {
        'b'
    } else if behind.starts_with(".{region}") || behind.starts_with(".us-east-1") {
        'r'
    } else if row.auth.split(' ').any(|scheme| scheme == "sigv4a") && front {
        'a'
    } else if row.global_region.is_empty() {
        'u'
    } else {
        'g'
    });
    let ids = row.operations.iter().any(|prefix| prefix.starts_with('{'));
    if (front && !row.host.starts_with("{region}")) || ids {
        letters.insert('l');
    }
    letters
}

type Table = BTreeMap<(String, String), BTreeSet<char>>;

fn table() -> Table {
    let mut table = Table::new();
    let rows = rows();
    let own: BTreeSet<&str> = rows.iter().map(|row| row.prefix.as_str()).collect();
    let mut add = |prefix: &str, name: &str, letters: &BTreeSet<char>| {
        let known = table.entry((prefix.to_owned(), name.to_owned()));
        known.or_default().extend(letters);
    };
    for row in &rows {
        // These have rules of their own: a zone in the label, and another domain.
        if row.prefix.contains('{') || row.prefix.ends_with(".aws.amazon.com") {
            continue;
        }
        let mut known = letters(row);
        if row.fips == format!("{}-fips", row.prefix) {
            known.insert('f');
        } else if !row.fips.is_empty() && row.fips != row.prefix {
            // One of them contains its only region.
            let fips = row.fips.trim_end_matches(".us-east-1");
            let global = BTreeSet::from(['g']);
            let is_global = fips.ends_with(".global");
            add(fips, &row.name, if is_global { &global } else { &known });
        }
        for operation in row.operations.iter().filter(|text| !text.contains('{')) {
            let prefix = format!("{operation}{}", row.prefix);
            // `maps.geo` is a host of Location's operations and of the newer Geo Maps. The list
            // contains the newer one.
            if own.contains(prefix.as_str()) {
                continue;
            }
            let mut known = known.clone();
            known.remove(&'l');
            add(&prefix, &row.name, &known);
        }
        add(&row.prefix, &row.name, &known);
    }
    for (prefix, name, letters) in MORE {
        add(prefix, name, &letters.chars().collect());
    }
    let names: BTreeMap<&String, &String> = table.keys().map(|(a, b)| (a, b)).collect();
    assert_eq!(names.len(), table.len(), "a prefix has two signing names");
    table
}

fn file() -> PathBuf {
    root().join("src/service/signing_names/table.rs")
}

fn text() -> String {
    let mut text = String::from(
        "//! Made from `docs/data/signing-names.csv` by `tests/meta/signing_names.rs`: edit those.\n\n\
         /// Host prefix, signing name, and what is known of the host; sorted by prefix.\n\
         #[rustfmt::skip]\n",
    );
    let table = table();
    let count = table.len();
    writeln!(
        text,
        "pub(super) static HOSTS: [(&str, &str, &str); {count}] = ["
    )
    .unwrap();
    for ((prefix, name), letters) in table {
        let letters: String = letters.into_iter().collect();
        writeln!(text, "    (\"{prefix}\", \"{name}\", \"{letters}\"),").unwrap();
    }
    text.push_str("];\n");
    text
}

#[test]
fn the_table_is_that_of_the_list() {
    if std::env::var_os("WRITE_TABLE").is_some() {
        std::fs::write(file(), text()).unwrap();
    }
    let found = std::fs::read_to_string(file()).unwrap();
    assert!(
        found == text(),
        "out of date: WRITE_TABLE=1 cargo test --test meta signing_names"
    );
}

/// A host of a row with sample labels.
fn filled(host: &str, region: &str) -> String {
    [
        ("{region}", region),
        ("{az}", "use1-az4"),
        ("{id}", "abcde.veo"),
        ("{name}", "finance"),
        ("{account}", "123456789012"),
        ("{bucket}", "photos"),
        ("{alias}", "mfzwi23gnjvgw"),
        ("{outpost}", "op-01234567890123456"),
    ]
    .iter()
    .fold(host.to_owned(), |host, (name, value)| {
        host.replace(name, value)
    })
}

fn check(host: &str, service: &str, region: Option<&str>, wrong: &mut Vec<String>) {
    let found = service_of_host(host);
    let told = found
        .as_ref()
        .map(|found| (found.service(), found.region()));
    if told != Some((service, region)) {
        wrong.push(format!(
            "{host}: expected {service} {region:?}, got {told:?}"
        ));
    }
}

#[test]
fn every_host_of_the_list_is_known() {
    let (rows, mut wrong) = (rows(), Vec::new());
    assert_eq!(rows.len(), 456);
    for row in &rows {
        let region = if row.host.contains("{region}") {
            Some("us-west-2")
        } else if row.host.contains(".us-east-1.") || !row.global_region.is_empty() {
            Some("us-east-1")
        } else if row.auth.contains("sigv4a") {
            Some("*")
        } else {
            None
        };
        let host = filled(&row.host, "us-west-2");
        // The bucket's region is not in the host, and `signs for all` has no region.
        let region = if host.contains("s3-accelerate") {
            None
        } else {
            region
        };
        check(&host, &row.name, region, &mut wrong);
        if !row.host.contains("{region}.") || row.host.starts_with("{region}") {
            continue;
        }
        // Every partition, both domains, and the hosts of single operations.
        let (front, _) = row.host.split_once(".{region}.").unwrap();
        for (region, plain, dual_stack) in [
            ("eu-central-1", "amazonaws.com", "api.aws"),
            ("us-gov-west-1", "amazonaws.com", "api.aws"),
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
            for domain in [plain, dual_stack] {
                let host = filled(&format!("{front}.{region}.{domain}"), region);
                check(&host, &row.name, Some(region), &mut wrong);
                if !row.fips.is_empty() && !row.fips.ends_with(".global") {
                    let fips = row.fips.trim_end_matches(".us-east-1");
                    let front = filled(&front.replace(&row.prefix, fips), region);
                    let host = format!("{front}.{region}.{domain}");
                    check(&host, &row.name, Some(region), &mut wrong);
                }
            }
            for operation in row.operations.iter().filter(|text| !text.contains('{')) {
                // Three hosts of the service `geo` have rows of their own.
                if matches!(
                    (row.prefix.as_str(), operation.as_str()),
                    ("geo", "maps." | "places." | "routes.")
                ) {
                    continue;
                }
                let host = format!("{operation}{front}.{region}.{plain}");
                check(&host, &row.name, Some(region), &mut wrong);
            }
        }
        if !row.host.starts_with('{') {
            let id = "vpce-0123456789abcdef0-abcdefgh";
            for id in [id.to_owned(), format!("{id}-us-west-2a")] {
                let host = format!("{id}.{front}.us-west-2.vpce.amazonaws.com");
                check(&host, &row.name, Some("us-west-2"), &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

#[test]
fn buckets_and_access_points_are_those_of_s3() {
    let mut wrong = Vec::new();
    for (host, service, region) in [
        ("photos.s3.us-west-2.amazonaws.com", "s3", Some("us-west-2")),
        (
            "photos.s3.us-west-2.amazonaws.com:443",
            "s3",
            Some("us-west-2"),
        ),
        ("Photos.S3.us-west-2.amazonaws.com", "s3", Some("us-west-2")),
        (
            "my.old_photos.s3.eu-west-1.amazonaws.com",
            "s3",
            Some("eu-west-1"),
        ),
        (
            "a.b.c.d.e.f.s3.eu-west-1.amazonaws.com",
            "s3",
            Some("eu-west-1"),
        ),
        ("email.s3.eu-west-1.amazonaws.com", "s3", Some("eu-west-1")),
        (
            "photos.s3-fips.us-east-1.amazonaws.com",
            "s3",
            Some("us-east-1"),
        ),
        (
            "photos.s3-fips.dualstack.us-east-1.amazonaws.com",
            "s3",
            Some("us-east-1"),
        ),
        (
            "s3.dualstack.us-east-1.amazonaws.com",
            "s3",
            Some("us-east-1"),
        ),
        ("photos.s3-us-west-2.amazonaws.com", "s3", Some("us-west-2")),
        ("s3.amazonaws.com", "s3", None),
        ("photos.s3.amazonaws.com", "s3", None),
        ("photos.s3-accelerate.dualstack.amazonaws.com", "s3", None),
        (
            "finance-123456789012.s3-accesspoint-fips.us-west-2.amazonaws.com",
            "s3",
            Some("us-west-2"),
        ),
        (
            "123456789012.s3-control.dualstack.us-west-2.amazonaws.com",
            "s3",
            Some("us-west-2"),
        ),
        (
            "s3-outposts-fips.us-west-2.api.aws",
            "s3-outposts",
            Some("us-west-2"),
        ),
        (
            "logs--usw2-az1--x-s3.s3express-fips-usw2-az1.dualstack.us-west-2.amazonaws.com",
            "s3express",
            Some("us-west-2"),
        ),
        (
            "s3express-control.us-west-2.amazonaws.com",
            "s3express",
            Some("us-west-2"),
        ),
        (
            "photos.bucket.vpce-0123-abcd.s3.us-east-1.vpce.amazonaws.com",
            "s3",
            Some("us-east-1"),
        ),
        (
            "control.vpce-0123-abcd.s3.us-east-1.vpce.amazonaws.com",
            "s3",
            Some("us-east-1"),
        ),
        (
            "mfzwi.mrap.accesspoint.s3-global.amazonaws.com.cn",
            "s3",
            Some("*"),
        ),
        ("a1b2.g3h.endpoints.email.us-gov.api.aws", "ses", Some("*")),
        ("sts.amazonaws.com", "sts", Some("us-east-1")),
        ("iam.cn-north-1.amazonaws.com.cn", "iam", Some("cn-north-1")),
        (
            "abc123.execute-api.eu-west-1.amazonaws.com",
            "execute-api",
            Some("eu-west-1"),
        ),
        (
            "search-logs-abc.eu-west-1.es.amazonaws.com",
            "es",
            Some("eu-west-1"),
        ),
        (
            "g-123.us-east-1.neptune-graph.amazonaws.com",
            "neptune-graph",
            Some("us-east-1"),
        ),
        (
            "cp.maps.geo.us-east-1.amazonaws.com",
            "geo",
            Some("us-east-1"),
        ),
        ("maps.geo.us-east-1.api.aws", "geo-maps", Some("us-east-1")),
        (
            "us-east-1.signin.aws.amazon.com",
            "signin",
            Some("us-east-1"),
        ),
    ] {
        check(host, service, region, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn unknown_hosts_are_not_guessed() {
    for host in [
        "",
        ".",
        "amazonaws.com",
        ".amazonaws.com",
        "us-east-1.amazonaws.com",
        "sqs.us-east-1.amazonaws.com.evil.example",
        "sqs.us-east-1.evilamazonaws.com",
        "sqs.us-east-1.example.com",
        "nosuchservice.us-east-1.amazonaws.com",
        "photos.sqs.us-east-1.amazonaws.com",
        "sqs.us-east-1x.amazonaws.com",
        "sqs.zz-north-1.amazonaws.com",
        // A region of another partition.
        "sqs.cn-north-1.amazonaws.com",
        "sqs.us-east-1.amazonaws.com.cn",
        "sqs.us-gov-west-1.amazonaws.eu",
        // No FIPS host is published.
        "agent-discovery-fips.us-east-1.amazonaws.com",
        "sqs.dualstack.us-east-1.amazonaws.com",
        "sqs..us-east-1.amazonaws.com",
        "sqs.us-east-1.amazonaws.com.",
        "sqs.us-east-1.amazonaws.com:https",
        "sqs.amazonaws.com",
        "iam.amazonaws.com.cn",
        "iam.us-east-1.amazonaws.com",
        "endpoint.events.amazonaws.com",
        "photos.s3-website-us-east-1.amazonaws.com",
        "photos.s3-website.eu-central-1.amazonaws.com",
        "x.vpce-0123-abcd.sqs.us-east-1.vpce.amazonaws.com",
        "sqs.us-east-1.vpce.amazonaws.com",
        "us-east-1.signin.amazonaws.com",
        "évil.s3.us-east-1.amazonaws.com",
        "127.0.0.1",
        "[::1]:80",
        "localhost:9000",
    ] {
        assert_eq!(service_of_host(host), None, "{host}");
    }
    let long = format!("{}s3.us-east-1.amazonaws.com", "a.".repeat(200));
    assert_eq!(service_of_host(&long), None);
}
