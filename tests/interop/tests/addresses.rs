//! Are our S3 addresses those of botocore's resolver? Random buckets, ARNs and options, through
//! Python (`python/addresses.py`) and through countersign.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use countersign::s3::{
    Address, AddressError, AddressPart, Addressing, ControlTarget, SigningScheme,
};
use serde_json::{Map, Value, json};

const COUNT: usize = 3000;

/// The interpreter that `python/setup addresses` prepared.
fn python() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/interop-python");
    let folder = std::env::var_os("INTEROP_PYTHON").map_or_else(own, PathBuf::from);
    folder.join("addresses/bin/python")
}

fn theirs(cases: &[Value]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/addresses.py");
    let mut child = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`tests/interop/python/setup addresses` has run");
    let input = serde_json::to_vec(cases).unwrap();
    child.stdin.take().unwrap().write_all(&input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "see above");
    serde_json::from_slice(&output.stdout).unwrap()
}

const REGIONS: [&str; 11] = [
    "us-east-1",
    "us-west-2",
    "eu-central-1",
    "cn-north-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eusc-de-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "aws-global",
];
const BUCKETS: [&str; 22] = [
    "photos-2026",
    "abc",
    "ab",
    "my.photos",
    "a..b",
    "Photos",
    "under_score",
    "trail-",
    "1.2.3.4",
    "with space",
    "logs--usw2-az1--x-s3",
    "logs--use1-az4--x-s3",
    "logs--apne1-tpe1-az1--x-s3",
    "logs--usw2-lax1-az1--x-s3",
    "team--usw2-az1--xa-s3",
    "bad.dot--usw2-az1--x-s3",
    "--usw2-az1--x-s3",
    "no-zone--x-s3",
    "reports--op-s3",
    "test-accessp-e0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3",
    "test-accessp-o0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3",
    "test-accessp-q0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3",
];
const ENDPOINTS: [&str; 6] = [
    "http://store.example.com:9000",
    "https://store.example.com",
    "https://gw.example.com/s3",
    "http://127.0.0.1:9000",
    "https://127.0.0.1/base",
    "http://[::1]:9000",
];

fn pick<'a>(random: &mut fastrand::Rng, of: &[&'a str]) -> &'a str {
    of[random.usize(..of.len())]
}

fn arn(random: &mut fastrand::Rng) -> String {
    let partition = pick(
        random,
        &["aws", "aws", "aws", "aws-cn", "aws-us-gov", "aws-x"],
    );
    let service = pick(
        random,
        &["s3", "s3", "s3-object-lambda", "s3-outposts", "sqs"],
    );
    let region = pick(
        random,
        &[
            "us-west-2",
            "us-west-2",
            "us-east-1",
            "cn-north-1",
            "us-gov-west-1",
            "",
        ],
    );
    let account = pick(random, &["123456789012", "123456789012", "1_2", ""]);
    let name = pick(random, &["finance", "mfzwi23gnjvgw.mrap", "a_b", ""]);
    let resource = match random.u8(..8) {
        0..=3 => format!("accesspoint/{name}"),
        4 => format!("accesspoint:{name}"),
        5 => format!("outpost/op-01234567890123456/accesspoint/{name}"),
        6 => format!("outpost:op-01234567890123456:bucket:{name}"),
        _ => pick(
            random,
            &[
                "",
                "photos",
                "bucket/x",
                "accesspoint",
                "accesspoint/a/b",
                "outpost",
                "outpost/op_1/accesspoint/a",
            ],
        )
        .to_owned(),
    };
    format!("arn:{partition}:{service}:{region}:{account}:{resource}")
}

fn input(random: &mut fastrand::Rng) -> Value {
    let mut input = Map::new();
    let control = random.u8(..5) == 0;
    input.insert(
        "api".into(),
        if control { "s3control" } else { "s3" }.into(),
    );
    input.insert("region".into(), pick(random, &REGIONS).into());
    let chance =
        |input: &mut Map<String, Value>, random: &mut fastrand::Rng, of: u8, name: &str| {
            if random.u8(..of) == 0 {
                input.insert(name.into(), true.into());
            }
        };
    for (of, name) in [(5, "dual_stack"), (5, "fips")] {
        chance(&mut input, random, of, name);
    }
    if random.u8(..5) == 0 {
        input.insert("endpoint".into(), pick(random, &ENDPOINTS).into());
    }
    if random.u8(..6) == 0 {
        input.insert("use_arn_region".into(), false.into());
    }
    if control {
        match random.u8(..4) {
            0 => drop(input.insert("bucket".into(), arn(random).into())),
            1 => {
                let name = arn(random);
                let name = pick(random, &["finance", "team--usw2-az1--xa-s3", &name]).to_owned();
                input.insert("access_point".into(), name.into());
            }
            2 => drop(input.insert("outpost_id".into(), "op-01234567890123456".into())),
            _ => {}
        }
        if random.bool() {
            input.insert("account_id".into(), "123456789012".into());
        }
        let account = |name: Option<&Value>| {
            name.is_none_or(|name| {
                let name = name.as_str().unwrap();
                !name.starts_with("arn:") && !name.ends_with("--xa-s3")
            })
        };
        let needed = account(input.get("bucket")) && account(input.get("access_point"));
        if needed && !input.contains_key("outpost_id") {
            input.insert("requires_account_id".into(), true.into());
        }
        return input.into();
    }
    match random.u8(..8) {
        0 => {}
        1..=4 => drop(input.insert("bucket".into(), pick(random, &BUCKETS).into())),
        _ => drop(input.insert("bucket".into(), arn(random).into())),
    }
    for (of, name) in [
        (6, "accelerate"),
        (5, "path_style"),
        (6, "global_endpoint"),
        (8, "disable_mrap"),
        (8, "disable_access_points"),
        (6, "no_express_session"),
    ] {
        chance(&mut input, random, of, name);
    }
    let is_directory = input
        .get("bucket")
        .is_none_or(|bucket| bucket.as_str().unwrap().ends_with("--x-s3"));
    if is_directory && random.u8(..5) == 0 {
        input.insert("express_control".into(), true.into());
    }
    input.into()
}

fn ours(input: &Value) -> Result<Address, AddressError> {
    let text = |name: &str| input[name].as_str();
    let mut addressing = Addressing::new(text("region").unwrap());
    if let Some(endpoint) = text("endpoint") {
        addressing = addressing.with_endpoint(endpoint);
    }
    type With = fn(Addressing) -> Addressing;
    for (name, with) in [
        ("path_style", Addressing::with_path_style as With),
        ("accelerate", Addressing::with_accelerate),
        ("dual_stack", Addressing::with_dual_stack),
        ("fips", Addressing::with_fips),
        ("global_endpoint", Addressing::with_global_endpoint),
        (
            "disable_mrap",
            Addressing::without_multi_region_access_points,
        ),
        ("disable_access_points", Addressing::without_access_points),
        ("no_express_session", Addressing::without_express_session),
    ] {
        if input[name] == true {
            addressing = with(addressing);
        }
    }
    if input["use_arn_region"] == false {
        addressing = addressing.without_other_regions();
    }
    if input["api"] == "s3control" {
        let target = match (text("bucket"), text("access_point"), text("outpost_id")) {
            (Some(bucket), ..) => ControlTarget::Bucket(bucket),
            (_, Some(name), _) => ControlTarget::AccessPoint(name),
            (_, _, Some(id)) => ControlTarget::Outpost(id),
            _ => ControlTarget::Account,
        };
        return addressing.control(text("account_id"), target);
    }
    match text("bucket") {
        bucket if input["express_control"] == true => addressing.directory_bucket_control(bucket),
        Some(bucket) => addressing.bucket(bucket),
        None => addressing.buckets(),
    }
}

fn written(address: &Address) -> Value {
    let schemes: Vec<Value> = address
        .schemes()
        .iter()
        .map(|scheme| match scheme {
            SigningScheme::SigV4 { service, region } => {
                json!({ "scheme": "sigv4", "service": service, "region": region })
            }
            SigningScheme::SigV4A {
                service,
                region_set,
            } => json!({ "scheme": "sigv4a", "service": service, "region": region_set }),
            SigningScheme::S3ExpressSession { region } => {
                json!({ "scheme": "s3express", "service": "s3express", "region": region })
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let headers: BTreeMap<&str, &str> = address
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    json!({ "url": address.url(), "schemes": schemes, "headers": headers })
}

/// Whether we refuse an input on purpose that botocore ignores, because no host could honor it.
fn is_stricter(input: &Value, error: &AddressError) -> bool {
    let bucket = input["bucket"].as_str().unwrap_or_default();
    match error {
        // A label before an IP address.
        AddressError::Conflict { first, .. } if *first == AddressPart::IpEndpoint => true,
        // botocore silently ignores FIPS, dual stack, acceleration and the endpoint for an Outposts
        // alias ...
        AddressError::Conflict { .. } if bucket.ends_with("--op-s3") => true,
        // ... and the control API FIPS, at a custom endpoint.
        AddressError::Conflict { first, .. } => {
            input["api"] == "s3control" && *first == AddressPart::Fips
        }
        // It takes an access point of any service without a region for a Multi-Region Access Point,
        // and for the control API a malformed ARN for a name.
        AddressError::InvalidArn { .. } => {
            !bucket.starts_with("arn:aws:s3:")
                || input["api"] == "s3control"
                // ... and it ignores a part of a Multi-Region Access Point if these are disabled.
                || bucket.ends_with(":accesspoint/a/b")
        }
        // A name in the path of a control operation that no directory bucket can have.
        AddressError::InvalidBucket { .. } => input["express_control"] == true,
        _ => false,
    }
}

/// Whether we differ on purpose.
fn is_another(input: &Value) -> bool {
    let bucket = input["bucket"].as_str().unwrap_or_default();
    let directory = input["express_control"] == true || bucket.contains("--x");
    // `aws-global` has no directory buckets, no outposts and no control API. botocore makes a host
    // with that name, and we use us-east-1.
    let plain = input["api"] == "s3" && !directory && !bucket.ends_with("--op-s3");
    let global = input["region"] == "aws-global" && (!plain || bucket.starts_with("arn:"));
    // botocore puts a directory bucket before the path of an endpoint, after its IP address.
    let base = directory && input["endpoint"] == "https://127.0.0.1/base";
    // A name with dots before an IP address.
    let dots = bucket == "my.photos" && input["endpoint"] == "http://127.0.0.1:9000";
    let dots6 = bucket == "my.photos" && input["endpoint"] == "http://[::1]:9000";
    // With an endpoint, botocore ignores that a call configures a bucket, and the path of the
    // endpoint.
    let control = input["express_control"] == true && input["bucket"].is_string();
    let access_point = input["access_point"] == "team--usw2-az1--xa-s3";
    let forgotten = (control || access_point) && input["endpoint"].is_string();
    // Its dual-stack host for acceleration contains a region for `aws-global` only.
    let fast = input["accelerate"] == true && input["dual_stack"] == true;
    let fast = fast && input["region"] == "aws-global";
    global || fast || base || dots || dots6 || forgotten
}

#[test]
#[ignore = "needs botocore: tests/interop/python/setup addresses"]
fn addresses_are_those_of_botocore() {
    let mut random = fastrand::Rng::with_seed(21);
    let inputs = std::iter::repeat_with(|| input(&mut random)).filter(|input| !is_another(input));
    let inputs: Vec<Value> = inputs.take(COUNT).collect();
    let theirs = theirs(&inputs);
    let (mut wrong, mut addresses, mut stricter) = (Vec::new(), 0, 0);
    for (input, theirs) in inputs.iter().zip(theirs) {
        match (ours(input), theirs["error"].as_str()) {
            (Ok(ours), None) => {
                addresses += 1;
                if written(&ours) != theirs {
                    wrong.push(format!(
                        "{input}\n  ours   {}\n  theirs {theirs}",
                        written(&ours)
                    ));
                }
            }
            (Err(_), Some(_)) => {}
            (Ok(ours), Some(error)) => {
                wrong.push(format!(
                    "{input}\n  ours   {}\n  theirs {error}",
                    ours.url()
                ));
            }
            (Err(error), None) if is_stricter(input, &error) => stricter += 1,
            (Err(error), None) => {
                wrong.push(format!("{input}\n  ours   {error}\n  theirs {theirs}"))
            }
        }
    }
    println!("{COUNT} inputs: {addresses} addresses, {stricter} refused by us alone");
    assert!(addresses > COUNT / 5, "only {addresses} addresses");
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
